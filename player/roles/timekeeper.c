#include "player/roles/timekeeper.h"

#include <sys/timex.h>

static gboolean kernel_is_synchronised(void)
{
    struct timex state = { 0 };
    return adjtimex(&state) >= 0 && (state.status & STA_UNSYNC) == 0;
}

static gboolean never(void)
{
    return FALSE;
}

static gint64 mono_ms(const BtTimekeeper *keeper)
{
    return bt_clock_mono_ms(&keeper->clock);
}

static gboolean is_vouched_virtual(const BtTimekeeper *keeper)
{
    return keeper->clock.is_virtual && !keeper->clock.is_doubtful;
}

/* ---- what is surely past ---- */

/* Past at the start, and the time that surely went by since. */
static gint64 gone_by_ms(const BtTimekeeper *keeper)
{
    gint64 age_ms = mono_ms(keeper) - keeper->start_mono_ms;
    return age_ms - age_ms / (1000000 / BT_TIME_DRIFT_PPM);
}

static gint64 floor_now_ms(const BtTimekeeper *keeper)
{
    return keeper->floor_ms + gone_by_ms(keeper);
}

gint64 bt_timekeeper_signed_floor_ms(const BtTimekeeper *keeper)
{
    return keeper->hard_floor_ms + gone_by_ms(keeper);
}

gint64 bt_timekeeper_surely_past_ms(const BtTimekeeper *keeper)
{
    return keeper->trusted ? bt_timekeeper_show_ms(keeper) : floor_now_ms(keeper);
}

/* ---- what is known ---- */

/* Wall minus monotonic clock. Between reading one and the other this process may have slept; what
 * comes of a nap of some milliseconds is tried again. */
#define MAX_TRIES 5
static gint64 wall_offset_ms(const BtTimekeeper *keeper)
{
    const BtClock *clock = &keeper->clock;
    gint64 wall_ms = 0, before_ms = 0, after_ms = 2;
    if (clock->is_virtual)
        return clock->wall_start_ms - clock->real_start_ms;
    for (int i = 0; i < MAX_TRIES && after_ms - before_ms > 1; i++) {
        before_ms = bt_clock_mono_ms(clock);
        wall_ms = bt_clock_wall_ms(clock);
        after_ms = bt_clock_mono_ms(clock);
    }
    return wall_ms - before_ms;
}

static gint64 estimate_ms(const BtTimekeeper *keeper)
{
    return keeper->known_offset_ms + mono_ms(keeper);
}

/* How far from the truth the estimate may be by now. */
static gint64 doubt_ms(const BtTimekeeper *keeper)
{
    gint64 age_ms = mono_ms(keeper) - keeper->known_mono_ms;
    return keeper->radius_ms + BT_TIME_SLACK_MS + age_ms / (1000000 / BT_TIME_DRIFT_PPM);
}

static gboolean agrees(const BtTimekeeper *keeper, gint64 wall_offset_ms)
{
    return keeper->is_known && ABS(wall_offset_ms - keeper->known_offset_ms) <= doubt_ms(keeper);
}

/* The kernel's word stands unless a signed time contradicts it: whoever speaks NTP is not asked for
 * a signature. */
static gboolean is_vouched_for(const BtTimekeeper *keeper, gint64 wall_offset)
{
    if (is_vouched_virtual(keeper))
        return TRUE;
    if (wall_offset + mono_ms(keeper) < floor_now_ms(keeper))
        return FALSE;
    return keeper->trust_system ||
        (keeper->is_synchronised() && (!keeper->is_signed || agrees(keeper, wall_offset)));
}

static void know(BtTimekeeper *keeper, gint64 offset_ms, gint64 at_mono_ms, gint64 radius_ms)
{
    keeper->is_known = TRUE;
    keeper->known_offset_ms = offset_ms;
    keeper->known_mono_ms = at_mono_ms;
    keeper->radius_ms = radius_ms;
}

static void forget(BtTimekeeper *keeper)
{
    keeper->is_known = keeper->is_signed = FALSE;
}

/* A wall that is vouched for is what is known from now on; a signed time stays what it is, the
 * measure of later ones. */
static void look(BtTimekeeper *keeper)
{
    gint64 wall_offset = wall_offset_ms(keeper);
    gboolean vouched = is_vouched_for(keeper, wall_offset);
    if (vouched && !(keeper->is_signed && agrees(keeper, wall_offset))) {
        know(keeper, wall_offset, mono_ms(keeper), 0);
        keeper->is_signed = FALSE;
    }
    if (keeper->is_known && estimate_ms(keeper) + doubt_ms(keeper) < floor_now_ms(keeper) &&
        !is_vouched_virtual(keeper))
        forget(keeper);
    keeper->trusted = keeper->is_known;
}

/* The best that is known; not asked while nothing is. */
static gint64 best_offset_ms(const BtTimekeeper *keeper)
{
    gint64 wall_offset = wall_offset_ms(keeper);
    return agrees(keeper, wall_offset) ? wall_offset : keeper->known_offset_ms;
}

/* ---- show time ---- */

BtTimekeeper bt_timekeeper_start(
    const BtClock *clock, gboolean trust_system, gint64 stored_ms, const BtTimeLeft *left)
{
    BtTimekeeper keeper = { .clock = *clock, .trust_system = trust_system };
    keeper.is_synchronised = clock->is_virtual ? never : kernel_is_synchronised;
    keeper.start_mono_ms = mono_ms(&keeper);
    /* A virtual clock may stand in the past of this build. */
    keeper.hard_floor_ms = clock->is_virtual ? 0 : bt_clock_built_ms();
    keeper.floor_ms = is_vouched_virtual(&keeper) ? 0 : MAX(keeper.hard_floor_ms, stored_ms);
    keeper.offset_ms = keeper.floor_ms - keeper.start_mono_ms;
    if (left != NULL)
        keeper.offset_ms = MAX(keeper.offset_ms, left->offset_ms);
    if (left != NULL && left->trusted)
        know(&keeper, left->offset_ms, keeper.start_mono_ms, 0);
    look(&keeper);
    bt_timekeeper_renew(&keeper);
    return keeper;
}

gint64 bt_timekeeper_show_ms(const BtTimekeeper *keeper)
{
    return mono_ms(keeper) + keeper->offset_ms;
}

/* Untrusted time never goes back, and never lies before what is surely past. */
gint64 bt_timekeeper_renew(BtTimekeeper *keeper)
{
    gint64 before_ms = keeper->offset_ms;
    look(keeper);
    if (keeper->trusted)
        keeper->offset_ms = best_offset_ms(keeper);
    else
        keeper->offset_ms = MAX(before_ms, floor_now_ms(keeper) - mono_ms(keeper));
    return keeper->offset_ms - before_ms;
}

gint64 bt_timekeeper_error_ms(const BtTimekeeper *keeper)
{
    return wall_offset_ms(keeper) - keeper->offset_ms;
}

/* ---- what comes from outside ---- */

/* The latest instant at which a document may honestly have been issued. */
static gint64 latest_issued_ms(const BtTimekeeper *keeper)
{
    if (!keeper->is_known)
        return floor_now_ms(keeper) + BT_TIME_FAR_MS;
    /* What the configuration trusts may be wrong; what is signed or synchronised is not refuted. */
    gboolean may_be_wrong = keeper->trust_system && !keeper->is_signed;
    return estimate_ms(keeper) + (may_be_wrong ? BT_TIME_FAR_MS : BT_TIME_ISSUED_EARLY_MS);
}

void bt_timekeeper_raise_floor(BtTimekeeper *keeper, gint64 issued_ms)
{
    if (is_vouched_virtual(keeper) || issued_ms > latest_issued_ms(keeper))
        return;
    if (keeper->is_known && issued_ms <= estimate_ms(keeper) + BT_TIME_ISSUED_EARLY_MS)
        issued_ms = MIN(issued_ms, estimate_ms(keeper));
    gint64 at_start_ms = issued_ms - gone_by_ms(keeper);
    keeper->hard_floor_ms = MAX(keeper->hard_floor_ms, at_start_ms);
    keeper->floor_ms = MAX(keeper->floor_ms, at_start_ms);
}

void bt_timekeeper_take_issued(BtTimekeeper *keeper, gint64 issued_ms)
{
    gint64 wall_ms = bt_clock_wall_ms(&keeper->clock);
    gboolean fits = wall_ms >= issued_ms && wall_ms < issued_ms + BT_DAY_MS;
    if (fits && !keeper->is_known && wall_ms >= floor_now_ms(keeper))
        know(keeper, wall_offset_ms(keeper), mono_ms(keeper), 0);
}

/* A virtual clock that runs fast counts the trip in its own time. */
static gint64 max_trip_ms(const BtTimekeeper *keeper)
{
    double rate = keeper->clock.is_virtual ? MAX(1, keeper->clock.rate) : 1;
    return (gint64)((double)BT_TIME_MAX_TRIP_MS * rate);
}

/* The right offset is one of `low_ms` and the `width_ms` after it. What was signed before and fits
 * is not given up for another guess: time would tremble with each answer. */
static void know_within(BtTimekeeper *keeper, gint64 low_ms, gint64 width_ms, gint64 at_mono_ms)
{
    if (keeper->is_known && keeper->is_signed)
        know(keeper, CLAMP(keeper->known_offset_ms, low_ms, low_ms + width_ms), at_mono_ms,
            width_ms);
    else
        know(keeper, low_ms + width_ms / 2, at_mono_ms, (width_ms + 1) / 2);
    keeper->is_signed = TRUE;
}

gboolean bt_timekeeper_take_signed(
    BtTimekeeper *keeper, gint64 utc_ms, gint64 asked_mono_ms, gint64 heard_mono_ms)
{
    gint64 trip_ms = heard_mono_ms - asked_mono_ms;
    if (trip_ms < 0 || trip_ms > max_trip_ms(keeper) ||
        utc_ms + trip_ms < bt_timekeeper_signed_floor_ms(keeper) || is_vouched_virtual(keeper))
        return FALSE;
    know_within(keeper, utc_ms - heard_mono_ms, trip_ms, heard_mono_ms);
    /* What was written down here later than that came from a clock that was wrong then. */
    gint64 at_start_ms = utc_ms - (heard_mono_ms - keeper->start_mono_ms);
    keeper->floor_ms = MAX(keeper->hard_floor_ms, at_start_ms);
    return TRUE;
}

gboolean bt_timekeeper_judge(BtTimekeeper *keeper)
{
    gboolean before = keeper->trusted;
    look(keeper);
    return keeper->trusted != before;
}
