/* bangtin-source report: the facts, as they came. */
#include "source/cli.h"
#include "source/store/report_csv.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    char *data, *screen, *type, *from, *to;
    gboolean json, csv;
} Options;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->screen);
    g_free(o->type);
    g_free(o->from);
    g_free(o->to);
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

static int run(const Options *o)
{
    g_autoptr(GError) error = NULL;
    BtReportQuery query = { .screen = o->screen, .type = o->csv ? "played" : o->type };
    if (o->data == NULL)
        return bt_cli_missing("--data DIR");
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
        { "data", 'd', 0, G_OPTION_ARG_FILENAME, &o.data, "the data folder", "DIR" },
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
        { NULL },
    };
    const BtCliSpec spec = { "", "Prints what the screens reported, in the order of their seq.",
        "Each fact is printed once, with every field as it came. Without --json each line is the\n"
        "screen's id and the fact; with it {\"screen\", \"received\", and the fact's own fields}.\n"
        "--csv prints the facts of type played, a row each under the names of their fields.\n"
        "--from and --to compare the fact's own time.",
        entries, 0, 0 };
    int code = bt_cli_parse(&spec, &argc, &argv) ? run(&o) : BT_EXIT_USAGE;
    options_clear(&o);
    return code;
}
