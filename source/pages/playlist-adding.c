/* What comes into a playlist, and how one of its items is shown. */
#include "base/error.h"
#include "playlists/model/manifest.h"
#include "source/desk/library.h"
#include "source/desk/playlists.h"
#include "source/pages/html.h"
#include "source/pages/media-picture.h"
#include "source/pages/media-words.h"
#include "source/pages/playlist-items.h"
#include "source/pages/playlist-subtitles.h"
#include "source/pages/routes.h"

#include <string.h>

#define FORM_MAX_BYTES (32 * 1024) /* a mark for each file and notice that is listed */
#define MAX_FILES 24               /* as many pictures as the player draws in a moment */
#define MAX_NOTICES 60
#define URL_MAX 2000 /* code points, as FORMAT.md says */

/* ---- the page of what there is ---- */

static void add_mark(GString *html, const char *what, const char *id)
{
    bt_html_add(html,
        "<label class=\"card choice\"><input type=\"checkbox\" name=\"%s-%s\" value=\"1\">", what,
        id);
}

static void add_files(GString *html, BtVisit *visit)
{
    g_autoptr(GPtrArray) areas =
        bt_roles_areas(visit->store, visit->user, BT_WORK_EDITORS, visit->now_ms);
    g_autoptr(GPtrArray) files =
        bt_library_list(visit->store, areas, BT_LIBRARY_ANY & ~(1u << BT_LIBRARY_SUBTITLES),
            bt_visit_argument(visit, "q"), 0, MAX_FILES);
    bt_html_add(html, "<fieldset><legend>%s</legend>", _("Pictures, films, sounds"));
    if (files->len == 0)
        bt_html_add(html, "<p class=\"none\">%s <a href=\"/media\">%s</a></p>",
            _("There are none of this name."), _("Send files in"));
    g_string_append(html, "<ul class=\"cards small\">");
    for (guint i = 0; i < files->len; i++) {
        const BtLibraryFile *file = g_ptr_array_index(files, i);
        g_string_append(html, "<li>");
        add_mark(html, "file", file->sha256);
        bt_media_add_picture(html, visit, file, FALSE);
        bt_html_add(html, "<span>%s</span><span class=\"fine\">", file->name);
        bt_media_add_facts(html, visit, file);
        g_string_append(html, "</span></label></li>");
    }
    g_string_append(html, "</ul></fieldset>");
}

/* The ids of notices of the visitor's areas, the newest first. (transfer full): GArray of gint64 */
static GArray *notices_of(const BtVisit *visit)
{
    g_autoptr(GPtrArray) areas =
        bt_roles_areas(visit->store, visit->user, BT_WORK_EDITORS, visit->now_ms);
    g_autoptr(GHashTable) mine = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < areas->len; i++)
        g_hash_table_add(mine, g_ptr_array_index(areas, i));
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(BtRows) rows = bt_db_query(visit->store->db, NULL,
        "SELECT id, area FROM notice WHERE state NOT IN ('withdrawn', 'expired')"
        " ORDER BY updated_ms DESC, id DESC",
        "");
    while (ids->len < MAX_NOTICES && rows != NULL && bt_rows_next(rows, NULL)) {
        gint64 id = bt_rows_int(rows, 0);
        if (g_hash_table_contains(mine, bt_rows_text(rows, 1)))
            g_array_append_val(ids, id);
    }
    return ids;
}

static void add_notices(GString *html, const BtVisit *visit)
{
    g_autoptr(GArray) ids = notices_of(visit);
    if (ids->len == 0)
        return;
    bt_html_add(html, "<fieldset><legend>%s</legend><ul class=\"cards small\">", _("Notices"));
    for (guint i = 0; i < ids->len; i++) {
        gint64 notice = g_array_index(ids, gint64, i);
        g_autofree char *title = bt_playlist_notice_title(visit, notice);
        g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, notice);
        g_string_append(html, "<li>");
        add_mark(html, "notice", id);
        bt_html_add(html, "<span>%s</span></label></li>", title[0] != '\0' ? title : id);
    }
    g_string_append(html, "</ul></fieldset>");
}

static void add_others(GString *html)
{
    bt_html_add(html,
        "<fieldset><legend>%s</legend><label class=\"check\"><input type=\"checkbox\" "
        "name=\"clock\" "
        "value=\"1\">%s</label><label>%s<input type=\"url\" name=\"url\" maxlength=\"2000\" "
        "placeholder=\"https://…  rtsp://…\"></label><label>%s<input type=\"number\" "
        "name=\"stream_s\" min=\"1\" max=\"86400\" value=\"60\"></label></fieldset>",
        _("Others"), _("Clock, with the date"), _("Address of a live stream"),
        _("How long it is shown each time, in seconds"));
}

static BtAnswered show_adding(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtWork) work = bt_work_open(&visit, request, BT_WORK_PLAYLIST, &answered);
    if (work == NULL)
        return answered;
    g_autofree char *path = bt_work_path(work->kind, work->id);
    GString *html = g_string_new(NULL);
    bt_html_add(html,
        "<form class=\"row\" method=\"get\" action=\"%s/add\" role=\"search\"><label>%s"
        "<input type=\"search\" name=\"q\" maxlength=\"200\" value=\"%s\"></label>"
        "<button class=\"quiet\">%s</button></form>",
        path, _("Search by name"), bt_visit_argument(&visit, "q"), _("Search"));
    bt_html_add(html, "<form class=\"panel\" method=\"post\" action=\"%s/add\">", path);
    bt_work_add_hidden(html, &visit, work);
    add_files(html, &visit);
    add_notices(html, &visit);
    add_others(html);
    bt_html_add(html, "<div class=\"row\"><button>%s</button> <a href=\"%s\">%s</a></div></form>",
        _("Add what is marked"), path, _("Back"));
    return bt_visit_page(&visit, BT_HTTP_OK, "playlists", work->name, html);
}

/* ---- taking it in ---- */

/* Takes the old list and gives the new one; NULL with an error. */
static BtJson *join(BtJson *items, const BtJson *item, GError **error)
{
    BtJson *made = bt_playlist_with(items, item, error);
    bt_json_unref(items);
    return made;
}

static BtJson *join_files(BtJson *items, const BtVisit *visit, GError **error)
{
    static const char *const kinds[BT_N_LIBRARY_KINDS] = { "image", "video", "audio", NULL };
    g_autoptr(GPtrArray) areas =
        bt_roles_areas(visit->store, visit->user, BT_WORK_EDITORS, visit->now_ms);
    g_autoptr(GPtrArray) files =
        bt_library_list(visit->store, areas, BT_LIBRARY_ANY, "", 0, G_MAXUINT);
    for (guint i = files->len; items != NULL && i > 0; i--) { /* the oldest first */
        const BtLibraryFile *file = g_ptr_array_index(files, i - 1);
        g_autofree char *mark = g_strdup_printf("file-%s", file->sha256);
        if (kinds[file->kind] == NULL || bt_visit_field(visit, mark)[0] == '\0')
            continue;
        g_hash_table_remove(visit->form, mark); /* it may lie in the library of another area too */
        g_autoptr(BtJson) item = bt_json_new_object();
        bt_json_set_string(item, "kind", kinds[file->kind]);
        bt_json_set_string(item, "asset", file->sha256);
        items = join(items, item, error);
    }
    return items;
}

static BtJson *join_notices(BtJson *items, const BtVisit *visit, GError **error)
{
    g_autoptr(GArray) ids = notices_of(visit);
    for (guint i = ids->len; items != NULL && i > 0; i--) {
        gint64 id = g_array_index(ids, gint64, i - 1);
        g_autofree char *mark = g_strdup_printf("notice-%" G_GINT64_FORMAT, id);
        if (bt_visit_field(visit, mark)[0] == '\0')
            continue;
        g_autoptr(BtJson) item = bt_json_new_object();
        bt_json_set_int(item, "notice", id);
        items = join(items, item, error);
    }
    return items;
}

static gboolean is_stream(const char *url)
{
    static const char *const schemes[] = { "https://", "http://", "rtsp://", "udp://" };
    for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++)
        if (g_str_has_prefix(url, schemes[i]) && strlen(url) > strlen(schemes[i]))
            return g_utf8_strlen(url, -1) <= URL_MAX && strpbrk(url, " \"<>") == NULL;
    return FALSE;
}

static BtJson *join_others(BtJson *items, const BtVisit *visit, GError **error)
{
    const char *url = bt_visit_field(visit, "url");
    gint64 lasts_s;
    if (items != NULL && bt_visit_field(visit, "clock")[0] != '\0') {
        g_autoptr(BtJson) item = bt_json_new_object();
        bt_json_set_string(item, "kind", "clock");
        items = join(items, item, error);
    }
    if (items != NULL && url[0] != '\0' &&
        bt_visit_number(bt_visit_field(visit, "stream_s"), 1, 86400, &lasts_s)) {
        g_autoptr(BtJson) item = bt_json_new_object();
        bt_json_set_string(item, "kind", "stream");
        bt_json_set_string(item, "url", url);
        bt_json_set_int(item, "duration_ms", lasts_s * 1000);
        items = join(items, item, error);
    }
    return items;
}

static BtAnswered add(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(GError) error = NULL;
    g_autoptr(BtWork) work = bt_work_form(&visit, request, BT_WORK_PLAYLIST, &answered);
    if (work == NULL)
        return answered;
    const char *url = bt_visit_field(&visit, "url");
    if (url[0] != '\0' && !is_stream(url))
        return bt_visit_refuse(&visit, BT_HTTP_BAD_REQUEST,
            _("The address of a stream begins with https://, rtsp:// or udp://."));
    BtJson *joined = join_files(bt_json_ref(work->body), &visit, &error);
    joined = joined != NULL ? join_notices(joined, &visit, &error) : NULL;
    joined = joined != NULL ? join_others(joined, &visit, &error) : NULL;
    g_autoptr(BtJson) items = joined;
    BtWorkWords words = { work->name, items, NULL };
    return items != NULL ? bt_work_save(&visit, work, &words, "added to")
                         : bt_work_fail(&visit, g_steal_pointer(&error));
}

/* ---- how one is shown ---- */

static void add_choice(GString *html, const char *value, const char *chosen, const char *words)
{
    bt_html_add(html, "<option value=\"%s\"", value);
    if (strcmp(value, chosen) == 0)
        g_string_append(html, " selected");
    bt_html_add(html, ">%s</option>", words);
}

static const char *transition_of(const BtJson *item)
{
    BtJsonAt at = bt_json_root("item", item), member;
    return bt_json_member(&at, "transition", &member) ? bt_playlist_text(member.value, "kind") : "";
}

static void add_fields(GString *html, const BtVisit *visit, const BtJson *item)
{
    const char *kind = bt_playlist_kind(item), *transition = transition_of(item);
    gint64 lasts_ms = bt_playlist_number(item, "duration_ms");
    if (strcmp(kind, "video") != 0 && strcmp(kind, "audio") != 0) {
        g_autofree char *lasts = g_strdup_printf("%d", (int)(lasts_ms > 0 ? lasts_ms / 1000 : 10));
        bt_html_add(html,
            "<label>%s<input type=\"number\" name=\"seconds\" min=\"1\" max=\"86400\" "
            "value=\"%s\"></label>",
            _("Seconds"), lasts);
    }
    bt_html_add(html, "<label>%s<select name=\"transition\">", _("Comes on"));
    add_choice(html, "cut", transition, _("at once"));
    add_choice(html, "fade", transition, _("by a soft fade"));
    g_string_append(html, "</select></label>");
    if (strcmp(kind, "clock") == 0 || strcmp(kind, "audio") == 0)
        return;
    bt_html_add(html, "<label>%s<select name=\"fit\">", _("In its zone"));
    add_choice(
        html, "contain", bt_playlist_text(item, "fit"), _("all of it, with a ground around"));
    add_choice(html, "cover", bt_playlist_text(item, "fit"), _("fills the zone, cut at its edges"));
    g_string_append(html, "</select></label>");
    if (strcmp(kind, "video") == 0)
        bt_playlist_subtitles_add(html, visit, item);
}

static BtAnswered show_item(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtWork) work = bt_work_open(&visit, request, BT_WORK_PLAYLIST, &answered);
    if (work == NULL)
        return answered;
    int index = bt_playlist_index(work->body, bt_visit_argument(&visit, "id"));
    if (index < 0)
        return bt_visit_refuse(
            &visit, BT_HTTP_NOT_FOUND, _("This item is not in the playlist any more."));
    const BtJson *item = bt_playlist_item(work->body, (guint)index);
    g_autofree char *path = bt_work_path(work->kind, work->id),
                    *title = bt_playlist_title(&visit, item);
    GString *html = g_string_new(NULL);
    if (strcmp(bt_playlist_kind(item), "notice") == 0) {
        bt_html_add(html, "<p>%s <a href=\"%s\">%s</a></p>",
            _("A notice says itself how long it is shown."), path, _("Back"));
        return bt_visit_page(&visit, BT_HTTP_OK, "playlists", title, html);
    }
    bt_html_add(html, "<form class=\"panel\" method=\"post\" action=\"%s/item\">", path);
    bt_work_add_hidden(html, &visit, work);
    bt_html_add(
        html, "<input type=\"hidden\" name=\"id\" value=\"%s\">", bt_playlist_text(item, "id"));
    add_fields(html, &visit, item);
    bt_html_add(html, "<div class=\"row\"><button>%s</button> <a href=\"%s\">%s</a></div></form>",
        _("Save"), path, _("Back"));
    return bt_visit_page(&visit, BT_HTTP_OK, "playlists", title, html);
}

/* One of a list of words, NULL when it is none of them. Static. */
static const char *word_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(*words, text) == 0)
            return *words;
    return NULL;
}

static BtAnswered save_item(BtRequest *request)
{
    static const char *const transitions[] = { "cut", "fade", NULL };
    static const char *const fits[] = { "contain", "cover", NULL };
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    gint64 lasts_s = 0;
    g_autoptr(BtWork) work = bt_work_form(&visit, request, BT_WORK_PLAYLIST, &answered);
    if (work == NULL)
        return answered;
    int index = bt_playlist_index(work->body, bt_visit_field(&visit, "id"));
    const char *seconds = bt_visit_field(&visit, "seconds");
    if (index < 0)
        return bt_visit_refuse(
            &visit, BT_HTTP_NOT_FOUND, _("This item is not in the playlist any more."));
    if (seconds[0] != '\0' && !bt_visit_number(seconds, 1, 86400, &lasts_s))
        return bt_visit_refuse(
            &visit, BT_HTTP_BAD_REQUEST, _("Write the time in whole seconds, 1 to 86,400."));
    const char *why;
    g_autoptr(BtJson) subtitles =
        bt_playlist_subtitles_read(&visit, bt_playlist_item(work->body, (guint)index), &why);
    if (subtitles == NULL)
        return bt_visit_refuse(&visit, BT_HTTP_BAD_REQUEST, why);
    BtPlaylistLook look = { lasts_s * 1000,
        word_of(bt_visit_field(&visit, "transition"), transitions),
        word_of(bt_visit_field(&visit, "fit"), fits), subtitles };
    g_autoptr(BtJson) items = bt_playlist_dressed(work->body, (guint)index, &look);
    BtWorkWords words = { work->name, items, NULL };
    return bt_work_save(&visit, work, &words, "changed an item of");
}

const BtRoute bt_playlist_adding_routes[] = {
    { "GET", "/playlists/", BT_PART_NUMBER, "/add", 0, show_adding },
    { "POST", "/playlists/", BT_PART_NUMBER, "/add", FORM_MAX_BYTES, add },
    { "GET", "/playlists/", BT_PART_NUMBER, "/item", 0, show_item },
    { "POST", "/playlists/", BT_PART_NUMBER, "/item", FORM_MAX_BYTES, save_item },
    { NULL },
};
