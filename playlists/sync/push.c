/* What goes back: reports, and the first greeting of a new board. Each is signed by the device
 * after RFC 9421, over the method, the address, the date and the digest of the body, so that a
 * proxy may stand between and nobody can repeat one batch as another's. The signature base is text,
 * and every byte of it counts; it is built here in one place. */
#include "playlists/sync/private.h"

#include "base/gzip.h"
#include "base/json.h"

#include <string.h>

#define BATCH_MAX_BYTES (256 * 1024)
#define COMPONENTS "(\"@method\" \"@target-uri\" \"date\" \"content-digest\")"

/* ---- the signature ---- */

static char *content_digest(GBytes *body)
{
    char hex[BT_HASH_HEX_SIZE];
    guint8 raw[BT_HASH_BYTES];
    bt_hash_data(g_bytes_get_data(body, NULL), g_bytes_get_size(body), hex);
    for (int i = 0; i < BT_HASH_BYTES; i++)
        raw[i] =
            (guint8)(g_ascii_xdigit_value(hex[2 * i]) * 16 + g_ascii_xdigit_value(hex[2 * i + 1]));
    g_autofree char *base64 = g_base64_encode(raw, sizeof raw);
    return g_strdup_printf("sha-256=:%s:", base64);
}

static char *signature_params(const BtKey *key, gint64 wall_ms)
{
    char id[BT_HASH_HEX_SIZE];
    BtPublicKey public = bt_key_public(key);
    bt_public_key_id(&public, id);
    return g_strdup_printf(COMPONENTS ";created=%" G_GINT64_FORMAT ";keyid=\"%s\";alg=\"ed25519\"",
        MAX(wall_ms, 0) / 1000, id);
}

static char *sign(
    const BtKey *key, const char *url, const char *date, const char *digest, const char *params)
{
    guint8 signature[BT_SIGNATURE_BYTES];
    g_autofree char *base = g_strdup_printf("\"@method\": POST\n"
                                            "\"@target-uri\": %s\n"
                                            "\"date\": %s\n"
                                            "\"content-digest\": %s\n"
                                            "\"@signature-params\": %s",
        url, date, digest, params);
    bt_key_sign(key, base, strlen(base), signature);
    return g_base64_encode(signature, sizeof signature);
}

/* The four lines that make a POST a signed one, NULL-ended. (transfer full) */
static char **signed_headers(const BtKey *key, const char *url, GBytes *body, gint64 wall_ms)
{
    g_autofree char *date = bt_http_date(wall_ms);
    g_autofree char *digest = content_digest(body);
    g_autofree char *params = signature_params(key, wall_ms);
    g_autofree char *signature = sign(key, url, date, digest, params);
    char **headers = g_new0(char *, 5);
    headers[0] = g_strconcat("Date: ", date, NULL);
    headers[1] = g_strconcat("Content-Digest: ", digest, NULL);
    headers[2] = g_strconcat("Signature-Input: sig1=", params, NULL);
    headers[3] = g_strconcat("Signature: sig1=:", signature, ":", NULL);
    return headers;
}

static gboolean post_dated(BtTransport *transport, const char *base, BtPost *post, const BtKey *key,
    gint64 wall_ms, BtAnswer *answer, GBytes **bytes, GError **error)
{
    g_autofree char *url = g_strconcat(base, post->path, NULL);
    g_auto(GStrv) headers = signed_headers(key, url, post->body, wall_ms);
    post->headers = (const char *const *)headers;
    gboolean answered = bt_transport_send(transport, post, answer, bytes, error);
    post->headers = NULL;
    return answered;
}

/* The peer's own date, where it did not like ours and says that it is a very different one;
 * BT_TIME_MIN. */
static gint64 better_date(const BtAnswer *answer, gint64 wall_ms)
{
    gint64 date_ms = answer->status == 401 ? bt_http_parse_date(answer->date) : BT_TIME_MIN;
    gboolean differs = date_ms != BT_TIME_MIN && ABS(date_ms - wall_ms) > BT_MINUTE_MS;
    return differs ? date_ms : BT_TIME_MIN;
}

/* The date keeps somebody from sending an old request again; how old is for the peer to say. So a
 * box whose clock is wrong signs once more, with the peer's date: it gives nothing away by that,
 * and learns nothing from it. */
static gboolean post_signed(BtTransport *transport, const char *base, BtPost *post,
    const BtKey *key, gint64 wall_ms, BtAnswer *answer, GBytes **bytes, GError **error)
{
    if (!post_dated(transport, base, post, key, wall_ms, answer, bytes, error))
        return FALSE;
    gint64 date_ms = better_date(answer, wall_ms);
    if (date_ms == BT_TIME_MIN)
        return TRUE;
    g_clear_pointer(bytes, g_bytes_unref);
    return post_dated(transport, base, post, key, date_ms, answer, bytes, error);
}

/* ---- reports ---- */

static gboolean check_push(const BtSync *sync, GBytes *ndjson, GError **error)
{
    if (!sync->key)
        g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED,
            "source %s: no key to sign reports with: expected an enrolled device",
            sync->source.name);
    else if (g_bytes_get_size(ndjson) > BATCH_MAX_BYTES)
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "source %s: a batch of %" G_GSIZE_FORMAT " bytes: expected at most %d",
            sync->source.name, g_bytes_get_size(ndjson), BATCH_MAX_BYTES);
    else
        return TRUE;
    return FALSE;
}

/* Within the time that this may take. */
static gboolean post_within(BtSync *sync, BtPost *post, gint64 wall_ms, const BtPatience *patience,
    BtAnswer *answer, GBytes **bytes, GError **error)
{
    BtTransport *transport = sync->transport;
    bt_transport_be_patient(transport, patience);
    gboolean answered =
        post_signed(transport, sync->source.base, post, sync->key, wall_ms, answer, bytes, error);
    bt_transport_be_patient(transport, NULL);
    return answered;
}

/* A fifth to a tenth of the bytes, which on a mobile line are money, and on a poor one all the
 * time. A peer says by its answers whether it takes that, so the first batch is plain. */
static GBytes *body_for(const BtSync *sync, GBytes *ndjson)
{
    return sync->takes_gzip ? bt_gzip(ndjson) : g_bytes_ref(ndjson);
}

static void learn_encoding(BtSync *sync, const BtAnswer *answer)
{
    if (answer->status == 200 || answer->status == 415)
        sync->takes_gzip = answer->status == 200 && answer->takes_gzip;
}

gboolean bt_sync_push(BtSync *sync, GBytes *ndjson, gint64 wall_ms, const BtPatience *patience,
    BtPushReply *reply, GError **error)
{
    *reply = (BtPushReply){ .accepted = g_array_new(FALSE, FALSE, sizeof(gint64)),
        .refused = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free) };
    if (!check_push(sync, ndjson, error))
        return FALSE;
    g_autofree char *path = g_strconcat("/v1/screens/", sync->source.screen, "/reports", NULL);
    g_autoptr(GBytes) body = body_for(sync, ndjson);
    BtPost post = { .path = path,
        .content_type = "application/x-ndjson",
        .content_encoding = sync->takes_gzip ? "gzip" : NULL,
        .body = body,
        .max_bytes = BT_REPLY_MAX_BYTES };
    BtAnswer answer;
    g_autoptr(GBytes) bytes = NULL;
    if (!post_within(sync, &post, wall_ms, patience, &answer, &bytes, error))
        return FALSE;
    learn_encoding(sync, &answer);
    if (answer.status == 200)
        return bt_reply_read_push(bytes, path, reply, error);
    reply->retry_after_ms = bt_answer_asked_ms(&answer, wall_ms);
    bt_answer_fail(&answer, path, error);
    return FALSE;
}

void bt_push_reply_clear(BtPushReply *reply)
{
    g_clear_pointer(&reply->accepted, g_array_unref);
    g_clear_pointer(&reply->refused, g_hash_table_unref);
    reply->retry_after_ms = 0;
}

/* ---- pictures ---- */

BtSyncPicture bt_sync_push_picture(
    BtSync *sync, GBytes *webp, gint64 wall_ms, const BtPatience *patience)
{
    gsize size_bytes = g_bytes_get_size(webp);
    if (sync->key == NULL ||
        bt_books_ask(&sync->books, BT_VALUE_PICTURE, "picture", size_bytes) < size_bytes)
        return BT_SYNC_PICTURE_LATER;
    g_autofree char *path = g_strconcat("/v1/screens/", sync->source.screen, "/picture", NULL);
    BtPost post = {
        .path = path, .content_type = "image/webp", .body = webp, .max_bytes = BT_REPLY_MAX_BYTES
    };
    BtAnswer answer;
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GError) failure = NULL;
    if (!post_within(sync, &post, wall_ms, patience, &answer, &bytes, &failure)) {
        g_debug("picture: %s", failure->message);
        return BT_SYNC_PICTURE_LATER;
    }
    return answer.status / 100 == 2                        ? BT_SYNC_PICTURE_TAKEN
        : answer.status / 100 == 5 || answer.status == 429 ? BT_SYNC_PICTURE_LATER
                                                           : BT_SYNC_PICTURE_REFUSED;
}

/* ---- enrolment ---- */

static GBytes *greeting(const BtKey *key)
{
    char code[10];
    BtPublicKey public = bt_key_public(key);
    g_autofree char *base64 = bt_public_key_to_base64(&public);
    bt_claim_code(&public, code);
    g_autoptr(BtJson) json = bt_json_new_object();
    bt_json_set_string(json, "key", base64);
    bt_json_set_string(json, "code", code);
    char *text = bt_json_to_text(json, FALSE);
    return g_bytes_new_take(text, strlen(text));
}

gboolean bt_sync_enrol(const char *base, const char *ca_path, gboolean insecure_host,
    const BtKey *key, gint64 wall_ms, char **screen, GBytes **root, GError **error)
{
    g_autofree char *trimmed = bt_base_copy(base);
    BtTransportOptions options = { .base = trimmed,
        .ca_path = ca_path,
        .insecure_host = insecure_host,
        .low_speed_s = BT_LOW_SPEED_S };
    *screen = NULL;
    *root = NULL;
    g_autoptr(BtTransport) transport = bt_transport_new(&options, error);
    if (!transport)
        return FALSE;
    transport->trusted_now_ms = wall_ms;
    g_autoptr(GBytes) body = greeting(key);
    BtPost post = { .path = "/v1/enrol",
        .content_type = "application/json",
        .body = body,
        .max_bytes = BT_REPLY_MAX_BYTES };
    BtAnswer answer;
    g_autoptr(GBytes) bytes = NULL;
    return post_signed(transport, trimmed, &post, key, wall_ms, &answer, &bytes, error) &&
        bt_reply_read_enrol(&answer, bytes, post.path, screen, root, error);
}
