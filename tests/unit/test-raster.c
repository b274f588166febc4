/* A glyph's pixels are the same whatever was read and drawn before it. */
#include "fonts/parts.h"
#include "tests/unit/text-fixture.h"

#include <string.h>

#define FIRST_GLYPH 30
#define N_GLYPHS 400 /* more than keep their outlines beside each other, at two sizes */

static void check_same(const BtBitmap *a, const BtBitmap *b)
{
    g_assert_true((a == NULL) == (b == NULL));
    if (a == NULL)
        return;
    g_assert_cmpint(a->left, ==, b->left);
    g_assert_cmpint(a->top, ==, b->top);
    g_assert_cmpint(a->w, ==, b->w);
    g_assert_cmpint(a->h, ==, b->h);
    g_assert_cmpmem(a->data, (gsize)a->w * a->h, b->data, (gsize)b->w * b->h);
}

static void forget(BtFonts *fonts)
{
    bt_outlines_free(fonts->outlines);
    fonts->outlines = bt_outlines_new();
}

/* The other fonts read each outline anew. */
static void check_glyphs(
    BtFonts *fonts, BtFonts *fresh, guint face, const BtTextStyle *style, guint phase)
{
    for (guint32 glyph = FIRST_GLYPH; glyph < FIRST_GLYPH + N_GLYPHS; glyph++) {
        forget(fresh);
        g_autofree BtBitmap *a = bt_glyph_raster(fonts, face, glyph, style, phase);
        g_autofree BtBitmap *b = bt_glyph_raster(fresh, face, glyph, style, phase);
        BtInk ink = bt_glyph_ink_now(fonts, face, glyph, style);
        BtInk again = bt_glyph_ink_now(fresh, face, glyph, style);
        check_same(a, b);
        g_assert_cmpmem(&ink, sizeof ink, &again, sizeof again);
    }
}

static void test_kept_outlines(Fixture *f, gconstpointer data)
{
    (void)data;
    static const BtTextStyle styles[] = { { .px = 60 }, { .px = 24, .led = TRUE }, { .px = 61 },
        { .px = 50, .led = TRUE }, { .px = 50 } };
    static const guint phases[] = { 3, 0, 2, 1, 3 };
    BtFonts *fresh = bt_fonts_open(NULL, NULL);
    guint face = bt_fonts_entry_face(f->fonts, BT_FONT_LATIN, BT_WEIGHT_REGULAR);
    g_assert_cmpint(bt_fonts_entry_face(fresh, BT_FONT_LATIN, BT_WEIGHT_REGULAR), ==, (int)face);
    for (guint i = 0; i < 2 * G_N_ELEMENTS(styles); i++)
        for (guint k = 0; k < G_N_ELEMENTS(phases); k++)
            check_glyphs(f->fonts, fresh, face, &styles[i % G_N_ELEMENTS(styles)], phases[k]);
    bt_fonts_close(fresh);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/raster/kept-outlines", Fixture, NULL, set_up, test_kept_outlines, tear_down);
    return g_test_run();
}
