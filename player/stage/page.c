#include "player/stage/page.h"

#include "player/stage/alert.h"
#include "player/stage/columns.h"
#include "player/stage/language.h"
#include "player/stage/paint.h"
#include "player/stage/qr.h"

#include <math.h>

#define MAX_DOTS 9          /* more pages than that are said in digits */
#define RAISE_PERCENT 42    /* how much of the room left over stands above a page */
#define LEAST_ISSUER_EMS 4  /* less of a name says nothing */
#define BASELINE_PERCENT 73 /* of the foot's height: the line of all that stands in it */

typedef struct {
    BtFonts *fonts;
    const BtPlan *plan;
    const BtPlanText *text;
    BtPlanPage page;
    guint text_index, page_index;
    BtFrame *frame;
    BtRect column_px, foot_px;
} Sheet;

static void draw_lines(const Sheet *sheet, const BtTextLayout *layout, guint first, guint n,
    int x_px, int y_px, guint32 color)
{
    BtRect zone = { 0, 0, sheet->frame->w_px, sheet->frame->h_px };
    bt_text_draw(sheet->fonts, layout, first, n, sheet->frame->pixels, sheet->frame->stride_px,
        zone, x_px, y_px, color, sheet->plan->colours.dark);
}

/* A single line alone on its page stands in the middle. */
static int shift_to_middle(const Sheet *sheet)
{
    if (sheet->page.title_n || sheet->page.body_n != 1 || sheet->text->pages->len > 1 ||
        sheet->plan->place == BT_PICTURE_BESIDE)
        return 0;
    const BtTextLine *line =
        &g_array_index(sheet->text->body->lines, BtTextLine, sheet->page.body_first);
    return (int)((sheet->column_px.w - line->width_px) / 2 - line->x_px);
}

/* A layout may be narrower than the column: it stands at the side where reading begins. */
static int start_x(const Sheet *sheet, const BtTextLayout *layout)
{
    int left_px = sheet->text->rtl ? sheet->column_px.w - layout->width_px : 0;
    return sheet->column_px.x + MAX(0, left_px);
}

/* The tallest page stands a little above the middle, the others begin where it does; on a tiny wall
 * each page has the middle to itself. */
static int first_y(const Sheet *sheet)
{
    gboolean tiny = sheet->plan->look.tiny;
    int height_px = tiny ? bt_plan_page_px(sheet->plan, sheet->text, sheet->page)
                         : bt_plan_deepest_px(sheet->plan, sheet->text);
    int left_px = MAX(0, sheet->column_px.h - height_px);
    return sheet->column_px.y + left_px * (tiny ? 50 : RAISE_PERCENT) / 100;
}

static void draw_text(const Sheet *sheet)
{
    const BtPlanPage *page = &sheet->page;
    int y = first_y(sheet);
    if (page->title_n) {
        draw_lines(sheet, sheet->text->title, page->title_first, page->title_n,
            start_x(sheet, sheet->text->title), y, sheet->plan->colours.accent);
        y += bt_lines_px(sheet->text->title, page->title_first, page->title_n) +
            sheet->plan->look.gap_px;
    }
    if (page->body_n)
        draw_lines(sheet, sheet->text->body, page->body_first, page->body_n,
            start_x(sheet, sheet->text->body) + shift_to_middle(sheet), y,
            sheet->plan->colours.letters);
}

/* `width_px` off the end of the foot; the mirrored page's end is on the left. */
static BtRect take_end(BtRect *foot, int width_px, gboolean rtl)
{
    width_px = MIN(width_px, foot->w);
    foot->w -= width_px;
    BtRect taken = { foot->x + foot->w, foot->y, width_px, foot->h };
    if (rtl) {
        taken.x = foot->x;
        foot->x += width_px;
    }
    return taken;
}

static BtTextStyle small_style(const Sheet *sheet, const char *lang)
{
    return (BtTextStyle){ .lang = lang,
        .px = sheet->plan->look.small_px,
        .led = sheet->plan->look.led,
        .weight = sheet->plan->look.led ? BT_WEIGHT_MEDIUM : BT_WEIGHT_REGULAR };
}

static int foot_baseline(const Sheet *sheet)
{
    return sheet->foot_px.y + sheet->foot_px.h * BASELINE_PERCENT / 100;
}

static void draw_small(
    const Sheet *sheet, const BtLine *line, BtRect box, gboolean at_end, guint32 color)
{
    if (!line->layout)
        return;
    BtRect zone = { 0, 0, sheet->frame->w_px, sheet->frame->h_px };
    float ascent_px = g_array_index(line->layout->lines, BtTextLine, 0).ascent_px;
    bt_line_draw(sheet->fonts, line, sheet->frame, zone,
        at_end ? box.x + box.w - line->width_px : box.x,
        foot_baseline(sheet) - (int)lroundf(ascent_px), color, sheet->plan->colours.dark);
}

static void draw_dots(const Sheet *sheet, BtRect box, int dot_px, gboolean down, gboolean back)
{
    guint n = sheet->text->pages->len;
    for (guint i = 0; i < n; i++) {
        int at = 2 * dot_px * (int)(back ? n - 1 - i : i);
        BtRect dot = { box.x + (down ? 0 : at), box.y + (down ? at : 0), dot_px, dot_px };
        bt_paint_shape(sheet->frame, dot_px < 6 ? BT_SHAPE_BAR : BT_SHAPE_DISC, dot,
            i == sheet->page_index ? sheet->plan->colours.accent : sheet->plan->colours.quiet);
    }
}

static void draw_page_number(const Sheet *sheet, BtRect *foot)
{
    g_autofree char *number =
        g_strdup_printf("%u/%u", sheet->page_index + 1, sheet->text->pages->len);
    BtTextStyle style = small_style(sheet, "vi");
    style.tabular = TRUE;
    g_auto(BtLine) line = bt_line_new(sheet->fonts, number, &style, foot->w);
    BtRect box = take_end(foot, line.width_px, sheet->text->rtl);
    draw_small(sheet, &line, box, FALSE, sheet->plan->colours.quiet);
}

static void draw_marks(const Sheet *sheet, BtRect *foot)
{
    guint n = sheet->text->pages->len;
    if (n < 2)
        return;
    if (n > MAX_DOTS) {
        draw_page_number(sheet, foot);
        return;
    }
    int dot = MAX(3, sheet->plan->look.small_px * 2 / 5);
    BtRect box = take_end(foot, 2 * dot * (int)n - dot, sheet->text->rtl);
    box.y = foot_baseline(sheet) - sheet->plan->look.small_px * 27 / 100 - dot / 2;
    draw_dots(sheet, box, dot, FALSE, sheet->text->rtl);
}

/* Issuer and date are inserted text: isolated, so that neither turns the other around. */
static char *foot_text(const BtPlan *plan, gboolean short_form)
{
    if (!*plan->issuer || !*plan->note || short_form)
        return g_strdup_printf("⁨%s⁩", *plan->issuer ? plan->issuer : plan->note);
    return g_strdup_printf("⁨%s⁩  ·  ⁨%s⁩", plan->issuer, plan->note);
}

static int speaker_width(const Sheet *sheet)
{
    BtTextStyle style = small_style(sheet, "vi");
    g_autofree char *text = foot_text(sheet->plan, !sheet->plan->level);
    return bt_text_advance_px(sheet->fonts, text, &style);
}

/* The language's own name; who speaks comes first when room is short. */
static void draw_tag(const Sheet *sheet, BtRect *foot)
{
    if (!sheet->plan->named || !*sheet->text->lang)
        return;
    BtTextStyle style = small_style(sheet, sheet->text->lang);
    style.px = MAX(style.px, bt_text_min_px(style.lang, style.led));
    const char *name = bt_language_name(sheet->text->lang);
    g_auto(BtLine) line = bt_line_new(sheet->fonts, name, &style, foot->w / 2);
    if (foot->w - line.width_px - 4 * sheet->plan->look.gap_px < speaker_width(sheet))
        return;
    if (sheet->text->pages->len > 1)
        take_end(foot, sheet->plan->look.gap_px * 2, sheet->text->rtl);
    BtRect box = take_end(foot, line.width_px, sheet->text->rtl);
    draw_small(sheet, &line, box, FALSE, sheet->plan->colours.accent);
}

/* Until when it counts stands whole at the foot's end, in few words; who says so gets what is left.
 * FALSE: not even that has room. */
static gboolean draw_brief(const Sheet *sheet, const BtTextStyle *style, BtRect foot)
{
    g_auto(BtLine) until = bt_line_new(sheet->fonts, sheet->plan->brief, style, G_MAXINT / 2);
    if (until.width_px == 0 || until.width_px > foot.w)
        return FALSE;
    BtRect end = take_end(&foot, until.width_px, sheet->text->rtl);
    draw_small(sheet, &until, end, FALSE, sheet->plan->colours.quiet);
    take_end(&foot, sheet->plan->look.gap_px * 2, sheet->text->rtl);
    if (foot.w < LEAST_ISSUER_EMS * style->px)
        return TRUE;
    g_auto(BtLine) issuer = bt_line_new(sheet->fonts, sheet->plan->issuer, style, foot.w);
    draw_small(sheet, &issuer, foot, sheet->text->rtl, sheet->plan->colours.quiet);
    return TRUE;
}

static void draw_speaker(const Sheet *sheet, BtRect foot)
{
    if (!*sheet->plan->issuer && !*sheet->plan->note)
        return;
    take_end(&foot, sheet->plan->look.gap_px * 2, sheet->text->rtl);
    BtTextStyle style = small_style(sheet, "vi");
    g_autofree char *full = foot_text(sheet->plan, FALSE);
    gboolean fits = bt_text_advance_px(sheet->fonts, full, &style) <= foot.w;
    if (!fits && draw_brief(sheet, &style, foot))
        return;
    g_autofree char *text = foot_text(sheet->plan, !fits && !sheet->plan->level);
    g_auto(BtLine) line = bt_line_new(sheet->fonts, text, &style, foot.w);
    draw_small(sheet, &line, foot, sheet->text->rtl, sheet->plan->colours.quiet);
}

static void draw_foot(const Sheet *sheet)
{
    BtRect foot = sheet->foot_px;
    draw_marks(sheet, &foot);
    draw_tag(sheet, &foot);
    draw_speaker(sheet, foot);
}

static void draw_tiny_marks(const Sheet *sheet)
{
    BtRect box = bt_plan_box(sheet->plan, sheet->text_index, sheet->plan->marks_px);
    guint n = sheet->text->pages->len;
    int dot = MIN(box.w, box.h / (int)(2 * n));
    if (n < 2 || dot < 2)
        return;
    box.y += (box.h - dot * (int)(2 * n - 1)) / 2;
    draw_dots(sheet, box, dot, TRUE, FALSE);
}

/* The ground, through which a picture behind it is seen. */
static void draw_ground(const BtPlan *plan, BtFrame *frame)
{
    guint alpha = plan->place == BT_PICTURE_BEHIND ? BT_LOOK_SCRIM_ALPHA : 255;
    bt_frame_fill(frame, (BtRect){ 0, 0, frame->w_px, frame->h_px },
        bt_look_pixel_alpha(plan->colours.ground, alpha));
}

BtFrame *bt_page_draw(BtFonts *fonts, const BtPlan *plan, guint text, guint page, BtFrame *frame)
{
    Sheet sheet = { .fonts = fonts,
        .plan = plan,
        .text = bt_plan_text(plan, text),
        .text_index = text,
        .page_index = page,
        .frame = frame,
        .column_px = bt_plan_box(plan, text, plan->column_px),
        .foot_px = bt_plan_box(plan, text, plan->foot_px) };
    sheet.page = g_array_index(sheet.text->pages, BtPlanPage, page);
    draw_ground(plan, frame);
    if (plan->level)
        bt_alert_draw_band(
            fonts, frame, plan->band_px, plan->level, sheet.text->lang, plan->look.led);
    if (sheet.text->vertical)
        bt_columns_draw(fonts, frame, plan, sheet.text, sheet.page, sheet.column_px);
    else
        draw_text(&sheet);
    if (plan->look.tiny)
        draw_tiny_marks(&sheet);
    else
        draw_foot(&sheet);
    if (plan->qr_module_px) {
        BtRect qr = bt_plan_box(plan, text, plan->qr_px);
        bt_qr_draw(plan->qr, frame, qr.x, qr.y, plan->qr_module_px);
    }
    return frame;
}
