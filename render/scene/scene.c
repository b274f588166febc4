#include "render/scene/scene.h"

typedef struct {
    BtScene scene;
    gint n_refs;
} Counted;

/* ---- life ---- */

static void clear_node(gpointer data)
{
    BtNode *node = data;
    bt_frame_unref(node->frame);
    if (node->moving)
        node->moving->unref(node->moving);
    if (node->strip)
        node->strip->unref(node->strip);
}

static void free_layer(gpointer data)
{
    BtLayer *layer = data;
    g_array_unref(layer->nodes);
    g_free(layer);
}

BtScene *bt_scene_new(int w_px, int h_px, guint32 background)
{
    g_return_val_if_fail(w_px >= 1 && w_px <= BT_FRAME_MAX_W_PX, NULL);
    g_return_val_if_fail(h_px >= 1 && h_px <= BT_FRAME_MAX_H_PX, NULL);
    Counted *counted = g_new(Counted, 1);
    counted->n_refs = 1;
    counted->scene = (BtScene){
        .w_px = w_px,
        .h_px = h_px,
        .background = background & 0xffffff,
        .layers = g_ptr_array_new_with_free_func(free_layer),
    };
    return &counted->scene;
}

BtScene *bt_scene_ref(BtScene *scene)
{
    g_atomic_int_inc(&((Counted *)scene)->n_refs);
    return scene;
}

void bt_scene_unref(BtScene *scene)
{
    Counted *counted = (Counted *)scene;
    if (!scene || !g_atomic_int_dec_and_test(&counted->n_refs))
        return;
    g_ptr_array_unref(scene->layers);
    g_free(counted);
}

/* ---- building ---- */

BtLayer *bt_scene_add_layer(BtScene *scene, BtRect rect_px)
{
    BtLayer *layer = g_new(BtLayer, 1);
    *layer = (BtLayer){
        .rect_px = rect_px,
        .fade_start_ms = BT_TIME_MIN,
        .hold_ms = BT_TIME_MAX,
        .nodes = g_array_new(FALSE, FALSE, sizeof(BtNode)),
    };
    g_array_set_clear_func(layer->nodes, clear_node);
    g_ptr_array_add(scene->layers, layer);
    return layer;
}

BtLayer *bt_scene_copy_layer(BtScene *scene, const BtLayer *from, BtRect clip_px)
{
    BtLayer *layer = bt_scene_add_layer(scene, bt_rect_intersect(from->rect_px, clip_px));
    layer->fade_start_ms = from->fade_start_ms;
    layer->fade_ms = from->fade_ms;
    layer->hold_ms = from->hold_ms;
    for (guint i = 0; i < from->nodes->len; i++) {
        BtNode node = g_array_index(from->nodes, BtNode, i);
        if (node.frame)
            bt_frame_ref(node.frame);
        if (node.moving)
            node.moving->ref(node.moving);
        if (node.strip)
            node.strip->ref(node.strip);
        g_array_append_val(layer->nodes, node);
    }
    return layer;
}

void bt_layer_add_fill(BtLayer *layer, BtRect rect_px, guint32 argb)
{
    BtNode node = { .kind = BT_NODE_FILL, .rect_px = rect_px, .argb = argb };
    g_array_append_val(layer->nodes, node);
}

void bt_layer_add_frame(BtLayer *layer, BtRect rect_px, BtFrame *frame)
{
    BtNode node = { .kind = BT_NODE_FRAME, .rect_px = rect_px, .frame = bt_frame_ref(frame) };
    g_array_append_val(layer->nodes, node);
}

void bt_layer_add_moving(
    BtLayer *layer, BtRect rect_px, BtMoving *moving, BtFrame *poster, gint64 start_ms)
{
    BtNode node = {
        .kind = BT_NODE_MOVING,
        .rect_px = rect_px,
        .frame = poster ? bt_frame_ref(poster) : NULL,
        .moving = moving->ref(moving),
        .start_ms = start_ms,
    };
    g_array_append_val(layer->nodes, node);
}

void bt_layer_add_strip(
    BtLayer *layer, BtRect rect_px, BtStrip *strip, gint64 start_ms, int speed_px_s, gboolean rtl)
{
    BtNode node = {
        .kind = BT_NODE_STRIP,
        .rect_px = rect_px,
        .strip = strip->ref(strip),
        .start_ms = start_ms,
        .speed_px_s = speed_px_s,
        .rtl = rtl,
    };
    g_array_append_val(layer->nodes, node);
}

/* ---- what follows from the time ---- */

static gboolean fade_is_over(const BtLayer *layer, gint64 t_ms)
{
    gint64 fade_ms = MAX(0, layer->fade_ms);
    return layer->fade_start_ms <= BT_TIME_MAX - fade_ms && t_ms >= layer->fade_start_ms + fade_ms;
}

guint bt_layer_opacity(const BtLayer *layer, gint64 t_ms)
{
    if (fade_is_over(layer, t_ms))
        return 255;
    if (t_ms < layer->fade_start_ms)
        return 0;
    /* A fade of more than a day would be no fade; the quotient may be coarse but must not overflow.
     */
    double part = (double)(t_ms - layer->fade_start_ms) / (double)layer->fade_ms;
    return (guint)(255 * part);
}

gint64 bt_layer_time_ms(const BtLayer *layer, gint64 t_ms)
{
    return MIN(t_ms, layer->hold_ms);
}

static gint64 strip_way_px(const BtNode *node)
{
    return MAX(0, node->rect_px.w) + MAX(0, node->strip->length_px);
}

gint64 bt_node_strip_offset_px(const BtNode *node, gint64 t_ms)
{
    if (t_ms <= node->start_ms || node->speed_px_s <= 0)
        return 0;
    gint64 way_px = strip_way_px(node);
    gint64 way_ms = way_px * 1000 / node->speed_px_s + 1;
    if (node->start_ms > BT_TIME_MAX - way_ms)
        return 0;
    if (t_ms >= node->start_ms + way_ms)
        return way_px;
    return MIN(way_px, node->speed_px_s * (t_ms - node->start_ms) / 1000);
}

/* ---- the next change ---- */

static gint64 strip_next_change(const BtNode *node, gint64 t_ms)
{
    gint64 next_px = bt_node_strip_offset_px(node, t_ms) + 1;
    if (node->speed_px_s <= 0 || next_px > strip_way_px(node))
        return BT_TIME_MAX;
    /* The first whole millisecond at which the floor reaches next_px. */
    gint64 in_ms = (next_px * 1000 + node->speed_px_s - 1) / node->speed_px_s;
    return node->start_ms > BT_TIME_MAX - in_ms ? BT_TIME_MAX : node->start_ms + in_ms;
}

static gint64 moving_next_change(const BtNode *node, gint64 t_ms)
{
    gint64 in_ms = t_ms - node->start_ms;
    gint64 next_ms = node->moving->next_change(node->moving, in_ms);
    if (next_ms == BT_TIME_MAX)
        return BT_TIME_MAX;
    return node->start_ms + MAX(next_ms, in_ms + 1);
}

static gint64 node_next_change(const BtNode *node, gint64 t_ms)
{
    if (node->kind == BT_NODE_MOVING)
        return moving_next_change(node, t_ms);
    if (node->kind == BT_NODE_STRIP)
        return strip_next_change(node, t_ms);
    return BT_TIME_MAX;
}

static gint64 fade_next_change(const BtLayer *layer, gint64 t_ms)
{
    if (t_ms < layer->fade_start_ms)
        return layer->fade_start_ms;
    return fade_is_over(layer, t_ms) ? BT_TIME_MAX : t_ms + 1;
}

static gint64 layer_next_change(const BtLayer *layer, gint64 t_ms)
{
    gint64 next_ms = fade_next_change(layer, t_ms);
    if (t_ms >= layer->hold_ms)
        return next_ms;
    for (guint i = 0; i < layer->nodes->len; i++) {
        gint64 change_ms = node_next_change(&g_array_index(layer->nodes, BtNode, i), t_ms);
        if (change_ms <= layer->hold_ms)
            next_ms = MIN(next_ms, change_ms);
    }
    return next_ms;
}

gint64 bt_scene_next_change(const BtScene *scene, gint64 t_ms)
{
    gint64 next_ms = BT_TIME_MAX;
    for (guint i = 0; i < scene->layers->len; i++)
        next_ms = MIN(next_ms, layer_next_change(scene->layers->pdata[i], t_ms));
    return next_ms;
}

/* ---- what does not come ---- */

static gint64 layer_late_ms(const BtLayer *layer, gint64 t_ms)
{
    gint64 late_ms = 0, time_ms = bt_layer_time_ms(layer, t_ms);
    for (guint i = 0; i < layer->nodes->len; i++) {
        const BtNode *node = &g_array_index(layer->nodes, BtNode, i);
        if (node->kind == BT_NODE_MOVING && node->moving->late_ms)
            late_ms = MAX(late_ms, node->moving->late_ms(node->moving, time_ms - node->start_ms));
    }
    return late_ms;
}

gint64 bt_scene_late_ms(const BtScene *scene, BtRect rect_px, gint64 t_ms)
{
    gint64 late_ms = 0;
    for (guint i = 0; i < scene->layers->len; i++) {
        const BtLayer *layer = scene->layers->pdata[i];
        if (layer->hold_ms > t_ms && bt_rect_contains(rect_px, layer->rect_px))
            late_ms = MAX(late_ms, layer_late_ms(layer, t_ms));
    }
    return late_ms;
}
