/* Any files in the folder of `bangtin play PATH`, by any name: one that cannot be used never spoils
 * the others. A file is a head of two bytes (length of the name, of the text), its name and text.
 * The good one that is always there must be shown whatever lies beside it. */
#include "base/error.h"
#include "playlists/adapters/folder.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/place.h"

#include <string.h>
#include <unistd.h>

#define MAX_FILES 12

/* A name that a folder can hold. */
static gboolean is_name(const char *name, gsize n)
{
    return n > 0 && memchr(name, '/', n) == NULL && memchr(name, '\0', n) == NULL &&
        !(n == 1 && *name == '.') && !(n == 2 && name[0] == '.' && name[1] == '.');
}

static size_t put_one(const uint8_t *data, size_t size)
{
    gsize n = MIN(data[0] % 64u, size - 2), length = MIN(data[1], size - 2 - n);
    const char *name = (const char *)data + 2;
    if (is_name(name, n)) {
        g_autofree char *path = g_strdup_printf("files/%.*s", (int)n, name);
        if (!g_str_equal(path, "files/0.txt"))
            place_put(path, data + 2 + n, length);
    }
    return 2 + n + length;
}

/* Stands for the decoder: a medium lasts as many seconds as its first byte says, 0 is a still and
 * 255 is no medium. */
static gint64 probe(int fd, const char *name, gpointer user, GError **error)
{
    guint8 first = 0;
    (void)user;
    gssize n = read(fd, &first, 1);
    close(fd);
    if (n == 1 && first != 255)
        return first * 1000;
    g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED, "%s: no medium", name);
    return -1;
}

static void check_item(BtFolder *folder, const BtItem *item)
{
    g_assert_cmpuint(item->subtitles->len, <=, BT_ITEM_MAX_SUBTITLES);
    if (item->asset == NULL)
        return;
    int fd = bt_folder_open(folder, item->asset->sha256, NULL);
    g_assert_cmpint(fd, >=, 0);
    close(fd);
}

static void check(BtFolder *folder)
{
    const BtManifest *manifest = bt_folder_manifest(folder);
    g_assert_cmpuint(manifest->programmes->len, ==, 1);
    const BtProgramme *programme = g_ptr_array_index(manifest->programmes, 0);
    const GPtrArray *items = programme->playlists[0]->items;
    g_assert_true(items->len >= 1 && items->len <= MAX_FILES + 1);
    gboolean good = FALSE;
    for (guint i = 0; i < items->len; i++) {
        const BtItem *item = g_ptr_array_index(items, i);
        const BtText *text = item->texts->len > 0 ? g_ptr_array_index(item->texts, 0) : NULL;
        check_item(folder, item);
        good = good || (text != NULL && g_str_equal(text->body, "good"));
    }
    g_assert_true(good);
}

static void drop_message(
    const char *domain, GLogLevelFlags level, const char *message, gpointer user)
{
    (void)domain, (void)level, (void)message, (void)user;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_log_set_default_handler(drop_message, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(place_folder(), "files", NULL);
    place_empty("files");
    place_put("files/0.txt", "good", 4);
    for (guint i = 0; i < MAX_FILES && size >= 2; i++) {
        size_t used = put_one(data, size);
        data += used, size -= used;
    }
    g_autoptr(BtFolder) folder =
        bt_folder_read(path, "here", "local", "Asia/Ho_Chi_Minh", 0, 0, probe, NULL, &error);
    g_assert_no_error(error);
    check(folder);
    return 0;
}
