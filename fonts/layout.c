/* Text + style + width → lines, runs and glyphs in pixels. */
#include "fonts/parts.h"

#include <math.h>
#include <string.h>

#define DEFAULT_LINE_PERCENT 115

/* Languages of the highlands in Latin letters stack a breve on a circumflex. */
static float latin_ink_top_em(const char *lang)
{
    static const char *const stacked[] = { "jra", "rad", "bdq", "cmo", "mnn", "mng", "sed", "kpm",
        "cje", "hre", "pac", "mtq" };
    for (guint i = 0; i < G_N_ELEMENTS(stacked); i++)
        if (strncmp(lang, stacked[i], 3) == 0 && !g_ascii_isalpha(lang[3]))
            return 1.15f;
    return 0;
}

static BtFace *first_face(
    BtFonts *fonts, UScriptCode script, const BtTextStyle *style, const char *lang)
{
    BtFontChain *chain = bt_fonts_chain(fonts, script, lang, style->weight);
    return bt_fonts_face(fonts, bt_font_chain_face(chain, fonts, 0));
}

/* The middle of a column is its baseline, so both sides have what either needs. */
static void make_even(BtLineRoom *room)
{
    room->ink_above_px = room->ink_below_px = MAX(room->ink_above_px, room->ink_below_px);
    room->line_above_px = room->line_below_px = MAX(room->line_above_px, room->line_below_px);
}

/* The line of the language's own font, and room for Latin, whose digits stand everywhere. */
static BtLineRoom base_of(BtFonts *fonts, const BtTextStyle *style, const char *lang)
{
    BtFace *own = first_face(fonts, bt_fonts_lang(fonts, lang)->script, style, lang);
    BtFace *letters = first_face(fonts, USCRIPT_LATIN, style, lang);
    BtLineRoom room = { 0 }, latin = { 0 };
    if (bt_text_is_vertical(style)) {
        bt_room_add(&room, own, BT_TURN_UPRIGHT, style);
        bt_room_add(&room, letters, BT_TURN_SIDEWAYS, style);
        make_even(&room);
        return room;
    }
    bt_room_add(&room, own, BT_TURN_NONE, style);
    bt_room_add(&latin, letters, BT_TURN_NONE, style);
    latin.ink_above_px = MAX(latin.ink_above_px, latin_ink_top_em(lang) * style->px);
    room.ink_above_px = MAX(room.ink_above_px, latin.ink_above_px);
    room.ink_below_px = MAX(room.ink_below_px, latin.ink_below_px);
    return room;
}

void bt_room_add(BtLineRoom *room, const BtFace *face, BtTextTurn turn, const BtTextStyle *style)
{
    float above = face->ink_top_em, below = face->ink_bottom_em;
    float line_above = face->ascent_em, line_below = face->descent_em;
    bt_turn_extent(face, turn, &above, &below);
    bt_turn_extent(face, turn, &line_above, &line_below);
    above *= style->px, below *= style->px, line_above *= style->px, line_below *= style->px;
    room->ink_above_px = MAX(room->ink_above_px, above);
    room->ink_below_px = MAX(room->ink_below_px, below);
    /* An LED wall's rows are few: there the counted ink is the line when it is less. */
    room->line_above_px =
        MAX(room->line_above_px, style->led ? MIN(above, line_above) : line_above);
    room->line_below_px =
        MAX(room->line_below_px, style->led ? MIN(below, line_below) : line_below);
}

/* Whole pixels; 1.00 that was computed as 1.001 is 1. */
static int whole_px(float px)
{
    return (int)ceilf(px - 0.01f);
}

/* What ink needs beyond the fonts' own line comes out of the leading first, so that lines with tall
 * marks are as high as lines without. */
void bt_room_box(const BtLineRoom *room, const BtTextStyle *style, int *ascent_px, int *descent_px)
{
    int percent = style->line_percent > 0 ? style->line_percent : DEFAULT_LINE_PERCENT;
    int above = whole_px(room->ink_above_px), below = whole_px(room->ink_below_px);
    float line_px = room->line_above_px + room->line_below_px;
    int height = MAX(whole_px(line_px * percent / 100), above + below);
    int ascent = (int)floorf(room->line_above_px + (height - line_px) / 2 + 0.5f);
    *ascent_px = CLAMP(ascent, above, height - below);
    *descent_px = height - *ascent_px;
}

float bt_text_line_px(BtFonts *fonts, const BtTextStyle *style)
{
    const char *lang = style->lang != NULL && style->lang[0] != '\0' ? style->lang : "vi";
    BtLineRoom room = base_of(fonts, style, lang);
    int ascent, descent;
    bt_room_box(&room, style, &ascent, &descent);
    return ascent + descent;
}

/* ---- what is accepted ---- */

static gboolean check(const char *text, const BtTextStyle *style, GError **error)
{
    gsize size = strlen(text);
    const char *end;
    if (size > BT_TEXT_MAX_BYTES)
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "text:0: %" G_GSIZE_FORMAT " bytes is too long: expected at most %d", size,
            BT_TEXT_MAX_BYTES);
    else if (!g_utf8_validate(text, size, &end))
        g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX,
            "text:%" G_GSIZE_FORMAT ": not UTF-8: expected UTF-8 without NUL", (gsize)(end - text));
    else if (size > BT_TEXT_MAX_CHARS && g_utf8_strlen(text, size) > BT_TEXT_MAX_CHARS)
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "text:0: %ld code points are too many: expected at most %d", g_utf8_strlen(text, size),
            BT_TEXT_MAX_CHARS);
    else if (style->px < BT_TEXT_MIN_PX || style->px > BT_TEXT_MAX_PX)
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "text:0: size %d px: expected %d to %d",
            style->px, BT_TEXT_MIN_PX, BT_TEXT_MAX_PX);
    else
        return TRUE;
    return FALSE;
}

/* ---- the layout ---- */

static void own_strings(BtTextLayout *layout, const char *features, const char *script)
{
    layout->style.lang = layout->lang;
    layout->style.features = g_strdup(features);
    layout->style.script = g_strdup(script);
}

static BtTextLayout *layout_new(const BtShapedText *shaped, const BtTextStyle *style, int width_px)
{
    BtTextLayout *layout = g_new0(BtTextLayout, 1);
    layout->text = g_strdup(shaped->text);
    layout->cut = strlen(layout->text);
    layout->lang = g_strdup(shaped->key.lang);
    layout->lines = g_array_new(FALSE, FALSE, sizeof(BtTextLine));
    layout->runs = g_array_new(FALSE, FALSE, sizeof(BtTextRun));
    layout->glyphs = g_array_new(FALSE, TRUE, sizeof(BtGlyph)); /* clear between its fields, too */
    layout->breaks = g_array_ref(shaped->breaks);
    layout->sentences = g_array_ref(shaped->sentences);
    layout->levels = g_array_new(FALSE, FALSE, sizeof(guint8));
    layout->missing = shaped->missing;
    layout->width_px = MAX(0, width_px);
    layout->style = *style;
    own_strings(layout, shaped->key.features, shaped->key.script);
    return layout;
}

void bt_text_layout_free(BtTextLayout *layout)
{
    if (layout == NULL)
        return;
    g_array_unref(layout->lines);
    g_array_unref(layout->runs);
    g_array_unref(layout->glyphs);
    g_array_unref(layout->breaks);
    g_array_unref(layout->sentences);
    g_array_unref(layout->levels);
    g_free((char *)layout->style.features);
    g_free((char *)layout->style.script);
    g_free(layout->lang);
    g_free(layout->text);
    g_free(layout);
}

static guint8 *add_levels(BtTextLayout *layout, const BtParagraph *p)
{
    guint first = layout->levels->len;
    g_array_append_vals(layout->levels, p->given_levels, p->n_given);
    return (guint8 *)layout->levels->data + first;
}

/* `bare`: its lines alone. */
static BtTextLayout *build(BtFonts *fonts, const BtShapedText *shaped, const BtTextStyle *style,
    int width_px, gboolean bare, guint *emergencies)
{
    BtTextLayout *layout = layout_new(shaped, style, width_px);
    BtLineRoom base = base_of(fonts, style, layout->lang);
    for (guint i = 0; i < shaped->paragraphs->len; i++) {
        BtParagraph *p = g_ptr_array_index(shaped->paragraphs, i);
        if (i == 0)
            layout->rtl = p->rtl;
        guint8 *levels = bare ? NULL : add_levels(layout, p);
        bt_lines_append(layout, fonts, shaped, p, &base, levels, emergencies);
    }
    return layout;
}

/* The text shaped, when text and style are fit for a layout. (transfer full) (nullable) */
static BtShapedText *shape(
    BtFonts *fonts, const char *text, const BtTextStyle *style, GError **error)
{
    return check(text, style, error) ? bt_shaped_text(fonts, text, style, error) : NULL;
}

/* What glyphs may widen (columns that stand, justified lines) is built whole. */
BtTextLayout *bt_layout_lines(BtFonts *fonts, const char *text, const BtTextStyle *style,
    int width_px, guint *emergencies, GError **error)
{
    *emergencies = 0;
    BtShapedText *shaped = shape(fonts, text, style, error);
    if (shaped == NULL)
        return NULL;
    gboolean bare = !bt_text_is_vertical(style) && style->align != BT_ALIGN_JUSTIFY;
    BtTextLayout *layout = build(fonts, shaped, style, width_px, bare, emergencies);
    bt_shaped_text_unref(shaped);
    return layout;
}

BtTextLayout *bt_text_lines(
    BtFonts *fonts, const char *text, const BtTextStyle *style, int width_px, GError **error)
{
    guint emergencies;
    return bt_layout_lines(fonts, text, style, width_px, &emergencies, error);
}

/* ---- the last layout of each text, kept for its next pass ---- */

/* What shaping depends on is the same already: language, direction, digits. */
static gboolean was_asked(const BtShapedText *shaped, const BtTextStyle *style, int width_px)
{
    const BtTextStyle *asked = &shaped->asked;
    return shaped->asked_width_px == width_px && asked->px == style->px &&
        asked->weight == style->weight && asked->align == style->align &&
        asked->led == style->led && asked->line_percent == style->line_percent;
}

static BtTextLayout *layout_copy(const BtTextLayout *layout)
{
    BtTextLayout *copy = g_new(BtTextLayout, 1);
    *copy = *layout;
    copy->text = g_strdup(layout->text);
    copy->lang = g_strdup(layout->lang);
    copy->lines = g_array_copy(layout->lines);
    copy->runs = g_array_copy(layout->runs);
    copy->glyphs = g_array_copy(layout->glyphs);
    copy->breaks = g_array_ref(layout->breaks);
    copy->sentences = g_array_ref(layout->sentences);
    copy->levels = g_array_copy(layout->levels);
    own_strings(copy, layout->style.features, layout->style.script);
    for (guint i = 0; i < copy->runs->len; i++)
        g_array_index(copy->runs, BtTextRun, i).lang = copy->lang;
    return copy;
}

BtTextLayout *bt_text_layout(
    BtFonts *fonts, const char *text, const BtTextStyle *style, int width_px, GError **error)
{
    BtShapedText *shaped = shape(fonts, text, style, error);
    guint emergencies = 0;
    if (shaped == NULL)
        return NULL;
    gboolean again = was_asked(shaped, style, width_px);
    BtTextLayout *layout = NULL;
    if (!again || shaped->kept == NULL)
        layout = build(fonts, shaped, style, width_px, FALSE, &emergencies);
    /* Most sizes are tried once: only what is asked for again is worth a copy. */
    if (!again)
        bt_shaped_text_keep(fonts, shaped, NULL);
    else if (layout != NULL)
        bt_shaped_text_keep(fonts, shaped, layout_copy(layout));
    else
        layout = layout_copy(shaped->kept);
    shaped->asked = *style;
    shaped->asked_width_px = width_px;
    bt_shaped_text_unref(shaped);
    return layout;
}

int bt_text_advance_px(BtFonts *fonts, const char *text, const BtTextStyle *style)
{
    g_autoptr(BtTextLayout) layout = bt_text_lines(fonts, text, style, 0, NULL);
    float width = 0;
    for (guint i = 0; layout != NULL && i < layout->lines->len; i++)
        width = MAX(width, g_array_index(layout->lines, BtTextLine, i).width_px);
    return (int)ceilf(width - 0.001f);
}
