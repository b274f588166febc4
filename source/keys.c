/* bangtin-source key: key files, and whose the approvers' keys are. */
#include "source/desk/keys.h"
#include "source/cli.h"

#include "base/sign.h"

#include <stdio.h>

static int print_key(const BtKey *key, gboolean json)
{
    char id[BT_HASH_HEX_SIZE];
    BtPublicKey half = bt_key_public(key);
    bt_public_key_id(&half, id);
    g_autofree char *base64 = bt_public_key_to_base64(&half);
    if (json) {
        BtJson *result = bt_json_new_object();
        bt_json_set_string(result, "id", id);
        bt_json_set_string(result, "public", base64);
        bt_cli_print_json(result);
    } else
        printf(_("id      %s\npublic  %s\n"), id, base64);
    return bt_cli_done();
}

int bt_command_key_new(int argc, char **argv)
{
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        BT_CLI_JSON(json),
        { NULL },
    };
    const BtCliSpec spec = { "FILE", "Makes a new key and prints its id and public half.",
        "FILE must not exist; it gets mode 0600. Ed25519; the id is the SHA-256 of the public\n"
        "half. A key may sign nothing until a root names it.",
        entries, 1, 1 };
    if (!bt_cli_parse(&spec, &argc, &argv))
        return BT_EXIT_USAGE;
    GError *error = NULL;
    g_autoptr(BtKey) key = bt_key_generate();
    return bt_key_save(key, argv[1], &error) ? print_key(key, json) : bt_cli_fail(error);
}

int bt_command_key_show(int argc, char **argv)
{
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        BT_CLI_JSON(json),
        { NULL },
    };
    const BtCliSpec spec = { "FILE", "Prints the id and the public half of a key file.",
        "The secret half is not printed.", entries, 1, 1 };
    if (!bt_cli_parse(&spec, &argc, &argv))
        return BT_EXIT_USAGE;
    GError *error = NULL;
    g_autoptr(BtKey) key = bt_key_load(argv[1], &error);
    return key != NULL ? print_key(key, json) : bt_cli_fail(error);
}

/* ---- approvers' keys ---- */

typedef struct {
    char *data, *user, *label;
    gboolean json;
} Options;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->user);
    g_free(o->label);
}

/* The public half as base64: of a key file, or the text itself. (transfer full) (nullable) */
static char *public_half(const char *text, GError **error)
{
    BtPublicKey half;
    if (bt_public_key_from_base64(text, &half))
        return g_strdup(text);
    g_autoptr(BtKey) key = bt_key_load(text, error);
    if (key == NULL)
        return NULL;
    half = bt_key_public(key);
    return bt_public_key_to_base64(&half);
}

static gboolean add_key(const Options *o, const char *text, GError **error)
{
    char keyid[BT_HASH_HEX_SIZE];
    gint64 now_ms;
    g_autofree char *base64 = public_half(text, error);
    g_autoptr(BtStore) store = base64 != NULL ? bt_cli_open(o->data, NULL, &now_ms, error) : NULL;
    if (store == NULL ||
        !bt_keys_add(
            store, o->user, base64, o->label != NULL ? o->label : "-", now_ms, keyid, error))
        return FALSE;
    printf("%s\n", keyid);
    return TRUE;
}

int bt_command_key_register(int argc, char **argv)
{
    Options o = { NULL };
    GError *error = NULL;
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        { "user", 'u', 0, G_OPTION_ARG_STRING, &o.user, "whose key it is", "USER" },
        { "label", 'l', 0, G_OPTION_ARG_STRING, &o.label, "what it is called", "TEXT" },
        { NULL },
    };
    const BtCliSpec spec = { "FILE|PUBLIC", "Says whose an approver's key is.",
        "FILE is a key file, of which the public half is read; PUBLIC that half in base64. A key\n"
        "signs nothing until the source's root names it (\"root add\").",
        entries, 1, 1 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = o.data == NULL              ? bt_cli_missing("--data DIR")
            : o.user == NULL               ? bt_cli_missing("--user USER")
            : add_key(&o, argv[1], &error) ? bt_cli_done()
                                           : bt_cli_fail(error);
    options_clear(&o);
    return code;
}

static void print_owner(const Options *o, const BtApproverKey *key)
{
    if (!o->json) {
        printf("%s  %s  %s%s\n", key->keyid, key->user, key->label,
            key->ended_ms != 0 ? _("  (ended)") : "");
        return;
    }
    BtJson *json = bt_json_new_object();
    bt_json_set_string(json, "keyid", key->keyid);
    bt_json_set_string(json, "public", key->base64);
    bt_json_set_string(json, "user", key->user);
    bt_json_set_string(json, "label", key->label);
    bt_json_set_bool(json, "ended", key->ended_ms != 0);
    bt_cli_print_json(json);
}

static gboolean list_keys(const Options *o, GError **error)
{
    g_autoptr(BtStore) store = bt_store_open(o->data, error);
    if (store == NULL)
        return FALSE;
    g_autoptr(GPtrArray) keys = bt_keys_list(store, o->user);
    for (guint i = 0; i < keys->len; i++)
        print_owner(o, g_ptr_array_index(keys, i));
    return TRUE;
}

int bt_command_key_list(int argc, char **argv)
{
    Options o = { NULL };
    GError *error = NULL;
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        { "user", 'u', 0, G_OPTION_ARG_STRING, &o.user, "only of this person", "USER" },
        BT_CLI_JSON(o.json),
        { NULL },
    };
    const BtCliSpec spec = { "", "Lists the approvers' keys, and whose they are.",
        "What each may sign says the root: \"root show\".", entries, 0, 0 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = o.data == NULL       ? bt_cli_missing("--data DIR")
            : list_keys(&o, &error) ? bt_cli_done()
                                    : bt_cli_fail(error);
    options_clear(&o);
    return code;
}
