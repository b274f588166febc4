/* One page of a plan as pixels. Thread-safety: the fonts' thread. */
#ifndef BT_PLAYER_STAGE_PAGE_H
#define BT_PLAYER_STAGE_PAGE_H

#include "player/stage/plan.h"
#include "render/scene/frame.h"

/* The page on `frame`, which has the size of the plan's zone and may hold anything: opaque on its
 * ground, transparent with a scrim where a picture lies behind. Returns the frame. (transfer full
 * in and out) */
BtFrame *bt_page_draw(BtFonts *fonts, const BtPlan *plan, guint text, guint page, BtFrame *frame);

#endif
