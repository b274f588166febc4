/* What waits for a signature, and what became of the last proposals. */
#include "source/pages/routes.h"

#include "source/pages/html.h"
#include "source/pages/proposal-view.h"

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
                    *area = bt_name_of_area(visit->store, proposal->area),
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
    add_list(html, &visit, decided, _("Decided"));
    return bt_visit_page(&visit, BT_HTTP_OK, "proposals", _("Approval"), html);
}

const BtRoute bt_proposals_routes[] = {
    { "GET", "/proposals", BT_PART_NOTHING, "", 0, show_list },
    { NULL },
};
