/* Any bytes as a manifest, a root, a now.json and orders; what is accepted must keep its promises.
 */
#include "base/error.h"
#include "playlists/model/documents.h"
#include "playlists/model/orders.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check_item(const BtItem *item, const BtZone *zone)
{
    for (guint k = 0; k < bt_item_count_texts(item, zone); k++)
        g_assert_cmpint(bt_text_duration_ms(bt_item_text(item, zone, k)), >=, 5000);
    g_assert_null(bt_item_text(item, zone, bt_item_count_texts(item, zone)));
    g_assert_true(item->duration_ms == 0 || item->duration_ms >= BT_ITEM_MIN_MS);
    g_assert_true(item->duration_ms == 0 || item->transition_ms <= item->duration_ms / 2);
    g_assert_cmpint(item->valid_from_ms, <, item->valid_until_ms);
}

static void check_layout(const BtLayout *layout)
{
    BtRect canvas = { 0, 0, layout->w_px, layout->h_px };
    for (guint i = 0; i < layout->zones->len; i++) {
        const BtZone *zone = g_ptr_array_index(layout->zones, i);
        g_assert_true(bt_rect_contains(canvas, zone->rect_px));
    }
}

static void check_programme(const BtProgramme *programme)
{
    guint n_filled = 0;
    for (guint z = 0; z < programme->layout->zones->len; z++) {
        const BtPlaylist *playlist = programme->playlists[z];
        for (guint i = 0; playlist && i < playlist->items->len; i++)
            check_item(g_ptr_array_index(playlist->items, i),
                g_ptr_array_index(programme->layout->zones, z));
        n_filled += playlist != NULL;
    }
    g_assert_cmpuint(n_filled, >, 0);
}

static void try_manifest(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtManifest) manifest = bt_manifest_parse(data, size, "m", &error);
    g_assert_true((manifest != NULL) == (error == NULL));
    for (guint i = 0; manifest && i < manifest->layouts->len; i++)
        check_layout(g_ptr_array_index(manifest->layouts, i));
    for (guint i = 0; manifest && i < manifest->programmes->len; i++)
        check_programme(g_ptr_array_index(manifest->programmes, i));
}

static void try_documents(const uint8_t *data, size_t size)
{
    g_autoptr(GError) no_root = NULL;
    g_autoptr(GError) no_now = NULL;
    g_autoptr(BtRoot) root = bt_root_parse(data, size, "r", &no_root);
    g_autoptr(BtNow) now = bt_now_parse(data, size, "n", &no_now);
    g_assert_true((root != NULL) == (no_root == NULL));
    g_assert_true((now != NULL) == (no_now == NULL));
    g_assert_true(!root || (root->root_threshold > 0 && root->root_threshold <= root->keys->len));
}

static void try_orders(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) orders = bt_orders_parse(data, size, "o", &error);
    g_assert_true((orders != NULL) == (error == NULL));
    g_assert_true(!orders || orders->len <= BT_ORDERS_MAX);
    for (guint i = 0; orders && i < orders->len; i++) {
        const BtOrder *order = g_ptr_array_index(orders, i);
        g_assert_true(strlen(order->id) <= BT_ID_MAX_BYTES && order->verb < BT_N_ORDERS);
        g_assert_true(order->value >= 0 && order->value <= 100);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_manifest(data, size);
    try_documents(data, size);
    try_orders(data, size);
    return 0;
}
