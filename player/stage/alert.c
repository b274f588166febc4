#include "player/stage/alert.h"

#include "player/stage/calendar.h"
#include "player/stage/look.h"
#include "player/stage/paint.h"

#include <string.h>

#define LEVELS 5
#define URGENT_LEVEL 4 /* whose colours stand for what is urgent and has none */

/* The words of Decision 18/2021/QĐ-TTg, article 4. */
static const char *const words_vi[LEVELS] = { "THẤP", "TRUNG BÌNH", "LỚN", "RẤT LỚN", "THẢM HỌA" };
static const char *const words_en[LEVELS] = { "LOW", "MODERATE", "HIGH", "VERY HIGH", "DISASTER" };

static gboolean is_english(const char *lang)
{
    return !strncmp(lang, "en", 2) && (lang[2] == '\0' || lang[2] == '-');
}

/* From the fullest wording to the one that must fit. */
#define N_WORDINGS 4

static char *wording(int level, gboolean english, guint brevity)
{
    if (level == BT_ALERT_URGENT)
        return g_strdup(english ? "URGENT" : "KHẨN CẤP");
    const char *word = english ? words_en[level - 1] : words_vi[level - 1];
    switch (brevity) {
    case 0:
        return g_strdup_printf(
            english ? "WARNING – LEVEL %d – RISK: %s" : "CẢNH BÁO – CẤP %d – RỦI RO %s", level,
            word);
    case 1:
        return g_strdup_printf(english ? "LEVEL %d – RISK: %s" : "CẤP %d – RỦI RO %s", level, word);
    case 2:
        return g_strdup_printf(english ? "LEVEL %d – %s" : "CẤP %d – %s", level, word);
    default:
        return g_strdup_printf(english ? "LEVEL %d" : "CẤP %d", level);
    }
}

/* How wide the band's words may become, whatever the level: one board says all levels alike. */
static int widest(BtFonts *fonts, gboolean english, guint brevity, const BtTextStyle *style)
{
    int most = 0;
    for (int level = 1; level <= LEVELS; level++) {
        g_autofree char *text = wording(level, english, brevity);
        most = MAX(most, bt_text_advance_px(fonts, text, style));
    }
    return most;
}

static BtLine words_that_fit(
    BtFonts *fonts, int level, gboolean english, BtTextStyle style, int width_px)
{
    int full_px = style.px, least_px = MAX(BT_TEXT_MIN_PX, full_px * 3 / 4);
    guint brevity = 0;
    while (widest(fonts, english, brevity, &style) > width_px) {
        gboolean last = brevity + 1 == N_WORDINGS;
        if (style.px > (last ? BT_TEXT_MIN_PX : least_px)) {
            style.px--;
        } else if (last) {
            break;
        } else {
            brevity++;
            style.px = full_px;
        }
    }
    g_autofree char *text = wording(level, english, brevity);
    return bt_line_new(fonts, text, &style, width_px);
}

/* Five steps of which `level` stand tall: the number as a shape. */
static void draw_steps(BtFrame *frame, BtRect box, int level, guint32 color)
{
    int step = box.w / LEVELS, w = MAX(2, step * 3 / 5);
    for (int i = 0; i < LEVELS; i++) {
        int h = i < level ? box.h * (i + 3) / (LEVELS + 2) : MAX(2, box.h / 10);
        bt_frame_fill(
            frame, (BtRect){ box.x + i * step, box.y + box.h - h, w, h }, bt_look_pixel(color));
    }
}

void bt_alert_draw_band(
    BtFonts *fonts, BtFrame *frame, BtRect band, int level, const char *lang, gboolean led)
{
    gboolean urgent = level == BT_ALERT_URGENT;
    level = urgent ? level : CLAMP(level, 1, LEVELS);
    BtColours colours = bt_look_level(urgent ? URGENT_LEVEL : level);
    bt_frame_fill(frame, band, bt_look_pixel(colours.ground));
    int air = MAX(2, band.h / 6), mark = band.h - 2 * air, gap = MAX(3, band.h / 4);
    BtRect left = { band.x + gap, band.y + air, mark * 8 / 7, mark };
    bt_paint_danger(frame, left, colours.letters, colours.ground);
    BtRect steps = { band.x + band.w - gap - mark * 6 / 5, band.y + air, mark * 6 / 5, mark };
    gboolean room = !urgent && band.w >= 8 * band.h;
    if (room)
        draw_steps(frame, steps, level, colours.letters);
    int x = left.x + left.w + gap, end = room ? steps.x - gap : band.x + band.w - gap;
    BtTextStyle style = { .lang = is_english(lang) ? "en" : "vi",
        .weight = BT_WEIGHT_BOLD,
        .px = MAX(BT_TEXT_MIN_PX, band.h * 54 / 100),
        .led = led };
    g_auto(BtLine) line = words_that_fit(fonts, level, is_english(lang), style, end - x);
    bt_line_draw(fonts, &line, frame, band, x, band.y + (band.h - line.height_px) / 2,
        colours.letters, colours.dark);
}

char *bt_alert_until(gint64 until_ms, GTimeZone *zone, const char *lang, gboolean brief)
{
    g_autoptr(GDateTime) local = bt_calendar_local(until_ms, zone);
    g_autofree char *when = g_date_time_format(local, brief ? "%H:%M, %d/%m" : "%H:%M, %d/%m/%Y");
    if (brief)
        return g_strdup_printf(is_english(lang) ? "Until %s" : "Đến %s", when);
    return g_strdup_printf(is_english(lang) ? "Valid until %s" : "Hiệu lực đến %s", when);
}
