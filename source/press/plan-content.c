/* What a screen plays, out of rows: the notices in a playlist of their own, shown by a programme of
 * their own, and beside it the programmes of the week with the playlists and layouts they name. */
#include "source/press/plan-parts.h"

#include "base/error.h"
#include "playlists/model/manifest.h"

#include <string.h>

gboolean bt_plan_fail(GError **error, BtError code, const char *words)
{
    g_set_error_literal(error, BT_ERROR, code, words);
    return FALSE;
}

gboolean bt_plan_count(guint *n, guint max, const char *words, GError **error)
{
    return ++*n <= max || bt_plan_fail(error, BT_ERROR_LIMIT, words);
}

BtJson *bt_plan_row(BtPlanMaking *m, const char *sql, gint64 id, const char *words, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(m->content->store->db, error, sql, "i", id);
    if (rows == NULL)
        return NULL;
    if (!bt_rows_next(rows, &failure)) {
        if (failure != NULL)
            g_propagate_error(error, failure);
        else
            bt_plan_fail(error, BT_ERROR_NOT_FOUND, words);
        return NULL;
    }
    const char *text = bt_rows_text(rows, 0);
    return bt_json_parse(
        text, strlen(text), "row", BT_MANIFEST_MAX_BYTES, BT_MANIFEST_MAX_DEPTH, error);
}

/* ---- programmes ---- */

/* {"main": 5, "side": "notices"} → {"main": "p5", "side": "notices"}; the playlists join.
 * (transfer full) (nullable) */
static BtJson *add_zones(BtPlanMaking *m, const BtJsonAt *body, GError **error)
{
    BtJsonAt zones, at;
    void *iter = NULL;
    gint64 number;
    g_autoptr(BtJson) made = bt_json_new_object();
    if (!bt_json_require(body, "zones", &zones, error) || !bt_json_read_object(&zones, error))
        return NULL;
    while (bt_json_next_member(&zones, &iter, &at)) {
        if (bt_json_is_string(&at) &&
            g_strcmp0(bt_json_read_string(&at, 1, BT_ID_MAX_BYTES, NULL), BT_PLAN_NOTICES) == 0) {
            bt_json_set_string(made, at.key, BT_PLAN_NOTICES);
            continue;
        }
        if (!bt_json_read_int(&at, 1, G_MAXINT64, &number, error))
            return NULL;
        g_autofree char *id = g_strdup_printf("p%" G_GINT64_FORMAT, number);
        if (!bt_plan_add_playlist(m, id, number, error))
            return NULL;
        bt_json_set_string(made, at.key, id);
    }
    return g_steal_pointer(&made);
}

/* A number is a row, a word a layout that is always there. (transfer full) (nullable) */
static char *add_layout(BtPlanMaking *m, const BtJsonAt *body, GError **error)
{
    BtJsonAt at;
    gint64 number;
    if (!bt_json_require(body, "layout", &at, error))
        return NULL;
    if (bt_json_is_string(&at)) {
        const char *id = bt_json_read_string(&at, 1, BT_ID_MAX_BYTES, error);
        return id != NULL && bt_plan_add_builtin_layout(m, id, error) ? g_strdup(id) : NULL;
    }
    if (!bt_json_read_int(&at, 1, G_MAXINT64, &number, error))
        return NULL;
    g_autofree char *id = g_strdup_printf("l%" G_GINT64_FORMAT, number);
    return bt_plan_add_layout(m, id, number, error) ? g_steal_pointer(&id) : NULL;
}

static gboolean append_programme(BtPlanMaking *m, BtJson *programme, GError **error)
{
    bt_json_append(m->programmes, programme);
    return bt_plan_count(&m->n_programmes, BT_MANIFEST_MAX_PROGRAMMES,
        _("A screen would have more than 200 programmes."), error);
}

static gboolean add_programme(BtPlanMaking *m, const BtPlanProgramme *row, GError **error)
{
    BtJsonAt body = bt_json_root("programme", row->body), member;
    void *iter = NULL;
    g_autofree char *id = g_strdup_printf("g%" G_GINT64_FORMAT, row->id);
    if (!bt_json_read_object(&body, error))
        return FALSE;
    g_autofree char *layout = add_layout(m, &body, error);
    BtJson *zones = layout != NULL ? add_zones(m, &body, error) : NULL;
    if (zones == NULL)
        return FALSE;
    BtJson *programme = bt_json_new_object();
    bt_json_set_string(programme, "id", id);
    bt_json_set_string(programme, "layout", layout);
    while (bt_json_next_member(&body, &iter, &member))
        if (strcmp(member.key, "id") != 0 && strcmp(member.key, "layout") != 0 &&
            strcmp(member.key, "zones") != 0)
            bt_json_set(programme, member.key, bt_json_ref(member.value));
    bt_json_set(programme, "zones", zones);
    return append_programme(m, programme, error);
}

/* It is there without a notice too, so that a screen of which all were withdrawn has a document. */
static gboolean add_programme_of_notices(BtPlanMaking *m, GError **error)
{
    if (!bt_plan_add_builtin_layout(m, "full", error) || !bt_plan_add_notices(m, error))
        return FALSE;
    BtJson *programme = bt_json_new_object(), *zones = bt_json_new_object();
    bt_json_set_string(zones, "main", BT_PLAN_NOTICES);
    bt_json_set_string(programme, "id", BT_PLAN_NOTICES);
    bt_json_set_string(programme, "layout", "full");
    bt_json_set_string(programme, "class", "ordinary");
    bt_json_set(programme, "zones", zones);
    return append_programme(m, programme, error);
}

/* ---- all of it ---- */

static gboolean make(BtPlanMaking *m, GError **error)
{
    const GPtrArray *programmes = m->content->programmes;
    gboolean ok = add_programme_of_notices(m, error);
    for (guint i = 0; ok && i < programmes->len; i++)
        ok = add_programme(m, g_ptr_array_index(programmes, i), error);
    return ok;
}

BtJson *bt_plan_content(const BtPlanContent *content, GError **error)
{
    g_autoptr(GHashTable) named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) notices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    BtPlanMaking m = { .content = content,
        .assets = bt_json_new_object(),
        .layouts = bt_json_new_array(),
        .playlists = bt_json_new_array(),
        .programmes = bt_json_new_array(),
        .named = named,
        .notices = notices };
    gboolean ok = make(&m, error);
    BtJson *made = bt_json_new_object();
    bt_json_set(made, "assets", m.assets);
    bt_json_set(made, "layouts", m.layouts);
    bt_json_set(made, "playlists", m.playlists);
    bt_json_set(made, "programmes", m.programmes);
    if (ok)
        return made;
    bt_json_unref(made);
    return NULL;
}
