/* The worker of one native source. After a round its thread sleeps until its next poll, or until it
 * is woken. */
#include "player/sync/role.h"

#include "base/io.h"
#include "player/config/device_key.h"
#include "player/facts/shot.h"
#include "player/sync/needs.h"
#include "player/sync/traffic.h"
#include "playlists/sync/pace.h"

#include <errno.h>
#include <glib/gstdio.h>

#define ASKED_MAX_MS (15 * BT_MINUTE_MS) /* that a busy server may keep an alert from us */
/* Of one batch, on a good line: its date must not grow old under way, and peers take what is
 * younger than five minutes (BT_SIGNATURE_MAX_SKEW_MS); three are the most, where ways are long. */
#define PUSH_LIMIT_MS (45 * BT_SECOND_MS)
#define TRIES_OF_STATE                                                                             \
    8 /* later and later, some minutes, until what cannot be read counts as lost */
#define LAST_PUSH_LIMIT_MS (8 * BT_SECOND_MS) /* within what supervise waits at the end */

static gint64 real_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

/* ---- one round ---- */

static void on_event(const BtSyncEvent *event, gpointer user)
{
    const BtSyncWorker *worker = user;
    bt_sync_voice_say(worker->voice, event);
}

/* What was used is written down before more of it comes. */
static void on_usage(const BtUsage *usage, gpointer user)
{
    const BtSyncWorker *worker = user;
    g_autoptr(GError) failure = NULL;
    if (!bt_facts_begin(worker->facts, &failure) ||
        !bt_facts_put_usage(worker->facts, worker->source->name, usage, &failure) ||
        !bt_facts_commit(worker->facts, &failure)) {
        g_message("%s: %s", worker->source->name, failure->message);
        bt_facts_rollback(worker->facts);
    }
}

/* The clock is worth as much here as in show: what verified bounds it. */
static void tell_time(BtSyncWorker *worker)
{
    bt_sync_role_learn_issued(worker);
    BtMoment at = bt_sync_role_moment(worker->role);
    BtBudgetTime now = { at.wall_ms, at.mono_ms, at.trusted };
    guint64 more_bytes = bt_sync_role_take_streamed(worker->role, worker->source);
    if (worker->hints)
        more_bytes += bt_hints_take_bytes(worker->hints);
    bt_sync_set_time(worker->sync, &now, more_bytes);
}

static const char *state_word(const GError *trouble, gint64 heard_ago_ms)
{
    if (trouble == NULL)
        return "ok";
    if (heard_ago_ms > BT_DAY_MS)
        return "stale";
    return g_error_matches(trouble, BT_ERROR, BT_ERROR_CAPTIVE) ? "captive" : "failed";
}

static gboolean put_round(
    BtSyncWorker *worker, const BtSourceState *state, const BtUsage *usage, GError **error)
{
    return bt_facts_begin(worker->facts, error) &&
        bt_facts_put_source(worker->facts, state, error) &&
        (usage == NULL || bt_facts_put_usage(worker->facts, worker->source->name, usage, error)) &&
        bt_facts_commit(worker->facts, error);
}

/* The source was heard when the round began, or later: it may have hung over a download since. */
static void note_round(BtSyncWorker *worker, gint64 began_ms)
{
    BtSourceState *before = bt_facts_source(worker->facts, worker->source->name);
    const GError *trouble = bt_sync_trouble(worker->sync);
    gint64 now_ms = real_ms(), wall_ms = bt_sync_role_now_ms(worker->role);
    gboolean heard = bt_sync_has_heard(worker->sync);
    gint64 idle_ms = before == NULL ? 0 : before->idle_ms;
    gint64 last_ok_ms = heard ? began_ms : before == NULL ? 0 : before->last_ok_ms;
    BtSyncOutlook outlook;
    gboolean counted = bt_sync_outlook(worker->sync, &outlook);
    g_autofree char *words = counted ? bt_traffic_json(&outlook, &worker->budget) : NULL;
    BtSourceState state = {
        .name = worker->source->name,
        .state = (char *)state_word(trouble, last_ok_ms == 0 ? 0 : wall_ms - last_ok_ms),
        .message = (char *)(trouble == NULL ? "" : trouble->message),
        .last_ok_ms = last_ok_ms,
        .idle_ms = heard ? 0 : idle_ms + now_ms - worker->round_real_ms,
        .bytes = (gint64)bt_sync_bytes(worker->sync),
        .outlook = words,
    };
    worker->round_real_ms = now_ms;
    if (!put_round(worker, &state, counted ? &outlook.usage : NULL, NULL))
        bt_facts_rollback(worker->facts);
    bt_source_state_free(before);
}

static void do_round(BtSyncWorker *worker)
{
    g_autoptr(GError) failure = NULL;
    gint64 began_ms = bt_sync_role_now_ms(worker->role);
    tell_time(worker);
    BtSyncResult result = bt_sync_round(worker->sync, bt_sync_role_surely_past_ms(worker->role),
        &worker->role->cancelled, &failure);
    tell_time(worker);
    worker->asked_ms = bt_sync_asked_ms(worker->sync);
    gboolean slow_down = result == BT_SYNC_FAILED && bt_sync_is_of_the_way(failure);
    if (slow_down && worker->failures == 0)
        g_message("%s: %s", worker->source->name, failure->message);
    if (!slow_down && worker->failures > 0 && worker->reporter != NULL)
        bt_reporter_take_heart(worker->reporter);
    worker->failures = slow_down ? worker->failures + 1 : 0;
    note_round(worker, began_ms);
    if (result != BT_SYNC_FAILED)
        bt_sync_voice_forget(worker->voice);
    if (result == BT_SYNC_NEW)
        bt_sync_role_tell(worker->role, BT_ROLE_NEWS);
}

static void evict(BtSyncWorker *worker)
{
    GHashTable *needed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    gboolean known = bt_sync_add_needed(worker->sync, needed);
    g_clear_pointer(&worker->needed, g_hash_table_unref);
    worker->needed = g_hash_table_ref(needed);
    BtSyncNeed need = { needed, known, bt_sync_missing_bytes(worker->sync) };
    bt_sync_needs_take(worker->role, worker->source, &need, worker->cache);
}

/* What cannot be read now says nothing of its bytes. */
static void take_failed_check(BtSyncWorker *worker, const char *sha256, const GError *failure)
{
    g_hash_table_remove(worker->checked, sha256);
    if (!g_error_matches(failure, BT_ERROR, BT_ERROR_MISMATCH))
        return;
    BtSyncEvent event = { "rotted", bt_error_reason(failure), (char *)sha256, failure->message };
    on_event(&event, worker);
}

/* Once a start each object that is needed is hashed from the disk, one a round: what rotted goes
 * and is fetched again. */
static void check_one_object(BtSyncWorker *worker)
{
    GHashTableIter iter;
    gpointer sha256;
    g_autoptr(GError) failure = NULL;
    g_hash_table_iter_init(&iter, worker->needed);
    while (g_hash_table_iter_next(&iter, &sha256, NULL)) {
        if (!bt_cache_has(worker->cache, sha256) ||
            !g_hash_table_add(worker->checked, g_strdup(sha256)))
            continue;
        if (!bt_cache_check_object(worker->cache, sha256, &failure))
            take_failed_check(worker, sha256, failure);
        return;
    }
}

/* ---- a worker's life ---- */

/* What failed on the old line says nothing of the new one. */
static void forget_old_line(BtSyncWorker *worker)
{
    guint line = g_atomic_int_get(&worker->role->line);
    if (line != worker->line)
        worker->failures = 0;
    worker->line = line;
}

/* From the hints' own thread. */
static void on_hint(gpointer user)
{
    bt_sync_role_wake(user);
}

/* How many real milliseconds a span of show time lasts. */
static gint64 real_span_ms(const BtSyncWorker *worker, gint64 span_ms)
{
    const BtClock *clock = &worker->role->options->clock;
    double rate = clock->is_virtual && clock->rate > 1 ? clock->rate : 1;
    return (gint64)((double)span_ms / rate);
}

static gboolean has_more_reports(BtSyncWorker *worker)
{
    return worker->reporter != NULL && bt_reporter_has_more(worker->reporter) &&
        !bt_sync_role_waits_for_time(worker);
}

static gint64 pause_ms(BtSyncWorker *worker)
{
    gint64 poll_ms = worker->source->poll_s * BT_SECOND_MS;
    guint64 n = worker->pauses++;
    if ((worker->sync != NULL && bt_sync_is_unfinished(worker->sync)) || has_more_reports(worker))
        return 0;
    gint64 wait_ms = worker->failures > 0
        ? bt_pace_retry_ms(worker->who, n, worker->failures, poll_ms)
        : bt_pace_poll_ms(worker->who, n, poll_ms);
    return MAX(200, real_span_ms(worker, wait_ms));
}

/* A busy server is left alone, whatever hints and facts say, but not longer than an alert may wait;
 * not all boards come back in the second that it named. */
static gint64 asked_ms(const BtSyncWorker *worker)
{
    gint64 ms = MIN(worker->asked_ms, ASKED_MAX_MS);
    return ms + (gint64)((double)ms / 5 * bt_pace_chance(worker->who, worker->pauses));
}

static void sleep_for(BtSyncWorker *worker, gint64 ms, guint64 *seen_wakes, gboolean may_be_woken)
{
    bt_sync_role_sleep(worker->role, ms, may_be_woken ? seen_wakes : NULL);
}

/* When power returns to a district all its boards are up in the same minute. Those that have
 * something to show come one after the other. */
static void wait_for_turn(BtSyncWorker *worker, guint64 *seen_wakes)
{
    BtClock machine = bt_clock_real();
    if (worker->role->options->clock.is_virtual || !bt_sync_has_ready(worker->sync))
        return;
    gint64 wait_ms = bt_pace_first_ms(
        worker->who, bt_clock_mono_ms(&machine), worker->source->poll_s * BT_SECOND_MS);
    sleep_for(worker, wait_ms, seen_wakes, TRUE);
}

static void begin(BtSyncWorker *worker, guint64 *seen_wakes)
{
    wait_for_turn(worker, seen_wakes);
    worker->hints = bt_hints_new(&worker->description, on_hint, worker->role, NULL);
}

static gint64 date_of_reports(gpointer user)
{
    return bt_sync_role_now_ms(user);
}

/* Show may put a newer one there meanwhile, so the one that is sent is taken aside first. What the
 * peer does not want, or has, goes. */
static void send_picture(BtSyncWorker *worker, const BtPatience *patience)
{
    g_autofree char *path = bt_config_state_path(worker->role->config, BT_SHOT_FILE);
    g_autofree char *aside = path != NULL ? g_strconcat(path, ".sending", NULL) : NULL;
    if (path == NULL || (g_rename(path, aside) != 0 && errno != ENOENT))
        return;
    g_autoptr(GBytes) webp = bt_io_read(aside, BT_SHOT_MAX_BYTES, NULL);
    if (webp != NULL &&
        bt_sync_push_picture(worker->sync, webp, date_of_reports(worker->role), patience) !=
            BT_SYNC_PICTURE_LATER)
        g_unlink(aside);
}

static void report(BtSyncWorker *worker, const BtPatience *patience)
{
    if (worker->reporter == NULL || bt_sync_role_waits_for_time(worker))
        return;
    bt_reporter_push(worker->reporter, patience);
    send_picture(worker, patience);
    bt_facts_tidy(worker->facts, bt_sync_role_now_ms(worker->role), NULL);
}

static void worker_close(BtSyncWorker *worker)
{
    bt_sync_voice_set_facts(worker->voice, NULL);
    g_clear_pointer(&worker->hints, bt_hints_free);
    g_clear_pointer(&worker->reporter, bt_reporter_free);
    g_clear_pointer(&worker->sync, bt_sync_free);
    g_clear_pointer(&worker->budget.zone, g_time_zone_unref);
    g_clear_pointer(&worker->key, bt_key_free);
    g_clear_pointer(&worker->facts, bt_facts_close);
    g_clear_pointer(&worker->cache, bt_cache_close);
}

void bt_sync_worker_free(gpointer data)
{
    BtSyncWorker *worker = data;
    if (worker->thread != NULL)
        g_thread_join(worker->thread);
    worker_close(worker);
    bt_sync_voice_free(worker->voice);
    g_hash_table_unref(worker->checked);
    g_free(worker->who);
    g_free(worker);
}

static void keep_books(BtSyncWorker *worker)
{
    const BtConfigSource *source = worker->source;
    worker->budget = bt_sync_role_budget(worker->role, source);
    BtUsage usage = bt_facts_usage(worker->facts, source->name);
    bt_sync_set_budget(worker->sync, &worker->budget, &usage, on_usage);
}

/* Without its key the board still hears what is new; it has to be enrolled again to be heard. */
static gboolean open_key(BtSyncWorker *worker, GError **error)
{
    g_autoptr(GError) failure = NULL;
    worker->key = bt_device_key(worker->role->config, &failure);
    if (worker->key != NULL)
        return TRUE;
    if (g_error_matches(failure, BT_ERROR, BT_ERROR_IO)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    BtSyncEvent event = { "damaged", bt_error_reason(failure), (char *)"device.key",
        failure->message };
    bt_sync_voice_say(worker->voice, &event);
    return TRUE;
}

static gboolean try_to_open(BtSyncWorker *worker, GError **error)
{
    const BtConfig *config = worker->role->config;
    const BtConfigSource *source = worker->source;
    worker->description = (BtSyncSource){
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
        .may_begin_anew = worker->failures >= TRIES_OF_STATE,
        .now = bt_sync_role_tls_now,
        .now_user = worker->role,
    };
    g_autofree char *cache = bt_config_state_path(config, "cache");
    g_autofree char *ledger = bt_config_state_path(config, "ledger.db");
    worker_close(worker);
    worker->cache = bt_cache_open(cache, TRUE, error);
    if (worker->cache == NULL)
        return FALSE;
    worker->facts = bt_facts_open(ledger, error);
    if (worker->facts == NULL)
        return FALSE;
    bt_facts_set_boot(worker->facts, worker->role->options->boot);
    bt_sync_voice_set_facts(worker->voice, worker->facts);
    worker->round_real_ms = real_ms();
    if (!open_key(worker, error))
        return FALSE;
    worker->sync =
        bt_sync_new(&worker->description, worker->cache, worker->key, on_event, worker, error);
    if (worker->sync == NULL)
        return FALSE;
    keep_books(worker);
    if (source == bt_config_report_source(config) && worker->key != NULL)
        worker->reporter = bt_reporter_new(
            worker->sync, worker->facts, worker->who, date_of_reports, worker->role);
    return TRUE;
}

/* A disk that fails now, no descriptors now: it is tried again, later and later. */
static gboolean worker_open(BtSyncWorker *worker)
{
    g_autoptr(GError) failure = NULL;
    if (try_to_open(worker, &failure)) {
        worker->failures = 0;
        return TRUE;
    }
    if (worker->failures++ == 0)
        g_warning("%s: %s", worker->source->name, failure->message);
    return FALSE;
}

static gpointer run_worker(gpointer data)
{
    BtSyncWorker *worker = data;
    guint64 wakes = 0;
    BtPatience patience = { PUSH_LIMIT_MS, &worker->role->cancelled, .stretches = TRUE };
    while (!worker_open(worker) && !g_atomic_int_get(&worker->role->cancelled))
        sleep_for(worker, pause_ms(worker), &wakes, TRUE);
    /* The one before may have died between making something ready and telling. */
    bt_sync_role_tell(worker->role, BT_ROLE_NEWS);
    if (worker->sync != NULL)
        begin(worker, &wakes);
    while (!g_atomic_int_get(&worker->role->cancelled)) {
        forget_old_line(worker);
        bt_sync_role_ask_time(worker);
        do_round(worker);
        bt_sync_voice_write(worker->voice);
        report(worker, &patience);
        evict(worker);
        check_one_object(worker);
        sleep_for(worker, asked_ms(worker), &wakes, FALSE);
        sleep_for(worker, pause_ms(worker), &wakes, TRUE);
    }
    return NULL;
}

BtSyncWorker *bt_sync_worker_new(BtSyncRole *role, const BtConfigSource *source)
{
    BtSyncWorker *worker = g_new0(BtSyncWorker, 1);
    worker->role = role;
    worker->source = source;
    worker->started_real_ms = real_ms();
    worker->who = g_strdup_printf("%s %s", role->config->screen_id, source->name);
    worker->checked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    worker->voice = bt_sync_voice_new(role, source->name);
    return worker;
}

void bt_sync_worker_start(BtSyncWorker *worker)
{
    worker->thread = g_thread_new(worker->source->name, run_worker, worker);
}

void bt_sync_worker_finish(BtSyncWorker *worker)
{
    BtPatience patience = { .limit_ms = LAST_PUSH_LIMIT_MS };
    g_thread_join(g_steal_pointer(&worker->thread));
    if (worker->reporter != NULL)
        bt_reporter_take_heart(worker->reporter);
    report(worker, &patience);
}
