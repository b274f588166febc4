/* The time of the source. A clock of a box without a battery says nothing, and what it fetched
 * before it lost its power says only what is past. So the box makes a number that nobody knew
 * before, and the source signs that number together with its time: the answer was made between the
 * question and its coming back, and is good for nothing else. The kind of document is part of what
 * is signed, so that a now.json never passes for a time, nor a time for a now.json. */
#include "playlists/envelope/trust.h"

#include "base/json.h"
#include "base/password.h"
#include "playlists/model/draft.h"

#include <string.h>

#define NONCE_BYTES 32
#define TIME_DEPTH 1

G_STATIC_ASSERT(2 * NONCE_BYTES + 1 == BT_HASH_HEX_SIZE);

typedef struct {
    char *source;
    BtNonce nonce;
    gint64 utc_ms;
} SignedTime;

BtNonce bt_nonce_new(void)
{
    guint8 bytes[NONCE_BYTES];
    BtNonce nonce;
    bt_secret_bytes(bytes, sizeof bytes);
    for (int i = 0; i < NONCE_BYTES; i++)
        g_snprintf(nonce.hex + 2 * i, 3, "%02x", bytes[i]);
    return nonce;
}

GBytes *bt_time_payload(const char *source, const BtNonce *nonce, gint64 utc_ms)
{
    g_autoptr(BtJson) json = bt_json_new_object();
    bt_json_set_string(json, "source", source);
    bt_json_set_string(json, "nonce", nonce->hex);
    bt_json_set_int(json, "utc_ms", utc_ms);
    char *text = bt_json_to_text(json, FALSE);
    return g_bytes_new_take(text, strlen(text));
}

static gboolean read_nonce(const BtJsonAt *object, BtNonce *nonce, GError **error)
{
    BtJsonAt at;
    const char *hex =
        bt_json_require(object, "nonce", &at, error) ? bt_json_read_sha256(&at, error) : NULL;
    if (hex)
        g_strlcpy(nonce->hex, hex, sizeof nonce->hex);
    return hex != NULL;
}

static gboolean read_time(const BtEnvelope *envelope, SignedTime *read, GError **error)
{
    static const char *const known[] = { "source", "nonce", "utc_ms", NULL };
    gsize size_bytes;
    const void *data = g_bytes_get_data(envelope->payload, &size_bytes);
    g_autoptr(BtJson) json =
        bt_json_parse(data, size_bytes, envelope->name, BT_TIME_MAX_BYTES, TIME_DEPTH, error);
    if (!json)
        return FALSE;
    BtJsonAt at = bt_json_root(envelope->name, json);
    return bt_json_read_object(&at, error) && bt_read_refuse_unknown(&at, known, error) &&
        bt_read_id(&at, "source", &read->source, error) && read_nonce(&at, &read->nonce, error) &&
        bt_read_int(&at, "utc_ms", 0, G_MAXINT64, &read->utc_ms, error);
}

static gboolean check_nonce(
    const BtEnvelope *envelope, const SignedTime *read, const BtNonce *nonce, GError **error)
{
    return strcmp(read->nonce.hex, nonce->hex) == 0 ||
        bt_envelope_fail(envelope, BT_ERROR_MISMATCH, error,
            "/nonce: it answers another question: expected the nonce of this one");
}

static gboolean check_span(const BtTrust *trust, const BtEnvelope *envelope, gint64 utc_ms,
    gint64 floor_ms, GError **error)
{
    g_autofree char *utc = bt_time_format(utc_ms);
    if (utc_ms < floor_ms)
        return bt_envelope_fail(envelope, BT_ERROR_ROLLBACK, error,
            "/utc_ms: it is %s: expected no instant that is surely past", utc);
    return utc_ms < trust->root->expires_ms ||
        bt_envelope_fail(envelope, BT_ERROR_EXPIRED, error,
            "/utc_ms: it is %s: expected an instant before root %" G_GINT64_FORMAT " expires", utc,
            trust->root->version);
}

static gboolean check_signers(
    const BtTrust *trust, const BtEnvelope *envelope, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) signers = bt_envelope_signers(
        envelope, trust->root, BT_ROLE_FRESHNESS, trust->root->freshness_threshold, now_ms, error);
    return signers != NULL;
}

gboolean bt_trust_verify_time(const BtTrust *trust, GBytes *bytes, const char *name,
    const BtNonce *nonce, gint64 floor_ms, gint64 *utc_ms, GError **error)
{
    SignedTime read = { 0 };
    if (!bt_trust_check_has_root(trust, name, error))
        return FALSE;
    g_autoptr(BtEnvelope) envelope =
        bt_envelope_open(bytes, name, BT_TIME_MAX_BYTES, "time", error);
    if (!envelope || !check_signers(trust, envelope, BT_TIME_MIN, error))
        return FALSE;
    gboolean ok = read_time(envelope, &read, error) &&
        bt_trust_check_source(trust, envelope, read.source, error) &&
        check_nonce(envelope, &read, nonce, error) &&
        check_span(trust, envelope, read.utc_ms, floor_ms, error) &&
        check_signers(trust, envelope, read.utc_ms, error);
    g_free(read.source);
    *utc_ms = read.utc_ms;
    return ok;
}
