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

/* The line of the language's own font, and of Latin, whose digits stand everywhere. */
static BtLineBase base_of(BtFonts *fonts, const BtTextStyle *style, const char *lang)
{
    const UScriptCode scripts[] = { bt_fonts_lang(fonts, lang)->script, USCRIPT_LATIN };
    gboolean vertical = bt_text_is_vertical(style);
    float above = 0, below = 0;
    for (guint i = 0; i < G_N_ELEMENTS(scripts); i++) {
        BtFontChain *chain = bt_fonts_chain(fonts, scripts[i], lang, style->weight);
        const BtFace *face = bt_fonts_face(fonts, bt_font_chain_face(chain, fonts, 0));
        float top = style->led ? face->ink_top_em : MAX(face->ink_top_em, face->ascent_em);
        float bottom =
            style->led ? face->ink_bottom_em : MAX(face->ink_bottom_em, face->descent_em);
        if (vertical)
            bt_turn_extent(face, i == 0 ? BT_TURN_UPRIGHT : BT_TURN_SIDEWAYS, &top, &bottom);
        above = MAX(above, top);
        below = MAX(below, bottom);
    }
    if (vertical)
        above = below = MAX(above, below); /* the column's middle is its baseline */
    else
        above = MAX(above, latin_ink_top_em(lang));
    return (BtLineBase){ above * style->px, below * style->px };
}

void bt_style_lead(
    const BtTextStyle *style, int *ascent_px, int *descent_px, int ink_above_px, int ink_below_px)
{
    int percent = style->line_percent > 0 ? style->line_percent : DEFAULT_LINE_PERCENT;
    int height = *ascent_px + *descent_px;
    int lead = (int)lround(height * (percent - 100) / 100.0);
    int over = lead / 2;
    *ascent_px = MAX(*ascent_px + over, ink_above_px);
    *descent_px = MAX(*descent_px + lead - over, ink_below_px);
}

float bt_text_line_px(BtFonts *fonts, const BtTextStyle *style)
{
    const char *lang = style->lang != NULL && style->lang[0] != '\0' ? style->lang : "vi";
    BtLineBase base = base_of(fonts, style, lang);
    int ascent = (int)ceilf(base.above_px - 0.01f), descent = (int)ceilf(base.below_px - 0.01f);
    bt_style_lead(style, &ascent, &descent, 0, 0);
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
    layout->breaks = g_array_new(FALSE, FALSE, sizeof(gsize));
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
    g_array_unref(layout->levels);
    g_free((char *)layout->style.features);
    g_free((char *)layout->style.script);
    g_free(layout->lang);
    g_free(layout->text);
    g_free(layout);
}

static void add_breaks(BtTextLayout *layout, const BtParagraph *p)
{
    for (guint i = 1; i < p->n; i++) {
        gsize at = p->byte_of[i];
        if ((p->flags[i] & BT_UNIT_BREAK) && at > p->byte_of[i - 1])
            g_array_append_val(layout->breaks, at);
    }
    if (p->next_byte > p->end_byte && layout->text[p->next_byte] != '\0')
        g_array_append_val(layout->breaks, p->next_byte);
}

static void add_paragraph(BtTextLayout *layout, BtFonts *fonts, const BtShapedText *shaped,
    BtParagraph *p, const BtLineBase *base, guint *emergencies)
{
    guint first_level = layout->levels->len;
    g_array_append_vals(layout->levels, p->given_levels, p->n_given);
    guint8 *levels = (guint8 *)layout->levels->data + first_level;
    bt_lines_append(layout, fonts, shaped, p, base, levels, emergencies);
    add_breaks(layout, p);
}

static BtTextLayout *build(BtFonts *fonts, const BtShapedText *shaped, const BtTextStyle *style,
    int width_px, guint *emergencies)
{
    BtTextLayout *layout = layout_new(shaped, style, width_px);
    BtLineBase base = base_of(fonts, style, layout->lang);
    for (guint i = 0; i < shaped->paragraphs->len; i++) {
        BtParagraph *p = g_ptr_array_index(shaped->paragraphs, i);
        if (i == 0)
            layout->rtl = p->rtl;
        add_paragraph(layout, fonts, shaped, p, &base, emergencies);
    }
    return layout;
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
    copy->breaks = g_array_copy(layout->breaks);
    copy->levels = g_array_copy(layout->levels);
    own_strings(copy, layout->style.features, layout->style.script);
    for (guint i = 0; i < copy->runs->len; i++)
        g_array_index(copy->runs, BtTextRun, i).lang = copy->lang;
    return copy;
}

BtTextLayout *bt_layout_build(BtFonts *fonts, const char *text, const BtTextStyle *style,
    int width_px, guint *emergencies, GError **error)
{
    *emergencies = 0;
    if (!check(text, style, error))
        return NULL;
    BtShapedText *shaped = bt_shaped_text(fonts, text, style, error);
    if (shaped == NULL)
        return NULL;
    gboolean again = was_asked(shaped, style, width_px);
    BtTextLayout *layout = NULL;
    if (!again || shaped->kept == NULL)
        layout = build(fonts, shaped, style, width_px, emergencies);
    /* Most sizes are tried once: only what is asked for again is worth a copy. */
    if (!again)
        bt_shaped_text_keep(fonts, shaped, NULL, 0);
    else if (layout != NULL)
        bt_shaped_text_keep(fonts, shaped, layout_copy(layout), *emergencies);
    else {
        layout = layout_copy(shaped->kept);
        *emergencies = shaped->kept_emergencies;
    }
    shaped->asked = *style;
    shaped->asked_width_px = width_px;
    bt_shaped_text_unref(shaped);
    return layout;
}

BtTextLayout *bt_text_layout(
    BtFonts *fonts, const char *text, const BtTextStyle *style, int width_px, GError **error)
{
    guint emergencies;
    return bt_layout_build(fonts, text, style, width_px, &emergencies, error);
}

int bt_text_advance_px(BtFonts *fonts, const char *text, const BtTextStyle *style)
{
    g_autoptr(BtTextLayout) layout = bt_text_layout(fonts, text, style, 0, NULL);
    float width = 0;
    for (guint i = 0; layout != NULL && i < layout->lines->len; i++)
        width = MAX(width, g_array_index(layout->lines, BtTextLine, i).width_px);
    return (int)ceilf(width - 0.001f);
}
