/* A clock: the time large, the day below, the lunar day below that. The words change once a day and
 * are one frame; the time is another, small one on top, in digits of one width and at a place that
 * depends on the zone alone, so that nothing jumps. */
#include "player/stage/calendar.h"
#include "player/stage/paint.h"
#include "player/stage/parts.h"

#include <math.h>

#define TIME_HEIGHT_PERCENT 40 /* of the zone: an em of the time */
#define WIDTH_PERCENT 90       /* what a line may take */

typedef struct {
    BtStage *stage;
    BtRect rect_px;
    BtColours colours;
    int time_px, words_px; /* sizes */
    gboolean seconds;
    const char *name, *day, *lunar;
    BtRect time_box_px;         /* on the canvas */
    int name_y, day_y, lunar_y; /* in the zone, -1: no room */
} Face;

static BtTextStyle time_style(const Face *face, int px)
{
    return (BtTextStyle){ .lang = "vi",
        .px = px,
        .weight = BT_WEIGHT_BOLD,
        .tabular = TRUE,
        .led = face->stage->options.led,
        .line_percent = 100 };
}

static BtTextStyle words_style(const Face *face, int px)
{
    return (BtTextStyle){ .lang = "vi",
        .px = px,
        .weight = BT_WEIGHT_MEDIUM,
        .led = face->stage->options.led,
        .line_percent = 100 };
}

/* Every digit is as wide as 0. */
static const char *widest(gboolean seconds)
{
    return seconds ? "00:00:00" : "00:00";
}

static int width_of(const Face *face, const char *text, BtTextStyle style)
{
    return bt_text_advance_px(face->stage->options.fonts, text, &style);
}

static int line_of(const Face *face, BtTextStyle style)
{
    return (int)ceilf(bt_text_line_px(face->stage->options.fonts, &style));
}

/* Widths grow with the size as good as evenly: one step by the rule of three, then down to a fit.
 */
static int fit_width(const Face *face, const char *text, int px, gboolean time)
{
    int room = face->rect_px.w * WIDTH_PERCENT / 100;
    BtTextStyle style = time ? time_style(face, px) : words_style(face, px);
    int width = width_of(face, text, style);
    if (width <= room)
        return px;
    for (style.px = MAX(BT_TEXT_MIN_PX, px * room / width + 1); style.px > BT_TEXT_MIN_PX;
         style.px--)
        if (width_of(face, text, style) <= room)
            break;
    return style.px;
}

static void choose_sizes(Face *face, gboolean may_have_seconds)
{
    int h = face->rect_px.h, least = bt_text_min_px("vi", face->stage->options.led);
    int wanted = CLAMP(h * TIME_HEIGHT_PERCENT / 100, least, BT_TEXT_MAX_PX);
    int with = fit_width(face, widest(TRUE), wanted, TRUE);
    int without = fit_width(face, widest(FALSE), wanted, TRUE);
    face->seconds = may_have_seconds && with * 10 >= without * 7;
    face->time_px = face->seconds ? with : without;
    face->words_px =
        CLAMP(MIN(h, face->rect_px.w) * 10 / 100, least, MAX(least, face->time_px * 2 / 5));
    const char *lines[] = { face->day, face->lunar, face->name };
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        face->words_px = MIN(face->words_px, fit_width(face, lines[i], face->words_px, FALSE));
    face->words_px = MAX(face->words_px, least);
}

/* The fullest that stands whole: half a date is none. */
static const char *that_fits(const Face *face, char **wordings)
{
    while (**wordings &&
        width_of(face, *wordings, words_style(face, face->words_px)) > face->rect_px.w)
        wordings++;
    return *wordings;
}

/* The ink of digits: no part of them lies below the line. */
static int digits_height(const Face *face, int *top_px)
{
    BtTextStyle style = time_style(face, face->time_px);
    g_autoptr(BtTextLayout) layout =
        bt_text_layout(face->stage->options.fonts, widest(FALSE), &style, 0, NULL);
    *top_px = 0;
    if (!layout || !layout->lines->len)
        return face->time_px;
    BtRect ink = g_array_index(layout->lines, BtTextLine, 0).ink_px;
    *top_px = ink.y;
    return MAX(1, ink.h);
}

/* From the top: name, time, day, lunar day; when the room is short the lunar day goes first, then
 * the name. */
static void place_lines(Face *face)
{
    int line = line_of(face, words_style(face, face->words_px)), h = face->rect_px.h, top;
    int digits = digits_height(face, &top), room = h - digits - 2 * MAX(1, h / 40);
    gboolean has_day = *face->day && room >= line + 2;
    gboolean has_name = *face->name && room >= 2 * line + 4;
    int lines = has_day + has_name;
    gboolean has_lunar = *face->lunar && has_day && room >= (lines + 1) * line + 4;
    lines += has_lunar;
    int gap = CLAMP((room - lines * line) / 2, 2, MAX(2, face->words_px * 2 / 3));
    int name = has_name ? line + gap : 0;
    int all = name + digits + (has_day ? gap + line : 0) + (has_lunar ? line : 0);
    int y = MAX(0, (h - all) / 2),
        width = width_of(face, widest(face->seconds), time_style(face, face->time_px));
    face->name_y = has_name ? y : -1;
    y += name;
    face->time_box_px = (BtRect){ face->rect_px.x + (face->rect_px.w - width) / 2,
        face->rect_px.y + y, width, digits };
    y += digits + gap;
    face->day_y = has_day ? y : -1;
    face->lunar_y = has_lunar ? y + line : -1;
}

static void draw_words(const Face *face, BtFrame *frame, const char *words, int y, guint32 color)
{
    if (y < 0)
        return;
    BtTextStyle style = words_style(face, face->words_px);
    BtRect all = { 0, 0, frame->w_px, frame->h_px };
    g_auto(BtLine) line = bt_line_new(face->stage->options.fonts, words, &style, frame->w_px);
    bt_line_draw(face->stage->options.fonts, &line, frame, all, (frame->w_px - line.width_px) / 2,
        y, color, face->colours.dark);
}

static GString *face_key(const Face *face, const char *what)
{
    GString *key = g_string_new(what);
    bt_key_add_rect(key, face->rect_px);
    bt_key_add_int(key, face->colours.ground);
    bt_key_add(key, face->name);
    return key;
}

static BtFrame *ground_frame(const Face *face, int w_px, int h_px)
{
    BtFrame *frame = bt_frame_new(w_px, h_px);
    bt_frame_fill(frame, (BtRect){ 0, 0, w_px, h_px }, bt_look_pixel(face->colours.ground));
    frame->opaque = TRUE;
    return frame;
}

static BtFrame *find_words(const Face *face)
{
    GString *parts = face_key(face, "words;");
    bt_key_add(parts, face->day);
    bt_key_add(parts, face->lunar);
    g_autofree char *key = bt_key_finish(parts);
    BtFrame *frame = bt_shelf_find(face->stage->frames, key);
    if (frame)
        return frame;
    frame = ground_frame(face, face->rect_px.w, face->rect_px.h);
    draw_words(face, frame, face->name, face->name_y, face->colours.accent);
    draw_words(face, frame, face->day, face->day_y, face->colours.letters);
    draw_words(face, frame, face->lunar, face->lunar_y, face->colours.quiet);
    return bt_shelf_put_frame(face->stage->frames, key, frame);
}

static BtFrame *find_time(const Face *face, const char *time)
{
    GString *parts = face_key(face, "time;");
    bt_key_add(parts, time);
    g_autofree char *key = bt_key_finish(parts);
    BtFrame *frame = bt_shelf_find(face->stage->faces, key);
    if (frame)
        return frame;
    int top;
    digits_height(face, &top);
    frame = ground_frame(face, face->time_box_px.w, face->time_box_px.h);
    BtTextStyle style = time_style(face, face->time_px);
    g_auto(BtLine) line = bt_line_new(face->stage->options.fonts, time, &style, G_MAXINT / 2);
    BtRect all = { 0, 0, frame->w_px, frame->h_px };
    bt_line_draw(face->stage->options.fonts, &line, frame, all, 0, -top, face->colours.letters,
        face->colours.dark);
    return bt_shelf_put_frame(face->stage->faces, key, frame);
}

gint64 bt_clock_add(BtStage *stage, BtLayer *layer, BtRect rect_px, guint32 ground, GTimeZone *zone,
    const char *name, gint64 t_ms)
{
    g_autoptr(GDateTime) local = bt_calendar_local(t_ms, zone);
    g_auto(GStrv) days = bt_calendar_day_wordings(local);
    g_auto(GStrv) lunars = bt_calendar_lunar_wordings(local);
    Face face = { .stage = stage,
        .rect_px = rect_px,
        .colours = bt_look_colours(ground),
        .name = name,
        .day = days[0],
        .lunar = lunars[0] };
    choose_sizes(&face, !*name);
    face.day = that_fits(&face, days);
    face.lunar = that_fits(&face, lunars);
    place_lines(&face);
    g_autofree char *time = g_date_time_format(local, face.seconds ? "%H:%M:%S" : "%H:%M");
    bt_layer_add_frame(layer, rect_px, find_words(&face));
    bt_layer_add_frame(layer, face.time_box_px, find_time(&face, time));
    return bt_calendar_next(t_ms, face.seconds ? BT_SECOND_MS : BT_MINUTE_MS);
}
