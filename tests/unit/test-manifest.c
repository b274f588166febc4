/* The manifest: what a document that is accepted becomes, and what is left out with a note. Its
 * rules are in test-manifest-rules.c. */
#include "tests/unit/good-manifest.h"

/* ---- what a whole document becomes ---- */

static const BtItem *item_of(const BtManifest *manifest, guint playlist, guint index)
{
    const BtPlaylist *list = g_ptr_array_index(manifest->playlists, playlist);
    return g_ptr_array_index(list->items, index);
}

static void test_head(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtManifest) manifest = parse(good, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(manifest->source, ==, "kp");
    g_assert_cmpint(manifest->version, ==, 42);
    g_assert_cmpint(manifest->issued_ms, ==, G_GINT64_CONSTANT(1795309200000));
    g_assert_true(bt_manifest_is_for(manifest, "kp-01"));
    g_assert_false(bt_manifest_is_for(manifest, "kp-02"));
    g_assert_cmpstr(manifest->timezone_name, ==, "Asia/Ho_Chi_Minh");
    g_assert_cmpuint(g_hash_table_size(manifest->assets), ==, 6);
    g_assert_cmpuint(manifest->notes->len, ==, 0);
    g_assert_true(bt_hash_is_hex(manifest->payload_sha256));
}

static void test_items(void)
{
    g_autoptr(BtManifest) manifest = parse(good, NULL);
    const BtItem *text = item_of(manifest, 0, 0), *video = item_of(manifest, 0, 1);
    g_assert_cmpint(text->kind, ==, BT_ITEM_TEXT);
    g_assert_cmpstr(text->issuer, ==, "UBND");
    g_assert_cmpstr(text->document, ==, "");
    g_assert_cmpint(text->field, ==, 4);
    g_assert_true(text->essential && !text->any_time);
    g_assert_cmpuint(text->texts->len, ==, 2);
    g_assert_nonnull(text->picture);
    g_assert_cmpint(text->duration_ms, ==, 0);
    g_assert_cmpint(text->valid_from_ms, <, text->valid_until_ms);
    g_assert_cmpint(video->duration_ms, ==, 15000);
    g_assert_cmpint(video->transition_ms, ==, 2000);
    g_assert_cmpint(video->valid_from_ms, ==, BT_TIME_MIN);
    g_assert_cmpint(item_of(manifest, 0, 2)->duration_ms, ==, 10000);
    g_assert_cmpint(item_of(manifest, 0, 2)->fit, ==, BT_FIT_COVER);
    g_assert_cmpint(item_of(manifest, 0, 4)->duration_ms, ==, 60000);
    g_assert_cmpint(item_of(manifest, 0, 5)->duration_ms, ==, 20000);
    g_assert_cmpint(item_of(manifest, 0, 5)->level, ==, 3);
    g_assert_cmpint(item_of(manifest, 1, 0)->speed_px_s, ==, 90);
}

static void test_slots(void)
{
    g_autofree char *text = changed(GOOD_WHEN,
        "\"slots\": [[\"2026-11-22T08:00:00+07:00\", \"2026-11-22T02:00:00Z\"],"
        "[\"2026-11-22T02:00:00Z\", \"2026-11-22T02:00:00.001Z\"]]");
    g_autoptr(BtManifest) manifest = parse(text, NULL);
    const BtProgramme *day = g_ptr_array_index(manifest->programmes, 0);
    g_assert_cmpuint(day->when.slots->len, ==, 2);
    const BtWhenSlot *first = &g_array_index(day->when.slots, BtWhenSlot, 0);
    g_assert_cmpint(first->until_ms - first->from_ms, ==, BT_HOUR_MS);
    g_assert_cmpint(first[1].from_ms, ==, first->until_ms);
    g_assert_cmpint(first[1].until_ms - first[1].from_ms, ==, 1);
    g_assert_cmpuint(manifest->notes->len, ==, 0);
}

/* A zone that the slot says nothing of counts from its start; the next slot says nothing at all. */
static void test_slots_since(void)
{
    g_autofree char *text = changed(GOOD_WHEN,
        "\"slots\": [[\"2026-11-22T08:00:00+07:00\", \"2026-11-22T02:00:00Z\","
        "{\"main\": \"2026-11-22T07:50:00+07:00\"}],"
        "[\"2026-11-22T02:00:00Z\", \"2026-11-22T02:00:00.001Z\"]]");
    g_autoptr(BtManifest) manifest = parse(text, NULL);
    const BtProgramme *day = g_ptr_array_index(manifest->programmes, 0);
    const BtWhenSlot *first = &g_array_index(day->when.slots, BtWhenSlot, 0);
    g_assert_cmpint(first->from_ms - first->since_ms[0], ==, 10 * BT_MINUTE_MS);
    g_assert_cmpint(first->since_ms[1], ==, first->from_ms);
    g_assert_null(first[1].since_ms);
    g_assert_cmpuint(manifest->notes->len, ==, 0);
}

/* An item that is named again is the same one, and is counted again. */
static void test_named_again(void)
{
    g_autofree char *text =
        changed("\"items\": [ { \"id\": \"t1\"", "\"items\": [ \"n2\", \"n1\", { \"id\": \"t1\"");
    g_autoptr(BtManifest) manifest = parse(text, NULL);
    g_assert_true(item_of(manifest, 1, 0) == item_of(manifest, 0, 1));
    g_assert_true(item_of(manifest, 1, 1) == item_of(manifest, 0, 0));
    g_assert_cmpuint(item_of(manifest, 1, 0)->list, ==, 0);
    g_assert_cmpuint(item_of(manifest, 1, 0)->index, ==, 1);
    g_assert_cmpuint(item_of(manifest, 1, 2)->list, ==, 1);
    g_assert_cmpuint(manifest->items->len, ==, 8);
    g_assert_cmpuint(manifest->notes->len, ==, 0);
}

/* An item lasts a second at least, and a fade half of it at most. */
static void test_clamps(void)
{
    g_autoptr(BtManifest) manifest = parse(good, NULL);
    g_assert_cmpint(item_of(manifest, 0, 3)->transition_ms, ==, 1500);
    g_assert_cmpint(item_of(manifest, 0, 6)->duration_ms, ==, 1000);
    g_assert_cmpint(item_of(manifest, 1, 0)->transition_ms, ==, 400);
}

static void test_programme(void)
{
    g_autoptr(BtManifest) manifest = parse(good, NULL);
    const BtProgramme *day = g_ptr_array_index(manifest->programmes, 0);
    g_assert_cmpstr(day->layout->id, ==, "split");
    g_assert_cmpint(day->layout->background, ==, 0x0b1b33);
    g_assert_cmpint(day->cls, ==, BT_CLASS_PRIORITY);
    g_assert_cmpint(day->weight, ==, 3);
    g_assert_true(day->rehearsal);
    g_assert_cmpstr(day->playlists[1]->id, ==, "line");
    g_assert_cmpint(day->when.until_day - day->when.from_day, ==, 39);
    g_assert_cmpuint(day->when.days, ==, 0x41);
    g_assert_cmpint(g_array_index(day->when.times, BtTimes, 0).end_s, ==, 77415);
    g_assert_cmpint(g_array_index(day->when.times, BtTimes, 1).end_s, ==, 86400);
    g_assert_cmpint(manifest->display.volume, ==, 7);
    g_assert_cmpint(g_array_index(manifest->display.brightness, BtBrightness, 1).percent, ==, 40);
}

static void test_subtitles_of_zone(void)
{
    static const struct {
        const char *lang, *sha256; /* NULL: none */
    } table[] = { { "", SRT }, { "vi", SRT }, { "KM", VTT }, { "km-VN", NULL }, { "jra", NULL } };
    g_autoptr(BtManifest) manifest = parse(good, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        const BtZone zone = { .lang = (char *)table[i].lang };
        const BtSubtitles *one = bt_item_subtitles(item_of(manifest, 0, 1), &zone);
        g_test_message("zone of “%s”", table[i].lang);
        g_assert_cmpstr(one ? one->asset->sha256 : NULL, ==, table[i].sha256);
    }
    const BtZone all = { .lang = (char *)"" };
    g_assert_null(bt_item_subtitles(item_of(manifest, 0, 0), &all));
}

static void test_texts_of_zone(void)
{
    g_autoptr(BtManifest) manifest = parse(good, NULL);
    const BtLayout *layout = g_ptr_array_index(manifest->layouts, 0);
    const BtZone *any = g_ptr_array_index(layout->zones, 0);
    const BtZone *jrai = g_ptr_array_index(layout->zones, 1);
    const BtItem *both = item_of(manifest, 0, 0), *none = item_of(manifest, 0, 5);
    g_assert_cmpuint(bt_item_count_texts(both, any), ==, 2);
    g_assert_cmpstr(bt_item_text(both, any, 1)->lang, ==, "jra");
    g_assert_null(bt_item_text(both, any, 2));
    g_assert_cmpuint(bt_item_count_texts(both, jrai), ==, 1);
    g_assert_cmpstr(bt_item_text(both, jrai, 0)->body, ==, "C");
    g_assert_cmpuint(bt_item_count_texts(none, jrai), ==, 0);
    g_assert_null(bt_item_text(none, jrai, 0));
}

/* ---- what is left out with a note ---- */

static const struct {
    const char *name, *from, *to, *note; /* NULL: none */
} notes[] = {
    { "unknown-key", "\"volume\": 7", "\"volume\": 7, \"gamma\": 2",
        "m.json:/display/gamma: unknown key: ignored" },
    { "x-key", "\"volume\": 7", "\"volume\": 7, \"x-gamma\": 2", NULL },
    { "other-kinds-key", "\"level\": 3", "\"level\": 3, \"asset\": 1",
        "m.json:/playlists/0/items/5/asset: not a key of kind \"alert\": ignored" },
    { "subtitles-of-a-picture", "\"fit\": \"cover\"", "\"subtitles\": []",
        "m.json:/playlists/0/items/2/subtitles: not a key of kind \"image\": ignored" },
    { "subtitles-with-a-title", "{ \"lang\": \"km\", ", "{ \"title\": \"a\", \"lang\": \"km\", ",
        "m.json:/playlists/0/items/1/subtitles/1/title: unknown key: ignored" },
    { "columns-in-a-ticker", "[ { \"lang\": \"vi\", \"body\": \"E\" } ]",
        "[ { \"lang\": \"zh\", \"body\": \"E\", \"writing\": \"vertical\" } ]",
        "m.json:/playlists/1/items/0/texts/0/writing: a ticker runs in one line: ignored" },
    { "columns-elsewhere", "{ \"lang\": \"jra\", \"body\": \"C\" }",
        "{ \"lang\": \"zh\", \"body\": \"C\", \"writing\": \"vertical\" }", NULL },
    { "unknown-kind", "\"kind\": \"ticker\"", "\"kind\": \"hologram\"",
        "m.json:/playlists/1/items/0: the kind of item \"t1\" is not known: left out" },
};

static void test_note(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = changed(notes[i].from, notes[i].to);
    g_autoptr(BtManifest) manifest = parse(text, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(manifest->notes->len, ==, notes[i].note ? 1 : 0);
    if (notes[i].note)
        g_assert_cmpstr(g_ptr_array_index(manifest->notes, 0), ==, notes[i].note);
}

static void test_unknown_kind_leaves_the_rest(void)
{
    g_autofree char *text = changed("\"kind\": \"clock\"", "\"kind\": \"hologram\"");
    g_autoptr(BtManifest) manifest = parse(text, NULL);
    const BtPlaylist *news = g_ptr_array_index(manifest->playlists, 0);
    g_assert_cmpuint(news->items->len, ==, 6);
}

static void test_notes_are_bounded(void)
{
    g_autoptr(GString) many = g_string_new("\"volume\": 7");
    for (int i = 0; i < 2 * BT_MANIFEST_MAX_NOTES; i++)
        g_string_append_printf(many, ", \"k%d\": 0", i);
    g_autofree char *text = changed("\"volume\": 7", many->str);
    g_autoptr(BtManifest) manifest = parse(text, NULL);
    g_assert_cmpuint(manifest->notes->len, ==, BT_MANIFEST_MAX_NOTES + 1);
}

/* What the manifest says of the writing is what the text carries. */
static void test_writing(void)
{
    static const struct {
        const char *words;
        gboolean vertical;
    } writings[] = { { "", FALSE }, { ", \"writing\": \"horizontal\"", FALSE },
        { ", \"writing\": \"vertical\"", TRUE } };
    for (gsize i = 0; i < G_N_ELEMENTS(writings); i++) {
        g_autofree char *text =
            g_strdup_printf("{ \"lang\": \"zh\", \"body\": \"C\"%s }", writings[i].words);
        g_autofree char *json = changed("{ \"lang\": \"jra\", \"body\": \"C\" }", text);
        g_autoptr(BtManifest) manifest = parse(json, NULL);
        const BtPlaylist *news = g_ptr_array_index(manifest->playlists, 0);
        const BtItem *item = g_ptr_array_index(news->items, 0);
        const BtText *last = g_ptr_array_index(item->texts, 1);
        g_assert_cmpint(last->vertical, ==, writings[i].vertical);
    }
}

static void test_han(void)
{
    static const struct {
        const char *lang;
        gboolean han;
    } langs[] = { { "vi-Hani", TRUE }, { "VI-HANI", TRUE }, { "tyz-Hani-VN", TRUE }, { "zh", TRUE },
        { "zh-Hant-TW", TRUE }, { "zh-TW", TRUE }, { "yue", TRUE }, { "nan", TRUE },
        { "lzh", TRUE }, { "zh-Latn", FALSE }, { "zh-Latn-pinyin", FALSE }, { "nan-Latn", FALSE },
        { "vi", FALSE }, { "vi-x-hani", FALSE }, { "zha", FALSE }, { "ii", FALSE }, { "ja", FALSE },
        { "", FALSE } };
    for (gsize i = 0; i < G_N_ELEMENTS(langs); i++) {
        g_test_message("%s", langs[i].lang);
        g_assert_cmpint(bt_lang_is_han(langs[i].lang), ==, langs[i].han);
    }
}

static void test_names(void)
{
    BtClass cls;
    g_assert_true(bt_class_from_name("filler", &cls));
    g_assert_cmpint(cls, ==, BT_CLASS_FILLER);
    g_assert_false(bt_class_from_name("Filler", &cls));
    g_assert_false(bt_class_from_name(NULL, &cls));
    g_assert_cmpstr(bt_class_name(BT_CLASS_REQUISITION), ==, "requisition");
    g_assert_cmpstr(bt_item_kind_name(BT_ITEM_ALERT), ==, "alert");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/manifest/head", test_head);
    g_test_add_func("/manifest/items", test_items);
    g_test_add_func("/manifest/clamps", test_clamps);
    g_test_add_func("/manifest/slots", test_slots);
    g_test_add_func("/manifest/slots-since", test_slots_since);
    g_test_add_func("/manifest/named-again", test_named_again);
    g_test_add_func("/manifest/programme", test_programme);
    g_test_add_func("/manifest/texts-of-zone", test_texts_of_zone);
    g_test_add_func("/manifest/subtitles-of-zone", test_subtitles_of_zone);
    g_test_add_func("/manifest/writing", test_writing);
    g_test_add_func("/manifest/han", test_han);
    g_test_add_func("/manifest/names", test_names);
    for (guint i = 0; i < G_N_ELEMENTS(notes); i++) {
        g_autofree char *path = g_strconcat("/manifest/note/", notes[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_note);
    }
    g_test_add_func(
        "/manifest/note/unknown-kind-leaves-the-rest", test_unknown_kind_leaves_the_rest);
    g_test_add_func("/manifest/note/bounded", test_notes_are_bounded);
    return g_test_run();
}
