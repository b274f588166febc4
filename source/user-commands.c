/* Accounts from the terminal of the server. */
#include "source/cli.h"
#include "source/links.h"

#include "base/error.h"
#include "base/io.h"
#include "base/password.h"
#include "source/desk/accounts.h"
#include "source/desk/doors.h"
#include "source/desk/keys.h"
#include "source/desk/roles.h"
#include "source/store/users.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    char *data, *password_file, *base;
    char **roles; /* ROLE[@AREA]; NULL: administrator of everything */
    gboolean link, json;
} Options;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->password_file);
    g_free(o->base);
    g_strfreev(o->roles);
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

/* ---- roles ---- */

/* "editor@phu-tuc"; `area` points into `text` or is the topmost. */
static gboolean parse_role(
    BtStore *store, const char *text, BtRole *role, const char **area, GError **error)
{
    const char *at = strchr(text, '@');
    g_autofree char *word = at != NULL ? g_strndup(text, (gsize)(at - text)) : g_strdup(text);
    *area = at != NULL ? at + 1 : store->source;
    if (bt_role_parse(word, role) && bt_areas_stands(store, *area))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "--role %s: expected editor, approver, operator, auditor or administrator, and after an @ "
        "the id of an area that is there",
        text);
    return FALSE;
}

static gboolean check_roles(BtStore *store, char **roles, const char **first, GError **error)
{
    *first = store->source;
    for (int i = 0; roles != NULL && roles[i] != NULL; i++) {
        BtRole role;
        const char *area;
        if (!parse_role(store, roles[i], &role, &area, error))
            return FALSE;
        if (i == 0)
            *first = area;
    }
    return TRUE;
}

static gboolean give_role(
    BtStore *store, const char *name, const char *text, gint64 now_ms, GError **error)
{
    BtRole role;
    const char *area;
    if (!parse_role(store, text, &role, &area, error))
        return FALSE;
    g_autofree char *what =
        g_strdup_printf("role %s in %s given at the terminal", bt_role_name(role), area);
    return bt_roles_give(store, name, role, area, NULL, 0, error) &&
        bt_store_note(store, now_ms, name, what, error);
}

static gboolean give_roles(
    BtStore *store, const char *name, char **roles, gint64 now_ms, GError **error)
{
    gboolean ok = TRUE;
    if (roles == NULL)
        return give_role(store, name, "administrator", now_ms, error);
    for (int i = 0; ok && roles[i] != NULL; i++)
        ok = give_role(store, name, roles[i], now_ms, error);
    return ok;
}

/* ---- accounts ---- */

static gboolean add_account(const Options *o, BtStore *store, const char *name,
    const char *password, gint64 now_ms, GError **error)
{
    const char *area;
    if (!check_roles(store, o->roles, &area, error))
        return FALSE;
    return (password != NULL ? bt_users_add(store, name, password, area, now_ms, error) &&
                       bt_store_note(store, now_ms, name, "account made", error)
                             : bt_accounts_add(store, name, "", area, name, now_ms, error)) &&
        give_roles(store, name, o->roles, now_ms, error);
}

static int show_link(const Options *o, BtStore *store, const char *name, gint64 now_ms)
{
    GError *error = NULL;
    g_autofree char *token = bt_doors_invite(store, name, name, now_ms, &error);
    if (token == NULL)
        return bt_cli_fail(error);
    g_autofree char *address = bt_link_address(o->base, token);
    if (o->json) {
        BtJson *result = bt_json_new_object();
        bt_json_set_string(result, "user", name);
        bt_json_set_string(result, "link", address);
        bt_json_set_time(result, "until", now_ms + BT_INVITATION_LIFE_MS);
        bt_cli_print_json(result);
    } else
        bt_link_print(name, address);
    return bt_cli_done();
}

static int set_account(const Options *o, const char *name, gboolean is_new)
{
    g_autoptr(GError) error = NULL;
    gint64 now_ms;
    g_autoptr(BtStore) store = bt_cli_open(o->data, NULL, &now_ms, &error);
    g_autofree char *password = store != NULL && !o->link ? take_password(o, &error) : NULL;
    if (store == NULL || (!o->link && password == NULL) ||
        !(is_new ? add_account(o, store, name, password, now_ms, &error)
                 : bt_doors_set_password(store, name, password, now_ms, &error)))
        return bt_cli_fail(g_steal_pointer(&error));
    if (o->link)
        return show_link(o, store, name, now_ms);
    print_account(o, name, password);
    return bt_cli_done();
}

static int check_options(const Options *o)
{
    if (o->data == NULL)
        return bt_cli_missing("--data DIR");
    if (o->link && o->password_file != NULL)
        return bt_cli_usage("--link and --password-file: expected one of them");
    if (o->link && o->base == NULL)
        return bt_cli_missing("--base URL");
    if (o->base != NULL && !bt_link_is_base(o->base))
        return bt_cli_usage(
            "--base %s: expected https://HOST[/PATH] without a slash at its end", o->base);
    return BT_EXIT_DONE;
}

#define PASSWORD_OPTION(o)                                                                         \
    {                                                                                              \
        "password-file", 'p', 0, G_OPTION_ARG_FILENAME, &(o).password_file,                        \
            "a file whose first line is the password (10 to 1024 bytes)", "FILE"                   \
    }
#define BASE_OPTION(o)                                                                             \
    {                                                                                              \
        "base", 'b', 0, G_OPTION_ARG_STRING, &(o).base,                                            \
            "the address of the page, which stands in the link", "URL"                             \
    }

int bt_command_user_add(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = { BT_CLI_DATA(o.data), PASSWORD_OPTION(o),
        { "role", 'r', 0, G_OPTION_ARG_STRING_ARRAY, &o.roles,
            "what it may do, and where (default: administrator of everything); again for more",
            "ROLE[@AREA]" },
        { "link", 'l', 0, G_OPTION_ARG_NONE, &o.link,
            "no password: a one-time link by which the person sets one", NULL },
        BASE_OPTION(o), BT_CLI_JSON(o.json), { NULL } };
    const BtCliSpec spec = { "NAME", "Makes an account for the operators' page.",
        "Without --password-file a password is made by chance and printed, once; with --link\n"
        "nobody but the person ever knows it. Passwords are kept as Argon2id hashes. No account\n"
        "exists until one is made. Roles: editor, approver, operator, auditor, administrator.",
        entries, 1, 1 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv) && (code = check_options(&o)) == BT_EXIT_DONE)
        code = set_account(&o, argv[1], TRUE);
    options_clear(&o);
    return code;
}

int bt_command_user_password(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = { BT_CLI_DATA(o.data), PASSWORD_OPTION(o), BT_CLI_JSON(o.json),
        { NULL } };
    const BtCliSpec spec = { "NAME", "Gives an account a new password.",
        "Without --password-file a password is made by chance and printed, once. The account's\n"
        "sessions end, and a lock opens.",
        entries, 1, 1 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv) && (code = check_options(&o)) == BT_EXIT_DONE)
        code = set_account(&o, argv[1], FALSE);
    options_clear(&o);
    return code;
}

static int make_link(const Options *o, const char *name)
{
    GError *error = NULL;
    gint64 now_ms;
    g_autoptr(BtStore) store = bt_cli_open(o->data, NULL, &now_ms, &error);
    return store != NULL ? show_link(o, store, name, now_ms) : bt_cli_fail(error);
}

int bt_command_user_link(int argc, char **argv)
{
    Options o = { .link = TRUE };
    const GOptionEntry entries[] = { BT_CLI_DATA(o.data), BASE_OPTION(o), BT_CLI_JSON(o.json),
        { NULL } };
    const BtCliSpec spec = { "NAME", "Makes a one-time link for an account.",
        "By it the person sets a new password, once, within 72 hours; the old one holds until\n"
        "then. A link that was made before does not count any more.",
        entries, 1, 1 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv) && (code = check_options(&o)) == BT_EXIT_DONE)
        code = make_link(&o, argv[1]);
    options_clear(&o);
    return code;
}

static gboolean remove_in_one(BtStore *store, const char *name, gint64 now_ms, GError **error)
{
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (bt_keys_end_all(store, name, name, now_ms, error) && bt_users_remove(store, name, error) &&
        bt_store_note(store, now_ms, name, "account removed", error) &&
        bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}

static int remove_account(const char *data, const char *name)
{
    GError *error = NULL;
    gint64 now_ms;
    g_autoptr(BtStore) store = bt_cli_open(data, NULL, &now_ms, &error);
    return store != NULL && remove_in_one(store, name, now_ms, &error) ? bt_cli_done()
                                                                       : bt_cli_fail(error);
}

int bt_command_user_remove(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
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
        BT_CLI_DATA(o.data),
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
