#include "source/watcher.h"

#include <gio/gio.h>
#include <signal.h>
#include <sys/prctl.h>

#define AGAIN_S 10
#define PATIENCE_MS 5000

struct BtWatcher {
    GPtrArray *words; /* its command line */
    GSubprocess *process;
    GCancellable *ending;
    guint timer;
};

static void start(BtWatcher *watcher);

static gboolean start_again(gpointer user)
{
    BtWatcher *watcher = user;
    watcher->timer = 0;
    start(watcher);
    return G_SOURCE_REMOVE;
}

static void on_end(GObject *process, GAsyncResult *result, gpointer user)
{
    BtWatcher *watcher = user;
    if (!g_subprocess_wait_finish(G_SUBPROCESS(process), result, NULL))
        return; /* cancelled: `watcher` is gone */
    g_message("watch: the process that tells of faults ended; it starts again");
    g_clear_object(&watcher->process);
    watcher->timer = g_timeout_add_seconds(AGAIN_S, start_again, watcher);
}

/* A server that is killed takes it along. */
static void end_with_parent(gpointer unused)
{
    (void)unused;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static void start(BtWatcher *watcher)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    g_subprocess_launcher_set_child_setup(launcher, end_with_parent, NULL, NULL);
    watcher->process =
        g_subprocess_launcher_spawnv(launcher, (const char *const *)watcher->words->pdata, &error);
    if (watcher->process != NULL) {
        g_subprocess_wait_async(watcher->process, watcher->ending, on_end, watcher);
        return;
    }
    g_message("watch: %s", error->message);
    watcher->timer = g_timeout_add_seconds(AGAIN_S, start_again, watcher);
}

static void add_option(GPtrArray *words, const char *name, const char *value)
{
    if (value == NULL)
        return;
    g_ptr_array_add(words, g_strdup(name));
    g_ptr_array_add(words, g_strdup(value));
}

BtWatcher *bt_watcher_start(const char *data, const char *base, const BtClock *clock)
{
    BtWatcher *watcher = g_new0(BtWatcher, 1);
    g_autofree char *time = bt_clock_to_text(clock);
    watcher->words = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(watcher->words, g_file_read_link("/proc/self/exe", NULL));
    g_ptr_array_add(watcher->words, g_strdup("watch"));
    add_option(watcher->words, "--data", data);
    add_option(watcher->words, "--base", base);
    add_option(watcher->words, "--clock", time);
    g_ptr_array_add(watcher->words, NULL);
    watcher->ending = g_cancellable_new();
    start(watcher);
    return watcher;
}

static gboolean on_impatience(gpointer user)
{
    g_subprocess_force_exit(user);
    return G_SOURCE_REMOVE;
}

static void on_ended(GObject *process, GAsyncResult *result, gpointer is_done)
{
    g_subprocess_wait_finish(G_SUBPROCESS(process), result, NULL);
    *(gboolean *)is_done = TRUE;
}

static void wait_for_end(GSubprocess *process)
{
    gboolean is_done = FALSE;
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(GSource) impatience = g_timeout_source_new(PATIENCE_MS);
    g_source_set_callback(impatience, on_impatience, process, NULL);
    g_source_attach(impatience, context);
    g_main_context_push_thread_default(context);
    g_subprocess_wait_async(process, NULL, on_ended, &is_done);
    while (!is_done)
        g_main_context_iteration(context, TRUE);
    g_main_context_pop_thread_default(context);
    g_source_destroy(impatience);
}

void bt_watcher_stop(BtWatcher *watcher)
{
    g_cancellable_cancel(watcher->ending);
    if (watcher->timer != 0)
        g_source_remove(watcher->timer);
    if (watcher->process != NULL) {
        g_subprocess_send_signal(watcher->process, SIGTERM);
        wait_for_end(watcher->process);
        g_object_unref(watcher->process);
    }
    g_object_unref(watcher->ending);
    g_ptr_array_unref(watcher->words);
    g_free(watcher);
}
