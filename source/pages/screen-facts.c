#include "source/pages/screen-parts.h"

#include "source/pages/html.h"
#include "source/store/reports.h"
#include "source/store/sheet.h"
#include "source/store/telemetry.h"

#include <string.h>

#define LINE_DEPTH 16
#define EVENTS 10

/* ---- one fact ---- */

static BtJson *parse(const char *line)
{
    return line != NULL
        ? bt_json_parse(line, strlen(line), "fact", BT_REPORT_LINE_MAX_BYTES, LINE_DEPTH, NULL)
        : NULL;
}

static const char *text_at(const BtJsonAt *at, const char *key)
{
    BtJsonAt member;
    const char *text =
        bt_json_member(at, key, &member) ? bt_json_read_string(&member, 0, G_MAXSIZE, NULL) : NULL;
    return text != NULL ? text : "";
}

/* -1 when it is not there. */
static gint64 number_at(const BtJsonAt *at, const char *object, const char *key)
{
    BtJsonAt part, member;
    gint64 number;
    return bt_json_member(at, object, &part) && bt_json_read_object(&part, NULL) &&
            bt_json_member(&part, key, &member) &&
            bt_json_read_int(&member, 0, G_MAXINT64, &number, NULL)
        ? number
        : -1;
}

static char *megabytes(gint64 bytes)
{
    return g_strdup_printf("%.1f MB", (double)bytes / 1e6);
}

/* ---- the facts ---- */

static void begin(GString *html, const char *words)
{
    bt_html_add(html, "<div><dt>%s</dt><dd>", words);
}

static void add(GString *html, const char *words, const char *value)
{
    if (*value == '\0')
        return;
    begin(html, words);
    bt_html_add(html, "%s</dd></div>", value);
}

static void add_traffic(const BtTelemetryTraffic *traffic, gpointer user)
{
    *(gint64 *)user += traffic->bytes;
}

static gboolean add_data(
    GString *html, const BtVisit *visit, const BtGlance *screen, GError **error)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(visit->now_ms / 1000);
    g_autoptr(GDateTime) now = g_date_time_to_timezone(utc, visit->request->server->timezone);
    g_autoptr(GDateTime) first = g_date_time_add_days(now, 1 - g_date_time_get_day_of_month(now));
    const BtTelemetryQuery query = { screen->id,
        bt_glass_day_ms(visit, g_date_time_to_unix(first) * 1000), visit->now_ms + 1 };
    gint64 bytes = 0;
    if (!bt_telemetry_traffic(visit->store, &query, add_traffic, &bytes, error))
        return FALSE;
    g_autofree char *used = megabytes(bytes);
    add(html, _("Data used this month"), used);
    return TRUE;
}

static void add_told(GString *html, const BtVisit *visit, const BtGlance *screen)
{
    g_autoptr(BtJson) told = parse(screen->told);
    if (told == NULL)
        return;
    BtJsonAt at = bt_json_root("fact", told);
    gint64 used = number_at(&at, "cache", "bytes"), quota = number_at(&at, "cache", "quota"),
           waiting = number_at(&at, "spool", "waiting");
    add(html, _("Clock"),
        strcmp(text_at(&at, "clock"), "trusted") == 0 ? _("set right") : _("not vouched for"));
    if (used >= 0 && quota > 0) {
        g_autofree char *part = megabytes(used), *whole = megabytes(quota);
        g_autofree char *words = g_strdup_printf(_("%s of %s"), part, whole);
        add(html, _("Storage"), words);
    }
    if (waiting > 0) {
        g_autofree char *words = g_strdup_printf("%" G_GINT64_FORMAT, waiting);
        add(html, _("Reports that wait there"), words);
    }
    add(html, _("Player version"), text_at(&at, "player"));
    (void)visit;
}

static void add_sheet(GString *html, const BtVisit *visit, const BtGlance *screen)
{
    g_autoptr(BtSheet) sheet = bt_sheet_read(visit->store, screen->id, NULL);
    if (sheet == NULL)
        return;
    g_autofree char *size =
        g_strdup_printf("%s, %d × %d", sheet->is_led ? _("LED wall") : _("LCD panel"),
            (int)sheet->width_px, (int)sheet->height_px);
    add(html, _("Kind and size"), size);
    add(html, _("Where it stands"), sheet->place);
    if (sheet->pitch_um > 0) {
        g_autofree char *pitch = g_strdup_printf("%.2f mm", (double)sheet->pitch_um / 1000);
        add(html, _("Pixel pitch"), pitch);
    }
}

/* ---- the last events ---- */

static void add_event(GString *html, const BtVisit *visit, gint64 at_ms, const char *line)
{
    g_autoptr(BtJson) json = parse(line);
    if (json == NULL)
        return;
    BtJsonAt at = bt_json_root("fact", json);
    g_string_append(html, "<li>");
    bt_visit_add_time(html, visit, at_ms);
    bt_html_add(html, " <b>%s %s</b> %s<br><span class=\"fine\">%s</span></li>",
        text_at(&at, "event"), text_at(&at, "code"), text_at(&at, "what"), text_at(&at, "message"));
}

static gboolean add_events(
    GString *html, const BtVisit *visit, const BtGlance *screen, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(visit->store->db, error,
        "SELECT at_ms, line FROM fact WHERE screen = ? AND type = 'event' AND at_ms <= ?"
        " ORDER BY at_ms DESC, device DESC, seq DESC LIMIT ?",
        "sii", screen->id, visit->now_ms + BT_REPORT_AHEAD_MS, (gint64)EVENTS);
    guint n = 0;
    if (rows == NULL)
        return FALSE;
    bt_html_add(html, "<h3>%s</h3><ul class=\"plain\">", _("Last events and errors"));
    for (; bt_rows_next(rows, NULL); n++)
        add_event(html, visit, bt_rows_int(rows, 0), bt_rows_text(rows, 1));
    if (n == 0)
        bt_html_add(html, "<li class=\"none\">%s</li>", _("None yet"));
    g_string_append(html, "</ul>");
    return TRUE;
}

gboolean bt_screen_add_facts(
    GString *html, const BtVisit *visit, const BtGlance *screen, GError **error)
{
    bt_html_add(html, "<section class=\"panel\" aria-labelledby=\"f\"><h2 id=\"f\">%s</h2><dl>",
        _("The board"));
    begin(html, _("Last report"));
    if (screen->seen_ms > 0)
        bt_visit_add_time(html, visit, screen->seen_ms);
    else
        bt_html_add(html, "%s", _("none yet"));
    g_string_append(html, "</dd></div>");
    add_told(html, visit, screen);
    if (!add_data(html, visit, screen, error))
        return FALSE;
    add_sheet(html, visit, screen);
    g_string_append(html, "</dl>");
    if (!add_events(html, visit, screen, error))
        return FALSE;
    g_string_append(html, "</section>\n");
    return TRUE;
}
