/* How heavy a film is for this machine, from what its first pictures cost.
 * Thread-safety: data only. */
#ifndef BT_RENDER_DECODE_BURDEN_H
#define BT_RENDER_DECODE_BURDEN_H

#include <glib.h>

typedef struct {
    gint64 cost_us;            /* of the processor, for the first pictures */
    gint64 n_packets, n_bytes; /* that these were made of */
    gint64 peak_bytes;         /* of a picture in the heaviest second; -1: not known */
    gint64 frame_us;           /* that a picture lasts */
} Burden;

/* Whether one thread decodes it with a quarter of its time left, also in the heaviest second. */
gboolean burden_is_light(const Burden *burden);

#endif
