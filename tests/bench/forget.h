#ifndef BT_TESTS_BENCH_FORGET_H
#define BT_TESTS_BENCH_FORGET_H

#include "fonts/text.h"

/* No glyph is drawn yet, as for the first text of its size. */
void bench_forget_glyphs(BtFonts *fonts);

#endif
