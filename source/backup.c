/* Saving a source and bringing it back. The database is pictured first and named last: whatever it
 * knows of is in the tree by then, since publishing writes the tree before the database. What
 * boards were told after the picture was taken is not known to it, so a source that comes back
 * counts its now.json from far above where it stood. */
#include "source/cli.h"
#include "source/store/freshness.h"
#include "source/store/site.h"
#include "source/store/store.h"

#include "base/error.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RESTORED_LEAP 1000000 /* an hour's renewals for a century */
#define DOCUMENT_MAX_BYTES BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES)

typedef struct {
    char *data, *other, *clock;
} Options;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->other);
    g_free(o->clock);
}

/* ---- copying ---- */

typedef gboolean (*CopyOne)(const char *from, const char *to_site, const char *to, GError **error);

static gboolean copy_document(const char *from, const char *to_site, const char *to, GError **error)
{
    (void)to_site;
    g_autoptr(GBytes) bytes = bt_io_read(from, DOCUMENT_MAX_BYTES, error);
    return bytes != NULL && bt_site_write(to, bytes, error);
}

static gboolean copy_asset(const char *from, const char *to_site, const char *to, GError **error)
{
    char sha256[BT_HASH_HEX_SIZE];
    guint64 size_bytes;
    g_autofree char *name = g_path_get_basename(to);
    int fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, from, "cannot open");
        return FALSE;
    }
    gboolean ok = bt_site_add_asset(to_site, fd, from, sha256, &size_bytes, error);
    close(fd);
    if (!ok || strcmp(sha256, name) == 0)
        return ok;
    g_set_error(error, BT_ERROR, BT_ERROR_MISMATCH,
        "%s: its bytes have another hash: expected those of its name", from);
    return FALSE;
}

/* Files whose names begin with a dot are somebody's unfinished ones. */
static gboolean copy_folder(
    const char *from_site, const char *to_site, const char *folder, CopyOne copy, GError **error)
{
    g_autofree char *path = g_build_filename(from_site, "v1", folder, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, error);
    const char *name = dir != NULL ? g_dir_read_name(dir) : NULL;
    for (; name != NULL; name = g_dir_read_name(dir)) {
        g_autofree char *from = g_build_filename(path, name, NULL);
        g_autofree char *to = g_build_filename(to_site, "v1", folder, name, NULL);
        if (name[0] != '.' && !copy(from, to_site, to, error))
            return FALSE;
    }
    return dir != NULL;
}

static gboolean copy_site(const char *from, const char *to, GError **error)
{
    return bt_site_make(to, error) && copy_folder(from, to, "root", copy_document, error) &&
        copy_folder(from, to, "manifests", copy_document, error) &&
        copy_folder(from, to, "assets", copy_asset, error);
}

/* Gives the pictured database its name, durably. */
static gboolean name_database(const char *from, const char *folder, GError **error)
{
    g_autofree char *to = g_build_filename(folder, "source.db", NULL);
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    gboolean ok = fd >= 0 && fsync(fd) == 0 && rename(from, to) == 0;
    int saved = errno;
    if (fd >= 0)
        close(fd);
    if (ok)
        return bt_io_sync_folder(folder, error);
    bt_error_set_errno(error, BT_ERROR_IO, saved, to, "cannot write");
    return FALSE;
}

static gboolean check_free(const char *folder, GError **error)
{
    static const char *const names[] = { "source.db", "freshness.key", "tree" };
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

static gboolean copy_source(BtStore *store, const char *folder, GError **error)
{
    g_autofree char *picture = g_build_filename(folder, ".source.db.new", NULL);
    g_autofree char *key = g_build_filename(folder, "freshness.key", NULL);
    g_autofree char *site = g_build_filename(folder, "tree", NULL);
    if (!check_free(folder, error) || !bt_io_make_folder(folder, error))
        return FALSE;
    /* In the place of one that was cut off; SQLite fills an empty file, and would let everybody
     * read one that it makes. */
    return bt_io_write(picture, "", 0, 0600, error) &&
        bt_db_run(store->db, error, "VACUUM INTO ?", "s", picture) &&
        copy_site(store->site, site, error) && bt_key_save(store->freshness, key, error) &&
        name_database(picture, folder, error);
}

/* ---- the commands ---- */

static gboolean backup(const Options *o, gint64 now_ms, GError **error)
{
    g_autoptr(BtStore) store = bt_store_open(o->data, error);
    return store != NULL && bt_store_note(store, now_ms, "terminal", "saved", error) &&
        copy_source(store, o->other, error);
}

static gboolean restore(const Options *o, gint64 now_ms, GError **error)
{
    g_autoptr(BtStore) saved = bt_store_open(o->other, error);
    if (saved == NULL || !copy_source(saved, o->data, error))
        return FALSE;
    g_autoptr(BtStore) store = bt_store_open(o->data, error);
    return store != NULL &&
        bt_db_run(store->db, error,
            "UPDATE screen SET now_version = now_version + ?, now_issued_ms = 0", "i",
            (gint64)RESTORED_LEAP) &&
        bt_store_note(store, now_ms, "terminal", "brought back", error) &&
        bt_fresh_renew_all(store, now_ms, error);
}

static int run(const BtCliSpec *spec, int argc, char **argv, Options *o, const char *other,
    gboolean (*act)(const Options *, gint64, GError **))
{
    GError *error = NULL;
    BtClock clock;
    int code = BT_EXIT_USAGE;
    if (!bt_cli_parse(spec, &argc, &argv))
        code = BT_EXIT_USAGE;
    else if (o->data == NULL || o->other == NULL)
        code = bt_cli_missing(o->data == NULL ? "--data DIR" : other);
    else
        code = bt_cli_clock(o->clock, &clock, &error) && act(o, bt_clock_wall_ms(&clock), &error)
            ? bt_cli_done()
            : bt_cli_fail(error);
    options_clear(o);
    return code;
}

int bt_command_backup(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        { "data", 'd', 0, G_OPTION_ARG_FILENAME, &o.data, "the data folder", "DIR" },
        { "to", 't', 0, G_OPTION_ARG_FILENAME, &o.other, "a new folder for the copy", "FOLDER" },
        { "clock", 0, 0, G_OPTION_ARG_STRING, &o.clock,
            "a virtual clock, for tests and demonstrations", "RFC3339[xRATE]" },
        { NULL },
    };
    const BtCliSpec spec = { "", "Saves a source, also while it serves.",
        "FOLDER becomes a data folder with the database, the freshness key and the tree as they\n"
        "are now. It holds no key that can sign bulletins; those are saved by who keeps them.\n"
        "Every asset is hashed on the way.",
        entries, 0, 0 };
    return run(&spec, argc, argv, &o, "--to FOLDER", backup);
}

int bt_command_restore(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        { "data", 'd', 0, G_OPTION_ARG_FILENAME, &o.data, "the data folder to make", "DIR" },
        { "from", 'f', 0, G_OPTION_ARG_FILENAME, &o.other, "what \"backup\" wrote", "FOLDER" },
        { "clock", 0, 0, G_OPTION_ARG_STRING, &o.clock,
            "a virtual clock, for tests and demonstrations", "RFC3339[xRATE]" },
        { NULL },
    };
    const BtCliSpec spec = { "", "Brings a saved source back into a new data folder.",
        "Boards refuse versions that fall, so now.json counts on from far above the saved\n"
        "number. Manifests that were published after the backup are unknown to it: publish the\n"
        "next one with a \"version\" above the last that boards saw. Stop the old server first.",
        entries, 0, 0 };
    return run(&spec, argc, argv, &o, "--from FOLDER", restore);
}
