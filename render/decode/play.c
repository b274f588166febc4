/* Both tracks by turns, one small step at a time, until neither can move; then we sleep until the
 * user gives something back. The picture's end is told as soon as it is known: who waits for a
 * picture must not wait for sound that nobody takes. */
#include "render/decode/decode.h"

#include "render/decode/jail.h"

#include <time.h>

#define EARLIER_US (10 * G_USEC_PER_SEC)

typedef struct {
    Ring *ring;
    Demux demux;
    Video video;
    Sound sound;
    gboolean pictures, sounds; /* still to come */
    gboolean had_pictures;
    guint seeks;
} Play;

/* ---- START ---- */

/* Where in a loop that has been turning since 0 the wanted time lies. */
static gint64 enter_loop(Play *play, gint64 us)
{
    gint64 length = play->demux.length_us;
    if (!play->ring->start.loop || length <= 0 || us < length)
        return us;
    play->demux.shift_us = us / length * length;
    return us % length;
}

static gboolean open_tracks(Play *play, GError **error)
{
    Demux *demux = &play->demux;
    const BtDecodeMessage *start = &play->ring->start;
    demux->wanted[TRACK_VIDEO] &= start->n_slots > 0;
    demux->wanted[TRACK_SOUND] &= start->want_sound > 0;
    play->pictures = play->had_pictures = demux->wanted[TRACK_VIDEO];
    play->sounds = demux->wanted[TRACK_SOUND];
    if (play->pictures && !play->video.codec && !video_open(&play->video, demux, FALSE, error))
        return FALSE;
    if (play->pictures)
        video_start(&play->video, play->ring);
    else
        video_close(&play->video);
    if (!play->sounds || sound_open(&play->sound, play->ring, demux, NULL))
        return TRUE;
    play->sounds = demux->wanted[TRACK_SOUND] =
        FALSE; /* pictures without sound are better than none */
    return TRUE;
}

/* What was decoded before START stays, where a seek would only decode it again. */
static void begin(Play *play)
{
    gint64 us = enter_loop(play, play->ring->start.pts_ms * 1000);
    play->video.from_start = us <= 0 || !play->demux.input->seekable ||
        (play->video.looked && demux_begins_with(&play->demux, us));
    if (play->video.from_start)
        return;
    if (play->pictures)
        video_flush(&play->video);
    demux_seek(&play->demux, us);
}

/* ---- turning back ---- */

static void flush(Play *play)
{
    if (play->had_pictures)
        video_flush(&play->video);
    if (play->sounds)
        sound_flush(&play->sound);
}

static gboolean from_the_start(Play *play, GError **error)
{
    gint64 shift = play->demux.shift_us;
    if (!demux_again(&play->demux, error))
        return FALSE;
    play->demux.shift_us = shift;
    play->video.from_start = TRUE;
    return TRUE;
}

/* The keyframe that we were sent to is later than the picture wanted, or damaged. */
static gboolean seek_earlier(Play *play, GError **error)
{
    gint64 us = play->ring->start.pts_ms * 1000 - play->demux.shift_us - EARLIER_US;
    flush(play);
    if (play->seeks++ > 0 || us <= 0)
        return from_the_start(play, error);
    demux_seek(&play->demux, us);
    return TRUE;
}

static gboolean go_again(Play *play, GError **error)
{
    flush(play);
    if (play->video.from_start)
        return from_the_start(play, error);
    demux_seek(&play->demux, play->ring->start.pts_ms * 1000 - play->demux.shift_us);
    return TRUE;
}

static gboolean turn_loop(Play *play, GError **error)
{
    if (!demux_again(&play->demux, error))
        return FALSE;
    play->video.from_start = TRUE;
    flush(play);
    return TRUE;
}

/* ---- the end ---- */

static gboolean verdict(const Play *play, GError **error)
{
    if (play->video.n_sent == 0)
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "content: no picture of it can be decoded: expected at least one");
    else if (demux_is_cut(&play->demux))
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "content: ends at %" G_GINT64_FORMAT " ms: expected %" G_GINT64_FORMAT " ms of it",
            play->demux.seen_us / 1000, play->demux.promised_us / 1000);
    else
        return TRUE;
    return FALSE;
}

static gboolean end_pictures(Play *play, GError **error)
{
    if (play->video.n_sent == 0 && !play->video.from_start)
        return seek_earlier(play, error);
    if (!verdict(play, error))
        return FALSE;
    if (play->ring->start.loop && !play->demux.single)
        return turn_loop(play, error);
    play->pictures = FALSE;
    ring_end(play->ring);
    return TRUE;
}

static gboolean end_sound(Play *play, GError **error)
{
    if (play->had_pictures && play->ring->start.loop)
        return TRUE; /* the pictures turn the loop, with us in it */
    if (!play->had_pictures && play->sound.next > 0 && play->ring->start.loop)
        return turn_loop(play, error);
    play->sounds = FALSE;
    if (!play->had_pictures)
        ring_end(play->ring);
    return TRUE;
}

/* ---- running ---- */

static gboolean step_pictures(Play *play, gboolean *moved, GError **error)
{
    Step step = video_step(&play->video, error);
    *moved |= step != STEP_BLOCKED;
    switch (step) {
    case STEP_EARLIER:
        return seek_earlier(play, error);
    case STEP_AGAIN:
        return go_again(play, error);
    case STEP_DONE:
        return end_pictures(play, error);
    case STEP_FAILED:
        return FALSE;
    default:
        return TRUE;
    }
}

static gboolean step_sound(Play *play, gboolean *moved, GError **error)
{
    Step step = sound_step(&play->sound);
    if (step == STEP_DONE) {
        *moved |= !(play->had_pictures && play->ring->start.loop);
        return end_sound(play, error);
    }
    *moved |= step != STEP_BLOCKED;
    return TRUE;
}

static gboolean run(Play *play, GError **error)
{
    if (!play->pictures && !play->sounds)
        ring_end(play->ring);
    while (play->pictures || play->sounds) {
        gboolean moved = FALSE;
        ring_listen(play->ring, FALSE);
        if (play->pictures && !step_pictures(play, &moved, error))
            return FALSE;
        if (play->sounds && !step_sound(play, &moved, error))
            return FALSE;
        if (!moved)
            ring_listen(play->ring, TRUE);
    }
    return TRUE;
}

/* What was decoded counts for nothing. */
static gboolean look_away(Play *play, GError **error)
{
    gboolean looked = play->video.codec != NULL;
    video_close(&play->video);
    return !looked || from_the_start(play, error);
}

static gint64 cost_us(void)
{
    struct timespec now = { 0 };
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* The container was opened without a look at its pictures. The first of them knows better how it is
 * to be shown, and most starts begin with it: while the user makes room it is decoded already. What
 * cannot be opened is told when somebody wants it.
 *
 * It also tells whether one thread is enough. Each further one holds pictures of its own, and all
 * of them wait for each other at every picture. */
static gboolean look(Play *play, BtDecodeMessage *info, GError **error)
{
    gboolean looks = play->demux.unseen && video_open(&play->video, &play->demux, TRUE, NULL);
    gint64 began_us = cost_us();
    demux_info(&play->demux, looks ? video_look(&play->video) : NULL, info);
    return !looks || video_is_light(&play->video, cost_us() - began_us) || look_away(play, error);
}

static gboolean tell_info(Play *play, GError **error)
{
    BtDecodeMessage info = { .type = BT_DECODE_INFO, .slot = 1 };
    if (!look(play, &info, error) || !check_size(info.w_px, info.h_px, error))
        return FALSE;
    ring_info(play->ring, &info);
    return TRUE;
}

static gboolean examine(Play *play, GError **error)
{
    return look_away(play, error) && examine_run(play->ring, &play->demux, error);
}

static gboolean play_tracks(Play *play, GError **error)
{
    if (!open_tracks(play, error))
        return FALSE;
    begin(play);
    return run(play, error);
}

gboolean play_run(Ring *ring, Input *input, const Probe *probe, GError **error)
{
    Play play = { .ring = ring };
    bt_jail_allow_long_run();
    gboolean done = demux_open(&play.demux, input, probe, error) && tell_info(&play, error) &&
        ring_wait_start(ring, error);
    if (done)
        done = ring->start.type == BT_DECODE_EXAMINE ? examine(&play, error)
                                                     : play_tracks(&play, error);
    video_close(&play.video);
    sound_close(&play.sound);
    demux_close(&play.demux);
    return done;
}
