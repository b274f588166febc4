/* The static tree for a stick or any web server. A stick cannot renew its now.json, so that one is
 * signed to the end of the manifest; it is written last, when all it names is there. */
#include "source/cli.h"
#include "source/store/freshness.h"
#include "source/store/screens.h"
#include "source/store/site.h"

#include "base/error.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *data, *to, *clock;
    char **screens;
} Options;

typedef struct {
    BtStore *store;
    const char *to;
    gint64 now_ms;
    guint n_assets;
    guint64 bytes;
} Export;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->to);
    g_free(o->clock);
    g_strfreev(o->screens);
}

static gboolean copy_document(const char *from, const char *to, gsize max_bytes, GError **error)
{
    g_autoptr(GBytes) bytes = bt_io_read(from, max_bytes, error);
    return bytes != NULL && bt_site_write(to, bytes, error);
}

static gboolean copy_roots(const Export *x, GError **error)
{
    gint64 newest = bt_site_newest_root(x->store->site);
    for (gint64 version = 1; version <= newest; version++) {
        g_autofree char *from = bt_site_root_path(x->store->site, version);
        g_autofree char *to = bt_site_root_path(x->to, version);
        if (!copy_document(from, to, BT_ENVELOPE_MAX_BYTES(BT_ROOT_MAX_BYTES), error))
            return FALSE;
    }
    return TRUE;
}

static gboolean copy_asset(Export *x, const BtAsset *asset, GError **error)
{
    char sha256[BT_HASH_HEX_SIZE];
    guint64 size_bytes;
    if (bt_site_has_asset(x->to, asset->sha256, asset->size_bytes))
        return TRUE;
    g_autofree char *from = bt_site_asset_path(x->store->site, asset->sha256);
    int fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, from, "cannot open");
        return FALSE;
    }
    gboolean ok = bt_site_add_asset(x->to, fd, from, sha256, &size_bytes, error);
    close(fd);
    if (ok && !bt_site_check_name(from, sha256, error))
        return FALSE;
    x->n_assets += ok;
    x->bytes += ok ? size_bytes : 0;
    return ok;
}

static gboolean copy_assets(Export *x, const BtManifest *manifest, GError **error)
{
    GHashTableIter iter;
    gpointer asset;
    g_hash_table_iter_init(&iter, manifest->assets);
    while (g_hash_table_iter_next(&iter, NULL, &asset))
        if (!copy_asset(x, asset, error))
            return FALSE;
    return TRUE;
}

/* A manifest or alert with its assets; `*expires_ms` becomes its end. */
static gboolean copy_manifest(Export *x, const char *sha256, gint64 *expires_ms, GError **error)
{
    if (*sha256 == '\0')
        return TRUE;
    g_autofree char *from = bt_site_manifest_path(x->store->site, sha256);
    g_autofree char *to = bt_site_manifest_path(x->to, sha256);
    g_autoptr(GBytes) bytes = bt_io_read(from, BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), error);
    g_autoptr(GBytes) payload =
        bytes != NULL ? bt_envelope_peek(bytes, from, BT_MANIFEST_MAX_BYTES, error) : NULL;
    if (payload == NULL)
        return FALSE;
    g_autoptr(BtManifest) manifest =
        bt_manifest_parse(g_bytes_get_data(payload, NULL), g_bytes_get_size(payload), from, error);
    if (manifest == NULL || !copy_assets(x, manifest, error))
        return FALSE;
    *expires_ms = manifest->expires_ms;
    return bt_site_write(to, bytes, error);
}

static gboolean copy_order(Export *x, const char *sha256, GError **error)
{
    if (*sha256 == '\0')
        return TRUE;
    g_autofree char *from = bt_site_order_path(x->store->site, sha256);
    g_autofree char *to = bt_site_order_path(x->to, sha256);
    g_autoptr(GBytes) bytes = bt_io_read(from, BT_ENVELOPE_MAX_BYTES(BT_RELEASE_MAX_BYTES), error);
    return bytes != NULL && bt_site_write(to, bytes, error);
}

static gboolean export_screen(Export *x, const BtScreen *screen, GError **error)
{
    gint64 alert_ms, expires_ms = x->now_ms + BT_FRESH_LIFE_MS;
    if (!copy_manifest(x, screen->alert, &alert_ms, error) ||
        !copy_manifest(x, screen->manifest, &expires_ms, error) ||
        !copy_order(x, screen->order, error))
        return FALSE;
    if (expires_ms <= x->now_ms) {
        g_set_error(error, BT_ERROR, BT_ERROR_EXPIRED,
            "screen %s: its manifest has expired: expected a new one", screen->id);
        return FALSE;
    }
    return bt_fresh_export(x->store, screen->id, x->to, x->now_ms,
        MIN(expires_ms, x->now_ms + BT_MANIFEST_MAX_AGE_MS), error);
}

static GPtrArray *chosen(BtStore *store, char **ids, GError **error)
{
    if (ids == NULL)
        return bt_screens_list(store, error);
    g_autoptr(GPtrArray) screens = g_ptr_array_new_with_free_func((GDestroyNotify)bt_screen_free);
    for (guint i = 0; ids[i] != NULL; i++) {
        BtScreen *screen = bt_screens_find(store, ids[i], error);
        if (screen == NULL)
            return NULL;
        g_ptr_array_add(screens, screen);
    }
    return g_steal_pointer(&screens);
}

static gboolean export(Export *x, char **ids, GError **error)
{
    g_autoptr(GPtrArray) screens = chosen(x->store, ids, error);
    if (screens == NULL || !bt_site_make(x->to, error) || !copy_roots(x, error))
        return FALSE;
    for (guint i = 0; i < screens->len; i++)
        if (!export_screen(x, g_ptr_array_index(screens, i), error))
            return FALSE;
    g_autofree char *bytes = g_strdup_printf("%" G_GUINT64_FORMAT, x->bytes);
    printf(
        _("%u screens, %u new assets, %s bytes in %s\n"), screens->len, x->n_assets, bytes, x->to);
    return TRUE;
}

static int run(const Options *o)
{
    GError *error = NULL;
    Export x = { .to = o->to };
    if (o->data == NULL)
        return bt_cli_missing("--data DIR");
    if (o->to == NULL)
        return bt_cli_missing("--to FOLDER");
    g_autoptr(BtStore) store = x.store = bt_cli_open(o->data, o->clock, &x.now_ms, &error);
    return store != NULL && export(&x, o->screens, &error) ? bt_cli_done() : bt_cli_fail(error);
}

int bt_command_export(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        { "to", 't', 0, G_OPTION_ARG_FILENAME, &o.to, "where v1/… is written", "FOLDER" },
        { "screen", 's', 0, G_OPTION_ARG_STRING_ARRAY, &o.screens,
            "only this screen; may be given several times", "ID" },
        BT_CLI_CLOCK(o.clock),
        { NULL },
    };
    const BtCliSpec spec = { "", "Writes the static tree for a stick or any web server.",
        "FOLDER gets v1/root, v1/screens/ID/now.json, v1/manifests, v1/orders and v1/assets: what "
        "a board\n"
        "reads from https://HOST or file:///FOLDER. now.json is signed to the manifest's expiry,\n"
        "so that a stick needs no online key; what is there already with the same hash is not\n"
        "copied again.",
        entries, 0, 0 };
    int code = bt_cli_parse(&spec, &argc, &argv) ? run(&o) : BT_EXIT_USAGE;
    options_clear(&o);
    return code;
}
