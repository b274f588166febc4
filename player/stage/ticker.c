#include "player/stage/ticker.h"

#include "player/stage/paint.h"

#include <math.h>

#define AIR_PERCENT 8   /* of the zone's height, above and below the line */
#define MOST_PERCENT 68 /* an em is no taller than that */
#define TITLE_GAP_EM 0.5
#define MARK_PERCENT 21     /* of the zone's height: the dividing mark */
#define MARK_GAP_PERCENT 52 /* on each side of it */

/* A stretch of the strip: a line of text, or a mark. */
typedef struct {
    BtTextLayout *layout; /* NULL: a mark */
    gint64 x_px;
    int y_px, width_px, height_px;
    guint32 color;
} Stretch;

typedef struct {
    BtStrip strip;
    gint count;
    BtFonts *fonts; /* borrowed */
    GArray *stretches;
    int h_px;
    BtColours colours;
} Ticker;

static void stretch_clear(gpointer data)
{
    g_clear_pointer(&((Stretch *)data)->layout, bt_text_layout_free);
}

static BtStrip *ticker_ref(BtStrip *strip)
{
    g_atomic_int_inc(&((Ticker *)strip)->count);
    return strip;
}

static void ticker_unref(BtStrip *strip)
{
    Ticker *ticker = (Ticker *)strip;
    if (!g_atomic_int_dec_and_test(&ticker->count))
        return;
    g_array_unref(ticker->stretches);
    g_free(ticker);
}

static void draw_stretch(
    const Ticker *ticker, const Stretch *stretch, BtFrame *tile, gint64 from_px)
{
    int x = (int)(stretch->x_px - from_px);
    BtRect all = { 0, 0, tile->w_px, tile->h_px };
    if (!stretch->layout) {
        bt_paint_shape(tile, BT_SHAPE_DIAMOND,
            (BtRect){ x, stretch->y_px, stretch->width_px, stretch->height_px }, stretch->color);
        return;
    }
    const BtTextLine *line = &g_array_index(stretch->layout->lines, BtTextLine, 0);
    bt_text_draw(ticker->fonts, stretch->layout, 0, 1, tile->pixels, tile->stride_px, all,
        x - line->x_px, stretch->y_px, stretch->color, ticker->colours.dark);
}

static BtFrame *ticker_tile(BtStrip *strip, gint64 k)
{
    const Ticker *ticker = (const Ticker *)strip;
    gint64 from_px = k * BT_STRIP_TILE_PX, left_px = strip->length_px - from_px;
    if (k < 0 || left_px <= 0)
        return NULL;
    BtFrame *tile = bt_frame_new((int)MIN(BT_STRIP_TILE_PX, left_px), ticker->h_px);
    bt_frame_fill(
        tile, (BtRect){ 0, 0, tile->w_px, tile->h_px }, bt_look_pixel(ticker->colours.ground));
    tile->opaque = TRUE;
    /* Ink may hang over the edges of its stretch by up to an em. */
    int over_px = ticker->h_px;
    for (guint i = 0; i < ticker->stretches->len; i++) {
        const Stretch *stretch = &g_array_index(ticker->stretches, Stretch, i);
        if (stretch->x_px - over_px < from_px + tile->w_px &&
            stretch->x_px + stretch->width_px + over_px > from_px)
            draw_stretch(ticker, stretch, tile, from_px);
    }
    return tile;
}

/* The largest size at which both the script's line and this text's own ink fit the height. */
static int size_for(BtFonts *fonts, const char *words, BtTextStyle style, int room_px, int most_px)
{
    for (style.px = most_px; style.px > BT_TEXT_MIN_PX; style.px--) {
        if (bt_text_line_px(fonts, &style) > room_px)
            continue;
        g_autoptr(BtTextLayout) layout = bt_text_layout(fonts, words, &style, 0, NULL);
        if (!layout || !layout->lines->len)
            break;
        const BtTextLine *line = &g_array_index(layout->lines, BtTextLine, 0);
        if (line->ink_px.h <= room_px && line->ascent_px + line->descent_px <= room_px)
            break;
    }
    return style.px;
}

/* A text of several lines runs as one. */
static char *in_one_line(const char *text)
{
    char *line = g_strdup(text);
    for (char *c = line; *c; c++)
        if (*c == '\n' || *c == '\r' || *c == '\t')
            *c = ' ';
    return g_strstrip(line);
}

static void add_words(Ticker *ticker, const char *words, const BtTextStyle *style, guint32 color)
{
    BtTextLayout *layout = bt_text_layout(ticker->fonts, words, style, 0, NULL);
    if (!layout || !layout->lines->len) {
        bt_text_layout_free(layout);
        return;
    }
    const BtTextLine *line = &g_array_index(layout->lines, BtTextLine, 0);
    Stretch stretch = { .layout = layout,
        .color = color,
        .width_px = (int)ceilf(line->width_px),
        .height_px = bt_lines_px(layout, 0, 1) };
    stretch.y_px = (ticker->h_px - stretch.height_px) / 2;
    g_array_append_val(ticker->stretches, stretch);
}

/* Room without ink: a stretch too, so that laying them side by side is one rule. */
static void add_gap(Ticker *ticker, int width_px)
{
    Stretch gap = { .width_px = width_px };
    g_array_append_val(ticker->stretches, gap);
}

static void add_mark(Ticker *ticker)
{
    int side = MAX(3, ticker->h_px * MARK_PERCENT / 100) | 1;
    int gap = ticker->h_px * MARK_GAP_PERCENT / 100;
    Stretch mark = { .width_px = side,
        .height_px = side,
        .color = ticker->colours.accent,
        .y_px = (ticker->h_px - side) / 2 };
    add_gap(ticker, gap);
    g_array_append_val(ticker->stretches, mark);
    add_gap(ticker, gap);
}

static BtTextStyle style_of(BtFonts *fonts, const BtText *text, int h_px, gboolean led)
{
    g_autofree char *title = in_one_line(text->title), *body = in_one_line(text->body);
    g_autofree char *both = g_strconcat(title, " ", body, NULL);
    int room_px = h_px * (100 - 2 * AIR_PERCENT) / 100;
    BtTextStyle style = {
        .lang = text->lang, .led = led, .line_percent = 100, .weight = BT_WEIGHT_MEDIUM
    };
    style.px = size_for(fonts, both, style, room_px,
        CLAMP(h_px * MOST_PERCENT / 100, BT_TEXT_MIN_PX, BT_TEXT_MAX_PX));
    return style;
}

int bt_ticker_px(BtFonts *fonts, const BtText *text, int zone_h_px, gboolean led)
{
    return style_of(fonts, text, zone_h_px, led).px;
}

static void add_text(Ticker *ticker, const BtText *text, gboolean led)
{
    g_autofree char *title = in_one_line(text->title), *body = in_one_line(text->body);
    BtTextStyle style = style_of(ticker->fonts, text, ticker->h_px, led);
    if (ticker->stretches->len)
        add_mark(ticker);
    if (*title) {
        BtTextStyle bold = style;
        bold.weight = BT_WEIGHT_BOLD;
        add_words(ticker, title, &bold, ticker->colours.accent);
        if (*body)
            add_gap(ticker, (int)(style.px * TITLE_GAP_EM));
    }
    if (*body)
        add_words(ticker, body, &style, ticker->colours.letters);
}

/* Side by side, from the side at which reading begins; gaps have done their work then. */
static gint64 lay_out(GArray *stretches, gboolean rtl)
{
    gint64 length_px = 0;
    for (guint i = 0; i < stretches->len; i++) {
        Stretch *stretch = &g_array_index(stretches, Stretch, i);
        stretch->x_px = length_px;
        length_px += stretch->width_px;
    }
    for (guint i = stretches->len; i-- > 0;) {
        Stretch *stretch = &g_array_index(stretches, Stretch, i);
        if (rtl)
            stretch->x_px = length_px - stretch->x_px - stretch->width_px;
        if (stretch->height_px == 0)
            g_array_remove_index(stretches, i);
    }
    return length_px;
}

static gboolean begins_rtl(const GArray *stretches)
{
    const Stretch *first = stretches->len ? &g_array_index(stretches, Stretch, 0) : NULL;
    return first && first->layout && first->layout->rtl;
}

BtStrip *bt_ticker_new(
    BtFonts *fonts, GPtrArray *texts, int zone_h_px, gboolean led, BtColours colours, gboolean *rtl)
{
    Ticker *ticker = g_new0(Ticker, 1);
    ticker->strip.tile = ticker_tile;
    ticker->strip.ref = ticker_ref;
    ticker->strip.unref = ticker_unref;
    ticker->count = 1;
    ticker->fonts = fonts;
    ticker->stretches = g_array_new(FALSE, FALSE, sizeof(Stretch));
    g_array_set_clear_func(ticker->stretches, stretch_clear);
    ticker->h_px = zone_h_px;
    ticker->colours = colours;
    for (guint i = 0; i < texts->len; i++)
        add_text(ticker, texts->pdata[i], led);
    *rtl = begins_rtl(ticker->stretches);
    ticker->strip.length_px = lay_out(ticker->stretches, *rtl);
    return &ticker->strip;
}
