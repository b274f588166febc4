/* What waits for a signature, and what became of the last proposals. */
#include "source/pages/routes.h"

#include "source/desk/again.h"
#include "source/desk/areas.h"
#include "source/pages/html.h"
#include "source/pages/proposal-view.h"
#include "source/pages/sign.h"

#define READERS (1u << BT_ROLE_EDITOR | 1u << BT_ROLE_APPROVER | 1u << BT_ROLE_AUDITOR)
#define WAITING (1u << BT_PROPOSAL_WAITING | 1u << BT_PROPOSAL_SIGNED)
#define SHOWN 50
#define DECIDED_SHOWN 20

static void add_card(GString *html, const BtVisit *visit, const BtProposal *listed)
{
    g_autoptr(BtProposal) proposal = bt_proposals_find(visit->store, listed->id, NULL);
    if (proposal == NULL)
        return;
    g_autoptr(BtDifference) difference = bt_difference_make(visit->store, proposal);
    g_autofree char *title = bt_proposal_title(proposal, difference),
                    *author = bt_name_of_user(visit->store, proposal->author),
                    *area = bt_areas_name(visit->store, proposal->area),
                    *id = g_strdup_printf("%" G_GINT64_FORMAT, proposal->id);
    bt_html_add(html,
        "<li class=\"card\"><h3><a href=\"/proposals/%s\">%s</a></h3><p class=\"fine\">%s · %s · ",
        id, title, author, area);
    bt_visit_add_time(html, visit, proposal->created_ms);
    g_string_append(html, "</p>");
    bt_proposal_add_state(html, proposal->state);
    if (bt_proposals_may_sign(visit->store, proposal, visit->user, visit->now_ms, NULL) &&
        proposal->state == BT_PROPOSAL_WAITING)
        bt_html_add(html, "<p><a class=\"button\" href=\"/proposals/%s\">%s</a></p>", id,
            _("Look and sign"));
    g_string_append(html, "</li>");
}

static void add_list(
    GString *html, const BtVisit *visit, const GPtrArray *proposals, const char *heading)
{
    if (proposals->len == 0)
        return;
    bt_html_add(html, "<section><h2>%s</h2><ul class=\"cards\">", heading);
    for (guint i = 0; i < proposals->len; i++)
        add_card(html, visit, g_ptr_array_index(proposals, i));
    g_string_append(html, "</ul></section>");
}

/* ---- what runs out ---- */

/* Whether the person approves for all that have it. */
static gboolean approves_all(const BtVisit *visit, const GPtrArray *screens)
{
    for (guint i = 0; i < screens->len; i++) {
        g_autofree char *area = bt_area_of_screen(visit->store, g_ptr_array_index(screens, i));
        if (area == NULL || !bt_visit_may(visit, 1u << BT_ROLE_APPROVER, area))
            return FALSE;
    }
    return TRUE;
}

static void add_expiring(GString *html, const BtVisit *visit, const BtExpiring *expiring)
{
    g_autofree char *name =
        bt_name_of_screen(visit->store, g_ptr_array_index(expiring->screens, 0));
    bt_html_add(html, "<li class=\"card\"><h3>%s", name);
    if (expiring->screens->len > 1)
        bt_html_add(html, _(" and %u more"), expiring->screens->len - 1);
    bt_html_add(html, "</h3><p class=\"state warn\"><b>%s</b> <span>",
        expiring->expires_ms > visit->now_ms ? _("Runs out") : _("Has run out"));
    bt_visit_add_time(html, visit, expiring->expires_ms);
    bt_html_add(html, "</span></p><form method=\"post\" action=\"/documents/%s/renew\" data-renew>",
        expiring->sha256);
    bt_visit_add_token(html, visit);
    g_string_append(html, "<div class=\"says\">");
    bt_sign_add_words(html);
    bt_html_add(html, "</div><button>%s</button></form></li>", _("Sign it again unchanged"));
}

static void add_all_expiring(GString *html, const BtVisit *visit)
{
    g_autoptr(GPtrArray) all = bt_proposals_expiring(visit->store, visit->now_ms);
    gboolean any = FALSE;
    for (guint i = 0; i < all->len; i++) {
        const BtExpiring *expiring = g_ptr_array_index(all, i);
        if (!approves_all(visit, expiring->screens))
            continue;
        if (!any)
            bt_html_add(html, "<section><h2>%s</h2><p>%s</p><ul class=\"cards\">",
                _("Content that runs out"),
                _("Screens stop showing it then. One press signs the same content for another 60 "
                  "days."));
        any = TRUE;
        add_expiring(html, visit, expiring);
    }
    if (!any)
        return;
    g_string_append(html, "</ul></section>");
    bt_sign_add_check(html);
}

/* What runs out, of which this person may sign all. Borrowed from `all`. (nullable) */
static const BtExpiring *find_own(const BtVisit *visit, const GPtrArray *all, const char *sha256)
{
    for (guint i = 0; i < all->len; i++) {
        const BtExpiring *expiring = g_ptr_array_index(all, i);
        if (g_str_equal(expiring->sha256, sha256))
            return approves_all(visit, expiring->screens) ? expiring : NULL;
    }
    return NULL;
}

static BtAnswered renew(BtRequest *request)
{
    GError *error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, 1u << BT_ROLE_APPROVER, &answered))
        return answered;
    g_autoptr(GPtrArray) all = bt_proposals_expiring(visit.store, visit.now_ms);
    if (find_own(&visit, all, request->name) == NULL)
        return bt_visit_refuse(&visit, BT_HTTP_FORBIDDEN,
            _("It does not run out, or stands on screens for which you do not approve."));
    gint64 id = bt_proposals_renew(visit.store, request->name, visit.now_ms, &error);
    if (id == 0 || !bt_visit_note(&visit, &error, "asked for proposal %" G_GINT64_FORMAT, id))
        return bt_visit_fail(&visit, error);
    g_autofree char *where = g_strdup_printf("/proposals/%" G_GINT64_FORMAT, id);
    return bt_visit_go(&visit, where, NULL);
}

/* ---- what was before ---- */

#define MAKERS (1u << BT_ROLE_EDITOR | 1u << BT_ROLE_APPROVER)

static void add_earlier(GString *html, const BtVisit *visit, BtRows *row)
{
    const char *sha256 = bt_rows_text(row, 0);
    g_autofree char *version = g_strdup_printf("%" G_GINT64_FORMAT, bt_rows_int(row, 1));
    bt_html_add(html, "<li class=\"card\"><h2>%s %s</h2><p class=\"fine\">", _("Version"), version);
    bt_visit_add_time(html, visit, bt_rows_int(row, 2));
    bt_html_add(html, "</p><form method=\"post\" action=\"/documents/%s/return\">", sha256);
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        "<label>%s<input name=\"reason\" required maxlength=\"200\" autocomplete=\"off\"></label>"
        "<button class=\"quiet\">%s</button></form></li>",
        _("Reason"), _("Propose to go back to it, on all screens that had it"));
}

static BtAnswered show_earlier(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, MAKERS, &answered))
        return answered;
    g_autofree char *area = bt_area_of_screen(visit.store, request->name),
                    *name = bt_name_of_screen(visit.store, request->name);
    if (area == NULL || !bt_visit_may(&visit, MAKERS, area))
        return bt_visit_refuse(&visit, BT_HTTP_FORBIDDEN, _("This area is not yours."));
    g_autoptr(BtRows) rows = bt_db_query(visit.store->db, NULL,
        "SELECT p.sha256, p.version, p.at_ms FROM publication AS p JOIN screen ON screen.id ="
        " p.screen WHERE p.screen = ? AND p.kind = 'manifest' AND p.sha256 <> screen.manifest"
        " ORDER BY p.version DESC LIMIT ?",
        "si", request->name, (gint64)DECIDED_SHOWN);
    GString *html = g_string_new(NULL);
    bt_html_add(html, "<p>%s: %s</p><ul class=\"cards\">", _("Screen"), name);
    guint n = 0;
    for (; rows != NULL && bt_rows_next(rows, NULL); n++)
        add_earlier(html, &visit, rows);
    g_string_append(html, "</ul>");
    if (n == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", _("It had nothing else before."));
    return bt_visit_page(&visit, BT_HTTP_OK, "proposals", _("Earlier versions"), html);
}

/* The screens that had it, and for which this person may propose. (transfer full) */
static GPtrArray *own_screens(const BtVisit *visit, const char *sha256)
{
    GPtrArray *screens = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(BtRows) rows = bt_db_query(visit->store->db, NULL,
        "SELECT screen.id, screen.area FROM publication AS p JOIN screen ON screen.id = p.screen"
        " WHERE p.sha256 = ? AND p.kind = 'manifest' AND retired_ms IS NULL ORDER BY screen.id",
        "s", sha256);
    while (rows != NULL && bt_rows_next(rows, NULL))
        if (bt_visit_may(visit, MAKERS, bt_rows_text(rows, 1)))
            g_ptr_array_add(screens, g_strdup(bt_rows_text(rows, 0)));
    return screens;
}

static BtAnswered go_back(BtRequest *request)
{
    GError *error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, MAKERS, &answered))
        return answered;
    g_autoptr(GPtrArray) screens = own_screens(&visit, request->name);
    gint64 id = bt_proposals_return(visit.store, request->name, screens, visit.user,
        bt_visit_field(&visit, "reason"), visit.now_ms, &error);
    if (id == 0)
        return bt_visit_fail(&visit, error);
    g_autofree char *where = g_strdup_printf("/proposals/%" G_GINT64_FORMAT, id);
    return bt_visit_go(&visit, where, NULL);
}

/* ---- the list ---- */

static BtAnswered show_list(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, READERS, &answered))
        return answered;
    g_autoptr(GPtrArray) areas = bt_roles_areas(visit.store, visit.user, READERS, visit.now_ms);
    g_autoptr(GPtrArray) waiting = bt_proposals_list(visit.store, areas, WAITING, SHOWN);
    g_autoptr(GPtrArray) decided = bt_proposals_list(
        visit.store, areas, ((1u << BT_N_PROPOSAL_STATES) - 1) & ~WAITING, DECIDED_SHOWN);
    GString *html = g_string_new(NULL);
    if (waiting->len == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", _("Nothing waits for a signature."));
    add_list(html, &visit, waiting, _("Waiting"));
    add_all_expiring(html, &visit);
    add_list(html, &visit, decided, _("Decided"));
    return bt_visit_page(&visit, BT_HTTP_OK, "proposals", _("Approval"), html);
}

const BtRoute bt_proposals_routes[] = {
    { "GET", "/proposals", BT_PART_NOTHING, "", 0, show_list },
    { "POST", "/documents/", BT_PART_HASH, "/renew", BT_FORM_MAX_BYTES, renew },
    { "POST", "/documents/", BT_PART_HASH, "/return", BT_FORM_MAX_BYTES, go_back },
    { "GET", "/screens/", BT_PART_ID, "/earlier", 0, show_earlier },
    { NULL },
};
