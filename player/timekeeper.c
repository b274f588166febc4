#include "player/timekeeper.h"

#include <sys/timex.h>

static gboolean kernel_is_synchronised(void)
{
    struct timex state = { 0 };
    return adjtimex(&state) >= 0 && (state.status & STA_UNSYNC) == 0;
}

BtTimekeeper bt_timekeeper_start(const BtClock *clock, gboolean trust_system, gint64 stored_ms)
{
    BtTimekeeper keeper = { .clock = *clock, .trust_system = trust_system };
    /* A virtual clock may stand in the past of this build. */
    keeper.floor_ms = clock->is_virtual ? 0 : MAX(BANGTIN_BUILT_S * BT_SECOND_MS, stored_ms);
    bt_timekeeper_judge(&keeper, FALSE);
    bt_timekeeper_renew(&keeper);
    return keeper;
}

gint64 bt_timekeeper_show_ms(const BtTimekeeper *keeper)
{
    return bt_clock_mono_ms(&keeper->clock) + keeper->offset_ms;
}

/* A wall below the floor says nothing: the best that is known is the floor and what passed since.
 * To go back to the floor itself would mean never to come to the instant of what was fetched. */
void bt_timekeeper_renew(BtTimekeeper *keeper)
{
    gint64 wall_ms = bt_clock_wall_ms(&keeper->clock);
    if (wall_ms < keeper->floor_ms)
        wall_ms = MAX(keeper->floor_ms, bt_timekeeper_show_ms(keeper));
    keeper->offset_ms = wall_ms - bt_clock_mono_ms(&keeper->clock);
}

void bt_timekeeper_raise_floor(BtTimekeeper *keeper, gint64 issued_ms)
{
    if (!keeper->clock.is_virtual)
        keeper->floor_ms = MAX(keeper->floor_ms, issued_ms);
}

gboolean bt_timekeeper_judge(BtTimekeeper *keeper, gboolean bounded)
{
    gboolean before = keeper->trusted;
    gboolean above = bt_clock_wall_ms(&keeper->clock) >= keeper->floor_ms;
    gboolean vouched = keeper->trust_system || keeper->clock.is_virtual || bounded ||
        keeper->trusted || kernel_is_synchronised();
    keeper->trusted = above && vouched;
    return keeper->trusted != before;
}

gint64 bt_timekeeper_surely_past_ms(const BtTimekeeper *keeper)
{
    return keeper->trusted ? bt_timekeeper_show_ms(keeper) : keeper->floor_ms;
}

gint64 bt_timekeeper_error_ms(const BtTimekeeper *keeper)
{
    return bt_clock_wall_ms(&keeper->clock) - bt_timekeeper_show_ms(keeper);
}
