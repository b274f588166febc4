/* The text engine as its users see it: what is accepted, that nothing is lost, missing or clipped,
 * and the rules that Vietnamese boards add to Unicode's. */
#include "tests/unit/text-fixture.h"

#include <math.h>
#include <string.h>

static gboolean is_white(const char *text, gsize start, gsize end)
{
    for (const char *at = text + start; at < text + end; at = g_utf8_next_char(at))
        if (!g_unichar_isspace(g_utf8_get_char(at)))
            return FALSE;
    return TRUE;
}

/* ---- what is accepted ---- */

static void test_limits(Fixture *f, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *name;
        gsize n_letters;
        const char *tail;
        int px, code;
    } cases[] = {
        { "a million letters and one", BT_TEXT_MAX_CHARS, "a", 16, BT_ERROR_LIMIT },
        { "a byte too many", BT_TEXT_MAX_BYTES + 1, "", 16, BT_ERROR_LIMIT },
        { "half a character", 3, "\xE1\xBA", 16, BT_ERROR_SYNTAX },
        { "a surrogate", 3, "\xED\xA0\x80", 16, BT_ERROR_SYNTAX },
        { "too small", 3, "", BT_TEXT_MIN_PX - 1, BT_ERROR_LIMIT },
        { "too large", 3, "", BT_TEXT_MAX_PX + 1, BT_ERROR_LIMIT },
        { "the smallest", 3, "", BT_TEXT_MIN_PX, -1 },
        { "the largest", 3, "", BT_TEXT_MAX_PX, -1 },
        { "nothing", 0, "", 16, -1 },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *letters = g_strnfill(cases[i].n_letters, 'a');
        g_autofree char *text = g_strconcat(letters, cases[i].tail, NULL);
        g_autoptr(GError) error = NULL;
        BtTextStyle style = { .lang = "vi", .px = cases[i].px };
        g_autoptr(BtTextLayout) layout = bt_text_layout(f->fonts, text, &style, 200, &error);
        g_test_message("%s", cases[i].name);
        if (cases[i].code < 0)
            g_assert_no_error(error);
        else
            g_assert_error(error, BT_ERROR, cases[i].code);
        g_assert_true((layout != NULL) == (cases[i].code < 0));
    }
}

static void test_font_file(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *no_font = g_test_build_filename(G_TEST_DIST, "CMakeLists.txt", NULL);
    g_assert_null(bt_fonts_open("no-such-file.ttf", &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(bt_fonts_open(no_font, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND);
}

/* ---- every sample, every size ---- */

/* What is not on a line is white space between two; what is on it is in exactly one run. */
static void check_covered(const BtTextLayout *layout)
{
    gsize done = 0;
    for (guint i = 0; i < layout->lines->len; i++) {
        const BtTextLine *line = line_at(layout, i);
        gsize covered = 0;
        g_assert_cmpuint(line->start, >=, done);
        g_assert_true(is_white(layout->text, done, line->start));
        for (guint k = line->first_run; k < line->first_run + line->n_runs; k++) {
            const BtTextRun *run = run_at(layout, k);
            g_assert_cmpuint(run->start, >=, line->start);
            g_assert_cmpuint(run->end, <=, line->end);
            covered += run->end - run->start;
        }
        g_assert_cmpuint(covered, ==, line->end - line->start);
        done = line->end;
    }
    g_assert_true(is_white(layout->text, done, strlen(layout->text)));
}

/* A run's clusters go one way through its text and stay in it. */
static void check_clusters(const BtTextLayout *layout)
{
    for (guint i = 0; i < layout->runs->len; i++) {
        const BtTextRun *run = run_at(layout, i);
        gsize last = run->rtl ? run->end - 1 : run->start;
        for (guint k = run->first_glyph; k < run->first_glyph + run->n_glyphs; k++) {
            gsize cluster = glyph_at(layout, k)->cluster;
            g_assert_cmpuint(cluster, >=, run->start);
            g_assert_cmpuint(cluster, <, run->end);
            g_assert_true(run->rtl ? cluster <= last : cluster >= last);
            last = cluster;
        }
    }
}

static void test_samples(Fixture *f, gconstpointer data)
{
    (void)data;
    for (guint i = 0; i < N_SAMPLES; i++) {
        g_autofree char *text = read_sample(samples[i]);
        for (int px = 12; px <= 96; px += px < 24 ? 1 : 12) {
            BtTextStyle style = { .lang = lang_of(samples[i]), .px = px, .led = px % 2 == 0 };
            int width_px = px * 14;
            g_autoptr(BtTextLayout) layout = lay_out(f, text, &style, width_px);
            g_test_message("%s at %d px", samples[i], px);
            g_assert_cmpuint(layout->missing, ==, 0);
            g_assert_cmpuint(layout->lines->len, >, 0);
            check_covered(layout);
            check_clusters(layout);
            check_boxes(layout, width_px);
            g_assert_cmpuint(layout->levels->len, ==, g_utf8_strlen(text, -1));
        }
    }
}

/* A box too narrow for any word still holds every cluster, one by one. */
static void test_narrow(Fixture *f, gconstpointer data)
{
    (void)data;
    for (guint i = 0; i < N_SAMPLES; i++) {
        g_autofree char *text = read_sample(samples[i]);
        BtTextStyle style = { .lang = lang_of(samples[i]), .px = 20 };
        g_autoptr(BtTextLayout) layout = lay_out(f, text, &style, 1);
        g_test_message("%s", samples[i]);
        check_covered(layout);
        check_clusters(layout);
    }
}

/* What ends a line ends one also before a paragraph's end; a text's last line needs no end. */
static void test_ends_of_lines(Fixture *f, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *text;
        guint n_lines;
    } cases[] = { { "a\nb", 2 }, { "a\n\nb", 3 }, { "a\vb", 2 }, { "a\v\nb", 3 }, { "a\v\vb", 3 },
        { "a\r\nb", 2 }, { "a\xE2\x80\xA8\nb", 3 }, { "a\v", 1 }, { "a\n", 1 }, { "\n\na", 3 } };
    BtTextStyle style = { .lang = "vi", .px = 20 };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(BtTextLayout) layout = lay_out(f, cases[i].text, &style, 200);
        g_test_message("case %u", i);
        g_assert_cmpuint(layout->lines->len, ==, cases[i].n_lines);
        g_assert_cmpfloat(
            layout->height_px, ==, cases[i].n_lines * bt_text_line_px(f->fonts, &style));
    }
}

/* What Unicode calls one character is not cut in the narrowest box, also where the shaper makes two
 * clusters of it: a sign that stands before a number, the pictures of a family. */
static void test_characters_are_whole(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const characters[] = { "\u06DD1", "\u0BA8\u0BBF", "👨‍👩‍👧", "ក្ត",
        "🇻🇳", "g̈" };
    BtTextStyle style = { .lang = "vi", .px = 20 };
    for (guint i = 0; i < G_N_ELEMENTS(characters); i++) {
        g_autofree char *text = g_strconcat("x", characters[i], "x", NULL);
        g_autoptr(BtTextLayout) layout = lay_out(f, text, &style, 1);
        g_test_message("%s", characters[i]);
        g_assert_cmpuint(layout->lines->len, ==, 3);
        g_assert_cmpuint(line_at(layout, 1)->start, ==, 1);
    }
}

/* ---- pixels ---- */

#define GROUND 0xFF000000

static guint32 *draw(
    Fixture *f, const BtTextLayout *layout, int w, int h, BtRect clip, int x, int y)
{
    guint32 *pixels = g_new(guint32, (gsize)w * h);
    for (gsize i = 0; i < (gsize)w * h; i++)
        pixels[i] = GROUND;
    bt_text_draw(f->fonts, layout, 0, layout->lines->len, pixels, w, clip, x, y, 0xFFFFFF, TRUE);
    return pixels;
}

static BtRect drawn_rect(const guint32 *pixels, int w, int h)
{
    BtRect rect = { 0 };
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            if (pixels[(gsize)y * w + x] != GROUND)
                rect = bt_rect_union(rect, (BtRect){ x, y, 1, 1 });
    return rect;
}

/* The ink that a layout promises is the ink that is drawn. */
static void test_ink(Fixture *f, gconstpointer data)
{
    (void)data;
    const int margin = 40, w = 640;
    for (guint i = 0; i < N_SAMPLES; i++) {
        g_autofree char *text = read_sample(samples[i]);
        for (int px = 13; px < 80; px += 17) {
            BtTextStyle style = { .lang = lang_of(samples[i]), .px = px, .led = px > 40 };
            g_autoptr(BtTextLayout) layout = lay_out(f, text, &style, w - 2 * margin);
            int h = (int)layout->height_px + 2 * margin;
            BtRect promised = { 0 }, all = { 0, 0, w, h };
            for (guint k = 0; k < layout->lines->len; k++)
                promised = bt_rect_union(promised, line_at(layout, k)->ink_px);
            promised.x += margin;
            promised.y += margin;
            g_autofree guint32 *pixels = draw(f, layout, w, h, all, margin, margin);
            BtRect drawn = drawn_rect(pixels, w, h);
            g_test_message("%s at %d px", samples[i], px);
            g_assert_true(bt_rect_contains(promised, drawn));
            /* An edge that covers a hundredth of a pixel is promised and cannot be seen. */
            g_assert_cmpint(drawn.w, >=, promised.w - 3);
            g_assert_cmpint(drawn.h, >=, promised.h - 3);
        }
    }
}

/* A ticker is drawn tile by tile: each is the same part of the whole picture. */
static void test_ticker_tiles(Fixture *f, gconstpointer data)
{
    (void)data;
    for (guint i = 0; i < N_SAMPLES; i++) {
        g_autofree char *text = g_strdelimit(read_sample(samples[i]), "\n", ' ');
        BtTextStyle style = { .lang = lang_of(samples[i]), .px = 23, .led = i % 2 == 0 };
        g_autoptr(BtTextLayout) layout = lay_out(f, text, &style, 0);
        int w = bt_text_advance_px(f->fonts, text, &style), h = (int)layout->height_px;
        g_assert_cmpuint(layout->lines->len, ==, 1);
        g_assert_cmpfloat(w, >=, line_at(layout, 0)->width_px - 0.01f);
        g_autofree guint32 *whole = draw(f, layout, w, h, (BtRect){ 0, 0, w, h }, 0, 0);
        for (int x = 0; x + 97 <= w; x += 97) {
            g_autofree guint32 *tile = draw(f, layout, 97, h, (BtRect){ 0, 0, 97, h }, -x, 0);
            for (int y = 0; y < h; y++)
                g_assert_cmpmem(tile + y * 97, 97 * 4, whole + (gsize)y * w + x, 97 * 4);
        }
    }
}

static void assert_same_picture(Fixture *f, const char *a, const char *b, const char *lang)
{
    for (int px = 12; px <= 60; px += 8) {
        BtTextStyle style = { .lang = lang, .px = px };
        g_autoptr(BtTextLayout) one = lay_out(f, a, &style, 500);
        g_autoptr(BtTextLayout) two = lay_out(f, b, &style, 500);
        int w = 520, h = (int)one->height_px;
        BtRect all = { 0, 0, w, h };
        g_assert_cmpfloat(one->height_px, ==, two->height_px);
        g_autofree guint32 *p = draw(f, one, w, h, all, 10, 0);
        g_autofree guint32 *q = draw(f, two, w, h, all, 10, 0);
        g_assert_cmpmem(p, (gsize)w * h * 4, q, (gsize)w * h * 4);
    }
}

static void test_composed_is_decomposed(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const langs[] = { "vi", "jra" };
    for (guint i = 0; i < G_N_ELEMENTS(langs); i++) {
        g_autofree char *text = read_sample(langs[i]);
        g_autofree char *nfc = g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
        g_autofree char *nfd = g_utf8_normalize(text, -1, G_NORMALIZE_NFD);
        g_assert_cmpstr(nfc, !=, nfd);
        assert_same_picture(f, nfc, nfd, langs[i]);
    }
}

/* Offsets are those of the text as given, not of what it was normalised to. */
static void test_offsets_as_given(Fixture *f, gconstpointer data)
{
    (void)data;
    BtTextStyle style = { .lang = "vi", .px = 20 };
    g_autofree char *nfd = g_utf8_normalize("Tiếng Việt", -1, G_NORMALIZE_NFD);
    g_autoptr(BtTextLayout) layout = lay_out(f, nfd, &style, 0);
    g_assert_cmpuint(layout->glyphs->len, ==, 10);
    g_assert_cmpuint(glyph_at(layout, 2)->cluster, ==, 2);
    g_assert_cmpuint(glyph_at(layout, 3)->cluster, ==, strstr(nfd, "ng") - nfd);
    g_assert_cmpuint(line_at(layout, 0)->end, ==, strlen(nfd));
    g_assert_cmpuint(layout->breaks->len, ==, 1);
    g_assert_cmpuint(g_array_index(layout->breaks, gsize, 0), ==, strstr(nfd, "V") - nfd);
}

/* Typed either way, a Tai Viet vowel mark stands under its tone. */
static void test_tai_viet_order(Fixture *f, gconstpointer data)
{
    (void)data;
    assert_same_picture(f, "ꪎꪲ꪿ ꪀꪷ꫁", "ꪎ꪿ꪲ ꪀ꫁ꪷ", "blt");
}

/* ---- bidi ---- */

static void test_jawi(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *text = read_sample("mixed");
    const char *jawi = strchr(text, '\n') + 1;
    BtTextStyle style = { .lang = "cja-Arab", .px = 32 };
    g_autoptr(BtTextLayout) layout = lay_out(f, jawi, &style, 0);
    const char *clock = strstr(jawi, "19:30"), *name = strstr(jawi, "Al-Mubarak");
    const guint8 *levels = (const guint8 *)layout->levels->data;
    g_assert_true(layout->rtl);
    g_assert_cmpuint(levels[0], ==, 1);
    for (guint i = 0; i < 5; i++)
        g_assert_cmpuint(levels[g_utf8_pointer_to_offset(jawi, clock) + i], ==, 2);
    g_assert_cmpuint(levels[g_utf8_pointer_to_offset(jawi, name)], ==, 2);
    g_assert_cmpuint(layout->missing, ==, 0);
    /* From left to right the Latin name comes first, the first Arabic letter last. */
    g_assert_cmpuint(run_at(layout, layout->runs->len - 1)->start, ==, 0);
}

/* Numbers that Unicode's rules tear apart beside Arabic letters. */
static void test_numbers_in_jawi(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const numbers[] = { "20-11-2025", "+84 901 234 567", "0901 234 567",
        "+84901234567", "2025-11-20" };
    BtTextStyle style = { .lang = "cja-Arab", .px = 32 };
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_autofree char *text = g_strdup_printf("مأنسي %s مأنسي", numbers[i]);
        g_autoptr(BtTextLayout) layout = lay_out(f, text, &style, 0);
        gsize start = strstr(text, numbers[i]) - text, end = start + strlen(numbers[i]);
        float pen = -1;
        g_test_message("%s", numbers[i]);
        for (gsize byte = start; byte < end; byte++)
            for (guint k = 0; k < layout->glyphs->len; k++)
                if (glyph_at(layout, k)->cluster == byte) {
                    g_assert_cmpfloat(glyph_at(layout, k)->x_px, >, pen);
                    pen = glyph_at(layout, k)->x_px;
                }
    }
}

/* ---- breaks ---- */

static gboolean may_break(const BtTextLayout *layout, gsize byte)
{
    for (guint i = 0; i < layout->breaks->len; i++)
        if (g_array_index(layout->breaks, gsize, i) == byte)
            return TRUE;
    return FALSE;
}

/* `|` in a text stands where a line may break, and nowhere else may it. */
static void test_breaks(Fixture *f, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *lang, *marked;
    } cases[] = {
        { "vi", "Giá |25.000 ₫/người |một |vé" },
        { "vi", "chạy |60 km/h |trên |đường" },
        { "vi", "giảm |30 % |nữa" },
        { "vi", "thu |50.000 đ |một |hộ" },
        { "vi", "ngày |20/11/2025 |tại |TP. Hồ |Chí |Minh" },
        { "vi", "từ |TX. Ayun |Pa |đến |H. Krông |Pa" },
        { "vi", "họp |lúc |19:30" },
        { "vi", "gọi |0901 234 567 |nhé" },
        { "vi", "gọi |+84 901 234 567 |nhé" },
        { "vi", "lúc |19 |giờ |30" },
        { "vi", "mức |2 |mét |rưỡi" },
        { "jra", "pơpŭ-|pơyôm |hăng" },
        { "zh-Hans", "通|知：|请" },
        { "vi", "🇻🇳|🇻🇳" },
        { "vi", "một\n|hai" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        BtTextStyle style = { .lang = cases[i].lang, .px = 20 };
        g_auto(GStrv) parts = g_strsplit(cases[i].marked, "|", -1);
        g_autofree char *text = g_strjoinv("", parts);
        g_autoptr(BtTextLayout) layout = lay_out(f, text, &style, 0);
        gsize at = 0;
        g_test_message("%s", cases[i].marked);
        g_assert_cmpuint(layout->breaks->len, ==, g_strv_length(parts) - 1);
        for (guint k = 0; parts[k + 1] != NULL; k++)
            g_assert_true(may_break(layout, at += strlen(parts[k])));
    }
}

static void test_khmer_breaks(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *text = read_sample("km");
    BtTextStyle style = { .lang = "km", .px = 24 };
    for (int width_px = 20; width_px < 400; width_px += 37) {
        g_autoptr(BtTextLayout) layout = lay_out(f, text, &style, width_px);
        g_assert_cmpuint(layout->breaks->len, >, 30);
        for (guint i = 0; i < layout->breaks->len; i++) {
            const char *at = text + g_array_index(layout->breaks, gsize, i);
            g_assert_cmphex(g_utf8_get_char(g_utf8_prev_char(at)), !=, 0x17D2);
        }
        for (guint i = 0; i < layout->lines->len; i++) {
            const char *end = text + line_at(layout, i)->end;
            g_assert_true(end == text || g_utf8_get_char(g_utf8_prev_char(end)) != 0x17D2);
        }
    }
}

/* ---- fonts ---- */

static void test_font_of_script(Fixture *f, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *lang, *text, *font;
    } cases[] = {
        { "vi", "Phú Túc", "NotoSans-Regular.ttf" },
        { "jra", "Ê̆ Ô̆ Ƀ č", "NotoSans-Regular.ttf" },
        { "km", "ខ្មែរ", "NotoSansKhmerUI-Regular.ttf" },
        { "blt", "ꪼꪕ - ꪼꪕ.", "TaiHeritagePro-Regular.ttf" },
        { "zh-Hans", "通知：", "NotoSansCJK-Regular.ttc#2" },
        { "zh-Hant", "通知：", "NotoSansCJK-Regular.ttc#3" },
        { "vi-Hani", "平等", "NotoSerifCJK-Regular.ttc#3" },
        { "cja-Arab", "چام", "NotoNaskhArabic-Regular.ttf" },
        { "cjm-Cham", "ꨌꩌ", "NotoSansCham-Regular.ttf" },
        { "vi", "🇻🇳", "NotoColorEmoji.ttf" },
        { "vi", "1️⃣", "NotoColorEmoji.ttf" },
        { "vi", "👨‍👩‍👧", "NotoColorEmoji.ttf" },
        { "hi", "नमस्ते", "NotoSansDevanagari-Regular.ttf" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        BtTextStyle style = { .lang = cases[i].lang, .px = 30 };
        g_autoptr(BtTextLayout) layout = lay_out(f, cases[i].text, &style, 0);
        g_test_message("%s", cases[i].text);
        g_assert_cmpuint(layout->missing, ==, 0);
        g_assert_cmpuint(layout->runs->len, ==, 1);
        g_assert_cmpstr(bt_fonts_name(f->fonts, run_at(layout, 0)->font), ==, cases[i].font);
    }
}

/* The Khmer font has the colon of a time and not its digits; the Latin one draws all of it. */
static void test_times_are_whole(Fixture *f, gconstpointer data)
{
    (void)data;
    BtTextStyle style = { .lang = "km", .px = 30 };
    g_autoptr(BtTextLayout) layout = lay_out(f, "ម៉ោង 19:30 ថ្ងៃ 20/11/2025", &style, 0);
    g_assert_cmpuint(layout->runs->len, ==, 4);
    for (guint i = 1; i < 4; i += 2)
        g_assert_cmpstr(
            bt_fonts_name(f->fonts, run_at(layout, i)->font), ==, "NotoSans-Regular.ttf");
}

/* Emoji sequences are one picture each. */
static void test_emoji(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const emoji[] = { "🇻🇳", "👨‍👩‍👧", "1️⃣", "👍🏽", "🚨",
        "❤️" };
    BtTextStyle style = { .lang = "vi", .px = 24 };
    for (guint i = 0; i < G_N_ELEMENTS(emoji); i++) {
        g_autoptr(BtTextLayout) layout = lay_out(f, emoji[i], &style, 0);
        float advance = 0;
        for (guint k = 0; k < layout->glyphs->len; k++)
            advance += glyph_at(layout, k)->advance_px;
        g_test_message("%s", emoji[i]);
        g_assert_cmpuint(layout->missing, ==, 0);
        g_assert_cmpfloat(advance, <, 1.4f * style.px);
        g_assert_cmpint(line_at(layout, 0)->ink_px.w, >, style.px / 2);
    }
}

/* What no font has is counted and seen. */
static void test_missing(Fixture *f, gconstpointer data)
{
    (void)data;
    BtTextStyle style = { .lang = "vi", .px = 40 };
    g_autoptr(BtTextLayout) layout = lay_out(f, "a\U0010FFFDb", &style, 0);
    g_assert_cmpuint(layout->missing, ==, 1);
    g_assert_cmpuint(glyph_at(layout, 1)->id, ==, 0);
    int x = (int)glyph_at(layout, 1)->x_px, h = (int)layout->height_px;
    g_autofree guint32 *pixels = draw(f, layout, 200, h, (BtRect){ x, 0, 22, h }, 0, 0);
    g_assert_cmpint(drawn_rect(pixels, 200, h).h, >, 20);
}

/* ---- style ---- */

static void test_alignment(Fixture *f, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *text;
        BtTextAlign align;
        BtTextDir dir;
        gboolean left, right;
    } cases[] = {
        { "Thôn", BT_ALIGN_START, BT_DIR_AUTO, TRUE, FALSE },
        { "Thôn", BT_ALIGN_END, BT_DIR_AUTO, FALSE, TRUE },
        { "Thôn", BT_ALIGN_CENTRE, BT_DIR_AUTO, FALSE, FALSE },
        { "Thôn", BT_ALIGN_START, BT_DIR_RTL, FALSE, TRUE },
        { "چام", BT_ALIGN_START, BT_DIR_AUTO, FALSE, TRUE },
        { "چام", BT_ALIGN_END, BT_DIR_AUTO, TRUE, FALSE },
        { "چام", BT_ALIGN_START, BT_DIR_LTR, TRUE, FALSE },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        BtTextStyle style = {
            .lang = "vi", .px = 20, .align = cases[i].align, .dir = cases[i].dir
        };
        g_autoptr(BtTextLayout) layout = lay_out(f, cases[i].text, &style, 300);
        const BtTextLine *line = line_at(layout, 0);
        g_test_message("case %u", i);
        g_assert_true((line->x_px < 1) == cases[i].left);
        g_assert_true((line->x_px + line->width_px > 299) == cases[i].right);
    }
}

/* A clock does not dance. */
static void test_tabular(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const clocks[] = { "00:00", "11:11", "17:47", "23:59" };
    BtTextStyle style = { .lang = "vi", .px = 50, .tabular = TRUE };
    int width = bt_text_advance_px(f->fonts, clocks[0], &style);
    for (guint i = 1; i < G_N_ELEMENTS(clocks); i++)
        g_assert_cmpint(bt_text_advance_px(f->fonts, clocks[i], &style), ==, width);
}

/* Rows of a panel and the em size whose tallest letters they hold. */
static void test_led_rows(Fixture *f, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *lang, *text;
        int rows, px;
    } cases[] = {
        { "vi", "ẴẬ Ộ gạy", 16, 12 },
        { "vi", "ẴẬ Ộ gạy", 24, 18 },
        { "vi", "ẴẬ Ộ gạy", 32, 24 },
        { "vi", "ẴẬ Ộ gạy", 64, 49 },
        { "jra", "Ê̆ Ô̆ gạ", 16, 11 },
        { "zh-Hans", "通知开会", 24, 18 },
        { "km", "ស្ត្រី ក្រុង", 32, 23 },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        BtTextStyle style = {
            .lang = cases[i].lang, .px = cases[i].px, .led = TRUE, .line_percent = 100
        };
        g_autoptr(BtTextLayout) layout = lay_out(f, cases[i].text, &style, 0);
        g_test_message("%s in %d rows", cases[i].lang, cases[i].rows);
        g_assert_cmpfloat(layout->height_px, <=, cases[i].rows);
        for (guint k = 0; k < layout->glyphs->len && style.px < 24; k++)
            g_assert_cmpfloat(
                glyph_at(layout, k)->advance_px, ==, roundf(glyph_at(layout, k)->advance_px));
    }
}

static void test_line_height_is_fixed(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const texts[] = { "a", "ẮẰ", "gy", "...", "Ộ" };
    for (int px = 12; px < 80; px += 5) {
        BtTextStyle style = { .lang = "vi", .px = px };
        float height = bt_text_line_px(f->fonts, &style);
        for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
            g_autoptr(BtTextLayout) layout = lay_out(f, texts[i], &style, 0);
            g_assert_cmpfloat(layout->height_px, ==, height);
        }
    }
}

#define ADD(path, function) g_test_add("/text/" path, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("limits", test_limits);
    g_test_add_func("/text/font-file", test_font_file);
    ADD("samples", test_samples);
    ADD("narrow", test_narrow);
    ADD("ends-of-lines", test_ends_of_lines);
    ADD("characters-are-whole", test_characters_are_whole);
    ADD("ink", test_ink);
    ADD("ticker-tiles", test_ticker_tiles);
    ADD("composed-is-decomposed", test_composed_is_decomposed);
    ADD("offsets-as-given", test_offsets_as_given);
    ADD("tai-viet-order", test_tai_viet_order);
    ADD("jawi", test_jawi);
    ADD("numbers-in-jawi", test_numbers_in_jawi);
    ADD("breaks", test_breaks);
    ADD("khmer-breaks", test_khmer_breaks);
    ADD("font-of-script", test_font_of_script);
    ADD("times-are-whole", test_times_are_whole);
    ADD("emoji", test_emoji);
    ADD("missing", test_missing);
    ADD("alignment", test_alignment);
    ADD("tabular", test_tabular);
    ADD("led-rows", test_led_rows);
    ADD("line-height-is-fixed", test_line_height_is_fixed);
    return g_test_run();
}
