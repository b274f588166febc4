/* Everything about a medium that is known only when it was decoded. What the decoder says is a
 * number each; a number that cannot be is nonsense like any other. */
#include "render/media/private.h"

#define LATE_MS 60000 /* beyond the budget: one step of a huge film on a loaded machine */
#define WORD_MS 200
G_STATIC_ASSERT(BT_MEDIA_SILENCE == BT_FOUND_SILENCE);

#define MAX_FOUND (G_GINT64_CONSTANT(1) << 53)
#define MAX_SMALL 1000 /* bits, kinds of chroma, tenths of levels */

static gboolean flag(gboolean *to, gint64 value)
{
    *to = value == 1;
    return value == 0 || value == 1;
}

static gboolean number(gint64 *to, gint64 value)
{
    *to = value;
    return value >= 0 && value <= MAX_FOUND;
}

static gboolean loudness(gint64 *to, gint64 value)
{
    *to = value;
    return value >= BT_FOUND_SILENCE && value <= 10000;
}

static gboolean small(gint64 *to, gint64 value)
{
    *to = value;
    return value >= 0 && value <= MAX_SMALL;
}

gboolean bt_media_find(BtMediaFindings *findings, guint32 what, gint64 value)
{
    switch (what) {
    case BT_FOUND_FRAMES:
        return number(&findings->frames, value);
    case BT_FOUND_SEEN_US:
        return number(&findings->seen_us, value);
    case BT_FOUND_COST_US:
        return number(&findings->cost_us, value);
    case BT_FOUND_THREADS:
        return number(&findings->threads, value);
    case BT_FOUND_UNEVEN:
        return number(&findings->uneven, value);
    case BT_FOUND_INTERLACED:
        return number(&findings->interlaced, value);
    case BT_FOUND_BLACK_BEGIN_US:
        return number(&findings->black_begin_us, value);
    case BT_FOUND_BLACK_END_US:
        return number(&findings->black_end_us, value);
    case BT_FOUND_HEARD_US:
        return number(&findings->heard_us, value);
    case BT_FOUND_LUFS_X100:
        return loudness(&findings->lufs_x100, value);
    case BT_FOUND_CLIPPED:
        return number(&findings->clipped, value);
    case BT_FOUND_LATE_INDEX:
        return flag(&findings->late_index, value);
    case BT_FOUND_REPEATS:
        return flag(&findings->repeats, value);
    case BT_FOUND_BITS:
        return small(&findings->bits, value);
    case BT_FOUND_CHROMA:
        return small(&findings->chroma, value);
    case BT_FOUND_LEVEL_X10:
        return small(&findings->level_x10, value);
    case BT_FOUND_WHOLE:
        return flag(&findings->whole, value);
    default:
        return FALSE;
    }
}

static gboolean ask(BtMedia *media, int w_px, int h_px, int budget_ms, GError **error)
{
    const BtDecodeMessage message = {
        .type = BT_DECODE_EXAMINE, .w_px = w_px, .h_px = h_px, .duration_ms = budget_ms
    };
    if (bt_media_link_send(media->link, &message, NULL, 0) == BT_CHANNEL_OK)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_DIED, "%s: the decoder does not listen", media->name);
    return FALSE;
}

static void wait_for_the_end(BtMedia *media, int budget_ms)
{
    gint64 began_us = g_get_monotonic_time(), began_ms = media->now_ms, past_ms = 0;
    while (media->state == BT_MEDIA_PLAYING && past_ms < budget_ms + LATE_MS) {
        if (media->link->socket >= 0)
            bt_channel_wait(media->link->socket, WORD_MS);
        past_ms = (g_get_monotonic_time() - began_us) / 1000;
        bt_media_poll(media, began_ms + past_ms);
    }
    if (media->state == BT_MEDIA_PLAYING)
        bt_media_fail(media,
            g_error_new(BT_ERROR, BT_ERROR_TIMEOUT,
                "%s: the examination came to no end: expected "
                "it in %d s",
                media->name, budget_ms / 1000));
}

gboolean bt_media_examine(
    BtMedia *media, int w_px, int h_px, int budget_ms, BtMediaFindings *findings, GError **error)
{
    *findings = (BtMediaFindings){ 0 };
    g_return_val_if_fail(media->state != BT_MEDIA_OPENING, FALSE);
    if (media->state != BT_MEDIA_OPEN || !media->examines)
        return TRUE;
    media->examined = TRUE;
    media->state = BT_MEDIA_PLAYING;
    if (!ask(media, MAX(w_px, 1), MAX(h_px, 1), CLAMP(budget_ms, 1, BT_DECODE_EXAMINE_MAX_MS),
            error))
        return FALSE;
    wait_for_the_end(media, budget_ms);
    if (media->state == BT_MEDIA_FAILED) {
        g_propagate_error(error, g_error_copy(media->error));
        return FALSE;
    }
    *findings = media->findings;
    return TRUE;
}
