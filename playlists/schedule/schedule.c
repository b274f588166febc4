#include "playlists/schedule/epoch.h"

#define EMERGENCY_BRIGHTNESS 100
#define EMERGENCY_VOLUME 100

static void draw_nearer(BtOnAir *on, gint64 until_ms)
{
    on->until_ms = MIN(on->until_ms, until_ms);
}

/* ---- zones ---- */

static BtOnZone describe_zone(const BtZone *zone, const BtWalk *walk, gint64 anchor_ms)
{
    BtOnZone on = { .zone = zone, .start_ms = anchor_ms, .end_ms = BT_TIME_MAX };
    if (walk && walk->empty) {
        on.start_ms = walk->pass_start_ms;
        on.end_ms = walk->pass_end_ms;
    } else if (walk) {
        on.item = walk->slot->item;
        on.start_ms = walk->slot_start_ms;
        on.end_ms = walk->slot_start_ms + walk->slot->length_ms;
        on.previous = walk->previous ? walk->previous->item : NULL;
        on.previous_start_ms = walk->previous ? walk->previous_start_ms : 0;
    }
    return on;
}

static void describe_zones(
    BtEpoch *epoch, BtStand *stand, BtCandidate *candidate, gint64 at_ms, BtOnAir *on)
{
    const GPtrArray *zones = candidate->programme->layout->zones;
    on->zones = g_array_sized_new(FALSE, FALSE, sizeof(BtOnZone), zones->len);
    for (guint z = 0; z < zones->len; z++) {
        const BtWalk *walk = bt_epoch_zone_walk(epoch, stand, candidate, z, at_ms);
        BtOnZone zone = describe_zone(zones->pdata[z], walk, stand->anchor_ms);
        g_array_append_val(on->zones, zone);
        draw_nearer(on, zone.end_ms);
    }
}

/* ---- programmes ---- */

/* What another source than the screen's own ordered holds for what it shows itself. */
static void set_volume(const BtEpoch *epoch, BtOnAir *on)
{
    const BtVolume *order = NULL;
    if (on->kind == BT_ON_PROGRAMME && on->source > 0)
        order = bt_source_volume(epoch->query->inputs->sources->pdata[on->source], epoch->from_ms);
    on->volume = order ? order->percent : epoch->volume;
}

/* An emergency is seen and heard: it lifts what the timetable turned down. */
static void set_loudness(const BtEpoch *epoch, BtOnAir *on)
{
    gboolean emergency = on->kind == BT_ON_PROGRAMME && on->cls == BT_CLASS_EMERGENCY;
    on->brightness = epoch->brightness;
    set_volume(epoch, on);
    if (emergency && on->brightness >= 0)
        on->brightness = EMERGENCY_BRIGHTNESS;
    if (emergency && on->volume == 0)
        on->volume = EMERGENCY_VOLUME;
}

static void describe_programme(BtEpoch *epoch, BtStand *stand, gint64 at_ms, BtOnAir *on)
{
    BtCandidate *candidate = stand->candidates->pdata[stand->walk.turn];
    const BtDocument *document = candidate->document;
    on->kind = BT_ON_PROGRAMME;
    on->source = document->source->index;
    on->source_name = g_strdup(document->source->name);
    on->manifest = bt_manifest_ref(document->entry->manifest);
    on->programme = candidate->programme;
    on->cls = candidate->programme->cls;
    on->layout = candidate->programme->layout;
    on->anchor_ms = stand->anchor_ms;
    on->turn_start_ms = stand->walk.turn_start_ms;
    describe_zones(epoch, stand, candidate, at_ms, on);
}

/* TRUE: this class has something to show. */
static gboolean try_class(BtEpoch *epoch, BtClass cls, gint64 at_ms, BtOnAir *on)
{
    BtStand *stand = bt_epoch_stand(epoch, cls, at_ms);
    draw_nearer(on, stand->until_ms);
    if (stand->candidates->len == 0)
        return FALSE;
    bt_walk_seek(&stand->walk, at_ms);
    draw_nearer(on, stand->walk.pass_end_ms);
    if (stand->walk.empty)
        return FALSE;
    describe_programme(epoch, stand, at_ms, on);
    return TRUE;
}

/* A pause holds what it holds against its own class and those below. */
static gboolean try_frozen(const BtEpoch *epoch, BtClass cls, BtOnAir *on)
{
    if (!epoch->frozen || epoch->frozen->cls != cls)
        return FALSE;
    gint64 until_ms = on->until_ms;
    BtOnAir *copy = bt_on_air_copy(epoch->frozen);
    *on = *copy;
    on->until_ms = until_ms;
    g_free(copy);
    return TRUE;
}

static void choose(BtEpoch *epoch, gint64 at_ms, BtOnAir *on)
{
    if (epoch->cut) {
        on->kind = BT_ON_CUT;
        return;
    }
    if (epoch->safe)
        return;
    if (!epoch->untrusted && try_class(epoch, BT_CLASS_EMERGENCY, at_ms, on))
        return;
    if (epoch->off || epoch->darkened) {
        on->kind = BT_ON_DARK;
        return;
    }
    if (epoch->untrusted) {
        try_class(epoch, BT_CLASS_EMERGENCY, at_ms, on); /* the one loop of all classes */
        return;
    }
    for (BtClass cls = BT_CLASS_EMERGENCY + 1; cls < BT_N_CLASSES; cls++) {
        if (try_frozen(epoch, cls, on) || try_class(epoch, cls, at_ms, on))
            return;
    }
}

BtOnAir *bt_epoch_answer(BtEpoch *epoch, gint64 at_ms)
{
    BtOnAir *on = g_new0(BtOnAir, 1);
    on->kind = BT_ON_SAFE;
    on->until_ms = epoch->until_ms;
    choose(epoch, at_ms, on);
    set_loudness(epoch, on);
    return on;
}

/* ---- the question ---- */

BtOnAir *bt_schedule_at(const BtInputs *inputs, gint64 now_ms, BtMeasure measure, gpointer user)
{
    gint64 at_ms = CLAMP(now_ms, BT_SCHEDULE_FIRST_MS, BT_SCHEDULE_LAST_MS);
    g_autoptr(BtQuery) query = bt_query_new(inputs, measure, user);
    g_autoptr(BtEpoch) epoch = bt_epoch_new(query, at_ms);
    return bt_epoch_answer(epoch, at_ms);
}

void bt_on_air_free(BtOnAir *on_air)
{
    if (!on_air)
        return;
    g_clear_pointer(&on_air->zones, g_array_unref);
    g_clear_pointer(&on_air->manifest, bt_manifest_unref);
    g_free(on_air->source_name);
    g_free(on_air);
}
