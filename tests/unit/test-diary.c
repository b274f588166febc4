/* The diary's chain: whatever is done to a line afterwards is found, and where. */
#include "tests/unit/store-fixture.h"

#include "source/store/diary.h"

#include <string.h>

#define N_LINES 8 /* five areas of the fixture, three of ours */

static void open_store(StoreFixture *f, gconstpointer unused)
{
    (void)unused;
    store_fixture_open(f);
    for (int i = 0; i < 3; i++)
        g_assert_true(bt_store_note(f->store, NOW_MS + i, "lan", "signed in", NULL));
}

static void close_store(StoreFixture *f, gconstpointer unused)
{
    (void)unused;
    store_fixture_close(f);
}

static BtDiaryState verify(StoreFixture *f, const char *known)
{
    BtDiaryState state;
    g_autoptr(GError) error = NULL;
    g_assert_true(bt_diary_verify(f->store, known, &state, &error));
    g_assert_no_error(error);
    return state;
}

static void test_whole(StoreFixture *f, gconstpointer unused)
{
    (void)unused;
    BtDiaryState state = verify(f, NULL);
    g_assert_cmpint(state.n_lines, ==, N_LINES);
    g_assert_cmpint(state.broken, ==, 0);
    g_assert_false(state.cut || state.known_found);
    g_assert_true(bt_store_note(f->store, NOW_MS, "", "", NULL));
    g_assert_true(verify(f, state.head).known_found);
    g_assert_false(verify(f, "0").known_found);
    /* what the header promises, computed by other means */
    g_autofree char *first = store_fixture_ask(f, "SELECT hash FROM diary WHERE number = 1");
    g_autofree char *text = g_strdup_printf("%064d\n1\n%" G_GINT64_FORMAT
                                            "\n2:an\n%d:area krong-pa made: \"Krông Pa\" in gialai",
        0, NOW_MS, (int)strlen("area krong-pa made: \"Krông Pa\" in gialai"));
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    g_assert_cmpstr(first, ==, hash);
}

static void test_tampered(StoreFixture *f, gconstpointer unused)
{
    (void)unused;
    static const struct {
        const char *sql;
        gint64 broken;
        gboolean cut;
    } cases[] = {
        { "UPDATE diary SET what = 'x' WHERE number = 6", 6, FALSE },
        { "UPDATE diary SET who = 'minh' WHERE number = 1", 1, FALSE },
        { "UPDATE diary SET at_ms = at_ms + 1 WHERE number = 8", 8, FALSE },
        { "UPDATE diary SET who = 'lansig', what = 'ned in' WHERE number = 7", 7, FALSE },
        { "UPDATE diary SET hash = '' WHERE number = 3", 3, FALSE },
        { "DELETE FROM diary WHERE number = 6", 7, FALSE },
        { "DELETE FROM diary WHERE number = 1", 2, FALSE },
        { "DELETE FROM diary WHERE number = 8", 0, TRUE },
        { "INSERT INTO diary (at_ms, who, what) VALUES (1, 'a', 'b')", 9, FALSE },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].sql);
        g_assert_true(bt_db_begin(f->store->db, NULL));
        store_fixture_run(f, cases[i].sql);
        BtDiaryState state = verify(f, NULL);
        g_assert_cmpint(state.broken, ==, cases[i].broken);
        g_assert_cmpint(state.cut, ==, cases[i].cut);
        bt_db_rollback(f->store->db);
    }
    g_assert_cmpint(verify(f, NULL).n_lines, ==, N_LINES);
}

/* A diary of before there were hashes gets them once; after that a missing one is a fault. */
static void test_old_lines(StoreFixture *f, gconstpointer unused)
{
    (void)unused;
    store_fixture_run(f, "UPDATE diary SET hash = ''");
    g_assert_true(bt_diary_chain_old(f->store->db, NULL));
    g_assert_cmpint(verify(f, NULL).broken, ==, 1);
    store_fixture_run(f, "DELETE FROM setting WHERE name = 'diary'");
    g_assert_true(bt_diary_chain_old(f->store->db, NULL));
    g_assert_cmpint(verify(f, NULL).broken, ==, 0);
    g_assert_true(bt_store_note(f->store, NOW_MS, "an", "more", NULL));
    g_assert_cmpint(verify(f, NULL).n_lines, ==, N_LINES + 1);
}

static void test_list(StoreFixture *f, gconstpointer unused)
{
    (void)unused;
    g_autoptr(GPtrArray) there = g_ptr_array_new(), elsewhere = g_ptr_array_new();
    g_ptr_array_add(there, (char *)"phu-tuc");
    g_ptr_array_add(elsewhere, (char *)"ia-rsai");
    store_fixture_run(
        f, "INSERT INTO user (name, hash, created_ms, area) VALUES ('lan', '', 0, 'phu-tuc')");
    const struct {
        BtDiaryFilter filter;
        guint n;
        gint64 first;
    } cases[] = {
        { { NULL, NULL, 0, G_MAXINT64, G_MAXINT64, 100 }, N_LINES, 8 },
        { { NULL, NULL, 0, G_MAXINT64, G_MAXINT64, 2 }, 2, 8 },
        { { NULL, NULL, 0, G_MAXINT64, 3, 100 }, 2, 2 },
        { { "lan", NULL, 0, G_MAXINT64, G_MAXINT64, 100 }, 3, 8 },
        { { "lan", NULL, NOW_MS + 1, NOW_MS + 2, G_MAXINT64, 100 }, 1, 7 },
        { { NULL, there, 0, G_MAXINT64, G_MAXINT64, 100 }, 3, 8 },
        { { NULL, elsewhere, 0, G_MAXINT64, G_MAXINT64, 100 }, 0, 0 },
        { { "' OR 1 --", NULL, 0, G_MAXINT64, G_MAXINT64, 100 }, 0, 0 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) lines = bt_diary_list(f->store, &cases[i].filter, NULL);
        g_assert_cmpuint(lines->len, ==, cases[i].n);
        if (lines->len > 0)
            g_assert_cmpint(
                ((BtDiaryLine *)g_ptr_array_index(lines, 0))->number, ==, cases[i].first);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, f) g_test_add("/diary/" name, StoreFixture, NULL, open_store, f, close_store)
    ADD("whole", test_whole);
    ADD("tampered", test_tampered);
    ADD("old lines", test_old_lines);
    ADD("list", test_list);
    return g_test_run();
}
