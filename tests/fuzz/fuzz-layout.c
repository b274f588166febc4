/* Any text in any language, font, size, width and style: laid out, boxed, paged and drawn. The
 * first bytes choose, the rest is the text: as UTF-8, or each pair of bytes a character of a script
 * that boards meet, which finds more than bytes that are rarely valid. */
#include "fonts/text.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <string.h>

#define N_CHOICES 12
#define MAX_TEXT_BYTES 3000
#define SIDE_PX 200

static const char *const langs[] = { "", "vi", "jra", "km", "cjm-Cham", "cja-Arab", "blt",
    "khb-Talu", "khb-Lana", "zh-Hans", "zh-Hant", "vi-Hani", "ii", "lo", "th", "mww-Hmng",
    "hnj-Hmnp", "x", "en-u-lb-loose", "no such language" };

/* Fonts that stand before the table: another for Latin, one with no Latin, one strike of colour. */
static const char *const fonts_before[] = { NULL,
    "/usr/share/fonts/truetype/noto/NotoSerif-Bold.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansKhmerUI-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc#1",
    "/usr/share/fonts/truetype/noto/NotoNaskhArabic-Regular.ttf" };

static const char *const features[] = { NULL, "", "liga=0", "tnum,kern=0", "ss01,locl=0,ccmp=0" };
static const char *const scripts[] = { NULL, "", "Latn", "Khmr", "Arab", "Zyyy" };

/* First and last characters of what a pair of bytes can name. */
static const gunichar ranges[][2] = { { ' ', '~' }, { 0xA0, 0x24F }, { 0x300, 0x36F },
    { 0x590, 0x6FF }, { 0xE00, 0xEFF }, { 0x1780, 0x17FF }, { 0x1980, 0x1AAF }, { 0x1E00, 0x1EFF },
    { 0x2000, 0x206F }, { 0x2190, 0x27BF }, { 0x3000, 0x30FF }, { 0x4E00, 0x4FFF },
    { 0xA000, 0xA0FF }, { 0xAA00, 0xAADF }, { 0xFB1D, 0xFDFF }, { 0xFE00, 0xFEFF },
    { 0x1F1E6, 0x1F1FF }, { 0x1F300, 0x1F6FF }, { 0x20000, 0x200FF }, { 0xE0020, 0xE007F },
    { 0x16B00, 0x16B8F }, { 0x1E100, 0x1E14F }, { 0x1100, 0x11FF }, { 0x900, 0xDFF },
    { 0x01, 0x1F }, { 0x80, 0x9F } };

static gunichar char_of(guint8 range, guint8 at)
{
    const gunichar *r = ranges[range % G_N_ELEMENTS(ranges)];
    return r[0] + (gunichar)(at * 256u + range) % (r[1] - r[0] + 1);
}

/* (transfer full) */
static char *text_of(const uint8_t *data, size_t size, gboolean pairs)
{
    size = MIN(size, MAX_TEXT_BYTES);
    if (!pairs)
        return g_utf8_make_valid((const char *)data, (gssize)size);
    GString *text = g_string_new("");
    for (size_t i = 0; i + 1 < size; i += 2)
        g_string_append_unichar(text, char_of(data[i], data[i + 1]));
    return g_string_free(text, FALSE);
}

/* Opening the table walks the folders of fonts, so each stays open for the next input. */
static BtFonts *fonts_for(guint8 choice)
{
    static BtFonts *opened[G_N_ELEMENTS(fonts_before)];
    guint i = choice % G_N_ELEMENTS(fonts_before);
    if (opened[i] == NULL)
        opened[i] = bt_fonts_open(fonts_before[i], NULL);
    return opened[i] != NULL ? opened[i] : fonts_for(0);
}

/* Lines follow each other through the text, hold their runs, and their ink stays in their boxes. */
static void check_lines(const BtTextLayout *layout)
{
    gsize done = 0, size = strlen(layout->text);
    float top_px = 0;
    for (guint i = 0; i < layout->lines->len; i++) {
        const BtTextLine *line = &g_array_index(layout->lines, BtTextLine, i);
        gsize covered = 0;
        g_assert_cmpuint(line->start, >=, done);
        g_assert_cmpuint(line->end, <=, size);
        g_assert_true(fabsf(line->baseline_px - line->ascent_px - top_px) < 1);
        top_px = line->baseline_px + line->descent_px;
        if (!bt_rect_is_empty(line->ink_px)) {
            g_assert_cmpfloat(line->ink_px.y, >=, line->baseline_px - line->ascent_px);
            g_assert_cmpfloat(line->ink_px.y + line->ink_px.h, <=, top_px);
        }
        for (guint k = line->first_run; k < line->first_run + line->n_runs; k++) {
            const BtTextRun *run = &g_array_index(layout->runs, BtTextRun, k);
            g_assert_true(run->start >= line->start && run->end <= line->end);
            covered += run->end - run->start;
        }
        g_assert_true(covered == line->end - line->start || layout->cut < size);
        done = line->end;
    }
}

static void check_glyphs(const BtTextLayout *layout)
{
    for (guint i = 0; i < layout->runs->len; i++) {
        const BtTextRun *run = &g_array_index(layout->runs, BtTextRun, i);
        g_assert_cmpuint(run->first_glyph + run->n_glyphs, <=, layout->glyphs->len);
        for (guint k = run->first_glyph; k < run->first_glyph + run->n_glyphs; k++) {
            const BtGlyph *glyph = &g_array_index(layout->glyphs, BtGlyph, k);
            g_assert_true(glyph->cluster >= run->start && glyph->cluster <= run->end);
            g_assert_true(isfinite(glyph->x_px) && isfinite(glyph->y_px));
        }
    }
}

static void draw(BtFonts *fonts, const BtTextLayout *layout, int x_px, int y_px)
{
    static guint32 pixels[SIDE_PX * SIDE_PX];
    bt_text_draw(fonts, layout, 0, layout->lines->len, pixels, SIDE_PX,
        (BtRect){ 0, 0, SIDE_PX, SIDE_PX }, x_px, y_px, 0xFFFFFF, TRUE);
}

static void check_pages(const BtTextLayout *layout, int height_px, guint max_lines)
{
    g_autoptr(GArray) pages = bt_text_paginate(layout, height_px, max_lines);
    guint next = 0;
    for (guint i = 0; i < pages->len; i++) {
        BtTextPage page = g_array_index(pages, BtTextPage, i);
        g_assert_true(page.first_line == next && page.n_lines > 0);
        next += page.n_lines;
    }
    g_assert_cmpuint(next, ==, layout->lines->len);
}

static void try_text(BtFonts *fonts, const char *text, const BtTextStyle *style, const uint8_t *c)
{
    BtTextBox box = { c[3] % 4 == 0 ? 0 : c[3] * 4, c[4] * 2, c[5] % 8 };
    g_autoptr(GError) error = NULL;
    g_autoptr(BtTextLayout) layout = bt_text_layout(fonts, text, style, box.width_px, &error);
    g_assert_true((layout != NULL) == (error == NULL));
    if (layout == NULL)
        return;
    g_assert_cmpuint(layout->levels->len, ==, g_utf8_strlen(text, -1));
    check_lines(layout);
    check_glyphs(layout);
    check_pages(layout, box.height_px, box.max_lines);
    draw(fonts, layout, c[6] - 128, c[7] - 128);
    g_autoptr(BtTextLayout) boxed = bt_text_layout_in_box(fonts, text, style, &box, NULL);
    g_assert_nonnull(boxed);
    check_lines(boxed);
    check_glyphs(boxed);
    if (c[8] % 16 == 0)
        bt_text_fit_px(fonts, text, style, box.width_px, box.height_px, box.max_lines, 8, 64);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < N_CHOICES)
        return 0;
    BtTextStyle style = { .lang = langs[data[0] % G_N_ELEMENTS(langs)],
        .px = data[1] % 16 == 0 ? data[1] * 2 : 6 + data[1] % 96,
        .weight = data[2] % 3,
        .align = data[2] / 3 % 4,
        .dir = data[2] / 12 % 3,
        .led = data[8] & 1,
        .tabular = data[8] >> 1 & 1,
        .line_percent = data[9] % 4 == 0 ? 0 : data[9],
        .features = features[data[10] % G_N_ELEMENTS(features)],
        .script = scripts[data[10] / 8 % G_N_ELEMENTS(scripts)] };
    g_autofree char *text = text_of(data + N_CHOICES, size - N_CHOICES, data[11] & 1);
    try_text(fonts_for(data[11] >> 1), text, &style, data);
    return 0;
}
