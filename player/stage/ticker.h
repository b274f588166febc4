/* Running text: all texts of an item, in one line, divided by an accent mark.
 *
 * Texts that are read from right to left run to the right, all others to the left. Neighbours that
 * run one way are one part of the ticker; where the way changes, a part runs out before the next
 * comes in from the other side. The letters are as large as the zone's height allows without
 * clipping any ink. The way of the whole ticker is the measure from which the schedule reckons how
 * long it lasts. Thread-safety: the fonts' thread. The fonts must outlive the ticker. */
#ifndef BT_PLAYER_STAGE_TICKER_H
#define BT_PLAYER_STAGE_TICKER_H

#include "fonts/text.h"
#include "player/stage/look.h"
#include "playlists/model/manifest.h"
#include "render/scene/scene.h"

typedef struct {
    BtStrip *strip; /* (owned) */
    gboolean rtl;
} BtTickerPart;

typedef struct {
    GArray *parts; /* of BtTickerPart; none when the texts hold nothing to show */
} BtTicker;

/* `texts`: of BtText, borrowed. (transfer full) */
BtTicker *bt_ticker_new(
    BtFonts *fonts, GPtrArray *texts, int zone_h_px, gboolean led, BtColours colours);
void bt_ticker_free(BtTicker *ticker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtTicker, bt_ticker_free)

/* How far the texts run besides the zone's width: FORMAT.md's advance. */
gint64 bt_ticker_advance_px(const BtTicker *ticker, int zone_w_px);

/* The part that runs when the ticker stands `offset_px` on its way; it began at *start_px, and the
 * next one begins at *end_px (the end of the way when there is none). Borrowed. (nullable) */
const BtTickerPart *bt_ticker_part_at(
    const BtTicker *ticker, int zone_w_px, gint64 offset_px, gint64 *start_px, gint64 *end_px);

/* The size of the letters of `text` in a zone of this height. Pure. */
int bt_ticker_px(BtFonts *fonts, const BtText *text, int zone_h_px, gboolean led);

#endif
