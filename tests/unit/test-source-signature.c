/* HTTP message signatures: what is signed, and the many ways in which it is not. */
#include "base/error.h"
#include "source/serve/signature.h"

#include <string.h>

#define NOW_MS (G_GINT64_CONSTANT(1795309200) * 1000) /* Sun, 22 Nov 2026 01:00:00 GMT */
#define DATE "Sun, 22 Nov 2026 01:00:00 GMT"
#define TARGET "https://x.example/v1/screens/kp-01/reports"
#define LIST "(\"@method\" \"@target-uri\" \"date\" \"content-digest\")"

static void test_dates(void)
{
    static const struct {
        const char *text;
        gint64 wall_ms; /* -1: refused */
    } cases[] = {
        { DATE, NOW_MS },
        { "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
        { "Sunday, 22-Nov-26 01:00:00 GMT", -1 },
        { "Sun Nov 22 01:00:00 2026", -1 },
        { "Sun, 22 Nov 2026 01:00:00 UTC", -1 },
        { "Sun, 22 Nov 2026 01:00:00 GMT ", -1 },
        { "Sun, 31 Feb 2026 01:00:00 GMT", -1 },
        { "Sun, 22 Xyz 2026 01:00:00 GMT", -1 },
        { "Sun, 22 Nov 2026 25:00:00 GMT", -1 },
        { "", -1 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint64 wall_ms = -1;
        gboolean ok = bt_http_date_parse(cases[i].text, &wall_ms);
        g_test_message("%s", cases[i].text);
        g_assert_cmpint(ok ? wall_ms : -1, ==, cases[i].wall_ms);
    }
    g_autofree char *text = bt_http_date_format(NOW_MS);
    g_assert_cmpstr(text, ==, DATE);
}

static void test_inputs(void)
{
    static const struct {
        const char *name, *text;
        int code; /* -1: read */
    } cases[] = {
        { "plain", "sig1=" LIST ";keyid=\"a\"", -1 },
        { "all parameters",
            "s=" LIST ";created=1;expires=2;keyid=\"a\";alg=\"ed25519\";nonce=\"n\"", -1 },
        { "another order",
            "s=(\"date\" \"@method\" \"content-digest\" \"@target-uri\");keyid=\"a\"", -1 },
        { "nothing", "", BT_ERROR_SYNTAX },
        { "no label", LIST ";keyid=\"a\"", BT_ERROR_SYNTAX },
        { "no list", "s=;keyid=\"a\"", BT_ERROR_SYNTAX },
        { "open list", "s=(\"@method\"", BT_ERROR_SYNTAX },
        { "no blanks", "s=(\"@method\"\"date\");keyid=\"a\"", BT_ERROR_SYNTAX },
        { "component with a parameter", "s=(\"@method\";req \"date\");keyid=\"a\"",
            BT_ERROR_SYNTAX },
        { "one is missing", "s=(\"@method\" \"@target-uri\" \"date\");keyid=\"a\"",
            BT_ERROR_SIGNATURE },
        { "one stands twice", "s=(\"@method\" \"@method\" \"date\" \"content-digest\");keyid=\"a\"",
            BT_ERROR_SIGNATURE },
        { "one too many",
            "s=(\"@method\" \"@target-uri\" \"date\" \"content-digest\" \"x\");keyid=\"a\"",
            BT_ERROR_SIGNATURE },
        { "no keyid", "s=" LIST, BT_ERROR_SIGNATURE },
        { "another algorithm", "s=" LIST ";keyid=\"a\";alg=\"rsa-v1_5-sha256\"",
            BT_ERROR_UNSUPPORTED },
        { "created is no number", "s=" LIST ";created=x;keyid=\"a\"", BT_ERROR_SYNTAX },
        { "created is too long", "s=" LIST ";created=1111111111111111;keyid=\"a\"",
            BT_ERROR_SYNTAX },
        { "a second signature", "s=" LIST ";keyid=\"a\", t=" LIST, BT_ERROR_SYNTAX },
        { "an escape", "s=" LIST ";keyid=\"a\\\"b\"", BT_ERROR_SYNTAX },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(BtSignatureInput) input = bt_signature_input_read(cases[i].text, &error);
        g_test_message("%s", cases[i].name);
        if (cases[i].code < 0) {
            g_assert_no_error(error);
            g_assert_cmpstr(input->keyid, ==, "a");
        } else
            g_assert_error(error, BT_ERROR, cases[i].code);
    }
}

/* A request of a board, signed; each case changes one thing. */
typedef struct {
    BtKey *key;
    BtPublicKey half;
    char *digest, *signature;
    BtSignatureInput *input;
    BtSignedRequest request;
} Fixture;

static const char *const targets[] = { "http://x.example/v1/screens/kp-01/reports", TARGET, NULL };
static const char body[] = "{}\n";

static void set_up(Fixture *f, gconstpointer unused)
{
    (void)unused;
    guint8 signature[BT_SIGNATURE_BYTES];
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 raw[32];
    gsize size = sizeof raw;
    g_checksum_update(sum, (const guchar *)body, strlen(body));
    g_checksum_get_digest(sum, raw, &size);
    g_autofree char *raw64 = g_base64_encode(raw, sizeof raw);
    f->digest = g_strdup_printf("sha-256=:%s:", raw64);
    f->key = bt_key_generate();
    f->half = bt_key_public(f->key);
    f->input = bt_signature_input_read("s=" LIST ";created=1795309200;keyid=\"a\"", NULL);
    g_autofree char *base = g_strdup_printf(
        "\"@method\": POST\n\"@target-uri\": %s\n\"date\": %s\n\"content-digest\": %s\n"
        "\"@signature-params\": " LIST ";created=1795309200;keyid=\"a\"",
        TARGET, DATE, f->digest);
    bt_key_sign(f->key, base, strlen(base), signature);
    g_autofree char *signature64 = g_base64_encode(signature, sizeof signature);
    f->signature = g_strdup_printf("s=:%s:", signature64);
    f->request = (BtSignedRequest){ "POST", targets, DATE, f->digest, NULL, f->signature, body,
        strlen(body) };
}

static void tear_down(Fixture *f, gconstpointer unused)
{
    (void)unused;
    bt_key_free(f->key);
    bt_signature_input_free(f->input);
    g_free(f->digest);
    g_free(f->signature);
}

static int verify(const Fixture *f, gint64 now_ms)
{
    g_autoptr(GError) error = NULL;
    gboolean ok = bt_signature_verify(f->input, &f->request, &f->half, now_ms, &error);
    g_assert_true(ok == (error == NULL));
    return ok ? -1 : error->code;
}

static void test_good(Fixture *f, gconstpointer unused)
{
    (void)unused;
    g_assert_cmpint(verify(f, NOW_MS), ==, -1);
    g_assert_cmpint(verify(f, NOW_MS + 300000), ==, -1);
    g_assert_cmpint(verify(f, NOW_MS - 300000), ==, -1);
    g_assert_cmpint(verify(f, NOW_MS + 300001), ==, BT_ERROR_EXPIRED);
    g_assert_cmpint(verify(f, NOW_MS - 300001), ==, BT_ERROR_EXPIRED);
}

static void test_changed(Fixture *f, gconstpointer unused)
{
    (void)unused;
    BtSignedRequest good = f->request;
    static const char *const elsewhere[] = { "https://x.example/v1/screens/kp-02/reports", NULL };
#define CHANGED(what, code)                                                                        \
    f->request = good;                                                                             \
    what;                                                                                          \
    g_assert_cmpint(verify(f, NOW_MS), ==, code)
    CHANGED(f->request.method = "PUT", BT_ERROR_SIGNATURE);
    CHANGED(f->request.targets = elsewhere, BT_ERROR_SIGNATURE);
    CHANGED(f->request.date = "Sun, 22 Nov 2026 01:00:01 GMT", BT_ERROR_SIGNATURE);
    CHANGED(f->request.date = "now", BT_ERROR_SYNTAX);
    CHANGED(f->request.body = "{ \n", BT_ERROR_MISMATCH);
    CHANGED(f->request.body_bytes = 2, BT_ERROR_MISMATCH);
    CHANGED(f->request.content_digest = "sha-512=:AAAA:", BT_ERROR_SYNTAX);
    CHANGED(f->request.signature = "s=:AAAA:", BT_ERROR_SYNTAX);
    CHANGED(f->request.signature = "t=:AAAA:", BT_ERROR_SYNTAX);
    CHANGED(f->request.signature = "s=", BT_ERROR_SYNTAX);
    CHANGED(f->request.signature = NULL, BT_ERROR_SIGNATURE);
    CHANGED(f->request.date = NULL, BT_ERROR_SIGNATURE);
    CHANGED(f->request.content_digest = NULL, BT_ERROR_SIGNATURE);
    CHANGED(f->half.bytes[3] ^= 1, BT_ERROR_SIGNATURE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/source/signature/dates", test_dates);
    g_test_add_func("/source/signature/inputs", test_inputs);
    g_test_add("/source/signature/good", Fixture, NULL, set_up, test_good, tear_down);
    g_test_add("/source/signature/changed", Fixture, NULL, set_up, test_changed, tear_down);
    return g_test_run();
}
