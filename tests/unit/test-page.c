/* Pages of bulletins: nothing is lost, nothing leaves its box, nothing is too small. */
#include "player/stage/alert.h"
#include "player/stage/page.h"
#include "player/stage/paint.h"
#include "player/stage/parts.h"

#include <string.h>

#define LONG_VI                                                                                                            \
    "Kính mời bà con về dự họp thôn lúc 19 giờ 30 phút, thứ Năm ngày 20/11/2026, tại Nhà văn hóa " \
    "thôn. Nội dung: bàn việc phòng chống bão lũ và dọn vệ sinh đường làng. "
#define VI LONG_VI "Đề nghị mỗi hộ một người, đi đúng giờ."
#define FOUR LONG_VI LONG_VI LONG_VI LONG_VI
#define KM "សេចក្តីជូនដំណឹង៖ សូមអញ្ជើញបងប្អូនប្រជាពលរដ្ឋទាំងអស់មកចូលរួមប្រជុំនៅសាលាឃុំ។"
#define JAWI "سموا مأنسي دلاهيركن بيبس دان سام راة دري سݢي كمولياءن"
#define NOM                                                                                        \
    "畢哿每𠊛生𠚢調得自由吧平等𧗱人品吧權。每𡥵𠊛調得造化頒朱理智吧良心吧勤沛對處𢭲膮𥪝情朋友。"
#define HAN "鄉人民委員會謹請全體居民於11月20日19:30到村文化室開會（每戶一人）。"
#define BLT "ꪹꪕꪸꪉ ꪀꪱ ꪋꪴ ꫛ ꪎꪲꪉ ꪮꪮꪀ ꪣꪱ ꪻꪠ ꪁꪷ ꪻꪬ ꪼꪒ ꪕꪳ ꪕꪱꪉ ꪀꪾꪚ ꪹꪋꪷꪉ ꪝꪸꪉ ꪕꪮꪥ ꪩꪾ"

typedef struct {
    const char *name;
    int w, h;
    gboolean led;
} Size;

static const Size sizes[] = {
    { "wall", 640, 320, TRUE },
    { "small wall", 192, 64, TRUE },
    { "strip", 640, 64, TRUE },
    { "panel", 1920, 1080, FALSE },
    { "upright", 1080, 1920, FALSE },
    { "smallest", 32, 16, TRUE },
    { "column", 160, 384, TRUE },
};

/* A BtText of literals. */
typedef struct {
    const char *lang, *title, *body;
    gboolean vertical;
} Words;

typedef struct {
    const char *name;
    Words texts[4]; /* ends with a NULL lang */
} Bulletin;

static BtFonts *fonts;

/* On a frame that held something else. */
static BtFrame *drawn(const BtPlan *plan, guint text, guint page)
{
    BtFrame *frame = bt_frame_new_unset(plan->w_px, plan->h_px);
    bt_frame_fill(frame, (BtRect){ 0, 0, plan->w_px, plan->h_px }, 0x12345678);
    return bt_page_draw(fonts, plan, text, page, frame);
}

static const Bulletin *bulletins(guint *n)
{
    static const Bulletin fixed[] = {
        { "Vietnamese", { { "vi", "Thông báo họp thôn", VI } } },
        { "no title", { { "vi", "", VI } } },
        { "title alone", { { "vi", "Chúc mừng năm mới", "" } } },
        { "long title", { { "vi", VI, "Kính mời." } } },
        { "long", { { "vi", "Quy ước thôn", FOUR FOUR FOUR FOUR FOUR } } },
        { "lines", { { "vi", "Ở đâu", "Một\nHai\n\nBa\nBốn\nNăm\nSáu\nBảy\nTám\nChín" } } },
        { "blank lines",
            { { "vi", "Họp thôn", "\n\nMột\n\n\n\n\n\n\n\n\n\n\nHai\n \n\n\n\n\n" } } },
        { "one long word",
            { { "vi", "Địa chỉ",
                "https://example.vn/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/bbbbb" } } },
        { "languages",
            { { "vi", "Thông báo", VI }, { "km", "សេចក្តីជូនដំណឹង", KM },
                { "cja-Arab", "چام", JAWI } } },
        { "Thái", { { "blt", "ꪻꪬ ꪼꪒ", BLT } } },
        { "columns", { { "vi-Hani", "條一", NOM, TRUE } } },
        { "columns with a long title", { { "zh-Hant", HAN, NOM, TRUE } } },
        { "columns alone", { { "zh-Hant", "", HAN HAN HAN HAN HAN HAN HAN HAN, TRUE } } },
        { "columns of a title", { { "vi-Hani", "條一", "", TRUE } } },
        { "columns and lines",
            { { "vi", "Thông báo", VI }, { "vi-Hani", "報", NOM, TRUE },
                { "zh-Hant", "通知", HAN } } },
    };
    *n = G_N_ELEMENTS(fixed);
    return fixed;
}

static BtPlan *plan_of(
    const Size *size, const Bulletin *bulletin, const char *qr, gboolean picture, int level)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    BtText copies[4];
    for (guint i = 0; i < 4 && bulletin->texts[i].lang; i++) {
        const Words *words = &bulletin->texts[i];
        copies[i] = (BtText){ (char *)words->lang, (char *)words->title, (char *)words->body,
            words->vertical };
        g_ptr_array_add(texts, &copies[i]);
    }
    BtPlanSpec spec = { .w_px = size->w,
        .h_px = size->h,
        .free_px = { 0, 0, size->w, size->h },
        .led = size->led,
        .ground = BT_LOOK_GROUND,
        .texts = texts,
        .issuer = "UBND thị trấn Phú Túc",
        .note = "20/11/2026",
        .qr = qr,
        .picture = picture,
        .level = level };
    return bt_plan_new(fonts, &spec);
}

static gboolean is_blank(const BtTextLayout *layout, guint i)
{
    const BtTextLine *line = &g_array_index(layout->lines, BtTextLine, i);
    for (gsize at = line->start; at < line->end; at++)
        if (!g_ascii_isspace(layout->text[at]))
            return FALSE;
    return TRUE;
}

/* Lines [first, first + n) continue where the last page ended, but for blank lines, which stand
 * neither at a page's top nor at its end; at the end all lines were there. */
static void follow(const BtTextLayout *layout, guint first, guint n, guint *next)
{
    if (n == 0)
        return;
    while (*next < first && is_blank(layout, *next))
        (*next)++;
    g_assert_cmpuint(first, ==, *next);
    g_assert_false(is_blank(layout, first) || is_blank(layout, first + n - 1));
    *next = first + n;
}

/* The ranges of the lines, in order, are the text but for white space between them. */
static void assert_whole(const BtTextLayout *layout, guint n_lines, const char *words)
{
    if (!layout) {
        g_assert_cmpstr(words, ==, "");
        return;
    }
    while (n_lines < layout->lines->len && is_blank(layout, n_lines))
        n_lines++;
    g_assert_cmpuint(n_lines, ==, layout->lines->len);
    gsize at = 0;
    for (guint i = 0; i < layout->lines->len; i++) {
        const BtTextLine *line = &g_array_index(layout->lines, BtTextLine, i);
        g_assert_cmpuint(line->start, >=, at);
        for (; at < line->start; at++)
            g_assert_true(g_ascii_isspace(words[at]));
        at = line->end;
    }
    for (; words[at]; at++)
        g_assert_true(g_ascii_isspace(words[at]));
}

static void check_ranges(const BtPlanText *text, const Words *from)
{
    guint title = 0, body = 0, last_title = 0;
    for (guint i = 0; i < text->pages->len; i++) {
        BtPlanPage page = g_array_index(text->pages, BtPlanPage, i);
        if (page.title_n && page.title_first == 0)
            last_title = title = 0;
        follow(text->title, page.title_first, page.title_n, &title);
        last_title = MAX(last_title, title);
        follow(text->body, page.body_first, page.body_n, &body);
        g_assert_cmpuint(page.title_n + page.body_n, >, 0);
    }
    assert_whole(text->title, last_title, text->heading ? "" : from->title);
    assert_whole(text->body, body, text->heading ? from->title : from->body);
}

static void check_fit(const BtPlan *plan, const Size *size, guint t)
{
    const BtPlanText *text = bt_plan_text(plan, t);
    BtRect zone = { 0, 0, size->w, size->h };
    const BtRect boxes[] = { plan->column_px, plan->foot_px, plan->qr_px, plan->picture_px,
        plan->band_px, plan->marks_px };
    for (guint i = 0; i < G_N_ELEMENTS(boxes); i++)
        if (!bt_rect_is_empty(boxes[i]))
            g_assert_true(bt_rect_contains(zone, bt_plan_box(plan, t, boxes[i])));
    BtPlanRoom room = bt_plan_room(plan, text->vertical);
    for (guint i = 0; i < text->pages->len; i++) {
        BtPlanPage page = g_array_index(text->pages, BtPlanPage, i);
        g_assert_cmpuint(page.body_n, <=, room.max_lines);
        int h = bt_lines_px(text->title, page.title_first, page.title_n);
        h = page.title_n && page.body_n ? h + plan->look.gap_px : h;
        h += page.body_n ? bt_lines_px(text->body, page.body_first, page.body_n) : 0;
        /* One line alone may be taller than a wall that is too small for its script. */
        if (page.title_n + page.body_n > 1)
            g_assert_cmpint(h, <=, room.depth_px + 1);
    }
}

static void check_size(const BtPlan *plan, const Bulletin *bulletin, gboolean led)
{
    for (guint t = 0; t < plan->texts->len; t++)
        g_assert_cmpint(plan->body_px, >=, bt_text_min_px(bulletin->texts[t].lang, led));
    for (guint t = 0; t < plan->texts->len; t++) {
        const BtPlanText *text = bt_plan_text(plan, t);
        if (text->body)
            g_assert_cmpint(text->body->style.px, ==, plan->body_px);
    }
    g_assert_cmpint(plan->look.small_px, >=, bt_text_min_px("vi", led));
}

static void test_nothing_lost(void)
{
    guint n;
    const Bulletin *all = bulletins(&n);
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++)
        for (guint b = 0; b < n; b++)
            for (int variant = 0; variant < 4; variant++) {
                g_test_message("%s on %s, variant %d", all[b].name, sizes[s].name, variant);
                g_autoptr(BtPlan) plan = plan_of(&sizes[s], &all[b],
                    variant & 1 ? "https://phutuc.vn/1" : "", variant == 2, variant == 3 ? 4 : 0);
                for (guint t = 0; t < plan->texts->len; t++) {
                    check_ranges(bt_plan_text(plan, t), &all[b].texts[t]);
                    check_fit(plan, &sizes[s], t);
                }
                check_size(plan, &all[b], sizes[s].led);
            }
}

/* Every pixel outside the margins is the ground: nothing is cut at an edge. */
static void assert_margins(const BtFrame *frame, int margin)
{
    guint32 ground = frame->pixels[0];
    for (int y = 0; y < frame->h_px; y++)
        for (int x = 0; x < frame->w_px; x++)
            if (x < margin || y < margin || x >= frame->w_px - margin || y >= frame->h_px - margin)
                g_assert_cmphex(frame->pixels[y * frame->stride_px + x], ==, ground);
}

static void test_margins(void)
{
    guint n;
    const Bulletin *all = bulletins(&n);
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++)
        for (guint b = 0; b < n; b++) {
            if (sizes[s].h < 32)
                continue;
            g_autoptr(BtPlan) plan = plan_of(&sizes[s], &all[b], "https://phutuc.vn/1", FALSE, 0);
            for (guint t = 0; t < plan->texts->len; t++) {
                g_autoptr(BtFrame) frame = drawn(plan, t, bt_plan_pages(plan, t) - 1);
                g_test_message("%s on %s, text %u", all[b].name, sizes[s].name, t);
                g_assert_true(frame->opaque);
                assert_margins(frame, 1);
            }
        }
}

/* On a wall of few rows the margins go first: a line that the rows can hold stands whole, under the
 * band of a warning too. */
static void test_few_rows(void)
{
    static const struct {
        int h_px, level;
        const char *lang, *body;
    } cases[] = { { 16, 0, "vi", "Ở Ẵ, sạt lở gỗ" }, { 20, 0, "jra", "Ƀơi Ê̆ gơñu" },
        { 24, 0, "km", KM }, { 33, 0, "blt", BLT }, { 32, 4, "vi", "Ở Ẵ, sạt lở gỗ" },
        { 48, 4, "blt", BLT } };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Size size = { "few rows", 128, cases[i].h_px, TRUE };
        Bulletin bulletin = { "line", { { cases[i].lang, "", cases[i].body } } };
        g_autoptr(BtPlan) plan = plan_of(&size, &bulletin, "", FALSE, cases[i].level);
        const BtPlanText *text = bt_plan_text(plan, 0);
        g_test_message("%s on %d rows", cases[i].lang, size.h);
        g_assert_cmpint(bt_plan_deepest_px(plan, text), <=, bt_plan_room(plan, FALSE).depth_px);
    }
}

/* The band of a warning says its level in words too, however low and narrow it is. */
static void test_band(void)
{
    for (int h = 12; h <= 40; h++)
        for (int w = 96; w <= 640; w += 32) {
            g_autoptr(BtFrame) frame = bt_frame_new(w, h);
            bt_alert_draw_band(fonts, frame, (BtRect){ 0, 0, w, h }, 4, "vi", TRUE);
            guint letters = 0, ground = frame->pixels[0];
            for (int y = 0; y < h; y++)
                for (int x = 4 * h / 3 + 1; x < (w >= 8 * h ? w - 3 * h / 2 : w); x++)
                    letters += frame->pixels[y * frame->stride_px + x] != ground;
            g_test_message("%d × %d", w, h);
            g_assert_cmpuint(letters, >, 10);
        }
}

/* A right-to-left page is the mirror of a left-to-right one, box for box. */
static void test_mirror(void)
{
    Bulletin bulletin = { "two", { { "vi", "Thông báo", VI }, { "cja-Arab", "چام", JAWI } } };
    Size panel = { "panel", 1280, 720, FALSE };
    g_autoptr(BtPlan) plan = plan_of(&panel, &bulletin, "https://phutuc.vn/1", TRUE, 0);
    const BtRect boxes[] = { plan->column_px, plan->foot_px, plan->qr_px, plan->picture_px };
    g_assert_false(bt_plan_text(plan, 0)->rtl);
    g_assert_true(bt_plan_text(plan, 1)->rtl);
    for (guint i = 0; i < G_N_ELEMENTS(boxes); i++) {
        BtRect ltr = bt_plan_box(plan, 0, boxes[i]), rtl = bt_plan_box(plan, 1, boxes[i]);
        g_assert_false(bt_rect_is_empty(ltr));
        g_assert_cmpint(rtl.x + rtl.w, ==, panel.w - ltr.x);
        g_assert_true(rtl.y == ltr.y && rtl.w == ltr.w && rtl.h == ltr.h);
    }
    g_assert_cmpint(bt_plan_box(plan, 0, plan->qr_px).x, >, panel.w / 2);
    g_assert_cmpint(bt_plan_box(plan, 1, plan->qr_px).x, <, panel.w / 2);
}

/* Short texts are large, long ones are pages; a single page is never given up for larger letters.
 */
static void test_grow(void)
{
    Size wall = { "wall", 640, 320, TRUE };
    Bulletin brief = { "short", { { "vi", "Họp thôn", "Tối nay, 19 giờ." } } };
    Bulletin full = { "full", { { "vi", "Họp thôn", VI } } };
    g_autoptr(BtPlan) a = plan_of(&wall, &brief, "", FALSE, 0),
                      b = plan_of(&wall, &full, "", FALSE, 0);
    g_assert_cmpint(a->body_px, >, b->body_px);
    g_assert_cmpuint(bt_plan_pages(a, 0), ==, 1);
    g_assert_cmpuint(bt_plan_pages(b, 0), >, 1);
    g_assert_cmpint(a->body_px, <=, a->look.max_body_px);
}

/* The last page of several holds no single line when the others could share. */
static void test_balanced(void)
{
    Size wall = { "wall", 640, 320, TRUE };
    Bulletin lines = { "lines", { { "vi", "", "1\n2\n3\n4\n5\n6" } } };
    g_autoptr(BtPlan) plan = plan_of(&wall, &lines, "", FALSE, 0);
    const BtPlanText *text = bt_plan_text(plan, 0);
    g_assert_cmpuint(text->pages->len, ==, 2);
    g_assert_cmpuint(g_array_index(text->pages, BtPlanPage, 1).body_n, ==, 3);
}

/* ---- columns ---- */

/* Where there is room for columns, and where lines stand instead. */
static void test_room_for_columns(void)
{
    Bulletin bulletin = { "Nôm", { { "vi-Hani", "條一", NOM, TRUE }, { "zh-Hant", "通知", HAN } } };
    static const gboolean vertical[] = { TRUE, FALSE, FALSE, TRUE, TRUE, FALSE, TRUE };
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
        g_autoptr(BtPlan) plan = plan_of(&sizes[s], &bulletin, "", FALSE, 0);
        const BtPlanText *nom = bt_plan_text(plan, 0), *han = bt_plan_text(plan, 1);
        g_test_message("%s", sizes[s].name);
        g_assert_cmpint(nom->vertical, ==, vertical[s]);
        g_assert_cmpint(bt_text_is_vertical(&nom->body->style), ==, vertical[s]);
        g_assert_false(han->vertical); /* it does not ask for them */
        g_assert_false(bt_text_is_vertical(&han->body->style));
    }
}

/* The pixels of one colour, as a rectangle. */
static BtRect find_color(const BtFrame *frame, BtRect within, guint32 color)
{
    BtRect found = { 0 };
    for (int y = within.y; y < within.y + within.h; y++)
        for (int x = within.x; x < within.x + within.w; x++)
            if (frame->pixels[y * frame->stride_px + x] == bt_look_pixel(color))
                found = bt_rect_union(found, (BtRect){ x, y, 1, 1 });
    return found;
}

/* The title stands on the right in its colour, the body's columns left of it, all in their box; the
 * block has as much air on one side as on the other. */
static void test_columns(void)
{
    Bulletin bulletin = { "Nôm", { { "vi-Hani", "條一", NOM, TRUE } } };
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
        for (int picture = 0; picture < 2; picture++) {
            g_autoptr(BtPlan) plan = plan_of(&sizes[s], &bulletin, "", picture, 0);
            if (!bt_plan_text(plan, 0)->vertical || plan->place == BT_PICTURE_BEHIND)
                continue;
            g_autoptr(BtFrame) frame = drawn(plan, 0, 0);
            BtRect box = plan->column_px;
            BtRect title = find_color(frame, box, plan->colours.accent);
            BtRect body = find_color(frame, box, plan->colours.letters);
            int gap = title.x - (body.x + body.w);
            g_test_message("%s%s", sizes[s].name, picture ? " with a picture" : "");
            g_assert_false(bt_rect_is_empty(title) || bt_rect_is_empty(body));
            g_assert_cmpint(gap, >=, plan->look.gap_px / 2);
            g_assert_cmpint(body.h, >, 3 * plan->body_px);
            g_assert_cmpint(title.w, <, 2 * plan->title_px);
            int left = body.x - box.x, right = box.x + box.w - title.x - title.w;
            g_assert_cmpint(abs(left - right), <=, plan->title_px);
            /* What is drawn outside is the foot. */
            BtRect beside = { 0, box.y, box.x, box.h };
            g_assert_true(bt_rect_is_empty(find_color(frame, beside, plan->colours.letters)));
        }
    }
}

/* All pages of one text begin at the same place, on the right and at the top, also those that hold
 * less. */
static void test_pages_of_columns(void)
{
    Size wall = { "wall", 640, 320, TRUE };
    guint uneven = 0;
    for (guint length = 3; length < 12; length++) {
        g_autoptr(GString) body = g_string_new("");
        for (guint i = 0; i < length; i++)
            g_string_append(body, HAN);
        Bulletin bulletin = { "long", { { "zh-Hant", "", body->str, TRUE } } };
        g_autoptr(BtPlan) plan = plan_of(&wall, &bulletin, "", FALSE, 0);
        const BtPlanText *text = bt_plan_text(plan, 0);
        int right = 0, top = 0;
        for (guint i = 0; i < text->pages->len; i++) {
            g_autoptr(BtFrame) frame = drawn(plan, 0, i);
            BtRect ink = find_color(frame, plan->column_px, plan->colours.letters);
            right = i == 0 ? ink.x + ink.w : right;
            top = i == 0 ? ink.y : top;
            g_test_message("%u times, page %u", length, i);
            g_assert_cmpint(abs(ink.x + ink.w - right), <=, plan->body_px / 4);
            g_assert_cmpint(abs(ink.y - top), <=, plan->body_px / 4);
            BtPlanPage page = g_array_index(text->pages, BtPlanPage, i);
            uneven += bt_plan_page_px(plan, text, page) < bt_plan_deepest_px(plan, text);
        }
    }
    g_assert_cmpuint(uneven, >, 0);
}

/* A number is not cut for the sake of larger letters. */
static void test_number_in_a_column(void)
{
    static const char number[] = "0901 234 567";
    Bulletin bulletin = { "call", { { "zh-Hant", "山洪", "電話0901 234 567。", TRUE } } };
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
        g_autoptr(BtPlan) plan = plan_of(&sizes[s], &bulletin, "https://phutuc.vn/1", FALSE, 4);
        const BtPlanText *text = bt_plan_text(plan, 0);
        gsize at = strstr(text->body->text, number) - text->body->text;
        guint whole = 0;
        for (guint i = 0; i < text->body->lines->len; i++) {
            const BtTextLine *line = &g_array_index(text->body->lines, BtTextLine, i);
            whole += line->start <= at && line->end >= at + strlen(number);
        }
        g_test_message("%s", sizes[s].name);
        if (text->vertical)
            g_assert_cmpuint(whole, ==, 1);
    }
}

/* The same words in lines and in columns are two plans to those that keep them. */
static void test_key(void)
{
    BtText line = { (char *)"zh", (char *)"", (char *)HAN, FALSE }, column = line;
    char *keys[2];
    column.vertical = TRUE;
    BtText *texts[2] = { &line, &column };
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GPtrArray) array = g_ptr_array_new();
        GString *key = g_string_new("");
        g_ptr_array_add(array, texts[i]);
        bt_key_add_texts(key, array);
        keys[i] = bt_key_finish(key);
    }
    g_assert_cmpstr(keys[0], !=, keys[1]);
    g_free(keys[0]);
    g_free(keys[1]);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_test_init(&argc, &argv, NULL);
    g_autoptr(BtFonts) opened = bt_fonts_open(NULL, &error);
    g_assert_no_error(error);
    fonts = opened;
    g_test_add_func("/page/nothing-lost", test_nothing_lost);
    g_test_add_func("/page/margins", test_margins);
    g_test_add_func("/page/few-rows", test_few_rows);
    g_test_add_func("/page/band", test_band);
    g_test_add_func("/page/mirror", test_mirror);
    g_test_add_func("/page/grow", test_grow);
    g_test_add_func("/page/balanced", test_balanced);
    g_test_add_func("/page/room-for-columns", test_room_for_columns);
    g_test_add_func("/page/columns", test_columns);
    g_test_add_func("/page/pages-of-columns", test_pages_of_columns);
    g_test_add_func("/page/number-in-a-column", test_number_in_a_column);
    g_test_add_func("/page/key", test_key);
    return g_test_run();
}
