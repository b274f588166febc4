/* Slots and positions are ours to hand out and the user's to give back: a slot is either free here
 * or the user's, and only a RELEASE of one that is the user's frees it. The user is trusted no more
 * than that, since a mistake of its would else write over a picture on the glass. */
#include "render/decode/decode.h"

#include "base/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOUND_FRAME_BYTES (2 * sizeof(gint16))
#define SOUND_BYTES (BT_DECODE_SOUND_FRAMES * SOUND_FRAME_BYTES)

static G_NORETURN void nobody_listens(void)
{
    _exit(0);
}

/* GLib's own way to stderr would first open the table of alphabets. */
void say(const char *what)
{
    g_autofree char *line = g_strdup_printf("bangtin-decode: %s\n", what);
    if (write(STDERR_FILENO, line, strlen(line)) < 0)
        return; /* nobody reads it */
}

static G_NORETURN void user_is_wrong(const char *what)
{
    say(what);
    _exit(1);
}

static void wait_for(int fd, short events)
{
    struct pollfd one = { .fd = fd, .events = events };
    while (poll(&one, 1, -1) < 0 && errno == EINTR)
        ;
}

static void send_message(Ring *ring, const BtDecodeMessage *message)
{
    for (;;) {
        switch (bt_channel_send(ring->socket, message, sizeof *message, NULL, 0, NULL)) {
        case BT_CHANNEL_OK:
            return;
        case BT_CHANNEL_AGAIN:
            wait_for(ring->socket, POLLOUT);
            break;
        default:
            nobody_listens();
        }
    }
}

void ring_tell_life(int socket)
{
    BtDecodeMessage message = { .type = BT_DECODE_ALIVE };
    BtChannelStatus status = bt_channel_send(socket, &message, sizeof message, NULL, 0, NULL);
    if (status != BT_CHANNEL_OK && status != BT_CHANNEL_AGAIN)
        nobody_listens();
}

void ring_tell_way(Ring *ring)
{
    BtDecodeMessage message = { .type = BT_DECODE_WAY };
    send_message(ring, &message);
}

void ring_info(Ring *ring, const BtDecodeMessage *info)
{
    BtDecodeMessage message = *info;
    message.type = BT_DECODE_INFO;
    send_message(ring, &message);
}

/* ---- START ---- */

static BtChannelStatus receive(Ring *ring, BtDecodeMessage *message, int *fds, guint *n_fds)
{
    BtChannelStatus status =
        bt_channel_receive(ring->socket, message, sizeof *message, fds, fds ? 2 : 0, n_fds, NULL);
    if (status == BT_CHANNEL_CLOSED)
        nobody_listens();
    if (status == BT_CHANNEL_ERROR)
        user_is_wrong("wire: a message that is none");
    return status;
}

static gsize slot_bytes(const Ring *ring)
{
    return (gsize)ring->start.w_px * (gsize)ring->start.h_px * 4;
}

static gboolean start_is_sane(const BtDecodeMessage *start, guint n_fds)
{
    gboolean picture = start->n_slots > 0;
    if (start->n_slots > BT_DECODE_MAX_SLOTS || start->want_sound > 1 || start->loop > 1 ||
        start->pixels > 1)
        return FALSE;
    if (picture && (start->w_px < 1 || start->h_px < 1))
        return FALSE;
    if (picture && !check_size(start->w_px, start->h_px, NULL))
        return FALSE;
    if (start->pts_ms < 0 || start->pts_ms > G_MAXINT64 / 1000000)
        return FALSE;
    return n_fds == (guint)picture + start->want_sound;
}

static gboolean examine_is_sane(const BtDecodeMessage *start, guint n_fds)
{
    return n_fds == 0 && start->w_px >= 1 && start->h_px >= 1 &&
        check_size(start->w_px, start->h_px, NULL) && start->duration_ms >= 1 &&
        start->duration_ms <= BT_DECODE_EXAMINE_MAX_MS;
}

static void *map(int fd, gsize bytes, GError **error)
{
    struct stat info;
    int seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0 || !(seals & F_SEAL_SHRINK) || fstat(fd, &info) != 0 ||
        (guint64)info.st_size < bytes) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "START: a memory that is not sealed or too small: expected %" G_GSIZE_FORMAT " bytes",
            bytes);
        return NULL;
    }
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory != MAP_FAILED)
        return memory;
    bt_error_set_errno(error, BT_ERROR_LIMIT, errno, "START", "cannot map the memory");
    return NULL;
}

static gboolean map_memories(Ring *ring, const int *fds, GError **error)
{
    guint n = 0;
    if (ring->start.n_slots > 0 &&
        !(ring->frames = map(fds[n++], slot_bytes(ring) * ring->start.n_slots, error)))
        return FALSE;
    return !ring->start.want_sound || (ring->sound = map(fds[n], SOUND_BYTES, error)) != NULL;
}

gboolean ring_wait_start(Ring *ring, GError **error)
{
    int fds[2];
    guint n_fds = 0;
    while (receive(ring, &ring->start, fds, &n_fds) == BT_CHANNEL_AGAIN)
        wait_for(ring->socket, POLLIN);
    if (ring->start.type == BT_DECODE_EXAMINE && examine_is_sane(&ring->start, n_fds))
        return TRUE;
    if (ring->start.type != BT_DECODE_START || !start_is_sane(&ring->start, n_fds))
        user_is_wrong("wire: a START that contradicts itself");
    gboolean done = map_memories(ring, fds, error);
    for (guint i = 0; i < n_fds; i++)
        close(fds[i]);
    return done;
}

/* ---- what the user says ---- */

static void take(Ring *ring, const BtDecodeMessage *message)
{
    switch (message->type) {
    case BT_DECODE_RELEASE:
        if (message->slot >= ring->start.n_slots || !(ring->busy & 1u << message->slot))
            user_is_wrong("wire: RELEASE of a slot that was not given");
        ring->busy &= ~(1u << message->slot);
        break;
    case BT_DECODE_SOUND_TAKEN:
        if (message->position < ring->sound_taken || message->position > ring->sound_head)
            user_is_wrong("wire: SOUND_TAKEN out of the ring");
        ring->sound_taken = message->position;
        break;
    default:
        user_is_wrong("wire: a message out of turn");
    }
}

void ring_listen(Ring *ring, gboolean wait)
{
    BtDecodeMessage message;
    if (wait)
        wait_for(ring->socket, POLLIN);
    while (receive(ring, &message, NULL, NULL) == BT_CHANNEL_OK)
        take(ring, &message);
}

void ring_wait_input(const Ring *ring, int fd)
{
    struct pollfd both[2] = { { .fd = fd, .events = POLLIN }, { .fd = ring->socket } };
    for (;;) {
        int n = poll(both, 2, -1);
        if (n > 0 && both[1].revents)
            nobody_listens();
        if (n > 0)
            return;
    }
}

/* ---- frames ---- */

int ring_free_slot(const Ring *ring)
{
    for (guint k = 0; k < ring->start.n_slots; k++)
        if (!(ring->busy & 1u << k))
            return (int)k;
    return -1;
}

guint8 *ring_slot(const Ring *ring, int slot)
{
    return ring->frames + slot_bytes(ring) * (gsize)slot;
}

static void send_slot(Ring *ring, const BtDecodeMessage *message)
{
    ring->busy |= 1u << message->slot;
    send_message(ring, message);
}

void ring_send_frame(Ring *ring, int slot, gint64 pts_ms, gint64 duration_ms, gboolean opaque)
{
    BtDecodeMessage message = { .type = BT_DECODE_FRAME,
        .slot = (guint32)slot,
        .pts_ms = pts_ms,
        .duration_ms = duration_ms,
        .opaque = opaque ? 1 : 0 };
    send_slot(ring, &message);
}

void ring_send_planes(
    Ring *ring, int slot, gint64 pts_ms, gint64 duration_ms, BtDecodePixels pixels)
{
    BtDecodeMessage message = { .type = BT_DECODE_FRAME,
        .slot = (guint32)slot,
        .pts_ms = pts_ms,
        .duration_ms = duration_ms,
        .opaque = 1,
        .pixels = pixels };
    send_slot(ring, &message);
}

/* ---- sound ---- */

gsize ring_sound_room(const Ring *ring)
{
    return BT_DECODE_SOUND_FRAMES - (gsize)(ring->sound_head - ring->sound_taken);
}

static void put_part(Ring *ring, gsize at, const gint16 *samples, gsize n)
{
    if (samples)
        memcpy(ring->sound + at * 2, samples, n * SOUND_FRAME_BYTES);
    else
        memset(ring->sound + at * 2, 0, n * SOUND_FRAME_BYTES);
}

gsize ring_put_sound(Ring *ring, const gint16 *samples, gsize n)
{
    n = MIN(n, ring_sound_room(ring));
    gsize at = (gsize)(ring->sound_head % BT_DECODE_SOUND_FRAMES);
    gsize first = MIN(n, BT_DECODE_SOUND_FRAMES - at);
    put_part(ring, at, samples, first);
    put_part(ring, 0, samples ? samples + first * 2 : NULL, n - first);
    ring->sound_head += n;
    return n;
}

void ring_tell_sound(Ring *ring)
{
    BtDecodeMessage message = {
        .type = BT_DECODE_SOUND, .position = ring->sound_head, .sound_pts_ms = ring->start.pts_ms
    };
    send_message(ring, &message);
}

/* ---- cues ---- */

void ring_cue(Ring *ring, gint64 start_ms, gint64 end_ms, const char *text)
{
    gsize n = strlen(text), told = 0;
    BtDecodeMessage message = {
        .type = BT_DECODE_CUE, .pts_ms = start_ms, .duration_ms = end_ms - start_ms, .position = n
    };
    while (told < n) {
        gsize piece = MIN(n - told, sizeof message.text);
        memcpy(message.text, text + told, piece);
        send_message(ring, &message);
        told += piece;
        message = (BtDecodeMessage){ .type = BT_DECODE_TEXT };
    }
}

/* ---- the end ---- */

void ring_found(Ring *ring, BtDecodeFound what, gint64 value)
{
    BtDecodeMessage message = { .type = BT_DECODE_FOUND, .slot = what, .pts_ms = value };
    send_message(ring, &message);
}

void ring_end(Ring *ring)
{
    BtDecodeMessage message = { .type = BT_DECODE_END };
    send_message(ring, &message);
}

void ring_fail(Ring *ring, const GError *error)
{
    BtDecodeMessage message = { .type = BT_DECODE_FAILED };
    g_strlcpy(message.code, bt_error_reason(error), sizeof message.code);
    g_strlcpy(message.reason, error->message, sizeof message.reason);
    send_message(ring, &message);
}
