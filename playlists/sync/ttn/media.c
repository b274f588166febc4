/* One address after the other. A peer tells nothing that could be believed of what it has, neither
 * a hash nor, always, a length; so an arrival goes on where it stopped only under a strong
 * validator, ends at a limit, and is taken for what its first bytes are (type.c). */
#include "playlists/sync/ttn/arrival.h"
#include "playlists/sync/ttn/type.h"

#include "base/address.h"

#include <string.h>
#include <unistd.h>

static gint64 mono_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

BtTtnMedia *bt_ttn_media_new(const BtTtnMediaOptions *options)
{
    BtTtnMedia *media = g_new0(BtTtnMedia, 1);
    media->options = *options;
    return media;
}

void bt_ttn_media_free(BtTtnMedia *media)
{
    if (media == NULL)
        return;
    g_clear_pointer(&media->transport, bt_transport_free);
    g_free(media->host);
    bt_books_clear(&media->books);
    g_free(media);
}

BtBooks *bt_ttn_media_books(BtTtnMedia *media)
{
    return &media->books;
}

const guint64 *bt_ttn_media_bytes(const BtTtnMedia *media)
{
    return &media->line_bytes;
}

/* ---- telling ---- */

static void tell(const BtTtnMedia *media, const char *type, const GError *why, const char *url,
    const char *message)
{
    g_autofree char *shown = bt_address_shown(url);
    BtSyncEvent event = { type, why == NULL ? "" : bt_error_reason(why), shown, (char *)message };
    if (media->options.on_event != NULL)
        media->options.on_event(&event, media->options.user);
}

/* ---- what it is ---- */

static const char *look_at_type(
    BtTtnMedia *media, const char *sha256, BtTtnKind kind, GError **error)
{
    char head[BT_TYPE_HEAD_BYTES];
    int fd = bt_cache_open_object(media->options.cache, sha256, error);
    if (fd < 0)
        return NULL;
    gssize n = pread(fd, head, sizeof head, 0);
    close(fd);
    return bt_type_of(head, n < 0 ? 0 : (gsize)n, kind, error);
}

/* ---- what became of it ---- */

static gboolean take_arrived(
    BtTtnArrival *arrival, const char *sha256, gint64 now_ms, GError **error)
{
    BtTtnMedia *media = arrival->media;
    BtTtnMedium *medium = arrival->medium;
    guint64 size_bytes = arrival->size_bytes;
    const char *type = look_at_type(media, sha256, medium->kind, error);
    if (type == NULL)
        return FALSE;
    g_free(medium->sha256);
    g_free(medium->type);
    g_free(medium->etag);
    g_free(medium->modified);
    medium->sha256 = g_strdup(sha256);
    medium->type = g_strdup(type);
    medium->etag = g_strdup(arrival->tag);
    medium->modified = g_strdup(arrival->modified);
    medium->looked_ms = now_ms;
    medium->look = FALSE;
    medium->bytes = size_bytes;
    medium->failures = 0;
    medium->try_after_ms = 0;
    medium->given_up = FALSE;
    g_autofree char *message = g_strdup_printf("%" G_GUINT64_FORMAT " bytes, %s", size_bytes, type);
    tell(media, "fetched", NULL, medium->url, message);
    return TRUE;
}

/* What the same bytes or the same address would do again. */
static gboolean is_hopeless(const GError *why)
{
    return g_error_matches(why, BT_ERROR, BT_ERROR_LIMIT) ||
        g_error_matches(why, BT_ERROR, BT_ERROR_INVALID) ||
        g_error_matches(why, BT_ERROR, BT_ERROR_UNSUPPORTED);
}

static gint64 wait_ms(const BtTtnMedium *medium)
{
    gint64 ms = BT_TTN_MEDIA_FIRST_WAIT_MS << MIN(medium->failures, 16);
    return MIN(ms, BT_TTN_MEDIA_MAX_WAIT_MS);
}

static void take_failed(
    BtTtnMedia *media, BtTtnMedium *medium, gboolean answered, gint64 now_ms, const GError *why)
{
    gboolean was_given_up = medium->given_up;
    if (!answered && !is_hopeless(why)) {
        medium->try_after_ms = now_ms + BT_TTN_MEDIA_LINE_WAIT_MS;
        tell(media, "skipped", why, medium->url, why->message);
        return;
    }
    medium->failures++;
    medium->given_up = is_hopeless(why) || medium->failures >= BT_TTN_MEDIA_TRIES;
    medium->try_after_ms = now_ms + (medium->given_up ? BT_TTN_MEDIA_GIVEN_UP_MS : wait_ms(medium));
    g_autofree char *message = g_strdup_printf("%s: its bulletin is shown as text", why->message);
    if (!was_given_up || medium->failures == 1)
        tell(media, medium->given_up ? "refused" : "skipped", why, medium->url, message);
}

/* ---- a round ---- */

/* What is here stays: it is better than a text. Who does not answer is asked again. */
static void take_unseen(
    BtTtnMedia *media, BtTtnMedium *medium, gboolean answered, gint64 now_ms, const GError *why)
{
    medium->look = !answered && !is_hopeless(why);
    medium->try_after_ms = medium->look ? now_ms + BT_TTN_MEDIA_LINE_WAIT_MS : 0;
    g_autofree char *message =
        g_strdup_printf("%s: its bulletin came anew, and is shown with what is here", why->message);
    tell(media, "skipped", why, medium->url, message);
}

/* Whether what is here is another file now. */
static gboolean take_answer(
    BtTtnArrival *arrival, gboolean here, const char *sha256, gint64 now_ms, GError **why)
{
    BtTtnMedium *medium = arrival->medium;
    g_autofree char *before = g_strdup(medium->sha256);
    if (arrival->unchanged) {
        medium->look = FALSE;
        medium->looked_ms = now_ms;
        return FALSE;
    }
    return here && take_arrived(arrival, sha256, now_ms, why) && strcmp(before, sha256) != 0;
}

static gboolean fetch_one(BtTtnMedia *media, BtTtnMedium *medium, gint64 now_ms,
    const BtTtnMediaStop *stop, BtTtnMediaRound *round, GError **error)
{
    g_autoptr(GError) why = NULL;
    BtTtnArrival arrival = { .media = media,
        .medium = medium,
        .stop = stop,
        .slice_ends_ms = mono_ms() + media->options.slice_ms };
    char sha256[BT_HASH_HEX_SIZE] = "";
    gboolean was_given_up = medium->given_up;
    gboolean here = bt_ttn_arrival_fetch(&arrival, sha256, &why);
    gboolean is_new = take_answer(&arrival, here, sha256, now_ms, &why);
    if (arrival.paused || arrival.waits) {
        round->unfinished = round->unfinished || arrival.paused;
        if (arrival.waits)
            medium->try_after_ms = now_ms + BT_TTN_MEDIA_LINE_WAIT_MS;
        return bt_ttn_store_put_medium(media->options.store, medium, error);
    }
    if (why != NULL && g_error_matches(why, BT_ERROR, BT_ERROR_IO)) {
        g_propagate_error(error, g_steal_pointer(&why)); /* the disk's fault, not the address's */
        return FALSE;
    }
    if (why != NULL && *medium->sha256 != '\0')
        take_unseen(media, medium, arrival.answered, now_ms, why);
    else if (why != NULL)
        take_failed(media, medium, arrival.answered, now_ms, why);
    round->changed = round->changed || is_new || (medium->given_up && !was_given_up);
    return bt_ttn_store_put_medium(media->options.store, medium, error);
}

static gboolean is_set(volatile gint *flag)
{
    return flag != NULL && g_atomic_int_get(flag) != 0;
}

static void count_what_waits(const GPtrArray *missing, BtTtnMediaRound *round)
{
    round->next_ms = BT_TIME_MAX;
    for (guint i = 0; i < missing->len; i++) {
        const BtTtnMedium *medium = g_ptr_array_index(missing, i);
        if (*medium->sha256 != '\0' && !medium->look)
            continue;
        round->next_ms = MIN(round->next_ms, medium->try_after_ms);
        if (medium->given_up || medium->look)
            continue;
        round->objects++;
        round->bytes += medium->bytes;
    }
}

gboolean bt_ttn_media_round(BtTtnMedia *media, gint64 now_ms, const BtTtnMediaStop *stop,
    BtTtnMediaRound *round, GError **error)
{
    *round = (BtTtnMediaRound){ .next_ms = BT_TIME_MAX };
    media->books.waits = (BtMay){ 0 };
    g_autoptr(GPtrArray) missing = bt_ttn_store_missing(media->options.store, now_ms, error);
    gboolean ok = missing != NULL;
    for (guint i = 0; ok && i < missing->len && !round->unfinished; i++) {
        BtTtnMedium *medium = g_ptr_array_index(missing, i);
        if (is_set(stop->end) || (i > 0 && is_set(stop->hurry)))
            break;
        if (medium->try_after_ms <= now_ms)
            ok = fetch_one(media, medium, now_ms, stop, round, error);
        if (ok && round->changed)
            break; /* what came is composed before the next one is waited for */
    }
    if (missing != NULL)
        count_what_waits(missing, round);
    round->unfinished = round->unfinished || round->changed;
    return ok;
}
