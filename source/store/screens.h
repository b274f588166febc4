/* The screens of a source, and the boards that wait to become one.
 * Thread-safety: one thread a store. */
#ifndef BT_SOURCE_SCREENS_H
#define BT_SOURCE_SCREENS_H

#include "source/store/store.h"

#define BT_SCREENS_MAX 10000 /* as many as one manifest may name */

typedef struct {
    char *id, *name;
    char *key;     /* base64 of the device's key; NULL: none yet, so no reports */
    gint64 device; /* the number of the box that stands there, rising by one with every new key */
    char *manifest, *alert, *order; /* what now.json names; "" for none */
    gint64 now_version, now_issued_ms;
    gint64 seen_ms;  /* the last report came; 0: never */
    gint64 since_ms; /* since when it has told the same state; 0: it told none */
} BtScreen;

/* (nullable) */
void bt_screen_free(BtScreen *screen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtScreen, bt_screen_free)

/* BT_ERROR_CONFLICT, BT_ERROR_INVALID, BT_ERROR_LIMIT. `key` (nullable) is base64. Its now.json is
 * signed too. */
gboolean bt_screens_add(BtStore *store, const char *id, const char *name, const char *key,
    gint64 now_ms, GError **error);
/* BT_ERROR_NOT_FOUND. (transfer full) (nullable) */
BtScreen *bt_screens_find(BtStore *store, const char *id, GError **error);
/* Those that are in use. (transfer full) (nullable): GPtrArray of BtScreen, by id */
GPtrArray *bt_screens_list(BtStore *store, GError **error);
/* The id of the screen with this device key, NULL when there is none. (transfer full) */
char *bt_screens_with_key(BtStore *store, const char *key);

/* ---- boards that wait ---- */

#define BT_ENROL_MAX_WAITING 100
#define BT_ENROL_MAX_PER_PEER 20      /* other than the loopback, where a proxy may stand */
#define BT_ENROL_FORGET_MS BT_HOUR_MS /* one that no longer asks */
#define BT_ENROL_DENIED_MS BT_DAY_MS  /* how long a denial is remembered */

typedef struct {
    char *key, *code, *peer;
    gint64 first_ms, seen_ms;
} BtWaiting;

/* A board asked. BT_ERROR_LIMIT when too many wait, BT_ERROR_DENIED when it was turned down. */
gboolean bt_waiting_note(BtStore *store, const char *key, const char *code, const char *peer,
    gint64 now_ms, GError **error);
/* (transfer full) (nullable): GPtrArray of BtWaiting, the first that came first */
GPtrArray *bt_waiting_list(BtStore *store, gint64 now_ms, GError **error);
/* The board with this code becomes screen `id`, which is made if there is none (`name` NULL: its
 * id) and gets the board's key otherwise; the box that it had is denied for good, so neither its
 * reports nor its greetings are taken any more. `who` stands in the diary. BT_ERROR_NOT_FOUND,
 * BT_ERROR_CONFLICT (two boards with this code, another screen's box, a denied one). */
gboolean bt_waiting_claim(BtStore *store, const char *code, const char *id, const char *name,
    const char *who, gint64 now_ms, GError **error);
gboolean bt_waiting_deny(
    BtStore *store, const char *code, const char *who, gint64 now_ms, GError **error);

#endif
