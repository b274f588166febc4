/* Sound in its place. Position p of the ring is the time start + p/48 ms for good: a gap in the
 * file becomes silence, what overlaps or lies before the start is dropped, and small jitter of the
 * stamps is left alone because mending it would be heard. */
#include "render/decode/decode.h"

#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>
#include <libswresample/swresample.h>

#define RATE_HZ 48000
#define FRAME_BYTES 4                /* S16 stereo */
#define JITTER_FRAMES (RATE_HZ / 25) /* 40 ms */
#define TELL_FRAMES (RATE_HZ / 50)   /* the user is told of 20 ms at a time */
#define MAX_SOURCE_HZ 768000

gboolean sound_open(Sound *sound, Ring *ring, Demux *demux, GError **error)
{
    const AVStream *stream = demux->format->streams[demux->index[TRACK_SOUND]];
    *sound = (Sound){ .ring = ring, .demux = demux };
    sound->codec = codec_open(stream->codecpar->codec_id, stream->codecpar, 0, error);
    if (!sound->codec)
        return FALSE;
    sound->codec->pkt_timebase = stream->time_base;
    sound->frame = av_frame_alloc();
    sound->ready = g_byte_array_new();
    return TRUE;
}

void sound_flush(Sound *sound)
{
    avcodec_flush_buffers(sound->codec);
    swr_free(&sound->resampler);
    sound->draining = FALSE;
}

void sound_close(Sound *sound)
{
    swr_free(&sound->resampler);
    av_frame_free(&sound->frame);
    avcodec_free_context(&sound->codec);
    if (sound->ready)
        g_byte_array_unref(sound->ready);
}

/* ---- resampling ---- */

static gboolean open_resampler(Sound *sound)
{
    const AVFrame *frame = sound->frame;
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO, given = { 0 };
    if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&given, frame->ch_layout.nb_channels);
    else
        av_channel_layout_copy(&given, &frame->ch_layout);
    int rc = swr_alloc_set_opts2(&sound->resampler, &stereo, AV_SAMPLE_FMT_S16, RATE_HZ, &given,
        frame->format, frame->sample_rate, 0, NULL);
    av_channel_layout_uninit(&given);
    if (rc >= 0 && swr_init(sound->resampler) >= 0)
        return TRUE;
    swr_free(&sound->resampler);
    return FALSE;
}

/* The frame's sound appended to `ready`; returns how many frames of ours that are. */
static int resample(Sound *sound)
{
    const AVFrame *frame = sound->frame;
    if (frame->sample_rate < 1 || frame->sample_rate > MAX_SOURCE_HZ || frame->nb_samples < 0)
        return 0;
    if (!sound->resampler && !open_resampler(sound))
        return 0;
    int most = swr_get_out_samples(sound->resampler, frame->nb_samples);
    if (most <= 0 || most > 64 * RATE_HZ)
        return 0;
    guint before = sound->ready->len;
    g_byte_array_set_size(sound->ready, before + (guint)most * FRAME_BYTES);
    guint8 *out[1] = { sound->ready->data + before };
    int n = swr_convert(
        sound->resampler, out, most, (const guint8 **)frame->extended_data, frame->nb_samples);
    if (n <
        0) /* the sound changed its form in the middle: begin a new resampler with the next frame */
        swr_free(&sound->resampler);
    n = MAX(n, 0);
    g_byte_array_set_size(sound->ready, before + (guint)n * FRAME_BYTES);
    return n;
}

/* ---- placing ---- */

static void drop(Sound *sound, guint64 n)
{
    sound->ready_at += MIN(n * FRAME_BYTES, sound->ready->len - sound->ready_at);
}

/* `n` new frames of sound, the only ones in `ready`, begin at `us`. */
static void place(Sound *sound, gint64 us, guint64 n)
{
    gint64 at = (us - sound->ring->start.pts_ms * 1000) * (RATE_HZ / 1000) / 1000;
    gint64 off = at - (gint64)sound->next;
    if (us == AV_NOPTS_VALUE || (sound->placed && ABS(off) <= JITTER_FRAMES))
        off = 0;
    if (off < 0) {
        guint64 late = MIN((guint64)-off, n);
        drop(sound, late);
        n -= late;
    } else {
        sound->silence = (guint64)off;
        n += (guint64)off;
    }
    sound->placed |= n > 0;
    sound->next += n;
}

static void take_frame(Sound *sound)
{
    const AVFrame *frame = sound->frame;
    gboolean stamped = frame->pts != AV_NOPTS_VALUE; /* it knows of what the decoder cut off */
    gint64 us =
        demux_us(sound->demux, TRACK_SOUND, stamped ? frame->pts : frame->best_effort_timestamp);
    g_byte_array_set_size(sound->ready, 0);
    sound->ready_at = 0;
    int n = resample(sound);
    if (us == AV_NOPTS_VALUE || ABS(us) < G_MAXINT64 / RATE_HZ)
        place(sound, us, (guint64)n);
    av_frame_unref(sound->frame);
}

/* ---- steps ---- */

static gboolean has_ready(const Sound *sound)
{
    return sound->silence > 0 || sound->ready_at < sound->ready->len;
}

static Step put_ready(Sound *sound)
{
    gsize n;
    if (ring_sound_room(sound->ring) == 0)
        return STEP_BLOCKED;
    if (sound->silence > 0) {
        n = ring_put_sound(sound->ring, NULL, (gsize)MIN(sound->silence, RATE_HZ));
        sound->silence -= n;
    } else {
        const gint16 *samples =
            (const gint16 *)(const void *)(sound->ready->data + sound->ready_at);
        n = ring_put_sound(
            sound->ring, samples, (sound->ready->len - sound->ready_at) / FRAME_BYTES);
        sound->ready_at += n * FRAME_BYTES;
    }
    ring_tell_sound(sound->ring);
    return STEP_MOVED;
}

static Step feed(Sound *sound)
{
    gboolean blocked = FALSE;
    AVPacket *packet = demux_packet(sound->demux, TRACK_SOUND, &blocked);
    if (blocked)
        return STEP_BLOCKED;
    sound->draining = packet == NULL;
    avcodec_send_packet(sound->codec, packet);
    av_packet_free(&packet);
    return STEP_MOVED;
}

Step sound_step(Sound *sound)
{
    if (has_ready(sound))
        return put_ready(sound);
    if (ring_sound_room(sound->ring) < TELL_FRAMES)
        return STEP_BLOCKED;
    int rc = avcodec_receive_frame(sound->codec, sound->frame);
    if (rc == 0) {
        take_frame(sound);
        return STEP_MOVED;
    }
    return rc == AVERROR_EOF || sound->draining ? STEP_DONE : feed(sound);
}
