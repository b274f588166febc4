/* The samples are the manual by example: each is accepted whole, without a note, and its assets are
 * there. */
#include "base/io.h"
#include "playlists/model/manifest.h"

static char *sample_path(const char *name)
{
    return g_test_build_filename(G_TEST_DIST, "playlists", "samples", name, NULL);
}

static void check_asset(const BtAsset *asset)
{
    char hex[BT_HASH_HEX_SIZE];
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_build_filename("assets", asset->sha256, NULL);
    g_autofree char *path = sample_path(name);
    g_autoptr(GBytes) bytes = bt_io_read(path, 1 << 20, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(bytes), ==, asset->size_bytes);
    bt_hash_data(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), hex);
    g_assert_cmpstr(hex, ==, asset->sha256);
}

static void test_sample(gconstpointer data)
{
    const char *name = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = sample_path(name);
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_MANIFEST_MAX_BYTES, &error);
    g_assert_no_error(error);
    g_autoptr(BtManifest) manifest =
        bt_manifest_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), name, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(manifest->notes->len, ==, 0);
    g_assert_cmpuint(manifest->programmes->len, >, 0);
    GHashTableIter iter;
    gpointer asset;
    g_hash_table_iter_init(&iter, manifest->assets);
    while (g_hash_table_iter_next(&iter, NULL, &asset))
        check_asset(asset);
}

/* The table of the README names every sample. */
static void test_readme(gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = sample_path("README.md"), *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, &error));
    g_assert_nonnull(strstr(text, data));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autofree char *folder = sample_path("");
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir)))
        if (g_str_has_suffix(name, ".json"))
            g_ptr_array_add(names, g_strdup(name));
    g_assert_cmpuint(names->len, >=, 6);
    for (guint i = 0; i < names->len; i++) {
        name = g_ptr_array_index(names, i);
        g_autofree char *accepted = g_strdup_printf("/samples/%s/accepted", name);
        g_autofree char *listed = g_strdup_printf("/samples/%s/listed", name);
        g_test_add_data_func(accepted, name, test_sample);
        g_test_add_data_func(listed, name, test_readme);
    }
    return g_test_run();
}
