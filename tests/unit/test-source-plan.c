/* From rows to manifests: whom a change concerns, and what their screens are given. */
#include "base/error.h"
#include "playlists/model/manifest.h"
#include "source/press/plan.h"
#include "source/store/site.h"
#include "tests/unit/source-fixture.h"

#include <string.h>

#define NOW_MS G_GINT64_CONSTANT(1795309200000) /* 2026-11-22 */
#define HASH BT_SOURCE_PICTURE
#define TEXT(words) "{\"kind\":\"text\",\"texts\":[{\"lang\":\"vi\",\"title\":\"" words "\"}]}"

static void add_notice(BtStore *store, gint64 id, const char *body, const char *targets,
    const char *published_body, const char *published_targets)
{
    g_autoptr(GError) error = NULL;
    bt_db_run(store->db, &error,
        "INSERT INTO notice (id, area, author, state, body, targets, published_body,"
        " published_targets, created_ms, updated_ms) VALUES (?, 'phutuc', 'an', 'draft', ?, ?, ?,"
        " ?, 0, 0)",
        "issss", id, body, targets, published_body, published_targets);
    g_assert_no_error(error);
}

/* "SCREENS: ITEMS[; …]": who shares a document, and its items in the order of all playlists. */
static char *summary(const GPtrArray *documents)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < documents->len; i++) {
        const BtPlanDocument *document = g_ptr_array_index(documents, i);
        g_autoptr(GError) error = NULL;
        gsize size_bytes;
        const void *data = g_bytes_get_data(document->payload, &size_bytes);
        g_autoptr(BtManifest) manifest = bt_manifest_parse(data, size_bytes, "m", &error);
        g_assert_no_error(error);
        g_assert_cmpint(manifest->version, ==, document->version);
        g_assert_cmpint(manifest->expires_ms, ==, document->expires_ms);
        g_assert_cmpuint(manifest->notes->len, ==, 0);
        g_string_append(text, text->len > 0 ? "; " : "");
        for (guint k = 0; k < manifest->screens->len; k++) {
            g_assert_cmpstr(g_ptr_array_index(manifest->screens, k), ==,
                g_ptr_array_index(document->screens, k));
            g_string_append_printf(text, "%s%s", k > 0 ? "," : "",
                (const char *)g_ptr_array_index(manifest->screens, k));
        }
        g_string_append_c(text, ':');
        for (guint p = 0; p < manifest->playlists->len; p++) {
            const BtPlaylist *playlist = g_ptr_array_index(manifest->playlists, p);
            g_string_append_printf(text, "%s", p > 0 ? " |" : "");
            for (guint k = 0; k < playlist->items->len; k++)
                g_string_append_printf(
                    text, " %s", ((BtItem *)g_ptr_array_index(playlist->items, k))->id);
        }
    }
    return g_string_free(text, FALSE);
}

#define PHUTUC "{\"areas\":[\"phutuc\"]}"
#define OVER                                                                                       \
    "{\"kind\":\"text\",\"texts\":[{\"lang\":\"vi\",\"title\":\"a\"}],\"valid\":{\"until\":"       \
    "\"2026-11-21T00:00:00Z\"}}"

static const struct {
    const char *name, *sql;     /* beside the place and the notices 1 (published in phutuc) and 2 */
    const char *body, *targets; /* of notice 2 */
    gint64 publish, withdraw;   /* 0: none */
    gboolean renew;
    const char *area;
    const char *expected;
} cases[] = {
    { "an area and all within it", "", TEXT("b"), PHUTUC, 2, 0, FALSE, NULL,
        "bb-1,pt-1: n2 n1; bb-2: n2 n1" },
    { "a village alone", "", TEXT("b"), "{\"areas\":[\"buon\"]}", 2, 0, FALSE, NULL,
        "bb-1: n2 n1; bb-2: n2 n1" },
    { "one screen", "", TEXT("b"), "{\"screens\":[\"ir-1\"]}", 2, 0, FALSE, NULL, "ir-1: n2" },
    { "a retired screen", "", TEXT("b"), "{\"screens\":[\"old\"]}", 2, 0, FALSE, NULL, "" },
    { "no screen", "", TEXT("b"), "{}", 2, 0, FALSE, NULL, "" },
    { "a draft stays at home", "", TEXT("b"), "{\"areas\":[\"krongpa\"]}", 0, 1, FALSE, NULL,
        "bb-1,pt-1:; bb-2:" },
    { "moved away: where it was hears too",
        "UPDATE notice SET targets = '{\"screens\":[\"ir-1\"]}' WHERE id = 1", TEXT("b"), "{}", 1,
        0, FALSE, NULL, "bb-1,pt-1:; bb-2:; ir-1: n1" },
    { "over is left out", "", OVER, PHUTUC, 2, 0, FALSE, NULL, "bb-1,pt-1: n1; bb-2: n1" },
    { "renewed", "", TEXT("b"), "{}", 0, 0, TRUE, NULL, "bb-1,pt-1: n1; bb-2: n1; ir-1:" },
    { "renewed in one area", "", TEXT("b"), "{}", 0, 0, TRUE, "buon", "bb-1: n1; bb-2: n1" },
    { "only what was never signed", "", TEXT("b"), "{}", 0, 0, FALSE, NULL,
        "bb-1,pt-1: n1; bb-2: n1" },
    { "a programme",
        "INSERT INTO playlist VALUES (5, 'phutuc', 'p', '[{\"kind\":\"image\",\"id\":\"x\","
        "\"asset\":\"" HASH "\"},{\"notice\":1},{\"notice\":2}]', 1, 0);"
        "INSERT INTO programme VALUES (3, 'phutuc', 'g', '{\"layout\":\"full\",\"class\":"
        "\"priority\",\"zones\":{\"main\":5}}', '{\"screens\":[\"ir-1\"]}', 1, 0)",
        TEXT("b"), "{\"screens\":[\"pt-1\"]}", 0, 0, FALSE, "iarsai", "ir-1: | p5-x n1" },
    { "a playlist twice, a notice in both",
        "INSERT INTO playlist VALUES (5, 'phutuc', 'p', '[{\"notice\":1},{\"kind\":\"clock\"}]', 1,"
        " 0); INSERT INTO layout VALUES (7, 'phutuc', 'l', '{\"canvas\":[320,192],\"zones\":[{"
        "\"id\":\"a\",\"rect\":[0,0,107,192]},{\"id\":\"b\",\"rect\":[107,0,213,192]}]}', 1, 0);"
        "INSERT INTO programme VALUES (3, 'phutuc', 'g', '{\"layout\":7,\"zones\":{\"a\":5,"
        "\"b\":5}}', '{\"screens\":[\"pt-1\"]}', 1, 0)",
        TEXT("b"), "{\"screens\":[\"pt-1\"]}", 2, 0, FALSE, NULL, "pt-1: n2 n1 | n1 p5-2" },
};

static GPtrArray *plan(BtStore *store, gint64 publish, gint64 withdraw, gboolean renew,
    const char *area, GError **error)
{
    g_autoptr(GArray) joins = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GArray) leaves = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (publish != 0)
        g_array_append_val(joins, publish);
    if (withdraw != 0)
        g_array_append_val(leaves, withdraw);
    const BtPlanChange change = { joins, leaves, renew, area };
    return bt_plan_make(store, &change, NOW_MS, error);
}

static void test_cases(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BtSourceFixture f;
        g_autoptr(GError) error = NULL;
        bt_source_set_up(&f);
        g_test_message("%s", cases[i].name);
        add_notice(f.store, 1, TEXT("a"), PHUTUC, TEXT("a"), PHUTUC);
        add_notice(f.store, 2, cases[i].body, cases[i].targets, NULL, NULL);
        bt_source_run(f.store, cases[i].sql);
        g_autoptr(GPtrArray) documents = plan(
            f.store, cases[i].publish, cases[i].withdraw, cases[i].renew, cases[i].area, &error);
        g_assert_no_error(error);
        g_autofree char *got = summary(documents);
        g_assert_cmpstr(got, ==, cases[i].expected);
        bt_source_tear_down(&f);
    }
}

/* Two plans of one instant are the same to the byte; versions follow the newest one. */
static void test_bytes(void)
{
    BtSourceFixture f;
    g_autoptr(GError) error = NULL;
    bt_source_set_up(&f);
    add_notice(f.store, 1, TEXT("a"), PHUTUC, NULL, NULL);
    bt_source_run(f.store,
        "INSERT INTO document VALUES ('x', 'manifest', 41, 0, 0, 0);"
        "INSERT INTO document VALUES ('y', 'alert', 99, 0, 0, 0)");
    g_autoptr(GPtrArray) one = plan(f.store, 1, 0, FALSE, NULL, &error);
    g_autoptr(GPtrArray) two = plan(f.store, 1, 0, FALSE, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(one->len, ==, 2);
    for (guint i = 0; i < one->len; i++) {
        const BtPlanDocument *a = g_ptr_array_index(one, i), *b = g_ptr_array_index(two, i);
        g_assert_true(g_bytes_equal(a->payload, b->payload));
        g_assert_cmpint(a->version, ==, 42 + i);
        g_assert_cmpint(a->expires_ms, ==, NOW_MS + BT_MANIFEST_MAX_AGE_MS);
    }
    bt_source_tear_down(&f);
}

/* What was signed and is still so needs no signature; what expired since is no change. */
static void test_unchanged(void)
{
    BtSourceFixture f;
    g_autoptr(GError) error = NULL;
    bt_source_set_up(&f);
    add_notice(f.store, 1, TEXT("a"), PHUTUC, TEXT("a"), PHUTUC);
    add_notice(f.store, 2, OVER, PHUTUC, OVER, PHUTUC);
    const BtPlanChange all = { .renew = TRUE };
    gint64 before_ms = NOW_MS - 7 * BT_DAY_MS;
    g_autoptr(GPtrArray) documents = bt_plan_make(f.store, &all, before_ms, &error);
    g_assert_no_error(error);
    g_autofree char *both = summary(documents);
    g_assert_cmpstr(both, ==, "bb-1,pt-1: n2 n1; bb-2: n2 n1; ir-1:");
    for (guint i = 0; i < documents->len; i++) {
        const BtPlanDocument *document = g_ptr_array_index(documents, i);
        char hash[BT_HASH_HEX_SIZE];
        gsize size_bytes;
        const void *data = g_bytes_get_data(document->payload, &size_bytes);
        bt_hash_data(data, size_bytes, hash);
        g_autofree char *path = bt_site_manifest_path(f.store->site, hash);
        g_autoptr(BtKey) key = bt_key_generate();
        BtKey *keys[] = { key };
        g_autoptr(GBytes) envelope = bt_envelope_seal("manifest", document->payload, keys, 1);
        g_assert_true(bt_site_write(path, envelope, &error));
        for (guint k = 0; k < document->screens->len; k++)
            bt_db_run(f.store->db, &error, "UPDATE screen SET manifest = ? WHERE id = ?", "ss",
                hash, (char *)g_ptr_array_index(document->screens, k));
        g_assert_no_error(error);
    }
    g_autoptr(GPtrArray) none = plan(f.store, 0, 0, FALSE, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(none->len, ==, 0);
    bt_source_run(f.store,
        "INSERT INTO playlist VALUES (5, 'phutuc', 'p', '[{\"kind\":\"clock\"}]', 1, 0);"
        "INSERT INTO programme VALUES (3, 'phutuc', 'g', '{\"layout\":\"strip\","
        "\"zones\":{\"strip\":5}}', '{\"screens\":[\"pt-1\"]}', 1, 0)");
    g_autoptr(GPtrArray) changed = plan(f.store, 0, 0, FALSE, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *got = summary(changed);
    g_assert_cmpstr(got, ==, "pt-1: n1 | p5-1");
    bt_source_tear_down(&f);
}

static void test_refused(void)
{
    static const struct {
        const char *name, *sql;
        gint64 publish;
        int code;
    } bad[] = {
        { "a notice that is not there", "", 9, BT_ERROR_NOT_FOUND },
        { "a picture that is not there",
            "UPDATE notice SET body = '{\"kind\":\"text\",\"texts\":[{\"lang\":\"vi\",\"title\":"
            "\"a\"}],\"picture\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
            "b\"}'",
            1, BT_ERROR_NOT_FOUND },
        { "no words", "UPDATE notice SET body = '{\"kind\":\"text\",\"texts\":[]}'", 1,
            BT_ERROR_INVALID },
        { "a playlist that is not there",
            "INSERT INTO programme VALUES (3, 'phutuc', 'g', '{\"layout\":\"full\",\"zones\":{"
            "\"main\":5}}', '{\"screens\":[\"pt-1\"]}', 1, 0)",
            1, BT_ERROR_NOT_FOUND },
        { "a layout that is not there",
            "INSERT INTO playlist VALUES (5, 'phutuc', 'p', '[]', 1, 0);"
            "INSERT INTO programme VALUES (3, 'phutuc', 'g', '{\"layout\":\"round\",\"zones\":{"
            "\"main\":5}}', '{\"screens\":[\"pt-1\"]}', 1, 0)",
            1, BT_ERROR_NOT_FOUND },
        { "a zone that is nothing on a small wall",
            "INSERT INTO playlist VALUES (5, 'phutuc', 'p', '[]', 1, 0);"
            "INSERT INTO layout VALUES (7, 'phutuc', 'l', '{\"canvas\":[7680,4320],\"zones\":[{"
            "\"id\":\"a\",\"rect\":[1,1,5,5]}]}', 1, 0);"
            "INSERT INTO programme VALUES (3, 'phutuc', 'g', '{\"layout\":7,\"zones\":{\"a\":5}}',"
            " '{\"screens\":[\"pt-1\"]}', 1, 0)",
            1, BT_ERROR_INVALID },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        BtSourceFixture f;
        g_autoptr(GError) error = NULL;
        bt_source_set_up(&f);
        g_test_message("%s", bad[i].name);
        add_notice(f.store, 1, TEXT("a"), PHUTUC, NULL, NULL);
        bt_source_run(f.store, bad[i].sql);
        g_assert_null(plan(f.store, bad[i].publish, 0, FALSE, NULL, &error));
        g_assert_error(error, BT_ERROR, bad[i].code);
        bt_source_tear_down(&f);
    }
}

/* 2,000 notices are played, 2,001 are too many. */
static void test_many(void)
{
    BtSourceFixture f;
    g_autoptr(GError) error = NULL;
    bt_source_set_up(&f);
    g_assert_true(bt_db_begin(f.store->db, &error));
    for (gint64 id = 1; id <= BT_MANIFEST_MAX_ITEMS; id++)
        add_notice(f.store, id, TEXT("a"), PHUTUC, TEXT("a"), PHUTUC);
    g_assert_true(bt_db_commit(f.store->db, &error));
    const BtPlanChange all = { .renew = TRUE };
    g_autoptr(GPtrArray) full = bt_plan_make(f.store, &all, NOW_MS, &error);
    g_assert_no_error(error);
    add_notice(f.store, BT_MANIFEST_MAX_ITEMS + 1, TEXT("a"), PHUTUC, TEXT("a"), PHUTUC);
    g_assert_null(bt_plan_make(f.store, &all, NOW_MS, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
    bt_source_tear_down(&f);
}

/* A sample is shown whatever the dates of its notice are. */
static void test_sample(void)
{
    BtSourceFixture f;
    g_autoptr(GError) error = NULL;
    bt_source_set_up(&f);
    g_autoptr(BtJson) item = bt_json_parse(OVER, strlen(OVER), "i", 1000, 16, &error);
    g_autoptr(BtPlanDocument) sample =
        bt_plan_sample(f.store, item, 320, 192, TRUE, NOW_MS, &error);
    g_assert_no_error(error);
    g_autoptr(BtManifest) manifest = bt_manifest_parse(
        g_bytes_get_data(sample->payload, NULL), g_bytes_get_size(sample->payload), "m", &error);
    g_assert_no_error(error);
    const BtItem *only = g_ptr_array_index(manifest->items, 0);
    const BtLayout *layout = g_ptr_array_index(manifest->layouts, 0);
    g_assert_cmpint(only->valid_until_ms, ==, BT_TIME_MAX);
    g_assert_cmpint(layout->w_px, ==, 320);
    g_autoptr(BtPlanDocument) later =
        bt_plan_sample(f.store, item, 320, 192, TRUE, NOW_MS + BT_HOUR_MS, &error);
    g_assert_true(g_bytes_equal(sample->payload, later->payload));
    bt_source_tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/source-plan/cases", test_cases);
    g_test_add_func("/source-plan/bytes", test_bytes);
    g_test_add_func("/source-plan/unchanged", test_unchanged);
    g_test_add_func("/source-plan/refused", test_refused);
    g_test_add_func("/source-plan/many", test_many);
    g_test_add_func("/source-plan/sample", test_sample);
    return g_test_run();
}
