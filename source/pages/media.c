/* The library of pictures, films and sounds: sending them in, finding them, what they are called
 * and where they are used. */
#include "source/desk/areas.h"
#include "source/pages/routes.h"

#include "base/error.h"
#include "base/io.h"
#include "playlists/model/manifest.h"
#include "source/pages/area-choice.h"
#include "source/pages/files.h"
#include "source/pages/html.h"
#include "source/pages/media-picture.h"
#include "source/pages/media-words.h"
#include "source/pages/uploads.h"
#include "source/store/site.h"

#include <string.h>

#define EDITORS (1u << BT_ROLE_EDITOR)
#define READERS (EDITORS | 1u << BT_ROLE_APPROVER | 1u << BT_ROLE_OPERATOR | 1u << BT_ROLE_AUDITOR)
#define PER_PAGE 24 /* as many pictures as the player draws in a moment */
#define PER_CHOICE 24
#define FORM_MAX_BYTES 4096
#define CUES_SHOWN_CHARS 20000

/* ---- what is asked for ---- */

typedef struct {
    const char *text; /* of their names */
    const char *kind; /* as in the address; "" all */
    guint kinds;
    gint64 page;
} Search;

static const char *const kind_words[BT_N_LIBRARY_KINDS] = { "picture", "film", "sound",
    "subtitles" };

static Search search_of(BtVisit *visit)
{
    Search search = { bt_visit_argument(visit, "q"), bt_visit_argument(visit, "kind"),
        BT_LIBRARY_ANY, 0 };
    for (guint i = 0; i < BT_N_LIBRARY_KINDS; i++)
        if (strcmp(search.kind, kind_words[i]) == 0)
            search.kinds = 1u << i;
    if (search.kinds == BT_LIBRARY_ANY)
        search.kind = "";
    if (strlen(search.text) > BT_LIBRARY_NAME_MAX)
        search.text = "";
    (void)bt_visit_number(bt_visit_argument(visit, "page"), 0, 10000, &search.page);
    return search;
}

static GPtrArray *areas_of(const BtVisit *visit, guint roles)
{
    return bt_roles_areas(visit->store, visit->user, roles, visit->now_ms);
}

/* ---- sending in ---- */

static void add_unfinished(GString *html, const BtVisit *visit)
{
    g_autoptr(GPtrArray) list = bt_uploads_unfinished(visit->store, visit->user);
    if (list->len == 0)
        return;
    bt_html_add(html, "<h3>%s</h3><p class=\"fine\">%s</p><ul class=\"rows\">",
        _("Not sent to the end"), _("Choose the same file again: it goes on where it was."));
    for (guint i = 0; i < list->len; i++) {
        const BtUpload *upload = g_ptr_array_index(list, i);
        g_autofree char *percent =
            g_strdup_printf("%d %%", (int)(upload->offset_bytes * 100 / upload->size_bytes));
        bt_upload_look_again(visit->request->server, upload->id, visit->user);
        bt_html_add(html,
            "<li><b>%s</b> <span>%s</span><form method=\"post\" action=\"/uploads/%s/forget\">",
            upload->name, percent, upload->id);
        bt_visit_add_token(html, visit);
        bt_html_add(html, "<button class=\"quiet\" aria-label=\"%s: %s\">%s</button></form></li>",
            _("Remove"), upload->name, _("Remove"));
    }
    g_string_append(html, "</ul>");
}

static void add_sending(GString *html, const BtVisit *visit)
{
    g_autofree char *script = bt_file_path("upload.js");
    bt_html_add(html, "<section class=\"panel\"><h2>%s</h2>", _("Send files in"));
    bt_media_begin_upload(html, visit, "");
    bt_area_choice_add(html, visit, EDITORS, "");
    bt_html_add(html,
        "<label class=\"drop\">%s<span class=\"fine\">%s</span>"
        "<input type=\"file\" name=\"files\" multiple "
        "accept=\"image/*,video/*,audio/*,.srt,.vtt\"></label></form>"
        "<noscript><p class=\"message\">%s</p></noscript>"
        "<ul class=\"rows\" id=\"uploads\"></ul>",
        _("Choose pictures, films, sounds or subtitles"),
        _("or drop them here; at most 4 GB each, subtitles 1 MB"),
        _("Sending files in pieces needs JavaScript: switch it on for this page."));
    add_unfinished(html, visit);
    bt_html_add(html, "<script type=\"module\" src=\"%s\"></script></section>", script);
}

/* ---- the list ---- */

static void add_file(GString *html, const BtVisit *visit, const BtLibraryFile *file)
{
    g_string_append(html, "<li class=\"card\">");
    bt_media_add_picture(html, visit, file, FALSE);
    bt_html_add(html, "<a href=\"/media/%s\">%s</a><p class=\"fine\">", file->sha256, file->name);
    bt_media_add_facts(html, visit, file);
    g_string_append(html, "</p></li>");
}

static void add_page_link(
    GString *html, const Search *search, gint64 page, const char *relation, const char *words)
{
    g_autofree char *text = g_uri_escape_string(search->text, NULL, FALSE);
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, page);
    bt_html_add(html, "<a rel=\"%s\" href=\"/media?q=%s&amp;kind=%s&amp;page=%s\">%s</a>", relation,
        text, search->kind, number, words);
}

static void add_list(GString *html, const BtVisit *visit, const Search *search)
{
    g_autoptr(GPtrArray) areas = areas_of(visit, READERS);
    g_autoptr(GPtrArray) files = bt_library_list(visit->store, areas, search->kinds, search->text,
        (guint)search->page * PER_PAGE, PER_PAGE + 1);
    if (files->len == 0) {
        bt_html_add(html, "<p class=\"none\">%s</p>",
            search->text[0] != '\0' || search->kind[0] != '\0' ? _("Nothing is called so.")
                                                               : _("The library is empty."));
        return;
    }
    g_string_append(html, "<ul class=\"cards small\">");
    for (guint i = 0; i < MIN(files->len, PER_PAGE); i++)
        add_file(html, visit, g_ptr_array_index(files, i));
    bt_html_add(html, "</ul><nav class=\"parts\" aria-label=\"%s\">", _("Library"));
    if (search->page > 0)
        add_page_link(html, search, search->page - 1, "prev", _("Newer"));
    if (files->len > PER_PAGE)
        add_page_link(html, search, search->page + 1, "next", _("Older"));
    g_string_append(html, "</nav>");
}

static void add_kinds(GString *html, const Search *search)
{
    bt_html_add(
        html, "<label>%s<select name=\"kind\"><option value=\"\">%s</option>", _("Kind"), _("All"));
    for (guint i = 0; i < BT_N_LIBRARY_KINDS; i++) {
        bt_html_add(html, "<option value=\"%s\"", kind_words[i]);
        if (strcmp(search->kind, kind_words[i]) == 0)
            g_string_append(html, " selected");
        bt_html_add(html, ">%s</option>", bt_media_kind_name(i));
    }
    g_string_append(html, "</select></label>");
}

static void add_search(GString *html, const Search *search)
{
    bt_html_add(html,
        "<form class=\"row\" id=\"search\" method=\"get\" action=\"/media\" role=\"search\" "
        "hx-get=\"/media/list\" hx-target=\"#files\" "
        "hx-trigger=\"input delay:300ms, uploaded from:body\">"
        "<label>%s<input type=\"search\" name=\"q\" maxlength=\"200\" value=\"%s\"></label>",
        _("Name"), search->text);
    add_kinds(html, search);
    bt_html_add(html, "<button class=\"quiet\">%s</button></form>", _("Search"));
}

static BtAnswered show_library(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, READERS, &answered))
        return answered;
    Search search = search_of(&visit);
    GString *html = g_string_new(NULL);
    if (bt_visit_may(&visit, EDITORS, NULL))
        add_sending(html, &visit);
    bt_html_add(html, "<section><h2>%s</h2>", _("Library"));
    add_search(html, &search);
    g_string_append(html, "<div id=\"files\" aria-live=\"polite\">");
    add_list(html, &visit, &search);
    g_string_append(html, "</div></section>");
    return bt_visit_page(&visit, BT_HTTP_OK, "media", _("Pictures and films"), html);
}

static BtAnswered show_list(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, READERS, &answered))
        return answered;
    Search search = search_of(&visit);
    GString *html = g_string_new(NULL);
    add_list(html, &visit, &search);
    return bt_visit_part(&visit, BT_HTTP_OK, html);
}

/* ---- choosing one, in another page's form ---- */

/* Which is chosen says `chosen`, or the argument with the field's own name, as a form sends it by
 * itself. */

static gboolean is_field_name(const char *text)
{
    return strlen(text) >= 1 && strlen(text) <= 32 &&
        strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(text);
}

static void add_choice(GString *html, const BtVisit *visit, const BtLibraryFile *file,
    const char *field, const char *chosen)
{
    bt_html_add(html,
        "<li><label class=\"card choice\"><input type=\"radio\" name=\"%s\" value=\"%s\"", field,
        file->sha256);
    if (strcmp(file->sha256, chosen) == 0)
        g_string_append(html, " checked");
    g_string_append(html, ">");
    bt_media_add_picture(html, visit, file, FALSE);
    bt_html_add(html, "<span>%s</span><span class=\"fine\">", file->name);
    bt_media_add_facts(html, visit, file);
    g_string_append(html, "</span></label></li>");
}

/* What is chosen stays in the list whatever is looked for: else the form would lose it. */
static void add_chosen(GString *html, const BtVisit *visit, const GPtrArray *areas,
    const GPtrArray *files, const char *field, const char *chosen)
{
    for (guint i = 0; i < files->len; i++)
        if (strcmp(((const BtLibraryFile *)g_ptr_array_index(files, i))->sha256, chosen) == 0)
            return;
    g_autoptr(BtLibraryFile) file = bt_library_find(visit->store, chosen, areas, NULL);
    if (file != NULL)
        add_choice(html, visit, file, field, chosen);
    else
        bt_html_add(html,
            "<li><label class=\"card choice\"><input type=\"radio\" name=\"%s\" value=\"%s\""
            " checked><span>%s</span></label></li>",
            field, chosen, _("As it is now"));
}

static void add_choices(
    GString *html, BtVisit *visit, const Search *search, const char *field, const char *chosen)
{
    g_autoptr(GPtrArray) areas = areas_of(visit, EDITORS);
    g_autoptr(GPtrArray) files =
        bt_library_list(visit->store, areas, search->kinds, search->text, 0, PER_CHOICE);
    bt_html_add(html,
        "<ul class=\"cards small\"><li><label class=\"card choice\">"
        "<input type=\"radio\" name=\"%s\" value=\"\"",
        field);
    if (chosen[0] == '\0')
        g_string_append(html, " checked");
    bt_html_add(html, "><span>%s</span></label></li>", _("None"));
    if (chosen[0] != '\0')
        add_chosen(html, visit, areas, files, field, chosen);
    for (guint i = 0; i < files->len; i++)
        add_choice(html, visit, g_ptr_array_index(files, i), field, chosen);
    g_string_append(html, "</ul>");
}

static BtAnswered show_choice(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, EDITORS, &answered))
        return answered;
    const char *field = bt_visit_argument(&visit, "field");
    const char *chosen = is_field_name(field) ? bt_visit_argument(&visit, field) : "";
    if (chosen[0] == '\0')
        chosen = bt_visit_argument(&visit, "chosen");
    Search search = search_of(&visit);
    if (!is_field_name(field) || (chosen[0] != '\0' && !bt_hash_is_hex(chosen)))
        return bt_http_refuse(request, BT_HTTP_BAD_REQUEST, "not a choice of this page");
    GString *html = g_string_new(NULL);
    bt_html_add(html,
        "<fieldset class=\"pick\"><legend>%s</legend><label>%s<input type=\"search\" name=\"q\" "
        "id=\"pick-q\" "
        "maxlength=\"200\" value=\"%s\" hx-get=\"/media/pick?field=%s&amp;kind=%s\" "
        "hx-include=\"closest .pick\" hx-target=\"closest .pick\" hx-swap=\"outerHTML\" "
        "hx-trigger=\"input changed delay:400ms\"></label>",
        _("From the library"), _("Search by name"), search.text, field, search.kind);
    add_choices(html, &visit, &search, field, chosen);
    g_string_append(html, "</fieldset>");
    return bt_visit_part(&visit, BT_HTTP_OK, html);
}

/* ---- one file ---- */

/* As it is written; a player's parser reads it in its jail only. */
static void add_cues(GString *html, const BtVisit *visit, const BtLibraryFile *file)
{
    g_autofree char *path = bt_site_asset_path(visit->store->site, file->sha256);
    g_autoptr(GBytes) bytes =
        file->kind == BT_LIBRARY_SUBTITLES ? bt_io_read(path, BT_SUBTITLES_MAX_BYTES, NULL) : NULL;
    if (bytes == NULL)
        return;
    g_autofree char *text =
        g_utf8_make_valid(g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes));
    gboolean is_long = g_utf8_strlen(text, -1) > CUES_SHOWN_CHARS;
    g_autofree char *shown = is_long ? g_utf8_substring(text, 0, CUES_SHOWN_CHARS) : g_strdup(text);
    bt_html_add(html, "<details><summary>%s</summary><pre class=\"cues\">%s%s</pre></details>",
        _("What the subtitles say"), shown, is_long ? "…" : "");
}

static void add_uses(GString *html, const GPtrArray *uses)
{
    bt_html_add(html, "<section class=\"panel\"><h2>%s</h2>", _("Where it is used"));
    if (uses->len == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", _("Nowhere."));
    else
        g_string_append(html, "<ul class=\"rows\">");
    for (guint i = 0; i < uses->len; i++) {
        const BtLibraryUse *use = g_ptr_array_index(uses, i);
        g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, use->id);
        bt_html_add(html, "<li><a href=\"/%s/%s\">%s: %s</a></li>",
            use->is_notice ? "notices" : "playlists", id,
            use->is_notice ? _("Notice") : _("Playlist"), use->name[0] != '\0' ? use->name : id);
    }
    g_string_append(html, uses->len > 0 ? "</ul></section>" : "</section>");
}

static void add_rename(GString *html, const BtVisit *visit, const BtLibraryFile *file)
{
    bt_html_add(
        html, "<form class=\"row\" method=\"post\" action=\"/media/%s/name\">", file->sha256);
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        "<label>%s<input name=\"name\" required maxlength=\"200\" value=\"%s\"></label>"
        "<button>%s</button></form>",
        _("Name"), file->name, _("Save the name"));
}

static void add_notice(GString *html, const BtVisit *visit, const BtLibraryFile *file)
{
    if (file->kind != BT_LIBRARY_PICTURE)
        return;
    g_string_append(html, "<form method=\"post\" action=\"/notices/new\">");
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        "<input type=\"hidden\" name=\"picture\" value=\"%s\"><button>%s</button></form>",
        file->sha256, _("Write a notice with this picture"));
}

static void add_remove(
    GString *html, const BtVisit *visit, const BtLibraryFile *file, const GPtrArray *uses)
{
    if (uses->len > 0) {
        bt_html_add(html, "<p class=\"fine\">%s</p>",
            _("It can be taken out of the library when nothing uses it."));
        return;
    }
    bt_html_add(html, "<form method=\"post\" action=\"/media/%s/remove\">", file->sha256);
    bt_visit_add_token(html, visit);
    bt_html_add(html, "<button class=\"quiet\">%s</button></form>", _("Take out of the library"));
}

static void add_about(GString *html, const BtVisit *visit, const BtLibraryFile *file)
{
    g_autofree char *area = bt_areas_name(visit->store, file->area);
    g_string_append(html, "<section class=\"panel\">");
    bt_media_add_picture(html, visit, file, TRUE);
    g_string_append(html, "<p>");
    bt_media_add_facts(html, visit, file);
    bt_html_add(html, "</p><p class=\"fine\">%s · %s · ", area, file->user);
    bt_visit_add_time(html, visit, file->created_ms);
    g_string_append(html, "</p>");
    add_cues(html, visit, file);
    bt_media_add_advice(html, file);
}

static BtAnswered show_file(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(GError) error = NULL;
    if (!bt_visit_open(&visit, request, READERS, &answered))
        return answered;
    g_autoptr(GPtrArray) areas = areas_of(&visit, READERS);
    g_autoptr(BtLibraryFile) file = bt_library_find(visit.store, request->name, areas, &error);
    if (file == NULL)
        return bt_visit_refuse(
            &visit, BT_HTTP_NOT_FOUND, _("This is not in the library (any more)."));
    g_autoptr(GPtrArray) uses = bt_library_uses(visit.store, file->sha256);
    GString *html = g_string_new(NULL);
    add_about(html, &visit, file);
    if (bt_visit_may(&visit, EDITORS, file->area)) {
        add_notice(html, &visit, file);
        add_rename(html, &visit, file);
        add_remove(html, &visit, file, uses);
    }
    g_string_append(html, "</section>");
    add_uses(html, uses);
    return bt_visit_page(&visit, BT_HTTP_OK, "media", file->name, html);
}

static BtAnswered show_advice(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, READERS, &answered))
        return answered;
    g_autoptr(GPtrArray) areas = areas_of(&visit, READERS);
    g_autoptr(BtLibraryFile) file = bt_library_find(visit.store, request->name, areas, NULL);
    return file != NULL
        ? bt_media_send_advice(&visit, file)
        : bt_visit_refuse(&visit, BT_HTTP_NOT_FOUND, _("This is not in the library (any more)."));
}

/* The file that a form is about, where the visitor may change it; else it was answered. */
static BtLibraryFile *file_of_form(BtVisit *visit, BtRequest *request, BtAnswered *answered)
{
    if (!bt_visit_form(visit, request, EDITORS, answered))
        return NULL;
    g_autoptr(GPtrArray) areas = areas_of(visit, EDITORS);
    BtLibraryFile *file = bt_library_find(visit->store, request->name, areas, NULL);
    if (file == NULL)
        *answered =
            bt_visit_refuse(visit, BT_HTTP_NOT_FOUND, _("This is not in the library (any more)."));
    return file;
}

static BtAnswered rename_file(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(GError) error = NULL;
    g_autoptr(BtLibraryFile) file = file_of_form(&visit, request, &answered);
    if (file == NULL)
        return answered;
    const char *name = bt_visit_field(&visit, "name");
    g_autofree char *where = g_strdup_printf("/media/%s", file->sha256);
    if (!bt_library_rename(visit.store, file, name, &error))
        return error->code == BT_ERROR_INVALID
            ? bt_visit_refuse(&visit, BT_HTTP_BAD_REQUEST, _("Write a name of 1 to 200 letters."))
            : bt_visit_fail(&visit, g_steal_pointer(&error));
    if (!bt_visit_note(&visit, &error, "renamed media %s to \"%s\"", file->sha256, name))
        return bt_visit_fail(&visit, g_steal_pointer(&error));
    return bt_visit_go(&visit, where, NULL);
}

static BtAnswered remove_file(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(GError) error = NULL;
    g_autoptr(BtLibraryFile) file = file_of_form(&visit, request, &answered);
    if (file == NULL)
        return answered;
    if (!bt_library_remove(visit.store, file, &error))
        return error->code == BT_ERROR_CONFLICT
            ? bt_visit_refuse(&visit, BT_HTTP_CONFLICT,
                  _("It is used. Take it out of the notices and playlists first."))
            : bt_visit_fail(&visit, g_steal_pointer(&error));
    if (!bt_visit_note(&visit, &error, "took media %s \"%s\" out of the library of %s",
            file->sha256, file->name, file->area))
        return bt_visit_fail(&visit, g_steal_pointer(&error));
    return bt_visit_go(&visit, "/media", NULL);
}

const BtRoute bt_media_routes[] = {
    { "GET", "/media", BT_PART_NOTHING, "", 0, show_library },
    { "GET", "/media/list", BT_PART_NOTHING, "", 0, show_list },
    { "GET", "/media/pick", BT_PART_NOTHING, "", 0, show_choice },
    { "GET", "/media/", BT_PART_HASH, "", 0, show_file },
    { "GET", "/media/", BT_PART_HASH, "/advice", 0, show_advice },
    { "POST", "/media/", BT_PART_HASH, "/name", FORM_MAX_BYTES, rename_file },
    { "POST", "/media/", BT_PART_HASH, "/remove", FORM_MAX_BYTES, remove_file },
    { NULL },
};
