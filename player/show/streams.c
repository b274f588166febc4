/* Live streams as show sees them: who may be asked for one, the relay that supervise starts, and
 * what is told of it. The relay gets its order over its own channel, so supervise reads no address.
 */
#include "player/show/show.h"

#include "base/channel.h"
#include "player/relay/wire.h"
#include "player/roles/fdwatch.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define TELL_EVERY_MS BT_MINUTE_MS /* of one item and kind; how often it was, its facts say */
#define WORDS_AT_ONCE 16

typedef struct {
    BtShow *show;
    guint number;
    guint source; /* its index in the configuration */
    int socket;
    guint watch;
    guint64 bytes, noted_bytes; /* not told to sync, not noted in the fact yet */
    GError *error;              /* its last word; NULL: it said none */
} Relay;

struct BtStreams {
    GHashTable *relays; /* number → Relay */
    GHashTable *told;   /* "stopped ITEM", "back ITEM" → gint64*, mono ms */
    guint last_number;
};

/* ---- words of relays ---- */

static void tell_bytes(Relay *relay)
{
    BtRoleMessage message = { .type = BT_ROLE_STREAMED,
        .flag = relay->source,
        .value = (gint64)MIN(relay->bytes, G_MAXINT64) };
    if (relay->bytes > 0)
        bt_show_send(relay->show, &message);
    relay->bytes = 0;
}

/* The relay parses what strangers send: its words are cut to size and to UTF-8. */
static void take_failure(Relay *relay, BtRelayWord *word)
{
    word->reason[sizeof word->reason - 1] = '\0';
    word->code[sizeof word->code - 1] = '\0';
    g_autofree char *reason = g_utf8_make_valid(word->reason, -1);
    BtError code = BT_ERROR_FAILED;
    for (int i = 0; i < BT_ERROR_N_CODES; i++) {
        GError one = { BT_ERROR, i, NULL };
        if (g_str_equal(bt_error_reason(&one), word->code))
            code = (BtError)i;
    }
    g_clear_error(&relay->error);
    relay->error = g_error_new(BT_ERROR, code, "%s", reason);
}

static void count(Relay *relay, guint64 bytes)
{
    relay->bytes += bytes;
    relay->noted_bytes += bytes;
}

/* FALSE: it will say no more. */
static gboolean take_words(Relay *relay)
{
    for (guint i = 0; i < WORDS_AT_ONCE; i++) {
        BtRelayWord word;
        BtChannelStatus status =
            bt_channel_receive(relay->socket, &word, sizeof word, NULL, 0, NULL, NULL);
        if (status == BT_CHANNEL_AGAIN)
            return TRUE;
        if (status != BT_CHANNEL_OK)
            return FALSE;
        if (word.type == BT_RELAY_BYTES)
            count(relay, MIN(word.bytes, BT_RELAY_MAX_BYTES_PER_S * 60ull));
        else if (word.type == BT_RELAY_FAILED)
            take_failure(relay, &word);
    }
    return TRUE;
}

static gboolean on_words(gint fd, GIOCondition condition, gpointer data)
{
    Relay *relay = data;
    (void)fd, (void)condition;
    gboolean alive = take_words(relay);
    tell_bytes(relay);
    if (alive)
        return G_SOURCE_CONTINUE;
    relay->watch = 0;
    return G_SOURCE_REMOVE;
}

static void relay_free(gpointer data)
{
    Relay *relay = data;
    take_words(relay);
    tell_bytes(relay);
    if (relay->watch != 0)
        g_source_remove(relay->watch);
    close(relay->socket);
    g_clear_error(&relay->error);
    g_free(relay);
}

BtStreams *bt_streams_new(void)
{
    BtStreams *streams = g_new0(BtStreams, 1);
    streams->relays = g_hash_table_new_full(NULL, NULL, NULL, relay_free);
    streams->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return streams;
}

void bt_streams_free(BtStreams *streams)
{
    if (streams == NULL)
        return;
    g_hash_table_unref(streams->relays);
    g_hash_table_unref(streams->told);
    g_free(streams);
}

/* ---- may it be opened ---- */

static const BtConfigSource *find_source(const BtShow *show, const char *name, guint *index)
{
    for (*index = 0; *index < show->config->sources->len; ++*index) {
        const BtConfigSource *source = g_ptr_array_index(show->config->sources, *index);
        if (g_strcmp0(source->name, name) == 0)
            return source;
    }
    return NULL;
}

/* A stream is worth what a film is: it has the same hours, and ends when a budget does. */
static gboolean check_budget(const BtShow *show, const BtConfigSource *source, GError **error)
{
    if (source->day_bytes == 0 && source->month_bytes == 0 && source->heavy->len == 0)
        return TRUE;
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(show->config->timezone);
    BtBudget budget = { source->day_bytes, source->month_bytes, source->heavy, source->heavy_bytes,
        zone };
    BtMoment at = bt_show_moment(show);
    BtBudgetTime now = { at.wall_ms, at.mono_ms, at.trusted };
    BtUsage usage = bt_facts_usage(show->reader, source->name);
    bt_usage_add(&usage, &budget, &now, 0, 0);
    BtMay may = bt_budget_ask(&budget, &usage, &now, BT_VALUE_HEAVY);
    if (may.word == BT_MAY_GO)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "%s: its budget (%s) does not allow a stream now",
        source->name, bt_may_word(may.word));
    return FALSE;
}

static gboolean make_order(
    const BtStageStream *stream, const BtConfigSource *source, BtRelayOrder *order, GError **error)
{
    g_auto(BtStreamUrl) url = { 0 };
    const char *const *names = (const char *const *)source->streams;
    if (!bt_stream_url_parse(stream->item->url, &url, error) ||
        !bt_stream_may_open(&url, names, error))
        return FALSE;
    memset(order, 0, sizeof *order);
    g_strlcpy(order->url, stream->item->url, sizeof order->url);
    for (guint i = 0; names != NULL && names[i] != NULL && i < BT_STREAM_MAX_HOSTS; i++)
        g_strlcpy(order->hosts[i], names[i], sizeof order->hosts[i]);
    if (source->ca_path != NULL)
        g_strlcpy(order->ca_path, source->ca_path, sizeof order->ca_path);
    order->w_px = MAX(1, stream->w_px);
    order->h_px = MAX(1, stream->h_px);
    order->max_bytes_per_s = source->stream_bytes_per_s;
    return TRUE;
}

/* ---- opening ---- */

static gboolean ask_supervise(const BtShow *show, guint number, int socket, int pipe_end)
{
    BtRoleMessage message = { .type = BT_ROLE_RELAY, .value = number };
    int fds[2] = { socket, pipe_end };
    return bt_channel_send(show->channel, &message, sizeof message, fds, 2, NULL) == BT_CHANNEL_OK;
}

static void keep(BtShow *show, guint number, guint source, int socket)
{
    Relay *relay = g_new0(Relay, 1);
    *relay = (Relay){ .show = show, .number = number, .source = source, .socket = socket };
    relay->watch = bt_fd_add(socket, G_IO_IN, on_words, relay);
    g_hash_table_insert(show->streams->relays, GUINT_TO_POINTER(number), relay);
}

/* The reading end of the pipe, or -1. */
static int start_relay(
    BtShow *show, const BtRelayOrder *order, guint source, guint *number, GError **error)
{
    int ends[2], pipe_ends[2];
    if (!bt_channel_pair(ends, error))
        return -1;
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
        close(ends[0]);
        close(ends[1]);
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "no pipe for a stream");
        return -1;
    }
    fcntl(pipe_ends[1], F_SETPIPE_SZ, BT_RELAY_PIPE_BYTES);
    *number = ++show->streams->last_number;
    gboolean asked =
        bt_channel_send(ends[0], order, sizeof *order, NULL, 0, NULL) == BT_CHANNEL_OK &&
        ask_supervise(show, *number, ends[1], pipe_ends[1]);
    close(ends[1]);
    close(pipe_ends[1]);
    keep(show, *number, source, ends[0]);
    if (asked)
        return pipe_ends[0];
    close(pipe_ends[0]);
    g_set_error(error, BT_ERROR, BT_ERROR_FAILED, "supervise starts no relay");
    return -1;
}

int bt_show_open_stream(const BtStageStream *stream, gpointer user, guint *number, GError **error)
{
    BtShow *show = user;
    guint index;
    BtRelayOrder order;
    const BtConfigSource *source = find_source(show, stream->source, &index);
    if (source == NULL || source->kind == BT_SOURCE_FOLDER) {
        g_set_error(error, BT_ERROR, BT_ERROR_CEILING, "a folder has no live streams");
        return -1;
    }
    if (!make_order(stream, source, &order, error) || !check_budget(show, source, error))
        return -1;
    return start_relay(show, &order, index, number, error);
}

void bt_show_close_stream(guint number, gpointer user)
{
    BtShow *show = user;
    BtRoleMessage message = { .type = BT_ROLE_RELAY_END, .value = number };
    bt_show_send(show, &message);
    g_hash_table_remove(show->streams->relays, GUINT_TO_POINTER(number));
}

/* ---- telling ---- */

/* A sender that comes and goes all day is told of once a minute. */
static gboolean is_worth_a_word(BtShow *show, const char *what, const char *item)
{
    g_autofree char *key = g_strdup_printf("%s %s", what, item);
    gint64 now_ms = bt_clock_mono_ms(&show->time.clock);
    const gint64 *last_ms = g_hash_table_lookup(show->streams->told, key);
    if (last_ms != NULL && now_ms - *last_ms < TELL_EVERY_MS)
        return FALSE;
    g_hash_table_insert(
        show->streams->told, g_steal_pointer(&key), g_memdup2(&now_ms, sizeof now_ms));
    return TRUE;
}

/* The relay knows more of the reason than the decoder that starved behind it. */
static const GError *reason_of(const Relay *relay, const BtStageLive *live)
{
    return relay != NULL && relay->error != NULL ? relay->error : live->error;
}

static void note(BtShow *show, Relay *relay, const BtStageLive *live)
{
    BtTrackerLive what = { live->live_ms, live->fallback_ms, live->stopped, 0 };
    if (relay != NULL)
        what.bytes = relay->noted_bytes;
    bt_tracker_note_live(show->tracker, live->zone, &what);
    if (relay != NULL)
        relay->noted_bytes = 0;
}

void bt_show_on_live(const BtStageLive *live, gpointer user)
{
    BtShow *show = user;
    const char *id = live->item->id;
    Relay *relay = g_hash_table_lookup(show->streams->relays, GUINT_TO_POINTER(live->number));
    if (relay != NULL)
        take_words(relay);
    note(show, relay, live);
    if (live->error != NULL) {
        const GError *error = reason_of(relay, live);
        if (is_worth_a_word(show, "stopped", id))
            bt_show_event(show, "stream-stopped", bt_error_reason(error), id, error->message);
        else
            g_message("stream-stopped %s: %s", id, error->message);
    } else if (live->is_live) {
        if (live->stops > 0 && is_worth_a_word(show, "back", id))
            bt_show_event(show, "stream-back", "", id, "the stream is on the glass again");
        else
            g_message("stream-back %s", id);
    }
}
