#include "source/pages/layout-drawing.h"

#include "source/desk/playlists.h"
#include "source/pages/html.h"
#include "source/press/layout.h"

#include <string.h>

#define CORNER 40 /* of a zone, by which it is drawn larger: a finger finds it */

const char *bt_layout_title(const char *name)
{
    return strcmp(name, "full") == 0    ? _("One zone")
        : strcmp(name, "strip") == 0    ? _("Picture and a line below")
        : strcmp(name, "halves") == 0   ? _("Two halves beside each other")
        : strcmp(name, "stacked") == 0  ? _("Two halves above each other")
        : strcmp(name, "headline") == 0 ? _("Headline, picture, a line below")
                                        : name;
}

const char *bt_layout_zone_title(const char *id)
{
    return strcmp(id, "main") == 0    ? _("Main")
        : strcmp(id, "strip") == 0    ? _("Line")
        : strcmp(id, "left") == 0     ? _("Left")
        : strcmp(id, "right") == 0    ? _("Right")
        : strcmp(id, "top") == 0      ? _("Top")
        : strcmp(id, "bottom") == 0   ? _("Bottom")
        : strcmp(id, "headline") == 0 ? _("Headline")
                                      : id;
}

const char *bt_layout_zone_name(const BtJson *zone)
{
    const char *name = bt_playlist_text(zone, "x-name");
    return name[0] != '\0' ? name : bt_layout_zone_title(bt_playlist_text(zone, "id"));
}

static void read_rect(const BtJsonAt *object, const char *key, gint64 *sides, guint n)
{
    BtJsonAt array;
    if (!bt_json_member(object, key, &array) || !bt_json_is_array(&array))
        return;
    for (guint i = 0; i < MIN(n, bt_json_length(&array)); i++) {
        BtJsonAt at = bt_json_element(&array, i);
        (void)bt_json_read_int(&at, -100000, 100000, &sides[i], NULL);
    }
}

static void add_zone(GString *html, const BtJsonAt *zone, guint index, const gint64 canvas[2],
    int w, int h, gboolean is_live)
{
    gint64 rect[4] = { 0 };
    read_rect(zone, "rect", rect, 4);
    int x0 = (int)(rect[0] * w / canvas[0]), x1 = (int)((rect[0] + rect[2]) * w / canvas[0]);
    int y0 = (int)(rect[1] * h / canvas[1]), y1 = (int)((rect[1] + rect[3]) * h / canvas[1]);
    g_string_append_printf(html,
        "<g data-zone=\"%u\"><rect class=\"zone\" x=\"%d\" y=\"%d\" "
        "width=\"%d\" height=\"%d\"/><text x=\"%d\" y=\"%d\">",
        index, x0, y0, MAX(x1 - x0, 0), MAX(y1 - y0, 0), (x0 + x1) / 2, (y0 + y1) / 2);
    bt_html_add(html, "%s</text>", bt_layout_zone_name(zone->value));
    if (is_live)
        g_string_append_printf(html,
            "<rect class=\"corner\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>", x1 - CORNER,
            y1 - CORNER, CORNER, CORNER);
    g_string_append(html, "</g>");
}

void bt_layout_draw(
    GString *html, const BtJson *body, int w_px, int h_px, int side, gboolean is_live)
{
    BtJsonAt root = bt_json_root("layout", body), list;
    gint64 canvas[2] = { BT_LAYOUT_WHOLE, BT_LAYOUT_WHOLE };
    int w = w_px >= h_px ? side : side * w_px / h_px, h = w_px >= h_px ? side * h_px / w_px : side;
    read_rect(&root, "canvas", canvas, 2);
    w = MAX(w, 1), h = MAX(h, 1);
    g_string_append_printf(html,
        "<svg class=\"drawing\"%s viewBox=\"-2 -2 %d %d\" width=\"%d\" height=\"%d\" "
        "aria-hidden=\"true\"><rect class=\"ground\" width=\"%d\" height=\"%d\"/>",
        is_live ? " id=\"canvas\"" : "", w + 4, h + 4, w, h, w, h);
    if (canvas[0] > 0 && canvas[1] > 0 && bt_json_member(&root, "zones", &list))
        for (guint i = 0; i < bt_json_length(&list); i++) {
            BtJsonAt zone = bt_json_element(&list, i);
            add_zone(html, &zone, i, canvas, w, h, is_live);
        }
    g_string_append(html, "</svg>");
}
