#include "player/relay/master.h"
#include "player/relay/relay.h"

#include "base/prefix.h"

#include <errno.h>
#include <string.h>

/* What comes before the first packet: of a live stream each second of it is one of waiting. */
#define HEADER_BYTES "262144"

static gboolean set_av_error(GError **error, int av_error, const char *what)
{
    char words[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(av_error, words, sizeof words);
    BtError code = av_error == AVERROR_INVALIDDATA                   ? BT_ERROR_INVALID
        : av_error == AVERROR(ETIMEDOUT) || av_error == AVERROR_EXIT ? BT_ERROR_TIMEOUT
                                                                     : BT_ERROR_NETWORK;
    g_set_error(error, BT_ERROR, code, "%s: %s", what, words);
    return FALSE;
}

static gboolean open_format(
    Source *source, const char *address, const char *name, AVDictionary **options, GError **error)
{
    const AVInputFormat *kind = av_find_input_format(name);
    if (kind == NULL)
        return set_av_error(error, AVERROR_DEMUXER_NOT_FOUND, name);
    source->format->pb = source->avio;
    int rc = avformat_open_input(&source->format, address, kind, options);
    return rc >= 0 || set_av_error(error, rc, "the stream cannot be opened");
}

static gboolean prepare(Source *source, int (*is_over)(void *meter))
{
    source->format = avformat_alloc_context();
    if (source->format == NULL)
        return FALSE;
    source->format->interrupt_callback = (AVIOInterruptCB){ is_over, source->meter };
    source->format->opaque = source;
    return TRUE;
}

/* ---- HLS ---- */

static guint64 number_of(AVDictionary *const *options, const char *key)
{
    const AVDictionaryEntry *entry = options != NULL ? av_dict_get(*options, key, NULL, 0) : NULL;
    return entry != NULL ? g_ascii_strtoull(entry->value, NULL, 10) : 0;
}

/* What FFmpeg finds in a playlist: parts and further lists. Of files, pipes and ciphers there are
 * none here. */
static int open_part(
    AVFormatContext *format, AVIOContext **avio, const char *url, int flags, AVDictionary **options)
{
    const Source *source = format->opaque;
    if (flags & AVIO_FLAG_WRITE)
        return AVERROR(EACCES);
    *avio = http_open(source->http, url, number_of(options, "offset"),
        number_of(options, "end_offset"), NULL, NULL);
    return *avio != NULL ? 0 : AVERROR(EIO);
}

static int close_part(AVFormatContext *format, AVIOContext *avio)
{
    (void)format;
    http_close(avio);
    return 0;
}

/* The list as FFmpeg shall see it. (transfer full) (nullable) */
static char *read_list(
    const Source *source, const BtRelayOrder *order, char **address, GError **error)
{
    g_autofree char *text =
        http_read(source->http, order->url, RELAY_PLAYLIST_MAX_BYTES, address, error);
    if (text == NULL)
        return NULL;
    const char *begin = text;
    gsize size_bytes = strlen(text);
    bt_prefix_skip_mark(&begin, &size_bytes);
    if (!g_str_has_prefix(begin, "#EXTM3U")) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "what is at this address is no playlist: expected #EXTM3U at its beginning");
        return NULL;
    }
    guint64 bits_per_s = (guint64)order->max_bytes_per_s * 8;
    char *chosen = master_choose(begin, order->w_px, order->h_px, bits_per_s / 4 * 3);
    return chosen != NULL ? chosen : g_strdup(begin);
}

static gboolean open_hls(
    Source *source, const BtRelayOrder *order, Meter *meter, GBytes *ca, GError **error)
{
    g_autofree char *address = NULL;
    source->http = http_new(order, meter, ca);
    g_autofree char *list = read_list(source, order, &address, error);
    if (list == NULL || !prepare(source, meter_is_left))
        return FALSE;
    source->avio = text_open(list);
    source->format->io_open = open_part;
    source->format->io_close2 = close_part;
    AVDictionary *options = NULL;
    av_dict_set(&options, "protocol_whitelist", "http,https", 0);
    av_dict_set(&options, "format_whitelist", "hls,mpegts,mov,aac,mp3", 0);
    av_dict_set(&options, "allowed_extensions", "ALL", 0); /* what is a part, its bytes say */
    av_dict_set(&options, "extension_picky", "0", 0);
    av_dict_set(&options, "http_persistent", "0", 0); /* libcurl keeps connections */
    av_dict_set(&options, "http_multiple", "0", 0);
    av_dict_set(&options, "max_reload", "1000000", 0); /* how long to wait is the user's to say */
    gboolean done = open_format(source, address, "hls", &options, error);
    av_dict_free(&options);
    return done;
}

/* ---- RTSP ---- */

/* In its own connection first: it passes firewalls, and nothing of it is lost. */
static gboolean open_rtsp(Source *source, const BtRelayOrder *order, GError **error)
{
    AVDictionary *options = NULL;
    source->is_live = source->unmetered = TRUE;
    if (!prepare(source, meter_is_over))
        return FALSE;
    meter_wait(source->meter);
    av_dict_set(&options, "rtsp_transport", "tcp+udp", 0);
    av_dict_set(&options, "rtsp_flags", "prefer_tcp", 0);
    av_dict_set(&options, "protocol_whitelist", "rtsp,rtp,tcp,udp", 0);
    av_dict_set(&options, "format_whitelist", "rtsp,sdp,rtp,mpegts", 0);
    av_dict_set_int(&options, "timeout", RELAY_SILENCE_MS * 1000, 0);
    av_dict_set(&options, "user_agent", "bangtin/" BANGTIN_VERSION, 0);
    gboolean done = open_format(source, order->url, "rtsp", &options, error);
    av_dict_free(&options);
    return done;
}

/* ---- UDP ---- */

static gboolean open_udp(Source *source, Meter *meter, GError **error)
{
    source->is_live = TRUE;
    source->avio = feed_open(meter, error);
    if (source->avio == NULL || !prepare(source, meter_is_over))
        return FALSE;
    AVDictionary *options = NULL;
    av_dict_set(&options, "format_whitelist", "mpegts", 0);
    av_dict_set(&options, "probesize", HEADER_BYTES, 0);
    gboolean done = open_format(source, "", "mpegts", &options, error);
    av_dict_free(&options);
    return done;
}

/* ---- all ---- */

gboolean source_open(Source *source, const BtRelayOrder *order, const BtStreamUrl *url,
    Meter *meter, GBytes *ca, GError **error)
{
    *source = (Source){ .meter = meter };
    switch (url->kind) {
    case BT_STREAM_HLS:
        return open_hls(source, order, meter, ca, error);
    case BT_STREAM_RTSP:
        return open_rtsp(source, order, error);
    case BT_STREAM_UDP:
        return open_udp(source, meter, error);
    }
    return FALSE;
}

void source_close(Source *source)
{
    avformat_close_input(&source->format);
    if (source->avio != NULL)
        feed_close(source->avio);
    http_free(source->http);
}
