/* A page of vertical text. Thread-safety: the fonts' thread. */
#ifndef BT_PLAYER_STAGE_COLUMNS_H
#define BT_PLAYER_STAGE_COLUMNS_H

#include "player/stage/plan.h"
#include "render/scene/frame.h"

/* Draws the page in `box_px`: the title's columns first, on the right, then the body's. */
void bt_columns_draw(BtFonts *fonts, BtFrame *frame, const BtPlan *plan, const BtPlanText *text,
    BtPlanPage page, BtRect box_px);

#endif
