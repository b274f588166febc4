/* Commands that show acts on, as the document "orders.json" of the source: each is written before
 * it counts as taken, and show, which remembers the ids, acts on it once. */
#include "player/sync_ttn.h"

#include "base/hash.h"
#include "base/json.h"

#include <string.h>

#define NAME "orders.json"
#define MAX_BYTES (16 * 1024)
#define MAX_ORDERS 32
#define ID_MAX_BYTES 64

static const char *verb_of(BtTtnSays says)
{
    switch (says) {
    case BT_TTN_SAY_VOLUME:
        return "volume";
    case BT_TTN_SAY_STOP:
        return "stop";
    case BT_TTN_SAY_SKIP:
        return "skip";
    case BT_TTN_SAY_PAUSE:
        return "pause";
    case BT_TTN_SAY_RESUME:
        return "resume";
    default:
        return "restart";
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

/* What cannot be read any more says nothing. */
static BtJson *read_orders(BtSyncTtn *ttn, BtCache *cache)
{
    g_autoptr(GBytes) bytes =
        bt_cache_read_document(cache, ttn->source->name, NAME, MAX_BYTES, NULL);
    return bytes == NULL ? NULL
                         : bt_json_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes),
                               NAME, MAX_BYTES, 4, NULL);
}

static gboolean is_fresh(const BtJsonAt *order, const char *new_id, gint64 now_ms)
{
    BtJsonAt at, id;
    gint64 at_ms = 0;
    if (!bt_json_read_object(order, NULL) || !bt_json_member(order, "at", &at) ||
        !bt_json_read_time(&at, &at_ms, NULL) || !bt_json_member(order, "id", &id))
        return FALSE;
    const char *text = bt_json_read_string(&id, 1, ID_MAX_BYTES, NULL);
    return text != NULL && strcmp(text, new_id) != 0 && at_ms > now_ms - BT_DAY_MS;
}

/* The newest of those that are there, with room for one more. */
static BtJson *copy_fresh(const BtJson *old, const char *new_id, gint64 now_ms)
{
    BtJson *orders = bt_json_new_array();
    BtJsonAt root, list;
    if (old == NULL)
        return orders;
    root = bt_json_root(NAME, old);
    if (!bt_json_read_object(&root, NULL) || !bt_json_member(&root, "orders", &list) ||
        !bt_json_is_array(&list))
        return orders;
    gsize n = bt_json_length(&list);
    for (gsize i = n >= MAX_ORDERS ? n - MAX_ORDERS + 1 : 0; i < n; i++) {
        BtJsonAt order = bt_json_element(&list, i);
        if (is_fresh(&order, new_id, now_ms))
            bt_json_append(orders, bt_json_ref(order.value));
    }
    return orders;
}

gboolean bt_ttn_orders_add(
    BtSyncTtn *ttn, BtCache *cache, const BtTtnMessage *message, gint64 now_ms, GError **error)
{
    char id[BT_HASH_HEX_SIZE];
    make_id(message->id, id);
    g_autoptr(BtJson) old = read_orders(ttn, cache), document = bt_json_new_object();
    BtJson *orders = copy_fresh(old, id, now_ms), *order = bt_json_new_object();
    gint64 at_ms = message->at_ms > 0 ? MIN(message->at_ms, now_ms) : now_ms;
    bt_json_set_string(order, "id", id);
    bt_json_set_string(order, "verb", verb_of(message->says));
    bt_json_set_int(order, "value", message->value);
    bt_json_set_time(order, "at", at_ms);
    bt_json_append(orders, order);
    bt_json_set(document, "orders", orders);
    char *text = bt_json_to_text(document, FALSE);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    return bt_cache_write_document(cache, ttn->source->name, NAME, bytes, error);
}
