/* Screens, causes and areas. */
#include "source/desk/summary-private.h"

#include "base/error.h"
#include "source/store/totals.h"

#include <string.h>

static void screen_free(gpointer data)
{
    BtSummaryScreen *screen = data;
    g_free(screen->id);
    g_free(screen->name);
    g_free(screen->area);
    g_free(screen);
}

static void cause_free(gpointer data)
{
    BtSummaryCause *cause = data;
    g_free(cause->state);
    g_free(cause->cause);
    g_free(cause);
}

static void area_free(gpointer data)
{
    BtSummaryArea *area = data;
    g_free(area->id);
    g_free(area->name);
    g_free(area);
}

static void bulletin_free(gpointer data)
{
    BtSummaryBulletin *bulletin = data;
    g_free(bulletin->item);
    g_free(bulletin->title);
    g_free(bulletin->issuer);
    g_free(bulletin->issued_on);
    g_free(bulletin->document);
    g_free(bulletin->languages);
    g_free(bulletin);
}

void bt_summary_free(BtSummary *summary)
{
    if (summary == NULL)
        return;
    g_free(summary->area);
    g_free(summary->area_name);
    g_ptr_array_unref(summary->screens);
    g_ptr_array_unref(summary->causes);
    g_ptr_array_unref(summary->areas);
    g_ptr_array_unref(summary->bulletins);
    g_hash_table_unref(summary->languages);
    g_free(summary);
}

static BtSummary *summary_new(const BtSummaryQuery *query, gint64 now_ms)
{
    BtSummary *summary = g_new0(BtSummary, 1);
    summary->area = g_strdup(query->area);
    summary->from_ms = query->from_ms;
    summary->to_ms = query->to_ms;
    summary->now_ms = now_ms;
    summary->screens = g_ptr_array_new_with_free_func(screen_free);
    summary->causes = g_ptr_array_new_with_free_func(cause_free);
    summary->areas = g_ptr_array_new_with_free_func(area_free);
    summary->bulletins = g_ptr_array_new_with_free_func(bulletin_free);
    summary->languages = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return summary;
}

static int compare_to_id(gconstpointer id, gconstpointer screen)
{
    return strcmp(id, ((const BtSummaryScreen *)screen)->id);
}

BtSummaryScreen *bt_summary_find(const BtSummary *summary, const char *screen)
{
    guint low = 0, high = summary->screens->len;
    while (low < high) {
        guint middle = (low + high) / 2;
        BtSummaryScreen *found = g_ptr_array_index(summary->screens, middle);
        int order = compare_to_id(screen, found);
        if (order == 0)
            return found;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* ---- areas ---- */

/* Those that lie in the one that was asked for, that one first; also those that have ended, since a
 * screen may not have been moved. */
static gboolean add_areas(BtStore *store, BtSummary *summary, GError **error)
{
    g_autoptr(BtArea) top = bt_areas_find(store, summary->area, error);
    if (top == NULL)
        return FALSE;
    g_autoptr(GPtrArray) areas = bt_areas_list(store);
    g_autoptr(GHashTable) within = g_hash_table_new(g_str_hash, g_str_equal);
    summary->area_name = bt_areas_name_at(store, summary->area, summary->to_ms - 1);
    for (guint i = 0; i < areas->len; i++) {
        const BtArea *area = g_ptr_array_index(areas, i);
        if (strcmp(area->id, summary->area) != 0 &&
            (area->parent == NULL || !g_hash_table_contains(within, area->parent)))
            continue;
        g_hash_table_add(within, area->id);
        BtSummaryArea *entry = g_new0(BtSummaryArea, 1);
        entry->id = g_strdup(area->id);
        entry->name = bt_areas_name_at(store, area->id, summary->to_ms - 1);
        entry->kind = area->kind;
        entry->depth = area->depth - top->depth;
        g_ptr_array_add(summary->areas, entry);
    }
    return TRUE;
}

static int find_area(const BtSummary *summary, const char *id)
{
    for (guint i = 0; i < summary->areas->len; i++)
        if (strcmp(((const BtSummaryArea *)g_ptr_array_index(summary->areas, i))->id, id) == 0)
            return (int)i;
    return -1;
}

/* In the order of the tree an area lies in the nearest before it that is one level higher. */
static void count_in_areas(BtSummary *summary, const BtSummaryScreen *screen)
{
    guint depth = G_MAXUINT;
    for (int i = find_area(summary, screen->area); i >= 0; i--) {
        BtSummaryArea *area = g_ptr_array_index(summary->areas, (guint)i);
        if (area->depth >= depth)
            continue;
        depth = area->depth;
        area->n_screens++;
        area->n_working += screen->works;
    }
}

/* ---- screens ---- */

static void add_screen(BtStore *store, BtSummary *summary, BtRows *rows)
{
    gint64 first_ms = bt_totals_first_hour_ms(store, bt_rows_text(rows, 0));
    gint64 retired_ms = bt_rows_is_null(rows, 3) ? BT_TIME_MAX : bt_rows_int(rows, 3);
    gint64 from_ms = MAX(summary->from_ms, first_ms);
    gint64 to_ms = MIN(MIN(summary->to_ms, summary->now_ms), retired_ms);
    if (first_ms == 0)
        summary->n_unheard += retired_ms > summary->from_ms;
    if (first_ms == 0 || from_ms >= to_ms)
        return;
    BtSummaryScreen *screen = g_new0(BtSummaryScreen, 1);
    screen->id = g_strdup(bt_rows_text(rows, 0));
    screen->name = g_strdup(bt_rows_text(rows, 1));
    screen->area = g_strdup(bt_rows_text(rows, 2));
    screen->planned_ms = to_ms - from_ms;
    g_ptr_array_add(summary->screens, screen);
}

static gboolean add_screens(BtStore *store, BtSummary *summary, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT id, name, ifnull(nullif(area, ''), ?), retired_ms FROM screen ORDER BY id", "s",
        store->source);
    while (rows != NULL && bt_rows_next(rows, &failure))
        if (find_area(summary, bt_rows_text(rows, 2)) >= 0)
            add_screen(store, summary, rows);
    if (failure != NULL)
        g_propagate_error(error, failure);
    return rows != NULL && failure == NULL;
}

static void take_hours(const BtTelemetryHour *hour, gpointer user)
{
    BtSummaryScreen *screen = bt_summary_find(user, hour->screen);
    if (screen == NULL)
        return;
    screen->lit_ms = hour->lit_ms;
    screen->unconfirmed_ms = hour->unconfirmed_ms;
    screen->not_showing_ms = hour->not_showing_ms;
}

static void take_last_hours(const BtTelemetryHour *hour, gpointer user)
{
    BtSummaryScreen *screen = bt_summary_find(user, hour->screen);
    if (screen != NULL)
        screen->works = hour->lit_ms > 0;
}

/* ---- causes ---- */

static void add_cause(BtSummary *summary, const char *state, const char *cause, gint64 ms)
{
    BtSummaryCause *entry = NULL;
    for (guint i = 0; i < summary->causes->len && entry == NULL; i++) {
        BtSummaryCause *known = g_ptr_array_index(summary->causes, i);
        if (strcmp(known->state, state) == 0 && strcmp(known->cause, cause) == 0)
            entry = known;
    }
    if (entry == NULL) {
        entry = g_new0(BtSummaryCause, 1);
        entry->state = g_strdup(state);
        entry->cause = g_strdup(cause);
        g_ptr_array_add(summary->causes, entry);
    }
    entry->ms += ms;
    entry->n_screens++;
}

static void take_cause(const BtTelemetryCause *cause, gpointer user)
{
    BtSummary *summary = user;
    BtSummaryScreen *screen = bt_summary_find(summary, cause->screen);
    gboolean is_lit = strcmp(cause->state, "lit") == 0;
    if (screen == NULL)
        return;
    if (is_lit && strcmp(cause->cause, "cut") == 0)
        screen->cut_ms = cause->ms;
    if (strcmp(cause->state, "not-showing") == 0 && strcmp(cause->cause, "off") == 0)
        screen->off_ms = cause->ms;
    else if (!is_lit)
        add_cause(summary, cause->state, cause->cause, cause->ms);
}

static int compare_causes(gconstpointer a, gconstpointer b)
{
    const BtSummaryCause *x = *(BtSummaryCause *const *)a, *y = *(BtSummaryCause *const *)b;
    return x->ms == y->ms ? strcmp(x->cause, y->cause) : x->ms < y->ms ? 1 : -1;
}

/* ---- all of it ---- */

static void finish_screens(BtSummary *summary)
{
    for (guint i = 0; i < summary->screens->len; i++) {
        BtSummaryScreen *screen = g_ptr_array_index(summary->screens, i);
        screen->not_showing_ms -= screen->off_ms;
        screen->planned_ms = MAX(screen->planned_ms - screen->off_ms,
            screen->lit_ms + screen->unconfirmed_ms + screen->not_showing_ms);
        screen->unknown_ms =
            screen->planned_ms - screen->lit_ms - screen->unconfirmed_ms - screen->not_showing_ms;
        if (screen->unknown_ms > 0)
            add_cause(summary, "unknown", "", screen->unknown_ms);
        count_in_areas(summary, screen);
    }
    g_ptr_array_sort(summary->causes, compare_causes);
}

BtSummary *bt_summary_make(
    BtStore *store, const BtSummaryQuery *query, gint64 now_ms, GError **error)
{
    g_autoptr(BtSummary) summary = summary_new(query, now_ms);
    const BtTelemetryQuery period = { NULL, query->from_ms, query->to_ms };
    gint64 end_ms = MIN(query->to_ms, now_ms);
    const BtTelemetryQuery last = { NULL, end_ms - BT_SUMMARY_WORKS_MS, end_ms };
    if (!add_areas(store, summary, error) || !add_screens(store, summary, error) ||
        !bt_totals_hours(store, &period, take_hours, summary, error) ||
        !bt_totals_hours(store, &last, take_last_hours, summary, error) ||
        !bt_totals_causes(store, &period, take_cause, summary, error))
        return NULL;
    finish_screens(summary);
    g_autoptr(GHashTable) languages =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return bt_summary_add_bulletins(store, summary, languages, error) &&
            bt_summary_add_played(store, summary, languages, error)
        ? g_steal_pointer(&summary)
        : NULL;
}

BtSummaryScreen bt_summary_total(const BtSummary *summary)
{
    BtSummaryScreen total = { NULL };
    for (guint i = 0; i < summary->screens->len; i++) {
        const BtSummaryScreen *screen = g_ptr_array_index(summary->screens, i);
        total.planned_ms += screen->planned_ms;
        total.lit_ms += screen->lit_ms;
        total.cut_ms += screen->cut_ms;
        total.unconfirmed_ms += screen->unconfirmed_ms;
        total.not_showing_ms += screen->not_showing_ms;
        total.unknown_ms += screen->unknown_ms;
        total.off_ms += screen->off_ms;
    }
    return total;
}
