#include "player/stage/shelf.h"

typedef struct {
    char *key;
    gpointer thing;
    gsize size_bytes;
    GList link; /* BtShelf.order */
} Place;

struct BtShelf {
    GHashTable *places; /* key → Place */
    GQueue order;       /* of Place, the longest unused last */
    gsize bytes, max_bytes;
    GDestroyNotify destroy;
};

BtShelf *bt_shelf_new(gsize max_bytes, GDestroyNotify destroy)
{
    BtShelf *shelf = g_new0(BtShelf, 1);
    shelf->places = g_hash_table_new(g_str_hash, g_str_equal);
    g_queue_init(&shelf->order);
    shelf->max_bytes = max_bytes;
    shelf->destroy = destroy;
    return shelf;
}

static void take_out(BtShelf *shelf, Place *place)
{
    g_hash_table_remove(shelf->places, place->key);
    g_queue_unlink(&shelf->order, &place->link);
    shelf->bytes -= place->size_bytes;
    shelf->destroy(place->thing);
    g_free(place->key);
    g_free(place);
}

void bt_shelf_free(BtShelf *shelf)
{
    if (!shelf)
        return;
    while (shelf->order.tail)
        take_out(shelf, shelf->order.tail->data);
    g_hash_table_unref(shelf->places);
    g_free(shelf);
}

gpointer bt_shelf_find(BtShelf *shelf, const char *key)
{
    Place *place = g_hash_table_lookup(shelf->places, key);
    if (!place)
        return NULL;
    g_queue_unlink(&shelf->order, &place->link);
    g_queue_push_head_link(&shelf->order, &place->link);
    return place->thing;
}

gpointer bt_shelf_put(BtShelf *shelf, const char *key, gpointer thing, gsize size_bytes)
{
    Place *old = g_hash_table_lookup(shelf->places, key);
    if (old)
        take_out(shelf, old);
    Place *place = g_new0(Place, 1);
    *place = (Place){ g_strdup(key), thing, size_bytes, { .data = place } };
    g_hash_table_insert(shelf->places, place->key, place);
    g_queue_push_head_link(&shelf->order, &place->link);
    shelf->bytes += size_bytes;
    while (shelf->bytes > shelf->max_bytes && shelf->order.tail != &place->link)
        take_out(shelf, shelf->order.tail->data);
    return thing;
}

gsize bt_shelf_bytes(const BtShelf *shelf)
{
    return shelf->bytes;
}
