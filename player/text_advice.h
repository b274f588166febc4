/* What `bangtin text` does about texts that would be shown wrong.
 * Thread-safety: the fonts' thread. */
#ifndef BT_PLAYER_TEXT_ADVICE_H
#define BT_PLAYER_TEXT_ADVICE_H

#include "fonts/legacy.h"
#include "fonts/text.h"

/* `text` (transfer full) (nullable) converted as the option --legacy says: NULL not at all, "auto"
 * from the encoding that is recognised, else from the one named. `*converted` is that encoding,
 * NONE when nothing was done. What is no UTF-8 stays as it is. (transfer full) (nullable) */
char *bt_text_convert(char *text, const char *option, BtLegacy *converted);

/* Says on standard error which characters have no glyph, and whether the text is in a legacy
 * encoding: "bangtin: text:OFFSET: …". */
void bt_text_warn(BtFonts *fonts, const BtTextLayout *layout);

#endif
