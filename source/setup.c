/* The first steps in one command: a source, its keys, the first administrator. What is not said by
 * options is asked for on the terminal. */
#include "source/cli.h"
#include "source/init.h"
#include "source/links.h"

#include "source/desk/accounts.h"
#include "source/desk/doors.h"
#include "source/desk/roles.h"
#include "source/store/users.h"

#include <stdio.h>
#include <string.h>

#define ANSWER_MAX_BYTES 1024

typedef struct {
    BtInit made;
    char *base, *user, *clock;
    gboolean json;
} Options;

static void options_clear(Options *o)
{
    bt_init_clear(&o->made);
    g_free(o->base);
    g_free(o->user);
    g_free(o->clock);
}

/* ---- asking ---- */

/* Asks until there is an answer; an empty one is `usual` (nullable). FALSE at the end of input. */
static gboolean ask(char **value, const char *question, const char *usual)
{
    char line[ANSWER_MAX_BYTES];
    while (*value == NULL) {
        if (usual != NULL)
            fprintf(stderr, "%s [%s]: ", question, usual);
        else
            fprintf(stderr, "%s: ", question);
        if (fgets(line, sizeof line, stdin) == NULL)
            return FALSE;
        g_strstrip(line);
        if (*line != '\0' || usual != NULL)
            *value = g_strdup(*line != '\0' ? line : usual);
    }
    return TRUE;
}

static gboolean ask_all(Options *o)
{
    return ask(&o->made.name, _("Name of the authority, as people know it"), NULL) &&
        ask(&o->made.source, _("Short id for it (letters without marks, digits)"), "bangtin") &&
        ask(&o->made.data, _("Data folder of the server"), "/var/lib/bangtin-source") &&
        ask(&o->made.keys, _("Folder for the keys, which you then move off this machine"),
            "/root/bangtin-keys") &&
        ask(&o->base, _("Address by which phones and boards reach this server (https://…)"),
            NULL) &&
        ask(&o->user, _("Account of the first administrator"), "quantri");
}

/* ---- making ---- */

/* The account and its link (transfer full) (nullable). */
static char *make_administrator(const Options *o, gint64 now_ms, GError **error)
{
    g_autoptr(BtStore) store = bt_store_open(o->made.data, error);
    if (store == NULL ||
        !bt_accounts_add(store, o->user, "", store->source, o->user, now_ms, error) ||
        !bt_roles_give(store, o->user, BT_ROLE_ADMINISTRATOR, store->source, NULL, 0, error))
        return NULL;
    g_autofree char *token = bt_doors_invite(store, o->user, o->user, now_ms, error);
    return token != NULL ? bt_link_address(o->base, token) : NULL;
}

static void print_words(const Options *o, const char *fingerprint, const char *link)
{
    bt_init_print(&o->made, fingerprint);
    printf(_("The keys are in %s. Move them off this machine now, each root key to another\n"
             "place: who holds them speaks on every screen. The server needs none of them.\n\n"),
        o->made.keys);
    bt_link_print(o->user, link);
    printf(_("The page answers as soon as the server runs:\n"
             "    bangtin-source serve --data %s --base %s\n"),
        o->made.data, o->base);
    if (g_str_has_prefix(o->base, "http://"))
        fputs(_("This address is not encrypted: passwords can be read on the way. It is good for "
                "a trial on this machine only.\n"),
            stdout);
}

static void print_result(const Options *o, const char *fingerprint, const char *link)
{
    if (!o->json) {
        print_words(o, fingerprint, link);
        return;
    }
    BtJson *result = bt_json_new_object();
    bt_json_set_string(result, "source", o->made.source);
    bt_json_set_string(result, "data", o->made.data);
    bt_json_set_string(result, "keys", o->made.keys);
    bt_json_set_string(result, "fingerprint", fingerprint);
    bt_json_set_string(result, "user", o->user);
    bt_json_set_string(result, "link", link);
    bt_cli_print_json(result);
}

static int setup(const Options *o)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *fingerprint = NULL, *link = NULL;
    gint64 now_ms;
    if (!bt_cli_now(o->clock, &now_ms, &error) ||
        !bt_init_make(&o->made, now_ms, &fingerprint, &error) ||
        (link = make_administrator(o, now_ms, &error)) == NULL)
        return bt_cli_fail(g_steal_pointer(&error));
    print_result(o, fingerprint, link);
    return bt_cli_done();
}

static int check_options(Options *o)
{
    g_autoptr(GError) error = NULL;
    if (!ask_all(o))
        return bt_cli_usage("an answer is missing: expected it, or the option for it");
    bt_init_default(&o->made);
    if (!bt_link_is_base(o->base))
        return bt_cli_usage(
            "--base %s: expected https://HOST[/PATH] without a slash at its end", o->base);
    if (!bt_users_is_name(o->user))
        return bt_cli_usage(
            "--user %s: not a name: expected at most 64 of A-Z a-z 0-9 . _ -", o->user);
    return bt_init_check(&o->made, &error) ? BT_EXIT_DONE : bt_cli_usage("%s", error->message);
}

int bt_command_setup(int argc, char **argv)
{
    Options o = { { NULL } };
    const GOptionEntry entries[] = {
        BT_INIT_ENTRIES(o.made),
        { "base", 'b', 0, G_OPTION_ARG_STRING, &o.base,
            "the address by which phones and boards reach the server", "URL" },
        { "user", 'u', 0, G_OPTION_ARG_STRING, &o.user, "the first administrator's account",
            "NAME" },
        BT_CLI_CLOCK(o.clock),
        BT_CLI_JSON(o.json),
        { NULL },
    };
    const BtCliSpec spec = { "", "Makes a source and its first administrator.",
        "What is not given as an option is asked for. It makes what \"init\" makes, and an "
        "account\n"
        "without a password: a one-time link, as an address and as a code that a phone can read,\n"
        "lets the administrator set it. Nothing is installed or started.",
        entries, 0, 0 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv) && (code = check_options(&o)) == BT_EXIT_DONE)
        code = setup(&o);
    options_clear(&o);
    return code;
}
