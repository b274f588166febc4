/* Zones change each at its own time. What is on is good until the first of them changes; behind
 * that come others, sooner than anything could be opened. So one change is looked up after the
 * other until the last is far enough away. */
#include "player/board/ahead.h"

void bt_ahead_begin(BtAhead *ahead, const BtOnAir *on_air, gboolean anew)
{
    ahead->next_ms = anew ? on_air->until_ms : MAX(ahead->next_ms, on_air->until_ms);
}

gint64 bt_ahead_turn(BtAhead *ahead, BtBoard *board, gint64 t_ms)
{
    if (ahead->next_ms == BT_TIME_MAX)
        return BT_TIME_MAX;
    if (ahead->next_ms - t_ms <= BT_AHEAD_MS) {
        gint64 at_ms = ahead->next_ms;
        g_autoptr(BtOnAir) next = bt_board_on_air(board, at_ms);
        if (next->kind == BT_ON_PROGRAMME)
            bt_stage_prepare(bt_board_stage(board), next, at_ms);
        ahead->next_ms = MAX(next->until_ms, at_ms + 1);
    }
    return ahead->next_ms == BT_TIME_MAX ? BT_TIME_MAX : ahead->next_ms - BT_AHEAD_MS;
}
