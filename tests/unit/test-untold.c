/* Events of sync while the disk takes none: they wait, the oldest are given up, and that is told.
 */
#include "base/db.h"
#include "player/facts/untold.h"

#include <glib/gstdio.h>
#include <string.h>

#define GIVEN_UP 3

static BtMoment at_ms(gint64 ms)
{
    return (BtMoment){ .wall_ms = 1795000000000 + ms, .mono_ms = ms, .trusted = TRUE };
}

static void add_event(BtUntold *untold, BtFacts *facts, int number)
{
    BtMoment at = at_ms(number);
    BtJson *body = bt_json_new_object();
    g_autofree char *what = g_strdup_printf("event-%d", number);
    bt_json_set_string(body, "event", "refused");
    bt_json_set_string(body, "what", what);
    bt_untold_add(untold, facts, &at, body);
}

static char *waiting_facts(BtFacts *facts)
{
    g_autoptr(GBytes) batch = bt_facts_batch(facts, BT_BATCH_MAX_BYTES, NULL);
    return batch == NULL ? g_strdup("")
                         : g_strndup(g_bytes_get_data(batch, NULL), g_bytes_get_size(batch));
}

static void remove_all(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_assert_cmpint(g_unlink(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

/* The ledger's folder is not there at first, as on a disk that failed. */
static void test_disk_comes_back(void)
{
    g_autofree char *top = g_dir_make_tmp("bangtin-untold-XXXXXX", NULL);
    g_autofree char *folder = g_build_filename(top, "state", NULL);
    g_autofree char *path = g_build_filename(folder, "ledger.db", NULL);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*cannot be locked*");
    BtFacts *facts = bt_facts_open(path, NULL);
    BtUntold *untold = bt_untold_new("krongpa");
    BtMoment now = at_ms(100000);
    g_assert_nonnull(facts);
    bt_facts_set_boot(facts, "boot-1");
    for (int i = 0; i < BT_UNTOLD_MAX + GIVEN_UP; i++)
        add_event(untold, facts, i);
    g_test_assert_expected_messages();
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_usleep(BT_DB_RETRY_MS * 1100);
    bt_untold_write(untold, facts, &now);
    g_autofree char *text = waiting_facts(facts);
    g_assert_null(strstr(text, "\"event-2\""));
    g_assert_nonnull(strstr(text, "\"event-3\"")); /* the first that was kept, and first of all */
    g_assert_true(strstr(text, "\"event-3\"") < strchr(text, '\n'));
    for (gint64 seq = 1; seq <= BT_UNTOLD_MAX; seq++)
        g_assert_true(bt_facts_accept(facts, seq, seq, NULL));
    g_autofree char *last = waiting_facts(facts);
    g_assert_nonnull(strstr(last, "\"3 events were given up\""));
    bt_untold_write(untold, facts, &now); /* told once */
    g_autofree char *again = waiting_facts(facts);
    g_assert_cmpstr(again, ==, last);
    bt_untold_free(untold);
    bt_facts_close(facts);
    remove_all(folder);
    g_assert_cmpint(g_rmdir(top), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/untold/disk-comes-back", test_disk_comes_back);
    return g_test_run();
}
