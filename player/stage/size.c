/* How large the letters are. The body wants to be as large as fits, and the same on every page and
 * in every language of a bulletin. So: at the smallest size that looks right (the one at which a
 * full page holds its most lines) each text needs some number of pages; the size chosen is the
 * largest at which none of them needs more, or one a little below when lines end better there. */
#include "player/stage/plan.h"

#include <string.h>

/* Longer bulletins are many full pages anyway: searching would only cost time. */
#define SEARCH_MAX_BYTES 4000
#define MEND_MAX_BYTES 1500
#define MEND_PERCENT 85      /* how far below the largest size lines may be mended */
#define MEND_MANY_PERCENT 94 /* the same where other languages would pay for it */
#define MEND_STEPS 5
#define STUB_PERCENT 28    /* of the line before: a last line shorter than that is a stub */
#define LETTERS_A_LINE 22  /* a full line holds about that many at least: half an em each */
#define LETTERS_A_COLUMN 6 /* at least, of the largest letters */
#define MOST_PX (BT_TEXT_MAX_PX * 3 / 4) /* a title is a third larger */

/* The height of a line in em, for the lowest of the scripts: taller ones get fewer lines on a page
 * rather than all of them smaller letters. */
static double line_em(const BtPlan *plan, BtFonts *fonts, GPtrArray *texts)
{
    double least = 4;
    for (guint i = 0; i < texts->len; i++) {
        BtTextStyle style = bt_plan_style(plan, texts->pdata[i], 100, FALSE);
        least = MIN(least, bt_text_line_px(fonts, &style) / 100.0);
    }
    return MAX(0.5, least);
}

static gboolean all_vertical(const BtPlan *plan, GPtrArray *texts)
{
    for (guint i = 0; i < texts->len; i++)
        if (!bt_plan_is_vertical(plan, texts->pdata[i]))
            return FALSE;
    return TRUE;
}

/* Letters of a short text grow no further: a column holds some of them. */
static int most_px(const BtPlan *plan, GPtrArray *texts)
{
    int most = MIN(plan->look.max_body_px, MOST_PX);
    for (guint i = 0; i < texts->len; i++)
        if (bt_plan_is_vertical(plan, texts->pdata[i]))
            most = MIN(most, bt_plan_room(plan, TRUE).length_px / LETTERS_A_COLUMN);
    return most;
}

static gboolean has_titles(GPtrArray *texts)
{
    for (guint i = 0; i < texts->len; i++) {
        const BtText *text = texts->pdata[i];
        if (*text->title && *text->body)
            return TRUE;
    }
    return FALSE;
}

/* The size at which a page with a title of one line holds its most lines of body. */
static int full_page_px(const BtPlan *plan, BtFonts *fonts, const BtPlanSpec *spec, int least_px)
{
    BtPlanRoom room = bt_plan_room(plan, all_vertical(plan, spec->texts));
    double em = line_em(plan, fonts, spec->texts), lines = room.max_lines * em;
    int h_px = room.depth_px;
    if (!plan->look.tiny && has_titles(spec->texts)) {
        lines += em * 1.8 / 1.35;
        h_px -= plan->look.gap_px;
    }
    int by_height = (int)(h_px / lines), by_width = room.length_px * 2 / LETTERS_A_LINE;
    return CLAMP(MIN(by_height, by_width), least_px, MOST_PX);
}

/* How many columns end inside a word or a number. */
static guint count_cuts(const BtTextLayout *layout)
{
    guint cuts = 0;
    for (guint i = 1; layout && bt_text_is_vertical(&layout->style) && i < layout->lines->len;
         i++) {
        const BtTextLine *line = &g_array_index(layout->lines, BtTextLine, i);
        gboolean whole = line[-1].hard;
        for (guint k = 0; k < layout->breaks->len && !whole; k++)
            whole = g_array_index(layout->breaks, gsize, k) == line->start;
        cuts += !whole;
    }
    return cuts;
}

/* Columns are short, and a telephone number is long: what cuts more words needs more room too. */
static gboolean needs_more(GPtrArray *texts, GPtrArray *than)
{
    for (guint i = 0; i < texts->len; i++) {
        const BtPlanText *a = texts->pdata[i], *b = than->pdata[i];
        if (a->pages->len > b->pages->len || count_cuts(a->title) > count_cuts(b->title) ||
            count_cuts(a->body) > count_cuts(b->body))
            return TRUE;
    }
    return FALSE;
}

static gsize bytes_of(GPtrArray *texts)
{
    gsize sum = 0;
    for (guint i = 0; i < texts->len; i++) {
        const BtText *text = texts->pdata[i];
        sum += strlen(text->title) + strlen(text->body);
    }
    return sum;
}

/* A paragraph whose last line holds a word or two. */
static guint count_stubs(const BtTextLayout *layout)
{
    guint stubs = 0;
    for (guint i = 1; layout && i < layout->lines->len; i++) {
        const BtTextLine *line = &g_array_index(layout->lines, BtTextLine, i);
        const BtTextLine *before = line - 1;
        gboolean last = line->hard || i + 1 == layout->lines->len;
        stubs += last && !before->hard && line->width_px * 100 < before->width_px * STUB_PERCENT;
    }
    return stubs;
}

static guint count_all_stubs(GPtrArray *texts)
{
    guint stubs = 0;
    for (guint i = 0; i < texts->len; i++) {
        const BtPlanText *text = texts->pdata[i];
        stubs += count_stubs(text->title) + count_stubs(text->body);
    }
    return stubs;
}

static void take(BtPlan *plan, GPtrArray *texts, int body_px)
{
    if (plan->texts)
        g_ptr_array_unref(plan->texts);
    plan->texts = g_ptr_array_ref(texts);
    plan->body_px = body_px;
    plan->title_px = bt_look_title_px(body_px);
}

static void lay(BtPlan *plan, BtFonts *fonts, GPtrArray *texts, int body_px, BtPlanLayout *layout)
{
    g_autoptr(GPtrArray) laid = bt_plan_lay_texts(plan, fonts, texts, body_px, layout);
    take(plan, laid, body_px);
}

static void grow(BtPlan *plan, BtFonts *fonts, GPtrArray *texts, int up_to_px)
{
    int low = plan->body_px, high = up_to_px;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        g_autoptr(GPtrArray) tried = bt_plan_lay_texts(plan, fonts, texts, middle, bt_text_lines);
        if (needs_more(tried, plan->texts)) {
            high = middle - 1;
        } else {
            take(plan, tried, middle);
            low = middle;
        }
    }
}

/* A little smaller, when paragraphs end better for it. */
static void mend_stubs(BtPlan *plan, BtFonts *fonts, GPtrArray *texts, int least_px)
{
    int percent = texts->len > 1 ? MEND_MANY_PERCENT : MEND_PERCENT;
    int down_to = MAX(least_px, plan->body_px * percent / 100);
    guint stubs = count_all_stubs(plan->texts);
    int step = MAX(1, (plan->body_px - down_to) / MEND_STEPS);
    for (int px = plan->body_px - step; stubs && px >= down_to; px -= step) {
        g_autoptr(GPtrArray) tried = bt_plan_lay_texts(plan, fonts, texts, px, bt_text_lines);
        guint left = count_all_stubs(tried);
        if (left >= stubs || needs_more(tried, plan->texts))
            continue;
        take(plan, tried, px);
        stubs = left;
    }
}

void bt_plan_choose_size(BtPlan *plan, BtFonts *fonts, const BtPlanSpec *spec, int least_px)
{
    int low = full_page_px(plan, fonts, spec, least_px);
    gsize bytes = bytes_of(spec->texts);
    lay(plan, fonts, spec->texts, low, bytes <= SEARCH_MAX_BYTES ? bt_text_lines : bt_text_layout);
    if (bytes > SEARCH_MAX_BYTES)
        return;
    grow(plan, fonts, spec->texts, MAX(low, most_px(plan, spec->texts)));
    if (bytes <= MEND_MAX_BYTES)
        mend_stubs(plan, fonts, spec->texts, least_px);
    lay(plan, fonts, spec->texts, plan->body_px, bt_text_layout);
}
