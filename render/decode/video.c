/* Frames by time. A start in the middle decodes from the keyframe before and must send exactly what
 * a start at 0 would show at that time: the last frame at or before it. Which one that is, is known
 * only when the next has come, so one frame is held back until then, and never converted if it
 * loses.
 *
 * On the way there, pictures from which no other is predicted are not decoded at all, except near
 * the time wanted, where each may be the one. If none of those near it came, as where one picture
 * stands for long, what was left out may have been the one: the same way once more, thoroughly. */
#include "render/decode/burden.h"
#include "render/decode/decode.h"

#include <libavutil/version.h>

#define REORDER_MAX 16  /* pictures that wait for their turn, ITU-T H.264 A.3.1 */
#define LOOK_PACKETS 32 /* one is out by then, or none will be for long */
#define NEAR_PICTURES 3

gboolean video_open(Video *video, Demux *demux, gboolean single, GError **error)
{
    const AVStream *stream = demux->format->streams[demux->index[TRACK_VIDEO]];
    *video = (Video){ .demux = demux, .last_ms = G_MININT64 };
    video->codec = single ? codec_open_single(stream->codecpar, error)
                          : codec_open(stream->codecpar->codec_id, stream->codecpar, 0, error);
    if (!video->codec)
        return FALSE;
    video->codec->pkt_timebase = stream->time_base;
    video->frame = av_frame_alloc();
    AVRational rate = stream->avg_frame_rate;
    video->nominal_us =
        rate.num > 0 && rate.den > 0 ? av_rescale(1000000, rate.den, rate.num) : 40000;
    return TRUE;
}

void video_start(Video *video, Ring *ring)
{
    video->ring = ring;
    video->told_us = g_get_monotonic_time();
    video->converter =
        converter_new(ring->start.w_px, ring->start.h_px, demux_orientation(video->demux));
}

void video_flush(Video *video)
{
    avcodec_flush_buffers(video->codec);
    av_frame_free(&video->held);
    av_frame_unref(video->frame);
    video->looked = FALSE;
    video->draining = FALSE;
    video->hurried = FALSE;
    video->n_decoded = 0;
}

void video_close(Video *video)
{
    for (guint i = 0; i < video->n_due; i++)
        av_frame_free(&video->due[i]);
    av_frame_free(&video->held);
    av_frame_free(&video->frame);
    avcodec_free_context(&video->codec);
    converter_free(video->converter);
    *video = (Video){ .demux = video->demux };
}

/* ---- time ---- */

/* A frame is due from its pts on, so between two milliseconds it is the later one: for a whole t,
 * pts ≤ t is the same as ⌈pts⌉ ≤ t. */
static gint64 ceil_ms(gint64 us)
{
    return us > 0 ? (us + 999) / 1000 : us / 1000;
}

static gint64 stamp_ms(const Video *video, const AVFrame *frame)
{
    return ceil_ms(demux_us(video->demux, TRACK_VIDEO, frame->best_effort_timestamp));
}

static gint64 duration_ms(const Video *video, const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
    gint64 stamps = frame->duration;
#else
    gint64 stamps = frame->pkt_duration;
#endif
    gint64 us = stamps > 0 ? demux_span_us(video->demux, TRACK_VIDEO, stamps) : video->nominal_us;
    return CLAMP((us + 500) / 1000, 1, 3600 * 1000);
}

/* ---- choosing ---- */

static void make_due(Video *video, AVFrame **frame)
{
    video->due[video->n_due++] = *frame;
    *frame = NULL;
}

gboolean frame_is_whole(const AVFrame *frame)
{
    return !(frame->flags & AV_FRAME_FLAG_CORRUPT) && frame->decode_error_flags == 0;
}

static gboolean is_whole(const AVFrame *frame)
{
    return frame_is_whole(frame) && frame->best_effort_timestamp != AV_NOPTS_VALUE;
}

static gint64 near_us(const Video *video)
{
    return video->ring->start.pts_ms * 1000 - NEAR_PICTURES * video->nominal_us;
}

/* Whether a picture that was left out may be later than the one held. */
static gboolean may_have_missed(const Video *video)
{
    return video->hurried && (!video->held || stamp_ms(video, video->held) * 1000 < near_us(video));
}

static Step go_thoroughly(Video *video)
{
    video->thorough = TRUE;
    return STEP_AGAIN;
}

static Step choose_first(Video *video, AVFrame **frame)
{
    gint64 wanted_ms = video->ring->start.pts_ms, pts_ms = stamp_ms(video, *frame);
    if (pts_ms < wanted_ms) {
        av_frame_free(&video->held);
        video->held = *frame;
        *frame = NULL;
        return STEP_MOVED;
    }
    if (pts_ms > wanted_ms && may_have_missed(video))
        return go_thoroughly(video);
    if (pts_ms > wanted_ms && !video->held && !video->from_start)
        return STEP_EARLIER;
    if (pts_ms > wanted_ms && video->held)
        make_due(video, &video->held);
    av_frame_free(&video->held);
    make_due(video, frame);
    video->caught_up = TRUE;
    return STEP_MOVED;
}

/* Else a long way, which a weak box has behind a late keyframe, looks like a step without end. */
static void tell_way(Video *video)
{
    gint64 now_us = g_get_monotonic_time();
    if (video->caught_up || now_us - video->told_us < BT_DECODE_WAY_EVERY_MS * 1000)
        return;
    video->told_us = now_us;
    ring_tell_way(video->ring);
}

/* What the decoder gave: held, due, or for nothing. */
static Step choose(Video *video)
{
    video->n_decoded++;
    tell_way(video);
    if (!is_whole(video->frame)) {
        av_frame_unref(video->frame);
        return STEP_MOVED;
    }
    AVFrame *frame = av_frame_alloc();
    if (!frame)
        return STEP_MOVED;
    av_frame_move_ref(frame, video->frame);
    Step step = STEP_MOVED;
    if (video->caught_up)
        make_due(video, &frame);
    else
        step = choose_first(video, &frame);
    av_frame_free(&frame);
    return step;
}

/* ---- steps ---- */

/* As planes, where the user takes them and the frame is made of such. */
static gboolean send_frame(Video *video, const AVFrame *frame, int slot, GError **error)
{
    Ring *ring = video->ring;
    gint64 pts_ms = stamp_ms(video, frame), lasts_ms = duration_ms(video, frame);
    guint8 *target = ring_slot(ring, slot);
    BtDecodePixels pixels = BT_DECODE_BGRA;
    if (ring->start.pixels)
        pixels = converter_planes(video->converter, frame, target);
    if (pixels != BT_DECODE_BGRA) {
        ring_send_planes(ring, slot, pts_ms, lasts_ms, pixels);
        return TRUE;
    }
    gboolean opaque;
    if (!converter_run(video->converter, frame, target, &opaque, error))
        return FALSE;
    ring_send_frame(ring, slot, pts_ms, lasts_ms, opaque);
    return TRUE;
}

static Step send_due(Video *video, GError **error)
{
    AVFrame *frame = video->due[0];
    gint64 pts_ms = stamp_ms(video, frame);
    int slot = ring_free_slot(video->ring);
    if (slot < 0)
        return STEP_BLOCKED;
    gboolean done = TRUE;
    if (pts_ms > video->last_ms) { /* stamps that do not rise are the file's mistake */
        done = send_frame(video, frame, slot, error);
        video->last_ms = pts_ms;
        video->n_sent++;
    }
    av_frame_free(&video->due[0]);
    video->due[0] = video->due[1];
    video->due[1] = NULL;
    video->n_due--;
    return done ? STEP_MOVED : STEP_FAILED;
}

static gboolean is_on_the_way(const Video *video, const AVPacket *packet)
{
    return video->ring && !video->caught_up && !video->thorough && packet &&
        packet->pts != AV_NOPTS_VALUE &&
        demux_us(video->demux, TRACK_VIDEO, packet->pts) < near_us(video);
}

static void hurry(Video *video, gboolean on_the_way)
{
    video->hurried |= on_the_way;
    video->codec->skip_frame = on_the_way ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
}

static Step feed(Video *video, GError **error)
{
    gboolean blocked = FALSE;
    AVPacket *packet = demux_packet(video->demux, TRACK_VIDEO, &blocked);
    if (blocked)
        return STEP_BLOCKED;
    hurry(video, is_on_the_way(video, packet));
    int rc = avcodec_send_packet(video->codec, packet);
    video->draining = packet == NULL;
    video->n_packets += packet != NULL;
    video->n_bytes += packet ? packet->size : 0;
    av_packet_free(&packet);
    if (rc != AVERROR(ENOMEM))
        return STEP_MOVED; /* damage inside a packet costs that frame, not the film */
    set_av_error(error, rc, "a frame is too large");
    return STEP_FAILED;
}

/* FFmpeg's H.264 decoder forgets at the end what waits for its turn behind a keyframe that is no
 * clean cut, unless that keyframe has had its turn. */
static gboolean may_have_lost(const Video *video)
{
    return video->codec->codec_id == AV_CODEC_ID_H264 && !video->from_start && !video->went_back &&
        video->n_decoded <= REORDER_MAX;
}

static Step finish(Video *video)
{
    if (may_have_lost(video)) {
        video->went_back = TRUE;
        return STEP_EARLIER;
    }
    if (!video->caught_up && may_have_missed(video))
        return go_thoroughly(video);
    if (!video->held)
        return STEP_DONE;
    make_due(video, &video->held);
    video->caught_up = TRUE;
    return STEP_MOVED;
}

const AVFrame *video_look(Video *video)
{
    for (int n = 0; n < LOOK_PACKETS && !video->looked; n++) {
        int rc = avcodec_receive_frame(video->codec, video->frame);
        video->looked = rc == 0;
        if ((rc != 0 && rc != AVERROR(EAGAIN)) || video->draining)
            break;
        if (!video->looked && feed(video, NULL) != STEP_MOVED)
            break;
    }
    return video->looked ? video->frame : NULL;
}

gboolean video_is_light(const Video *video, gint64 cost_us)
{
    Burden burden = { .cost_us = cost_us,
        .n_packets = video->n_packets,
        .n_bytes = video->n_bytes,
        .peak_bytes = demux_peak_bytes(video->demux, video->nominal_us),
        .frame_us = video->nominal_us };
    return video->looked && burden_is_light(&burden);
}

Step video_step(Video *video, GError **error)
{
    if (video->n_due > 0)
        return send_due(video, error);
    if (video->looked) {
        video->looked = FALSE;
        return choose(video);
    }
    int rc = avcodec_receive_frame(video->codec, video->frame);
    if (rc == 0)
        return choose(video);
    if (rc == AVERROR_EOF || video->draining)
        return finish(video);
    if (rc != AVERROR(ENOMEM))
        return feed(video, error);
    set_av_error(error, rc, "a frame is too large");
    return STEP_FAILED;
}
