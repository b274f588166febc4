/* The subtitles of a video in one zone: which file, which words of it, where their picture stands.
 * A file that cannot be had leaves the video as it is. */
#include "player/stage/caption.h"
#include "player/stage/parts.h"

static GArray *cues_of(
    BtStage *stage, const BtOccurrence *occurrence, const BtSubtitles *subtitles, gint64 t_ms)
{
    BtPoolWant want = bt_zone_want(occurrence, subtitles->asset, occurrence->rect_px, FALSE, t_ms);
    want.subtitles = TRUE;
    return bt_pool_get(stage->pool, &want).cues;
}

/* Drawn once for these words and this size, until the shelf needs the room. */
static BtFrame *find_caption(BtStage *stage, const char *words, const char *lang, BtRect picture_px)
{
    GString *parts = g_string_new("caption;");
    bt_key_add(parts, lang);
    bt_key_add(parts, words);
    bt_key_add_rect(parts, (BtRect){ 0, 0, picture_px.w, picture_px.h });
    g_autofree char *key = bt_key_finish(parts);
    BtFrame *frame = bt_shelf_find(stage->frames, key);
    if (frame)
        return frame;
    frame = bt_caption_draw(
        stage->options.fonts, words, lang, stage->options.led, picture_px.w, picture_px.h);
    return frame ? bt_shelf_put_frame(stage->frames, key, frame) : NULL;
}

static void add_caption(
    BtStage *stage, BtLayer *layer, const char *words, const char *lang, BtRect picture_px)
{
    BtFrame *frame = find_caption(stage, words, lang, picture_px);
    if (frame)
        bt_layer_add_frame(layer, bt_caption_place(picture_px, frame->w_px, frame->h_px), frame);
}

gint64 bt_zone_add_subtitles(
    BtStage *stage, BtLayer *layer, const BtOccurrence *occurrence, BtRect picture_px, gint64 t_ms)
{
    const BtSubtitles *subtitles = bt_item_subtitles(occurrence->item, occurrence->zone);
    GArray *cues = subtitles ? cues_of(stage, occurrence, subtitles, t_ms) : NULL;
    if (!cues || bt_rect_is_empty(picture_px))
        return BT_TIME_MAX;
    gint64 until_ms;
    g_autofree char *words = bt_caption_words(cues, t_ms - occurrence->start_ms, &until_ms);
    if (words)
        add_caption(stage, layer, words, subtitles->lang, picture_px);
    return until_ms == BT_TIME_MAX ? BT_TIME_MAX : occurrence->start_ms + until_ms;
}
