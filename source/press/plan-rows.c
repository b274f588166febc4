/* What the plan reads of the database. */
#include "source/press/plan-parts.h"

#include "base/error.h"
#include "playlists/model/manifest.h"

#include <string.h>

#define MAX_AREAS_UP 16 /* more than areas may lie in each other; a circle ends */

/* ---- targets ---- */

static void add_places(GHashTable *places, const BtJsonAt *targets, const char *key, const char *as)
{
    BtJsonAt list;
    if (!bt_json_member(targets, key, &list))
        return;
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt at = bt_json_element(&list, i);
        const char *id = bt_json_read_string(&at, 1, BT_ID_MAX_BYTES, NULL);
        if (id != NULL)
            g_hash_table_add(places, g_strdup_printf("%s %s", as, id));
    }
}

static BtPlanTargets targets_of(const BtJson *json)
{
    BtPlanTargets targets = { g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
    BtJsonAt root = bt_json_root("targets", json);
    if (json != NULL && bt_json_read_object(&root, NULL)) {
        add_places(targets.places, &root, "areas", "area");
        add_places(targets.places, &root, "screens", "screen");
    }
    return targets;
}

static gboolean names(const BtPlanTargets *targets, const char *as, const char *id)
{
    g_autofree char *place = g_strdup_printf("%s %s", as, id);
    return g_hash_table_contains(targets->places, place);
}

gboolean bt_plan_covers(
    const BtPlanRows *rows, const BtPlanTargets *targets, const BtPlanScreen *screen)
{
    const char *area = screen->area;
    if (names(targets, "screen", screen->id))
        return TRUE;
    for (int up = 0; area != NULL && up < MAX_AREAS_UP; up++) {
        if (names(targets, "area", area))
            return TRUE;
        area = g_hash_table_lookup(rows->parents, area);
    }
    return FALSE;
}

gboolean bt_plan_lies_in(const BtPlanRows *rows, const BtPlanScreen *screen, const char *area)
{
    const char *at = screen->area;
    for (int up = 0; at != NULL && up < MAX_AREAS_UP; up++) {
        if (strcmp(at, area) == 0)
            return TRUE;
        at = g_hash_table_lookup(rows->parents, at);
    }
    return FALSE;
}

/* ---- rows ---- */

static void notice_free(gpointer data)
{
    BtPlanNotice *notice = data;
    bt_json_unref(notice->body);
    g_hash_table_unref(notice->targets.places);
    g_hash_table_unref(notice->published_targets.places);
    g_free(notice);
}

static void programme_free(gpointer data)
{
    BtPlanProgramme *programme = data;
    bt_json_unref(programme->body);
    g_hash_table_unref(programme->targets.places);
    g_free(programme);
}

static void screen_free(gpointer data)
{
    BtPlanScreen *screen = data;
    g_free(screen->id);
    g_free(screen->area);
    g_free(screen->manifest);
    g_free(screen);
}

void bt_plan_rows_clear(BtPlanRows *rows)
{
    g_clear_pointer(&rows->notices, g_ptr_array_unref);
    g_clear_pointer(&rows->programmes, g_ptr_array_unref);
    g_clear_pointer(&rows->screens, g_ptr_array_unref);
    g_clear_pointer(&rows->parents, g_hash_table_unref);
}

/* A column of JSON; NULL without an error where it is NULL. (transfer full) */
static BtJson *column(BtRows *rows, int index, const char *name, GError **error)
{
    const char *text = bt_rows_text(rows, index);
    return text == NULL ? NULL
                        : bt_json_parse(text, strlen(text), name, BT_MANIFEST_MAX_BYTES,
                              BT_MANIFEST_MAX_DEPTH, error);
}

static gboolean holds(const GArray *ids, gint64 id)
{
    for (guint i = 0; ids != NULL && i < ids->len; i++)
        if (g_array_index(ids, gint64, i) == id)
            return TRUE;
    return FALSE;
}

gboolean bt_plan_is_over(const BtJson *item, gint64 now_ms)
{
    BtJsonAt root = bt_json_root("item", item), valid, until;
    gint64 until_ms;
    return bt_json_read_object(&root, NULL) && bt_json_member(&root, "valid", &valid) &&
        bt_json_read_object(&valid, NULL) && bt_json_member(&valid, "until", &until) &&
        bt_json_read_time(&until, &until_ms, NULL) && until_ms <= now_ms;
}

/* A notice that joins counts as it is written, any other as it was published. */
static BtPlanNotice *read_notice(BtRows *rows, gboolean joins, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtJson) body = column(rows, joins ? 1 : 3, "notice", &failure);
    g_autoptr(BtJson) targets =
        failure == NULL ? column(rows, joins ? 2 : 4, "targets", &failure) : NULL;
    g_autoptr(BtJson) before = failure == NULL ? column(rows, 4, "targets", &failure) : NULL;
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return NULL;
    }
    BtPlanNotice *notice = g_new0(BtPlanNotice, 1);
    notice->id = bt_rows_int(rows, 0);
    notice->body = g_steal_pointer(&body);
    notice->targets = targets_of(targets);
    notice->published_targets = targets_of(before);
    return notice;
}

static gboolean read_notices(
    BtPlanRows *plan, BtStore *store, const BtPlanChange *change, gint64 now_ms, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT id, body, targets, published_body, published_targets FROM notice ORDER BY id DESC",
        "");
    if (rows == NULL)
        return FALSE;
    while (bt_rows_next(rows, &failure)) {
        gint64 id = bt_rows_int(rows, 0);
        gboolean joins = holds(change->publish, id), leaves = holds(change->withdraw, id);
        if (!joins && bt_rows_is_null(rows, 3))
            continue;
        BtPlanNotice *notice = read_notice(rows, joins, &failure);
        if (notice == NULL)
            break;
        notice->is_named = joins || leaves;
        notice->is_shown = !leaves && !bt_plan_is_over(notice->body, now_ms);
        g_ptr_array_add(plan->notices, notice);
    }
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
}

static gboolean read_programmes(BtPlanRows *plan, BtStore *store, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, error, "SELECT id, body, targets FROM programme ORDER BY id", "");
    if (rows == NULL)
        return FALSE;
    while (bt_rows_next(rows, &failure)) {
        g_autoptr(BtJson) body = column(rows, 1, "programme", &failure);
        g_autoptr(BtJson) targets = body != NULL ? column(rows, 2, "targets", &failure) : NULL;
        if (failure != NULL)
            break;
        BtPlanProgramme *programme = g_new0(BtPlanProgramme, 1);
        programme->id = bt_rows_int(rows, 0);
        programme->body = g_steal_pointer(&body);
        programme->targets = targets_of(targets);
        g_ptr_array_add(plan->programmes, programme);
    }
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
}

static gboolean read_screens(BtPlanRows *plan, BtStore *store, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT id, area, manifest, width_px, height_px, is_led FROM screen"
        " WHERE retired_ms IS NULL ORDER BY id",
        "");
    if (rows == NULL)
        return FALSE;
    while (bt_rows_next(rows, &failure)) {
        BtPlanScreen *screen = g_new0(BtPlanScreen, 1);
        screen->id = g_strdup(bt_rows_text(rows, 0));
        screen->area = g_strdup(bt_rows_text(rows, 1));
        screen->manifest = g_strdup(bt_rows_text(rows, 2));
        screen->width_px = (int)bt_rows_int(rows, 3);
        screen->height_px = (int)bt_rows_int(rows, 4);
        screen->is_led = bt_rows_int(rows, 5) != 0;
        g_ptr_array_add(plan->screens, screen);
    }
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
}

static gboolean read_areas(BtPlanRows *plan, BtStore *store, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, error, "SELECT id, parent FROM area WHERE parent IS NOT NULL", "");
    if (rows == NULL)
        return FALSE;
    while (bt_rows_next(rows, &failure))
        g_hash_table_insert(
            plan->parents, g_strdup(bt_rows_text(rows, 0)), g_strdup(bt_rows_text(rows, 1)));
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
}

static gboolean check_named(const BtPlanRows *plan, const GArray *ids, GError **error)
{
    for (guint i = 0; ids != NULL && i < ids->len; i++) {
        gboolean is_there = FALSE;
        for (guint k = 0; k < plan->notices->len && !is_there; k++)
            is_there = ((BtPlanNotice *)g_ptr_array_index(plan->notices, k))->id ==
                g_array_index(ids, gint64, i);
        if (!is_there) {
            g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "%s",
                _("This notice is not there any more. Go back to the list of notices."));
            return FALSE;
        }
    }
    return TRUE;
}

gboolean bt_plan_rows_read(
    BtPlanRows *rows, BtStore *store, const BtPlanChange *change, gint64 now_ms, GError **error)
{
    *rows = (BtPlanRows){ g_ptr_array_new_with_free_func(notice_free),
        g_ptr_array_new_with_free_func(programme_free), g_ptr_array_new_with_free_func(screen_free),
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free) };
    return read_areas(rows, store, error) && read_screens(rows, store, error) &&
        read_notices(rows, store, change, now_ms, error) && read_programmes(rows, store, error) &&
        check_named(rows, change->publish, error) && check_named(rows, change->withdraw, error);
}
