/* A time that the source signed: by whom, for which question, and in which span. */
#include "tests/unit/trust-fixture.h"

#include <string.h>

#define NONCE "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define OTHER "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define T_MS G_GINT64_CONSTANT(1795305600123) /* 2026-11-22T00:00:00.123Z; root 1 lasts a year */
#define SAYS(nonce, utc) "{\"source\":\"kp\",\"nonce\":\"" nonce "\",\"utc_ms\":" utc "}"
#define GOOD SAYS(NONCE, "1795305600123")

typedef struct {
    const char *name, *role, *text, *letters;
    gint64 floor_ms;
    int code; /* -1: taken */
} Case;

static const Case cases[] = {
    { "good", "time", GOOD, "F", T_MS, -1 },
    { "not-signed", "time", GOOD, "", 0, BT_ERROR_SIGNATURE },
    { "by-a-stranger", "time", GOOD, "X", 0, BT_ERROR_UNKNOWN_KEY },
    { "by-a-publisher", "time", GOOD, "P", 0, BT_ERROR_UNKNOWN_KEY },
    { "by-a-root-key", "time", GOOD, "R", 0, BT_ERROR_UNKNOWN_KEY },
    { "as-another-document", "now", GOOD, "F", 0, BT_ERROR_INVALID },
    { "another-question", "time", SAYS(OTHER, "1795305600123"), "F", 0, BT_ERROR_MISMATCH },
    { "no-nonce", "time", "{\"source\":\"kp\",\"utc_ms\":1}", "F", 0, BT_ERROR_INVALID },
    { "short-nonce", "time", SAYS("00", "1"), "F", 0, BT_ERROR_INVALID },
    { "another-source", "time",
        "{\"source\":\"ar\",\"nonce\":\"" NONCE "\",\"utc_ms\":1795305600123}", "F", 0,
        BT_ERROR_WRONG_SCREEN },
    { "more-than-that", "time",
        "{\"source\":\"kp\",\"nonce\":\"" NONCE "\",\"utc_ms\":1,\"leap\":1}", "F", 0,
        BT_ERROR_INVALID },
    { "what-is-past", "time", GOOD, "F", T_MS + 1, BT_ERROR_ROLLBACK },
    { "1970", "time", SAYS(NONCE, "0"), "F", 1, BT_ERROR_ROLLBACK },
    { "negative", "time", SAYS(NONCE, "-1"), "F", G_MININT64, BT_ERROR_INVALID },
    { "just-before-the-root-ends", "time", SAYS(NONCE, "1826841599999"), "F", 0, -1 },
    { "when-the-root-ends", "time", SAYS(NONCE, "1826841600000"), "F", 0, BT_ERROR_EXPIRED },
    { "the-end-of-time", "time", SAYS(NONCE, "9223372036854775807"), "F", 0, BT_ERROR_INVALID },
};

static void test_case(Fixture *f, gconstpointer data)
{
    const Case *c = data;
    g_autoptr(GBytes) envelope = fix_seal(f, c->role, c->text, c->letters);
    g_autoptr(GError) error = NULL;
    const BtNonce nonce = { NONCE };
    gint64 utc_ms = 0;
    gboolean taken =
        bt_trust_verify_time(f->trust, envelope, "d", &nonce, c->floor_ms, &utc_ms, &error);
    g_assert_cmpint(error ? error->code : -1, ==, c->code);
    g_assert_cmpint(taken, ==, c->code == -1);
    g_assert_true(!taken || utc_ms >= T_MS);
}

static void test_payload(Fixture *f, gconstpointer data)
{
    (void)data;
    BtKey *key = fix_key_of(f, 'F');
    const BtNonce nonce = bt_nonce_new(), other = bt_nonce_new();
    g_assert_true(bt_hash_is_hex(nonce.hex));
    g_assert_cmpstr(nonce.hex, !=, other.hex);
    g_autoptr(GBytes) payload = bt_time_payload("kp", &nonce, T_MS);
    g_autoptr(GBytes) envelope = bt_envelope_seal("time", payload, &key, 1);
    g_assert_cmpint(g_bytes_get_size(envelope), <, BT_TIME_MAX_BYTES);
    gint64 utc_ms;
    g_assert_true(bt_trust_verify_time(f->trust, envelope, "d", &nonce, 0, &utc_ms, NULL));
    g_assert_cmpint(utc_ms, ==, T_MS);
    g_assert_false(bt_trust_verify_time(f->trust, envelope, "d", &other, 0, &utc_ms, NULL));
    /* Nor does a time pass for a now.json. */
    g_assert_null(bt_trust_verify_now(f->trust, envelope, "d", NULL, BT_TIME_MIN, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/signed-time/", cases[i].name, NULL);
        g_test_add(path, Fixture, &cases[i], fix_set_up, test_case, fix_tear_down);
    }
    g_test_add("/signed-time/payload", Fixture, NULL, fix_set_up, test_payload, fix_tear_down);
    return g_test_run();
}
