/* Lines without glyphs, by which sizes are tried: they are the lines of the whole layout. */
#include "fonts/parts.h"
#include "tests/unit/text-fixture.h"

#include <math.h>

#define N_SIZES 100

static void check_lines(const BtTextLayout *lines, const BtTextLayout *whole)
{
    g_assert_cmpuint(lines->lines->len, ==, whole->lines->len);
    g_assert_cmpuint(lines->glyphs->len, ==, 0);
    g_assert_cmpfloat(lines->height_px, ==, whole->height_px);
    g_assert_cmpint(lines->rtl, ==, whole->rtl);
    g_assert_true(lines->breaks == whole->breaks && lines->sentences == whole->sentences);
    for (guint i = 0; i < lines->lines->len; i++) {
        const BtTextLine *a = line_at(lines, i), *b = line_at(whole, i);
        g_assert_cmpuint(a->start, ==, b->start);
        g_assert_cmpuint(a->end, ==, b->end);
        g_assert_cmpint(a->hard, ==, b->hard);
        g_assert_cmpfloat(a->baseline_px, ==, b->baseline_px);
        g_assert_cmpfloat(a->ascent_px, ==, b->ascent_px);
        g_assert_cmpfloat(a->descent_px, ==, b->descent_px);
        g_assert_cmpfloat(a->x_px, ==, b->x_px);
        g_assert_cmpfloat(a->width_px, ==, b->width_px);
    }
}

/* No glyph has ink beyond what was reckoned. */
static void check_reach(Fixture *f, const BtTextLayout *whole)
{
    for (guint i = 0; i < whole->runs->len; i++)
        for (guint k = 0; k < run_at(whole, i)->n_glyphs; k++) {
            guint font = run_at(whole, i)->font;
            guint32 id = glyph_at(whole, run_at(whole, i)->first_glyph + k)->id;
            BtRect ink = bt_glyph_ink(f->fonts, font, id, &whole->style, 0);
            BtReach reach = bt_glyph_reach(f->fonts, font, id, &whole->style);
            g_assert_cmpfloat(-ink.y, <=, ceilf(reach.above_px));
            g_assert_cmpfloat(ink.y + ink.h, <=, ceilf(reach.below_px));
            g_assert_cmpfloat(-ink.x, <=, reach.left_px);
            g_assert_cmpfloat(ink.x + ink.w, <=, reach.right_px);
        }
}

/* They have the lines of the whole layout, tall marks and emoji included. */
static void test_lines(Fixture *f, gconstpointer data)
{
    (void)data;
    guint raised = 0;
    for (guint i = 0; i <= N_SAMPLES; i++) {
        g_autofree char *text = i < N_SAMPLES
            ? read_sample(samples[i])
            : g_strdup("Ẵ\xcc\x86\xcc\x86 😀 ẶẪ يولد جميع 20-11-2025 Ẵ\n\nxa");
        for (guint k = 0; k < 4 * N_SIZES; k++) {
            BtTextStyle style = { .lang = i < N_SAMPLES ? lang_of(samples[i]) : "vi",
                .px = 8 + (int)k / 4,
                .led = k & 1,
                .weight = k & 2 ? BT_WEIGHT_BOLD : BT_WEIGHT_REGULAR };
            int width_px = (k & 1) ? 300 : 500;
            g_autoptr(BtTextLayout) whole = lay_out(f, text, &style, width_px);
            g_autoptr(BtTextLayout) lines = bt_text_lines(f->fonts, text, &style, width_px, NULL);
            g_test_message("%s, %d px, %u", style.lang, style.px, k & 3);
            check_lines(lines, whole);
            check_reach(f, whole);
            raised +=
                line_at(whole, 0)->ascent_px > line_at(whole, whole->lines->len - 1)->ascent_px;
        }
    }
    g_assert_cmpuint(raised, >, 0);
}

/* Justified lines and columns are as wide and as deep as in the whole layout, too. */
static void test_other_styles(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *text = read_sample("vi");
    static const BtTextStyle styles[] = {
        { .lang = "vi", .px = 40, .align = BT_ALIGN_JUSTIFY },
        { .lang = "vi", .px = 40, .align = BT_ALIGN_CENTRE },
        { .lang = "vi", .px = 40, .dir = BT_DIR_TTB },
        { .lang = "vi", .px = 40, .dir = BT_DIR_RTL, .tabular = TRUE },
    };
    for (guint i = 0; i < G_N_ELEMENTS(styles); i++) {
        g_autoptr(BtTextLayout) whole = lay_out(f, text, &styles[i], 500);
        g_autoptr(BtTextLayout) lines = bt_text_lines(f->fonts, text, &styles[i], 500, NULL);
        g_assert_cmpuint(lines->lines->len, ==, whole->lines->len);
        for (guint k = 0; k < lines->lines->len; k++) {
            g_assert_cmpfloat(line_at(lines, k)->x_px, ==, line_at(whole, k)->x_px);
            g_assert_cmpfloat(line_at(lines, k)->width_px, ==, line_at(whole, k)->width_px);
            g_assert_cmpfloat(line_at(lines, k)->ascent_px, ==, line_at(whole, k)->ascent_px);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/lines/samples", Fixture, NULL, set_up, test_lines, tear_down);
    g_test_add("/lines/other-styles", Fixture, NULL, set_up, test_other_styles, tear_down);
    return g_test_run();
}
