/* Rows of a language and a file, "lang-N" and "file-N". A language that is left open is what the
 * file's name says, as it is for a folder that is played. */
#include "source/pages/playlist-subtitles.h"

#include "playlists/model/manifest.h"
#include "source/desk/library.h"
#include "source/desk/playlists.h"
#include "source/pages/html.h"
#include "source/pages/languages.h"

#include <string.h>

#define NEW_ROWS 2
#define FILES_MAX 150 /* of the library, to choose from: the page stays small */
#define VIETNAMESE "vi"

static GPtrArray *areas_of(const BtVisit *visit)
{
    return bt_roles_areas(visit->store, visit->user, BT_WORK_EDITORS, visit->now_ms);
}

/* ---- what the item has ---- */

static BtJsonAt list_of(const BtJson *item)
{
    BtJsonAt root = bt_json_root("item", item), list;
    return bt_json_member(&root, "subtitles", &list) && bt_json_is_array(&list)
        ? list
        : bt_json_root("none", NULL);
}

static guint count(const BtJsonAt *list)
{
    return list->value != NULL ? (guint)bt_json_length(list) : 0;
}

static const BtJson *find(const BtJsonAt *list, const char *key, const char *text)
{
    for (guint i = 0; i < count(list); i++) {
        BtJsonAt at = bt_json_element(list, i);
        if (strcmp(bt_playlist_text(at.value, key), text) == 0)
            return at.value;
    }
    return NULL;
}

char *bt_playlist_subtitles_words(const BtJson *item)
{
    BtJsonAt list = list_of(item);
    GString *words = g_string_new(NULL);
    for (guint i = 0; i < count(&list); i++) {
        BtJsonAt at = bt_json_element(&list, i);
        g_string_append_printf(words, "%s%s", i > 0 ? ", " : "",
            bt_page_language_name(bt_playlist_text(at.value, "lang")));
    }
    return g_string_free(words, FALSE);
}

/* ---- the form ---- */

static void add_option(GString *html, const char *value, const char *chosen, const char *words)
{
    bt_html_add(html, "<option value=\"%s\"", value);
    if (strcmp(value, chosen) == 0)
        g_string_append(html, " selected");
    bt_html_add(html, ">%s</option>", words);
}

static void begin_row(GString *html, guint row, const char *lang)
{
    g_autofree char *n = g_strdup_printf("%u", row);
    bt_html_add(
        html, "<div class=\"row four\"><label>%s<select name=\"lang-%s\">", _("Language"), n);
    add_option(html, "", lang, _("as its name says"));
    for (const BtPageLanguage *language = bt_page_languages; language->tag != NULL; language++)
        add_option(html, language->tag, lang, language->name);
    if (*lang != '\0' && !bt_page_language_is_known(lang))
        add_option(html, lang, lang, lang);
    bt_html_add(html, "</select></label><label>%s<select name=\"file-%s\">", _("File"), n);
}

/* One of another library, or taken out of it since, stays as it is. */
static void add_old_row(
    GString *html, const BtVisit *visit, const GPtrArray *areas, guint row, const BtJson *subtitles)
{
    const char *sha256 = bt_playlist_text(subtitles, "asset");
    g_autoptr(BtLibraryFile) file = bt_library_find(visit->store, sha256, areas, NULL);
    begin_row(html, row, bt_playlist_text(subtitles, "lang"));
    add_option(html, sha256, sha256, file != NULL ? file->name : _("As it is now"));
    add_option(html, "", sha256, _("Take it out"));
    g_string_append(html, "</select></label></div>");
}

static void add_new_row(GString *html, const GPtrArray *files, guint row)
{
    begin_row(html, row, "");
    add_option(html, "", "", _("none"));
    for (guint i = 0; i < files->len; i++) {
        const BtLibraryFile *file = g_ptr_array_index(files, i);
        add_option(html, file->sha256, "", file->name);
    }
    g_string_append(html, "</select></label></div>");
}

void bt_playlist_subtitles_add(GString *html, const BtVisit *visit, const BtJson *item)
{
    g_autoptr(GPtrArray) areas = areas_of(visit);
    g_autoptr(GPtrArray) files =
        bt_library_list(visit->store, areas, 1u << BT_LIBRARY_SUBTITLES, "", 0, FILES_MAX);
    BtJsonAt list = list_of(item);
    guint row = 0, rows = MIN(count(&list) + NEW_ROWS, BT_ITEM_MAX_SUBTITLES);
    bt_html_add(html,
        "<fieldset><legend>%s</legend><p class=\"fine\">%s <a href=\"/media\">%s</a></p>",
        _("Subtitles"),
        _("A zone shows those of its language; a zone for all languages those in the first row. "
          "SRT or WebVTT in UTF-8, at most 1 MB, 10,000 cues."),
        _("Send files in"));
    for (; row < count(&list) && row < rows; row++) {
        BtJsonAt at = bt_json_element(&list, row);
        add_old_row(html, visit, areas, row, at.value);
    }
    for (; row < rows && files->len > 0; row++)
        add_new_row(html, files, row);
    if (files->len == 0 && count(&list) == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", _("There are none in the library yet."));
    g_string_append(html, "</fieldset>");
}

/* ---- reading ---- */

static gboolean is_of_library(
    const BtVisit *visit, const GPtrArray *areas, const char *sha256, char **name)
{
    g_autoptr(BtLibraryFile) file = bt_library_find(visit->store, sha256, areas, NULL);
    if (file == NULL || file->kind != BT_LIBRARY_SUBTITLES)
        return FALSE;
    *name = g_strdup(file->name);
    return TRUE;
}

/* What the form says, what the file's name says ("phim.km.srt"), or Vietnamese. (transfer full) */
static char *choose_lang(const BtJsonAt *had, const char *said, const char *name)
{
    g_auto(GStrv) parts = g_strsplit(name, ".", -1);
    guint n = g_strv_length(parts);
    if (bt_page_language_is_known(said) || find(had, "lang", said) != NULL)
        return g_strdup(said);
    return g_strdup(n >= 3 && bt_page_language_is_known(parts[n - 2]) ? parts[n - 2] : VIETNAMESE);
}

static gboolean has_lang(const BtJson *made, const char *lang)
{
    BtJsonAt list = bt_json_root("subtitles", made);
    for (guint i = 0; i < count(&list); i++) {
        BtJsonAt at = bt_json_element(&list, i);
        if (g_ascii_strcasecmp(bt_playlist_text(at.value, "lang"), lang) == 0)
            return TRUE;
    }
    return FALSE;
}

static const char *read_row(
    const BtVisit *visit, const GPtrArray *areas, const BtJsonAt *had, guint row, BtJson *made)
{
    g_autofree char *lang_field = g_strdup_printf("lang-%u", row),
                    *file_field = g_strdup_printf("file-%u", row), *name = NULL;
    const char *sha256 = bt_visit_field(visit, file_field);
    if (*sha256 == '\0')
        return NULL;
    if (!is_of_library(visit, areas, sha256, &name) && find(had, "asset", sha256) == NULL)
        return _("These subtitles are not in the library any more. Choose others.");
    g_autofree char *lang =
        choose_lang(had, bt_visit_field(visit, lang_field), name != NULL ? name : "");
    if (has_lang(made, lang))
        return _("Two files are of the same language. Choose another language for one of them, or "
                 "take it out.");
    BtJson *subtitles = bt_json_new_object();
    bt_json_set_string(subtitles, "lang", lang);
    bt_json_set_string(subtitles, "asset", sha256);
    bt_json_append(made, subtitles);
    return NULL;
}

BtJson *bt_playlist_subtitles_read(const BtVisit *visit, const BtJson *item, const char **why)
{
    BtJsonAt had = list_of(item);
    g_autoptr(GPtrArray) areas = areas_of(visit);
    g_autoptr(BtJson) made = bt_json_new_array();
    *why = NULL;
    if (!g_hash_table_contains(visit->form, "file-0"))
        return had.value != NULL ? bt_json_ref(had.value) : g_steal_pointer(&made);
    for (guint row = 0; *why == NULL && row < BT_ITEM_MAX_SUBTITLES; row++)
        *why = read_row(visit, areas, &had, row, made);
    return *why == NULL ? g_steal_pointer(&made) : NULL;
}
