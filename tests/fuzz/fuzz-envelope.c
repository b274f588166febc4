/* Any bytes as an envelope, and any bytes as a payload that is rightly signed: a trust must accept
 * nothing of the first, and survive the second. */
#include "base/error.h"
#include "playlists/envelope/envelope.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/* A root whose one key may do everything. */
static GBytes *make_root(BtKey *key)
{
    char id[BT_HASH_HEX_SIZE];
    BtPublicKey public_key = bt_key_public(key);
    bt_public_key_id(&public_key, id);
    g_autofree char *base64 = bt_public_key_to_base64(&public_key);
    g_autofree char *role = g_strdup_printf("{\"keys\":[\"%s\"],\"threshold\":1}", id);
    char *text = g_strdup_printf("{\"spec\":1,\"source\":\"kp\",\"version\":1,\"issued\":"
                                 "\"2026-11-22T00:00:00Z\",\"expires\":\"2027-11-22T00:00:00Z\","
                                 "\"keys\":{\"%s\":{\"key\":\"%s\"}},\"roles\":{\"root\":%s,"
                                 "\"freshness\":%s,\"publish\":%s,\"emergency\":%s}}",
        id, base64, role, role, role, role);
    return g_bytes_new_take(text, strlen(text));
}

/* Verifies `envelope` as everything it might claim to be; the number of claims that were accepted.
 */
static guint try_all(BtTrust *trust, GBytes *envelope)
{
    g_autoptr(BtNow) now = bt_trust_verify_now(trust, envelope, "d", NULL, BT_TIME_MIN, NULL);
    g_autoptr(BtManifest) manifest =
        bt_trust_verify_manifest(trust, envelope, "d", NULL, BT_TIME_MIN, NULL);
    g_autoptr(BtManifest) alert =
        bt_trust_verify_alert(trust, envelope, "d", NULL, BT_TIME_MIN, NULL);
    gboolean root = bt_trust_accept_next_root(trust, envelope, "d", BT_TIME_MIN, NULL);
    return (now != NULL) + (manifest != NULL) + (alert != NULL) + (root != FALSE);
}

static void try_signed(BtTrust *trust, BtKey *key, GBytes *payload)
{
    static const char *const roles[] = { "now", "manifest", "alert", "root" };
    for (gsize i = 0; i < G_N_ELEMENTS(roles); i++) {
        g_autoptr(GBytes) envelope = bt_envelope_seal(roles[i], payload, &key, 1);
        g_assert_cmpuint(try_all(trust, envelope), <=, 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(BtKey) key = bt_key_generate();
    g_autoptr(BtTrust) trust = bt_trust_new("", "s1");
    g_autoptr(BtTrust) none = bt_trust_new("", "s1");
    g_autoptr(GBytes) bytes = g_bytes_new_static(data, size);
    g_autoptr(GBytes) root = make_root(key);
    g_autoptr(GBytes) sealed_root = bt_envelope_seal("root", root, &key, 1);
    g_autoptr(GBytes) peeked = bt_envelope_peek(bytes, "d", BT_MANIFEST_MAX_BYTES, NULL);
    g_assert_true(bt_trust_accept_first_root(trust, sealed_root, "r", NULL, NULL));
    g_assert_cmpuint(try_all(trust, bytes), ==, 0);
    bt_trust_accept_first_root(none, bytes, "r", NULL, NULL);
    try_signed(trust, key, bytes);
    return 0;
}
