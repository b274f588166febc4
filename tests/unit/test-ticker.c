/* Running text: which way each text runs, that no ink is cut at any size or at any tile's edge, and
 * that a long text costs no more than a short one. Work is counted, not timed. */
#include "player/stage/stage.h"
#include "player/stage/strip.h"
#include "player/stage/ticker.h"
#include "render/compose/compose.h"
#include "tests/unit/text-fixture.h"

#include <math.h>
#include <string.h>

#define MAX_TEXTS 4

typedef struct {
    const char *lang, *title, *body;
} Text;

static GPtrArray *texts_of(const Text *texts, guint most)
{
    GPtrArray *array = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < most && texts[i].lang; i++) {
        BtText *text = g_new0(BtText, 1);
        text->lang = (char *)texts[i].lang;
        text->title = (char *)(texts[i].title ? texts[i].title : "");
        text->body = (char *)(texts[i].body ? texts[i].body : "");
        g_ptr_array_add(array, text);
    }
    return array;
}

static BtTicker *ticker_of(Fixture *f, const Text *texts, guint n, int h_px, gboolean led)
{
    g_autoptr(GPtrArray) array = texts_of(texts, n);
    return bt_ticker_new(f->fonts, array, h_px, led, bt_look_colours(BT_LOOK_GROUND));
}

static BtTicker *ticker_of_body(Fixture *f, const char *lang, const char *body, int h_px)
{
    Text text = { lang, "", body };
    return ticker_of(f, &text, 1, h_px, TRUE);
}

static const BtTickerPart *part_at(const BtTicker *ticker, guint i)
{
    return &g_array_index(ticker->parts, BtTickerPart, i);
}

static gint64 length_of(const BtTicker *ticker)
{
    return bt_ticker_advance_px(ticker, 0);
}

static guint32 pixel(const BtFrame *frame, int x, int y)
{
    return frame->pixels[(gsize)y * frame->stride_px + x];
}

/* The whole strip as one picture; frames are wide enough for the tests' texts. */
static BtFrame *picture_of(const BtTickerPart *part, int h_px)
{
    BtFrame *all = bt_frame_new((int)part->strip->length_px, h_px);
    for (gint64 k = 0; k * BT_STRIP_TILE_PX < part->strip->length_px; k++) {
        g_autoptr(BtFrame) tile = part->strip->tile(part->strip, k);
        BtRect everything = { 0, 0, all->w_px, all->h_px };
        g_assert_cmpint(tile->h_px, ==, h_px);
        bt_frame_blend(all, tile, (int)k * BT_STRIP_TILE_PX, 0, everything, 255);
    }
    return all;
}

static guint count_ink(const BtFrame *frame, int y0, int y1)
{
    guint32 ground = bt_look_pixel(BT_LOOK_GROUND);
    guint n = 0;
    for (int y = y0; y < y1; y++)
        for (int x = 0; x < frame->w_px; x++)
            n += pixel(frame, x, y) != ground;
    return n;
}

/* ---- which way ---- */

static void test_ways(Fixture *f, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *name;
        Text texts[MAX_TEXTS];
        const char *ways; /* of the parts */
    } cases[] = {
        { "from the left", { { "vi", "Tin", "Mưa to" }, { "km", NULL, "ភ្លៀង" } }, "l" },
        { "from the right", { { "cja-Arab", NULL, "سموا" }, { "ar", "خبر", "مأنسي" } }, "r" },
        { "one way, then the other", { { "vi", NULL, "Mưa" }, { "cja-Arab", NULL, "سموا" } },
            "lr" },
        { "and back",
            { { "vi", NULL, "Mưa" }, { "cja-Arab", NULL, "سموا" }, { "jra", NULL, "Hơjan" } },
            "lrl" },
        { "the first does not decide for all",
            { { "cja-Arab", NULL, "سموا" }, { "vi", NULL, "Mưa" }, { "jra", NULL, "Hơjan" } },
            "rl" },
        { "the language does not decide", { { "cja-Arab", NULL, "Cam" } }, "l" },
        { "the body decides", { { "cja", "Chăm", "سموا مأنسي" } }, "r" },
        { "a body of digits does not", { { "cja", "چام", "19:30" } }, "r" },
        { "digits go along",
            { { "cja-Arab", NULL, "سموا" }, { "vi", NULL, "19:30" }, { "cja", NULL, "چام" } },
            "r" },
        { "digits go along with what comes after",
            { { "vi", NULL, "19:30" }, { "cja-Arab", NULL, "سموا" } }, "r" },
        { "digits alone", { { "cja-Arab", NULL, "19:30" } }, "l" },
        { "the first letter decides within a text",
            { { "vi", NULL, "Tin چام سموا مأنسي سموا مأنسي" } }, "l" },
        { "blank texts run nowhere", { { "vi", " \n", "\n" }, { "vi", NULL, "\t" } }, "" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(BtTicker) ticker = ticker_of(f, cases[i].texts, MAX_TEXTS, 48, TRUE);
        g_autoptr(GString) ways = g_string_new("");
        for (guint k = 0; k < ticker->parts->len; k++)
            g_string_append_c(ways, part_at(ticker, k)->rtl ? 'r' : 'l');
        g_test_message("%s", cases[i].name);
        g_assert_cmpstr(ways->str, ==, cases[i].ways);
    }
}

/* Each part runs out before the next begins. */
static void test_way_of_parts(Fixture *f, gconstpointer data)
{
    (void)data;
    static const Text texts[] = { { "vi", NULL, "Mưa to" }, { "cja", NULL, "سموا" },
        { "jra", NULL, "Hơjan prong" } };
    g_autoptr(BtTicker) ticker = ticker_of(f, texts, 3, 48, TRUE);
    gint64 at_px = 0, start_px, end_px;
    g_assert_cmpuint(ticker->parts->len, ==, 3);
    for (guint i = 0; i < 3; i++) {
        const BtTickerPart *part = part_at(ticker, i);
        gint64 way_px = part->strip->length_px + 200;
        for (gint64 offset_px = at_px; offset_px < at_px + way_px; offset_px++) {
            g_assert_true(bt_ticker_part_at(ticker, 200, offset_px, &start_px, &end_px) == part);
            g_assert_cmpint(start_px, ==, at_px);
            g_assert_cmpint(end_px, ==, at_px + way_px);
        }
        at_px += way_px;
    }
    g_assert_cmpint(bt_ticker_advance_px(ticker, 200) + 200, ==, at_px);
    g_assert_true(
        bt_ticker_part_at(ticker, 200, at_px + 99, &start_px, &end_px) == part_at(ticker, 2));
}

/* ---- in the zone: every language, every height ---- */

static void test_heights(Fixture *f, gconstpointer data)
{
    (void)data;
    static const Text texts[] = {
        { "vi", "ẪM ƯỚT", "Ộ Ặ ỷ ợ: Quảng Ngãi, 19:30 🚨" },
        { "jra", "Jrai", "Ê̆ Ô̆ Ơ̆ Ư̆ ƀ̱ tơring čar ŭ" },
        { "rad", "Êđê", "Klei mưh mphŭn Ñ Č Ƀ" },
        { "bdq", "Bahnar", "Ƀơngai Bahnar ơ̆ jĭ" },
        { "km", "ខ្មែរ", "សេចក្តីជូនដំណឹង ព្រឹទ្ធ ស្ត្រី ញ៉ាំ" },
        { "cjm-Cham", "ꨌꩌ", "ꨀꨇꩉ ꨆꨴꨮꩌ ꨦꨴꨯꨱꩀ" },
        { "cja-Arab", "چام", "سموا مأنسيۛ ڽ ڎ" },
        { "blt", "ꪼꪕ", "ꪹꪎꪱ꪿ ꪀꪾ꫁ ꪨꪸ꪿ ꪼꪕ ꪁꪫꪱꪣ" },
        { "khb-Talu", "ᦺᦑᦟᦹᧉ", "ᦎᦱᧃᦲᧉ ᦙᦲᧈ" },
        { "khb-Lana", "ᨴᩱ᩠ᨿᩃᩨᩢ", "ᨠᩮᩬᩥᩬᩁ ᨲᩦ᩵ ᨻᩖᩮᩥ᩠ᨦ" },
        { "mww-Hmng", "𖬌𖬣𖬵", "𖬇𖬰𖬧𖬵 𖬀𖬰𖬝𖬰" },
        { "hnj-Hmnp", "𞄀𞄩𞄰", "𞄀𞄩𞄰 𞄒𞄫𞄱" },
        { "lo", "ລາວ", "ຂໍເຊີນ ສີ່ ນ້ຳ ຕໍ່ກັນ ຊຶ່ງ" },
        { "th", "ไทย", "กี่ ปี่ น้ำ ฐู ญู ที่ประชุม" },
        { "ii", "ꆈꌠ", "ꊿꂷꃅꄿꐨꐥ，ꌅꅍ。" },
        { "zh-Hans", "通知", "请于 19:30 到会（村）。" },
        { "zh-Hant", "通知", "請於 19:30 到會（村）。" },
        { "vi-Hani", "報", "畢哿每𠊛生𠚢𧗱。" },
        { "hni", "Haqniqdoq", "Haqniq ssaq, yyvq 12" },
        { "hmn", "Hmoob", "Ntawv ceeb toom" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        gint64 smallest_px = 0, length_px = 0;
        for (int h_px = 16; h_px <= 128; h_px += h_px < 40 ? 1 : 8) {
            gboolean led = h_px & 1 || h_px == 16 || h_px == 128;
            g_autoptr(BtTicker) ticker = ticker_of(f, &texts[i], 1, h_px, led);
            g_autoptr(BtFrame) all = picture_of(part_at(ticker, 0), h_px);
            g_test_message("%s in %d px", texts[i].lang, h_px);
            g_assert_cmpuint(count_ink(all, 0, 1), ==, 0);
            g_assert_cmpuint(count_ink(all, h_px - 1, h_px), ==, 0);
            g_assert_cmpuint(count_ink(all, 1, h_px - 1), >, (guint)h_px);
            length_px = length_of(ticker);
            smallest_px = h_px == 16 ? length_px : smallest_px;
        }
        /* They fill what they are given. */
        g_assert_cmpint(length_px, >, 5 * smallest_px);
        g_assert_cmpint(length_px, <, 12 * smallest_px);
    }
}

/* One size larger would not fit, for a script whose line is its ink. */
static void test_size_is_the_largest(Fixture *f, gconstpointer data)
{
    (void)data;
    for (int h_px = 24; h_px <= 128; h_px += 13) {
        int room_px = h_px * 84 / 100, px = h_px * 68 / 100;
        BtTextStyle style = {
            .lang = "blt", .led = TRUE, .line_percent = 100, .weight = BT_WEIGHT_MEDIUM
        };
        for (style.px = px; bt_text_line_px(f->fonts, &style) > room_px; style.px--)
            ;
        g_autoptr(BtTicker) ticker = ticker_of_body(f, "blt", "ꪼꪕ", h_px);
        g_assert_cmpint(length_of(ticker), ==, bt_text_advance_px(f->fonts, "ꪼꪕ", &style));
    }
}

/* ---- ink ---- */

#define EMOJI "😀Ẫm🇻🇳 👨‍👩‍👧 j "
#define JAWI "سموا مأنسي 😀 ⁦19:30⁩ "
#define THAI "ꪹꪎꪱ꪿ ꪀꪾ꫁ ꪨꪸ꪿ ꪼꪕ "
#define KHMER "សេចក្តី ព្រឹទ្ធ "

/* Where one tile ends another goes on, whatever stands there: the tiles are the one picture that
 * the text alone is. */
static void test_tiles(Fixture *f, gconstpointer data)
{
    (void)data;
    static const Text texts[] = { { "vi", NULL, EMOJI EMOJI EMOJI EMOJI EMOJI },
        { "cja-Arab", NULL, JAWI JAWI JAWI JAWI JAWI }, { "blt", NULL, THAI THAI THAI THAI THAI },
        { "km", NULL, KHMER KHMER KHMER KHMER KHMER } };
    enum { H_PX = 80 };
    BtColours colours = bt_look_colours(BT_LOOK_GROUND);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        for (int shift_px = 0; shift_px < 60; shift_px += 7) {
            BtTextStyle style = { .lang = texts[i].lang, .px = 52, .line_percent = 100 };
            GArray *stretches = g_array_new(FALSE, FALSE, sizeof(BtStretch));
            g_array_set_clear_func(stretches, bt_stretch_clear);
            BtStretch room = { .width_px = shift_px };
            BtStretch words = { .layout = bt_text_layout(f->fonts, texts[i].body, &style, 0, NULL),
                .height_px = H_PX,
                .color = colours.letters };
            const BtTextLine *line = &g_array_index(words.layout->lines, BtTextLine, 0);
            words.width_px = (int)ceilf(line->width_px) + 20;
            words.before_px = 20;
            g_array_append_val(stretches, room);
            g_array_append_val(stretches, words);
            BtTickerPart part = { bt_text_strip_new(f->fonts, stretches, H_PX, colours, FALSE) };
            g_autoptr(BtFrame) got = picture_of(&part, H_PX), want = bt_frame_new(got->w_px, H_PX);
            BtRect all = { 0, 0, want->w_px, H_PX };
            bt_frame_fill(want, all, bt_look_pixel(colours.ground));
            bt_text_draw(f->fonts, words.layout, 0, 1, want->pixels, want->stride_px, all,
                shift_px + 20, 0, colours.letters, colours.dark);
            g_test_message("%s shifted by %d", texts[i].lang, shift_px);
            g_assert_cmpint(got->w_px, >, BT_STRIP_TILE_PX + 300);
            g_assert_true(bt_frame_equal(got, want));
            part.strip->unref(part.strip);
        }
    }
}

/* What hangs over the start or the end of its line is in the strip: the same letters in the middle
 * have no more ink. */
static void test_overhang(Fixture *f, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *name, *lang, *text;
    } cases[] = {
        { "a j begins left of its pen", "vi", "j" },
        { "a vowel above", "blt", "ꪲ" },
        { "an emoji", "vi", "😀" },
        { "a Khmer vowel around", "km", "ស្រើ" },
        { "Arabic", "cja-Arab", "ژۛ" },
        { "a word", "vi", "Ẫm" },
    };
    enum { H_PX = 64 };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *three =
            g_strconcat(cases[i].text, "   ", cases[i].text, "   ", cases[i].text, NULL);
        g_autoptr(BtTicker) one = ticker_of_body(f, cases[i].lang, cases[i].text, H_PX);
        g_autoptr(BtTicker) many = ticker_of_body(f, cases[i].lang, three, H_PX);
        g_autoptr(BtFrame) a = picture_of(part_at(one, 0), H_PX);
        g_autoptr(BtFrame) b = picture_of(part_at(many, 0), H_PX);
        g_test_message("%s", cases[i].name);
        g_assert_cmpuint(count_ink(a, 0, H_PX), >, 0);
        g_assert_cmpuint(3 * count_ink(a, 0, H_PX), ==, count_ink(b, 0, H_PX));
    }
}

/* The lowest row of letters of this colour. */
static int bottom_of(const BtFrame *frame, guint32 color)
{
    for (int y = frame->h_px - 1; y >= 0; y--)
        for (int x = 0; x < frame->w_px; x++)
            if (pixel(frame, x, y) == bt_look_pixel(color))
                return y;
    return -1;
}

/* Title and body are one line, however high the marks of either are stacked. */
static void test_baseline(Fixture *f, gconstpointer data)
{
    (void)data;
    static const Text texts[] = { { "vi", "H", "H" }, { "vi", "ẪH", "H" },
        { "vi", "H", "E\u0302\u0301\u0303\u0301\u0306H" },
        { "vi", "E\u0302\u0301\u0303\u0301\u0306H", "H" } };
    BtColours colours = bt_look_colours(BT_LOOK_GROUND);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(BtTicker) ticker = ticker_of(f, &texts[i], 1, 64, TRUE);
        g_autoptr(BtFrame) all = picture_of(part_at(ticker, 0), 64);
        g_test_message("%s %s", texts[i].title, texts[i].body);
        g_assert_cmpint(bottom_of(all, colours.accent), >, 32);
        g_assert_cmpint(bottom_of(all, colours.letters), ==, bottom_of(all, colours.accent));
    }
}

/* Lines of a text run one after another, and nothing of them is lost. */
static void test_one_line(Fixture *f, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *name, *text;
    } cases[] = {
        { "LF", "Mưa\nto" },
        { "CR LF", "Mưa\r\nto" },
        { "a tab", "Mưa\tto" },
        { "a vertical tab", "Mưa\vto" },
        { "a form feed", "Mưa\fto" },
        { "LINE SEPARATOR", "Mưa\u2028to" },
        { "PARAGRAPH SEPARATOR", "Mưa\u2029to" },
        { "NEL", "Mưa\xC2\x85to" },
        { "several", "\nMưa \n\n\u2029 to\n" },
    };
    g_autoptr(BtTicker) plain = ticker_of_body(f, "vi", "Mưa to", 48);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(BtTicker) ticker = ticker_of_body(f, "vi", cases[i].text, 48);
        g_test_message("%s", cases[i].name);
        gint64 more_px = length_of(ticker) - length_of(plain);
        g_assert_cmpint(more_px, >=, 0);
        g_assert_cmpint(more_px, <=, i + 1 == G_N_ELEMENTS(cases) ? 20 : 0);
    }
}

static guint count_color(const BtFrame *frame, guint32 color)
{
    guint n = 0;
    for (int y = 0; y < frame->h_px; y++)
        for (int x = 0; x < frame->w_px; x++)
            n += pixel(frame, x, y) == bt_look_pixel(color);
    return n;
}

/* A mark stands between two texts, and only there. */
static void test_marks(Fixture *f, gconstpointer data)
{
    (void)data;
    static const Text texts[] = { { "vi", NULL, "Mưa" }, { "vi", NULL, "\n" },
        { "jra", NULL, "Hơjan" }, { "cja", NULL, "چام" } };
    BtColours colours = bt_look_colours(BT_LOOK_GROUND);
    g_autoptr(BtTicker) one = ticker_of(f, texts, 1, 48, TRUE);
    g_autoptr(BtTicker) blank_after = ticker_of(f, texts, 2, 48, TRUE);
    g_autoptr(BtTicker) two = ticker_of(f, texts, 3, 48, TRUE);
    g_autoptr(BtTicker) other_way = ticker_of(f, texts, 4, 48, TRUE);
    g_autoptr(BtFrame) a = picture_of(part_at(one, 0), 48), b = picture_of(part_at(two, 0), 48);
    g_autoptr(BtFrame) c = picture_of(part_at(other_way, 1), 48);
    g_assert_cmpuint(count_color(a, colours.accent), ==, 0);
    g_assert_cmpuint(count_color(b, colours.accent), >, 20);
    g_assert_cmpuint(count_color(c, colours.accent), ==, 0);
    g_assert_cmpint(length_of(blank_after), ==, length_of(one));
}

/* ---- work ---- */

static char *repeated(const char *unit, glong n_chars)
{
    GString *text = g_string_new("");
    for (glong n = 0; n < n_chars; n += g_utf8_strlen(unit, -1))
        g_string_append(text, unit);
    char *end = g_utf8_offset_to_pointer(text->str, n_chars);
    g_string_truncate(text, end - text->str);
    return g_string_free(text, FALSE);
}

/* The most that a tile of a text of so many characters looks at. */
static guint64 most_visited(Fixture *f, const char *lang, const char *unit, glong n_chars)
{
    g_autofree char *text = repeated(unit, n_chars);
    g_autoptr(BtTicker) ticker = ticker_of_body(f, lang, text, 64);
    BtStrip *strip = part_at(ticker, 0)->strip;
    gint64 n_tiles = (strip->length_px + BT_STRIP_TILE_PX - 1) / BT_STRIP_TILE_PX;
    guint64 most = 0;
    for (gint64 k = 0; k < n_tiles; k += 1 + n_tiles / 64) {
        guint64 before = bt_fonts_visited(f->fonts);
        bt_frame_unref(strip->tile(strip, k));
        most = MAX(most, bt_fonts_visited(f->fonts) - before);
    }
    return most;
}

static void test_work(Fixture *f, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *name, *lang, *unit;
    } cases[] = {
        { "Vietnamese", "vi", "Mưa to ở huyện Krông Pa; " },
        { "many scripts and pictures", "vi", "Mưa 😀 ภาษา 𠊛 ខ្មែរ Ω " },
        { "Arabic", "cja-Arab", "سموا مأنسي " },
        { "both ways in one text", "vi", "Tin چام 12 سموا, " },
        { "Han", "zh-Hant", "請於到會（村）。" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint64 few = most_visited(f, cases[i].lang, cases[i].unit, 200);
        guint64 many = most_visited(f, cases[i].lang, cases[i].unit, 10000);
        g_test_message("%s: %" G_GUINT64_FORMAT " of 200, %" G_GUINT64_FORMAT " of 10,000",
            cases[i].name, few, many);
        g_assert_cmpuint(few, >, 10);
        g_assert_cmpuint(many, <, 2 * few);
    }
}

/* ---- memory ---- */

/* A strip that counts the tiles that are alive. */
typedef struct {
    BtStrip strip;
    BtStrip *from;
    int alive, most, made;
    guint32 pixels[BT_STRIP_TILE_PX * 64]; /* of all tiles: nobody looks at them */
} Counted;

static void tile_dies(gpointer data)
{
    ((Counted *)data)->alive--;
}

static BtFrame *counted_tile(BtStrip *strip, gint64 k)
{
    Counted *counted = (Counted *)strip;
    g_autoptr(BtFrame) tile = counted->from->tile(counted->from, k);
    if (!tile)
        return NULL;
    counted->made++;
    counted->alive++;
    counted->most = MAX(counted->most, counted->alive);
    return bt_frame_new_over(
        counted->pixels, tile->w_px, tile->h_px, BT_STRIP_TILE_PX, TRUE, tile_dies, counted);
}

static BtStrip *counted_ref(BtStrip *strip)
{
    return strip;
}

static void counted_unref(BtStrip *strip)
{
    (void)strip;
}

static void test_memory(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *text = repeated("Mưa to ở huyện Krông Pa 😀; ", 10000);
    g_autoptr(BtTicker) ticker = ticker_of_body(f, "vi", text, 64);
    g_autofree Counted *counted = g_new0(Counted, 1);
    counted->from = part_at(ticker, 0)->strip;
    counted->strip =
        (BtStrip){ counted->from->length_px, counted_tile, counted_unref, counted_ref };
    g_autoptr(BtScene) scene = bt_scene_new(640, 64, 0);
    BtLayer *layer = bt_scene_add_layer(scene, (BtRect){ 0, 0, 640, 64 });
    bt_layer_add_strip(layer, (BtRect){ 0, 0, 640, 64 }, &counted->strip, 0, 1000, FALSE);
    BtCompose *compose = bt_compose_new();
    g_autoptr(BtFrame) target = bt_frame_new(640, 64);
    BtRect damage[BT_COMPOSE_MAX_DAMAGE];
    for (gint64 t_ms = 0; t_ms <= counted->from->length_px + 640; t_ms += 97)
        bt_compose_draw(compose, scene, t_ms, target, damage);
    bt_compose_free(compose);
    g_assert_cmpint(counted->made, >, 200);
    g_assert_cmpint(counted->made, <=, (counted->from->length_px + 511) / 512);
    g_assert_cmpint(counted->most, <=, 640 / BT_STRIP_TILE_PX + 2 + 2);
    g_assert_cmpint(counted->alive, ==, 0);
}

/* ---- on the glass ---- */

#define ISSUED "2026-11-22T00:00:00Z"
#define W_PX 320
#define H_PX 48
#define SPEED_PX_S 90

static BtInputs *inputs_of(gint64 *start_ms)
{
    static const char text[] =
        "{\"spec\":1,\"source\":\"s\",\"version\":1,\"issued\":\"" ISSUED "\","
        "\"expires\":\"2026-12-20T00:00:00Z\",\"screens\":[\"b\"],\"timezone\":\"UTC\","
        "\"layouts\":[{\"id\":\"l\",\"canvas\":[320,48],\"background\":\"#0B1B33\",\"zones\":["
        "{\"id\":\"z\",\"rect\":[0,0,320,48]}]}],"
        "\"playlists\":[{\"id\":\"p\",\"items\":[{\"id\":\"t\",\"kind\":\"ticker\",\"texts\":["
        "{\"lang\":\"vi\",\"body\":\"Mưa to\"},{\"lang\":\"cja-Arab\",\"body\":\"سموا مأنسي\"},"
        "{\"lang\":\"jra\",\"body\":\"Hơjan\"}]}]}],"
        "\"programmes\":[{\"id\":\"p\",\"layout\":\"l\",\"class\":\"ordinary\","
        "\"zones\":{\"z\":\"p\"}}]}";
    g_autoptr(GError) error = NULL;
    g_autoptr(BtManifest) manifest = bt_manifest_parse(text, strlen(text), "test", &error);
    g_assert_no_error(error);
    BtInputs *inputs = bt_inputs_new();
    guint source = bt_inputs_add_source(inputs, "s", BT_ALL_CLASSES, NULL, 0);
    bt_inputs_add_manifest(inputs, source, manifest, manifest->payload_sha256, manifest->issued_ms);
    *start_ms = manifest->issued_ms;
    return inputs;
}

static BtStage *stage_of(Fixture *f)
{
    BtStageOptions options = {
        .w_px = W_PX, .h_px = H_PX, .led = TRUE, .zone_name = "UTC", .fonts = f->fonts
    };
    return bt_stage_new(&options);
}

/* The columns in which something stands: *first and *last, -1 when there is nothing. */
static void ink_columns(const BtFrame *frame, int *first, int *last)
{
    *first = *last = -1;
    for (int x = 0; x < frame->w_px; x++)
        for (int y = 0; y < frame->h_px; y++)
            if (pixel(frame, x, y) != pixel(frame, x, 0)) {
                *first = *first < 0 ? x : *first;
                *last = x;
            }
}

/* Ink comes in on the right and moves left, then in on the left and moves right, and the board is
 * empty in between; a board that joins in the middle shows the same. */
static void test_turns_around(Fixture *f, gconstpointer data)
{
    (void)data;
    gint64 start_ms, until_ms;
    BtInputs *inputs = inputs_of(&start_ms);
    g_autoptr(BtStage) stage = stage_of(f);
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, start_ms, bt_stage_measure, stage);
    const BtOnZone *zone = &g_array_index(on->zones, BtOnZone, 0);
    gint64 end_ms = zone->end_ms, advance_px = bt_stage_measure(zone->item, zone->zone, stage);
    g_assert_cmpint(end_ms - start_ms, ==, (1000 * (W_PX + advance_px) + 89) / SPEED_PX_S);
    g_autoptr(GString) story = g_string_new("");
    for (gint64 t_ms = start_ms; t_ms < end_ms; t_ms += 300) {
        g_autoptr(BtStage) fresh = stage_of(f);
        g_autoptr(BtOnAir) now = bt_schedule_at(inputs, t_ms, bt_stage_measure, stage);
        g_autoptr(BtScene) scene = bt_stage_scene(stage, now, t_ms, &until_ms);
        g_autoptr(BtScene) other = bt_stage_scene(fresh, now, t_ms, &until_ms);
        g_autoptr(BtFrame) a = bt_compose_picture(scene, t_ms), b = bt_compose_picture(other, t_ms);
        g_autoptr(BtFrame) later = bt_compose_picture(scene, MIN(until_ms, t_ms + 300) - 1);
        g_assert_true(bt_frame_equal(a, b));
        g_assert_cmpint(until_ms, >, t_ms);
        int first, last, next_first, next_last;
        ink_columns(a, &first, &last);
        ink_columns(later, &next_first, &next_last);
        char sign = first < 0 || next_first < 0     ? '.'
            : first + last > next_first + next_last ? '<'
                                                    : '>';
        if (story->len == 0 || story->str[story->len - 1] != sign)
            g_string_append_c(story, sign);
    }
    g_assert_cmpstr(story->str, ==, ".<.>.<.");
    bt_inputs_free(inputs);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {
        { "ways", test_ways },
        { "way-of-parts", test_way_of_parts },
        { "heights", test_heights },
        { "size-is-the-largest", test_size_is_the_largest },
        { "tiles", test_tiles },
        { "overhang", test_overhang },
        { "baseline", test_baseline },
        { "one-line", test_one_line },
        { "marks", test_marks },
        { "work", test_work },
        { "memory", test_memory },
        { "turns-around", test_turns_around },
    };
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/ticker/", tests[i].name, NULL);
        g_test_add(path, Fixture, NULL, set_up, tests[i].run, tear_down);
    }
    return g_test_run();
}
