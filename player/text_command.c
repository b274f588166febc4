/* `bangtin text`. What it lacks glyphs for, and legacy encodings, are told on standard error and
 * are no failure: boxes in the result are counted as `missing`. */
#include "player/text_command.h"

#include "player/text_advice.h"
#include "player/text_output.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_PX 32
/* The largest canvas. */
#define MAX_WIDTH_PX 7680
#define MAX_HEIGHT_PX 4320

typedef struct {
    char *lang, *font, *dir, *format, *out, *features, *variations, *script, *align, *legacy;
    int px, width_px, max_height_px;
    gboolean led, fit, pages;
} Options;

static void options_clear(Options *o)
{
    char *strings[] = { o->lang, o->font, o->dir, o->format, o->out, o->features, o->variations,
        o->script, o->align, o->legacy };
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static int complain(int status, const char *message)
{
    fprintf(stderr, "bangtin: %s\n", message);
    return status;
}

/* ---- options ---- */

static const char *const formats[] = { "json", "png", NULL };
static const char *const dirs[] = { "auto", "ltr", "rtl", "ttb", NULL };
static const char *const legacies[] = { "auto", "vov4", "tcvn3", "vni", NULL };
static const char *const aligns[] = { "start", "centre", "end", "justify", NULL };

static gboolean parse(int *argc, char ***argv, Options *o, GError **error)
{
    const GOptionEntry entries[] = {
        { "lang", 0, 0, G_OPTION_ARG_STRING, &o->lang, "Language of the text (BCP 47)", "TAG" },
        { "px", 0, 0, G_OPTION_ARG_INT, &o->px, "Size of the em square", "N" },
        { "width", 0, 0, G_OPTION_ARG_INT, &o->width_px, "Width of the lines; 0: any", "PX" },
        { "max-height", 0, 0, G_OPTION_ARG_INT, &o->max_height_px,
            "Height of the box; what does not fit ends with an ellipsis; 0: any", "PX" },
        { "fit", 0, 0, G_OPTION_ARG_NONE, &o->fit,
            "The largest size up to --px at which all fits the box", NULL },
        { "pages", 0, 0, G_OPTION_ARG_NONE, &o->pages,
            "Pages as high as the box instead of an ellipsis", NULL },
        { "align", 0, 0, G_OPTION_ARG_STRING, &o->align, "Where lines stand in the box",
            "start|centre|end|justify" },
        { "font", 0, 0, G_OPTION_ARG_FILENAME, &o->font, "A font to try before the table",
            "FILE[#N]" },
        { "variations", 0, 0, G_OPTION_ARG_STRING, &o->variations, "Axes of that font",
            "wght=650,…" },
        { "features", 0, 0, G_OPTION_ARG_STRING, &o->features, "OpenType features",
            "liga=0,ss01,…" },
        { "script", 0, 0, G_OPTION_ARG_STRING, &o->script, "Script of every letter (ISO 15924)",
            "CODE" },
        { "dir", 0, 0, G_OPTION_ARG_STRING, &o->dir, "Base direction, or columns",
            "auto|ltr|rtl|ttb" },
        { "legacy", 0, 0, G_OPTION_ARG_STRING, &o->legacy,
            "Convert from an encoding before Unicode first", "auto|vov4|tcvn3|vni" },
        { "led", 0, 0, G_OPTION_ARG_NONE, &o->led, "As on an LED wall", NULL },
        { "format", 0, 0, G_OPTION_ARG_STRING, &o->format, "What to write", "json|png" },
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o->out, "Where, instead of standard output",
            "FILE" },
        { NULL },
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- lay out standard input");
    g_option_context_add_main_entries(context, entries, NULL);
    return g_option_context_parse(context, argc, argv, error);
}

/* The place of `word` in `words`, 0 for NULL, -1 when it is not among them. */
static int place_of(const char *word, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++)
        if (word == NULL || strcmp(word, words[i]) == 0)
            return i;
    return -1;
}

/* (transfer full) (nullable) */
static char *find_bad_number(const Options *o)
{
    const struct {
        const char *name;
        int value, min, max;
    } numbers[] = {
        { "--px", o->px, BT_TEXT_MIN_PX, BT_TEXT_MAX_PX },
        { "--width", o->width_px, 0, MAX_WIDTH_PX },
        { "--max-height", o->max_height_px, 0, MAX_HEIGHT_PX },
    };
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (numbers[i].value < numbers[i].min || numbers[i].value > numbers[i].max)
            return g_strdup_printf("text:%s: %d is out of range: expected %d to %d",
                numbers[i].name, numbers[i].value, numbers[i].min, numbers[i].max);
    return NULL;
}

/* (transfer full) (nullable) */
static char *find_bad_word(const Options *o)
{
    const struct {
        const char *name, *value;
        const char *const *words;
    } choices[] = {
        { "--dir", o->dir, dirs },
        { "--format", o->format, formats },
        { "--align", o->align, aligns },
        { "--legacy", o->legacy, legacies },
    };
    for (guint i = 0; i < G_N_ELEMENTS(choices); i++) {
        g_autofree char *expected = g_strjoinv(", ", (char **)choices[i].words);
        if (place_of(choices[i].value, choices[i].words) < 0)
            return g_strdup_printf("text:%s: %s is not known: expected one of %s", choices[i].name,
                choices[i].value, expected);
    }
    return NULL;
}

/* The box as the layout sees it: that of vertical text lies on its side. */
static BtTextBox box_of(const Options *o)
{
    if (g_strcmp0(o->dir, "ttb") == 0)
        return (BtTextBox){ .width_px = o->max_height_px, .height_px = o->width_px };
    return (BtTextBox){ .width_px = o->width_px, .height_px = o->max_height_px };
}

/* What is wrong with the options, NULL when nothing is. (transfer full) */
static char *find_fault(int argc, char **argv, const Options *o)
{
    if (argc > 1)
        return g_strdup_printf(
            "text:%s: not expected here: expected the text on standard input", argv[1]);
    if (g_strcmp0(o->format, "png") == 0 && o->out == NULL)
        return g_strdup("text:--format: png needs a file: expected -o FILE");
    if (o->variations != NULL && o->font == NULL)
        return g_strdup("text:--variations: no font to vary: expected --font FILE");
    BtTextBox box = box_of(o);
    gboolean vertical = g_strcmp0(o->dir, "ttb") == 0;
    if ((o->fit || o->pages) && box.height_px == 0)
        return g_strdup_printf("text:%s: no box: expected %s PX", o->fit ? "--fit" : "--pages",
            vertical ? "--width" : "--max-height");
    if (o->fit && box.width_px == 0)
        return g_strdup_printf(
            "text:--fit: no box: expected %s PX", vertical ? "--max-height" : "--width");
    char *fault = find_bad_number(o);
    return fault != NULL ? fault : find_bad_word(o);
}

/* ---- the command ---- */

/* (transfer full) (nullable) */
static char *read_text(GError **error)
{
    g_autoptr(GByteArray) text = g_byte_array_new();
    guint8 block[65536];
    gsize n;
    while (text->len <= BT_TEXT_MAX_BYTES && (n = fread(block, 1, sizeof block, stdin)) > 0)
        g_byte_array_append(text, block, n);
    if (ferror(stdin)) {
        g_set_error_literal(error, BT_ERROR, BT_ERROR_IO, "standard input: cannot be read");
        return NULL;
    }
    const guint8 *nul = text->len > 0 ? memchr(text->data, 0, text->len) : NULL;
    if (nul != NULL) {
        g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX, "text:%zu: NUL: expected UTF-8 without it",
            (gsize)(nul - text->data));
        return NULL;
    }
    g_byte_array_append(text, (const guint8 *)"", 1);
    return (char *)g_byte_array_free(g_steal_pointer(&text), FALSE);
}

/* (transfer full) (nullable) */
static BtFonts *open_fonts(const Options *o, GError **error)
{
    g_autoptr(BtFonts) fonts = bt_fonts_open(o->font, error);
    if (fonts != NULL && o->variations != NULL &&
        !bt_fonts_set_variations(fonts, o->variations, error))
        return NULL;
    return g_steal_pointer(&fonts);
}

/* The legible minimum of the text's own language is the least that is tried. */
static int fit_px(BtFonts *fonts, const char *text, const BtTextStyle *style, const Options *o)
{
    int least_px = MIN(bt_text_min_px(o->lang, o->led), o->px);
    BtTextBox box = box_of(o);
    return bt_text_fit_px(fonts, text, style, box.width_px, box.height_px, 0, least_px, o->px);
}

static gboolean write_out(BtFonts *fonts, const BtTextLayout *layout, BtLegacy converted,
    const Options *o, GError **error)
{
    int page_px = box_of(o).height_px;
    g_autoptr(GArray) pages = o->pages ? bt_text_paginate(layout, page_px, 0) : NULL;
    if (g_strcmp0(o->format, "png") == 0)
        return bt_text_write_png(fonts, layout, pages, page_px, o->out, error);
    return bt_text_write_json(fonts, layout, pages, converted, o->out, error);
}

static gboolean lay_out(const Options *o, GError **error)
{
    BtLegacy converted;
    g_autofree char *text = bt_text_convert(read_text(error), o->legacy, &converted);
    g_autoptr(BtFonts) fonts = text != NULL ? open_fonts(o, error) : NULL;
    if (fonts == NULL)
        return FALSE;
    BtTextStyle style = { .lang = o->lang,
        .px = o->px,
        .dir = (BtTextDir)place_of(o->dir, dirs),
        .align = (BtTextAlign)place_of(o->align, aligns),
        .led = o->led,
        .features = o->features,
        .script = o->script };
    BtTextBox box = box_of(o);
    if (o->pages)
        box.height_px = 0;
    if (o->fit)
        style.px = fit_px(fonts, text, &style, o);
    g_autoptr(BtTextLayout) layout = bt_text_layout_in_box(fonts, text, &style, &box, error);
    if (layout == NULL)
        return FALSE;
    bt_text_warn(fonts, layout);
    return write_out(fonts, layout, converted, o, error);
}

int bt_text_command(int argc, char **argv)
{
    g_auto(Options) options = { .px = -1 };
    g_autoptr(GError) error = NULL;
    if (!parse(&argc, &argv, &options, &error))
        return complain(2, error->message);
    if (options.px == -1)
        options.px = options.fit ? BT_TEXT_MAX_PX : DEFAULT_PX;
    g_autofree char *fault = find_fault(argc, argv, &options);
    if (fault != NULL)
        return complain(2, fault);
    return lay_out(&options, &error) ? 0 : complain(1, error->message);
}
