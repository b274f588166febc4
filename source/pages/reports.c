/* Reports: a period and an area are chosen, or one that is made ready for its day; a thread with a
 * store of its own counts, which takes seconds for a year of a province, and the answer is a
 * document to be read and printed, or a file for spreadsheets. */
#include "source/pages/routes.h"

#include "base/error.h"
#include "base/language.h"
#include "source/desk/period.h"
#include "source/desk/summary-tables.h"
#include "source/pages/files.h"
#include "source/pages/html.h"
#include "source/pages/languages.h"
#include "source/pages/tables.h"
#include "source/pages/visit.h"

#include <string.h>

#define MAY_READ ((1u << BT_N_ROLES) - 1)
#define DAYS_MAX 1100 /* three years */

/* ---- choosing ---- */

static const char *period_words(BtPeriod period)
{
    static const char *const words[BT_N_PERIODS] = { N_("Yearly report, due on 20 November"),
        N_("Yearly report, due on 5 December"), N_("Yearly report, due on 10 December"),
        N_("Yearly report, due on 25 December"), N_("The last month, from the 15th to the 14th"),
        N_("The last calendar month"), N_("The last quarter"), N_("The last half-year"),
        N_("This year until yesterday") };
    return _(words[period]);
}

static char *span_words(const char *first, const char *after)
{
    g_autofree char *last = bt_period_next_day(after, -1);
    g_autofree char *from = bt_period_day_words(first),
                    *to = bt_period_day_words(last != NULL ? last : after);
    return g_strdup_printf(_("from %s to %s"), from, to);
}

static void add_ready(GString *html, const BtVisit *visit, const char *area, BtPeriod period)
{
    g_autofree char *first = NULL, *after = NULL;
    bt_period_days(period, visit->request->server->timezone, visit->now_ms, &first, &after);
    g_autofree char *span = span_words(first, after);
    g_autofree char *query = g_strdup_printf("period=%s&area=%s", bt_period_name(period), area);
    bt_html_add(html,
        "<li><div><a href=\"/reports/view?%s\"><b>%s</b></a><p class=\"fine\">%s</p></div>"
        "<a class=\"button quiet\" href=\"/reports/csv?%s\" aria-label=\"CSV, %s: "
        "%s\">CSV</a></li>",
        query, period_words(period), span, query, _("File for spreadsheets"), period_words(period));
}

static void add_own(GString *html, const BtVisit *visit, const char *area)
{
    g_autofree char *first = NULL, *after = NULL;
    bt_period_days(
        BT_PERIOD_LAST_MONTH, visit->request->server->timezone, visit->now_ms, &first, &after);
    g_autofree char *last = bt_period_next_day(after, -1);
    bt_html_add(html,
        "<section class=\"panel\"><h2>%s</h2><form method=\"get\" action=\"/reports/view\" "
        "class=\"row\">"
        "<label>%s<input type=\"date\" name=\"first\" value=\"%s\" required></label>"
        "<label>%s<input type=\"date\" name=\"last\" value=\"%s\" required></label>",
        _("Another period"), _("First day"), first, _("Last day"), last);
    bt_tables_add_areas(html, visit, MAY_READ, _("Area"), area);
    bt_html_add(html,
        "<button>%s</button><button class=\"quiet\" formaction=\"/reports/csv\">%s</button></form>"
        "</section>",
        _("Show the report"), _("File for spreadsheets"));
}

static BtAnswered answer_choice(BtVisit *visit, unsigned status, const char *message)
{
    g_autofree char *area = bt_tables_area(visit, MAY_READ, bt_visit_argument(visit, "area"));
    if (area == NULL)
        return bt_visit_refuse(visit, BT_HTTP_FORBIDDEN,
            _("Your account has no area yet. Ask your administrator for a role."));
    GString *html = g_string_new("<div class=\"stack\">");
    if (message != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", message);
    bt_html_add(html,
        "<section class=\"panel\"><h2>%s</h2><form method=\"get\" action=\"/reports\" "
        "class=\"row\">",
        _("Reports made ready"));
    bt_tables_add_areas(html, visit, MAY_READ, _("Area"), area);
    bt_html_add(html, "<button class=\"quiet\">%s</button></form><ul class=\"rows\">", _("Choose"));
    for (guint i = 0; i < BT_N_PERIODS; i++)
        add_ready(html, visit, area, i);
    bt_html_add(html, "</ul><p class=\"fine\">%s</p></section>",
        _("Yearly reports cover 15 December to 14 December (Decree 09/2019/NĐ-CP, article 12), as "
          "far as the year has come on the day before they are due."));
    add_own(html, visit, area);
    bt_html_add(html,
        "<section class=\"panel\"><h2>%s</h2><p>%s</p><p class=\"row\">"
        "<a class=\"button\" href=\"/register?area=%s\">%s</a></p></section></div>",
        _("Register of boards"),
        _("Place, kind, size, when installed, condition, faults and repairs."), area,
        _("Open the register"));
    return bt_visit_page(visit, status, "reports", _("Reports"), html);
}

static BtAnswered show_choice(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    return bt_visit_open(&visit, request, MAY_READ, &answered)
        ? answer_choice(&visit, BT_HTTP_OK, NULL)
        : answered;
}

/* ---- counting, in a thread ---- */

typedef struct {
    BtServer *server;
    BtLater *later;
    char *folder, *area, *first, *after;
    gint64 from_ms, to_ms, now_ms;
    gboolean is_csv, english;
} Job;

static void job_free(gpointer data)
{
    Job *job = data;
    g_free(job->folder);
    g_free(job->area);
    g_free(job->first);
    g_free(job->after);
    g_free(job);
}

static void count(GTask *task, gpointer source, gpointer data, GCancellable *ending)
{
    const Job *job = data;
    GError *error = NULL;
    g_autoptr(BtStore) store = bt_store_open(job->folder, &error);
    const BtSummaryQuery query = { job->area, job->from_ms, job->to_ms };
    (void)source, (void)ending;
    BtSummary *summary = store != NULL ? bt_summary_make(store, &query, job->now_ms, &error) : NULL;
    if (summary != NULL)
        g_task_return_pointer(task, summary, (GDestroyNotify)bt_summary_free);
    else
        g_task_return_error(task, error);
}

/* "vi jra" by their names. (transfer full) */
static char *languages_words(const char *tags)
{
    g_auto(GStrv) parts = g_strsplit(tags, " ", -1);
    GString *words = g_string_new(NULL);
    for (int i = 0; parts[i] != NULL; i++)
        g_string_append_printf(words, "%s%s", i > 0 ? ", " : "", bt_page_language_name(parts[i]));
    return g_string_free(words, FALSE);
}

/* Languages stand by their tags; people read their names. */
static void name_languages(const BtTable *table, const char *of, const char *into)
{
    int from = bt_table_column(table, of), to = bt_table_column(table, into);
    for (guint i = 0; i < table->rows->len; i++) {
        char **cells = g_ptr_array_index(table->rows, i);
        if (*cells[from] == '\0')
            continue;
        char *words = languages_words(cells[from]);
        g_free(cells[to]);
        cells[to] = words;
    }
}

static GPtrArray *make_tables(const BtSummary *summary)
{
    GPtrArray *tables = bt_summary_tables(summary);
    for (guint i = 0; i < tables->len; i++) {
        const BtTable *table = g_ptr_array_index(tables, i);
        if (strcmp(table->key, "languages") == 0)
            name_languages(table, "code", "name");
        else if (strcmp(table->key, "bulletins") == 0)
            name_languages(table, "languages", "languages");
    }
    return tables;
}

/* ---- the document ---- */

static void add_document_head(GString *html, const Job *job, const char *title)
{
    g_autofree char *css = bt_file_path("page.css");
    bt_html_add(html,
        "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<meta name=\"color-scheme\" content=\"light dark\">"
        "<link rel=\"stylesheet\" href=\"%s\"><title>%s</title></head>\n<body class=\"document\">"
        "<nav class=\"top unprinted\" aria-label=\"%s\"><a href=\"/reports?area=%s\">%s</a>",
        job->english ? "en" : "vi", css, title, _("Reports"), job->area, _("Back to the reports"));
    g_autofree char *last = bt_period_next_day(job->after, -1);
    bt_html_add(html,
        "<a class=\"button\" href=\"/reports/csv?first=%s&amp;last=%s&amp;area=%s\">%s</a></nav>",
        job->first, last, job->area, _("File for spreadsheets"));
}

/* As Decree 30/2020/NĐ-CP has it: the body at the left, the country and its motto at the right. */
static void add_letterhead(
    GString *html, const Job *job, const BtSummary *summary, const char *title)
{
    g_autofree char *span = span_words(job->first, job->after);
    bt_html_add(html,
        "<main><div class=\"letterhead\"><p><b>%s</b><br>%s</p>"
        "<p><b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</b><br><b>Độc lập - Tự do - Hạnh "
        "phúc</b></p></div>"
        "<div class=\"titles\"><h1>%s</h1><p>%s</p></div>",
        job->server->store->name, summary->area_name, title, span);
}

static void add_signatures(GString *html, const Job *job)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(job->now_ms / BT_SECOND_MS);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, job->server->timezone);
    g_autofree char *day =
        g_strdup_printf(_("…………, day %02d month %02d year %d"), g_date_time_get_day_of_month(local),
            g_date_time_get_month(local), g_date_time_get_year(local));
    bt_html_add(html,
        "<div class=\"signatures\"><p><br><b>%s</b><br><span class=\"fine\">%s</span></p>"
        "<p>%s<br><b>%s</b><br><span class=\"fine\">%s</span></p></div></main></body></html>\n",
        _("PREPARED BY"), _("(signature, full name)"), day, _("HEAD OF THE BODY"),
        _("(signature, full name, seal)"));
}

static GString *write_document(const Job *job, const BtSummary *summary)
{
    GString *html = g_string_new(NULL);
    const char *title = _("REPORT on public electronic boards");
    g_autoptr(GPtrArray) tables = make_tables(summary);
    add_document_head(html, job, title);
    add_letterhead(html, job, summary, title);
    for (guint i = 0; i < tables->len; i++)
        bt_tables_add(html, g_ptr_array_index(tables, i), job->english);
    add_signatures(html, job);
    return html;
}

/* ---- answering ---- */

static void answer_document(const Job *job, const BtSummary *summary)
{
    static const char *const headers[] = { "Cache-Control", "no-store", "Vary",
        "Accept-Language, Cookie", NULL };
    g_autoptr(GBytes) body = g_string_free_to_bytes(write_document(job, summary));
    bt_later_answer(job->later, BT_HTTP_OK, "text/html; charset=utf-8", body, headers);
}

static void answer_csv(const Job *job, const BtSummary *summary)
{
    g_autofree char *disposition =
        g_strdup_printf("attachment; filename=\"bangtin-%s-%s.csv\"", job->area, job->first);
    const char *const headers[] = { "Cache-Control", "no-store", "Content-Disposition", disposition,
        NULL };
    g_autoptr(GPtrArray) tables = make_tables(summary);
    char *csv = bt_tables_to_csv(tables);
    g_autoptr(GBytes) body = g_bytes_new_take(csv, strlen(csv));
    bt_later_answer(job->later, BT_HTTP_OK, "text/csv; charset=utf-8", body, headers);
}

/* The language is that of who asked, whoever was answered meanwhile. */
static void on_counted(GObject *source, GAsyncResult *result, gpointer user)
{
    const Job *job = g_task_get_task_data(G_TASK(result));
    g_autoptr(GError) error = NULL;
    g_autoptr(BtSummary) summary = g_task_propagate_pointer(G_TASK(result), &error);
    (void)source, (void)user;
    bt_language_use(job->english ? "en" : "vi");
    if (summary == NULL) {
        g_message("report: %s", error->message);
        bt_later_answer(job->later, BT_HTTP_SERVICE_UNAVAILABLE, NULL, NULL, NULL);
    } else if (job->is_csv)
        answer_csv(job, summary);
    else
        answer_document(job, summary);
}

/* ---- asking ---- */

/* By ?period=NAME, or ?first=DAY&last=DAY. */
static gboolean read_days(const BtVisit *visit, Job *job)
{
    GTimeZone *timezone = visit->request->server->timezone;
    BtPeriod period;
    if (bt_period_parse(bt_visit_argument(visit, "period"), &period))
        bt_period_days(period, timezone, visit->now_ms, &job->first, &job->after);
    else {
        job->first = g_strdup(bt_visit_argument(visit, "first"));
        job->after = bt_period_next_day(bt_visit_argument(visit, "last"), 1);
    }
    return job->after != NULL && bt_period_midnight(job->first, timezone, &job->from_ms) &&
        bt_period_midnight(job->after, timezone, &job->to_ms) && job->from_ms < job->to_ms &&
        job->to_ms - job->from_ms <= DAYS_MAX * BT_DAY_MS;
}

static BtAnswered answer_report(BtRequest *request, gboolean is_csv)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, MAY_READ, &answered))
        return answered;
    Job *job = g_new0(Job, 1);
    g_autoptr(GTask) task = g_task_new(NULL, request->server->ending, on_counted, NULL);
    g_task_set_task_data(task, job, job_free);
    if (!read_days(&visit, job))
        return answer_choice(&visit, BT_HTTP_BAD_REQUEST,
            _("These days are no period: the first day comes first, and it is three years at "
              "most."));
    job->area = bt_tables_area(&visit, MAY_READ, bt_visit_argument(&visit, "area"));
    if (job->area == NULL)
        return bt_visit_refuse(&visit, BT_HTTP_FORBIDDEN, _("This area is not yours."));
    job->server = request->server;
    job->folder = g_strdup(visit.store->folder);
    job->now_ms = visit.now_ms;
    job->is_csv = is_csv;
    job->english = visit.english;
    job->later = bt_http_later(request);
    g_task_set_return_on_cancel(task, TRUE);
    g_task_run_in_thread(task, count);
    return TRUE;
}

static BtAnswered show_report(BtRequest *request)
{
    return answer_report(request, FALSE);
}

static BtAnswered send_csv(BtRequest *request)
{
    return answer_report(request, TRUE);
}

const BtRoute bt_report_routes[] = {
    { "GET", "/reports", BT_PART_NOTHING, "", 0, show_choice },
    { "GET", "/reports/view", BT_PART_NOTHING, "", 0, show_report },
    { "GET", "/reports/csv", BT_PART_NOTHING, "", 0, send_csv },
    { NULL },
};
