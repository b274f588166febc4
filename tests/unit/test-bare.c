/* Sources that cannot sign: which of their documents count all the same, and which never do. Their
 * orders are in test-bare-orders.c. */
#include "tests/unit/bare-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

static void test_counts(BareCase *c, gconstpointer data)
{
    (void)data;
    BareSpec second = bare_good;
    second.version = 2;
    bare_put(c, "tinh", "manifest.ready", &bare_good);
    bare_look(c, "activated\n");
    bare_look(c, "");
    bare_check_on(c, 1, "v1");
    bare_put(c, "tinh", "manifest.ready", &second);
    bare_look(c, "activated\n");
    bare_open_ledger(c);
    bare_check_on(c, 2, "v2");
}

/* Signed documents say what time it surely is, also beside unsigned ones. */
static void test_signed_beside(BareCase *c, gconstpointer data)
{
    (void)data;
    char sha256[BT_HASH_HEX_SIZE];
    BareSpec spec = bare_good;
    spec.source = "kp";
    g_autofree char *text = bare_text_of(&spec);
    g_autoptr(GBytes) envelope = fix_seal(&c->trust, "manifest", text, "P");
    bare_put_bytes(c, "kp", "manifest.ready", envelope, sha256);
    bare_put(c, "tinh", "manifest.ready", &bare_good);
    c->signed_issued_ms = BARE_T0 - BT_HOUR_MS;
    bare_look(c, "activated\nactivated\n");
}

static const struct {
    const char *name;
    BareSpec spec;
    const char *event;
} refused[] = {
    { "another-screen", { "tinh", "s2", "ordinary", "2026-12-22T00:00:00Z", 9 }, "wrong-screen" },
    { "another-source", { "kp", "s1", "ordinary", "2026-12-22T00:00:00Z", 9 }, "wrong-screen" },
    { "emergency", { "tinh", "s1", "emergency", "2026-12-22T00:00:00Z", 9 }, "ceiling" },
    { "expired", { "tinh", "s1", "ordinary", "2026-11-23T23:30:00Z", 9 }, "expired" },
    { "older", { "tinh", "s1", "ordinary", "2026-12-22T00:00:00Z", 4 }, "rollback" },
    { "same-version", { "tinh", "s1", "filler", "2026-12-22T00:00:00Z", 5 }, "conflict" },
};

static void test_refused(BareCase *c, gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    BareSpec before = bare_good;
    before.version = 5;
    bare_put(c, "tinh", "manifest.ready", &before);
    bare_look(c, "activated\n");
    bare_put(c, "tinh", "manifest.ready", &refused[i].spec);
    g_autofree char *expected = g_strdup_printf("refused %s\n", refused[i].event);
    bare_look(c, expected);
    bare_check_on(c, 1, "v5");
}

static const struct {
    const char *name;
    BareSpec spec;
    const char *event;
} alerts[] = {
    { "ordinary", { "tinh", "s1", "ordinary", "2026-11-24T12:00:00Z", 9 }, "ceiling" },
    { "for-days", { "tinh", "s1", "emergency", "2026-11-26T00:00:00Z", 9 }, "limit" },
    { "another-screen", { "tinh", "s2", "emergency", "2026-11-24T12:00:00Z", 9 }, "wrong-screen" },
};

static void test_alert_refused(BareCase *c, gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    bare_put(c, "tinh", "alert.ready", &alerts[i].spec);
    g_autofree char *expected = g_strdup_printf("refused %s\n", alerts[i].event);
    bare_look(c, expected);
    bare_check_on(c, 1, "safe");
}

/* The ceiling of the configuration decides: without "emergency" no alert is seen. */
static void test_alert(BareCase *c, gconstpointer data)
{
    (void)data;
    BtConfigSource *source = g_ptr_array_index(c->config->sources, 1);
    bare_put(c, "tinh", "alert.ready", &bare_good_alert);
    bare_look(c, "alert\n");
    bare_check_on(c, 1, "safe");
    source->classes |= 1u << BT_CLASS_EMERGENCY;
    bare_check_on(c, 2, "v1");
    bare_put_text(c, "tinh", "alert.ready", "");
    bare_look(c, "alert\n");
    bare_check_on(c, 3, "safe");
}

static void test_above_the_ceiling(BareCase *c, gconstpointer data)
{
    (void)data;
    BareSpec spec = bare_good;
    spec.class = "requisition";
    bare_put(c, "tinh", "manifest.ready", &spec);
    bare_look(c, "activated\n");
    bare_check_on(c, 1, "safe");
    ((BtConfigSource *)g_ptr_array_index(c->config->sources, 1))->classes |= 1u
        << BT_CLASS_REQUISITION;
    bare_check_on(c, 2, "v1");
}

/* Without an envelope from one that signs: whoever can write the cache would speak. */
static void test_bare_for_signed(BareCase *c, gconstpointer data)
{
    (void)data;
    BareSpec spec = bare_good;
    spec.source = "kp";
    bare_put(c, "kp", "manifest.ready", &spec);
    bare_look(c, "refused limit\n"); /* an envelope is never so deep */
    bare_check_on(c, 1, "safe");
}

/* Nor by the ledger, when it is loaded. */
static void test_bare_for_signed_in_ledger(BareCase *c, gconstpointer data)
{
    (void)data;
    char sha256[BT_HASH_HEX_SIZE];
    BareSpec spec = bare_good;
    spec.source = "kp";
    g_autofree char *text = bare_text_of(&spec);
    g_autoptr(GBytes) bytes = fix_bytes_of(text);
    bare_put_bytes(c, "kp", "ignored", bytes, sha256);
    g_assert_true(bt_input_ledger_add_manifest(c->ledger, "kp", sha256, 1, BARE_T0, NULL));
    bare_check_on(c, 1, "safe");
}

static void test_envelope_for_bare(BareCase *c, gconstpointer data)
{
    (void)data;
    char sha256[BT_HASH_HEX_SIZE];
    g_autofree char *text = bare_text_of(&bare_good);
    g_autoptr(GBytes) envelope = fix_seal(&c->trust, "manifest", text, "P");
    bare_put_bytes(c, "tinh", "manifest.ready", envelope, sha256);
    bare_look(c, "refused invalid\n");
    bare_check_on(c, 1, "safe");
}

/* What cannot be read any more counts as denied: the older one does not come back. */
static void test_rotten(BareCase *c, gconstpointer data)
{
    (void)data;
    char sha256[BT_HASH_HEX_SIZE];
    BareSpec second = bare_good;
    second.version = 2;
    bare_put(c, "tinh", "manifest.ready", &bare_good);
    bare_look(c, "activated\n");
    c->now_ms = BARE_T0 + 10000;
    g_autofree char *text = bare_text_of(&second);
    g_autoptr(GBytes) bytes = fix_bytes_of(text);
    bare_put_bytes(c, "tinh", "manifest.ready", bytes, sha256);
    bare_look(c, "activated\n");
    g_autofree char *path = g_strdup_printf("%s/cache/objects/%.2s/%s", c->folder, sha256, sha256);
    g_chmod(path, 0600);
    g_assert_true(g_file_set_contents(path, "rotten", -1, NULL));
    bare_check_on(c, 9, "v1");
    bare_check_on(c, 10, "safe");
}

static void test_lapse(BareCase *c, gconstpointer data)
{
    (void)data;
    bare_put(c, "tinh", "manifest.ready", &bare_good);
    bare_look(c, "activated\n");
    g_assert_true(bt_input_ledger_add_lapse(c->ledger, "tinh", BARE_T0 + 5000, NULL));
    bare_check_on(c, 4, "v1");
    bare_check_on(c, 5, "safe");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    BARE_ADD("counts", test_counts);
    BARE_ADD("signed-beside", test_signed_beside);
    BARE_ADD_TABLE("refused", refused, test_refused)
    BARE_ADD_TABLE("alert-refused", alerts, test_alert_refused)
    BARE_ADD("alert", test_alert);
    BARE_ADD("above-the-ceiling", test_above_the_ceiling);
    BARE_ADD("bare-for-signed", test_bare_for_signed);
    BARE_ADD("bare-for-signed-in-ledger", test_bare_for_signed_in_ledger);
    BARE_ADD("envelope-for-bare", test_envelope_for_bare);
    BARE_ADD("rotten", test_rotten);
    BARE_ADD("lapse", test_lapse);
    return g_test_run();
}
