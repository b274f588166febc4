/* The first root, and how roots follow each other. */
#include "tests/unit/trust-fixture.h"

#include <string.h>

static gboolean accepts(const BtTrust *trust, GBytes *envelope)
{
    g_autoptr(BtManifest) manifest =
        bt_trust_verify_manifest(trust, envelope, "d", NULL, BT_TIME_MIN, NULL);
    return manifest != NULL;
}

/* ---- the first root ---- */

static void test_first_root(Fixture *f, gconstpointer data)
{
    (void)data;
    char hex[BT_HASH_HEX_SIZE];
    g_autofree char *text = fix_root_text(f, &fix_root_1);
    bt_hash_data(text, strlen(text), hex);
    g_assert_cmpstr(bt_trust_fingerprint(f->trust), ==, hex);
    g_assert_cmpint(bt_trust_root(f->trust)->version, ==, 1);
    g_autoptr(GBytes) envelope = fix_sealed_root(f, &fix_root_1, "RS");
    g_autoptr(GError) error = NULL;
    g_assert_false(bt_trust_accept_first_root(f->trust, envelope, "1.json", NULL, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_CONFLICT);
}

static void check_first(const Fixture *f, const char *source, const RootSpec *spec,
    const char *letters, const char *fingerprint, int code)
{
    g_autoptr(BtTrust) trust = bt_trust_new(source, "s1");
    g_autoptr(GBytes) envelope = fix_sealed_root(f, spec, letters);
    g_autoptr(GError) error = NULL;
    gboolean ok = bt_trust_accept_first_root(trust, envelope, "1.json", fingerprint, &error);
    g_assert_cmpint(error ? error->code : -1, ==, code);
    g_assert_cmpint(ok, ==, code == -1);
    g_assert_cmpint(bt_trust_root(trust) != NULL, ==, ok);
}

static void test_first_root_refusals(Fixture *f, gconstpointer data)
{
    (void)data;
    char hex[BT_HASH_HEX_SIZE];
    g_autofree char *text = fix_root_text(f, &fix_root_1);
    bt_hash_data(text, strlen(text), hex);
    check_first(f, "", &fix_root_1, "RS", hex, -1);
    check_first(f, "kp", &fix_root_1, "ST", NULL, -1);
    check_first(f, "kp", &fix_root_1, "R", NULL, BT_ERROR_SIGNATURE);
    check_first(f, "kp", &fix_root_1, "RR", NULL, BT_ERROR_SIGNATURE);
    check_first(f, "kp", &fix_root_1, "RX", NULL, BT_ERROR_UNKNOWN_KEY);
    check_first(f, "kp", &fix_root_1, "PQ", NULL, BT_ERROR_UNKNOWN_KEY);
    check_first(f, "ar", &fix_root_1, "RS", NULL, BT_ERROR_WRONG_SCREEN);
    hex[0] = hex[0] == '0' ? '1' : '0';
    check_first(f, "kp", &fix_root_1, "RS", hex, BT_ERROR_MISMATCH);
}

/* ---- rotation ---- */

/* Root 2 gives R's and S's places to U: T and U remain, both needed. */
static const RootSpec root_2 = { 2, "kp", "TU", 2, "2028-11-22T00:00:00Z" };

static const struct {
    const char *name;
    RootSpec spec;
    const char *letters;
    int code; /* -1: accepted */
    const char *message;
} rotations[] = {
    { "by-both", { 2, "kp", "TU", 2, "2028-11-22T00:00:00Z" }, "RTU", -1, NULL },
    { "by-old-only", { 2, "kp", "TU", 2, "2028-11-22T00:00:00Z" }, "RST", BT_ERROR_UNKNOWN_KEY,
        "2.json:/signatures: 1 signed who may, 2 who may not: expected 2 root keys of root 2" },
    { "by-new-only", { 2, "kp", "TU", 2, "2028-11-22T00:00:00Z" }, "TU", BT_ERROR_UNKNOWN_KEY,
        "2.json:/signatures: 1 signed who may, 1 who may not: expected 2 root keys of root 1" },
    { "by-old-same-key-twice", { 2, "kp", "RS", 2, "2028-11-22T00:00:00Z" }, "RR",
        BT_ERROR_SIGNATURE,
        "2.json:/signatures: 1 signed who may, 0 who may not: expected 2 root keys of root 1" },
    { "same-keys", { 2, "kp", "RST", 2, "2028-11-22T00:00:00Z" }, "ST", -1, NULL },
    { "two-further", { 3, "kp", "RST", 2, "2028-11-22T00:00:00Z" }, "RS", BT_ERROR_INVALID,
        "2.json:/version: it is root 3: expected root 2" },
    { "the-same-again", { 1, "kp", "RST", 2, "2028-11-22T00:00:00Z" }, "RS", BT_ERROR_ROLLBACK,
        "2.json:/version: it is root 1: expected root 2" },
    { "other-source", { 2, "ar", "RST", 2, "2028-11-22T00:00:00Z" }, "RS", BT_ERROR_WRONG_SCREEN,
        "2.json:/source: it is of source \"ar\": expected \"kp\"" },
    { "expired-is-taken", { 2, "kp", "RST", 2, "2026-11-23T00:00:00Z" }, "RS", -1, NULL },
};

static void test_rotation(Fixture *f, gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) envelope = fix_sealed_root(f, &rotations[i].spec, rotations[i].letters);
    gboolean ok = bt_trust_accept_next_root(
        f->trust, envelope, "2.json", fix_at("2026-12-01T00:00:00Z"), &error);
    g_assert_cmpint(error ? error->code : -1, ==, rotations[i].code);
    g_assert_cmpstr(error ? error->message : NULL, ==, rotations[i].message);
    g_assert_cmpint(ok, ==, rotations[i].code == -1);
    g_assert_cmpint(bt_trust_root(f->trust)->version, ==, ok ? 2 : 1);
}

static void test_walk(Fixture *f, gconstpointer data)
{
    (void)data;
    static const RootSpec root_3 = { 3, "kp", "UX", 1, "2029-11-22T00:00:00Z" };
    g_autoptr(GBytes) two = fix_sealed_root(f, &root_2, "STU"),
                      three = fix_sealed_root(f, &root_3, "TU");
    g_autofree char *first = g_strdup(bt_trust_fingerprint(f->trust));
    g_assert_false(bt_trust_accept_next_root(f->trust, three, "3.json", BT_TIME_MIN, NULL));
    g_assert_cmpstr(bt_trust_fingerprint(f->trust), ==, first);
    g_assert_true(bt_trust_accept_next_root(f->trust, two, "2.json", BT_TIME_MIN, NULL));
    g_assert_true(bt_trust_accept_next_root(f->trust, three, "3.json", BT_TIME_MIN, NULL));
    g_assert_cmpint(bt_trust_root(f->trust)->version, ==, 3);
    g_assert_cmpstr(bt_trust_fingerprint(f->trust), !=, first);
    g_autoptr(GBytes) manifest = fix_seal(f, "manifest", fix_manifest_text, "P");
    g_assert_true(accepts(f->trust, manifest));
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, fix_set_up, function, fix_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/root/first/accepted", test_first_root);
    ADD("/root/first/refusals", test_first_root_refusals);
    for (guint i = 0; i < G_N_ELEMENTS(rotations); i++) {
        g_autofree char *path = g_strconcat("/root/next/", rotations[i].name, NULL);
        g_test_add(path, Fixture, GUINT_TO_POINTER(i), fix_set_up, test_rotation, fix_tear_down);
    }
    ADD("/root/next/walk", test_walk);
    return g_test_run();
}
