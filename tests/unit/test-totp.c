/* One-time codes against the examples of RFC 6238 and RFC 4226, and base32 against RFC 4648. */
#include "source/desk/totp.h"

#include <string.h>

#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" /* "12345678901234567890" */

/* RFC 6238 appendix B, the last six of its eight digits. */
static void test_rfc_6238(void)
{
    static const struct {
        gint64 time_s;
        const char *code;
    } cases[] = { { 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" },
        { 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint64 now_ms = cases[i].time_s * 1000, step = cases[i].time_s / 30;
        char code[BT_TOTP_DIGITS + 1];
        bt_totp_code((const guint8 *)"12345678901234567890", 20, step, code);
        g_assert_cmpstr(code, ==, cases[i].code);
        g_assert_cmpint(bt_totp_check(SECRET, cases[i].code, 0, now_ms), ==, step);
        g_assert_cmpint(bt_totp_check(SECRET, cases[i].code, 0, now_ms - 30000), ==, step);
        g_assert_cmpint(bt_totp_check(SECRET, cases[i].code, 0, now_ms + 30000), ==, step);
        if (now_ms > 60000)
            g_assert_cmpint(bt_totp_check(SECRET, cases[i].code, 0, now_ms - 60000), ==, 0);
        g_assert_cmpint(bt_totp_check(SECRET, cases[i].code, 0, now_ms + 60000), ==, 0);
    }
}

/* RFC 4226 appendix D. */
static void test_rfc_4226(void)
{
    static const char *const codes[] = { "755224", "287082", "359152", "969429", "338314", "254676",
        "287922", "162583", "399871", "520489" };
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        char code[BT_TOTP_DIGITS + 1];
        bt_totp_code((const guint8 *)"12345678901234567890", 20, (gint64)i, code);
        g_assert_cmpstr(code, ==, codes[i]);
    }
}

static void test_once(void)
{
    gint64 now_ms = G_GINT64_CONSTANT(1111111109000), step = now_ms / 30000;
    g_assert_cmpint(bt_totp_check(SECRET, "081804", step - 1, now_ms), ==, step);
    g_assert_cmpint(bt_totp_check(SECRET, "081804", step, now_ms), ==, 0);
    g_assert_cmpint(bt_totp_check(SECRET, "081804", step + 1, now_ms), ==, 0);
    g_assert_cmpint(bt_totp_check(SECRET, " 081 804 ", step - 1, now_ms), ==, step);
    static const char *const no_codes[] = { "", "08180", "0818040", "08180a", "-81804", "+81804" };
    for (gsize i = 0; i < G_N_ELEMENTS(no_codes); i++)
        g_assert_cmpint(bt_totp_check(SECRET, no_codes[i], 0, now_ms), ==, 0);
    g_assert_cmpint(bt_totp_check("not base32!", "081804", 0, now_ms), ==, 0);
}

static void test_base32(void)
{
    static const char *const cases[][2] = { { "", "" }, { "f", "MY" }, { "fo", "MZXQ" },
        { "foo", "MZXW6" }, { "foob", "MZXW6YQ" }, { "fooba", "MZXW6YTB" },
        { "foobar", "MZXW6YTBOI" } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gsize length = strlen(cases[i][0]);
        g_autofree char *text = bt_base32_encode((const guint8 *)cases[i][0], length);
        g_autoptr(GBytes) back = bt_base32_decode(cases[i][1]);
        g_assert_cmpstr(text, ==, cases[i][1]);
        g_assert_cmpmem(g_bytes_get_data(back, NULL), g_bytes_get_size(back), cases[i][0], length);
    }
    g_autoptr(GBytes) loose = bt_base32_decode("mzxw 6ytb oi");
    g_assert_cmpmem(g_bytes_get_data(loose, NULL), g_bytes_get_size(loose), "foobar", 6);
    g_assert_null(bt_base32_decode("MZXW1"));
    g_autofree char *a = bt_totp_new_secret(), *b = bt_totp_new_secret();
    g_assert_cmpuint(strlen(a), ==, BT_TOTP_SECRET_LETTERS);
    g_assert_cmpstr(a, !=, b);
}

static void test_uri(void)
{
    g_autofree char *uri = bt_totp_uri(SECRET, "UBND xã A&B", "lan");
    g_assert_cmpstr(uri, ==,
        "otpauth://totp/UBND%20x%C3%A3%20A%26B:lan?secret=" SECRET
        "&issuer=UBND%20x%C3%A3%20A%26B");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/totp/rfc 6238", test_rfc_6238);
    g_test_add_func("/totp/rfc 4226", test_rfc_4226);
    g_test_add_func("/totp/once", test_once);
    g_test_add_func("/totp/base32", test_base32);
    g_test_add_func("/totp/uri", test_uri);
    return g_test_run();
}
