#include "tests/unit/random-scenes.h"

/* ---- pictures that change by themselves ---- */

static guint32 hash(guint32 x)
{
    x ^= x >> 16;
    x *= 0x7feb352du;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    return x ^ x >> 16;
}

static guint32 premultiplied(guint32 random, gboolean opaque)
{
    guint32 alpha = opaque ? 255 : random >> 24 & 0xc0, argb = alpha << 24;
    for (int shift = 0; shift < 24; shift += 8)
        argb |= (random >> shift & 255) * alpha / 255 << shift;
    return argb;
}

BtFrame *noise(guint32 seed, int w_px, int h_px, gboolean opaque)
{
    BtFrame *frame = bt_frame_new(w_px, h_px);
    for (int i = 0; i < w_px * h_px; i++)
        frame->pixels[i] = premultiplied(hash(seed * 7919 + (guint32)i), opaque);
    frame->opaque = opaque;
    return frame;
}

static BtFrame *make_tile(BtStrip *strip, gint64 k)
{
    NoiseStrip *self = (NoiseStrip *)strip;
    gint64 left_px = strip->length_px - k * BT_STRIP_TILE_PX;
    g_assert_cmpint(k, >=, 0);
    g_assert_cmpint(left_px, >, 0);
    self->n_made++;
    return noise(self->seed + (guint32)k, (int)MIN(left_px, BT_STRIP_TILE_PX), STRIP_H_PX, FALSE);
}

static BtStrip *ref_strip(BtStrip *strip)
{
    ((NoiseStrip *)strip)->n_refs++;
    return strip;
}

static void unref_strip(BtStrip *strip)
{
    if (--((NoiseStrip *)strip)->n_refs == 0)
        g_free(strip);
}

NoiseStrip *noise_strip(guint32 seed, gint64 length_px)
{
    NoiseStrip *self = g_new0(NoiseStrip, 1);
    self->strip = (BtStrip){ length_px, make_tile, unref_strip, ref_strip };
    self->n_refs = 1;
    self->seed = seed;
    return self;
}

typedef struct {
    BtMoving moving;
    int n_refs;
    BtFrame *frames[VIDEO_FRAMES];
} NoiseVideo;

/* Nothing before 0, nothing for a moment in the middle, the last one for ever. */
static BtFrame *video_frame(BtMoving *moving, gint64 t_ms)
{
    gint64 k = MIN(t_ms / VIDEO_MS, VIDEO_FRAMES - 1);
    if (t_ms < 0 || k == 2)
        return NULL;
    return bt_frame_ref(((NoiseVideo *)moving)->frames[k]);
}

static gint64 video_next(BtMoving *moving G_GNUC_UNUSED, gint64 t_ms)
{
    if (t_ms < 0)
        return 0;
    gint64 next_ms = (t_ms / VIDEO_MS + 1) * VIDEO_MS;
    return next_ms < VIDEO_MS * VIDEO_FRAMES ? next_ms : BT_TIME_MAX;
}

static BtMoving *ref_video(BtMoving *moving)
{
    ((NoiseVideo *)moving)->n_refs++;
    return moving;
}

static void unref_video(BtMoving *moving)
{
    NoiseVideo *self = (NoiseVideo *)moving;
    if (--self->n_refs > 0)
        return;
    for (guint i = 0; i < VIDEO_FRAMES; i++)
        bt_frame_unref(self->frames[i]);
    g_free(self);
}

BtMoving *noise_video(guint32 seed, int w_px, int h_px)
{
    NoiseVideo *self = g_new0(NoiseVideo, 1);
    self->moving = (BtMoving){ video_frame, video_next, unref_video, ref_video, NULL };
    self->n_refs = 1;
    for (guint i = 0; i < VIDEO_FRAMES; i++)
        self->frames[i] = noise(seed + i, w_px, h_px, i % 2 == 0);
    return &self->moving;
}

/* ---- random scenes ---- */

int between(GRand *rand, int low, int high)
{
    return g_rand_int_range(rand, low, high + 1);
}

static BtRect random_rect(GRand *rand)
{
    if (between(rand, 0, 5) == 0)
        return CANVAS;
    return (BtRect){ between(rand, -20, W_PX), between(rand, -20, H_PX), between(rand, 0, 80),
        between(rand, 0, 60) };
}

static void add_random_strip(GRand *rand, BtLayer *layer)
{
    NoiseStrip *strip = noise_strip(g_rand_int(rand), between(rand, 1, 1500));
    bt_layer_add_strip(layer, random_rect(rand), &strip->strip, between(rand, -3000, 500),
        between(rand, 0, 2000), between(rand, 0, 1));
    strip->strip.unref(&strip->strip);
}

static void add_random_video(GRand *rand, BtLayer *layer)
{
    BtMoving *video = noise_video(g_rand_int(rand), between(rand, 1, 60), between(rand, 1, 50));
    g_autoptr(BtFrame) poster = between(rand, 0, 1) ? noise(g_rand_int(rand), 20, 20, TRUE) : NULL;
    bt_layer_add_moving(layer, random_rect(rand), video, poster, between(rand, -100, 500));
    video->unref(video);
}

static void add_random_node(GRand *rand, BtLayer *layer)
{
    g_autoptr(BtFrame) frame = NULL;
    switch (between(rand, 0, 3)) {
    case 0:
        bt_layer_add_fill(
            layer, random_rect(rand), premultiplied(g_rand_int(rand), between(rand, 0, 1)));
        break;
    case 1:
        frame = noise(
            g_rand_int(rand), between(rand, 1, 80), between(rand, 1, 60), between(rand, 0, 1));
        bt_layer_add_frame(layer, random_rect(rand), frame);
        break;
    case 2:
        add_random_video(rand, layer);
        break;
    default:
        add_random_strip(rand, layer);
    }
}

static BtLayer *add_random_layer(GRand *rand, BtScene *scene)
{
    BtLayer *layer = bt_scene_add_layer(scene, random_rect(rand));
    if (between(rand, 0, 2) == 0) {
        layer->fade_start_ms = between(rand, -100, 400);
        layer->fade_ms = between(rand, 0, 400);
    }
    if (between(rand, 0, 3) == 0)
        layer->hold_ms = between(rand, -100, 500);
    for (int n = between(rand, 0, 4); n > 0; n--)
        add_random_node(rand, layer);
    return layer;
}

BtScene *random_scene(GRand *rand)
{
    BtScene *scene = bt_scene_new(W_PX, H_PX, between(rand, 0, 4) ? 0x102030 : 0x302010);
    for (int n = between(rand, 0, 4); n > 0; n--)
        add_random_layer(rand, scene);
    return scene;
}

BtScene *varied_scene(GRand *rand, const BtScene *last)
{
    BtScene *scene = bt_scene_new(W_PX, H_PX, last->background);
    for (guint i = 0; i < last->layers->len; i++) {
        const BtLayer *from = last->layers->pdata[i];
        if (between(rand, 0, 4) == 0)
            continue;
        BtLayer *layer = bt_scene_add_layer(scene, from->rect_px);
        layer->fade_start_ms = from->fade_start_ms;
        layer->fade_ms = from->fade_ms;
        layer->hold_ms = from->hold_ms;
        for (guint k = 0; k < from->nodes->len; k++) {
            const BtNode *n = &g_array_index(from->nodes, BtNode, k);
            if (n->kind == BT_NODE_FILL)
                bt_layer_add_fill(layer, n->rect_px, n->argb);
            else if (n->kind == BT_NODE_FRAME)
                bt_layer_add_frame(layer, n->rect_px, n->frame);
            else if (n->kind == BT_NODE_MOVING)
                bt_layer_add_moving(layer, n->rect_px, n->moving, n->frame, n->start_ms);
            else
                bt_layer_add_strip(layer, n->rect_px, n->strip, n->start_ms, n->speed_px_s, n->rtl);
            if (between(rand, 0, 5) == 0)
                add_random_node(rand, layer);
        }
    }
    if (between(rand, 0, 2) == 0)
        add_random_layer(rand, scene);
    return scene;
}
