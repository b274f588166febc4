/* The decoder may have been taken over by what it reads. Its messages can at worst choose which of
 * our own slots is shown when; whatever else they say is a reason to let it go. */
#include "render/media/private.h"

#include <string.h>

#define MAX_PTS_MS (G_GINT64_CONSTANT(366) * BT_DAY_MS) /* a loop that runs for a year */

void bt_media_fail(BtMedia *media, GError *error)
{
    bt_media_link_close(media->link);
    if (media->state == BT_MEDIA_FAILED || media->error) {
        g_error_free(error);
        return;
    }
    media->state = BT_MEDIA_FAILED;
    media->error = error;
}

static void nonsense(BtMedia *media, const char *what)
{
    bt_media_fail(media,
        g_error_new(
            BT_ERROR, BT_ERROR_DIED, "%s: the decoder talks nonsense: %s", media->name, what));
}

static gboolean info_is_sane(const BtDecodeMessage *m)
{
    if (m->w_px < 0 || m->h_px < 0 || m->w_px > BT_DECODE_MAX_SIDE_PX ||
        m->h_px > BT_DECODE_MAX_SIDE_PX || (gint64)m->w_px * m->h_px > BT_DECODE_MAX_PIXELS)
        return FALSE;
    if (m->has_cues > 1 || m->has_sound > 1 || m->duration_ms < 0)
        return FALSE;
    if (m->has_cues)
        return m->w_px == 0 && m->h_px == 0 && !m->has_sound;
    return (m->w_px == 0) == (m->h_px == 0) && (m->w_px != 0 || m->has_sound);
}

static void take_info(BtMedia *media, const BtDecodeMessage *m)
{
    if (media->state != BT_MEDIA_OPENING || !info_is_sane(m)) {
        nonsense(media, "INFO");
        return;
    }
    media->info = (BtMediaInfo){ .w_px = m->w_px,
        .h_px = m->h_px,
        .duration_ms = m->duration_ms,
        .frame_us = m->frame_ms_x1000,
        .has_sound = m->has_sound != 0,
        .has_cues = m->has_cues != 0 };
    media->examines = m->slot == 1 && !m->has_cues;
    media->state = BT_MEDIA_OPEN;
    if (!m->has_cues)
        return;
    bt_media_cues_begin(&media->cues);
    media->state = BT_MEDIA_PLAYING;
}

static void take_cue(BtMedia *media, const BtDecodeMessage *m)
{
    if (media->state != BT_MEDIA_PLAYING || !bt_media_cues_add(&media->cues, m))
        nonsense(media, "CUE");
}

static void take_text(BtMedia *media, const BtDecodeMessage *m)
{
    if (media->state != BT_MEDIA_PLAYING || !bt_media_cues_go_on(&media->cues, m))
        nonsense(media, "TEXT");
}

static void take_frame(BtMedia *media, const BtDecodeMessage *m)
{
    gboolean sane = media->state == BT_MEDIA_PLAYING && media->pictures &&
        m->pts_ms > media->last_pts_ms && ABS(m->pts_ms) <= MAX_PTS_MS && m->duration_ms >= 0 &&
        m->duration_ms <= MAX_PTS_MS && m->pixels < (media->planes ? BT_DECODE_N_PIXELS : 1);
    BtFrame *frame = sane ? bt_media_link_frame(media->link, m) : NULL;
    if (!frame) {
        nonsense(media, "FRAME");
        return;
    }
    BtMediaFrame *item = g_new(BtMediaFrame, 1);
    *item = (BtMediaFrame){ frame, m->pts_ms, m->duration_ms };
    media->last_pts_ms = m->pts_ms;
    g_queue_push_tail(&media->frames, item);
}

static void take_way(BtMedia *media)
{
    if (media->state != BT_MEDIA_PLAYING || !media->pictures || media->last_pts_ms != G_MININT64)
        nonsense(media, "WAY");
}

static void take_sound(BtMedia *media, const BtDecodeMessage *m)
{
    if ((media->state != BT_MEDIA_PLAYING && media->state != BT_MEDIA_ENDED) ||
        !bt_media_sound_advance(&media->sound, m->position, m->sound_pts_ms))
        nonsense(media, "SOUND");
}

static void take_found(BtMedia *media, const BtDecodeMessage *m)
{
    if (media->state != BT_MEDIA_PLAYING || !media->examined ||
        !bt_media_find(&media->findings, m->slot, m->pts_ms))
        nonsense(media, "FOUND");
}

static void take_end(BtMedia *media)
{
    if (media->state == BT_MEDIA_PLAYING && bt_media_cues_are_whole(&media->cues))
        media->state = BT_MEDIA_ENDED;
    else
        nonsense(media, "END");
}

static BtError code_of(const char *word)
{
    for (int code = 0; code < BT_ERROR_N_CODES; code++) {
        GError error = { BT_ERROR, code, NULL };
        if (strcmp(bt_error_reason(&error), word) == 0)
            return (BtError)code;
    }
    return BT_ERROR_FAILED;
}

static void take_failure(BtMedia *media, const BtDecodeMessage *m)
{
    char code[sizeof m->code + 1] = "", reason[sizeof m->reason + 1] = "";
    memcpy(code, m->code, sizeof m->code);
    memcpy(reason, m->reason, sizeof m->reason);
    g_autofree char *text = g_utf8_make_valid(reason, -1);
    bt_media_fail(media, g_error_new(BT_ERROR, code_of(code), "%s: %s", media->name, text));
}

void bt_media_take(BtMedia *media, const BtDecodeMessage *message)
{
    switch (message->type) {
    case BT_DECODE_INFO:
        take_info(media, message);
        break;
    case BT_DECODE_FRAME:
        take_frame(media, message);
        break;
    case BT_DECODE_CUE:
        take_cue(media, message);
        break;
    case BT_DECODE_TEXT:
        take_text(media, message);
        break;
    case BT_DECODE_SOUND:
        take_sound(media, message);
        break;
    case BT_DECODE_FOUND:
        take_found(media, message);
        break;
    case BT_DECODE_END:
        take_end(media);
        break;
    case BT_DECODE_FAILED:
        take_failure(media, message);
        break;
    case BT_DECODE_WAY:
        take_way(media);
        break;
    case BT_DECODE_ALIVE:
        break;
    default:
        nonsense(media, "a message of no known type");
    }
}
