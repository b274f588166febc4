/* The numbers of a clock do not jump: every digit is as wide as every other, and from one time to
 * the next only the digits that differ are drawn differently. */
#include "player/stage/stage.h"
#include "render/compose/compose.h"

#include <string.h>

#define INTER "/usr/share/fonts/truetype/inter-vf/Inter-roman.var.ttf"

static const BtTextStyle face_styles[] = {
    { .lang = "vi", .weight = BT_WEIGHT_BOLD, .tabular = TRUE, .line_percent = 100 },
    { .lang = "vi", .weight = BT_WEIGHT_BOLD, .tabular = TRUE, .line_percent = 100, .led = TRUE },
    { .lang = "vi", .tabular = TRUE },
    { .lang = "vi", .tabular = TRUE, .weight = BT_WEIGHT_MEDIUM, .led = TRUE },
};

static BtFonts *open_fonts(const char *file)
{
    g_autoptr(GError) error = NULL;
    BtFonts *fonts = bt_fonts_open(file, &error);
    g_assert_no_error(error);
    return fonts;
}

static const BtGlyph *glyph_at(const BtTextLayout *layout, guint i)
{
    return &g_array_index(layout->glyphs, BtGlyph, i);
}

/* Where each glyph of `a` stands one of `b` stands. */
static void check_same_places(
    BtFonts *fonts, const BtTextStyle *style, const char *a, const char *b)
{
    g_autoptr(BtTextLayout) one = bt_text_layout(fonts, a, style, 0, NULL);
    g_autoptr(BtTextLayout) other = bt_text_layout(fonts, b, style, 0, NULL);
    g_test_message("%s and %s at %d px", a, b, style->px);
    g_assert_cmpuint(one->glyphs->len, ==, strlen(a));
    g_assert_cmpuint(one->glyphs->len, ==, other->glyphs->len);
    for (guint i = 0; i < one->glyphs->len; i++) {
        g_assert_cmpfloat(glyph_at(one, i)->x_px, ==, glyph_at(other, i)->x_px);
        g_assert_cmpfloat(glyph_at(one, i)->y_px, ==, glyph_at(other, i)->y_px);
        g_assert_cmpfloat(glyph_at(one, i)->advance_px, ==, glyph_at(other, i)->advance_px);
    }
    g_assert_cmpint(bt_text_advance_px(fonts, a, style), ==, bt_text_advance_px(fonts, b, style));
}

/* All pairs of neighbours, since kerning is between two. `file`: a font whose digits differ and
 * kern unless it is told otherwise, NULL for the board's own. */
static void check_digits(const char *file)
{
    BtFonts *fonts = open_fonts(file);
    for (guint i = 0; i < G_N_ELEMENTS(face_styles); i++) {
        BtTextStyle style = face_styles[i];
        for (style.px = 12; style.px <= 200; style.px += 47) {
            for (guint n = 0; n < 100; n++) {
                char time[] = "00:00:00";
                time[0] = time[4] = time[7] = (char)('0' + n / 10);
                time[1] = time[3] = time[6] = (char)('0' + n % 10);
                check_same_places(fonts, &style, "00:00:00", time);
            }
        }
    }
    bt_fonts_close(fonts);
}

static void test_digits(void)
{
    check_digits(NULL);
}

/* Inter's digits are of different widths, and kern, unless they are told otherwise. */
static void test_digits_of_another_font(void)
{
    check_digits(INTER);
}

/* ---- pictures ---- */

typedef struct {
    BtFrame *frame; /* borrowed from the scene */
    BtRect rect_px;
} Time;

/* The time is the scene's last frame, on top of the words. */
static Time time_of(const BtScene *scene)
{
    const BtLayer *layer = scene->layers->pdata[0];
    const BtNode *node = &g_array_index(layer->nodes, BtNode, layer->nodes->len - 1);
    return (Time){ node->frame, node->rect_px };
}

/* Whether the columns [x0, x1) of two frames of one size differ. */
static gboolean columns_differ(const BtFrame *a, const BtFrame *b, int x0, int x1)
{
    for (int y = 0; y < a->h_px; y++)
        if (memcmp(a->pixels + (gsize)y * a->stride_px + x0,
                b->pixels + (gsize)y * b->stride_px + x0, (gsize)(x1 - x0) * 4) != 0)
            return TRUE;
    return FALSE;
}

/* Cells of the five characters: four digits of one width and the colon between them. */
static void check_cells(const BtFrame *a, const BtFrame *b, const char *from, const char *to)
{
    int w = a->w_px, colon = w - 4 * (w * 100 / 452), digit = (w - colon) / 4;
    const int starts[] = { 0, digit, 2 * digit, 2 * digit + colon, 3 * digit + colon, w };
    int slack = MAX(1, digit / 8);
    for (guint i = 0; i < 5; i++) {
        int x0 = MAX(0, starts[i] + slack), x1 = MIN(w, starts[i + 1] - slack);
        g_test_message("character %u of %s and %s", i, from, to);
        g_assert_cmpint(columns_differ(a, b, x0, x1), ==, from[i] != to[i]);
    }
}

static void test_picture(void)
{
    static const struct {
        const char *from, *to;
    } cases[] = { { "11:11", "11:12" }, { "09:59", "10:00" }, { "11:59", "12:00" },
        { "23:59", "00:00" }, { "17:47", "17:48" }, { "01:10", "01:11" }, { "12:08", "12:09" } };
    static const struct {
        int w_px, h_px;
        gboolean led;
    } canvases[] = { { 192, 64, TRUE }, { 640, 384, TRUE }, { 1920, 1080, FALSE },
        { 1080, 1920, FALSE } };
    BtFonts *fonts = open_fonts(NULL);
    for (guint k = 0; k < G_N_ELEMENTS(canvases); k++) {
        BtStageOptions options = { .w_px = canvases[k].w_px,
            .h_px = canvases[k].h_px,
            .led = canvases[k].led,
            .board = "Bảng tin",
            .zone_name = "Asia/Ho_Chi_Minh",
            .fonts = fonts };
        g_autoptr(BtStage) stage = bt_stage_new(&options);
        for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
            g_autofree char *one = g_strdup_printf("2026-11-22T%s:00+07:00", cases[i].from);
            g_autofree char *two = g_strdup_printf("2026-11-22T%s:00+07:00", cases[i].to);
            gint64 a_ms, b_ms, until_ms;
            g_assert_true(bt_time_parse(one, &a_ms, NULL) && bt_time_parse(two, &b_ms, NULL));
            g_autoptr(BtScene) before = bt_stage_safe_scene(stage, a_ms, &until_ms);
            g_autoptr(BtScene) after = bt_stage_safe_scene(stage, b_ms, &until_ms);
            Time a = time_of(before), b = time_of(after);
            g_assert_cmpmem(&a.rect_px, sizeof a.rect_px, &b.rect_px, sizeof b.rect_px);
            g_assert_cmpint(a.frame->w_px, ==, b.frame->w_px);
            g_assert_cmpint(a.frame->h_px, ==, b.frame->h_px);
            check_cells(a.frame, b.frame, cases[i].from, cases[i].to);
        }
    }
    bt_fonts_close(fonts);
}

static BtFrame *words_at(BtStage *stage, const char *at)
{
    gint64 t_ms, until_ms;
    g_assert_true(bt_time_parse(at, &t_ms, NULL));
    g_autoptr(BtScene) scene = bt_stage_safe_scene(stage, t_ms, &until_ms);
    const BtLayer *layer = scene->layers->pdata[0];
    return bt_frame_ref(g_array_index(layer->nodes, BtNode, layer->nodes->len - 2).frame);
}

/* However narrow the wall, the date is there as a whole: a week later another one is. */
static void test_narrow(void)
{
    static const struct {
        int w_px, h_px;
    } canvases[] = { { 128, 64 }, { 96, 48 }, { 64, 32 }, { 64, 128 }, { 48, 96 } };
    BtFonts *fonts = open_fonts(NULL);
    for (guint k = 0; k < G_N_ELEMENTS(canvases); k++) {
        BtStageOptions options = { .w_px = canvases[k].w_px,
            .h_px = canvases[k].h_px,
            .led = TRUE,
            .board = "",
            .zone_name = "Asia/Ho_Chi_Minh",
            .fonts = fonts };
        g_autoptr(BtStage) stage = bt_stage_new(&options);
        g_autoptr(BtFrame) one = words_at(stage, "2026-11-26T08:00:00+07:00");
        g_autoptr(BtFrame) next = words_at(stage, "2026-12-03T08:00:00+07:00");
        g_test_message("%d × %d", canvases[k].w_px, canvases[k].h_px);
        g_assert_false(bt_frame_equal(one, next));
    }
    bt_fonts_close(fonts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clock-face/digits", test_digits);
    g_test_add_func("/clock-face/digits-of-another-font", test_digits_of_another_font);
    g_test_add_func("/clock-face/picture", test_picture);
    g_test_add_func("/clock-face/narrow", test_narrow);
    return g_test_run();
}
