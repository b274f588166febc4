/* sync: the role that talks to the network. One thread a native source, each with its own
 * connection, cache handle and ledger handle, so that a source that hangs keeps no other waiting;
 * the main thread passes on what supervise says.
 *
 * Nobody sees sync die: show goes on from the cache, and supervise starts it again. */
#include "player/sync/role.h"
#include "player/sync/sync.h"

#include "base/channel.h"
#include "base/io.h"
#include "player/roles/confine.h"
#include "player/sync/line_watch.h"
#include "player/sync/needs.h"
#include "player/sync/ttn.h"

#include <glib-unix.h>
#include <unistd.h>

void bt_sync_role_tell(BtSyncRole *role, BtRoleType type)
{
    BtRoleMessage message = { .type = type };
    g_mutex_lock(&role->channel_mutex);
    bt_channel_send(BT_ROLE_CHANNEL_FD, &message, sizeof message, NULL, 0, NULL);
    g_mutex_unlock(&role->channel_mutex);
}

void bt_sync_role_wake(BtSyncRole *role)
{
    g_mutex_lock(&role->mutex);
    role->wakes++;
    g_cond_broadcast(&role->wake);
    g_mutex_unlock(&role->mutex);
    for (guint i = 0; i < role->ttns->len; i++)
        bt_sync_ttn_wake(g_ptr_array_index(role->ttns, i));
}

void bt_sync_role_sleep(BtSyncRole *role, gint64 ms, guint64 *seen_wakes)
{
    gint64 until_us = g_get_monotonic_time() + ms * 1000;
    g_mutex_lock(&role->mutex);
    while (!g_atomic_int_get(&role->cancelled) &&
        (seen_wakes == NULL || role->wakes == *seen_wakes) &&
        g_cond_wait_until(&role->wake, &role->mutex, until_us))
        ;
    if (seen_wakes != NULL)
        *seen_wakes = role->wakes;
    g_mutex_unlock(&role->mutex);
}

/* Whatever waits for the old line need not any more. */
static void on_line_change(gpointer user)
{
    BtSyncRole *role = user;
    g_atomic_int_inc(&role->line);
    bt_sync_role_wake(role);
}

/* ---- the role ---- */

static void on_supervise(const BtRoleMessage *message, gpointer data)
{
    BtSyncRole *role = data;
    if (message->type == BT_ROLE_STOP)
        g_main_loop_quit(role->loop);
    else if (message->type == BT_ROLE_TIME_NONCE)
        bt_sync_role_take_nonce(role, &message->nonce);
    else if (message->type == BT_ROLE_TIME_WANTED)
        bt_sync_role_want_time(role);
    else if (message->type == BT_ROLE_STREAMED)
        bt_sync_role_add_streamed(role, message->flag, (guint64)MAX(0, message->value));
    else
        bt_sync_role_wake(role);
}

static gboolean on_term(gpointer data)
{
    g_main_loop_quit(((BtSyncRole *)data)->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean on_second(gpointer data)
{
    BtSyncRole *role = data;
    if (bt_config_is_outdated(role->config))
        g_main_loop_quit(role->loop);
    return G_SOURCE_CONTINUE;
}

/* A board on a kernel that takes no filter had better have its bulletins than not. */
static void confine(const BtSyncRole *role)
{
    g_autoptr(GError) failure = NULL;
    gboolean missed = FALSE;
    if (!bt_confine_sync(role->config, &missed, &failure))
        g_warning("sync is not confined: %s", failure->message);
    role->config->is_unsure = role->config->is_unsure || missed;
}

/* One that can never work is said, and keeps no other from working. */
static void add_ttn(BtSyncRole *role, const BtConfigSource *source)
{
    g_autoptr(GError) failure = NULL;
    BtSyncTtn *ttn = bt_sync_ttn_new(role, source, &failure);
    if (ttn == NULL) {
        g_warning("%s: %s", source->name, failure->message);
        return;
    }
    bt_sync_needs_expect(role->needs, source->name);
    g_ptr_array_add(role->ttns, ttn);
}

static void add_source(BtSyncRole *role, const BtConfigSource *source)
{
    if (source->kind == BT_SOURCE_TTN)
        add_ttn(role, source);
    if (source->kind != BT_SOURCE_NATIVE)
        return;
    bt_sync_needs_expect(role->needs, source->name);
    g_ptr_array_add(role->workers, bt_sync_worker_new(role, source));
}

static gboolean role_open(BtSyncRole *role, GError **error)
{
    role->loop = g_main_loop_new(NULL, FALSE);
    role->needs = bt_sync_needs_new();
    role->workers = g_ptr_array_new_with_free_func(bt_sync_worker_free);
    role->config = bt_config_read(role->options->config_path, error);
    /* Confined, it may only write into a folder that is there. */
    if (role->config == NULL || !bt_io_make_folder(role->config->state_folder, error))
        return FALSE;
    bt_io_sweep(role->config->state_folder);
    bt_sync_role_start_time(role);
    confine(role);
    role->streamed_bytes = g_new0(guint64, role->config->sources->len + 1);
    for (guint i = 0; i < role->config->sources->len; i++)
        add_source(role, g_ptr_array_index(role->config->sources, i));
    for (guint i = 0; i < role->ttns->len; i++)
        bt_sync_ttn_start(g_ptr_array_index(role->ttns, i));
    for (guint i = 0; i < role->workers->len; i++)
        bt_sync_worker_start(g_ptr_array_index(role->workers, i));
    return TRUE;
}

/* The last facts of show are pushed once more before the end. */
static void push_what_is_left(BtSyncRole *role)
{
    for (guint i = 0; i < role->ttns->len; i++)
        bt_sync_ttn_finish(g_ptr_array_index(role->ttns, i));
    for (guint i = 0; i < role->workers->len; i++)
        bt_sync_worker_finish(g_ptr_array_index(role->workers, i));
}

int bt_sync_role(const BtRoleOptions *options)
{
    BtSyncRole role = { .options = options };
    g_autoptr(GError) failure = NULL;
    g_mutex_init(&role.mutex);
    g_mutex_init(&role.channel_mutex);
    g_mutex_init(&role.time_mutex);
    g_cond_init(&role.wake);
    role.ttns = g_ptr_array_new_with_free_func(bt_sync_ttn_free);
    BtLineWatch *watch = bt_line_watch_new(on_line_change, &role);
    gboolean open = role_open(&role, &failure);
    if (open) {
        BtRoleEar ear = { on_supervise, &role };
        bt_role_listen(&ear);
        g_unix_signal_add(SIGTERM, on_term, &role);
        g_unix_signal_add(SIGINT, on_term, &role);
        if (role.config->is_unsure)
            g_timeout_add(1000, on_second, &role);
        g_main_loop_run(role.loop);
        g_atomic_int_set(&role.cancelled, 1);
        bt_sync_role_wake(&role);
        push_what_is_left(&role);
    } else {
        g_warning("%s", failure->message);
    }
    bt_line_watch_free(watch);
    g_ptr_array_unref(role.ttns);
    g_ptr_array_unref(role.workers);
    g_free(role.streamed_bytes);
    bt_sync_needs_free(role.needs);
    bt_config_free(role.config);
    g_main_loop_unref(role.loop);
    return open ? 0 : 1;
}
