#include "player/stage/strip.h"

#include "player/stage/paint.h"

typedef struct {
    BtStrip strip;
    gint count;
    BtFonts *fonts; /* borrowed */
    GArray *stretches;
    int h_px;
    BtColours colours;
} TextStrip;

void bt_stretch_clear(gpointer data)
{
    g_clear_pointer(&((BtStretch *)data)->layout, bt_text_layout_free);
}

static BtStrip *strip_ref(BtStrip *strip)
{
    g_atomic_int_inc(&((TextStrip *)strip)->count);
    return strip;
}

static void strip_unref(BtStrip *strip)
{
    TextStrip *self = (TextStrip *)strip;
    if (!g_atomic_int_dec_and_test(&self->count))
        return;
    g_array_unref(self->stretches);
    g_free(self);
}

static void draw_stretch(
    const TextStrip *self, const BtStretch *stretch, BtFrame *tile, gint64 from_px)
{
    int x = (int)(stretch->x_px - from_px);
    BtRect all = { 0, 0, tile->w_px, tile->h_px };
    if (!stretch->layout) {
        bt_paint_shape(tile, BT_SHAPE_DIAMOND,
            (BtRect){ x, stretch->y_px, stretch->width_px, stretch->height_px }, stretch->color);
        return;
    }
    const BtTextLine *line = &g_array_index(stretch->layout->lines, BtTextLine, 0);
    bt_text_draw(self->fonts, stretch->layout, 0, 1, tile->pixels, tile->stride_px, all,
        x + stretch->before_px - line->x_px, stretch->y_px, stretch->color, self->colours.dark);
}

static BtFrame *strip_tile(BtStrip *strip, gint64 k)
{
    const TextStrip *self = (const TextStrip *)strip;
    gint64 from_px = k * BT_STRIP_TILE_PX, left_px = strip->length_px - from_px;
    if (k < 0 || left_px <= 0)
        return NULL;
    BtFrame *tile = bt_frame_new((int)MIN(BT_STRIP_TILE_PX, left_px), self->h_px);
    bt_frame_fill(
        tile, (BtRect){ 0, 0, tile->w_px, tile->h_px }, bt_look_pixel(self->colours.ground));
    tile->opaque = TRUE;
    for (guint i = 0; i < self->stretches->len; i++) {
        const BtStretch *stretch = &g_array_index(self->stretches, BtStretch, i);
        if (stretch->x_px < from_px + tile->w_px && stretch->x_px + stretch->width_px > from_px)
            draw_stretch(self, stretch, tile, from_px);
    }
    return tile;
}

/* Side by side, from the side at which reading begins; room has done its work then. */
static gint64 lay_out(GArray *stretches, gboolean rtl)
{
    gint64 length_px = 0;
    for (guint i = 0; i < stretches->len; i++) {
        BtStretch *stretch = &g_array_index(stretches, BtStretch, i);
        stretch->x_px = length_px;
        length_px += stretch->width_px;
    }
    for (guint i = stretches->len; i-- > 0;) {
        BtStretch *stretch = &g_array_index(stretches, BtStretch, i);
        if (rtl)
            stretch->x_px = length_px - stretch->x_px - stretch->width_px;
        if (stretch->height_px == 0)
            g_array_remove_index(stretches, i);
    }
    return length_px;
}

BtStrip *bt_text_strip_new(
    BtFonts *fonts, GArray *stretches, int h_px, BtColours colours, gboolean rtl)
{
    TextStrip *self = g_new0(TextStrip, 1);
    self->strip.tile = strip_tile;
    self->strip.ref = strip_ref;
    self->strip.unref = strip_unref;
    self->count = 1;
    self->fonts = fonts;
    self->stretches = stretches;
    self->h_px = h_px;
    self->colours = colours;
    self->strip.length_px = lay_out(stretches, rtl);
    return &self->strip;
}
