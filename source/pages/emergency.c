/* Emergencies: what is on, a new one in two presses, and its end. */
#include "source/pages/emergency.h"

#include "base/error.h"
#include "playlists/model/manifest.h"
#include "source/desk/areas.h"
#include "source/desk/signing.h"
#include "source/pages/alarm-form.h"
#include "source/pages/cut-told.h"
#include "source/pages/html.h"
#include "source/pages/proposal-view.h"
#include "source/pages/routes.h"
#include "source/pages/sign.h"
#include "source/pages/where.h"

#include <string.h>

#define STANDING_MAX 50
#define PAST_MAX 10
#define SECTION "emergency"

/* ---- signing ---- */

void bt_emergency_add_signing(GString *html, const BtVisit *visit, gint64 id, const char *button)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *address = g_strdup_printf("/proposals/%" G_GINT64_FORMAT, id);
    g_autoptr(BtProposal) proposal = bt_proposals_find(visit->store, id, NULL);
    if (proposal == NULL)
        return;
    if (bt_proposals_may_sign(visit->store, proposal, visit->user, visit->now_ms, &why)) {
        bt_sign_add_form(html, visit, proposal, button);
        return;
    }
    bt_html_add(html, "<p class=\"message\">%s <a href=\"%s\">%s</a></p>",
        _("Your account does not sign this. An approver finds it first on the page Approval; send "
          "the address of this page:"),
        address, address);
}

/* ---- an emergency in words ---- */

static const char *state_css(const BtAlarm *alarm, gint64 now_ms)
{
    if (!bt_alarm_stands(alarm, now_ms))
        return "state";
    return alarm->state == BT_PROPOSAL_PUBLISHED ? "state bad" : "state warn";
}

static const char *state_words(const BtAlarm *alarm, gint64 now_ms)
{
    if (alarm->ended_ms != 0)
        return alarm->state == BT_PROPOSAL_PUBLISHED ? N_("■ Ended before its time")
                                                     : N_("■ Taken back, never shown");
    if (alarm->state == BT_PROPOSAL_REFUSED)
        return N_("■ Refused, never shown");
    if (alarm->state == BT_PROPOSAL_OVERTAKEN || alarm->state == BT_PROPOSAL_WITHDRAWN)
        return N_("■ Not shown: it must be made anew");
    if (alarm->until_ms <= now_ms)
        return N_("■ Over");
    if (alarm->state != BT_PROPOSAL_PUBLISHED)
        return N_("△ Not shown yet: it waits for the signature");
    return alarm->n_told > 0 ? N_("▲ On the screens") : N_("■ Replaced by a newer one");
}

static void add_state(GString *html, const BtVisit *visit, const BtAlarm *alarm)
{
    bt_html_add(html, "<p class=\"%s\" role=\"status\">%s", state_css(alarm, visit->now_ms),
        _(state_words(alarm, visit->now_ms)));
    if (alarm->rehearsal)
        bt_html_add(html, " · %s", _("drill"));
    g_string_append(html, "</p>");
}

static void add_row(GString *html, const char *name, const char *value)
{
    bt_html_add(html, "<div><dt>%s</dt><dd>%s</dd></div>", name, value);
}

static void add_time_row(GString *html, const BtVisit *visit, const char *name, gint64 at_ms)
{
    bt_html_add(html, "<div><dt>%s</dt><dd>", name);
    bt_visit_add_time(html, visit, at_ms);
    g_string_append(html, "</dd></div>");
}

static void add_facts(GString *html, const BtVisit *visit, const BtAlarm *alarm)
{
    g_autofree char *area = bt_areas_name(visit->store, alarm->area);
    g_autofree char *screens = g_strdup_printf("%u", alarm->screens->len);
    g_string_append(html, "<dl>");
    add_row(html, _("Area"), area);
    add_row(html, _("Screens"), screens);
    add_time_row(html, visit, _("Until"), alarm->ended_ms != 0 ? alarm->ended_ms : alarm->until_ms);
    add_row(html, _("Asked for by"), alarm->author);
    if (alarm->ended_ms != 0)
        add_row(html, _("Ended by"), alarm->ended_by);
    if (alarm->state == BT_PROPOSAL_PUBLISHED) {
        g_autofree char *shown = g_strdup_printf(_("%u of %u"), alarm->n_shown, alarm->n_told);
        add_row(html, _("Screens that said so"), shown);
    }
    g_string_append(html, "</dl>");
}

static void add_card(GString *html, const BtVisit *visit, const BtAlarm *alarm)
{
    const char *css = !bt_alarm_stands(alarm, visit->now_ms) ? ""
        : alarm->state == BT_PROPOSAL_PUBLISHED              ? " bad"
                                                             : " warn";
    bt_html_add(html, "<li class=\"card%s\"><h3>%s</h3>", css, alarm->title);
    bt_alarm_add_level(html, alarm->level);
    add_state(html, visit, alarm);
    add_facts(html, visit, alarm);
    g_autofree char *address = g_strdup_printf("/emergency/%" G_GINT64_FORMAT, alarm->id);
    bt_html_add(html, "<p><a href=\"%s\">%s</a></p></li>", address,
        bt_alarm_stands(alarm, visit->now_ms) ? _("Open: sign, or end it") : _("Open"));
}

/* ---- the first page ---- */

static void add_alarms(GString *html, const BtVisit *visit, const char *title, gboolean standing)
{
    g_autoptr(GPtrArray) alarms =
        bt_alarms_list(visit->store, standing, standing ? STANDING_MAX : PAST_MAX, visit->now_ms);
    guint n = 0;
    g_autoptr(GString) cards = g_string_new(NULL);
    for (guint i = 0; i < alarms->len; i++) {
        const BtAlarm *alarm = g_ptr_array_index(alarms, i);
        gboolean is_past = !bt_alarm_stands(alarm, visit->now_ms);
        if (is_past == standing || !bt_visit_may(visit, BT_EMERGENCY_READERS, alarm->area))
            continue;
        add_card(cards, visit, alarm);
        n++;
    }
    if (n == 0 && !standing)
        return;
    bt_html_add(html, "<section><h2>%s</h2>", title);
    if (n == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", _("No emergency is on the screens."));
    else
        g_string_append_printf(html, "<ul class=\"cards\">%s</ul>", cards->str);
    g_string_append(html, "</section>");
}

static void add_cuts(GString *html, const BtVisit *visit)
{
    g_autoptr(GPtrArray) cuts = bt_cuts_list(visit->store, TRUE, STANDING_MAX);
    g_autoptr(GString) cards = g_string_new(NULL);
    for (guint i = 0; i < cuts->len; i++) {
        const BtCutEntry *cut = g_ptr_array_index(cuts, i);
        if (bt_visit_may(visit, BT_EMERGENCY_READERS, cut->area))
            bt_cut_add_card(cards, visit, cut);
    }
    if (cards->len > 0)
        bt_html_add(html, "<section><h2>%s</h2><ul class=\"cards\">", _("Screens that are cut"));
    g_string_append_len(html, cards->str, (gssize)cards->len);
    if (cards->len > 0)
        g_string_append(html, "</ul></section>");
}

static void add_choices(GString *html, const BtVisit *visit)
{
    g_autoptr(GPtrArray) templates = bt_templates_list();
    bt_html_add(html, "<section><h2>%s</h2><ul class=\"templates\">", _("Warn of an emergency"));
    for (guint i = 0; i < templates->len; i++) {
        const BtTemplate *template = g_ptr_array_index(templates, i);
        bt_html_add(html,
            "<li><a class=\"template\" href=\"/emergency/new?template=%s\">%s</a></li>",
            template->id, visit->english ? template->name_en : template->name_vi);
    }
    g_string_append(html, "</ul></section>");
}

static BtAnswered show_all(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, BT_EMERGENCY_READERS, &answered))
        return answered;
    GString *html = g_string_new(NULL);
    add_alarms(html, &visit, _("On the screens, or waiting for a signature"), TRUE);
    add_cuts(html, &visit);
    bt_cut_told_add(html, &visit);
    if (bt_visit_may(&visit, BT_ALARM_ROLES, NULL))
        add_choices(html, &visit);
    if (bt_visit_may(&visit, BT_CUT_ROLES, NULL))
        bt_html_add(html,
            "<section><h2>%s</h2><p>%s</p><p><a class=\"button danger\" href=\"/cuts/new\">%s</a>"
            "</p></section>",
            _("Cut the picture"),
            _("For a picture that must go at once: a calm safe picture stands in its place until "
              "an "
              "approver signs its end."),
            _("Cut screens"));
    add_alarms(html, &visit, _("Emergencies before"), FALSE);
    return bt_visit_page(&visit, BT_HTTP_OK, SECTION, _("Emergency"), html);
}

/* ---- a new one: the first press ---- */

static BtAnswered answer_form(
    BtVisit *visit, unsigned status, const char *template_id, const char *fault)
{
    g_autoptr(BtTemplate) template = bt_templates_find(template_id);
    if (template == NULL)
        template = bt_templates_find("general");
    GString *html = g_string_new(NULL);
    bt_alarm_add_form(html, visit, template, fault);
    g_autofree char *title = g_strdup_printf(
        "%s: %s", _("Emergency"), visit->english ? template->name_en : template->name_vi);
    return bt_visit_page(visit, status, SECTION, title, html);
}

static BtAnswered show_form(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, BT_ALARM_ROLES, &answered))
        return answered;
    return answer_form(&visit, BT_HTTP_OK, bt_visit_argument(&visit, "template"), NULL);
}

static BtAnswered go_to(BtVisit *visit, gint64 id)
{
    g_autofree char *address = g_strdup_printf("/emergency/%" G_GINT64_FORMAT, id);
    return bt_visit_go(visit, address, NULL);
}

static BtAnswered take_form(BtRequest *request)
{
    GError *error = NULL;
    BtAnswered answered;
    g_autofree char *fault = NULL;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_ALARM_ROLES, &answered))
        return answered;
    gint64 id = bt_alarm_take_form(&visit, &fault, &error);
    if (id > 0)
        return go_to(&visit, id);
    return fault != NULL
        ? answer_form(&visit, BT_HTTP_BAD_REQUEST, bt_visit_field(&visit, "template"), fault)
        : bt_visit_fail(&visit, error);
}

/* ---- one: the second press, and its end ---- */

static BtAlarm *find(BtVisit *visit, guint roles, BtAnswered *answered)
{
    GError *error = NULL;
    gint64 id = 0;
    bt_visit_number(visit->request->name, 1, G_MAXINT64, &id);
    g_autoptr(BtAlarm) alarm = bt_alarms_find(visit->store, id, &error);
    if (alarm == NULL) {
        *answered = bt_visit_fail(visit, error);
        return NULL;
    }
    if (bt_visit_may(visit, roles, alarm->area))
        return g_steal_pointer(&alarm);
    *answered = bt_visit_refuse(visit, BT_HTTP_FORBIDDEN,
        _("This emergency is of an area where your account has no role."));
    return NULL;
}

/* Every text to the letter, as the signature is for these. */
static void add_texts(GString *html, const BtItem *item)
{
    for (guint i = 0; i < item->texts->len; i++) {
        const BtText *text = g_ptr_array_index(item->texts, i);
        bt_html_add(html,
            "<article class=\"card\" lang=\"%s\"><p class=\"fine\">%s</p><h3 data-text>%s</h3>"
            "<p class=\"lines\" data-text>%s</p></article>",
            text->lang, bt_alarm_language(text->lang), text->title, text->body);
    }
}

static void add_content(GString *html, const BtProposal *proposal)
{
    const BtProposalDocument *document = g_ptr_array_index(proposal->documents, 0);
    gsize size_bytes;
    const void *data = g_bytes_get_data(document->payload, &size_bytes);
    g_autoptr(BtManifest) manifest = bt_manifest_parse(data, size_bytes, "alert", NULL);
    bt_html_add(html, "<section><h2>%s</h2>", _("What will stand on the glass"));
    for (guint i = 0; manifest != NULL && i < manifest->items->len; i++) {
        const BtItem *item = g_ptr_array_index(manifest->items, i);
        bt_alarm_add_level(html, item->level);
        add_texts(html, item);
        bt_html_add(html, "<p class=\"fine\">%s</p>", item->issuer);
    }
    g_string_append(html, "</section>");
}

/* Before the press: what it does, where, until when. */
static void add_warning(GString *html, const BtVisit *visit, const BtAlarm *alarm)
{
    g_autoptr(GHashTable) only = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < alarm->screens->len; i++)
        g_hash_table_add(only, g_ptr_array_index(alarm->screens, i));
    g_autoptr(GPtrArray) screens = bt_reach_list(visit->store, visit->store->source, only);
    bt_html_add(html, "<div class=\"message\"><p>%s</p><p>",
        alarm->rehearsal
            ? _("With the signature a drill is shown at once, with DIỄN TẬP across it, instead of "
                "everything else, on:")
            : _("With the signature this is shown at once instead of everything else, also on "
                "screens that are off, on:"));
    bt_where_add_summary(html, screens);
    bt_html_add(html, "</p><p>%s ", _("It ends by itself at"));
    bt_visit_add_time(html, visit, alarm->until_ms);
    bt_html_add(html, "; %s</p></div>", _("it can be ended sooner here, without a signature."));
}

static void add_ending(GString *html, const BtVisit *visit, const BtAlarm *alarm)
{
    gboolean is_on = alarm->state == BT_PROPOSAL_PUBLISHED;
    g_autofree char *address = g_strdup_printf("/emergency/%" G_GINT64_FORMAT "/end", alarm->id);
    bt_html_add(html, "<details><summary>%s</summary><p>%s</p><form method=\"post\" action=\"%s\">",
        is_on ? _("End it before its time") : _("Take it back"),
        is_on ? _("It leaves all its screens at once; they go on with what is due.")
              : _("Nobody can sign it any more. Nothing was shown."),
        address);
    bt_visit_add_token(html, visit);
    bt_html_add(html, "<button class=\"danger\">%s</button></form></details>",
        is_on ? _("End it now") : _("Take it back now"));
}

static BtAnswered show_one(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, BT_EMERGENCY_READERS, &answered))
        return answered;
    g_autoptr(BtAlarm) alarm = find(&visit, BT_EMERGENCY_READERS, &answered);
    if (alarm == NULL)
        return answered;
    g_autoptr(BtProposal) proposal = bt_proposals_find(visit.store, alarm->proposal, NULL);
    GString *html = g_string_new(NULL);
    gboolean stands = bt_alarm_stands(alarm, visit.now_ms);
    add_state(html, &visit, alarm);
    if (proposal != NULL)
        add_content(html, proposal);
    if (proposal != NULL && *proposal->reason != '\0')
        bt_html_add(html, "<p><b>%s</b> %s</p>", _("Reason:"), proposal->reason);
    if (stands && alarm->state == BT_PROPOSAL_WAITING && proposal != NULL) {
        bt_proposal_add_pictures(html, &visit, proposal);
        add_warning(html, &visit, alarm);
        bt_emergency_add_signing(html, &visit, alarm->proposal, _("Sign and show it now"));
    }
    add_facts(html, &visit, alarm);
    if (stands && bt_visit_may(&visit, BT_ALARM_ROLES, alarm->area))
        add_ending(html, &visit, alarm);
    return bt_visit_page(&visit, BT_HTTP_OK, SECTION, alarm->title, html);
}

static BtAnswered end_one(BtRequest *request)
{
    GError *error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_ALARM_ROLES, &answered))
        return answered;
    g_autoptr(BtAlarm) alarm = find(&visit, BT_ALARM_ROLES, &answered);
    if (alarm == NULL)
        return answered;
    if (!bt_alarms_end(visit.store, alarm->id, visit.user, visit.now_ms, &error))
        return bt_visit_fail(&visit, error);
    bt_server_tell_news(request->server);
    return go_to(&visit, alarm->id);
}

const BtRoute bt_emergency_routes[] = {
    { "GET", "/emergency", BT_PART_NOTHING, "", 0, show_all },
    { "GET", "/emergency/new", BT_PART_NOTHING, "", 0, show_form },
    { "POST", "/emergency/new", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, take_form },
    { "GET", "/emergency/", BT_PART_NUMBER, "", 0, show_one },
    { "POST", "/emergency/", BT_PART_NUMBER, "/end", BT_FORM_MAX_BYTES, end_one },
    { NULL },
};
