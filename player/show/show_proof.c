#include "player/show/show.h"

static void tell_fault(
    BtShow *show, const BtOnZone *on, BtProofFault fault, const BtProofLook *look)
{
    const char *word = bt_proof_word(fault);
    g_autofree char *what = g_strdup_printf("%s/%s", on->zone->id, on->item->id);
    g_autofree char *message = fault == BT_PROOF_FROZEN && look->late_ms > 0
        ? g_strdup_printf(
              "the picture stands still: no frame came for %" G_GINT64_FORMAT " ms", look->late_ms)
        : g_strdup_printf("the picture is %s: brightness %u, hash %016" G_GINT64_MODIFIER
                          "x: expected %u, %016" G_GINT64_MODIFIER "x",
              word, look->shown.luma, look->shown.hash, look->expected.luma, look->expected.hash);
    bt_show_event(show, "picture", word, what, message);
}

static void look_at(BtShow *show, const BtOnZone *on, gint64 t_ms)
{
    BtRect rect_px = bt_stage_zone_px(bt_board_stage(show->board), show->on_air, on);
    BtProofLook look = { .late_ms = bt_scene_late_ms(show->scene, rect_px, t_ms) };
    bt_glass_look(show->glass, show->scene, t_ms, rect_px, &look.shown, &look.expected);
    BtProofVerdict verdict = bt_proof_take(show->proof, on->zone->id, t_ms, &look);
    if (verdict.first)
        bt_tracker_note_print(show->tracker, on->zone->id, look.shown, t_ms);
    if (verdict.fault != BT_PROOF_RIGHT)
        bt_tracker_note_fault(show->tracker, on->zone->id, bt_proof_word(verdict.fault));
    if (verdict.tell)
        tell_fault(show, on, verdict.fault, &look);
}

void bt_show_prove(BtShow *show, gboolean is_covered, gint64 t_ms)
{
    bt_proof_update(show->proof, is_covered ? NULL : show->on_air, t_ms);
    if (t_ms < bt_proof_next_ms(show->proof))
        return;
    for (guint i = 0; i < show->on_air->zones->len; i++) {
        const BtOnZone *on = &g_array_index(show->on_air->zones, BtOnZone, i);
        if (on->item != NULL && bt_proof_is_due(show->proof, on->zone->id, t_ms))
            look_at(show, on, t_ms);
    }
}
