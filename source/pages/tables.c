#include "source/pages/tables.h"

#include "source/desk/areas.h"
#include "source/desk/period.h"
#include "source/pages/html.h"

#include <string.h>

/* Numbers have a comma in Vietnamese. */
static void add_number(GString *html, const char *cell, gboolean english)
{
    g_autofree char *text = g_strdup(cell);
    if (!english)
        g_strdelimit(text, ".", ',');
    bt_html_add(html, "<td class=\"number\">%s</td>", text);
}

static void add_day(GString *html, const char *cell)
{
    g_autofree char *words = bt_period_day_words(cell);
    bt_html_add(html, "<td class=\"day\">%s</td>", words);
}

static void add_head(GString *html, const BtTable *table)
{
    g_string_append(html, "<thead><tr>");
    for (guint i = 0; i < table->columns->len; i++) {
        const BtTableColumn *column = g_ptr_array_index(table->columns, i);
        if (column->kind == BT_COLUMN_CODE)
            continue;
        g_string_append(html,
            column->kind == BT_COLUMN_NUMBER ? "<th scope=\"col\" class=\"number\""
                                             : "<th scope=\"col\"");
        bt_html_add(html, ">%s</th>", column->label);
    }
    g_string_append(html, "</tr></thead>");
}

static void add_row(GString *html, const BtTable *table, const char *const *cells, gboolean english)
{
    g_string_append(html, "<tr>");
    for (guint i = 0; i < table->columns->len; i++) {
        const BtTableColumn *column = g_ptr_array_index(table->columns, i);
        if (column->kind == BT_COLUMN_NUMBER)
            add_number(html, cells[i], english);
        else if (column->kind == BT_COLUMN_DAY)
            add_day(html, cells[i]);
        else if (column->kind == BT_COLUMN_TEXT)
            bt_html_add(html, "<td>%s</td>", cells[i]);
    }
    g_string_append(html, "</tr>");
}

void bt_tables_add(GString *html, const BtTable *table, gboolean english)
{
    bt_html_add(html, "<section class=\"panel sheet\"><h2>%s</h2>", table->title);
    if (*table->note != '\0')
        bt_html_add(html, "<p class=\"fine\">%s</p>", table->note);
    if (table->rows->len == 0) {
        bt_html_add(html, "<p class=\"none\">%s</p></section>", _("There is nothing to report."));
        return;
    }
    bt_html_add(html,
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table>",
        table->title);
    add_head(html, table);
    g_string_append(html, "<tbody>");
    for (guint i = 0; i < table->rows->len && i < BT_TABLE_ROWS_SHOWN; i++)
        add_row(html, table, g_ptr_array_index(table->rows, i), english);
    g_string_append(html, "</tbody></table></div>");
    if (table->rows->len > BT_TABLE_ROWS_SHOWN) {
        g_autofree char *more = g_strdup_printf(_("%u more rows are in the file for spreadsheets."),
            table->rows->len - BT_TABLE_ROWS_SHOWN);
        bt_html_add(html, "<p>%s</p>", more);
    }
    g_string_append(html, "</section>");
}

BtAnswered bt_tables_answer_csv(BtRequest *request, const GPtrArray *tables, const char *name)
{
    g_autofree char *disposition = g_strdup_printf("attachment; filename=\"%s.csv\"", name);
    const char *const headers[] = { "Cache-Control", "no-store", "Content-Disposition", disposition,
        NULL };
    char *csv = bt_tables_to_csv(tables);
    g_autoptr(GBytes) body = g_bytes_new_take(csv, strlen(csv));
    return bt_http_answer(request, BT_HTTP_OK, "text/csv; charset=utf-8", body, headers);
}

void bt_tables_add_areas(
    GString *html, const BtVisit *visit, guint roles, const char *label, const char *chosen)
{
    g_autoptr(GPtrArray) areas = bt_areas_list(visit->store);
    g_autoptr(GPtrArray) own = bt_roles_areas(visit->store, visit->user, roles, visit->now_ms);
    bt_html_add(html, "<label>%s<select name=\"area\">", label);
    for (guint i = 0; i < areas->len; i++) {
        const BtArea *area = g_ptr_array_index(areas, i);
        if (!g_ptr_array_find_with_equal_func(own, area->id, g_str_equal, NULL))
            continue;
        bt_html_add(html, "<option value=\"%s\"", area->id);
        if (strcmp(area->id, chosen) == 0)
            g_string_append(html, " selected");
        g_string_append(html, ">");
        for (guint d = 0; d < area->depth; d++)
            g_string_append(html, "– ");
        bt_html_add(html, "%s</option>", area->name);
    }
    g_string_append(html, "</select></label>");
}

char *bt_tables_area(const BtVisit *visit, guint roles, const char *asked)
{
    g_autoptr(GPtrArray) areas = bt_areas_list(visit->store);
    g_autoptr(GPtrArray) own = bt_roles_areas(visit->store, visit->user, roles, visit->now_ms);
    if (*asked != '\0' && g_ptr_array_find_with_equal_func(own, asked, g_str_equal, NULL))
        return g_strdup(asked);
    for (guint i = 0; i < areas->len; i++) {
        const BtArea *area = g_ptr_array_index(areas, i);
        if (g_ptr_array_find_with_equal_func(own, area->id, g_str_equal, NULL))
            return g_strdup(area->id);
    }
    return NULL;
}
