/* A scene is built anew for every instant that asks, from what is on alone; what was costly (plans,
 * pages, strips, decoders) is found again by everything that went into it. So a stage that has run
 * for a year and one that was just made show the same. */
#include "player/stage/live.h"
#include "player/stage/parts.h"
#include "player/stage/plan.h"

#include <string.h>

/* Bounds of what is kept, in bytes. Pages: so many pictures of the canvas, and never less than
 * this. */
#define KEPT_CANVASES 5
#define KEPT_MIN_BYTES (4u << 20)
#define KEPT_PLANS_BYTES (8u << 20)
#define KEPT_TICKERS_BYTES (8u << 20)
#define KEPT_FACES_BYTES (1u << 20)
#define KEPT_LENGTHS_BYTES (1u << 20)
#define LENGTH_BYTES 160 /* an answer with its key */

/* ---- making and freeing ---- */

static void plan_destroy(gpointer plan)
{
    bt_plan_free(plan);
}

static void frame_destroy(gpointer frame)
{
    bt_frame_unref(frame);
}

static void ticker_destroy(gpointer data)
{
    bt_ticker_free(data);
}

BtStage *bt_stage_new(const BtStageOptions *options)
{
    BtStage *stage = g_new0(BtStage, 1);
    gsize kept_bytes =
        MAX(KEPT_MIN_BYTES, (gsize)options->w_px * options->h_px * 4 * KEPT_CANVASES);
    stage->options = *options;
    stage->options.board = g_strdup(options->board ? options->board : "");
    stage->options.zone_name = g_strdup(options->zone_name);
    stage->timezone = options->zone_name ? g_time_zone_new_identifier(options->zone_name) : NULL;
    if (!stage->timezone)
        stage->timezone = g_time_zone_new_utc();
    stage->pool = bt_pool_new(&stage->options, kept_bytes);
    stage->lives = bt_lives_new(&stage->options);
    stage->plans = bt_shelf_new(KEPT_PLANS_BYTES, plan_destroy);
    stage->frames = bt_shelf_new(kept_bytes, frame_destroy);
    stage->faces = bt_shelf_new(KEPT_FACES_BYTES, frame_destroy);
    stage->tickers = bt_shelf_new(KEPT_TICKERS_BYTES, ticker_destroy);
    stage->lengths = bt_shelf_new(KEPT_LENGTHS_BYTES, g_free);
    g_queue_init(&stage->coming);
    bt_hold_init(&stage->hold);
    return stage;
}

void bt_stage_free(BtStage *stage)
{
    if (!stage)
        return;
    bt_hold_clear(&stage->hold);
    bt_lives_free(stage->lives);
    bt_pool_free(stage->pool);
    bt_shelf_free(stage->plans);
    bt_shelf_free(stage->frames);
    bt_shelf_free(stage->faces);
    bt_shelf_free(stage->tickers);
    bt_shelf_free(stage->lengths);
    g_queue_clear_full(&stage->coming, bt_coming_free);
    bt_frame_unref(stage->sheet);
    g_time_zone_unref(stage->timezone);
    g_free((char *)stage->options.board);
    g_free((char *)stage->options.zone_name);
    g_free(stage);
}

/* ---- sheets ---- */

static gboolean wants_sheet(const BtStage *stage)
{
    return !stage->sheet && !stage->options.no_pages;
}

/* The kernel hands out memory when it is first written, page by page; for a canvas that may take
 * longer than all that a page of text costs. So it is written between frames. */
static void lay_sheet_ready(BtStage *stage)
{
    if (wants_sheet(stage))
        stage->sheet = bt_frame_new(stage->options.w_px, stage->options.h_px);
}

/* Zones of less than most of the canvas would waste it. */
BtFrame *bt_stage_take_sheet(BtStage *stage, int w_px, int h_px)
{
    gint64 most_px = (gint64)stage->options.w_px * stage->options.h_px, px = (gint64)w_px * h_px;
    if (!stage->sheet || px > most_px || px < most_px * 3 / 4)
        return bt_frame_new_unset(w_px, h_px);
    BtFrame *sheet = g_steal_pointer(&stage->sheet);
    return bt_frame_new_over(sheet->pixels, w_px, h_px, w_px, FALSE, frame_destroy, sheet);
}

/* ---- tickers ---- */

static char *ticker_key(GPtrArray *texts, int zone_h_px)
{
    GString *key = g_string_new("ticker;");
    bt_key_add_int(key, zone_h_px);
    bt_key_add_texts(key, texts);
    return bt_key_finish(key);
}

static gsize texts_bytes(GPtrArray *texts)
{
    gsize sum = 1024;
    for (guint i = 0; i < texts->len; i++) {
        const BtText *text = texts->pdata[i];
        /* A glyph, its break, level and atlas for about each byte. */
        sum += 48 * (strlen(text->title) + strlen(text->body));
    }
    return sum;
}

const BtTicker *bt_stage_ticker(BtStage *stage, GPtrArray *texts, int zone_h_px, BtColours colours)
{
    g_autofree char *name = ticker_key(texts, zone_h_px);
    g_autofree char *key = g_strdup_printf("%s %06x", name, colours.ground);
    BtTicker *ticker = bt_shelf_find(stage->tickers, key);
    if (ticker)
        return ticker;
    ticker = bt_ticker_new(stage->options.fonts, texts, zone_h_px, stage->options.led, colours);
    return bt_shelf_put(stage->tickers, key, ticker, texts_bytes(texts));
}

gint64 bt_stage_measure(const BtItem *item, const BtZone *zone, gpointer user)
{
    BtStage *stage = user;
    g_autoptr(GPtrArray) texts = bt_zone_texts(item, zone);
    g_autofree char *name = ticker_key(texts, zone->rect_px.h);
    g_autofree char *key = g_strdup_printf("%s %d", name, zone->rect_px.w);
    gint64 *length_px = bt_shelf_find(stage->lengths, key);
    if (!length_px) {
        const BtTicker *ticker = bt_stage_ticker(
            stage, texts, zone->rect_px.h, bt_look_colours(bt_look_strip(BT_LOOK_GROUND)));
        length_px = g_new(gint64, 1);
        *length_px = bt_ticker_advance_px(ticker, zone->rect_px.w);
        bt_shelf_put(stage->lengths, key, length_px, LENGTH_BYTES);
    }
    return *length_px;
}

/* ---- scenes ---- */

BtScene *bt_stage_safe_scene(BtStage *stage, gint64 t_ms, gint64 *until_ms)
{
    BtRect all = { 0, 0, stage->options.w_px, stage->options.h_px };
    BtScene *scene = bt_scene_new(all.w, all.h, BT_LOOK_GROUND);
    BtLayer *layer = bt_scene_add_layer(scene, all);
    layer->hold_ms = BT_TIME_MAX;
    bt_hold_begin(&stage->hold); /* it lacks nothing */
    *until_ms = bt_clock_add(
        stage, layer, all, BT_LOOK_GROUND, stage->timezone, stage->options.board, t_ms);
    return scene;
}

static BtScene *scene_of(BtStage *stage, const BtOnAir *on_air, gint64 t_ms, gint64 *until_ms)
{
    BtScene *scene;
    switch (on_air->kind) {
    case BT_ON_PROGRAMME:
        return bt_programme_scene(stage, on_air, t_ms, until_ms);
    case BT_ON_DARK:
        *until_ms = on_air->until_ms;
        return bt_scene_new(stage->options.w_px, stage->options.h_px, 0x000000);
    default:
        scene = bt_stage_safe_scene(stage, t_ms, until_ms);
        *until_ms = MIN(*until_ms, on_air->until_ms);
        return scene;
    }
}

BtScene *bt_stage_scene(BtStage *stage, const BtOnAir *on_air, gint64 t_ms, gint64 *until_ms)
{
    bt_pool_begin(stage->pool);
    bt_lives_begin(stage->lives, t_ms);
    g_queue_clear_full(&stage->coming, bt_coming_free);
    bt_hold_begin(&stage->hold);
    BtScene *scene = scene_of(stage, on_air, t_ms, until_ms);
    bt_hold_end(&stage->hold);
    bt_pool_end(stage->pool, t_ms);
    bt_lives_end(stage->lives, t_ms);
    return scene;
}

void bt_stage_hold(BtStage *stage, BtScene *scene, gint64 t_ms)
{
    bt_hold_set(&stage->hold, scene, t_ms, bt_pool_mono_ms(stage->pool));
}

BtStageShows bt_stage_shows(const BtStage *stage, const char *zone)
{
    return (BtStageShows)GPOINTER_TO_INT(g_hash_table_lookup(stage->hold.lacking, zone));
}

gboolean bt_stage_waits(const BtStage *stage)
{
    return g_hash_table_size(stage->hold.lacking) > 0;
}

gboolean bt_stage_holds(const BtStage *stage)
{
    return stage->hold.used;
}

/* Building the scene and throwing it away makes its pages and opens its media. */
void bt_stage_prepare(BtStage *stage, const BtOnAir *next, gint64 t_ms)
{
    gint64 until_ms;
    GQueue coming = stage->coming; /* of what is on the air now */
    g_queue_init(&stage->coming);
    bt_pool_look_ahead(stage->pool, TRUE);
    bt_lives_look_ahead(stage->lives, TRUE);
    bt_scene_unref(scene_of(stage, next, t_ms, &until_ms));
    bt_pool_look_ahead(stage->pool, FALSE);
    bt_lives_look_ahead(stage->lives, FALSE);
    g_queue_clear_full(&stage->coming, bt_coming_free);
    stage->coming = coming;
}

gboolean bt_stage_work(BtStage *stage)
{
    BtComing *coming = g_queue_pop_head(&stage->coming);
    if (coming) {
        bt_zone_draw_coming(stage, coming);
        bt_coming_free(coming);
    } else {
        lay_sheet_ready(stage);
    }
    return stage->coming.length > 0 || wants_sheet(stage);
}

/* ---- media ---- */

gboolean bt_stage_poll(BtStage *stage, gint64 mono_ms)
{
    gboolean over = bt_hold_expire(&stage->hold, mono_ms);
    gboolean changed = bt_pool_poll(stage->pool, mono_ms);
    return bt_lives_poll(stage->lives, mono_ms) || changed || over;
}

GArray *bt_stage_fds(const BtStage *stage)
{
    GArray *fds = bt_pool_fds(stage->pool);
    bt_lives_add_fds(stage->lives, fds);
    return fds;
}

/* Arrivals may make new wants (a picture's size is known), so until nothing is left to wait for. */
gboolean bt_stage_wait(BtStage *stage, const BtOnAir *on_air, gint64 t_ms, int timeout_ms)
{
    gint64 until_ms;
    bt_scene_unref(bt_stage_scene(stage, on_air, t_ms, &until_ms));
    return bt_pool_wait(stage->pool, timeout_ms);
}

guint bt_stage_sounds(BtStage *stage, const BtOnAir *on_air, BtStageSound sounds[BT_STAGE_SOUNDS])
{
    return on_air->kind == BT_ON_PROGRAMME && !on_air->frozen_ms
        ? bt_programme_sounds(stage, on_air, sounds)
        : 0;
}

void bt_stage_end_streams(BtStage *stage)
{
    bt_lives_end_all(stage->lives);
}
