/* Packets go from one container into another and are not looked into. What comes out is MPEG-TS: it
 * may begin anywhere, survives what is missing in it, and the decoder knows it by its first bytes.
 *
 * Stamps pass as they are, so pictures and sound stay together; where a sender gives none to decode
 * by (RTP), some room before the picture's own is taken for reordering. */
#include "player/relay/relay.h"

#include <errno.h>
#include <libavcodec/bsf.h>
#include <libavutil/mem.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define AVIO_BYTES (188 * 64)
#define REORDER_US 300000
#define ERRORS_IN_A_ROW 50
#define SOUND_MAX_BYTES 65536

typedef struct {
    AVFormatContext *format;
    int fd;
    gboolean is_closed;
    int index[2];        /* of the source's streams: pictures, sound; -1: none */
    gint64 last_dts[2];  /* in the output's time */
    gboolean wants_key;  /* what depends on what was dropped is dropped too */
    AVPacket *sound;     /* that waits for what belongs to it; empty: none */
    AVBSFContext *heads; /* puts the codec's own header before each key frame; NULL: it is there */
    const Source *source;
} Remux;

static gboolean is_carried(enum AVCodecID id)
{
    switch (id) {
    case AV_CODEC_ID_H264:
    case AV_CODEC_ID_HEVC:
    case AV_CODEC_ID_MPEG2VIDEO:
    case AV_CODEC_ID_MPEG1VIDEO:
    case AV_CODEC_ID_AAC:
    case AV_CODEC_ID_MP2:
    case AV_CODEC_ID_MP3:
    case AV_CODEC_ID_AC3:
    case AV_CODEC_ID_EAC3:
    case AV_CODEC_ID_OPUS:
        return TRUE;
    default:
        return FALSE;
    }
}

static int put_bytes(void *user, uint8_t *data, int size)
{
    Remux *remux = user;
    for (int done = 0; done < size;) {
        ssize_t n = write(remux->fd, data + done, (size_t)(size - done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            remux->is_closed = TRUE;
            return AVERROR(EPIPE);
        }
        done += (int)n;
    }
    return size;
}

/* ---- opening ---- */

static gboolean are_of_one_programme(AVFormatContext *format, int index, int beside)
{
    const AVProgram *programme =
        beside >= 0 ? av_find_program_from_stream(format, NULL, beside) : NULL;
    for (guint i = 0; programme != NULL && i < programme->nb_stream_indexes; i++)
        if ((int)programme->stream_index[i] == index)
            return TRUE;
    return programme == NULL;
}

/* The first of its kind; FFmpeg's own choice wants to know more than stands in the headers. */
static int find_stream(AVFormatContext *format, enum AVMediaType type, int beside)
{
    for (guint i = 0; i < format->nb_streams; i++) {
        const AVCodecParameters *given = format->streams[i]->codecpar;
        if (given->codec_type == type && is_carried(given->codec_id) &&
            are_of_one_programme(format, (int)i, beside))
            return (int)i;
    }
    return -1;
}

static gboolean add_stream(Remux *remux, int index)
{
    if (index < 0)
        return TRUE;
    AVStream *stream = avformat_new_stream(remux->format, NULL);
    if (stream == NULL ||
        avcodec_parameters_copy(stream->codecpar, remux->source->format->streams[index]->codecpar) <
            0)
        return FALSE;
    stream->codecpar->codec_tag = 0;
    /* The container wants a number before the first packet says it, and writes it nowhere. */
    if (stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO && stream->codecpar->sample_rate == 0)
        stream->codecpar->sample_rate = 48000;
    return TRUE;
}

static void choose_streams(Remux *remux)
{
    AVFormatContext *from = remux->source->format;
    remux->index[0] = find_stream(from, AVMEDIA_TYPE_VIDEO, -1);
    remux->index[1] = find_stream(from, AVMEDIA_TYPE_AUDIO, remux->index[0]);
    for (guint i = 0; i < from->nb_streams; i++)
        if ((int)i != remux->index[0] && (int)i != remux->index[1])
            from->streams[i]->discard = AVDISCARD_ALL;
}

/* RTP tells the header of H.264 and H.265 apart, beforehand; whoever joins MPEG-TS looks for it in
 * the stream. */
static gboolean add_heads(Remux *remux)
{
    const AVStream *from = remux->source->format->streams[remux->index[0]];
    const AVCodecParameters *given = from->codecpar;
    gboolean apart = given->extradata_size > 4 && given->extradata[0] == 0;
    if (!apart || !remux->source->unmetered)
        return TRUE;
    if (av_bsf_alloc(av_bsf_get_by_name("dump_extra"), &remux->heads) < 0 ||
        avcodec_parameters_copy(remux->heads->par_in, given) < 0)
        return FALSE;
    remux->heads->time_base_in = from->time_base;
    return av_bsf_init(remux->heads) >= 0;
}

static gboolean open_output(Remux *remux, GError **error)
{
    choose_streams(remux);
    if (remux->index[0] < 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED,
            "no pictures of a kind that is known here: expected H.264, H.265 or MPEG-2");
        return FALSE;
    }
    guint8 *buffer = av_malloc(AVIO_BYTES);
    avformat_alloc_output_context2(&remux->format, NULL, "mpegts", NULL);
    if (remux->format != NULL && buffer != NULL)
        remux->format->pb = avio_alloc_context(buffer, AVIO_BYTES, 1, remux, NULL, put_bytes, NULL);
    if (remux->format == NULL || remux->format->pb == NULL || !add_stream(remux, remux->index[0]) ||
        !add_stream(remux, remux->index[1]) || !add_heads(remux)) {
        g_set_error(error, BT_ERROR, BT_ERROR_FAILED, "no memory for the stream");
        return FALSE;
    }
    remux->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_FLUSH_PACKETS;
    remux->format->max_interleave_delta = 500000;
    AVDictionary *options = NULL;
    av_dict_set(&options, "pes_payload_size", "0", 0); /* no sound waits for more sound */
    int rc = avformat_write_header(remux->format, &options);
    av_dict_free(&options);
    if (rc >= 0)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED, "the stream's kind cannot be passed on");
    return FALSE;
}

static void close_output(Remux *remux)
{
    av_bsf_free(&remux->heads);
    av_packet_free(&remux->sound);
    if (remux->format == NULL)
        return;
    if (remux->format->pb != NULL) {
        av_freep(&remux->format->pb->buffer);
        avio_context_free(&remux->format->pb);
    }
    avformat_free_context(remux->format);
}

/* ---- packets ---- */

static int track_of(const Remux *remux, const AVPacket *packet)
{
    for (int track = 0; track < 2; track++)
        if (packet->stream_index == remux->index[track])
            return track;
    return -1;
}

/* FALSE: it cannot be placed. */
static gboolean set_stamps(Remux *remux, AVPacket *packet, int track)
{
    const AVStream *from = remux->source->format->streams[packet->stream_index];
    const AVStream *to = remux->format->streams[remux->index[0] < 0 ? 0 : track];
    if (packet->pts == AV_NOPTS_VALUE && packet->dts == AV_NOPTS_VALUE)
        return FALSE;
    av_packet_rescale_ts(packet, from->time_base, to->time_base);
    gint64 room = av_rescale_q(REORDER_US, (AVRational){ 1, 1000000 }, to->time_base);
    if (packet->pts == AV_NOPTS_VALUE)
        packet->pts = packet->dts;
    if (packet->dts == AV_NOPTS_VALUE)
        packet->dts = track == 0 ? packet->pts - room : packet->pts;
    if (remux->last_dts[track] != AV_NOPTS_VALUE && packet->dts <= remux->last_dts[track]) {
        if (packet->pts <= remux->last_dts[track])
            return FALSE;
        packet->dts = remux->last_dts[track] + 1;
    }
    remux->last_dts[track] = packet->dts;
    packet->stream_index = to->index;
    packet->pos = -1;
    return packet->dts <= packet->pts;
}

static gboolean has_room(const Remux *remux)
{
    struct pollfd one = { .fd = remux->fd, .events = POLLOUT };
    return !remux->source->is_live || (poll(&one, 1, 0) == 1 && one.revents & POLLOUT);
}

/* Whether the pictures may go on with this packet. */
static gboolean is_wanted(Remux *remux, const AVPacket *packet, int track)
{
    if (!has_room(remux))
        remux->wants_key = TRUE;
    else if (track == 0 && packet->flags & AV_PKT_FLAG_KEY)
        remux->wants_key = FALSE;
    return !remux->wants_key;
}

static void write_packet(Remux *remux, AVPacket *packet, int track)
{
    if (set_stamps(remux, packet, track))
        av_interleaved_write_frame(remux->format, packet);
}

/* MPEG-TS stamps the first of several frames of sound; FFmpeg parts them, and without decoding
 * nobody knows how long each is. They go on together, as they came. */
static void write_sound(Remux *remux, AVPacket *packet)
{
    AVPacket *sound = remux->sound;
    gboolean stamped = packet->pts != AV_NOPTS_VALUE || packet->dts != AV_NOPTS_VALUE;
    if (!stamped && sound->size > 0 && sound->size < SOUND_MAX_BYTES) {
        int before = sound->size;
        if (av_grow_packet(sound, packet->size) >= 0)
            memcpy(sound->data + before, packet->data, (gsize)packet->size);
        return;
    }
    if (sound->size > 0)
        write_packet(remux, sound, 1);
    av_packet_unref(sound);
    av_packet_move_ref(sound, packet);
}

static void pass_on(Remux *remux, AVPacket *packet)
{
    int track = track_of(remux, packet);
    if (remux->source->unmetered)
        meter_add(remux->source->meter, (gsize)packet->size);
    if (track < 0 || packet->size <= 0 || !is_wanted(remux, packet, track))
        return;
    if (track == 0 && remux->heads != NULL &&
        (av_bsf_send_packet(remux->heads, packet) < 0 ||
            av_bsf_receive_packet(remux->heads, packet) < 0))
        return;
    if (track == 0)
        write_packet(remux, packet, track);
    else
        write_sound(remux, packet);
}

static void end_with(int rc, GError **error)
{
    char words[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(rc, words, sizeof words);
    if (rc == AVERROR_EOF)
        g_set_error(error, BT_ERROR, BT_ERROR_NETWORK, "the stream ended");
    else if (rc == AVERROR_EXIT || rc == AVERROR(ETIMEDOUT))
        g_set_error(error, BT_ERROR, BT_ERROR_TIMEOUT, "nothing comes of the stream any more");
    else
        g_set_error(error, BT_ERROR, BT_ERROR_NETWORK, "the stream broke: %s", words);
}

static void run(Remux *remux, GError **error)
{
    AVPacket *packet = av_packet_alloc();
    guint errors = 0;
    int rc = 0;
    while (packet != NULL && !remux->is_closed && errors < ERRORS_IN_A_ROW) {
        meter_wait(remux->source->meter);
        rc = av_read_frame(remux->source->format, packet);
        if (rc >= 0)
            pass_on(remux, packet);
        av_packet_unref(packet);
        errors = rc >= 0 ? 0 : errors + 1;
        if (rc == AVERROR_EOF || rc == AVERROR_EXIT || rc == AVERROR(ETIMEDOUT))
            break;
    }
    av_packet_free(&packet);
    if (!remux->is_closed)
        end_with(rc, error);
    else
        g_set_error(error, BT_ERROR, BT_ERROR_DIED, "nobody takes the stream any more");
}

void remux_run(const Source *source, int output, GError **error)
{
    Remux remux = { .fd = output,
        .last_dts = { AV_NOPTS_VALUE, AV_NOPTS_VALUE },
        .wants_key = TRUE,
        .sound = av_packet_alloc(),
        .source = source };
    if (remux.sound != NULL && open_output(&remux, error))
        run(&remux, error);
    close_output(&remux);
}
