#include "source/pages/preview-parts.h"

#include "playlists/model/manifest.h"
#include "source/pages/html.h"
#include "source/pages/routes.h"

#include <stdio.h>
#include <string.h>

/* ---- waiting ---- */

typedef struct {
    BtLater *later;
    guint missing;
} Waiting;

static void one_less(gpointer user)
{
    Waiting *waiting = user;
    if (--waiting->missing > 0)
        return;
    bt_later_again(waiting->later);
    g_free(waiting);
}

gboolean bt_preview_wait(BtRequest *request, const BtAsk *asks, guint n_asks, guint round)
{
    BtPlayer *player = request->server->player;
    Waiting *waiting = g_new0(Waiting, 1);
    for (guint i = 0; request->again <= round && i < n_asks; i++) {
        g_autoptr(GBytes) known = bt_player_find(player, &asks[i]);
        if (known == NULL && bt_player_ask(player, &asks[i], one_less, waiting, NULL))
            waiting->missing++;
    }
    if (waiting->missing == 0) {
        g_free(waiting);
        return FALSE;
    }
    waiting->later = bt_http_later(request);
    return TRUE;
}

/* ---- one picture ---- */

char *bt_preview_address(const BtVisit *visit, const BtPlanDocument *document, const char *ending)
{
    char hash[BT_HASH_HEX_SIZE];
    bt_player_keep(visit->request->server->player, document->payload, hash);
    return g_strdup_printf("/previews/%s%s?size=%dx%d&led=%d", hash, ending, document->width_px,
        document->height_px, document->is_led);
}

void bt_preview_add_picture(GString *html, const BtVisit *visit, const BtPlanDocument *document,
    gint64 at_ms, const char *alt)
{
    g_autofree char *path = bt_preview_address(visit, document, ".png");
    g_autofree char *at = g_strdup_printf("%" G_GINT64_FORMAT, at_ms);
    g_autofree char *width = g_strdup_printf("%d", document->width_px);
    g_autofree char *height = g_strdup_printf("%d", document->height_px);
    bt_html_add(html,
        "<img class=\"glass\" src=\"%s&amp;at=%s\" width=\"%s\" height=\"%s\" loading=\"lazy\""
        " alt=\"%s\">",
        path, at, width, height, alt);
}

gboolean bt_preview_read(BtVisit *visit, BtAsk *ask, BtAnswered *answered)
{
    BtRequest *request = visit->request;
    char rest;
    int read = sscanf(
        bt_visit_argument(visit, "size"), "%4dx%4d%c", &ask->width_px, &ask->height_px, &rest);
    if (read != 2 || ask->width_px < BT_CANVAS_MIN_W_PX || ask->width_px > BT_CANVAS_MAX_W_PX ||
        ask->height_px < BT_CANVAS_MIN_H_PX || ask->height_px > BT_CANVAS_MAX_H_PX) {
        *answered = bt_http_refuse(request, BT_HTTP_BAD_REQUEST, "no such size");
        return FALSE;
    }
    ask->is_led = strcmp(bt_visit_argument(visit, "led"), "1") == 0;
    ask->document = bt_player_document(request->server->player, request->name);
    if (ask->document == NULL)
        *answered = bt_http_refuse(request, BT_HTTP_NOT_FOUND, "not found");
    return ask->document != NULL;
}

static BtAnswered send_picture(BtRequest *request)
{
    static const char *const headers[] = { "Cache-Control", "private, max-age=86400, immutable",
        NULL };
    BtAnswered answered;
    BtAsk ask = { .kind = BT_ASK_PICTURE };
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, BT_ANYBODY, &answered))
        return answered;
    if (!bt_visit_number(bt_visit_argument(&visit, "at"), 0, G_MAXINT64 / 2, &ask.at_ms))
        return bt_http_refuse(request, BT_HTTP_BAD_REQUEST, "no such instant");
    if (!bt_preview_read(&visit, &ask, &answered))
        return answered;
    g_autoptr(GBytes) document = ask.document;
    if (bt_preview_wait(request, &ask, 1, 0))
        return TRUE;
    g_autoptr(GBytes) picture = bt_player_find(request->server->player, &ask);
    return picture != NULL
        ? bt_http_answer(request, BT_HTTP_OK, "image/png", picture, headers)
        : bt_http_refuse_for(request, BT_HTTP_SERVICE_UNAVAILABLE, "no picture", 10);
}

const BtRoute bt_preview_routes[] = {
    { "GET", "/previews/", BT_PART_HASH, ".png", 0, send_picture },
    { "GET", "/previews/", BT_PART_HASH, "", 0, bt_preview_send_pictures },
    { NULL },
};
