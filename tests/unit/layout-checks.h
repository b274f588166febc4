/* What holds for every layout, whatever the text: found out from the layout, the fonts and the
 * pixels that are drawn, not from what the engine says of itself. */
#ifndef BT_TESTS_LAYOUT_CHECKS_H
#define BT_TESTS_LAYOUT_CHECKS_H

#include "fonts/parts.h"

/* A canvas that lines are drawn on one after the other. */
typedef struct {
    BtFonts *fonts;
    guint32 *pixels;
    int w_px, h_px;
    int used_px; /* rows of the tallest box so far */
} BtSheet;

BtSheet *bt_sheet_new(BtFonts *fonts);
void bt_sheet_free(BtSheet *sheet);

/* Text that is not on exactly one line and in one run, cluster by cluster. (transfer full)
 * (nullable) */
char *bt_coverage_fault(const BtTextLayout *layout);
/* What is wrong with a layout, NULL when nothing is: a glyph that is missing or a dotted circle
 * that the text has not; a line wider than its box, or a box taller than its fonts and its ink ask
 * for; text that is not on exactly one line and in one run. (transfer full) (nullable) */
char *bt_layout_fault(BtFonts *fonts, const BtTextLayout *layout);
/* A run whose glyphs HarfBuzz gives otherwise for the same text, font, direction, script and
 * language. The text is in NFC already. (transfer full) (nullable) */
char *bt_shaping_fault(BtFonts *fonts, const BtTextLayout *layout);
/* Draws every `step`th line from `first` on; ink that lies over or under its line's box. (transfer
 * full) (nullable) */
char *bt_drawn_fault(BtSheet *sheet, const BtTextLayout *layout, guint first, guint step);

#endif
