/* Texts put together from known words are laid out as texts shaped whole: the same glyphs at the
 * same places, whatever order the words stand in and whatever stands between them. */
#include "fonts/parts.h"

#include <locale.h>

#define QUICK_TEXTS 120
#define SLOW_TEXTS 20000 /* test-words -m slow */
/* On by default, so it changes nothing; but what asks for features is shaped whole. */
#define WHOLE "kern"

typedef struct {
    const char *name, *lang, *words;
    gboolean bold;
} Case;

static const Case cases[] = {
    { "vi", "vi",
        "Tất cả mọi người sinh ra đều được tự do và bình đẳng AV To. Ẵ 19:30 25.000 ₫ (xã) “ủy” " },
    { "jra", "jra", "Abih bang mơnuih mơdơ̆ Ê̆ tơlơi hmâo djơ̆-glaĭ Ƀing ôh H’Bâu a̱ ă̱ " },
    { "km", "km", "មនុស្ស ទាំងអស់ ក្នុង ហើយ ១៩:៣០ ខ្ញុំ។ Khmer អ៊្វី " },
    { "blt", "blt", "ꪹꪕꪸꪉ ꪀꪱ ꪋꪴ ꫛ ꪎꪲꪉ ꪠꪴ - ꪊ ꪞꪰ ꪍ ꪞꪳ ꪌ ꪍꪾꪰ ꪏ ꪌꪰ ꪡ ꪞꪲ ꪼꪒ ꪹꪋꪷꪉ 12 ꪀꪴꫀ " },
    { "blt bold", "blt", "ꪜ ꪻ ꪤ ꪥ꫁ ꪈ ꪹꪕꪸꪉ ꪀꪱ ꪋꪴ ꫛ ꪎꪲꪉ ꪊ ꪞꪰ ꪍꪾꪰ ꪏ ꪌꪰ ꪡ ꪞꪲ ", TRUE },
    { "ar", "ar",
        "يولد جميع الناس أحراراً ب ا في‏ 19:30 20-11-2025، لا "
        "الله "
        "بـ "
        "(Mubarak) "
        "ىٰ " },
    { "th", "th", "มนุษย์ ทั้งหลาย กำ ำ ก น้ำ ประกาศ: 19.30 น. " },
    { "lo", "lo", "ມະນຸດ ແລະ ຳ ນ້ຳ ກຽດ ພ.ສ. 2568 " },
    { "zh", "zh-Hans", "人人 生而自由， 0901 234 567 权利。 A " },
    { "cham", "cjm-Cham", "ꨀꨇꩉ ꨌꩌ ꨕꨶ ꨨ 12 ꨤꨲ " },
    { "marks", "vi", "a ́ e ̱ \u200D 👍 🏽 x\u200D \u2060 \u00A0 f fi ﬁ é \u00AD o " },
};

/* Words in any order, with one space between most of them. */
static char *text_of(char **words, GRand *rand)
{
    GString *text = g_string_new(NULL);
    guint n = g_strv_length(words);
    for (int i = g_rand_int_range(rand, 1, 30); i > 0; i--) {
        g_string_append(text, words[g_rand_int_range(rand, 0, (gint32)n)]);
        int gap = g_rand_int_range(rand, 0, 20);
        g_string_append(text, gap == 0 ? "" : gap == 1 ? "  " : gap == 2 ? "\n" : " ");
    }
    return g_string_free(text, FALSE);
}

static BtTextLayout *lay_out(
    BtFonts *fonts, const char *text, const BtTextStyle *style, int width_px)
{
    g_autoptr(GError) error = NULL;
    BtTextLayout *layout = bt_text_layout(fonts, text, style, width_px, &error);
    g_assert_no_error(error);
    return layout;
}

static void assert_same_line(const BtTextLine *a, const BtTextLine *b)
{
    g_assert_true(a->start == b->start && a->end == b->end && a->n_runs == b->n_runs);
    g_assert_cmpfloat(a->baseline_px, ==, b->baseline_px);
    g_assert_cmpfloat(a->width_px, ==, b->width_px);
    g_assert_cmpmem(&a->ink_px, sizeof a->ink_px, &b->ink_px, sizeof b->ink_px);
}

static void assert_same_run(const BtTextRun *a, const BtTextRun *b)
{
    g_assert_true(a->font == b->font && a->rtl == b->rtl && a->start == b->start &&
        a->end == b->end && a->first_glyph == b->first_glyph && a->n_glyphs == b->n_glyphs);
}

static void assert_same_glyph(const BtGlyph *a, const BtGlyph *b)
{
    g_assert_true(a->id == b->id && a->cluster == b->cluster && a->x_px == b->x_px &&
        a->y_px == b->y_px && a->advance_px == b->advance_px);
}

static void assert_same(const BtTextLayout *a, const BtTextLayout *b)
{
    g_assert_true(a->lines->len == b->lines->len && a->runs->len == b->runs->len &&
        a->glyphs->len == b->glyphs->len && a->missing == b->missing);
    for (guint i = 0; i < a->lines->len; i++)
        assert_same_line(
            &g_array_index(a->lines, BtTextLine, i), &g_array_index(b->lines, BtTextLine, i));
    for (guint i = 0; i < a->runs->len; i++)
        assert_same_run(
            &g_array_index(a->runs, BtTextRun, i), &g_array_index(b->runs, BtTextRun, i));
    for (guint i = 0; i < a->glyphs->len; i++)
        assert_same_glyph(
            &g_array_index(a->glyphs, BtGlyph, i), &g_array_index(b->glyphs, BtGlyph, i));
}

static void test_same(gconstpointer data)
{
    const Case *c = data;
    g_autoptr(BtFonts) fonts = bt_fonts_open(NULL, NULL);
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    g_auto(GStrv) words = g_strsplit(c->words, " ", -1);
    for (guint i = 0; i < (g_test_slow() ? SLOW_TEXTS : QUICK_TEXTS); i++) {
        g_autofree char *text = text_of(words, rand);
        BtTextStyle style = { .lang = c->lang,
            .px = 20 + (int)i % 3 * 20,
            .weight = c->bold ? BT_WEIGHT_BOLD : BT_WEIGHT_REGULAR };
        BtTextStyle whole = style;
        whole.features = WHOLE;
        int width_px = i % 2 ? 300 : 0;
        g_autoptr(BtTextLayout) a = lay_out(fonts, text, &style, width_px);
        g_autoptr(BtTextLayout) b = lay_out(fonts, text, &whole, width_px);
        g_test_message("%s", text);
        assert_same(a, b);
    }
}

static guint64 shapings_of(BtFonts *fonts, const char *lang, const char *text, int width_px)
{
    BtTextStyle style = { .lang = lang, .px = 32 };
    guint64 before = fonts->shapings;
    bt_text_layout_free(lay_out(fonts, text, &style, width_px));
    return fonts->shapings - before;
}

/* A text of known words asks the shaper nothing, nor do its lines. */
static void test_known(void)
{
    static const struct {
        const char *lang, *first, *again;
    } texts[] = {
        { "vi", "mời bà con đến nhà văn hóa", "bà con văn hóa đến mời nhà" },
        { "ar", "جميع الناس أحرار في الحقوق", "الناس في الحقوق جميع أحرار" },
    };
    g_autoptr(BtFonts) fonts = bt_fonts_open(NULL, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_assert_cmpuint(shapings_of(fonts, texts[i].lang, texts[i].first, 0), ==, 1);
        g_assert_cmpuint(shapings_of(fonts, texts[i].lang, texts[i].again, 200), ==, 0);
    }
}

/* A word that is new twice in one run is kept once. */
static void test_new_twice(void)
{
    g_autoptr(BtFonts) fonts = bt_fonts_open(NULL, NULL);
    g_assert_cmpuint(shapings_of(fonts, "vi", "mời bà con đến nhà văn hóa xã", 0), ==, 1);
    g_assert_cmpuint(shapings_of(fonts, "vi", "mời xóm bà xóm con đến nhà văn", 0), ==, 2);
    g_assert_cmpuint(shapings_of(fonts, "vi", "xóm con mời bà", 0), ==, 0);
}

/* The same in a font that looks at spaces, where neighbours must have been seen. */
static void test_neighbours(void)
{
    g_autoptr(BtFonts) fonts = bt_fonts_open(NULL, NULL);
    g_assert_cmpuint(shapings_of(fonts, "blt", "ꪀꪱ ꪋꪴ ꪀꪱ ꫛ", 0), ==, 1);
    g_assert_cmpuint(shapings_of(fonts, "blt", "ꪀꪱ ꫛ", 0), ==, 0);
    g_assert_cmpuint(shapings_of(fonts, "blt", "ꪋꪴ ꫛ", 0), ==, 1);
}

/* One size and width after another, as a search for the right size goes: shaped once. */
static void test_sizes(void)
{
    const char *text = "人人生而自由，在尊严和权利上一律平等。";
    g_autoptr(BtFonts) fonts = bt_fonts_open(NULL, NULL);
    g_assert_cmpuint(shapings_of(fonts, "zh-Hans", text, 0), ==, 1);
    for (int width_px = 40; width_px < 400; width_px += 40)
        g_assert_cmpuint(shapings_of(fonts, "zh-Hans", text, width_px), ==, 0);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, ""); /* messages are printed in its letters */
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/words/same/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_same);
    }
    g_test_add_func("/words/known", test_known);
    g_test_add_func("/words/new-twice", test_new_twice);
    g_test_add_func("/words/neighbours", test_neighbours);
    g_test_add_func("/words/sizes", test_sizes);
    return g_test_run();
}
