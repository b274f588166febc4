/* What is visible of a strip is a run of neighbouring tiles, and what comes next follows it. So
 * tile k has its place at k modulo the number of places: visible ones and those ahead never
 * collide, the one that ran out is the one whose place the next takes, and memory is bounded
 * without any book-keeping. */
#include "render/compose/tiles.h"

typedef struct {
    gint64 k; /* -1: empty */
    BtFrame *frame;
} Place;

struct BtStripTiles {
    BtStrip *strip;
    int w_px;
    guint n_places;
    Place *places;
    gboolean asked; /* since the last sweep */
    gboolean made;  /* a tile, since the last sweep */
};

struct BtTiles {
    GPtrArray *strips; /* of BtStripTiles */
};

static void free_strip(gpointer data)
{
    BtStripTiles *tiles = data;
    for (guint i = 0; i < tiles->n_places; i++)
        bt_frame_unref(tiles->places[i].frame);
    g_free(tiles->places);
    tiles->strip->unref(tiles->strip);
    g_free(tiles);
}

BtTiles *bt_tiles_new(void)
{
    BtTiles *tiles = g_new(BtTiles, 1);
    tiles->strips = g_ptr_array_new_with_free_func(free_strip);
    return tiles;
}

void bt_tiles_free(BtTiles *tiles)
{
    g_ptr_array_unref(tiles->strips);
    g_free(tiles);
}

static BtStripTiles *add_strip(BtTiles *all, BtStrip *strip, int w_px)
{
    BtStripTiles *tiles = g_new0(BtStripTiles, 1);
    tiles->strip = strip->ref(strip);
    tiles->w_px = w_px;
    /* A window of w pixels touches at most w / tile + 2 tiles, cut at both ends. */
    tiles->n_places = (guint)(w_px / BT_STRIP_TILE_PX) + 2 + BT_TILES_AHEAD;
    tiles->places = g_new0(Place, tiles->n_places);
    for (guint i = 0; i < tiles->n_places; i++)
        tiles->places[i].k = -1;
    g_ptr_array_add(all->strips, tiles);
    return tiles;
}

BtStripTiles *bt_tiles_of(BtTiles *all, BtStrip *strip, int w_px)
{
    BtStripTiles *found = NULL;
    for (guint i = 0; i < all->strips->len && !found; i++) {
        BtStripTiles *tiles = all->strips->pdata[i];
        if (tiles->strip == strip && tiles->w_px == w_px)
            found = tiles;
    }
    if (!found)
        found = add_strip(all, strip, w_px);
    found->asked = TRUE;
    return found;
}

void bt_tiles_sweep(BtTiles *all)
{
    for (guint i = all->strips->len; i > 0; i--) {
        BtStripTiles *tiles = all->strips->pdata[i - 1];
        if (!tiles->asked)
            g_ptr_array_remove_index_fast(all->strips, i - 1);
        else
            tiles->asked = tiles->made = FALSE;
    }
}

BtFrame *bt_strip_tiles_get(BtStripTiles *tiles, gint64 k)
{
    Place *place = &tiles->places[k % tiles->n_places];
    if (place->k != k) {
        bt_frame_unref(place->frame);
        place->frame = tiles->strip->tile(tiles->strip, k);
        place->k = k;
        tiles->made = TRUE;
    }
    return place->frame;
}

void bt_strip_tiles_prepare(BtStripTiles *tiles, gint64 k, int step)
{
    gint64 n_tiles = (tiles->strip->length_px + BT_STRIP_TILE_PX - 1) / BT_STRIP_TILE_PX;
    for (int i = 1; i <= BT_TILES_AHEAD && !tiles->made; i++) {
        gint64 next = k + i * step;
        if (next >= 0 && next < n_tiles)
            bt_strip_tiles_get(tiles, next);
    }
}
