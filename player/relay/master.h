/* Which of the variants of a stream this zone needs. Pure. Thread-safety: safe. */
#ifndef BT_PLAYER_RELAY_MASTER_H
#define BT_PLAYER_RELAY_MASTER_H

#include <glib.h>

#define MASTER_MAX_VARIANTS 64

/* `text` is a playlist of HLS (RFC 8216). NULL when it is one of parts; else the same list with one
 * variant left, and the sound that goes with it: FFmpeg opens all that it finds.
 *
 * Of those that `max_bits_per_s` carries, the smallest picture that fills the zone, or the largest
 * where none does; of one size the best. What says no size is judged by its rate alone: up to four
 * bits a second for each pixel of the zone. When all are too much for the line, the least of them.
 * (transfer full) (nullable) */
char *master_choose(const char *text, int w_px, int h_px, guint64 max_bits_per_s);

#endif
