/* A stream with nothing to say is suspended, and costs its socket and no more; whoever has news for
 * it puts the words in and resumes it. */
#include "source/serve/daemon.h"

#include "source/store/screens.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 1024
#define HELLO "retry: 15000\n: bangtin\n\n"

typedef struct {
    BtEvents *events;
    struct MHD_Connection *connection;
    char *screen;
    gint64 told_version, said_ms;
    GString *pending;
    gboolean suspended;
} Stream;

struct BtEvents {
    GHashTable *streams; /* set of Stream */
    gboolean ending;
};

BtEvents *bt_events_new(void)
{
    BtEvents *events = g_new0(BtEvents, 1);
    events->streams = g_hash_table_new(NULL, NULL);
    return events;
}

void bt_events_free(BtEvents *events)
{
    g_hash_table_unref(events->streams);
    g_free(events);
}

static void wake(Stream *stream)
{
    if (!stream->suspended)
        return;
    stream->suspended = FALSE;
    MHD_resume_connection(stream->connection);
}

static void say(Stream *stream, gint64 mono_ms, const char *words)
{
    /* Somebody who does not read hears the newest only; nothing piles up. */
    if (stream->pending->len < BLOCK_BYTES)
        g_string_append(stream->pending, words);
    stream->said_ms = mono_ms;
    wake(stream);
}

/* ---- libmicrohttpd's side ---- */

static ssize_t read_stream(void *user, uint64_t position, char *buffer, size_t room)
{
    Stream *stream = user;
    (void)position;
    if (stream->pending->len > 0) {
        gsize n = MIN(room, stream->pending->len);
        memcpy(buffer, stream->pending->str, n);
        g_string_erase(stream->pending, 0, (gssize)n);
        return (ssize_t)n;
    }
    if (stream->events->ending)
        return MHD_CONTENT_READER_END_OF_STREAM;
    stream->suspended = TRUE;
    MHD_suspend_connection(stream->connection);
    return 0;
}

static void free_stream(void *user)
{
    Stream *stream = user;
    g_hash_table_remove(stream->events->streams, stream);
    g_string_free(stream->pending, TRUE);
    g_free(stream->screen);
    g_free(stream);
}

static Stream *stream_new(BtRequest *request)
{
    Stream *stream = g_new0(Stream, 1);
    stream->events = request->server->events;
    stream->connection = request->connection;
    stream->screen = g_strdup(request->name);
    stream->pending = g_string_new(HELLO);
    stream->said_ms = bt_server_mono_ms();
    return stream;
}

BtAnswered bt_events_open(BtRequest *request)
{
    static const char *const headers[] = { "Content-Type", "text/event-stream", "Cache-Control",
        "no-store", "X-Accel-Buffering", "no", NULL };
    BtEvents *events = request->server->events;
    g_autoptr(BtScreen) screen = bt_screens_find(request->server->store, request->name, NULL);
    if (screen == NULL)
        return bt_http_refuse(request, MHD_HTTP_NOT_FOUND, "not found");
    if (strcmp(request->method, "HEAD") == 0)
        return bt_http_answer(request, MHD_HTTP_OK, "text/event-stream", NULL, NULL);
    if (g_hash_table_size(events->streams) >= BT_EVENTS_MAX_STREAMS || events->ending)
        return bt_http_refuse_for(request, MHD_HTTP_SERVICE_UNAVAILABLE, "too many listeners", 60);
    Stream *stream = stream_new(request);
    stream->told_version = screen->now_version;
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, stream, free_stream);
    if (response == NULL) {
        free_stream(stream);
        return MHD_NO;
    }
    g_hash_table_add(events->streams, stream);
    return bt_http_answer_with(request, MHD_HTTP_OK, response, headers);
}

/* ---- our side ---- */

GPtrArray *bt_events_screens(BtEvents *events)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *screens = g_ptr_array_new();
    GHashTableIter iter;
    gpointer stream;
    g_hash_table_iter_init(&iter, events->streams);
    while (g_hash_table_iter_next(&iter, &stream, NULL))
        if (g_hash_table_add(seen, ((Stream *)stream)->screen))
            g_ptr_array_add(screens, ((Stream *)stream)->screen);
    return screens;
}

void bt_events_tell(BtEvents *events, const char *screen, gint64 version)
{
    g_autofree char *words = g_strdup_printf("event: now\ndata: %" G_GINT64_FORMAT "\n\n", version);
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, events->streams);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        Stream *stream = key;
        if (strcmp(stream->screen, screen) != 0 || stream->told_version == version)
            continue;
        stream->told_version = version;
        say(stream, bt_server_mono_ms(), words);
    }
}

void bt_events_tick(BtEvents *events, gint64 mono_ms)
{
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, events->streams);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        Stream *stream = key;
        if (mono_ms - stream->said_ms >= BT_EVENTS_BEAT_MS)
            say(stream, mono_ms, ":\n\n");
    }
}

void bt_events_end(BtEvents *events)
{
    GHashTableIter iter;
    gpointer stream;
    events->ending = TRUE;
    g_hash_table_iter_init(&iter, events->streams);
    while (g_hash_table_iter_next(&iter, &stream, NULL))
        wake(stream);
}
