#include "source/pages/waits.h"

#include "source/desk/again.h"
#include "source/desk/areas.h"
#include "source/desk/signing.h"
#include "source/pages/alarm-form.h"
#include "source/pages/cut-told.h"
#include "source/pages/emergency.h"
#include "source/pages/html.h"
#include "source/pages/proposal-view.h"

#include <string.h>

#define SHOWN 10 /* of a kind; the page behind has all of them */

/* Its mark says which kind it is; the time stands behind the words that say what it is of. */
typedef struct {
    const char *css, *mark, *path, *title, *of;
    gint64 at_ms;
} Row;

static void add_row(GString *html, const BtVisit *visit, const Row *row)
{
    bt_html_add(html,
        "<li><span class=\"mark %s\">%s</span><a id=\"waits%s\" href=\"%s\">%s</a>"
        "<span class=\"fine\">%s ",
        row->css, row->mark, row->path, row->path, row->title, row->of);
    bt_visit_add_time(html, visit, row->at_ms);
    g_string_append(html, "</span></li>");
}

/* ---- emergencies and cuts ---- */

static void add_alarms(GString *html, const BtVisit *visit)
{
    g_autoptr(GPtrArray) alarms = bt_alarms_list(visit->store, TRUE, SHOWN, visit->now_ms);
    for (guint i = 0; i < alarms->len; i++) {
        const BtAlarm *alarm = g_ptr_array_index(alarms, i);
        if (alarm->state != BT_PROPOSAL_WAITING || !bt_alarm_stands(alarm, visit->now_ms) ||
            !bt_visit_may(visit, BT_ALARM_ROLES, alarm->area))
            continue;
        g_autofree char *path = g_strdup_printf("/emergency/%" G_GINT64_FORMAT, alarm->id);
        const Row row = { "bad",
            alarm->rehearsal ? _("Drill that nobody has signed")
                             : _("Emergency that nobody has signed"),
            path, alarm->title, _("asked for at"), alarm->created_ms };
        add_row(html, visit, &row);
    }
}

static void add_cuts(GString *html, const BtVisit *visit)
{
    g_autoptr(GPtrArray) cuts = bt_cuts_list(visit->store, TRUE, SHOWN);
    for (guint i = 0; i < cuts->len; i++) {
        const BtCutEntry *cut = g_ptr_array_index(cuts, i);
        if (!bt_visit_may(visit, BT_CUT_ROLES, cut->area))
            continue;
        g_autofree char *path = g_strconcat("/cuts/", cut->id, NULL);
        g_autofree char *area = bt_areas_name(visit->store, cut->area);
        const Row row = { "bad",
            cut->proposal != 0 ? _("Cut whose end waits for a signature")
                               : _("Screens that are cut"),
            path, area, _("since"), cut->at_ms };
        add_row(html, visit, &row);
    }
}

/* All of them in one row: their page tells them apart. */
static void add_cuts_told(GString *html, const BtVisit *visit)
{
    g_autoptr(GPtrArray) all = bt_cut_told_to_end(visit);
    guint n_screens = 0;
    gint64 since_ms = G_MAXINT64;
    for (guint i = 0; i < all->len; i++) {
        const BtCutTold *told = g_ptr_array_index(all, i);
        n_screens += told->screens->len;
        since_ms = MIN(since_ms, told->since_ms);
    }
    if (n_screens == 0)
        return;
    g_autofree char *title = g_strdup_printf(_("%u screens"), n_screens);
    const Row row = { "bad", _("Cuts that only the boards know of"), "/emergency", title,
        _("since"), since_ms };
    add_row(html, visit, &row);
}

/* ---- signatures ---- */

/* Emergencies and ends of cuts have rows of their own. */
static gboolean is_for_signing(const BtVisit *visit, const BtProposal *proposal)
{
    return strcmp(proposal->kind, "manifest") == 0 &&
        bt_proposals_may_sign(visit->store, proposal, visit->user, visit->now_ms, NULL);
}

static void add_proposal(GString *html, const BtVisit *visit, gint64 id)
{
    g_autoptr(BtProposal) proposal = bt_proposals_find(visit->store, id, NULL);
    if (proposal == NULL)
        return;
    g_autoptr(BtDifference) difference = bt_difference_make(visit->store, proposal);
    g_autofree char *title = bt_proposal_title(proposal, difference);
    g_autofree char *path = g_strdup_printf("/proposals/%" G_GINT64_FORMAT, id);
    const Row row = { "warn", _("Waits for your signature"), path, title, _("proposed at"),
        proposal->created_ms };
    add_row(html, visit, &row);
}

static void add_proposals(GString *html, const BtVisit *visit, const GPtrArray *areas)
{
    g_autoptr(GPtrArray) waiting =
        bt_proposals_list(visit->store, areas, 1u << BT_PROPOSAL_WAITING, SHOWN);
    for (guint i = 0; i < waiting->len; i++) {
        const BtProposal *proposal = g_ptr_array_index(waiting, i);
        if (is_for_signing(visit, proposal))
            add_proposal(html, visit, proposal->id);
    }
}

/* ---- what runs out ---- */

static gboolean lies_in(const BtVisit *visit, const GPtrArray *screens, const GPtrArray *areas)
{
    for (guint i = 0; i < screens->len; i++) {
        g_autofree char *area = bt_area_of_screen(visit->store, g_ptr_array_index(screens, i));
        if (area == NULL ||
            !g_ptr_array_find_with_equal_func((GPtrArray *)areas, area, g_str_equal, NULL))
            return FALSE;
    }
    return TRUE;
}

/* All of it in one row, with the soonest end: one page renews it. */
static void add_expiring(GString *html, const BtVisit *visit, const GPtrArray *areas)
{
    g_autoptr(GPtrArray) all = bt_proposals_expiring(visit->store, visit->now_ms);
    gint64 first_ms = 0;
    guint n_screens = 0;
    for (guint i = 0; i < all->len; i++) {
        const BtExpiring *expiring = g_ptr_array_index(all, i);
        if (!lies_in(visit, expiring->screens, areas))
            continue;
        first_ms = n_screens == 0 ? expiring->expires_ms : first_ms;
        n_screens += expiring->screens->len;
    }
    if (n_screens == 0)
        return;
    g_autofree char *title = g_strdup_printf(
        dngettext("bangtin", "Content of %u screen", "Content of %u screens", n_screens),
        n_screens);
    const Row row = { "warn", _("Runs out"), "/proposals", title,
        first_ms > visit->now_ms ? _("the first at") : _("the first ended at"), first_ms };
    add_row(html, visit, &row);
}

void bt_waits_add(GString *html, const BtVisit *visit)
{
    g_autoptr(GString) rows = g_string_new(NULL);
    add_alarms(rows, visit);
    add_cuts(rows, visit);
    add_cuts_told(rows, visit);
    if (bt_visit_may(visit, 1u << BT_ROLE_APPROVER, NULL)) {
        g_autoptr(GPtrArray) areas =
            bt_roles_areas(visit->store, visit->user, 1u << BT_ROLE_APPROVER, visit->now_ms);
        add_proposals(rows, visit, areas);
        add_expiring(rows, visit, areas);
    }
    if (rows->len == 0) {
        g_string_append(html, "<div id=\"waits\"></div>");
        return;
    }
    bt_html_add(html,
        "<section id=\"waits\" class=\"panel\" aria-labelledby=\"waits-for\">"
        "<h2 id=\"waits-for\">%s</h2><ul class=\"rows\">",
        _("Waits for you"));
    g_string_append_len(html, rows->str, (gssize)rows->len);
    g_string_append(html, "</ul></section>\n");
}
