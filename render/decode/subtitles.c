/* Subtitles are small, so all of the file is looked at before a word of it is told: it is UTF-8 or
 * nothing, its times are FFmpeg's to read and asked whether it can, its markup ours to take away.
 * Who gets INFO gets whole cues in order. */
#include "render/decode/decode.h"

#include "render/decode/cue_times.h"

#include <string.h>

G_STATIC_ASSERT(BT_DECODE_SUBTITLES_MAX_BYTES <= BT_DECODE_HEAD_BYTES);

typedef struct {
    gint64 start_ms, end_ms;
    char *text;
} Cue;

static void cue_clear(gpointer data)
{
    g_free(((Cue *)data)->text);
}

/* ---- the file ---- */

static guint line_at(const Input *input, gsize at)
{
    guint line = 1;
    for (gsize i = 0; i < MIN(at, input->head_bytes); i++)
        line += input->head[i] == '\n';
    return line;
}

static gboolean check_bytes(const Input *input, GError **error)
{
    const char *text = (const char *)input->head, *wrong;
    if (!input->seekable) {
        g_set_error(
            error, BT_ERROR, BT_ERROR_LIMIT, "content: subtitles through a pipe: expected a file");
        return FALSE;
    }
    if (input->size_bytes > BT_DECODE_SUBTITLES_MAX_BYTES) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "content: subtitles of %" G_GINT64_FORMAT " bytes: expected a file of at most %d",
            input->size_bytes, BT_DECODE_SUBTITLES_MAX_BYTES);
        return FALSE;
    }
    if (g_utf8_validate_len(text, input->head_bytes, &wrong))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX, "content:%u: not UTF-8: expected UTF-8",
        line_at(input, (gsize)(wrong - text)));
    return FALSE;
}

/* FFmpeg before its sixth version takes a block of styles for a damaged cue; comments it knows. */
static void hide_styles(Input *input)
{
    static const struct {
        const char *name, *comment;
    } blocks[] = { { "STYLE", "NOTE " }, { "REGION", "NOTE  " } };
    for (gsize at = 2; at < input->head_bytes; at++) {
        guint8 *block = input->head + at;
        gboolean blank_before = block[-1] == '\n' && (block[-2] == '\n' || block[-2] == '\r');
        for (gsize i = 0; blank_before && i < G_N_ELEMENTS(blocks); i++) {
            gsize n = strlen(blocks[i].name);
            if (input->head_bytes - at > n && memcmp(block, blocks[i].name, n) == 0 &&
                g_ascii_isspace(block[n]))
                memcpy(block, blocks[i].comment, n);
        }
    }
}

static BtMarkup kind_of(const Probe *probe)
{
    return strcmp(probe->demuxer, "webvtt") == 0 ? BT_MARKUP_WEBVTT : BT_MARKUP_SRT;
}

static gboolean check_times(const Input *input, const Probe *probe, GError **error)
{
    const char *text = (const char *)input->head;
    return bt_cue_times_check(text, input->head_bytes, kind_of(probe), error);
}

/* ---- cues ---- */

static gboolean check_limits(const GArray *cues, const char *text, GError **error)
{
    if (cues->len == BT_DECODE_MAX_CUES) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "content: more than %d cues: expected at most so many", BT_DECODE_MAX_CUES);
        return FALSE;
    }
    glong length = g_utf8_strlen(text, -1);
    if (length <= BT_DECODE_CUE_MAX_CODE_POINTS)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
        "content: cue %u has %ld characters: expected at most %d", cues->len + 1, length,
        BT_DECODE_CUE_MAX_CODE_POINTS);
    return FALSE;
}

/* What is never on the glass is left out: no text, no time, or a time that no item reaches. */
static gboolean take_cue(GArray *cues, const AVPacket *packet, BtMarkup kind, GError **error)
{
    Cue cue = { .start_ms = CLAMP(packet->pts, 0, BT_DECODE_CUE_MAX_MS) };
    if (packet->pts == AV_NOPTS_VALUE || packet->duration <= 0)
        return TRUE;
    cue.end_ms = packet->duration > BT_DECODE_CUE_MAX_MS
        ? BT_DECODE_CUE_MAX_MS
        : CLAMP(packet->pts + packet->duration, 0, BT_DECODE_CUE_MAX_MS);
    if (cue.end_ms <= cue.start_ms)
        return TRUE;
    const char *text = (const char *)packet->data;
    gsize n = packet->size > 0 ? (gsize)packet->size : 0;
    /* FFmpeg reads lines in pieces of a few kilobytes and may cut a character in two. */
    if (n > 0 && !g_utf8_validate_len(text, n, NULL)) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "content: cue %u has a line that is too long: expected at most %d characters",
            cues->len + 1, BT_DECODE_CUE_MAX_CODE_POINTS);
        return FALSE;
    }
    g_autofree char *clean = bt_markup_clean(text, n, kind);
    if (!*clean)
        return TRUE;
    if (!check_limits(cues, clean, error))
        return FALSE;
    cue.text = g_steal_pointer(&clean);
    g_array_append_val(cues, cue);
    return TRUE;
}

static gboolean read_cues(Demux *demux, GArray *cues, GError **error)
{
    BtMarkup kind = kind_of(demux->probe);
    AVPacket *packet = av_packet_alloc();
    gboolean good = packet != NULL;
    int rc = 0;
    while (good && (rc = av_read_frame(demux->format, packet)) >= 0) {
        good = take_cue(cues, packet, kind, error);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    if (good && rc != AVERROR_EOF) {
        set_av_error(error, rc, "the subtitles are damaged");
        good = FALSE;
    }
    return good;
}

/* FFmpeg gives them by start; those of one start in the order of the file. What was cut at 0 is no
 * later than what follows. */
static void tell(Ring *ring, const GArray *cues)
{
    BtDecodeMessage info = { .has_cues = 1 };
    ring_info(ring, &info);
    for (guint i = 0; i < cues->len; i++) {
        const Cue *cue = &g_array_index(cues, Cue, i);
        ring_cue(ring, cue->start_ms, cue->end_ms, cue->text);
    }
    ring_end(ring);
}

gboolean subtitles_run(Ring *ring, Input *input, const Probe *probe, GError **error)
{
    Demux demux = { .input = input, .probe = probe, .index = { -1, -1 } };
    if (!check_bytes(input, error))
        return FALSE;
    hide_styles(input);
    if (!check_times(input, probe, error))
        return FALSE;
    GArray *cues = g_array_new(FALSE, FALSE, sizeof(Cue));
    g_array_set_clear_func(cues, cue_clear);
    gboolean done = demux_open_container(&demux, error) && read_cues(&demux, cues, error);
    if (done)
        tell(ring, cues);
    demux_close(&demux);
    g_array_unref(cues);
    return done;
}
