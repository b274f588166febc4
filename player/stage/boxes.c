/* A page is cut from the outside in: the band of an alert off the top, the foot off the bottom, the
 * QR code off the foot's end, the picture off the start or the top. What is left is the column of
 * text. */
#include "player/stage/plan.h"
#include "player/stage/qr.h"

#include <math.h>

#define PICTURE_WIDTH_PERCENT 38
#define PICTURE_HEIGHT_PERCENT 36
#define QR_PERCENT 27 /* of the shorter side of what is free */
#define QR_MOST_PERCENT 45
#define BAND_MIN_PX 12     /* its words can be made out */
#define QR_MIN_MODULE_PX 2 /* a telephone at a few metres wants no less */

/* Of the rows the margins get no more than a line of `line_px` leaves. */
static BtRect inset(BtRect r, int by_px, int line_px)
{
    by_px = CLAMP(by_px, 0, (MIN(r.w, r.h) - 1) / 2);
    int rows_px = CLAMP((r.h - line_px) / 2, 0, by_px);
    return (BtRect){ r.x + by_px, r.y + rows_px, r.w - 2 * by_px, r.h - 2 * rows_px };
}

/* Takes `px` off the top of `r` and returns them. */
static BtRect cut_top(BtRect *r, int px)
{
    px = MIN(px, r->h - 1);
    BtRect cut = { r->x, r->y, r->w, px };
    r->y += px;
    r->h -= px;
    return cut;
}

static BtRect cut_bottom(BtRect *r, int px)
{
    px = MIN(px, r->h - 1);
    r->h -= px;
    return (BtRect){ r->x, r->y + r->h, r->w, px };
}

static BtRect cut_start(BtRect *r, int px)
{
    px = MIN(px, r->w - 1);
    BtRect cut = { r->x, r->y, px, r->h };
    r->x += px;
    r->w -= px;
    return cut;
}

static BtRect cut_end(BtRect *r, int px)
{
    px = MIN(px, r->w - 1);
    r->w -= px;
    return (BtRect){ r->x + r->w, r->y, px, r->h };
}

/* The foot holds issuer and date in Vietnamese, and beside them the names of all languages. */
static int foot_height(BtFonts *fonts, const BtPlan *plan, const BtPlanSpec *spec)
{
    BtTextStyle style = { .lang = "vi", .px = plan->look.small_px, .led = spec->led };
    float line = bt_text_line_px(fonts, &style);
    for (guint i = 0; plan->named && i < spec->texts->len; i++) {
        style.lang = ((const BtText *)spec->texts->pdata[i])->lang;
        style.px = MAX(plan->look.small_px, bt_text_min_px(style.lang, spec->led));
        line = MAX(line, bt_text_line_px(fonts, &style));
    }
    return (int)ceilf(line);
}

static gboolean is_upright(BtRect area)
{
    return area.h * 5 > area.w * 6;
}

/* How many pixels a module gets, 0 when the code would be too small to read or too large for the
 * page. */
static int qr_module(const BtPlanSpec *spec, BtRect area, int modules)
{
    int side = MIN(area.w, area.h);
    if (!*spec->qr || modules == 0)
        return 0;
    int module = MAX(QR_MIN_MODULE_PX, side * QR_PERCENT / 100 / modules);
    return module * modules <= side * QR_MOST_PERCENT / 100 ? module : 0;
}

/* The foot, with the code at its end; the code stands taller than the foot, so either the column
 * gives way at the bottom (upright pages) or at its end. */
static void place_foot(BtPlan *plan, BtFonts *fonts, const BtPlanSpec *spec, BtRect *area)
{
    int modules = *spec->qr ? bt_qr_modules(spec->qr) : 0, foot_px = foot_height(fonts, plan, spec);
    plan->qr_module_px = qr_module(spec, *area, modules);
    int side = modules * plan->qr_module_px;
    if (side && (spec->picture || is_upright(*area))) {
        plan->foot_px = cut_bottom(area, MAX(side, foot_px));
        plan->qr_px = cut_end(&plan->foot_px, side);
        cut_end(&plan->foot_px, 2 * plan->look.gap_px);
        plan->foot_px = cut_bottom(&plan->foot_px, foot_px);
    } else {
        if (side) {
            plan->qr_px = cut_end(area, side);
            plan->qr_px = cut_bottom(&plan->qr_px, side);
            cut_end(area, 2 * plan->look.gap_px);
        }
        plan->foot_px = cut_bottom(area, foot_px);
    }
    cut_bottom(area, plan->look.gap_px);
}

static void place_picture(BtPlan *plan, BtRect *area)
{
    int gap = 2 * plan->look.gap_px, column_w = area->w * (100 - PICTURE_WIDTH_PERCENT) / 100 - gap;
    gboolean upright = is_upright(*area);
    if (plan->look.tiny || (!upright && column_w < 10 * plan->look.small_px)) {
        plan->place = BT_PICTURE_BEHIND;
        plan->picture_px = plan->free_px;
    } else if (upright) {
        plan->place = BT_PICTURE_ABOVE;
        plan->picture_px = cut_top(area, area->h * PICTURE_HEIGHT_PERCENT / 100);
        cut_top(area, gap);
    } else {
        plan->place = BT_PICTURE_BESIDE;
        plan->picture_px = cut_start(area, area->w * PICTURE_WIDTH_PERCENT / 100);
        cut_start(area, gap);
    }
}

/* What a line of the tallest script here takes at its smallest. */
static int least_line_px(const BtPlan *plan, BtFonts *fonts, const BtPlanSpec *spec, int least_px)
{
    float line_px = 0;
    for (guint i = 0; i < spec->texts->len; i++)
        for (int title = 0; title < 2; title++) {
            BtTextStyle style = bt_plan_style(plan, spec->texts->pdata[i], least_px, title);
            line_px = MAX(line_px, bt_text_line_px(fonts, &style));
        }
    return (int)ceilf(line_px);
}

/* It leaves room for a line of text where there is room for both. */
static void place_band(BtPlan *plan, BtRect *area, int line_px)
{
    int percent = plan->look.tiny ? 34 : 18, left_px = area->h - line_px;
    int wanted = MAX(area->h * percent / 100, plan->look.small_px * 3 / 2);
    int most = left_px >= BAND_MIN_PX ? left_px : area->h / 2;
    plan->band_px = cut_top(area, MIN(wanted, most));
}

void bt_plan_place_boxes(BtPlan *plan, BtFonts *fonts, const BtPlanSpec *spec, int least_px)
{
    BtRect area = spec->free_px;
    int line_px = least_line_px(plan, fonts, spec, least_px);
    if (spec->level)
        place_band(plan, &area, line_px);
    area = inset(area, plan->look.margin_px, line_px);
    if (plan->look.tiny) {
        plan->marks_px = cut_end(&area, MAX(3, plan->look.small_px / 4));
        cut_end(&area, plan->look.margin_px);
    } else {
        place_foot(plan, fonts, spec, &area);
    }
    if (spec->picture)
        place_picture(plan, &area);
    plan->column_px = area;
}
