/* orders.json: the closed list of what a source system may order. */
#include "playlists/model/orders.h"

#include "playlists/model/draft.h"

#include <string.h>

static const char *const verbs[BT_N_ORDERS + 1] = { "volume", "stop", "skip", "pause", "resume",
    "restart", NULL };

const char *bt_order_verb_name(BtOrderVerb verb)
{
    return verbs[verb];
}

static void order_free(BtOrder *order)
{
    g_free(order->id);
    g_free(order);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtOrder, order_free)

static gboolean check_new_id(
    const GPtrArray *orders, const BtJsonAt *at, const char *id, GError **error)
{
    for (guint i = 0; i < orders->len; i++) {
        const BtOrder *other = g_ptr_array_index(orders, i);
        if (strcmp(other->id, id) == 0)
            return bt_json_fail(
                at, BT_ERROR_INVALID, error, "\"%s\" is used twice: expected an id of its own", id);
    }
    return TRUE;
}

/* Only a volume has one; of other verbs it says nothing. */
static gboolean read_value(const BtJsonAt *at, BtOrder *order, GError **error)
{
    gint64 value = 0;
    if (order->verb == BT_ORDER_VOLUME && !bt_read_int(at, "value", 0, 100, &value, error))
        return FALSE;
    order->value = (int)value;
    return TRUE;
}

static gboolean read_order(const BtJsonAt *at, gpointer user, GError **error)
{
    static const char *const known[] = { "id", "verb", "value", "at", NULL };
    GPtrArray *orders = user;
    g_autoptr(BtOrder) order = g_new0(BtOrder, 1);
    BtJsonAt verb;
    guint word;
    if (!bt_json_read_object(at, error) || !bt_read_refuse_unknown(at, known, error) ||
        !bt_read_id(at, "id", &order->id, error) || !check_new_id(orders, at, order->id, error) ||
        !bt_json_require(at, "verb", &verb, error) ||
        !bt_json_read_word(&verb, verbs, &word, error) ||
        !bt_read_time(at, "at", &order->at_ms, error))
        return FALSE;
    order->verb = (BtOrderVerb)word;
    if (!read_value(at, order, error))
        return FALSE;
    g_ptr_array_add(orders, g_steal_pointer(&order));
    return TRUE;
}

GPtrArray *bt_orders_parse(const void *data, gsize size_bytes, const char *name, GError **error)
{
    static const char *const known[] = { "orders", NULL };
    g_autoptr(BtJson) json =
        bt_json_parse(data, size_bytes, name, BT_ORDERS_MAX_BYTES, BT_ORDERS_MAX_DEPTH, error);
    if (!json)
        return NULL;
    BtJsonAt at = bt_json_root(name, json);
    g_autoptr(GPtrArray) orders = g_ptr_array_new_with_free_func((GDestroyNotify)order_free);
    if (!bt_json_read_object(&at, error) || !bt_read_refuse_unknown(&at, known, error) ||
        !bt_read_each(&at, "orders", 0, BT_ORDERS_MAX, read_order, orders, error))
        return NULL;
    return g_steal_pointer(&orders);
}
