/* The input ledger: what it keeps, and what of it is believed when it is loaded. */
#include "playlists/inputs/inputs.h"
#include "tests/unit/tree.h"
#include "tests/unit/trust-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#define T0 G_GINT64_CONSTANT(1795478400000) /* 2026-11-24T00:00:00Z */

typedef struct {
    Fixture trust;
    char *folder, *root_path, *ledger_path;
    BtCache *cache;
    BtInputLedger *ledger;
    GPtrArray *problems;
} Case;

static void open_ledger(Case *c)
{
    g_autoptr(GError) error = NULL;
    g_clear_pointer(&c->ledger, bt_input_ledger_close);
    c->ledger = bt_input_ledger_open(c->ledger_path, TRUE, &error);
    g_assert_no_error(error);
}

static void set_up(Case *c, gconstpointer data)
{
    fix_set_up(&c->trust, data);
    c->folder = g_dir_make_tmp("bangtin-inputs-XXXXXX", NULL);
    c->root_path = g_build_filename(c->folder, "1.json", NULL);
    c->ledger_path = g_build_filename(c->folder, "inputs.db", NULL);
    g_autofree char *cache = g_build_filename(c->folder, "cache", NULL);
    c->cache = bt_cache_open(cache, TRUE, NULL);
    g_autoptr(GBytes) root = fix_sealed_root(&c->trust, &fix_root_1, "RS");
    gsize size_bytes;
    const char *bytes = g_bytes_get_data(root, &size_bytes);
    g_assert_true(g_file_set_contents(c->root_path, bytes, (gssize)size_bytes, NULL));
    c->problems = g_ptr_array_new_with_free_func(g_free);
    open_ledger(c);
}

static void tear_down(Case *c, gconstpointer data)
{
    bt_input_ledger_close(c->ledger);
    bt_cache_close(c->cache);
    g_ptr_array_unref(c->problems);
    remove_tree(c->folder);
    g_free(c->folder);
    g_free(c->root_path);
    g_free(c->ledger_path);
    fix_tear_down(&c->trust, data);
}

/* ---- documents ---- */

/* Version v has one item "vV"; an alert is the same of class emergency. (transfer full) */
static char *payload_of(gint64 version, gboolean alert)
{
    return g_strdup_printf(
        "{\"spec\":1,\"source\":\"kp\",\"version\":%d,\"issued\":\"2026-11-24T00:00:00Z\","
        "\"expires\":\"%s\",\"screens\":[\"s1\"],\"timezone\":\"UTC\",\"layouts\":[{\"id\":\"l\","
        "\"canvas\":[64,32],\"zones\":[{\"id\":\"z\",\"rect\":[0,0,64,32]}]}],\"playlists\":["
        "{\"id\":\"p\",\"items\":[{\"id\":\"%s%d\",\"kind\":\"clock\"}]}],\"programmes\":[{\"id\":"
        "\"a\",\"layout\":\"l\",\"class\":\"%s\",\"zones\":{\"z\":\"p\"}}]}",
        (int)version, alert ? "2026-11-24T20:00:00Z" : "2026-12-22T00:00:00Z", alert ? "al" : "v",
        (int)version, alert ? "emergency" : "ordinary");
}

/* In the cache, signed by `letters`; its hash. */
static void put_document(
    Case *c, gint64 version, gboolean alert, const char *letters, char sha256[BT_HASH_HEX_SIZE])
{
    g_autofree char *text = payload_of(version, alert);
    g_autoptr(GBytes) envelope = fix_seal(&c->trust, alert ? "alert" : "manifest", text, letters);
    gsize size_bytes;
    const void *bytes = g_bytes_get_data(envelope, &size_bytes);
    bt_hash_data(bytes, size_bytes, sha256);
    g_assert_true(bt_cache_add_object(c->cache, sha256, envelope, NULL));
}

static void add_manifest(Case *c, gint64 version, gint64 from_s, char sha256[BT_HASH_HEX_SIZE])
{
    put_document(c, version, FALSE, "P", sha256);
    g_assert_true(
        bt_input_ledger_add_manifest(c->ledger, "kp", sha256, version, T0 + from_s * 1000, NULL));
}

static void rot(Case *c, const char *sha256)
{
    g_autofree char *path = g_strdup_printf("%s/cache/objects/%.2s/%s", c->folder, sha256, sha256);
    g_chmod(path, 0600);
    g_assert_true(g_file_set_contents(path, "rotten", -1, NULL));
}

/* ---- asking ---- */

static BtInputs *load_since(Case *c, gint64 since_s)
{
    BtLedgerSource source = {
        .name = "kp", .source_id = "kp", .root_path = c->root_path, .classes = BT_ALL_CLASSES
    };
    g_ptr_array_set_size(c->problems, 0);
    return bt_inputs_load(c->ledger, c->cache, "s1", &source, 1, T0 + since_s * 1000, c->problems);
}

static gint64 measure(const BtItem *item, const BtZone *zone, gpointer user)
{
    (void)item, (void)zone, (void)user;
    return 0;
}

static void check_on(const BtInputs *inputs, gint64 at_s, const char *expected)
{
    static const char *const kinds[] = { "programme", "safe", "cut", "dark" };
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, T0 + at_s * 1000, measure, NULL);
    const char *found = kinds[on->kind];
    if (on->kind == BT_ON_PROGRAMME)
        found = g_array_index(on->zones, BtOnZone, 0).item->id;
    g_assert_cmpstr(found, ==, expected);
}

/* The item on air, or "safe", "cut", "dark", at that second. */
static void check(Case *c, gint64 at_s, const char *expected)
{
    g_autoptr(BtInputs) inputs = load_since(c, at_s);
    check_on(inputs, at_s, expected);
}

/* ---- cases ---- */

static void test_append_and_load(Case *c, gconstpointer data)
{
    (void)data;
    char one[BT_HASH_HEX_SIZE], two[BT_HASH_HEX_SIZE];
    check(c, 0, "safe");
    add_manifest(c, 1, 10, one);
    add_manifest(c, 2, 20, two);
    open_ledger(c);
    g_autoptr(BtInputs) all = load_since(c, 0);
    check_on(all, 9, "safe");
    check_on(all, 10, "v1");
    check_on(all, 19, "v1");
    check_on(all, 20, "v2");
    g_assert_cmpuint(c->problems->len, ==, 0);
}

/* What was replaced before is not needed, not even from the cache. */
static void test_since(Case *c, gconstpointer data)
{
    (void)data;
    char one[BT_HASH_HEX_SIZE], two[BT_HASH_HEX_SIZE], three[BT_HASH_HEX_SIZE];
    add_manifest(c, 1, 10, one);
    add_manifest(c, 2, 20, two);
    add_manifest(c, 3, 30, three);
    rot(c, one);
    g_autoptr(BtInputs) inputs = load_since(c, 25);
    g_assert_cmpuint(c->problems->len, ==, 0);
    check_on(inputs, 25, "v2");
    check_on(inputs, 30, "v3");
    g_autoptr(BtInputs) earlier = load_since(c, 15);
    g_assert_cmpuint(c->problems->len, ==, 1);
    check_on(earlier, 15, "safe");
    check_on(earlier, 20, "v2");
}

/* It counts as denied from its own start: the older one does not come back. */
static void test_rotten(Case *c, gconstpointer data)
{
    (void)data;
    char one[BT_HASH_HEX_SIZE], two[BT_HASH_HEX_SIZE];
    add_manifest(c, 1, 10, one);
    add_manifest(c, 2, 20, two);
    rot(c, two);
    g_autoptr(BtInputs) inputs = load_since(c, 0);
    g_assert_cmpuint(c->problems->len, ==, 1);
    g_assert_true(g_str_has_prefix(g_ptr_array_index(c->problems, 0), "kp: "));
    check_on(inputs, 19, "v1");
    check_on(inputs, 20, "safe");
}

static const struct {
    const char *name, *letters;
} strangers[] = {
    { "stranger", "X" },
    { "freshness", "F" },
    { "emergency", "E" },
    { "root", "RS" },
};

/* The ledger fell to somebody who can write it and the cache, and has no publishing key. */
static void test_forged(Case *c, gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    char one[BT_HASH_HEX_SIZE], forged[BT_HASH_HEX_SIZE];
    add_manifest(c, 1, 10, one);
    put_document(c, 2, FALSE, strangers[i].letters, forged);
    g_assert_true(bt_input_ledger_add_manifest(c->ledger, "kp", forged, 2, T0 + 20000, NULL));
    check(c, 19, "v1");
    check(c, 20, "safe");
    g_assert_cmpuint(c->problems->len, ==, 1);
}

static void test_no_root(Case *c, gconstpointer data)
{
    (void)data;
    char one[BT_HASH_HEX_SIZE];
    add_manifest(c, 1, 10, one);
    g_assert_cmpint(g_unlink(c->root_path), ==, 0);
    check(c, 20, "safe");
    g_assert_cmpuint(c->problems->len, >, 0);
}

static void test_denial(Case *c, gconstpointer data)
{
    (void)data;
    char one[BT_HASH_HEX_SIZE], two[BT_HASH_HEX_SIZE];
    gboolean is_new = FALSE;
    add_manifest(c, 1, 10, one);
    add_manifest(c, 2, 20, two);
    g_assert_true(bt_input_ledger_add_denial(c->ledger, "kp", two, T0 + 30000, &is_new, NULL));
    g_assert_true(is_new);
    g_assert_true(bt_input_ledger_add_denial(c->ledger, "kp", two, T0 + 40000, &is_new, NULL));
    g_assert_false(is_new);
    g_assert_true(bt_input_ledger_add_denial(c->ledger, "other", two, T0, &is_new, NULL));
    g_assert_true(is_new);
    check(c, 29, "v2");
    check(c, 30, "safe");
    /* The floor stays: the denied version is not to come again. */
    BtFloor manifest, alert;
    g_assert_true(bt_input_ledger_newest(c->ledger, "kp", &manifest, &alert, NULL));
    g_assert_cmpint(manifest.version, ==, 2);
    g_assert_cmpstr(manifest.sha256, ==, two);
    g_assert_cmpint(alert.version, ==, 0);
}

/* A clock that was a year ahead for a while: what was done meanwhile is done when it is right
 * again.
 */
static void test_clock_ahead(Case *c, gconstpointer data)
{
    (void)data;
    const gint64 year_s = 365 * 86400, year_ms = year_s * 1000;
    char one[BT_HASH_HEX_SIZE], two[BT_HASH_HEX_SIZE];
    gboolean is_new, moved;
    add_manifest(c, 1, 10, one);
    g_assert_true(bt_input_ledger_add_cut(c->ledger, T0 + 11000, NULL));
    g_assert_true(bt_input_ledger_add_resume(c->ledger, T0 + year_ms, NULL));
    add_manifest(c, 2, year_s + 1, two);
    g_assert_true(bt_input_ledger_add_denial(c->ledger, "kp", one, T0 + year_ms, &is_new, NULL));
    check(c, 20, "cut");
    g_assert_true(bt_input_ledger_step_back(c->ledger, T0 + year_ms, &moved, NULL));
    g_assert_false(moved);
    g_assert_true(bt_input_ledger_step_back(c->ledger, T0 + 30000, &moved, NULL));
    g_assert_true(moved);
    check(c, 29, "cut");
    check(c, 30, "v2");
    g_assert_true(bt_input_ledger_step_back(c->ledger, T0 + 31000, &moved, NULL));
    g_assert_false(moved);
    g_assert_true(bt_input_ledger_add_cut(c->ledger, T0 + year_ms, NULL));
    check(c, 40, "v2");
    g_assert_true(bt_input_ledger_step_back(c->ledger, T0 + 40000, &moved, NULL));
    check(c, 40, "cut");
    g_assert_true(bt_input_ledger_add_resume(c->ledger, T0 + 50000, NULL));
    check(c, 50, "v2");
}

/* Before anybody found out that the clock was ahead, it was resumed once more. */
static void test_resumed_twice(Case *c, gconstpointer data)
{
    (void)data;
    char one[BT_HASH_HEX_SIZE];
    add_manifest(c, 1, 10, one);
    g_assert_true(bt_input_ledger_add_cut(c->ledger, T0 + 11000, NULL));
    g_assert_true(bt_input_ledger_add_resume(c->ledger, T0 + 365 * BT_DAY_MS, NULL));
    g_assert_true(bt_input_ledger_add_resume(c->ledger, T0 + 20000, NULL));
    check(c, 19, "cut");
    check(c, 20, "v1");
}

static void test_alert(Case *c, gconstpointer data)
{
    (void)data;
    char one[BT_HASH_HEX_SIZE], alert[BT_HASH_HEX_SIZE], last[BT_HASH_HEX_SIZE];
    add_manifest(c, 1, 10, one);
    put_document(c, 7, TRUE, "E", alert);
    bt_input_ledger_last_alert(c->ledger, "kp", last);
    g_assert_cmpstr(last, ==, "");
    g_assert_true(bt_input_ledger_add_alert(c->ledger, "kp", alert, 7, T0 + 20000, NULL));
    bt_input_ledger_last_alert(c->ledger, "kp", last);
    g_assert_cmpstr(last, ==, alert);
    g_assert_true(bt_input_ledger_add_alert(c->ledger, "kp", "", 8, T0 + 40000, NULL));
    bt_input_ledger_last_alert(c->ledger, "kp", last);
    g_assert_cmpstr(last, ==, "");
    g_autoptr(BtInputs) inputs = load_since(c, 0);
    g_assert_cmpuint(c->problems->len, ==, 0);
    check_on(inputs, 19, "v1");
    check_on(inputs, 20, "al7");
    check_on(inputs, 40, "v1");
}

/* A manifest cannot pass for an alert, whoever signed it. */
static void test_wrong_role(Case *c, gconstpointer data)
{
    (void)data;
    char one[BT_HASH_HEX_SIZE];
    put_document(c, 1, FALSE, "PE", one);
    g_assert_true(bt_input_ledger_add_alert(c->ledger, "kp", one, 1, T0, NULL));
    check(c, 20, "safe");
    g_assert_cmpuint(c->problems->len, ==, 1);
}

static void test_cut_and_resume(Case *c, gconstpointer data)
{
    (void)data;
    char one[BT_HASH_HEX_SIZE];
    add_manifest(c, 1, 0, one);
    g_assert_true(bt_input_ledger_add_cut(c->ledger, T0 + 10000, NULL));
    g_assert_true(bt_input_ledger_add_cut(c->ledger, T0 + 15000, NULL));
    open_ledger(c);
    check(c, 9, "v1");
    check(c, 10, "cut");
    check(c, 1000, "cut");
    g_assert_true(bt_input_ledger_is_cut(c->ledger, T0 + 1000000));
    g_assert_true(bt_input_ledger_add_resume(c->ledger, T0 + 20000, NULL));
    check(c, 19, "cut");
    check(c, 20, "v1");
    g_assert_false(bt_input_ledger_is_cut(c->ledger, T0 + 20000));
    g_assert_true(bt_input_ledger_add_cut(c->ledger, T0 + 30000, NULL));
    check(c, 25, "v1");
    check(c, 30, "cut");
}

/* Each hand ends its own cuts; the board's ends all. */
static void test_cuts_of_sources(Case *c, gconstpointer data)
{
    (void)data;
    char one[BT_HASH_HEX_SIZE];
    add_manifest(c, 1, 0, one);
    g_assert_true(bt_input_ledger_add_source_cut(c->ledger, "kp", "c1", T0, T0 + 10000, NULL));
    g_assert_true(bt_input_ledger_add_release(c->ledger, "other", "c1", T0, T0 + 20000, NULL));
    g_assert_true(bt_input_ledger_add_release(c->ledger, "other", NULL, T0 + 1, T0 + 21000, NULL));
    g_assert_true(bt_input_ledger_add_release(c->ledger, "kp", "c0", T0, T0 + 22000, NULL));
    check(c, 30, "cut");
    g_assert_true(bt_input_ledger_add_release(c->ledger, "kp", "c1", T0, T0 + 40000, NULL));
    check(c, 39, "cut");
    check(c, 40, "v1");
    g_assert_true(bt_input_ledger_add_source_cut(c->ledger, "kp", "c2", T0, T0 + 50000, NULL));
    g_assert_true(bt_input_ledger_add_cut(c->ledger, T0 + 55000, NULL));
    g_assert_true(bt_input_ledger_add_release(c->ledger, "kp", "c2", T0, T0 + 60000, NULL));
    check(c, 70, "cut");
    g_assert_true(bt_input_ledger_add_resume(c->ledger, T0 + 80000, NULL));
    check(c, 80, "v1");
}

/* An order that was signed before a cut says nothing of it, whatever its reach. */
static void test_cut_after_the_order(Case *c, gconstpointer data)
{
    (void)data;
    char one[BT_HASH_HEX_SIZE];
    add_manifest(c, 1, 0, one);
    g_assert_true(
        bt_input_ledger_add_source_cut(c->ledger, "kp", "c1", T0 + 1000, T0 + 10000, NULL));
    g_assert_true(bt_input_ledger_add_release(c->ledger, "kp", NULL, T0 + 1000, T0 + 20000, NULL));
    check(c, 20, "cut");
    g_assert_true(bt_input_ledger_add_release(c->ledger, "kp", NULL, T0 + 1001, T0 + 30000, NULL));
    check(c, 30, "v1");
}

static void test_safe(Case *c, gconstpointer data)
{
    (void)data;
    char one[BT_HASH_HEX_SIZE];
    add_manifest(c, 1, 0, one);
    g_assert_true(bt_input_ledger_add_safe(c->ledger, T0 + 10000, T0 + 610000, NULL));
    g_assert_true(bt_input_ledger_add_safe(c->ledger, T0 + 20000, T0 + 620000, NULL));
    open_ledger(c);
    check(c, 9, "v1");
    check(c, 10, "safe");
    check(c, 619, "safe");
    check(c, 620, "v1");
    g_assert_cmpint(bt_input_ledger_safe_until(c->ledger, T0 + 15000), ==, T0 + 610000);
    g_assert_cmpint(bt_input_ledger_safe_until(c->ledger, T0 + 25000), ==, T0 + 620000);
    g_assert_cmpint(bt_input_ledger_safe_until(c->ledger, T0 + 620000), ==, BT_TIME_MIN);
}

static void test_darken(Case *c, gconstpointer data)
{
    (void)data;
    char one[BT_HASH_HEX_SIZE];
    add_manifest(c, 1, 0, one);
    g_assert_true(bt_input_ledger_add_darken(c->ledger, T0 + 10000, T0 + 20000, NULL));
    check(c, 9, "v1");
    check(c, 10, "dark");
    check(c, 20, "v1");
}

static void test_set_aside_and_lapse(Case *c, gconstpointer data)
{
    (void)data;
    char one[BT_HASH_HEX_SIZE];
    add_manifest(c, 1, 0, one);
    g_assert_true(
        bt_input_ledger_add_set_aside(c->ledger, "kp", "v1", T0 + 10000, T0 + 20000, NULL));
    g_assert_true(bt_input_ledger_add_lapse(c->ledger, "kp", T0 + 40000, NULL));
    check(c, 9, "v1");
    check(c, 10, "safe");
    check(c, 20, "v1");
    check(c, 40, "safe");
}

static void test_commands_once(Case *c, gconstpointer data)
{
    static const struct {
        const char *source, *id;
        gboolean is_new;
    } takes[] = {
        { "kp", "c1", TRUE },
        { "kp", "c1", FALSE },
        { "kp", "c2", TRUE },
        { "tinh", "c1", TRUE },
    };
    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(takes); i++) {
        gboolean is_new = !takes[i].is_new;
        g_assert_true(bt_input_ledger_take_command(
            c->ledger, takes[i].source, takes[i].id, T0 + i, &is_new, NULL));
        g_assert_cmpint(is_new, ==, takes[i].is_new);
        open_ledger(c);
    }
}

/* A command and what it adds are kept together, or neither is. */
static void test_command_and_cut(Case *c, gconstpointer data)
{
    (void)data;
    for (int attempt = 0; attempt < 3; attempt++) {
        gboolean is_new = FALSE;
        g_assert_true(bt_input_ledger_begin(c->ledger, NULL));
        g_assert_true(bt_input_ledger_take_command(c->ledger, "kp", "c1", T0, &is_new, NULL) &&
            bt_input_ledger_add_cut(c->ledger, T0, NULL));
        g_assert_true(is_new);
        if (attempt == 0)
            bt_input_ledger_rollback(c->ledger);
        else if (attempt == 2)
            g_assert_true(bt_input_ledger_commit(c->ledger, NULL));
        open_ledger(c); /* attempt 1: closed in the middle, as by a cut */
        g_assert_cmpint(bt_input_ledger_is_cut(c->ledger, T0), ==, attempt == 2);
    }
}

static void write_entry(
    const char *kind, const char *what, gint64 version, gint64 from_ms, gpointer user)
{
    g_string_append_printf(user, "%s %s %d %d; ", kind, what, (int)version, (int)(from_ms - T0));
}

static void test_each(Case *c, gconstpointer data)
{
    (void)data;
    gboolean is_new;
    g_assert_true(bt_input_ledger_add_manifest(c->ledger, "kp", "m1", 1, T0, NULL));
    g_assert_true(bt_input_ledger_add_manifest(c->ledger, "kp", "m2", 2, T0 + 1, NULL));
    g_assert_true(bt_input_ledger_add_cut(c->ledger, T0 + 1, NULL));
    g_assert_true(bt_input_ledger_add_alert(c->ledger, "kp", "a1", 1, T0 + 2, NULL));
    g_assert_true(bt_input_ledger_add_alert(c->ledger, "kp", "", 0, T0 + 3, NULL));
    g_assert_true(bt_input_ledger_add_denial(c->ledger, "tinh", "m1", T0 + 4, &is_new, NULL));
    g_assert_true(bt_input_ledger_add_denial(c->ledger, "kp", "m1", T0 + 5, &is_new, NULL));
    g_autoptr(GString) found = g_string_new(NULL);
    g_assert_true(bt_input_ledger_each(c->ledger, "kp", T0 + 1, write_entry, found, NULL));
    g_assert_cmpstr(found->str, ==, "manifest m2 2 1; alert a1 1 2; alert  0 3; denial m1 0 5; ");
}

/* Only the newest are loaded, and the newest is among them. */
static void test_long_history(Case *c, gconstpointer data)
{
    (void)data;
    char sha256[BT_HASH_HEX_SIZE];
    for (gint64 v = 1; v <= BT_INPUTS_MAX_HISTORY + 5; v++)
        add_manifest(c, v, v * 10, sha256);
    g_autoptr(BtInputs) inputs = load_since(c, 0);
    check_on(inputs, 10, "safe");
    check_on(inputs, 60, "v6");
    check_on(inputs, 690, "v69");
}

static void test_read_only(Case *c, gconstpointer data)
{
    (void)data;
    g_autofree char *path = g_build_filename(c->folder, "none.db", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_null(bt_input_ledger_open(path, FALSE, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

#define ADD(name, function) g_test_add("/inputs/" name, Case, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("append-and-load", test_append_and_load);
    ADD("since", test_since);
    ADD("rotten", test_rotten);
    for (guint i = 0; i < G_N_ELEMENTS(strangers); i++) {
        g_autofree char *name = g_strconcat("/inputs/forged/", strangers[i].name, NULL);
        g_test_add(name, Case, GUINT_TO_POINTER(i), set_up, test_forged, tear_down);
    }
    ADD("no-root", test_no_root);
    ADD("denial", test_denial);
    ADD("clock-ahead", test_clock_ahead);
    ADD("resumed-twice", test_resumed_twice);
    ADD("alert", test_alert);
    ADD("wrong-role", test_wrong_role);
    ADD("cut-and-resume", test_cut_and_resume);
    ADD("cuts-of-sources", test_cuts_of_sources);
    ADD("cut-after-the-order", test_cut_after_the_order);
    ADD("safe", test_safe);
    ADD("darken", test_darken);
    ADD("set-aside-and-lapse", test_set_aside_and_lapse);
    ADD("commands-once", test_commands_once);
    ADD("command-and-cut", test_command_and_cut);
    ADD("each", test_each);
    ADD("long-history", test_long_history);
    ADD("read-only", test_read_only);
    return g_test_run();
}
