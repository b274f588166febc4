/* What holds for every layout, whatever the text: found out from the layout, the fonts and the
 * pixels that are drawn, not from what the engine says of itself. */
#ifndef BT_TESTS_LAYOUT_CHECKS_H
#define BT_TESTS_LAYOUT_CHECKS_H

#include "fonts/parts.h"

/* A canvas that holds one line at a time, with a band around its box. */
typedef struct {
    BtFonts *fonts;
    guint32 *pixels;
    int w_px, h_px, band_px; /* of what is drawn now */
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
/* Draws line `i`, half an em from the left edge. */
void bt_sheet_draw(BtSheet *sheet, const BtTextLayout *layout, guint i);
/* Ink of line `i`, which was just drawn, over, under or beside its box. (transfer full) (nullable)
 */
char *bt_sheet_fault(const BtSheet *sheet, const BtTextLayout *layout, guint i);
gboolean bt_sheets_are_same(const BtSheet *a, const BtSheet *b);

#endif
