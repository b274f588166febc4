/* Commands that show acts on, as the document "orders.json" of the source: each is written before
 * it counts as taken, and show, which remembers the ids, acts on it once. */
#include "player/sync/ttn.h"

#include "base/hash.h"
#include "base/json.h"
#include "playlists/model/orders.h"

#include <string.h>

#define NAME "orders.json"
#define ID_MAX_BYTES 64

static BtOrderVerb verb_of(BtTtnSays says)
{
    switch (says) {
    case BT_TTN_SAY_VOLUME:
        return BT_ORDER_VOLUME;
    case BT_TTN_SAY_STOP:
        return BT_ORDER_STOP;
    case BT_TTN_SAY_SKIP:
        return BT_ORDER_SKIP;
    case BT_TTN_SAY_PAUSE:
        return BT_ORDER_PAUSE;
    case BT_TTN_SAY_RESUME:
        return BT_ORDER_RESUME;
    default:
        return BT_ORDER_RESTART;
    }
}

/* Theirs may be anything. */
static void make_id(const char *theirs, char id[BT_HASH_HEX_SIZE])
{
    gsize length = strlen(theirs);
    gboolean fits = length > 0 && length <= ID_MAX_BYTES && theirs[0] != '.';
    for (gsize i = 0; fits && i < length; i++)
        fits = g_ascii_isalnum(theirs[i]) || strchr("._-", theirs[i]) != NULL;
    if (fits)
        g_strlcpy(id, theirs, BT_HASH_HEX_SIZE);
    else
        bt_hash_data(theirs, length, id);
}

static void append(BtJson *orders, const BtOrder *order)
{
    BtJson *json = bt_json_new_object();
    bt_json_set_string(json, "id", order->id);
    bt_json_set_string(json, "verb", bt_order_verb_name(order->verb));
    bt_json_set_int(json, "value", order->value);
    bt_json_set_time(json, "at", order->at_ms);
    bt_json_append(orders, json);
}

/* The newest of those that are there, with room for one more. What cannot be read any more says
 * nothing. */
static void append_fresh(
    BtJson *orders, BtSyncTtn *ttn, BtCache *cache, const char *new_id, gint64 now_ms)
{
    g_autoptr(GBytes) bytes =
        bt_cache_read_document(cache, ttn->source->name, NAME, BT_ORDERS_MAX_BYTES, NULL);
    g_autoptr(GPtrArray) old = bytes == NULL
        ? NULL
        : bt_orders_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), NAME, NULL);
    guint n = old == NULL ? 0 : old->len;
    for (guint i = n >= BT_ORDERS_MAX ? n - BT_ORDERS_MAX + 1 : 0; i < n; i++) {
        const BtOrder *order = g_ptr_array_index(old, i);
        if (strcmp(order->id, new_id) != 0 && order->at_ms > now_ms - BT_DAY_MS)
            append(orders, order);
    }
}

gboolean bt_ttn_orders_add(BtSyncTtn *ttn, BtCache *cache, const BtTtnMessage *message,
    gboolean anew, gint64 now_ms, GError **error)
{
    char id[BT_HASH_HEX_SIZE];
    g_autofree char *meant_again =
        anew ? g_strdup_printf("%s.%" G_GINT64_FORMAT, message->id, now_ms) : NULL;
    make_id(anew ? meant_again : message->id, id);
    BtOrder order = { .id = id,
        .verb = verb_of(message->says),
        .value = (int)CLAMP(message->value, 0, 100),
        .at_ms = message->at_ms > 0 ? MIN(message->at_ms, now_ms) : now_ms };
    g_autoptr(BtJson) document = bt_json_new_object();
    BtJson *orders = bt_json_new_array();
    append_fresh(orders, ttn, cache, id, now_ms);
    append(orders, &order);
    bt_json_set(document, "orders", orders);
    char *text = bt_json_to_text(document, FALSE);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    return bt_cache_write_document(cache, ttn->source->name, NAME, bytes, error);
}
