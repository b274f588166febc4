/* Texts that nobody writes: of a million code points, of ten thousand marks on one letter, nested a
 * thousand deep. The result is a whole layout, and what it costs grows with the text, not with its
 * square: ten times the text may take at most MAX_RATIO times as long, in processor time of one
 * run. */
#include "tests/unit/layout-checks.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>

#ifdef BANGTIN_SANITIZE
#define LONGEST 50000 /* sanitizers take ten times as long */
#else
#define LONGEST BT_TEXT_MAX_CHARS
#endif
/* Linear is 10; caches that no longer hold a text take their share. The square would be 100. */
#define MAX_RATIO 30.0
/* A layout, its text and what is kept of it, of a million code points: measured 223 MB at most. */
#define MAX_MEMORY_KB (512 * 1024)
#define MIN_SECONDS 0.02 /* less is noise */

typedef struct {
    const char *name;
    const char *before, *repeated, *after; /* `repeated` as often as it takes */
    guint n_chars;                         /* of the longest */
    gboolean closes;                       /* `after` as often as `repeated` */
} Case;

static const Case cases[] = {
    { "Vietnamese", "", "Ủy ban nhân dân xã mời bà con đến Nhà văn hóa lúc 19 giờ 30. ", "",
        LONGEST },
    { "decomposed", "", "Tie\u0302\u0301ng Vie\u0323\u0302t ", "", LONGEST },
    { "Khmer", "", "សូមអញ្ជើញបងប្អូនប្រជាពលរដ្ឋទាំងអស់មកចូលរួមប្រជុំ", "", LONGEST },
    { "Arabic and numbers", "", "سموا مأنسي، 20-11-2025 (Al-Mubarak) ", "", LONGEST },
    { "Chinese", "", "通知：请各位居民于2025年11月20日到会。", "", LONGEST },
    { "many scripts", "",
        "Tin 🚨 ខ្មែរ · ꪼꪕ · ꨀꨇꩉ · چام · 𖬌𖬣𖬵 · 𠊛 · "
        "🇻🇳 ",
        "", LONGEST },
    { "one word", "", "a", "", LONGEST },
    { "one number", "", "1", "", LONGEST },
    { "flags without end", "", "\U0001F1FB", "", LONGEST / 2 },
    { "a family without end", "👨", "\u200D👩", "", LONGEST / 2 },
    { "what no font has", "", "a\U0010FFFD", "", LONGEST / 2 },
    { "marks on a letter", "a", "\u0301\u0323", "", LONGEST / 5 },
    { "subscripts on a letter", "ក", "\u17D2ក", "", LONGEST / 5 },
    { "isolates", "", "\u2067", "a\u2069", LONGEST / 5, TRUE },
    { "embeddings", "", "\u202B", "a\u202C", LONGEST / 5, TRUE },
    { "brackets", "\u05D0", "(", "a)", LONGEST / 5, TRUE },
    { "pairs of isolates", "", "\u2067a\u2069", "", LONGEST / 5 },
    { "empty paragraphs", "", "\n", "", LONGEST / 5 },
    { "spaces", "", " ", "", LONGEST },
};

static void append(GString *text, const char *part, guint n_times)
{
    for (guint i = 0; i < n_times; i++)
        g_string_append(text, part);
}

/* At most n_chars long. (transfer full) */
static char *text_of(const Case *c, guint n_chars)
{
    guint each = (guint)g_utf8_strlen(c->repeated, -1);
    guint closing = c->closes ? (guint)g_utf8_strlen(c->after, -1) : 0;
    guint n = (n_chars - (guint)g_utf8_strlen(c->before, -1)) / (each + closing);
    GString *text = g_string_new(c->before);
    append(text, c->repeated, n);
    append(text, c->after, c->closes ? n : 1);
    return g_string_free(text, FALSE);
}

static void assert_whole(const BtTextLayout *layout)
{
    g_autofree char *fault = bt_coverage_fault(layout);
    if (fault != NULL)
        g_test_message("%s", fault);
    g_assert_null(fault);
    g_assert_cmpuint(layout->levels->len, ==, g_utf8_strlen(layout->text, -1));
}

/* Processor seconds of one layout. */
static double seconds_for(BtFonts *fonts, const char *text)
{
    g_autoptr(GError) error = NULL;
    BtTextStyle style = { .lang = "", .px = 24 };
    clock_t began = clock();
    g_autoptr(BtTextLayout) layout = bt_text_layout(fonts, text, &style, 600, &error);
    double seconds = (double)(clock() - began) / CLOCKS_PER_SEC;
    g_assert_no_error(error);
    assert_whole(layout);
    return seconds;
}

static void test_case(gconstpointer data)
{
    const Case *c = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(BtFonts) fonts = bt_fonts_open(NULL, &error);
    g_assert_no_error(error);
    g_autofree char *first = text_of(c, 100), *part = text_of(c, c->n_chars / 10);
    g_autofree char *whole = text_of(c, c->n_chars);
    seconds_for(fonts, first); /* fonts are opened */
    double tenth = seconds_for(fonts, part), all = seconds_for(fonts, whole);
    g_print("# %s: %ld code points in %.2f s, a tenth in %.2f s\n", c->name,
        g_utf8_strlen(whole, -1), all, tenth);
    g_assert_cmpfloat(all, <=, MAX_RATIO * MAX(tenth, MIN_SECONDS));
}

/* The sizes that are asked for, whatever a build's longest is. */
static void test_small(void)
{
    static const Case small[] = {
        { "10,000 marks on one letter", "a", "\u0301", "", 10001 },
        { "1,000 isolates", "", "\u2068", "a\u2069", 3000, TRUE },
        { "1,000 embeddings", "", "\u202A", "a\u202C", 3000, TRUE },
        { "1,000 brackets", "\u05D0", "[", "a]", 3001, TRUE },
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(BtFonts) fonts = bt_fonts_open(NULL, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < G_N_ELEMENTS(small); i++) {
        g_autofree char *text = text_of(&small[i], small[i].n_chars);
        g_assert_cmpint(g_utf8_strlen(text, -1), ==, small[i].n_chars);
        g_print("# %s: %.3f s\n", small[i].name, seconds_for(fonts, text));
    }
}

/* After all of them: the most memory that this process ever had. */
static void test_memory(void)
{
    struct rusage usage;
    g_assert_cmpint(getrusage(RUSAGE_SELF, &usage), ==, 0);
    g_print("# at most %ld MB\n", usage.ru_maxrss / 1024);
#ifdef BANGTIN_SANITIZE
    g_test_skip("sanitizers take memory of their own");
#else
    g_assert_cmpint(usage.ru_maxrss, <=, MAX_MEMORY_KB);
#endif
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/stress/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/stress/small", test_small);
    g_test_add_func("/stress/memory", test_memory);
    return g_test_run();
}
