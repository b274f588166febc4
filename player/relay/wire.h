/* What bangtin-relay and its user say to each other, over a channel (base/channel.h): the user one
 * order, the relay then words. fd 3 is the relay's end, fd 4 the pipe into which it writes the
 * stream, as MPEG-TS or Matroska; the other end of the pipe is a decoder's content.
 *
 * The relay believes the order: who gives it verified the manifest and asked the ceiling. The user
 * believes nothing but that a word has this size. Thread-safety: data only. */
#ifndef BT_PLAYER_RELAY_WIRE_H
#define BT_PLAYER_RELAY_WIRE_H

#include "playlists/model/stream.h"

#define BT_RELAY_SOCKET_FD 3
#define BT_RELAY_OUTPUT_FD 4

#define BT_RELAY_MAX_BYTES_PER_S (4 * 1024 * 1024) /* 32 Mbit/s: UHD as it is broadcast */
/* What waits: pipe-max-size of an unprivileged process. */
#define BT_RELAY_PIPE_BYTES (1024 * 1024)
#define BT_RELAY_TELL_MS 1000

typedef struct {
    char url[BT_STREAM_URL_MAX_BYTES + 1];
    char hosts[BT_STREAM_MAX_HOSTS][BT_STREAM_HOST_MAX_BYTES + 10]; /* named in player.conf; ""
                                                                       after the last */
    char ca_path[1024];                                             /* PEM; "" the system's */
    gint32 w_px, h_px;       /* of the zone: larger pictures would be for nothing */
    guint32 max_bytes_per_s; /* 1 to BT_RELAY_MAX_BYTES_PER_S */
} BtRelayOrder;

typedef enum { BT_RELAY_BYTES = 1, BT_RELAY_FAILED } BtRelayType;

typedef struct {
    guint32 type;
    guint64 bytes;    /* BYTES: that came over the network since the last word */
    char code[16];    /* FAILED: a word of bt_error_reason */
    char reason[200]; /* FAILED: for people */
} BtRelayWord;

#endif
