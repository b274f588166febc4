/* The picture of the last call is drawn over where bt_things_compare finds that something changed:
 * there everything is drawn again, clipped, from the topmost opaque thing upwards. */
#include "render/compose/compose.h"

#include "render/compose/memory.h"
#include "render/compose/things.h"

struct BtCompose {
    GArray *now, *before; /* of BtThing */
    BtTiles *tiles;
    BtMemory memory; /* the painter of a target in memory */
    gboolean fresh;  /* the target holds nothing */
    int w_px, h_px;
    guint32 background;
    BtComposeCounts counts;
};

BtCompose *bt_compose_new(void)
{
    BtCompose *compose = g_new0(BtCompose, 1);
    compose->now = bt_things_new();
    compose->before = bt_things_new();
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
    bt_memory_clear(&compose->memory);
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

static gboolean must_redraw_all(const BtCompose *compose, const BtScene *scene)
{
    return compose->fresh || compose->w_px != scene->w_px || compose->h_px != scene->h_px ||
        compose->background != scene->background;
}

/* ---- drawing ---- */

static void draw_strip(
    BtCompose *compose, const BtThing *thing, BtPainter *painter, BtRect clip_px, guint opacity)
{
    BtStripTiles *tiles = bt_tiles_of(compose->tiles, thing->strip, thing->strip_w_px);
    gint64 first = (clip_px.x - thing->x_px) / BT_STRIP_TILE_PX;
    gint64 last = (clip_px.x + clip_px.w - 1 - thing->x_px) / BT_STRIP_TILE_PX;
    for (gint64 k = first; k <= last; k++) {
        int x_px = (int)(thing->x_px + k * BT_STRIP_TILE_PX);
        BtRect place = { x_px, clip_px.y, BT_STRIP_TILE_PX, clip_px.h };
        BtFrame *tile = bt_strip_tiles_get(tiles, k);
        if (tile)
            painter->frame(
                painter, tile, x_px, thing->y_px, bt_rect_intersect(place, clip_px), opacity);
    }
}

static void draw_thing(
    BtCompose *compose, const BtThing *thing, BtPainter *painter, BtRect clip_px, guint opacity)
{
    clip_px = bt_rect_intersect(clip_px, thing->rect_px);
    if (bt_rect_is_empty(clip_px))
        return;
    if (thing->kind == BT_NODE_FILL)
        painter->fill(painter, clip_px, thing->argb, opacity);
    else if (thing->kind == BT_NODE_FRAME)
        painter->frame(painter, thing->frame, (int)thing->x_px, thing->y_px, clip_px, opacity);
    else
        draw_strip(compose, thing, painter, clip_px, opacity);
}

/* A run of things of one fading layer. */
typedef struct {
    const BtThing *things;
    guint n;
    BtRect rect_px; /* what those inside the clip cover of it */
    guint n_inside;
} Group;

static Group group_at(const GArray *list, guint from, BtRect clip_px)
{
    Group group = { .things = &g_array_index(list, BtThing, from) };
    while (from + group.n < list->len && group.things[group.n].group == group.things[0].group) {
        BtRect inside_px = bt_rect_intersect(group.things[group.n].rect_px, clip_px);
        group.n_inside += !bt_rect_is_empty(inside_px);
        group.rect_px = bt_rect_union(group.rect_px, inside_px);
        group.n++;
    }
    return group;
}

static void draw_group(BtCompose *compose, const Group *group, BtPainter *painter)
{
    guint opacity = group->things[0].opacity;
    if (group->n_inside <= 1) {
        /* One thing over nothing is the thing itself. */
        for (guint i = 0; i < group->n; i++)
            draw_thing(compose, &group->things[i], painter, group->rect_px, opacity);
        return;
    }
    painter->begin_group(painter, group->rect_px);
    for (guint i = 0; i < group->n; i++)
        draw_thing(compose, &group->things[i], painter, group->rect_px, 255);
    painter->end_group(painter, group->rect_px, opacity);
}

/* The topmost thing that hides everything below it in `clip_px`; the list's length: none. */
static guint find_ground(const GArray *list, BtRect clip_px)
{
    for (guint i = list->len; i > 0; i--) {
        const BtThing *thing = &g_array_index(list, BtThing, i - 1);
        if (thing->group == 0 && bt_thing_is_opaque(thing) &&
            bt_rect_contains(thing->rect_px, clip_px))
            return i - 1;
    }
    return list->len;
}

static void draw_region(BtCompose *compose, BtPainter *painter, BtRect clip_px)
{
    const GArray *list = compose->now;
    guint i = find_ground(list, clip_px);
    if (i == list->len) {
        painter->clear(painter, clip_px, 0xff000000u | compose->background);
        i = 0;
    }
    while (i < list->len) {
        const BtThing *thing = &g_array_index(list, BtThing, i);
        if (thing->group == 0) {
            draw_thing(compose, thing, painter, clip_px, 255);
            i++;
        } else {
            Group group = group_at(list, i, clip_px);
            draw_group(compose, &group, painter);
            i += group.n;
        }
    }
}

/* ---- all together ---- */

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
    BtCompose *compose, const BtScene *scene, gint64 t_ms, BtPainter *painter, BtDamage *damage)
{
    BtRect canvas_px = { 0, 0, scene->w_px, scene->h_px };
    gboolean all = must_redraw_all(compose, scene);
    compose->background = scene->background;
    gboolean fading = bt_things_note(compose->now, compose->tiles, scene, t_ms) > 0;
    if (all)
        bt_damage_add(damage, canvas_px);
    else
        bt_things_compare(damage, compose->before, compose->now);
    for (guint i = 0; i < damage->n; i++)
        draw_region(compose, painter, damage->rects_px[i]);
    count(compose, damage, canvas_px);
    remember(compose, scene);
    painter->done(painter, fading);
}

guint bt_compose_paint(BtCompose *compose, const BtScene *scene, gint64 t_ms, BtPainter *painter,
    BtRect damage_px[BT_COMPOSE_MAX_DAMAGE])
{
    BtDamage damage = { .n = 0 };
    draw(compose, scene, t_ms, painter, &damage);
    prepare_strips(compose, scene, t_ms);
    bt_tiles_sweep(compose->tiles);
    for (guint i = 0; i < damage.n; i++)
        damage_px[i] = damage.rects_px[i];
    return damage.n;
}

guint bt_compose_draw(BtCompose *compose, const BtScene *scene, gint64 t_ms, BtFrame *target,
    BtRect damage_px[BT_COMPOSE_MAX_DAMAGE])
{
    g_return_val_if_fail(target->w_px == scene->w_px && target->h_px == scene->h_px, 0);
    BtPainter *painter = bt_memory_painter(&compose->memory, target);
    guint n = bt_compose_paint(compose, scene, t_ms, painter, damage_px);
    if (n > 0 && bt_rect_contains(damage_px[0], (BtRect){ 0, 0, scene->w_px, scene->h_px }))
        target->opaque = TRUE;
    return n;
}

/* ---- some rows anew ---- */

static void shift_things(GArray *list, int x_px, int y_px)
{
    for (guint i = 0; i < list->len; i++) {
        BtThing *thing = &g_array_index(list, BtThing, i);
        thing->rect_px.x += x_px;
        thing->rect_px.y += y_px;
        thing->x_px += x_px;
        thing->y_px += y_px;
    }
}

/* Row i of `rows` becomes the one of `rect_px` that a fingerprint looks at as its row i; the things
 * are moved under it. */
static void draw_rows(BtCompose *compose, BtFrame *rows, BtRect rect_px)
{
    BtPainter *painter = bt_memory_painter(&compose->memory, rows);
    int at_px = 0;
    shift_things(compose->now, -rect_px.x, -rect_px.y);
    for (int i = 0; i < rows->h_px; i++) {
        int shift_px = i - bt_fingerprint_row_px(rect_px.h, i);
        shift_things(compose->now, 0, shift_px - at_px);
        at_px = shift_px;
        draw_region(compose, painter, (BtRect){ 0, i, rows->w_px, 1 });
    }
    painter->done(painter, FALSE);
}

BtFingerprint bt_compose_expect(
    BtCompose *compose, const BtScene *scene, gint64 t_ms, BtRect rect_px)
{
    guint32 background = compose->background;
    BtRect r = bt_rect_intersect(rect_px, (BtRect){ 0, 0, scene->w_px, scene->h_px });
    if (bt_rect_is_empty(r))
        return (BtFingerprint){ 0, 0 };
    g_autoptr(BtFrame) rows = bt_frame_new_unset(r.w, bt_fingerprint_rows(r.h));
    bt_things_note(compose->now, compose->tiles, scene, t_ms);
    compose->background = scene->background;
    draw_rows(compose, rows, r);
    compose->background = background;
    g_array_set_size(compose->now, 0);
    return bt_fingerprint(rows, (BtRect){ 0, 0, rows->w_px, rows->h_px });
}

BtFrame *bt_compose_picture(const BtScene *scene, gint64 t_ms)
{
    g_autoptr(BtCompose) compose = bt_compose_new();
    BtFrame *target = bt_frame_new(scene->w_px, scene->h_px);
    BtDamage damage = { .n = 0 };
    draw(compose, scene, t_ms, bt_memory_painter(&compose->memory, target), &damage);
    target->opaque = TRUE;
    return target;
}
