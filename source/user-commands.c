/* Accounts from the terminal of the server. */
#include "source/cli.h"

#include "base/io.h"
#include "base/password.h"
#include "source/desk/roles.h"
#include "source/store/users.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    char *data, *password_file;
    gboolean json;
} Options;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->password_file);
}

/* The first line of the file, or one made by chance. (transfer full) (nullable) */
static char *take_password(const Options *o, GError **error)
{
    if (o->password_file == NULL)
        return bt_password_generate();
    g_autoptr(GBytes) bytes = bt_io_read(o->password_file, BT_PASSWORD_MAX_BYTES + 2, error);
    if (bytes == NULL)
        return NULL;
    char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    text[strcspn(text, "\r\n")] = '\0';
    return text;
}

static void print_account(const Options *o, const char *name, const char *password)
{
    const char *shown = o->password_file == NULL ? password : NULL;
    if (o->json) {
        BtJson *result = bt_json_new_object();
        bt_json_set_string(result, "user", name);
        if (shown != NULL)
            bt_json_set_string(result, "password", shown);
        bt_cli_print_json(result);
    } else if (shown != NULL)
        printf(_("%s\n    password: %s\nIt is shown this once only.\n"), name, shown);
    else
        printf("%s\n", name);
}

static int set_account(const Options *o, const char *name, gboolean is_new)
{
    g_autoptr(GError) error = NULL;
    BtClock clock = bt_clock_real();
    g_autoptr(BtStore) store = bt_store_open(o->data, &error);
    g_autofree char *password = store != NULL ? take_password(o, &error) : NULL;
    if (password == NULL)
        return bt_cli_fail(g_steal_pointer(&error));
    gint64 now_ms = bt_clock_wall_ms(&clock);
    if (!(is_new ? bt_users_add(store, name, password, now_ms, &error)
                 : bt_users_set_password(store, name, password, &error)) ||
        (is_new &&
            !bt_roles_give(store, name, BT_ROLE_ADMINISTRATOR, store->source, NULL, 0, &error)) ||
        !bt_store_note(store, now_ms, name, is_new ? "account made" : "password set", &error))
        return bt_cli_fail(g_steal_pointer(&error));
    print_account(o, name, password);
    return bt_cli_done();
}

static int set_command(int argc, char **argv, gboolean is_new)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        { "data", 'd', 0, G_OPTION_ARG_FILENAME, &o.data, "the data folder", "DIR" },
        { "password-file", 'p', 0, G_OPTION_ARG_FILENAME, &o.password_file,
            "a file whose first line is the password (10 to 1024 bytes)", "FILE" },
        { "json", 'j', 0, G_OPTION_ARG_NONE, &o.json, "print the result as JSON", NULL },
        { NULL },
    };
    const BtCliSpec spec = { "NAME",
        is_new ? "Makes an account for the operators' page." : "Gives an account a new password.",
        "Without --password-file a password is made by chance and printed, once. Passwords are\n"
        "kept as Argon2id hashes. No account exists until one is made. It is an administrator of "
        "all\n"
        "areas; on the page it gives itself and others the roles that they need.",
        entries, 1, 1 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = o.data == NULL ? bt_cli_missing("--data DIR") : set_account(&o, argv[1], is_new);
    options_clear(&o);
    return code;
}

int bt_command_user_add(int argc, char **argv)
{
    return set_command(argc, argv, TRUE);
}

int bt_command_user_password(int argc, char **argv)
{
    return set_command(argc, argv, FALSE);
}

static int remove_account(const char *data, const char *name)
{
    g_autoptr(GError) error = NULL;
    BtClock clock = bt_clock_real();
    g_autoptr(BtStore) store = bt_store_open(data, &error);
    if (store == NULL || !bt_users_remove(store, name, &error) ||
        !bt_store_note(store, bt_clock_wall_ms(&clock), name, "account removed", &error))
        return bt_cli_fail(g_steal_pointer(&error));
    return bt_cli_done();
}

int bt_command_user_remove(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        { "data", 'd', 0, G_OPTION_ARG_FILENAME, &o.data, "the data folder", "DIR" },
        { NULL },
    };
    const BtCliSpec spec = { "NAME", "Takes an account away.",
        "A server that runs ends the account's sessions with their next request.", entries, 1, 1 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = o.data == NULL ? bt_cli_missing("--data DIR") : remove_account(o.data, argv[1]);
    options_clear(&o);
    return code;
}

static int list_accounts(const Options *o)
{
    GError *error = NULL;
    g_autoptr(BtStore) store = bt_store_open(o->data, &error);
    g_autoptr(GPtrArray) names = store != NULL ? bt_users_list(store, &error) : NULL;
    if (names == NULL)
        return bt_cli_fail(error);
    BtJson *list = bt_json_new_array();
    for (guint i = 0; i < names->len; i++) {
        bt_json_append_string(list, g_ptr_array_index(names, i));
        if (!o->json)
            puts(g_ptr_array_index(names, i));
    }
    if (o->json)
        bt_cli_print_json(list);
    else
        bt_json_unref(list);
    return bt_cli_done();
}

int bt_command_user_list(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        { "data", 'd', 0, G_OPTION_ARG_FILENAME, &o.data, "the data folder", "DIR" },
        { "json", 'j', 0, G_OPTION_ARG_NONE, &o.json, "print a JSON array", NULL },
        { NULL },
    };
    const BtCliSpec spec = { "", "Lists the accounts of the operators' page.", NULL, entries, 0,
        0 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = o.data == NULL ? bt_cli_missing("--data DIR") : list_accounts(&o);
    options_clear(&o);
    return code;
}
