#include "tests/unit/text-fixture.h"

#include <math.h>
#include <string.h>

const char *const samples[N_SAMPLES] = { "blt", "ii", "jra", "km", "lo", "mixed", "th", "vi-Hani",
    "vi-x-nfd", "vi", "zh-Hans", "zh-Hant" };

void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    f->fonts = bt_fonts_open(NULL, &error);
    g_assert_no_error(error);
}

void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_fonts_close(f->fonts);
}

char *read_sample(const char *name)
{
    g_autofree char *file = g_strconcat(name, ".txt", NULL);
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "tests/golden/texts", file, NULL);
    g_autoptr(GError) error = NULL;
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

BtTextLayout *lay_out(Fixture *f, const char *text, const BtTextStyle *style, int width_px)
{
    g_autoptr(GError) error = NULL;
    BtTextLayout *layout = bt_text_layout(f->fonts, text, style, width_px, &error);
    g_assert_no_error(error);
    return layout;
}

const BtTextLine *line_at(const BtTextLayout *layout, guint i)
{
    return &g_array_index(layout->lines, BtTextLine, i);
}

const BtTextRun *run_at(const BtTextLayout *layout, guint i)
{
    return &g_array_index(layout->runs, BtTextRun, i);
}

const BtGlyph *glyph_at(const BtTextLayout *layout, guint i)
{
    return &g_array_index(layout->glyphs, BtGlyph, i);
}

const char *lang_of(const char *sample)
{
    return strcmp(sample, "mixed") == 0 ? "vi" : sample;
}

void check_boxes(const BtTextLayout *layout, int width_px)
{
    float top = 0;
    for (guint i = 0; i < layout->lines->len; i++) {
        const BtTextLine *line = line_at(layout, i);
        float box_top = line->baseline_px - line->ascent_px;
        float bottom = line->baseline_px + line->descent_px;
        g_assert_cmpfloat(fabsf(box_top - top), <, 0.01f);
        g_assert_cmpfloat(line->width_px, <=, width_px + 0.02f);
        if (!bt_rect_is_empty(line->ink_px)) {
            g_assert_cmpfloat(line->ink_px.y, >=, box_top);
            g_assert_cmpfloat(line->ink_px.y + line->ink_px.h, <=, bottom);
        }
        top = bottom;
    }
    g_assert_cmpfloat(fabsf(layout->height_px - top), <, 0.01f);
}
