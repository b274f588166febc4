/* What tests/bench/layout asks of bangtin's own engine: layouts, and glyphs drawn. */
#include "tests/bench/forget.h"
#include "tests/bench/worker.h"

#include <stdio.h>

#define GROUND 0xFF0B1B33u
#define LETTERS 0xF5F7FAu
#define LOOKED_AT 50 /* paragraphs that are counted, not timed */

typedef struct {
    GHashTable *files;
    BtFonts *fonts;
    BtTextStyle style;
    int width_px;
    BenchTexts *texts; /* in turn, */
    const char *text;  /* or the same again */
    BtTextLayout *page;
    guint32 *pixels;
    int page_h_px;
} Bench;

/* LANG PX WIDTH */
static void set_style(Bench *bench, char **words)
{
    bench->style =
        (BtTextStyle){ .lang = words[0], .px = (int)g_ascii_strtoll(words[1], NULL, 10) };
    bench->width_px = (int)g_ascii_strtoll(words[2], NULL, 10);
}

static BtTextLayout *layout_of(const Bench *bench, const char *text)
{
    g_autoptr(GError) error = NULL;
    BtTextLayout *layout =
        bt_text_layout(bench->fonts, text, &bench->style, bench->width_px, &error);
    if (!layout)
        g_error("%s", error->message);
    return layout;
}

static guint lay_out(gpointer user)
{
    Bench *bench = user;
    g_autoptr(BtTextLayout) layout =
        layout_of(bench, bench->texts ? bench_next_text(bench->texts) : bench->text);
    return layout->lines->len > 0;
}

/* look LANG PX WIDTH FILE: lines, glyphs and missing glyphs of the first paragraphs, then the fonts
 * that drew them. */
static gboolean answer_look(char **words, gpointer user)
{
    Bench *bench = user;
    set_style(bench, words + 1);
    const GPtrArray *texts = bench_texts(bench->files, words[4])->texts;
    guint lines = 0, glyphs = 0, missing = 0;
    g_autoptr(GHashTable) fonts = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < texts->len && i < LOOKED_AT; i++) {
        g_autoptr(BtTextLayout) layout = layout_of(bench, texts->pdata[i]);
        lines += layout->lines->len;
        glyphs += layout->glyphs->len;
        missing += layout->missing;
        for (guint k = 0; k < layout->runs->len; k++)
            g_hash_table_add(fonts,
                (gpointer)bt_fonts_name(
                    bench->fonts, g_array_index(layout->runs, BtTextRun, k).font));
    }
    g_autofree gpointer *names = g_hash_table_get_keys_as_array(fonts, NULL);
    g_autofree char *all = g_strjoinv(" ", (char **)names);
    printf("%u %u %u %s", lines, glyphs, missing, all);
    return TRUE;
}

/* layout LANG PX WIDTH FILE new|again MS */
static gboolean answer_layout(char **words, gpointer user)
{
    Bench *bench = user;
    set_style(bench, words + 1);
    BenchTexts *texts = bench_texts(bench->files, words[4]);
    bench->texts = words[5][0] == 'n' ? texts : NULL;
    bench->text = texts->texts->pdata[0];
    bench_rate(lay_out, bench, (int)g_ascii_strtoll(words[6], NULL, 10));
    return TRUE;
}

/* ---- drawing ---- */

static guint draw_warm(gpointer user)
{
    const Bench *bench = user;
    BtRect all = { 0, 0, bench->width_px, bench->page_h_px };
    bt_text_draw(bench->fonts, bench->page, 0, bench->page->lines->len, bench->pixels,
        bench->width_px, all, 0, 0, LETTERS, TRUE);
    return 1;
}

static guint draw_cold(gpointer user)
{
    Bench *bench = user;
    bench_forget_glyphs(bench->fonts);
    return draw_warm(user);
}

static guint count_distinct(const BtTextLayout *layout)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < layout->runs->len; i++) {
        const BtTextRun *run = &g_array_index(layout->runs, BtTextRun, i);
        for (guint k = 0; k < run->n_glyphs; k++) {
            guint id = g_array_index(layout->glyphs, BtGlyph, run->first_glyph + k).id;
            g_hash_table_add(seen, GUINT_TO_POINTER(run->font << 20 | id));
        }
    }
    return g_hash_table_size(seen);
}

/* draw LANG PX WIDTH FILE cold|warm MS: pages drawn; then the page's glyphs, and how many of them
 * are distinct. */
static gboolean answer_draw(char **words, gpointer user)
{
    Bench *bench = user;
    set_style(bench, words + 1);
    g_autoptr(BtTextLayout) page =
        layout_of(bench, bench_texts(bench->files, words[4])->texts->pdata[0]);
    bench->page = page;
    bench->page_h_px = MAX(1, (int)page->height_px);
    g_autofree guint32 *pixels = g_new(guint32, (gsize)bench->width_px * bench->page_h_px);
    for (gsize i = 0; i < (gsize)bench->width_px * bench->page_h_px; i++)
        pixels[i] = GROUND;
    bench->pixels = pixels;
    bench_rate(words[5][0] == 'c' ? draw_cold : draw_warm, bench,
        (int)g_ascii_strtoll(words[6], NULL, 10));
    printf(" %u %u", page->glyphs->len, count_distinct(page));
    return TRUE;
}

int main(void)
{
    static const BenchQuestion questions[] = { { "look", 5, answer_look },
        { "layout", 7, answer_layout }, { "draw", 7, answer_draw }, { 0 } };
    g_autoptr(GError) error = NULL;
    Bench bench = { .files = bench_files_new(), .fonts = bt_fonts_open(NULL, &error) };
    if (!bench.fonts)
        g_error("%s", error->message);
    int status = bench_serve(questions, &bench);
    bt_fonts_close(bench.fonts);
    g_hash_table_destroy(bench.files);
    return status;
}
