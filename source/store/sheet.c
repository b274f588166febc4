#include "source/store/sheet.h"

#include "base/error.h"
#include "source/store/fold.h"
#include "source/store/freshness.h"
#include "source/store/site.h"

#include <string.h>

#define NAME_MAX_CHARS 100
#define PLACE_MAX_CHARS 200
#define ID_MADE_MAX_BYTES 40

void bt_sheet_free(BtSheet *sheet)
{
    g_free(sheet->name);
    g_free(sheet->area);
    g_free(sheet->place);
    g_free(sheet);
}

BtSheet *bt_sheet_read(BtStore *store, const char *screen, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT name, area, place, width_px, height_px, is_led, pitch_um, distance_m, latitude,"
        " longitude FROM screen WHERE id = ?",
        "s", screen);
    if (rows == NULL)
        return NULL;
    if (!bt_rows_next(rows, &failure)) {
        if (failure == NULL)
            g_set_error(&failure, BT_ERROR, BT_ERROR_NOT_FOUND,
                "screen %s: there is no such screen", screen);
        g_propagate_error(error, failure);
        return NULL;
    }
    BtSheet *sheet = g_new0(BtSheet, 1);
    sheet->name = g_strdup(bt_rows_text(rows, 0));
    sheet->area = g_strdup(bt_rows_text(rows, 1));
    sheet->place = g_strdup(bt_rows_text(rows, 2));
    sheet->width_px = bt_rows_int(rows, 3);
    sheet->height_px = bt_rows_int(rows, 4);
    sheet->is_led = bt_rows_int(rows, 5) != 0;
    sheet->pitch_um = bt_rows_int(rows, 6);
    sheet->distance_m = bt_rows_int(rows, 7);
    sheet->has_position = !bt_rows_is_null(rows, 8) && !bt_rows_is_null(rows, 9);
    sheet->latitude = bt_rows_double(rows, 8);
    sheet->longitude = bt_rows_double(rows, 9);
    return sheet;
}

/* ---- checking ---- */

static gboolean is_line(const char *text, glong min, glong max)
{
    return g_utf8_validate(text, -1, NULL) && strchr(text, '\n') == NULL &&
        g_utf8_strlen(text, -1) >= min && g_utf8_strlen(text, -1) <= max;
}

static gboolean area_stands(BtStore *store, const char *area)
{
    g_autoptr(BtRows) rows = bt_db_query(
        store->db, NULL, "SELECT 1 FROM area WHERE id = ? AND ended_ms IS NULL", "s", area);
    return rows != NULL && bt_rows_next(rows, NULL);
}

static gboolean is_within(gint64 number, gint64 min, gint64 max)
{
    return number >= min && number <= max;
}

/* NaN is in no range. */
static gboolean is_position(const BtSheet *sheet)
{
    return sheet->latitude >= -90 && sheet->latitude <= 90 && sheet->longitude >= -180 &&
        sheet->longitude <= 180;
}

gboolean bt_sheet_check(BtStore *store, const BtSheet *sheet, GError **error)
{
    if (!is_line(sheet->name, 1, NAME_MAX_CHARS))
        g_set_error(
            error, BT_ERROR, BT_ERROR_INVALID, "name: expected 1 to %d letters", NAME_MAX_CHARS);
    else if (!is_line(sheet->place, 0, PLACE_MAX_CHARS))
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "place: expected at most %d letters",
            PLACE_MAX_CHARS);
    else if (!is_within(sheet->width_px, 1, BT_SHEET_SIDE_MAX_PX) ||
        !is_within(sheet->height_px, 1, BT_SHEET_SIDE_MAX_PX))
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "size: expected 1 to %d pixels a side",
            BT_SHEET_SIDE_MAX_PX);
    else if (!is_within(sheet->pitch_um, 0, BT_SHEET_PITCH_MAX_UM))
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "pitch: expected at most %d mm",
            BT_SHEET_PITCH_MAX_UM / 1000);
    else if (!is_within(sheet->distance_m, 0, BT_SHEET_DISTANCE_MAX_M))
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "distance: expected at most %d m",
            BT_SHEET_DISTANCE_MAX_M);
    else if (sheet->has_position && !is_position(sheet))
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "position: expected a latitude of -90 to 90 and a longitude of -180 to 180 degrees");
    else if (!area_stands(store, sheet->area))
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
            "area %s: expected one that is there and has not ended", sheet->area);
    else
        return TRUE;
    return FALSE;
}

/* ---- writing ---- */

static gboolean put_position(
    BtStore *store, const char *screen, const BtSheet *sheet, GError **error)
{
    return sheet->has_position
        ? bt_db_run(store->db, error, "UPDATE screen SET latitude = ?, longitude = ? WHERE id = ?",
              "dds", sheet->latitude, sheet->longitude, screen)
        : bt_db_run(store->db, error,
              "UPDATE screen SET latitude = NULL, longitude = NULL WHERE id = ?", "s", screen);
}

static gboolean put(BtStore *store, const char *screen, const BtSheet *sheet, GError **error)
{
    return bt_db_run(store->db, error,
               "UPDATE screen SET name = ?, area = ?, place = ?, width_px = ?, height_px = ?,"
               " is_led = ?, pitch_um = nullif (?, 0), distance_m = nullif (?, 0) WHERE id = ?",
               "sssiiiiis", sheet->name, sheet->area, sheet->place, sheet->width_px,
               sheet->height_px, (gint64)(sheet->is_led != FALSE), sheet->pitch_um,
               sheet->distance_m, screen) &&
        put_position(store, screen, sheet, error);
}

gboolean bt_sheet_write(BtStore *store, const char *screen, const BtSheet *sheet, const char *who,
    gint64 now_ms, GError **error)
{
    g_autofree char *what = g_strdup_printf("screen %s: \"%s\", in %s, %s", screen, sheet->name,
        sheet->area, *sheet->place != '\0' ? sheet->place : "-");
    g_autoptr(BtSheet) before = bt_sheet_read(store, screen, error);
    if (before == NULL || !bt_sheet_check(store, sheet, error) || !bt_db_begin(store->db, error))
        return FALSE;
    if (put(store, screen, sheet, error) && bt_store_note(store, now_ms, who, what, error) &&
        bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}

/* ---- out of use ---- */

gboolean bt_screens_deny_box(
    BtStore *store, const char *screen, const char *but, gint64 now_ms, GError **error)
{
    return bt_db_run(store->db, error,
        "INSERT INTO denied_key (key, screen, at_ms) SELECT key, id, ?1 FROM screen"
        " WHERE id = ?2 AND key IS NOT NULL AND key IS NOT ?3 ON CONFLICT DO NOTHING",
        "iss", now_ms, screen, but);
}

gboolean bt_screens_is_denied(BtStore *store, const char *key)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT 1 FROM denied_key WHERE key = ?", "s", key);
    return rows != NULL && bt_rows_next(rows, NULL);
}

static gboolean check_in_use(BtStore *store, const char *screen, GError **error)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, error, "SELECT retired_ms FROM screen WHERE id = ?", "s", screen);
    if (rows == NULL)
        return FALSE;
    if (!bt_rows_next(rows, NULL))
        g_set_error(
            error, BT_ERROR, BT_ERROR_NOT_FOUND, "screen %s: there is no such screen", screen);
    else if (!bt_rows_is_null(rows, 0))
        g_set_error(
            error, BT_ERROR, BT_ERROR_CONFLICT, "screen %s: it is out of use already", screen);
    else
        return TRUE;
    return FALSE;
}

static gboolean retire(
    BtStore *store, const char *screen, const char *who, gint64 now_ms, GError **error)
{
    g_autofree char *what = g_strdup_printf("screen %s is out of use", screen);
    return bt_screens_deny_box(store, screen, NULL, now_ms, error) &&
        bt_db_run(store->db, error, "DELETE FROM command WHERE screen = ?", "s", screen) &&
        bt_db_run(store->db, error, "DELETE FROM picture WHERE screen = ?", "s", screen) &&
        bt_db_run(store->db, error,
            "UPDATE screen SET manifest = '', alert = '', key = NULL, retired_ms = ?,"
            " now_issued_ms = 0 WHERE id = ?",
            "is", now_ms, screen) &&
        bt_store_note(store, now_ms, who, what, error);
}

gboolean bt_screens_retire(
    BtStore *store, const char *screen, const char *who, gint64 now_ms, GError **error)
{
    if (!check_in_use(store, screen, error) || !bt_db_begin(store->db, error))
        return FALSE;
    if (retire(store, screen, who, now_ms, error) && bt_db_commit(store->db, error))
        return bt_fresh_renew(store, screen, now_ms, error);
    bt_db_rollback(store->db);
    return FALSE;
}

/* ---- ids ---- */

static char *slug_of(const char *name)
{
    g_autofree char *plain = bt_fold(name);
    GString *slug = g_string_new(NULL);
    for (const char *c = plain; *c != '\0' && slug->len < ID_MADE_MAX_BYTES; c++) {
        if (g_ascii_isalnum(*c))
            g_string_append_c(slug, *c);
        else if (*c == ' ' && slug->len > 0 && slug->str[slug->len - 1] != '-')
            g_string_append_c(slug, '-');
    }
    while (slug->len > 0 && slug->str[slug->len - 1] == '-')
        g_string_truncate(slug, slug->len - 1);
    return g_string_free(slug->len > 0 ? slug : g_string_append(slug, "man-hinh"), FALSE);
}

static gboolean is_taken(BtStore *store, const char *id)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT 1 FROM screen WHERE id = ?", "s", id);
    return rows == NULL || bt_rows_next(rows, NULL);
}

char *bt_screens_make_id(BtStore *store, const char *name)
{
    g_autofree char *slug = slug_of(name);
    for (int n = 1; n < 1000; n++) {
        g_autofree char *id = n == 1 ? g_strdup(slug) : g_strdup_printf("%s-%d", slug, n);
        if (!is_taken(store, id))
            return g_steal_pointer(&id);
    }
    return g_steal_pointer(&slug);
}
