#include "tests/bench/forget.h"

#include "fonts/parts.h"

void bench_forget_glyphs(BtFonts *fonts)
{
    bt_glyph_cache_free(fonts->glyphs);
    fonts->glyphs = bt_glyph_cache_new();
    bt_outlines_free(fonts->outlines);
    fonts->outlines = bt_outlines_new();
}
