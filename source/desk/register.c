#include "source/desk/register.h"

#include "base/error.h"
#include "source/desk/period.h"

#include <libintl.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)
#define N_(text) text

#define FAULTS_MS (365 * BT_DAY_MS)

static const char *const names[BT_N_CONDITIONS] = { "", "good", "worn", "broken" };

const char *bt_condition_name(BtCondition condition)
{
    return names[condition];
}

const char *bt_condition_words(BtCondition condition)
{
    static const char *const words[BT_N_CONDITIONS] = { N_("not assessed"), N_("good"),
        N_("works, needs repair"), N_("broken") };
    return _(words[condition]);
}

gboolean bt_condition_parse(const char *word, BtCondition *condition)
{
    for (guint i = 0; i < BT_N_CONDITIONS; i++)
        if (strcmp(names[i], word) == 0) {
            *condition = i;
            return TRUE;
        }
    return FALSE;
}

void bt_board_entry_free(BtBoardEntry *entry)
{
    if (entry == NULL)
        return;
    g_free(entry->screen);
    g_free(entry->name);
    g_free(entry->area);
    g_free(entry->area_name);
    g_free(entry->place);
    g_free(entry->kind);
    g_free(entry->maker);
    g_free(entry->note);
    g_free(entry->installed_on);
    g_free(entry->last_repair);
    g_free(entry);
}

/* ---- reading ---- */

#define SELECT                                                                                     \
    "SELECT s.id, s.name, a.id, a.name, s.place, s.is_led, s.width_px, s.height_px,"               \
    " ifnull(s.pitch_um, 0), ifnull(s.retired_ms, 0), ifnull(b.kind, ''), ifnull(b.maker, ''),"    \
    " ifnull(b.note, ''), ifnull(b.installed_on, ''), ifnull(b.width_mm, 0),"                      \
    " ifnull(b.height_mm, 0), ifnull(b.condition, ''),"                                            \
    " (SELECT count(*) FROM fault f WHERE f.subject = s.id AND f.kind != 'expires'"                \
    "  AND f.told_ms IS NOT NULL AND f.since_ms >= ?2),"                                           \
    " (SELECT count(*) FROM repair r WHERE r.screen = s.id),"                                      \
    " ifnull((SELECT max(on_day) FROM repair r WHERE r.screen = s.id), '')"                        \
    " FROM screen s JOIN area a ON a.id = ifnull(nullif(s.area, ''), ?3)"                          \
    " LEFT JOIN board b ON b.screen = s.id "

static BtBoardEntry *read_entry(BtRows *rows)
{
    BtBoardEntry *entry = g_new0(BtBoardEntry, 1);
    entry->screen = g_strdup(bt_rows_text(rows, 0));
    entry->name = g_strdup(bt_rows_text(rows, 1));
    entry->area = g_strdup(bt_rows_text(rows, 2));
    entry->area_name = g_strdup(bt_rows_text(rows, 3));
    entry->place = g_strdup(bt_rows_text(rows, 4));
    entry->is_led = bt_rows_int(rows, 5) != 0;
    entry->width_px = bt_rows_int(rows, 6);
    entry->height_px = bt_rows_int(rows, 7);
    entry->pitch_um = bt_rows_int(rows, 8);
    entry->retired_ms = bt_rows_int(rows, 9);
    entry->kind = g_strdup(bt_rows_text(rows, 10));
    entry->maker = g_strdup(bt_rows_text(rows, 11));
    entry->note = g_strdup(bt_rows_text(rows, 12));
    entry->installed_on = g_strdup(bt_rows_text(rows, 13));
    entry->width_mm = bt_rows_int(rows, 14);
    entry->height_mm = bt_rows_int(rows, 15);
    bt_condition_parse(bt_rows_text(rows, 16), &entry->condition);
    entry->n_faults = bt_rows_int(rows, 17);
    entry->n_repairs = bt_rows_int(rows, 18);
    entry->last_repair = g_strdup(bt_rows_text(rows, 19));
    return entry;
}

GPtrArray *bt_register_list(BtStore *store, const char *area, gint64 now_ms, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "WITH RECURSIVE within (id) AS (SELECT ?1 UNION SELECT area.id FROM area"
        " JOIN within ON area.parent = within.id) " SELECT
        "WHERE a.id IN (SELECT id FROM within) ORDER BY a.name, a.id, s.name, s.id",
        "sis", area, now_ms - FAULTS_MS, store->source);
    if (rows == NULL)
        return NULL;
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)bt_board_entry_free);
    while (bt_rows_next(rows, NULL))
        g_ptr_array_add(list, read_entry(rows));
    return list;
}

BtBoardEntry *bt_register_find(BtStore *store, const char *screen, gint64 now_ms, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error, SELECT "WHERE s.id = ?1", "sis", screen,
        now_ms - FAULTS_MS, store->source);
    if (rows == NULL)
        return NULL;
    if (bt_rows_next(rows, NULL))
        return read_entry(rows);
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "screen %s: there is none", screen);
    return NULL;
}

/* ---- keeping ---- */

static gboolean check_text(const char *what, const char *text, gsize max, GError **error)
{
    if (g_utf8_validate(text, -1, NULL) && (gsize)g_utf8_strlen(text, -1) <= max)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
        "%s: too long: expected at most %" G_GSIZE_FORMAT " characters", what, max);
    return FALSE;
}

static gboolean check_day(const char *what, const char *day, GError **error)
{
    g_autofree char *next = bt_period_next_day(day, 1);
    if (next != NULL)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "%s: expected a day YYYY-MM-DD", what);
    return FALSE;
}

static gboolean check_entry(const BtBoardEntry *entry, GError **error)
{
    if (!check_text("kind", entry->kind, BT_REGISTER_WORD_MAX, error) ||
        !check_text("maker", entry->maker, BT_REGISTER_WORD_MAX, error) ||
        !check_text("note", entry->note, BT_REGISTER_TEXT_MAX, error) ||
        (*entry->installed_on != '\0' && !check_day("installed", entry->installed_on, error)))
        return FALSE;
    if (entry->width_mm >= 0 && entry->width_mm <= BT_REGISTER_MM_MAX && entry->height_mm >= 0 &&
        entry->height_mm <= BT_REGISTER_MM_MAX)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "size: expected 0 to %d mm", BT_REGISTER_MM_MAX);
    return FALSE;
}

gboolean bt_register_set(BtStore *store, const BtBoardEntry *entry, GError **error)
{
    return check_entry(entry, error) &&
        bt_db_run(store->db, error,
            "INSERT OR REPLACE INTO board (screen, kind, maker, installed_on, width_mm, height_mm,"
            " condition, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            "ssssiiss", entry->screen, entry->kind, entry->maker, entry->installed_on,
            entry->width_mm, entry->height_mm, bt_condition_name(entry->condition), entry->note);
}

void bt_repair_free(BtRepair *repair)
{
    if (repair == NULL)
        return;
    g_free(repair->on_day);
    g_free(repair->what);
    g_free(repair->by_whom);
    g_free(repair->user);
    g_free(repair);
}

GPtrArray *bt_register_repairs(BtStore *store, const char *screen)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT on_day, what, by_whom, user FROM repair WHERE screen = ? ORDER BY on_day DESC,"
        " id DESC",
        "s", screen);
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)bt_repair_free);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        BtRepair *repair = g_new0(BtRepair, 1);
        repair->on_day = g_strdup(bt_rows_text(rows, 0));
        repair->what = g_strdup(bt_rows_text(rows, 1));
        repair->by_whom = g_strdup(bt_rows_text(rows, 2));
        repair->user = g_strdup(bt_rows_text(rows, 3));
        g_ptr_array_add(list, repair);
    }
    return list;
}

gboolean bt_register_add_repair(
    BtStore *store, const char *screen, const BtRepair *repair, gint64 now_ms, GError **error)
{
    if (*repair->what == '\0') {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "repair: expected what was done");
        return FALSE;
    }
    if (!check_day("repair", repair->on_day, error) ||
        !check_text("repair", repair->what, BT_REGISTER_TEXT_MAX, error) ||
        !check_text("by whom", repair->by_whom, BT_REGISTER_WORD_MAX, error) ||
        !bt_db_run(store->db, error,
            "INSERT INTO repair (screen, on_day, what, by_whom, user, noted_ms)"
            " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE (SELECT count(*) FROM repair WHERE screen = ?1)"
            " < ?7",
            "sssssii", screen, repair->on_day, repair->what, repair->by_whom, repair->user, now_ms,
            (gint64)BT_REPAIRS_MAX))
        return FALSE;
    if (bt_db_changes(store->db) == 1)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "repairs: expected at most %d", BT_REPAIRS_MAX);
    return FALSE;
}

/* ---- as a table ---- */

static char *size_words(const BtBoardEntry *entry)
{
    return entry->width_mm > 0 && entry->height_mm > 0
        ? g_strdup_printf(
              "%" G_GINT64_FORMAT " × %" G_GINT64_FORMAT " mm", entry->width_mm, entry->height_mm)
        : g_strdup("");
}

static char *pitch_words(const BtBoardEntry *entry)
{
    return entry->pitch_um > 0 ? g_strdup_printf("%" G_GINT64_FORMAT ".%02d",
                                     entry->pitch_um / 1000, (int)(entry->pitch_um % 1000 / 10))
                               : g_strdup("");
}

static void add_entry(BtTable *table, const BtBoardEntry *entry)
{
    g_autofree char *size = size_words(entry), *pitch = pitch_words(entry),
                    *pixels = g_strdup_printf("%" G_GINT64_FORMAT " × %" G_GINT64_FORMAT,
                        entry->width_px, entry->height_px),
                    *faults = bt_cell_int(entry->n_faults),
                    *repairs = bt_cell_int(entry->n_repairs);
    bt_table_add_row(table, entry->name, entry->screen, entry->area_name, entry->place,
        entry->is_led ? "LED" : "LCD", entry->kind, entry->maker, pitch, pixels, size,
        entry->installed_on,
        entry->retired_ms > 0 ? _("retired") : bt_condition_words(entry->condition), faults,
        repairs, entry->last_repair, entry->note, NULL);
}

BtTable *bt_register_table(const GPtrArray *entries)
{
    BtTable *table = bt_table_new(
        "register", _("Register of boards"), _("Faults are those of the last twelve months."));
    bt_table_add_column(table, "name", _("Board"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "id", _("Id"), BT_COLUMN_CODE);
    bt_table_add_column(table, "area", _("Area"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "place", _("Place"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "panel", _("Panel"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "kind", _("Kind"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "maker", _("Maker"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "pitch_mm", _("Pitch, mm"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "pixels", _("Pixels"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "size", _("Size"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "installed", _("Installed"), BT_COLUMN_DAY);
    bt_table_add_column(table, "condition", _("Condition"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "faults", _("Faults"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "repairs", _("Repairs"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "last_repair", _("Last repair"), BT_COLUMN_DAY);
    bt_table_add_column(table, "note", _("Note"), BT_COLUMN_TEXT);
    for (guint i = 0; i < entries->len; i++)
        add_entry(table, g_ptr_array_index(entries, i));
    return table;
}
