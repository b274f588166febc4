#include "source/pages/where.h"

#include "source/desk/areas.h"
#include "source/pages/html.h"

#include <string.h>

#define SCREEN "screen:" /* a box: this and the id */
#define NAMED 12         /* in a summary */

static gboolean is_open_to(const GPtrArray *own, const BtArea *area)
{
    return area->ended_ms == 0 &&
        g_ptr_array_find_with_equal_func((GPtrArray *)own, area->id, g_str_equal, NULL);
}

static void add_area(GString *html, const BtArea *area, gboolean chosen)
{
    g_autoptr(GString) indent = g_string_new(NULL);
    for (guint i = 0; i < area->depth; i++)
        g_string_append(indent, "\u00a0\u00a0\u00a0");
    bt_html_add(html, "<option value=\"%s\"%s>%s%s</option>", area->id, chosen ? " selected" : "",
        indent->str, area->name);
}

static void add_areas(GString *html, const BtVisit *visit, const GPtrArray *own)
{
    const char *chosen = bt_visit_field(visit, "area");
    g_autoptr(GPtrArray) areas = bt_areas_list(visit->store);
    bt_html_add(html, "<label>%s<select name=\"area\">", _("Area"));
    for (guint i = 0; i < areas->len; i++) {
        const BtArea *area = g_ptr_array_index(areas, i);
        if (is_open_to(own, area))
            add_area(html, area, strcmp(area->id, chosen) == 0);
    }
    g_string_append(html, "</select></label>");
}

static gboolean is_ticked(const BtVisit *visit, const char *screen)
{
    g_autofree char *name = g_strconcat(SCREEN, screen, NULL);
    return *bt_visit_field(visit, name) != '\0';
}

static gboolean is_own(const GPtrArray *own, const BtReach *screen)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *)own, screen->area, g_str_equal, NULL);
}

static void add_screens(GString *html, const BtVisit *visit, const GPtrArray *own)
{
    g_autoptr(GPtrArray) screens = bt_reach_list(visit->store, visit->store->source, NULL);
    guint n = 0;
    g_autoptr(GString) boxes = g_string_new(NULL);
    gboolean any = FALSE;
    for (guint i = 0; i < screens->len && n < BT_WHERE_MAX_SCREENS; i++) {
        const BtReach *screen = g_ptr_array_index(screens, i);
        if (!is_own(own, screen))
            continue;
        gboolean ticked = is_ticked(visit, screen->id);
        any = any || ticked;
        n++;
        bt_html_add(boxes,
            "<label class=\"tick\"><input type=\"checkbox\" name=\"" SCREEN
            "%s\" value=\"1\"%s> %s</label>",
            screen->id, ticked ? " checked" : "", screen->name);
    }
    bt_html_add(html, "<details%s><summary>%s</summary><p class=\"fine\">%s</p>",
        any ? " open" : "", _("Only some screens"),
        _("Without a tick all screens of the area, and of what lies in it."));
    g_string_append_len(html, boxes->str, (gssize)boxes->len);
    g_string_append(html, "</details>");
}

void bt_where_add_fields(GString *html, const BtVisit *visit, guint roles)
{
    g_autoptr(GPtrArray) own = bt_roles_areas(visit->store, visit->user, roles, visit->now_ms);
    bt_html_add(html, "<fieldset><legend>%s</legend>", _("On which screens"));
    add_areas(html, visit, own);
    add_screens(html, visit, own);
    g_string_append(html, "</fieldset>");
}

void bt_where_choose(BtVisit *visit, const char *area, const char *screen)
{
    g_return_if_fail(visit->form == NULL);
    visit->form = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_hash_table_insert(visit->form, g_strdup("area"), g_strdup(area));
    g_hash_table_insert(visit->form, g_strconcat(SCREEN, screen, NULL), g_strdup("1"));
}

/* ---- what came back ---- */

/* Ids of the boxes that were ticked; NULL: none was. (transfer full) */
static GHashTable *ticked(const BtVisit *visit)
{
    GHashTable *ids = NULL;
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, visit->form);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        if (!g_str_has_prefix(key, SCREEN) || *bt_visit_field(visit, key) == '\0')
            continue;
        if (ids == NULL)
            ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_hash_table_add(ids, g_strdup((const char *)key + strlen(SCREEN)));
    }
    return ids;
}

GPtrArray *bt_where_read(const BtVisit *visit, guint roles, const char **area, const char **why)
{
    *area = bt_visit_field(visit, "area");
    if (!bt_areas_stands(visit->store, *area) || !bt_visit_may(visit, roles, *area)) {
        *why = _("Choose an area where your account may do this.");
        return NULL;
    }
    g_autoptr(GHashTable) only = ticked(visit);
    g_autoptr(GPtrArray) screens = bt_reach_list(visit->store, *area, only);
    if (screens->len > 0 && (only == NULL || screens->len == g_hash_table_size(only)))
        return g_steal_pointer(&screens);
    *why = only != NULL
        ? _("Not all screens that you ticked lie in this area. Choose the area that "
            "holds them, or take the ticks away.")
        : _("There is no screen in this area yet.");
    return NULL;
}

void bt_where_add_hidden(GString *html, const BtVisit *visit)
{
    g_autoptr(GHashTable) only = ticked(visit);
    GHashTableIter iter;
    gpointer id;
    bt_html_add(
        html, "<input type=\"hidden\" name=\"area\" value=\"%s\">", bt_visit_field(visit, "area"));
    if (only == NULL)
        return;
    g_hash_table_iter_init(&iter, only);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        bt_html_add(html, "<input type=\"hidden\" name=\"" SCREEN "%s\" value=\"1\">", (char *)id);
}

void bt_where_add_summary(GString *html, const GPtrArray *screens)
{
    g_autofree char *count = g_strdup_printf(_("%u screens"), screens->len);
    bt_html_add(html, "<b>%s</b>: ", count);
    for (guint i = 0; i < MIN(screens->len, NAMED); i++)
        bt_html_add(html, "%s%s", i > 0 ? ", " : "",
            ((const BtReach *)g_ptr_array_index(screens, i))->name);
    if (screens->len > NAMED)
        g_string_append(html, ", …");
}
