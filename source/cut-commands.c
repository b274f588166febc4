/* bangtin-source cut …: what stands, and its end by a key that is at hand. */
#include "source/cli.h"
#include "source/desk/cuts-told.h"
#include "source/desk/cuts.h"

#include "base/error.h"
#include "playlists/envelope/envelope.h"
#include "source/press/plan.h"

#include <stdio.h>

#define LIST_MAX 1000
#define WHO "terminal"
#define MAX_KEYS BT_ENVELOPE_MAX_SIGNATURES

typedef struct {
    char *data, *clock;
    char **keys;
    gboolean json;
} Options;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->clock);
    g_strfreev(o->keys);
}

/* ---- list ---- */

/* What boards tell has no area, nobody who made it and no reason: "". */
typedef struct {
    const char *id, *area, *who, *reason;
    gint64 since_ms;
    const GPtrArray *screens;
    guint n_cut;
    gboolean is_told;
} Line;

static BtJson *line_json(const Line *line)
{
    BtJson *json = bt_json_new_object(), *screens = bt_json_new_array();
    for (guint i = 0; i < line->screens->len; i++)
        bt_json_append_string(screens, g_ptr_array_index(line->screens, i));
    bt_json_set_string(json, "id", line->id);
    bt_json_set_string(json, "area", line->area);
    bt_json_set_string(json, "who", line->who);
    bt_json_set_string(json, "reason", line->reason);
    bt_json_set_time(json, "since", line->since_ms);
    bt_json_set(json, "screens", screens);
    bt_json_set_int(json, "cut", line->n_cut);
    bt_json_set_bool(json, "told", line->is_told);
    return json;
}

static Line line_of_cut(const BtCutEntry *cut)
{
    return (Line){ cut->id, cut->area, cut->who, cut->reason, cut->at_ms, cut->screens, cut->n_cut,
        FALSE };
}

static Line line_of_told(const BtCutTold *told)
{
    return (Line){ told->id, "", "", "", told->since_ms, told->screens, told->screens->len, TRUE };
}

static void print_line(const Line *line)
{
    g_autofree char *since = bt_time_format(line->since_ms);
    if (line->is_told)
        printf(_("%s  since %s  told by %u screens, not written down here: made after the backup "
                 "that was restored, or its end did not reach them; \"cut end\" ends it\n"),
            line->id, since, line->screens->len);
    else
        printf(_("%s  since %s  by %s  %u screens, of which %u said so: %s\n"), line->id, since,
            *line->who != '\0' ? line->who : _("not known here"), line->screens->len, line->n_cut,
            line->reason);
}

static int list(const Options *o)
{
    g_autoptr(GError) error = NULL;
    gint64 now_ms;
    g_autoptr(BtStore) store = bt_cli_open(o->data, o->clock, &now_ms, &error);
    if (store == NULL)
        return bt_cli_fail(g_steal_pointer(&error));
    g_autoptr(GPtrArray) cuts = bt_cuts_list(store, TRUE, LIST_MAX);
    g_autoptr(GPtrArray) told = bt_cuts_told(store);
    BtJson *array = bt_json_new_array();
    for (guint i = 0; i < cuts->len + told->len; i++) {
        const Line line = i < cuts->len ? line_of_cut(g_ptr_array_index(cuts, i))
                                        : line_of_told(g_ptr_array_index(told, i - cuts->len));
        if (!o->json)
            print_line(&line);
        bt_json_append(array, line_json(&line));
    }
    if (o->json)
        bt_cli_print_json(bt_json_ref(array));
    bt_json_unref(array);
    return bt_cli_done();
}

int bt_command_cut_list(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        BT_CLI_CLOCK(o.clock),
        BT_CLI_JSON(o.json),
        { NULL },
    };
    const BtCliSpec spec = { "", "Lists the cuts that stand, then those that only boards know of.",
        "JSON: [{id, area, who, reason, since, screens: [ID], cut, told}], cut being how many\n"
        "screens have said so since. A cut that is told is not written down here, boards report\n"
        "it: area, who and reason are empty.",
        entries, 0, 0 };
    int code = !bt_cli_parse(&spec, &argc, &argv) ? BT_EXIT_USAGE
        : o.data == NULL                          ? bt_cli_missing("--data DIR")
                                                  : list(&o);
    options_clear(&o);
    return code;
}

/* ---- end ---- */

/* Those that only boards know of. */
static gboolean take_in(BtStore *store, const GPtrArray *cuts, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) all = bt_cuts_told(store);
    for (guint i = 0; i < cuts->len; i++) {
        const BtCutTold *told = bt_cuts_told_in(all, g_ptr_array_index(cuts, i));
        if (told != NULL &&
            !bt_cuts_take_in(store, told, WHO,
                _("Reported by the boards; the reason is not known here."), now_ms, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean end(
    BtStore *store, const Options *o, const GPtrArray *cuts, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) keys = bt_cli_load_keys(o->keys, error);
    if (keys == NULL || !take_in(store, cuts, now_ms, error))
        return FALSE;
    g_autoptr(GPtrArray) documents = bt_cuts_plan_end(store, cuts, now_ms, error);
    if (documents == NULL)
        return FALSE;
    const BtPlanDocument *document = g_ptr_array_index(documents, 0);
    g_autoptr(GBytes) envelope =
        bt_envelope_seal("order", document->payload, (BtKey *const *)keys->pdata, keys->len);
    return bt_cuts_end(store, cuts, envelope, WHO, now_ms, error);
}

static int run_end(const Options *o, char **ids)
{
    GError *error = NULL;
    gint64 now_ms;
    g_autoptr(GPtrArray) cuts = g_ptr_array_new();
    for (guint i = 0; ids[i] != NULL; i++)
        g_ptr_array_add(cuts, ids[i]);
    g_autoptr(BtStore) store = bt_cli_open(o->data, o->clock, &now_ms, &error);
    return store != NULL && end(store, o, cuts, now_ms, &error) ? bt_cli_done()
                                                                : bt_cli_fail(error);
}

static int check_options(const Options *o)
{
    guint n = o->keys != NULL ? g_strv_length(o->keys) : 0;
    if (o->data == NULL)
        return bt_cli_missing("--data DIR");
    if (n == 0)
        return bt_cli_missing("--key FILE");
    return n <= MAX_KEYS ? BT_EXIT_DONE : bt_cli_usage("%u keys: expected at most %d", n, MAX_KEYS);
}

int bt_command_cut_end(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        { "key", 'k', 0, G_OPTION_ARG_FILENAME_ARRAY, &o.keys,
            "an emergency or publishing key that signs; may be given several times", "FILE" },
        BT_CLI_CLOCK(o.clock),
        { NULL },
    };
    const BtCliSpec spec = { "CUT…", "Ends cuts: their screens show again what is due.",
        "A cut that was made from afar holds on the board itself, over power cuts, until an order\n"
        "comes that emergency or publishing keys signed. The server's own key cannot end it. One\n"
        "that only boards know of is written down here first.",
        entries, 1, BT_RELEASE_MAX_ORDERS };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv) && (code = check_options(&o)) == BT_EXIT_DONE)
        code = run_end(&o, argv + 1);
    options_clear(&o);
    return code;
}
