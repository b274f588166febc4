/* Whether the diary is still what was written. */
#include "source/cli.h"

#include "base/hash.h"
#include "source/store/diary.h"

#include <stdio.h>

typedef struct {
    char *data, *known;
    gboolean json;
} Options;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->known);
}

static void print_json(const Options *o, const BtDiaryState *state, gboolean whole)
{
    BtJson *result = bt_json_new_object();
    bt_json_set_bool(result, "whole", whole);
    bt_json_set_int(result, "lines", state->n_lines);
    bt_json_set_string(result, "head", state->head);
    if (state->broken != 0)
        bt_json_set_int(result, "broken", state->broken);
    else
        bt_json_set_string(result, "broken", NULL);
    bt_json_set_bool(result, "cut", state->cut);
    if (o->known != NULL)
        bt_json_set_bool(result, "known", state->known_found);
    bt_cli_print_json(result);
}

static int judge(const Options *o, const BtDiaryState *state)
{
    gboolean is_known = o->known == NULL || state->known_found;
    gboolean whole = state->broken == 0 && !state->cut && is_known;
    if (o->json)
        print_json(o, state, whole);
    else {
        g_autofree char *lines = g_strdup_printf("%" G_GINT64_FORMAT, state->n_lines);
        printf(_("%s lines fit. The hash of the last one:\n    %s\n"), lines, state->head);
    }
    if (state->broken != 0)
        g_message("diary: line %" G_GINT64_FORMAT
                  " does not fit: expected the hash over itself and the line before it",
            state->broken);
    if (state->cut)
        g_message(
            "diary: lines after %" G_GINT64_FORMAT " are gone: expected them", state->n_lines);
    if (!is_known)
        g_message(
            "diary: no line has the hash %s: expected it in a diary that was not written anew",
            o->known);
    int code = bt_cli_done();
    return whole ? code : BT_EXIT_FAILED;
}

static int audit(const Options *o)
{
    GError *error = NULL;
    BtDiaryState state;
    g_autoptr(BtStore) store = bt_store_open(o->data, &error);
    return store != NULL && bt_diary_verify(store, o->known, &state, &error) ? judge(o, &state)
                                                                             : bt_cli_fail(error);
}

int bt_command_audit(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        { "known", 'k', 0, G_OPTION_ARG_STRING, &o.known,
            "a hash that was seen earlier and must be in the chain", "SHA256" },
        BT_CLI_JSON(o.json),
        { NULL },
    };
    const BtCliSpec spec = { "", "Checks the diary of who did what.",
        "Each line carries the hash over itself and the line before it, so that one that was\n"
        "changed, taken out or put in is found, and said. Keep the hash that is printed: whoever\n"
        "wrote the whole diary anew cannot have it in there, which --known checks later.",
        entries, 0, 0 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = o.data == NULL ? bt_cli_missing("--data DIR")
            : o.known != NULL && !bt_hash_is_hex(o.known)
            ? bt_cli_usage("--known: expected a SHA-256")
            : audit(&o);
    options_clear(&o);
    return code;
}
