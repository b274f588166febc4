/* The decoders that may be used, and the limits that each gets. FFmpeg brings five hundred; what a
 * board shows needs these, and every other one is only one more way in. */
#include "render/decode/decode.h"

#include <libavutil/cpu.h>
#include <stdarg.h>

#define ONE_THREAD_PIXELS (1280 * 720) /* a second thread costs 10 MB and gains nothing below */
#define MAX_THREADS 4

const char *codec_allowed(void)
{
    return "h264,hevc,libdav1d,av1,vp8,vp9,mpeg4,mpeg2video,mpeg1video,theora,mjpeg,png,apng,gif,"
           "webp,"
           "aac,aac_latm,mp3float,mp3,mp2float,mp2,ac3,eac3,opus,libopus,vorbis,flac,alac,"
           "pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le";
}

void set_av_error(GError **error, int av_error, const char *format, ...)
{
    char reason[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(av_error, reason, sizeof reason);
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    BtError code = av_error == AVERROR(ENOMEM) ? BT_ERROR_LIMIT
        : av_error == AVERROR_DECODER_NOT_FOUND || av_error == AVERROR_PATCHWELCOME
        ? BT_ERROR_UNSUPPORTED
        : BT_ERROR_INVALID;
    g_set_error(error, BT_ERROR, code, "content: %s: %s", what, reason);
}

static gboolean is_allowed(const AVCodec *codec)
{
    g_auto(GStrv) names = g_strsplit(codec_allowed(), ",", 0);
    return g_strv_contains((const char *const *)names, codec->name);
}

static int threads_for(gint64 pixels)
{
    return pixels <= ONE_THREAD_PIXELS ? 1 : CLAMP(av_cpu_count(), 1, MAX_THREADS);
}

static void set_limits(AVCodecContext *context, int lowres, gboolean single)
{
    context->max_pixels = BT_DECODE_MAX_PIXELS;
    context->thread_count = single ? 1 : threads_for((gint64)context->width * context->height);
    context->lowres = lowres;
    context->err_recognition = AV_EF_CRCCHECK;
}

static AVCodecContext *open_codec(enum AVCodecID id, const AVCodecParameters *parameters,
    int lowres, gboolean single, GError **error)
{
    const AVCodec *codec = avcodec_find_decoder(id);
    if (!codec || !is_allowed(codec)) {
        g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED,
            "content: coded as %s: expected one of the kinds that are known here",
            avcodec_get_name(id));
        return NULL;
    }
    AVCodecContext *context = avcodec_alloc_context3(codec);
    int rc = context ? 0 : AVERROR(ENOMEM);
    if (rc == 0 && parameters)
        rc = avcodec_parameters_to_context(context, parameters);
    if (rc >= 0) {
        set_limits(context, MIN(lowres, codec->max_lowres), single);
        rc = avcodec_open2(context, codec, NULL);
    }
    if (rc >= 0)
        return context;
    avcodec_free_context(&context);
    set_av_error(error, rc, "cannot decode %s", codec->name);
    return NULL;
}

AVCodecContext *codec_open(
    enum AVCodecID id, const AVCodecParameters *parameters, int lowres, GError **error)
{
    return open_codec(id, parameters, lowres, FALSE, error);
}

AVCodecContext *codec_open_single(const AVCodecParameters *parameters, GError **error)
{
    return open_codec(parameters->codec_id, parameters, 0, TRUE, error);
}
