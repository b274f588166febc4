/* What an editor is told: for each thing that would be shown poorly one manifest that has it, and
 * beside it one that just has not. */
#include "fonts/lacks.h"
#include "player/stage/advice.h"
#include "player/stage/ticker.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static BtFonts *fonts;

#define HOUR "Kính mời bà con về dự họp thôn lúc 19 giờ 30 phút tại Nhà văn hóa thôn. "
#define LONG HOUR HOUR HOUR HOUR HOUR HOUR /* 432 code points: 36 s of Vietnamese */
#define KM "សូមអញ្ជើញបងប្អូនប្រជាពលរដ្ឋទាំងអស់មកចូលរួមប្រជុំ"
#define PUA "\xEE\x80\x80"

#define ZONES(rects) "[640,384],\"zones\":[" rects "]"
#define WHOLE ZONES("{\"id\":\"main\",\"rect\":[0,0,640,384]}")
#define SPLIT                                                                                      \
    ZONES("{\"id\":\"main\",\"rect\":[0,0,640,320]},{\"id\":\"strip\",\"rect\":[0,320,640,64]}")
#define TEXT(lang, title, body)                                                                    \
    "{\"lang\":\"" lang "\",\"title\":\"" title "\",\"body\":\"" body "\"}"
#define ITEM(kind, more, texts) "{\"id\":\"a\",\"kind\":\"" kind "\"," more "\"texts\":[" texts "]}"

typedef struct {
    const char *name, *layout, *items; /* of the playlist that the first zone shows */
    gboolean led;
    const char *expected; /* "code pointer zone", one a line */
} Case;

#define AT "/playlists/0/items/"

static const Case cases[] = {
    { "nothing", WHOLE, ITEM("text", "", TEXT("vi", "Thông báo", HOUR)), FALSE, "" },
    { "nothing on a wall", WHOLE, ITEM("text", "", TEXT("vi", "Thông báo", LONG)), TRUE, "" },

    { "a glyph in a body", WHOLE, ITEM("text", "", TEXT("vi", "Tin", "Một " PUA)), FALSE,
        "glyph " AT "0/texts/0/body \n" },
    { "a glyph in the title of the second text, after an item that is left out", WHOLE,
        "{\"id\":\"n\",\"kind\":\"hologram\"}," ITEM(
            "text", "", TEXT("vi", "Tin", "Một") "," TEXT("jra", PUA, "Sa")),
        FALSE, "glyph " AT "1/texts/1/title \n" },
    { "a glyph in the issuer", WHOLE,
        ITEM("text", "\"issuer\":\"UBND " PUA "\",", TEXT("vi", "Tin", "Một")), FALSE,
        "glyph " AT "0/issuer \n" },
    { "a glyph in a ticker", ZONES("{\"id\":\"main\",\"rect\":[0,0,640,64]}"),
        ITEM("ticker", "", TEXT("vi", "", "Mực nước " PUA)), FALSE,
        "glyph " AT "0/texts/0/body \n" },

    { "a legacy body", WHOLE, ITEM("text", "", TEXT("vi", "", "Th«ng b¸o häp")), FALSE,
        "legacy " AT "0/texts/0/body \n" },
    { "a legacy title", WHOLE, ITEM("text", "", TEXT("vi", "Thoâng baùo", "Họp thôn")), FALSE,
        "legacy " AT "0/texts/0/title \n" },
    { "a legacy alert", WHOLE, ITEM("alert", "\"level\":3,", TEXT("jra", "tơring ]ar", "sa")),
        FALSE, "legacy " AT "0/texts/0/title \n" },
    { "a legacy issuer", WHOLE,
        ITEM("text", "\"issuer\":\"ñy ban nh©n d©n\",", TEXT("vi", "Tin", "Một")), FALSE,
        "legacy " AT "0/issuer \n" },

    { "a zone lower than a line", ZONES("{\"id\":\"main\",\"rect\":[0,0,640,14]}"),
        ITEM("text", "", TEXT("vi", "", "Tin")), TRUE, "small " AT "0/texts/0 main\n" },
    { "a zone of just a line", ZONES("{\"id\":\"main\",\"rect\":[0,0,640,16]}"),
        ITEM("text", "", TEXT("vi", "", "Tin")), TRUE, "" },
    { "Khmer where Vietnamese would do", ZONES("{\"id\":\"main\",\"rect\":[0,0,640,20]}"),
        ITEM("text", "", TEXT("km", "", KM)), TRUE, "small " AT "0/texts/0 main\n" },
    { "two zones, one too low",
        ZONES("{\"id\":\"low\",\"rect\":[0,0,640,14]},{\"id\":\"main\","
              "\"rect\":[0,20,640,300]}"),
        ITEM("text", "", TEXT("vi", "", "Tin")), TRUE, "small " AT "0/texts/0 low\n" },
    { "running letters too small", ZONES("{\"id\":\"main\",\"rect\":[0,0,640,16]}"),
        ITEM("ticker", "\"speed_px_s\":20,", TEXT("vi", "", HOUR)), TRUE,
        "small " AT "0/texts/0 main\n" },
    { "running letters of just the size", ZONES("{\"id\":\"main\",\"rect\":[0,0,640,24]}"),
        ITEM("ticker", "\"speed_px_s\":20,", TEXT("vi", "", HOUR)), TRUE, "" },

    { "a word wider than the zone", ZONES("{\"id\":\"main\",\"rect\":[0,0,48,48]}"),
        ITEM("text", "\"duration_ms\":60000,", TEXT("vi", "", "Nghiêng nghiêng")), TRUE,
        "cut " AT "0/texts/0 main\n" },

    { "pages for 2 s each", "[64,32],\"zones\":[{\"id\":\"main\",\"rect\":[0,0,64,32]}]",
        ITEM("text", "\"duration_ms\":10000,", TEXT("vi", "", HOUR)), TRUE,
        "time " AT "0/texts/0 main\n" },
    { "36 s in 20 s", WHOLE, ITEM("text", "\"duration_ms\":20000,", TEXT("vi", "Thông báo", LONG)),
        FALSE, "time " AT "0/texts/0 main\n" },
    { "36 s in 40 s", WHOLE, ITEM("text", "\"duration_ms\":40000,", TEXT("vi", "Thông báo", LONG)),
        FALSE, "" },
    { "36 s in half of 40 s", WHOLE,
        ITEM("text", "\"duration_ms\":40000,",
            TEXT("vi", "Thông báo", LONG) "," TEXT("jra", "", "Sa dua")),
        FALSE, "time " AT "0/texts/0 main\n" },
    { "4 s", WHOLE, ITEM("text", "\"duration_ms\":4000,", TEXT("vi", "", "Tin")), FALSE,
        "time " AT "0/texts/0 main\n" },
    { "the languages of one zone only",
        ZONES("{\"id\":\"main\",\"rect\":[0,0,640,384],\"lang\":\"jra\"}"),
        ITEM("text", "\"duration_ms\":5000,", TEXT("vi", "", LONG) "," TEXT("jra", "", "Sa dua")),
        FALSE, "" },
    { "no time written", WHOLE, ITEM("text", "", TEXT("vi", "Thông báo", LONG)), FALSE, "" },
    { "an alert's 20 s for five languages", WHOLE,
        ITEM("alert", "\"level\":3,",
            TEXT("vi", "", "Lũ") "," TEXT("jra", "", "Ia") "," TEXT("rad", "", "Êa") "," TEXT(
                "km", "", "ទឹក") "," TEXT("en", "", "Flood")),
        FALSE,
        "time " AT "0/texts/0 main\ntime " AT "0/texts/1 main\ntime " AT "0/texts/2 main\ntime " AT
        "0/texts/3 main\ntime " AT "0/texts/4 main\n" },

    { "a ticker of 400 px/s", ZONES("{\"id\":\"main\",\"rect\":[0,0,640,64]}"),
        ITEM("ticker", "\"speed_px_s\":400,", TEXT("vi", "", HOUR)), FALSE,
        "speed " AT "0 main\n" },
    { "the default speed in a low zone", ZONES("{\"id\":\"main\",\"rect\":[0,0,640,24]}"),
        ITEM("ticker", "", TEXT("vi", "", HOUR)), TRUE, "speed " AT "0 main\n" },
    { "the default speed in a zone of 64", ZONES("{\"id\":\"main\",\"rect\":[0,0,640,64]}"),
        ITEM("ticker", "", TEXT("vi", "", HOUR)), TRUE, "" },
};

static BtManifest *manifest_of(const char *layout, const char *items, gboolean rehearsal)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) ids = g_strsplit(layout, "{\"id\":\"", -1);
    g_autoptr(GString) zones = g_string_new(NULL);
    for (guint i = 1; ids[i] != NULL; i++)
        g_string_append_printf(
            zones, "%s\"%.*s\":\"p\"", i > 1 ? "," : "", (int)strcspn(ids[i], "\""), ids[i]);
    g_autofree char *json = g_strdup_printf(
        "{\"spec\":1,\"source\":\"kp\",\"version\":1,"
        "\"issued\":\"2026-11-22T01:00:00Z\",\"expires\":\"2026-11-22T20:00:00Z\","
        "\"screens\":[\"s\"],\"timezone\":\"Asia/Ho_Chi_Minh\","
        "\"layouts\":[{\"id\":\"l\",\"canvas\":%s}],\"playlists\":[{\"id\":\"p\",\"items\":[%s]}],"
        "\"programmes\":[{\"id\":\"d\",\"layout\":\"l\",\"rehearsal\":%s,\"zones\":{%s}}]}",
        layout, items, rehearsal ? "true" : "false", zones->str);
    BtManifest *manifest = bt_manifest_parse(json, strlen(json), "test", &error);
    g_assert_no_error(error);
    return manifest;
}

static char *advice_in_short(const GPtrArray *advice)
{
    GString *lines = g_string_new(NULL);
    for (guint i = 0; i < advice->len; i++) {
        const BtAdvice *one = advice->pdata[i];
        g_assert_nonnull(strchr(one->words, ':'));
        g_string_append_printf(
            lines, "%s %s %s\n", bt_advice_name(one->code), one->pointer, one->zone);
    }
    return g_string_free(lines, FALSE);
}

static GPtrArray *advise(const Case *c)
{
    g_autoptr(BtManifest) manifest = manifest_of(c->layout, c->items, FALSE);
    BtAdviceScreen screen = { .fonts = fonts, .led = c->led };
    return bt_advice_for_manifest(manifest, &screen);
}

static void test_cases(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].name);
        g_autoptr(GPtrArray) advice = advise(&cases[i]);
        g_autofree char *got = advice_in_short(advice);
        for (guint k = 0; k < advice->len; k++)
            g_test_message("%s", ((const BtAdvice *)advice->pdata[k])->words);
        g_assert_cmpstr(got, ==, cases[i].expected);
    }
}

/* Whoever does what the advice says gets none the next time. */
static const struct {
    const char *name, *layout, *items, *key; /* what to write, with the number that was named */
} cures[] = {
    { "time", WHOLE, ITEM("text", "%s", TEXT("vi", "Tin", LONG) "," TEXT("km", "", KM)),
        "\"duration_ms\":" },
    { "speed", ZONES("{\"id\":\"main\",\"rect\":[0,0,640,40]}"),
        ITEM("ticker", "%s", TEXT("vi", "", HOUR)), "\"speed_px_s\":" },
};

/* The last number of a sentence. (transfer full) */
static char *last_number(const char *words)
{
    g_autofree char *found = g_strdup("");
    for (const char *p = words; *p != '\0';) {
        gsize n = strspn(p, "0123456789");
        if (n > 0) {
            g_free(found);
            found = g_strndup(p, n);
        }
        p += MAX(n, 1);
    }
    return g_steal_pointer(&found);
}

static GPtrArray *advise_with(const char *layout, const char *items, const char *key, const char *n)
{
    g_autofree char *more = g_strconcat(key, n, ",", NULL);
    g_auto(GStrv) parts = g_strsplit(items, "%s", 2);
    g_autofree char *filled = g_strjoinv(more, parts);
    return advise(&(Case){ "", layout, filled, FALSE, "" });
}

static void test_cures(void)
{
    const char *bad[] = { "6000", "500" };
    for (guint i = 0; i < G_N_ELEMENTS(cures); i++) {
        g_autoptr(GPtrArray) before =
            advise_with(cures[i].layout, cures[i].items, cures[i].key, bad[i]);
        g_assert_cmpuint(before->len, >, 0);
        const BtAdvice *one = before->pdata[0];
        g_assert_cmpstr(bt_advice_name(one->code), ==, cures[i].name);
        g_test_message("%s", one->words);
        g_autofree char *number = last_number(one->words);
        g_autoptr(GPtrArray) after =
            advise_with(cures[i].layout, cures[i].items, cures[i].key, number);
        g_assert_cmpuint(after->len, ==, 0);
    }
}

/* The height that the advice on running letters names is the least that will do. */
static void test_height(void)
{
    BtText text = { (char *)"km", (char *)"", (char *)KM };
    Case low = { "", ZONES("{\"id\":\"main\",\"rect\":[0,0,640,20]}"),
        ITEM("ticker", "\"speed_px_s\":10,", TEXT("km", "", KM)), TRUE, "" };
    g_autoptr(GPtrArray) advice = advise(&low);
    g_assert_cmpuint(advice->len, ==, 1);
    g_autofree char *height = last_number(((const BtAdvice *)advice->pdata[0])->words);
    int px = (int)g_ascii_strtoll(height, NULL, 10), least = bt_text_min_px("km", TRUE);
    g_assert_cmpint(bt_ticker_px(fonts, &text, px, TRUE), >=, least);
    g_assert_cmpint(bt_ticker_px(fonts, &text, px - 1, TRUE), <, least);
}

/* So is the height that a page lacks. */
static void test_page_height(void)
{
    static const char *const texts[] = { TEXT("vi", "", "Tin"), TEXT("km", "", KM),
        TEXT("vi", "Thông báo", HOUR) "," TEXT("blt", "", "ꪼꪕ"), TEXT("zh-Hant", "", "公告") };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *items = g_strdup_printf(ITEM("text", "", "%s"), texts[i]);
        int height = 16;
        for (int lacks = 1; lacks > 0; height += lacks) {
            g_autofree char *layout = g_strdup_printf(
                "[640,384],\"zones\":[{\"id\":\"main\",\"rect\":[0,0,640,%d]}]", height);
            g_autoptr(GPtrArray) advice = advise(&(Case){ "", layout, items, TRUE, "" });
            lacks = 0;
            for (guint k = 0; k < advice->len; k++) {
                const BtAdvice *one = advice->pdata[k];
                g_autofree char *number = last_number(one->words);
                if (one->code == BT_ADVICE_SMALL)
                    lacks = MAX(lacks, (int)g_ascii_strtoll(number, NULL, 10));
            }
            g_test_message("%s at %d px lacks %d px", texts[i], height, lacks);
            g_assert_true(lacks == 0 || height == 16); /* once is enough */
        }
    }
}

/* A smaller screen than the layout's canvas shows everything smaller. */
static void test_smaller_screen(void)
{
    g_autoptr(BtManifest) manifest =
        manifest_of(SPLIT, ITEM("text", "", TEXT("vi", "", "Tin")), FALSE);
    BtAdviceScreen screen = { .fonts = fonts, .led = TRUE };
    g_autoptr(GPtrArray) own = bt_advice_for_manifest(manifest, &screen);
    g_assert_cmpuint(own->len, ==, 0);
    screen.w_px = 128;
    screen.h_px = 76;
    g_autoptr(GPtrArray) scaled = bt_advice_for_manifest(manifest, &screen);
    g_autofree char *got = advice_in_short(scaled);
    g_assert_cmpstr(got, ==, "small " AT "0/texts/0 strip\n");
}

/* The banner of a rehearsal takes its part of the zone. */
static void test_rehearsal(void)
{
    const char *zone = ZONES("{\"id\":\"main\",\"rect\":[0,0,640,30]}");
    const char *items = ITEM("text", "", TEXT("vi", "", "Tin"));
    BtAdviceScreen screen = { .fonts = fonts, .led = TRUE };
    g_autoptr(BtManifest) real = manifest_of(zone, items, FALSE);
    g_autoptr(BtManifest) drill = manifest_of(zone, items, TRUE);
    g_autoptr(GPtrArray) of_real = bt_advice_for_manifest(real, &screen);
    g_autoptr(GPtrArray) of_drill = bt_advice_for_manifest(drill, &screen);
    g_assert_cmpuint(of_real->len, ==, 0);
    g_assert_cmpuint(of_drill->len, ==, 1);
    g_assert_cmpint(((BtAdvice *)of_drill->pdata[0])->code, ==, BT_ADVICE_SMALL);
}

static void test_limit(void)
{
    g_autoptr(GString) items = g_string_new(NULL);
    for (guint i = 0; i < 300; i++)
        g_string_append_printf(items,
            "%s{\"id\":\"i%u\",\"kind\":\"text\",\"texts\":[" TEXT("vi", "", PUA) "]}",
            i > 0 ? "," : "", i);
    g_autoptr(GPtrArray) advice = advise(&(Case){ "", WHOLE, items->str, FALSE, "" });
    g_assert_cmpuint(advice->len, ==, BT_ADVICE_MAX + 1);
    g_assert_cmpint(((BtAdvice *)advice->pdata[BT_ADVICE_MAX])->code, ==, BT_ADVICE_MORE);
    g_assert_cmpstr(
        ((BtAdvice *)advice->pdata[BT_ADVICE_MAX - 1])->pointer, ==, AT "199/texts/0/body");
}

/* ---- glyphs ---- */

typedef struct {
    const char *name, *lang, *text;
    const char *lacks; /* "offset:XXXX:package" */
} Lacking;

static const Lacking lacking[] = {
    { "nothing", "vi", "Tin tức", "" },
    { "a private character", "vi", "a" PUA "b" PUA, "1:E000:" },
    { "two", "vi", PUA "\xEE\x80\x81", "0:E000: 3:E001:" },
    { "unassigned, with a mark", "vi", "\xCD\xB8\xCC\x81", "0:378:" },
};

/* What a machine with Latin alone lacks. */
static const Lacking bare[] = {
    { "Vietnamese", "vi", "Tiếng Việt", "" },
    { "Khmer", "km", "a ក", "2:1780:fonts-noto-ui-core" },
    { "Thái", "blt", "ꪕ", "0:AA95:fonts-sil-taiheritagepro" },
    { "Chinese", "zh-Hans", "中", "0:4E2D:fonts-noto-cjk" },
    { "its punctuation", "zh-Hans", "。", "0:3002:fonts-noto-cjk" },
    { "rare Nôm", "vi-Hani", "𠊛", "0:2029B:fonts-noto-cjk" },
    { "an emoji", "vi", "😀", "0:1F600:fonts-noto-color-emoji" },
    { "a symbol", "vi", "☔", "0:2614:fonts-noto-color-emoji" },
    { "an arrow", "vi", "⇒", "0:21D2:fonts-noto-core" },
    { "private", "vi", PUA, "0:E000:" },
};

/* The same with a font of Han, which lacks what is rare. */
static const Lacking rare[] = {
    { "rare Han", "zh-Hans", "中𪛖", "3:2A6D6:fonts-hanazono" },
    { "Nôm wants another font first", "vi-Hani", "中𪛖", "3:2A6D6:fonts-noto-cjk" },
};

static char *lacks_in_short(BtFonts *of, const char *lang, const char *text)
{
    BtTextStyle style = { .lang = lang, .px = 16 };
    g_autoptr(BtTextLayout) layout = bt_text_layout(of, text, &style, 0, NULL);
    g_autoptr(GArray) lacks = bt_text_lacks(of, layout);
    GString *words = g_string_new(NULL);
    for (guint i = 0; i < lacks->len; i++) {
        const BtLack *lack = &g_array_index(lacks, BtLack, i);
        g_string_append_printf(words, "%s%zu:%X:%s", i > 0 ? " " : "", lack->offset, lack->c,
            lack->package != NULL ? lack->package : "");
    }
    return g_string_free(words, FALSE);
}

static void test_lacking(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(lacking); i++) {
        g_test_message("%s", lacking[i].name);
        g_autofree char *got = lacks_in_short(fonts, lacking[i].lang, lacking[i].text);
        g_assert_cmpstr(got, ==, lacking[i].lacks);
    }
}

/* Of many, the first ones. */
static void test_many_lacking(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (gunichar c = 0xE000; c < 0xE100; c++)
        g_string_append_unichar(text, c);
    BtTextStyle style = { .lang = "vi", .px = 16 };
    g_autoptr(BtTextLayout) layout = bt_text_layout(fonts, text->str, &style, 0, NULL);
    g_autoptr(GArray) lacks = bt_text_lacks(fonts, layout);
    g_assert_cmpuint(lacks->len, ==, BT_LACKS_MAX);
    g_assert_cmpuint(g_array_index(lacks, BtLack, 0).offset, ==, 0);
}

#define NOTO "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"
#define NOTO_CJK "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"

static void check_machine(const char *const *files, const Lacking *cases_of, guint n)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("bangtin-fonts-XXXXXX", NULL);
    g_autoptr(GPtrArray) links = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; files[i] != NULL; i++) {
        g_autofree char *base = g_path_get_basename(files[i]);
        g_ptr_array_add(links, g_build_filename(folder, base, NULL));
        g_assert_cmpint(symlink(files[i], links->pdata[i]), ==, 0);
    }
    BtFonts *few = bt_fonts_open_in(folder, NULL, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < n; i++) {
        g_test_message("%s", cases_of[i].name);
        g_autofree char *got = lacks_in_short(few, cases_of[i].lang, cases_of[i].text);
        g_assert_cmpstr(got, ==, cases_of[i].lacks);
    }
    bt_fonts_close(few);
    for (guint i = 0; i < links->len; i++)
        g_unlink(links->pdata[i]);
    g_rmdir(folder);
}

static void test_bare_machine(void)
{
    const char *latin[] = { NOTO, NULL }, *with_han[] = { NOTO, NOTO_CJK, NULL };
    check_machine(latin, bare, G_N_ELEMENTS(bare));
    check_machine(with_han, rare, G_N_ELEMENTS(rare));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fonts = bt_fonts_open(NULL, NULL);
    g_assert_nonnull(fonts);
    g_test_add_func("/advice/cases", test_cases);
    g_test_add_func("/advice/cures", test_cures);
    g_test_add_func("/advice/height", test_height);
    g_test_add_func("/advice/page-height", test_page_height);
    g_test_add_func("/advice/smaller-screen", test_smaller_screen);
    g_test_add_func("/advice/rehearsal", test_rehearsal);
    g_test_add_func("/advice/limit", test_limit);
    g_test_add_func("/advice/lacking", test_lacking);
    g_test_add_func("/advice/many-lacking", test_many_lacking);
    g_test_add_func("/advice/bare-machine", test_bare_machine);
    int status = g_test_run();
    bt_fonts_close(fonts);
    return status;
}
