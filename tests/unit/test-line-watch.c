/* In a network of its own, and confined as sync is: a link that comes is told, once a burst. */
#include "player/roles/confine.h"
#include "player/sync/line_watch.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <string.h>

#define COMES                                                                                      \
    "sleep 0.5; ip link add line0 type veth peer name line1; ip link set line1 up; "               \
    "ip addr add 10.9.9.1/24 dev line0; ip link set line0 up; "                                    \
    "ip route add default via 10.9.9.2"
#define LONG_ENOUGH_MS (500 + 2 * BT_LINE_SETTLES_MS + 1500)

static void on_change(gpointer user)
{
    ++*(guint *)user;
}

static gboolean on_time(gpointer loop)
{
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

/* How often it was told while `script` ran beside it. */
static guint count_changes(const char *script)
{
    guint n = 0;
    char *words[] = { (char *)"sh", (char *)"-c", (char *)script, NULL };
    g_autofree char *folder = g_dir_make_tmp("bt-line-XXXXXX", NULL);
    BtConfig config = { .state_folder = folder };
    g_assert_true(g_spawn_async(NULL, words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL));
    g_assert_true(bt_confine_sync(&config, NULL, NULL));
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    BtLineWatch *watch = bt_line_watch_new(on_change, &n);
    g_timeout_add(LONG_ENOUGH_MS, on_time, loop);
    g_main_loop_run(loop);
    bt_line_watch_free(watch);
    g_rmdir(folder);
    return n;
}

static void expect(const char *script, guint least, guint most)
{
    if (g_test_subprocess()) {
        g_autofree char *ip = g_find_program_in_path("ip");
        if (!ip || unshare(CLONE_NEWNET) < 0) {
            g_test_skip("needs ip, and root");
            return;
        }
        guint n = count_changes(script);
        g_assert_cmpuint(n, >=, least);
        g_assert_cmpuint(n, <=, most);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
}

static void test_comes(void)
{
    expect(COMES, 1, 2);
}

static void test_nothing(void)
{
    expect("true", 0, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/line-watch/comes", test_comes);
    g_test_add_func("/line-watch/nothing", test_nothing);
    return g_test_run();
}
