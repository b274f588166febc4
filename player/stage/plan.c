/* How large the letters are. The body wants to be as large as fits, and the same on every page and
 * in every language of a bulletin. So: at the smallest size that looks right (the one at which a
 * full page holds its most lines) each text needs some number of pages; the size chosen is the
 * largest at which none of them needs more. */
#include "player/stage/plan.h"
#include "player/stage/paint.h"

#include <string.h>

/* Longer bulletins are many full pages anyway: searching would only cost time (a layout of 1,500
 * code points takes about a millisecond). */
#define SEARCH_MAX_BYTES 4000
#define TITLE_MAX_LINES 2
#define TITLE_MAX_PERCENT 40 /* of the column's height */

static void text_free(gpointer data)
{
    BtPlanText *text = data;
    g_clear_pointer(&text->title, bt_text_layout_free);
    g_clear_pointer(&text->body, bt_text_layout_free);
    g_array_unref(text->pages);
    g_free(text);
}

BtTextStyle bt_plan_style(const BtPlan *plan, const BtText *text, int px, gboolean title)
{
    BtTextStyle style = {
        .lang = text->lang, .px = px, .led = plan->look.led, .line_percent = plan->look.line_percent
    };
    if (bt_plan_is_vertical(plan, text))
        style.dir = BT_DIR_TTB;
    if (title)
        style.weight = BT_WEIGHT_BOLD;
    else if (plan->look.led && px <= 20)
        style.weight = BT_WEIGHT_MEDIUM;
    return style;
}

/* A text being laid out with a body of some size. */
typedef struct {
    const BtPlan *plan;
    BtFonts *fonts;
    const BtText *text;
    int body_px;
    BtPlanLayout *layout;
} Laying;

static BtTextLayout *lay(const Laying *l, const char *words, int px, gboolean title)
{
    BtTextStyle style = bt_plan_style(l->plan, l->text, px, title);
    g_autoptr(GError) error = NULL;
    BtPlanRoom room = bt_plan_room(l->plan, bt_text_is_vertical(&style));
    BtTextLayout *layout = l->layout(l->fonts, words, &style, room.length_px, &error);
    if (!layout)
        g_warning("%s: a text cannot be laid out: %s", l->text->lang, error->message);
    return layout && layout->lines->len ? layout : (bt_text_layout_free(layout), NULL);
}

static guint lines_of(const BtTextLayout *layout)
{
    return layout ? layout->lines->len : 0;
}

static gboolean is_modest(const BtPlan *plan, const BtTextLayout *title, guint most_lines)
{
    gboolean vertical = title && bt_text_is_vertical(&title->style);
    int depth_px = bt_plan_room(plan, vertical).depth_px;
    return lines_of(title) <= most_lines &&
        bt_lines_px(title, 0, lines_of(title)) <= depth_px * TITLE_MAX_PERCENT / 100;
}

/* The title in its own size, or smaller when it would take too much. */
static BtTextLayout *lay_title(const Laying *l)
{
    BtTextLayout *title = lay(l, l->text->title, bt_look_title_px(l->body_px), TRUE);
    if (is_modest(l->plan, title, TITLE_MAX_LINES))
        return title;
    bt_text_layout_free(title);
    return lay(l, l->text->title, l->body_px, TRUE);
}

/* Pages of title alone, before those of the body. */
static BtTextLayout *lay_title_apart(const Laying *l)
{
    BtTextStyle style = bt_plan_style(l->plan, l->text, l->body_px, TRUE);
    BtPlanRoom room = bt_plan_room(l->plan, bt_text_is_vertical(&style));
    int most_px = MAX(l->body_px, bt_look_title_px(l->plan->look.max_body_px));
    int px = bt_text_fit_px(l->fonts, l->text->title, &style, room.length_px, room.depth_px,
        room.max_lines, l->body_px, most_px);
    return lay(l, l->text->title, px, TRUE);
}

static gboolean stands_apart(const BtPlan *plan, const BtTextLayout *title)
{
    return title && (plan->look.tiny || !is_modest(plan, title, TITLE_MAX_LINES + 1));
}

static gboolean is_blank(const BtTextLayout *layout, guint i)
{
    const BtTextLine *line = &g_array_index(layout->lines, BtTextLine, i);
    const char *at = layout->text + line->start, *end = layout->text + line->end;
    while (at < end && g_unichar_isspace(g_utf8_get_char(at)))
        at = g_utf8_next_char(at);
    return at >= end;
}

/* Without the blank lines at its top and its end: nobody waits before an empty page. */
static BtTextPage trimmed(const BtTextLayout *layout, BtTextPage range)
{
    while (range.n_lines && is_blank(layout, range.first_line)) {
        range.first_line++;
        range.n_lines--;
    }
    while (range.n_lines && is_blank(layout, range.first_line + range.n_lines - 1))
        range.n_lines--;
    return range;
}

static void add_pages(BtPlanText *text, const GArray *ranges, gboolean is_title, guint title_n)
{
    const BtTextLayout *layout = is_title ? text->title : text->body;
    for (guint i = 0; i < ranges->len; i++) {
        BtTextPage range = trimmed(layout, g_array_index(ranges, BtTextPage, i));
        if (range.n_lines == 0)
            continue;
        BtPlanPage page = { 0, title_n, range.first_line, range.n_lines };
        if (is_title)
            page = (BtPlanPage){ range.first_line, range.n_lines, 0, 0 };
        g_array_append_val(text->pages, page);
    }
}

static void paginate(const BtPlan *plan, BtPlanText *text, gboolean apart)
{
    BtPlanRoom room = bt_plan_room(plan, text->vertical);
    guint max_lines = room.max_lines, title_n = apart ? 0 : lines_of(text->title);
    int h_px = room.depth_px;
    if (apart) {
        g_autoptr(GArray) ranges = bt_text_paginate(text->title, h_px, max_lines);
        add_pages(text, ranges, TRUE, 0);
    }
    if (title_n)
        h_px -= bt_lines_px(text->title, 0, title_n) + plan->look.gap_px;
    if (text->body) {
        g_autoptr(GArray) ranges = bt_text_paginate_evenly(text->body, h_px, max_lines);
        add_pages(text, ranges, FALSE, title_n);
    }
    if (text->pages->len == 0) {
        BtPlanPage page = { 0, title_n, 0, 0 };
        g_array_append_val(text->pages, page);
    }
}

static BtPlanText *text_new(const Laying *l)
{
    const BtPlan *plan = l->plan;
    const BtText *from = l->text;
    BtPlanText *text = g_new0(BtPlanText, 1);
    text->pages = g_array_new(FALSE, FALSE, sizeof(BtPlanPage));
    text->heading = !*from->body;
    text->vertical = bt_plan_is_vertical(plan, from);
    gboolean apart = FALSE;
    if (text->heading) {
        text->body = lay(l, from->title, l->body_px, TRUE);
    } else {
        text->body = lay(l, from->body, l->body_px, FALSE);
        text->title = *from->title ? lay_title(l) : NULL;
        apart = stands_apart(plan, text->title);
    }
    if (apart) {
        bt_text_layout_free(text->title);
        text->title = lay_title_apart(l);
        apart = text->title != NULL;
    }
    const BtTextLayout *first = text->title ? text->title : text->body;
    text->lang = first && first->lang ? first->lang : "";
    text->rtl = first && first->rtl;
    paginate(plan, text, apart);
    return text;
}

int bt_plan_page_px(const BtPlan *plan, const BtPlanText *text, BtPlanPage page)
{
    int title_px = page.title_n ? bt_lines_px(text->title, page.title_first, page.title_n) : 0;
    int body_px = page.body_n ? bt_lines_px(text->body, page.body_first, page.body_n) : 0;
    return title_px + body_px + (title_px && body_px ? plan->look.gap_px : 0);
}

int bt_plan_deepest_px(const BtPlan *plan, const BtPlanText *text)
{
    int most_px = 0;
    for (guint i = 0; i < text->pages->len; i++)
        most_px =
            MAX(most_px, bt_plan_page_px(plan, text, g_array_index(text->pages, BtPlanPage, i)));
    return most_px;
}

GPtrArray *bt_plan_lay_texts(
    const BtPlan *plan, BtFonts *fonts, GPtrArray *from, int body_px, BtPlanLayout *layout)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(text_free);
    for (guint i = 0; i < from->len; i++) {
        const Laying laying = { plan, fonts, from->pdata[i], body_px, layout };
        g_ptr_array_add(texts, text_new(&laying));
    }
    return texts;
}

static int least_px(const BtPlanSpec *spec)
{
    int least = 0;
    for (guint i = 0; i < spec->texts->len; i++)
        least =
            MAX(least, bt_text_min_px(((const BtText *)spec->texts->pdata[i])->lang, spec->led));
    return MAX(least, BT_TEXT_MIN_PX);
}

/* A half of a split wall shows one language; who cannot read it learns whose it is. */
static gboolean is_named(GPtrArray *texts)
{
    const BtText *first = texts->pdata[0];
    return texts->len > 1 || (*first->lang && g_ascii_strcasecmp(first->lang, "vi") != 0);
}

BtPlan *bt_plan_new(BtFonts *fonts, const BtPlanSpec *spec)
{
    BtPlan *plan = g_new0(BtPlan, 1);
    plan->w_px = spec->w_px;
    plan->h_px = spec->h_px;
    plan->free_px = spec->free_px;
    plan->colours = bt_look_colours(spec->ground);
    plan->look = bt_look_for(spec->free_px.w, spec->free_px.h, spec->led,
        bt_text_min_px("vi", spec->led), least_px(spec));
    plan->level = spec->level;
    plan->named = is_named(spec->texts);
    plan->issuer = g_strdup(spec->issuer);
    plan->note = g_strdup(spec->note);
    plan->brief = g_strdup(spec->brief ? spec->brief : "");
    plan->qr = g_strdup(spec->qr);
    bt_plan_place_boxes(plan, fonts, spec, least_px(spec));
    bt_plan_choose_size(plan, fonts, spec, least_px(spec));
    bt_plan_even_lines(plan, fonts, spec->texts);
    return plan;
}

void bt_plan_free(BtPlan *plan)
{
    if (!plan)
        return;
    g_ptr_array_unref(plan->texts);
    g_free(plan->issuer);
    g_free(plan->note);
    g_free(plan->brief);
    g_free(plan->qr);
    g_free(plan);
}

const BtPlanText *bt_plan_text(const BtPlan *plan, guint text)
{
    return plan->texts->pdata[text];
}

guint bt_plan_pages(const BtPlan *plan, guint text)
{
    return bt_plan_text(plan, text)->pages->len;
}

BtRect bt_plan_box(const BtPlan *plan, guint text, BtRect box_px)
{
    if (bt_plan_text(plan, text)->rtl)
        box_px.x = 2 * plan->free_px.x + plan->free_px.w - box_px.x - box_px.w;
    return box_px;
}

static gsize layout_bytes(const BtTextLayout *layout)
{
    if (!layout)
        return 0;
    return sizeof *layout + strlen(layout->text) + layout->glyphs->len * sizeof(BtGlyph) +
        layout->runs->len * sizeof(BtTextRun) + layout->lines->len * sizeof(BtTextLine) +
        layout->breaks->len * sizeof(gsize) + layout->levels->len;
}

gsize bt_plan_bytes(const BtPlan *plan)
{
    gsize sum = sizeof *plan;
    for (guint i = 0; i < plan->texts->len; i++) {
        const BtPlanText *text = bt_plan_text(plan, i);
        sum += sizeof *text + layout_bytes(text->title) + layout_bytes(text->body);
    }
    return sum;
}
