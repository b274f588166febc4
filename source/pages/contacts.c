/* Contacts: who is told when something is wrong, how, and what they were told. */
#include "source/pages/routes.h"

#include "base/error.h"
#include "source/desk/contacts.h"
#include "source/desk/outbox.h"
#include "source/pages/html.h"
#include "source/pages/tables.h"

#include <string.h>

#define MAY_SEE (1u << BT_ROLE_OPERATOR | 1u << BT_ROLE_ADMINISTRATOR | 1u << BT_ROLE_AUDITOR)
#define MAY_SET (1u << BT_ROLE_OPERATOR | 1u << BT_ROLE_ADMINISTRATOR)
#define MAY_HOOK (1u << BT_ROLE_ADMINISTRATOR)
#define MESSAGES_SHOWN 20

/* ---- one's own letters ---- */

static void add_me(GString *html, const BtVisit *visit)
{
    g_autofree char *email = NULL;
    gboolean is_asked = FALSE;
    if (!bt_contacts_person(visit->store, visit->user, &email, &is_asked))
        return;
    bt_html_add(html,
        "<section class=\"panel\"><h2>%s</h2><form method=\"post\" action=\"/contacts/me\">",
        _("My letters"));
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        "<label>%s<input type=\"email\" name=\"email\" value=\"%s\" maxlength=\"254\" "
        "autocomplete=\"email\"></label>"
        "<label class=\"check\"><input type=\"checkbox\" name=\"asked\" value=\"yes\"",
        _("E-mail address"), email);
    if (is_asked)
        g_string_append(html, " checked");
    bt_html_add(html, "> %s</label><p class=\"fine\">%s</p><button>%s</button></form></section>",
        _("Write to me when something is wrong with a screen"),
        _("Operators and administrators are told of their areas, and all who lie in them; "
          "approvers "
          "of alerts that do not come and of content that expires."),
        _("Save"));
}

/* ---- an area ---- */

static void add_choice(GString *html, const BtVisit *visit, const char *chosen)
{
    g_string_append(html, "<form method=\"get\" action=\"/contacts\" class=\"row\">");
    bt_tables_add_areas(html, visit, MAY_SEE, _("Area"), chosen);
    bt_html_add(html, "<button class=\"quiet\">%s</button></form>", _("Show"));
}

static void add_addresses(GString *html, const BtVisit *visit, const char *area)
{
    g_autoptr(GPtrArray) addresses =
        bt_contacts_addresses(visit->store, area, FALSE, visit->now_ms);
    if (addresses->len == 0) {
        bt_html_add(html, "<p class=\"message\">%s</p>",
            _("Nobody is told: no operator or administrator of this area has an e-mail address."));
        return;
    }
    bt_html_add(html, "<p>%s</p><ul class=\"plain\">", _("Letters go to:"));
    for (guint i = 0; i < addresses->len; i++)
        bt_html_add(html, "<li>%s</li>", (const char *)g_ptr_array_index(addresses, i));
    g_string_append(html, "</ul>");
}

static void add_minute(GString *html, const char *label, const char *name, gint64 minute)
{
    char text[8];
    g_snprintf(text, sizeof text, "%02d:%02d", (int)(minute / 60), (int)(minute % 60));
    bt_html_add(html, "<label>%s<input type=\"time\" name=\"%s\" value=\"%s\" required></label>",
        label, name, text);
}

static void add_area_form(GString *html, const BtVisit *visit, const BtContact *contact)
{
    gboolean may_hook = bt_visit_may(visit, MAY_HOOK, contact->area);
    g_string_append(html, "<form method=\"post\" action=\"/contacts/area\">");
    bt_visit_add_token(html, visit);
    bt_html_add(html, "<input type=\"hidden\" name=\"area\" value=\"%s\"><div class=\"row\">",
        contact->area);
    add_minute(html, _("Quiet from"), "from", contact->quiet_from_min);
    add_minute(html, _("Quiet until"), "to", contact->quiet_to_min);
    bt_html_add(html, "</div><p class=\"fine\">%s</p>",
        _("In these hours nothing is sent, but for alerts that do not come. The same time twice: "
          "never quiet."));
    if (may_hook) {
        bt_html_add(html,
            "<label>%s<input type=\"url\" name=\"hook\" value=\"%s\" maxlength=\"1000\" "
            "placeholder=\"https://\"></label>",
            _("Webhook (an address that a program listens at)"), contact->hook);
        if (*contact->hook != '\0')
            bt_html_add(html, "<p class=\"fine\">%s <code>%s</code></p>",
                _("Its calls are signed with this secret:"), contact->secret);
    }
    bt_html_add(html, "<button>%s</button></form>", _("Save"));
    g_string_append(html, "<form method=\"post\" action=\"/contacts/test\">");
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        "<input type=\"hidden\" name=\"area\" value=\"%s\"><button class=\"quiet\">%s</button>"
        "</form>",
        contact->area, _("Send a test message"));
}

static void add_area(GString *html, const BtVisit *visit, const char *area)
{
    g_autoptr(BtContact) contact = bt_contacts_find(visit->store, area, NULL);
    if (contact == NULL)
        return;
    add_addresses(html, visit, area);
    if (bt_visit_may(visit, MAY_SET, area))
        add_area_form(html, visit, contact);
}

/* ---- what was sent ---- */

static void add_outgoing(GString *html, const BtVisit *visit, const BtOutgoing *outgoing)
{
    gboolean is_hook = strcmp(outgoing->way, "hook") == 0;
    bt_html_add(html, "<li><div><b>%s</b><p class=\"fine\">", outgoing->subject);
    bt_visit_add_time(html, visit, outgoing->created_ms);
    bt_html_add(html, " · %s</p></div>", is_hook ? _("Webhook") : outgoing->target);
    if (outgoing->sent_ms > 0)
        bt_html_add(html, "<span>%s</span>", _("sent"));
    else
        bt_html_add(html, "<span class=\"fault\">%s</span><span class=\"fine\">%s</span>",
            outgoing->given_up_ms > 0 ? _("given up") : _("waits"), outgoing->problem);
    g_string_append(html, "</li>");
}

static void add_messages(GString *html, const BtVisit *visit)
{
    g_autoptr(GPtrArray) areas = bt_roles_areas(visit->store, visit->user, MAY_SEE, visit->now_ms);
    g_autoptr(GPtrArray) list = bt_outbox_list(visit->store, areas, MESSAGES_SHOWN);
    bt_html_add(html, "<section class=\"panel\"><h2>%s</h2>", _("The last messages"));
    if (list->len == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", _("There are none yet."));
    g_string_append(html, "<ul class=\"rows\">");
    for (guint i = 0; i < list->len; i++)
        add_outgoing(html, visit, g_ptr_array_index(list, i));
    g_string_append(html, "</ul></section>");
}

/* ---- the page ---- */

static BtAnswered answer(BtVisit *visit, unsigned status, const char *asked, const char *message)
{
    g_autofree char *area = bt_tables_area(visit, MAY_SEE, asked);
    GString *html = g_string_new(NULL);
    if (message != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", message);
    if (area != NULL) {
        bt_html_add(html, "<section class=\"panel\"><h2>%s</h2>", _("Who is told"));
        add_choice(html, visit, area);
        add_area(html, visit, area);
        g_string_append(html, "</section>");
    }
    add_me(html, visit);
    if (area != NULL)
        add_messages(html, visit);
    return bt_visit_page(visit, status, "contacts", _("Contacts"), html);
}

static BtAnswered show(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    return bt_visit_open(&visit, request, BT_ANYBODY, &answered)
        ? answer(&visit, BT_HTTP_OK, bt_visit_argument(&visit, "area"), NULL)
        : answered;
}

static const char *why_not(const GError *error)
{
    return g_error_matches(error, BT_ERROR, BT_ERROR_INVALID)
        ? _("This address is not right: an e-mail address has the form name@host; a webhook begins "
            "with https://.")
        : _("This could not be kept. Try again.");
}

static BtAnswered set_me(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_ANYBODY, &answered))
        return answered;
    if (!bt_contacts_set_person(visit.store, visit.user, bt_visit_field(&visit, "email"),
            *bt_visit_field(&visit, "asked") != '\0', &error) ||
        !bt_visit_note(&visit, &error, "own e-mail address set"))
        return answer(&visit, BT_HTTP_BAD_REQUEST, "", why_not(error));
    return bt_visit_go(&visit, "/contacts", NULL);
}

/* "22:30" */
static gboolean read_minute(const char *text, gint64 *minute)
{
    gint64 hours, minutes;
    if (strlen(text) != 5 || text[2] != ':')
        return FALSE;
    g_autofree char *first = g_strndup(text, 2);
    if (!bt_visit_number(first, 0, 23, &hours) || !bt_visit_number(text + 3, 0, 59, &minutes))
        return FALSE;
    *minute = hours * 60 + minutes;
    return TRUE;
}

static BtAnswered go_to_area(BtVisit *visit, const char *area)
{
    g_autofree char *where = g_strconcat("/contacts?area=", area, NULL);
    return bt_visit_go(visit, where, NULL);
}

static BtAnswered set_area(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, MAY_SET, &answered))
        return answered;
    const char *area = bt_visit_field(&visit, "area");
    if (!bt_visit_may(&visit, MAY_SET, area))
        return bt_visit_refuse(&visit, BT_HTTP_FORBIDDEN, _("This area is not yours."));
    g_autoptr(BtContact) contact = bt_contacts_find(visit.store, area, &error);
    if (contact == NULL)
        return bt_visit_fail(&visit, g_steal_pointer(&error));
    if (!read_minute(bt_visit_field(&visit, "from"), &contact->quiet_from_min) ||
        !read_minute(bt_visit_field(&visit, "to"), &contact->quiet_to_min))
        return answer(&visit, BT_HTTP_BAD_REQUEST, area, _("A time has the form 22:30."));
    if (bt_visit_may(&visit, MAY_HOOK, area)) {
        g_free(contact->hook);
        contact->hook = g_strdup(bt_visit_field(&visit, "hook"));
    }
    if (!bt_contacts_set(visit.store, contact, &error) ||
        !bt_visit_note(&visit, &error, "contacts of %s set", area))
        return answer(&visit, BT_HTTP_BAD_REQUEST, area, why_not(error));
    return go_to_area(&visit, area);
}

static gboolean put_test(BtVisit *visit, const char *area, GError **error)
{
    g_autoptr(GPtrArray) addresses =
        bt_contacts_addresses(visit->store, area, FALSE, visit->now_ms);
    g_autoptr(GPtrArray) hooks = bt_contacts_hooks(visit->store, area);
    g_autofree char *subject = g_strdup_printf(_("%s: a test message"), visit->store->name);
    g_autofree char *text = g_strdup_printf(
        _("%s sent this to see whether messages arrive. Nothing is wrong.\n"), visit->user);
    for (guint i = 0; i < addresses->len; i++)
        if (!bt_outbox_mail(visit->store, area, g_ptr_array_index(addresses, i), subject, text,
                visit->now_ms, error))
            return FALSE;
    for (guint i = 0; i < hooks->len; i++) {
        const BtContact *hook = g_ptr_array_index(hooks, i);
        g_autoptr(BtJson) json = bt_json_new_object();
        bt_json_set_string(json, "source", visit->store->source);
        bt_json_set_string(json, "area", area);
        bt_json_set_bool(json, "test", TRUE);
        bt_json_set_time(json, "at", visit->now_ms);
        g_autofree char *body = bt_json_to_text(json, FALSE);
        if (!bt_outbox_hook(
                visit->store, hook->area, hook->hook, subject, body, visit->now_ms, error))
            return FALSE;
    }
    return bt_visit_note(visit, error, "a test message to the contacts of %s", area);
}

static BtAnswered send_test(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, MAY_SET, &answered))
        return answered;
    const char *area = bt_visit_field(&visit, "area");
    if (!bt_visit_may(&visit, MAY_SET, area))
        return bt_visit_refuse(&visit, BT_HTTP_FORBIDDEN, _("This area is not yours."));
    return put_test(&visit, area, &error) ? go_to_area(&visit, area)
                                          : bt_visit_fail(&visit, g_steal_pointer(&error));
}

const BtRoute bt_contact_routes[] = {
    { "GET", "/contacts", BT_PART_NOTHING, "", 0, show },
    { "POST", "/contacts/me", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, set_me },
    { "POST", "/contacts/area", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, set_area },
    { "POST", "/contacts/test", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, send_test },
    { NULL },
};
