/* The user's half of the wire: a state machine that believes nothing, and a short queue of frames.
 * The first frame of the queue is the one on the glass; it stays until a later one is due, so that
 * whatever becomes of the decoder there is a picture. */
#include "render/media/media.h"

#include "render/media/private.h"

#include <poll.h>
#include <unistd.h>

#define FRAMES_MEMORY_BYTES ((gsize)128 * 1024 * 1024) /* of one medium */
/* One slot is on the glass, the others hold so much of the film. When its decoder wakes up two
 * frames are left of it, or more: if it gets no processor for that long, nobody sees it. */
#define QUEUE_US 150000
#define HUNGRY_FRAMES 3   /* the one on the glass, and those two */
#define QUEUE_MIN_SLOTS 5 /* a film whose frames come unevenly has more of them at times */
#define MIN_SLOTS 2
/* A free slot, and for so long nothing but signs of life: it hangs. A frame of the largest size
 * takes a weak box some seconds. */
#define HANG_TIMEOUT_MS 10000
/* So long after START it may say that it is on its way: of a keyframe in ten seconds a box that
 * decodes a third of what it should. One that was taken over may say it too. */
#define WAY_TIMEOUT_MS 30000
/* No sign of life while so many were due: it stands. */
#define STAND_TIMEOUT_MS (6 * BT_DECODE_PULSE_MS)

/* ---- life ---- */

BtMedia *bt_media_open(int content_fd, const char *name, BtMediaSpawn spawn, gpointer user,
    gint64 mono_ms, GError **error)
{
    int socket = spawn(content_fd, user, error);
    close(content_fd);
    if (socket < 0)
        return NULL;
    BtMedia *media = g_new0(BtMedia, 1);
    g_atomic_ref_count_init(&media->refs);
    g_mutex_init(&media->sound.lock);
    g_queue_init(&media->frames);
    media->name = g_strdup(name);
    media->link = bt_media_link_new(socket);
    media->last_pts_ms = G_MININT64;
    media->spoke_ms = media->now_ms = mono_ms;
    return media;
}

BtMedia *bt_media_ref(BtMedia *media)
{
    g_atomic_ref_count_inc(&media->refs);
    return media;
}

static void give_slots_back(BtMedia *media)
{
    bt_media_link_flush(media->link, g_queue_get_length(&media->frames) <= HUNGRY_FRAMES);
}

static void drop_first(BtMedia *media)
{
    BtMediaFrame *first = g_queue_pop_head(&media->frames);
    bt_frame_unref(first->frame);
    g_free(first);
}

void bt_media_unref(BtMedia *media)
{
    if (!media || !g_atomic_ref_count_dec(&media->refs))
        return;
    bt_media_link_close(media->link);
    while (!g_queue_is_empty(&media->frames))
        drop_first(media);
    bt_media_sound_clear(&media->sound);
    bt_media_cues_clear(&media->cues);
    bt_media_link_unref(media->link);
    g_clear_error(&media->error);
    g_free(media->name);
    g_free(media);
}

/* ---- what it is ---- */

int bt_media_fd(const BtMedia *media)
{
    return media->link->socket;
}

const BtMediaInfo *bt_media_info(const BtMedia *media)
{
    const BtMediaInfo *info = &media->info;
    return info->w_px > 0 || info->has_sound || info->has_cues ? info : NULL;
}

GArray *bt_media_cues(const BtMedia *media)
{
    return media->state == BT_MEDIA_ENDED ? media->cues.cues : NULL;
}

const GError *bt_media_error(const BtMedia *media)
{
    return media->error;
}

/* ---- listening ---- */

/* One that never spoke had not begun with the content: a box without memory or descriptors starts
 * none. */
static GError *end_of_decoder(const BtMedia *media)
{
    return media->lived ? g_error_new(BT_ERROR, BT_ERROR_DIED,
                              "%s: the decoder died: expected its end to be told", media->name)
                        : g_error_new(BT_ERROR, BT_ERROR_IO,
                              "%s: the decoder did not start: expected a word of it", media->name);
}

static void take_closing(BtMedia *media)
{
    if (media->state == BT_MEDIA_ENDED)
        bt_media_link_close(media->link); /* it has said all */
    else
        bt_media_fail(media, end_of_decoder(media));
}

static gboolean is_progress(const BtMedia *media, guint32 type)
{
    return type == BT_DECODE_WAY ? media->now_ms - media->started_ms <= WAY_TIMEOUT_MS
                                 : type != BT_DECODE_ALIVE;
}

static void listen(BtMedia *media)
{
    BtDecodeMessage message;
    while (media->link->socket >= 0) {
        g_autoptr(GError) error = NULL;
        switch (bt_channel_receive(
            media->link->socket, &message, sizeof message, NULL, 0, NULL, &error)) {
        case BT_CHANNEL_OK:
            media->silent_ms = 0;
            media->lived = TRUE;
            if (is_progress(media, message.type))
                media->spoke_ms = media->now_ms;
            bt_media_take(media, &message);
            break;
        case BT_CHANNEL_AGAIN:
            return;
        case BT_CHANNEL_CLOSED:
            take_closing(media);
            return;
        case BT_CHANNEL_ERROR:
            bt_media_fail(media,
                g_error_new(BT_ERROR, BT_ERROR_DIED, "%s: the decoder talks nonsense: %s",
                    media->name, error->message));
            return;
        }
    }
}

/* A stream may stop for as long as its network does; whoever plays it minds that. */
static gboolean is_due_to_speak(BtMedia *media)
{
    guint64 n_released;
    if (media->state == BT_MEDIA_OPENING ||
        (media->state == BT_MEDIA_PLAYING && media->info.has_cues))
        return TRUE;
    gboolean room = bt_media_link_has_room(media->link, &n_released);
    if (!room || n_released != media->n_released)
        media->spoke_ms = media->now_ms;
    media->n_released = n_released;
    return media->state == BT_MEDIA_PLAYING && media->pictures && room &&
        media->info.duration_ms != BT_TIME_MAX;
}

static void fail_for_silence(BtMedia *media, gint64 allowed_ms)
{
    bt_media_fail(media,
        g_error_new(BT_ERROR, BT_ERROR_TIMEOUT, "%s: no word of the decoder: expected one in %d ms",
            media->name, (int)allowed_ms));
}

static void check_time(BtMedia *media)
{
    gint64 allowed_ms =
        media->state == BT_MEDIA_OPENING ? BT_MEDIA_OPEN_TIMEOUT_MS : HANG_TIMEOUT_MS;
    if (is_due_to_speak(media) && media->now_ms - media->spoke_ms > allowed_ms)
        fail_for_silence(media, allowed_ms);
    else if (media->state == BT_MEDIA_PLAYING && media->silent_ms > STAND_TIMEOUT_MS)
        fail_for_silence(media, STAND_TIMEOUT_MS);
}

/* Who did not listen cannot say that it was silent: a board that stood, or had no time, first hears
 * what was said meanwhile, and then waits anew. */
static void take_time(BtMedia *media, gint64 mono_ms)
{
    media->silent_ms += CLAMP(mono_ms - media->now_ms, 0, BT_DECODE_PULSE_MS);
    media->now_ms = mono_ms;
}

BtMediaState bt_media_poll(BtMedia *media, gint64 mono_ms)
{
    take_time(media, mono_ms);
    listen(media);
    give_slots_back(media);
    check_time(media);
    return media->state;
}

/* ---- starting ---- */

/* A stream comes as its network lets it. */
static guint slots_in_time(const BtMediaInfo *info)
{
    if (info->frame_us == 0 || info->duration_ms == BT_TIME_MAX)
        return BT_DECODE_MAX_SLOTS;
    guint n = 1 + (QUEUE_US + info->frame_us - 1) / info->frame_us;
    return CLAMP(n, QUEUE_MIN_SLOTS, BT_DECODE_MAX_SLOTS);
}

static guint slots_for(const BtMediaInfo *info, int w_px, int h_px)
{
    if (info->w_px == 0)
        return 0;
    if (info->duration_ms == 0)
        return 1;
    gsize n = FRAMES_MEMORY_BYTES / ((gsize)w_px * (gsize)h_px * 4);
    return (guint)CLAMP(n, MIN_SLOTS, slots_in_time(info));
}

static gboolean check_start(const BtMedia *media, int w_px, int h_px, gint64 pts_ms, GError **error)
{
    gboolean sized = w_px >= 1 && h_px >= 1 && w_px <= BT_FRAME_MAX_W_PX &&
        h_px <= BT_FRAME_MAX_H_PX && (gint64)w_px * h_px <= BT_DECODE_MAX_PIXELS;
    if (media->state == BT_MEDIA_OPEN && (sized || media->info.w_px == 0) && pts_ms >= 0)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "%s: start of %d×%d px at %" G_GINT64_FORMAT
        " ms: expected an open medium, a size up to %d×%d",
        media->name, w_px, h_px, pts_ms, BT_FRAME_MAX_W_PX, BT_FRAME_MAX_H_PX);
    return FALSE;
}

static gboolean make_memories(
    BtMedia *media, const BtDecodeMessage *start, int fds[2], guint *n_fds, GError **error)
{
    if (start->n_slots > 0) {
        fds[*n_fds] =
            bt_media_link_map(media->link, start->n_slots, start->w_px, start->h_px, error);
        if (fds[*n_fds] < 0)
            return FALSE;
        ++*n_fds;
    }
    if (start->want_sound) {
        fds[*n_fds] = bt_media_sound_map(&media->sound, start->pts_ms, error);
        if (fds[*n_fds] < 0)
            return FALSE;
        ++*n_fds;
    }
    return TRUE;
}

static gboolean send_start(
    BtMedia *media, const BtDecodeMessage *start, const int *fds, guint n_fds, GError **error)
{
    if (bt_media_link_send(media->link, start, fds, n_fds) == BT_CHANNEL_OK)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_DIED, "%s: the decoder does not listen", media->name);
    return FALSE;
}

void bt_media_allow_planes(BtMedia *media)
{
    media->planes = TRUE;
}

gboolean bt_media_start(BtMedia *media, int w_px, int h_px, gint64 pts_ms, gboolean sound,
    gboolean loop, GError **error)
{
    int fds[2] = { -1, -1 };
    guint n_fds = 0;
    if (!check_start(media, w_px, h_px, pts_ms, error))
        return FALSE;
    BtDecodeMessage start = { .type = BT_DECODE_START,
        .w_px = w_px,
        .h_px = h_px,
        .pts_ms = pts_ms,
        .n_slots = slots_for(&media->info, w_px, h_px),
        .want_sound = sound && media->info.has_sound,
        .loop = loop ? 1 : 0,
        .pixels = media->planes ? 1 : 0 };
    gboolean done = make_memories(media, &start, fds, &n_fds, error) &&
        send_start(media, &start, fds, n_fds, error);
    for (guint i = 0; i < n_fds; i++)
        close(fds[i]);
    if (!done)
        return FALSE;
    media->pictures = start.n_slots > 0;
    media->started_ms = media->spoke_ms = media->now_ms;
    media->silent_ms = 0;
    media->state = BT_MEDIA_PLAYING;
    return TRUE;
}

/* ---- frames ---- */

/* Lets go of what is older than the frame to be shown at `pts_ms`. */
static void drop_older(BtMedia *media, gint64 pts_ms)
{
    for (;;) {
        const BtMediaFrame *second = g_queue_peek_nth(&media->frames, 1);
        if (!second || second->pts_ms > pts_ms)
            break;
        drop_first(media);
        media->passed = TRUE;
    }
    give_slots_back(media);
}

BtFrame *bt_media_frame_at(BtMedia *media, gint64 pts_ms, gint64 *pts_out_ms)
{
    drop_older(media, pts_ms);
    const BtMediaFrame *first = g_queue_peek_head(&media->frames);
    /* Asked for what is gone, when a clock settled, the glass keeps what it has. */
    if (!first || (first->pts_ms > pts_ms && !media->passed))
        return NULL;
    if (pts_out_ms)
        *pts_out_ms = first->pts_ms;
    return bt_frame_ref(first->frame);
}

gint64 bt_media_next_pts(BtMedia *media, gint64 pts_ms)
{
    for (const GList *at = media->frames.head; at; at = at->next) {
        const BtMediaFrame *frame = at->data;
        if (frame->pts_ms > pts_ms)
            return frame->pts_ms;
    }
    return media->state == BT_MEDIA_ENDED || media->state == BT_MEDIA_FAILED ? BT_TIME_MAX : -1;
}

gint64 bt_media_frame_end(const BtMedia *media, gint64 pts_ms)
{
    gint64 end_ms = 0;
    for (const GList *at = media->frames.head; at; at = at->next) {
        const BtMediaFrame *frame = at->data;
        if (frame->pts_ms <= pts_ms)
            end_ms = frame->pts_ms + frame->duration_ms;
    }
    return end_ms;
}

/* ---- waiting ---- */

/* Until the decoder says something; FALSE when the time is up. */
static gboolean wait_a_word(BtMedia *media, gint64 until_us)
{
    gint64 left_us = until_us - g_get_monotonic_time();
    if (left_us <= 0 || media->link->socket < 0)
        return FALSE;
    return bt_channel_wait(media->link->socket, (int)MIN((left_us + 999) / 1000, 60000));
}

static void poll_after(BtMedia *media, gint64 began_us, gint64 began_ms)
{
    bt_media_poll(media, began_ms + (g_get_monotonic_time() - began_us) / 1000);
}

gboolean bt_media_wait(BtMedia *media, gint64 pts_ms, int timeout_ms)
{
    gint64 began_us = g_get_monotonic_time(), began_ms = media->now_ms;
    gint64 until_us = began_us + timeout_ms * G_GINT64_CONSTANT(1000);
    for (;;) {
        poll_after(media, began_us, began_ms);
        drop_older(media, pts_ms); /* its slot may be the one that the next frame waits for */
        if (bt_media_next_pts(media, pts_ms) != -1)
            return TRUE;
        if (!wait_a_word(media, until_us))
            return FALSE;
    }
}

gboolean bt_media_wait_open(BtMedia *media, int timeout_ms)
{
    gint64 began_us = g_get_monotonic_time(), began_ms = media->now_ms;
    gint64 until_us = began_us + timeout_ms * G_GINT64_CONSTANT(1000);
    do
        poll_after(media, began_us, began_ms);
    while (media->state == BT_MEDIA_OPENING && wait_a_word(media, until_us));
    return media->state != BT_MEDIA_OPENING && media->state != BT_MEDIA_FAILED;
}
