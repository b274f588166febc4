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
        { "json", 'j', 0, G_OPTION_ARG_NONE, &json, "print the result as JSON", NULL },
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
        { "json", 'j', 0, G_OPTION_ARG_NONE, &json, "print the result as JSON", NULL },
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
