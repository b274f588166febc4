/* Texts in a box: the ellipsis of what does not fit, lines that fill their box, pages, and the size
 * that fits. */
#include "tests/unit/text-fixture.h"

#include <math.h>
#include <string.h>

static const BtTextRun *run_of_glyph(const BtTextLayout *layout, guint glyph)
{
    for (guint i = 0; i < layout->runs->len; i++) {
        const BtTextRun *run = &g_array_index(layout->runs, BtTextRun, i);
        if (glyph >= run->first_glyph && glyph < run->first_glyph + run->n_glyphs)
            return run;
    }
    g_assert_not_reached();
}

/* ---- ellipsis ---- */

typedef struct {
    const char *name, *lang, *text;
    BtTextBox box;
    guint n_lines; /* of the result */
    gboolean cut, rtl;
    const char *font; /* that the ellipsis must come from; NULL: the one of the letter before it */
} EllipsisCase;

#define VI "Thông báo lịch tiêm chủng: trạm y tế xã, từ thứ hai đến thứ sáu"
#define KM "សេចក្តីជូនដំណឹងអំពីការប្រជុំភូមិនៅថ្ងៃស្អែក"
#define AR "إعلان: اجتماع القرية غدا صباحا في بيت الثقافة"
#define ZH "通知：请各位居民于明天上午到村文化中心开会，谢谢"
#define TAVT "ꪼꪕ ꪁꪫꪱꪣ ꪚꪮꪀ ꪵꪀ ꪝꪲ ꪙꪮꪉ ꪒꪸꪫ"

static const EllipsisCase ellipses[] = {
    { "fits", "vi", VI, { 2000, 0, 1 }, 1, FALSE, FALSE, NULL },
    { "no box at all", "vi", VI, { 0, 0, 0 }, 1, FALSE, FALSE, NULL },
    { "one line", "vi", VI, { 300, 0, 1 }, 1, TRUE, FALSE, NULL },
    { "two lines", "vi", VI, { 200, 0, 2 }, 2, TRUE, FALSE, NULL },
    { "by height", "vi", VI, { 200, 95, 0 }, 2, TRUE, FALSE, NULL },
    { "too low for a line", "vi", VI, { 200, 3, 0 }, 1, TRUE, FALSE, NULL },
    { "room for nothing", "vi", VI, { 2, 0, 1 }, 1, TRUE, FALSE, NULL },
    { "a paragraph is left out", "vi", "Một\nHai", { 300, 0, 1 }, 1, TRUE, FALSE, NULL },
    { "Khmer, never in a cluster", "km", KM, { 150, 0, 1 }, 1, TRUE, FALSE, NULL },
    { "from the right", "cja-Arab", AR, { 200, 0, 1 }, 1, TRUE, TRUE, NULL },
    { "Han", "zh-Hans", ZH, { 200, 0, 1 }, 1, TRUE, FALSE, "NotoSansCJK-Regular.ttc#2" },
    { "Tai Viet", "blt", TAVT, { 160, 0, 1 }, 1, TRUE, FALSE, NULL },
};

static gboolean starts_cluster(const BtTextLayout *layout, gsize at)
{
    if (at == strlen(layout->text) || at == 0)
        return TRUE;
    for (guint i = 0; i < layout->glyphs->len; i++)
        if (glyph_at(layout, i)->cluster == at)
            return TRUE;
    for (guint i = 0; i < layout->lines->len; i++)
        if (line_at(layout, i)->end == at)
            return TRUE;
    return FALSE;
}

/* The ellipsis is the glyph that the cut is the cluster of; it stands at the line's end in reading
 * direction. */
static void check_ellipsis(Fixture *f, const EllipsisCase *c, const BtTextLayout *layout)
{
    const BtTextLine *last = line_at(layout, layout->lines->len - 1);
    guint n = layout->glyphs->len, at = 0;
    for (guint i = 0; i < n; i++)
        if (glyph_at(layout, i)->cluster == layout->cut)
            at = i;
    const BtGlyph *ellipsis = glyph_at(layout, at);
    g_assert_cmpuint(ellipsis->cluster, ==, layout->cut);
    for (guint i = 0; i < n; i++) {
        const BtGlyph *other = glyph_at(layout, i);
        if (i != at && fabsf(other->y_px - last->baseline_px) < 1 && c->rtl)
            g_assert_cmpfloat(ellipsis->x_px, <=, other->x_px);
        else if (i != at && fabsf(other->y_px - last->baseline_px) < 1)
            g_assert_cmpfloat(ellipsis->x_px, >=, other->x_px);
    }
    if (c->font != NULL)
        g_assert_cmpstr(bt_fonts_name(f->fonts, run_of_glyph(layout, at)->font), ==, c->font);
    if (c->box.width_px > 20)
        g_assert_cmpfloat(last->width_px, <=, c->box.width_px + 0.02f);
}

static void test_ellipsis(Fixture *f, gconstpointer data)
{
    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(ellipses); i++) {
        const EllipsisCase *c = &ellipses[i];
        BtTextStyle style = { .lang = c->lang, .px = 28 };
        g_autoptr(GError) error = NULL;
        g_autoptr(BtTextLayout) layout =
            bt_text_layout_in_box(f->fonts, c->text, &style, &c->box, &error);
        g_autoptr(BtTextLayout) whole =
            bt_text_layout(f->fonts, c->text, &style, c->box.width_px, &error);
        g_assert_no_error(error);
        g_test_message("%s", c->name);
        g_assert_cmpuint(layout->lines->len, ==, c->n_lines);
        g_assert_cmpint(layout->cut < strlen(c->text), ==, c->cut);
        g_assert_cmpstr(layout->text, ==, c->text);
        g_assert_cmpuint(layout->levels->len, ==, whole->levels->len);
        g_assert_true(starts_cluster(whole, layout->cut));
        if (c->cut)
            check_ellipsis(f, c, layout);
    }
}

/* As many words stay as can; a single long word gives up single letters. */
static void test_ellipsis_is_greedy(Fixture *f, gconstpointer data)
{
    (void)data;
    BtTextStyle style = { .lang = "vi", .px = 28 };
    for (int w = 120; w < 600; w += 7) {
        BtTextBox box = { w, 0, 1 };
        g_autoptr(BtTextLayout) layout = bt_text_layout_in_box(f->fonts, VI, &style, &box, NULL);
        const char *next = VI + layout->cut + strspn(VI + layout->cut, " ,:");
        gsize word = strcspn(next, " ,:");
        g_assert_true(strchr(" ,:", VI[layout->cut]) != NULL);
        g_autofree char *longer = g_strndup(VI, next + word - VI);
        g_autofree char *tried = g_strconcat(longer, "…", NULL);
        g_assert_cmpint(bt_text_advance_px(f->fonts, tried, &style), >, w);
    }
    const char *word = "nghiêngnghiêngnghiêngnghiêngnghiêng";
    BtTextBox box = { 300, 0, 1 };
    g_autoptr(BtTextLayout) cut = bt_text_layout_in_box(f->fonts, word, &style, &box, NULL);
    g_assert_cmpfloat(line_at(cut, 0)->width_px, >, 270);
}

/* What Unicode calls one character is not cut either, where the shaper makes two clusters of it: a
 * sign that stands before a number. */
static void test_ellipsis_keeps_characters(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char text[] = "\xD8\x80"
                               "1\xD8\x80"
                               "2\xD8\x80"
                               "3\xD8\x80"
                               "4\xD8\x80"
                               "5";
    BtTextStyle style = { .lang = "cja-Arab", .px = 20 };
    for (int w = 10; w < bt_text_advance_px(f->fonts, text, &style); w++) {
        BtTextBox box = { w, 0, 1 };
        g_autoptr(BtTextLayout) cut = bt_text_layout_in_box(f->fonts, text, &style, &box, NULL);
        g_assert_cmpuint(cut->cut % 3, ==, 0);
    }
}

/* ---- lines that fill the box ---- */

typedef struct {
    const char *name, *lang, *text;
    int width_px;
    const char *wide[6], *never[4]; /* characters behind which there is room, and never any */
} JustifyCase;

static const JustifyCase justified[] = {
    { "Vietnamese, at spaces", "vi", VI ", nghỉ trưa một giờ rưỡi", 300, { " " },
        { "ô", "á", "m", "t" } },
    { "Arabic, at spaces", "cja-Arab", AR " " AR, 260, { " " }, { "ا", "ع", "م", "ي" } },
    { "Han, at characters", "zh-Hans", ZH ZH, 247, { "各", "居" }, { "（" } },
    { "Khmer, at words", "km", KM KM, 262, { "ង" }, { "ច", "ប្រ" } },
    { "Thai, at words", "th", "ขอเชิญประชาชนทุกท่านเข้าร่วมประชุมที่ศาลาประชาคมหมู่บ้าน", 262, { "ญ" },
        { "เ", "ป", "ข" } },
};

/* How much wider each cluster is than in the ragged layout, by the character it begins with. */
static gboolean is_widened(const BtTextLayout *full, const BtTextLayout *ragged, const char *behind)
{
    gsize n = strlen(behind);
    for (guint i = 0; i < full->glyphs->len; i++) {
        const BtGlyph *a = glyph_at(full, i), *b = glyph_at(ragged, i);
        g_assert_cmpuint(a->cluster, ==, b->cluster);
        if (strncmp(full->text + a->cluster, behind, n) == 0 &&
            a->advance_px > b->advance_px + 0.01f)
            return TRUE;
    }
    return FALSE;
}

static void check_full_lines(const BtTextLayout *full, int width_px, gboolean led)
{
    for (guint i = 0; i < full->lines->len; i++) {
        const BtTextLine *line = line_at(full, i);
        float sum = 0;
        for (guint k = line->first_run; k < line->first_run + line->n_runs; k++) {
            const BtTextRun *run = &g_array_index(full->runs, BtTextRun, k);
            for (guint g = 0; g < run->n_glyphs; g++)
                sum += glyph_at(full, run->first_glyph + g)->advance_px;
        }
        g_assert_cmpfloat(fabsf(sum - line->width_px), <, 0.1f);
        if (!line->hard)
            g_assert_cmpfloat(fabsf(line->width_px - width_px), <, led ? 1.0f : 0.1f);
        else
            g_assert_cmpfloat(line->width_px, <, width_px + 0.1f);
    }
}

static void test_justify(Fixture *f, gconstpointer data)
{
    (void)data;
    for (guint i = 0; i < 2 * G_N_ELEMENTS(justified); i++) {
        const JustifyCase *c = &justified[i / 2];
        BtTextStyle style = {
            .lang = c->lang, .px = 20, .align = BT_ALIGN_JUSTIFY, .led = i % 2 == 1
        };
        BtTextStyle start = style;
        start.align = BT_ALIGN_START;
        g_autoptr(GError) error = NULL;
        g_autoptr(BtTextLayout) full =
            bt_text_layout(f->fonts, c->text, &style, c->width_px, &error);
        g_autoptr(BtTextLayout) ragged =
            bt_text_layout(f->fonts, c->text, &start, c->width_px, &error);
        g_assert_no_error(error);
        g_test_message("%s", c->name);
        g_assert_cmpuint(full->lines->len, >, 1);
        g_assert_cmpuint(full->lines->len, ==, ragged->lines->len);
        check_full_lines(full, c->width_px, style.led);
        for (guint k = 0; k < G_N_ELEMENTS(c->wide) && c->wide[k] != NULL; k++)
            g_assert_true(is_widened(full, ragged, c->wide[k]));
        for (guint k = 0; k < G_N_ELEMENTS(c->never) && c->never[k] != NULL; k++)
            g_assert_false(is_widened(full, ragged, c->never[k]));
    }
}

/* Two words in a wide box stay side by side, and an indent keeps its width. */
static void test_justify_sparse(Fixture *f, gconstpointer data)
{
    (void)data;
    BtTextStyle style = { .lang = "vi", .px = 20, .align = BT_ALIGN_JUSTIFY };
    g_autoptr(BtTextLayout) sparse =
        bt_text_layout(f->fonts, "Bản tin nghiêngnghiêngnghiêngnghiêng", &style, 330, NULL);
    g_assert_cmpuint(sparse->lines->len, ==, 2);
    g_assert_cmpfloat(line_at(sparse, 0)->width_px, <, 200);
    BtTextStyle ragged_style = { .lang = "vi", .px = 20 };
    const char *indented = "    Thông báo lịch tiêm chủng trạm y tế xã";
    g_autoptr(BtTextLayout) full = bt_text_layout(f->fonts, indented, &style, 250, NULL);
    g_autoptr(BtTextLayout) ragged = bt_text_layout(f->fonts, indented, &ragged_style, 250, NULL);
    g_assert_cmpfloat(glyph_at(full, 4)->x_px, ==, glyph_at(ragged, 4)->x_px);
    g_assert_cmpfloat(line_at(full, 0)->width_px, >, line_at(ragged, 0)->width_px);
}

/* ---- pages and fitting ---- */

static void test_pages(Fixture *f, gconstpointer data)
{
    (void)data;
    for (guint i = 0; i < N_SAMPLES; i++) {
        g_autofree char *text = read_sample(samples[i]);
        BtTextStyle style = { .lang = lang_of(samples[i]), .px = 24 };
        g_autoptr(BtTextLayout) layout = lay_out(f, text, &style, 300);
        for (guint max_lines = 0; max_lines < 5; max_lines++) {
            g_autoptr(GArray) pages = bt_text_paginate(layout, 160, max_lines);
            guint next = 0;
            for (guint k = 0; k < pages->len; k++) {
                BtTextPage page = g_array_index(pages, BtTextPage, k);
                float height = 0;
                g_assert_cmpuint(page.first_line, ==, next);
                g_assert_cmpuint(page.n_lines, >, 0);
                g_assert_true(max_lines == 0 || page.n_lines <= max_lines);
                next += page.n_lines;
                for (guint n = page.first_line; n < next; n++)
                    height += line_at(layout, n)->ascent_px + line_at(layout, n)->descent_px;
                g_assert_true(height <= 160 || page.n_lines == 1);
            }
            g_assert_cmpuint(next, ==, layout->lines->len);
        }
    }
}

static guint longest_page(const GArray *pages)
{
    guint most = 0;
    for (guint i = 0; i < pages->len; i++)
        most = MAX(most, g_array_index(pages, BtTextPage, i).n_lines);
    return most;
}

/* As many pages, none longer than it must be for that. */
static void test_even_pages(Fixture *f, gconstpointer data)
{
    (void)data;
    guint shorter = 0;
    for (guint i = 0; i < N_SAMPLES; i++) {
        g_autofree char *text = read_sample(samples[i]);
        BtTextStyle style = { .lang = lang_of(samples[i]), .px = 24 };
        g_autoptr(BtTextLayout) layout = lay_out(f, text, &style, 300);
        g_autoptr(GArray) pages = bt_text_paginate(layout, 10000, 7);
        g_autoptr(GArray) even = bt_text_paginate_evenly(layout, 10000, 7);
        guint most = longest_page(even);
        g_autoptr(GArray) fewer = bt_text_paginate(layout, 10000, MAX(1, most - 1));
        g_assert_cmpuint(even->len, ==, pages->len);
        g_assert_true(even->len == 1 || most == 1 || fewer->len > even->len);
        shorter += most < longest_page(pages);
    }
    g_assert_cmpuint(shorter, >, 0);
}

/* A sentence that ends in the last third of a page ends the page. */
static void test_page_ends_with_sentence(Fixture *f, gconstpointer data)
{
    (void)data;
    BtTextStyle style = { .lang = "vi", .px = 20 };
    g_autoptr(BtTextLayout) layout =
        lay_out(f, "một hai ba bốn năm sáu bảy tám. Chín mười một hai ba bốn năm", &style, 100);
    g_autoptr(GArray) pages = bt_text_paginate(layout, 10000, 4);
    guint last = g_array_index(pages, BtTextPage, 0).n_lines - 1;
    g_assert_cmpuint(layout->lines->len, >, 4);
    g_assert_true(layout->text[line_at(layout, last)->end - 1] == '.');
}

static void test_fit(Fixture *f, gconstpointer data)
{
    (void)data;
    static const int boxes[][2] = { { 600, 300 }, { 320, 96 }, { 200, 400 }, { 1800, 64 } };
    for (guint i = 0; i < N_SAMPLES; i++) {
        g_autofree char *text = read_sample(samples[i]);
        for (guint k = 0; k < G_N_ELEMENTS(boxes); k++) {
            BtTextStyle style = { .lang = lang_of(samples[i]), .led = k == 1 };
            int w = boxes[k][0], h = boxes[k][1];
            style.px = bt_text_fit_px(f->fonts, text, &style, w, h, 7, 8, 90);
            g_assert_cmpint(style.px, >=, 8);
            g_assert_cmpint(style.px, <=, 90);
            g_test_message("%s in %d × %d: %d", samples[i], w, h, style.px);
            if (style.px == 8)
                continue; /* it needs pages */
            g_autoptr(BtTextLayout) layout = lay_out(f, text, &style, w);
            g_assert_cmpfloat(layout->height_px, <=, h);
            g_assert_cmpuint(layout->lines->len, <=, 7);
            check_boxes(layout, w);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/box/ellipsis", Fixture, NULL, set_up, test_ellipsis, tear_down);
    g_test_add(
        "/box/ellipsis-is-greedy", Fixture, NULL, set_up, test_ellipsis_is_greedy, tear_down);
    g_test_add("/box/ellipsis-keeps-characters", Fixture, NULL, set_up,
        test_ellipsis_keeps_characters, tear_down);
    g_test_add("/box/justify", Fixture, NULL, set_up, test_justify, tear_down);
    g_test_add("/box/justify-sparse", Fixture, NULL, set_up, test_justify_sparse, tear_down);
    g_test_add("/box/pages", Fixture, NULL, set_up, test_pages, tear_down);
    g_test_add("/box/even-pages", Fixture, NULL, set_up, test_even_pages, tear_down);
    g_test_add("/box/page-ends-with-sentence", Fixture, NULL, set_up, test_page_ends_with_sentence,
        tear_down);
    g_test_add("/box/fit", Fixture, NULL, set_up, test_fit, tear_down);
    return g_test_run();
}
