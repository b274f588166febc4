/* bangtin-source root: which keys may speak on the screens. The next root is a file that its
 * holders sign one after the other, each where the own key lies. */
#include "source/cli.h"
#include "source/press/roots.h"
#include "source/store/site.h"

#include "base/error.h"
#include "base/io.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    char *data, *draft, *clock, *public, *name, *until;
    char **keys, **classes, **screens;
    gboolean publish, emergency, root, freshness, json;
} Options;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->draft);
    g_free(o->clock);
    g_free(o->public);
    g_free(o->name);
    g_free(o->until);
    g_strfreev(o->keys);
    g_strfreev(o->classes);
    g_strfreev(o->screens);
}

static char *draft_path(const Options *o)
{
    return o->draft != NULL ? g_strdup(o->draft)
                            : g_build_filename(o->data, "next-root.json", NULL);
}

/* ---- showing ---- */

static BtJson *names_json(guint classes)
{
    BtJson *list = bt_json_new_array();
    for (guint i = 0; i < BT_N_CLASSES; i++)
        if (classes & 1u << i)
            bt_json_append_string(list, bt_class_name((BtClass)i));
    return list;
}

static char *roles_of(const BtRootKey *key)
{
    g_autoptr(GString) roles = g_string_new(NULL);
    const struct {
        gboolean may;
        const char *name;
    } all[] = { { key->may_root, "root" }, { key->may_freshness, "freshness" },
        { key->may_publish, "publish" }, { key->may_emergency, "emergency" } };
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        if (all[i].may)
            g_string_append_printf(roles, "%s%s", roles->len > 0 ? " " : "", all[i].name);
    return g_string_free(g_steal_pointer(&roles), FALSE);
}

static BtJson *key_json(const BtRootKey *key)
{
    BtJson *json = bt_json_new_object(), *screens = bt_json_new_array();
    g_autofree char *base64 = bt_public_key_to_base64(&key->key), *roles = roles_of(key);
    for (guint i = 0; i < key->screens->len; i++)
        bt_json_append_string(screens, g_ptr_array_index(key->screens, i));
    bt_json_set_string(json, "keyid", key->id);
    bt_json_set_string(json, "public", base64);
    bt_json_set_string(json, "name", key->name);
    bt_json_set_string(json, "roles", roles);
    bt_json_set(json, "classes", names_json(key->classes));
    bt_json_set(json, "screens", screens);
    if (key->until_ms != BT_TIME_MAX)
        bt_json_set_time(json, "until", key->until_ms);
    return json;
}

static void print_json(const BtRoot *root)
{
    BtJson *json = bt_json_new_object(), *keys = bt_json_new_array(),
           *thresholds = bt_json_new_object();
    for (guint i = 0; i < root->keys->len; i++)
        bt_json_append(keys, key_json(g_ptr_array_index(root->keys, i)));
    bt_json_set_int(thresholds, "root", root->root_threshold);
    bt_json_set_int(thresholds, "publish", root->publish_threshold);
    bt_json_set_int(thresholds, "emergency", root->emergency_threshold);
    for (guint i = 0; i < BT_N_CLASSES; i++)
        if (i != BT_CLASS_EMERGENCY)
            bt_json_set_int(thresholds, bt_class_name((BtClass)i), root->class_thresholds[i]);
    bt_json_set_int(json, "version", root->version);
    bt_json_set_time(json, "expires", root->expires_ms);
    bt_json_set(json, "thresholds", thresholds);
    bt_json_set(json, "keys", keys);
    bt_cli_print_json(json);
}

static void print_words(const BtRoot *root)
{
    g_autofree char *version = g_strdup_printf("%" G_GINT64_FORMAT, root->version);
    g_autofree char *expires = bt_time_format(root->expires_ms);
    printf(_("root %s, until %s; signatures wanted: root %u, publish %u, emergency %u\n"), version,
        expires, root->root_threshold, root->publish_threshold, root->emergency_threshold);
    for (guint i = 0; i < BT_N_CLASSES; i++)
        if (i != BT_CLASS_EMERGENCY && root->class_thresholds[i] > root->publish_threshold)
            printf(_("    class %s: %u\n"), bt_class_name((BtClass)i), root->class_thresholds[i]);
    for (guint i = 0; i < root->keys->len; i++) {
        const BtRootKey *key = g_ptr_array_index(root->keys, i);
        g_autofree char *roles = roles_of(key);
        printf("%s  %s  %s\n", key->id, roles, key->name);
    }
}

/* ---- the draft ---- */

/* The draft that is there, or the newest root's next. */
static BtRoot *begin(BtStore *store, const char *path, gint64 now_ms, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return bt_roots_next(store, now_ms, error);
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_ENVELOPE_MAX_BYTES(BT_ROOT_MAX_BYTES), error);
    BtRoot *root = bytes != NULL ? bt_roots_read(bytes, path, error) : NULL;
    if (root == NULL || root->version == bt_site_newest_root(store->site) + 1)
        return root;
    bt_root_free(root); /* of another time: that number is taken */
    return bt_roots_next(store, now_ms, error);
}

static GBytes *sign_with_all(GBytes *envelope, const char *path, char *const *keys, GError **error)
{
    g_autoptr(GBytes) signed_so_far = g_bytes_ref(envelope);
    for (int i = 0; keys != NULL && keys[i] != NULL; i++) {
        g_autoptr(BtKey) key = bt_key_load(keys[i], error);
        GBytes *next = key != NULL ? bt_roots_sign(signed_so_far, path, key, error) : NULL;
        if (next == NULL)
            return NULL;
        g_bytes_unref(signed_so_far);
        signed_so_far = next;
    }
    return g_steal_pointer(&signed_so_far);
}

static void warn_of_lost(BtStore *store, gint64 now_ms)
{
    g_autoptr(GPtrArray) lost = bt_roots_screens_lost(store, now_ms);
    for (guint i = 0; i < lost->len; i++)
        g_message("screen %s: what it shows was signed by a key that may not any more: expected it "
                  "signed anew, the screen shows its fillers until then",
            (char *)g_ptr_array_index(lost, i));
}

static gboolean install(
    BtStore *store, GBytes *envelope, const char *path, gint64 now_ms, GError **error)
{
    GError *failure = NULL;
    if (bt_roots_install(store, envelope, path, now_ms, &failure)) {
        printf(_("It is the newest root now.\n"));
        (void)remove(path);
        warn_of_lost(store, now_ms);
        return TRUE;
    }
    if (g_error_matches(failure, BT_ERROR, BT_ERROR_SIGNATURE) ||
        g_error_matches(failure, BT_ERROR, BT_ERROR_UNKNOWN_KEY)) {
        printf(_("%s waits for more signatures (\"root sign\"): %s\n"), path, failure->message);
        g_error_free(failure);
        return TRUE;
    }
    g_propagate_error(error, failure);
    return FALSE;
}

/* Signs, keeps the draft, and takes it when it is whole. `store` NULL: somewhere off the server. */
static gboolean sign_and_keep(BtStore *store, const Options *o, GBytes *envelope, const char *path,
    gint64 now_ms, GError **error)
{
    g_autoptr(GBytes) whole = sign_with_all(envelope, path, o->keys, error);
    if (whole == NULL ||
        !bt_io_write(path, g_bytes_get_data(whole, NULL), g_bytes_get_size(whole), 0644, error))
        return FALSE;
    return store == NULL || install(store, whole, path, now_ms, error);
}

/* ---- what is done ---- */

typedef gboolean (*Change)(BtRoot *root, const Options *o, const char *argument, GError **error);

static gboolean add_key(BtRoot *root, const Options *o, const char *unused, GError **error)
{
    BtRootsKey key = { .base64 = o->public,
        .person = o->name,
        .publish = o->publish,
        .emergency = o->emergency,
        .root = o->root,
        .freshness = o->freshness,
        .classes = (const char *const *)o->classes,
        .screens = (const char *const *)o->screens,
        .until_ms = BT_TIME_MAX };
    (void)unused;
    return (o->until == NULL || bt_time_parse(o->until, &key.until_ms, error)) &&
        bt_roots_add(root, &key, error);
}

static gboolean remove_key(BtRoot *root, const Options *o, const char *keyid, GError **error)
{
    (void)o;
    return bt_roots_remove(root, keyid, error);
}

/* "priority=2" */
static gboolean set_threshold(BtRoot *root, const Options *o, const char *text, GError **error)
{
    guint64 threshold;
    const char *equals = strchr(text, '=');
    g_autofree char *what = equals != NULL ? g_strndup(text, (gsize)(equals - text)) : NULL;
    (void)o;
    if (what == NULL ||
        !g_ascii_string_to_unsigned(equals + 1, 10, 1, BT_ROOT_MAX_KEYS, &threshold, NULL)) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "%s: expected ROLE=NUMBER or CLASS=NUMBER, such as priority=2", text);
        return FALSE;
    }
    return bt_roots_set_threshold(root, what, (guint)threshold, error);
}

static gboolean change(BtStore *store, const Options *o, Change work, const char *argument,
    gint64 now_ms, GError **error)
{
    g_autofree char *path = draft_path(o);
    g_autoptr(BtRoot) root = begin(store, path, now_ms, error);
    g_autoptr(GBytes) envelope =
        root != NULL && work(root, o, argument, error) ? bt_roots_write(root, error) : NULL;
    return envelope != NULL && sign_and_keep(store, o, envelope, path, now_ms, error);
}

static int run_change(const Options *o, Change work, const char *argument)
{
    GError *error = NULL;
    gint64 now_ms;
    g_autoptr(BtStore) store = bt_cli_open(o->data, o->clock, &now_ms, &error);
    return store != NULL && change(store, o, work, argument, now_ms, &error) ? bt_cli_done()
                                                                             : bt_cli_fail(error);
}

static gboolean sign(const Options *o, gint64 now_ms, GError **error)
{
    g_autofree char *path = draft_path(o);
    g_autoptr(BtStore) store = o->data != NULL ? bt_store_open(o->data, error) : NULL;
    if (o->data != NULL && store == NULL)
        return FALSE;
    g_autoptr(GBytes) envelope = bt_io_read(path, BT_ENVELOPE_MAX_BYTES(BT_ROOT_MAX_BYTES), error);
    g_autoptr(BtRoot) root = envelope != NULL ? bt_roots_read(envelope, path, error) : NULL;
    if (root == NULL)
        return FALSE;
    (o->json ? print_json : print_words)(root);
    return sign_and_keep(store, o, envelope, path, now_ms, error);
}

/* ---- the commands ---- */

#define DRAFT(o)                                                                                   \
    {                                                                                              \
        "draft", 0, 0, G_OPTION_ARG_FILENAME, &(o).draft,                                          \
            "the file of the next root (default: next-root.json in the data folder)", "FILE"       \
    }
#define KEY(o)                                                                                     \
    {                                                                                              \
        "key", 'k', 0, G_OPTION_ARG_FILENAME_ARRAY, &(o).keys,                                     \
            "a root key that signs; may be given several times", "FILE"                            \
    }

int bt_command_root_show(int argc, char **argv)
{
    Options o = { NULL };
    g_autoptr(GError) error = NULL;
    int code = BT_EXIT_USAGE;
    const GOptionEntry entries[] = { BT_CLI_DATA(o.data), BT_CLI_JSON(o.json), { NULL } };
    const BtCliSpec spec = { "", "Shows the newest root: which keys may sign what.",
        "JSON: {version, expires, thresholds{}, keys[]}.", entries, 0, 0 };
    if (bt_cli_parse(&spec, &argc, &argv) && o.data == NULL)
        bt_cli_missing("--data DIR");
    else if (o.data != NULL) {
        g_autoptr(BtStore) store = bt_store_open(o.data, &error);
        g_autoptr(BtRoot) root = store != NULL ? bt_roots_next(store, 0, &error) : NULL;
        if (root != NULL) {
            root->version--;
            (o.json ? print_json : print_words)(root);
        }
        code = root != NULL ? bt_cli_done() : bt_cli_fail(g_steal_pointer(&error));
    }
    options_clear(&o);
    return code;
}

int bt_command_root_add(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        { "public", 'p', 0, G_OPTION_ARG_STRING, &o.public, "the public half of the key",
            "BASE64" },
        { "name", 'n', 0, G_OPTION_ARG_STRING, &o.name, "whose it is, for people", "NAME" },
        { "publish", 0, 0, G_OPTION_ARG_NONE, &o.publish, "it may sign bulletins", NULL },
        { "emergency", 'e', 0, G_OPTION_ARG_NONE, &o.emergency, "it may sign warnings", NULL },
        { "root", 0, 0, G_OPTION_ARG_NONE, &o.root, "it may sign roots", NULL },
        { "freshness", 0, 0, G_OPTION_ARG_NONE, &o.freshness,
            "it is the server's own, for now.json", NULL },
        { "class", 'c', 0, G_OPTION_ARG_STRING_ARRAY, &o.classes,
            "only bulletins of this class; may be given several times", "CLASS" },
        { "screen", 's', 0, G_OPTION_ARG_STRING_ARRAY, &o.screens,
            "only for this screen; may be given several times", "ID" },
        { "until", 'u', 0, G_OPTION_ARG_STRING, &o.until, "only until then", "RFC3339" },
        DRAFT(o),
        KEY(o),
        BT_CLI_CLOCK(o.clock),
        { NULL },
    };
    const BtCliSpec spec = { "", "Prepares a root with one key more.",
        "An approver's key, as the page of keys shows it. With enough --key it is the newest root\n"
        "at once; else its holders sign it by \"root sign\", each where the own key lies.",
        entries, 0, 0 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = o.data == NULL  ? bt_cli_missing("--data DIR")
            : o.public == NULL ? bt_cli_missing("--public BASE64")
            : o.name == NULL   ? bt_cli_missing("--name NAME")
            : !o.publish && !o.emergency && !o.root && !o.freshness
            ? bt_cli_usage("no role: expected --publish, --emergency, --root or --freshness")
            : run_change(&o, add_key, NULL);
    options_clear(&o);
    return code;
}

static int change_command(int argc, char **argv, const BtCliSpec *spec, Options *o, Change work)
{
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(spec, &argc, &argv))
        code = o->data == NULL ? bt_cli_missing("--data DIR") : run_change(o, work, argv[1]);
    options_clear(o);
    return code;
}

int bt_command_root_remove(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = { BT_CLI_DATA(o.data), DRAFT(o), KEY(o), BT_CLI_CLOCK(o.clock),
        { NULL } };
    const BtCliSpec spec = { "KEYID", "Prepares a root without a key.",
        "Screens refuse what this key signed from then on; those that show such a document are\n"
        "named. With enough --key it is the newest root at once.",
        entries, 1, 1 };
    return change_command(argc, argv, &spec, &o, remove_key);
}

int bt_command_root_threshold(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = { BT_CLI_DATA(o.data), DRAFT(o), KEY(o), BT_CLI_CLOCK(o.clock),
        { NULL } };
    const BtCliSpec spec = { "ROLE=NUMBER|CLASS=NUMBER",
        "Prepares a root that wants another number of signatures.",
        "ROLE is root, publish or emergency; CLASS requisition, priority, ordinary or filler.",
        entries, 1, 1 };
    return change_command(argc, argv, &spec, &o, set_threshold);
}

int bt_command_root_sign(int argc, char **argv)
{
    Options o = { NULL };
    GError *error = NULL;
    gint64 now_ms;
    int code = BT_EXIT_USAGE;
    const GOptionEntry entries[] = { BT_CLI_DATA(o.data), DRAFT(o), KEY(o), BT_CLI_CLOCK(o.clock),
        BT_CLI_JSON(o.json), { NULL } };
    const BtCliSpec spec = { "", "Signs the next root.",
        "What it says is printed first. Without --data the file alone is signed, on the machine\n"
        "where the key lies; with --data it becomes the newest root when enough have signed.",
        entries, 0, 0 };
    if (!bt_cli_parse(&spec, &argc, &argv))
        code = BT_EXIT_USAGE;
    else if (o.data == NULL && o.draft == NULL)
        code = bt_cli_missing("--draft FILE");
    else
        code = bt_cli_now(o.clock, &now_ms, &error) && sign(&o, now_ms, &error)
            ? bt_cli_done()
            : bt_cli_fail(error);
    options_clear(&o);
    return code;
}
