/* Giving and taking roles, from the page of an account. */
#include "source/pages/people-pieces.h"
#include "source/pages/routes.h"

#include "base/error.h"
#include "source/desk/grants.h"

#include <stdio.h>

#define ADMINISTRATORS (1u << BT_ROLE_ADMINISTRATOR)

/* "2026-12-31" → the end of that day here; 0 for an empty one, -1 for what is none. */
static gint64 end_of_day(const BtServer *server, const char *text)
{
    int year, month, day, end = 0;
    if (*text == '\0')
        return 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || text[end] != '\0')
        return -1;
    g_autoptr(GDateTime) local = g_date_time_new(server->timezone, year, month, day, 0, 0, 0);
    g_autoptr(GDateTime) next = local != NULL ? g_date_time_add_days(local, 1) : NULL;
    return next != NULL ? g_date_time_to_unix(next) * 1000 : -1;
}

static BtAnswered refuse(BtVisit *visit, const char *words)
{
    return bt_visit_refuse(visit, BT_HTTP_BAD_REQUEST, words);
}

static BtAnswered done(BtVisit *visit, gboolean ok, const GError *error)
{
    g_autofree char *where = g_strconcat("/people/", visit->request->name, NULL);
    if (ok)
        return bt_visit_go(visit, where, NULL);
    return g_error_matches(error, BT_ERROR, BT_ERROR_DENIED)
        ? bt_visit_refuse(visit, BT_HTTP_FORBIDDEN,
              _("You give and take roles only where you administer, and not your own of an "
                "administrator."))
        : g_error_matches(error, BT_ERROR, BT_ERROR_INVALID)
        ? refuse(visit,
              _("A deputy stands for somebody who has the role in that area, until a day that is "
                "not past."))
        : refuse(visit, _("The account or the area is not there any more."));
}

/* What a form is about; FALSE: it was answered. */
static gboolean open_grant(BtVisit *visit, BtRequest *request, BtGrant *grant, BtAnswered *answered)
{
    if (!bt_visit_form(visit, request, ADMINISTRATORS, answered))
        return FALSE;
    const char *deputy_of = bt_visit_field(visit, "deputy_of");
    *grant = (BtGrant){ .user = request->name,
        .area = bt_visit_field(visit, "area"),
        .deputy_of = *deputy_of != '\0' ? deputy_of : NULL,
        .until_ms = end_of_day(request->server, bt_visit_field(visit, "until")) };
    if (bt_role_parse(bt_visit_field(visit, "role"), &grant->role) && grant->until_ms >= 0)
        return TRUE;
    *answered = refuse(visit, _("Choose a role, and a day as the field shows it."));
    return FALSE;
}

static BtAnswered give(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtGrant grant;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!open_grant(&visit, request, &grant, &answered))
        return answered;
    gboolean ok = bt_grants_give(visit.store, &grant, visit.user, visit.now_ms, &error);
    return done(&visit, ok, error);
}

static BtAnswered take(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtGrant grant;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!open_grant(&visit, request, &grant, &answered))
        return answered;
    gboolean ok = bt_grants_take(visit.store, &grant, visit.user, visit.now_ms, &error);
    return done(&visit, ok, error);
}

const BtRoute bt_role_routes[] = {
    { "POST", "/people/", BT_PART_ID, "/give", BT_FORM_MAX_BYTES, give },
    { "POST", "/people/", BT_PART_ID, "/take", BT_FORM_MAX_BYTES, take },
    { NULL },
};
