#include "player/stage/ticker.h"

#include "player/stage/paint.h"
#include "player/stage/strip.h"

#include <math.h>
#include <string.h>

#define AIR_PERCENT 8   /* of the zone's height, above and below the line */
#define MOST_PERCENT 68 /* an em is no taller than that */
#define TITLE_GAP_EM 0.5
#define MARK_PERCENT 21     /* of the zone's height: the dividing mark */
#define MARK_GAP_PERCENT 52 /* on each side of it */

/* One text on its way to stretches. */
typedef struct {
    BtFonts *fonts;
    char *title, *body; /* each on one line */
    BtTextStyle style;  /* of the body */
    BtColours colours;
    int h_px;
    GArray *stretches;
} Words;

/* ---- one line ---- */

static gboolean ends_line(gunichar c)
{
    return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 ||
        c == 0x2029;
}

/* A text of several lines runs as one. (transfer full) */
static char *in_one_line(const char *text)
{
    GString *line = g_string_sized_new(strlen(text));
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        gboolean after_space = line->len == 0 || line->str[line->len - 1] == ' ';
        if (!ends_line(c))
            g_string_append_unichar(line, c);
        else if (!after_space)
            g_string_append_c(line, ' ');
    }
    return g_strstrip(g_string_free(line, FALSE));
}

/* ---- size ---- */

static BtTextStyle title_style(const Words *words)
{
    BtTextStyle style = words->style;
    style.weight = BT_WEIGHT_BOLD;
    return style;
}

static void extend(
    BtFonts *fonts, const char *text, const BtTextStyle *style, float *above_px, float *below_px)
{
    g_autoptr(BtTextLayout) layout = *text ? bt_text_layout(fonts, text, style, 0, NULL) : NULL;
    if (!layout || !layout->lines->len)
        return;
    const BtTextLine *line = &g_array_index(layout->lines, BtTextLine, 0);
    *above_px = MAX(*above_px, line->ascent_px);
    *below_px = MAX(*below_px, line->descent_px);
}

/* What title and body need over and under their common baseline: the script's line and their own
 * ink. */
static int needed_px(const Words *words, int *above_px)
{
    BtTextStyle bold = title_style(words);
    float above = 0, below = 0;
    extend(words->fonts, words->body, &words->style, &above, &below);
    extend(words->fonts, words->title, &bold, &above, &below);
    *above_px = (int)ceilf(above);
    int line_px = (int)ceilf(bt_text_line_px(words->fonts, &words->style));
    return MAX(line_px, *above_px + (int)ceilf(below));
}

/* The largest size at which everything fits the height. What is needed grows evenly with the size,
 * but for rounding, so one step leads near it. */
static void choose_size(Words *words)
{
    int room_px = words->h_px * (100 - 2 * AIR_PERCENT) / 100, above_px;
    words->style.px = CLAMP(words->h_px * MOST_PERCENT / 100, BT_TEXT_MIN_PX, BT_TEXT_MAX_PX);
    for (;;) {
        int px = words->style.px, need_px = needed_px(words, &above_px);
        if (need_px <= room_px || px <= BT_TEXT_MIN_PX)
            return;
        words->style.px = MAX(BT_TEXT_MIN_PX, MIN(px - 1, px * room_px / need_px + 1));
    }
}

/* ---- stretches ---- */

/* The whole ink belongs to the stretch: what hangs over is neither cut nor laid over a neighbour.
 */
static void add_line(
    Words *words, const char *text, const BtTextStyle *style, guint32 color, int baseline_px)
{
    BtTextLayout *layout = bt_text_layout(words->fonts, text, style, 0, NULL);
    if (!layout || !layout->lines->len) {
        bt_text_layout_free(layout);
        return;
    }
    const BtTextLine *line = &g_array_index(layout->lines, BtTextLine, 0);
    int width_px = (int)ceilf(line->width_px), ink_px = line->ink_px.x - (int)line->x_px;
    BtStretch stretch = { .layout = layout, .color = color, .before_px = MAX(0, -ink_px) };
    stretch.width_px = stretch.before_px + MAX(width_px, ink_px + line->ink_px.w);
    stretch.height_px = bt_lines_px(layout, 0, 1);
    stretch.y_px = baseline_px - (int)line->ascent_px;
    g_array_append_val(words->stretches, stretch);
}

static void add_room(GArray *stretches, int width_px)
{
    BtStretch room = { .width_px = width_px };
    g_array_append_val(stretches, room);
}

static void add_mark(const Words *words)
{
    int side = MAX(3, words->h_px * MARK_PERCENT / 100) | 1;
    int gap = words->h_px * MARK_GAP_PERCENT / 100;
    BtStretch mark = { .width_px = side,
        .height_px = side,
        .color = words->colours.accent,
        .y_px = (words->h_px - side) / 2 };
    add_room(words->stretches, gap);
    g_array_append_val(words->stretches, mark);
    add_room(words->stretches, gap);
}

static void add_words(Words *words)
{
    int above_px;
    choose_size(words);
    int baseline_px = (words->h_px - needed_px(words, &above_px)) / 2 + above_px;
    if (words->stretches->len)
        add_mark(words);
    BtTextStyle bold = title_style(words);
    if (*words->title)
        add_line(words, words->title, &bold, words->colours.accent, baseline_px);
    if (*words->title && *words->body)
        add_room(words->stretches, (int)(words->style.px * TITLE_GAP_EM));
    if (*words->body)
        add_line(words, words->body, &words->style, words->colours.letters, baseline_px);
}

/* ---- which way ---- */

typedef enum { WAY_ANY, WAY_LTR, WAY_RTL } Way;

static gboolean has_letters(const char *text)
{
    for (; *text; text = g_utf8_next_char(text))
        if (g_unichar_isalpha(g_utf8_get_char(text)))
            return TRUE;
    return FALSE;
}

/* The body decides where there is one; a text of digits and signs goes with its neighbours. */
static Way way_of(BtFonts *fonts, const Words *words)
{
    const char *text = has_letters(words->body) ? words->body : words->title;
    if (!has_letters(text))
        return WAY_ANY;
    g_autoptr(BtTextLayout) layout = bt_text_layout(fonts, text, &words->style, 0, NULL);
    return layout && layout->rtl ? WAY_RTL : WAY_LTR;
}

static void fill_ways(Way *ways, guint n)
{
    for (guint i = 1; i < n; i++)
        if (ways[i] == WAY_ANY)
            ways[i] = ways[i - 1];
    for (guint i = n; i-- > 1;)
        if (ways[i - 1] == WAY_ANY)
            ways[i - 1] = ways[i];
}

/* ---- the ticker ---- */

static void part_clear(gpointer data)
{
    BtTickerPart *part = data;
    part->strip->unref(part->strip);
}

static void words_clear(gpointer data)
{
    Words *words = data;
    g_free(words->title);
    g_free(words->body);
}

static Words words_of(
    BtFonts *fonts, const BtText *text, int zone_h_px, gboolean led, BtColours colours)
{
    Words words = { .fonts = fonts,
        .title = in_one_line(text->title),
        .body = in_one_line(text->body),
        .colours = colours,
        .h_px = zone_h_px };
    words.style = (BtTextStyle){ .lang = text->lang,
        .px = BT_TEXT_MIN_PX,
        .led = led,
        .line_percent = 100,
        .weight = BT_WEIGHT_MEDIUM };
    return words;
}

/* The texts that have something to show. (transfer full): GArray of Words */
static GArray *read_texts(
    BtFonts *fonts, GPtrArray *texts, int zone_h_px, gboolean led, BtColours colours)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(Words));
    g_array_set_clear_func(all, words_clear);
    for (guint i = 0; i < texts->len; i++) {
        Words words = words_of(fonts, texts->pdata[i], zone_h_px, led, colours);
        if (*words.title || *words.body)
            g_array_append_val(all, words);
        else
            words_clear(&words);
    }
    return all;
}

int bt_ticker_px(BtFonts *fonts, const BtText *text, int zone_h_px, gboolean led)
{
    Words words = words_of(fonts, text, zone_h_px, led, bt_look_colours(BT_LOOK_GROUND));
    choose_size(&words);
    words_clear(&words);
    return words.style.px;
}

static void add_part(BtTicker *ticker, GArray *all, guint first, guint end, Way way)
{
    const Words *any = &g_array_index(all, Words, first);
    GArray *stretches = g_array_new(FALSE, FALSE, sizeof(BtStretch));
    g_array_set_clear_func(stretches, bt_stretch_clear);
    for (guint i = first; i < end; i++) {
        Words *words = &g_array_index(all, Words, i);
        words->stretches = stretches;
        add_words(words);
    }
    BtTickerPart part = { .rtl = way == WAY_RTL };
    part.strip = bt_text_strip_new(any->fonts, stretches, any->h_px, any->colours, part.rtl);
    g_array_append_val(ticker->parts, part);
}

BtTicker *bt_ticker_new(
    BtFonts *fonts, GPtrArray *texts, int zone_h_px, gboolean led, BtColours colours)
{
    BtTicker *ticker = g_new0(BtTicker, 1);
    ticker->parts = g_array_new(FALSE, FALSE, sizeof(BtTickerPart));
    g_array_set_clear_func(ticker->parts, part_clear);
    g_autoptr(GArray) all = read_texts(fonts, texts, zone_h_px, led, colours);
    g_autofree Way *ways = g_new0(Way, all->len + 1);
    for (guint i = 0; i < all->len; i++)
        ways[i] = way_of(fonts, &g_array_index(all, Words, i));
    fill_ways(ways, all->len);
    for (guint first = 0, end; first < all->len; first = end) {
        for (end = first + 1; end < all->len && ways[end] == ways[first];)
            end++;
        add_part(ticker, all, first, end, ways[first]);
    }
    return ticker;
}

void bt_ticker_free(BtTicker *ticker)
{
    if (!ticker)
        return;
    g_array_unref(ticker->parts);
    g_free(ticker);
}

gint64 bt_ticker_advance_px(const BtTicker *ticker, int zone_w_px)
{
    gint64 advance_px = 0;
    for (guint i = 0; i < ticker->parts->len; i++)
        advance_px += g_array_index(ticker->parts, BtTickerPart, i).strip->length_px +
            (i > 0 ? zone_w_px : 0);
    return advance_px;
}

const BtTickerPart *bt_ticker_part_at(
    const BtTicker *ticker, int zone_w_px, gint64 offset_px, gint64 *start_px, gint64 *end_px)
{
    const BtTickerPart *part = NULL;
    *start_px = *end_px = 0;
    for (guint i = 0; i < ticker->parts->len; i++) {
        part = &g_array_index(ticker->parts, BtTickerPart, i);
        *start_px = *end_px;
        *end_px += part->strip->length_px + zone_w_px;
        if (offset_px < *end_px)
            break;
    }
    return part;
}
