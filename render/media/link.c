/* A frame on the glass may outlive the medium that it came from, and the decoder too. So the memory
 * belongs to this link, every frame over it holds a reference, and the slot goes back when the last
 * holder lets go: to the decoder when it still lives, else to nobody.
 *
 * While there are frames enough, slots wait for one another and go back together. The decoder then
 * wakes up to some pictures in a row, of which only the first finds the caches cold. */
#include "base/io.h"
#include "render/media/private.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* 1080p30 of H.264 took a twentieth less of the processor than with one at a time. */
#define SLOTS_TOGETHER 3

typedef struct {
    BtMediaLink *link;
    guint32 slot;
} Loan;

BtMediaLink *bt_media_link_new(int socket)
{
    BtMediaLink *link = g_new0(BtMediaLink, 1);
    g_atomic_ref_count_init(&link->refs);
    g_mutex_init(&link->lock);
    link->socket = socket;
    return link;
}

void bt_media_link_close(BtMediaLink *link)
{
    g_mutex_lock(&link->lock);
    if (link->socket >= 0)
        close(link->socket);
    link->socket = -1;
    g_mutex_unlock(&link->lock);
}

void bt_media_link_unref(BtMediaLink *link)
{
    if (!g_atomic_ref_count_dec(&link->refs))
        return;
    bt_media_link_close(link);
    if (link->frames)
        munmap((void *)link->frames, link->frames_bytes);
    g_mutex_clear(&link->lock);
    g_free(link);
}

static BtChannelStatus send_locked(
    BtMediaLink *link, const BtDecodeMessage *message, const int *fds, guint n_fds)
{
    if (link->socket < 0)
        return BT_CHANNEL_CLOSED;
    return bt_channel_send(link->socket, message, sizeof *message, fds, n_fds, NULL);
}

BtChannelStatus bt_media_link_send(
    BtMediaLink *link, const BtDecodeMessage *message, const int *fds, guint n_fds)
{
    g_mutex_lock(&link->lock);
    BtChannelStatus status = send_locked(link, message, fds, n_fds);
    g_mutex_unlock(&link->lock);
    return status;
}

int bt_media_link_map(BtMediaLink *link, guint n_slots, int w_px, int h_px, GError **error)
{
    gsize bytes = (gsize)w_px * (gsize)h_px * 4 * n_slots;
    int fd = bt_io_shared_memory("bangtin-frames", bytes, error);
    if (fd < 0)
        return -1;
    void *memory = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        bt_error_set_errno(error, BT_ERROR_FAILED, errno, "frames", "cannot map the memory");
        close(fd);
        return -1;
    }
    link->frames = memory;
    link->frames_bytes = bytes;
    link->n_slots = n_slots;
    link->w_px = w_px;
    link->h_px = h_px;
    return fd;
}

static void release_locked(BtMediaLink *link, guint32 slot)
{
    BtDecodeMessage message = { .type = BT_DECODE_RELEASE, .slot = slot };
    if (send_locked(link, &message, NULL, 0) == BT_CHANNEL_AGAIN)
        return;
    link->to_release &= ~(1u << slot);
    link->n_released++;
}

static void flush_locked(BtMediaLink *link)
{
    if (!link->hungry && __builtin_popcount(link->to_release) < SLOTS_TOGETHER)
        return;
    for (guint32 k = 0; k < link->n_slots; k++)
        if (link->to_release & 1u << k)
            release_locked(link, k);
}

static void give_back(gpointer user)
{
    Loan *loan = user;
    g_mutex_lock(&loan->link->lock);
    loan->link->ours &= ~(1u << loan->slot);
    loan->link->to_release |= 1u << loan->slot;
    flush_locked(loan->link);
    g_mutex_unlock(&loan->link->lock);
    bt_media_link_unref(loan->link);
    g_free(loan);
}

/* Marks the slot as ours; FALSE when the decoder had no right to give it. */
static gboolean take_slot(BtMediaLink *link, guint32 slot)
{
    if (slot >= link->n_slots)
        return FALSE;
    g_mutex_lock(&link->lock);
    gboolean theirs = !((link->ours | link->to_release) & 1u << slot);
    if (theirs)
        link->ours |= 1u << slot;
    g_mutex_unlock(&link->lock);
    return theirs;
}

static BtPlanes planes_at(const BtMediaLink *link, const guint8 *slot, guint32 pixels)
{
    static const BtMatrix matrices[BT_DECODE_N_PIXELS] = {
        [BT_DECODE_BT601] = BT_MATRIX_BT601,
        [BT_DECODE_BT601_FULL] = BT_MATRIX_BT601_FULL,
        [BT_DECODE_BT709] = BT_MATRIX_BT709,
        [BT_DECODE_BT709_FULL] = BT_MATRIX_BT709_FULL,
        [BT_DECODE_BT2020] = BT_MATRIX_BT2020,
        [BT_DECODE_BT2020_FULL] = BT_MATRIX_BT2020_FULL,
    };
    int half_w = (link->w_px + 1) / 2, half_h = (link->h_px + 1) / 2;
    const guint8 *u = slot + (gsize)link->w_px * (gsize)link->h_px;
    return (BtPlanes){ slot, u, u + (gsize)half_w * (gsize)half_h, link->w_px, half_w,
        matrices[pixels] };
}

BtFrame *bt_media_link_frame(BtMediaLink *link, const BtDecodeMessage *message)
{
    if (!take_slot(link, message->slot))
        return NULL;
    Loan *loan = g_new(Loan, 1);
    *loan = (Loan){ link, message->slot };
    g_atomic_ref_count_inc(&link->refs);
    const guint8 *slot = link->frames + (gsize)message->slot * (link->frames_bytes / link->n_slots);
    if (message->pixels != BT_DECODE_BGRA) {
        BtPlanes planes = planes_at(link, slot, message->pixels);
        return bt_frame_new_over_planes(&planes, link->w_px, link->h_px, give_back, loan);
    }
    return bt_frame_new_over((guint32 *)(void *)slot, link->w_px, link->h_px, link->w_px,
        message->opaque != 0, give_back, loan);
}

void bt_media_link_flush(BtMediaLink *link, gboolean hungry)
{
    g_mutex_lock(&link->lock);
    link->hungry = hungry;
    flush_locked(link);
    g_mutex_unlock(&link->lock);
}

gboolean bt_media_link_has_room(BtMediaLink *link, guint64 *n_released)
{
    g_mutex_lock(&link->lock);
    guint32 all = (1u << link->n_slots) - 1;
    gboolean room = ((link->ours | link->to_release) & all) != all;
    *n_released = link->n_released;
    g_mutex_unlock(&link->lock);
    return room;
}
