/* The layouts of a screen, at its shape (layout.h). */
#include "source/press/plan-parts.h"

#include "base/error.h"
#include "playlists/model/manifest.h"
#include "source/press/layout.h"

static gboolean append_layout(
    BtPlanMaking *m, const char *id, const BtJson *body, const char *words, GError **error)
{
    const BtPlanContent *content = m->content;
    BtJson *layout = bt_layout_to_manifest(body, id, content->width_px, content->height_px, NULL);
    if (layout == NULL)
        return bt_plan_fail(error, BT_ERROR_INVALID, words);
    bt_json_append(m->layouts, layout);
    return bt_plan_count(&m->n_layouts, BT_MANIFEST_MAX_LAYOUTS,
        _("A screen would have more than 64 layouts."), error);
}

gboolean bt_plan_add_builtin_layout(BtPlanMaking *m, const char *id, GError **error)
{
    const char *gone = _("A programme uses a layout that is not there any more.");
    const BtPlanContent *content = m->content;
    if (!g_hash_table_add(m->named, g_strconcat("layout ", id, NULL)))
        return TRUE;
    g_autoptr(BtJson) body = bt_layout_builtin(id, content->width_px, content->height_px);
    return body != NULL ? append_layout(m, id, body, gone, error)
                        : bt_plan_fail(error, BT_ERROR_NOT_FOUND, gone);
}

gboolean bt_plan_add_layout(BtPlanMaking *m, const char *id, gint64 number, GError **error)
{
    if (!g_hash_table_add(m->named, g_strconcat("layout ", id, NULL)))
        return TRUE;
    g_autoptr(BtJson) body = bt_plan_row(m, "SELECT body FROM layout WHERE id = ?", number,
        _("A programme uses a layout that is not there any more."), error);
    return body != NULL &&
        append_layout(m, id, body,
            _("A zone of a layout is too narrow for a screen: draw it wider, or choose another "
              "layout for this screen."),
            error);
}
