/* Boards that wait: one becomes a new screen, or is turned down. */
#include "source/pages/html.h"
#include "source/pages/routes.h"
#include "source/pages/sheet-form.h"
#include "source/store/screens.h"

#include "base/error.h"

#include <string.h>

static const char *why_not(const GError *error)
{
    if (g_error_matches(error, BT_ERROR, BT_ERROR_NOT_FOUND))
        return _("No board waits with this code any more.");
    if (g_error_matches(error, BT_ERROR, BT_ERROR_CONFLICT))
        return _("The board cannot be taken: two show this code, or it was replaced before, or the "
                 "screen has a board already.");
    if (g_error_matches(error, BT_ERROR, BT_ERROR_INVALID))
        return _("A screen id has letters without marks, digits, dots and dashes.");
    return _("This could not be kept. Try again.");
}

static BtAnswered ask(
    BtVisit *visit, unsigned status, const char *code, const BtSheet *sheet, const char *message)
{
    GString *html = g_string_new(NULL);
    if (message != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", message);
    bt_html_add(html,
        "<p>%s</p><p class=\"code\">%s</p><form class=\"panel\" method=\"post\" "
        "action=\"/claim\">",
        _("This code must stand on the board itself, letter for letter."), code);
    bt_visit_add_token(html, visit);
    bt_html_add(html, "<input type=\"hidden\" name=\"code\" value=\"%s\">", code);
    bt_sheet_form_add(html, visit, sheet);
    bt_html_add(html,
        "<label>%s<input name=\"screen\" value=\"%s\" maxlength=\"64\" autocapitalize=\"none\" "
        "autocomplete=\"off\" spellcheck=\"false\"></label>",
        _("Screen id (made of the name where it is left empty)"), bt_visit_field(visit, "screen"));
    bt_html_add(html, "<button>%s</button></form>", _("Accept this board as a new screen"));
    return bt_visit_page(visit, status, "screens", _("Accept a board"), html);
}

static BtAnswered show(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    return bt_visit_open(&visit, request, BT_GLASS_MAY_CHANGE, &answered)
        ? ask(&visit, BT_HTTP_OK, bt_visit_argument(&visit, "code"), NULL, NULL)
        : answered;
}

/* A screen that has a box gets another one on its own page, where it says what that means. */
static gboolean is_free(const BtVisit *visit, const char *id, GError **error)
{
    g_autoptr(BtScreen) known = bt_screens_find(visit->store, id, NULL);
    g_autoptr(BtSheet) sheet = known != NULL ? bt_sheet_read(visit->store, id, NULL) : NULL;
    if (known == NULL ||
        (sheet != NULL && known->key == NULL &&
            bt_visit_may(visit, BT_GLASS_MAY_CHANGE, sheet->area)))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT, "screen %s has a board", id);
    return FALSE;
}

static gboolean claim(const BtVisit *visit, const char *id, const BtSheet *sheet, GError **error)
{
    return is_free(visit, id, error) &&
        bt_waiting_claim(visit->store, bt_visit_field(visit, "code"), id, sheet->name, visit->user,
            visit->now_ms, error) &&
        bt_sheet_write(visit->store, id, sheet, visit->user, visit->now_ms, error);
}

static BtAnswered take(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_GLASS_MAY_CHANGE, &answered))
        return answered;
    const char *code = bt_visit_field(&visit, "code"), *wanted = bt_visit_field(&visit, "screen");
    g_autoptr(BtSheet) sheet = bt_sheet_form_read(&visit, &error);
    if (sheet != NULL && *sheet->name == '\0' && *wanted != '\0')
        sheet->name = (g_free(sheet->name), g_strdup(wanted));
    if (sheet == NULL || !bt_sheet_check(visit.store, sheet, &error))
        return ask(&visit, BT_HTTP_BAD_REQUEST, code, sheet, bt_sheet_form_why_not(error));
    if (!bt_visit_may(&visit, BT_GLASS_MAY_CHANGE, sheet->area))
        return bt_visit_refuse(&visit, BT_HTTP_FORBIDDEN,
            _("Your account may not do this. Ask your administrator for the role."));
    g_autofree char *id =
        *wanted != '\0' ? g_strdup(wanted) : bt_screens_make_id(visit.store, sheet->name);
    return claim(&visit, id, sheet, &error)
        ? bt_visit_go(&visit, "/", NULL)
        : ask(&visit, BT_HTTP_CONFLICT, code, sheet, why_not(error));
}

static BtAnswered turn_down(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_GLASS_MAY_CHANGE, &answered))
        return answered;
    return bt_waiting_deny(
               visit.store, bt_visit_field(&visit, "code"), visit.user, visit.now_ms, &error)
        ? bt_visit_go(&visit, "/", NULL)
        : bt_visit_refuse(&visit, BT_HTTP_CONFLICT, why_not(error));
}

const BtRoute bt_claim_routes[] = {
    { "GET", "/claim", BT_PART_NOTHING, "", 0, show },
    { "POST", "/claim", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, take },
    { "POST", "/turn-down", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, turn_down },
    { NULL },
};
