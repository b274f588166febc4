/* What a source system orders the board to do, as sync hands it to show: "orders.json" in the
 * cache, written by this player itself; what the province said became one of these six words
 * before. Immutable after parsing. Thread-safety: one owner each. */
#ifndef BT_PLAYLISTS_MODEL_ORDERS_H
#define BT_PLAYLISTS_MODEL_ORDERS_H

#include "playlists/model/manifest.h"

#define BT_ORDERS_MAX_BYTES (16 * 1024)
#define BT_ORDERS_MAX 32
#define BT_ORDERS_MAX_DEPTH 4

typedef enum {
    BT_ORDER_VOLUME,  /* `value` 0 to 100 */
    BT_ORDER_STOP,    /* nothing of the source is shown until RESUME */
    BT_ORDER_SKIP,    /* what is on of the source does not come again in its slot */
    BT_ORDER_PAUSE,   /* what is on of the source stands still until RESUME */
    BT_ORDER_RESUME,  /* ends STOP and PAUSE */
    BT_ORDER_RESTART, /* the player */
    BT_N_ORDERS
} BtOrderVerb;

/* "volume", "stop" … as documents write it. Static string. */
const char *bt_order_verb_name(BtOrderVerb verb);

typedef struct {
    char *id; /* acted on once */
    BtOrderVerb verb;
    int value;    /* VOLUME; else 0 */
    gint64 at_ms; /* when it was given */
} BtOrder;

/* {"orders":[{"id","verb","value","at"}]}, in the order in which they were given. Unknown keys are
 * refused unless they begin with "x-". SYNTAX, INVALID, LIMIT. (transfer full) (nullable):
 * GPtrArray of BtOrder */
GPtrArray *bt_orders_parse(const void *data, gsize size_bytes, const char *name, GError **error);

#endif
