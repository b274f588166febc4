/* A small copy of a picture, for people far away. Thread-safety: pure functions. */
#ifndef BT_RENDER_SCENE_THUMB_H
#define BT_RENDER_SCENE_THUMB_H

#include "render/scene/frame.h"

/* An opaque copy whose longer side has at most `side_px` pixels; a smaller picture stays as it is.
 * Of w × h pixels W × H: a pixel (x, y) is the mean of the four at the columns (4x + 1) × W ÷ 4w
 * and (4x + 3) × W ÷ 4w and the rows alike, divisions rounding down. So its cost is that of the
 * copy, however large the picture is. `frame` has pixels, not planes. (transfer full) */
BtFrame *bt_thumb_of(const BtFrame *frame, int side_px);

/* As a WebP file of at most `max_bytes`, as good as that allows. BT_ERROR_LIMIT when no quality is
 * low enough. (transfer full) (nullable) */
GBytes *bt_thumb_webp(const BtFrame *thumb, gsize max_bytes, GError **error);

#endif
