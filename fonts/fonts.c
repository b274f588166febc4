/* The opened table: where the files lie on this machine, and the faces opened so far. */
#include "fonts/parts.h"

#include <libintl.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)
#define FONT_FOLDER "/usr/share/fonts"
/* Debian's whole archive of fonts is under 6,000 files and five folders deep. */
#define MAX_FILES 20000
#define MAX_DEPTH 8
#define MAX_FACE 255 /* Noto's collections hold ten */

static gboolean is_font(const char *name)
{
    return g_str_has_suffix(name, ".ttf") || g_str_has_suffix(name, ".otf") ||
        g_str_has_suffix(name, ".ttc");
}

/* The first of two files with one name wins in the order of their paths, whatever the file system's
 * order is. */
static void note_file(GHashTable *files, const char *name, char *path)
{
    char *key = g_ascii_strdown(name, -1);
    const char *known = g_hash_table_lookup(files, key);
    if (known != NULL && strcmp(known, path) <= 0) {
        g_free(key);
        g_free(path);
        return;
    }
    g_hash_table_replace(files, key, path);
}

static void walk(GHashTable *files, const char *folder, guint depth)
{
    g_autoptr(GDir) dir = depth < MAX_DEPTH ? g_dir_open(folder, 0, NULL) : NULL;
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        char *path = g_build_filename(folder, name, NULL);
        if (is_font(name) && g_hash_table_size(files) < MAX_FILES) {
            note_file(files, name, path);
            continue;
        }
        if (strchr(name, '.') == NULL && g_file_test(path, G_FILE_TEST_IS_DIR))
            walk(files, path, depth + 1);
        g_free(path);
    }
}

/* The path of entry `file`, whose %s stands for the weight; the regular one when there is no other.
 */
const char *bt_fonts_file(const BtFonts *fonts, const char *file, BtTextWeight weight)
{
    static const char *const words[] = { "Regular", "Medium", "Bold" };
    const char *star = strstr(file, "%s");
    g_autofree char *name = star == NULL
        ? g_strdup(file)
        : g_strdup_printf("%.*s%s%s", (int)(star - file), file, words[weight], star + 2);
    g_autofree char *key = g_ascii_strdown(name, -1);
    const char *path = g_hash_table_lookup(fonts->files, key);
    if (path == NULL && weight != BT_WEIGHT_REGULAR && star != NULL)
        return bt_fonts_file(fonts, file, BT_WEIGHT_REGULAR);
    return path;
}

int bt_fonts_open_face(BtFonts *fonts, const char *path, guint face_index, const BtFontEntry *entry)
{
    g_autofree char *key = g_strdup_printf("%s#%u", path, face_index);
    int slot = GPOINTER_TO_INT(g_hash_table_lookup(fonts->slots, key));
    if (slot != 0)
        return slot < 0 ? -1 : slot - 1;
    BtFace *face = bt_face_open(fonts->ft, path, face_index, entry, fonts->faces->len);
    if (face != NULL)
        g_ptr_array_add(fonts->faces, face);
    slot = face != NULL ? (int)fonts->faces->len : -1;
    g_hash_table_insert(fonts->slots, g_steal_pointer(&key), GINT_TO_POINTER(slot));
    return slot < 0 ? -1 : slot - 1;
}

int bt_fonts_entry_face(BtFonts *fonts, guint entry, BtTextWeight weight)
{
    guint n;
    const BtFontEntry *e = &bt_font_table(&n)[entry];
    const char *path = bt_fonts_file(fonts, e->file, weight);
    return path == NULL ? -1 : bt_fonts_open_face(fonts, path, e->face, e);
}

BtFace *bt_fonts_face(const BtFonts *fonts, guint index)
{
    return g_ptr_array_index(fonts->faces, index);
}

const char *bt_fonts_name(const BtFonts *fonts, guint font)
{
    return font < fonts->faces->len ? bt_fonts_face(fonts, font)->name : "";
}

/* "FILE#N" is face N of a collection, unless a file is called so. (transfer full) */
static char *split_face(const char *font_file, guint *face_index)
{
    const char *hash = strrchr(font_file, '#');
    guint64 n;
    *face_index = 0;
    if (hash == NULL || g_file_test(font_file, G_FILE_TEST_EXISTS) ||
        !g_ascii_string_to_unsigned(hash + 1, 10, 0, MAX_FACE, &n, NULL))
        return g_strdup(font_file);
    *face_index = (guint)n;
    return g_strndup(font_file, hash - font_file);
}

static gboolean open_user(BtFonts *fonts, const char *font_file, GError **error)
{
    guint face_index;
    fonts->user = -1;
    if (font_file == NULL)
        return TRUE;
    g_autofree char *path = split_face(font_file, &face_index);
    fonts->user = bt_fonts_open_face(fonts, path, face_index, NULL);
    if (fonts->user >= 0)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
        "%s: cannot be opened as a font: expected a readable TrueType or OpenType file", font_file);
    return FALSE;
}

gboolean bt_fonts_set_variations(BtFonts *fonts, const char *variations, GError **error)
{
    if (fonts->user >= 0)
        return bt_face_set_variations(bt_fonts_face(fonts, fonts->user), variations, error);
    g_set_error_literal(error, BT_ERROR, BT_ERROR_INVALID,
        "variations: no font to vary: expected a font file beside them");
    return FALSE;
}

static gboolean check_latin(BtFonts *fonts, GError **error)
{
    guint n;
    const BtFontEntry *latin = &bt_font_table(&n)[BT_FONT_LATIN];
    if (bt_fonts_entry_face(fonts, BT_FONT_LATIN, BT_WEIGHT_REGULAR) >= 0)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
        "%s: no font for Latin letters: expected NotoSans-Regular.ttf, package %s", FONT_FOLDER,
        latin->package);
    return FALSE;
}

BtFonts *bt_fonts_open(const char *font_file, GError **error)
{
    return bt_fonts_open_in(FONT_FOLDER, font_file, error);
}

BtFonts *bt_fonts_open_in(const char *folder, const char *font_file, GError **error)
{
    g_autoptr(BtFonts) fonts = g_new0(BtFonts, 1);
    fonts->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    fonts->slots = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    fonts->faces = g_ptr_array_new_with_free_func((GDestroyNotify)bt_face_free);
    fonts->chains = bt_font_chains_new();
    fonts->langs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, bt_lang_free);
    fonts->buffer = hb_buffer_create();
    fonts->glyphs = bt_glyph_cache_new();
    fonts->outlines = bt_outlines_new();
    fonts->shaped = bt_shaped_cache_new();
    fonts->words = bt_words_new();
    bt_curves_set(&fonts->curves);
    if (FT_Init_FreeType(&fonts->ft) != 0) {
        g_set_error_literal(error, BT_ERROR, BT_ERROR_FAILED, "FreeType: does not start");
        return NULL;
    }
    walk(fonts->files, folder, 0);
    if (!open_user(fonts, font_file, error) || !check_latin(fonts, error))
        return NULL;
    return g_steal_pointer(&fonts);
}

void bt_fonts_close(BtFonts *fonts)
{
    if (fonts == NULL)
        return;
    bt_shaped_cache_free(fonts->shaped);
    bt_words_free(fonts->words);
    bt_glyph_cache_free(fonts->glyphs);
    bt_outlines_free(fonts->outlines);
    hb_buffer_destroy(fonts->buffer);
    g_hash_table_destroy(fonts->langs);
    if (fonts->characters != NULL)
        ubrk_close(fonts->characters);
    g_hash_table_destroy(fonts->chains);
    g_ptr_array_unref(fonts->faces);
    g_hash_table_destroy(fonts->slots);
    g_hash_table_destroy(fonts->files);
    if (fonts->ft != NULL)
        FT_Done_FreeType(fonts->ft);
    g_free(fonts);
}

GPtrArray *bt_fonts_missing(const BtFonts *fonts)
{
    GPtrArray *missing = g_ptr_array_new_with_free_func(g_free);
    guint n;
    const BtFontEntry *table = bt_font_table(&n);
    for (guint i = 0; i < n; i++) {
        g_auto(GStrv) parts = g_strsplit(table[i].file, "%s", 2);
        g_autofree char *name = g_strjoinv("Regular", parts);
        if (table[i].required && bt_fonts_file(fonts, table[i].file, BT_WEIGHT_REGULAR) == NULL)
            g_ptr_array_add(missing,
                g_strdup_printf(
                    _("%s is not installed: the package %s brings it"), name, table[i].package));
    }
    return missing;
}
