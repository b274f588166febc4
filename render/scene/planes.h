/* Planes become pixels. Private to scene.
 * Thread-safety: safe. */
#ifndef BT_RENDER_SCENE_PLANES_H
#define BT_RENDER_SCENE_PLANES_H

#include "render/scene/frame.h"

/* Colours `from_px` of the planes, whose x is even, into rows of `stride_px` pixels. */
void bt_planes_paint(const BtPlanes *planes, BtRect from_px, guint32 *to, int stride_px);

#endif
