/* The audit log: the diary, for auditors. Who audits the topmost area reads all of it; who audits
 * another reads what was done by the accounts that belong there. */
#include "source/pages/diary-words.h"
#include "source/pages/html.h"
#include "source/pages/routes.h"
#include "source/pages/visit.h"

#include "source/store/diary.h"

#include <stdio.h>
#include <string.h>

#define AUDITORS (1u << BT_ROLE_AUDITOR)
#define MAX_ROWS 200

/* "2026-12-31" → its first instant here and that of the day after; FALSE for what is no day. */
static gboolean read_day(const BtServer *server, const char *text, gint64 *from_ms, gint64 *to_ms)
{
    int year, month, day, end = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || text[end] != '\0')
        return FALSE;
    g_autoptr(GDateTime) first = g_date_time_new(server->timezone, year, month, day, 0, 0, 0);
    g_autoptr(GDateTime) next = first != NULL ? g_date_time_add_days(first, 1) : NULL;
    if (next == NULL)
        return FALSE;
    *from_ms = g_date_time_to_unix(first) * 1000;
    *to_ms = g_date_time_to_unix(next) * 1000;
    return TRUE;
}

static BtDiaryFilter filter_of(BtVisit *visit, const GPtrArray *areas)
{
    const char *who = bt_visit_argument(visit, "who");
    BtDiaryFilter filter = { .who = *who != '\0' ? who : NULL,
        .areas = bt_visit_may(visit, AUDITORS, visit->store->source) ? NULL : areas,
        .to_ms = G_MAXINT64,
        .before = G_MAXINT64,
        .max = MAX_ROWS + 1 };
    read_day(
        visit->request->server, bt_visit_argument(visit, "day"), &filter.from_ms, &filter.to_ms);
    bt_visit_number(bt_visit_argument(visit, "before"), 1, G_MAXINT64, &filter.before);
    return filter;
}

static void add_search(GString *html, BtVisit *visit)
{
    bt_html_add(html,
        "<form class=\"search\" method=\"get\" action=\"/audit\" role=\"search\">"
        "<label>%s<input name=\"who\" value=\"%s\" maxlength=\"64\" autocapitalize=\"none\" "
        "spellcheck=\"false\"></label>"
        "<label>%s<input name=\"day\" type=\"date\" value=\"%s\"></label>"
        "<button class=\"quiet\">%s</button></form>",
        _("Account"), bt_visit_argument(visit, "who"), _("Day"), bt_visit_argument(visit, "day"),
        _("Show"));
}

static void add_lines(GString *html, BtVisit *visit, const GPtrArray *lines)
{
    bt_html_add(html,
        "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"%s\"><table "
        "class=\"diary\"><thead><tr><th scope=\"col\">%s</th><th "
        "scope=\"col\">%s</th>"
        "<th scope=\"col\">%s</th></tr></thead><tbody>",
        _("Audit log"), _("When"), _("Who"), _("What"));
    for (guint i = 0; i < MIN(lines->len, MAX_ROWS); i++) {
        const BtDiaryLine *line = g_ptr_array_index(lines, i);
        g_autofree char *words = bt_diary_words(line->what);
        g_string_append(html, "<tr><td>");
        bt_visit_add_time(html, visit, line->at_ms);
        bt_html_add(html, "</td><td>%s</td><td>%s</td></tr>",
            *line->who != '\0' ? line->who : _("the system"), words);
    }
    g_string_append(html, "</tbody></table></div>");
    if (lines->len > MAX_ROWS) {
        const BtDiaryLine *last = g_ptr_array_index(lines, MAX_ROWS - 1);
        g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, last->number);
        bt_html_add(html, "<p><a href=\"/audit?who=%s&amp;day=%s&amp;before=%s\">%s</a></p>",
            bt_visit_argument(visit, "who"), bt_visit_argument(visit, "day"), number,
            _("Earlier lines"));
    }
}

static gboolean add_state(GString *html, BtVisit *visit, GError **error)
{
    BtDiaryState state;
    if (strcmp(bt_visit_argument(visit, "check"), "yes") != 0) {
        bt_html_add(html, "<p><a href=\"/audit?check=yes\">%s</a></p>",
            _("Check that no line was changed or taken out"));
        return TRUE;
    }
    if (!bt_diary_verify(visit->store, NULL, &state, error))
        return FALSE;
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, state.broken);
    if (state.broken != 0)
        bt_html_add(html, "<p class=\"message bad\" role=\"alert\">%s %s</p>",
            _("The log was tampered with: it does not fit from this line on:"), number);
    else if (state.cut)
        bt_html_add(html, "<p class=\"message bad\" role=\"alert\">%s</p>",
            _("The log was tampered with: lines at its end are gone."));
    else
        bt_html_add(html,
            "<p class=\"message good\" role=\"status\">%s</p><p class=\"fine\">%s</p>"
            "<p class=\"code small\">%s</p>",
            _("All lines fit."),
            _("Keep this number elsewhere. Whoever asks \"bangtin-source audit --known\" for it "
              "later sees that nothing before it was changed."),
            state.head);
    return TRUE;
}

static BtAnswered show(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, AUDITORS, &answered))
        return answered;
    g_autoptr(GPtrArray) areas = bt_roles_areas(visit.store, visit.user, AUDITORS, visit.now_ms);
    BtDiaryFilter filter = filter_of(&visit, areas);
    g_autoptr(GPtrArray) lines = bt_diary_list(visit.store, &filter, &error);
    g_autoptr(GString) state = g_string_new(NULL);
    if (lines == NULL || !add_state(state, &visit, &error))
        return bt_visit_fail(&visit, g_steal_pointer(&error));
    GString *html = g_string_new(state->str);
    add_search(html, &visit);
    add_lines(html, &visit, lines);
    return bt_visit_page(&visit, BT_HTTP_OK, "audit", _("Audit log"), html);
}

const BtRoute bt_audit_routes[] = {
    { "GET", "/audit", BT_PART_NOTHING, "", 0, show },
    { NULL },
};
