/* Every sample, and every orthography's letters with each of its marks, at every size from 10 to
 * 200 px, on a panel and on an LED wall. A build with sanitizers takes fewer sizes. */
#include "tests/unit/layout-checks.h"

#include <string.h>

#define MIN_PX 10
#define MAX_PX 200
#ifdef BANGTIN_SANITIZE
#define STEP_PX 38
#else
#define STEP_PX 1
#endif
/* Sizes at which composed and decomposed letters are compared pixel by pixel too. */
#define PICTURES_EVERY_PX 19
/* The letters' long texts draw a quarter of their lines at a size, all of them in four sizes. */
#define LETTERS_STEP 4
/* Above this an LED wall hints no letter: only whole pens differ, and sizes take turns. */
#define LED_HINTS_BELOW_PX 64
#define MAX_TOLD 30

typedef struct {
    char *name, *lang;
    char *text, *decomposed;
    gboolean normal; /* NFC */
} Text;

static void text_free(gpointer data)
{
    Text *text = data;
    g_free(text->name);
    g_free(text->lang);
    g_free(text->text);
    g_free(text->decomposed);
    g_free(text);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The files `*.txt` of a folder beside the tests, sorted. (transfer full) */
static GPtrArray *find_files(const char *folder)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "tests/golden", folder, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(path, 0, &error);
    g_assert_no_error(error);
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
        if (g_str_has_suffix(name, ".txt"))
            g_ptr_array_add(files, g_build_filename(path, name, NULL));
    g_ptr_array_sort(files, by_name);
    return files;
}

static char *read_file(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

static Text *text_new(const char *path, char *text)
{
    Text *made = g_new0(Text, 1);
    g_autofree char *base = g_path_get_basename(path);
    made->name = g_strndup(base, strlen(base) - strlen(".txt"));
    made->lang = g_strdup(strcmp(made->name, "mixed") == 0 ? "vi" : made->name);
    made->text = text;
    made->decomposed = g_utf8_normalize(text, -1, G_NORMALIZE_NFD);
    g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
    made->normal = strcmp(text, composed) == 0;
    return made;
}

static GPtrArray *read_samples(void)
{
    g_autoptr(GPtrArray) files = find_files("texts");
    GPtrArray *texts = g_ptr_array_new_with_free_func(text_free);
    for (guint i = 0; i < files->len; i++)
        g_ptr_array_add(texts, text_new(files->pdata[i], read_file(files->pdata[i])));
    return texts;
}

/* ---- orthographies ---- */

/* "0302.0306" → its characters. */
static void append_mark(GString *out, const char *mark)
{
    g_auto(GStrv) codes = g_strsplit(mark, ".", -1);
    for (guint i = 0; codes[i] != NULL; i++)
        g_string_append_unichar(out, (gunichar)g_ascii_strtoull(codes[i], NULL, 16));
}

static void append_marked(GString *out, char **bases, char **marks)
{
    for (guint b = 1; bases[b] != NULL; b++) {
        g_autofree char *upper = g_utf8_strup(bases[b], -1);
        for (guint m = 1; marks[m] != NULL; m++) {
            g_string_append(out, bases[b]);
            append_mark(out, marks[m]);
            if (strcmp(upper, bases[b]) != 0) {
                g_string_append(out, upper);
                append_mark(out, marks[m]);
            }
            g_string_append_c(out, ' ');
        }
    }
}

/* Each letter, small and large, then one of what every language holds: digits, punctuation, signs.
 */
static void append_letters(GString *out, char **letters, char **common)
{
    guint n = g_strv_length(letters), n_common = g_strv_length(common);
    for (guint i = 1; i < MAX(n, n_common); i++) {
        const char *letter = letters[1 + (i - 1) % (n - 1)];
        g_autofree char *upper = g_utf8_strup(letter, -1);
        g_string_append(out, letter);
        if (i < n && strcmp(upper, letter) != 0)
            g_string_append(out, upper);
        if (i < n_common)
            g_string_append(out, common[i]);
        g_string_append_c(out, ' ');
    }
}

static char *letters_of(const char *path, char **common)
{
    g_autofree char *file = read_file(path);
    g_auto(GStrv) lines = g_strsplit_set(file, "\n", -1);
    g_auto(GStrv) bases = NULL;
    GString *out = g_string_new("");
    for (guint i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", -1);
        if (g_str_has_prefix(lines[i], "letters "))
            append_letters(out, words, common);
        else if (g_str_has_prefix(lines[i], "bases ")) {
            g_strfreev(bases);
            bases = g_steal_pointer(&words);
        } else if (g_str_has_prefix(lines[i], "marks "))
            append_marked(out, bases, words);
    }
    g_autofree char *letters = g_string_free(out, FALSE);
    return g_utf8_normalize(letters, -1, G_NORMALIZE_NFC);
}

static GPtrArray *read_orthographies(void)
{
    g_autoptr(GPtrArray) files = find_files("orthographies");
    GPtrArray *texts = g_ptr_array_new_with_free_func(text_free);
    g_autofree char *path =
        g_test_build_filename(G_TEST_DIST, "tests/golden/orthographies/common", NULL);
    g_autofree char *file = read_file(path);
    g_auto(GStrv) common = g_strsplit_set(strstr(file, "letters "), " \n", -1);
    for (guint i = 0; i < files->len; i++)
        g_ptr_array_add(texts, text_new(files->pdata[i], letters_of(files->pdata[i], common)));
    return texts;
}

/* ---- the sweep ---- */

typedef struct {
    BtFonts *fonts;
    BtSheet *sheet;
    guint step; /* of the lines that are drawn */
    guint n_layouts, n_faults;
} Sweep;

static BtTextStyle style_of(const Text *text, int px, gboolean led)
{
    return (BtTextStyle){ .lang = text->lang, .px = px, .led = led };
}

static BtTextLayout *lay_out(const Sweep *sweep, const char *text, const BtTextStyle *style)
{
    g_autoptr(GError) error = NULL;
    BtTextLayout *layout = bt_text_layout(sweep->fonts, text, style, style->px * 14, &error);
    g_assert_no_error(error);
    return layout;
}

/* All faults are counted, the first few told. */
static void note(Sweep *sweep, const Text *text, const BtTextStyle *style, char *fault)
{
    if (fault != NULL && sweep->n_faults++ < MAX_TOLD)
        g_test_message("%s at %d px%s: %s", text->name, style->px, style->led ? " LED" : "", fault);
    g_free(fault);
}

static gboolean same_glyphs(const BtTextLayout *a, const BtTextLayout *b)
{
    gboolean same = a->glyphs->len == b->glyphs->len && a->runs->len == b->runs->len &&
        a->height_px == b->height_px;
    for (guint i = 0; same && i < a->glyphs->len; i++) {
        const BtGlyph *x = &g_array_index(a->glyphs, BtGlyph, i);
        const BtGlyph *y = &g_array_index(b->glyphs, BtGlyph, i);
        same = x->id == y->id && x->x_px == y->x_px && x->y_px == y->y_px;
    }
    return same;
}

static guint32 *picture(const Sweep *sweep, const BtTextLayout *layout, gsize *n_bytes)
{
    int w = layout->width_px + layout->style.px, h = (int)layout->height_px;
    guint32 *pixels = g_new0(guint32, (gsize)w * h);
    *n_bytes = (gsize)w * h * sizeof *pixels;
    bt_text_draw(sweep->fonts, layout, 0, layout->lines->len, pixels, w, (BtRect){ 0, 0, w, h },
        layout->style.px / 2.0f, 0, 0xFFFFFF, TRUE);
    return pixels;
}

static gboolean same_pictures(const Sweep *sweep, const BtTextLayout *a, const BtTextLayout *b)
{
    gsize n, m;
    g_autofree guint32 *one = picture(sweep, a, &n);
    g_autofree guint32 *two = picture(sweep, b, &m);
    return n == m && memcmp(one, two, n) == 0;
}

static void check_decomposed(
    Sweep *sweep, const Text *text, const BtTextStyle *style, const BtTextLayout *layout)
{
    if (strcmp(text->text, text->decomposed) == 0)
        return;
    g_autoptr(BtTextLayout) other = lay_out(sweep, text->decomposed, style);
    if (!same_glyphs(layout, other))
        note(sweep, text, style, g_strdup("decomposed letters are laid out otherwise"));
    else if (style->px % PICTURES_EVERY_PX == 0 && !same_pictures(sweep, layout, other))
        note(sweep, text, style, g_strdup("decomposed letters look otherwise"));
}

static void check(Sweep *sweep, const Text *text, int px, gboolean led)
{
    BtTextStyle style = style_of(text, px, led);
    g_autoptr(BtTextLayout) layout = lay_out(sweep, text->text, &style);
    sweep->n_layouts++;
    note(sweep, text, &style, bt_layout_fault(sweep->fonts, layout));
    if (text->normal)
        note(sweep, text, &style, bt_shaping_fault(sweep->fonts, layout));
    note(sweep, text, &style,
        bt_drawn_fault(sweep->sheet, layout, (guint)px % sweep->step, sweep->step));
    check_decomposed(sweep, text, &style, layout);
}

static gboolean takes_turns(const Sweep *sweep, int px, gboolean led)
{
    return sweep->step > 1 && px > LED_HINTS_BELOW_PX && led != px % 2;
}

static void sweep_texts(GPtrArray *texts, guint step)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtFonts) fonts = bt_fonts_open(NULL, &error);
    g_assert_no_error(error);
    Sweep sweep = { .fonts = fonts, .sheet = bt_sheet_new(fonts), .step = step };
    for (int px = MIN_PX; px <= MAX_PX; px += STEP_PX)
        for (guint i = 0; i < texts->len * 2; i++)
            if (!takes_turns(&sweep, px, i % 2))
                check(&sweep, texts->pdata[i / 2], px, i % 2);
    g_print("# %u texts, %u layouts, %u faults\n", texts->len, sweep.n_layouts, sweep.n_faults);
    bt_sheet_free(sweep.sheet);
    g_assert_cmpuint(sweep.n_faults, ==, 0);
}

static void test_samples(void)
{
    g_autoptr(GPtrArray) texts = read_samples();
    g_assert_cmpuint(texts->len, >=, 12);
    sweep_texts(texts, 1);
}

static void test_orthographies(void)
{
    g_autoptr(GPtrArray) texts = read_orthographies();
    g_assert_cmpuint(texts->len, >=, 40);
    sweep_texts(texts, LETTERS_STEP);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sweep/samples", test_samples);
    g_test_add_func("/sweep/orthographies", test_orthographies);
    return g_test_run();
}
