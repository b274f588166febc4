/* Playlists: what plays after what. */
#include "source/desk/playlists.h"

#include "base/error.h"
#include "source/desk/library.h"
#include "source/pages/area-choice.h"
#include "source/pages/files.h"
#include "source/pages/html.h"
#include "source/pages/playlist-items.h"
#include "source/pages/routes.h"

#include <string.h>

#define FORM_MAX_BYTES 4096
#define DO_MAX_WORDS 3

/* ---- all of them ---- */

static BtAnswered show_all(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, BT_WORK_READERS, &answered))
        return answered;
    g_autoptr(GPtrArray) works = bt_work_all(&visit, BT_WORK_PLAYLIST);
    GString *html = g_string_new(NULL);
    g_string_append(html, "<section class=\"panel\">");
    bt_work_add_links(html, &visit, works);
    g_string_append(html, "</section>");
    bt_work_add_new(html, &visit, BT_WORK_PLAYLIST, _("New playlist"));
    return bt_visit_page(&visit, BT_HTTP_OK, "playlists", _("Playlists"), html);
}

static BtAnswered begin(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtJson) items = bt_json_new_array();
    BtWorkWords words = { .body = items };
    return bt_visit_form(&visit, request, BT_WORK_EDITORS, &answered)
        ? bt_work_add(&visit, BT_WORK_PLAYLIST, &words)
        : answered;
}

/* ---- one ---- */

static void add_name(GString *html, const BtVisit *visit, const BtWork *work)
{
    g_autofree char *path = bt_work_path(work->kind, work->id);
    bt_html_add(html, "<form class=\"row panel\" method=\"post\" action=\"%s/name\">", path);
    bt_work_add_hidden(html, visit, work);
    bt_html_add(html,
        "<label>%s<input name=\"name\" required maxlength=\"200\" value=\"%s\"></label>"
        "<button class=\"quiet\">%s</button></form>",
        _("Name"), work->name, _("Save the name"));
}

static BtAnswered show(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtWork) work = bt_work_open(&visit, request, BT_WORK_PLAYLIST, &answered);
    if (work == NULL)
        return answered;
    g_autofree char *script = bt_file_path("sort.js");
    g_autofree char *path = bt_work_path(work->kind, work->id);
    GString *html = g_string_new(NULL);
    bt_html_add(html, "<section class=\"panel\"><h2>%s</h2>", _("In this order, again and again"));
    bt_playlist_add_items(html, &visit, work, NULL);
    g_string_append(html, "<p id=\"said\" role=\"status\" class=\"fine\"></p>");
    if (bt_visit_may(&visit, BT_WORK_EDITORS, work->area))
        bt_html_add(
            html, "<p><a class=\"button\" href=\"%s/add\">%s</a></p>", path, _("Add something"));
    g_string_append(html, "</section>");
    if (bt_visit_may(&visit, BT_WORK_EDITORS, work->area))
        add_name(html, &visit, work);
    bt_work_add_end(html, &visit, work);
    bt_html_add(html, "<script type=\"module\" src=\"%s\"></script>", script);
    return bt_visit_page(&visit, BT_HTTP_OK, "playlists", work->name, html);
}

static BtAnswered rename_playlist(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtWork) work = bt_work_form(&visit, request, BT_WORK_PLAYLIST, &answered);
    if (work == NULL)
        return answered;
    BtWorkWords words = { bt_visit_field(&visit, "name"), work->body, NULL };
    return bt_work_save(&visit, work, &words, "renamed");
}

/* ---- the order ---- */

/* "up ID", "down ID", "place ID N", "drop ID". NULL: it is none of these. */
static BtJson *changed(const BtJson *items, const char *wish, guint *at)
{
    g_auto(GStrv) words = g_strsplit(wish, " ", DO_MAX_WORDS);
    gint64 place = 0;
    guint n = g_strv_length(words);
    int index = n >= 2 ? bt_playlist_index(items, words[1]) : -1;
    if (index < 0)
        return NULL;
    *at = (guint)index;
    if (n == 2 && strcmp(words[0], "drop") == 0)
        return bt_playlist_without(items, (guint)index);
    if (n == 2 && strcmp(words[0], "up") == 0)
        *at = (guint)MAX(index - 1, 0);
    else if (n == 2 && strcmp(words[0], "down") == 0)
        *at = MIN((guint)index + 1, bt_playlist_length(items) - 1);
    else if (n == 3 && strcmp(words[0], "place") == 0 &&
        bt_visit_number(words[2], 0, BT_PLAYLIST_MAX_ITEMS, &place))
        *at = MIN((guint)place, bt_playlist_length(items) - 1);
    else
        return NULL;
    return bt_playlist_moved(items, (guint)index, *at);
}

static char *say_place(const BtVisit *visit, const BtWork *work, guint at)
{
    guint n = bt_playlist_length(work->body);
    if (at >= n)
        return g_strdup("");
    g_autofree char *title = bt_playlist_title(visit, bt_playlist_item(work->body, at));
    /* TRANSLATORS: the item's title, its place, how many there are */
    return g_strdup_printf(_("%s: place %u of %u"), title, at + 1, n);
}

/* As it is now: the part for a script, else its page. */
static BtAnswered answer_order(BtVisit *visit, gint64 id, guint at, const char *said)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtWork) work = bt_works_find(visit->store, BT_WORK_PLAYLIST, id, &error);
    if (work == NULL)
        return bt_visit_fail(visit, g_steal_pointer(&error));
    g_autofree char *path = bt_work_path(work->kind, id);
    if (!visit->is_part)
        return bt_visit_go(visit, path, NULL);
    g_autofree char *place = said == NULL ? say_place(visit, work, at) : g_strdup(said);
    GString *html = g_string_new(NULL);
    bt_playlist_add_items(html, visit, work, place);
    return bt_visit_part(visit, BT_HTTP_OK, html);
}

static BtAnswered change_order(BtRequest *request)
{
    BtAnswered answered;
    guint at = 0;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(GError) error = NULL;
    g_autoptr(BtWork) work = bt_work_form(&visit, request, BT_WORK_PLAYLIST, &answered);
    if (work == NULL)
        return answered;
    const char *wish = bt_visit_field(&visit, "do");
    g_autoptr(BtJson) items = changed(work->body, wish, &at);
    if (items == NULL && bt_work_revision(&visit) == work->revision)
        return bt_http_refuse(request, BT_HTTP_BAD_REQUEST, "not a form of this page");
    BtWorkWords words = { work->name, items != NULL ? items : work->body, NULL };
    if (bt_works_save(visit.store, work, bt_work_revision(&visit), &words, visit.now_ms, &error)) {
        if (!bt_visit_note(&visit, &error, "changed playlist %" G_GINT64_FORMAT " \"%s\": %s",
                work->id, work->name, wish))
            return bt_visit_fail(&visit, g_steal_pointer(&error));
        return answer_order(
            &visit, work->id, at, g_str_has_prefix(wish, "drop ") ? _("Removed") : NULL);
    }
    return visit.is_part && error->code == BT_ERROR_CONFLICT
        ? answer_order(&visit, work->id, 0,
              _("Somebody else has changed this meanwhile: this is how it is now."))
        : bt_work_fail(&visit, g_steal_pointer(&error));
}

static BtAnswered remove_playlist(BtRequest *request)
{
    return bt_work_remove(request, BT_WORK_PLAYLIST);
}

const BtRoute bt_playlist_routes[] = {
    { "GET", "/playlists", BT_PART_NOTHING, "", 0, show_all },
    { "POST", "/playlists", BT_PART_NOTHING, "", FORM_MAX_BYTES, begin },
    { "GET", "/playlists/", BT_PART_NUMBER, "", 0, show },
    { "POST", "/playlists/", BT_PART_NUMBER, "/name", FORM_MAX_BYTES, rename_playlist },
    { "POST", "/playlists/", BT_PART_NUMBER, "/items", FORM_MAX_BYTES, change_order },
    { "POST", "/playlists/", BT_PART_NUMBER, "/remove", FORM_MAX_BYTES, remove_playlist },
    { NULL },
};
