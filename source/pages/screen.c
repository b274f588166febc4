/* One screen: what is on its glass, how it was, what may be done with it. Whoever has no role in
 * its area hears that there is no such screen. */
#include "source/pages/html.h"
#include "source/pages/practice.h"
#include "source/pages/routes.h"
#include "source/pages/screen-parts.h"
#include "source/pages/sheet-form.h"
#include "source/store/commands.h"
#include "source/store/pictures.h"
#include "source/store/screens.h"

#include "base/error.h"

#include <string.h>

#define PAGE_ITEMS 16
#define AT_ONCE_MINUTES 10

static BtAnswered refuse_unknown(BtVisit *visit)
{
    return bt_visit_refuse(visit, BT_HTTP_NOT_FOUND, _("There is no such screen."));
}

/* The screen of the path where the person has one of the roles in its area; else NULL, and it was
 * answered. (transfer full) (nullable) */
static BtGlance *find(BtVisit *visit, guint roles, BtAnswered *answered)
{
    g_autoptr(BtGlance) screen = bt_glance_one(visit->store, visit->request->name,
        bt_glass_day_ms(visit, visit->now_ms), visit->now_ms, NULL);
    if (screen == NULL || !bt_visit_may(visit, BT_GLASS_MAY_SEE, screen->area)) {
        *answered = refuse_unknown(visit);
        return NULL;
    }
    if (!bt_visit_may(visit, roles, screen->area)) {
        *answered = bt_visit_refuse(visit, BT_HTTP_FORBIDDEN,
            _("Your account may not do this. Ask your administrator for the role."));
        return NULL;
    }
    bt_practice_pretend(visit, screen);
    return g_steal_pointer(&screen);
}

static BtGlance *open_screen(BtVisit *visit, BtRequest *request, BtAnswered *answered)
{
    return bt_visit_open(visit, request, BT_ANYBODY, answered)
        ? find(visit, BT_GLASS_MAY_SEE, answered)
        : NULL;
}

static BtGlance *open_form(BtVisit *visit, BtRequest *request, BtAnswered *answered)
{
    return bt_visit_form(visit, request, BT_ANYBODY, answered)
        ? find(visit, BT_GLASS_MAY_CHANGE, answered)
        : NULL;
}

/* ---- the page ---- */

/* What is on the glass renews itself; what one types below stays. */
static void add_glass(GString *html, const BtVisit *visit, const BtGlance *screen)
{
    bt_html_add(html,
        "<section id=\"glass\" class=\"panel view\" aria-label=\"%s\" hx-get=\"/screens/%s\" "
        "hx-trigger=\"every 30s\" hx-select=\"#glass\" hx-swap=\"outerHTML\">",
        _("On the glass"), screen->id);
    g_string_append(html, "<div>");
    bt_glass_add_picture(html, screen, TRUE);
    if (screen->picture_ms > 0) {
        bt_html_add(html, "<p class=\"fine\">%s ", _("Picture of"));
        bt_visit_add_time(html, visit, screen->picture_ms);
        g_string_append(html, "</p>");
    }
    g_string_append(html, "</div><div>");
    bt_glass_add_state(html, visit, screen);
    bt_glass_add_notes(html, visit, screen);
    bt_glass_add_on_air(html, visit, screen, PAGE_ITEMS);
    g_string_append(html, "</div></section>\n");
}

static BtAnswered show(BtVisit *visit, unsigned status, const BtGlance *screen, const char *message)
{
    GError *error = NULL;
    GString *html = g_string_sized_new(32 * 1024);
    g_autoptr(BtArea) area = bt_areas_find(visit->store, screen->area, NULL);
    bt_glass_add_shapes(html);
    if (message != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"status\">%s</p>", message);
    bt_html_add(html, "<p class=\"fine\">%s%s%s</p>", screen->id, area != NULL ? " · " : "",
        area != NULL ? area->name : "");
    add_glass(html, visit, screen);
    bt_screen_add_links(html, visit, screen);
    if (!bt_screen_add_uptime(html, visit, screen, &error) ||
        !bt_screen_add_facts(html, visit, screen, &error)) {
        g_string_free(html, TRUE);
        return bt_visit_fail(visit, error);
    }
    bt_screen_add_ways(html, visit, screen);
    return bt_visit_page(visit, status, "screens", screen->name, html);
}

static BtAnswered get(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtGlance) screen = open_screen(&visit, request, &answered);
    const char *done = screen != NULL ? bt_visit_argument(&visit, "done") : "";
    return screen != NULL
        ? show(&visit, BT_HTTP_OK, screen,
              strcmp(done, "asked") == 0
                  ? _("The board was asked. It hears it within seconds when it is connected.")
                  : strcmp(done, "kept") == 0 ? _("Kept.")
                                              : NULL)
        : answered;
}

static BtAnswered get_month(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtGlance) screen = open_screen(&visit, request, &answered);
    return screen != NULL ? bt_screen_answer_month(&visit, screen) : answered;
}

/* It is a new address with each picture. */
static BtAnswered get_picture(BtRequest *request)
{
    static const char *const headers[] = { "Cache-Control", "private, max-age=86400", "Vary",
        "Cookie", NULL };
    BtAnswered answered;
    const char *type;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtGlance) screen = open_screen(&visit, request, &answered);
    if (screen == NULL)
        return answered;
    if (bt_visit_is_practice(&visit))
        return bt_practice_send_picture(&visit, screen);
    g_autoptr(GBytes) body = bt_pictures_find(visit.store, screen->id, &type);
    return body != NULL ? bt_http_answer(request, BT_HTTP_OK, type, body, headers)
                        : bt_http_refuse(request, BT_HTTP_NOT_FOUND, "not found");
}

/* ---- forms ---- */

static BtAnswered go(BtVisit *visit, const BtGlance *screen, const char *done)
{
    g_autofree char *where = g_strdup_printf("/screens/%s?done=%s", screen->id, done);
    return bt_visit_go(visit, where, NULL);
}

/* Cutting the picture is not here: it has a page of its own. */
static gboolean read_command(const BtVisit *visit, const char **verb, gint64 *minutes)
{
    static const char *const lasting[] = { "mute", "darken", NULL };
    static const char *const at_once[] = { "identify", "restart", "screenshot", NULL };
    *verb = bt_visit_field(visit, "verb");
    *minutes = AT_ONCE_MINUTES;
    if (g_strv_contains(at_once, *verb))
        return TRUE;
    return g_strv_contains(lasting, *verb) &&
        bt_visit_number(bt_visit_field(visit, "minutes"), 1, BT_COMMAND_MAX_MINUTES, minutes);
}

static BtAnswered command(BtRequest *request)
{
    GError *error = NULL;
    BtAnswered answered;
    const char *verb;
    gint64 minutes;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtGlance) screen = open_form(&visit, request, &answered);
    if (screen == NULL)
        return answered;
    if (!read_command(&visit, &verb, &minutes))
        return show(&visit, BT_HTTP_BAD_REQUEST, screen, _("This is no command of this page."));
    g_autofree char *id = bt_commands_send(visit.store, screen->id, verb,
        visit.now_ms + minutes * BT_MINUTE_MS, visit.user, visit.now_ms, &error);
    if (id != NULL)
        return go(&visit, screen, "asked");
    if (!g_error_matches(error, BT_ERROR, BT_ERROR_LIMIT))
        return bt_visit_fail(&visit, error);
    g_error_free(error);
    return show(&visit, BT_HTTP_CONFLICT, screen,
        _("The board was asked for many things that it has not heard yet. Wait until it has."));
}

/* Into an area only by whoever may do so there too. */
static BtAnswered move(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtGlance) screen = open_form(&visit, request, &answered);
    if (screen == NULL)
        return answered;
    g_autoptr(BtSheet) sheet = bt_sheet_form_read(&visit, &error);
    if (sheet == NULL)
        return show(&visit, BT_HTTP_BAD_REQUEST, screen, bt_sheet_form_why_not(error));
    if (!bt_visit_may(&visit, BT_GLASS_MAY_CHANGE, sheet->area))
        return show(&visit, BT_HTTP_FORBIDDEN, screen,
            _("You may not put screens into that area. Ask whoever is responsible there."));
    return bt_sheet_write(visit.store, screen->id, sheet, visit.user, visit.now_ms, &error)
        ? go(&visit, screen, "kept")
        : show(&visit, BT_HTTP_BAD_REQUEST, screen, bt_sheet_form_why_not(error));
}

static BtAnswered replace(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtGlance) screen = open_form(&visit, request, &answered);
    if (screen == NULL)
        return answered;
    if (bt_waiting_claim(visit.store, bt_visit_field(&visit, "code"), screen->id, NULL, visit.user,
            visit.now_ms, &error))
        return go(&visit, screen, "kept");
    return show(&visit, BT_HTTP_CONFLICT, screen,
        g_error_matches(error, BT_ERROR, BT_ERROR_NOT_FOUND)
            ? _("No board waits with this code any more.")
            : _("The board cannot be taken: two show this code, or it was replaced before."));
}

static BtAnswered retire(BtRequest *request)
{
    GError *error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtGlance) screen = open_form(&visit, request, &answered);
    if (screen == NULL)
        return answered;
    if (strcmp(bt_visit_field(&visit, "sure"), "yes") != 0)
        return show(&visit, BT_HTTP_BAD_REQUEST, screen, _("Say that you are sure, then again."));
    return bt_screens_retire(visit.store, screen->id, visit.user, visit.now_ms, &error)
        ? go(&visit, screen, "kept")
        : bt_visit_fail(&visit, error);
}

const BtRoute bt_screen_routes[] = {
    { "GET", "/screens/", BT_PART_ID, "", 0, get },
    { "GET", "/screens/", BT_PART_ID, "/month", 0, get_month },
    { "GET", "/screens/", BT_PART_ID, "/picture", 0, get_picture },
    { "POST", "/screens/", BT_PART_ID, "/command", BT_FORM_MAX_BYTES, command },
    { "POST", "/screens/", BT_PART_ID, "/move", BT_FORM_MAX_BYTES, move },
    { "POST", "/screens/", BT_PART_ID, "/replace", BT_FORM_MAX_BYTES, replace },
    { "POST", "/screens/", BT_PART_ID, "/retire", BT_FORM_MAX_BYTES, retire },
    { NULL },
};
