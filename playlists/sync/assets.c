/* One asset. What a peer says about it is believed only as far as it saves bytes: a wrong length is
 * refused before the body, a validator that changed begins again, and the hash over what lies on
 * the disk decides. A download never holds up an alert: after a minute it pauses, if the peer lets
 * us go on where we stopped, so that now.json is asked in between; else it is asked beside it, and
 * what came is given up only for something urgent. What the budget does not give is not asked for:
 * a range ends where the money does. */
#include "playlists/sync/private.h"

#include <string.h>

#define MAX_TRIES 2 /* as it stands, and once more from the start */

typedef struct {
    BtRound *round;
    const BtStep *step;
    BtIncoming *incoming;
    guint64 allowed;    /* bytes that this request may bring */
    guint64 got;        /* bytes that it brought */
    gboolean again;     /* the file changed: once more, from the start */
    gboolean resumable; /* stopping costs nothing */
    gboolean partial;   /* the answer may end before the whole */
    gboolean resumed;   /* a range came */
    gboolean paused;
    gboolean waits; /* for the budget */
} Arrival;

static gboolean is_time_up(const BtRound *round)
{
    return bt_sync_mono_ms() >= round->slice_ends_ms;
}

/* ---- the answer ---- */

static guint64 missing_bytes(const Arrival *a)
{
    return a->step->size_bytes - bt_incoming_offset(a->incoming);
}

/* How much may come now; FALSE: nothing. */
static gboolean ask_budget(Arrival *a)
{
    a->allowed = bt_costs_allow(a->round, a->step, missing_bytes(a));
    a->waits = a->allowed == 0;
    return !a->waits;
}

/* Only a strong validator says that the bytes are the same. */
static gboolean is_strong(const char *tag)
{
    return tag[0] == '"';
}

static gboolean check_length(const Arrival *a, const BtAnswer *answer, GError **error)
{
    if (answer->total_bytes < 0 || (guint64)answer->total_bytes == a->step->size_bytes)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_MISMATCH,
        "asset %s: the peer has %" G_GINT64_FORMAT " bytes: expected %" G_GUINT64_FORMAT,
        a->step->sha256, answer->total_bytes, a->step->size_bytes);
    return FALSE;
}

static gboolean ask_again(Arrival *a, GError **error)
{
    a->again = TRUE;
    g_set_error(
        error, BT_ERROR, BT_ERROR_NETWORK, "asset %s: the file changed meanwhile", a->step->sha256);
    return FALSE;
}

static gboolean begin_again(Arrival *a, GError **error)
{
    if (!bt_incoming_restart(a->incoming, error))
        return FALSE;
    bt_sync_tell(a->round->sync, "restarted", NULL, a->step->sha256,
        "the file changed meanwhile, or the peer cannot go on");
    (void)ask_budget(a);
    return TRUE;
}

static gboolean go_on(Arrival *a, const BtAnswer *answer, GError **error)
{
    const char *ours = bt_incoming_etag(a->incoming);
    if (answer->from != bt_incoming_offset(a->incoming) ||
        (*ours && is_strong(answer->tag) && strcmp(ours, answer->tag) != 0))
        return ask_again(a, error);
    a->partial = TRUE;
    if (answer->from > 0 && !a->resumed)
        bt_sync_tell(a->round->sync, "resumed", NULL, a->step->sha256, "at byte %" G_GUINT64_FORMAT,
            answer->from);
    a->resumed = TRUE;
    return TRUE;
}

static gboolean fail_waiting(Arrival *a, GError **error)
{
    a->waits = TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "asset %s: waits for the budget", a->step->sha256);
    return FALSE;
}

static gboolean on_begin(const BtAnswer *answer, gpointer user, GError **error)
{
    Arrival *a = user;
    /* The length first: a portal's page must not cost us the half that is here. */
    if (!check_length(a, answer, error))
        return FALSE;
    if (answer->status == 206 && !go_on(a, answer, error))
        return FALSE;
    a->resumable = answer->resumable;
    guint64 whole = a->step->size_bytes;
    if (!a->resumable && bt_costs_allow(a->round, a->step, whole) < whole) {
        /* More would come than may, and could not be stopped without losing it. */
        bt_books_note_whole_only(&a->round->sync->books, a->step->sha256);
        return fail_waiting(a, error);
    }
    if (answer->status != 206 && bt_incoming_offset(a->incoming) > 0 && !begin_again(a, error))
        return FALSE;
    return bt_incoming_set_etag(a->incoming, is_strong(answer->tag) ? answer->tag : "", error);
}

static gboolean pause_arrival(Arrival *a, GError **error)
{
    a->paused = TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_TIMEOUT, "asset %s: pauses for a poll", a->step->sha256);
    return FALSE;
}

static gboolean on_write(const void *data, gsize size_bytes, gpointer user, GError **error)
{
    Arrival *a = user;
    a->got += size_bytes;
    bt_books_promise(&a->round->sync->books, a->got);
    if (!bt_incoming_write(a->incoming, data, size_bytes, error))
        return FALSE;
    gboolean spent = a->got > a->allowed; /* a peer that sends more than the range */
    if (!(spent || is_time_up(a->round)) || bt_incoming_offset(a->incoming) == a->step->size_bytes)
        return TRUE;
    if (a->resumable || bt_now_look_aside(a->round))
        return pause_arrival(a, error);
    a->round->slice_ends_ms = bt_sync_mono_ms() + a->round->sync->slice_ms;
    return TRUE;
}

/* ---- asking ---- */

static gboolean check_status(Arrival *a, const BtAnswer *answer, const char *path, GError **error)
{
    if (answer->status == 416 && bt_incoming_offset(a->incoming) > 0)
        return ask_again(a, error);
    if (answer->status == 200 || answer->status == 206)
        return TRUE;
    bt_answer_fail(answer, path, error);
    return FALSE;
}

static gboolean ask_once(Arrival *a, GError **error)
{
    BtTransport *transport = a->round->sync->transport;
    g_autofree char *path = g_strconcat("/v1/assets/", a->step->sha256, NULL);
    BtSink sink = { on_begin, on_write, a };
    BtAnswer answer;
    BtGet get = { .path = path,
        .offset = bt_incoming_offset(a->incoming),
        .length = a->allowed < missing_bytes(a) ? a->allowed : 0,
        .if_range = bt_incoming_etag(a->incoming),
        .max_bytes = a->step->size_bytes };
    gint64 began_ms = bt_sync_mono_ms();
    a->again = a->partial = FALSE;
    a->got = 0;
    bt_books_promise(&a->round->sync->books, 0);
    gboolean answered = transport->get(transport, &get, &sink, &answer, error);
    bt_books_count(&a->round->sync->books, a->got, bt_sync_mono_ms() - began_ms);
    return answered && check_status(a, &answer, path, error);
}

/* A part came as it was promised, or as the peer likes to give them: the next one. */
static gboolean go_on_with_rest(Arrival *a, GError **error)
{
    if (is_time_up(a->round))
        return pause_arrival(a, error);
    return ask_budget(a) || fail_waiting(a, error);
}

static gboolean receive(Arrival *a, GError **error)
{
    for (int tries = 0; missing_bytes(a) > 0 && !a->waits;) {
        g_autoptr(GError) why = NULL;
        guint64 before = missing_bytes(a);
        if (ask_once(a, &why)) {
            if (!a->partial || missing_bytes(a) == 0 || missing_bytes(a) == before)
                return TRUE; /* the hash tells what it was */
            if (!go_on_with_rest(a, error))
                return FALSE;
            continue;
        }
        if (!a->again || ++tries >= MAX_TRIES) {
            g_propagate_error(error, g_steal_pointer(&why));
            return FALSE;
        }
        if (!begin_again(a, error))
            return FALSE;
    }
    return !a->waits || fail_waiting(a, error); /* else all of it was here already */
}

/* Bytes beyond the promised size prove that those before them were another file's. */
static void stop_arrival(Arrival *a, const GError *why)
{
    if (!a->waits && g_error_matches(why, BT_ERROR, BT_ERROR_LIMIT))
        (void)bt_incoming_restart(a->incoming, NULL);
    bt_incoming_pause(a->incoming);
}

static gboolean fail_asset(Arrival *a, GError *why)
{
    if (a->paused) {
        g_error_free(why);
        a->round->sync->unfinished = a->round->stopped = TRUE;
        return FALSE;
    }
    if (a->waits) {
        g_error_free(why);
        return FALSE;
    }
    bt_miss_note(a->round->sync, a->step->sha256, why);
    return bt_round_fail(a->round, a->step->sha256, why);
}

static gboolean may_begin(BtRound *round, const BtStep *step)
{
    if (round->began_asset && is_time_up(round)) {
        round->sync->unfinished = round->stopped = TRUE;
        return FALSE;
    }
    if (bt_miss_must_wait(round, step->sha256))
        return FALSE;
    round->began_asset = TRUE;
    return TRUE;
}

gboolean bt_asset_fetch(BtRound *round, const BtStep *step)
{
    BtSync *sync = round->sync;
    Arrival a = { .round = round, .step = step };
    GError *why = NULL;
    guint64 here = MIN(bt_cache_incoming_bytes(sync->cache, step->sha256), step->size_bytes);
    if (!may_begin(round, step))
        return FALSE;
    a.allowed = bt_costs_allow(round, step, step->size_bytes - here);
    if (a.allowed == 0 && here < step->size_bytes)
        return FALSE;
    a.incoming = bt_cache_begin(sync->cache, step->sha256, step->size_bytes, &why);
    if (!a.incoming)
        return fail_asset(&a, why);
    if (!receive(&a, &why)) {
        stop_arrival(&a, why);
        return fail_asset(&a, why);
    }
    if (!bt_incoming_commit(a.incoming, &why))
        return fail_asset(&a, why);
    bt_miss_forget(sync, step->sha256);
    bt_sync_tell(
        sync, "fetched", NULL, step->sha256, "%" G_GUINT64_FORMAT " bytes", step->size_bytes);
    return TRUE;
}
