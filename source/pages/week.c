#include "source/pages/week.h"

#include "source/desk/programmes.h"
#include "source/pages/html.h"

#include <string.h>

/* The picture, in units of its own. */
#define LEFT 44
#define TOP 30
#define DAY_W 94
#define HOUR_H 22
#define LANES_MAX 6 /* beside each other in a day */

const char *bt_week_day_title(guint day)
{
    static const char *const titles[] = { N_("Monday"), N_("Tuesday"), N_("Wednesday"),
        N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday") };
    return _(titles[day % 7]);
}

const char *bt_week_class_title(const char *cls)
{
    return strcmp(cls, "priority") == 0 ? _("Before others")
        : strcmp(cls, "ordinary") == 0  ? _("Ordinary")
        : strcmp(cls, "filler") == 0    ? _("When there is nothing else")
                                        : cls;
}

static void format_day(const GDate *monday, guint i, char *text, gsize size)
{
    GDate day = *monday;
    g_date_add_days(&day, i);
    g_snprintf(text, size, "%d/%d", g_date_get_day(&day), g_date_get_month(&day));
}

/* ---- the picture ---- */

static void add_grid(GString *html, const GDate *monday)
{
    for (guint i = 0; i < 7; i++) {
        char date[16];
        format_day(monday, i, date, sizeof date);
        g_string_append_printf(html, "<text class=\"head\" x=\"%u\" y=\"%d\">",
            LEFT + i * DAY_W + DAY_W / 2, TOP - 10);
        bt_html_add(html, "%s %s</text>", bt_week_day_title(i), date);
    }
    for (guint hour = 0; hour <= 24; hour += 3) {
        guint y = TOP + hour * HOUR_H;
        g_string_append_printf(html,
            "<line x1=\"%d\" x2=\"%d\" y1=\"%u\" y2=\"%u\"/><text class=\"hour\" x=\"%d\" "
            "y=\"%u\">%u:00</text>",
            LEFT, LEFT + 7 * DAY_W, y, y, LEFT - 6, y + 4, hour);
    }
}

static void add_blocks(
    GString *html, const GArray *blocks, const char *cls, guint lane, guint lanes, guint number)
{
    guint w = DAY_W / lanes;
    for (guint i = 0; i < blocks->len; i++) {
        const BtWeeklyBlock *block = &g_array_index(blocks, BtWeeklyBlock, i);
        guint x = LEFT + block->day * DAY_W + lane * w,
              y = TOP + (guint)block->start_min * HOUR_H / 60;
        guint h = MAX((guint)(block->end_min - block->start_min) * HOUR_H / 60, 3);
        bt_html_add(html, "<g class=\"%s\">", cls);
        g_string_append_printf(html,
            "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"4\"/><text x=\"%u\" "
            "y=\"%u\">%u</text></g>",
            x + 1, y, w - 2, h, x + w / 2, y + MIN(h / 2 + 5, 16), number);
    }
}

static void add_picture(GString *html, const GPtrArray *programmes, const GDate *monday)
{
    guint lanes = CLAMP(programmes->len, 1, LANES_MAX);
    bt_html_add(html, "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">",
        _("The week as a picture"));
    g_string_append_printf(html, "<svg class=\"week\" viewBox=\"0 0 %d %d\" aria-hidden=\"true\">",
        LEFT + 7 * DAY_W + 2, TOP + 24 * HOUR_H + 10);
    add_grid(html, monday);
    for (guint i = 0; i < programmes->len; i++) {
        const BtWork *work = g_ptr_array_index(programmes, i);
        g_autoptr(BtWeekly) programme = bt_weekly_read(work->body);
        g_autoptr(GArray) blocks = bt_weekly_week(programme, monday);
        add_blocks(html, blocks, programme->cls, i % lanes, lanes, i + 1);
    }
    g_string_append(html, "</svg></div>");
}

/* ---- in words ---- */

static void add_legend(GString *html, const GPtrArray *programmes)
{
    g_string_append(html, "<ol class=\"legend\">");
    for (guint i = 0; i < programmes->len; i++) {
        const BtWork *work = g_ptr_array_index(programmes, i);
        g_autoptr(BtWeekly) programme = bt_weekly_read(work->body);
        g_autofree char *path = bt_work_path(work->kind, work->id);
        bt_html_add(html, "<li><a href=\"%s\">%s</a> <span class=\"fine\">%s</span></li>", path,
            work->name, bt_week_class_title(programme->cls));
    }
    g_string_append(html, "</ol>");
}

static void add_of_day(GString *html, const BtWork *work, const GArray *blocks, guint day)
{
    for (guint i = 0; i < blocks->len; i++) {
        const BtWeeklyBlock *block = &g_array_index(blocks, BtWeeklyBlock, i);
        if (block->day != day)
            continue;
        g_string_append_printf(html, "<li>%02d:%02d–%02d:%02d ", block->start_min / 60,
            block->start_min % 60, block->end_min / 60, block->end_min % 60);
        bt_html_add(html, "%s</li>", work->name);
    }
}

static void add_table(GString *html, const GPtrArray *programmes, const GDate *monday)
{
    bt_html_add(html,
        "<details><summary>%s</summary><table><thead><tr><th scope=\"col\">%s</th>"
        "<th scope=\"col\">%s</th></tr></thead><tbody>",
        _("The week in words"), _("Day"), _("Programmes"));
    for (guint day = 0; day < 7; day++) {
        char date[16];
        g_autoptr(GString) list = g_string_new(NULL);
        format_day(monday, day, date, sizeof date);
        bt_html_add(html, "<tr><th scope=\"row\">%s %s</th><td>", bt_week_day_title(day), date);
        for (guint i = 0; i < programmes->len; i++) {
            const BtWork *work = g_ptr_array_index(programmes, i);
            g_autoptr(BtWeekly) programme = bt_weekly_read(work->body);
            g_autoptr(GArray) blocks = bt_weekly_week(programme, monday);
            add_of_day(list, work, blocks, day);
        }
        g_string_append_printf(
            html, list->len > 0 ? "<ul>%s</ul></td></tr>" : "–%s</td></tr>", list->str);
    }
    g_string_append(html, "</tbody></table></details>");
}

void bt_week_add(GString *html, const GPtrArray *programmes, const GDate *monday)
{
    add_picture(html, programmes, monday);
    add_legend(html, programmes);
    add_table(html, programmes, monday);
}
