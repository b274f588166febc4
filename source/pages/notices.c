/* The list of notices: what there is, how it stands, what to do next. */
#include "base/error.h"
#include "source/pages/compose.h"
#include "source/pages/html.h"
#include "source/pages/routes.h"

#include <string.h>

#define SECTION "notices"
#define PART 30 /* of the list on a page */
#define EVERY_ROLE ((1u << BT_N_ROLES) - 1)

/* ---- cards ---- */

static void add_button(GString *html, const BtVisit *visit, const BtNotice *notice,
    const char *action, const char *words)
{
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, notice->id);
    bt_html_add(html, "<form method=\"post\" action=\"/notices/%s/%s\">", id, action);
    bt_visit_add_token(html, visit);
    bt_html_add(html, "<button class=\"quiet\">%s</button></form>", words);
}

static const char *next_step(const BtNotice *notice)
{
    switch (notice->state) {
    case BT_NOTICE_DRAFT:
        return _("Go on writing");
    case BT_NOTICE_REFUSED:
        return _("Correct and send again");
    case BT_NOTICE_EXPIRED:
    case BT_NOTICE_WITHDRAWN:
        return _("Publish again");
    default:
        return _("Change");
    }
}

/* Off the screens is a step that says what will happen before it is taken. */
static void add_end(GString *html, const BtVisit *visit, const BtNotice *notice)
{
    if (notice->state == BT_NOTICE_LEAVING || !notice->is_published ||
        notice->state == BT_NOTICE_EXPIRED)
        return;
    bt_html_add(html, "<details><summary>%s</summary><p>%s</p>", _("Take off the screens"),
        _("It leaves all its screens as soon as an approver has signed that. It can be published "
          "again later."));
    add_button(html, visit, notice, "end", _("Ask for approval to take it off"));
    g_string_append(html, "</details>");
}

/* So is throwing away what nobody can write again. */
static void add_removal(GString *html, const BtVisit *visit, const BtNotice *notice)
{
    if (notice->state != BT_NOTICE_DRAFT || notice->published_ms != 0)
        return;
    bt_html_add(html, "<details><summary>%s</summary><p>%s</p>", _("Remove this draft"),
        _("Its words are gone for good."));
    add_button(html, visit, notice, "remove", _("Remove for good"));
    g_string_append(html, "</details>");
}

static void add_steps(GString *html, const BtVisit *visit, const BtNotice *notice)
{
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, notice->id);
    bt_html_add(html, "<div class=\"row\"><a class=\"button\" href=\"/notices/%s\">%s</a>", id,
        next_step(notice));
    g_string_append(html, "</div>");
    add_removal(html, visit, notice);
    add_end(html, visit, notice);
}

static void add_card(GString *html, BtVisit *visit, const BtNotice *notice)
{
    const char *title = bt_notice_title(notice);
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, notice->id);
    g_autofree char *area = bt_areas_name(visit->store, notice->area);
    g_autofree char *until = bt_compose_day(visit, notice->body, "until");
    bt_html_add(html, "<li><article class=\"card %s\"><h2><a href=\"/notices/%s\">%s</a></h2>",
        bt_notice_state_css(notice->state), id, *title != '\0' ? title : _("without a title"));
    bt_html_add(html, "<p class=\"fine\">%s · %s ", area, notice->author);
    bt_visit_add_time(html, visit, notice->updated_ms);
    g_string_append(html, "</p>");
    bt_notice_add_state(html, notice);
    bt_notice_add_where(html, visit, notice);
    if (*until != '\0')
        bt_html_add(html, "<p class=\"fine\">%s %s</p>", _("Last day:"), until);
    if (bt_visit_may(visit, BT_EDITOR, notice->area))
        add_steps(html, visit, notice);
    g_string_append(html, "</article></li>");
}

/* ---- the list ---- */

static void add_new(GString *html, BtVisit *visit)
{
    if (!bt_visit_may(visit, BT_EDITOR, NULL))
        return;
    g_string_append(html, "<form class=\"first\" method=\"post\" action=\"/notices/new\">");
    bt_visit_add_token(html, visit);
    bt_html_add(html, "<button>%s</button></form>", _("Write a notice"));
}

static void add_sent(GString *html, BtVisit *visit, GPtrArray *areas)
{
    gint64 id;
    if (!bt_visit_number(bt_visit_argument(visit, "sent"), 1, G_MAXINT64, &id))
        return;
    g_autoptr(BtNotice) notice = bt_notices_find(visit->store, id, visit->now_ms, NULL);
    if (notice != NULL && g_ptr_array_find_with_equal_func(areas, notice->area, g_str_equal, NULL))
        bt_html_add(html, "<p class=\"message\" role=\"status\">%s %s</p>",
            _("Sent. An approver has to sign it before the screens show it:"),
            bt_notice_title(notice));
}

static void add_parts(GString *html, guint part, gboolean has_more)
{
    if (part == 0 && !has_more)
        return;
    bt_html_add(html, "<nav class=\"parts\" aria-label=\"%s\">", _("Parts of the list"));
    for (int step = -1; step <= 1; step += 2) {
        char number[16];
        if ((step < 0 && part == 0) || (step > 0 && !has_more))
            continue;
        g_snprintf(number, sizeof number, "%u", part + (guint)step);
        bt_html_add(html, "<a href=\"/notices?part=%s\">%s</a>", number,
            step < 0 ? _("Newer") : _("Older"));
    }
    g_string_append(html, "</nav>");
}

static BtAnswered get_list(BtRequest *request)
{
    BtAnswered answered;
    gint64 part = 0;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, EVERY_ROLE, &answered))
        return answered;
    (void)bt_visit_number(bt_visit_argument(&visit, "part"), 0, 10000, &part);
    g_autoptr(GPtrArray) areas = bt_roles_areas(visit.store, visit.user, EVERY_ROLE, visit.now_ms);
    g_autoptr(GPtrArray) notices =
        bt_notices_list(visit.store, areas, (guint)part * PART, PART + 1, visit.now_ms);
    GString *html = g_string_new(NULL);
    add_sent(html, &visit, areas);
    add_new(html, &visit);
    if (notices->len == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", _("No notice was written yet."));
    g_string_append(html, "<ul class=\"cards\">");
    for (guint i = 0; i < MIN(notices->len, PART); i++)
        add_card(html, &visit, g_ptr_array_index(notices, i));
    g_string_append(html, "</ul>");
    add_parts(html, (guint)part, notices->len > PART);
    return bt_visit_page(&visit, BT_HTTP_OK, SECTION, _("Notices"), html);
}

/* ---- steps ---- */

/* For the first of the person's areas, the topmost; the page has a choice where there are more. The
 * library begins one with a picture. */
static BtAnswered post_new(BtRequest *request)
{
    BtAnswered answered;
    GError *error = NULL;
    g_auto(BtVisit) visit = { NULL };
    g_auto(BtComposed) composed = { NULL };
    if (!bt_visit_form(&visit, request, BT_EDITOR, &answered))
        return answered;
    g_autoptr(GPtrArray) areas = bt_targets_areas(visit.store, visit.user, BT_EDITOR, visit.now_ms);
    if (areas->len == 0)
        return bt_visit_refuse(&visit, BT_HTTP_FORBIDDEN,
            _("Your account may not do this. Ask your administrator for the role."));
    bt_compose_begin(&visit, ((BtTargetArea *)g_ptr_array_index(areas, 0))->id, &composed);
    if (!bt_compose_take_picture(&visit, &composed, &error))
        return bt_visit_fail(&visit, error);
    gint64 id = bt_notices_add(visit.store, composed.area, visit.user, composed.body,
        composed.targets, visit.now_ms, &error);
    if (id == 0 || !bt_visit_note(&visit, &error, "notice %" G_GINT64_FORMAT " begun", id))
        return bt_visit_fail(&visit, error);
    g_autofree char *where = g_strdup_printf("/notices/%" G_GINT64_FORMAT, id);
    return bt_visit_go(&visit, where, NULL);
}

typedef gboolean (*Step)(const BtVisit *visit, gint64 id, GError **error);

static gboolean remove_it(const BtVisit *visit, gint64 id, GError **error)
{
    return bt_notices_remove(visit->store, id, error) &&
        bt_visit_note(visit, error, "notice %" G_GINT64_FORMAT " removed", id);
}

static gboolean end_it(const BtVisit *visit, gint64 id, GError **error)
{
    return bt_notices_propose_end(visit->store, id, visit->user, bt_visit_field(visit, "reason"),
               visit->now_ms, error) != 0 &&
        bt_visit_note(
            visit, error, "notice %" G_GINT64_FORMAT ": asked to take it off the screens", id);
}

static BtAnswered take_step(BtRequest *request, Step step)
{
    BtAnswered answered;
    GError *error = NULL;
    gint64 id;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_EDITOR, &answered))
        return answered;
    if (!bt_visit_number(request->name, 1, G_MAXINT64, &id))
        return bt_visit_refuse(&visit, BT_HTTP_NOT_FOUND, _("There is no such notice."));
    g_autoptr(BtNotice) notice = bt_notices_find(visit.store, id, visit.now_ms, &error);
    if (notice == NULL)
        return bt_visit_fail(&visit, error);
    if (!bt_visit_may(&visit, BT_EDITOR, notice->area))
        return bt_visit_refuse(&visit, BT_HTTP_FORBIDDEN,
            _("This notice is of another area. Only its own officials may see or change it."));
    return step(&visit, id, &error) ? bt_visit_go(&visit, "/notices", NULL)
                                    : bt_visit_fail(&visit, error);
}

static BtAnswered post_remove(BtRequest *request)
{
    return take_step(request, remove_it);
}

static BtAnswered post_end(BtRequest *request)
{
    return take_step(request, end_it);
}

const BtRoute bt_notice_routes[] = {
    { "GET", "/notices", BT_PART_NOTHING, "", 0, get_list },
    { "POST", "/notices/new", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, post_new },
    { "POST", "/notices/", BT_PART_NUMBER, "/remove", BT_FORM_MAX_BYTES, post_remove },
    { "POST", "/notices/", BT_PART_NUMBER, "/end", BT_FORM_MAX_BYTES, post_end },
    { NULL },
};
