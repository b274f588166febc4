#include "player/facts/reporter.h"

#include "playlists/sync/pace.h"

#define SLICE_MS (10 * BT_SECOND_MS) /* then polling has its turn */
#define BATCH_FIRST_BYTES (32 * 1024)
#define BATCH_FAST_MS (10 * BT_SECOND_MS) /* the next may be larger: some round trips */
#define BATCH_SLOW_MS (30 * BT_SECOND_MS) /* the next had better be smaller */

struct BtReporter {
    BtSync *sync;
    BtFacts *facts;
    BtReporterDate date;
    gpointer user; /* of date */
    char *who;
    guint failures; /* in a row */
    guint64 waits;  /* so far */
    gint64 after_real_ms;
    gsize batch_bytes; /* what the line takes in a while */
    gboolean has_more;
};

BtReporter *bt_reporter_new(
    BtSync *sync, BtFacts *facts, const char *who, BtReporterDate date, gpointer user)
{
    BtReporter *reporter = g_new0(BtReporter, 1);
    reporter->sync = sync;
    reporter->facts = facts;
    reporter->date = date;
    reporter->user = user;
    reporter->who = g_strconcat(who, " reports", NULL);
    reporter->batch_bytes = BATCH_FIRST_BYTES;
    return reporter;
}

void bt_reporter_free(BtReporter *reporter)
{
    if (reporter == NULL)
        return;
    g_free(reporter->who);
    g_free(reporter);
}

static gint64 real_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

static void take_reply(BtReporter *reporter, BtPushReply *reply)
{
    GHashTableIter iter;
    gpointer id, reason;
    for (guint i = 0; i + 1 < reply->accepted->len; i += 2)
        bt_facts_accept(reporter->facts, g_array_index(reply->accepted, gint64, i),
            g_array_index(reply->accepted, gint64, i + 1), NULL);
    g_hash_table_iter_init(&iter, reply->refused);
    while (g_hash_table_iter_next(&iter, &id, &reason))
        bt_facts_refuse(reporter->facts, id, reason, NULL);
}

/* A batch is large and a static server never takes one: it is offered less and less often. */
static void wait_a_while(BtReporter *reporter, gint64 asked_ms)
{
    reporter->failures++;
    gint64 wait_ms = bt_pace_retry_ms(
        reporter->who, reporter->waits++, reporter->failures, BT_PACE_RETRY_MAX_MS);
    reporter->after_real_ms = real_ms() + MAX(asked_ms, wait_ms);
}

void bt_reporter_take_heart(BtReporter *reporter)
{
    reporter->failures = 0;
    reporter->after_real_ms = 0;
}

/* Of a poor line a large batch asks too much: it is cut before it is through, and all of it is sent
 * again. So batches grow while they go fast, and shrink while they do not. */
static void fit_batch(BtReporter *reporter, gboolean pushed, gint64 took_ms)
{
    gsize bytes = reporter->batch_bytes;
    if (!pushed || took_ms > BATCH_SLOW_MS)
        bytes /= 2;
    else if (took_ms < BATCH_FAST_MS)
        bytes *= 2;
    reporter->batch_bytes = CLAMP(bytes, BT_BATCH_MIN_BYTES, BT_BATCH_MAX_BYTES);
}

static gboolean push_batch(BtReporter *reporter, GBytes *batch, const BtPatience *patience)
{
    BtPushReply reply = { 0 };
    g_autoptr(GError) failure = NULL;
    gint64 began_ms = real_ms();
    gboolean pushed = bt_sync_push(
        reporter->sync, batch, reporter->date(reporter->user), patience, &reply, &failure);
    fit_batch(reporter, pushed, real_ms() - began_ms);
    if (pushed) {
        take_reply(reporter, &reply);
        bt_reporter_take_heart(reporter);
    } else {
        g_debug("%s wait: %s", reporter->who, failure->message);
        wait_a_while(reporter, reply.retry_after_ms);
    }
    bt_push_reply_clear(&reply);
    return pushed;
}

/* TRUE: it went, and there was more than had room. What was noted since waits for the next time: on
 * a line with long ways there would always be some. */
static gboolean push_some(BtReporter *reporter, const BtPatience *patience)
{
    gsize room_bytes = reporter->batch_bytes;
    g_autoptr(GBytes) batch = bt_facts_batch(reporter->facts, room_bytes, NULL);
    return batch != NULL && push_batch(reporter, batch, patience) &&
        g_bytes_get_size(batch) + BT_FACT_MAX_BYTES > room_bytes;
}

void bt_reporter_push(BtReporter *reporter, const BtPatience *patience)
{
    gint64 until_ms = real_ms() + MIN(SLICE_MS, patience->limit_ms);
    reporter->has_more = real_ms() >= reporter->after_real_ms;
    while (reporter->has_more && real_ms() < until_ms)
        reporter->has_more = push_some(reporter, patience);
}

gboolean bt_reporter_has_more(const BtReporter *reporter)
{
    return reporter->has_more;
}
