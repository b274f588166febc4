/* The next root, as it is being prepared: a draft that is edited, then signed by several people at
 * several times, then taken into the tree when the thresholds of the root before it and of its own
 * are reached. The draft is an envelope; whoever changes it takes its signatures away.
 * Thread-safety: one owner. */
#ifndef BT_SOURCE_ROOTS_H
#define BT_SOURCE_ROOTS_H

#include "playlists/envelope/envelope.h"
#include "source/store/store.h"

#define BT_ROOT_LIFE_MS (5 * 365 * BT_DAY_MS)

/* The payload of the newest root, to begin the next one with: its number is one higher. (transfer
 * full) (nullable) */
BtRoot *bt_roots_next(BtStore *store, gint64 now_ms, GError **error);
/* A draft's. (transfer full) (nullable) */
BtRoot *bt_roots_read(GBytes *envelope, const char *name, GError **error);

/* A key, and what it may. Borrowed; lists NULL-ended, NULL: no ceiling. */
typedef struct {
    const char *base64, *person;
    gboolean publish, emergency, root, freshness;
    const char *const *classes;
    const char *const *screens;
    gint64 until_ms; /* BT_TIME_MAX: no end of its own */
} BtRootsKey;
/* A key that is there already gets these roles and ceilings instead of its own. INVALID. */
gboolean bt_roots_add(BtRoot *root, const BtRootsKey *key, GError **error);
/* NOT_FOUND. Thresholds that its roles can no longer reach are not lowered by it: the root is then
 * refused when it is written. */
gboolean bt_roots_remove(BtRoot *root, const char *keyid, GError **error);
/* `what` is "root", "publish", "emergency", or a class of publishing. INVALID. */
gboolean bt_roots_set_threshold(BtRoot *root, const char *what, guint threshold, GError **error);
/* As an envelope without a signature, checked. (transfer full) (nullable) */
GBytes *bt_roots_write(const BtRoot *root, GError **error);

/* The envelope with the signature of one key more; the same key signs once. (transfer full)
 * (nullable) */
GBytes *bt_roots_sign(GBytes *envelope, const char *name, const BtKey *key, GError **error);
/* Takes it into the tree as the newest root when enough have signed: a board would take it too.
 * SIGNATURE or UNKNOWN_KEY: not enough yet. */
gboolean bt_roots_install(
    BtStore *store, GBytes *envelope, const char *name, gint64 now_ms, GError **error);
/* The screens whose document in force would not be taken under this root. (transfer full):
 * GPtrArray of char* */
GPtrArray *bt_roots_screens_lost(BtStore *store, gint64 now_ms);

#endif
