/* When a frame that a sound card asks for will be heard, by the monotonic clock. No SDL.
 * Thread-safety: one thread a clock. */
#ifndef BT_RENDER_DISPLAY_CARD_CLOCK_H
#define BT_RENDER_DISPLAY_CARD_CLOCK_H

#include <glib.h>

#define BT_CARD_WINDOW_US                                                                          \
    (2 * G_USEC_PER_SEC)         /* looked back at; one that is slower by                          \
                                  * 0.1 % is misjudged by 0.1 % of it: 2 ms */
#define BT_CARD_REQUESTS_MAX 512 /* of the window: requests of 4 ms */

typedef struct {
    int rate_hz;
    gint64 depth_us;  /* how long the card's memory is when it is full */
    guint64 n_frames; /* asked for so far */
    struct {
        gint64 at_us, base_us;
    } requests[BT_CARD_REQUESTS_MAX]; /* a ring: the last of the window */
    guint first, n;
} BtCardClock;

void bt_card_clock_start(BtCardClock *clock, int rate_hz, gint64 depth_us);
/* `n_frames` are asked for at `now_us`; returns when the first of them will be heard. */
gint64 bt_card_clock_ask(BtCardClock *clock, gint64 now_us, guint n_frames);

#endif
