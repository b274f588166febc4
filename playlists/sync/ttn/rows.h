/* What the files of the store share. */
#ifndef BT_PLAYLISTS_SYNC_TTN_ROWS_H
#define BT_PLAYLISTS_SYNC_TTN_ROWS_H

#include "base/db.h"
#include "playlists/sync/ttn/store.h"

struct BtTtnStore {
    BtDb *db;
    BtDbLasting lasting;
};

/* Why a bulletin is not shown although it is kept. */
typedef enum {
    BT_TTN_HERE,
    BT_TTN_OFF_SCHEDULE, /* its schedule was taken away; a new one brings it back */
    BT_TTN_TAKEN_AWAY,   /* until it comes anew */
} BtTtnGone;

/* ---- kept.c: rows of bulletins ---- */
/* The kinds whose content is an address to be fetched. */
gboolean bt_ttn_is_fetched(BtTtnKind kind);
/* Each that was not over at `over_ms`, as its schedule and an order to be urgent have it at
 * `now_ms`: GPtrArray of BtTtnKept (transfer full), which own what they point to. */
GPtrArray *bt_ttn_store_read_kept(BtTtnStore *store, gint64 now_ms, gint64 over_ms, GError **error);

/* ---- anew.c: what was heard before ---- */
/* Writes down that the message was heard. `*is_new`: it is to be acted on, as one that was not
 * heard before or that is said anew. Within a transaction. */
gboolean bt_ttn_store_hear(BtTtnStore *store, const BtTtnMessage *message, gint64 now_ms,
    gboolean *is_new, GError **error);

/* ---- slots as text: "FROM UNTIL FROM UNTIL", milliseconds since 1970 ---- */
char *bt_ttn_slots_to_text(const GArray *slots);  /* (transfer full) */
GArray *bt_ttn_slots_from_text(const char *text); /* (transfer full) */

#endif
