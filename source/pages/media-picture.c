#include "source/pages/media-picture.h"

#include "playlists/model/manifest.h"
#include "source/pages/answers.h"
#include "source/pages/html.h"
#include "source/pages/media-words.h"
#include "source/pages/preview.h"

#include <string.h>

#define FILM_LOOK_MS 3000 /* past its black beginning */

/* It stands at the day on which the file came, so it is the same for ever and found again. */
static BtPlanDocument *sample(const BtVisit *visit, const BtLibraryFile *file, int w_px, int h_px)
{
    static const char *const kinds[BT_N_LIBRARY_KINDS] = { "image", "video", "audio", NULL };
    if (kinds[file->kind] == NULL)
        return NULL;
    g_autoptr(BtJson) item = bt_json_new_object();
    bt_json_set_string(item, "kind", kinds[file->kind]);
    bt_json_set_string(item, "asset", file->sha256);
    return bt_plan_sample(visit->store, item, w_px, h_px, FALSE, file->created_ms, NULL);
}

void bt_media_add_picture(
    GString *html, const BtVisit *visit, const BtLibraryFile *file, gboolean is_large)
{
    g_autoptr(BtPlanDocument) document = file->width_px == 0 ? NULL
        : is_large                                           ? sample(visit, file, 640, 360)
                                                             : sample(visit, file, 320, 180);
    g_string_append(html, is_large ? "<span class=\"thumb large\">" : "<span class=\"thumb\">");
    if (document != NULL)
        bt_preview_add_picture(html, visit, document,
            document->expires_ms - BT_MANIFEST_MAX_AGE_MS +
                MIN(file->duration_ms / 2, FILM_LOOK_MS),
            is_large ? file->name : "");
    else
        bt_media_add_sign(html, file->kind);
    g_string_append(html, "</span>");
}

/* ---- what would be shown poorly ---- */

void bt_media_add_advice(GString *html, const BtLibraryFile *file)
{
    if (file->kind == BT_LIBRARY_SUBTITLES)
        return;
    bt_html_add(html,
        "<div class=\"advice\" hx-get=\"/media/%s/advice\" hx-trigger=\"load\" "
        "hx-swap=\"outerHTML\"><a href=\"/media/%s/advice\">%s</a></div>",
        file->sha256, file->sha256, _("See how it will look and sound"));
}

/* The player's sentences begin small, and end with what to type into a terminal. */
static void add_sentence(GString *html, const char *message)
{
    const char *terminal = strstr(message, " (ffmpeg");
    g_autofree char *words =
        g_strndup(message, terminal != NULL ? (gsize)(terminal - message) : strlen(message));
    if (*words == '\0')
        return;
    g_autofree char *first = g_utf8_substring(words, 0, 1);
    g_autofree char *large = g_utf8_strup(first, -1);
    bt_html_add(html, "<li>%s%s.</li>", large, g_utf8_next_char(words));
}

static guint add_list(GString *html, const BtJsonAt *file, const char *key)
{
    BtJsonAt list;
    gsize n = bt_json_member(file, key, &list) ? bt_json_length(&list) : 0;
    for (gsize i = 0; i < n; i++) {
        BtJsonAt at = bt_json_element(&list, i);
        add_sentence(html, bt_answer_word(&at, "message"));
    }
    return (guint)n;
}

static void add_answer(GString *html, const BtJson *json)
{
    BtJsonAt root = bt_json_root("check", json), files;
    if (json == NULL || !bt_json_member(&root, "files", &files) || bt_json_length(&files) == 0) {
        bt_html_add(html, "<p class=\"none\">%s</p>", _("The player could not look it through."));
        return;
    }
    BtJsonAt file = bt_json_element(&files, 0);
    g_autoptr(GString) list = g_string_new(NULL);
    if (add_list(list, &file, "errors") + add_list(list, &file, "warnings") > 0)
        bt_html_add(html, "<h2>%s</h2><ul class=\"message\">", _("Good to know"));
    else
        bt_html_add(
            html, "<p class=\"fine\">%s</p><ul>", _("It will look and sound as it should."));
    g_string_append_len(html, list->str, (gssize)list->len);
    g_string_append(html, "</ul>");
}

BtAnswered bt_media_send_advice(BtVisit *visit, const BtLibraryFile *file)
{
    g_autoptr(BtPlanDocument) document = sample(visit, file, 1920, 1080);
    if (document == NULL)
        return bt_visit_refuse(
            visit, BT_HTTP_NOT_FOUND, _("Of subtitles there is nothing to see."));
    const BtAsk ask = { .kind = BT_ASK_EXAMINE,
        .document = document->payload,
        .width_px = document->width_px,
        .height_px = document->height_px,
        .english = visit->english };
    if (bt_preview_wait(visit->request, &ask, 1, 0))
        return TRUE;
    g_autoptr(GBytes) answer = bt_player_find(visit->request->server->player, &ask);
    g_autoptr(BtJson) json = bt_answer_parse(answer);
    GString *html = g_string_new("<div class=\"advice\">");
    add_answer(html, json);
    g_string_append(html, "</div>");
    return bt_visit_page(visit, BT_HTTP_OK, "media", file->name, html);
}
