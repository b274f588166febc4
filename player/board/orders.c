#include "player/board/orders.h"

#include <string.h>

/* ---- what is on ---- */

/* The end of its slot, where it has slots; else that of its occurrence. */
static gint64 end_ms_of(const BtOnAir *on_air, const BtOnZone *zone)
{
    const GArray *slots = on_air->programme->when.slots;
    for (guint i = 0; slots != NULL && i < slots->len; i++) {
        const BtWhenSlot *slot = &g_array_index(slots, BtWhenSlot, i);
        if (slot->from_ms < zone->end_ms && zone->end_ms <= slot->until_ms)
            return slot->until_ms;
    }
    return zone->end_ms;
}

void bt_order_items_set(BtOrderItems *items, const BtOnAir *on_air)
{
    bt_order_items_clear(items);
    if (on_air == NULL || on_air->kind != BT_ON_PROGRAMME)
        return;
    items->source = g_strdup(on_air->source_name);
    for (guint i = 0; i < on_air->zones->len && items->n < G_N_ELEMENTS(items->items); i++) {
        const BtOnZone *zone = &g_array_index(on_air->zones, BtOnZone, i);
        if (zone->item == NULL)
            continue;
        g_strlcpy(items->items[items->n].id, zone->item->id, sizeof items->items->id);
        items->items[items->n++].until_ms = end_ms_of(on_air, zone);
    }
}

void bt_order_items_clear(BtOrderItems *items)
{
    g_clear_pointer(&items->source, g_free);
    items->n = 0;
}

/* ---- writing ---- */

static gboolean set_aside(BtInputLedger *ledger, const char *source, const BtOrderItems *on_air,
    gint64 t_ms, GError **error)
{
    gboolean is_on = g_strcmp0(on_air->source, source) == 0;
    for (guint i = 0; is_on && i < on_air->n; i++)
        if (on_air->items[i].until_ms > t_ms &&
            !bt_input_ledger_add_set_aside(
                ledger, source, on_air->items[i].id, t_ms, on_air->items[i].until_ms, error))
            return FALSE;
    return TRUE;
}

static gboolean write_order(BtInputLedger *ledger, const char *source, const BtOrder *order,
    const BtOrderItems *on_air, gint64 t_ms, GError **error)
{
    switch (order->verb) {
    case BT_ORDER_VOLUME:
        return bt_input_ledger_add_volume(ledger, source, order->value, t_ms, error);
    case BT_ORDER_STOP:
        return bt_input_ledger_add_stop(ledger, source, t_ms, error);
    case BT_ORDER_PAUSE:
        return bt_input_ledger_add_pause(ledger, source, t_ms, error);
    case BT_ORDER_RESUME:
        return bt_input_ledger_add_go_on(ledger, source, t_ms, error);
    case BT_ORDER_SKIP:
        return set_aside(ledger, source, on_air, t_ms, error);
    case BT_ORDER_RESTART:
    case BT_N_ORDERS:
        break;
    }
    return TRUE;
}

/* ---- taking ---- */

static gboolean is_of_the_moment(BtOrderVerb verb)
{
    return verb == BT_ORDER_SKIP || verb == BT_ORDER_RESTART;
}

/* NULL: nothing is against it. */
static const char *refusal(const BtOrder *order, gint64 t_ms)
{
    if (order->at_ms > t_ms + BT_ORDER_AHEAD_MS)
        return "it is from the future: expected an instant that is past";
    if (order->at_ms < t_ms - BT_ORDER_MAX_AGE_MS)
        return "it is older than 24 hours: expected a newer one";
    if (is_of_the_moment(order->verb) && order->at_ms < t_ms - BT_ORDER_MOMENT_MS)
        return "it is older than an hour, and meant what was on then";
    return NULL;
}

/* A refusal is remembered under a name that no order can have: by a better clock the order may
 * count yet. */
static char *remembered_id(const BtOrder *order, gboolean refused)
{
    return refused ? g_strconcat("refused:", order->id, NULL) : g_strdup(order->id);
}

/* One that was acted on stays so when it has grown old. */
static gboolean is_known(BtInputLedger *ledger, const char *source, const BtOrder *order,
    const char *id, gboolean *known, GError **error)
{
    return bt_input_ledger_knows_command(ledger, source, order->id, known, error) &&
        (*known || bt_input_ledger_knows_command(ledger, source, id, known, error));
}

gboolean bt_order_take(BtInputLedger *ledger, const char *source, const BtOrder *order,
    const BtOrderItems *on_air, gint64 t_ms, BtTaken *taken, const char **why, GError **error)
{
    gboolean known = FALSE, is_new = FALSE;
    *why = refusal(order, t_ms);
    *taken = BT_TAKEN_BEFORE;
    g_autofree char *id = remembered_id(order, *why != NULL);
    if (!is_known(ledger, source, order, id, &known, error))
        return FALSE;
    if (known)
        return TRUE;
    if (!bt_input_ledger_begin(ledger, error))
        return FALSE;
    if (!bt_input_ledger_take_command(ledger, source, id, t_ms, &is_new, error) ||
        (is_new && *why == NULL && !write_order(ledger, source, order, on_air, t_ms, error)) ||
        !bt_input_ledger_commit(ledger, error)) {
        bt_input_ledger_rollback(ledger);
        return FALSE;
    }
    if (is_new)
        *taken = *why != NULL ? BT_TAKEN_REFUSED : BT_TAKEN_NEW;
    return TRUE;
}
