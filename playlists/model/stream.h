/* The address of a live stream, and where a board may fetch it from. Thread-safety: safe. */
#ifndef BT_PLAYLISTS_MODEL_STREAM_H
#define BT_PLAYLISTS_MODEL_STREAM_H

#include <glib.h>

#define BT_STREAM_URL_MAX_BYTES 2000
#define BT_STREAM_HOST_MAX_BYTES 253 /* RFC 1035, as text */
#define BT_STREAM_MAX_HOSTS 16       /* that one source may name */

typedef enum {
    BT_STREAM_HLS,  /* https, http: a playlist of parts */
    BT_STREAM_RTSP, /* rtsp */
    BT_STREAM_UDP,  /* udp: MPEG-TS in datagrams, to this board or to a group */
} BtStreamKind;

typedef struct {
    BtStreamKind kind;
    gboolean secure; /* what comes is what was sent, and comes from there: TLS */
    char *host;      /* lower case, an IPv6 address without its brackets; of udp: where the
                        datagrams are sent to */
    guint port;
} BtStreamUrl;

/* INVALID, LIMIT with what was expected; `*url` is then empty. `text` is any string of printable
 * ASCII. Free it with bt_stream_url_clear. */
gboolean bt_stream_url_parse(const char *text, BtStreamUrl *url, GError **error);
void bt_stream_url_clear(BtStreamUrl *url);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BtStreamUrl, bt_stream_url_clear)

/* `name` is a host as player.conf names it: "HOST" for any port, or "HOST:PORT", "[IPV6]:PORT". */
gboolean bt_stream_host_is_sound(const char *name);
gboolean bt_stream_host_is_named(const char *const *names, const char *host, guint port);
/* This machine itself: localhost, 127.0.0.0/8, ::1. */
gboolean bt_stream_host_is_here(const char *host);

/* The ceiling of a source (FORMAT.md §6.7). `names` NULL: none was written, and a signed address is
 * enough where TLS vouches for its host, or the host is this machine. Else the host must be among
 * them, and may then be one without TLS. CEILING with what player.conf would have to say. */
gboolean bt_stream_may_open(const BtStreamUrl *url, const char *const *names, GError **error);

#endif
