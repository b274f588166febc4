/* bangtin-source screen …: what an operator does with screens from a terminal. */
#include "source/cli.h"
#include "source/desk/cuts.h"
#include "source/store/commands.h"
#include "source/store/screens.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    char *data, *name, *key, *clock, *reason;
    int minutes;
    gboolean json;
} Options;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->name);
    g_free(o->key);
    g_free(o->clock);
    g_free(o->reason);
}

#define NAME_ENTRY(o)                                                                              \
    {                                                                                              \
        "name", 'n', 0, G_OPTION_ARG_STRING, &(o).name, "the screen's name for people", "NAME"     \
    }

/* What each command does once its options are read. */
typedef gboolean (*Act)(BtStore *store, const Options *o, char **argv, gint64 now_ms, GError **);

static int act(const Options *o, char **argv, Act what)
{
    GError *error = NULL;
    gint64 now_ms;
    if (o->data == NULL)
        return bt_cli_missing("--data DIR");
    g_autoptr(BtStore) store = bt_cli_open(o->data, o->clock, &now_ms, &error);
    return store != NULL && what(store, o, argv, now_ms, &error) ? bt_cli_done()
                                                                 : bt_cli_fail(error);
}

static int command(const BtCliSpec *spec, int argc, char **argv, Options *o, Act what)
{
    int code = bt_cli_parse(spec, &argc, &argv) ? act(o, argv, what) : BT_EXIT_USAGE;
    options_clear(o);
    return code;
}

/* ---- add, claim, deny ---- */

static gboolean add(BtStore *store, const Options *o, char **argv, gint64 now_ms, GError **error)
{
    g_autofree char *what = g_strdup_printf("screen %s added", argv[1]);
    return bt_screens_add(
               store, argv[1], o->name != NULL ? o->name : argv[1], o->key, now_ms, error) &&
        bt_store_note(store, now_ms, "terminal", what, error);
}

int bt_command_screen_add(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = { BT_CLI_DATA(o.data), NAME_ENTRY(o),
        { "key", 'k', 0, G_OPTION_ARG_STRING, &o.key,
            "the public key of the board's device, when it is known", "BASE64" },
        BT_CLI_CLOCK(o.clock), { NULL } };
    const BtCliSpec spec = { "ID", "Adds a screen.",
        "Without --key the screen can be played to, but sends no reports until a board is\n"
        "enrolled for it (\"screen claim\").",
        entries, 1, 1 };
    return command(&spec, argc, argv, &o, add);
}

static gboolean claim(BtStore *store, const Options *o, char **argv, gint64 now_ms, GError **error)
{
    return bt_waiting_claim(store, argv[1], argv[2], o->name, "terminal", now_ms, error);
}

int bt_command_screen_claim(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = { BT_CLI_DATA(o.data), NAME_ENTRY(o), BT_CLI_CLOCK(o.clock),
        { NULL } };
    const BtCliSpec spec = { "CODE ID", "Accepts the waiting board with this code as screen ID.",
        "Compare the code with the one that the board itself shows. A screen that is there\n"
        "already gets the new board's key; the old board's reports are refused from then on.",
        entries, 2, 2 };
    return command(&spec, argc, argv, &o, claim);
}

static gboolean deny(BtStore *store, const Options *o, char **argv, gint64 now_ms, GError **error)
{
    (void)o;
    return bt_waiting_deny(store, argv[1], "terminal", now_ms, error);
}

int bt_command_screen_deny(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = { BT_CLI_DATA(o.data), BT_CLI_CLOCK(o.clock), { NULL } };
    const BtCliSpec spec = { "CODE", "Turns the waiting board with this code down for a day.", NULL,
        entries, 1, 1 };
    return command(&spec, argc, argv, &o, deny);
}

/* ---- list ---- */

static void set_time_or_null(BtJson *object, const char *key, gint64 wall_ms)
{
    if (wall_ms > 0)
        bt_json_set_time(object, key, wall_ms);
    else
        bt_json_set_string(object, key, NULL);
}

static BtJson *screen_json(const BtScreen *screen)
{
    BtJson *object = bt_json_new_object();
    bt_json_set_string(object, "id", screen->id);
    bt_json_set_string(object, "name", screen->name);
    bt_json_set_string(object, "key", screen->key);
    bt_json_set_string(object, "manifest", *screen->manifest ? screen->manifest : NULL);
    bt_json_set_string(object, "alert", *screen->alert ? screen->alert : NULL);
    bt_json_set_int(object, "now_version", screen->now_version);
    set_time_or_null(object, "now_issued", screen->now_issued_ms);
    set_time_or_null(object, "last_report", screen->seen_ms);
    return object;
}

static BtJson *waiting_json(const BtWaiting *waiting)
{
    BtJson *object = bt_json_new_object();
    bt_json_set_string(object, "code", waiting->code);
    bt_json_set_string(object, "key", waiting->key);
    bt_json_set_string(object, "peer", waiting->peer);
    bt_json_set_time(object, "first", waiting->first_ms);
    bt_json_set_time(object, "last", waiting->seen_ms);
    return object;
}

static void print_json(const GPtrArray *screens, const GPtrArray *waiting)
{
    BtJson *result = bt_json_new_object(), *known = bt_json_new_array(),
           *asking = bt_json_new_array();
    for (guint i = 0; i < screens->len; i++)
        bt_json_append(known, screen_json(g_ptr_array_index(screens, i)));
    for (guint i = 0; i < waiting->len; i++)
        bt_json_append(asking, waiting_json(g_ptr_array_index(waiting, i)));
    bt_json_set(result, "screens", known);
    bt_json_set(result, "waiting", asking);
    bt_cli_print_json(result);
}

static void print_words(const GPtrArray *screens, const GPtrArray *waiting)
{
    for (guint i = 0; i < screens->len; i++) {
        const BtScreen *screen = g_ptr_array_index(screens, i);
        g_autofree char *seen = bt_time_format(screen->seen_ms);
        printf("%-24s %s  %s\n", screen->id,
            screen->seen_ms > 0 ? seen
                : screen->key   ? _("no report yet       ")
                                : _("no board yet        "),
            screen->name);
    }
    for (guint i = 0; i < waiting->len; i++) {
        const BtWaiting *board = g_ptr_array_index(waiting, i);
        g_autofree char *first = bt_time_format(board->first_ms);
        printf(_("waiting: %s  since %s  from %s\n"), board->code, first, board->peer);
    }
}

static gboolean list(BtStore *store, const Options *o, char **argv, gint64 now_ms, GError **error)
{
    (void)argv;
    g_autoptr(GPtrArray) screens = bt_screens_list(store, error);
    g_autoptr(GPtrArray) waiting = screens != NULL ? bt_waiting_list(store, now_ms, error) : NULL;
    if (waiting == NULL)
        return FALSE;
    (o->json ? print_json : print_words)(screens, waiting);
    return TRUE;
}

int bt_command_screen_list(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = { BT_CLI_DATA(o.data), BT_CLI_CLOCK(o.clock),
        BT_CLI_JSON(o.json), { NULL } };
    const BtCliSpec spec = { "", "Lists the screens, and the boards that wait to become one.",
        "JSON: {\"screens\": [{id, name, key, manifest, alert, now_version, now_issued,\n"
        "last_report}], \"waiting\": [{code, key, peer, first, last}]}.",
        entries, 0, 0 };
    return command(&spec, argc, argv, &o, list);
}

/* ---- command ---- */

/* It is the operators' page that lists cuts, whoever made them. */
static gboolean send_cut(
    BtStore *store, const Options *o, const char *screen, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) screens = g_ptr_array_new();
    g_ptr_array_add(screens, (gpointer)screen);
    const BtCutNew cut = { .area = store->source,
        .who = "terminal",
        .reason = o->reason != NULL ? o->reason : "–",
        .screens = screens,
        .until_ms = now_ms + o->minutes * BT_MINUTE_MS };
    g_autofree char *id = bt_cuts_add(store, &cut, now_ms, error);
    if (id == NULL)
        return FALSE;
    puts(id);
    return TRUE;
}

static gboolean send_command(
    BtStore *store, const Options *o, char **argv, gint64 now_ms, GError **error)
{
    if (strcmp(argv[2], "cut") == 0)
        return send_cut(store, o, argv[1], now_ms, error);
    g_autofree char *id = bt_commands_send(
        store, argv[1], argv[2], now_ms + o->minutes * BT_MINUTE_MS, "terminal", now_ms, error);
    if (id == NULL)
        return FALSE;
    puts(id);
    return TRUE;
}

int bt_command_screen_command(int argc, char **argv)
{
    Options o = { .minutes = 10 };
    const GOptionEntry entries[] = { BT_CLI_DATA(o.data),
        { "minutes", 'm', 0, G_OPTION_ARG_INT, &o.minutes,
            "how long the command stands for a screen that does not hear it at once (default 10)",
            "N" },
        { "reason", 'r', 0, G_OPTION_ARG_STRING, &o.reason, "why it is cut", "TEXT" },
        BT_CLI_CLOCK(o.clock), { NULL } };
    const BtCliSpec spec = { "ID VERB",
        "Asks screen ID to cut, darken, mute, restart, identify or "
        "make a screenshot.",
        "The command goes into the screen's now.json, which no publishing key signs: so it can\n"
        "only make a screen quieter, and each is acted on once. A cut holds until an approver "
        "signs\n"
        "its end (\"cut end\"). At most 8 stand at a time, each\n"
        "for 1 to 1440 minutes. Its id is printed; the screen reports what became of it.",
        entries, 2, 2 };
    if (!bt_cli_parse(&spec, &argc, &argv))
        return options_clear(&o), BT_EXIT_USAGE;
    int code = o.minutes < 1 || o.minutes > 1440
        ? bt_cli_usage("--minutes %d: expected 1 to 1440", o.minutes)
        : act(&o, argv, send_command);
    options_clear(&o);
    return code;
}
