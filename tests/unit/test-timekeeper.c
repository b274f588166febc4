/* Show time and trust in the clock. The clocks stand still (rate 0) and are moved by hand: the wall
 * by jumps, the monotonic one together with the wall when time goes by. */
#include "player/roles/timekeeper.h"

#include "base/error.h"

#define T0 (G_GINT64_CONSTANT(1795305600) * BT_SECOND_MS) /* 2026-11-22T00:00:00Z */
#define YEARS(n) ((n)*365 * BT_DAY_MS)
#define NEAR_MS 100

/* A doubtful clock is like that of a box: nothing vouches for it but what a test says. */
static BtClock standing_at(gint64 wall_ms, gboolean is_doubtful)
{
    return (BtClock){
        .is_virtual = TRUE, .wall_start_ms = wall_ms, .real_start_ms = 0, .is_doubtful = is_doubtful
    };
}

static gboolean yes(void)
{
    return TRUE;
}

static void pass(BtTimekeeper *keeper, gint64 ms)
{
    keeper->clock.wall_start_ms += ms;
    keeper->clock.real_start_ms += ms;
}

static void jump(BtTimekeeper *keeper, gint64 ms)
{
    keeper->clock.wall_start_ms += ms;
}

static gint64 mono(const BtTimekeeper *keeper)
{
    return bt_clock_mono_ms(&keeper->clock);
}

#define assert_near(a, b) g_assert_cmpint(ABS((a) - (b)), <=, NEAR_MS)

static void test_virtual(void)
{
    BtClock clock = standing_at(T0, FALSE);
    BtTimekeeper keeper = bt_timekeeper_start(&clock, FALSE, T0 + 5000, NULL);
    g_assert_true(keeper.trusted);
    g_assert_cmpint(bt_timekeeper_show_ms(&keeper), ==, T0);
    /* A virtual clock may stand before everything that is known. */
    bt_timekeeper_raise_floor(&keeper, T0 + BT_DAY_MS);
    g_assert_false(bt_timekeeper_judge(&keeper));
    g_assert_cmpint(bt_timekeeper_surely_past_ms(&keeper), ==, T0);
}

/* ---- what vouches ---- */

static void test_nothing_vouches(void)
{
    static const gint64 walls[] = { 9 * BT_SECOND_MS, T0 - YEARS(10), T0 + 7, T0 + YEARS(10),
        G_GINT64_CONSTANT(2147483648) * BT_SECOND_MS };
    for (gsize i = 0; i < G_N_ELEMENTS(walls); i++) {
        BtClock clock = standing_at(walls[i], TRUE);
        BtTimekeeper keeper = bt_timekeeper_start(&clock, FALSE, T0, NULL);
        g_assert_false(keeper.trusted);
        /* Whatever the wall says: from the latest instant that is surely past, at its own pace. */
        g_assert_cmpint(bt_timekeeper_show_ms(&keeper), ==, T0);
        pass(&keeper, BT_HOUR_MS);
        g_assert_cmpint(bt_timekeeper_renew(&keeper), ==, 0);
        g_assert_cmpint(bt_timekeeper_show_ms(&keeper), ==, T0 + BT_HOUR_MS);
        g_assert_cmpint(bt_timekeeper_surely_past_ms(&keeper), >, T0 + 59 * BT_MINUTE_MS);
        g_assert_cmpint(bt_timekeeper_surely_past_ms(&keeper), <=, T0 + BT_HOUR_MS);
    }
}

static void test_floor(void)
{
    BtClock clock = standing_at(T0, TRUE);
    /* This box was further on already: its clock is wrong, and the floor is the best that is known.
     */
    BtTimekeeper keeper = bt_timekeeper_start(&clock, TRUE, T0 + BT_DAY_MS, NULL);
    g_assert_false(keeper.trusted);
    g_assert_cmpint(bt_timekeeper_surely_past_ms(&keeper), ==, T0 + BT_DAY_MS);
    g_assert_cmpint(bt_timekeeper_show_ms(&keeper), ==, T0 + BT_DAY_MS);
    pass(&keeper, BT_MINUTE_MS); /* it does not come again */
    bt_timekeeper_renew(&keeper);
    g_assert_cmpint(bt_timekeeper_show_ms(&keeper), ==, T0 + BT_DAY_MS + BT_MINUTE_MS);
    BtClock real = bt_clock_real();
    /* And no honest clock is older than the build. */
    g_assert_cmpint(bt_timekeeper_start(&real, TRUE, 0, NULL).hard_floor_ms, >, T0 - YEARS(1));
}

static void test_kernel(void)
{
    BtClock clock = standing_at(T0 + BT_DAY_MS, TRUE);
    BtTimekeeper keeper = bt_timekeeper_start(&clock, FALSE, T0, NULL);
    keeper.is_synchronised = yes;
    g_assert_true(bt_timekeeper_judge(&keeper));
    bt_timekeeper_renew(&keeper);
    g_assert_cmpint(bt_timekeeper_show_ms(&keeper), ==, T0 + BT_DAY_MS);
    /* Its word does not stand against what is surely past. */
    clock = standing_at(T0 - 1, TRUE);
    keeper = bt_timekeeper_start(&clock, FALSE, T0, NULL);
    keeper.is_synchronised = yes;
    g_assert_false(bt_timekeeper_judge(&keeper));
}

/* ---- jumps of a clock that was trusted ---- */

/* The kernel vouched once and does no more: the monotonic clock carries the time. */
static void test_jumps(void)
{
    static const gint64 jumps[] = { -YEARS(10), YEARS(10), -BT_DAY_MS, BT_HOUR_MS, -BT_MINUTE_MS,
        5 * BT_SECOND_MS };
    for (gsize i = 0; i < G_N_ELEMENTS(jumps); i++) {
        BtClock clock = standing_at(T0, TRUE);
        BtTimekeeper keeper = bt_timekeeper_start(&clock, FALSE, T0 - BT_DAY_MS, NULL);
        keeper.is_synchronised = yes;
        bt_timekeeper_renew(&keeper);
        keeper.is_synchronised = bt_timekeeper_start(&clock, FALSE, 0, NULL).is_synchronised;
        for (int k = 0; k < 4; k++) { /* there and back: flapping */
            jump(&keeper, k % 2 == 0 ? jumps[i] : -jumps[i]);
            g_assert_false(bt_timekeeper_judge(&keeper));
            g_assert_cmpint(bt_timekeeper_show_ms(&keeper), ==, T0);
            g_assert_cmpint(bt_timekeeper_renew(&keeper), ==, 0);
            g_assert_true(keeper.trusted);
        }
        pass(&keeper, 10 * BT_DAY_MS);
        jump(&keeper, jumps[i]);
        bt_timekeeper_renew(&keeper);
        gint64 wrong_ms = bt_timekeeper_show_ms(&keeper) - (T0 + 10 * BT_DAY_MS);
        /* In ten days a monotonic clock may be off by 15 minutes, so a wall that is nearer counts.
         */
        g_assert_cmpint(ABS(wrong_ms), <=, 15 * BT_MINUTE_MS);
    }
}

/* What the configuration trusts is followed, between items only, and not below what is past. */
static void test_system(void)
{
    BtClock clock = standing_at(T0, TRUE);
    BtTimekeeper keeper = bt_timekeeper_start(&clock, TRUE, T0 - BT_DAY_MS, NULL);
    jump(&keeper, BT_HOUR_MS);
    g_assert_cmpint(bt_timekeeper_error_ms(&keeper), ==, BT_HOUR_MS);
    g_assert_cmpint(bt_timekeeper_show_ms(&keeper), ==, T0);
    g_assert_cmpint(bt_timekeeper_renew(&keeper), ==, BT_HOUR_MS);
    g_assert_cmpint(bt_timekeeper_error_ms(&keeper), ==, 0);
    jump(&keeper, -YEARS(10));
    g_assert_cmpint(bt_timekeeper_renew(&keeper), ==, 0);
    g_assert_true(keeper.trusted);
    g_assert_cmpint(bt_timekeeper_show_ms(&keeper), ==, T0 + BT_HOUR_MS);
}

/* ---- documents ---- */

static void test_issued_floor(void)
{
    BtClock clock = standing_at(T0, TRUE);
    BtTimekeeper keeper = bt_timekeeper_start(&clock, TRUE, 0, NULL);
    g_assert_true(keeper.trusted);
    bt_timekeeper_raise_floor(&keeper, T0 + 5 * BT_MINUTE_MS); /* people's clocks differ */
    g_assert_false(bt_timekeeper_judge(&keeper));
    bt_timekeeper_raise_floor(&keeper, T0 + BT_DAY_MS);
    g_assert_true(bt_timekeeper_judge(&keeper));
    g_assert_false(keeper.trusted);
    g_assert_cmpint(bt_timekeeper_surely_past_ms(&keeper), ==, T0 + BT_DAY_MS);
    bt_timekeeper_raise_floor(&keeper, T0 + BT_HOUR_MS); /* an older one does not lower it */
    bt_timekeeper_raise_floor(&keeper, T0 + YEARS(10));  /* one of a maker whose clock is wrong */
    g_assert_cmpint(bt_timekeeper_surely_past_ms(&keeper), ==, T0 + BT_DAY_MS);
}

static void test_issued_vouches(void)
{
    static const struct {
        gint64 wall_ms;
        gboolean trusted;
    } cases[] = {
        { T0 + BT_HOUR_MS - 1, FALSE },
        { T0 + BT_HOUR_MS, TRUE },
        { T0 + BT_HOUR_MS + BT_DAY_MS - 1, TRUE },
        { T0 + BT_HOUR_MS + BT_DAY_MS, FALSE },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BtClock clock = standing_at(cases[i].wall_ms, TRUE);
        BtTimekeeper keeper = bt_timekeeper_start(&clock, FALSE, T0, NULL);
        bt_timekeeper_take_issued(&keeper, T0 + BT_HOUR_MS);
        g_assert_cmpint(bt_timekeeper_judge(&keeper), ==, cases[i].trusted);
    }
}

/* ---- a signed time ---- */

typedef struct {
    const char *name;
    gint64 wall_ms, stored_ms, utc_ms, trip_ms;
    gboolean taken;
} SignedCase;

static const SignedCase signed_cases[] = {
    { "1970", 5000, T0, T0 + BT_DAY_MS, 80, TRUE },
    { "ten-years-late", T0 + YEARS(10), T0, T0 + BT_DAY_MS, 80, TRUE },
    { "right", T0 + BT_DAY_MS, T0, T0 + BT_DAY_MS, 80, TRUE },
    { "2038", 5000, T0, G_GINT64_CONSTANT(2147483649) * BT_SECOND_MS, 80, TRUE },
    { "slow", 5000, T0, T0 + BT_DAY_MS, BT_TIME_MAX_TRIP_MS, TRUE },
    { "too-slow", 5000, T0, T0 + BT_DAY_MS, BT_TIME_MAX_TRIP_MS + 1, FALSE },
    { "heard-before-asked", 5000, T0, T0 + BT_DAY_MS, -1, FALSE },
    /* This box once wrote down a time that was wrong: it does not bind it for ever. */
    { "stored-wrong", 5000, T0 + YEARS(10), T0 + BT_DAY_MS, 80, TRUE },
};

static void test_signed(gconstpointer data)
{
    const SignedCase *c = data;
    BtClock clock = standing_at(c->wall_ms, TRUE);
    BtTimekeeper keeper = bt_timekeeper_start(&clock, FALSE, c->stored_ms, NULL);
    gint64 asked_ms = mono(&keeper);
    pass(&keeper, MAX(0, c->trip_ms));
    gboolean taken = bt_timekeeper_take_signed(&keeper, c->utc_ms, asked_ms, asked_ms + c->trip_ms);
    g_assert_cmpint(taken, ==, c->taken);
    g_assert_cmpint(bt_timekeeper_judge(&keeper), ==, c->taken);
    bt_timekeeper_renew(&keeper);
    if (!taken)
        return;
    assert_near(bt_timekeeper_show_ms(&keeper), c->utc_ms + c->trip_ms / 2);
    pass(&keeper, BT_HOUR_MS);
    bt_timekeeper_renew(&keeper);
    assert_near(bt_timekeeper_show_ms(&keeper), c->utc_ms + c->trip_ms / 2 + BT_HOUR_MS);
    assert_near(bt_timekeeper_surely_past_ms(&keeper), bt_timekeeper_show_ms(&keeper));
}

/* The next answers narrow what the first said. */
static void test_signed_again(void)
{
    static const struct {
        gint64 late_ms, trip_ms, wrong_ms; /* what the source's answer was delayed by; its result */
    } answers[] = { { 100, 800, 300 }, { 700, 800, 300 }, { 0, 4000, 300 }, { 90, 100, 10 },
        { 0, 1000, 10 } };
    BtClock clock = standing_at(5000, TRUE);
    BtTimekeeper keeper = bt_timekeeper_start(&clock, FALSE, T0, NULL);
    gint64 ahead_ms = T0 + BT_DAY_MS - mono(&keeper);
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        gint64 asked_ms = mono(&keeper);
        pass(&keeper, answers[i].trip_ms);
        g_assert_true(bt_timekeeper_take_signed(
            &keeper, asked_ms + answers[i].late_ms + ahead_ms, asked_ms, mono(&keeper)));
        bt_timekeeper_renew(&keeper);
        gint64 right_ms = mono(&keeper) + ahead_ms;
        g_assert_cmpint(ABS(bt_timekeeper_show_ms(&keeper) - right_ms), <=, answers[i].wrong_ms);
        pass(&keeper, BT_HOUR_MS);
    }
}

static void test_signed_before_what_is_past(void)
{
    BtClock clock = standing_at(T0, TRUE);
    BtTimekeeper keeper = bt_timekeeper_start(&clock, FALSE, 0, NULL);
    bt_timekeeper_raise_floor(&keeper, BT_DAY_MS);
    g_assert_false(bt_timekeeper_take_signed(&keeper, BT_DAY_MS - 1, 0, 0));
    g_assert_false(keeper.is_known);
    g_assert_true(bt_timekeeper_take_signed(&keeper, BT_DAY_MS, 0, 0));
}

/* Who speaks NTP is not asked for a signature, so a signed time stands against it. */
static void test_signed_against_kernel(void)
{
    BtClock clock = standing_at(T0 + YEARS(10), TRUE);
    BtTimekeeper keeper = bt_timekeeper_start(&clock, FALSE, T0, NULL);
    keeper.is_synchronised = yes;
    g_assert_true(bt_timekeeper_take_signed(&keeper, T0 + BT_DAY_MS, 0, 0));
    bt_timekeeper_renew(&keeper);
    g_assert_cmpint(bt_timekeeper_show_ms(&keeper), ==, T0 + BT_DAY_MS);
    jump(&keeper,
        -YEARS(10) + BT_DAY_MS + 500); /* set right: half a second of difference is its own */
    bt_timekeeper_renew(&keeper);
    g_assert_cmpint(bt_timekeeper_show_ms(&keeper), ==, T0 + BT_DAY_MS + 500);
}

/* A manifest of a maker whose clock is ten years ahead does not take a signed time away. */
static void test_signed_against_issued(void)
{
    BtClock clock = standing_at(5000, TRUE);
    BtTimekeeper keeper = bt_timekeeper_start(&clock, FALSE, T0, NULL);
    g_assert_true(bt_timekeeper_take_signed(&keeper, T0 + BT_DAY_MS, 0, 0));
    bt_timekeeper_renew(&keeper);
    bt_timekeeper_raise_floor(&keeper, T0 + YEARS(10));
    bt_timekeeper_raise_floor(&keeper, T0 + BT_DAY_MS + BT_MINUTE_MS);
    g_assert_false(bt_timekeeper_judge(&keeper));
    g_assert_true(keeper.trusted);
    g_assert_cmpint(bt_timekeeper_show_ms(&keeper), ==, T0 + BT_DAY_MS);
}

/* Show died: the next one has the same monotonic clock, and goes on where it would be. */
static void test_left(void)
{
    BtClock clock = standing_at(5000, TRUE);
    BtTimekeeper before = bt_timekeeper_start(&clock, FALSE, T0, NULL);
    g_assert_true(bt_timekeeper_take_signed(&before, T0 + BT_DAY_MS, 0, 0));
    bt_timekeeper_renew(&before);
    pass(&before, BT_HOUR_MS);
    const BtTimeLeft left = { before.trusted, before.offset_ms };
    BtTimekeeper keeper = bt_timekeeper_start(&before.clock, FALSE, T0, &left);
    g_assert_true(keeper.trusted);
    g_assert_cmpint(bt_timekeeper_show_ms(&keeper), ==, bt_timekeeper_show_ms(&before));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/timekeeper/virtual", test_virtual);
    g_test_add_func("/timekeeper/nothing-vouches", test_nothing_vouches);
    g_test_add_func("/timekeeper/floor", test_floor);
    g_test_add_func("/timekeeper/kernel", test_kernel);
    g_test_add_func("/timekeeper/jumps", test_jumps);
    g_test_add_func("/timekeeper/system", test_system);
    g_test_add_func("/timekeeper/issued-floor", test_issued_floor);
    g_test_add_func("/timekeeper/issued-vouches", test_issued_vouches);
    for (gsize i = 0; i < G_N_ELEMENTS(signed_cases); i++) {
        g_autofree char *path = g_strconcat("/timekeeper/signed/", signed_cases[i].name, NULL);
        g_test_add_data_func(path, &signed_cases[i], test_signed);
    }
    g_test_add_func("/timekeeper/signed-again", test_signed_again);
    g_test_add_func("/timekeeper/signed-before-what-is-past", test_signed_before_what_is_past);
    g_test_add_func("/timekeeper/signed-against-kernel", test_signed_against_kernel);
    g_test_add_func("/timekeeper/signed-against-issued", test_signed_against_issued);
    g_test_add_func("/timekeeper/left", test_left);
    return g_test_run();
}
