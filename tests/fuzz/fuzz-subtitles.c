/* Subtitles by their two ways in: the words of a cue as a file has them, and cues as a decoder
 * tells them. The first byte says which: S and V are words of SRT and of WebVTT, and whole files,
 * anything else speaks. */
#include "base/channel.h"
#include "base/error.h"
#include "render/decode/cue_times.h"
#include "render/decode/markup.h"
#include "render/decode/wire.h"
#include "render/media/media.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define STEP_BYTES 8

/* ---- words and times ---- */

static void check_words(const char *words)
{
    g_assert_true(g_utf8_validate(words, -1, NULL));
    for (const char *p = words; *p; p = g_utf8_next_char(p))
        g_assert_true(*p == '\n' || !g_unichar_iscntrl(g_utf8_get_char(p)));
}

static void check_times(const char *text, gsize n, BtMarkup kind)
{
    g_autoptr(GError) error = NULL;
    if (!bt_cue_times_check(text, n, kind, &error))
        g_assert_error(error, BT_ERROR, BT_ERROR_SYNTAX);
}

static void clean(const uint8_t *data, size_t size, BtMarkup kind)
{
    g_autofree char *valid = g_utf8_make_valid((const char *)data, (gssize)size);
    gsize n = strlen(valid);
    g_autofree char *exact = g_memdup2(valid, MAX(n, 1)); /* nothing behind it may be read */
    g_autofree char *words = bt_markup_clean(exact, n, kind);
    check_times(exact, n, kind);
    check_words(words);
    g_assert_cmpuint(strlen(words), <=, n);
    g_assert_null(strstr(words, "\n\n"));
    g_assert_false(g_str_has_prefix(words, "\n") || g_str_has_suffix(words, "\n"));
}

/* ---- the wire ---- */

static int lend_socket(int content_fd, gpointer user, GError **error)
{
    (void)content_fd;
    int ends[2];
    if (!bt_channel_pair(ends, error))
        return -1;
    *(int *)user = ends[1];
    return ends[0];
}

/* One step is a message: what it is, its numbers, and how many bytes of text follow. */
static size_t say(int decoder, const uint8_t *data, size_t size)
{
    static const guint32 types[] = { BT_DECODE_INFO, BT_DECODE_CUE, BT_DECODE_TEXT, BT_DECODE_END };
    gint64 small = (gint16)(data[1] | data[2] << 8);
    size_t n = MIN(data[7] % (BT_DECODE_PIECE_BYTES + 1), size - STEP_BYTES);
    BtDecodeMessage message = { .type = data[0] & 0x40 ? data[0] & 0x3f : types[data[0] & 3],
        .pts_ms = data[0] & 0x80 ? small * G_GINT64_CONSTANT(0x7ffffffffff) : small,
        .duration_ms = data[0] & 0x20 ? -small : data[3] + 1,
        .has_cues = data[0] & 0x10 ? data[3] : 1,
        .position = (guint64)(data[4] | data[5] << 8) << (data[0] & 0x08 ? data[6] % 64 : 0) };
    memcpy(message.text, data + STEP_BYTES, n);
    bt_channel_send(decoder, &message, sizeof message, NULL, 0, NULL);
    return STEP_BYTES + n;
}

static void check_cues(const GArray *cues)
{
    gint64 least_ms = 0;
    g_assert_cmpuint(cues->len, <=, BT_DECODE_MAX_CUES);
    for (guint i = 0; i < cues->len; i++) {
        const BtCue *cue = &g_array_index(cues, BtCue, i);
        check_words(cue->text);
        g_assert_true(
            *cue->text != '\0' && g_utf8_strlen(cue->text, -1) <= BT_DECODE_CUE_MAX_CODE_POINTS);
        g_assert_true(cue->start_ms >= least_ms && cue->end_ms > cue->start_ms);
        g_assert_cmpint(cue->end_ms, <=, BT_DECODE_CUE_MAX_MS);
        least_ms = cue->start_ms;
    }
}

static void listen_to(const uint8_t *data, size_t size)
{
    int decoder = -1;
    BtMedia *media = bt_media_open(
        open("/dev/null", O_RDONLY | O_CLOEXEC), "fuzz", lend_socket, &decoder, 0, NULL);
    if (!media)
        return;
    while (size >= STEP_BYTES) {
        size_t n = say(decoder, data, size);
        data += n, size -= n;
        bt_media_poll(media, 0);
        if (bt_media_cues(media))
            check_cues(bt_media_cues(media));
    }
    bt_media_unref(media);
    close(decoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] == 'S' || data[0] == 'V')
        clean(data + 1, size - 1, data[0] == 'V' ? BT_MARKUP_WEBVTT : BT_MARKUP_SRT);
    else
        listen_to(data + 1, size - 1);
    return 0;
}
