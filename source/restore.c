/* A saved source comes back. Its database is named last, after its numbers were raised: a folder in
 * which this was cut off holds no source, and none is ever served that is behind its boards. */
#include "source/cli.h"
#include "source/desk/restored.h"
#include "source/store/freshness.h"
#include "source/store/saved.h"
#include "source/store/site.h"
#include "source/store/store.h"

#include "base/error.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DOCUMENT_MAX_BYTES BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES)
#define TREE BT_STORE_SITE "/v1/"
#define ASSETS TREE "assets/"
#define STAGE ".restoring"

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

/* ---- the tree ---- */

static gboolean check_free(const char *folder, GError **error)
{
    static const char *const names[] = { BT_STORE_DATABASE, BT_STORE_KEY, BT_STORE_SITE, STAGE };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS)) {
            g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
                "%s: it is here already: expected a folder of its own", path);
            return FALSE;
        }
    }
    return TRUE;
}

/* A file without a name. -1 with an error. */
static int open_nameless(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "XXXXXX", NULL);
    int fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot make a file");
    else
        (void)unlink(path);
    return fd;
}

/* It is in `fd`; `name` is a path below the data folder. */
static gboolean install_document(int fd, const char *folder, const char *name, GError **error)
{
    char sha256[BT_HASH_HEX_SIZE];
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GBytes) bytes =
        lseek(fd, 0, SEEK_SET) == 0 ? bt_io_read_fd(fd, name, DOCUMENT_MAX_BYTES, error) : NULL;
    if (bytes == NULL)
        return FALSE;
    bt_hash_data(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), sha256);
    return bt_site_check_name(name, sha256, error) && bt_site_write(path, bytes, error);
}

static gboolean install_asset(int fd, const char *site, const char *name, GError **error)
{
    char sha256[BT_HASH_HEX_SIZE];
    guint64 size_bytes;
    return lseek(fd, 0, SEEK_SET) == 0 &&
        bt_site_add_asset(site, fd, name, sha256, &size_bytes, error) &&
        bt_site_check_name(name, sha256, error);
}

/* A backup is somebody's file: a name in it leads nowhere else. */
static gboolean check_path(const char *name, GError **error)
{
    for (gsize i = 0; bt_saved_folders[i] != NULL; i++) {
        g_autofree char *folder = g_strconcat(TREE, bt_saved_folders[i], "/", NULL);
        const char *last = name + strlen(folder);
        if (g_str_has_prefix(name, folder) && last[0] != '.' && last[0] != '\0' &&
            strchr(last, '/') == NULL)
            return TRUE;
    }
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "%s: no such file belongs into a source: expected what \"backup\" saved", name);
    return FALSE;
}

static gboolean bring_one(
    BtSaved *saved, const char *folder, const char *site, const char *name, GError **error)
{
    int fd = check_path(name, error) ? open_nameless(site, error) : -1;
    if (fd < 0)
        return FALSE;
    gboolean ok = bt_saved_take(saved, name, fd, error) &&
        (g_str_has_prefix(name, ASSETS) ? install_asset(fd, site, name, error)
                                        : install_document(fd, folder, name, error));
    close(fd);
    return ok;
}

static gboolean bring_tree(BtSaved *saved, const char *folder, GError **error)
{
    g_autofree char *site = g_build_filename(folder, BT_STORE_SITE, NULL);
    g_autoptr(GPtrArray) names =
        bt_site_make(site, error) ? bt_saved_list(saved, TREE, error) : NULL;
    for (guint i = 0; names != NULL && i < names->len; i++)
        if (!bring_one(saved, folder, site, g_ptr_array_index(names, i), error))
            return FALSE;
    return names != NULL;
}

static gboolean bring_database(BtSaved *saved, const char *stage, GError **error)
{
    g_autofree char *path = g_build_filename(stage, BT_STORE_DATABASE, NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot make the file");
        return FALSE;
    }
    gboolean ok = bt_saved_take(saved, BT_STORE_DATABASE, fd, error);
    close(fd);
    return ok;
}

/* The key that was saved, else a new one. */
static gboolean bring_key(const Options *o, const char *stage, GError **error)
{
    g_autofree char *path = g_build_filename(stage, BT_STORE_KEY, NULL);
    g_autoptr(BtKey) key =
        o->key_file != NULL ? bt_key_load(o->key_file, error) : bt_key_generate();
    return key != NULL && bt_key_save(key, path, error);
}

static gboolean raise_numbers(const char *stage, gint64 now_ms, GError **error)
{
    g_autoptr(BtStore) store = bt_store_open(stage, error);
    return store != NULL && bt_restored(store, now_ms, error);
}

/* From the stage into the folder, durably. */
static gboolean name_one(const char *stage, const char *folder, const char *name, GError **error)
{
    g_autofree char *from = g_build_filename(stage, name, NULL);
    g_autofree char *to = g_build_filename(folder, name, NULL);
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    gboolean ok = fd >= 0 && fsync(fd) == 0 && rename(from, to) == 0;
    int failed = errno;
    if (fd >= 0)
        close(fd);
    if (ok)
        return bt_io_sync_folder(folder, error);
    bt_error_set_errno(error, BT_ERROR_IO, failed, to, "cannot write");
    return FALSE;
}

static gboolean bring_back(const Options *o, BtSaved *saved, gint64 now_ms, GError **error)
{
    g_autofree char *stage = g_build_filename(o->data, STAGE, NULL);
    if (!bt_io_make_folder(stage, error) || !bring_key(o, stage, error) ||
        !bring_database(saved, stage, error) || !raise_numbers(stage, now_ms, error) ||
        !bring_tree(saved, o->data, error) || !name_one(stage, o->data, BT_STORE_KEY, error) ||
        !name_one(stage, o->data, BT_STORE_DATABASE, error))
        return FALSE;
    (void)rmdir(stage);
    return TRUE;
}

/* ---- the command ---- */

static void say_new_key(const BtStore *store)
{
    BtPublicKey half = bt_key_public(store->freshness);
    g_autofree char *base64 = bt_public_key_to_base64(&half);
    printf(_("The server has a new freshness key. Boards follow it once two holders of root keys\n"
             "have signed a root that names it:\n"
             "    bangtin-source root add --freshness --name server --public %s\n"),
        base64);
}

static gboolean restore(const Options *o, gint64 now_ms, GError **error)
{
    if (!check_free(o->data, error))
        return FALSE;
    g_autoptr(BtSaved) saved = bt_saved_open(o->file, error);
    if (saved == NULL || !bring_back(o, saved, now_ms, error))
        return FALSE;
    g_autoptr(BtStore) store = bt_store_open(o->data, error);
    if (store == NULL || !bt_fresh_renew_all(store, now_ms, error))
        return FALSE;
    if (o->key_file == NULL)
        say_new_key(store);
    return TRUE;
}

static int run(const Options *o)
{
    GError *error = NULL;
    gint64 now_ms;
    return bt_cli_now(o->clock, &now_ms, &error) && restore(o, now_ms, &error) ? bt_cli_done()
                                                                               : bt_cli_fail(error);
}

int bt_command_restore(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        { "data", 'd', 0, G_OPTION_ARG_FILENAME, &o.data, "the data folder to make", "DIR" },
        { "from", 'f', 0, G_OPTION_ARG_FILENAME, &o.file, "what \"backup\" wrote", "FILE" },
        { "key-file", 'k', 0, G_OPTION_ARG_FILENAME, &o.key_file,
            "the freshness key that \"backup\" saved (default: a new one)", "FILE" },
        BT_CLI_CLOCK(o.clock),
        { NULL },
    };
    const BtCliSpec spec = { "", "Brings a saved source back into a new data folder.",
        "Boards refuse numbers that fall, so all of them go on from far above the saved ones:\n"
        "what is published next reaches every board. Proposals that waited are overtaken, links\n"
        "that count once do not count any more. Without --key-file a new root is needed, which\n"
        "names the new key. Stop the old server first.",
        entries, 0, 0 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = o.data == NULL ? bt_cli_missing("--data DIR")
            : o.file == NULL  ? bt_cli_missing("--from FILE")
                              : run(&o);
    options_clear(&o);
    return code;
}
