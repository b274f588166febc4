/* The envelope's form, as strict as it can be read: three keys, canonical base64, one type. The
 * payload stays bytes here; who may have signed it is asked before anybody parses it. */
#include "playlists/envelope/dsse.h"

#include "base/json.h"

#include <string.h>

#define TYPE_MAX 100
#define KEYID_MAX 200
#define SIGNATURE_MAX 1000
#define ENVELOPE_DEPTH 3

static char *type_of_role(const char *role)
{
    return g_strdup_printf("application/vnd.bangtin.%s+json", role);
}

/* DSSE's pre-authentication encoding: lengths before contents, so that no two (type, payload) are
 * signed as the same bytes. */
static GByteArray *encode(const char *type, GBytes *payload)
{
    gsize size_bytes;
    const guint8 *data = g_bytes_get_data(payload, &size_bytes);
    g_autofree char *head = g_strdup_printf(
        "DSSEv1 %" G_GSIZE_FORMAT " %s %" G_GSIZE_FORMAT " ", strlen(type), type, size_bytes);
    GByteArray *bytes = g_byte_array_sized_new((guint)(strlen(head) + size_bytes));
    g_byte_array_append(bytes, (const guint8 *)head, (guint)strlen(head));
    if (size_bytes > 0)
        g_byte_array_append(bytes, data, (guint)size_bytes);
    return bytes;
}

gboolean bt_envelope_fail(
    const BtEnvelope *envelope, BtError code, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, BT_ERROR, code, "%s:%s%s", envelope->name, text[0] == '/' ? "" : " ", text);
    return FALSE;
}

/* ---- sealing ---- */

static BtJson *signature_json(const char *keyid, const char *base64)
{
    BtJson *object = bt_json_new_object();
    bt_json_set_string(object, "keyid", keyid);
    bt_json_set_string(object, "sig", base64);
    return object;
}

static BtJson *sign_with(const BtKey *key, const GByteArray *message)
{
    guint8 signature[BT_SIGNATURE_BYTES];
    char id[BT_HASH_HEX_SIZE];
    BtPublicKey public_key = bt_key_public(key);
    bt_public_key_id(&public_key, id);
    bt_key_sign(key, message->data, message->len, signature);
    g_autofree char *text = g_base64_encode(signature, sizeof signature);
    return signature_json(id, text);
}

/* `signatures` (transfer full). */
static GBytes *write_envelope(const char *type, GBytes *payload, BtJson *signatures)
{
    gsize size_bytes;
    const guint8 *data = g_bytes_get_data(payload, &size_bytes);
    g_autofree char *text = g_base64_encode(data ? data : (const guint8 *)"", size_bytes);
    g_autoptr(BtJson) envelope = bt_json_new_object();
    bt_json_set_string(envelope, "payloadType", type);
    bt_json_set_string(envelope, "payload", text);
    bt_json_set(envelope, "signatures", signatures);
    char *json = bt_json_to_text(envelope, FALSE);
    return g_bytes_new_take(json, strlen(json));
}

GBytes *bt_envelope_seal(const char *role, GBytes *payload, BtKey *const *keys, guint n_keys)
{
    g_autofree char *type = type_of_role(role);
    g_autoptr(GByteArray) message = encode(type, payload);
    BtJson *signatures = bt_json_new_array();
    for (guint i = 0; i < n_keys; i++)
        bt_json_append(signatures, sign_with(keys[i], message));
    return write_envelope(type, payload, signatures);
}

GBytes *bt_envelope_message(const char *role, GBytes *payload)
{
    g_autofree char *type = type_of_role(role);
    return g_byte_array_free_to_bytes(encode(type, payload));
}

GBytes *bt_envelope_join(
    const char *role, GBytes *payload, const BtEnvelopeSignature *signatures, guint n_signatures)
{
    g_autofree char *type = type_of_role(role);
    BtJson *list = bt_json_new_array();
    for (guint i = 0; i < n_signatures; i++)
        bt_json_append(list, signature_json(signatures[i].keyid, signatures[i].base64));
    return write_envelope(type, payload, list);
}

/* ---- opening ---- */

static void signature_free(BtSignature *signature)
{
    g_free(signature->keyid);
    g_clear_pointer(&signature->signature, g_bytes_unref);
    g_free(signature);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtSignature, signature_free)

void bt_envelope_free(BtEnvelope *envelope)
{
    g_free(envelope->type);
    g_clear_pointer(&envelope->payload, g_bytes_unref);
    g_ptr_array_unref(envelope->signatures);
    g_free(envelope);
}

static gboolean refuse_unknown(const BtJsonAt *object, const char *const *known, GError **error)
{
    const char *key = bt_json_unknown_key(object, known);
    BtJsonAt at;
    if (!key || !bt_json_member(object, key, &at))
        return TRUE;
    g_autofree char *list = g_strjoinv(", ", (char **)known);
    return bt_json_fail(&at, BT_ERROR_INVALID, error, "unknown key: expected %s only", list);
}

/* (transfer full) (nullable) */
static GBytes *read_base64(const BtJsonAt *object, const char *key, gsize max, GError **error)
{
    BtJsonAt at;
    if (!bt_json_require(object, key, &at, error))
        return NULL;
    const char *text = bt_json_read_string(&at, 0, max, error);
    if (!text)
        return NULL;
    GBytes *bytes = bt_base64_decode(text, strlen(text));
    if (!bytes)
        bt_json_fail(&at, BT_ERROR_SYNTAX, error,
            "this is not base64: expected the standard alphabet with padding");
    return bytes;
}

static gboolean read_text(
    const BtJsonAt *object, const char *key, gsize max, char **text, GError **error)
{
    BtJsonAt at;
    if (!bt_json_require(object, key, &at, error))
        return FALSE;
    *text = g_strdup(bt_json_read_string(&at, 1, max, error));
    return *text != NULL;
}

static gboolean read_signature(const BtJsonAt *at, GPtrArray *signatures, GError **error)
{
    static const char *const known[] = { "keyid", "sig", NULL };
    g_autoptr(BtSignature) signature = g_new0(BtSignature, 1);
    if (!bt_json_read_object(at, error) || !refuse_unknown(at, known, error) ||
        !read_text(at, "keyid", KEYID_MAX, &signature->keyid, error))
        return FALSE;
    signature->signature = read_base64(at, "sig", SIGNATURE_MAX, error);
    if (!signature->signature)
        return FALSE;
    g_ptr_array_add(signatures, g_steal_pointer(&signature));
    return TRUE;
}

static gboolean read_signatures(const BtJsonAt *object, GPtrArray *signatures, GError **error)
{
    BtJsonAt array;
    if (!bt_json_require(object, "signatures", &array, error) ||
        !bt_json_read_array(&array, BT_ENVELOPE_MAX_SIGNATURES, error))
        return FALSE;
    for (gsize i = 0; i < bt_json_length(&array); i++) {
        BtJsonAt at = bt_json_element(&array, i);
        if (!read_signature(&at, signatures, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean read_envelope(const BtJsonAt *at, BtEnvelope *envelope, GError **error)
{
    static const char *const known[] = { "payloadType", "payload", "signatures", NULL };
    if (!bt_json_read_object(at, error) || !refuse_unknown(at, known, error) ||
        !read_text(at, "payloadType", TYPE_MAX, &envelope->type, error))
        return FALSE;
    envelope->payload = read_base64(at, "payload", G_MAXSIZE, error);
    return envelope->payload && read_signatures(at, envelope->signatures, error);
}

static gboolean check_type(
    const BtJsonAt *at, const BtEnvelope *envelope, const char *role, GError **error)
{
    BtJsonAt type;
    g_autofree char *expected = type_of_role(role);
    if (strcmp(envelope->type, expected) == 0 || !bt_json_member(at, "payloadType", &type))
        return TRUE;
    return bt_json_fail(&type, BT_ERROR_INVALID, error,
        "this is a document of another kind, %s: expected %s", envelope->type, expected);
}

BtEnvelope *bt_envelope_open(
    GBytes *bytes, const char *name, gsize max_bytes, const char *role, GError **error)
{
    gsize size_bytes;
    const void *data = g_bytes_get_data(bytes, &size_bytes);
    g_autoptr(BtJson) json =
        bt_json_parse(data, size_bytes, name, max_bytes, ENVELOPE_DEPTH, error);
    if (!json)
        return NULL;
    BtJsonAt at = bt_json_root(name, json);
    g_autoptr(BtEnvelope) envelope = g_new0(BtEnvelope, 1);
    envelope->name = name;
    envelope->signatures = g_ptr_array_new_with_free_func((GDestroyNotify)signature_free);
    bt_hash_data(data, size_bytes, envelope->sha256);
    if (!read_envelope(&at, envelope, error) || !check_type(&at, envelope, role, error))
        return NULL;
    return g_steal_pointer(&envelope);
}

GBytes *bt_envelope_peek(GBytes *bytes, const char *name, gsize payload_max_bytes, GError **error)
{
    gsize size_bytes;
    const void *data = g_bytes_get_data(bytes, &size_bytes);
    g_autoptr(BtJson) json = bt_json_parse(data, size_bytes, name,
        BT_ENVELOPE_MAX_BYTES(payload_max_bytes), BT_MANIFEST_MAX_DEPTH, error);
    if (!json)
        return NULL;
    BtJsonAt at = bt_json_root(name, json), payload;
    if (!bt_json_read_object(&at, error))
        return NULL;
    if (!bt_json_member(&at, "payload", &payload))
        return g_bytes_ref(bytes);
    return read_base64(&at, "payload", G_MAXSIZE, error);
}

/* ---- who signed ---- */

gboolean bt_key_may(const BtRootKey *key, BtKeyRole role)
{
    const gboolean may[BT_N_KEY_ROLES] = {
        [BT_ROLE_ROOT] = key->may_root,
        [BT_ROLE_FRESHNESS] = key->may_freshness,
        [BT_ROLE_PUBLISH] = key->may_publish,
        [BT_ROLE_EMERGENCY] = key->may_emergency,
    };
    return may[role];
}

static const char *role_name(BtKeyRole role)
{
    static const char *const names[] = { "root", "freshness", "publish", "emergency" };
    return names[role];
}

/* Whether signature `i` of a key that may sign holds. */
static gboolean verify(const BtEnvelope *envelope, guint i, const BtRootKey *key,
    const GByteArray *message, GError **error)
{
    const BtSignature *signature = g_ptr_array_index(envelope->signatures, i);
    if (g_bytes_get_size(signature->signature) == BT_SIGNATURE_BYTES &&
        bt_public_key_verify(
            &key->key, message->data, message->len, g_bytes_get_data(signature->signature, NULL)))
        return TRUE;
    bt_envelope_fail(envelope, BT_ERROR_SIGNATURE, error,
        "/signatures/%u/sig: it does not match: expected the signature of key %.8s %s", i, key->id,
        key->name);
    return FALSE;
}

/* Too few: were others there who do not count, or were there not enough? */
static gboolean check_count(const BtEnvelope *envelope, guint n_counted, guint n_strangers,
    const BtRoot *root, BtKeyRole role, guint threshold, GError **error)
{
    if (n_counted >= threshold)
        return TRUE;
    bt_envelope_fail(envelope, n_strangers > 0 ? BT_ERROR_UNKNOWN_KEY : BT_ERROR_SIGNATURE, error,
        "/signatures: %u signed who may, %u who may not: expected %u %s key%s of root "
        "%" G_GINT64_FORMAT,
        n_counted, n_strangers, threshold, role_name(role), threshold == 1 ? "" : "s",
        root->version);
    return FALSE;
}

GPtrArray *bt_envelope_signers(const BtEnvelope *envelope, const BtRoot *root, BtKeyRole role,
    guint threshold, gint64 trusted_now_ms, GError **error)
{
    g_autoptr(GByteArray) message = encode(envelope->type, envelope->payload);
    g_autoptr(GPtrArray) signers = g_ptr_array_new();
    guint n_strangers = 0;
    for (guint i = 0; i < envelope->signatures->len; i++) {
        const BtSignature *signature = g_ptr_array_index(envelope->signatures, i);
        const BtRootKey *key = bt_root_find(root, signature->keyid);
        if (!key || !bt_key_may(key, role) || key->until_ms <= trusted_now_ms) {
            n_strangers++;
            continue;
        }
        if (!verify(envelope, i, key, message, error))
            return NULL;
        if (!g_ptr_array_find(signers, key, NULL))
            g_ptr_array_add(signers, (gpointer)key);
    }
    if (!check_count(envelope, signers->len, n_strangers, root, role, threshold, error))
        return NULL;
    return g_steal_pointer(&signers);
}
