#include "source/users.h"

#include "base/error.h"
#include "base/io.h"
#include "base/password.h"
#include "source/cli.h"
#include "source/site.h"

#include <stdio.h>
#include <string.h>

static gboolean check_name(const char *name, GError **error)
{
    if (bt_site_is_id(name))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "user \"%s\": not a name: expected at most 64 of A-Z a-z 0-9 . _ -", name);
    return FALSE;
}

static gboolean no_such_user(const char *name, GError **error)
{
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "user %s: there is no such account", name);
    return FALSE;
}

gboolean bt_users_exists(BtStore *store, const char *name)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT 1 FROM user WHERE name = ?", "s", name);
    return rows != NULL && bt_rows_next(rows, NULL);
}

gboolean bt_users_add(
    BtStore *store, const char *name, const char *password, gint64 now_ms, GError **error)
{
    g_autofree char *hash = check_name(name, error) ? bt_password_hash(password, error) : NULL;
    if (hash == NULL ||
        !bt_db_run(store->db, error,
            "INSERT INTO user (name, hash, created_ms) VALUES (?, ?, ?)"
            " ON CONFLICT (name) DO NOTHING",
            "ssi", name, hash, now_ms))
        return FALSE;
    if (bt_db_changes(store->db) == 1)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
        "user %s: the account is here already: expected a new name, or \"user password\"", name);
    return FALSE;
}

gboolean bt_users_set_password(
    BtStore *store, const char *name, const char *password, GError **error)
{
    g_autofree char *hash = bt_password_hash(password, error);
    return hash != NULL &&
        bt_db_run(store->db, error, "UPDATE user SET hash = ? WHERE name = ?", "ss", hash, name) &&
        (bt_db_changes(store->db) == 1 || no_such_user(name, error));
}

gboolean bt_users_remove(BtStore *store, const char *name, GError **error)
{
    return bt_db_run(store->db, error, "DELETE FROM user WHERE name = ?", "s", name) &&
        (bt_db_changes(store->db) == 1 || no_such_user(name, error));
}

GPtrArray *bt_users_list(BtStore *store, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error, "SELECT name FROM user ORDER BY 1", "");
    if (rows == NULL)
        return NULL;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    while (bt_rows_next(rows, NULL))
        g_ptr_array_add(names, g_strdup(bt_rows_text(rows, 0)));
    return names;
}

gboolean bt_users_check(BtStore *store, const char *name, const char *password)
{
    /* Of a password that nobody knows, so that the time does not tell which accounts exist. */
    static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$3EbPKDXvPxqlaqoZ3xsmZA$"
                                 "pF3zAg0hVx9XKWg0Z5Ym1h3lMBl1wT7pJ8cW3nYwG1A";
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT hash FROM user WHERE name = ?", "s", name);
    gboolean exists = rows != NULL && bt_rows_next(rows, NULL);
    return bt_password_verify(exists ? bt_rows_text(rows, 0) : nobody, password) && exists;
}

/* ---- the commands ---- */

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
        "kept as Argon2id hashes. No account exists until one is made.",
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
