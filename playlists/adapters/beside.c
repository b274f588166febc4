#include "playlists/adapters/beside.h"

#include "playlists/adapters/folder.h"

#include <stdlib.h>
#include <string.h>

/* ---- languages in names ---- */

/* "km", "cja-Arab": two or three letters, and perhaps a script or a region. Other words between
 * dots ("2026", "final") are part of the name. */
static gboolean is_language(const char *word)
{
    gsize letters = strspn(word, "abcdefghijklmnopqrstuvwxyz");
    const char *more = word + letters;
    if (letters < 2 || letters > 3 || *more == '\0')
        return letters == 2 || letters == 3;
    gsize n = strlen(more + 1);
    return *more == '-' && n >= 2 && n <= 4 &&
        strspn(more + 1, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS) == n;
}

char *bt_folder_lang(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    g_auto(GStrv) parts = g_strsplit(name, ".", -1);
    guint n = g_strv_length(parts);
    return g_strdup(n >= 3 && is_language(parts[n - 2]) ? parts[n - 2] : "vi");
}

const char *bt_subtitles_type(const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    return g_str_has_suffix(lower, ".srt") ? "application/x-subrip"
        : g_str_has_suffix(lower, ".vtt")  ? "text/vtt"
                                           : NULL;
}

/* ---- subtitles of a film ---- */

static void beside_free(gpointer data)
{
    BtBeside *beside = data;
    g_free(beside->lang);
    g_free(beside->path);
    g_free(beside);
}

/* "phim.srt" or "phim.km.srt" for the stem "phim". */
static gboolean belongs_to(const char *name, const char *stem)
{
    gsize n = strlen(stem);
    if (strncmp(name, stem, n) != 0 || name[n] != '.' || !bt_subtitles_type(name))
        return FALSE;
    g_autofree char *middle = g_strndup(name + n + 1, strlen(name + n + 1) - strlen("srt"));
    gsize length = strlen(middle);
    if (length == 0)
        return TRUE;
    middle[length - 1] = '\0'; /* its dot */
    return is_language(middle);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    const BtBeside *one = *(BtBeside *const *)a, *other = *(BtBeside *const *)b;
    int vi = g_str_equal(other->lang, "vi") - g_str_equal(one->lang, "vi");
    return vi != 0 ? vi : strcmp(one->path, other->path);
}

static GPtrArray *all_beside(const char *path)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(beside_free);
    g_autofree char *folder = g_path_get_dirname(path), *stem = g_path_get_basename(path);
    char *dot = strrchr(stem, '.');
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    if (dot)
        *dot = '\0';
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        if (!g_utf8_validate(name, -1, NULL) || !belongs_to(name, stem))
            continue;
        BtBeside *beside = g_new(BtBeside, 1);
        *beside = (BtBeside){ bt_folder_lang(name), g_build_filename(folder, name, NULL),
            bt_subtitles_type(name) };
        g_ptr_array_add(all, beside);
    }
    g_ptr_array_sort(all, compare_names);
    return all;
}

static gboolean has_language(const GPtrArray *some, const char *lang)
{
    for (guint i = 0; i < some->len; i++)
        if (g_ascii_strcasecmp(((const BtBeside *)some->pdata[i])->lang, lang) == 0)
            return TRUE;
    return FALSE;
}

static void add_new_languages(GPtrArray *some, GPtrArray *more /* (transfer full) */)
{
    for (guint i = 0; i < more->len; i++) {
        BtBeside *beside = more->pdata[i];
        if (some->len == BT_ITEM_MAX_SUBTITLES || has_language(some, beside->lang))
            continue;
        g_ptr_array_add(some, beside);
        more->pdata[i] = g_new0(BtBeside, 1);
    }
    g_ptr_array_unref(more);
}

GPtrArray *bt_subtitles_beside(const char *path)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(beside_free);
    char *target = realpath(path, NULL);
    add_new_languages(found, all_beside(path));
    if (target && g_file_test(path, G_FILE_TEST_IS_SYMLINK))
        add_new_languages(found, all_beside(target));
    free(target);
    return found;
}
