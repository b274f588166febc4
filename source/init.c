/* Making a source. The keys that may put words on a screen never lie in the folder that the server
 * reads: whoever breaks into the server finds the freshness key there, which can add nothing. */
#include "source/init.h"
#include "source/cli.h"
#include "source/press/first-root.h"
#include "source/store/site.h"
#include "source/store/store.h"

#include "base/error.h"
#include "base/io.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_ROOT_KEYS 3
#define ROOT_THRESHOLD 2

enum { PUBLISH = N_ROOT_KEYS, EMERGENCY, FRESHNESS, N_KEYS };

static const struct {
    const char *file, *person;
} key_names[N_KEYS] = {
    { "root-1.key", "root 1" },
    { "root-2.key", "root 2" },
    { "root-3.key", "root 3" },
    { "publish.key", "publishing" },
    { "emergency.key", "emergency" },
    { BT_STORE_KEY, "freshness" },
};

typedef struct {
    BtInit made;
    char *clock;
    gboolean json;
} Options;

/* ---- folders ---- */

/* `path` with every link resolved, also when its last parts are not there yet. (transfer full) */
static char *resolve(const char *path)
{
    g_autofree char *whole = g_canonicalize_filename(path, NULL);
    char *real = realpath(whole, NULL);
    if (real != NULL) {
        char *copy = g_strdup(real);
        free(real);
        return copy;
    }
    g_autofree char *parent = g_path_get_dirname(whole), *last = g_path_get_basename(whole);
    if (strcmp(parent, whole) == 0)
        return g_steal_pointer(&whole);
    g_autofree char *real_parent = resolve(parent);
    return g_build_filename(real_parent, last, NULL);
}

static gboolean is_inside(const char *path, const char *folder)
{
    g_autofree char *inner = resolve(path), *outer = resolve(folder);
    g_autofree char *prefix =
        g_str_has_suffix(outer, "/") ? g_strdup(outer) : g_strconcat(outer, "/", NULL);
    return strcmp(inner, outer) == 0 || g_str_has_prefix(inner, prefix);
}

static char *key_path(const BtInit *init, int i)
{
    return g_build_filename(i == FRESHNESS ? init->data : init->keys, key_names[i].file, NULL);
}

static gboolean check_free(const BtInit *init, GError **error)
{
    g_autofree char *db = g_build_filename(init->data, BT_STORE_DATABASE, NULL);
    for (int i = -1; i < N_KEYS; i++) {
        g_autofree char *path = i < 0 ? g_strdup(db) : key_path(init, i);
        if (g_file_test(path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK)) {
            g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
                "%s: it is here already: expected folders without a source or its keys", path);
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- the first root ---- */

static GBytes *root_payload(const BtInit *init, BtKey *const *keys, gint64 now_ms)
{
    static const BtFirstRole roles[] = {
        { "root", 0, N_ROOT_KEYS, ROOT_THRESHOLD },
        { "freshness", FRESHNESS, 1, 1 },
        { "publish", PUBLISH, 1, 1 },
        { "emergency", EMERGENCY, 1, 1 },
    };
    BtFirstKey named[N_KEYS];
    for (int i = 0; i < N_KEYS; i++)
        named[i] = (BtFirstKey){ keys[i], key_names[i].person };
    return bt_first_root(init->source, named, N_KEYS, roles, G_N_ELEMENTS(roles), now_ms);
}

/* Keys first, the root next, the database last: a source is there when its database is. */
static gboolean make(
    const BtInit *init, BtKey *const *keys, gint64 now_ms, char **fingerprint, GError **error)
{
    g_autofree char *site = g_build_filename(init->data, BT_STORE_SITE, NULL);
    g_autofree char *root_path = bt_site_root_path(site, 1);
    g_autoptr(GBytes) payload = root_payload(init, keys, now_ms);
    g_autoptr(GBytes) envelope = bt_envelope_seal("root", payload, keys, N_ROOT_KEYS);
    for (int i = 0; i < N_KEYS; i++) {
        g_autofree char *path = key_path(init, i);
        if (!bt_key_save(keys[i], path, error))
            return FALSE;
    }
    if (!bt_site_make(site, error) || !bt_site_write(root_path, envelope, error))
        return FALSE;
    BtTrust *trust = bt_site_load_trust(site, init->source, "", now_ms, error);
    if (trust == NULL)
        return FALSE;
    *fingerprint = g_strdup(bt_trust_fingerprint(trust));
    bt_trust_free(trust);
    return bt_store_create(init->data, init->source, init->name, init->timezone, error);
}

void bt_init_default(BtInit *init)
{
    if (init->name == NULL)
        init->name = g_strdup(init->source);
    if (init->timezone == NULL)
        init->timezone = g_strdup("Asia/Ho_Chi_Minh");
}

gboolean bt_init_check(const BtInit *init, GError **error)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(init->timezone);
    BtError invalid = BT_ERROR_INVALID;
    if (!bt_site_is_id(init->source))
        g_set_error(error, BT_ERROR, invalid,
            "--source %s: not an id: expected at most %d of A-Z a-z 0-9 . _ -", init->source,
            BT_ID_MAX_BYTES);
    else if (strlen(init->name) > 200 || !g_utf8_validate(init->name, -1, NULL))
        g_set_error(error, BT_ERROR, invalid, "--name: expected at most 200 bytes of UTF-8");
    else if (zone == NULL)
        g_set_error(error, BT_ERROR, invalid,
            "--timezone %s: no such time zone: expected one such as Asia/Ho_Chi_Minh",
            init->timezone);
    else
        return TRUE;
    return FALSE;
}

static gboolean check_outside(const BtInit *init, GError **error)
{
    if (!is_inside(init->keys, init->data))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_DENIED,
        "%s: the keys would lie in the data folder, where the server could read them: "
        "expected a folder outside %s",
        init->keys, init->data);
    return FALSE;
}

gboolean bt_init_make(const BtInit *init, gint64 now_ms, char **fingerprint, GError **error)
{
    BtKey *keys[N_KEYS];
    if (!check_outside(init, error) || !check_free(init, error) ||
        !bt_io_make_folder(init->data, error) || !bt_io_make_folder(init->keys, error))
        return FALSE;
    for (int i = 0; i < N_KEYS; i++)
        keys[i] = bt_key_generate();
    gboolean ok = make(init, keys, now_ms, fingerprint, error);
    for (int i = 0; i < N_KEYS; i++)
        bt_key_free(keys[i]);
    return ok;
}

void bt_init_print(const BtInit *init, const char *fingerprint)
{
    printf(_("Source \"%s\" is ready in %s.\n"), init->source, init->data);
    printf(_("Fingerprint of its root, for people to compare when a board is enrolled:\n    %s\n"),
        fingerprint);
}

/* ---- the command ---- */

static void print_words(const Options *o, const char *fingerprint)
{
    bt_init_print(&o->made, fingerprint);
    printf(_("Keys in %s: root-1.key, root-2.key, root-3.key (any two make the next root),\n"
             "publish.key (signs bulletins), emergency.key (signs warnings).\n"),
        o->made.keys);
    fputs(
        _("Keep them OFF the server, with the people who answer for them, each root key in\n"
          "another place: who holds them speaks on every screen. The server needs none of them.\n"),
        stdout);
}

static void print_result(const Options *o, const char *fingerprint)
{
    if (!o->json) {
        print_words(o, fingerprint);
        return;
    }
    g_autofree char *site = g_build_filename(o->made.data, BT_STORE_SITE, NULL);
    g_autofree char *root_path = bt_site_root_path(site, 1);
    BtJson *result = bt_json_new_object();
    bt_json_set_string(result, "source", o->made.source);
    bt_json_set_string(result, "fingerprint", fingerprint);
    bt_json_set_string(result, "root", root_path);
    bt_json_set_string(result, "keys", o->made.keys);
    bt_cli_print_json(result);
}

static int init(const Options *o)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *fingerprint = NULL;
    gint64 now_ms;
    if (!bt_cli_now(o->clock, &now_ms, &error) ||
        !bt_init_make(&o->made, now_ms, &fingerprint, &error))
        return bt_cli_fail(g_steal_pointer(&error));
    print_result(o, fingerprint);
    return bt_cli_done();
}

void bt_init_clear(BtInit *init)
{
    g_free(init->data);
    g_free(init->keys);
    g_free(init->source);
    g_free(init->name);
    g_free(init->timezone);
}

static void options_clear(Options *o)
{
    bt_init_clear(&o->made);
    g_free(o->clock);
}

static int check_options(Options *o)
{
    g_autoptr(GError) error = NULL;
    if (o->made.data == NULL)
        return bt_cli_missing("--data DIR");
    if (o->made.keys == NULL)
        return bt_cli_missing("--keys DIR");
    if (o->made.source == NULL)
        return bt_cli_missing("--source ID");
    bt_init_default(&o->made);
    return bt_init_check(&o->made, &error) ? BT_EXIT_DONE : bt_cli_usage("%s", error->message);
}

int bt_command_init(int argc, char **argv)
{
    Options o = { { NULL } };
    const GOptionEntry entries[] = {
        BT_INIT_ENTRIES(o.made),
        BT_CLI_CLOCK(o.clock),
        BT_CLI_JSON(o.json),
        { NULL },
    };
    const BtCliSpec spec = { "", "Makes a source: its data folder, its keys and its first root.",
        "Three root keys (two of them make the next root), one publishing key for every class but\n"
        "emergency, and one emergency key are written to the folder named by --keys. Move them\n"
        "off the server: nothing but \"publish\" needs them. The freshness key, which can add\n"
        "nothing to a screen, stays in the data folder. The fingerprint that is printed is what\n"
        "people compare when a board is enrolled.",
        entries, 0, 0 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv) && (code = check_options(&o)) == BT_EXIT_DONE)
        code = init(&o);
    options_clear(&o);
    return code;
}
