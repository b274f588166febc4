/* The content is one descriptor that somebody else opened. A file is read by position, because the
 * player holds the same open file and its offset is shared; a pipe is read as it comes. FFmpeg gets
 * at it only through these two callbacks: it is given no name to open anything by. */
#include "render/decode/decode.h"

#include <errno.h>
#include <libavutil/mem.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AVIO_BYTES 65536

static gssize read_at(Input *input, guint8 *buffer, gsize size)
{
    gssize n;
    if (!input->seekable)
        ring_wait_input(input->ring, input->fd);
    do
        n = input->seekable ? pread(input->fd, buffer, size, (off_t)input->position)
                            : read(input->fd, buffer, size);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

static gboolean read_head(Input *input, GError **error)
{
    gsize limit = input->seekable ? BT_DECODE_HEAD_BYTES : 1024; /* a pipe would make us wait */
    input->head = g_malloc(limit);
    while (input->head_bytes < limit) {
        input->position = (gint64)input->head_bytes;
        gssize n = read_at(input, input->head + input->head_bytes, limit - input->head_bytes);
        if (n < 0) {
            bt_error_set_errno(error, BT_ERROR_IO, (int)-n, "content", "cannot be read");
            return FALSE;
        }
        if (n == 0)
            break;
        input->head_bytes += (gsize)n;
    }
    input->position = 0;
    return TRUE;
}

gboolean input_open(Input *input, int fd, const Ring *ring, GError **error)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, "content", "cannot be read");
        return FALSE;
    }
    *input = (Input){ .fd = fd, .ring = ring, .seekable = S_ISREG(info.st_mode) };
    input->size_bytes = input->seekable ? (gint64)info.st_size : 0;
    return read_head(input, error);
}

gssize input_read(Input *input, guint8 *buffer, gsize size)
{
    gssize n;
    if (input->position < (gint64)input->head_bytes) {
        n = (gssize)MIN(size, input->head_bytes - (gsize)input->position);
        memcpy(buffer, input->head + input->position, (gsize)n);
    } else {
        n = read_at(input, buffer, size);
    }
    if (n > 0)
        input->position += n;
    return n;
}

guint8 *input_read_all(Input *input, gsize *size, GError **error)
{
    if (!input->seekable || input->size_bytes > BT_DECODE_STILL_MAX_BYTES) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "content: a picture of %" G_GINT64_FORMAT " bytes: expected a file of at most %d",
            input->size_bytes, BT_DECODE_STILL_MAX_BYTES);
        return NULL;
    }
    guint8 *data = av_mallocz((gsize)input->size_bytes + AV_INPUT_BUFFER_PADDING_SIZE);
    gsize n = 0;
    gssize got = 1;
    input->position = 0;
    while (data && n < (gsize)input->size_bytes && got > 0) {
        got = input_read(input, data + n, (gsize)input->size_bytes - n);
        n += got > 0 ? (gsize)got : 0;
    }
    *size = n;
    if (data && got >= 0)
        return data;
    av_free(data);
    g_set_error(error, BT_ERROR, BT_ERROR_IO, "content: cannot be read");
    return NULL;
}

static int give_bytes(void *user, uint8_t *buffer, int size)
{
    gssize n = input_read(user, buffer, (gsize)MAX(size, 0));
    return n == 0 ? AVERROR_EOF : n < 0 ? AVERROR((int)-n) : (int)n;
}

static int64_t move_to(void *user, int64_t offset, int whence)
{
    Input *input = user;
    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
        return input->size_bytes;
    case SEEK_CUR:
        offset += input->position;
        break;
    case SEEK_END:
        offset += input->size_bytes;
        break;
    case SEEK_SET:
        break;
    default:
        return AVERROR(EINVAL);
    }
    if (offset < 0)
        return AVERROR(EINVAL);
    return input->position = offset;
}

AVIOContext *input_new_avio(Input *input)
{
    guint8 *buffer = av_malloc(AVIO_BYTES);
    if (!buffer)
        return NULL;
    input->position = 0;
    return avio_alloc_context(
        buffer, AVIO_BYTES, 0, input, give_bytes, NULL, input->seekable ? move_to : NULL);
}

void input_free_avio(AVIOContext **avio)
{
    if (*avio)
        av_freep(&(*avio)->buffer);
    avio_context_free(avio);
}
