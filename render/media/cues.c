/* Cues as the decoder tells them. They come in pieces that we copy before we look, so nothing can
 * change under our eyes, and every bound is counted here, whatever the decoder promised. */
#include "render/media/private.h"

#include <string.h>

static void cue_clear(gpointer data)
{
    g_free(((BtCue *)data)->text);
}

void bt_media_cues_begin(BtMediaCues *cues)
{
    cues->cues = g_array_new(FALSE, FALSE, sizeof(BtCue));
    g_array_set_clear_func(cues->cues, cue_clear);
    cues->text = g_string_new(NULL);
}

void bt_media_cues_clear(BtMediaCues *cues)
{
    g_clear_pointer(&cues->cues, g_array_unref);
    if (cues->text)
        g_string_free(g_steal_pointer(&cues->text), TRUE);
}

static gboolean has_other_controls(const char *text)
{
    for (const char *p = text; *p; p = g_utf8_next_char(p))
        if (*p != '\n' && g_unichar_iscntrl(g_utf8_get_char(p)))
            return TRUE;
    return FALSE;
}

/* The text is whole: is it one? */
static gboolean finish(BtMediaCues *cues)
{
    const char *text = cues->text->str;
    if (!g_utf8_validate_len(text, cues->text->len, NULL) ||
        g_utf8_strlen(text, -1) > BT_DECODE_CUE_MAX_CODE_POINTS || has_other_controls(text))
        return FALSE;
    BtCue *cue = &g_array_index(cues->cues, BtCue, cues->cues->len - 1);
    cue->text = g_strdup(text);
    cues->text_bytes = 0;
    return TRUE;
}

static gboolean add_piece(BtMediaCues *cues, const BtDecodeMessage *message)
{
    gsize piece = MIN(cues->text_bytes - cues->text->len, sizeof message->text);
    g_string_append_len(cues->text, message->text, (gssize)piece);
    return cues->text->len < cues->text_bytes || finish(cues);
}

static gboolean times_are_sane(const BtMediaCues *cues, const BtDecodeMessage *m)
{
    gint64 least_ms =
        cues->cues->len ? g_array_index(cues->cues, BtCue, cues->cues->len - 1).start_ms : 0;
    return m->pts_ms >= least_ms && m->pts_ms < BT_DECODE_CUE_MAX_MS && m->duration_ms >= 1 &&
        m->duration_ms <= BT_DECODE_CUE_MAX_MS - m->pts_ms;
}

gboolean bt_media_cues_add(BtMediaCues *cues, const BtDecodeMessage *message)
{
    if (!cues->cues || cues->text_bytes > 0 || cues->cues->len == BT_DECODE_MAX_CUES ||
        !times_are_sane(cues, message))
        return FALSE;
    if (message->position < 1 || message->position > BT_DECODE_CUE_MAX_BYTES ||
        cues->all_bytes + message->position > BT_DECODE_SUBTITLES_MAX_BYTES)
        return FALSE;
    BtCue cue = { message->pts_ms, message->pts_ms + message->duration_ms, NULL };
    g_array_append_val(cues->cues, cue);
    g_string_truncate(cues->text, 0);
    cues->text_bytes = message->position;
    cues->all_bytes += message->position;
    return add_piece(cues, message);
}

gboolean bt_media_cues_go_on(BtMediaCues *cues, const BtDecodeMessage *message)
{
    return cues->text_bytes > 0 && add_piece(cues, message);
}

gboolean bt_media_cues_are_whole(const BtMediaCues *cues)
{
    return cues->text_bytes == 0;
}
