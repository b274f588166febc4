/* A still needs no demuxer: the file is the packet. That leaves out a whole layer of guessing
 * between the signature that we checked and the decoder that we chose. A JPEG much larger than
 * wanted is decoded at a half, a quarter or an eighth by its transform, in half the time and a
 * quarter of the memory. */
#include "render/decode/decode.h"

#include <libavutil/mem.h>
#include <string.h>

static void tell_info(Ring *ring, const Probe *probe)
{
    gboolean sideways = orientation_is_sideways(probe->orientation);
    BtDecodeMessage info = { .w_px = sideways ? probe->h_px : probe->w_px,
        .h_px = sideways ? probe->w_px : probe->h_px };
    ring_info(ring, &info);
}

/* How often the sides can be halved with nothing lost for the size wanted. */
static int halvings(const Probe *probe, const BtDecodeMessage *start)
{
    gboolean sideways = orientation_is_sideways(probe->orientation);
    int w = sideways ? start->h_px : start->w_px, h = sideways ? start->w_px : start->h_px;
    int n = 0;
    while (probe->codec == AV_CODEC_ID_MJPEG && n < 3 && probe->w_px >> (n + 1) >= w &&
        probe->h_px >> (n + 1) >= h)
        n++;
    return n;
}

static gboolean decode_packet(
    AVCodecContext *codec, const AVPacket *packet, AVFrame *frame, GError **error)
{
    int rc = avcodec_send_packet(codec, packet);
    if (rc >= 0)
        rc = avcodec_send_packet(codec, NULL);
    if (rc >= 0)
        rc = avcodec_receive_frame(codec, frame);
    if (rc >= 0)
        return TRUE;
    set_av_error(error, rc == AVERROR_EOF ? AVERROR_INVALIDDATA : rc, "the picture is damaged");
    return FALSE;
}

static gboolean decode(Input *input, const Probe *probe, int lowres, AVFrame *frame, GError **error)
{
    gsize size;
    guint8 *data = input_read_all(input, &size, error);
    if (!data)
        return FALSE;
    if (probe->codec == AV_CODEC_ID_PNG) {
        gsize whole = size;
        size = png_without_text(data, size);
        memset(data + size, 0, whole - size); /* FFmpeg wants zeros behind */
    }
    AVCodecContext *codec = codec_open(probe->codec, NULL, lowres, error);
    AVPacket *packet = av_packet_alloc();
    gboolean done = FALSE;
    if (codec && packet && av_packet_from_data(packet, data, (int)size) == 0) {
        data = NULL;                             /* the packet's now */
        codec->err_recognition |= AV_EF_EXPLODE; /* half a picture is no picture */
        done = decode_packet(codec, packet, frame, error);
    }
    av_free(data);
    av_packet_free(&packet);
    avcodec_free_context(&codec);
    return done;
}

static gboolean show(Ring *ring, const Probe *probe, const AVFrame *frame, GError **error)
{
    const BtDecodeMessage *start = &ring->start;
    int slot = ring_free_slot(ring);
    if (slot < 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "START: a picture without a slot");
        return FALSE;
    }
    Converter *converter = converter_new(start->w_px, start->h_px, probe->orientation);
    gboolean opaque;
    gboolean done = converter_run(converter, frame, ring_slot(ring, slot), &opaque, error);
    converter_free(converter);
    if (done)
        ring_send_frame(ring, slot, 0, 0, opaque);
    return done;
}

gboolean still_run(Ring *ring, Input *input, const Probe *probe, GError **error)
{
    tell_info(ring, probe);
    if (!ring_wait_start(ring, error))
        return FALSE;
    AVFrame *frame = av_frame_alloc();
    gboolean done = decode(input, probe, halvings(probe, &ring->start), frame, error) &&
        show(ring, probe, frame, error);
    av_frame_free(&frame);
    if (done)
        ring_end(ring);
    return done;
}
