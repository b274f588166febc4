/* A round asks what is newest and then works down a plan; each thing it finds wrong is told and
 * left out, and what was ready stays ready. Only the network, the disk and the end of the slice
 * stop a round as a whole: for those the next step would fare no better. */
#include "playlists/sync/places.h"
#include "playlists/sync/private.h"

#include <string.h>

#define MANIFEST_MAX_BYTES BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES)

/* ---- telling ---- */

void bt_sync_tell(
    BtSync *sync, const char *type, const GError *why, const char *what, const char *format, ...)
{
    if (!sync->on_event)
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    BtSyncEvent event = { type, why ? bt_error_reason(why) : "", (char *)what, message };
    sync->on_event(&event, sync->user);
}

gboolean bt_sync_is_code(const GError *why, BtError code)
{
    return g_error_matches(why, BT_ERROR, (gint)code);
}

gboolean bt_sync_is_of_the_way(const GError *why)
{
    return bt_sync_is_code(why, BT_ERROR_NETWORK) || bt_sync_is_code(why, BT_ERROR_TIMEOUT) ||
        bt_sync_is_code(why, BT_ERROR_CAPTIVE) || bt_sync_is_code(why, BT_ERROR_IO);
}

gint64 bt_sync_mono_ms(void)
{
    BtClock clock = bt_clock_real();
    return bt_clock_mono_ms(&clock);
}

/* What is refused may have been the answer to another question: where a proxy slips one in, all
 * that follow by the same connection are of the question before. */
gboolean bt_round_fail(BtRound *round, const char *what, GError *why)
{
    gboolean missing = bt_sync_is_code(why, BT_ERROR_NOT_FOUND);
    gboolean refused = !bt_sync_is_of_the_way(why) && !missing;
    bt_sync_tell(round->sync, refused ? "refused" : "skipped", why, what, "%s", why->message);
    round->sync->transport->fresh = round->sync->transport->fresh || refused;
    round->stopped = round->stopped || bt_sync_is_of_the_way(why);
    if (round->error)
        g_error_free(why);
    else
        round->error = why;
    return FALSE;
}

/* ---- where it is met ---- */

static void set_places(const BtSync *sync, BtTransport *transport)
{
    bt_places_set_hosts(
        transport, sync->rooted ? bt_trust_root(sync->trust)->hosts : NULL, sync->met);
}

/* Worth a word: at home nobody answers, or somebody does again. */
static void tell_place(BtSync *sync)
{
    const char *host = bt_places_now(sync->transport);
    if (!sync->heard || strcmp(host, sync->place ? sync->place : "") == 0)
        return;
    g_free(sync->place);
    sync->place = g_strdup(host);
    bt_sync_tell(sync, "place", NULL, *host ? host : sync->source.base, "is where %s answers",
        sync->source.name);
}

/* ---- the round ---- */

static void run_step(BtRound *round, const BtStep *step)
{
    if (step->kind == BT_STEP_ROOT)
        bt_now_follow_root(round);
    else if (step->kind == BT_STEP_ALERT)
        bt_follow(round, BT_FOLLOW_ALERT, step->sha256);
    else if (step->kind == BT_STEP_ORDER)
        bt_follow_order(round, step->sha256);
    else
        bt_follow(round, BT_FOLLOW_MANIFEST, step->sha256);
}

static void run_plan(BtRound *round)
{
    BtSync *sync = round->sync;
    g_autoptr(GArray) steps = bt_plan_documents(sync->now, bt_trust_root(sync->trust)->version);
    for (guint i = 0; i < steps->len && !round->stopped; i++)
        run_step(round, &g_array_index(steps, BtStep, i));
}

/* What came wrong may have been the portal's. */
static void forget_portal(BtSync *sync)
{
    if (sync->captive)
        g_hash_table_remove_all(sync->misses);
    sync->captive = FALSE;
}

BtSyncResult bt_sync_round(
    BtSync *sync, gint64 trusted_now_ms, volatile gint *cancelled, GError **error)
{
    BtRound round = { .sync = sync,
        .trusted_now_ms = trusted_now_ms,
        .slice_ends_ms = bt_sync_mono_ms() + sync->slice_ms };
    sync->unfinished = sync->heard = FALSE;
    g_clear_error(&sync->trouble);
    sync->books.waits = (BtMay){ 0 };
    sync->transport->cancelled = cancelled;
    sync->transport->trusted_now_ms = trusted_now_ms;
    sync->transport->asked_ms = 0;
    set_places(sync, sync->transport);
    bt_roots_mend(&round);
    bt_state_mend(&round);
    sync->heard = !round.stopped && bt_roots_find_first(&round) && bt_now_poll(&round);
    if (sync->heard) {
        forget_portal(sync);
        run_plan(&round);
    }
    sync->captive = sync->captive || bt_sync_is_code(round.error, BT_ERROR_CAPTIVE);
    sync->transport->cancelled = NULL;
    sync->trouble = round.error;
    tell_place(sync);
    if (sync->heard)
        bt_state_keep_met(sync, sync->transport->met);
    if (round.changed || !round.error)
        return round.changed ? BT_SYNC_NEW : BT_SYNC_UNCHANGED;
    g_propagate_error(error, g_error_copy(round.error));
    return BT_SYNC_FAILED;
}

gboolean bt_sync_has_heard(const BtSync *sync)
{
    return sync->heard;
}

const GError *bt_sync_trouble(const BtSync *sync)
{
    return sync->trouble;
}

gboolean bt_sync_is_unfinished(const BtSync *sync)
{
    return sync->unfinished;
}

gint64 bt_sync_asked_ms(const BtSync *sync)
{
    return sync->transport->asked_ms;
}

gboolean bt_sync_has_ready(const BtSync *sync)
{
    return *sync->followed[BT_FOLLOW_MANIFEST].ready != '\0';
}

gint64 bt_sync_issued_ms(const BtSync *sync)
{
    return sync->now ? sync->now->issued_ms : 0;
}

guint64 bt_sync_bytes(const BtSync *sync)
{
    return sync->transport->bytes;
}

/* ---- what must stay ---- */

/* A document that is gone will never say what it needed; if it is needed itself, it comes again. */
static gboolean is_gone(const GError *why)
{
    return bt_sync_is_code(why, BT_ERROR_NOT_FOUND) || bt_sync_is_code(why, BT_ERROR_MISMATCH);
}

/* From our own cache, by its hash: nothing here is believed, only kept. */
static gboolean add_needed(BtSync *sync, GHashTable *keep, const char *sha256, gboolean may_be_gone)
{
    g_autoptr(GError) why = NULL;
    if (!*sha256)
        return TRUE;
    g_hash_table_add(keep, g_strdup(sha256));
    g_autoptr(GBytes) envelope =
        bt_cache_read_object(sync->cache, sha256, MANIFEST_MAX_BYTES, &why);
    if (!envelope)
        return may_be_gone && is_gone(why);
    g_autoptr(GBytes) payload =
        envelope ? bt_envelope_peek(envelope, sha256, BT_MANIFEST_MAX_BYTES, NULL) : NULL;
    g_autoptr(BtManifest) manifest = payload ? bt_manifest_parse(g_bytes_get_data(payload, NULL),
                                                   g_bytes_get_size(payload), sha256, NULL)
                                             : NULL;
    if (!manifest)
        return TRUE;
    g_autoptr(GArray) assets = bt_plan_assets(manifest, BT_TIME_MIN);
    for (guint i = 0; i < assets->len; i++)
        g_hash_table_add(keep, g_strdup(g_array_index(assets, BtStep, i).sha256));
    return TRUE;
}

gboolean bt_sync_add_needed(BtSync *sync, GHashTable *keep)
{
    gboolean known = TRUE;
    for (int which = 0; which < BT_N_FOLLOWED; which++) {
        known = add_needed(sync, keep, sync->followed[which].ready, FALSE) && known;
        known = add_needed(sync, keep, sync->followed[which].before, TRUE) && known;
        known = add_needed(sync, keep, sync->followed[which].sha256, TRUE) && known;
    }
    if (*sync->order_ready)
        g_hash_table_add(keep, g_strdup(sync->order_ready));
    if (sync->now) {
        known = add_needed(sync, keep, sync->now->alert, TRUE) && known;
        known = add_needed(sync, keep, sync->now->manifest, TRUE) && known;
    }
    return known;
}

guint64 bt_sync_missing_bytes(BtSync *sync)
{
    guint64 bytes = 0;
    for (int which = 0; which < BT_N_FOLLOWED; which++) {
        const GArray *assets = sync->followed[which].assets;
        for (guint i = 0; assets && i < assets->len; i++) {
            const BtStep *step = &g_array_index(assets, BtStep, i);
            if (!bt_cache_has(sync->cache, step->sha256))
                bytes += step->size_bytes;
        }
    }
    return bytes;
}

/* ---- life ---- */

gboolean bt_sync_check_screen(const char *screen, GError **error)
{
    gsize length = screen ? strlen(screen) : 0;
    gboolean fits = length > 0 && length <= BT_ID_MAX_BYTES && screen[0] != '.';
    for (gsize i = 0; fits && i < length; i++)
        fits = g_ascii_isalnum(screen[i]) || strchr("._-", screen[i]);
    if (!fits)
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "\"%.80s\" is no id of a screen: expected [A-Za-z0-9._-]", screen ? screen : "");
    return fits;
}

char *bt_base_copy(const char *base)
{
    char *copy = g_strdup(base);
    for (gsize length = strlen(copy); length > 0 && copy[length - 1] == '/'; length--)
        copy[length - 1] = '\0';
    return copy;
}

static BtSyncSource copy_source(const BtSyncSource *source)
{
    BtSyncSource copy = *source;
    copy.name = g_strdup(source->name);
    copy.base = bt_base_copy(source->base);
    copy.source_id = g_strdup(source->source_id ? source->source_id : "");
    copy.screen = g_strdup(source->screen);
    copy.root_path = g_strdup(source->root_path);
    copy.root_fingerprint = g_strdup(source->root_fingerprint);
    copy.ca_path = g_strdup(source->ca_path);
    copy.pin = g_strdup(source->pin);
    return copy;
}

static void free_source(BtSyncSource *source)
{
    const char *strings[] = { source->name, source->base, source->source_id, source->screen,
        source->root_path, source->root_fingerprint, source->ca_path, source->pin };
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free((char *)strings[i]);
}

static BtTransport *new_transport(const BtSyncSource *source, guint low_speed_s, GError **error)
{
    BtTransportOptions options = { .base = source->base,
        .ca_path = source->ca_path,
        .pin = source->pin,
        .insecure_host = source->insecure_host,
        .max_bytes_per_s = source->max_bytes_per_s,
        .low_speed_s = low_speed_s,
        .now = source->now,
        .now_user = source->now_user };
    return bt_places_new(&options, error);
}

BtTransport *bt_sync_another_transport(const BtSync *sync)
{
    BtTransport *transport = new_transport(&sync->source, sync->low_speed_s, NULL);
    if (transport) {
        set_places(sync, transport);
        transport->cancelled = sync->transport->cancelled;
        transport->trusted_now_ms = sync->transport->trusted_now_ms;
    }
    return transport;
}

void bt_sync_set_patience(BtSync *sync, guint low_speed_s, gint64 slice_ms, GError **error)
{
    BtTransport *transport = new_transport(&sync->source, low_speed_s, error);
    if (!transport)
        return;
    bt_transport_free(sync->transport);
    sync->transport = transport;
    set_places(sync, transport);
    sync->books.line_bytes = &transport->bytes;
    sync->books.counted_bytes = 0;
    sync->slice_ms = slice_ms;
    sync->low_speed_s = low_speed_s;
}

BtSync *bt_sync_new(const BtSyncSource *source, BtCache *cache, const BtKey *key,
    BtSyncOnEvent on_event, gpointer user, GError **error)
{
    if (!bt_sync_check_screen(source->screen, error))
        return NULL;
    g_autoptr(BtSync) sync = g_new0(BtSync, 1);
    sync->source = copy_source(source);
    sync->cache = cache;
    sync->key = key;
    sync->on_event = on_event;
    sync->user = user;
    sync->slice_ms = BT_SYNC_SLICE_MS;
    sync->low_speed_s = BT_LOW_SPEED_S;
    sync->misses = bt_misses_new();
    sync->roots = g_ptr_array_new_with_free_func(bt_kept_root_free);
    sync->trust = bt_trust_new(sync->source.source_id, source->screen);
    sync->transport = new_transport(&sync->source, BT_LOW_SPEED_S, error);
    if (!sync->transport || !bt_state_load(sync, error))
        return NULL;
    set_places(sync, sync->transport);
    return g_steal_pointer(&sync);
}

void bt_sync_free(BtSync *sync)
{
    if (!sync)
        return;
    for (int which = 0; which < BT_N_FOLLOWED; which++) {
        g_clear_pointer(&sync->followed[which].assets, g_array_unref);
        g_clear_pointer(&sync->followed[which].manifest, bt_manifest_unref);
    }
    bt_books_clear(&sync->books);
    g_clear_pointer(&sync->now, bt_now_free);
    g_clear_pointer(&sync->now_envelope, g_bytes_unref);
    g_clear_error(&sync->trouble);
    g_hash_table_unref(sync->misses);
    g_ptr_array_unref(sync->roots);
    bt_trust_free(sync->trust);
    bt_transport_free(sync->transport);
    g_free(sync->place);
    free_source(&sync->source);
    g_free(sync);
}
