/* What the kernel hands over with a message is already ours: files that came with a message we
 * refuse would stay open for ever. So all files are collected first and every way out of
 * bt_channel_receive either passes them on or closes them. */
#include "base/channel.h"

#include "base/error.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(BT_CHANNEL_MAX_FDS * sizeof(int))];
} Control;

typedef struct {
    int fds[BT_CHANNEL_MAX_FDS];
    guint n;
} Files;

gboolean bt_channel_pair(int ends[2], GError **error)
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0)
        return TRUE;
    bt_error_set_errno(error, BT_ERROR_IO, errno, "channel", "cannot make a pair of sockets");
    return FALSE;
}

static BtChannelStatus failure(int saved_errno, const char *what, GError **error)
{
    switch (saved_errno) {
    case EAGAIN:
    case ENOBUFS:
        return BT_CHANNEL_AGAIN;
    case EPIPE:
    case ECONNRESET:
    case ENOTCONN:
        return BT_CHANNEL_CLOSED;
    default:
        bt_error_set_errno(error, BT_ERROR_IO, saved_errno, "channel", what);
        return BT_CHANNEL_ERROR;
    }
}

static void attach_files(struct msghdr *header, Control *control, const int *fds, guint n_fds)
{
    memset(control, 0, sizeof *control);
    header->msg_control = control->bytes;
    header->msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
    struct cmsghdr *part = CMSG_FIRSTHDR(header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
    memcpy(CMSG_DATA(part), fds, n_fds * sizeof(int));
}

BtChannelStatus bt_channel_send(
    int end, const void *message, gsize size_bytes, const int *fds, guint n_fds, GError **error)
{
    g_return_val_if_fail(size_bytes > 0, BT_CHANNEL_ERROR); /* would read as the end */
    if (n_fds > BT_CHANNEL_MAX_FDS) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "channel: %u files: expected at most %d",
            n_fds, BT_CHANNEL_MAX_FDS);
        return BT_CHANNEL_ERROR;
    }
    struct iovec body = { (void *)message, size_bytes };
    struct msghdr header = { .msg_iov = &body, .msg_iovlen = 1 };
    Control control;
    if (n_fds > 0)
        attach_files(&header, &control, fds, n_fds);
    gssize n;
    do
        n = sendmsg(end, &header, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n < 0 ? failure(errno, "cannot send", error) : BT_CHANNEL_OK;
}

static void collect_files(struct msghdr *header, Files *files)
{
    for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part; part = CMSG_NXTHDR(header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        gsize n = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (gsize i = 0; i < n; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
            if (files->n < BT_CHANNEL_MAX_FDS)
                files->fds[files->n++] = fd;
            else
                close(fd);
        }
    }
}

static void close_files(Files *files)
{
    for (guint i = 0; i < files->n; i++)
        close(files->fds[i]);
    files->n = 0;
}

/* Whether what came is what was expected; `n` is the whole size of the message. */
static gboolean check_message(
    gsize n, gsize size_bytes, int flags, guint n_files, guint max_fds, GError **error)
{
    if (n != size_bytes) {
        g_set_error(error, BT_ERROR, BT_ERROR_MISMATCH,
            "channel: a message of %" G_GSIZE_FORMAT " bytes: expected %" G_GSIZE_FORMAT, n,
            size_bytes);
        return FALSE;
    }
    if ((flags & MSG_CTRUNC) || n_files > max_fds) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "channel: too many files with a message: expected at most %u", max_fds);
        return FALSE;
    }
    return TRUE;
}

static void hand_over(const Files *files, int *fds, guint *n_fds)
{
    if (files->n > 0)
        memcpy(fds, files->fds, files->n * sizeof *fds);
    if (n_fds)
        *n_fds = files->n;
}

BtChannelStatus bt_channel_receive(
    int end, void *message, gsize size_bytes, int *fds, guint max_fds, guint *n_fds, GError **error)
{
    Control control;
    Files files = { .n = 0 };
    struct iovec body = { message, size_bytes };
    struct msghdr header = { .msg_iov = &body,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof control.bytes };
    if (n_fds)
        *n_fds = 0;
    guint resets = 0, ends = 0;
    gssize n;
    /* MSG_TRUNC: the size of the whole message, not of the part that had room.
     * ECONNRESET: the peer closed without reading all of ours; the kernel says so once, before it
     * hands over what the peer sent before that. 0: the peer closed, perhaps after it had sent
     * something in the moment between the kernel's look at the queue and its look at the peer; only
     * the second 0 is surely the end. */
    do {
        header.msg_controllen = sizeof control.bytes;
        n = recvmsg(end, &header, MSG_CMSG_CLOEXEC | MSG_TRUNC);
    } while ((n < 0 && (errno == EINTR || (errno == ECONNRESET && resets++ == 0))) ||
        (n == 0 && ends++ == 0));
    if (n < 0)
        return failure(errno, "cannot receive", error);
    collect_files(&header, &files);
    if (n == 0) {
        close_files(&files);
        return BT_CHANNEL_CLOSED;
    }
    if (!check_message((gsize)n, size_bytes, header.msg_flags, files.n, max_fds, error)) {
        close_files(&files);
        return BT_CHANNEL_ERROR;
    }
    hand_over(&files, fds, n_fds);
    return BT_CHANNEL_OK;
}

gboolean bt_channel_wait(int end, int timeout_ms)
{
    struct pollfd wait = { .fd = end, .events = POLLIN };
    gint64 deadline_us = g_get_monotonic_time() + timeout_ms * G_GINT64_CONSTANT(1000);
    int left_ms = timeout_ms < 0 ? -1 : timeout_ms;
    for (;;) {
        int n = poll(&wait, 1, left_ms);
        if (n >= 0 || errno != EINTR)
            return n != 0; /* a broken end reads as ready: the next receive says what is wrong */
        if (timeout_ms >= 0)
            left_ms = (int)MAX(0, (deadline_us - g_get_monotonic_time() + 999) / 1000);
    }
}
