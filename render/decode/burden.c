/* What a picture costs is something for its pixels and something for its bytes, and from a few
 * pictures the two cannot be told apart. So all that they cost is counted for each: by picture, for
 * the pixels, and by byte, for the bytes of the heaviest second. That is at least twice the truth
 * where the film goes on as it begins, and more where it begins with black or with its largest
 * picture, as films do. */
#include "render/decode/burden.h"

#define TWICE_THE_MOST (2 * 0.75) /* of a picture's time; a busy machine makes all seem dearer */

gboolean burden_is_light(const Burden *burden)
{
    if (burden->n_packets < 1 || burden->n_bytes < 1 || burden->peak_bytes < 0)
        return FALSE;
    double cost_us = (double)burden->cost_us;
    double for_pixels_us = cost_us / (double)burden->n_packets;
    double for_bytes_us = cost_us / (double)burden->n_bytes * (double)burden->peak_bytes;
    return for_pixels_us + for_bytes_us <= TWICE_THE_MOST * (double)burden->frame_us;
}
