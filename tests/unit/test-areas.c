/* The tree of areas: its order, names of other times, and what becomes of all that lies in an area
 * that is merged. */
#include "tests/unit/store-fixture.h"

#include "base/error.h"
#include "source/desk/roles.h"

#include <string.h>

static void assert_text(StoreFixture *f, const char *sql, const char *expected)
{
    g_autofree char *text = store_fixture_ask(f, sql);
    g_assert_cmpstr(text, ==, expected);
}

static void assert_list(StoreFixture *f, const char *expected)
{
    g_autoptr(GPtrArray) areas = bt_areas_list(f->store);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < areas->len; i++) {
        const BtArea *area = g_ptr_array_index(areas, i);
        g_string_append_printf(text, "%s%u:%s%s", i > 0 ? " " : "", area->depth, area->id,
            area->ended_ms != 0 ? "!" : "");
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static void test_order(StoreFixture *f, gconstpointer unused)
{
    (void)unused;
    assert_list(f, "0:gialai 1:krong-pa 2:ia-rsai 2:phu-tuc 3:buon-a 3:buon-b");
    g_assert_true(bt_areas_is_within(f->store, "buon-a", "gialai"));
    g_assert_true(bt_areas_is_within(f->store, "buon-a", "buon-a"));
    g_assert_false(bt_areas_is_within(f->store, "buon-a", "ia-rsai"));
    g_assert_false(bt_areas_is_within(f->store, "phu-tuc", "buon-a"));
    g_assert_false(bt_areas_is_within(f->store, "nowhere", "nowhere"));
    g_autoptr(BtArea) area = bt_areas_find(f->store, "phu-tuc", NULL);
    g_assert_cmpstr(area->name, ==, "Phú Túc");
    g_assert_cmpint(area->kind, ==, BT_AREA_COMMUNE);
    g_assert_cmpuint(area->depth, ==, 2);
}

/* Whatever names an area has a word for people, and what it names may be gone. */
static void test_its_name(StoreFixture *f, gconstpointer unused)
{
    static const char *const cases[][2] = { { "phu-tuc", "Phú Túc" }, { "nowhere", "nowhere" } };
    (void)unused;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = bt_areas_name(f->store, cases[i][0]);
        g_assert_cmpstr(name, ==, cases[i][1]);
    }
}

static void test_refused(StoreFixture *f, gconstpointer unused)
{
    (void)unused;
    g_autofree char *long_name = g_strnfill(BT_AREA_NAME_MAX + 1, 'x');
    const struct {
        const char *parent, *name;
        int code;
    } cases[] = {
        { "nowhere", "A", BT_ERROR_NOT_FOUND },
        { "gialai", "", BT_ERROR_INVALID },
        { "gialai", "a\nb", BT_ERROR_INVALID },
        { "gialai", "\xff", BT_ERROR_INVALID },
        { "gialai", long_name, BT_ERROR_INVALID },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *id = NULL;
        g_assert_false(bt_areas_add(
            f->store, cases[i].parent, cases[i].name, BT_AREA_VILLAGE, "an", NOW_MS, &id, &error));
        g_assert_error(error, BT_ERROR, cases[i].code);
    }
    g_autofree char *deepest = g_strdup("buon-a");
    g_autoptr(GError) error = NULL;
    guint added = 0;
    for (char *id; bt_areas_add(f->store, deepest, "x", BT_AREA_VILLAGE, "an", NOW_MS, &id, &error);
         added++) {
        g_free(deepest);
        deepest = id;
    }
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
    g_assert_cmpuint(added, ==, BT_AREA_DEPTH_MAX - 4);
}

static void test_names_of_other_times(StoreFixture *f, gconstpointer unused)
{
    (void)unused;
    g_assert_true(bt_areas_rename(f->store, "phu-tuc", "Phú Túc mới", "an", NOW_MS + 10, NULL));
    g_assert_true(bt_areas_rename(f->store, "phu-tuc", "Krông Pa", "an", NOW_MS + 20, NULL));
    static const struct {
        gint64 at_ms;
        const char *name;
    } cases[] = { { NOW_MS, "Phú Túc" }, { NOW_MS + 9, "Phú Túc" }, { NOW_MS + 10, "Phú Túc mới" },
        { NOW_MS + 19, "Phú Túc mới" }, { NOW_MS + 20, "Krông Pa" }, { G_MAXINT64, "Krông Pa" } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = bt_areas_name_at(f->store, "phu-tuc", cases[i].at_ms);
        g_assert_cmpstr(name, ==, cases[i].name);
    }
    g_assert_null(bt_areas_name_at(f->store, "nowhere", NOW_MS));
}

/* Everything moves, is aimed at the successor, and the rights with it; nothing is there twice. */
static void test_merge(StoreFixture *f, gconstpointer unused)
{
    (void)unused;
    static const char *const before[] = {
        "INSERT INTO user (name, hash, created_ms, area) VALUES ('lan', 'x', 0, 'phu-tuc'),"
        " ('minh', 'x', 0, 'gialai')",
        "INSERT INTO role (user, area, role, until_ms) VALUES ('lan', 'phu-tuc', 'editor', NULL),"
        " ('lan', 'ia-rsai', 'editor', 5), ('minh', 'phu-tuc', 'approver', 7),"
        " ('minh', 'ia-rsai', 'approver', NULL)",
        "INSERT INTO screen (id, name, created_ms, area) VALUES ('s1', 's', 0, 'phu-tuc')",
        "INSERT INTO notice (area, author, state, body, targets, published_targets, created_ms,"
        " updated_ms) VALUES ('phu-tuc', 'lan', 'draft', '{}',"
        " '{\"areas\":[\"phu-tuc\",\"ia-rsai\",\"gialai\"],\"screens\":[\"s1\"]}', NULL, 0, 0)",
        "INSERT INTO media (sha256, area, user, name, type, size_bytes, width_px, height_px,"
        " duration_ms, created_ms) VALUES ('00', 'phu-tuc', 'lan', 'n', 't', 1, 1, 1, 0, 0),"
        " ('01', 'phu-tuc', 'lan', 'n', 't', 1, 1, 1, 0, 0),"
        " ('01', 'ia-rsai', 'lan', 'its own', 't', 1, 1, 1, 0, 0)",
        "INSERT INTO contact (area, hook) VALUES ('phu-tuc', 'a'), ('ia-rsai', 'b')",
        "INSERT INTO cut (id, area, who, reason, at_ms, ended_ms) VALUES"
        " ('1', 'phu-tuc', 'lan', '', 0, NULL), ('2', 'phu-tuc', 'lan', '', 0, 5)",
    };
    g_autoptr(GError) error = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(before); i++)
        store_fixture_run(f, before[i]);
    g_assert_true(bt_areas_merge(f->store, "phu-tuc", "ia-rsai", "an", NOW_MS + 5, &error));
    g_assert_no_error(error);
    assert_list(f, "0:gialai 1:krong-pa 2:ia-rsai 3:buon-a 3:buon-b 2:phu-tuc!");
    assert_text(f, "SELECT area FROM screen", "ia-rsai");
    assert_text(f,
        "SELECT group_concat(sha256 || area || name) FROM (SELECT * FROM media ORDER BY 1, 2)",
        "00ia-rsain,01ia-rsaiits own");
    assert_text(f, "SELECT group_concat(area || hook) FROM contact", "ia-rsaib");
    assert_text(f, "SELECT group_concat(id || area) FROM (SELECT * FROM cut ORDER BY 1)",
        "1ia-rsai,2phu-tuc");
    assert_text(f, "SELECT area FROM user WHERE name = 'lan'", "ia-rsai");
    assert_text(f, "SELECT area || targets FROM notice",
        "ia-rsai{\"areas\":[\"ia-rsai\",\"gialai\"],\"screens\":[\"s1\"]}");
    assert_text(f,
        "SELECT group_concat(user || area || role || coalesce(until_ms, '-')) FROM role"
        " WHERE area <> 'gialai'",
        "lania-rsaieditor-,minhia-rsaiapprover-");
    g_assert_false(bt_areas_stands(f->store, "phu-tuc"));
    g_autofree char *id = NULL;
    g_assert_false(bt_areas_add(
        f->store, "phu-tuc", "Buôn C", BT_AREA_VILLAGE, "an", NOW_MS + 6, &id, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND);
    g_autofree char *name = bt_areas_name_at(f->store, "phu-tuc", NOW_MS);
    g_assert_cmpstr(name, ==, "Phú Túc");
    g_assert_false(bt_roles_give(f->store, "minh", BT_ROLE_EDITOR, "phu-tuc", NULL, 0, NULL));
    /* nor by who forgot to ask */
    static const char *const late[] = {
        "INSERT INTO screen (id, name, created_ms, area) VALUES ('s2', 's', 0, 'phu-tuc')",
        "INSERT INTO playlist (area, name, items, updated_ms) VALUES ('phu-tuc', 'p', '[]', 0)",
        "UPDATE screen SET area = 'phu-tuc'",
        "UPDATE media SET area = 'phu-tuc'",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(late); i++)
        g_assert_false(bt_db_run(f->store->db, NULL, late[i], ""));
}

static void test_merges_that_cannot_be(StoreFixture *f, gconstpointer unused)
{
    (void)unused;
    static const char *const cases[][2] = { { "gialai", "krong-pa" }, { "phu-tuc", "buon-a" },
        { "phu-tuc", "phu-tuc" }, { "phu-tuc", "nowhere" }, { "nowhere", "phu-tuc" } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_false(bt_areas_merge(f->store, cases[i][0], cases[i][1], "an", NOW_MS + 5, NULL));
    assert_list(f, "0:gialai 1:krong-pa 2:ia-rsai 2:phu-tuc 3:buon-a 3:buon-b");
}

static void open_store(StoreFixture *f, gconstpointer unused)
{
    (void)unused;
    store_fixture_open(f);
}

static void close_store(StoreFixture *f, gconstpointer unused)
{
    (void)unused;
    store_fixture_close(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, f) g_test_add("/areas/" name, StoreFixture, NULL, open_store, f, close_store)
    ADD("order", test_order);
    ADD("its-name", test_its_name);
    ADD("refused", test_refused);
    ADD("names of other times", test_names_of_other_times);
    ADD("merge", test_merge);
    ADD("merges that cannot be", test_merges_that_cannot_be);
    return g_test_run();
}
