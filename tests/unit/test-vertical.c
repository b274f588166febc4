/* Vertical text: how each character stands, and that columns are lines turned on their side, to the
 * pixel. */
#include "render/scene/frame.h"
#include "tests/unit/text-fixture.h"

#include <math.h>
#include <string.h>

#define SIDE_PX 800

static BtTextStyle style_of(const char *lang, int px, gboolean led)
{
    return (BtTextStyle){ .lang = lang, .px = px, .led = led, .dir = BT_DIR_TTB };
}

/* ---- how characters stand ---- */

/* A letter for each run and how many characters it has: u upright, s sideways, a side by side. */
static char *turns_of(const BtTextLayout *layout)
{
    static const char letters[] = { '?', 'u', 's', 'a' };
    GString *turns = g_string_new("");
    for (guint i = 0; i < layout->runs->len; i++) {
        const BtTextRun *run = run_at(layout, i);
        glong n = g_utf8_strlen(layout->text + run->start, (gssize)(run->end - run->start));
        guint end = turns->len;
        /* What only changed its font stands as before. */
        if (end > 1 && turns->str[end - 2] == letters[run->turn] && run->turn != BT_TURN_ACROSS) {
            n += turns->str[end - 1] - '0';
            g_string_truncate(turns, end - 2);
        }
        g_string_append_printf(turns, "%c%ld", letters[run->turn], n);
    }
    return g_string_free(turns, FALSE);
}

static void test_turns(Fixture *f, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *name, *text, *turns;
    } cases[] = {
        { "Nôm of four planes of fonts", "畢𠊛𠚢𧗱", "u4" },
        { "letters", "越Việt越", "u1s4u1" },
        { "decomposed marks go with their letter", "Vie\xCC\xA3\xCC\x82t越", "s6u1" },
        { "brackets and stops are the font's to turn", "（越）「南」。，", "u8" },
        { "a dash lies", "理——吧", "u1s2u1" },
        { "dots lie", "理……吧", "u1s2u1" },
        { "a curved quote lies", "“越”", "s1u1s1" },
        { "full-width digits stand", "１２越", "u3" },
        { "one digit stands", "第5條", "u1a1u1" },
        { "two digits stand side by side", "11月20日", "a2u1a2u1" },
        { "over a space", "越 20 日", "u1s1a2s1u1" },
        { "three digits lie", "越100日", "u1s3u1" },
        { "four digits lie", "2026年", "s4u1" },
        { "a time lies", "越19:30日", "u1s5u1" },
        { "a per cent lies", "越50%日", "u1s3u1" },
        { "a number with its unit lies", "越5 km日", "u1s4u1" },
        { "a picture stands", "越😀越", "u3" },
        { "a family is one picture", "👨‍👩‍👧", "u5" },
        { "a flag", "🇻🇳越", "u3" },
        { "Yi stands", "ꆈꌠ", "u2" },
        { "Khmer lies", "越ភា", "u1s2" },
        { "Arabic lies", "越سموا越", "u1s4u1" },
        { "an ideographic variation", "葛\xF3\xA0\x84\x81越", "u3" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        BtTextStyle style = style_of("vi-Hani", 32, FALSE);
        g_autoptr(BtTextLayout) layout = lay_out(f, cases[i].text, &style, 0);
        g_autofree char *turns = turns_of(layout);
        g_test_message("%s", cases[i].name);
        g_assert_cmpstr(turns, ==, cases[i].turns);
        g_assert_cmpuint(layout->missing, ==, 0);
    }
}

/* Side by side: on one line of the glass, beside one another, in the room of one character. */
static void test_across(Fixture *f, gconstpointer data)
{
    (void)data;
    BtTextStyle style = style_of("zh-Hant", 64, FALSE);
    g_autoptr(BtTextLayout) layout = lay_out(f, "年20日", &style, 0);
    const BtGlyph *two = glyph_at(layout, 1), *zero = glyph_at(layout, 2);
    g_assert_cmpint(run_at(layout, 1)->turn, ==, BT_TURN_ACROSS);
    g_assert_cmpfloat(two->x_px, ==, zero->x_px);
    g_assert_cmpfloat(two->y_px, >, zero->y_px + 20); /* further from the right edge */
    g_assert_cmpuint(two->cluster, ==, zero->cluster);
    g_assert_cmpfloat_with_epsilon(line_at(layout, 0)->width_px, 3 * 64, 0.01);
}

/* ---- boxes ---- */

static void check_columns(const BtTextLayout *layout, int height_px)
{
    gsize done = 0;
    float right_px = 0;
    for (guint i = 0; i < layout->lines->len; i++) {
        const BtTextLine *line = line_at(layout, i);
        g_assert_cmpuint(line->start, >=, done);
        done = line->end;
        /* Columns touch and do not overlap; their ink stays in them. */
        g_assert_cmpfloat(line->baseline_px - line->ascent_px, ==, right_px);
        right_px = line->baseline_px + line->descent_px;
        g_assert_cmpfloat(line->ink_px.y, >=, line->baseline_px - line->ascent_px);
        g_assert_cmpfloat(line->ink_px.y + line->ink_px.h, <=, right_px);
        if (height_px > 0)
            g_assert_cmpfloat(line->width_px, <=, height_px + 0.02f);
    }
    g_autofree char *text = g_strchomp(g_strdup(layout->text));
    g_assert_cmpuint(done, >=, strlen(text));
}

static gboolean may_not_begin(const char *at)
{
    static const char *const stops[] = { "。", "，", "、", "）", "」", "：", "；", "？", "！" };
    for (guint i = 0; i < G_N_ELEMENTS(stops); i++)
        if (g_str_has_prefix(at, stops[i]))
            return TRUE;
    return FALSE;
}

static void test_columns(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const names[] = { "vi-Hani", "zh-Hant", "zh-Hans", "mixed", "vi", "km",
        "ii" };
    static const int heights_px[] = { 0, 100, 317, 900 };
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *text = read_sample(names[i]);
        for (int px = 12; px <= 200; px += px < 40 ? 7 : 32) {
            for (guint h = 0; h < G_N_ELEMENTS(heights_px); h++) {
                BtTextStyle style = style_of(names[i], px, px & 1);
                if (heights_px[h] > 0 && heights_px[h] < 2 * px)
                    continue;
                g_autoptr(BtTextLayout) layout = lay_out(f, text, &style, heights_px[h]);
                g_test_message("%s at %d px in %d", names[i], px, heights_px[h]);
                g_assert_cmpuint(layout->missing, ==, 0);
                check_columns(layout, heights_px[h]);
                for (guint k = 0; heights_px[h] >= 8 * px && k < layout->lines->len; k++)
                    g_assert_false(may_not_begin(layout->text + line_at(layout, k)->start));
            }
        }
    }
}

/* All columns of a style are as wide as the style says, whatever they hold. */
static void test_column_width(Fixture *f, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *name, *text;
        gboolean led;
    } cases[] = {
        { "Nôm on a panel", "畢哿每𠊛生𠚢", FALSE },
        { "with letters and digits", "越Việt 2026年11月", FALSE },
        { "Nôm on a wall", "畢哿每𠊛生𠚢", TRUE },
        { "with letters on a wall", "越Việt 2026年11月", TRUE },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        BtTextStyle style = style_of("vi-Hani", 40, cases[i].led);
        g_autoptr(BtTextLayout) layout = lay_out(f, cases[i].text, &style, 0);
        g_test_message("%s", cases[i].name);
        g_assert_cmpfloat(layout->height_px, ==, bt_text_line_px(f->fonts, &style));
        g_assert_cmpfloat(
            fabsf(line_at(layout, 0)->ascent_px - line_at(layout, 0)->descent_px), <=, 1);
    }
}

/* ---- pixels ---- */

static BtFrame *blank(void)
{
    BtFrame *frame = bt_frame_new(SIDE_PX, SIDE_PX);
    bt_frame_fill(frame, (BtRect){ 0, 0, SIDE_PX, SIDE_PX }, 0xFF000000);
    return frame;
}

static void draw(Fixture *f, const BtTextLayout *layout, BtFrame *frame, BtRect clip, int x, int y)
{
    bt_text_draw(f->fonts, layout, 0, layout->lines->len, frame->pixels, frame->stride_px, clip, x,
        y, 0xFFFFFF, TRUE);
}

static const BtRect everything = { 0, 0, SIDE_PX, SIDE_PX };

static guint32 pixel(const BtFrame *frame, int x, int y)
{
    return frame->pixels[(gsize)y * frame->stride_px + x];
}

/* The smallest rectangle that holds what was drawn. */
static BtRect drawn(const BtFrame *frame)
{
    BtRect ink = { 0 };
    for (int y = 0; y < frame->h_px; y++)
        for (int x = 0; x < frame->w_px; x++)
            if (pixel(frame, x, y) != 0xFF000000)
                ink = bt_rect_union(ink, (BtRect){ x, y, 1, 1 });
    return ink;
}

/* What lies on its side is the horizontal line, turned a quarter clockwise. */
static void test_sideways(Fixture *f, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *text, *lang;
        int px;
        gboolean led;
    } cases[] = {
        { "Ẫm đường Jrai čar", "vi", 48, FALSE },
        { "2026–2027: 19:30", "vi", 21, FALSE },
        { "Krông Pa 100 %", "vi", 16, TRUE },
        { "សេចក្តី", "km", 40, FALSE },
        { "سموا مأنسي", "cja-Arab", 64, FALSE },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        BtTextStyle style = style_of(cases[i].lang, cases[i].px, cases[i].led), level = style;
        level.dir = BT_DIR_LTR;
        g_autoptr(BtTextLayout) column = lay_out(f, cases[i].text, &style, 0);
        g_autoptr(BtTextLayout) line = lay_out(f, cases[i].text, &level, 0);
        g_autoptr(BtFrame) a = blank(), b = blank();
        draw(f, column, a, everything, SIDE_PX / 2, 20);
        draw(f, line, b, everything, 20, SIDE_PX / 2);
        BtRect ink = drawn(a), level_ink = drawn(b);
        g_test_message("%s", cases[i].text);
        g_assert_cmpint(ink.w, ==, level_ink.h);
        g_assert_cmpint(ink.h, ==, level_ink.w);
        g_assert_cmpint(ink.y, ==, level_ink.x);
        for (int y = 0; y < ink.h; y++)
            for (int x = 0; x < ink.w; x++)
                g_assert_cmphex(pixel(a, ink.x + x, ink.y + y), ==,
                    pixel(b, level_ink.x + y, level_ink.y + level_ink.h - 1 - x));
    }
}

/* The ink that a layout tells is the ink that is drawn, wherever it is drawn. */
static void test_ink(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const texts[] = { "畢𠊛（越）。", "越Việt", "11月", "😀越", "——", "①" };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        for (int px = 14; px < 110; px += 15) {
            BtTextStyle style = style_of("vi-Hani", px, px == 14);
            g_autoptr(BtTextLayout) layout = lay_out(f, texts[i], &style, 0);
            g_autoptr(BtFrame) frame = blank();
            draw(f, layout, frame, everything, 400, 10);
            BtRect told = bt_text_turned(line_at(layout, 0)->ink_px), found = drawn(frame);
            told.x += 400;
            told.y += 10;
            g_test_message("%s at %d", texts[i], px);
            /* The edge of a box may be too faint to see; a picture's has a margin. */
            int faint = MAX(2, px / 5);
            g_assert_true(bt_rect_contains(told, found));
            g_assert_cmpint(told.w - found.w, <=, faint);
            g_assert_cmpint(told.h - found.h, <=, faint);
        }
    }
}

/* Upright glyphs have their middle on the column's. */
static void test_middle(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const texts[] = { "中", "田", "𠊛", "國", "ꆈ", "😀", "20", "H", "5" };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        BtTextStyle style = style_of("vi-Hani", 100, FALSE);
        g_autoptr(BtTextLayout) layout = lay_out(f, texts[i], &style, 0);
        const BtTextLine *line = line_at(layout, 0);
        float middle = line->ink_px.y + line->ink_px.h / 2.0f;
        g_test_message("%s: %f from %f", texts[i], middle, line->baseline_px);
        g_assert_cmpfloat_with_epsilon(middle, line->baseline_px, 6);
        float down = line->ink_px.x + line->ink_px.w / 2.0f;
        g_assert_cmpfloat_with_epsilon(down, line->width_px / 2, 6);
    }
}

/* A character takes a square, also of a font that knows nothing of columns. */
static void test_squares(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const texts[] = { "中", "𠊛", "ꆈ", "。", "（", "1", "20", "１" };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        BtTextStyle style = style_of("vi-Hani", 100, FALSE);
        g_autoptr(BtTextLayout) layout = lay_out(f, texts[i], &style, 0);
        g_test_message("%s", texts[i]);
        g_assert_cmpfloat_with_epsilon(line_at(layout, 0)->width_px, 100, 0.01);
    }
}

/* Columns begin at the top whatever they begin with; inside, a right-to-left word is one. */
static void test_base_direction(Fixture *f, gconstpointer data)
{
    (void)data;
    BtTextStyle style = style_of("vi-Hani", 40, FALSE);
    g_autoptr(BtTextLayout) layout = lay_out(f, "چام، 越", &style, 0);
    const BtTextRun *first = run_at(layout, 0);
    const BtGlyph *last = glyph_at(layout, layout->glyphs->len - 1);
    g_assert_false(layout->rtl);
    g_assert_true(first->rtl);
    g_assert_cmpuint(first->start, ==, 0);
    g_assert_cmpuint(last->cluster, ==, strlen("چام، "));
    g_assert_cmpuint(glyph_at(layout, 0)->cluster, >, glyph_at(layout, 1)->cluster);
}

/* Drawn piece by piece it is the same picture. */
static void test_clip(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *text = read_sample("mixed");
    BtTextStyle style = style_of("vi-Hani", 30, FALSE);
    g_autoptr(BtTextLayout) layout = lay_out(f, text, &style, 560);
    g_autoptr(BtFrame) whole = blank(), pieces = blank();
    draw(f, layout, whole, everything, SIDE_PX - 3, 7);
    g_assert_cmpint(drawn(whole).w, >, 100);
    for (int y = 0; y < SIDE_PX; y += 37)
        for (int x = 0; x < SIDE_PX; x += 41)
            draw(f, layout, pieces, bt_rect_intersect(everything, (BtRect){ x, y, 41, 37 }),
                SIDE_PX - 3, 7);
    g_assert_true(bt_frame_equal(whole, pieces));
}

/* ---- boxes that text is fitted to ---- */

static void test_fit_and_pages(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *text = read_sample("vi-Hani");
    BtTextStyle style = style_of("vi-Hani", 10, FALSE);
    /* 300 px high, 500 px from right to left. */
    style.px = bt_text_fit_px(f->fonts, text, &style, 300, 500, 0, 10, 200);
    g_autoptr(BtTextLayout) fits = lay_out(f, text, &style, 300);
    g_assert_cmpint(style.px, >, 30);
    g_assert_cmpfloat(fits->height_px, <=, 500);
    style.px++;
    g_autoptr(BtTextLayout) larger = lay_out(f, text, &style, 300);
    g_assert_cmpfloat(larger->height_px, >, 500);
    g_autoptr(GArray) pages = bt_text_paginate(larger, 200, 0);
    guint next = 0;
    g_assert_cmpuint(pages->len, >=, 2);
    for (guint i = 0; i < pages->len; i++) {
        BtTextPage page = g_array_index(pages, BtTextPage, i);
        const BtTextLine *first = line_at(larger, page.first_line),
                         *last = line_at(larger, page.first_line + page.n_lines - 1);
        g_assert_cmpuint(page.first_line, ==, next);
        next += page.n_lines;
        g_assert_cmpfloat(
            last->baseline_px + last->descent_px, <=, first->baseline_px - first->ascent_px + 200);
    }
    g_assert_cmpuint(next, ==, larger->lines->len);
}

/* The same text horizontally, in between, changes nothing: they are two texts to the cache. */
static void test_cache(Fixture *f, gconstpointer data)
{
    (void)data;
    BtTextStyle vertical = style_of("vi-Hani", 32, FALSE), level = vertical;
    level.dir = BT_DIR_AUTO;
    g_autoptr(BtTextLayout) before = lay_out(f, "畢（越）Việt", &vertical, 80);
    g_autoptr(BtTextLayout) other = lay_out(f, "畢（越）Việt", &level, 80);
    g_autoptr(BtTextLayout) after = lay_out(f, "畢（越）Việt", &vertical, 80);
    g_assert_cmpint(run_at(other, 0)->turn, ==, BT_TURN_NONE);
    g_assert_cmpuint(before->glyphs->len, ==, after->glyphs->len);
    for (guint i = 0; i < before->glyphs->len; i++)
        g_assert_cmpmem(glyph_at(before, i), sizeof(BtGlyph), glyph_at(after, i), sizeof(BtGlyph));
    g_assert_cmpuint(glyph_at(before, 1)->id, !=, glyph_at(other, 1)->id); /* the bracket */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {
        { "turns", test_turns },
        { "across", test_across },
        { "columns", test_columns },
        { "column-width", test_column_width },
        { "sideways", test_sideways },
        { "ink", test_ink },
        { "middle", test_middle },
        { "squares", test_squares },
        { "base-direction", test_base_direction },
        { "clip", test_clip },
        { "fit-and-pages", test_fit_and_pages },
        { "cache", test_cache },
    };
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/vertical/", tests[i].name, NULL);
        g_test_add(path, Fixture, NULL, set_up, tests[i].run, tear_down);
    }
    return g_test_run();
}
