/* Which characters of a text no font of this machine draws, and what to install for them.
 * Thread-safety: the fonts' thread. */
#ifndef BT_FONTS_LACKS_H
#define BT_FONTS_LACKS_H

#include "fonts/text.h"

#define BT_LACKS_MAX 20 /* different characters of one text */

typedef struct {
    gunichar c;
    gsize offset;        /* byte of its first place in the text */
    const char *package; /* Debian's: the font table names a font of it for this script that is not
                          * installed; NULL when it knows none. Static */
} BtLack;

/* In the order of the text, each character once, at most BT_LACKS_MAX. When every character of a
 * cluster has a glyph somewhere but no font has them all, all of them are named. `layout` was made
 * with `fonts`. (transfer full): GArray of BtLack */
GArray *bt_text_lacks(BtFonts *fonts, const BtTextLayout *layout);

#endif
