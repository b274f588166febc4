/* The parts of bangtin-relay. Private to this folder: FFmpeg's and libcurl's types are seen here
 * and go no further.
 *
 *   main       two processes: the connector, and the streamer in its jail
 *   connector  makes connections, to the named hosts and no other; parses nothing
 *   jail       what the two may still do (jail.h)
 *   doors      where libraries ask for sockets, the connector is asked
 *   http, master, feed      bytes of the network for FFmpeg, counted by meter
 *   remux      packets in, packets out; nothing is decoded
 *
 * One thread a process. */
#ifndef BT_PLAYER_RELAY_RELAY_H
#define BT_PLAYER_RELAY_RELAY_H

#include "base/error.h"
#include "player/relay/wire.h"

#include <libavformat/avformat.h>

/* ---- limits ---- */
#define RELAY_CPU_PART 4 /* one second of CPU in so many, beside BT_RELAY_JAIL_CPU_S */
#define RELAY_CONNECT_MS 5000
#define RELAY_SILENCE_MS 5000 /* nothing came for so long: it is over */
#define RELAY_PLAYLIST_MAX_BYTES (1024 * 1024)
#define RELAY_PART_MAX_BYTES ((guint64)64 * 1024 * 1024)
#define RELAY_MAX_REDIRECTS 4
#define RELAY_CA_MAX_BYTES (4 * 1024 * 1024)

/* ---- connector: asked over a channel on RELAY_ASK_FD ---- */
#define RELAY_ASK_FD 5

typedef enum {
    RELAY_ASK_NAME, /* is this host named? No file comes */
    RELAY_ASK_TCP,  /* a connection to host and port; host "": the stream's own */
    RELAY_ASK_PORT, /* a UDP socket on this local port */
    RELAY_ASK_FEED, /* the UDP socket that the stream's datagrams come to */
} RelayAskType;

typedef struct {
    guint32 type;
    guint32 port;
    char host[BT_STREAM_HOST_MAX_BYTES + 1];
} RelayAsk;

typedef struct {
    gint32 error_number; /* 0: granted */
} RelayAnswer;

/* Answers until the streamer is gone. `order` is checked. */
void connector_run(int channel, pid_t streamer, const BtRelayOrder *order, const BtStreamUrl *url);
/* The hosts that the order names, as bt_stream_host_is_named wants them. (transfer full), the
 * strings are the order's */
const char **order_hosts(const BtRelayOrder *order);

/* The streamer's side: an fd (non-blocking, the caller's), or 0 for a NAME; -1 with errno. */
int relay_ask(RelayAskType type, const char *host, guint port);

/* A message over a channel: as bt_channel_send, by a call that can carry no address and no file. */
gboolean relay_say(int end, const void *message, gsize size_bytes);

/* ---- meter ---- */
typedef struct {
    int socket;
    guint64 untold_bytes;
    guint64 max_bytes_per_s;
    gint64 told_us;
    gint64 window_us; /* the second that is counted now */
    guint64 window_bytes;
    gint64 heard_us; /* when something last came */
} Meter;

void meter_init(Meter *meter, int socket, guint64 max_bytes_per_s);
/* Counts what came; waits when it is too much for this second. */
void meter_add(Meter *meter, gsize bytes);
/* Time is up, or nobody listens any more. FFmpeg's interrupt callback over a Meter. */
int meter_is_over(void *meter);
/* Nobody listens any more; over a Meter as well. */
int meter_is_left(void *meter);
/* Something is waited for from now on. */
void meter_wait(Meter *meter);
/* The last word. */
void meter_fail(Meter *meter, const GError *error);

/* ---- http ---- */
typedef struct Http Http;
/* `ca` (nullable): PEM. (transfer full) */
Http *http_new(const BtRelayOrder *order, Meter *meter, GBytes *ca);
void http_free(Http *http);
/* The final address after redirects is put in `*address` (nullable, transfer full). Of a range, the
 * bytes from `from` up to `to` (0: the end). Free it with http_close. (transfer full) */
AVIOContext *http_open(
    Http *http, const char *url, guint64 from, guint64 to, char **address, GError **error);
void http_close(AVIOContext *avio);
/* All of it, at most `max_bytes`. (transfer full) (nullable) */
char *http_read(Http *http, const char *url, gsize max_bytes, char **address, GError **error);

/* ---- feed: what is not a file on a web server ---- */
AVIOContext *feed_open(Meter *meter, GError **error); /* datagrams of MPEG-TS */
AVIOContext *text_open(const char *text);             /* `text` is copied */
void feed_close(AVIOContext *avio);

/* ---- source: the stream, opened ---- */
typedef struct {
    AVFormatContext *format;
    AVIOContext *avio; /* of format; NULL: its own */
    Http *http;
    Meter *meter;
    gboolean is_live;   /* the sender does not wait for us: what has no room is dropped */
    gboolean unmetered; /* FFmpeg reads by itself: its packets are counted */
} Source;

/* On failure there is still something to close. */
gboolean source_open(Source *source, const BtRelayOrder *order, const BtStreamUrl *url,
    Meter *meter, GBytes *ca, GError **error);
void source_close(Source *source);

/* ---- remux ---- */
/* Until the stream ends, which it does with an error. */
void remux_run(const Source *source, int output, GError **error);

#endif
