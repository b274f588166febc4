/* The head of an answer of HTTP as far as anybody here needs it, line by line as libcurl gives it.
 * Private to playlists/sync. */
#ifndef BT_PLAYLISTS_SYNC_HEAD_H
#define BT_PLAYLISTS_SYNC_HEAD_H

#include "playlists/sync/transport.h"

/* Begins as { base, path }, borrowed: what was asked for, for messages and to tell a redirect to
 * another host. */
typedef struct {
    const char *base, *path;
    guint64 length_bytes;
    gboolean has_length;
} BtHead;

typedef enum { BT_HEAD_GOES_ON, BT_HEAD_ENDS, BT_HEAD_REFUSED } BtHeadStep;

/* One line, with or without its end; `*answer` is filled as they come, anew with each status line.
 * BT_HEAD_REFUSED with BT_ERROR_NETWORK (a length that is none, or two), BT_ERROR_UNSUPPORTED (a
 * content encoding). */
BtHeadStep bt_head_read(
    BtHead *head, const char *data, gsize size_bytes, BtAnswer *answer, GError **error);

#endif
