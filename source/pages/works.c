#include "source/pages/works.h"

#include "base/error.h"
#include "source/desk/areas.h"
#include "source/pages/area-choice.h"
#include "source/pages/html.h"

/* ---- finding ---- */

static BtWork *find(BtVisit *visit, BtWorkKind kind, guint roles, BtAnswered *answered)
{
    gint64 id;
    g_autoptr(BtWork) work = bt_visit_number(visit->request->name, 1, G_MAXINT64, &id)
        ? bt_works_find(visit->store, kind, id, NULL)
        : NULL;
    if (work != NULL && bt_visit_may(visit, roles, work->area))
        return g_steal_pointer(&work);
    *answered = bt_visit_refuse(visit, BT_HTTP_NOT_FOUND,
        _("This is not there (any more), or it belongs to another area."));
    return NULL;
}

GPtrArray *bt_work_all(const BtVisit *visit, BtWorkKind kind)
{
    g_autoptr(GPtrArray) areas =
        bt_roles_areas(visit->store, visit->user, BT_WORK_READERS, visit->now_ms);
    return bt_works_list(visit->store, kind, areas);
}

BtWork *bt_work_open(BtVisit *visit, BtRequest *request, BtWorkKind kind, BtAnswered *answered)
{
    return bt_visit_open(visit, request, BT_WORK_READERS, answered)
        ? find(visit, kind, BT_WORK_READERS, answered)
        : NULL;
}

BtWork *bt_work_form(BtVisit *visit, BtRequest *request, BtWorkKind kind, BtAnswered *answered)
{
    return bt_visit_form(visit, request, BT_WORK_EDITORS, answered)
        ? find(visit, kind, BT_WORK_EDITORS, answered)
        : NULL;
}

char *bt_work_path(BtWorkKind kind, gint64 id)
{
    return g_strdup_printf("/%ss/%" G_GINT64_FORMAT, bt_work_kind_name(kind), id);
}

gint64 bt_work_revision(const BtVisit *visit)
{
    gint64 revision = 0;
    (void)bt_visit_number(bt_visit_field(visit, "revision"), 1, G_MAXINT64, &revision);
    return revision;
}

/* ---- answers ---- */

static BtAnswered note_and_go(BtVisit *visit, const BtWork *work, const char *did)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = bt_work_path(work->kind, work->id);
    if (!bt_visit_note(visit, &error, "%s %s %" G_GINT64_FORMAT " \"%s\"", did,
            bt_work_kind_name(work->kind), work->id, work->name))
        return bt_visit_fail(visit, g_steal_pointer(&error));
    return bt_visit_go(visit, path, NULL);
}

BtAnswered bt_work_fail(BtVisit *visit, GError *error)
{
    g_autoptr(GError) owned = error;
    switch (error->domain == BT_ERROR ? error->code : BT_ERROR_FAILED) {
    case BT_ERROR_CONFLICT:
        return bt_visit_refuse(visit, BT_HTTP_CONFLICT,
            _("Somebody else has changed this meanwhile. Open it again, look at it, and do it once "
              "more."));
    case BT_ERROR_INVALID:
        return bt_visit_refuse(visit, BT_HTTP_BAD_REQUEST, _("Write a name of 1 to 200 letters."));
    case BT_ERROR_LIMIT:
        return bt_visit_refuse(visit, BT_HTTP_BAD_REQUEST,
            _("This is full. Divide it into two, or take something out."));
    default:
        return bt_visit_fail(visit, g_steal_pointer(&owned));
    }
}

BtAnswered bt_work_save(
    BtVisit *visit, const BtWork *work, const BtWorkWords *words, const char *did)
{
    GError *error = NULL;
    return bt_works_save(visit->store, work, bt_work_revision(visit), words, visit->now_ms, &error)
        ? note_and_go(visit, work, did)
        : bt_work_fail(visit, error);
}

BtAnswered bt_work_add(BtVisit *visit, BtWorkKind kind, BtWorkWords *words)
{
    g_autoptr(GError) error = NULL;
    const char *area = bt_visit_field(visit, "area");
    if (!bt_visit_may(visit, BT_WORK_EDITORS, area))
        return bt_visit_refuse(
            visit, BT_HTTP_FORBIDDEN, _("Your account may not write for this area."));
    words->name = bt_visit_field(visit, "name");
    gint64 id = bt_works_add(visit->store, kind, area, words, visit->now_ms, &error);
    g_autoptr(BtWork) work = id > 0 ? bt_works_find(visit->store, kind, id, &error) : NULL;
    return work != NULL ? note_and_go(visit, work, "began")
                        : bt_work_fail(visit, g_steal_pointer(&error));
}

BtAnswered bt_work_remove(BtRequest *request, BtWorkKind kind)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(GError) error = NULL;
    g_autoptr(BtWork) work = bt_work_form(&visit, request, kind, &answered);
    if (work == NULL)
        return answered;
    g_autofree char *list = g_strdup_printf("/%ss", bt_work_kind_name(kind));
    if (!bt_works_remove(visit.store, work, &error))
        return error->code == BT_ERROR_CONFLICT
            ? bt_visit_refuse(&visit, BT_HTTP_CONFLICT,
                  _("A programme uses it. Take it out of the programme first."))
            : bt_visit_fail(&visit, g_steal_pointer(&error));
    if (!bt_visit_note(&visit, &error, "removed %s %" G_GINT64_FORMAT " \"%s\"",
            bt_work_kind_name(kind), work->id, work->name))
        return bt_visit_fail(&visit, g_steal_pointer(&error));
    return bt_visit_go(&visit, list, NULL);
}

/* ---- pieces ---- */

void bt_work_add_hidden(GString *html, const BtVisit *visit, const BtWork *work)
{
    bt_visit_add_token(html, visit);
    g_string_append_printf(html,
        "<input type=\"hidden\" name=\"revision\" value=\"%" G_GINT64_FORMAT "\">", work->revision);
}

void bt_work_add_new(GString *html, const BtVisit *visit, BtWorkKind kind, const char *words)
{
    if (!bt_visit_may(visit, BT_WORK_EDITORS, NULL))
        return;
    bt_html_add(html, "<form class=\"row panel\" method=\"post\" action=\"/%ss\">",
        bt_work_kind_name(kind));
    bt_visit_add_token(html, visit);
    bt_html_add(
        html, "<label>%s<input name=\"name\" required maxlength=\"200\"></label>", _("Name"));
    bt_area_choice_add(html, visit, BT_WORK_EDITORS, "");
    bt_html_add(html, "<button>%s</button></form>", words);
}

void bt_work_add_links(GString *html, const BtVisit *visit, const GPtrArray *works)
{
    if (works->len == 0) {
        bt_html_add(html, "<p class=\"none\">%s</p>", _("There are none yet."));
        return;
    }
    g_string_append(html, "<ul class=\"rows\">");
    for (guint i = 0; i < works->len; i++) {
        const BtWork *work = g_ptr_array_index(works, i);
        g_autofree char *path = bt_work_path(work->kind, work->id);
        g_autofree char *area = bt_areas_name(visit->store, work->area);
        bt_html_add(html, "<li><a href=\"%s\">%s</a><span class=\"fine\">%s</span></li>", path,
            work->name, area);
    }
    g_string_append(html, "</ul>");
}

void bt_work_add_end(GString *html, const BtVisit *visit, const BtWork *work)
{
    g_autoptr(GPtrArray) users = bt_works_users(visit->store, work);
    bt_html_add(html, "<section class=\"panel\">");
    if (work->kind != BT_WORK_PROGRAMME) {
        bt_html_add(html, "<h2>%s</h2>", _("Programmes that use it"));
        bt_work_add_links(html, visit, users);
    }
    if (users->len == 0 && bt_visit_may(visit, BT_WORK_EDITORS, work->area)) {
        g_autofree char *path = bt_work_path(work->kind, work->id);
        bt_html_add(html,
            "<details><summary>%s: %s</summary><p>%s</p><form method=\"post\" "
            "action=\"%s/remove\">",
            _("Remove"), work->name, _("It is gone for good."), path);
        bt_visit_add_token(html, visit);
        bt_html_add(
            html, "<button class=\"quiet\">%s</button></form></details>", _("Remove for good"));
    }
    g_string_append(html, "</section>");
}
