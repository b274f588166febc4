/* Cuts: the safe picture in two presses, and its end by a signature. */
#include "base/error.h"
#include "source/desk/areas.h"
#include "source/desk/signing.h"
#include "source/pages/emergency.h"
#include "source/pages/html.h"
#include "source/pages/proposal-view.h"
#include "source/pages/routes.h"
#include "source/pages/where.h"
#include "source/press/plan.h"
#include "source/store/site.h"

#include <string.h>

#define SECTION "emergency"
#define STANDS_MS (30 * BT_DAY_MS) /* so long a screen that is away still hears of it */

/* ---- one in words ---- */

static GPtrArray *screens_of(const BtVisit *visit, const BtCutEntry *cut)
{
    g_autoptr(GHashTable) only = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < cut->screens->len; i++)
        g_hash_table_add(only, g_ptr_array_index(cut->screens, i));
    return bt_reach_list(visit->store, visit->store->source, only);
}

static void add_state(GString *html, const BtVisit *visit, const BtCutEntry *cut)
{
    if (cut->ended_ms != 0) {
        bt_html_add(html, "<p class=\"state\" role=\"status\">■ %s ", _("Ended by a signature at"));
        bt_visit_add_time(html, visit, cut->ended_ms);
        g_string_append(html, "</p>");
        return;
    }
    g_autofree char *count = g_strdup_printf(
        _("%u of %u screens said that they are cut"), cut->n_cut, cut->screens->len);
    bt_html_add(html, "<p class=\"state bad\" role=\"status\">■ %s · %s</p>", count,
        cut->proposal != 0 ? _("its end waits for the signature of an approver")
                           : _("it stays until an approver signs its end"));
}

static void add_facts(GString *html, const BtVisit *visit, const BtCutEntry *cut)
{
    g_autoptr(GPtrArray) screens = screens_of(visit, cut);
    g_string_append(html, "<p>");
    bt_where_add_summary(html, screens);
    bt_html_add(html, "</p><dl><div><dt>%s</dt><dd>%s</dd></div><div><dt>%s</dt><dd>", _("Cut by"),
        *cut->who != '\0' ? cut->who : _("not known here"), _("Since"));
    bt_visit_add_time(html, visit, cut->at_ms);
    bt_html_add(html, "</dd></div></dl><p><b>%s</b> %s</p>", _("Reason:"), cut->reason);
}

void bt_cut_add_card(GString *html, const BtVisit *visit, const BtCutEntry *cut)
{
    g_autofree char *area = bt_areas_name(visit->store, cut->area);
    bt_html_add(html, "<li class=\"card bad\"><h3>%s: %s</h3>", _("Cut"), area);
    add_state(html, visit, cut);
    add_facts(html, visit, cut);
    bt_html_add(html, "<p><a href=\"/cuts/%s\">%s</a></p></li>", cut->id, _("Open: end the cut"));
}

/* ---- a new one ---- */

static BtAnswered answer_form(BtVisit *visit, unsigned status, const char *fault)
{
    GString *html = g_string_new(NULL);
    if (fault != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", fault);
    g_string_append(html, "<form class=\"sheet\" method=\"post\" action=\"/cuts/check\">");
    bt_visit_add_token(html, visit);
    bt_where_add_fields(html, visit, BT_CUT_ROLES);
    bt_html_add(html,
        "<label>%s<input name=\"reason\" required maxlength=\"%d\" value=\"%s\"></label>"
        "<button>%s</button></form>",
        _("Reason"), BT_CUT_REASON_MAX_CHARS, bt_visit_field(visit, "reason"), _("Next: check"));
    return bt_visit_page(visit, status, SECTION, _("Cut the picture"), html);
}

static BtAnswered show_form(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, BT_CUT_ROLES, &answered))
        return answered;
    const char *screen = bt_visit_argument(&visit, "screen");
    g_autofree char *area = bt_site_is_id(screen) ? bt_area_of_screen(visit.store, screen) : NULL;
    if (area != NULL)
        bt_where_choose(&visit, area, screen);
    return answer_form(&visit, BT_HTTP_OK, NULL);
}

/* What came, checked; NULL: it was answered. (transfer full) */
static GPtrArray *read_form(BtVisit *visit, const char **area, BtAnswered *answered)
{
    const char *why = NULL, *reason = bt_visit_field(visit, "reason");
    g_autoptr(GPtrArray) screens = bt_where_read(visit, BT_CUT_ROLES, area, &why);
    if (screens != NULL && (*reason == '\0' || g_utf8_strlen(reason, -1) > BT_CUT_REASON_MAX_CHARS))
        why = _("Say why, in a few words.");
    if (why == NULL)
        return g_steal_pointer(&screens);
    *answered = answer_form(visit, BT_HTTP_BAD_REQUEST, why);
    return NULL;
}

/* The first press: nothing happens yet. */
static BtAnswered check(BtRequest *request)
{
    BtAnswered answered;
    const char *area;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_CUT_ROLES, &answered))
        return answered;
    g_autoptr(GPtrArray) screens = read_form(&visit, &area, &answered);
    if (screens == NULL)
        return answered;
    GString *html = g_string_new(NULL);
    bt_html_add(html, "<div class=\"message\"><p>%s</p><p>",
        _("At once a calm picture with the name of the board, the date and the time stands in the "
          "place of everything, emergencies too, on:"));
    bt_where_add_summary(html, screens);
    bt_html_add(html, "</p><p>%s</p></div><p><b>%s</b> %s</p>",
        _("It stays through power cuts, until an approver signs its end."), _("Reason:"),
        bt_visit_field(&visit, "reason"));
    g_string_append(html, "<form class=\"sheet\" method=\"post\" action=\"/cuts/new\">");
    bt_visit_add_token(html, &visit);
    bt_where_add_hidden(html, &visit);
    bt_html_add(html,
        "<input type=\"hidden\" name=\"reason\" value=\"%s\"><button class=\"danger\">%s</button>"
        "</form><p><a href=\"/emergency\">%s</a></p>",
        bt_visit_field(&visit, "reason"), _("Cut now"), _("Back, change nothing"));
    return bt_visit_page(&visit, BT_HTTP_OK, SECTION, _("Cut the picture?"), html);
}

static BtAnswered go_to(BtVisit *visit, const char *id)
{
    g_autofree char *address = g_strconcat("/cuts/", id, NULL);
    return bt_visit_go(visit, address, NULL);
}

/* The second press. */
static BtAnswered cut(BtRequest *request)
{
    GError *error = NULL;
    BtAnswered answered;
    const char *area;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_CUT_ROLES, &answered))
        return answered;
    g_autoptr(GPtrArray) screens = read_form(&visit, &area, &answered);
    if (screens == NULL)
        return answered;
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    for (guint i = 0; i < screens->len; i++)
        g_ptr_array_add(ids, ((BtReach *)g_ptr_array_index(screens, i))->id);
    const BtCutNew new = { .area = area,
        .who = visit.user,
        .reason = bt_visit_field(&visit, "reason"),
        .screens = ids,
        .until_ms = visit.now_ms + STANDS_MS };
    g_autofree char *id = bt_cuts_add(visit.store, &new, visit.now_ms, &error);
    if (id == NULL)
        return bt_visit_fail(&visit, error);
    bt_server_tell_news(request->server);
    return go_to(&visit, id);
}

/* ---- one, and its end ---- */

static BtCutEntry *find(BtVisit *visit, guint roles, BtAnswered *answered)
{
    GError *error = NULL;
    g_autoptr(BtCutEntry) entry = bt_cuts_find(visit->store, visit->request->name, &error);
    if (entry == NULL) {
        *answered = bt_visit_fail(visit, error);
        return NULL;
    }
    if (bt_visit_may(visit, roles, entry->area))
        return g_steal_pointer(&entry);
    *answered = bt_visit_refuse(
        visit, BT_HTTP_FORBIDDEN, _("This cut is of an area where your account has no role."));
    return NULL;
}

static void add_end(GString *html, const BtVisit *visit, const BtCutEntry *entry)
{
    bt_html_add(html, "<form method=\"post\" action=\"/cuts/%s/end\">", entry->id);
    bt_visit_add_token(html, visit);
    bt_html_add(html, "<button>%s</button></form><p class=\"fine\">%s</p>", _("Ask for its end"),
        _("An approver signs it in the browser. Then the screens show again what is due."));
}

static BtAnswered show_one(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, BT_EMERGENCY_READERS, &answered))
        return answered;
    g_autoptr(BtCutEntry) entry = find(&visit, BT_EMERGENCY_READERS, &answered);
    if (entry == NULL)
        return answered;
    GString *html = g_string_new(NULL);
    add_state(html, &visit, entry);
    add_facts(html, &visit, entry);
    if (entry->ended_ms == 0 && entry->proposal != 0)
        bt_emergency_add_signing(html, &visit, entry->proposal, _("Sign: end the cut"));
    else if (entry->ended_ms == 0 && bt_visit_may(&visit, BT_CUT_ROLES, entry->area))
        add_end(html, &visit, entry);
    g_autofree char *area = bt_areas_name(visit.store, entry->area);
    g_autofree char *title = g_strdup_printf("%s: %s", _("Cut"), area);
    return bt_visit_page(&visit, BT_HTTP_OK, SECTION, title, html);
}

gboolean bt_cut_propose_end(const BtVisit *visit, const BtCutEntry *entry, GError **error)
{
    g_autoptr(GPtrArray) cuts = g_ptr_array_new();
    g_ptr_array_add(cuts, entry->id);
    if (entry->proposal != 0)
        return TRUE;
    g_autoptr(GPtrArray) documents = bt_cuts_plan_end(visit->store, cuts, visit->now_ms, error);
    g_autoptr(BtJson) what = bt_cuts_what(cuts);
    const BtProposalNew new = { .kind = "order",
        .area = entry->area,
        .author = visit->user,
        .reason = entry->reason,
        .what = what,
        .documents = documents };
    return documents != NULL && bt_proposals_add(visit->store, &new, visit->now_ms, error) != 0;
}

static BtAnswered end_one(BtRequest *request)
{
    GError *error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_CUT_ROLES, &answered))
        return answered;
    g_autoptr(BtCutEntry) entry = find(&visit, BT_CUT_ROLES, &answered);
    if (entry == NULL)
        return answered;
    return bt_cut_propose_end(&visit, entry, &error) ? go_to(&visit, entry->id)
                                                     : bt_visit_fail(&visit, error);
}

const BtRoute bt_cut_routes[] = {
    { "GET", "/cuts/new", BT_PART_NOTHING, "", 0, show_form },
    { "POST", "/cuts/check", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, check },
    { "POST", "/cuts/new", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, cut },
    { "GET", "/cuts/", BT_PART_ID, "", 0, show_one },
    { "POST", "/cuts/", BT_PART_ID, "/end", BT_FORM_MAX_BYTES, end_one },
    { NULL },
};
