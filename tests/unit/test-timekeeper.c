/* Show time and trust in the clock. */
#include "player/timekeeper.h"

#include "base/error.h"

/* A clock that stands at `wall_ms`: what it says is moved by hand. */
static BtClock standing_at(gint64 wall_ms)
{
    return (BtClock){ .is_virtual = TRUE, .wall_start_ms = wall_ms, .rate = 0 };
}

static gint64 at(const char *text)
{
    gint64 wall_ms = 0;
    g_assert_true(bt_time_parse(text, &wall_ms, NULL));
    return wall_ms;
}

static void test_virtual(void)
{
    gint64 t_ms = at("2020-01-01T00:00:00Z");
    BtClock clock = standing_at(t_ms);
    BtTimekeeper keeper = bt_timekeeper_start(&clock, FALSE, t_ms + 5000);
    g_assert_true(keeper.trusted);
    g_assert_cmpint(bt_timekeeper_show_ms(&keeper), ==, t_ms);
    /* A virtual clock may stand before everything that is known. */
    bt_timekeeper_raise_floor(&keeper, t_ms + BT_DAY_MS);
    g_assert_false(bt_timekeeper_judge(&keeper, FALSE));
    g_assert_cmpint(bt_timekeeper_surely_past_ms(&keeper), ==, t_ms);
}

/* The wall steps by an hour: show time goes on as if nothing was, until it is renewed. */
static void test_step(void)
{
    BtClock real = bt_clock_real();
    BtTimekeeper keeper = bt_timekeeper_start(&real, TRUE, 0);
    gint64 before_ms = bt_timekeeper_show_ms(&keeper);
    keeper.offset_ms -= BT_HOUR_MS; /* as if the wall had jumped forward since */
    g_assert_cmpint(ABS(bt_timekeeper_error_ms(&keeper) - BT_HOUR_MS), <, 1000);
    g_assert_cmpint(ABS(bt_timekeeper_show_ms(&keeper) - (before_ms - BT_HOUR_MS)), <, 1000);
    bt_timekeeper_renew(&keeper);
    g_assert_cmpint(ABS(bt_timekeeper_error_ms(&keeper)), <, 1000);
}

static void test_floor(void)
{
    BtClock real = bt_clock_real();
    gint64 future_ms = bt_clock_wall_ms(&real) + 30 * BT_DAY_MS;
    BtTimekeeper keeper = bt_timekeeper_start(&real, TRUE, future_ms);
    /* This box was further on already: its clock is wrong, and the floor is the best that is known.
     */
    g_assert_false(keeper.trusted);
    g_assert_cmpint(bt_timekeeper_surely_past_ms(&keeper), ==, future_ms);
    g_assert_cmpint(ABS(bt_timekeeper_show_ms(&keeper) - future_ms), <, 1000);
    keeper.offset_ms += BT_MINUTE_MS; /* as if a minute had passed: it does not come again */
    bt_timekeeper_renew(&keeper);
    g_assert_cmpint(ABS(bt_timekeeper_show_ms(&keeper) - future_ms - BT_MINUTE_MS), <, 1000);
}

static void test_signed_time(void)
{
    BtClock real = bt_clock_real();
    BtTimekeeper keeper = bt_timekeeper_start(&real, TRUE, 0);
    g_assert_true(keeper.trusted);
    gint64 issued_ms = bt_clock_wall_ms(&real) + BT_DAY_MS;
    bt_timekeeper_raise_floor(&keeper, issued_ms);
    g_assert_true(bt_timekeeper_judge(&keeper, FALSE));
    g_assert_false(keeper.trusted);
    g_assert_cmpint(bt_timekeeper_surely_past_ms(&keeper), ==, issued_ms);
    /* An older document does not lower it. */
    bt_timekeeper_raise_floor(&keeper, issued_ms - BT_HOUR_MS);
    g_assert_cmpint(keeper.floor_ms, ==, issued_ms);
    g_assert_false(bt_timekeeper_judge(&keeper, TRUE));
}

/* Once a signed document bounded the clock, the monotonic one carries the trust. */
static void test_bounded(void)
{
    BtClock real = bt_clock_real();
    BtTimekeeper keeper = bt_timekeeper_start(&real, FALSE, 0);
    keeper.trusted = FALSE; /* whatever the kernel of this machine says */
    g_assert_true(bt_timekeeper_judge(&keeper, TRUE));
    g_assert_true(keeper.trusted);
    g_assert_false(bt_timekeeper_judge(&keeper, FALSE));
    g_assert_true(keeper.trusted);
    g_assert_cmpint(ABS(bt_timekeeper_surely_past_ms(&keeper) - bt_clock_wall_ms(&real)), <, 1000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/timekeeper/virtual", test_virtual);
    g_test_add_func("/timekeeper/step", test_step);
    g_test_add_func("/timekeeper/floor", test_floor);
    g_test_add_func("/timekeeper/signed-time", test_signed_time);
    g_test_add_func("/timekeeper/bounded", test_bounded);
    return g_test_run();
}
