/* One item in one zone. Each kind adds its nodes in front of the ground, which every layer begins
 * with: whatever does not come, or not yet, leaves the ground and never black. */
#include "player/stage/live.h"
#include "player/stage/look.h"
#include "player/stage/page.h"
#include "player/stage/parts.h"
#include "player/stage/picture.h"

GPtrArray *bt_zone_texts(const BtItem *item, const BtZone *zone)
{
    GPtrArray *texts = g_ptr_array_new();
    for (guint k = 0; k < bt_item_count_texts(item, zone); k++)
        g_ptr_array_add(texts, (gpointer)bt_item_text(item, zone, k));
    return texts;
}

gboolean bt_zone_may_sound(const BtItem *item)
{
    return item->kind == BT_ITEM_VIDEO || item->kind == BT_ITEM_AUDIO ||
        item->kind == BT_ITEM_STREAM;
}

BtPoolWant bt_zone_want(const BtOccurrence *occurrence, const BtAsset *asset, BtRect box_px,
    gboolean moving, gint64 t_ms)
{
    return (BtPoolWant){ .asset = asset,
        .moving = moving,
        .sound = moving && occurrence->sounding,
        .box_px = box_px,
        .fit = occurrence->item->fit,
        .start_ms = occurrence->start_ms,
        .end_ms = occurrence->end_ms,
        .at_ms = t_ms,
        .item = occurrence->item,
        .zone = occurrence->zone->id,
        .manifest = occurrence->on_air->manifest };
}

/* ---- pictures ---- */

/* The blurred ground beside a contained picture; nothing when the picture leaves no room. */
static void add_blur(
    BtStage *stage, BtLayer *layer, BtRect box, const BtAsset *asset, const BtPoolPicture *picture)
{
    if (bt_rect_contains(picture->rect_px, box))
        return;
    BtRect hole = picture->rect_px;
    hole.x -= box.x;
    hole.y -= box.y;
    GString *parts = g_string_new("blur;");
    bt_key_add(parts, asset->sha256);
    bt_key_add_rect(parts, hole);
    bt_key_add_rect(parts, (BtRect){ 0, 0, box.w, box.h });
    g_autofree char *key = bt_key_finish(parts);
    BtFrame *blur = bt_shelf_find(stage->frames, key);
    if (!blur)
        blur = bt_shelf_put_frame(
            stage->frames, key, bt_picture_blur(picture->frame, box.w, box.h, hole));
    bt_layer_add_frame(layer, box, blur);
}

void bt_zone_add_picture(BtStage *stage, BtLayer *layer, const BtOccurrence *occurrence,
    const BtAsset *asset, gint64 t_ms)
{
    BtPoolWant want = bt_zone_want(occurrence, asset, occurrence->rect_px, FALSE, t_ms);
    want.animated = asset == occurrence->item->asset;
    BtPoolPicture picture = bt_pool_get(stage->pool, &want);
    gboolean moves = picture.moving && picture.arrived;
    stage->hold.lacks |= !picture.frame && !moves && !picture.failed;
    if (picture.moving)
        bt_layer_add_moving(layer, picture.rect_px, picture.moving, NULL, occurrence->start_ms);
    if (!picture.frame)
        return;
    add_blur(stage, layer, occurrence->rect_px, asset, &picture);
    bt_layer_add_frame(layer, picture.rect_px, picture.frame);
}

/* A board that joins in the middle shows the first picture until the decoder has caught up. */
static BtFrame *poster_of(BtStage *stage, const BtPoolWant *video, BtRect place_px)
{
    if (video->at_ms - video->start_ms < BT_SECOND_MS)
        return NULL;
    BtPoolWant want = *video;
    want.moving = want.sound = FALSE;
    BtPoolPicture poster = bt_pool_get(stage->pool, &want);
    gboolean same =
        poster.frame && poster.rect_px.w == place_px.w && poster.rect_px.h == place_px.h;
    return same ? poster.frame : NULL;
}

gint64 bt_zone_add_video(
    BtStage *stage, BtLayer *layer, const BtOccurrence *occurrence, gint64 t_ms)
{
    BtPoolWant want =
        bt_zone_want(occurrence, occurrence->item->asset, occurrence->rect_px, TRUE, t_ms);
    BtPoolPicture video = bt_pool_get(stage->pool, &want);
    if (!video.moving) {
        stage->hold.lacks |= !video.failed;
        return bt_zone_add_subtitles(stage, layer, occurrence, (BtRect){ 0 }, t_ms);
    }
    BtFrame *poster = video.arrived || video.late ? NULL : poster_of(stage, &want, video.rect_px);
    stage->hold.lacks |= !video.arrived && !poster;
    bt_layer_add_moving(layer, video.rect_px, video.moving, poster, occurrence->start_ms);
    return bt_zone_add_subtitles(
        stage, layer, occurrence, bt_rect_intersect(video.rect_px, occurrence->free_px), t_ms);
}

/* ---- running text ---- */

/* The first whole millisecond at which a way of `px` is done. */
static gint64 ms_of_way(gint64 px, int speed_px_s)
{
    return (px * 1000 + speed_px_s - 1) / speed_px_s;
}

int bt_zone_ticker_speed(BtStage *stage, const BtOccurrence *occurrence, GPtrArray *texts)
{
    BtRect here_px = occurrence->rect_px, meant_px = occurrence->zone->rect_px;
    int speed_px_s = occurrence->item->speed_px_s;
    if (here_px.w == meant_px.w && here_px.h == meant_px.h)
        return speed_px_s;
    gint64 meant_way_px = meant_px.w + bt_stage_measure(occurrence->item, occurrence->zone, stage);
    const BtTicker *ticker = bt_stage_ticker(
        stage, texts, here_px.h, bt_look_colours(bt_look_strip(occurrence->ground)));
    gint64 way_px = here_px.w + bt_ticker_advance_px(ticker, here_px.w);
    return (int)MAX(1, (way_px * speed_px_s + meant_way_px - 1) / meant_way_px);
}

gint64 bt_zone_add_ticker(
    BtStage *stage, BtLayer *layer, const BtOccurrence *occurrence, gint64 t_ms)
{
    g_autoptr(GPtrArray) texts = bt_zone_texts(occurrence->item, occurrence->zone);
    if (texts->len == 0)
        return BT_TIME_MAX;
    BtColours colours = bt_look_colours(bt_look_strip(occurrence->ground));
    bt_layer_add_fill(layer, occurrence->rect_px, bt_look_pixel(colours.ground));
    int speed_px_s = bt_zone_ticker_speed(stage, occurrence, texts);
    const BtTicker *ticker = bt_stage_ticker(stage, texts, occurrence->rect_px.h, colours);
    gint64 start_px, end_px, offset_px = (t_ms - occurrence->start_ms) * speed_px_s / 1000;
    const BtTickerPart *part =
        bt_ticker_part_at(ticker, occurrence->rect_px.w, offset_px, &start_px, &end_px);
    if (!part)
        return BT_TIME_MAX;
    bt_layer_add_strip(layer, occurrence->rect_px, part->strip,
        occurrence->start_ms + ms_of_way(start_px, speed_px_s), speed_px_s, part->rtl);
    const BtTickerPart *last = &g_array_index(ticker->parts, BtTickerPart, ticker->parts->len - 1);
    return part == last ? BT_TIME_MAX : occurrence->start_ms + ms_of_way(end_px, speed_px_s);
}

/* ---- all kinds ---- */

/* The fallback is decoded also while the stream is on: it must be there when it is needed. Nobody
 * can hold what is live: while it is paused nothing of it is fetched. */
static gint64 add_stream(
    BtStage *stage, BtLayer *layer, const BtOccurrence *occurrence, gint64 t_ms)
{
    const BtAsset *fallback = occurrence->item->fallback;
    BtLivePicture live = { .until_ms = BT_TIME_MAX };
    if (!occurrence->on_air->frozen_ms)
        live = bt_lives_get(stage->lives, occurrence, t_ms);
    if (live.moving) {
        bt_layer_add_moving(layer, live.rect_px, live.moving, NULL, live.start_ms);
        if (fallback) {
            BtPoolWant want = bt_zone_want(occurrence, fallback, occurrence->rect_px, FALSE, t_ms);
            bt_pool_get(stage->pool, &want);
        }
    } else if (fallback) {
        bt_zone_add_picture(stage, layer, occurrence, fallback, t_ms);
    } else if (occurrence->item->texts->len > 0) {
        return MIN(live.until_ms, bt_zone_add_text(stage, layer, occurrence, t_ms));
    }
    return live.until_ms;
}

/* What is only heard leaves its words on the glass, or the time of day. */
static gint64 add_audio(BtStage *stage, BtLayer *layer, const BtOccurrence *occurrence, gint64 t_ms)
{
    BtPoolWant want =
        bt_zone_want(occurrence, occurrence->item->asset, occurrence->rect_px, TRUE, t_ms);
    want.unseen = TRUE;
    bt_pool_get(stage->pool, &want);
    if (occurrence->item->texts->len > 0)
        return bt_zone_add_text(stage, layer, occurrence, t_ms);
    return bt_clock_add(stage, layer, occurrence->free_px, occurrence->ground,
        occurrence->on_air->manifest->timezone, "", t_ms);
}

gint64 bt_zone_add(BtStage *stage, BtLayer *layer, const BtOccurrence *occurrence, gint64 t_ms)
{
    bt_layer_add_fill(layer, occurrence->rect_px, bt_look_pixel(occurrence->ground));
    switch (occurrence->item->kind) {
    case BT_ITEM_TEXT:
    case BT_ITEM_ALERT:
        return bt_zone_add_text(stage, layer, occurrence, t_ms);
    case BT_ITEM_TICKER:
        return bt_zone_add_ticker(stage, layer, occurrence, t_ms);
    case BT_ITEM_IMAGE:
        bt_zone_add_picture(stage, layer, occurrence, occurrence->item->asset, t_ms);
        return BT_TIME_MAX;
    case BT_ITEM_VIDEO:
        return bt_zone_add_video(stage, layer, occurrence, t_ms);
    case BT_ITEM_STREAM:
        return add_stream(stage, layer, occurrence, t_ms);
    case BT_ITEM_AUDIO:
        return add_audio(stage, layer, occurrence, t_ms);
    default:
        return bt_clock_add(stage, layer, occurrence->free_px, occurrence->ground,
            occurrence->on_air->manifest->timezone, "", t_ms);
    }
}
