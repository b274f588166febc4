/* POSTs of devices: who signed, and the reports. */
#include "source/serve/daemon.h"

#include "base/error.h"
#include "base/gzip.h"
#include "source/serve/signature.h"
#include "source/store/pictures.h"
#include "source/store/reports.h"
#include "source/store/screens.h"

#include <string.h>

#define REPORTS_BURST 60 /* a board that was away sends what it kept, a batch after the other */
#define REPORTS_PER_MINUTE 120
#define PICTURES_BURST 10 /* of changes; one that is left out is followed by a newer one */
#define PICTURES_PER_MINUTE 4

/* Behind a proxy the board knows us by another scheme than we see; --base says which. */
char **bt_http_targets(const BtRequest *request)
{
    const char *host = bt_http_header(request, "Host");
    g_autoptr(GPtrArray) targets = g_ptr_array_new();
    if (request->server->base != NULL)
        g_ptr_array_add(targets, g_strconcat(request->server->base, request->path, NULL));
    else if (host != NULL) {
        g_ptr_array_add(targets, g_strconcat("http://", host, request->path, NULL));
        g_ptr_array_add(targets, g_strconcat("https://", host, request->path, NULL));
    }
    g_ptr_array_add(targets, NULL);
    return (char **)g_ptr_array_steal(targets, NULL);
}

static const char *word_of(const GError *error)
{
    return g_error_matches(error, BT_ERROR, BT_ERROR_EXPIRED) ? "stale date"
        : g_error_matches(error, BT_ERROR, BT_ERROR_MISMATCH) ? "bad digest"
                                                              : "bad signature";
}

static gboolean check(BtRequest *request, const BtPublicKey *key, GError **error)
{
    char id[BT_HASH_HEX_SIZE];
    g_auto(GStrv) targets = bt_http_targets(request);
    const BtSignedRequest signed_request = { .method = request->method,
        .targets = (const char *const *)targets,
        .date = bt_http_header(request, "Date"),
        .content_digest = bt_http_header(request, "Content-Digest"),
        .signature_input = bt_http_header(request, "Signature-Input"),
        .signature = bt_http_header(request, "Signature"),
        .body = request->body->data,
        .body_bytes = request->body->len };
    bt_public_key_id(key, id);
    g_autoptr(BtSignatureInput) input = bt_signature_input_read(
        signed_request.signature_input != NULL ? signed_request.signature_input : "", error);
    if (input == NULL)
        return FALSE;
    if (strcmp(input->keyid, id) != 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_UNKNOWN_KEY, "keyid: another device's");
        return FALSE;
    }
    return bt_signature_verify(
        input, &signed_request, key, bt_server_wall_ms(request->server), error);
}

gboolean bt_signed_check(BtRequest *request, const BtPublicKey *key, BtAnswered *answered)
{
    g_autoptr(GError) error = NULL;
    if (check(request, key, &error))
        return TRUE;
    g_debug("%s from %s: %s", request->path, bt_peer_address(request->peer), error->message);
    *answered = bt_http_refuse(request, MHD_HTTP_UNAUTHORIZED, word_of(error));
    return FALSE;
}

/* ---- reports ---- */

/* In every answer about a batch that was looked at: so boards learn that they may pack the next
 * one (RFC 9110, 12.5.3). */
static const char *const takes_gzip[] = { "Accept-Encoding", "gzip", "Cache-Control", "no-store",
    NULL };

static BtAnswered refuse_coding(BtRequest *request)
{
    g_autoptr(BtJson) json = bt_json_new_object();
    bt_json_set_string(json, "error", "unknown content encoding");
    return bt_http_answer_json_with(request, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, json, takes_gzip);
}

/* What was signed is the body as it was sent. NULL: it was answered. */
static GBytes *unpack(BtRequest *request, BtAnswered *answered)
{
    g_autoptr(GError) error = NULL;
    const char *coding = bt_http_header(request, "Content-Encoding");
    const GByteArray *body = request->body;
    if (coding == NULL)
        return g_bytes_new(body->data, body->len);
    if (g_ascii_strcasecmp(coding, "gzip") != 0) {
        *answered = refuse_coding(request);
        return NULL;
    }
    GBytes *bytes = bt_gunzip(body->data, body->len, BT_REPORT_BATCH_MAX_BYTES, &error);
    if (bytes == NULL)
        *answered = g_error_matches(error, BT_ERROR, BT_ERROR_LIMIT)
            ? bt_http_refuse(request, MHD_HTTP_CONTENT_TOO_LARGE, "body too large")
            : bt_http_refuse(request, MHD_HTTP_BAD_REQUEST, "not gzip");
    return bytes;
}

static BtAnswered keep(BtRequest *request, const BtScreen *screen)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    gsize size_bytes = 0;
    g_autoptr(GBytes) bytes = unpack(request, &answered);
    if (bytes == NULL)
        return answered;
    const char *data = g_bytes_get_data(bytes, &size_bytes);
    g_autoptr(BtBatch) batch = bt_batch_parse(data, size_bytes);
    g_autoptr(GArray) accepted = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!bt_reports_add(request->server->store, screen->id, screen->device, batch, accepted,
            bt_server_wall_ms(request->server), &error)) {
        g_message("reports of %s: %s", screen->id, error->message);
        return bt_http_refuse_for(
            request, MHD_HTTP_SERVICE_UNAVAILABLE, "cannot keep reports now", 30);
    }
    g_autoptr(BtJson) reply = bt_reports_reply(batch, accepted);
    return bt_http_answer_json_with(request, MHD_HTTP_OK, reply, takes_gzip);
}

/* Whether the body is signed by the screen's box, and not one too many; else it was answered. A
 * screen that does not exist and one without a board answer alike. */
static BtScreen *find_sender(
    BtRequest *request, const char *what, int burst, int per_minute, BtAnswered *answered)
{
    BtPublicKey key;
    g_autofree char *bucket = g_strconcat(what, " ", request->name, NULL);
    g_autoptr(BtScreen) screen = bt_screens_find(request->server->store, request->name, NULL);
    if (screen == NULL || screen->key == NULL || !bt_public_key_from_base64(screen->key, &key)) {
        *answered = bt_http_refuse(request, MHD_HTTP_UNAUTHORIZED, "bad signature");
        return NULL;
    }
    if (!bt_signed_check(request, &key, answered))
        return NULL;
    int wait_s =
        bt_peers_take(request->server->peers, bucket, burst, per_minute, bt_server_mono_ms());
    if (wait_s > 0) {
        *answered =
            bt_http_refuse_for(request, MHD_HTTP_TOO_MANY_REQUESTS, "too many batches", wait_s);
        return NULL;
    }
    return g_steal_pointer(&screen);
}

BtAnswered bt_post_reports(BtRequest *request)
{
    BtAnswered answered;
    g_autoptr(BtScreen) screen =
        find_sender(request, "reports", REPORTS_BURST, REPORTS_PER_MINUTE, &answered);
    return screen != NULL ? keep(request, screen) : answered;
}

/* ---- pictures ---- */

/* It was on the glass at its Date, which is signed and was found to be near. */
BtAnswered bt_post_picture(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    gint64 at_ms = 0;
    g_autoptr(BtScreen) screen =
        find_sender(request, "picture", PICTURES_BURST, PICTURES_PER_MINUTE, &answered);
    if (screen == NULL)
        return answered;
    g_autoptr(GBytes) body = g_bytes_new(request->body->data, request->body->len);
    bt_http_date_parse(bt_http_header(request, "Date"), &at_ms);
    if (bt_pictures_put(request->server->store, screen->id, body, at_ms, &error))
        return bt_http_answer(request, MHD_HTTP_NO_CONTENT, NULL, NULL, NULL);
    return g_error_matches(error, BT_ERROR, BT_ERROR_INVALID)
        ? bt_http_refuse(request, MHD_HTTP_BAD_REQUEST, "not a picture")
        : bt_http_refuse_for(request, MHD_HTTP_SERVICE_UNAVAILABLE, "cannot keep pictures now", 30);
}
