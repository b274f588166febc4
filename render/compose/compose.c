/* What would be drawn now is written down as a flat list of things, back to front, each with the
 * rectangle it covers and all that decides its pixels. Laid beside the list of the last picture,
 * what both have in the same order cannot have changed; the rectangles of all the rest are the
 * damage. A pixel outside it is covered by the same things in the same order, so it is right
 * already. Inside it everything is drawn again, clipped, from the topmost opaque thing upwards.
 *
 * The list holds references: while a frame is in it, no other frame can have its address. */
#include "render/compose/compose.h"

#include "render/compose/damage.h"
#include "render/compose/tiles.h"

typedef struct {
    BtNodeKind kind; /* MOVING became FRAME */
    BtRect rect_px;  /* what it covers, clipped to its layer and the canvas */
    gint64 x_px;     /* FRAME, STRIP: where its top left corner lies */
    int y_px;
    guint32 argb;   /* FILL */
    BtFrame *frame; /* FRAME */
    BtStrip *strip; /* STRIP */
    int strip_w_px; /* STRIP: how much of it can be seen at a time */
    guint opacity;  /* of its layer */
    guint group;    /* which of the fading layers it belongs to, from 1; 0: its layer is solid */
} Thing;

struct BtCompose {
    GArray *now, *before; /* of Thing */
    BtTiles *tiles;
    BtFrame *scratch; /* a fading layer, before it is blended as one; only while something fades */
    gboolean fresh;   /* the target holds nothing */
    int w_px, h_px;
    guint32 background;
    BtComposeCounts counts;
};

static void clear_thing(gpointer data)
{
    Thing *thing = data;
    bt_frame_unref(thing->frame);
    if (thing->strip)
        thing->strip->unref(thing->strip);
}

static GArray *new_list(void)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(Thing));
    g_array_set_clear_func(list, clear_thing);
    return list;
}

BtCompose *bt_compose_new(void)
{
    BtCompose *compose = g_new0(BtCompose, 1);
    compose->now = new_list();
    compose->before = new_list();
    compose->tiles = bt_tiles_new();
    compose->fresh = TRUE;
    return compose;
}

void bt_compose_free(BtCompose *compose)
{
    if (!compose)
        return;
    g_array_unref(compose->now);
    g_array_unref(compose->before);
    bt_tiles_free(compose->tiles);
    bt_frame_unref(compose->scratch);
    g_free(compose);
}

void bt_compose_forget(BtCompose *compose)
{
    compose->fresh = TRUE;
}

BtComposeCounts bt_compose_counts(const BtCompose *compose)
{
    return compose->counts;
}

/* ---- writing down ---- */

/* The layer whose nodes are being written down. */
typedef struct {
    BtCompose *compose;
    BtRect clip_px;
    gint64 t_ms;
    guint opacity, group;
} Layer;

static void note(const Layer *layer, Thing thing)
{
    thing.rect_px = bt_rect_intersect(thing.rect_px, layer->clip_px);
    thing.opacity = layer->opacity;
    thing.group = layer->group;
    if (bt_rect_is_empty(thing.rect_px))
        clear_thing(&thing);
    else
        g_array_append_val(layer->compose->now, thing);
}

static void note_fill(const Layer *layer, const BtNode *node)
{
    if (node->argb != 0)
        note(layer, (Thing){ .kind = BT_NODE_FILL, .rect_px = node->rect_px, .argb = node->argb });
}

/* Takes the reference. */
static void note_frame(const Layer *layer, const BtNode *node, BtFrame *frame)
{
    BtRect place = { node->rect_px.x, node->rect_px.y, frame->w_px, frame->h_px };
    note(layer,
        (Thing){
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
    bt_tiles_of(layer->compose->tiles, node->strip, node->rect_px.w);
    if (x1_px <= x0_px)
        return;
    note(layer,
        (Thing){
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

/* Returns how many layers fade. */
static guint note_scene(BtCompose *compose, const BtScene *scene, gint64 t_ms)
{
    BtRect canvas_px = { 0, 0, scene->w_px, scene->h_px };
    guint n_fading = 0;
    for (guint i = 0; i < scene->layers->len; i++) {
        const BtLayer *from = scene->layers->pdata[i];
        Layer layer = { compose, bt_rect_intersect(from->rect_px, canvas_px),
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

static gboolean same_thing(const Thing *a, const Thing *b)
{
    return a->kind == b->kind && same_rect(a->rect_px, b->rect_px) && a->x_px == b->x_px &&
        a->y_px == b->y_px && a->argb == b->argb && a->frame == b->frame && a->strip == b->strip &&
        a->opacity == b->opacity && a->group == b->group;
}

/* The first in `list` from `from` on that is the same; the list's length when there is none. */
static guint find_same(const GArray *list, guint from, const Thing *thing)
{
    while (from < list->len && !same_thing(&g_array_index(list, Thing, from), thing))
        from++;
    return from;
}

static void damage_range(BtDamage *damage, const GArray *list, guint from, guint to)
{
    for (guint i = from; i < to; i++)
        bt_damage_add(damage, g_array_index(list, Thing, i).rect_px);
}

/* Any common subsequence of the two lists would do; walking both forward finds the one that
 * matters, where few things changed and none changed its place. */
static void compare(BtDamage *damage, const GArray *before, const GArray *now)
{
    guint seen = 0;
    for (guint i = 0; i < now->len; i++) {
        guint at = find_same(before, seen, &g_array_index(now, Thing, i));
        if (at == before->len) {
            damage_range(damage, now, i, i + 1);
            continue;
        }
        damage_range(damage, before, seen, at);
        seen = at + 1;
    }
    damage_range(damage, before, seen, before->len);
}

static gboolean must_redraw_all(const BtCompose *compose, const BtScene *scene)
{
    return compose->fresh || compose->w_px != scene->w_px || compose->h_px != scene->h_px ||
        compose->background != scene->background;
}

/* ---- drawing ---- */

static gboolean has_opaque_pixels(const Thing *thing)
{
    return (thing->kind == BT_NODE_FILL && thing->argb >> 24 == 255) ||
        (thing->kind == BT_NODE_FRAME && thing->frame->opaque);
}

static void draw_strip(
    BtCompose *compose, const Thing *thing, BtFrame *target, BtRect clip_px, guint opacity)
{
    BtStripTiles *tiles = bt_tiles_of(compose->tiles, thing->strip, thing->strip_w_px);
    gint64 first = (clip_px.x - thing->x_px) / BT_STRIP_TILE_PX;
    gint64 last = (clip_px.x + clip_px.w - 1 - thing->x_px) / BT_STRIP_TILE_PX;
    for (gint64 k = first; k <= last; k++) {
        int x_px = (int)(thing->x_px + k * BT_STRIP_TILE_PX);
        BtRect place = { x_px, clip_px.y, BT_STRIP_TILE_PX, clip_px.h };
        BtFrame *tile = bt_strip_tiles_get(tiles, k);
        if (tile)
            bt_frame_blend(
                target, tile, x_px, thing->y_px, bt_rect_intersect(place, clip_px), opacity);
    }
}

static void draw_thing(
    BtCompose *compose, const Thing *thing, BtFrame *target, BtRect clip_px, guint opacity)
{
    clip_px = bt_rect_intersect(clip_px, thing->rect_px);
    if (bt_rect_is_empty(clip_px))
        return;
    if (thing->kind == BT_NODE_FILL)
        bt_frame_blend_fill(target, clip_px, thing->argb, opacity);
    else if (thing->kind == BT_NODE_FRAME)
        bt_frame_blend(target, thing->frame, (int)thing->x_px, thing->y_px, clip_px, opacity);
    else
        draw_strip(compose, thing, target, clip_px, opacity);
}

/* A run of things of one fading layer. */
typedef struct {
    const Thing *things;
    guint n;
    BtRect rect_px; /* what those inside the clip cover of it */
    guint n_inside;
} Group;

static Group group_at(const GArray *list, guint from, BtRect clip_px)
{
    Group group = { .things = &g_array_index(list, Thing, from) };
    while (from + group.n < list->len && group.things[group.n].group == group.things[0].group) {
        BtRect inside_px = bt_rect_intersect(group.things[group.n].rect_px, clip_px);
        group.n_inside += !bt_rect_is_empty(inside_px);
        group.rect_px = bt_rect_union(group.rect_px, inside_px);
        group.n++;
    }
    return group;
}

static void draw_group(BtCompose *compose, const Group *group, BtFrame *target)
{
    guint opacity = group->things[0].opacity;
    if (group->n_inside <= 1) {
        /* One thing over nothing is the thing itself. */
        for (guint i = 0; i < group->n; i++)
            draw_thing(compose, &group->things[i], target, group->rect_px, opacity);
        return;
    }
    bt_frame_fill(compose->scratch, group->rect_px, 0);
    for (guint i = 0; i < group->n; i++)
        draw_thing(compose, &group->things[i], compose->scratch, group->rect_px, 255);
    bt_frame_blend(target, compose->scratch, 0, 0, group->rect_px, opacity);
}

/* The topmost thing that hides everything below it in `clip_px`; the list's length: none. */
static guint find_ground(const GArray *list, BtRect clip_px)
{
    for (guint i = list->len; i > 0; i--) {
        const Thing *thing = &g_array_index(list, Thing, i - 1);
        if (thing->group == 0 && has_opaque_pixels(thing) &&
            bt_rect_contains(thing->rect_px, clip_px))
            return i - 1;
    }
    return list->len;
}

static void draw_region(BtCompose *compose, BtFrame *target, BtRect clip_px)
{
    const GArray *list = compose->now;
    guint i = find_ground(list, clip_px);
    if (i == list->len) {
        bt_frame_fill(target, clip_px, 0xff000000u | compose->background);
        i = 0;
    }
    while (i < list->len) {
        const Thing *thing = &g_array_index(list, Thing, i);
        if (thing->group == 0) {
            draw_thing(compose, thing, target, clip_px, 255);
            i++;
        } else {
            Group group = group_at(list, i, clip_px);
            draw_group(compose, &group, target);
            i += group.n;
        }
    }
}

/* ---- all together ---- */

static void keep_scratch(BtCompose *compose, gboolean fading, const BtScene *scene)
{
    gboolean fits = compose->scratch && compose->scratch->w_px == scene->w_px &&
        compose->scratch->h_px == scene->h_px;
    if (fading && fits)
        return;
    bt_frame_unref(compose->scratch);
    compose->scratch = fading ? bt_frame_new(scene->w_px, scene->h_px) : NULL;
}

/* The tile at the end of the strip that came in last; before anything came in, the one that would
 * be before the first. */
static gint64 edge_tile(const BtNode *node, gint64 t_ms)
{
    gint64 in_px = bt_node_strip_offset_px(node, t_ms), length_px = node->strip->length_px;
    if (node->rtl)
        return (length_px - in_px + (in_px ? 0 : BT_STRIP_TILE_PX - 1)) / BT_STRIP_TILE_PX;
    return in_px ? (in_px - 1) / BT_STRIP_TILE_PX : -1;
}

static void prepare_layer(BtCompose *compose, const BtLayer *layer, gint64 t_ms)
{
    for (guint i = 0; i < layer->nodes->len; i++) {
        const BtNode *node = &g_array_index(layer->nodes, BtNode, i);
        if (node->kind != BT_NODE_STRIP)
            continue;
        BtStripTiles *tiles = bt_tiles_of(compose->tiles, node->strip, node->rect_px.w);
        bt_strip_tiles_prepare(tiles, edge_tile(node, t_ms), node->rtl ? -1 : 1);
    }
}

static void prepare_strips(BtCompose *compose, const BtScene *scene, gint64 t_ms)
{
    for (guint i = 0; i < scene->layers->len; i++) {
        const BtLayer *layer = scene->layers->pdata[i];
        if (bt_layer_opacity(layer, t_ms) > 0)
            prepare_layer(compose, layer, bt_layer_time_ms(layer, t_ms));
    }
}

static void count(BtCompose *compose, const BtDamage *damage, BtRect canvas_px)
{
    if (damage->n == 0)
        compose->counts.unchanged++;
    else if (bt_rect_contains(damage->rects_px[0], canvas_px))
        compose->counts.full++;
    else
        compose->counts.partial++;
    for (guint i = 0; i < damage->n; i++)
        compose->counts.pixels += (guint64)damage->rects_px[i].w * (guint64)damage->rects_px[i].h;
}

static void remember(BtCompose *compose, const BtScene *scene)
{
    GArray *old = compose->before;
    compose->before = compose->now;
    compose->now = old;
    g_array_set_size(old, 0);
    compose->fresh = FALSE;
    compose->w_px = scene->w_px;
    compose->h_px = scene->h_px;
}

static void draw(
    BtCompose *compose, const BtScene *scene, gint64 t_ms, BtFrame *target, BtDamage *damage)
{
    BtRect canvas_px = { 0, 0, scene->w_px, scene->h_px };
    gboolean all = must_redraw_all(compose, scene);
    compose->background = scene->background;
    keep_scratch(compose, note_scene(compose, scene, t_ms) > 0, scene);
    if (all)
        bt_damage_add(damage, canvas_px);
    else
        compare(damage, compose->before, compose->now);
    for (guint i = 0; i < damage->n; i++)
        draw_region(compose, target, damage->rects_px[i]);
    if (all)
        target->opaque = TRUE;
    count(compose, damage, canvas_px);
    remember(compose, scene);
}

guint bt_compose_draw(BtCompose *compose, const BtScene *scene, gint64 t_ms, BtFrame *target,
    BtRect damage_px[BT_COMPOSE_MAX_DAMAGE])
{
    g_return_val_if_fail(target->w_px == scene->w_px && target->h_px == scene->h_px, 0);
    BtDamage damage = { .n = 0 };
    draw(compose, scene, t_ms, target, &damage);
    prepare_strips(compose, scene, t_ms);
    bt_tiles_sweep(compose->tiles);
    for (guint i = 0; i < damage.n; i++)
        damage_px[i] = damage.rects_px[i];
    return damage.n;
}

BtFrame *bt_compose_picture(const BtScene *scene, gint64 t_ms)
{
    g_autoptr(BtCompose) compose = bt_compose_new();
    BtFrame *target = bt_frame_new(scene->w_px, scene->h_px);
    BtDamage damage = { .n = 0 };
    draw(compose, scene, t_ms, target, &damage);
    return target;
}
