/* Columns stand in the middle of their box: the deepest page fills as much room on the right as on
 * the left, the others begin where it does. All columns hang from one line, a little above the
 * middle when none is as long as the box is high. */
#include "player/stage/columns.h"

#include "player/stage/paint.h"

#include <math.h>

#define RAISE_PERCENT 42 /* how much of the room left over stands above the columns */

#define LEAST_COLUMNS 3
#define LEAST_CHARACTERS 8 /* in a column */

gboolean bt_plan_is_vertical(const BtPlan *plan, const BtText *text)
{
    int px = bt_text_min_px(text->lang, plan->look.led);
    return text->vertical && !plan->look.tiny && plan->column_px.h >= LEAST_CHARACTERS * px &&
        plan->column_px.w >= LEAST_COLUMNS * 2 * px;
}

/* More columns than lines on a wide page, fewer on a high one, where columns are long. */
static guint count_columns(const BtPlan *plan)
{
    double aspect = (double)plan->column_px.w / MAX(1, plan->column_px.h);
    double more = aspect > 1 ? aspect : sqrt(aspect);
    return MAX(LEAST_COLUMNS, (guint)lround(plan->look.max_lines * more));
}

BtPlanRoom bt_plan_room(const BtPlan *plan, gboolean vertical)
{
    BtRect column = plan->column_px;
    if (vertical)
        return (BtPlanRoom){ column.h, column.w, count_columns(plan) };
    return (BtPlanRoom){ column.w, column.h, plan->look.max_lines };
}

/* ---- drawing ---- */

static float longest_px(const BtTextLayout *layout, float longest)
{
    for (guint i = 0; layout && i < layout->lines->len; i++)
        longest = MAX(longest, g_array_index(layout->lines, BtTextLine, i).width_px);
    return longest;
}

static int first_y(const BtPlanText *text, BtRect box)
{
    int left_px = box.h - (int)ceilf(longest_px(text->body, longest_px(text->title, 0)));
    return box.y + MAX(0, left_px) * RAISE_PERCENT / 100;
}

void bt_columns_draw(BtFonts *fonts, BtFrame *frame, const BtPlan *plan, const BtPlanText *text,
    BtPlanPage page, BtRect box)
{
    BtRect all = { 0, 0, frame->w_px, frame->h_px };
    int y = first_y(text, box), left_px = MAX(0, box.w - bt_plan_deepest_px(plan, text));
    int right = box.x + box.w - left_px / 2;
    if (page.title_n) {
        bt_text_draw(fonts, text->title, page.title_first, page.title_n, frame->pixels,
            frame->stride_px, all, right, y, plan->colours.accent, plan->colours.dark);
        right -= bt_lines_px(text->title, page.title_first, page.title_n) + plan->look.gap_px;
    }
    if (page.body_n)
        bt_text_draw(fonts, text->body, page.body_first, page.body_n, frame->pixels,
            frame->stride_px, all, right, y, plan->colours.letters, plan->colours.dark);
}
