/* What a file is, is decided here by its first bytes and by nobody else: FFmpeg's own guessing
 * would take a list of other files for a film and open them. The kinds are few, and whatever is
 * none of them is refused by name of that fact. */
#include "render/decode/decode.h"

#include <string.h>

#define STARTS(head, n, text) starts((head), (n), 0, (text), sizeof(text) - 1)

static gboolean starts(const guint8 *head, gsize n, gsize at, const char *text, gsize length)
{
    return n >= at + length && memcmp(head + at, text, length) == 0;
}

gboolean check_size(gint64 w_px, gint64 h_px, GError **error)
{
    if (w_px >= 0 && h_px >= 0 && w_px <= BT_DECODE_MAX_SIDE_PX && h_px <= BT_DECODE_MAX_SIDE_PX &&
        w_px * h_px <= BT_DECODE_MAX_PIXELS)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
        "content: %" G_GINT64_FORMAT "×%" G_GINT64_FORMAT
        " px: expected at most %d Mpx, sides to %d",
        w_px, h_px, BT_DECODE_MAX_PIXELS / 1000000, BT_DECODE_MAX_SIDE_PX);
    return FALSE;
}

/* ---- pictures: the size stands in the head ---- */

static gboolean damaged(GError **error)
{
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "content: the head of the picture is damaged: expected its size there");
    return FALSE;
}

static gboolean probe_png(const guint8 *head, gsize n, Probe *probe, GError **error)
{
    gboolean animated;
    if (!header_png(head, n, &probe->w_px, &probe->h_px, &animated))
        return damaged(error);
    if (animated)
        probe->demuxer = "apng";
    probe->codec = AV_CODEC_ID_PNG;
    probe->still = !animated;
    probe->loops_short = animated;
    return TRUE;
}

static gboolean probe_jpeg(const guint8 *head, gsize n, Probe *probe, GError **error)
{
    if (!header_jpeg(head, n, &probe->w_px, &probe->h_px, &probe->orientation))
        return damaged(error);
    probe->codec = AV_CODEC_ID_MJPEG;
    probe->still = TRUE;
    return TRUE;
}

static gboolean probe_webp(const guint8 *head, gsize n, Probe *probe, GError **error)
{
    gboolean animated;
    if (!header_webp(head, n, &probe->w_px, &probe->h_px, &animated))
        return damaged(error);
    probe->codec = AV_CODEC_ID_WEBP;
    probe->still = !animated;
    probe->loops_short = animated;
    return TRUE;
}

static gboolean probe_gif(const guint8 *head, gsize n, Probe *probe, GError **error)
{
    if (!header_gif(head, n, &probe->w_px, &probe->h_px))
        return damaged(error);
    probe->demuxer = "gif";
    probe->loops_short = TRUE;
    return TRUE;
}

/* Its size is read by libavif, before anything is decoded. */
static gboolean probe_avif(Probe *probe)
{
    probe->codec = AV_CODEC_ID_AV1;
    return TRUE;
}

/* ---- films and sound ---- */

static gboolean is_mov(const guint8 *head, gsize n)
{
    static const char *const atoms[] = { "ftyp", "moov", "mdat", "wide", "free", "skip" };
    for (gsize i = 0; i < G_N_ELEMENTS(atoms); i++)
        if (starts(head, n, 4, atoms[i], 4))
            return TRUE;
    return FALSE;
}

static gboolean is_mpegts(const guint8 *head, gsize n)
{
    for (gsize first = 0; first <= 4;
         first += 4) { /* 188 bytes a packet, or 192 with a time before */
        gsize step = 188 + first;
        if (n > first + 2 * step && head[first] == 0x47 && head[first + step] == 0x47 &&
            head[first + 2 * step] == 0x47)
            return TRUE;
    }
    return FALSE;
}

static gboolean is_mpeg_audio(const guint8 *head, gsize n)
{
    return n > 4 && head[0] == 0xff && (head[1] & 0xe6) == 0xe2 && (head[2] & 0xf0) != 0xf0 &&
        (head[2] & 0x0c) != 0x0c;
}

static gboolean is_adts(const guint8 *head, gsize n)
{
    return n > 7 && head[0] == 0xff && (head[1] & 0xf6) == 0xf0;
}

static const char *demuxer_of(const guint8 *head, gsize n)
{
    if (is_mov(head, n))
        return "mov";
    if (STARTS(head, n, "\x1a\x45\xdf\xa3"))
        return "matroska";
    if (is_mpegts(head, n))
        return "mpegts";
    if (STARTS(head, n, "OggS"))
        return "ogg";
    if (STARTS(head, n, "fLaC"))
        return "flac";
    if (STARTS(head, n, "RIFF") && starts(head, n, 8, "WAVE", 4))
        return "wav";
    if (STARTS(head, n, "ID3") || is_mpeg_audio(head, n))
        return "mp3";
    return is_adts(head, n) ? "aac" : NULL;
}

static gboolean probe_film(const guint8 *head, gsize n, Probe *probe, GError **error)
{
    probe->demuxer = demuxer_of(head, n);
    if (probe->demuxer)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED,
        "content: neither a picture, a film nor sound of a kind that is known here");
    return FALSE;
}

/* ---- subtitles ---- */

static const guint8 *skip(const guint8 *at, const guint8 *end, const char *set)
{
    while (at < end && *at != '\0' && strchr(set, *at))
        at++;
    return at;
}

/* "00:00:01,000 -->" with spaces or none: how the line of times of an SRT cue begins. */
static gboolean is_srt_time(const guint8 *at, const guint8 *end)
{
    const guint8 *time_end = skip(at, end, "0123456789:,.");
    const guint8 *arrow = skip(time_end, end, " \t");
    return time_end > at && g_ascii_isdigit(*at) && memchr(at, ':', (gsize)(time_end - at)) &&
        STARTS(arrow, (gsize)(end - arrow), "-->");
}

/* Such a line comes first, or after the number of its cue. */
static gboolean is_srt(const guint8 *head, gsize n)
{
    const guint8 *end = head + n, *at = skip(head, end, " \t\r\n");
    if (is_srt_time(at, end))
        return TRUE;
    const guint8 *number_end = skip(at, end, "0123456789");
    const guint8 *line_end = skip(number_end, end, " \t");
    return number_end > at && line_end < end && (*line_end == '\r' || *line_end == '\n') &&
        is_srt_time(skip(line_end, end, "\r\n"), end);
}

static gboolean is_webvtt(const guint8 *head, gsize n)
{
    return STARTS(head, n, "WEBVTT") && (n == 6 || strchr(" \t\r\n", head[6]));
}

/* TRUE with the demuxer when it is of a kind of subtitles. */
static gboolean probe_subtitles(const guint8 *head, gsize n, Probe *probe)
{
    if (STARTS(head, n, "\xef\xbb\xbf"))
        head += 3, n -= 3;
    probe->demuxer = is_webvtt(head, n) ? "webvtt" : is_srt(head, n) ? "srt" : NULL;
    probe->subtitles = probe->demuxer != NULL;
    return probe->subtitles;
}

static gboolean is_utf16(const guint8 *head, gsize n)
{
    return STARTS(head, n, "\xff\xfe") || STARTS(head, n, "\xfe\xff");
}

/* What people try, and what they could give instead. */
static const char *known_and_refused(const guint8 *head, gsize n)
{
    const guint8 *at = skip(head, head + n, " \t\r\n");
    gsize left = n - (gsize)(at - head);
    if (is_utf16(head, n))
        return "text in UTF-16: expected UTF-8";
    if (STARTS(at, left, "<svg") ||
        (STARTS(at, left, "<?xml") && memmem(at, MIN(left, 4096), "<svg", 4)))
        return "an SVG drawing: expected it drawn, as PNG or WebP";
    if (starts(head, n, 4, "ftypheic", 8) || starts(head, n, 4, "ftypheix", 8) ||
        starts(head, n, 4, "ftypmif1", 8))
        return "an HEIC picture: expected JPEG, PNG, WebP or AVIF";
    return NULL;
}

static gboolean probe_kind(const guint8 *head, gsize n, Probe *probe, GError **error)
{
    if (STARTS(head, n, "\x89PNG\r\n\x1a\n"))
        return probe_png(head, n, probe, error);
    if (STARTS(head, n, "\xff\xd8\xff"))
        return probe_jpeg(head, n, probe, error);
    if (STARTS(head, n, "RIFF") && starts(head, n, 8, "WEBP", 4))
        return probe_webp(head, n, probe, error);
    if (STARTS(head, n, "GIF87a") || STARTS(head, n, "GIF89a"))
        return probe_gif(head, n, probe, error);
    if (is_avif(head, n))
        return probe_avif(probe);
    if (probe_subtitles(head, n, probe))
        return TRUE;
    const char *refused = known_and_refused(head, n);
    if (refused) {
        g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED, "content: %s", refused);
        return FALSE;
    }
    return probe_film(head, n, probe, error);
}

gboolean probe_content(const Input *input, Probe *probe, GError **error)
{
    *probe = (Probe){ .orientation = 1 };
    if (input->head_bytes < 12) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "content: %" G_GSIZE_FORMAT
            " bytes: expected more than a film or picture can do without",
            input->head_bytes);
        return FALSE;
    }
    return probe_kind(input->head, input->head_bytes, probe, error) &&
        check_size(probe->w_px, probe->h_px, error);
}
