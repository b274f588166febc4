/* sync: the role that talks to the network. One thread a source, each with its own connection,
 * cache handle and ledger handle, so that a source that hangs keeps no other waiting; the main
 * thread passes on what supervise says. After a round a thread sleeps until its next poll, or until
 * it is woken.
 *
 * Nobody sees sync die: show goes on from the cache, and supervise starts it again. */
#include "base/channel.h"
#include "base/io.h"
#include "player/confine.h"
#include "player/device_key.h"
#include "player/facts.h"
#include "player/line_watch.h"
#include "player/roles.h"
#include "playlists/sync/sync.h"

#include <glib-unix.h>
#include <unistd.h>

#define RETRY_MIN_MS 1000
#define RETRY_MAX_MS (15 * BT_MINUTE_MS)
#define PUSH_SLICE_MS (10 * BT_SECOND_MS) /* then polling has its turn */
#define PUSH_LIMIT_MS (45 * BT_SECOND_MS) /* of one batch; its date must not grow old under way */
#define LAST_PUSH_LIMIT_MS (8 * BT_SECOND_MS) /* within what supervise waits at the end */
#define BATCH_FIRST_BYTES (32 * 1024)
#define BATCH_FAST_MS (10 * BT_SECOND_MS) /* the next may be larger: some round trips */
#define BATCH_SLOW_MS (30 * BT_SECOND_MS) /* the next had better be smaller */

typedef struct SyncRole SyncRole;

typedef struct {
    SyncRole *role;
    const BtConfigSource *source;
    GThread *thread;
    BtCache *cache;
    BtFacts *facts;
    BtSync *sync;
    BtHints *hints;       /* NULL: a folder, or none could be had */
    guint failures;       /* rounds in a row, on the line as it is */
    guint line;           /* which failed so often, by the role's count */
    gint64 round_real_ms; /* when the last round ended */
    guint push_failures;  /* in a row */
    gint64 push_after_real_ms;
    gsize batch_bytes;   /* what the line takes in a while */
    gboolean more_waits; /* the time of pushing was up before all was sent */
    GHashTable *told;    /* what went wrong since the last good round: type, thing and code */
    GHashTable *checked; /* sha256 hashed since the start */
    GHashTable *needed;  /* under the role's mutex: sha256 this source cannot do without */
} Worker;

struct SyncRole {
    const BtRoleOptions *options;
    BtConfig *config;
    BtKey *key;
    GMainLoop *loop;
    GPtrArray *workers; /* of Worker */
    gint cancelled;     /* atomic */
    GMutex mutex;
    GCond wake;
    guint64 wakes; /* under mutex: how often supervise asked for a round */
    guint line;    /* atomic: how often the box's network changed */
    GMutex channel_mutex;
};

static gint64 real_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

static void tell_news(SyncRole *role)
{
    BtRoleMessage message = { .type = BT_ROLE_NEWS };
    g_mutex_lock(&role->channel_mutex);
    bt_channel_send(BT_ROLE_CHANNEL_FD, &message, sizeof message, NULL, 0, NULL);
    g_mutex_unlock(&role->channel_mutex);
}

/* ---- one round ---- */

/* A fault that goes on for days is one event, not one a poll. */
static gboolean is_told(Worker *worker, const BtSyncEvent *event)
{
    gboolean may_go_on = g_str_equal(event->type, "skipped") || g_str_equal(event->type, "refused");
    return may_go_on &&
        !g_hash_table_add(
            worker->told, g_strdup_printf("%s %s %s", event->type, event->what, event->reason));
}

/* What is fetched is for the log; what is refused is for the source too. */
static void on_event(const BtSyncEvent *event, gpointer user)
{
    Worker *worker = user;
    if (is_told(worker, event))
        return;
    g_message("%s: %s %s: %s", worker->source->name, event->type, event->what, event->message);
    if (g_str_equal(event->type, "fetched"))
        return;
    BtMoment at = { bt_clock_wall_ms(&worker->role->options->clock),
        bt_clock_mono_ms(&worker->role->options->clock), TRUE };
    g_autofree char *words =
        g_utf8_substring(event->message, 0, MIN(300, g_utf8_strlen(event->message, -1)));
    BtJson *body = bt_json_new_object();
    bt_json_set_string(body, "event", event->type);
    if (*event->reason != '\0')
        bt_json_set_string(body, "code", event->reason);
    bt_json_set_string(body, "source", worker->source->name);
    bt_json_set_string(body, "what", event->what);
    bt_json_set_string(body, "message", words);
    g_autoptr(GError) failure = NULL;
    if (!bt_facts_add(worker->facts, "event", NULL, &at, body, &failure))
        g_message("%s: %s", worker->source->name, failure->message);
}

static gint64 trusted_now_ms(const SyncRole *role)
{
    gboolean trusted = role->config->trust_system_clock || role->options->clock.is_virtual;
    /* With trust=auto show judges expiry again by its own clock; here only what is surely past
     * counts. */
    return trusted ? bt_clock_wall_ms(&role->options->clock) : BANGTIN_BUILT_S * BT_SECOND_MS;
}

/* The source was heard when the round began, or later: it may have hung over a download since. */
static void note_round(Worker *worker, gint64 began_ms)
{
    BtSourceState *before = bt_facts_source(worker->facts, worker->source->name);
    const GError *trouble = bt_sync_trouble(worker->sync);
    gint64 now_ms = real_ms(), wall_ms = bt_clock_wall_ms(&worker->role->options->clock);
    gboolean heard = bt_sync_has_heard(worker->sync);
    gint64 idle_ms = before == NULL ? 0 : before->idle_ms;
    gint64 last_ok_ms = heard ? began_ms : before == NULL ? 0 : before->last_ok_ms;
    BtSourceState state = {
        .name = worker->source->name,
        .state = (char *)(trouble == NULL          ? "ok"
                : wall_ms - last_ok_ms > BT_DAY_MS ? "stale"
                                                   : "failed"),
        .message = (char *)(trouble == NULL ? "" : trouble->message),
        .last_ok_ms = last_ok_ms,
        .idle_ms = heard ? 0 : idle_ms + now_ms - worker->round_real_ms,
        .bytes = (gint64)bt_sync_bytes(worker->sync),
    };
    worker->round_real_ms = now_ms;
    bt_facts_put_source(worker->facts, &state, NULL);
    bt_source_state_free(before);
}

/* The way is open again: reports need not wait any longer. */
static void forget_push_failures(Worker *worker)
{
    worker->push_failures = 0;
    worker->push_after_real_ms = 0;
}

static void do_round(Worker *worker)
{
    g_autoptr(GError) failure = NULL;
    gint64 began_ms = bt_clock_wall_ms(&worker->role->options->clock);
    BtSyncResult result = bt_sync_round(
        worker->sync, trusted_now_ms(worker->role), &worker->role->cancelled, &failure);
    gboolean slow_down = result == BT_SYNC_FAILED &&
        (g_error_matches(failure, BT_ERROR, BT_ERROR_NETWORK) ||
            g_error_matches(failure, BT_ERROR, BT_ERROR_TIMEOUT) ||
            g_error_matches(failure, BT_ERROR, BT_ERROR_IO));
    if (slow_down && worker->failures == 0)
        g_message("%s: %s", worker->source->name, failure->message);
    if (!slow_down && worker->failures > 0)
        forget_push_failures(worker);
    worker->failures = slow_down ? worker->failures + 1 : 0;
    note_round(worker, began_ms);
    if (result != BT_SYNC_FAILED)
        g_hash_table_remove_all(worker->told);
    if (result == BT_SYNC_NEW)
        tell_news(worker->role);
}

static void add_all(GHashTable *keep, GHashTable *needed)
{
    GHashTableIter iter;
    gpointer sha256;
    g_hash_table_iter_init(&iter, needed);
    while (g_hash_table_iter_next(&iter, &sha256, NULL))
        g_hash_table_add(keep, g_strdup(sha256));
}

/* Only when every source has said what it needs may anything go. */
static GHashTable *needed_by_all(SyncRole *role)
{
    g_autoptr(GHashTable) keep = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < role->workers->len; i++) {
        const Worker *worker = g_ptr_array_index(role->workers, i);
        if (worker->needed == NULL)
            return NULL;
        add_all(keep, worker->needed);
    }
    return g_steal_pointer(&keep);
}

static void evict(Worker *worker)
{
    GHashTable *needed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    bt_sync_add_needed(worker->sync, needed);
    g_mutex_lock(&worker->role->mutex);
    g_clear_pointer(&worker->needed, g_hash_table_unref);
    worker->needed = needed;
    g_autoptr(GHashTable) keep = needed_by_all(worker->role);
    g_mutex_unlock(&worker->role->mutex);
    if (keep != NULL)
        bt_cache_evict(worker->cache, keep, worker->role->config->quota_bytes, NULL);
}

/* Once a start each object that is needed is hashed from the disk, one a round: what rotted goes
 * and is fetched again. */
static void check_one_object(Worker *worker)
{
    GHashTableIter iter;
    gpointer sha256;
    g_autoptr(GError) failure = NULL;
    g_hash_table_iter_init(&iter, worker->needed);
    while (g_hash_table_iter_next(&iter, &sha256, NULL)) {
        if (!bt_cache_has(worker->cache, sha256) ||
            !g_hash_table_add(worker->checked, g_strdup(sha256)))
            continue;
        if (!bt_cache_check_object(worker->cache, sha256, &failure)) {
            BtSyncEvent event = { "refused", bt_error_reason(failure), sha256, failure->message };
            on_event(&event, worker);
        }
        return;
    }
}

/* ---- reports ---- */

static void take_reply(Worker *worker, BtPushReply *reply)
{
    GHashTableIter iter;
    gpointer id, reason;
    for (guint i = 0; i + 1 < reply->accepted->len; i += 2)
        bt_facts_accept(worker->facts, g_array_index(reply->accepted, gint64, i),
            g_array_index(reply->accepted, gint64, i + 1), NULL);
    g_hash_table_iter_init(&iter, reply->refused);
    while (g_hash_table_iter_next(&iter, &id, &reason))
        bt_facts_refuse(worker->facts, id, reason, NULL);
}

/* A batch is large and a static server never takes one: it is offered less and less often. */
static void wait_with_reports(Worker *worker, gint64 asked_ms)
{
    gint64 wait_ms = MIN(RETRY_MAX_MS, RETRY_MIN_MS << MIN(worker->push_failures, 10));
    worker->push_failures++;
    worker->push_after_real_ms = real_ms() + MAX(asked_ms, wait_ms);
}

/* Of a poor line a large batch asks too much: it is cut before it is through, and all of it is sent
 * again. So batches grow while they go fast, and shrink while they do not. */
static void fit_batch(Worker *worker, gboolean pushed, gint64 took_ms)
{
    gsize bytes = worker->batch_bytes;
    if (!pushed || took_ms > BATCH_SLOW_MS)
        bytes /= 2;
    else if (took_ms < BATCH_FAST_MS)
        bytes *= 2;
    worker->batch_bytes = CLAMP(bytes, BT_BATCH_MIN_BYTES, BT_BATCH_MAX_BYTES);
}

/* The date that is signed is the real one: the source compares it with its own clock. */
static gboolean push_batch(Worker *worker, GBytes *batch, const BtPatience *patience)
{
    BtPushReply reply = { 0 };
    g_autoptr(GError) failure = NULL;
    gint64 began_ms = real_ms();
    gboolean pushed =
        bt_sync_push(worker->sync, batch, g_get_real_time() / 1000, patience, &reply, &failure);
    fit_batch(worker, pushed, real_ms() - began_ms);
    if (pushed) {
        take_reply(worker, &reply);
        forget_push_failures(worker);
    } else {
        g_debug("%s: reports wait: %s", worker->source->name, failure->message);
        wait_with_reports(worker, reply.retry_after_ms);
    }
    bt_push_reply_clear(&reply);
    return pushed;
}

/* TRUE: it went, and there was more than had room. What was noted since waits for the next time: on
 * a line with long ways there would always be some. */
static gboolean push_some(Worker *worker, const BtPatience *patience)
{
    gsize room_bytes = worker->batch_bytes;
    g_autoptr(GBytes) batch = bt_facts_batch(worker->facts, room_bytes, NULL);
    return batch != NULL && push_batch(worker, batch, patience) &&
        g_bytes_get_size(batch) + BT_FACT_MAX_BYTES > room_bytes;
}

static void push(Worker *worker, const BtPatience *patience)
{
    gint64 until_ms = real_ms() + MIN(PUSH_SLICE_MS, patience->limit_ms);
    gboolean more = TRUE;
    worker->more_waits = FALSE;
    if (worker->source != bt_config_report_source(worker->role->config) ||
        real_ms() < worker->push_after_real_ms)
        return;
    while (more && real_ms() < until_ms)
        more = push_some(worker, patience);
    worker->more_waits = more;
    bt_facts_tidy(worker->facts, bt_clock_wall_ms(&worker->role->options->clock), NULL);
}

/* ---- a worker's life ---- */

static void wake_workers(SyncRole *role)
{
    g_mutex_lock(&role->mutex);
    role->wakes++;
    g_cond_broadcast(&role->wake);
    g_mutex_unlock(&role->mutex);
}

/* What failed on the old line says nothing of the new one. */
static void on_line_change(gpointer user)
{
    SyncRole *role = user;
    g_atomic_int_inc(&role->line);
    wake_workers(role);
}

static void forget_old_line(Worker *worker)
{
    guint line = g_atomic_int_get(&worker->role->line);
    if (line != worker->line)
        worker->failures = 0;
    worker->line = line;
}

/* From the hints' own thread. */
static void on_hint(gpointer user)
{
    wake_workers(user);
}

/* A poll each poll_s; after failures sooner at first, then later, up to four polls; a fifth of it
 * by chance, so that a thousand boards do not ask at once. */
static gint64 pause_ms(const Worker *worker)
{
    const BtClock *clock = &worker->role->options->clock;
    double rate = clock->is_virtual && clock->rate > 1 ? clock->rate : 1;
    gint64 wait_ms = worker->source->poll_s * BT_SECOND_MS;
    if (bt_sync_is_unfinished(worker->sync) || worker->more_waits)
        return 0;
    if (worker->failures > 0)
        wait_ms = MIN(RETRY_MIN_MS << MIN(worker->failures, 10), MIN(RETRY_MAX_MS, 4 * wait_ms));
    wait_ms = (gint64)((double)wait_ms / rate);
    return MAX(200, wait_ms * g_random_int_range(80, 121) / 100);
}

static void sleep_until_next(Worker *worker, guint64 *seen_wakes)
{
    SyncRole *role = worker->role;
    gint64 until_us = g_get_monotonic_time() + pause_ms(worker) * 1000;
    g_mutex_lock(&role->mutex);
    while (!g_atomic_int_get(&role->cancelled) && role->wakes == *seen_wakes &&
        g_cond_wait_until(&role->wake, &role->mutex, until_us))
        ;
    *seen_wakes = role->wakes;
    g_mutex_unlock(&role->mutex);
}

static gpointer run_worker(gpointer data)
{
    Worker *worker = data;
    guint64 wakes = 0;
    BtPatience patience = { PUSH_LIMIT_MS, &worker->role->cancelled };
    /* The one before may have died between making something ready and telling. */
    tell_news(worker->role);
    while (!g_atomic_int_get(&worker->role->cancelled)) {
        forget_old_line(worker);
        do_round(worker);
        push(worker, &patience);
        evict(worker);
        check_one_object(worker);
        sleep_until_next(worker, &wakes);
    }
    return NULL;
}

static void worker_free(gpointer data)
{
    Worker *worker = data;
    if (worker->thread != NULL)
        g_thread_join(worker->thread);
    bt_hints_free(worker->hints);
    g_clear_pointer(&worker->needed, g_hash_table_unref);
    g_hash_table_unref(worker->checked);
    g_hash_table_unref(worker->told);
    bt_sync_free(worker->sync);
    bt_facts_close(worker->facts);
    bt_cache_close(worker->cache);
    g_free(worker);
}

static gboolean worker_open(Worker *worker, GError **error)
{
    const BtConfig *config = worker->role->config;
    const BtConfigSource *source = worker->source;
    BtSyncSource description = {
        .name = source->name,
        .base = source->base,
        .source_id = source->source_id,
        .screen = config->screen_id,
        .root_path = source->root_path,
        .root_fingerprint = source->fingerprint,
        .ca_path = source->ca_path,
        .pin = source->pin,
        .insecure_host = source->insecure,
        .max_bytes_per_s = source->max_bytes_per_s,
    };
    g_autofree char *cache = bt_config_state_path(config, "cache");
    g_autofree char *ledger = bt_config_state_path(config, "ledger.db");
    worker->cache = bt_cache_open(cache, TRUE, error);
    if (worker->cache == NULL)
        return FALSE;
    worker->facts = bt_facts_open(ledger, error);
    if (worker->facts == NULL)
        return FALSE;
    bt_facts_set_boot(worker->facts, worker->role->options->boot);
    worker->round_real_ms = real_ms();
    worker->sync =
        bt_sync_new(&description, worker->cache, worker->role->key, on_event, worker, error);
    if (worker->sync != NULL)
        worker->hints = bt_hints_new(&description, on_hint, worker->role, NULL);
    return worker->sync != NULL;
}

static void add_worker(SyncRole *role, const BtConfigSource *source)
{
    g_autoptr(GError) failure = NULL;
    Worker *worker = g_new0(Worker, 1);
    worker->role = role;
    worker->source = source;
    worker->batch_bytes = BATCH_FIRST_BYTES;
    worker->checked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    worker->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!worker_open(worker, &failure)) {
        g_warning("%s: %s", source->name, failure->message);
        worker_free(worker);
        return;
    }
    g_ptr_array_add(role->workers, worker);
}

/* ---- the role ---- */

static void on_supervise(BtRoleType type, gpointer data)
{
    SyncRole *role = data;
    if (type == BT_ROLE_STOP)
        g_main_loop_quit(role->loop);
    else
        wake_workers(role);
}

static gboolean on_term(gpointer data)
{
    g_main_loop_quit(((SyncRole *)data)->loop);
    return G_SOURCE_CONTINUE;
}

/* A board on a kernel that takes no filter had better have its bulletins than not. */
static void confine(const SyncRole *role)
{
    g_autoptr(GError) failure = NULL;
    if (!bt_confine_sync(role->config, &failure))
        g_warning("sync is not confined: %s", failure->message);
}

static gboolean role_open(SyncRole *role, GError **error)
{
    role->loop = g_main_loop_new(NULL, FALSE);
    role->workers = g_ptr_array_new_with_free_func(worker_free);
    role->config = bt_config_read(role->options->config_path, error);
    if (role->config == NULL)
        return FALSE;
    role->key = bt_device_key(role->config, error);
    if (role->key == NULL)
        return FALSE;
    bt_io_sweep(role->config->state_folder);
    confine(role);
    for (guint i = 0; i < role->config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(role->config->sources, i);
        if (source->kind == BT_SOURCE_NATIVE)
            add_worker(role, source);
    }
    for (guint i = 0; i < role->workers->len; i++) {
        Worker *worker = g_ptr_array_index(role->workers, i);
        worker->thread = g_thread_new(worker->source->name, run_worker, worker);
    }
    return TRUE;
}

/* The last facts of show are pushed once more before the end. */
static void push_what_is_left(SyncRole *role)
{
    BtPatience patience = { LAST_PUSH_LIMIT_MS, NULL };
    for (guint i = 0; i < role->workers->len; i++) {
        Worker *worker = g_ptr_array_index(role->workers, i);
        g_thread_join(g_steal_pointer(&worker->thread));
        worker->push_after_real_ms = 0;
        push(worker, &patience);
    }
}

int bt_sync_role(const BtRoleOptions *options)
{
    SyncRole role = { .options = options };
    g_autoptr(GError) failure = NULL;
    g_mutex_init(&role.mutex);
    g_mutex_init(&role.channel_mutex);
    g_cond_init(&role.wake);
    BtLineWatch *watch = bt_line_watch_new(on_line_change, &role);
    gboolean open = role_open(&role, &failure);
    if (open) {
        BtRoleEar ear = { on_supervise, &role };
        bt_role_listen(&ear);
        g_unix_signal_add(SIGTERM, on_term, &role);
        g_unix_signal_add(SIGINT, on_term, &role);
        g_main_loop_run(role.loop);
        g_atomic_int_set(&role.cancelled, 1);
        wake_workers(&role);
        push_what_is_left(&role);
    } else {
        g_warning("%s", failure->message);
    }
    bt_line_watch_free(watch);
    g_ptr_array_unref(role.workers);
    bt_key_free(role.key);
    bt_config_free(role.config);
    g_main_loop_unref(role.loop);
    return open ? 0 : 1;
}
