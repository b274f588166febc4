/* A stream of server-sent events: "event: now" means that asking may be worth it. It is trusted for
 * nothing, so all a liar can do is make us poll once a second; and nothing depends on it, so a
 * proxy that swallows it costs no more than the wait for the next poll. It has a connection and a
 * thread of its own because it may be without news for hours. Not without a word: a modem that lost
 * its call tells nobody, and a stream on a connection that is no more looks like one without news,
 * so a source sends a comment now and then, and silence ends the connection. */
#include "playlists/sync/private.h"

#include <string.h>

#define LINE_MAX_BYTES 256                 /* longer ones say nothing to us */
#define STREAM_MAX_BYTES (8 * 1024 * 1024) /* then the connection is made anew */
#define MIN_PAUSE_MS BT_SECOND_MS          /* between two hints */
#define FIRST_RETRY_MS (5 * BT_SECOND_MS)
#define LAST_RETRY_MS (10 * BT_MINUTE_MS)

struct BtHints {
    BtTransport *transport;
    char *path;
    void (*on_hint)(gpointer user);
    gpointer user;
    GThread *thread;
    GMutex mutex;
    GCond stop;
    volatile gint cancelled;
    guint64 bytes; /* under mutex: not taken yet */
    /* Of the thread alone: */
    char line[LINE_MAX_BYTES + 1];
    gsize length; /* of the line; LINE_MAX_BYTES + 1 when it is too long */
    gboolean is_now;
    gboolean heard; /* the stream said something: it is worth trying again soon */
    gboolean again; /* there was a stream before this one */
    gint64 last_ms;
    guint64 body_bytes; /* of this stream */
};

/* ---- what is said ---- */

static void give_hint(BtHints *hints)
{
    gint64 early_ms = hints->last_ms + MIN_PAUSE_MS - bt_sync_mono_ms();
    if (hints->last_ms > 0 && early_ms > 0)
        g_usleep((gulong)early_ms * 1000); /* the peer may wait */
    hints->last_ms = bt_sync_mono_ms();
    hints->on_hint(hints->user);
}

static void end_line(BtHints *hints)
{
    gboolean fits = hints->length <= LINE_MAX_BYTES;
    hints->line[fits ? hints->length : 0] = '\0';
    if (hints->length == 0 && hints->is_now)
        give_hint(hints);
    if (hints->length == 0)
        hints->is_now = FALSE;
    else if (fits && g_str_has_prefix(hints->line, "event:"))
        hints->is_now = strcmp(g_strstrip(hints->line + strlen("event:")), "now") == 0;
    hints->length = 0;
}

static void count_bytes(BtHints *hints, guint64 bytes)
{
    g_mutex_lock(&hints->mutex);
    hints->bytes += bytes;
    g_mutex_unlock(&hints->mutex);
}

static gboolean on_begin(const BtAnswer *answer, gpointer user, GError **error)
{
    BtHints *hints = user;
    (void)answer, (void)error;
    hints->length = 0;
    hints->is_now = FALSE;
    if (hints->again) /* what was said in between was said to nobody */
        give_hint(hints);
    hints->again = TRUE;
    return TRUE;
}

static gboolean on_write(const void *data, gsize size_bytes, gpointer user, GError **error)
{
    BtHints *hints = user;
    const char *bytes = data;
    hints->heard = TRUE;
    hints->body_bytes += size_bytes;
    count_bytes(hints, size_bytes);
    for (gsize i = 0; i < size_bytes; i++) {
        if (bt_transport_is_cancelled(hints->transport, error))
            return FALSE;
        if (bytes[i] == '\n')
            end_line(hints);
        else if (bytes[i] != '\r' && hints->length < LINE_MAX_BYTES)
            hints->line[hints->length++] = bytes[i];
        else if (bytes[i] != '\r')
            hints->length = LINE_MAX_BYTES + 1;
    }
    return TRUE;
}

/* ---- the thread ---- */

static void listen_once(BtHints *hints)
{
    g_autoptr(GError) why = NULL;
    BtSink sink = { on_begin, on_write, hints };
    BtGet get = { .path = hints->path, .max_bytes = STREAM_MAX_BYTES };
    BtAnswer answer;
    hints->heard = FALSE;
    if (!hints->transport->get(hints->transport, &get, &sink, &answer, &why))
        g_debug("hints: %s", why->message);
    else
        g_debug("hints: the stream ended with status %d", answer.status);
    /* The body was counted as it came, since a stream may last for days. */
    count_bytes(hints, hints->transport->bytes - MIN(hints->transport->bytes, hints->body_bytes));
    hints->transport->bytes = hints->body_bytes = 0;
}

/* FALSE: to stop. A fifth by chance, so that a thousand boards do not come back at once. */
static gboolean wait_a_while(BtHints *hints, gint64 wait_ms)
{
    gint64 until_us = g_get_monotonic_time() + wait_ms * 1000 * g_random_int_range(80, 121) / 100;
    g_mutex_lock(&hints->mutex);
    while (!g_atomic_int_get(&hints->cancelled) &&
        g_cond_wait_until(&hints->stop, &hints->mutex, until_us))
        ;
    g_mutex_unlock(&hints->mutex);
    return !g_atomic_int_get(&hints->cancelled);
}

static gpointer run_thread(gpointer data)
{
    BtHints *hints = data;
    gint64 wait_ms = FIRST_RETRY_MS;
    do {
        listen_once(hints);
        wait_ms = hints->heard ? FIRST_RETRY_MS : MIN(2 * wait_ms, LAST_RETRY_MS);
    } while (wait_a_while(hints, wait_ms));
    return NULL;
}

BtHints *bt_hints_new_patient(const BtSyncSource *source, guint silence_s,
    void (*on_hint)(gpointer user), gpointer user, GError **error)
{
    g_autofree char *base = bt_base_copy(source->base);
    BtTransportOptions options = { .base = base,
        .ca_path = source->ca_path,
        .pin = source->pin,
        .insecure_host = source->insecure_host,
        .silence_s = silence_s,
        .now = source->now,
        .now_user = source->now_user };
    if (!bt_sync_check_screen(source->screen, error))
        return NULL;
    BtTransport *transport = bt_transport_new(&options, error);
    if (!transport)
        return NULL;
    BtHints *hints = g_new0(BtHints, 1);
    hints->transport = transport;
    hints->path = g_strconcat("/v1/screens/", source->screen, "/events", NULL);
    hints->on_hint = on_hint;
    hints->user = user;
    g_mutex_init(&hints->mutex);
    g_cond_init(&hints->stop);
    transport->cancelled = &hints->cancelled;
    hints->thread = g_thread_new("hints", run_thread, hints);
    return hints;
}

BtHints *bt_hints_new(
    const BtSyncSource *source, void (*on_hint)(gpointer user), gpointer user, GError **error)
{
    return bt_hints_new_patient(source, BT_HINTS_SILENCE_S, on_hint, user, error);
}

guint64 bt_hints_take_bytes(BtHints *hints)
{
    g_mutex_lock(&hints->mutex);
    guint64 bytes = hints->bytes;
    hints->bytes = 0;
    g_mutex_unlock(&hints->mutex);
    return bytes;
}

void bt_hints_free(BtHints *hints)
{
    if (!hints)
        return;
    g_mutex_lock(&hints->mutex);
    g_atomic_int_set(&hints->cancelled, 1);
    g_cond_signal(&hints->stop);
    g_mutex_unlock(&hints->mutex);
    g_thread_join(hints->thread);
    bt_transport_free(hints->transport);
    g_mutex_clear(&hints->mutex);
    g_cond_clear(&hints->stop);
    g_free(hints->path);
    g_free(hints);
}
