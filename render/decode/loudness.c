/* Channels stay what they are in the content, since mixing would hide that one of them hits the end
 * of the scale; one alone counts as two, because a board plays it from both sides. */
#include "render/decode/loudness.h"

#include <ebur128.h>
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
#include <math.h>

#define RATE_HZ 48000
#define MAX_SOURCE_HZ 768000
#define MAX_FRAMES (64 * RATE_HZ) /* out of one frame of the content */
#define MAX_CHANNELS 8
#define FULL 32767
#define CLIPPED_RUN 3

struct Loudness {
    ebur128_state *state;
    SwrContext *resampler;
    int format, rate_hz, n_given; /* the form of frames that it takes */
    AVChannelLayout layout;       /* of the first frame; stereo, where that has too many */
    GArray *samples;              /* of gint16 */
    gint64 n_frames, n_clipped;
    guint run[MAX_CHANNELS]; /* samples in a row that are full */
};

Loudness *loudness_new(void)
{
    Loudness *loudness = g_new0(Loudness, 1);
    loudness->samples = g_array_new(FALSE, FALSE, sizeof(gint16));
    return loudness;
}

void loudness_free(Loudness *loudness)
{
    if (loudness->state)
        ebur128_destroy(&loudness->state);
    swr_free(&loudness->resampler);
    av_channel_layout_uninit(&loudness->layout);
    g_array_unref(loudness->samples);
    g_free(loudness);
}

static void layout_of(const AVFrame *frame, AVChannelLayout *layout)
{
    if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(layout, frame->ch_layout.nb_channels);
    else
        av_channel_layout_copy(layout, &frame->ch_layout);
}

/* By the first frame. */
static void open_state(Loudness *loudness, const AVFrame *frame)
{
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    if (loudness->state)
        return;
    if (frame->ch_layout.nb_channels <= MAX_CHANNELS)
        layout_of(frame, &loudness->layout);
    else
        av_channel_layout_copy(&loudness->layout, &stereo);
    loudness->state = ebur128_init(
        (guint)loudness->layout.nb_channels, RATE_HZ, EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM);
    if (loudness->state && loudness->layout.nb_channels == 1)
        ebur128_set_channel(loudness->state, 0, EBUR128_DUAL_MONO);
}

static gboolean open_resampler(Loudness *loudness, const AVFrame *frame)
{
    AVChannelLayout given = { 0 };
    layout_of(frame, &given);
    int rc = swr_alloc_set_opts2(&loudness->resampler, &loudness->layout, AV_SAMPLE_FMT_S16,
        RATE_HZ, &given, frame->format, frame->sample_rate, 0, NULL);
    av_channel_layout_uninit(&given);
    loudness->format = frame->format;
    loudness->rate_hz = frame->sample_rate;
    loudness->n_given = frame->ch_layout.nb_channels;
    if (rc >= 0 && swr_init(loudness->resampler) >= 0)
        return TRUE;
    swr_free(&loudness->resampler);
    return FALSE;
}

static gboolean has_the_form(const Loudness *loudness, const AVFrame *frame)
{
    return frame->format == loudness->format && frame->sample_rate == loudness->rate_hz &&
        frame->ch_layout.nb_channels == loudness->n_given;
}

/* How many frames of ours came of it. */
static int resample(Loudness *loudness, const AVFrame *frame)
{
    if (frame->sample_rate < 1 || frame->sample_rate > MAX_SOURCE_HZ || frame->nb_samples < 0 ||
        frame->ch_layout.nb_channels < 1)
        return 0;
    open_state(loudness, frame);
    if (!has_the_form(loudness, frame))
        swr_free(&loudness->resampler);
    if (!loudness->state || (!loudness->resampler && !open_resampler(loudness, frame)))
        return 0;
    int most = swr_get_out_samples(loudness->resampler, frame->nb_samples);
    if (most <= 0 || most > MAX_FRAMES)
        return 0;
    g_array_set_size(loudness->samples, (guint)most * (guint)loudness->layout.nb_channels);
    guint8 *out[1] = { (guint8 *)loudness->samples->data };
    int n = swr_convert(
        loudness->resampler, out, most, (const guint8 **)frame->extended_data, frame->nb_samples);
    return MAX(n, 0);
}

static void count_clipped(Loudness *loudness, const gint16 *samples, int n)
{
    int n_channels = loudness->layout.nb_channels;
    for (int i = 0; i < n_channels * n; i++) {
        guint *run = &loudness->run[i % n_channels];
        *run = ABS((int)samples[i]) >= FULL ? *run + 1 : 0;
        loudness->n_clipped += *run == CLIPPED_RUN;
    }
}

void loudness_add(Loudness *loudness, const AVFrame *frame)
{
    int n = resample(loudness, frame);
    const gint16 *samples = (const gint16 *)(const void *)loudness->samples->data;
    if (n == 0)
        return;
    loudness->n_frames += n;
    count_clipped(loudness, samples, n);
    ebur128_add_frames_short(loudness->state, samples, (size_t)n);
}

gint64 loudness_length_us(const Loudness *loudness)
{
    return loudness->n_frames * G_USEC_PER_SEC / RATE_HZ;
}

gint64 loudness_lufs_x100(Loudness *loudness)
{
    double lufs = -HUGE_VAL;
    if (!loudness->state || ebur128_loudness_global(loudness->state, &lufs) != EBUR128_SUCCESS ||
        !isfinite(lufs))
        return BT_FOUND_SILENCE;
    return llround(lufs * 100);
}

gint64 loudness_clipped(const Loudness *loudness)
{
    return loudness->n_clipped;
}
