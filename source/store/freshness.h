/* now.json: which documents are newest for a screen, signed by the freshness key that lives with
 * the server. Its version rises with every signing, and never lies under an earlier one on the
 * disk. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_FRESHNESS_H
#define BT_SOURCE_FRESHNESS_H

#include "base/json.h"
#include "source/store/store.h"

#define BT_FRESH_LIFE_MS BT_DAY_MS   /* contract §6.12 */
#define BT_FRESH_RENEW_MS BT_HOUR_MS /* so a screen has 23 h of grace when the server stops */
#define BT_FRESH_MAX_DENIALS 16
#define BT_FRESH_MAX_COMMANDS 8

/* What now.json says. Borrowed pointers. */
typedef struct {
    const char *screen;
    gint64 version;
    const char *manifest, *alert, *order; /* "" for none */
    gint64 issued_ms, expires_ms;
    gint64 root;
    GPtrArray *deny;  /* of char* */
    BtJson *commands; /* an array */
} BtFresh;
/* (transfer full) */
GBytes *bt_fresh_payload(const BtFresh *fresh);

/* Signs a new now.json of one screen into the store's tree. BT_ERROR_NOT_FOUND. */
gboolean bt_fresh_renew(BtStore *store, const char *screen, gint64 now_ms, GError **error);
/* The same for these (of char*). One that fails keeps no other waiting; the first failure is told.
 */
gboolean bt_fresh_renew_screens(
    BtStore *store, const GPtrArray *screens, gint64 now_ms, GError **error);
/* The same for all screens. */
gboolean bt_fresh_renew_all(BtStore *store, gint64 now_ms, GError **error);
/* Those that are due (now_issued_ms 0) or BT_FRESH_RENEW_MS old, at most `max`, the oldest first.
 */
gboolean bt_fresh_renew_due(BtStore *store, gint64 now_ms, guint max, GError **error);
/* A now.json for a stick, good until `expires_ms`; the tree's own is renewed after it, so that the
 * server stays the newer of the two. */
gboolean bt_fresh_export(BtStore *store, const char *screen, const char *site, gint64 now_ms,
    gint64 expires_ms, GError **error);

#endif
