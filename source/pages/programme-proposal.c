/* Playlists, layouts and programmes as they are written now, sent for approval: the documents of
 * the area's screens that would play something else than what was signed for them. */
#include "base/error.h"
#include "source/desk/proposals.h"
#include "source/pages/routes.h"
#include "source/pages/works.h"

#define FORM_MAX_BYTES 8192

static BtAnswered propose(BtVisit *visit, const char *area, const char *reason)
{
    g_autoptr(GError) error = NULL;
    const BtPlanChange change = { .area = area };
    g_autoptr(GPtrArray) documents = bt_plan_make(visit->store, &change, visit->now_ms, &error);
    if (documents == NULL)
        return bt_visit_fail(visit, g_steal_pointer(&error));
    if (documents->len == 0)
        return bt_visit_refuse(visit, BT_HTTP_CONFLICT,
            _("No screen of this area would show anything else: there is nothing to approve."));
    g_autoptr(BtJson) what = bt_json_new_object();
    bt_json_set_bool(what, "programmes", TRUE);
    const BtProposalNew new = { "manifest", area, visit->user, reason, what, documents };
    gint64 id = bt_proposals_add(visit->store, &new, visit->now_ms, &error);
    if (id == 0)
        return bt_visit_fail(visit, g_steal_pointer(&error));
    g_autofree char *path = g_strdup_printf("/proposals/%" G_GINT64_FORMAT, id);
    return bt_visit_go(visit, path, NULL);
}

static BtAnswered take(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_WORK_EDITORS, &answered))
        return answered;
    const char *area = bt_visit_field(&visit, "area"), *reason = bt_visit_field(&visit, "reason");
    if (!bt_visit_may(&visit, BT_WORK_EDITORS, area))
        return bt_visit_refuse(
            &visit, BT_HTTP_FORBIDDEN, _("Your account may not write for this area."));
    if (g_utf8_strlen(reason, -1) > BT_PROPOSAL_REASON_MAX_CHARS)
        return bt_visit_refuse(&visit, BT_HTTP_BAD_REQUEST, _("Say it in at most 1,000 letters."));
    return propose(&visit, area, reason);
}

const BtRoute bt_programme_proposal_routes[] = {
    { "POST", "/programmes/propose", BT_PART_NOTHING, "", FORM_MAX_BYTES, take },
    { NULL },
};
