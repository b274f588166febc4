/* Orders of a source system, acted on once each. What one orders holds for what its own source
 * shows, and for nothing else: a province does not stop what the commune shows.
 * Thread-safety: that of the ledger. */
#ifndef BT_PLAYER_BOARD_ORDERS_H
#define BT_PLAYER_BOARD_ORDERS_H

#include "playlists/inputs/inputs.h"
#include "playlists/model/orders.h"

#define BT_ORDER_MAX_AGE_MS BT_DAY_MS
/* Skip and restart mean the moment: who was off then does not do it to what is on now. */
#define BT_ORDER_MOMENT_MS BT_HOUR_MS
/* The source system's clock and ours. */
#define BT_ORDER_AHEAD_MS (5 * BT_MINUTE_MS)

/* What is on the air of one source, and until when it would be in its slot. */
typedef struct {
    char *source; /* "" nothing is */
    struct {
        char id[BT_ID_MAX_BYTES + 1];
        gint64 until_ms;
    } items[BT_MANIFEST_MAX_ZONES];
    guint n;
} BtOrderItems;
void bt_order_items_set(BtOrderItems *items, const BtOnAir *on_air /* (nullable) */);
void bt_order_items_clear(BtOrderItems *items);

typedef enum {
    BT_TAKEN_NEW,
    BT_TAKEN_BEFORE,
    BT_TAKEN_REFUSED, /* the first time that it is */
} BtTaken;

/* The order counts from `t_ms` on: it is remembered, with what it adds to the ledger, in one
 * transaction: a cut in between would lose it. `*why` (static) says why it was refused. FALSE: it
 * could not be written. */
gboolean bt_order_take(BtInputLedger *ledger, const char *source, const BtOrder *order,
    const BtOrderItems *on_air, gint64 t_ms, BtTaken *taken, const char **why, GError **error);

#endif
