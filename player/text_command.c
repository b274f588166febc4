/* `bangtin text`. The fonts it misses are told on standard error and are no failure: boxes in the
 * result are counted as `missing`. */
#include "player/text_command.h"

#include "base/json.h"
#include "fonts/text.h"
#include "render/scene/frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_PX 32
/* The widest canvas. */
#define MAX_WIDTH_PX 7680
#define GROUND 0xFF0B1B33
#define LETTERS 0xF5F7FA

typedef struct {
    char *lang, *font, *dir, *format, *out;
    int px, width_px;
    gboolean led;
} Options;

static void options_clear(Options *o)
{
    g_free(o->lang);
    g_free(o->font);
    g_free(o->dir);
    g_free(o->format);
    g_free(o->out);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static int complain(int status, const char *message)
{
    fprintf(stderr, "bangtin: %s\n", message);
    return status;
}

/* ---- JSON ---- */

/* Tenths of a thousandth of a pixel say all there is to say. */
static void set_px(BtJson *object, const char *key, double px)
{
    bt_json_set_double(object, key, round(px * 1e4) / 1e4);
}

static BtJson *json_of_glyph(const BtGlyph *glyph)
{
    BtJson *json = bt_json_new_object();
    bt_json_set_int(json, "id", glyph->id);
    bt_json_set_int(json, "cluster", glyph->cluster);
    set_px(json, "x", glyph->x_px);
    set_px(json, "y", glyph->y_px);
    set_px(json, "advance", glyph->advance_px);
    return json;
}

static BtJson *json_of_run(const BtFonts *fonts, const BtTextLayout *layout, const BtTextRun *run)
{
    BtJson *json = bt_json_new_object(), *glyphs = bt_json_new_array();
    bt_json_set_string(json, "font", bt_fonts_name(fonts, run->font));
    bt_json_set_string(json, "script", run->script);
    bt_json_set_string(json, "lang", run->lang);
    bt_json_set_string(json, "direction", run->rtl ? "rtl" : "ltr");
    bt_json_set_int(json, "start", run->start);
    bt_json_set_int(json, "end", run->end);
    for (guint i = 0; i < run->n_glyphs; i++)
        bt_json_append(
            glyphs, json_of_glyph(&g_array_index(layout->glyphs, BtGlyph, run->first_glyph + i)));
    bt_json_set(json, "glyphs", glyphs);
    return json;
}

static BtJson *json_of_rect(BtRect rect)
{
    BtJson *json = bt_json_new_array();
    bt_json_append_int(json, rect.x);
    bt_json_append_int(json, rect.y);
    bt_json_append_int(json, rect.w);
    bt_json_append_int(json, rect.h);
    return json;
}

static BtJson *json_of_line(
    const BtFonts *fonts, const BtTextLayout *layout, const BtTextLine *line)
{
    BtJson *json = bt_json_new_object(), *runs = bt_json_new_array();
    bt_json_set_int(json, "start", line->start);
    bt_json_set_int(json, "end", line->end);
    set_px(json, "baseline", line->baseline_px);
    set_px(json, "ascent", line->ascent_px);
    set_px(json, "descent", line->descent_px);
    set_px(json, "width", line->width_px);
    bt_json_set(json, "ink", json_of_rect(line->ink_px));
    for (guint i = 0; i < line->n_runs; i++)
        bt_json_append(runs,
            json_of_run(
                fonts, layout, &g_array_index(layout->runs, BtTextRun, line->first_run + i)));
    bt_json_set(json, "runs", runs);
    return json;
}

static BtJson *json_of_layout(const BtFonts *fonts, const BtTextLayout *layout)
{
    BtJson *json = bt_json_new_object(), *lines = bt_json_new_array();
    BtJson *breaks = bt_json_new_array(), *levels = bt_json_new_array();
    for (guint i = 0; i < layout->lines->len; i++)
        bt_json_append(
            lines, json_of_line(fonts, layout, &g_array_index(layout->lines, BtTextLine, i)));
    for (guint i = 0; i < layout->breaks->len; i++)
        bt_json_append_int(breaks, g_array_index(layout->breaks, gsize, i));
    for (guint i = 0; i < layout->levels->len; i++)
        bt_json_append_int(levels, g_array_index(layout->levels, guint8, i));
    bt_json_set_string(json, "lang", layout->lang);
    bt_json_set(json, "lines", lines);
    bt_json_set_int(json, "missing", layout->missing);
    bt_json_set(json, "breaks", breaks);
    bt_json_set(json, "levels", levels);
    return json;
}

static gboolean write_json(
    const BtFonts *fonts, const BtTextLayout *layout, const char *out, GError **error)
{
    g_autoptr(BtJson) json = json_of_layout(fonts, layout);
    g_autofree char *text = bt_json_to_text(json, FALSE);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    if (out != NULL)
        return g_file_set_contents(out, line, -1, error);
    if (fputs(line, stdout) >= 0 && fflush(stdout) == 0)
        return TRUE;
    g_set_error_literal(error, BT_ERROR, BT_ERROR_IO, "standard output: cannot be written");
    return FALSE;
}

/* ---- PNG ---- */

/* The lines' boxes and all ink. */
static BtRect picture_of(const BtTextLayout *layout)
{
    BtRect picture = { 0, 0, MAX(1, layout->width_px), MAX(1, (int)ceilf(layout->height_px)) };
    for (guint i = 0; i < layout->lines->len; i++) {
        const BtTextLine *line = &g_array_index(layout->lines, BtTextLine, i);
        BtRect box = { (int)line->x_px, 0, (int)ceilf(line->width_px), 1 };
        picture = bt_rect_union(bt_rect_union(picture, line->ink_px), box);
    }
    return picture;
}

static gboolean write_png(
    BtFonts *fonts, const BtTextLayout *layout, const char *out, GError **error)
{
    BtRect picture = picture_of(layout);
    if (picture.w > BT_FRAME_MAX_W_PX || picture.h > BT_FRAME_MAX_H_PX) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "%s: a picture of %d×%d pixels: expected at most %d×%d (use --width or --px)", out,
            picture.w, picture.h, BT_FRAME_MAX_W_PX, BT_FRAME_MAX_H_PX);
        return FALSE;
    }
    g_autoptr(BtFrame) frame = bt_frame_new(picture.w, picture.h);
    BtRect all = { 0, 0, picture.w, picture.h };
    bt_frame_fill(frame, all, GROUND);
    bt_text_draw(fonts, layout, 0, layout->lines->len, frame->pixels, frame->stride_px, all,
        -picture.x, -picture.y, LETTERS, TRUE);
    return bt_frame_write_png(frame, out, error);
}

/* ---- the command ---- */

static gboolean one_of(const char *word, const char *const *words, guint *index)
{
    for (*index = 0; words[*index] != NULL; (*index)++)
        if (strcmp(word, words[*index]) == 0)
            return TRUE;
    return FALSE;
}

static const char *const formats[] = { "json", "png", NULL };
static const char *const dirs[] = { "auto", "ltr", "rtl", NULL };

static gboolean parse(int *argc, char ***argv, Options *o, GError **error)
{
    const GOptionEntry entries[] = {
        { "lang", 0, 0, G_OPTION_ARG_STRING, &o->lang, "Language of the text (BCP 47)", "TAG" },
        { "px", 0, 0, G_OPTION_ARG_INT, &o->px, "Size of the em square", "N" },
        { "width", 0, 0, G_OPTION_ARG_INT, &o->width_px, "Width of the lines; 0: any", "PX" },
        { "font", 0, 0, G_OPTION_ARG_FILENAME, &o->font, "A font to try before the table", "FILE" },
        { "dir", 0, 0, G_OPTION_ARG_STRING, &o->dir, "Base direction", "auto|ltr|rtl" },
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

/* What is wrong with the options, NULL when nothing is. (transfer full) */
static char *find_fault(int argc, char **argv, const Options *o)
{
    guint index;
    if (argc > 1)
        return g_strdup_printf(
            "text:%s: not expected here: expected the text on standard input", argv[1]);
    if (o->px < BT_TEXT_MIN_PX || o->px > BT_TEXT_MAX_PX)
        return g_strdup_printf("text:--px: %d is out of range: expected %d to %d", o->px,
            BT_TEXT_MIN_PX, BT_TEXT_MAX_PX);
    if (o->width_px < 0 || o->width_px > MAX_WIDTH_PX)
        return g_strdup_printf(
            "text:--width: %d is out of range: expected 0 to %d", o->width_px, MAX_WIDTH_PX);
    if (o->dir != NULL && !one_of(o->dir, dirs, &index))
        return g_strdup_printf("text:--dir: %s is no direction: expected auto, ltr or rtl", o->dir);
    if (o->format != NULL && !one_of(o->format, formats, &index))
        return g_strdup_printf("text:--format: %s is not known: expected json or png", o->format);
    if (g_strcmp0(o->format, "png") == 0 && o->out == NULL)
        return g_strdup("text:--format: png needs a file: expected -o FILE");
    return NULL;
}

/* (transfer full) (nullable) */
static char *read_text(GError **error)
{
    g_autofree char *text = g_malloc(BT_TEXT_MAX_BYTES + 2);
    gsize size = fread(text, 1, BT_TEXT_MAX_BYTES + 1, stdin);
    text[size] = '\0';
    if (ferror(stdin)) {
        g_set_error_literal(error, BT_ERROR, BT_ERROR_IO, "standard input: cannot be read");
        return NULL;
    }
    if (strlen(text) < size) {
        g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX, "text:%zu: NUL: expected UTF-8 without it",
            strlen(text));
        return NULL;
    }
    return g_steal_pointer(&text);
}

static gboolean lay_out(const Options *o, GError **error)
{
    guint dir = BT_DIR_AUTO;
    g_autofree char *text = read_text(error);
    g_autoptr(BtFonts) fonts = text != NULL ? bt_fonts_open(o->font, error) : NULL;
    if (fonts == NULL)
        return FALSE;
    one_of(o->dir != NULL ? o->dir : "auto", dirs, &dir);
    BtTextStyle style = { .lang = o->lang, .px = o->px, .dir = (BtTextDir)dir, .led = o->led };
    g_autoptr(BtTextLayout) layout = bt_text_layout(fonts, text, &style, o->width_px, error);
    if (layout == NULL)
        return FALSE;
    return g_strcmp0(o->format, "png") == 0 ? write_png(fonts, layout, o->out, error)
                                            : write_json(fonts, layout, o->out, error);
}

int bt_text_command(int argc, char **argv)
{
    g_auto(Options) options = { .px = DEFAULT_PX };
    g_autoptr(GError) error = NULL;
    if (!parse(&argc, &argv, &options, &error))
        return complain(2, error->message);
    g_autofree char *fault = find_fault(argc, argv, &options);
    if (fault != NULL)
        return complain(2, fault);
    return lay_out(&options, &error) ? 0 : complain(1, error->message);
}
