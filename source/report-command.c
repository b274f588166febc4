/* bangtin-source report: the facts, as they came, and what they amount to. */
#include "source/cli.h"
#include "source/desk/period.h"
#include "source/desk/register.h"
#include "source/desk/summary-tables.h"
#include "source/store/report_csv.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    char *data, *screen, *type, *from, *to, *period, *area, *clock;
    gboolean json, csv, is_register;
} Options;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->screen);
    g_free(o->type);
    g_free(o->from);
    g_free(o->to);
    g_free(o->period);
    g_free(o->area);
    g_free(o->clock);
}

/* The fact's own fields, behind what only the source knows. */
static gboolean print_json(
    const char *screen, gint64 received_ms, const char *line, gpointer user, GError **error)
{
    (void)user;
    g_autoptr(BtJson) fact =
        bt_json_parse(line, strlen(line), "fact", BT_REPORT_LINE_MAX_BYTES, 16, error);
    if (fact == NULL)
        return FALSE;
    BtJson *result = bt_json_new_object();
    BtJsonAt at = bt_json_root("fact", fact), member;
    void *iter = NULL;
    bt_json_set_string(result, "screen", screen);
    bt_json_set_time(result, "received", received_ms);
    while (bt_json_next_member(&at, &iter, &member))
        if (strcmp(member.key, "screen") != 0 && strcmp(member.key, "received") != 0)
            bt_json_set(result, member.key, bt_json_ref(member.value));
    bt_cli_print_json(result);
    return TRUE;
}

static gboolean print_line(
    const char *screen, gint64 received_ms, const char *line, gpointer user, GError **error)
{
    (void)user, (void)received_ms, (void)error;
    printf("%s %s\n", screen, line);
    return TRUE;
}

static gboolean read_times(const Options *o, BtReportQuery *query, GError **error)
{
    query->from_ms = BT_TIME_MIN;
    query->to_ms = BT_TIME_MAX;
    return (o->from == NULL || bt_time_parse(o->from, &query->from_ms, error)) &&
        (o->to == NULL || bt_time_parse(o->to, &query->to_ms, error));
}

/* ---- of a period, or the register ---- */

/* A name, or FIRST..LAST. */
static gboolean read_period(
    const char *text, GTimeZone *timezone, gint64 now_ms, BtSummaryQuery *query)
{
    g_autofree char *first = NULL, *after = NULL;
    g_auto(GStrv) days = g_strsplit(text, "..", 3);
    BtPeriod period;
    if (bt_period_parse(text, &period))
        bt_period_days(period, timezone, now_ms, &first, &after);
    else if (g_strv_length(days) == 2) {
        first = g_strdup(days[0]);
        after = bt_period_next_day(days[1], 1);
    }
    return first != NULL && after != NULL && bt_period_midnight(first, timezone, &query->from_ms) &&
        bt_period_midnight(after, timezone, &query->to_ms) && query->from_ms < query->to_ms;
}

static int print_tables(const Options *o, GPtrArray *tables /* (transfer full) */)
{
    g_autoptr(GPtrArray) owned = tables;
    if (o->json)
        bt_cli_print_json(bt_tables_to_json(owned));
    else {
        g_autofree char *csv = bt_tables_to_csv(owned);
        fputs(csv, stdout);
    }
    return bt_cli_done();
}

static int print_register(BtStore *store, const Options *o, const char *area, gint64 now_ms)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) entries = bt_register_list(store, area, now_ms, &error);
    if (entries == NULL)
        return bt_cli_fail(g_steal_pointer(&error));
    GPtrArray *tables = g_ptr_array_new_with_free_func((GDestroyNotify)bt_table_free);
    g_ptr_array_add(tables, bt_register_table(entries));
    return print_tables(o, tables);
}

static int run_summary(const Options *o)
{
    g_autoptr(GError) error = NULL;
    gint64 now_ms;
    g_autoptr(BtStore) store = bt_cli_open(o->data, o->clock, &now_ms, &error);
    if (store == NULL)
        return bt_cli_fail(g_steal_pointer(&error));
    g_autoptr(GTimeZone) timezone = g_time_zone_new_identifier(store->timezone);
    BtSummaryQuery query = { .area = o->area != NULL ? o->area : store->source };
    if (o->is_register)
        return print_register(store, o, query.area, now_ms);
    if (timezone == NULL || !read_period(o->period, timezone, now_ms, &query))
        return bt_cli_usage(
            "--period %s: expected a name, or FIRST..LAST as YYYY-MM-DD", o->period);
    g_autoptr(BtSummary) summary = bt_summary_make(store, &query, now_ms, &error);
    return summary == NULL ? bt_cli_fail(g_steal_pointer(&error))
                           : print_tables(o, bt_summary_tables(summary));
}

/* ---- the command ---- */

static int run(const Options *o)
{
    g_autoptr(GError) error = NULL;
    BtReportQuery query = { .screen = o->screen, .type = o->csv ? "played" : o->type };
    if (o->data == NULL)
        return bt_cli_missing("--data DIR");
    if (o->period != NULL || o->is_register)
        return run_summary(o);
    if (o->csv && (o->json || (o->type != NULL && strcmp(o->type, "played") != 0)))
        return bt_cli_usage("--csv: a table of what was played: expected no other type or form");
    if (!read_times(o, &query, &error))
        return bt_cli_usage("--from, --to: %s", error->message);
    g_autoptr(BtStore) store = bt_store_open(o->data, &error);
    if (store != NULL && o->csv)
        bt_report_csv_head();
    BtReportEach print = o->csv ? bt_report_csv_row : o->json ? print_json : print_line;
    if (store == NULL || !bt_reports_each(store, &query, print, NULL, &error))
        return bt_cli_fail(g_steal_pointer(&error));
    return bt_cli_done();
}

int bt_command_report(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        { "screen", 's', 0, G_OPTION_ARG_STRING, &o.screen, "only this screen's", "ID" },
        { "type", 't', 0, G_OPTION_ARG_STRING, &o.type,
            "only facts of this type: played, uptime, state, event", "TYPE" },
        { "from", 0, 0, G_OPTION_ARG_STRING, &o.from, "only facts from this instant on",
            "RFC3339" },
        { "to", 0, 0, G_OPTION_ARG_STRING, &o.to, "only facts before this instant", "RFC3339" },
        { "json", 'j', 0, G_OPTION_ARG_NONE, &o.json,
            "one JSON object a line, with the screen and when it was received", NULL },
        { "csv", 'c', 0, G_OPTION_ARG_NONE, &o.csv,
            "what was played as a table, with the fingerprint of each picture", NULL },
        { "period", 'p', 0, G_OPTION_ARG_STRING, &o.period,
            "what officials hand in of a period, as CSV, or JSON", "PERIOD" },
        { "register", 'r', 0, G_OPTION_ARG_NONE, &o.is_register,
            "the register of boards, as CSV, or JSON", NULL },
        { "area", 'a', 0, G_OPTION_ARG_STRING, &o.area,
            "of this area and those in it (with --period, --register)", "ID" },
        { "clock", 0, 0, G_OPTION_ARG_STRING, &o.clock,
            "a virtual clock, for tests and demonstrations", "RFC3339" },
        { NULL },
    };
    const BtCliSpec spec = { "", "Prints what the screens reported, in the order of their seq.",
        "Each fact is printed once, with every field as it came. Without --json each line is the\n"
        "screen's id and the fact; with it {\"screen\", \"received\", and the fact's own fields}.\n"
        "--csv prints the facts of type played, a row each under the names of their fields.\n"
        "--from and --to compare the fact's own time. PERIOD is FIRST..LAST (YYYY-MM-DD), or\n"
        "year-20-11, year-05-12, year-10-12, year-25-12 (the yearly reports that are due then, "
        "from\n"
        "15 December on), month (from the 15th to the 14th), last-month, quarter, half-year, year.",
        entries, 0, 0 };
    int code = bt_cli_parse(&spec, &argc, &argv) ? run(&o) : BT_EXIT_USAGE;
    options_clear(&o);
    return code;
}
