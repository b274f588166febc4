/* One notice: written, saved as one types, looked at, sent. */
#include "source/pages/compose.h"

#include "base/error.h"
#include "source/desk/signing.h"
#include "source/pages/html.h"
#include "source/pages/preview.h"
#include "source/pages/routes.h"

#include <string.h>

#define SECTION "notices"
#define QUIET_MS (10 * BT_MINUTE_MS) /* saves that follow each other are one line of the diary */
#define EVERY_ROLE ((1u << BT_N_ROLES) - 1)

static const char *title_of(const BtNotice *notice)
{
    const char *title = bt_notice_title(notice);
    return *title != '\0' ? title : _("New notice");
}

/* Who may write for its area, and for all places where it is shown. */
static gboolean may_edit(const BtVisit *visit, const BtNotice *notice)
{
    return bt_visit_may(visit, BT_EDITOR, notice->area) &&
        bt_targets_check(
            visit->store, visit->user, BT_EDITOR, notice->targets, visit->now_ms, NULL);
}

/* NULL: it was answered. What nobody may see is not there. (transfer full) */
static BtNotice *find(BtVisit *visit, guint roles, BtAnswered *answered)
{
    GError *error = NULL;
    gint64 id;
    if (!bt_visit_number(visit->request->name, 1, G_MAXINT64, &id)) {
        *answered = bt_visit_refuse(visit, BT_HTTP_NOT_FOUND, _("There is no such notice."));
        return NULL;
    }
    g_autoptr(BtNotice) notice = bt_notices_find(visit->store, id, visit->now_ms, &error);
    if (notice == NULL) {
        *answered = bt_visit_fail(visit, error);
        return NULL;
    }
    if (bt_visit_may(visit, roles, notice->area) && (roles != BT_EDITOR || may_edit(visit, notice)))
        return g_steal_pointer(&notice);
    *answered = bt_visit_refuse(visit, BT_HTTP_FORBIDDEN,
        _("This notice is of another area. Only its own officials may see or change it."));
    return NULL;
}

/* ---- showing ---- */

static BtAnswered show_notice(BtVisit *visit, const BtNotice *notice)
{
    BtRequest *request = visit->request;
    gboolean is_checked = strcmp(bt_visit_argument(visit, "checked"), "1") == 0;
    BtComposeView view = { .notice = notice,
        .may_edit = may_edit(visit, notice),
        .more_lang = bt_visit_argument(visit, "add"),
        .is_checked = is_checked,
        .show_lang = bt_visit_argument(visit, "show") };
    g_autoptr(GArray) asks = bt_compose_asks(visit, notice);
    if (is_checked && bt_preview_wait(request, (const BtAsk *)asks->data, asks->len, 0))
        return TRUE;
    g_autoptr(GPtrArray) said = is_checked ? bt_compose_warnings(visit, notice) : NULL;
    view.lacks = said;
    return bt_visit_page(
        visit, BT_HTTP_OK, SECTION, title_of(notice), bt_compose_page(visit, &view));
}

static BtAnswered get_notice(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, EVERY_ROLE, &answered))
        return answered;
    g_autoptr(BtNotice) notice = find(&visit, EVERY_ROLE, &answered);
    return notice != NULL ? show_notice(&visit, notice) : answered;
}

/* Warnings go to their fields, those that are settled leave them. */
static void add_all_warnings(GString *html, const BtNotice *notice, const GPtrArray *said)
{
    for (guint i = 0; bt_compose_warned_fields[i] != NULL; i++)
        bt_compose_add_warnings(html, bt_compose_warned_fields[i], said, TRUE);
    for (guint k = 0; k < MAX(bt_compose_n_texts(notice->body), 1); k++) {
        char field[32];
        g_snprintf(field, sizeof field, "title-%u", k);
        bt_compose_add_warnings(html, field, said, TRUE);
        g_snprintf(field, sizeof field, "body-%u", k);
        bt_compose_add_warnings(html, field, said, TRUE);
    }
}

static BtAnswered get_preview(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, EVERY_ROLE, &answered))
        return answered;
    g_autoptr(BtNotice) notice = find(&visit, EVERY_ROLE, &answered);
    if (notice == NULL)
        return answered;
    g_autoptr(GArray) asks = bt_compose_asks(&visit, notice);
    if (bt_preview_wait(request, (const BtAsk *)asks->data, asks->len, 0))
        return TRUE;
    g_autoptr(GPtrArray) said = bt_compose_warnings(&visit, notice);
    GString *html = g_string_new(NULL);
    bt_compose_add_preview(html, &visit, notice, bt_visit_argument(&visit, "show"), FALSE);
    if (may_edit(&visit, notice))
        add_all_warnings(html, notice, said);
    return bt_visit_part(&visit, BT_HTTP_OK, html);
}

/* ---- saving ---- */

/* The page again, with what was typed in its fields. */
static BtAnswered show_again(BtVisit *visit, unsigned status, const BtNotice *notice,
    const BtComposed *composed, const BtComposeView *why)
{
    BtComposeView view = *why;
    BtNotice typed = *notice;
    typed.area = composed->area;
    typed.body = composed->body;
    typed.targets = composed->targets;
    view.notice = &typed;
    view.may_edit = TRUE;
    view.more_lang = view.show_lang = "";
    return bt_visit_page(visit, status, SECTION, title_of(&typed), bt_compose_page(visit, &view));
}

static BtAnswered refuse(
    BtVisit *visit, const BtNotice *notice, const BtComposed *composed, GError *error)
{
    gboolean is_conflict = error->code == BT_ERROR_CONFLICT;
    if (visit->is_part || error->domain != BT_ERROR || error->code == BT_ERROR_IO)
        return bt_visit_fail(visit, error);
    const BtComposeView why = { .message = is_conflict ? NULL : error->message,
        .other = is_conflict ? notice : NULL };
    BtAnswered answered = show_again(visit,
        is_conflict                          ? BT_HTTP_CONFLICT
            : error->code == BT_ERROR_DENIED ? BT_HTTP_FORBIDDEN
                                             : BT_HTTP_BAD_REQUEST,
        notice, composed, &why);
    g_error_free(error);
    return answered;
}

static gboolean note_save(
    const BtVisit *visit, const BtNotice *before, gint64 saved, GError **error)
{
    if (saved == before->revision ||
        (before->revision > 1 && visit->now_ms - before->updated_ms < QUIET_MS &&
            before->state == BT_NOTICE_DRAFT))
        return TRUE;
    return bt_visit_note(visit, error, "notice %" G_GINT64_FORMAT " changed", before->id);
}

/* What the form says is what the notice says from now on. */
static gboolean save(const BtVisit *visit, const BtNotice *before, BtComposed *composed,
    gint64 *saved, GError **error)
{
    BtNoticeWords words = { .id = before->id };
    if (!bt_compose_read(visit, composed, error))
        return FALSE;
    if (!bt_visit_number(bt_visit_field(visit, "revision"), 1, G_MAXINT64, &words.revision)) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "%s", _("This form is not whole."));
        return FALSE;
    }
    words.area = composed->area;
    words.body = composed->body;
    words.targets = composed->targets;
    return bt_notices_save(visit->store, &words, visit->now_ms, saved, error) &&
        note_save(visit, before, *saved, error);
}

/* A script hears that the pictures are old. */
static BtAnswered say_saved(BtVisit *visit, gint64 revision)
{
    static const char *const headers[] = { "Cache-Control", "no-store", "HX-Trigger", "saved",
        NULL };
    GString *html = g_string_new(NULL);
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, revision);
    bt_html_add(html, "<span>%s ", _("Saved"));
    bt_visit_add_time(html, visit, visit->now_ms);
    bt_html_add(html, "</span><input type=\"hidden\" name=\"revision\" value=\"%s\">", number);
    g_autoptr(GBytes) body = g_string_free_to_bytes(html);
    return bt_http_answer(visit->request, BT_HTTP_OK, "text/html; charset=utf-8", body, headers);
}

static BtAnswered go_on(BtVisit *visit, const BtNotice *notice)
{
    const char *more = bt_visit_field(visit, "add");
    gboolean adds = strcmp(bt_visit_field(visit, "do"), "add") == 0 && *more != '\0' &&
        strspn(more, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") == strlen(more);
    g_autofree char *where = adds
        ? g_strdup_printf("/notices/%" G_GINT64_FORMAT "?add=%s", notice->id, more)
        : g_strdup_printf("/notices/%" G_GINT64_FORMAT "?checked=1#preview", notice->id);
    return bt_visit_go(visit, where, NULL);
}

static BtAnswered post_save(BtRequest *request)
{
    BtAnswered answered;
    GError *error = NULL;
    gint64 saved;
    g_auto(BtVisit) visit = { NULL };
    g_auto(BtComposed) composed = { NULL };
    if (!bt_visit_form(&visit, request, BT_EDITOR, &answered))
        return answered;
    g_autoptr(BtNotice) notice = find(&visit, BT_EDITOR, &answered);
    if (notice == NULL)
        return answered;
    if (!save(&visit, notice, &composed, &saved, &error))
        return refuse(&visit, notice, &composed, error);
    return visit.is_part ? say_saved(&visit, saved) : go_on(&visit, notice);
}

/* ---- sending ---- */

/* Where one official serves, the signature is the author's next step. */
static gboolean may_sign(const BtVisit *visit, gint64 id)
{
    g_autoptr(BtProposal) proposal = bt_proposals_find(visit->store, id, NULL);
    return proposal != NULL &&
        bt_proposals_may_sign(visit->store, proposal, visit->user, visit->now_ms, NULL);
}

static BtAnswered send_it(BtVisit *visit, const BtNotice *notice, const BtComposed *composed)
{
    GError *error = NULL;
    const char *reason = bt_visit_field(visit, "reason");
    g_autoptr(GPtrArray) lacks = bt_notice_lacks(notice, visit->now_ms);
    if (lacks->len > 0) {
        const BtComposeView why = { .message = _("Something is missing before it can be sent."),
            .lacks = lacks };
        return show_again(visit, BT_HTTP_BAD_REQUEST, notice, composed, &why);
    }
    gint64 proposal =
        bt_notices_propose(visit->store, notice->id, visit->user, reason, visit->now_ms, &error);
    if (proposal == 0 ||
        !bt_visit_note(visit, &error, "notice %" G_GINT64_FORMAT " sent for approval", notice->id))
        return refuse(visit, notice, composed, error);
    g_autofree char *where = may_sign(visit, proposal)
        ? g_strdup_printf("/proposals/%" G_GINT64_FORMAT, proposal)
        : g_strdup_printf("/notices?sent=%" G_GINT64_FORMAT, notice->id);
    return bt_visit_go(visit, where, NULL);
}

static BtAnswered post_send(BtRequest *request)
{
    BtAnswered answered;
    GError *error = NULL;
    gint64 saved;
    g_auto(BtVisit) visit = { NULL };
    g_auto(BtComposed) composed = { NULL };
    if (!bt_visit_form(&visit, request, BT_EDITOR, &answered))
        return answered;
    g_autoptr(BtNotice) before = find(&visit, BT_EDITOR, &answered);
    if (before == NULL)
        return answered;
    if (!save(&visit, before, &composed, &saved, &error))
        return refuse(&visit, before, &composed, error);
    g_autoptr(BtNotice) notice = bt_notices_find(visit.store, before->id, visit.now_ms, &error);
    return notice != NULL ? send_it(&visit, notice, &composed) : bt_visit_fail(&visit, error);
}

const BtRoute bt_compose_routes[] = {
    { "GET", "/notices/", BT_PART_NUMBER, "", 0, get_notice },
    { "GET", "/notices/", BT_PART_NUMBER, "/preview", 0, get_preview },
    { "POST", "/notices/", BT_PART_NUMBER, "/save", BT_FORM_MAX_BYTES, post_save },
    { "POST", "/notices/", BT_PART_NUMBER, "/send", BT_FORM_MAX_BYTES, post_send },
    { NULL },
};
