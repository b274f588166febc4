/* The practice area: a source of its own in data/practice, in which everything works and nothing
 * reaches glass. It has its own database, its own tree, which nobody serves, its own screens, which
 * no box can claim, and its own root, under which no real board stands: what is signed there is
 * worth nothing anywhere else, and no real key is worth anything there. So whatever counts,
 * reports or sends mail of the real source cannot meet it. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_PRACTICE_H
#define BT_SOURCE_PRACTICE_H

#include "source/store/store.h"

/* The practice area of a source; what is missing of it is made, so an older source has one too.
 * (transfer full) (nullable) */
BtStore *bt_practice_open(const BtStore *real, gint64 now_ms, GError **error);

/* Whether this is one: the key of its root lies beside it, as it does nowhere else. */
gboolean bt_practice_is(const BtStore *store);
/* Makes what is missing in it. */
gboolean bt_practice_complete(BtStore *practice, gint64 now_ms, GError **error);

/* How much was done there. */
typedef struct {
    guint notices, lists, files, proposals; /* lists: playlists, layouts and programmes */
} BtPracticeWork;
BtPracticeWork bt_practice_measure(BtStore *practice);
/* Takes away all that was done there, and notes it in its diary under `who`; its screens are as
 * they were at first. People, their roles and keys stay, so whoever practises goes on.
 * BT_ERROR_DENIED for a store that is no practice area. */
gboolean bt_practice_clear(BtStore *practice, const char *who, gint64 now_ms, GError **error);

/* Who practises is known there by the same name, without a password, as editor, approver and
 * operator as far as the account is that somewhere in the real source. */
gboolean bt_practice_admit(
    BtStore *practice, BtStore *real, const char *user, gint64 now_ms, GError **error);

/* Takes a key that was made for practice, in the place of the person's older ones. CONFLICT: it is
 * a real one, or was registered already; else as bt_keys_add. */
typedef struct {
    const char *user, *base64, *label;
} BtPracticeKey;
gboolean bt_practice_add_key(
    BtStore *practice, BtStore *real, const BtPracticeKey *key, gint64 now_ms, GError **error);

#endif
