/* The items of a playlist, in their order: what may stand there, and how the order changes. Each
 * element has an "id" that stays with it; its other members are those of a manifest's item, or
 * {"notice": ID}. Everything here is pure: it gives a new list and leaves the old one.
 * Thread-safety: safe. */
#ifndef BT_SOURCE_PLAYLISTS_H
#define BT_SOURCE_PLAYLISTS_H

#include "base/json.h"

#define BT_PLAYLIST_MAX_ITEMS 150 /* a page of them has 150 KB */

/* An item's kind in a playlist: "notice", or a manifest's word; "" for what is none. Borrowed. */
const char *bt_playlist_kind(const BtJson *item);
/* A member that is text, "" when there is none. Borrowed. */
const char *bt_playlist_text(const BtJson *item, const char *key);
/* A member that is a number, 0 when there is none. */
gint64 bt_playlist_number(const BtJson *item, const char *key);
/* Where the element with this id stands; -1. */
int bt_playlist_index(const BtJson *items, const char *id);
guint bt_playlist_length(const BtJson *items);
/* Borrowed. */
const BtJson *bt_playlist_item(const BtJson *items, guint index);

/* With one more at the end, which gets an id that no other has. BT_ERROR_LIMIT when it is full.
 * `item` is borrowed. (transfer full) (nullable) */
BtJson *bt_playlist_with(const BtJson *items, const BtJson *item, GError **error);
/* The element at `from` stands at `to` then, cut down to the list's end. (transfer full) */
BtJson *bt_playlist_moved(const BtJson *items, guint from, guint to);
/* (transfer full) */
BtJson *bt_playlist_without(const BtJson *items, guint index);

/* How an item is shown; 0 and NULL leave it to the format. */
typedef struct {
    gint64 duration_ms;
    const char *transition;  /* "cut" or "fade" */
    const char *fit;         /* "contain" or "cover" */
    const BtJson *subtitles; /* of a film: an array as a manifest has it */
} BtPlaylistLook;
/* The element at `index` looks so then; what its kind does not know is left out. (transfer full) */
BtJson *bt_playlist_dressed(const BtJson *items, guint index, const BtPlaylistLook *look);

#endif
