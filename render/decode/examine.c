/* What is in a film or a sound, without showing it: everything is decoded once, as fast as it goes,
 * and what a board cares about is counted on the way.
 *
 * The cost that is told is that of decoding and of bringing each picture to the size wanted, in
 * seconds of the processor and not of the clock: so it is the same beside other work. What only the
 * examination does (looking for black, listening) is taken out again. */
#include "render/decode/decode.h"

#include "render/decode/grade.h"
#include "render/decode/loudness.h"

#include <string.h>
#include <time.h>

#define MAX_STEPS 500000   /* between frames: two hours at 60 a second are 432,000 */
#define BLACK_LEVEL 24     /* of 255; what codecs make of black is below */
#define PROBES 24          /* a picture is looked at in so many rows and columns */
#define STEP_SLACK_US 3000 /* stamps in whole milliseconds */
#define STEP_SLACK_PERCENT 15
#define DAMAGED_MIN 3
#define DAMAGED_PERCENT 5 /* of the pictures: what is less may be a recording's own */
#define FIRST_US (30 * G_USEC_PER_SEC)
#define TELL_US G_USEC_PER_SEC
#define MAX_ATOMS 1000

typedef struct {
    Ring *ring;
    Demux *demux;
    AVCodecContext *codec, *sound_codec;
    Converter *converter;
    AVFrame *frame;
    guint8 *picture; /* of the size wanted */
    Loudness *loudness;
    GArray *steps;                    /* of gint64 µs */
    gint64 last_us, end_us, seen_us;  /* of pictures; of what was heard */
    gint64 first_lit_us, last_lit_us; /* -1: all black so far; the end of the last that is not */
    gint64 frames, interlaced;
    gboolean begun;                     /* a whole picture came */
    gint64 damaged;                     /* since: those that a player leaves out */
    gint64 began_us, told_us, until_us; /* the clock */
    gint64 aside_us;                    /* processor time that is not the film's */
    gboolean whole;
} Examination;

/* ---- time ---- */

static gint64 clock_us(clockid_t clock)
{
    struct timespec now = { 0 };
    clock_gettime(clock, &now);
    return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void tell(const Examination *e, BtDecodeFound what, gint64 value)
{
    ring_found(e->ring, what, value);
}

/* FALSE when the time is up; a machine that is busy gets some more for the first picture. The user
 * learns that we live. */
static gboolean may_go_on(Examination *e)
{
    gint64 now_us = g_get_monotonic_time();
    if (now_us - e->told_us >= TELL_US) {
        e->told_us = now_us;
        tell(e, BT_FOUND_FRAMES, e->frames);
        ring_listen(e->ring, FALSE);
    }
    gint64 more_us = e->codec && e->frames == 0 ? FIRST_US : 0;
    return now_us < e->until_us + more_us;
}

/* ---- pictures ---- */

static gboolean is_black(const guint8 *bgra, int w_px, int h_px)
{
    int n_x = MIN(w_px, PROBES), n_y = MIN(h_px, PROBES);
    for (int k = 0; k < n_y; k++) {
        const guint8 *row = bgra + (gsize)((2 * k + 1) * h_px / (2 * n_y)) * (gsize)w_px * 4;
        for (int i = 0; i < n_x; i++) {
            const guint8 *p = row + (gsize)((2 * i + 1) * w_px / (2 * n_x)) * 4;
            if (MAX(p[0], MAX(p[1], p[2])) > BLACK_LEVEL)
                return FALSE;
        }
    }
    return TRUE;
}

static gboolean is_interlaced(const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
    return (frame->flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
    return frame->interlaced_frame != 0;
#endif
}

static gint64 frame_span_us(const Examination *e)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
    gint64 stamps = e->frame->duration;
#else
    gint64 stamps = e->frame->pkt_duration;
#endif
    return stamps > 0 ? demux_span_us(e->demux, TRACK_VIDEO, stamps) : 0;
}

static void note_picture(Examination *e)
{
    gint64 aside_us = clock_us(CLOCK_THREAD_CPUTIME_ID);
    gint64 us = demux_us(e->demux, TRACK_VIDEO, e->frame->best_effort_timestamp);
    if (us == AV_NOPTS_VALUE)
        us = e->end_us;
    gint64 step_us = us - e->last_us;
    if (e->frames > 0 && step_us > 0 && e->steps->len < MAX_STEPS)
        g_array_append_val(e->steps, step_us);
    e->last_us = us;
    e->end_us = MAX(e->end_us, us + frame_span_us(e));
    if (!is_black(e->picture, e->ring->start.w_px, e->ring->start.h_px)) {
        if (e->first_lit_us < 0)
            e->first_lit_us = MAX(us, 0);
        e->last_lit_us = e->end_us;
    }
    e->frames++;
    e->interlaced += is_interlaced(e->frame);
    e->aside_us += clock_us(CLOCK_THREAD_CPUTIME_ID) - aside_us;
}

/* A recording may begin between two keyframes. */
static void note_damage(Examination *e)
{
    e->damaged += e->begun;
}

static gboolean take_pictures(Examination *e, GError **error)
{
    gboolean opaque;
    int rc;
    while ((rc = avcodec_receive_frame(e->codec, e->frame)) == 0) {
        if (!frame_is_whole(e->frame))
            note_damage(e);
        else
            e->begun = TRUE;
        gboolean done = converter_run(e->converter, e->frame, e->picture, &opaque, error);
        if (done)
            note_picture(e);
        av_frame_unref(e->frame);
        if (!done)
            return FALSE;
    }
    if (rc == AVERROR_INVALIDDATA)
        note_damage(e);
    return TRUE;
}

/* ---- sound ---- */

static void take_sound(Examination *e)
{
    while (avcodec_receive_frame(e->sound_codec, e->frame) == 0) {
        loudness_add(e->loudness, e->frame);
        av_frame_unref(e->frame);
    }
}

static void hear_packet(Examination *e, AVPacket *packet)
{
    gint64 aside_us = clock_us(CLOCK_THREAD_CPUTIME_ID);
    avcodec_send_packet(e->sound_codec, packet);
    av_packet_free(&packet);
    take_sound(e);
    e->aside_us += clock_us(CLOCK_THREAD_CPUTIME_ID) - aside_us;
}

static void hear_what_waits(Examination *e)
{
    gboolean blocked;
    while (e->sound_codec && !g_queue_is_empty(&e->demux->waiting[TRACK_SOUND]))
        hear_packet(e, demux_packet(e->demux, TRACK_SOUND, &blocked));
}

/* ---- running ---- */

static gboolean see_all(Examination *e, GError **error)
{
    gboolean blocked = FALSE;
    while (may_go_on(e)) {
        AVPacket *packet = demux_packet(e->demux, TRACK_VIDEO, &blocked);
        gboolean at_end = packet == NULL;
        if (avcodec_send_packet(e->codec, packet) == AVERROR_INVALIDDATA)
            note_damage(e);
        av_packet_free(&packet);
        if (!take_pictures(e, error))
            return FALSE;
        hear_what_waits(e);
        if (at_end) {
            e->whole = TRUE;
            return TRUE;
        }
    }
    return TRUE;
}

static void hear_all(Examination *e)
{
    gboolean blocked = FALSE;
    while (may_go_on(e)) {
        AVPacket *packet = demux_packet(e->demux, TRACK_SOUND, &blocked);
        gboolean at_end = packet == NULL;
        hear_packet(e, packet);
        if (at_end) {
            e->whole = TRUE;
            return;
        }
    }
}

/* ---- the verdict ---- */

static int compare_steps(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

/* How many steps are not the usual one. */
static gint64 count_uneven(GArray *steps)
{
    if (steps->len == 0)
        return 0;
    g_array_sort(steps, compare_steps);
    gint64 usual_us = g_array_index(steps, gint64, steps->len / 2), uneven = 0;
    gint64 slack_us = MAX(STEP_SLACK_US, usual_us * STEP_SLACK_PERCENT / 100);
    for (guint i = 0; i < steps->len; i++)
        uneven += ABS(g_array_index(steps, gint64, i) - usual_us) > slack_us;
    return uneven;
}

static void tell_pictures(Examination *e)
{
    gboolean all_black = e->first_lit_us < 0;
    gint64 cost_us = clock_us(CLOCK_PROCESS_CPUTIME_ID) - e->began_us - e->aside_us;
    tell(e, BT_FOUND_FRAMES, e->frames);
    tell(e, BT_FOUND_SEEN_US, e->end_us);
    tell(e, BT_FOUND_COST_US, MAX(cost_us, 1));
    tell(e, BT_FOUND_THREADS, MAX(1, e->codec->thread_count));
    tell(e, BT_FOUND_UNEVEN, count_uneven(e->steps));
    tell(e, BT_FOUND_INTERLACED, e->interlaced);
    tell(e, BT_FOUND_BLACK_BEGIN_US, all_black ? e->end_us : e->first_lit_us);
    tell(e, BT_FOUND_BLACK_END_US, e->whole && !all_black ? e->end_us - e->last_lit_us : 0);
}

static void tell_sound(Examination *e)
{
    tell(e, BT_FOUND_HEARD_US, loudness_length_us(e->loudness));
    tell(e, BT_FOUND_LUFS_X100, loudness_lufs_x100(e->loudness));
    tell(e, BT_FOUND_CLIPPED, loudness_clipped(e->loudness));
}

static gboolean is_damaged(const Examination *e, GError **error)
{
    gboolean nothing = e->codec ? e->frames == 0 : loudness_length_us(e->loudness) == 0;
    if (e->whole && nothing)
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            e->codec ? "content: no picture of it can be decoded: expected at least one"
                     : "content: no sound of it can be decoded: expected some");
    else if (e->whole && demux_is_cut(e->demux))
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "content: ends at %" G_GINT64_FORMAT " ms: expected %" G_GINT64_FORMAT " ms of it",
            e->demux->seen_us / 1000, e->demux->promised_us / 1000);
    else if (e->damaged >= DAMAGED_MIN && e->damaged * 100 > e->frames * DAMAGED_PERCENT)
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "content: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
            " pictures are damaged: expected the file as it was made",
            e->damaged, e->frames);
    else
        return FALSE;
    return TRUE;
}

/* ---- what stands in the file itself ---- */

static guint64 big_endian(const guint8 *at, guint n)
{
    guint64 value = 0;
    for (guint i = 0; i < n; i++)
        value = value << 8 | at[i];
    return value;
}

/* An MP4 whose index stands behind its pictures cannot be looked into before it is whole. */
static gboolean index_is_late(Input *input)
{
    gint64 kept = input->position, at = 0;
    gboolean data = FALSE, late = FALSE;
    guint8 head[16];
    for (guint i = 0; i < MAX_ATOMS && input->seekable; i++) {
        input->position = at;
        if (input_read(input, head, sizeof head) != sizeof head)
            break;
        guint64 size = big_endian(head, 4);
        late = data && memcmp(head + 4, "moov", 4) == 0;
        data = data || memcmp(head + 4, "mdat", 4) == 0;
        if (size == 1)
            size = big_endian(head + 8, 8);
        if (late || size < 8 || size > (guint64)(input->size_bytes - at))
            break;
        at += (gint64)size;
    }
    input->position = kept;
    return late;
}

/* An animation that says it is to be repeated for ever. */
static gboolean repeats(const Input *input)
{
    static const char gif[] = "NETSCAPE2.0\x03\x01\0", apng[] = "acTL";
    for (gsize i = 0; i + 20 <= input->head_bytes; i++) {
        const guint8 *at = input->head + i;
        if (memcmp(at, gif, sizeof gif - 1) == 0 && at[13] == 0 && at[14] == 0)
            return TRUE;
        if (memcmp(at, apng, sizeof apng - 1) == 0)
            return big_endian(at + 8, 4) == 0;
    }
    return FALSE;
}

static void tell_file(const Examination *e)
{
    const Probe *probe = e->demux->probe;
    if (strcmp(probe->demuxer, "mov") == 0)
        tell(e, BT_FOUND_LATE_INDEX, index_is_late(e->demux->input));
    if (probe->loops_short)
        tell(e, BT_FOUND_REPEATS, repeats(e->demux->input));
}

/* ---- all together ---- */

static gboolean open_pictures(Examination *e, GError **error)
{
    const BtDecodeMessage *start = &e->ring->start;
    const AVStream *stream = e->demux->format->streams[e->demux->index[TRACK_VIDEO]];
    e->codec = codec_open(stream->codecpar->codec_id, stream->codecpar, 0, error);
    if (!e->codec)
        return FALSE;
    e->codec->pkt_timebase = stream->time_base;
    e->converter = converter_new(start->w_px, start->h_px, demux_orientation(e->demux));
    e->picture = g_malloc((gsize)start->w_px * (gsize)start->h_px * 4);
    return TRUE;
}

static gboolean open_sound(Examination *e, GError **error)
{
    const AVStream *stream = e->demux->format->streams[e->demux->index[TRACK_SOUND]];
    e->sound_codec = codec_open(stream->codecpar->codec_id, stream->codecpar, 0, error);
    if (e->sound_codec)
        e->sound_codec->pkt_timebase = stream->time_base;
    return e->sound_codec != NULL;
}

static gboolean examine(Examination *e, GError **error)
{
    gboolean pictures = e->demux->wanted[TRACK_VIDEO], sounds = e->demux->wanted[TRACK_SOUND];
    if ((pictures && !open_pictures(e, error)) ||
        (sounds && !open_sound(e, pictures ? NULL : error) && !pictures))
        return FALSE;
    e->demux->wanted[TRACK_SOUND] = e->sound_codec != NULL;
    e->began_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);
    if (pictures && !see_all(e, error))
        return FALSE;
    if (!pictures)
        hear_all(e);
    if (is_damaged(e, error))
        return FALSE;
    if (pictures) {
        tell_pictures(e);
        grade_tell(e->ring, e->codec);
    }
    if (e->sound_codec)
        tell_sound(e);
    tell_file(e);
    tell(e, BT_FOUND_WHOLE, e->whole);
    return TRUE;
}

gboolean examine_run(Ring *ring, Demux *demux, GError **error)
{
    gint64 now_us = g_get_monotonic_time();
    Examination e = { .ring = ring,
        .demux = demux,
        .frame = av_frame_alloc(),
        .loudness = loudness_new(),
        .steps = g_array_new(FALSE, FALSE, sizeof(gint64)),
        .first_lit_us = -1,
        .told_us = now_us,
        .until_us = now_us + ring->start.duration_ms * 1000 };
    gboolean done = examine(&e, error);
    avcodec_free_context(&e.codec);
    avcodec_free_context(&e.sound_codec);
    converter_free(e.converter);
    av_frame_free(&e.frame);
    loudness_free(e.loudness);
    g_array_unref(e.steps);
    g_free(e.picture);
    if (done)
        ring_end(ring);
    return done;
}
