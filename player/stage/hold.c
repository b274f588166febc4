/* The old picture is a scene that is kept with its time standing still, and its layers are put into
 * the new scene, clipped to the zone. So nothing is drawn anew, nothing is copied, and a board that
 * changes twice in a moment holds what was on the glass just then, whatever it was made of. */
#include "player/stage/hold.h"

#include "player/stage/pool.h"
#include "player/stage/stage.h"

void bt_hold_init(BtHold *hold)
{
    hold->lacking = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void let_go(BtHold *hold)
{
    g_clear_pointer(&hold->scene, bt_scene_unref);
    hold->used = FALSE;
}

void bt_hold_clear(BtHold *hold)
{
    let_go(hold);
    g_hash_table_unref(hold->lacking);
}

void bt_hold_set(BtHold *hold, BtScene *scene, gint64 t_ms, gint64 mono_ms)
{
    gboolean goes_on = hold->scene && hold->used;
    BtScene *kept = scene ? bt_scene_ref(scene) : NULL;
    let_go(hold);
    hold->scene = kept;
    hold->t_ms = t_ms;
    if (!goes_on)
        hold->since_mono_ms = mono_ms;
    hold->used = goes_on && kept;
}

gboolean bt_hold_expire(BtHold *hold, gint64 mono_ms)
{
    if (!hold->scene || mono_ms - hold->since_mono_ms <= BT_POOL_POSTER_MS)
        return FALSE;
    let_go(hold);
    return TRUE;
}

void bt_hold_begin(BtHold *hold)
{
    hold->used = FALSE;
    g_hash_table_remove_all(hold->lacking);
}

void bt_hold_end(BtHold *hold)
{
    if (!hold->used)
        let_go(hold);
}

/* What was in `rect_px`, as it was. */
static void put_back(const BtHold *hold, BtScene *scene, BtRect rect_px)
{
    BtLayer *ground = bt_scene_add_layer(scene, rect_px);
    bt_layer_add_fill(ground, rect_px, 0xff000000u | hold->scene->background);
    for (guint i = 0; i < hold->scene->layers->len; i++) {
        const BtLayer *from = hold->scene->layers->pdata[i];
        if (bt_rect_is_empty(bt_rect_intersect(from->rect_px, rect_px)))
            continue;
        BtLayer *layer = bt_scene_copy_layer(scene, from, rect_px);
        layer->hold_ms = MIN(layer->hold_ms, hold->t_ms);
    }
}

void bt_hold_zone(
    BtHold *hold, BtScene *scene, guint first, const char *name, BtRect rect_px, gboolean stays)
{
    BtStageShows shows = hold->scene && stays ? BT_SHOWS_BEFORE : BT_SHOWS_GROUND;
    g_hash_table_insert(hold->lacking, g_strdup(name), GINT_TO_POINTER(shows));
    if (shows == BT_SHOWS_GROUND)
        return;
    g_ptr_array_set_size(scene->layers, (gint)first);
    put_back(hold, scene, rect_px);
    hold->used = TRUE;
}
