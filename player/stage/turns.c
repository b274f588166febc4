/* When pages turn. */
#include "player/stage/parts.h"
#include "player/stage/slots.h"

static void add_turns(GArray *turns, const BtOccurrence *occurrence, GPtrArray *texts,
    const gint64 *durations_ms, const guint *pages)
{
    gint64 length_ms = occurrence->end_ms - occurrence->start_ms;
    for (gint64 at_ms = 0; at_ms < length_ms;) {
        BtSlot slot = bt_slot_at(durations_ms, pages, texts->len, at_ms);
        const BtStagePage page = { texts->pdata[slot.text], slot.page, pages[slot.text],
            occurrence->start_ms + at_ms };
        g_array_append_val(turns, page);
        if (slot.end_ms <= at_ms)
            break;
        at_ms = slot.end_ms;
    }
}

GArray *bt_stage_pages(BtStage *stage, const BtOnAir *on_air, const BtOnZone *on)
{
    GArray *turns = g_array_new(FALSE, FALSE, sizeof(BtStagePage));
    if (on->item == NULL || (on->item->kind != BT_ITEM_TEXT && on->item->kind != BT_ITEM_ALERT))
        return turns;
    BtOccurrence occurrence = bt_programme_occurrence(stage, on_air, on);
    g_autoptr(GPtrArray) texts = bt_zone_texts(on->item, on->zone);
    if (texts->len == 0)
        return turns;
    g_autofree char *key = NULL;
    const BtPlan *plan = bt_zone_plan(stage, &occurrence, texts, &key);
    g_autofree gint64 *durations_ms = g_new(gint64, texts->len);
    g_autofree guint *pages = g_new(guint, texts->len);
    bt_zone_durations(&occurrence, texts, durations_ms);
    for (guint k = 0; k < texts->len; k++)
        pages[k] = bt_plan_pages(plan, k);
    add_turns(turns, &occurrence, texts, durations_ms, pages);
    return turns;
}
