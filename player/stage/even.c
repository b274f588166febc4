#include "player/stage/plan.h"

#define MOST_LINES 3

static guint count_paragraphs(const BtTextLayout *layout)
{
    guint n = 0;
    for (guint i = 0; i < layout->lines->len; i++)
        n += g_array_index(layout->lines, BtTextLine, i).hard || i + 1 == layout->lines->len;
    return n;
}

void bt_even_lines(BtFonts *fonts, BtTextLayout **layout)
{
    BtTextLayout *wide = *layout;
    if (!wide || wide->lines->len < 2 || wide->lines->len > MOST_LINES)
        return;
    int low = wide->width_px / 2, high = wide->width_px;
    while (low < high) {
        int middle = (low + high) / 2;
        g_autoptr(BtTextLayout) tried =
            bt_text_lines(fonts, wide->text, &wide->style, middle, NULL);
        if (tried && tried->lines->len == wide->lines->len)
            high = middle;
        else
            low = middle + 1;
    }
    BtTextLayout *narrow =
        high < wide->width_px ? bt_text_layout(fonts, wide->text, &wide->style, high, NULL) : NULL;
    if (narrow) {
        bt_text_layout_free(wide);
        *layout = narrow;
    }
}

static void even_paragraph(BtFonts *fonts, BtTextLayout **layout)
{
    if (*layout && count_paragraphs(*layout) == 1)
        bt_even_lines(fonts, layout);
}

void bt_plan_even_lines(BtPlan *plan, BtFonts *fonts, GPtrArray *from)
{
    for (guint i = 0; i < from->len; i++) {
        BtPlanText *text = plan->texts->pdata[i];
        even_paragraph(fonts, &text->title);
        if (text->pages->len == 1)
            even_paragraph(fonts, &text->body);
        const BtTextLayout *first = text->title ? text->title : text->body;
        text->lang = first && first->lang ? first->lang : "";
    }
}
