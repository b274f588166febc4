/* How a picture stands in a box: never stretched. Thread-safety: safe. */
#ifndef BT_PLAYER_STAGE_PICTURE_H
#define BT_PLAYER_STAGE_PICTURE_H

#include "playlists/model/manifest.h"
#include "render/scene/frame.h"

/* Where a picture of w × h stands: centred in `box_px`, as large as fits (contain), or so large
 * that nothing of the box is left (cover; what hangs over is the layer's to clip). A cover that
 * would exceed a frame's limits is contained. */
BtRect bt_picture_place(int w_px, int h_px, BtRect box_px, BtFit fit);

/* The ground beside a contained picture: itself, blurred beyond recognition and darkened. The frame
 * has the box's size; only what `picture_px` (in the box) leaves free is drawn. (transfer full) */
BtFrame *bt_picture_blur(const BtFrame *picture, int w_px, int h_px, BtRect picture_px);

#endif
