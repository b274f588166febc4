/* Messages between the processes of the house: fixed-size structs, with open files beside them,
 * over a pair of SOCK_SEQPACKET sockets. A message of another size than the receiver expects is
 * refused. Thread-safety: one thread an end. */
#ifndef BT_BASE_CHANNEL_H
#define BT_BASE_CHANNEL_H

#include <glib.h>

#define BT_CHANNEL_MAX_FDS 4

typedef enum {
    BT_CHANNEL_OK,
    BT_CHANNEL_AGAIN,  /* non-blocking: nothing to read, or no room to send */
    BT_CHANNEL_CLOSED, /* the other end is gone */
    BT_CHANNEL_ERROR,  /* with GError */
} BtChannelStatus;

/* Two connected ends, close-on-exec and non-blocking. */
gboolean bt_channel_pair(int ends[2], GError **error);

/* Sends one message. The files stay the caller's. */
BtChannelStatus bt_channel_send(
    int end, const void *message, gsize size_bytes, const int *fds, guint n_fds, GError **error);

/* Receives one message of exactly `size_bytes`. `fds` has room for `max_fds` (at most
 * BT_CHANNEL_MAX_FDS); those received are the caller's to close, close-on-exec, and `*n_fds` counts
 * them. More files than max_fds is an error, and they are closed. `fds` may be NULL with max_fds 0.
 */
BtChannelStatus bt_channel_receive(int end, void *message, gsize size_bytes, int *fds,
    guint max_fds, guint *n_fds, GError **error);

/* Waits until `end` can be read, at most `timeout_ms` (-1: for ever). FALSE: time is up. */
gboolean bt_channel_wait(int end, int timeout_ms);

#endif
