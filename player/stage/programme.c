/* A programme on the canvas: where its layout stands, what each zone shows, and how one item gives
 * way to the next. A fade is two layers: the outgoing picture with its time standing still, and the
 * incoming one, whose ground is solid, growing over it. */
#include "player/stage/live.h"
#include "player/stage/parts.h"

#include <math.h>

/* ---- from layout to canvas ---- */

/* A layout stands in the middle of the canvas, 1:1; one that is larger is laid out smaller. */
typedef struct {
    double scale;
    int x_px, y_px;
} Mapping;

static Mapping mapping_of(const BtStage *stage, const BtLayout *layout)
{
    double fit =
        MIN((double)stage->options.w_px / layout->w_px, (double)stage->options.h_px / layout->h_px);
    Mapping mapping = { MIN(1, fit), 0, 0 };
    mapping.x_px = (stage->options.w_px - (int)lround(layout->w_px * mapping.scale)) / 2;
    mapping.y_px = (stage->options.h_px - (int)lround(layout->h_px * mapping.scale)) / 2;
    return mapping;
}

static BtRect map(Mapping mapping, BtRect rect)
{
    int x0 = (int)lround(rect.x * mapping.scale),
        x1 = (int)lround((rect.x + rect.w) * mapping.scale);
    int y0 = (int)lround(rect.y * mapping.scale),
        y1 = (int)lround((rect.y + rect.h) * mapping.scale);
    return (BtRect){ mapping.x_px + x0, mapping.y_px + y0, MAX(1, x1 - x0), MAX(1, y1 - y0) };
}

static gint64 area_of(BtRect rect)
{
    return (gint64)rect.w * rect.h;
}

/* The largest zone that shows anything but running text. */
static BtRect main_zone(const BtOnAir *on_air, Mapping mapping)
{
    BtRect largest = { 0, 0, 0, 0 };
    for (guint i = 0; i < on_air->zones->len; i++) {
        const BtOnZone *on = &g_array_index(on_air->zones, BtOnZone, i);
        BtRect rect = map(mapping, on->zone->rect_px);
        gboolean runs = on->item && on->item->kind == BT_ITEM_TICKER;
        if (!runs && area_of(rect) > area_of(largest))
            largest = rect;
    }
    return largest;
}

/* What a band over the whole width leaves of a zone. */
static BtRect below(BtRect rect, BtRect band)
{
    BtRect hidden = bt_rect_intersect(rect, band);
    if (bt_rect_is_empty(hidden) || hidden.h >= rect.h)
        return rect;
    int from_top = hidden.y + hidden.h - rect.y, from_bottom = rect.y + rect.h - hidden.y;
    if (from_top <= from_bottom)
        return (BtRect){ rect.x, rect.y + from_top, rect.w, rect.h - from_top };
    return (BtRect){ rect.x, rect.y, rect.w, rect.h - from_bottom };
}

/* ---- zones ---- */

typedef struct {
    BtStage *stage;
    const BtOnAir *on_air;
    BtScene *scene;
    Mapping mapping;
    BtRect band_px; /* of a rehearsal, else empty */
    const BtZone *sounding;
    gint64 t_ms, until_ms;
} Show;

/* The first zone of the layout whose item may be heard. */
static const BtOnZone *sounding_zone(const BtOnAir *on_air)
{
    for (guint i = 0; on_air->zones && i < on_air->zones->len; i++) {
        const BtOnZone *on = &g_array_index(on_air->zones, BtOnZone, i);
        if (on->item && bt_zone_may_sound(on->item))
            return on;
    }
    return NULL;
}

static BtOccurrence occurrence_of(const Show *show, const BtOnZone *on)
{
    BtRect rect = map(show->mapping, on->zone->rect_px);
    return (BtOccurrence){ .on_air = show->on_air,
        .zone = on->zone,
        .item = on->item,
        .rect_px = rect,
        .free_px = below(rect, show->band_px),
        .ground = show->on_air->layout->background,
        .start_ms = on->start_ms,
        .end_ms = on->end_ms,
        .sounding = on->zone == show->sounding };
}

/* How long the item fades in, over its neighbour's picture; 0: it is cut. */
static gint64 fade_ms_of(const BtOnZone *on)
{
    gboolean fades = on->item->transition == BT_TRANSITION_FADE &&
        on->item->kind != BT_ITEM_ALERT && on->previous;
    return fades ? on->item->transition_ms : 0;
}

static gboolean is_fading(const BtOnZone *on, gint64 t_ms)
{
    return t_ms >= on->start_ms && t_ms < on->start_ms + fade_ms_of(on);
}

/* The outgoing item at its last millisecond, with time standing still. */
static void add_outgoing(const Show *show, const BtOnZone *on, BtRect rect)
{
    BtOccurrence outgoing = occurrence_of(show, on);
    outgoing.item = on->previous;
    outgoing.start_ms = on->previous_start_ms;
    outgoing.end_ms = on->start_ms;
    outgoing.sounding = FALSE;
    BtLayer *layer = bt_scene_add_layer(show->scene, rect);
    layer->hold_ms = on->start_ms - 1;
    bt_zone_add(show->stage, layer, &outgoing, on->start_ms - 1);
}

/* Its item has no picture yet, or what it fades in over has none any more. Who looks ahead leaves
 * what is on the glass alone. */
static void keep_before(const Show *show, const BtOnZone *on, guint first_layer, BtRect rect_px)
{
    if (!bt_pool_looks_ahead(show->stage->pool))
        bt_hold_zone(&show->stage->hold, show->scene, first_layer, on->zone->id, rect_px,
            on->item->kind != BT_ITEM_ALERT);
}

/* A pause holds the instant for all but the time of day: a clock that stands still would lie. */
static gboolean stands(const Show *show, const BtOnZone *on)
{
    return show->on_air->frozen_ms && on->item->kind != BT_ITEM_CLOCK;
}

static void freeze(const Show *show, guint first_layer)
{
    for (guint i = first_layer; i < show->scene->layers->len; i++) {
        BtLayer *layer = g_ptr_array_index(show->scene->layers, i);
        layer->hold_ms = MIN(layer->hold_ms, show->on_air->frozen_ms);
    }
}

static void add_zone(Show *show, const BtOnZone *on)
{
    if (!on->item)
        return;
    BtOccurrence occurrence = occurrence_of(show, on);
    guint first_layer = show->scene->layers->len;
    gint64 t_ms = stands(show, on) ? show->on_air->frozen_ms : show->t_ms;
    gboolean fading = is_fading(on, t_ms);
    show->stage->hold.lacks = FALSE;
    if (fading)
        add_outgoing(show, on, occurrence.rect_px);
    BtLayer *layer = bt_scene_add_layer(show->scene, occurrence.rect_px);
    layer->hold_ms = BT_TIME_MAX;
    if (fading) {
        layer->fade_start_ms = on->start_ms;
        layer->fade_ms = on->item->transition_ms;
    }
    gint64 until_ms = bt_zone_add(show->stage, layer, &occurrence, t_ms);
    if (show->stage->hold.lacks)
        keep_before(show, on, first_layer, occurrence.rect_px);
    if (stands(show, on)) {
        freeze(show, first_layer);
        return;
    }
    if (fading)
        until_ms = MIN(until_ms, on->start_ms + on->item->transition_ms);
    gint64 end_ms = show->on_air->frozen_ms ? BT_TIME_MAX : on->end_ms;
    show->until_ms = MIN(show->until_ms, MIN(until_ms, end_ms));
}

static Show show_of(const BtStage *stage, const BtOnAir *on_air)
{
    const BtOnZone *sounding = sounding_zone(on_air);
    Show show = { .on_air = on_air,
        .until_ms = on_air->until_ms,
        .mapping = mapping_of(stage, on_air->layout),
        .sounding = sounding ? sounding->zone : NULL };
    if (on_air->programme->rehearsal)
        show.band_px = bt_banner_place(stage, main_zone(on_air, show.mapping));
    return show;
}

BtOccurrence bt_programme_occurrence(
    const BtStage *stage, const BtOnAir *on_air, const BtOnZone *on)
{
    Show show = show_of(stage, on_air);
    return occurrence_of(&show, on);
}

BtRect bt_stage_zone_px(const BtStage *stage, const BtOnAir *on_air, const BtOnZone *on)
{
    return map(mapping_of(stage, on_air->layout), on->zone->rect_px);
}

BtScene *bt_programme_scene(BtStage *stage, const BtOnAir *on_air, gint64 t_ms, gint64 *until_ms)
{
    Show show = show_of(stage, on_air);
    show.stage = stage;
    show.t_ms = t_ms;
    show.scene = bt_scene_new(stage->options.w_px, stage->options.h_px, on_air->layout->background);
    for (guint i = 0; i < on_air->zones->len; i++)
        add_zone(&show, &g_array_index(on_air->zones, BtOnZone, i));
    if (!bt_rect_is_empty(show.band_px))
        bt_banner_add(stage, show.scene, show.band_px);
    *until_ms = show.until_ms;
    return show.scene;
}

/* ---- sound ---- */

static guint add_sound(BtStage *stage, const BtItem *item, BtStageSound sound, BtStageSound *to)
{
    gint64 start_ms = sound.start_ms;
    if (item->kind == BT_ITEM_STREAM) {
        sound.media = bt_lives_sounding(stage->lives, item, start_ms, &sound.start_ms);
        sound.fade_in_ms = 0; /* what is live began at another time */
    } else {
        sound.media = bt_pool_sounding(stage->pool, item, start_ms);
    }
    if (!sound.media)
        return 0;
    *to = sound;
    return 1;
}

guint bt_programme_sounds(
    BtStage *stage, const BtOnAir *on_air, BtStageSound sounds[BT_STAGE_SOUNDS])
{
    const BtOnZone *sounding = sounding_zone(on_air);
    guint n = 0;
    if (sounding) {
        BtStageSound sound = { NULL, sounding->start_ms, sounding->end_ms, fade_ms_of(sounding),
            0 };
        n += add_sound(stage, sounding->item, sound, &sounds[n]);
    }
    for (guint i = 0; i < on_air->zones->len && n < BT_STAGE_SOUNDS; i++) {
        const BtOnZone *on = &g_array_index(on_air->zones, BtOnZone, i);
        if (!on->item || fade_ms_of(on) == 0)
            continue;
        BtStageSound sound = { NULL, on->previous_start_ms, on->start_ms, 0, fade_ms_of(on) };
        n += add_sound(stage, on->previous, sound, &sounds[n]);
    }
    return n;
}
