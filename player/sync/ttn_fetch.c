/* The fetch: media into the cache, and the books of all that goes over the line for this source:
 * its own requests, what the talk and the broker used, and live streams. */
#include "player/sync/ttn.h"

#include "player/sync/traffic.h"
#include "playlists/sync/ttn/media.h"

#define SLICE_MS (30 * BT_SECOND_MS)
#define LOOK_MS BT_MINUTE_MS /* at the books, when nothing is to be fetched */
#define AGAIN_MS (5 * BT_SECOND_MS)

typedef struct {
    BtSyncTtn *ttn;
    BtTtnHands hands;
    BtTtnMedia *media;
    gboolean disk_failed; /* which was told */
    GHashTable *checked;  /* sha256 hashed since the start */
} Fetch;

static void on_event(const BtSyncEvent *event, gpointer user)
{
    const Fetch *fetch = user;
    bt_sync_voice_say(fetch->hands.voice, event);
}

/* What was used is written down before more of it comes. */
static void on_usage(const BtUsage *usage, gpointer user)
{
    const Fetch *fetch = user;
    g_autoptr(GError) failure = NULL;
    BtFacts *facts = fetch->hands.facts;
    const char *name = fetch->ttn->source->name;
    if (!bt_facts_begin(facts, &failure) || !bt_facts_put_usage(facts, name, usage, &failure) ||
        !bt_facts_commit(facts, &failure)) {
        g_message("%s: %s", name, failure->message);
        bt_facts_rollback(facts);
    }
}

/* ---- the books ---- */

static guint64 take_talked(BtSyncTtn *ttn, guint64 media_bytes)
{
    g_mutex_lock(&ttn->mutex);
    ttn->media_bytes = media_bytes;
    guint64 bytes = ttn->talked_bytes;
    ttn->talked_bytes = 0;
    g_mutex_unlock(&ttn->mutex);
    return bytes;
}

static void tell_time(Fetch *fetch)
{
    BtMoment at = bt_sync_role_moment(fetch->ttn->role);
    BtBudgetTime now = { at.wall_ms, at.mono_ms, at.trusted };
    guint64 more_bytes = take_talked(fetch->ttn, *bt_ttn_media_bytes(fetch->media)) +
        bt_sync_role_take_streamed(fetch->ttn->role, fetch->ttn->source);
    bt_books_set_time(bt_ttn_media_books(fetch->media), &now, more_bytes);
}

static void note_books(Fetch *fetch, const BtTtnMediaRound *round)
{
    BtSyncOutlook outlook;
    BtBacklog backlog = { .objects = round->objects,
        .bytes = { [BT_VALUE_PICTURE] = round->bytes } };
    if (!bt_books_outlook(bt_ttn_media_books(fetch->media), &backlog, &outlook))
        return;
    on_usage(&outlook.usage, fetch);
    char *words = bt_traffic_json(&outlook, &fetch->ttn->budget);
    g_mutex_lock(&fetch->ttn->mutex);
    g_free(fetch->ttn->outlook);
    fetch->ttn->outlook = words;
    g_mutex_unlock(&fetch->ttn->mutex);
}

static void open_media(Fetch *fetch)
{
    const BtConfigSource *source = fetch->ttn->source;
    BtTtnMediaOptions options = { .cache = fetch->hands.cache,
        .store = fetch->hands.store,
        .ca_path = source->ca_path,
        .insecure = (const char *const *)source->ttn->insecure_hosts,
        .max_bytes = source->ttn->media_max_bytes,
        .max_bytes_per_s = source->max_bytes_per_s,
        .slice_ms = SLICE_MS,
        .now = bt_sync_role_tls_now,
        .now_user = fetch->ttn->role,
        .on_event = on_event,
        .user = fetch };
    fetch->media = bt_ttn_media_new(&options);
    BtUsage usage = bt_facts_usage(fetch->hands.facts, source->name);
    BtBooksOptions books = { &fetch->ttn->budget, &usage, on_usage, on_event, fetch,
        bt_ttn_media_bytes(fetch->media) };
    bt_books_open(bt_ttn_media_books(fetch->media), &books);
}

/* ---- what rotted ---- */

/* Once a start each object is hashed from the disk, one a round: what rotted goes, and is fetched
 * again. */
static void check_one_object(Fetch *fetch)
{
    g_autoptr(GPtrArray) kept =
        bt_ttn_store_kept(fetch->hands.store, bt_ttn_now_ms(fetch->ttn), NULL);
    for (guint i = 0; kept != NULL && i < kept->len; i++) {
        const char *sha256 = ((const BtTtnKept *)g_ptr_array_index(kept, i))->asset;
        g_autoptr(GError) failure = NULL;
        if (sha256 == NULL || !g_hash_table_add(fetch->checked, g_strdup(sha256)))
            continue;
        if (!bt_cache_check_object(fetch->hands.cache, sha256, &failure) &&
            g_error_matches(failure, BT_ERROR, BT_ERROR_MISMATCH)) {
            g_hash_table_remove(fetch->checked, sha256);
            bt_ttn_say(&fetch->hands, "rotted", failure, sha256, NULL);
            bt_ttn_tell_desk(fetch->ttn, BT_TTN_NOTE_MEDIA, NULL, NULL);
        }
        return;
    }
}

/* ---- rounds ---- */

/* Until when to sleep, at most. */
static gint64 do_round(Fetch *fetch)
{
    g_autoptr(GError) failure = NULL;
    BtSyncTtn *ttn = fetch->ttn;
    BtTtnMediaStop stop = { &ttn->role->cancelled, &ttn->hurry };
    BtTtnMediaRound round;
    g_atomic_int_set(&ttn->hurry, 0);
    tell_time(fetch);
    gboolean ok = bt_ttn_media_round(fetch->media, bt_ttn_now_ms(ttn), &stop, &round, &failure);
    tell_time(fetch);
    note_books(fetch, &round);
    if (round.changed)
        bt_ttn_tell_desk(ttn, BT_TTN_NOTE_MEDIA, NULL, NULL);
    if (!ok && !fetch->disk_failed)
        g_warning("%s: %s", ttn->source->name, failure->message);
    fetch->disk_failed = !ok;
    if (!ok)
        return AGAIN_MS;
    return round.unfinished ? 0 : MIN(LOOK_MS, bt_ttn_real_ms_until(ttn, round.next_ms));
}

gpointer bt_ttn_fetch(gpointer data)
{
    Fetch fetch = { .ttn = data };
    guint64 seen = 0;
    if (!bt_ttn_hands_wait(fetch.ttn, &fetch.hands))
        return NULL;
    fetch.checked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    open_media(&fetch);
    while (!bt_ttn_is_over(fetch.ttn)) {
        gint64 pause_ms = do_round(&fetch);
        check_one_object(&fetch);
        bt_sync_voice_write(fetch.hands.voice);
        bt_ttn_sleep(fetch.ttn, &fetch.ttn->fetch_wakes, &seen, MAX(20, pause_ms));
    }
    bt_ttn_media_free(fetch.media);
    g_hash_table_unref(fetch.checked);
    bt_ttn_hands_close(&fetch.hands);
    return NULL;
}
