#include "source/pages/frame.h"

#include "source/pages/files.h"
#include "source/pages/html.h"
#include "source/pages/practice.h"

#include <string.h>

#define EVERY_ROLE ((1u << BT_N_ROLES) - 1)
#define EDITOR (1u << BT_ROLE_EDITOR)
#define KEEPERS (1u << BT_ROLE_ADMINISTRATOR | 1u << BT_ROLE_AUDITOR)

/* The parts of the page, and whose they are: what one comes for each day, then what lies behind
 * "More". */
typedef struct {
    const char *section, *path, *name;
    guint roles; /* BT_ANYBODY: everybody's */
} Section;

static const Section daily[] = {
    { "screens", "/", N_("Screens"), BT_ANYBODY },
    { "notices", "/notices", N_("Notices"), EVERY_ROLE },
    { "proposals", "/proposals", N_("Approval"),
        EDITOR | 1u << BT_ROLE_APPROVER | 1u << BT_ROLE_AUDITOR },
    { "emergency", "/emergency", N_("Emergency"), EVERY_ROLE },
};
static const Section others[] = {
    { "programmes", "/programmes", N_("Programmes"), EDITOR },
    { "playlists", "/playlists", N_("Playlists"), EDITOR },
    { "layouts", "/layouts", N_("Layouts"), EDITOR },
    { "media", "/media", N_("Pictures and films"), EDITOR },
    { "reports", "/reports", N_("Reports"), BT_ANYBODY },
    { "contacts", "/contacts", N_("Contacts"), BT_ANYBODY },
    { "keys", "/keys", N_("Signing keys"), 1u << BT_ROLE_APPROVER },
    { "practice", "/practice", N_("Practice"),
        EDITOR | 1u << BT_ROLE_APPROVER | 1u << BT_ROLE_OPERATOR },
    { "areas", "/areas", N_("Areas"), KEEPERS },
    { "people", "/people", N_("Accounts"), KEEPERS },
    { "audit", "/audit", N_("Audit log"), 1u << BT_ROLE_AUDITOR },
};

static void add_sections(
    GString *html, const BtVisit *visit, const Section *sections, gsize n, const char *lit)
{
    g_string_append(html, "<ul>");
    for (gsize i = 0; i < n; i++) {
        if (sections[i].roles != BT_ANYBODY && !bt_visit_may(visit, sections[i].roles, NULL))
            continue;
        bt_html_add(html, "<li><a href=\"%s\"", sections[i].path);
        if (strcmp(sections[i].section, lit) == 0)
            g_string_append(html, " aria-current=\"page\"");
        bt_html_add(html, ">%s</a></li>", _(sections[i].name));
    }
    g_string_append(html, "</ul>");
}

static void add_navigation(GString *html, const BtVisit *visit, const char *lit)
{
    bt_html_add(html, "<nav class=\"sections\" aria-label=\"%s\">", _("Main"));
    add_sections(html, visit, daily, G_N_ELEMENTS(daily), lit);
    bt_html_add(html, "<details class=\"more\"><summary>%s</summary>", _("More"));
    add_sections(html, visit, others, G_N_ELEMENTS(others), lit);
    g_string_append(html, "</details></nav>");
}

static void add_files(GString *html)
{
    g_autofree char *css = bt_file_path("page.css"), *htmx = bt_file_path("htmx.js"),
                    *js = bt_file_path("page.js");
    bt_html_add(html,
        "<link rel=\"stylesheet\" href=\"%s\"><script src=\"%s\" defer></script>"
        "<script type=\"module\" src=\"%s\"></script>",
        css, htmx, js);
}

/* htmx by its configuration does nothing that the policy of content forbids. */
static void add_head(GString *html, const BtVisit *visit, const char *title)
{
    bt_html_add(html,
        "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<meta name=\"color-scheme\" content=\"light dark\">"
        "<meta name=\"htmx-config\" content=\"%s\"><title>%s – %s</title>",
        visit->english ? "en" : "vi",
        "{\"allowEval\":false,\"includeIndicatorStyles\":false,\"selfRequestsOnly\":true,"
        "\"allowScriptTags\":false}",
        title, visit->store->name);
    add_files(html);
    g_string_append(html, "</head>\n<body>");
}

static void add_who(GString *html, const BtVisit *visit)
{
    g_string_append(html, "<form method=\"post\" action=\"/sign-out\">");
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        bt_visit_is_practice(visit) ? "<span class=\"who\">%s</span>"
                                    : "<a class=\"who\" href=\"/account\">%s</a>",
        visit->user);
    bt_html_add(html, "<button class=\"quiet\">%s</button></form>", _("Sign out"));
}

GString *bt_frame_around(
    const BtVisit *visit, const char *section, const char *title, const GString *main)
{
    GString *html = g_string_sized_new(main->len + 4096);
    add_head(html, visit, title);
    bt_html_add(html, "<a class=\"skip\" href=\"#main\">%s</a>", _("To the content"));
    bt_practice_add_band(html, visit);
    bt_html_add(html, "<header class=\"top\"><p class=\"kind\">%s</p>", visit->store->name);
    if (visit->session != NULL) {
        add_who(html, visit);
        add_navigation(html, visit, section);
    }
    bt_html_add(html, "</header>\n<main id=\"main\"><h1>%s</h1>\n", title);
    g_string_append_len(html, main->str, (gssize)main->len);
    g_string_append(html, "</main></body></html>\n");
    return html;
}

/* ---- times ---- */

static gboolean same_day(GDateTime *a, GDateTime *b)
{
    return g_date_time_get_year(a) == g_date_time_get_year(b) &&
        g_date_time_get_day_of_year(a) == g_date_time_get_day_of_year(b);
}

/* "08:15", with the day when it is another one. */
void bt_frame_add_time(GString *html, GTimeZone *timezone, gint64 now_ms, gint64 at_ms)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_ms / 1000);
    g_autoptr(GDateTime) now_utc = g_date_time_new_from_unix_utc(now_ms / 1000);
    if (utc == NULL || now_utc == NULL) {
        g_string_append(html, "–");
        return;
    }
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, timezone);
    g_autoptr(GDateTime) now = g_date_time_to_timezone(now_utc, timezone);
    g_autofree char *words =
        g_date_time_format(local, same_day(local, now) ? "%H:%M" : "%H:%M, %d/%m/%Y");
    g_autofree char *machine = g_date_time_format(utc, "%Y-%m-%dT%H:%M:%SZ");
    bt_html_add(html, "<time datetime=\"%s\">%s</time>", machine, words);
}
