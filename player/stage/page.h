/* One page of a plan as pixels. Thread-safety: the fonts' thread. */
#ifndef BT_PLAYER_STAGE_PAGE_H
#define BT_PLAYER_STAGE_PAGE_H

#include "player/stage/plan.h"
#include "render/scene/frame.h"

/* The page in the size of the zone: opaque on its ground, transparent with a scrim where a picture
 * lies behind. (transfer full) */
BtFrame *bt_page_draw(BtFonts *fonts, const BtPlan *plan, guint text, guint page);

#endif
