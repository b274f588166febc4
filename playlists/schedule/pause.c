/* A pause is no state: what stands still is asked for anew, as the answer of the instant at which
 * the pause began. So a board that starts in the middle of a pause shows the same picture as one
 * that was there, as long as the document of then is still among its inputs. */
#include "playlists/schedule/epoch.h"

BtOnAir *bt_on_air_copy(const BtOnAir *on_air)
{
    BtOnAir *copy = g_memdup2(on_air, sizeof *on_air);
    if (copy->manifest)
        bt_manifest_ref(copy->manifest);
    copy->source_name = g_strdup(copy->source_name);
    if (copy->zones)
        copy->zones = g_array_copy(copy->zones);
    return copy;
}

static gboolean is_set_aside(const BtInputSource *source, const BtOnAir *on_air, gint64 at_ms)
{
    for (guint i = 0; i < on_air->zones->len; i++) {
        const BtItem *item = g_array_index(on_air->zones, BtOnZone, i).item;
        if (item && bt_source_block(source, item, at_ms) != BT_ITEM_FREE)
            return TRUE;
    }
    return FALSE;
}

/* The answer of the instant at which the pause began; NULL when it has nothing to hold. */
static BtOnAir *answer_of_then(BtEpoch *epoch, const BtPause *pause)
{
    gint64 from_ms = CLAMP(pause->span.from_ms, BT_SCHEDULE_FIRST_MS, BT_SCHEDULE_LAST_MS);
    g_autoptr(BtEpoch) then = bt_epoch_new_moving(epoch->query, from_ms);
    g_autoptr(BtOnAir) on_air = bt_epoch_answer(then, from_ms);
    if (on_air->kind != BT_ON_PROGRAMME || on_air->source != pause->source ||
        on_air->cls == BT_CLASS_EMERGENCY || then->untrusted)
        return NULL;
    on_air->frozen_ms = from_ms;
    return g_steal_pointer(&on_air);
}

static BtOnAir *held_by(BtEpoch *epoch, const BtPause *pause)
{
    const BtInputs *inputs = epoch->query->inputs;
    g_autoptr(BtOnAir) on_air = answer_of_then(epoch, pause);
    if (!on_air || !bt_schedule_may_stay(inputs, on_air, epoch->from_ms) ||
        is_set_aside(inputs->sources->pdata[pause->source], on_air, epoch->from_ms))
        return NULL;
    return g_steal_pointer(&on_air);
}

void bt_epoch_set_frozen(BtEpoch *epoch)
{
    const BtPause *pause;
    guint place = 0;
    if (epoch->untrusted)
        return;
    while (!epoch->frozen &&
        (pause = bt_inputs_find_pause(epoch->query->inputs, epoch->from_ms, &place)))
        epoch->frozen = held_by(epoch, pause);
    if (epoch->frozen && epoch->frozen->cls != BT_CLASS_FILLER)
        epoch->until_ms = MIN(epoch->until_ms, epoch->frozen->manifest->expires_ms);
}
