#include "source/pages/playlist-items.h"

#include "source/desk/playlists.h"
#include "source/pages/html.h"
#include "source/pages/media-words.h"
#include "source/pages/playlist-subtitles.h"

#include <string.h>

#define STILL_MS 10000 /* an image or clock that says nothing else (FORMAT.md 6.3) */

/* ---- what an item is ---- */

char *bt_playlist_notice_title(const BtVisit *visit, gint64 notice)
{
    g_autoptr(BtRows) rows = bt_db_query(visit->store->db, NULL,
        "SELECT coalesce (nullif (json_extract (body, '$.texts[0].title'), ''),"
        " substr (json_extract (body, '$.texts[0].body'), 1, 80), '') FROM notice WHERE id = ?",
        "i", notice);
    return g_strdup(rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_text(rows, 0) : "");
}

static BtLibraryFile *file_of(const BtVisit *visit, const BtJson *item)
{
    g_autoptr(GPtrArray) areas =
        bt_roles_areas(visit->store, visit->user, BT_WORK_READERS, visit->now_ms);
    return bt_library_find(visit->store, bt_playlist_text(item, "asset"), areas, NULL);
}

char *bt_playlist_title(const BtVisit *visit, const BtJson *item)
{
    const char *kind = bt_playlist_kind(item);
    if (strcmp(kind, "clock") == 0)
        return g_strdup(_("Clock"));
    if (strcmp(kind, "stream") == 0)
        return g_strdup(bt_playlist_text(item, "url"));
    if (strcmp(kind, "notice") == 0) {
        gint64 id = bt_playlist_number(item, "notice");
        g_autofree char *title = bt_playlist_notice_title(visit, id);
        return title[0] != '\0' ? g_steal_pointer(&title)
                                : g_strdup_printf("%s %" G_GINT64_FORMAT, _("Notice"), id);
    }
    g_autoptr(BtLibraryFile) file = file_of(visit, item);
    return g_strdup(file != NULL ? file->name : _("A file of another library"));
}

static const char *kind_words(const char *kind)
{
    return strcmp(kind, "notice") == 0 ? _("Notice")
        : strcmp(kind, "image") == 0   ? _("Picture")
        : strcmp(kind, "video") == 0   ? _("Film")
        : strcmp(kind, "audio") == 0   ? _("Sound")
        : strcmp(kind, "stream") == 0  ? _("Live stream")
        : strcmp(kind, "clock") == 0   ? _("Clock")
                                       : _("Item");
}

/* 0: its words say how long. */
static gint64 length_ms(const BtVisit *visit, const BtJson *item)
{
    const char *kind = bt_playlist_kind(item);
    gint64 said_ms = bt_playlist_number(item, "duration_ms");
    if (strcmp(kind, "notice") == 0)
        return 0;
    if (strcmp(kind, "video") != 0 && strcmp(kind, "audio") != 0)
        return said_ms > 0 ? said_ms : STILL_MS;
    g_autoptr(BtLibraryFile) file = file_of(visit, item);
    return file != NULL ? file->duration_ms : 0;
}

/* ---- the list ---- */

static void add_button(GString *html, const char *verb, const char *id, const char *sign,
    const char *words, const char *title)
{
    bt_html_add(html,
        "<button class=\"quiet\" id=\"%s-%s\" name=\"do\" value=\"%s %s\" aria-label=\"%s: %s\">"
        "%s</button>",
        verb, id, verb, id, words, title, sign);
}

static void add_buttons(GString *html, const BtWork *work, const char *id, const char *title)
{
    g_string_append(html, "<span class=\"acts\">");
    add_button(html, "up", id, "↑", _("Earlier"), title);
    add_button(html, "down", id, "↓", _("Later"), title);
    g_string_append_printf(html, "<a href=\"/playlists/%" G_GINT64_FORMAT "/item?id=", work->id);
    bt_html_add(html, "%s\" aria-label=\"%s: %s\">%s</a>", id, _("How it is shown"), title,
        _("How it is shown"));
    add_button(html, "drop", id, _("Remove"), _("Remove"), title);
    g_string_append(html, "</span>");
}

static void add_item(GString *html, const BtVisit *visit, const BtWork *work, const BtJson *item,
    gboolean may_change)
{
    const char *id = bt_playlist_text(item, "id"), *kind = bt_playlist_kind(item);
    g_autofree char *title = bt_playlist_title(visit, item),
                    *subtitles = bt_playlist_subtitles_words(item);
    gint64 lasts_ms = length_ms(visit, item);
    bt_html_add(html, "<li data-item=\"%s\">", id);
    if (may_change)
        bt_html_add(html,
            "<button type=\"button\" class=\"quiet handle\" id=\"handle-%s\" aria-label=\"%s: %s\">"
            "⠿</button>",
            id, _("Drag, or press the arrow keys, to put it elsewhere"), title);
    bt_html_add(
        html, "<span class=\"what\"><b>%s</b><span class=\"fine\">%s · ", title, kind_words(kind));
    if (lasts_ms > 0)
        bt_media_add_length(html, lasts_ms);
    else
        g_string_append(html, _("as long as its words"));
    if (subtitles[0] != '\0')
        bt_html_add(html, " · %s: %s", _("Subtitles"), subtitles);
    g_string_append(html, "</span></span>");
    if (may_change)
        add_buttons(html, work, id, title);
    g_string_append(html, "</li>");
}

static void add_sum(GString *html, const BtVisit *visit, const BtJson *items)
{
    gint64 sum_ms = 0;
    gboolean is_all = TRUE;
    for (guint i = 0; i < bt_playlist_length(items); i++) {
        gint64 lasts_ms = length_ms(visit, bt_playlist_item(items, i));
        is_all = is_all && lasts_ms > 0;
        sum_ms += lasts_ms;
    }
    bt_html_add(html, "<p class=\"fine\">%s ", _("Once through:"));
    bt_media_add_length(html, sum_ms);
    bt_html_add(html, "%s</p>", is_all ? "" : _(", and the notices as long as their words"));
}

void bt_playlist_add_items(
    GString *html, const BtVisit *visit, const BtWork *work, const char *said)
{
    gboolean may_change = bt_visit_may(visit, BT_WORK_EDITORS, work->area);
    guint n = bt_playlist_length(work->body);
    bt_html_add(html, "<div id=\"items\">");
    if (n == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", _("Nothing is in it yet."));
    if (may_change) {
        g_autofree char *path = bt_work_path(work->kind, work->id);
        bt_html_add(html,
            "<form id=\"order\" method=\"post\" action=\"%s/items\" hx-post=\"%s/items\" "
            "hx-target=\"#items\" hx-swap=\"outerHTML\" data-offline=\"%s\">",
            path, path, _("Not saved: there is no connection. Do it again in a moment."));
        bt_work_add_hidden(html, visit, work);
    }
    g_string_append(html, "<ol class=\"rows sortable\">");
    for (guint i = 0; i < n; i++)
        add_item(html, visit, work, bt_playlist_item(work->body, i), may_change);
    g_string_append(html, "</ol>");
    if (may_change)
        g_string_append(
            html, "<button class=\"place\" name=\"do\" value=\"\" hidden></button></form>");
    add_sum(html, visit, work->body);
    g_string_append(html, "</div>");
    if (said != NULL)
        bt_html_add(html,
            "<p id=\"said\" role=\"status\" class=\"fine\" hx-swap-oob=\"true\">%s</p>", said);
}
