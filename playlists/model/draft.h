/* Private to playlists/model: what the readers of the parts of a document share.
 *
 * A draft is a manifest while it is read, with the look-up tables that its references need. Readers
 * return FALSE with the place of the first contradiction. Thread-safety: one owner. */
#ifndef BT_PLAYLISTS_MODEL_DRAFT_H
#define BT_PLAYLISTS_MODEL_DRAFT_H

#include "base/json.h"
#include "playlists/model/manifest.h"

typedef struct {
    BtManifest *manifest;  /* owned until it is whole */
    GHashTable *layouts;   /* id → BtLayout, borrowed */
    GHashTable *playlists; /* id → BtPlaylist, borrowed */
    GHashTable *items;     /* the ids of all items, also of those left out */
    GHashTable *written;   /* id → BtItem, borrowed: those that were not */
    guint n_items, n_slots;
} BtDraft;

/* ---- the parts of a manifest ---- */
gboolean bt_draft_read_assets(BtDraft *draft, const BtJsonAt *root, GError **error);
gboolean bt_draft_read_layouts(BtDraft *draft, const BtJsonAt *root, GError **error);
gboolean bt_draft_read_playlists(BtDraft *draft, const BtJsonAt *root, GError **error);
gboolean bt_draft_read_programmes(BtDraft *draft, const BtJsonAt *root, GError **error);
gboolean bt_draft_read_display(BtDraft *draft, const BtJsonAt *root, GError **error);
/* One element of a playlist's `items`, an item or the id of one before it; appended to `playlist`
 * unless its kind is unknown. */
gboolean bt_draft_read_item(
    BtDraft *draft, const BtJsonAt *at, BtPlaylist *playlist, GError **error);

/* Writes down what was ignored or left out at this place; the first BT_MANIFEST_MAX_NOTES count. */
void bt_draft_note(BtDraft *draft, const BtJsonAt *at, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Notes each key of `object` that is not in `known` (NULL-ended) and does not begin with "x-". */
void bt_draft_note_unknown(BtDraft *draft, const BtJsonAt *object, const char *const *known);

/* ---- members of an object; strings are (transfer full) ---- */
gboolean bt_read_id(const BtJsonAt *object, const char *key, char **id, GError **error);
gboolean bt_read_id_here(const BtJsonAt *at, char **id, GError **error);
/* An id that `seen` (a set, owning its keys) has not; it is added. */
gboolean bt_read_new_id(const BtJsonAt *object, GHashTable *seen, char **id, GError **error);
/* A required string of 1 to `max` code points. */
gboolean bt_read_string(
    const BtJsonAt *object, const char *key, gsize max, char **text, GError **error);
/* The same, "" when the object has none; an empty string counts as none. */
gboolean bt_read_string_or_none(
    const BtJsonAt *object, const char *key, gsize max, char **text, GError **error);
gboolean bt_read_int(
    const BtJsonAt *object, const char *key, gint64 min, gint64 max, gint64 *value, GError **error);
/* The next four leave `*value` as it is when the object has no such member. */
gboolean bt_read_int_or_keep(
    const BtJsonAt *object, const char *key, gint64 min, gint64 max, int *value, GError **error);
gboolean bt_read_bool_or_keep(
    const BtJsonAt *object, const char *key, gboolean *value, GError **error);
gboolean bt_read_word_or_keep(const BtJsonAt *object, const char *key, const char *const *words,
    guint *value, GError **error);
gboolean bt_read_time_or_keep(
    const BtJsonAt *object, const char *key, gint64 *wall_ms, GError **error);
gboolean bt_read_time(const BtJsonAt *object, const char *key, gint64 *wall_ms, GError **error);
/* `issued` and `expires`, in that order in time and at most `max_age_ms` apart. */
gboolean bt_read_life(const BtJsonAt *object, gint64 max_age_ms, gint64 *issued_ms,
    gint64 *expires_ms, GError **error);
/* "YYYY-MM-DD" into a Julian day; unchanged when the object has none. */
gboolean bt_read_day_or_keep(
    const BtJsonAt *object, const char *key, gint32 *julian_day, GError **error);
/* An array of [start, end) pairs into BtTimes; none when the object has none. */
gboolean bt_read_times(const BtJsonAt *object, const char *key, GArray *times, GError **error);
/* "HH:MM" or "HH:MM:SS" into seconds since midnight; 24:00 only as an end. */
gboolean bt_read_time_of_day(const BtJsonAt *at, gboolean is_end, int *seconds, GError **error);
/* A BCP 47 tag. */
gboolean bt_read_lang(const BtJsonAt *at, char **lang, GError **error);

/* Reads each element of an array of at most `max`. A missing array is an error when `min` is above
 * 0, as are fewer than `min` elements. */
typedef gboolean (*BtReadElement)(const BtJsonAt *at, gpointer user, GError **error);
gboolean bt_read_each(const BtJsonAt *object, const char *key, gsize min, gsize max,
    BtReadElement read, gpointer user, GError **error);
/* The same for the members of the object `key` ("things"), at most `max`; `optional`: it may be
 * missing. */
gboolean bt_read_each_member(const BtJsonAt *object, const char *key, gboolean optional, gsize max,
    BtReadElement read, gpointer user, GError **error);
/* `spec` must be 1, else BT_ERROR_UNSUPPORTED. */
gboolean bt_read_spec(const BtJsonAt *root, GError **error);
gboolean bt_read_refuse_unknown(const BtJsonAt *object, const char *const *known, GError **error);

/* ---- the ends of the parts ---- */
void bt_item_free(BtItem *item);
void bt_layout_free(BtLayout *layout);
void bt_zone_free(BtZone *zone);
void bt_playlist_free(BtPlaylist *playlist);
void bt_programme_free(BtProgramme *programme);
void bt_text_free(BtText *text);
void bt_subtitles_free(BtSubtitles *subtitles);
void bt_asset_free(BtAsset *asset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtItem, bt_item_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtLayout, bt_layout_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtZone, bt_zone_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtPlaylist, bt_playlist_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtProgramme, bt_programme_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtText, bt_text_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtSubtitles, bt_subtitles_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtAsset, bt_asset_free)

#endif
