#include "player/stage/caption.h"

#include "player/stage/look.h"
#include "player/stage/paint.h"
#include "player/stage/plan.h"

#include <math.h>
#include <string.h>

#define HEIGHT_EMS 18
#define MOST_HEIGHT_PERCENT 50

/* ---- words ---- */

static void keep_last(GPtrArray *said, const char *text)
{
    if (said->len == BT_CAPTION_MAX_CUES)
        g_ptr_array_remove_index(said, 0);
    g_ptr_array_add(said, (gpointer)text);
}

char *bt_caption_words(const GArray *cues, gint64 t_ms, gint64 *until_ms)
{
    g_autoptr(GPtrArray) said = g_ptr_array_new();
    *until_ms = BT_TIME_MAX;
    for (guint i = 0; i < cues->len; i++) {
        const BtCue *cue = &g_array_index(cues, BtCue, i);
        if (cue->start_ms > t_ms) {
            *until_ms = MIN(*until_ms, cue->start_ms);
            break;
        }
        if (cue->end_ms <= t_ms)
            continue;
        *until_ms = MIN(*until_ms, cue->end_ms);
        keep_last(said, cue->text);
    }
    if (said->len == 0)
        return NULL;
    g_ptr_array_add(said, NULL);
    return g_strjoinv("\n", (char **)said->pdata);
}

/* ---- lines ---- */

typedef struct {
    BtFonts *fonts;
    BtTextStyle style;
    int least_px;   /* size */
    int w_px, h_px; /* for the lines, without the scrim's rim */
    int rim_px;
} Box;

/* The rim grows with the letters, so it is taken for the largest ones. */
static Box box_for(BtFonts *fonts, const char *lang, gboolean led, int w_px, int h_px)
{
    int side = MIN(h_px, w_px * 3 / 4), legible = bt_text_min_px(lang, led);
    int px = CLAMP(side / HEIGHT_EMS, legible, BT_TEXT_MAX_PX);
    int margin_w = w_px * BT_CAPTION_MARGIN_PERCENT / 100;
    int margin_h = h_px * BT_CAPTION_MARGIN_PERCENT / 100;
    Box box = { .fonts = fonts, .least_px = MAX(legible, px * 2 / 3), .rim_px = MAX(1, px / 4) };
    box.style = (BtTextStyle){ .lang = lang,
        .px = px,
        .weight = BT_WEIGHT_MEDIUM,
        .align = BT_ALIGN_CENTRE,
        .led = led,
        .line_percent = 100 };
    BtTextStyle smallest = box.style;
    smallest.px = legible;
    int line_px = (int)ceilf(bt_text_line_px(fonts, &smallest));
    int beside_px = margin_h + box.rim_px;
    box.w_px = w_px - 2 * margin_w - 2 * box.rim_px;
    box.h_px = MAX(h_px * MOST_HEIGHT_PERCENT / 100 - beside_px, 2 * line_px);
    box.h_px = MIN(box.h_px, h_px - beside_px);
    if (box.w_px < legible || box.h_px < line_px)
        box.h_px = 0;
    return box;
}

/* What is cut ends in …, which narrower lines would lose. */
static BtTextLayout *lay_to_fit(Box *box, const char *words)
{
    const BtTextBox room = { box->w_px, box->h_px, BT_CAPTION_MAX_LINES };
    box->style.px = bt_text_fit_px(box->fonts, words, &box->style, box->w_px, box->h_px,
        BT_CAPTION_MAX_LINES, box->least_px, box->style.px);
    BtTextLayout *layout = bt_text_layout_in_box(box->fonts, words, &box->style, &room, NULL);
    if (!layout || layout->lines->len == 0) {
        bt_text_layout_free(layout);
        return NULL;
    }
    if (layout->cut == strlen(words))
        bt_even_lines(box->fonts, &layout);
    return layout;
}

/* ---- drawing ---- */

/* Where the widest of the lines begins and how wide it is, in whole pixels. */
static void extent(const BtTextLayout *layout, int *x_px, int *w_px)
{
    float left = G_MAXFLOAT, right = 0;
    for (guint i = 0; i < layout->lines->len; i++) {
        const BtTextLine *line = &g_array_index(layout->lines, BtTextLine, i);
        left = MIN(left, MIN(line->x_px, (float)line->ink_px.x));
        right =
            MAX(right, MAX(line->x_px + line->width_px, (float)(line->ink_px.x + line->ink_px.w)));
    }
    *x_px = (int)floorf(left);
    *w_px = MAX(1, (int)ceilf(right) - *x_px);
}

BtFrame *bt_caption_draw(
    BtFonts *fonts, const char *words, const char *lang, gboolean led, int w_px, int h_px)
{
    Box box = box_for(fonts, lang, led, w_px, h_px);
    g_autoptr(BtTextLayout) layout = box.h_px > 0 ? lay_to_fit(&box, words) : NULL;
    if (!layout)
        return NULL;
    int x, w;
    guint n = layout->lines->len;
    extent(layout, &x, &w);
    int rim = box.rim_px, h = bt_lines_px(layout, 0, n);
    BtColours colours = bt_look_colours(BT_LOOK_GROUND);
    BtFrame *frame = bt_frame_new(w + 2 * rim, h + rim);
    BtRect all = { 0, 0, frame->w_px, frame->h_px };
    bt_frame_fill(frame, all, bt_look_pixel_alpha(colours.ground, BT_LOOK_SCRIM_ALPHA));
    bt_text_draw(fonts, layout, 0, n, frame->pixels, frame->stride_px, all, (float)(rim - x),
        (float)(rim / 2), colours.letters, colours.dark);
    return frame;
}

BtRect bt_caption_place(BtRect picture, int w_px, int h_px)
{
    int margin = picture.h * BT_CAPTION_MARGIN_PERCENT / 100;
    return (BtRect){ picture.x + (picture.w - w_px) / 2, picture.y + picture.h - margin - h_px,
        w_px, h_px };
}
