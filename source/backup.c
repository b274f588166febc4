/* Saving a source into one file. The database is pictured first: whatever it knows of is in the
 * tree by then, since publishing writes the tree before the database, and nothing is ever taken out
 * of the tree. Left out are now.json, which is signed anew, what is still coming in, and what can
 * be made again; and the freshness key, which goes into a file of its own, so that who finds a
 * backup cannot speak for the server. */
#include "source/cli.h"
#include "source/store/saved.h"
#include "source/store/site.h"
#include "source/store/store.h"

#include "base/error.h"
#include "base/io.h"

#include <string.h>
#include <unistd.h>

typedef struct {
    char *data, *file, *key_file, *clock;
} Options;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->file);
    g_free(o->key_file);
    g_free(o->clock);
}

/* ---- saving ---- */

static gboolean save_one(BtSaved *saved, const char *name, const char *path, GError **error)
{
    char sha256[BT_HASH_HEX_SIZE];
    return bt_saved_add(saved, name, path, sha256, error) &&
        bt_site_check_name(path, sha256, error);
}

/* Files whose names begin with a dot are somebody's unfinished ones. */
static gboolean save_folder(
    BtSaved *saved, const BtStore *store, const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(store->site, "v1", folder, NULL);
    if (!g_file_test(path, G_FILE_TEST_IS_DIR))
        return TRUE; /* of a time when there was nothing to put into it */
    g_autoptr(GDir) dir = g_dir_open(path, 0, error);
    const char *name = dir != NULL ? g_dir_read_name(dir) : NULL;
    for (; name != NULL; name = g_dir_read_name(dir)) {
        g_autofree char *from = g_build_filename(path, name, NULL);
        g_autofree char *to = g_strconcat(BT_STORE_SITE "/v1/", folder, "/", name, NULL);
        if (name[0] != '.' && !save_one(saved, to, from, error))
            return FALSE;
    }
    return dir != NULL;
}

/* SQLite fills an empty file, and would let everybody read one that it makes. */
static gboolean save_database(
    BtSaved *saved, const BtStore *store, const char *picture, GError **error)
{
    char sha256[BT_HASH_HEX_SIZE];
    gboolean ok = bt_io_write(picture, "", 0, 0600, error) &&
        bt_db_run(store->db, error, "VACUUM INTO ?", "s", picture) &&
        bt_saved_add(saved, BT_STORE_DATABASE, picture, sha256, error);
    (void)unlink(picture);
    return ok;
}

static gboolean save(const BtStore *store, const char *file, GError **error)
{
    g_autofree char *picture = g_strconcat(file, ".db", NULL);
    g_autoptr(BtSaved) saved = bt_saved_create(file, error);
    if (saved == NULL || !save_database(saved, store, picture, error))
        return FALSE;
    for (gsize i = 0; bt_saved_folders[i] != NULL; i++)
        if (!save_folder(saved, store, bt_saved_folders[i], error))
            return FALSE;
    return bt_saved_finish(saved, error);
}

/* ---- the command ---- */

static gboolean backup(const Options *o, GError **error)
{
    gint64 now_ms;
    g_autoptr(BtStore) store = bt_cli_open(o->data, o->clock, &now_ms, error);
    return store != NULL && bt_store_note(store, now_ms, "terminal", "saved", error) &&
        save(store, o->file, error) &&
        (o->key_file == NULL || bt_key_save(store->freshness, o->key_file, error));
}

static int run(const Options *o)
{
    GError *error = NULL;
    return backup(o, &error) ? bt_cli_done() : bt_cli_fail(error);
}

int bt_command_backup(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        { "to", 't', 0, G_OPTION_ARG_FILENAME, &o.file, "a new file", "FILE" },
        { "key-file", 'k', 0, G_OPTION_ARG_FILENAME, &o.key_file,
            "a new file for the freshness key; keep it away from the other one", "FILE" },
        BT_CLI_CLOCK(o.clock),
        { NULL },
    };
    const BtCliSpec spec = { "", "Saves a source, also while it serves.",
        "FILE holds the database and the tree as they are now, and no private key; every asset is\n"
        "hashed on the way. The freshness key does not change: save it once. Keys that sign\n"
        "bulletins and roots are saved by who keeps them. Save after each new root.",
        entries, 0, 0 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = o.data == NULL ? bt_cli_missing("--data DIR")
            : o.file == NULL  ? bt_cli_missing("--to FILE")
                              : run(&o);
    options_clear(&o);
    return code;
}
