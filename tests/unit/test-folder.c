/* A folder of files as a manifest. */
#include "playlists/adapters/folder.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *path;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->path = g_dir_make_tmp("bangtin-folder-XXXXXX", NULL);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GDir) dir = g_dir_open(f->path, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(f->path, name, NULL);
        g_remove(path);
    }
    g_rmdir(f->path);
    g_free(f->path);
}

static void put(Fixture *f, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(f->path, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* Stands for the decoder: a film's words are its duration, "bad" is no medium. */
static gint64 probe(int fd, const char *name, gpointer user, GError **error)
{
    char text[32] = "";
    (void)user;
    gssize n = pread(fd, text, sizeof text - 1, 0);
    close(fd);
    if (n < 0 || g_str_has_prefix(text, "bad")) {
        g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED, "%s: no medium", name);
        return -1;
    }
    return g_ascii_strtoll(text, NULL, 10);
}

static BtFolder *read_folder(Fixture *f, GError **error)
{
    return bt_folder_read(
        f->path, "here", "local", "Asia/Ho_Chi_Minh", 640, 384, probe, NULL, error);
}

/* "KIND LANG TITLE|BODY" or "KIND NAME" of all items. (transfer full) */
static char *items_of(BtFolder *folder)
{
    GString *text = g_string_new(NULL);
    const BtManifest *manifest = bt_folder_manifest(folder);
    const BtPlaylist *playlist = g_ptr_array_index(manifest->playlists, 0);
    for (guint i = 0; i < playlist->items->len; i++) {
        const BtItem *item = g_ptr_array_index(playlist->items, i);
        g_string_append_printf(text, "%s%s", i > 0 ? "\n" : "", bt_item_kind_name(item->kind));
        if (item->asset != NULL)
            g_string_append_printf(text, " %s", item->asset->name);
        for (guint k = 0; k < item->subtitles->len; k++) {
            const BtSubtitles *one = g_ptr_array_index(item->subtitles, k);
            g_string_append_printf(text, " +%s %s", one->lang, one->asset->name);
        }
        for (guint k = 0; k < item->texts->len; k++) {
            const BtText *one = g_ptr_array_index(item->texts, k);
            g_string_append_printf(text, " %s %s|%s", one->lang, one->title, one->body);
        }
    }
    return g_string_free(text, FALSE);
}

static void check_items(Fixture *f, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtFolder) folder = read_folder(f, &error);
    g_assert_no_error(error);
    g_autofree char *items = items_of(folder);
    g_assert_cmpstr(items, ==, expected);
}

static void test_order(Fixture *f, gconstpointer data)
{
    (void)data;
    put(f, "10-cuoi.png", "0 x");
    put(f, "2-phim.MP4", "15000");
    put(f, "1-tin.txt", "Thông báo\nTrời mưa to.\n");
    put(f, ".hidden.png", "0");
    check_items(f, "text vi Thông báo|Trời mưa to.\nvideo 2-phim.MP4\nimage 10-cuoi.png");
}

static const struct {
    const char *name, *file, *text, *item;
} texts[] = {
    { "language", "bai.km.txt", "ក\nខ", "text km ក|ខ" },
    { "language-with-script", "bai.cja-Arab.txt", "a\nb", "text cja-Arab a|b" },
    { "no-language", "bai.txt", "a\nb", "text vi a|b" },
    { "a-dot-that-is-no-language", "bao.cao.2026.txt", "a\nb", "text vi a|b" },
    { "one-line", "a.txt", "Chỉ một dòng\n", "text vi |Chỉ một dòng" },
    { "white-space", "a.txt", "\n\n  Tin  \n\n  nội dung \n", "text vi Tin|nội dung" },
    { "crlf", "a.txt", "Tin\r\nnội dung\r\n", "text vi Tin|nội dung" },
    { "long-first-line", "a.txt",
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901\nb",
        "text vi "
        "|0123456789012345678901234567890123456789012345678901234567890123456789012345678901\nb" },
};

static void test_text(Fixture *f, gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    put(f, texts[i].file, texts[i].text);
    check_items(f, texts[i].item);
}

static const struct {
    const char *name, *file, *text;
} unusable[] = {
    { "unknown-ending", "a.doc", "x" },
    { "no-medium", "a.png", "bad" },
    { "empty-text", "a.txt", " \n " },
    { "not-utf-8", "a.txt", "\xff\xfe" },
    { "film-without-a-duration", "a.mp4", "0" },
    { "empty-picture", "a.png", "" },
};

/* It is left out, and what is good beside it is not. */
static void test_unusable(Fixture *f, gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    put(f, unusable[i].file, unusable[i].text);
    g_autoptr(GError) error = NULL;
    g_assert_null(read_folder(f, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND);
    put(f, "good.txt", "Tin");
    check_items(f, "text vi |Tin");
}

/* ---- subtitles ---- */

static const struct {
    const char *name, *files[3], *subtitles;
} beside[] = {
    { "none", { "other.srt" }, "" },
    { "no-language", { "phim.srt" }, " +vi phim.srt" },
    { "webvtt", { "phim.VTT" }, " +vi phim.VTT" },
    { "language", { "phim.km.srt" }, " +km phim.km.srt" },
    { "language-with-script", { "phim.cja-Arab.vtt" }, " +cja-Arab phim.cja-Arab.vtt" },
    { "vietnamese-first", { "phim.en.srt", "phim.vi.vtt", "phim.zh-Hans.srt" },
        " +vi phim.vi.vtt +en phim.en.srt +zh-Hans phim.zh-Hans.srt" },
    { "each-language-once", { "phim.srt", "phim.vi.srt", "phim.vtt" }, " +vi phim.srt" },
    { "of-a-film-with-a-longer-name", { "phim2.srt", "phim.final.srt" }, "" },
    { "a-film-that-calls-itself-subtitles", { "phim.mp4=15000", "phim.vi.srt=15000" }, "" },
    { "empty", { "phim.vi.srt=", "phim.km.srt" }, " +km phim.km.srt" },
};

static void put_file(Fixture *f, const char *what)
{
    g_auto(GStrv) parts = g_strsplit(what, "=", 2);
    put(f, parts[0], parts[1] != NULL ? parts[1] : what);
}

static void test_beside(Fixture *f, gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    put(f, "phim.mp4", "15000");
    for (guint k = 0; k < G_N_ELEMENTS(beside[i].files) && beside[i].files[k] != NULL; k++)
        put_file(f, beside[i].files[k]);
    g_autofree char *expected = g_strconcat("video phim.mp4", beside[i].subtitles, NULL);
    check_items(f, expected);
}

static void test_large_subtitles(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *most = g_strnfill(BT_SUBTITLES_MAX_BYTES, 'a');
    g_autofree char *more = g_strnfill(BT_SUBTITLES_MAX_BYTES + 1, 'a');
    put(f, "phim.mp4", "15000");
    put(f, "phim.vi.srt", more);
    put(f, "phim.km.srt", most);
    check_items(f, "video phim.mp4 +km phim.km.srt");
}

/* As play makes it of several paths. */
static void test_linked_film(Fixture *f, gconstpointer data)
{
    (void)data;
    put(f, "phim.mp4", "15000");
    put(f, "phim.vi.srt", "x");
    g_autofree char *links = g_build_filename(f->path, "links", NULL);
    g_autofree char *link = g_build_filename(links, "0001-phim.mp4", NULL);
    g_autofree char *film = g_build_filename(f->path, "phim.mp4", NULL);
    g_assert_cmpint(g_mkdir(links, 0700), ==, 0);
    g_assert_cmpint(symlink(film, link), ==, 0);
    g_autoptr(BtFolder) folder =
        bt_folder_read(links, "here", "local", "UTC", 0, 0, probe, NULL, NULL);
    g_autofree char *items = items_of(folder);
    g_assert_cmpstr(items, ==, "video 0001-phim.mp4 +vi phim.vi.srt");
    g_remove(link);
}

static void test_long_text(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *words = g_strnfill(10001, 'a');
    g_autofree char *bytes = g_strnfill(BT_FOLDER_TEXT_MAX_BYTES + 1, 'a');
    put(f, "long.txt", words);
    put(f, "longer.txt", bytes);
    put(f, "z.txt", "Tin");
    check_items(f, "text vi |Tin");
}

static void test_nothing(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_assert_null(read_folder(f, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND);
    g_autofree char *message = g_strconcat(
        f->path, ": nothing to show: expected text (.txt), images, videos or sound", NULL);
    g_assert_cmpstr(error->message, ==, message);
}

static void test_one_file(Fixture *f, gconstpointer data)
{
    (void)data;
    put(f, "a.txt", "Tin");
    put(f, "b.txt", "khác");
    g_autofree char *path = g_build_filename(f->path, "a.txt", NULL);
    g_autoptr(BtFolder) folder =
        bt_folder_read(path, "here", "local", "UTC", 0, 0, probe, NULL, NULL);
    g_autofree char *items = items_of(folder);
    g_assert_cmpstr(items, ==, "text vi |Tin");
    const BtLayout *layout = g_ptr_array_index(bt_folder_manifest(folder)->layouts, 0);
    g_assert_cmpint(layout->w_px, ==, 1920);
}

static void test_open(Fixture *f, gconstpointer data)
{
    (void)data;
    put(f, "a.png", "0 the picture");
    g_autoptr(BtFolder) folder = read_folder(f, NULL);
    const BtPlaylist *playlist = g_ptr_array_index(bt_folder_manifest(folder)->playlists, 0);
    const BtItem *item = g_ptr_array_index(playlist->items, 0);
    char text[32] = "";
    int fd = bt_folder_open(folder, item->asset->sha256, NULL);
    g_assert_cmpint(read(fd, text, sizeof text - 1), ==, 13);
    g_assert_cmpstr(text, ==, "0 the picture");
    close(fd);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(bt_folder_open(folder, "none", &error), ==, -1);
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND);
}

static void test_same_bytes_twice(Fixture *f, gconstpointer data)
{
    (void)data;
    put(f, "a.png", "0");
    put(f, "b.png", "0");
    g_autoptr(BtFolder) folder = read_folder(f, NULL);
    const BtPlaylist *playlist = g_ptr_array_index(bt_folder_manifest(folder)->playlists, 0);
    g_assert_cmpuint(playlist->items->len, ==, 2);
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *name = g_strconcat("/folder/text/", texts[i].name, NULL);
        g_test_add(name, Fixture, GUINT_TO_POINTER(i), set_up, test_text, tear_down);
    }
    for (guint i = 0; i < G_N_ELEMENTS(unusable); i++) {
        g_autofree char *name = g_strconcat("/folder/left-out/", unusable[i].name, NULL);
        g_test_add(name, Fixture, GUINT_TO_POINTER(i), set_up, test_unusable, tear_down);
    }
    for (guint i = 0; i < G_N_ELEMENTS(beside); i++) {
        g_autofree char *name = g_strconcat("/folder/subtitles/", beside[i].name, NULL);
        g_test_add(name, Fixture, GUINT_TO_POINTER(i), set_up, test_beside, tear_down);
    }
    ADD("/folder/subtitles/large", test_large_subtitles);
    ADD("/folder/subtitles/linked-film", test_linked_film);
    ADD("/folder/left-out/long-text", test_long_text);
    ADD("/folder/order", test_order);
    ADD("/folder/nothing", test_nothing);
    ADD("/folder/one-file", test_one_file);
    ADD("/folder/open", test_open);
    ADD("/folder/same-bytes-twice", test_same_bytes_twice);
    return g_test_run();
}
