/* Packets of two tracks come interleaved in the file but are wanted each at its own pace: pictures
 * as slots come free, sound as the ring empties. What is read for one and belongs to the other
 * waits in a queue, and the queues are bounded, so a file that lies about its interleaving starves
 * itself only.
 *
 * All times are microseconds from the first picture (or the first sound where there is none), plus
 * what earlier turns of a loop took. */
#include "render/decode/decode.h"

#include <libavutil/display.h>
#include <libavutil/opt.h>

#define PROBE_BYTES "2000000"
#define PROBE_US "2000000"
#define LIVE_PROBE_US                                                                              \
    "300000" /* of a pipe: what is looked at is waited for, and shown so much later */
#define QUICK_PIXELS (1920 * 1200)        /* larger pictures want all threads from the first on */
#define INDEX_MAX 1000000                 /* pictures: nine hours of a film */
#define CUT_SLACK_US (1 * G_USEC_PER_SEC) /* less than promised by more than this is a cut file */

static const AVRational microseconds = { 1, 1000000 };

/* ---- opening ---- */

static int refuse_to_open(
    AVFormatContext *format, AVIOContext **avio, const char *url, int flags, AVDictionary **options)
{
    (void)format, (void)avio, (void)url, (void)flags, (void)options;
    return AVERROR(EACCES);
}

static AVDictionary *limits_of(const Probe *probe)
{
    AVDictionary *options = NULL;
    av_dict_set(&options, "protocol_whitelist", "", 0);
    av_dict_set(&options, "format_whitelist", probe->demuxer, 0);
    av_dict_set(&options, "codec_whitelist", codec_allowed(), 0);
    av_dict_set(&options, "probesize", PROBE_BYTES, 0);
    av_dict_set(&options, "analyzeduration", PROBE_US, 0);
    av_dict_set_int(&options, "max_streams", BT_DECODE_MAX_STREAMS, 0);
    if (probe->loops_short)
        av_dict_set(&options, "ignore_loop", "1", 0);
    return options;
}

static gboolean check_streams(const AVFormatContext *format, GError **error)
{
    for (guint i = 0; i < format->nb_streams; i++) {
        const AVCodecParameters *p = format->streams[i]->codecpar;
        if (p->codec_type == AVMEDIA_TYPE_VIDEO && !check_size(p->width, p->height, error))
            return FALSE;
    }
    return TRUE;
}

/* An index and the head of the codec say all but the shape of a pixel. Else FFmpeg decodes until it
 * has guessed the rest: for a keyframe of 1080p that is longer than all other steps of opening. */
static gboolean says_all(const Demux *demux, const AVStream *stream)
{
    const AVCodecParameters *p = stream->codecpar;
    gboolean known = p->codec_id == AV_CODEC_ID_H264 || p->codec_id == AV_CODEC_ID_HEVC;
    return known && demux->input->seekable && g_str_equal(demux->probe->demuxer, "mov") &&
        p->extradata_size > 0 && p->width > 0 && p->height > 0 &&
        (gint64)p->width * p->height <= QUICK_PIXELS;
}

static int find_streams(Demux *demux)
{
    AVFormatContext *format = demux->format;
    guint n = format->nb_streams;
    g_autofree AVDictionary **options = g_new0(AVDictionary *, n + 1);
    demux->unseen = FALSE;
    for (guint i = 0; i < n; i++) {
        av_dict_set_int(&options[i], "max_pixels", BT_DECODE_MAX_PIXELS, 0);
        if (!says_all(demux, format->streams[i]))
            continue;
        av_dict_set(&options[i], "skip_frame", "all", 0);
        demux->unseen = TRUE;
    }
    int rc = avformat_find_stream_info(format, options);
    for (guint i = 0; i < n; i++)
        av_dict_free(&options[i]);
    return rc;
}

gboolean demux_open_container(Demux *demux, GError **error)
{
    const char *name = demux->probe->demuxer;
    const AVInputFormat *kind = av_find_input_format(name);
    demux->avio = input_new_avio(demux->input);
    demux->format = avformat_alloc_context();
    if (!kind || !demux->avio || !demux->format) {
        g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED, "content: %s cannot be read here", name);
        return FALSE;
    }
    demux->format->pb = demux->avio;
    demux->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    demux->format->io_open = refuse_to_open;
    AVDictionary *options = limits_of(demux->probe);
    if (!demux->input->seekable)
        av_dict_set(&options, "analyzeduration", LIVE_PROBE_US, 0);
    int rc = avformat_open_input(&demux->format, NULL, kind, &options);
    av_dict_free(&options);
    if (rc >= 0)
        return TRUE;
    set_av_error(error, rc, "not a sound %s file", name);
    return FALSE;
}

static gboolean open_format(Demux *demux, GError **error)
{
    if (!demux_open_container(demux, error) || !check_streams(demux->format, error))
        return FALSE;
    int rc = find_streams(demux);
    if (rc >= 0)
        return check_streams(demux->format, error);
    set_av_error(error, rc, "not a sound %s file", demux->probe->demuxer);
    return FALSE;
}

/* ---- tracks ---- */

static int find_track(const AVFormatContext *format, enum AVMediaType type, int beside)
{
    int index = av_find_best_stream((AVFormatContext *)format, type, -1, beside, NULL, 0);
    if (index >= 0 && format->streams[index]->disposition & AV_DISPOSITION_ATTACHED_PIC)
        return -1; /* the cover of a record is not a film */
    return MAX(index, -1);
}

static AVStream *stream_of(const Demux *demux, Track track)
{
    return demux->format->streams[demux->index[track]];
}

static gboolean check_pictures_have_size(const Demux *demux, GError **error)
{
    if (demux->index[TRACK_VIDEO] < 0)
        return TRUE;
    const AVCodecParameters *p = stream_of(demux, TRACK_VIDEO)->codecpar;
    if (p->width > 0 && p->height > 0)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "content: how large its pictures are cannot be found in it: expected it near its start");
    return FALSE;
}

static gboolean find_tracks(Demux *demux, GError **error)
{
    demux->index[TRACK_VIDEO] = find_track(demux->format, AVMEDIA_TYPE_VIDEO, -1);
    demux->index[TRACK_SOUND] =
        find_track(demux->format, AVMEDIA_TYPE_AUDIO, demux->index[TRACK_VIDEO]);
    for (Track t = 0; t < N_TRACKS; t++)
        demux->wanted[t] = demux->index[t] >= 0;
    if (demux->wanted[TRACK_VIDEO] || demux->wanted[TRACK_SOUND])
        return check_pictures_have_size(demux, error);
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "content: neither pictures nor sound in it: expected one of them");
    return FALSE;
}

static void find_times(Demux *demux)
{
    Track first = demux->index[TRACK_VIDEO] >= 0 ? TRACK_VIDEO : TRACK_SOUND;
    const AVStream *stream = stream_of(demux, first);
    demux->origin_us = 0;
    if (stream->start_time != AV_NOPTS_VALUE)
        demux->origin_us = av_rescale_q(stream->start_time, stream->time_base, microseconds);
    gint64 length = demux->format->duration;
    /* Matroska counts to the end from 0, wherever the first picture is. */
    if (g_str_equal(demux->probe->demuxer, "matroska") && length > demux->origin_us)
        length -= MAX(demux->origin_us, 0);
    if (demux->input->seekable && length != AV_NOPTS_VALUE && length > 0 &&
        length < G_MAXINT64 / 1000)
        demux->length_us = length;
    if (demux->length_us &&
        demux->format->duration_estimation_method != AVFMT_DURATION_FROM_BITRATE)
        demux->promised_us = demux->length_us;
}

/* Animations do not say how long they are: their packets do. One picture is none. */
static gboolean measure(Demux *demux, GError **error)
{
    AVPacket *packet;
    gboolean blocked = FALSE;
    guint n = 0;
    for (; (packet = demux_packet(demux, TRACK_VIDEO, &blocked)); n++)
        av_packet_free(&packet);
    demux->single = n <= 1;
    demux->length_us = demux->seen_us;
    if (!demux_again(demux, error))
        return FALSE;
    demux->shift_us = 0;
    demux->promised_us = 0;
    return TRUE;
}

static void close_format(Demux *demux)
{
    for (Track t = 0; t < N_TRACKS; t++) {
        for (AVPacket *p; (p = g_queue_pop_head(&demux->waiting[t]));)
            av_packet_free(&p);
        demux->waiting_bytes[t] = 0;
    }
    avformat_close_input(&demux->format);
    input_free_avio(&demux->avio);
}

gboolean demux_open(Demux *demux, Input *input, const Probe *probe, GError **error)
{
    *demux = (Demux){ .input = input, .probe = probe, .index = { -1, -1 } };
    if (!open_format(demux, error) || !find_tracks(demux, error))
        return FALSE;
    find_times(demux);
    return !probe->loops_short || measure(demux, error);
}

void demux_close(Demux *demux)
{
    close_format(demux);
}

gboolean demux_again(Demux *demux, GError **error)
{
    gint64 length = demux->length_us ? demux->length_us : demux->seen_us;
    gboolean wanted_sound = demux->wanted[TRACK_SOUND];
    close_format(demux);
    demux->at_end = FALSE;
    demux->seen_us = 0;
    if (!open_format(demux, error) || !find_tracks(demux, error))
        return FALSE;
    demux->wanted[TRACK_SOUND] = demux->wanted[TRACK_SOUND] && wanted_sound;
    demux->shift_us +=
        MAX(length, G_USEC_PER_SEC / 100); /* no turn is so short that it never ends */
    return TRUE;
}

/* ---- what is in it ---- */

static const gint32 *display_matrix(const AVStream *stream)
{
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
    const AVPacketSideData *data = av_packet_side_data_get(stream->codecpar->coded_side_data,
        stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
    return data && data->size >= 9 * sizeof(gint32) ? (const gint32 *)data->data : NULL;
#else
    size_t size = 0;
    const guint8 *data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    return data && size >= 9 * sizeof(gint32) ? (const gint32 *)data : NULL;
#endif
}

int demux_orientation(const Demux *demux)
{
    const gint32 *matrix = display_matrix(stream_of(demux, TRACK_VIDEO));
    return matrix ? orientation_of_matrix(matrix) : 1;
}

static void picture_info(const Demux *demux, const AVFrame *first, BtDecodeMessage *info)
{
    AVStream *stream = stream_of(demux, TRACK_VIDEO);
    gint64 w = first ? first->width : stream->codecpar->width;
    gint64 h = first ? first->height : stream->codecpar->height;
    AVRational shape = av_guess_sample_aspect_ratio(demux->format, stream, (AVFrame *)first);
    if (shape.num > 0 && shape.den > 0 && shape.num != shape.den)
        w = av_rescale(w, shape.num, shape.den);
    w = CLAMP(w, 1, BT_DECODE_MAX_SIDE_PX);
    gboolean sideways = orientation_is_sideways(demux_orientation(demux));
    info->w_px = (gint32)(sideways ? h : w);
    info->h_px = (gint32)(sideways ? w : h);
    if (stream->avg_frame_rate.num > 0 && stream->avg_frame_rate.den > 0)
        info->frame_ms_x1000 = (guint32)MIN(
            av_rescale(1000000, stream->avg_frame_rate.den, stream->avg_frame_rate.num), 60000000);
}

void demux_info(const Demux *demux, const AVFrame *first, BtDecodeMessage *info)
{
    if (demux->index[TRACK_VIDEO] >= 0)
        picture_info(demux, first, info);
    info->has_sound = demux->index[TRACK_SOUND] >= 0;
    if (!demux->single)
        info->duration_ms = demux->length_us ? (demux->length_us + 999) / 1000 : G_MAXINT64;
}

/* ---- reading ---- */

gint64 demux_span_us(const Demux *demux, Track track, gint64 stamps)
{
    return av_rescale_q(stamps, stream_of(demux, track)->time_base, microseconds);
}

gint64 demux_us(const Demux *demux, Track track, gint64 stamp)
{
    if (stamp == AV_NOPTS_VALUE)
        return AV_NOPTS_VALUE;
    return demux_span_us(demux, track, stamp) - demux->origin_us + demux->shift_us;
}

static void note_end(Demux *demux, const AVPacket *packet)
{
    const AVStream *stream = demux->format->streams[packet->stream_index];
    gint64 stamp = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
    if (packet->flags & AV_PKT_FLAG_CORRUPT)
        demux->broken = TRUE;
    if (stamp == AV_NOPTS_VALUE)
        return;
    gint64 end = av_rescale_q(stamp, stream->time_base, microseconds) +
        av_rescale_q(MAX(packet->duration, 0), stream->time_base, microseconds) - demux->origin_us;
    demux->seen_us = MAX(demux->seen_us, end);
}

static int track_of(const Demux *demux, const AVPacket *packet)
{
    for (int t = 0; t < N_TRACKS; t++)
        if (demux->wanted[t] && packet->stream_index == demux->index[t])
            return t;
    return -1;
}

static void queue_packet(Demux *demux, Track track, AVPacket *packet)
{
    if (track == TRACK_SOUND && demux->waiting_bytes[track] > BT_DECODE_QUEUE_BYTES) {
        av_packet_free(&packet); /* nobody hears it: sound never stops the picture */
        return;
    }
    demux->waiting_bytes[track] += sizeof *packet + (gsize)packet->size;
    g_queue_push_tail(&demux->waiting[track], packet);
}

static gboolean read_one(Demux *demux)
{
    AVPacket *packet = av_packet_alloc();
    int rc = packet ? av_read_frame(demux->format, packet) : AVERROR(ENOMEM);
    if (rc < 0) {
        demux->at_end = TRUE;
        demux->broken |= rc != AVERROR_EOF;
        av_packet_free(&packet);
        return FALSE;
    }
    note_end(demux, packet);
    int track = track_of(demux, packet);
    if (track >= 0)
        queue_packet(demux, (Track)track, packet);
    else
        av_packet_free(&packet);
    return TRUE;
}

AVPacket *demux_packet(Demux *demux, Track track, gboolean *blocked)
{
    Track other = track == TRACK_VIDEO ? TRACK_SOUND : TRACK_VIDEO;
    while (g_queue_is_empty(&demux->waiting[track]) && !demux->at_end) {
        if (other == TRACK_VIDEO && demux->waiting_bytes[other] > BT_DECODE_QUEUE_BYTES) {
            *blocked = TRUE;
            return NULL;
        }
        read_one(demux);
    }
    AVPacket *packet = g_queue_pop_head(&demux->waiting[track]);
    if (packet)
        demux->waiting_bytes[track] -= sizeof *packet + (gsize)packet->size;
    return packet;
}

gboolean demux_is_cut(const Demux *demux)
{
    return demux->broken ||
        (demux->promised_us && demux->seen_us + CUT_SLACK_US < demux->promised_us);
}

static gint64 stamp_at(const Demux *demux, const AVStream *stream, gint64 us)
{
    return av_rescale_q(us + demux->origin_us, microseconds, stream->time_base);
}

/* An index of the first fragments alone knows nothing of the rest. */
static gboolean index_is_whole(const Demux *demux, AVStream *stream, int n)
{
    const AVIndexEntry *last = n > 0 ? avformat_index_get_entry(stream, n - 1) : NULL;
    return last && demux->length_us > 0 && n <= INDEX_MAX &&
        demux_us(demux, TRACK_VIDEO, last->timestamp) + CUT_SLACK_US >= demux->length_us;
}

gint64 demux_peak_bytes(const Demux *demux, gint64 frame_us)
{
    AVStream *stream = stream_of(demux, TRACK_VIDEO);
    int n = avformat_index_get_entries_count(stream);
    int n_second = (int)CLAMP(G_USEC_PER_SEC / MAX(frame_us, 1), 1, MAX(n, 1));
    gint64 sum = 0, most = 0;
    if (!index_is_whole(demux, stream, n))
        return -1;
    for (int i = 0; i < n; i++) {
        sum += avformat_index_get_entry(stream, i)->size;
        if (i >= n_second)
            sum -= avformat_index_get_entry(stream, i - n_second)->size;
        most = MAX(most, sum);
    }
    return most / n_second;
}

gboolean demux_begins_with(const Demux *demux, gint64 us)
{
    AVStream *stream = stream_of(demux, TRACK_VIDEO);
    const AVIndexEntry *first = avformat_index_get_entry(stream, 0);
    return first &&
        first ==
        avformat_index_get_entry_from_timestamp(
            stream, stamp_at(demux, stream, us), AVSEEK_FLAG_BACKWARD);
}

void demux_seek(Demux *demux, gint64 us)
{
    if (!demux->input->seekable || demux->probe->loops_short || us <= 0)
        return;
    Track track = demux->index[TRACK_VIDEO] >= 0 ? TRACK_VIDEO : TRACK_SOUND;
    const AVStream *stream = stream_of(demux, track);
    gint64 stamp = stamp_at(demux, stream, us);
    for (Track t = 0; t < N_TRACKS; t++) {
        for (AVPacket *p; (p = g_queue_pop_head(&demux->waiting[t]));)
            av_packet_free(&p);
        demux->waiting_bytes[t] = 0;
    }
    demux->at_end = FALSE;
    av_seek_frame(demux->format, stream->index, stamp, AVSEEK_FLAG_BACKWARD);
}
