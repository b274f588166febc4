/* What would be drawn now is written down. Laid beside the list of the last picture, what both have
 * in the same order cannot have changed; the rectangles of all the rest are the damage. A pixel
 * outside it is covered by the same things in the same order, so it is right already.
 *
 * The list holds references: while a frame is in it, no other frame can have its address. */
#include "render/compose/things.h"

static void clear_thing(gpointer data)
{
    BtThing *thing = data;
    bt_frame_unref(thing->frame);
    if (thing->strip)
        thing->strip->unref(thing->strip);
}

GArray *bt_things_new(void)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(BtThing));
    g_array_set_clear_func(list, clear_thing);
    return list;
}

/* ---- writing down ---- */

/* The layer whose nodes are being written down. */
typedef struct {
    GArray *things;
    BtTiles *tiles;
    BtRect clip_px;
    gint64 t_ms;
    guint opacity, group;
} Layer;

static void note(const Layer *layer, BtThing thing)
{
    thing.rect_px = bt_rect_intersect(thing.rect_px, layer->clip_px);
    thing.opacity = layer->opacity;
    thing.group = layer->group;
    if (bt_rect_is_empty(thing.rect_px))
        clear_thing(&thing);
    else
        g_array_append_val(layer->things, thing);
}

static void note_fill(const Layer *layer, const BtNode *node)
{
    if (node->argb != 0)
        note(
            layer, (BtThing){ .kind = BT_NODE_FILL, .rect_px = node->rect_px, .argb = node->argb });
}

/* Takes the reference. */
static void note_frame(const Layer *layer, const BtNode *node, BtFrame *frame)
{
    BtRect place = { node->rect_px.x, node->rect_px.y, frame->w_px, frame->h_px };
    note(layer,
        (BtThing){
            .kind = BT_NODE_FRAME,
            .rect_px = bt_rect_intersect(place, node->rect_px),
            .x_px = place.x,
            .y_px = place.y,
            .frame = frame,
        });
}

static void note_moving(const Layer *layer, const BtNode *node)
{
    BtFrame *frame = node->moving->frame_at(node->moving, layer->t_ms - node->start_ms);
    if (!frame && node->frame)
        frame = bt_frame_ref(node->frame);
    if (frame)
        note_frame(layer, node, frame);
}

/* Covers only what of the strip is inside its rectangle: the ground beside it need not be redrawn.
 */
static void note_strip(const Layer *layer, const BtNode *node)
{
    gint64 offset_px = bt_node_strip_offset_px(node, layer->t_ms);
    gint64 start_px = node->rect_px.x, end_px = start_px + node->rect_px.w;
    gint64 length_px = node->strip->length_px;
    gint64 left_px = node->rtl ? start_px + offset_px - length_px : end_px - offset_px;
    gint64 x0_px = MAX(start_px, left_px), x1_px = MIN(end_px, left_px + length_px);
    bt_tiles_of(layer->tiles, node->strip, node->rect_px.w);
    if (x1_px <= x0_px)
        return;
    note(layer,
        (BtThing){
            .kind = BT_NODE_STRIP,
            .rect_px = { (int)x0_px, node->rect_px.y, (int)(x1_px - x0_px), node->rect_px.h },
            .x_px = left_px,
            .y_px = node->rect_px.y,
            .strip = node->strip->ref(node->strip),
            .strip_w_px = node->rect_px.w,
        });
}

static void note_node(const Layer *layer, const BtNode *node)
{
    switch (node->kind) {
    case BT_NODE_FILL:
        note_fill(layer, node);
        break;
    case BT_NODE_FRAME:
        note_frame(layer, node, bt_frame_ref(node->frame));
        break;
    case BT_NODE_MOVING:
        note_moving(layer, node);
        break;
    case BT_NODE_STRIP:
        note_strip(layer, node);
        break;
    }
}

guint bt_things_note(GArray *things, BtTiles *tiles, const BtScene *scene, gint64 t_ms)
{
    BtRect canvas_px = { 0, 0, scene->w_px, scene->h_px };
    guint n_fading = 0;
    for (guint i = 0; i < scene->layers->len; i++) {
        const BtLayer *from = scene->layers->pdata[i];
        Layer layer = { things, tiles, bt_rect_intersect(from->rect_px, canvas_px),
            bt_layer_time_ms(from, t_ms), bt_layer_opacity(from, t_ms), 0 };
        if (layer.opacity == 0)
            continue;
        if (layer.opacity < 255)
            layer.group = ++n_fading;
        for (guint k = 0; k < from->nodes->len; k++)
            note_node(&layer, &g_array_index(from->nodes, BtNode, k));
    }
    return n_fading;
}

/* ---- comparing ---- */

static gboolean same_rect(BtRect a, BtRect b)
{
    return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h;
}

static gboolean same_thing(const BtThing *a, const BtThing *b)
{
    return a->kind == b->kind && same_rect(a->rect_px, b->rect_px) && a->x_px == b->x_px &&
        a->y_px == b->y_px && a->argb == b->argb && a->frame == b->frame && a->strip == b->strip &&
        a->opacity == b->opacity && a->group == b->group;
}

/* The first in `list` from `from` on that is the same; the list's length when there is none. */
static guint find_same(const GArray *list, guint from, const BtThing *thing)
{
    while (from < list->len && !same_thing(&g_array_index(list, BtThing, from), thing))
        from++;
    return from;
}

static void damage_range(BtDamage *damage, const GArray *list, guint from, guint to)
{
    for (guint i = from; i < to; i++)
        bt_damage_add(damage, g_array_index(list, BtThing, i).rect_px);
}

/* Any common subsequence of the two lists would do; walking both forward finds the one that
 * matters, where few things changed and none changed its place. */
void bt_things_compare(BtDamage *damage, const GArray *before, const GArray *now)
{
    guint seen = 0;
    for (guint i = 0; i < now->len; i++) {
        guint at = find_same(before, seen, &g_array_index(now, BtThing, i));
        if (at == before->len) {
            damage_range(damage, now, i, i + 1);
            continue;
        }
        damage_range(damage, before, seen, at);
        seen = at + 1;
    }
    damage_range(damage, before, seen, before->len);
}

gboolean bt_thing_is_opaque(const BtThing *thing)
{
    return (thing->kind == BT_NODE_FILL && thing->argb >> 24 == 255) ||
        (thing->kind == BT_NODE_FRAME && thing->frame->opaque);
}
