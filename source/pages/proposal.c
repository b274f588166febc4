/* One proposal: what the approver sees before he signs, and what he does about it. */
#include "source/pages/routes.h"

#include "base/error.h"
#include "source/desk/again.h"
#include "source/pages/html.h"
#include "source/pages/plain.h"
#include "source/pages/proposal-view.h"
#include "source/pages/sign.h"

#include <string.h>

#define READERS                                                                                    \
    (1u << BT_ROLE_EDITOR | 1u << BT_ROLE_APPROVER | 1u << BT_ROLE_AUDITOR | 1u << BT_ROLE_OPERATOR)
#define MAKERS (1u << BT_ROLE_EDITOR | 1u << BT_ROLE_APPROVER) /* who proposes anew */
#define SIGNATURE_BASE64_MAX 100
#define SIGN_FORM_MAX_BYTES (BT_PROPOSAL_MAX_DOCUMENTS * (SIGNATURE_BASE64_MAX + 8) + 1024)

/* ---- finding ---- */

static gint64 wanted_id(const BtVisit *visit)
{
    gint64 id;
    return bt_visit_number(visit->request->name, 1, G_MAXINT64, &id) ? id : 0;
}

/* The proposal of the address, when this person may see it; else it was answered. */
static BtProposal *find(BtVisit *visit, BtAnswered *answered)
{
    GError *error = NULL;
    g_autoptr(BtProposal) proposal = bt_proposals_find(visit->store, wanted_id(visit), &error);
    if (proposal == NULL) {
        *answered = bt_visit_fail(visit, error);
        return NULL;
    }
    if (bt_visit_may(visit, READERS, proposal->area) || bt_proposals_is_own(proposal, visit->user))
        return g_steal_pointer(&proposal);
    *answered = bt_visit_refuse(
        visit, BT_HTTP_FORBIDDEN, _("This proposal is of an area where your account has no role."));
    return NULL;
}

/* ---- the page ---- */

static void add_signatures(GString *html, const BtVisit *visit, const BtProposal *proposal)
{
    const BtProposalDocument *document = g_ptr_array_index(proposal->documents, 0);
    guint wanted = bt_proposals_wanted(visit->store, proposal, visit->now_ms);
    bt_html_add(html, "<section><h2>%s</h2><p>", _("Signatures"));
    bt_html_add(html, _("%u of %u that are wanted."), document->signatures->len, wanted);
    g_string_append(html, "</p><ul>");
    for (guint i = 0; i < document->signatures->len; i++) {
        const BtProposalSignature *signature = g_ptr_array_index(document->signatures, i);
        g_autofree char *name = bt_name_of_user(visit->store, signature->user);
        bt_html_add(html, "<li>%s%s · ", name,
            bt_proposals_is_own(proposal, signature->user)
                ? _(" (author and approver in one: the area has one official)")
                : "");
        bt_visit_add_time(html, visit, signature->at_ms);
        g_string_append(html, "</li>");
    }
    g_string_append(html, "</ul></section>");
}

static void add_answer(GString *html, const BtVisit *visit, const BtProposal *proposal)
{
    if (proposal->decided_ms == 0)
        return;
    g_autofree char *who = bt_name_of_user(visit->store, proposal->decider);
    bt_html_add(html, "<p>%s ", who);
    bt_visit_add_time(html, visit, proposal->decided_ms);
    g_string_append(html, "</p>");
    if (*proposal->answer != '\0')
        bt_html_add(html, "<p class=\"message\">%s</p>", proposal->answer);
}

static void add_refusing(GString *html, const BtVisit *visit, const char *id)
{
    bt_html_add(html,
        "<details><summary>%s</summary><form method=\"post\" action=\"/proposals/%s/refuse\">",
        _("Refuse"), id);
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        "<label>%s<textarea name=\"answer\" required maxlength=\"%d\" rows=\"3\"></textarea>"
        "</label><button class=\"quiet\">%s</button></form></details>",
        _("What is to be changed"), BT_PROPOSAL_REASON_MAX_CHARS, _("Refuse, and tell the author"));
}

static void add_small_form(GString *html, const BtVisit *visit, const char *id, const char *what,
    const char *css, const char *words)
{
    bt_html_add(html, "<form method=\"post\" action=\"/proposals/%s/%s\">", id, what);
    bt_visit_add_token(html, visit);
    bt_html_add(html, "<button class=\"%s\">%s</button></form>", css, words);
}

/* Why this person does not sign it. */
static void add_why_not(GString *html, const BtVisit *visit, const BtProposal *proposal)
{
    gboolean is_own = bt_proposals_is_own(proposal, visit->user);
    bt_html_add(html, "<p class=\"none\">%s</p>",
        is_own ? _("Send the address of this page to the approver: the author does not sign it.")
               : _("Your account does not sign this: it is for an approver of its screens, each "
                   "person once."));
}

static void add_doing(GString *html, const BtVisit *visit, const BtProposal *proposal)
{
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, proposal->id);
    gboolean may_sign =
        bt_proposals_may_sign(visit->store, proposal, visit->user, visit->now_ms, NULL);
    if (proposal->state == BT_PROPOSAL_OVERTAKEN && bt_visit_may(visit, MAKERS, proposal->area))
        add_small_form(html, visit, id, "again", "", _("Propose it anew"));
    if (proposal->state != BT_PROPOSAL_WAITING)
        return;
    if (may_sign && bt_proposals_is_own(proposal, visit->user))
        bt_html_add(html, "<p class=\"message\">%s</p>",
            _("You sign your own work, since this area has one official. It is marked so."));
    if (may_sign)
        bt_sign_add_form(html, visit, proposal, _("Sign and publish"));
    else
        add_why_not(html, visit, proposal);
    if (bt_visit_may(visit, 1u << BT_ROLE_APPROVER, proposal->area))
        add_refusing(html, visit, id);
    if (bt_proposals_is_own(proposal, visit->user))
        add_small_form(html, visit, id, "withdraw", "quiet", _("Take it back"));
}

/* Programs read what it is beside the page. */
static BtAnswered answer_page(
    BtVisit *visit, const BtProposal *proposal, const char *title, GString *html)
{
    if (!visit->is_plain)
        return bt_visit_page(visit, BT_HTTP_OK, "proposals", title, html);
    BtAnswered answered =
        bt_plain_page_with(visit, title, html, "proposal", bt_proposal_to_json(proposal));
    g_string_free(html, TRUE);
    return answered;
}

static BtAnswered show(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, BT_ANYBODY, &answered))
        return answered;
    g_autoptr(BtProposal) proposal = find(&visit, &answered);
    if (proposal == NULL)
        return answered;
    GString *html = g_string_new(NULL);
    g_autoptr(BtDifference) difference = bt_difference_make(visit.store, proposal);
    g_autofree char *title = bt_proposal_title(proposal, difference);
    bt_proposal_add_state(html, proposal->state);
    add_answer(html, &visit, proposal);
    bt_proposal_add_facts(html, &visit, proposal, difference);
    bt_proposal_add_changes(html, &visit, difference);
    bt_proposal_add_pictures(html, &visit, proposal);
    add_signatures(html, &visit, proposal);
    add_doing(html, &visit, proposal);
    return answer_page(&visit, proposal, title, html);
}

/* The very bytes that are to be signed. */
static BtAnswered send_document(BtRequest *request)
{
    static const char *const headers[] = { "Cache-Control", "no-store", NULL };
    BtAnswered answered;
    gint64 number;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, BT_ANYBODY, &answered))
        return answered;
    g_autoptr(BtProposal) proposal = find(&visit, &answered);
    if (proposal == NULL)
        return answered;
    if (!bt_visit_number(
            bt_visit_argument(&visit, "n"), 0, (gint64)proposal->documents->len - 1, &number))
        return bt_http_refuse(request, BT_HTTP_NOT_FOUND, "not found");
    const BtProposalDocument *document = g_ptr_array_index(proposal->documents, (guint)number);
    return bt_http_answer(
        request, BT_HTTP_OK, "application/octet-stream", document->payload, headers);
}

/* ---- doing ---- */

static char *address_of(const BtVisit *visit)
{
    return g_strdup_printf("/proposals/%s", visit->request->name);
}

static const char *words_for(const GError *error)
{
    if (error->domain != BT_ERROR)
        return error->message;
    switch (error->code) {
    case BT_ERROR_CONFLICT:
        return _("It was decided meanwhile. Load the page anew.");
    case BT_ERROR_SIGNATURE:
        return _("The signature does not fit these documents. Load the page anew and sign again.");
    case BT_ERROR_UNKNOWN_KEY:
        return _("Your key is not in force for this. Ask the holders of the root keys for it; the "
                 "page Signing keys says how.");
    case BT_ERROR_CEILING:
        return _("Your key may not sign for this class or these screens.");
    case BT_ERROR_DENIED:
        return _("Your account may not do this: the author does not sign, each person signs once, "
                 "and approvers sign for the screens of their areas.");
    case BT_ERROR_EXPIRED:
        return _("It has expired meanwhile. Propose it anew.");
    case BT_ERROR_NOT_FOUND:
        return _("This key is not registered. Register it on the page Signing keys.");
    default:
        return error->message;
    }
}

static BtAnswered refuse_for(BtVisit *visit, const GError *error)
{
    unsigned status = error->domain != BT_ERROR ? BT_HTTP_INTERNAL_SERVER_ERROR
        : error->code == BT_ERROR_CONFLICT      ? BT_HTTP_CONFLICT
        : error->code == BT_ERROR_NOT_FOUND     ? BT_HTTP_NOT_FOUND
        : error->code == BT_ERROR_IO            ? BT_HTTP_INTERNAL_SERVER_ERROR
        : error->code == BT_ERROR_INVALID       ? BT_HTTP_BAD_REQUEST
                                                : BT_HTTP_FORBIDDEN;
    return bt_visit_refuse(visit, status, words_for(error));
}

static BtAnswered sign(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, 1u << BT_ROLE_APPROVER, &answered))
        return answered;
    g_auto(GStrv) lines =
        g_strsplit(bt_visit_text(&visit, "signatures"), "\n", BT_PROPOSAL_MAX_DOCUMENTS + 1);
    g_autoptr(GPtrArray) signatures = g_ptr_array_new();
    for (int i = 0; lines[i] != NULL; i++)
        g_ptr_array_add(signatures, lines[i]);
    if (!bt_proposals_sign(visit.store, wanted_id(&visit), visit.user,
            bt_visit_field(&visit, "keyid"), signatures, visit.now_ms, &error))
        return refuse_for(&visit, error);
    bt_server_tell_news(request->server);
    g_autofree char *own = address_of(&visit);
    const char *back = bt_visit_field(&visit, "back");
    return bt_visit_go(&visit, bt_visit_is_way(back) ? back : own, NULL);
}

static BtAnswered refuse(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, 1u << BT_ROLE_APPROVER, &answered))
        return answered;
    if (!bt_proposals_refuse(visit.store, wanted_id(&visit), visit.user,
            bt_visit_text(&visit, "answer"), visit.now_ms, &error))
        return refuse_for(&visit, error);
    g_autofree char *where = address_of(&visit);
    return bt_visit_go(&visit, where, NULL);
}

static BtAnswered take_back(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_ANYBODY, &answered))
        return answered;
    if (!bt_proposals_withdraw(visit.store, wanted_id(&visit), visit.user, visit.now_ms, &error))
        return refuse_for(&visit, error);
    g_autofree char *where = address_of(&visit);
    return bt_visit_go(&visit, where, NULL);
}

/* What was overtaken, on what is in force now. */
static BtAnswered propose_again(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, MAKERS, &answered))
        return answered;
    g_autoptr(BtProposal) proposal = find(&visit, &answered);
    if (proposal == NULL)
        return answered;
    if (!bt_visit_may(&visit, MAKERS, proposal->area))
        return bt_visit_refuse(&visit, BT_HTTP_FORBIDDEN,
            _("Your account may not do this. Ask your administrator for the role."));
    gint64 id = bt_proposals_again(visit.store, proposal->id, visit.user, visit.now_ms, &error);
    if (id == 0)
        return refuse_for(&visit, error);
    g_autofree char *where = g_strdup_printf("/proposals/%" G_GINT64_FORMAT, id);
    return bt_visit_go(&visit, where, NULL);
}

const BtRoute bt_proposal_routes[] = {
    { "GET", "/proposals/", BT_PART_NUMBER, "", 0, show },
    { "GET", "/proposals/", BT_PART_NUMBER, "/document", 0, send_document },
    { "POST", "/proposals/", BT_PART_NUMBER, "/sign", SIGN_FORM_MAX_BYTES, sign },
    { "POST", "/proposals/", BT_PART_NUMBER, "/refuse", BT_FORM_MAX_BYTES, refuse },
    { "POST", "/proposals/", BT_PART_NUMBER, "/withdraw", BT_FORM_MAX_BYTES, take_back },
    { "POST", "/proposals/", BT_PART_NUMBER, "/again", BT_FORM_MAX_BYTES, propose_again },
    { NULL },
};
