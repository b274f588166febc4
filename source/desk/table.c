#include "source/desk/table.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void column_free(gpointer data)
{
    BtTableColumn *column = data;
    g_free(column->key);
    g_free(column->label);
    g_free(column);
}

BtTable *bt_table_new(const char *key, const char *title, const char *note)
{
    BtTable *table = g_new0(BtTable, 1);
    table->key = g_strdup(key);
    table->title = g_strdup(title);
    table->note = g_strdup(note);
    table->columns = g_ptr_array_new_with_free_func(column_free);
    table->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    return table;
}

void bt_table_free(BtTable *table)
{
    if (table == NULL)
        return;
    g_free(table->key);
    g_free(table->title);
    g_free(table->note);
    g_ptr_array_unref(table->columns);
    g_ptr_array_unref(table->rows);
    g_free(table);
}

void bt_table_add_column(BtTable *table, const char *key, const char *label, BtColumnKind kind)
{
    BtTableColumn *column = g_new0(BtTableColumn, 1);
    column->key = g_strdup(key);
    column->label = g_strdup(label);
    column->kind = kind;
    g_ptr_array_add(table->columns, column);
}

int bt_table_column(const BtTable *table, const char *key)
{
    for (guint i = 0; i < table->columns->len; i++)
        if (strcmp(((const BtTableColumn *)g_ptr_array_index(table->columns, i))->key, key) == 0)
            return (int)i;
    return -1;
}

void bt_table_add_row(BtTable *table, const char *cell, ...)
{
    GPtrArray *cells = g_ptr_array_new();
    va_list args;
    va_start(args, cell);
    for (; cell != NULL; cell = va_arg(args, const char *))
        g_ptr_array_add(cells, g_strdup(cell));
    va_end(args);
    g_assert(cells->len == table->columns->len);
    g_ptr_array_add(cells, NULL);
    g_ptr_array_add(table->rows, g_ptr_array_free(cells, FALSE));
}

/* ---- CSV ---- */

static gboolean is_formula(const char *text)
{
    return *text != '\0' && strchr("=+-@\t\r", *text) != NULL;
}

static void add_cell(GString *csv, const char *text, gboolean is_number)
{
    gboolean is_defused = !is_number && is_formula(text);
    if (!is_defused && strpbrk(text, "\",\r\n") == NULL) {
        g_string_append(csv, text);
        return;
    }
    g_auto(GStrv) parts = g_strsplit(text, "\"", -1);
    g_autofree char *doubled = g_strjoinv("\"\"", parts);
    g_string_append_printf(csv, "\"%s%s\"", is_defused ? "'" : "", doubled);
}

static void add_table(GString *csv, const BtTable *table)
{
    add_cell(csv, table->title, FALSE);
    g_string_append(csv, "\r\n");
    for (guint i = 0; i < table->columns->len; i++) {
        const BtTableColumn *column = g_ptr_array_index(table->columns, i);
        g_string_append(csv, i > 0 ? "," : "");
        add_cell(csv, column->label, FALSE);
    }
    g_string_append(csv, "\r\n");
    for (guint r = 0; r < table->rows->len; r++) {
        const char *const *cells = g_ptr_array_index(table->rows, r);
        for (guint i = 0; i < table->columns->len; i++) {
            const BtTableColumn *column = g_ptr_array_index(table->columns, i);
            g_string_append(csv, i > 0 ? "," : "");
            add_cell(csv, cells[i], column->kind == BT_COLUMN_NUMBER);
        }
        g_string_append(csv, "\r\n");
    }
}

char *bt_tables_to_csv(const GPtrArray *tables)
{
    GString *csv = g_string_new("\xef\xbb\xbf");
    for (guint i = 0; i < tables->len; i++) {
        g_string_append(csv, i > 0 ? "\r\n" : "");
        add_table(csv, g_ptr_array_index(tables, i));
    }
    return g_string_free(csv, FALSE);
}

/* ---- JSON ---- */

static BtJson *row_to_json(const BtTable *table, const char *const *cells)
{
    BtJson *json = bt_json_new_object();
    for (guint i = 0; i < table->columns->len; i++) {
        const BtTableColumn *column = g_ptr_array_index(table->columns, i);
        if (column->kind != BT_COLUMN_NUMBER)
            bt_json_set_string(json, column->key, cells[i]);
        else if (*cells[i] == '\0')
            bt_json_set_string(json, column->key, NULL);
        else
            bt_json_set_double(json, column->key, g_ascii_strtod(cells[i], NULL));
    }
    return json;
}

BtJson *bt_tables_to_json(const GPtrArray *tables)
{
    BtJson *json = bt_json_new_object();
    for (guint i = 0; i < tables->len; i++) {
        const BtTable *table = g_ptr_array_index(tables, i);
        BtJson *rows = bt_json_new_array();
        for (guint r = 0; r < table->rows->len; r++)
            bt_json_append(rows, row_to_json(table, g_ptr_array_index(table->rows, r)));
        bt_json_set(json, table->key, rows);
    }
    return json;
}

/* ---- cells ---- */

/* Half a tenth is rounded up, in whole numbers: two programs that count alike print alike. */
static char *tenths(gint64 tenths_of_it)
{
    return g_strdup_printf("%" G_GINT64_FORMAT ".%d", tenths_of_it / 10, (int)(tenths_of_it % 10));
}

char *bt_cell_hours(gint64 ms)
{
    return tenths((MAX(ms, 0) + BT_HOUR_MS / 20) / (BT_HOUR_MS / 10));
}

char *bt_cell_percent(gint64 part, gint64 whole)
{
    return whole <= 0 ? g_strdup("") : tenths((MAX(part, 0) * 1000 + whole / 2) / whole);
}

char *bt_cell_int(gint64 number)
{
    return g_strdup_printf("%" G_GINT64_FORMAT, number);
}
