/* The playlists of a screen, and their items. Items of notices are called n12, those of playlists
 * p5-ID, so that they keep their name from one document to the next, and reports can be added up.
 */
#include "source/press/plan-parts.h"

#include "base/error.h"
#include "playlists/model/manifest.h"

#include <string.h>

/* ---- assets ---- */

static BtJson *describe_asset(BtRows *rows)
{
    BtJson *asset = bt_json_new_object();
    bt_json_set_int(asset, "size", bt_rows_int(rows, 0));
    bt_json_set_string(asset, "type", bt_rows_text(rows, 1));
    if (bt_rows_int(rows, 2) > 0)
        bt_json_set_int(asset, "duration_ms", bt_rows_int(rows, 2));
    bt_json_set_string(asset, "name", bt_rows_text(rows, 3));
    return asset;
}

static gboolean add_asset(BtPlanMaking *m, const char *sha256, GError **error)
{
    BtJsonAt assets = bt_json_root("", m->assets), known;
    if (bt_json_member(&assets, sha256, &known))
        return TRUE;
    g_autoptr(BtRows) rows = bt_db_query(m->content->store->db, error,
        "SELECT size_bytes, type, duration_ms, name FROM media WHERE sha256 = ?", "s", sha256);
    GError *failure = NULL;
    if (rows == NULL)
        return FALSE;
    if (!bt_rows_next(rows, &failure)) {
        if (failure == NULL)
            return bt_plan_fail(error, BT_ERROR_NOT_FOUND,
                _("A picture, film or sound is not in the library any more. Choose another one."));
        g_propagate_error(error, failure);
        return FALSE;
    }
    bt_json_set(m->assets, sha256, describe_asset(rows));
    return bt_plan_count(&m->n_assets, BT_MANIFEST_MAX_ASSETS,
        _("A screen would have more than 5,000 files. Take some playlists off it."), error);
}

static gboolean add_asset_of(
    BtPlanMaking *m, const BtJsonAt *object, const char *key, GError **error)
{
    BtJsonAt at;
    const char *sha256 = bt_json_member(object, key, &at) ? bt_json_read_sha256(&at, NULL) : NULL;
    return sha256 == NULL || add_asset(m, sha256, error);
}

static gboolean add_assets(BtPlanMaking *m, const BtJsonAt *item, GError **error)
{
    BtJsonAt subtitles;
    if (!add_asset_of(m, item, "asset", error) || !add_asset_of(m, item, "picture", error) ||
        !add_asset_of(m, item, "fallback", error))
        return FALSE;
    if (!bt_json_member(item, "subtitles", &subtitles))
        return TRUE;
    for (gsize i = 0; i < bt_json_length(&subtitles); i++) {
        BtJsonAt at = bt_json_element(&subtitles, i);
        if (bt_json_read_object(&at, NULL) && !add_asset_of(m, &at, "asset", error))
            return FALSE;
    }
    return TRUE;
}

/* ---- items ---- */

static gboolean add_item(
    BtPlanMaking *m, BtJson *items, const char *id, const BtJsonAt *item, GError **error)
{
    BtJson *copy = bt_json_new_object();
    BtJsonAt member;
    void *iter = NULL;
    bt_json_set_string(copy, "id", id);
    while (bt_json_next_member(item, &iter, &member))
        if (strcmp(member.key, "id") != 0)
            bt_json_set(copy, member.key, bt_json_ref(member.value));
    bt_json_append(items, copy);
    return bt_plan_count(&m->n_items, BT_MANIFEST_MAX_ITEMS,
               _("A screen would have more than 2,000 items. Withdraw old notices first."),
               error) &&
        add_assets(m, item, error);
}

static gboolean add_notice(
    BtPlanMaking *m, BtJson *items, const BtPlanNotice *notice, GError **error)
{
    BtJsonAt at = bt_json_root("notice", notice->body);
    g_autofree char *id = g_strdup_printf("n%" G_GINT64_FORMAT, notice->id);
    if (!bt_json_read_object(&at, error))
        return FALSE;
    if (g_hash_table_add(m->notices, g_strdup(id)))
        return add_item(m, items, id, &at, error);
    bt_json_append_string(items, id);
    return bt_plan_count(&m->n_items, BT_MANIFEST_MAX_ITEMS,
        _("A screen would have more than 2,000 items. Withdraw old notices first."), error);
}

/* One that is not on boards is left out, as one that is over. */
static gboolean add_notice_by_number(BtPlanMaking *m, BtJson *items, gint64 number, GError **error)
{
    for (guint i = 0; i < m->content->all->len; i++) {
        const BtPlanNotice *notice = g_ptr_array_index(m->content->all, i);
        if (notice->id == number && notice->is_shown)
            return add_notice(m, items, notice, error);
    }
    return TRUE;
}

static gboolean add_own_item(BtPlanMaking *m, BtJson *items, gint64 playlist, gsize index,
    const BtJsonAt *item, GError **error)
{
    BtJsonAt at;
    const char *own =
        bt_json_member(item, "id", &at) ? bt_json_read_string(&at, 1, 40, NULL) : NULL;
    g_autofree char *id = own != NULL
        ? g_strdup_printf("p%" G_GINT64_FORMAT "-%s", playlist, own)
        : g_strdup_printf("p%" G_GINT64_FORMAT "-%" G_GSIZE_FORMAT, playlist, index + 1);
    return add_item(m, items, id, item, error);
}

static gboolean add_element(BtPlanMaking *m, BtJson *items, gint64 playlist, gsize index,
    const BtJsonAt *element, GError **error)
{
    BtJsonAt at;
    gint64 notice;
    if (!bt_json_read_object(element, error))
        return FALSE;
    if (bt_json_member(element, "notice", &at))
        return bt_json_read_int(&at, 1, G_MAXINT64, &notice, error) &&
            add_notice_by_number(m, items, notice, error);
    return bt_plan_is_over(element->value, m->content->now_ms) ||
        add_own_item(m, items, playlist, index, element, error);
}

/* ---- playlists ---- */

static gboolean add_playlist(BtPlanMaking *m, const char *id, BtJson *items, GError **error)
{
    BtJson *playlist = bt_json_new_object();
    bt_json_set_string(playlist, "id", id);
    bt_json_set(playlist, "items", items);
    bt_json_append(m->playlists, playlist);
    return bt_plan_count(&m->n_playlists, BT_MANIFEST_MAX_PLAYLISTS,
        _("A screen would have more than 1,000 playlists."), error);
}

gboolean bt_plan_add_notices(BtPlanMaking *m, GError **error)
{
    BtJson *items = bt_json_new_array();
    gboolean ok = TRUE;
    for (guint i = 0; ok && i < m->content->notices->len; i++)
        ok = add_notice(m, items, g_ptr_array_index(m->content->notices, i), error);
    return add_playlist(m, BT_PLAN_NOTICES, items, ok ? error : NULL) && ok;
}

gboolean bt_plan_add_playlist(BtPlanMaking *m, const char *id, gint64 number, GError **error)
{
    if (!g_hash_table_add(m->named, g_strdup(id)))
        return TRUE;
    g_autoptr(BtJson) json = bt_plan_row(m, "SELECT items FROM playlist WHERE id = ?", number,
        _("A programme plays a playlist that is not there any more."), error);
    BtJsonAt root = bt_json_root("playlist", json);
    if (json == NULL || !bt_json_read_array(&root, BT_MANIFEST_MAX_ITEMS, error))
        return FALSE;
    BtJson *items = bt_json_new_array();
    gboolean ok = TRUE;
    for (gsize i = 0; ok && i < bt_json_length(&root); i++) {
        BtJsonAt at = bt_json_element(&root, i);
        ok = add_element(m, items, number, i, &at, error);
    }
    return add_playlist(m, id, items, ok ? error : NULL) && ok;
}
