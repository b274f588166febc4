/* The time, for sync: it carries the question of show to the source and the answer back, and keeps
 * a time of its own by the same answer, for certificates, dates and what has surely expired. */
#include "player/sync/role.h"

#include "base/error.h"

/* How long a signed time is good for: the monotonic clock drifts by 4 s in it, at its worst. */
#define TIME_EVERY_MS BT_HOUR_MS
#define TIME_RETRY_MS BT_MINUTE_MS
#define TIME_NONE_MS (6 * BT_HOUR_MS) /* a source that tells no time is asked again so seldom */
/* A late answer is worth nothing, but the round goes by the connection that was made for it. */
#define ASK_LIMIT_MS (20 * BT_SECOND_MS)
#define NONCE_WAIT_US (2 * G_USEC_PER_SEC)
/* What show wrote down under a clock that nobody trusts it moves when the time is known; reports
 * wait for that, but not for ever: a board that tells nothing is thought dead. */
#define MOVE_WAIT_MS (2 * BT_SECOND_MS)
#define UNTRUSTED_WAIT_MS (10 * BT_MINUTE_MS)

static gint64 real_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

void bt_sync_role_start_time(BtSyncRole *role)
{
    g_autofree char *ledger = bt_config_state_path(role->config, "ledger.db");
    g_autoptr(BtFacts) facts = bt_facts_open(ledger, NULL);
    BtLife life;
    gboolean lived = facts != NULL && bt_facts_life(facts, &life);
    role->time = bt_timekeeper_start(
        &role->options->clock, role->config->trust_system_clock, lived ? life.seen_ms : 0, NULL);
}

/* ---- what is known ---- */

/* Under time_mutex. */
static void renew(BtSyncRole *role)
{
    gboolean was_trusted = role->time.trusted;
    bt_timekeeper_renew(&role->time);
    if (role->time.trusted && !was_trusted)
        role->moved_by_real_ms = real_ms() + MOVE_WAIT_MS;
}

static BtTimekeeper renewed_time(BtSyncRole *role)
{
    g_mutex_lock(&role->time_mutex);
    renew(role);
    BtTimekeeper time = role->time;
    g_mutex_unlock(&role->time_mutex);
    return time;
}

gint64 bt_sync_role_now_ms(BtSyncRole *role)
{
    BtTimekeeper time = renewed_time(role);
    return bt_timekeeper_show_ms(&time);
}

BtMoment bt_sync_role_moment(BtSyncRole *role)
{
    BtTimekeeper time = renewed_time(role);
    return (BtMoment){ bt_timekeeper_show_ms(&time), bt_clock_mono_ms(&time.clock), time.trusted };
}

/* BtSyncNow. Certificates are of the real world, whatever a virtual clock says. */
gint64 bt_sync_role_tls_now(gboolean *known, gpointer user)
{
    BtTimekeeper time = renewed_time(user);
    *known = time.trusted || time.clock.is_virtual;
    return time.clock.is_virtual ? g_get_real_time() / 1000 : bt_timekeeper_surely_past_ms(&time);
}

gint64 bt_sync_role_surely_past_ms(BtSyncRole *role)
{
    BtTimekeeper time = renewed_time(role);
    return bt_timekeeper_surely_past_ms(&time);
}

gboolean bt_sync_role_waits_for_time(BtSyncWorker *worker)
{
    BtSyncRole *role = worker->role;
    gint64 until_ms = worker->tells_no_time ? 0 : worker->started_real_ms + UNTRUSTED_WAIT_MS;
    g_mutex_lock(&role->time_mutex);
    renew(role);
    if (role->time.trusted)
        until_ms = role->moved_by_real_ms;
    g_mutex_unlock(&role->time_mutex);
    return real_ms() < until_ms;
}

/* As show does: what was in the cache at the start says nothing of today. */
void bt_sync_role_learn_issued(BtSyncWorker *worker)
{
    BtSyncRole *role = worker->role;
    gint64 issued_ms = bt_sync_issued_ms(worker->sync);
    g_mutex_lock(&role->time_mutex);
    bt_timekeeper_raise_floor(&role->time, issued_ms);
    if (worker->issued_ms > 0 && issued_ms > worker->issued_ms)
        bt_timekeeper_take_issued(&role->time, issued_ms);
    g_mutex_unlock(&role->time_mutex);
    worker->issued_ms = MAX(worker->issued_ms, issued_ms);
}

/* ---- asking ---- */

static gint64 mono_ms(const BtSyncRole *role)
{
    return bt_clock_mono_ms(&role->options->clock);
}

static gboolean take_wish(BtSyncRole *role)
{
    g_mutex_lock(&role->mutex);
    gboolean wanted = role->time_wanted;
    role->time_wanted = FALSE;
    g_mutex_unlock(&role->mutex);
    return wanted;
}

static gboolean time_is_due(const BtSyncWorker *worker)
{
    BtSyncRole *role = worker->role;
    const BtClock *clock = &role->options->clock;
    return worker->source == bt_config_report_source(role->config) &&
        (!clock->is_virtual || clock->is_doubtful) &&
        (mono_ms(role) >= worker->ask_time_after_ms || (take_wish(role) && !worker->tells_no_time));
}

/* Show makes the nonce and measures the way from there, so this asks for it when it can go on at
 * once. FALSE: there is no show just now. */
static gboolean get_nonce(BtSyncRole *role, BtNonce *nonce)
{
    gint64 until_us = g_get_monotonic_time() + NONCE_WAIT_US;
    g_mutex_lock(&role->mutex);
    *role->nonce.hex = '\0';
    g_mutex_unlock(&role->mutex);
    bt_sync_role_tell(role, BT_ROLE_TIME_ASK);
    g_mutex_lock(&role->mutex);
    while (*role->nonce.hex == '\0' && !g_atomic_int_get(&role->cancelled) &&
        g_cond_wait_until(&role->wake, &role->mutex, until_us))
        ;
    *nonce = role->nonce;
    g_mutex_unlock(&role->mutex);
    return *nonce->hex != '\0';
}

/* What show will verify is verified here too: certificates and dates of this role rest on it. */
static gboolean take_time(
    BtSyncWorker *worker, GBytes *envelope, const BtNonce *nonce, gint64 asked_ms, GError **error)
{
    BtSyncRole *role = worker->role;
    gint64 heard_ms = mono_ms(role), utc_ms;
    BtTimekeeper time = renewed_time(role);
    if (!bt_sync_verify_time(
            worker->sync, envelope, nonce, bt_timekeeper_signed_floor_ms(&time), &utc_ms, error))
        return FALSE;
    g_mutex_lock(&role->time_mutex);
    gboolean in_time = bt_timekeeper_take_signed(&role->time, utc_ms, asked_ms, heard_ms);
    g_mutex_unlock(&role->time_mutex);
    if (!in_time)
        g_set_error(error, BT_ERROR, BT_ERROR_TIMEOUT, "time: the answer took too long");
    return in_time &&
        bt_cache_write_document(worker->cache, worker->source->name, "time.json", envelope, error);
}

void bt_sync_role_ask_time(BtSyncWorker *worker)
{
    BtSyncRole *role = worker->role;
    BtPatience patience = { .limit_ms = ASK_LIMIT_MS, .cancelled = &role->cancelled };
    BtNonce nonce;
    GError *failure = NULL;
    g_autoptr(GBytes) envelope = NULL;
    if (!time_is_due(worker) || !get_nonce(role, &nonce))
        return;
    gint64 asked_ms = mono_ms(role), wait_ms = TIME_EVERY_MS;
    worker->tells_no_time = FALSE;
    if (bt_sync_ask_time(worker->sync, &nonce, &patience, &envelope, &failure) &&
        take_time(worker, envelope, &nonce, asked_ms, &failure))
        bt_sync_role_tell(role, BT_ROLE_TIME);
    if (failure != NULL) {
        worker->tells_no_time = g_error_matches(failure, BT_ERROR, BT_ERROR_NOT_FOUND);
        wait_ms = worker->tells_no_time      ? TIME_NONE_MS
            : bt_sync_is_of_the_way(failure) ? 0
                                             : TIME_RETRY_MS;
        g_debug("%s: %s", worker->source->name, failure->message);
        g_error_free(failure);
    }
    worker->ask_time_after_ms = mono_ms(role) + wait_ms;
}

/* Not a reason for a round: whoever waits for the nonce looks for it alone. */
void bt_sync_role_take_nonce(BtSyncRole *role, const BtNonce *nonce)
{
    g_mutex_lock(&role->mutex);
    role->nonce = *nonce;
    role->nonce.hex[sizeof role->nonce.hex - 1] = '\0';
    g_cond_broadcast(&role->wake);
    g_mutex_unlock(&role->mutex);
}

void bt_sync_role_want_time(BtSyncRole *role)
{
    g_mutex_lock(&role->mutex);
    role->time_wanted = TRUE;
    g_mutex_unlock(&role->mutex);
    bt_sync_role_wake(role);
}
