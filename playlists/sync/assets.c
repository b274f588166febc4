/* One asset. What a peer says about it is believed only as far as it saves bytes: a wrong length is
 * refused before the body, a validator that changed begins again, and the hash over what lies on
 * the disk decides. A download never holds up an alert: after a minute it pauses, if the peer lets
 * us go on where we stopped, so that now.json is asked in between. */
#include "playlists/sync/private.h"

#include <string.h>

#define MAX_TRIES 2 /* as it stands, and once more from the start */

typedef struct {
    BtRound *round;
    const BtStep *step;
    BtIncoming *incoming;
    gboolean again;     /* the file changed: once more, from the start */
    gboolean resumable; /* stopping costs nothing */
    gboolean paused;
} Arrival;

static gboolean is_time_up(const BtRound *round)
{
    return bt_sync_mono_ms() >= round->slice_ends_ms;
}

/* ---- the answer ---- */

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
    return TRUE;
}

static gboolean go_on(Arrival *a, const BtAnswer *answer, GError **error)
{
    const char *ours = bt_incoming_etag(a->incoming);
    if (answer->from != bt_incoming_offset(a->incoming) ||
        (*ours && is_strong(answer->tag) && strcmp(ours, answer->tag) != 0))
        return ask_again(a, error);
    bt_sync_tell(a->round->sync, "resumed", NULL, a->step->sha256, "at byte %" G_GUINT64_FORMAT,
        answer->from);
    return TRUE;
}

static gboolean on_begin(const BtAnswer *answer, gpointer user, GError **error)
{
    Arrival *a = user;
    /* The length first: a portal's page must not cost us the half that is here. */
    if (!check_length(a, answer, error))
        return FALSE;
    if (answer->status == 206 && !go_on(a, answer, error))
        return FALSE;
    if (answer->status != 206 && bt_incoming_offset(a->incoming) > 0 && !begin_again(a, error))
        return FALSE;
    a->resumable = answer->resumable;
    return bt_incoming_set_etag(a->incoming, is_strong(answer->tag) ? answer->tag : "", error);
}

static gboolean on_write(const void *data, gsize size_bytes, gpointer user, GError **error)
{
    Arrival *a = user;
    if (!bt_incoming_write(a->incoming, data, size_bytes, error))
        return FALSE;
    if (!a->resumable || !is_time_up(a->round) ||
        bt_incoming_offset(a->incoming) == a->step->size_bytes)
        return TRUE;
    a->paused = TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_TIMEOUT, "asset %s: pauses for a poll", a->step->sha256);
    return FALSE;
}

/* ---- asking ---- */

static gboolean ask_once(Arrival *a, GError **error)
{
    BtTransport *transport = a->round->sync->transport;
    g_autofree char *path = g_strconcat("/v1/assets/", a->step->sha256, NULL);
    guint64 offset = bt_incoming_offset(a->incoming);
    BtSink sink = { on_begin, on_write, a };
    BtAnswer answer;
    BtGet get = { .path = path,
        .offset = offset,
        .if_range = bt_incoming_etag(a->incoming),
        .max_bytes = a->step->size_bytes };
    a->again = FALSE;
    if (!transport->get(transport, &get, &sink, &answer, error))
        return FALSE;
    if (answer.status == 416 && offset > 0)
        return ask_again(a, error);
    if (answer.status == 200 || answer.status == 206)
        return TRUE;
    bt_answer_fail(&answer, path, error);
    return FALSE;
}

static gboolean receive(Arrival *a, GError **error)
{
    for (int tries = 0; bt_incoming_offset(a->incoming) < a->step->size_bytes; tries++) {
        g_autoptr(GError) why = NULL;
        if (ask_once(a, &why))
            return TRUE;
        if (!a->again || tries + 1 >= MAX_TRIES) {
            g_propagate_error(error, g_steal_pointer(&why));
            return FALSE;
        }
        if (!begin_again(a, error))
            return FALSE;
    }
    return TRUE; /* all of it was here already */
}

/* Bytes beyond the promised size prove that those before them were another file's. */
static void stop_arrival(Arrival *a, const GError *why)
{
    if (g_error_matches(why, BT_ERROR, BT_ERROR_LIMIT))
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
    if (!may_begin(round, step))
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
