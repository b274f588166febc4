/* Every sample, and every orthography's letters with each of its marks, at every size from 10 to
 * 200 px, on a panel and on an LED wall; and in each other spelling, which must give the same
 * picture. What takes turns to be quick takes none with `-m thorough` (tests/soak/sweep), where
 * `test-sweep -m thorough I N` takes the sizes of part I of N. A build with sanitizers takes fewer
 * sizes. */
#include "tests/unit/layout-checks.h"
#include "tests/unit/sweep-texts.h"

#define MIN_PX 10
#define MAX_PX 200
#ifdef BANGTIN_SANITIZE
#define STEP_PX 38
#else
#define STEP_PX 1
#endif
/* When quick: sizes at which all spellings are laid out, and their pixels compared. At the others,
 * one of them is laid out. */
#define SPELLINGS_EVERY_PX 19
/* The letters' long texts draw a quarter of their lines at a size, all of them in four sizes. */
#define LETTERS_STEP 4
/* Above this an LED wall hints no letter: only whole pens differ, and sizes take turns. */
#define LED_HINTS_BELOW_PX 64
#define MAX_TOLD 30

typedef struct {
    guint part, n_parts;
    BtFonts *fonts;
    BtSheet *sheet, *other; /* for the text, and for what must look like it */
    guint step;             /* of the lines that are drawn */
    guint n_layouts, n_lines, n_pictures, n_faults;
} Sweep;

static BtTextLayout *lay_out(Sweep *sweep, const char *text, const BtTextStyle *style)
{
    g_autoptr(GError) error = NULL;
    BtTextLayout *layout = bt_text_layout(sweep->fonts, text, style, style->px * 14, &error);
    g_assert_no_error(error);
    sweep->n_layouts++;
    return layout;
}

/* All faults are counted, the first few told. */
static void note(Sweep *sweep, const BtSweepText *text, const BtTextStyle *style, char *fault)
{
    if (fault != NULL && sweep->n_faults++ < MAX_TOLD)
        g_test_message("%s at %d px%s: %s", text->name, style->px, style->led ? " LED" : "", fault);
    g_free(fault);
}

static gboolean same_glyphs(const BtTextLayout *a, const BtTextLayout *b)
{
    gboolean same = a->glyphs->len == b->glyphs->len && a->runs->len == b->runs->len &&
        a->lines->len == b->lines->len && a->height_px == b->height_px;
    for (guint i = 0; same && i < a->glyphs->len; i++) {
        const BtGlyph *x = &g_array_index(a->glyphs, BtGlyph, i);
        const BtGlyph *y = &g_array_index(b->glyphs, BtGlyph, i);
        same = x->id == y->id && x->x_px == y->x_px && x->y_px == y->y_px;
    }
    return same;
}

/* ---- spellings ---- */

static gboolean all_spellings(const BtTextStyle *style)
{
    return g_test_thorough() || style->px % SPELLINGS_EVERY_PX == 0;
}

/* The other spellings, laid out; those that are laid out otherwise are left out. (transfer full):
 * GPtrArray of BtTextLayout */
static GPtrArray *lay_out_spellings(
    Sweep *sweep, const BtSweepText *text, const BtTextStyle *style, const BtTextLayout *layout)
{
    GPtrArray *others = g_ptr_array_new_with_free_func((GDestroyNotify)bt_text_layout_free);
    guint n = all_spellings(style) ? text->spellings->len : MIN(1, text->spellings->len);
    for (guint i = 0; i < n; i++) {
        const BtSpelling *spelling = &g_array_index(text->spellings, BtSpelling, i);
        BtTextLayout *other = lay_out(sweep, spelling->text, style);
        note(sweep, text, style, bt_layout_fault(sweep->fonts, other));
        gboolean same = same_glyphs(layout, other);
        if (!same)
            note(sweep, text, style, g_strdup_printf("laid out otherwise: %s", spelling->name));
        g_ptr_array_add(others, same ? other : NULL);
        if (!same)
            bt_text_layout_free(other);
    }
    return others;
}

static void compare_line(Sweep *sweep, const BtSweepText *text, const BtTextStyle *style,
    const GPtrArray *others, guint line)
{
    for (guint i = 0; i < others->len; i++) {
        if (others->pdata[i] == NULL)
            continue;
        bt_sheet_draw(sweep->other, others->pdata[i], line);
        sweep->n_pictures++;
        if (!bt_sheets_are_same(sweep->sheet, sweep->other))
            note(sweep, text, style,
                g_strdup_printf("line %u looks otherwise: %s", line,
                    g_array_index(text->spellings, BtSpelling, i).name));
    }
}

/* ---- the sweep ---- */

static void check(Sweep *sweep, const BtSweepText *text, int px, gboolean led)
{
    BtTextStyle style = { .lang = text->lang, .px = px, .led = led };
    g_autoptr(BtTextLayout) layout = lay_out(sweep, text->text, &style);
    note(sweep, text, &style, bt_layout_fault(sweep->fonts, layout));
    if (text->normal)
        note(sweep, text, &style, bt_shaping_fault(sweep->fonts, layout));
    g_autoptr(GPtrArray) others = lay_out_spellings(sweep, text, &style, layout);
    for (guint i = (guint)px % sweep->step; i < layout->lines->len; i += sweep->step) {
        bt_sheet_draw(sweep->sheet, layout, i);
        sweep->n_lines++;
        note(sweep, text, &style, bt_sheet_fault(sweep->sheet, layout, i));
        if (all_spellings(&style))
            compare_line(sweep, text, &style, others, i);
    }
}

static gboolean takes_turns(const Sweep *sweep, int px, gboolean led)
{
    return sweep->step > 1 && px > LED_HINTS_BELOW_PX && led != px % 2;
}

static void sweep_size(Sweep *sweep, GPtrArray *texts, int px)
{
    for (guint i = 0; i < texts->len * 2; i++)
        if (!takes_turns(sweep, px, i % 2))
            check(sweep, texts->pdata[i / 2], px, i % 2);
}

static void sweep_texts(const Sweep *parts, GPtrArray *texts, guint step)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtFonts) fonts = bt_fonts_open(NULL, &error);
    g_assert_no_error(error);
    Sweep sweep = *parts;
    sweep.fonts = fonts;
    sweep.sheet = bt_sheet_new(fonts);
    sweep.other = bt_sheet_new(fonts);
    sweep.step = g_test_thorough() ? 1 : step;
    for (int px = MIN_PX; px <= MAX_PX; px += STEP_PX)
        if ((guint)px % sweep.n_parts == sweep.part)
            sweep_size(&sweep, texts, px);
    g_print("# %u texts: %u layouts, %u lines drawn, %u pictures compared, %u faults\n", texts->len,
        sweep.n_layouts, sweep.n_lines, sweep.n_pictures, sweep.n_faults);
    bt_sheet_free(sweep.sheet);
    bt_sheet_free(sweep.other);
    g_assert_cmpuint(sweep.n_faults, ==, 0);
}

static void test_samples(gconstpointer parts)
{
    g_autoptr(GPtrArray) texts = bt_sweep_samples();
    g_assert_cmpuint(texts->len, >=, 12);
    sweep_texts(parts, texts, 1);
}

static void test_orthographies(gconstpointer parts)
{
    g_autoptr(GPtrArray) texts = bt_sweep_orthographies();
    g_assert_cmpuint(texts->len, >=, 40);
    sweep_texts(parts, texts, LETTERS_STEP);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    Sweep parts = { .n_parts = 1 };
    if (argc == 3) {
        parts.part = (guint)g_ascii_strtoull(argv[1], NULL, 10);
        parts.n_parts = MAX(1, (guint)g_ascii_strtoull(argv[2], NULL, 10));
    }
    g_test_add_data_func("/sweep/samples", &parts, test_samples);
    g_test_add_data_func("/sweep/orthographies", &parts, test_orthographies);
    return g_test_run();
}
