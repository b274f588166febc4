/* Running text: all texts of an item, in one line, divided by an accent mark.
 *
 * The letters are as large as the zone's height allows without clipping any ink. The strip's length
 * is the measure from which the schedule reckons how long a ticker lasts. Thread-safety: the fonts'
 * thread. The fonts must outlive the strip. */
#ifndef BT_PLAYER_STAGE_TICKER_H
#define BT_PLAYER_STAGE_TICKER_H

#include "fonts/text.h"
#include "player/stage/look.h"
#include "playlists/model/manifest.h"
#include "render/scene/scene.h"

/* The size of the letters of `text` in a zone of this height. Pure. */
int bt_ticker_px(BtFonts *fonts, const BtText *text, int zone_h_px, gboolean led);

/* `texts`: of BtText, borrowed. Sets `*rtl`. (transfer full) */
BtStrip *bt_ticker_new(BtFonts *fonts, GPtrArray *texts, int zone_h_px, gboolean led,
    BtColours colours, gboolean *rtl);

#endif
