#include "source/desk/glance.h"

#include "base/error.h"
#include "source/store/reports.h"

#include <string.h>

BtGlanceState bt_glance_state(gint64 seen_ms, gint64 now_ms, const char *told)
{
    if (seen_ms <= 0)
        return BT_GLANCE_NEVER;
    if (now_ms - seen_ms >= BT_GLANCE_LOST_MS)
        return BT_GLANCE_LOST;
    if (now_ms - seen_ms >= BT_GLANCE_LATE_MS)
        return BT_GLANCE_LATE;
    return g_strcmp0(told, "dark") == 0 ? BT_GLANCE_DARK
        : g_strcmp0(told, "cut") == 0   ? BT_GLANCE_CUT
        : g_strcmp0(told, "safe") == 0  ? BT_GLANCE_SAFE
                                        : BT_GLANCE_PLAYING;
}

void bt_glance_free(BtGlance *glance)
{
    g_free(glance->id);
    g_free(glance->name);
    g_free(glance->area);
    g_free(glance->place);
    g_free(glance->manifest);
    g_free(glance->alert);
    g_free(glance->told);
    g_free(glance->taken_by);
    g_free(glance);
}

gboolean bt_glance_is_expiring(const BtGlance *glance, gint64 now_ms)
{
    return glance->expires_ms > 0 && glance->expires_ms - now_ms < BT_GLANCE_EXPIRING_MS;
}

/* ---- reading ---- */

#define SELECT                                                                                     \
    "SELECT s.id, s.name, s.area, s.place, s.state, s.since_ms, s.seen_ms, s.manifest, s.alert,"   \
    " d.expires_ms, a.expires_ms, s.key IS NOT NULL, t.line, p.at_ms,"                             \
    " (SELECT sum(lit_ms) FROM hour WHERE hour.screen = s.id AND hour_ms >= ?1),"                  \
    " s.width_px, s.height_px, s.is_led, s.latitude, s.longitude, s.retired_ms,"                   \
    " r.holder, r.from_ms, r.until_ms FROM screen s"                                               \
    " LEFT JOIN document d ON d.sha256 = s.manifest LEFT JOIN document a ON a.sha256 = s.alert"    \
    " LEFT JOIN told t ON t.screen = s.id LEFT JOIN picture p ON p.screen = s.id"                  \
    " LEFT JOIN taken r ON r.screen = s.id "

static void read_state(BtGlance *glance, BtRows *rows, gint64 now_ms)
{
    glance->seen_ms = bt_rows_int(rows, 6);
    glance->state = bt_glance_state(glance->seen_ms, now_ms, bt_rows_text(rows, 4));
    glance->since_ms = glance->state == BT_GLANCE_LATE || glance->state == BT_GLANCE_LOST
        ? glance->seen_ms
        : bt_rows_int(rows, 5);
    if (!bt_rows_is_null(rows, 20)) {
        glance->state = BT_GLANCE_RETIRED;
        glance->since_ms = bt_rows_int(rows, 20);
    }
}

static void read_taken(BtGlance *glance, BtRows *rows, gint64 now_ms)
{
    gint64 until_ms = bt_rows_int(rows, 23);
    if (bt_rows_is_null(rows, 21) || until_ms <= now_ms - BT_REPORT_TAKEN_MS)
        return;
    glance->taken_by = g_strdup(bt_rows_text(rows, 21));
    glance->taken_from_ms = bt_rows_int(rows, 22);
    glance->taken_until_ms = until_ms;
}

static BtGlance *read_glance(BtRows *rows, gint64 now_ms)
{
    BtGlance *glance = g_new0(BtGlance, 1);
    glance->id = g_strdup(bt_rows_text(rows, 0));
    glance->name = g_strdup(bt_rows_text(rows, 1));
    glance->area = g_strdup(bt_rows_text(rows, 2));
    glance->place = g_strdup(bt_rows_text(rows, 3));
    read_state(glance, rows, now_ms);
    glance->manifest = g_strdup(bt_rows_text(rows, 7));
    glance->alert = g_strdup(bt_rows_text(rows, 8));
    glance->expires_ms = bt_rows_int(rows, 9);
    glance->alert_is_on = bt_rows_int(rows, 10) > now_ms;
    glance->has_board = bt_rows_int(rows, 11) != 0;
    glance->told = g_strdup(bt_rows_text(rows, 12));
    glance->picture_ms = bt_rows_int(rows, 13);
    glance->lit_ms = bt_rows_int(rows, 14);
    glance->width_px = (int)bt_rows_int(rows, 15);
    glance->height_px = (int)bt_rows_int(rows, 16);
    glance->is_led = bt_rows_int(rows, 17) != 0;
    glance->has_position = !bt_rows_is_null(rows, 18) && !bt_rows_is_null(rows, 19);
    glance->latitude = bt_rows_double(rows, 18);
    glance->longitude = bt_rows_double(rows, 19);
    read_taken(glance, rows, now_ms);
    return glance;
}

static int compare(gconstpointer a, gconstpointer b)
{
    const BtGlance *x = *(BtGlance *const *)a, *y = *(BtGlance *const *)b;
    return x->state != y->state ? (int)x->state - (int)y->state : strcmp(x->id, y->id);
}

GPtrArray *bt_glance_all(
    BtStore *store, gboolean retired, gint64 day_ms, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)bt_glance_free);
    GError *failure = NULL;
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, error, SELECT "WHERE (s.retired_ms IS NOT NULL) = ?2 ORDER BY s.id",
            "ii", day_ms, (gint64)(retired != FALSE));
    if (rows == NULL)
        return NULL;
    while (bt_rows_next(rows, &failure))
        g_ptr_array_add(all, read_glance(rows, now_ms));
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return NULL;
    }
    g_ptr_array_sort(all, compare);
    return g_steal_pointer(&all);
}

BtGlance *bt_glance_one(
    BtStore *store, const char *id, gint64 day_ms, gint64 now_ms, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, error, SELECT "WHERE s.id = ?2", "is", day_ms, id);
    if (rows == NULL)
        return NULL;
    if (bt_rows_next(rows, &failure))
        return read_glance(rows, now_ms);
    if (failure == NULL)
        g_set_error(
            &failure, BT_ERROR, BT_ERROR_NOT_FOUND, "screen %s: there is no such screen", id);
    g_propagate_error(error, failure);
    return NULL;
}
