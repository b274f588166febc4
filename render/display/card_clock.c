/* A sound card asks for frames as it plays them, so its requests tell its clock; but each comes as
 * late as this machine happens to be. None comes early: a card whose memory is full asks for
 * nothing. So the earliest of the last two seconds, counted from the frames asked for before it,
 * is the one at which the memory was full, and what was asked for then is heard a full memory
 * later. What a card plays faster or slower than it says follows by itself, and so does a card
 * that ran dry, two seconds later. */
#include "render/display/card_clock.h"

void bt_card_clock_start(BtCardClock *clock, int rate_hz, gint64 depth_us)
{
    *clock = (BtCardClock){ .rate_hz = rate_hz, .depth_us = depth_us };
}

static void forget_older(BtCardClock *clock, gint64 than_us)
{
    while (clock->n > 0 &&
        (clock->requests[clock->first].at_us < than_us || clock->n == BT_CARD_REQUESTS_MAX)) {
        clock->first = (clock->first + 1) % BT_CARD_REQUESTS_MAX;
        clock->n--;
    }
}

static gint64 earliest_base_us(const BtCardClock *clock)
{
    gint64 base_us = G_MAXINT64;
    for (guint i = 0; i < clock->n; i++)
        base_us = MIN(base_us, clock->requests[(clock->first + i) % BT_CARD_REQUESTS_MAX].base_us);
    return base_us;
}

static gint64 length_us(const BtCardClock *clock, guint64 n_frames)
{
    return (gint64)(n_frames * G_USEC_PER_SEC / (guint64)clock->rate_hz);
}

gint64 bt_card_clock_ask(BtCardClock *clock, gint64 now_us, guint n_frames)
{
    gint64 before_us = length_us(clock, clock->n_frames);
    forget_older(clock, now_us - BT_CARD_WINDOW_US);
    guint at = (clock->first + clock->n++) % BT_CARD_REQUESTS_MAX;
    clock->requests[at].at_us = now_us;
    clock->requests[at].base_us = now_us - before_us;
    clock->n_frames += n_frames;
    return earliest_base_us(clock) + before_us + clock->depth_us;
}
