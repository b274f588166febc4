#include "player/relay/relay.h"

#include <errno.h>
#include <libavutil/mem.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define AVIO_BYTES 65536 /* at least a datagram */
#define WAIT_MS 200

typedef struct {
    int fd; /* -1: text */
    Meter *meter;
    char *text;
    gsize text_bytes, text_at;
} Feed;

static gboolean wait_for_input(const Feed *feed)
{
    struct pollfd one = { .fd = feed->fd, .events = POLLIN };
    while (poll(&one, 1, WAIT_MS) != 1)
        if (meter_is_over(feed->meter))
            return FALSE;
    return TRUE;
}

static int give_datagram(void *user, uint8_t *buffer, int size)
{
    Feed *feed = user;
    ssize_t n = 0;
    meter_wait(feed->meter);
    while (n <= 0) {
        if (!wait_for_input(feed))
            return AVERROR(ETIMEDOUT);
        n = recv(feed->fd, buffer, (size_t)size, 0);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return AVERROR(errno);
    }
    meter_add(feed->meter, (gsize)n);
    return (int)n;
}

static int give_text(void *user, uint8_t *buffer, int size)
{
    Feed *feed = user;
    gsize n = MIN((gsize)MAX(size, 0), feed->text_bytes - feed->text_at);
    memcpy(buffer, feed->text + feed->text_at, n);
    feed->text_at += n;
    return n == 0 ? AVERROR_EOF : (int)n;
}

static AVIOContext *avio_of(Feed feed, int (*give)(void *user, uint8_t *buffer, int size))
{
    Feed *own = g_new(Feed, 1);
    *own = feed;
    AVIOContext *avio =
        avio_alloc_context(av_malloc(AVIO_BYTES), AVIO_BYTES, 0, own, give, NULL, NULL);
    avio->seekable = 0;
    return avio;
}

AVIOContext *feed_open(Meter *meter, GError **error)
{
    int fd = relay_ask(RELAY_ASK_FEED, "", 0);
    if (fd >= 0)
        return avio_of((Feed){ .fd = fd, .meter = meter }, give_datagram);
    bt_error_set_errno(error, BT_ERROR_IO, errno, "udp", "its datagrams cannot be received here");
    return NULL;
}

AVIOContext *text_open(const char *text)
{
    return avio_of(
        (Feed){ .fd = -1, .text = g_strdup(text), .text_bytes = strlen(text) }, give_text);
}

void feed_close(AVIOContext *avio)
{
    Feed *feed = avio->opaque;
    if (feed->fd >= 0)
        close(feed->fd);
    g_free(feed->text);
    g_free(feed);
    av_freep(&avio->buffer);
    avio_context_free(&avio);
}
