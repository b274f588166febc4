/* A manifest as the provincial source's bulletins make it, for pictures of the built-in layouts:
 *
 *     ttn-pages LAYOUT WIDTHxHEIGHT
 *
 * prints the document of bulletins in all zones of LAYOUT, in Vietnamese, Khmer and Jrai, the last
 * converted from a font of before Unicode; "urgent" prints an alert. */
#include "base/clock.h"
#include "fonts/legacy.h"
#include "playlists/adapters/ttn/ttn.h"

#include <stdio.h>
#include <string.h>

#define ISSUED_MS G_GINT64_CONSTANT(1795568400000) /* 2026-11-25T01:00:00Z */

typedef struct {
    const char *lang, *title, *text;
    BtLegacy encoding;
} Words;

static const Words vi = { "vi", "Lịch tiêm chủng mở rộng tháng 12",
    "Trạm Y tế xã tiêm chủng cho trẻ dưới 5 tuổi từ 7 giờ 30 ngày 5/12 tại nhà văn hóa buôn Ia "
    "Sâu. "
    "Đề nghị các gia đình mang theo sổ tiêm chủng." };
static const Words water = { "vi", "Tạm ngừng cấp nước",
    "Từ 8 giờ đến 16 giờ ngày 27/11 tại các thôn 1, 2 và 3 để sửa đường ống. Mong bà con dự trữ đủ "
    "nước." };
static const Words km = { "km", "សេចក្តីប្រកាសជាសកល",
    "មនុស្សទាំងអស់ កើតមកមានសេរីភាព និងសមភាព ក្នុងផ្នែកសេចក្ដីថ្លៃថ្នូរនិងសិទ្ធិ។" };
static const Words jra = { "jra", "Tơlơi dưi mơnuih",
    "Abih bang mơnuih-mơnam tơkeng rai rơngai laih anu\\n djru tơdruă amăng tơlơi pơpu\\-pơyôm "
    "hăng "
    "tơlơi dưi. {ing gơ`u tu\\ hơmâo tơlơi pơm^n, ngă kơ tơdruă amăng tơlơi khăp.",
    BT_LEGACY_VOV4 };
static const Words line = { "vi", "",
    "Kỳ họp HĐND xã khai mạc 8 giờ ngày 28/11 tại hội trường Ủy ban nhân dân xã" };
static const Words flood = { "vi", "Nguy cơ lũ quét, sạt lở đất",
    "Các hộ ven suối Ia Sâu di dời ngay đến trường tiểu học Kim Đồng theo hướng dẫn của thôn." };

static const struct {
    const char *layout;
    struct {
        const char *zone;
        const Words *words;
    } zones[4];
} pages[] = {
    { "whole", { { "main", &jra } } },
    { "halves", { { "left", &vi }, { "right", &km } } },
    { "stacked", { { "top", &vi }, { "bottom", &jra } } },
    { "thirds", { { "left", &vi }, { "middle", &km }, { "right", &jra } } },
    { "quarters",
        { { "top-left", &vi }, { "top-right", &km }, { "bottom-left", &jra },
            { "bottom-right", &water } } },
    { "headline", { { "headline", &water }, { "media", &km }, { "ticker", &line } } },
    { "urgent", { { "", &flood } } },
};

static BtTtnBulletin *bulletin_new(const char *layout, const char *zone, const Words *words)
{
    gboolean urgent = g_str_equal(layout, "urgent");
    BtTtnBulletin *b = g_new0(BtTtnBulletin, 1);
    b->id = g_strdup(urgent ? "khan-cap" : zone);
    b->kind = BT_TTN_TEXT;
    b->priority = urgent ? BT_TTN_URGENT : BT_TTN_ORDINARY;
    b->title = g_strdup(words->title);
    b->content = bt_legacy_convert(words->text, words->encoding);
    b->summary = g_strdup("");
    b->lang = g_strdup(words->lang);
    b->partition = g_strdup(urgent ? "" : layout);
    b->region = g_strdup(zone);
    b->author = g_strdup("UBND xã Ia Lâm");
    b->made_ms = ISSUED_MS;
    b->slots = g_array_new(FALSE, FALSE, sizeof(BtTtnSlot));
    return b;
}

static void add(GPtrArray *kept, const char *layout, const char *zone, const Words *words)
{
    BtTtnKept *one = g_new0(BtTtnKept, 1);
    one->bulletin = bulletin_new(layout, zone, words);
    one->received_ms = ISSUED_MS;
    g_ptr_array_add(kept, one);
}

static GPtrArray *bulletins_of(const char *layout)
{
    GPtrArray *kept = g_ptr_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(pages); i++)
        for (guint z = 0; z < G_N_ELEMENTS(pages[i].zones); z++)
            if (g_str_equal(pages[i].layout, layout) && pages[i].zones[z].zone)
                add(kept, layout, pages[i].zones[z].zone, pages[i].zones[z].words);
    return kept;
}

/* What is made here lives until the end of the program. */
int main(int argc, char **argv)
{
    BtTtnFrame frame = { .source = "tinh",
        .screen = "ialam-01",
        .timezone = "Asia/Ho_Chi_Minh",
        .classes = { BT_CLASS_EMERGENCY, BT_CLASS_PRIORITY, BT_CLASS_ORDINARY },
        .version = 1,
        .issued_ms = ISSUED_MS,
        .expires_ms = ISSUED_MS + 30 * BT_DAY_MS,
        .urgent_max_ms = BT_DAY_MS };
    if (argc != 3 || sscanf(argv[2], "%dx%d", &frame.w_px, &frame.h_px) != 2) {
        fprintf(stderr, "usage: ttn-pages LAYOUT WIDTHxHEIGHT\n");
        return 2;
    }
    BtTtnDocument which = g_str_equal(argv[1], "urgent") ? BT_TTN_ALERT : BT_TTN_MANIFEST;
    gint64 holds_until_ms;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *text =
        bt_ttn_compose(&frame, bulletins_of(argv[1]), which, ISSUED_MS, &holds_until_ms, problems);
    for (guint i = 0; i < problems->len; i++)
        fprintf(stderr, "%s\n", (const char *)g_ptr_array_index(problems, i));
    puts(text);
    return *text == '\0' || problems->len > 0;
}
