/* Cuts that only the boards know of, and the way to their end. */
#include "source/pages/cut-told.h"

#include "base/error.h"
#include "source/desk/areas.h"
#include "source/pages/emergency.h"
#include "source/pages/html.h"
#include "source/pages/proposal-view.h"
#include "source/pages/routes.h"
#include "source/pages/where.h"

#include <string.h>

/* ---- whose they are ---- */

/* A screen that nobody put anywhere lies in the topmost area. (transfer full) */
static char *area_of(const BtVisit *visit, const char *screen)
{
    g_autofree char *area = bt_area_of_screen(visit->store, screen);
    return g_strdup(area != NULL && *area != '\0' ? area : visit->store->source);
}

/* The widest area around a screen in which this person has one of the roles. (transfer full)
 * (nullable) */
static char *widest(const BtVisit *visit, guint roles, const char *screen)
{
    g_autofree char *area = area_of(visit, screen);
    if (!bt_visit_may(visit, roles, area))
        return NULL;
    for (;;) {
        g_autoptr(BtArea) known = bt_areas_find(visit->store, area, NULL);
        if (known == NULL || known->parent == NULL || !bt_visit_may(visit, roles, known->parent))
            return g_steal_pointer(&area);
        g_free(area);
        area = g_strdup(known->parent);
    }
}

/* Only what lies in one area of this person's stays; FALSE: nothing does. */
static gboolean keep_own(BtCutTold *told, const BtVisit *visit, guint roles)
{
    g_autofree char *around = NULL;
    for (guint i = 0; i < told->screens->len && around == NULL; i++)
        around = widest(visit, roles, g_ptr_array_index(told->screens, i));
    for (guint i = told->screens->len; i > 0; i--) {
        g_autofree char *area = area_of(visit, g_ptr_array_index(told->screens, i - 1));
        if (around == NULL || !bt_areas_is_within(visit->store, area, around))
            g_ptr_array_remove_index(told->screens, i - 1);
    }
    return told->screens->len > 0;
}

/* (transfer full) */
static GPtrArray *own_of(const BtVisit *visit, guint roles)
{
    GPtrArray *all = bt_cuts_told(visit->store);
    for (guint i = all->len; i > 0; i--)
        if (!keep_own(g_ptr_array_index(all, i - 1), visit, roles))
            g_ptr_array_remove_index(all, i - 1);
    return all;
}

/* A cut that is written down here for others is theirs, whoever's board names it: its id stands in
 * now.json for everybody. */
static gboolean is_of_others(const BtVisit *visit, const char *id)
{
    g_autoptr(BtCutEntry) cut = bt_cuts_find(visit->store, id, NULL);
    return cut != NULL && !bt_visit_may(visit, BT_CUT_ROLES, cut->area);
}

GPtrArray *bt_cut_told_to_end(const BtVisit *visit)
{
    GPtrArray *own = own_of(visit, BT_CUT_ROLES);
    for (guint i = own->len; i > 0; i--)
        if (is_of_others(visit, ((const BtCutTold *)g_ptr_array_index(own, i - 1))->id))
            g_ptr_array_remove_index(own, i - 1);
    return own;
}

/* ---- the list ---- */

static void add_end(GString *html, const BtVisit *visit, const BtCutTold *told)
{
    bt_html_add(html, "<form method=\"post\" action=\"/cuts/%s/take\">", told->id);
    bt_visit_add_token(html, visit);
    bt_html_add(html, "<button>%s</button></form>", _("Ask for its end"));
}

static void add_card(GString *html, const BtVisit *visit, const BtCutTold *told, gboolean may_end)
{
    g_autoptr(GHashTable) only = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < told->screens->len; i++)
        g_hash_table_add(only, g_ptr_array_index(told->screens, i));
    g_autoptr(GPtrArray) screens = bt_reach_list(visit->store, visit->store->source, only);
    bt_html_add(html, "<li class=\"card bad\"><h3>%s</h3><p>", _("Cut, by whom is not known here"));
    bt_where_add_summary(html, screens);
    bt_html_add(html, "</p><dl><div><dt>%s</dt><dd>", _("Since"));
    bt_visit_add_time(html, visit, told->since_ms);
    g_string_append(html, "</dd></div></dl>");
    if (may_end)
        add_end(html, visit, told);
    g_string_append(html, "</li>");
}

void bt_cut_told_add(GString *html, const BtVisit *visit)
{
    g_autoptr(GPtrArray) seen = own_of(visit, BT_EMERGENCY_READERS);
    g_autoptr(GPtrArray) own = bt_cut_told_to_end(visit);
    if (seen->len == 0)
        return;
    bt_html_add(html, "<section id=\"cuts-told\"><h2>%s</h2><p>%s</p><ul class=\"cards\">",
        _("Cuts that only the boards know of"),
        _("These screens say that they are cut, and it is not written down here: it was made after "
          "the backup from which this server was brought back, or they did not take its end. An "
          "approver's signature ends it."));
    for (guint i = 0; i < seen->len; i++) {
        const BtCutTold *told = g_ptr_array_index(seen, i), *mine = bt_cuts_told_in(own, told->id);
        add_card(html, visit, mine != NULL ? mine : told, mine != NULL);
    }
    g_string_append(html, "</ul></section>");
}

/* ---- its end is asked for ---- */

static BtAnswered propose(BtVisit *visit, const BtCutTold *told)
{
    GError *error = NULL;
    if (!bt_cuts_take_in(visit->store, told, visit->user,
            _("Reported by the boards; the reason is not known here."), visit->now_ms, &error))
        return bt_visit_fail(visit, error);
    g_autoptr(BtCutEntry) cut = bt_cuts_find(visit->store, told->id, &error);
    if (cut == NULL || !bt_cut_propose_end(visit, cut, &error))
        return bt_visit_fail(visit, error);
    g_autofree char *address = g_strconcat("/cuts/", told->id, NULL);
    return bt_visit_go(visit, address, NULL);
}

static BtAnswered take(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_CUT_ROLES, &answered))
        return answered;
    g_autoptr(GPtrArray) own = bt_cut_told_to_end(&visit);
    const BtCutTold *told = bt_cuts_told_in(own, request->name);
    return told != NULL
        ? propose(&visit, told)
        : bt_visit_refuse(&visit, BT_HTTP_NOT_FOUND,
              _("No board where your account has a role reports this cut any more."));
}

const BtRoute bt_cut_told_routes[] = {
    { "POST", "/cuts/", BT_PART_ID, "/take", BT_FORM_MAX_BYTES, take },
    { NULL },
};
