/* One second of sound between two processes. The decoder moves the head, the sound thread the tail;
 * both say so in messages, so no index lies in the shared memory where the other could bend it. */
#include "base/io.h"
#include "render/media/private.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FRAMES_PER_MS 48
#define RING_BYTES ((gsize)BT_DECODE_SOUND_FRAMES * 2 * sizeof(gint16))
/* Times in whole milliseconds jitter by one; sound that follows within two goes on without a click.
 */
#define SEAM_FRAMES (2 * FRAMES_PER_MS)

int bt_media_sound_map(BtMediaSound *sound, gint64 start_ms, GError **error)
{
    int fd = bt_io_shared_memory("bangtin-sound", RING_BYTES, error);
    if (fd < 0)
        return -1;
    void *memory = mmap(NULL, RING_BYTES, PROT_READ, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        bt_error_set_errno(error, BT_ERROR_FAILED, errno, "sound", "cannot map the memory");
        close(fd);
        return -1;
    }
    g_mutex_lock(&sound->lock);
    sound->samples = memory;
    sound->start_ms = start_ms;
    g_mutex_unlock(&sound->lock);
    return fd;
}

void bt_media_sound_clear(BtMediaSound *sound)
{
    if (sound->samples)
        munmap((void *)sound->samples, RING_BYTES);
    sound->samples = NULL;
    g_mutex_clear(&sound->lock);
}

gboolean bt_media_sound_advance(BtMediaSound *sound, guint64 head, gint64 start_ms)
{
    g_mutex_lock(&sound->lock);
    gboolean sane = sound->samples && start_ms == sound->start_ms && head >= sound->head &&
        head - sound->taken <= BT_DECODE_SOUND_FRAMES;
    if (sane)
        sound->head = head;
    g_mutex_unlock(&sound->lock);
    return sane;
}

/* Where in the ring `pts_ms` is; the seam of two calls is kept whole. */
static guint64 position_of(const BtMediaSound *sound, gint64 pts_ms)
{
    guint64 at = (guint64)(pts_ms - sound->start_ms) * FRAMES_PER_MS;
    guint64 off = at > sound->taken ? at - sound->taken : sound->taken - at;
    return off <= SEAM_FRAMES ? sound->taken : at;
}

static void copy_out(const BtMediaSound *sound, gint16 *samples, gsize n)
{
    gsize at = (gsize)(sound->taken % BT_DECODE_SOUND_FRAMES);
    gsize first = MIN(n, BT_DECODE_SOUND_FRAMES - at);
    memcpy(samples, sound->samples + at * 2, first * 2 * sizeof *samples);
    memcpy(samples + first * 2, sound->samples, (n - first) * 2 * sizeof *samples);
}

static gsize read_locked(BtMediaSound *sound, gint64 pts_ms, gint16 *samples, gsize n_frames)
{
    if (!sound->samples || pts_ms < sound->start_ms ||
        pts_ms - sound->start_ms > G_MAXINT64 / FRAMES_PER_MS)
        return 0;
    guint64 at = position_of(sound, pts_ms);
    if (at < sound->taken)
        return 0;
    sound->taken = MIN(at, sound->head);
    gsize n = at > sound->head ? 0 : (gsize)MIN(n_frames, sound->head - at);
    copy_out(sound, samples, n);
    sound->taken += n;
    return n;
}

gsize bt_media_read_sound(BtMedia *media, gint64 pts_ms, gint16 *samples, gsize n_frames)
{
    BtMediaSound *sound = &media->sound;
    BtDecodeMessage message = { .type = BT_DECODE_SOUND_TAKEN };
    g_mutex_lock(&sound->lock);
    guint64 before = sound->taken;
    gsize n = read_locked(sound, pts_ms, samples, n_frames);
    message.position = sound->taken;
    if (sound->taken !=
        before) /* one that has no room is made good by the next: positions are absolute */
        bt_media_link_send(media->link, &message, NULL, 0);
    g_mutex_unlock(&sound->lock);
    return n;
}
