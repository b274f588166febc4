/* The banner of a rehearsal: over the whole width, at the top of the main zone, whose texts give
 * way to it. Nobody may take a rehearsal for the real thing, and nobody should miss what is
 * rehearsed. */
#include "player/stage/paint.h"
#include "player/stage/parts.h"

#include <math.h>

#define WORDS "DIỄN TẬP"
#define HEIGHT_PERCENT 11

static BtTextStyle banner_style(const BtStage *stage, int px)
{
    return (BtTextStyle){ .lang = "vi",
        .px = px,
        .weight = BT_WEIGHT_BOLD,
        .led = stage->options.led,
        .line_percent = 100 };
}

BtRect bt_banner_place(const BtStage *stage, BtRect main_px)
{
    BtTextStyle least = banner_style(stage, bt_text_min_px("vi", stage->options.led));
    int line_px = (int)ceilf(bt_text_line_px(stage->options.fonts, &least));
    /* The rows of air go to what is rehearsed where that would not have half of the zone. */
    int legible_px = MAX(line_px, MIN(line_px + 2, main_px.h / 2));
    int h = MAX(main_px.h * HEIGHT_PERCENT / 100, legible_px);
    return (BtRect){ 0, main_px.y, stage->options.w_px, MIN(h, main_px.h) };
}

/* The words again and again, so that a part of the wall says it too. */
static BtFrame *draw(const BtStage *stage, BtRect band)
{
    BtColours colours = bt_look_colours(BT_LOOK_ACCENT);
    BtFonts *fonts = stage->options.fonts;
    BtFrame *frame = bt_frame_new(band.w, band.h);
    BtRect all = { 0, 0, band.w, band.h };
    bt_frame_fill(frame, all, bt_look_pixel(colours.ground));
    frame->opaque = TRUE;
    BtTextStyle style = banner_style(stage, BT_TEXT_MAX_PX);
    for (style.px = CLAMP(band.h * 7 / 10, BT_TEXT_MIN_PX, BT_TEXT_MAX_PX);
         style.px > BT_TEXT_MIN_PX && bt_text_line_px(fonts, &style) > band.h; style.px--)
        ;
    g_auto(BtLine) line = bt_line_new(fonts, WORDS, &style, band.w);
    int mark = MAX(3, style.px * 2 / 5) | 1, step = line.width_px + style.px * 2 + mark;
    int n = MAX(1, (band.w + step - line.width_px) / step | 1);
    if (n * step - (step - line.width_px) > band.w)
        n = MAX(1, n - 2);
    int x = (band.w - (n * step - (step - line.width_px))) / 2;
    for (int i = 0; i < n; i++, x += step) {
        bt_line_draw(fonts, &line, frame, all, x, (band.h - line.height_px) / 2, colours.letters,
            colours.dark);
        if (i + 1 < n)
            bt_paint_shape(frame, BT_SHAPE_DIAMOND,
                (BtRect){ x + line.width_px + style.px, (band.h - mark) / 2, mark, mark },
                colours.letters);
    }
    return frame;
}

void bt_banner_add(BtStage *stage, BtScene *scene, BtRect band_px)
{
    GString *parts = g_string_new("banner;");
    bt_key_add_rect(parts, band_px);
    g_autofree char *key = bt_key_finish(parts);
    BtFrame *frame = bt_shelf_find(stage->frames, key);
    if (!frame)
        frame = bt_shelf_put_frame(stage->frames, key, draw(stage, band_px));
    BtLayer *layer = bt_scene_add_layer(scene, band_px);
    layer->hold_ms = BT_TIME_MAX;
    bt_layer_add_frame(layer, band_px, frame);
}
