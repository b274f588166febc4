#include "source/pages/area-choice.h"

#include "source/desk/areas.h"
#include "source/pages/html.h"

#include <string.h>

void bt_area_choice_add(GString *html, const BtVisit *visit, guint roles, const char *chosen)
{
    g_autoptr(GPtrArray) areas = bt_roles_areas(visit->store, visit->user, roles, visit->now_ms);
    if (areas->len == 1) {
        bt_html_add(html, "<input type=\"hidden\" name=\"area\" value=\"%s\">",
            (char *)g_ptr_array_index(areas, 0));
        return;
    }
    bt_html_add(html, "<label>%s<select name=\"area\">", _("Area"));
    for (guint i = 0; i < areas->len; i++) {
        const char *area = g_ptr_array_index(areas, i);
        g_autofree char *name = bt_areas_name(visit->store, area);
        bt_html_add(html, "<option value=\"%s\"", area);
        if (strcmp(area, chosen) == 0)
            g_string_append(html, " selected");
        bt_html_add(html, ">%s</option>", name);
    }
    g_string_append(html, "</select></label>");
}
