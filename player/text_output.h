/* What `bangtin text` writes: a layout as JSON (contract of man page bangtin(1)), or its picture.
 * Thread-safety: the fonts' thread. */
#ifndef BT_PLAYER_TEXT_OUTPUT_H
#define BT_PLAYER_TEXT_OUTPUT_H

#include "fonts/legacy.h"
#include "fonts/text.h"

/* The layout as JSON to the file `out`, or to standard output when it is NULL. `pages` (nullable):
 * of BtTextPage. `converted`: from what the text was; then the text itself stands there too, since
 * all offsets count in it. */
gboolean bt_text_write_json(const BtFonts *fonts, const BtTextLayout *layout, const GArray *pages,
    BtLegacy converted, const char *out, GError **error);
/* The picture of all lines, or of the pages one under the other, `page_px` high each; of vertical
 * text from right to left, `page_px` wide each. */
gboolean bt_text_write_png(BtFonts *fonts, const BtTextLayout *layout, const GArray *pages,
    int page_px, const char *out, GError **error);

#endif
