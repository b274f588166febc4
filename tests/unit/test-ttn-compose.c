/* Bulletins in, a manifest out: what it shows at which instant, and that it is the same whoever
 * asks when. */
#include "tests/unit/ttn-fixture.h"

#include <string.h>

#define O BT_TTN_ORDINARY
#define P BT_TTN_PRIORITY
#define U BT_TTN_URGENT

/* ---- a table: bulletins, and what is on when ---- */

typedef struct {
    const char *name;
    TtnWords bulletins[8];
    struct {
        const char *time, *expected;
    } at[8];
    BtTtnDocument which;
} Case;

static const Case cases[] = {
    { "always", { { .id = "1", .priority = O }, { .id = "2", .priority = O } },
        { { "23T08:00:00", "main=b.1" }, { "23T08:00:05", "main=b.2" },
            { "29T23:59:59", "main=b.2" } } },
    { "slots", { { .id = "1", .priority = O, .slots = "23T08:00 23T09:00 24T08:00 24T09:00" } },
        { { "23T07:59:59", "safe" }, { "23T08:00:00", "main=b.1" }, { "23T09:00:00", "safe" },
            { "24T08:00:00", "main=b.1" }, { "24T09:00:00", "safe" } } },
    { "together",
        { { .id = "1",
              .priority = O,
              .partition = "halves",
              .region = "left",
              .slots = "23T08:00 23T09:00" },
            { .id = "2",
                .priority = O,
                .partition = "halves",
                .region = "right",
                .slots = "23T08:30 23T09:30" } },
        { { "23T08:00:00", "left=b.1 right=-" }, { "23T08:30:00", "left=b.1 right=b.2" },
            { "23T09:00:00", "left=- right=b.2" }, { "23T09:30:00", "safe" } } },
    { "turns-in-a-zone",
        { { .id = "1", .priority = O, .partition = "stacked", .slots = "23T08:00 23T09:00" },
            { .id = "2", .priority = O, .partition = "stacked", .slots = "23T08:00 23T09:00" },
            { .id = "3",
                .priority = O,
                .partition = "stacked",
                .region = "bottom",
                .slots = "23T08:00 23T09:00" } },
        { { "23T08:00:00", "top=b.1 bottom=b.3" }, { "23T08:00:05", "top=b.2 bottom=b.3" } } },
    { "priority-cuts",
        { { .id = "1", .priority = O },
            { .id = "2", .priority = P, .slots = "23T08:00 23T08:01" } },
        { { "23T07:59:59", "main=b.1" }, { "23T08:00:00", "main=b.2" },
            { "23T08:01:00", "main=b.1" } } },
    { "layouts-in-turn",
        { { .id = "1", .priority = O, .slots = "23T08:00 23T09:00" },
            { .id = "2", .priority = O, .partition = "halves", .slots = "23T08:00 23T09:00" } },
        { { "23T08:00:00", "left=b.2 right=-" }, { "23T08:00:05", "main=b.1" },
            { "23T08:00:10", "left=b.2 right=-" } } },
    { "always-beside-slots",
        { { .id = "1", .priority = O, .partition = "quarters", .region = "bottom-right" },
            { .id = "2", .priority = O, .partition = "quarters", .slots = "24T08:00 24T08:01" } },
        { { "23T23:59:59", "top-left=- top-right=- bottom-left=- bottom-right=b.1" },
            { "24T08:00:00", "top-left=b.2 top-right=- bottom-left=- bottom-right=b.1" },
            { "24T08:01:00", "top-left=- top-right=- bottom-left=- bottom-right=b.1" } } },
    { "unknown-places",
        { { .id = "1", .priority = O, .partition = "no-such", .region = "nor-this" },
            { .id = "2", .priority = O, .partition = "thirds", .region = "no-such" } },
        { { "23T08:00:00", "left=b.2 middle=- right=-" }, { "23T08:00:05", "main=b.1" } } },
    { "urgent-is-no-manifest", { { .id = "1", .priority = U } }, { { "23T08:00:00", "safe" } } },
    { "ordinary-is-no-alert", { { .id = "1", .priority = P } }, { { "23T08:00:00", "safe" } },
        BT_TTN_ALERT },
    { "urgent-slots", { { .id = "1", .priority = U, .slots = "23T08:00 23T09:00" } },
        { { "23T07:59:59", "safe" }, { "23T08:00:00", "main=b.1" }, { "23T09:00:00", "safe" } },
        BT_TTN_ALERT },
    { "urgent-newest-first",
        { { .id = "1", .priority = U, .slots = "23T08:00 23T09:00" },
            { .id = "2", .priority = U, .slots = "23T08:00 23T08:30" } },
        { { "23T08:00:00", "main=b.2" }, { "23T08:00:20", "main=b.1" },
            { "23T08:00:40", "main=b.2" }, { "23T08:30:00", "main=b.1" } },
        BT_TTN_ALERT },
};

static void test_case(gconstpointer data)
{
    const Case *c = data;
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    ttn_fixture_fill(fixture, c->bulletins, G_N_ELEMENTS(c->bulletins));
    g_autofree char *text = ttn_fixture_compose(fixture, c->which, ttn_fixture_at("23T07:30"));
    g_autoptr(BtInputs) inputs = ttn_fixture_inputs(text, c->which);
    for (guint i = 0; i < G_N_ELEMENTS(c->at) && c->at[i].time; i++) {
        g_autofree char *got = ttn_fixture_show(inputs, ttn_fixture_at(c->at[i].time));
        if (!g_str_equal(got, c->at[i].expected))
            g_error("%s: %s: expected %s", c->at[i].time, got, c->at[i].expected);
    }
}

/* ---- a table: how much of each is over, whatever begins and ends beside it ---- */

#define FILM_OF(minutes, word_id, word_region, word_slots)                                         \
    {                                                                                              \
        .id = word_id, .priority = O, .partition = "halves", .region = word_region,                \
        .slots = word_slots, .film_ms = (minutes)*BT_MINUTE_MS                                     \
    }
#define BESIDE(word_id, word_region, word_slots)                                                   \
    {                                                                                              \
        .id = word_id, .priority = O, .partition = "halves", .region = word_region,                \
        .slots = word_slots                                                                        \
    }

static const Case elapsed[] = {
    { "begins-beside",
        { FILM_OF(30, "1", "left", "23T08:00 23T09:00"),
            BESIDE("2", "right", "23T08:10 23T09:00") },
        { { "23T08:10:00", "left=b.1+600 right=b.2+0" },
            { "23T08:10:01", "left=b.1+601 right=b.2+1" },
            { "23T08:31:00", "left=b.1+60 right=b.2+0" } } },
    { "begins-before",
        { BESIDE("1", "left", "23T08:00 23T08:20:03"),
            FILM_OF(30, "2", "right", "23T08:10 23T09:00") },
        { { "23T08:10:01", "left=b.1+1 right=b.2+1" },
            { "23T08:20:03", "left=- right=b.2+603" } } },
    { "comes-and-goes",
        { FILM_OF(30, "1", "left", "23T08:00 23T09:00"),
            BESIDE("2", "right", "23T08:10 23T08:12 23T08:12 23T08:14 23T08:20 23T08:21") },
        { { "23T08:12:00", "left=b.1+720 right=b.2+0" }, { "23T08:14:00", "left=b.1+840 right=-" },
            { "23T08:20:30", "left=b.1+1230 right=b.2+0" },
            { "23T08:59:59", "left=b.1+1799 right=-" } } },
    { "over-midnight",
        { FILM_OF(30, "1", "left", "23T23:50 24T00:30"),
            BESIDE("2", "right", "24T00:05 24T00:20") },
        { { "24T00:00:00", "left=b.1+600 right=-" }, { "24T00:05:00", "left=b.1+900 right=b.2+0" },
            { "24T00:20:00", "left=b.1+0 right=-" } } },
    { "always-beside", /* what has no slots counts from midnight */
        { FILM_OF(33, "1", "left", NULL),
            BESIDE("2", "right", "23T08:10:02 23T09:00 23T23:59 24T00:01") },
        { { "23T08:10:02", "left=b.1+1682 right=b.2+0" }, { "23T09:00:00", "left=b.1+720 right=-" },
            { "23T23:59:00", "left=b.1+1200 right=b.2+0" },
            { "24T00:00:00", "left=b.1+0 right=b.2+0" },
            { "24T00:01:00", "left=b.1+60 right=-" } } },
    { "turns-go-on", /* two in a zone count from when the second came, one from its slot's start */
        { FILM_OF(30, "1", "left", "23T08:00 23T10:00"), BESIDE("2", "left", "23T08:10 23T09:20"),
            BESIDE("3", "right", "23T08:15 23T08:20") },
        { { "23T08:10:00", "left=b.1+0 right=-" }, { "23T08:15:00", "left=b.1+300 right=b.3+0" },
            { "23T08:40:00", "left=b.2+0 right=-" }, { "23T08:40:05", "left=b.1+0 right=-" },
            { "23T09:20:00", "left=b.1+1200 right=-" } } },
    { "urgent",
        { { .id = "1",
              .priority = U,
              .partition = "halves",
              .slots = "23T08:00 23T09:00",
              .film_ms = 30 * BT_MINUTE_MS },
            { .id = "2",
                .priority = U,
                .partition = "halves",
                .region = "right",
                .slots = "23T08:10 23T08:20" } },
        { { "23T08:10:00", "left=b.1+600 right=b.2+0" },
            { "23T08:20:00", "left=b.1+1200 right=-" } },
        BT_TTN_ALERT },
};

static void test_elapsed(gconstpointer data)
{
    const Case *c = data;
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    ttn_fixture_fill(fixture, c->bulletins, G_N_ELEMENTS(c->bulletins));
    g_autofree char *text = ttn_fixture_compose(fixture, c->which, ttn_fixture_at("23T07:30"));
    g_autoptr(BtInputs) inputs = ttn_fixture_inputs(text, c->which);
    for (guint i = 0; i < G_N_ELEMENTS(c->at) && c->at[i].time; i++) {
        g_autofree char *got = ttn_fixture_elapsed(inputs, ttn_fixture_at(c->at[i].time));
        if (!g_str_equal(got, c->at[i].expected))
            g_error("%s: %s: expected %s", c->at[i].time, got, c->at[i].expected);
    }
}

/* ---- a table: one bulletin, and the item it becomes ---- */

#define FILM "https://tinh.example.vn/a.mp4"
#define HLS "https://tinh.example.vn/live.m3u8"

typedef struct {
    const char *name;
    BtTtnKind kind;
    const char *region, *content, *has; /* `has`: the type of its media, NULL: not here */
    gint64 said_ms, found_ms;
    const char *slots;
    /* what is expected */
    BtItemKind item;
    gint64 duration_ms;  /* 0: by the words */
    const char *words;   /* "title|body", NULL: no texts */
    const char *problem; /* a part of it; NULL: none */
} ItemCase;

#define SLOT "23T08:00 23T08:20"

static const ItemCase items[] = {
    { "text", BT_TTN_TEXT, "", "Nội dung", NULL, 0, 0, NULL, BT_ITEM_TEXT, 0, "Tiêu đề|Nội dung" },
    { "text-said", BT_TTN_TEXT, "", "Nội dung", NULL, 30000, 0, NULL, BT_ITEM_TEXT, 30000,
        "Tiêu đề|Nội dung" },
    { "text-summary", BT_TTN_TEXT, "", "", NULL, 0, 0, NULL, BT_ITEM_TEXT, 0, "Tiêu đề|Tóm tắt" },
    { "text-runs", BT_TTN_TEXT, "ticker", "Nội dung", NULL, 30000, 0, NULL, BT_ITEM_TICKER, 0,
        "Tiêu đề|Nội dung" },
    { "image", BT_TTN_IMAGE, "", FILM, "image/png", 0, 0, SLOT, BT_ITEM_IMAGE, 10000 },
    { "image-said", BT_TTN_IMAGE, "", FILM, "image/png", 15000, 0, NULL, BT_ITEM_IMAGE, 15000 },
    { "image-missing", BT_TTN_IMAGE, "", FILM, NULL, 15000, 0, NULL, BT_ITEM_TEXT, 0,
        "Tiêu đề|Tóm tắt" },
    { "image-that-is-a-film", BT_TTN_IMAGE, "", FILM, "video/mp4", 0, 5000, NULL, BT_ITEM_TEXT, 0,
        "Tiêu đề|Tóm tắt" },
    { "video", BT_TTN_VIDEO, "", FILM, "video/mp4", 0, 42500, NULL, BT_ITEM_VIDEO, 42500 },
    { "video-rounded", BT_TTN_VIDEO, "", FILM, "video/mp4", 42000, 42500, NULL, BT_ITEM_VIDEO,
        42500 },
    { "video-said", BT_TTN_VIDEO, "", FILM, "video/mp4", 20000, 42500, NULL, BT_ITEM_VIDEO, 20000 },
    { "video-by-slot", BT_TTN_VIDEO, "", FILM, "video/mp4", 0, 0, SLOT, BT_ITEM_VIDEO, 1200000 },
    { "video-unknown", BT_TTN_VIDEO, "", FILM, "video/mp4", 0, 0, NULL, BT_ITEM_VIDEO, 20000 },
    { "video-too-long", BT_TTN_VIDEO, "", FILM, "video/mp4", 100 * BT_HOUR_MS, 0, NULL,
        BT_ITEM_VIDEO, BT_ITEM_MAX_MS },
    { "video-missing", BT_TTN_VIDEO, "", FILM, NULL, 20000, 0, NULL, BT_ITEM_TEXT, 0,
        "Tiêu đề|Tóm tắt" },
    { "audio", BT_TTN_AUDIO, "", FILM, "audio/mpeg", 0, 60500, NULL, BT_ITEM_AUDIO, 60500,
        "Tiêu đề|Tóm tắt" },
    { "audio-missing", BT_TTN_AUDIO, "", FILM, NULL, 60000, 0, NULL, BT_ITEM_TEXT, 0,
        "Tiêu đề|Tóm tắt" },
    { "stream", BT_TTN_STREAM, "", HLS, NULL, 0, 0, SLOT, BT_ITEM_STREAM, 1200000,
        "Tiêu đề|Tóm tắt" },
    { "stream-always", BT_TTN_STREAM, "", " " HLS "\n", NULL, 0, 0, NULL, BT_ITEM_STREAM, 3600000,
        "Tiêu đề|Tóm tắt" },
    { "stream-not-ours", BT_TTN_STREAM, "", "rtmp://tinh.example.vn/live", NULL, 0, 0, NULL,
        BT_ITEM_TEXT, 0, "Tiêu đề|Tóm tắt", "it is shown as text: " },
    { "fm-stream", BT_TTN_FM, "", HLS, NULL, 600000, 0, NULL, BT_ITEM_STREAM, 600000,
        "Tiêu đề|Tóm tắt" },
};

static void check_words(const BtItem *item, const char *expected)
{
    if (!expected) {
        g_assert_cmpuint(item->texts->len, ==, 0);
        return;
    }
    g_assert_cmpuint(item->texts->len, ==, 1);
    const BtText *text = g_ptr_array_index(item->texts, 0);
    g_autofree char *words = g_strdup_printf("%s|%s", text->title, text->body);
    g_assert_cmpstr(words, ==, expected);
    g_assert_cmpstr(text->lang, ==, "vi");
}

static void set_texts(BtTtnBulletin *b, const char *title, const char *summary)
{
    g_free(b->title);
    g_free(b->summary);
    b->title = g_strdup(title);
    b->summary = g_strdup(summary);
}

static void test_item(gconstpointer data)
{
    const ItemCase *c = data;
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    TtnWords words = { .id = "một",
        .kind = c->kind,
        .priority = O,
        .region = c->region,
        .partition = *c->region ? "headline" : "",
        .slots = c->slots,
        .content = c->content };
    BtTtnBulletin *b = ttn_fixture_add(fixture, &words);
    set_texts(b, "Tiêu đề", "Tóm tắt");
    b->duration_ms = c->said_ms;
    b->author = (g_free(b->author), g_strdup("UBND xã Ia Rsai"));
    b->made_ms = ttn_fixture_at("22T23:30");
    b->field = 3;
    if (c->has)
        ttn_fixture_has(fixture, c->has, c->found_ms);
    g_autofree char *text =
        ttn_fixture_compose(fixture, BT_TTN_MANIFEST, ttn_fixture_at("23T07:30"));
    ttn_fixture_expect_problem(fixture, c->problem);
    g_autoptr(BtManifest) manifest = ttn_fixture_parse(text);
    g_assert_cmpuint(manifest->items->len, ==, 1);
    const BtItem *item = g_ptr_array_index(manifest->items, 0);
    g_autofree char *id = bt_ttn_item_id("một");
    g_assert_cmpstr(item->id, ==, id);
    g_assert_cmpint(item->kind, ==, c->item);
    g_assert_cmpint(item->duration_ms, ==, c->duration_ms);
    g_assert_cmpstr(item->issuer, ==, "UBND xã Ia Rsai");
    g_assert_cmpstr(item->issued_on, ==, "2026-11-22");
    g_assert_cmpint(item->field, ==, 3);
    check_words(item, c->words);
}

/* Loudspeakers play the sound of the film that the board shows: one file under two addresses. The
 * later one is read; both and the rest of the document are there. */
static void test_one_file_as_two(void)
{
    static const TtnWords words[] = {
        { .id = "phim", .kind = BT_TTN_VIDEO, .priority = O, .content = FILM },
        { .id = "loa", .kind = BT_TTN_AUDIO, .priority = O, .content = "https://a.vn/loa.mp4" },
    };
    static const char *const types[] = { "video/mp4", "audio/mp4" };
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        ttn_fixture_add(fixture, &words[i]);
        ttn_fixture_has(fixture, types[i], 9000);
    }
    g_autofree char *text =
        ttn_fixture_compose(fixture, BT_TTN_MANIFEST, ttn_fixture_at("23T07:30"));
    ttn_fixture_expect_problem(fixture, "its file is shown as video/mp4 by another bulletin");
    g_autoptr(BtManifest) manifest = ttn_fixture_parse(text);
    g_assert_cmpuint(manifest->items->len, ==, 2);
    g_assert_cmpint(((BtItem *)g_ptr_array_index(manifest->items, 0))->kind, ==, BT_ITEM_VIDEO);
    g_assert_cmpint(((BtItem *)g_ptr_array_index(manifest->items, 1))->kind, ==, BT_ITEM_TEXT);
}

/* What has nothing to show, and what is said of it. */
static void test_nothing_to_show(void)
{
    static const struct {
        BtTtnKind kind;
        const char *content, *title, *problem;
    } table[] = {
        { BT_TTN_TEXT, "", "", "nothing to read" },
        { BT_TTN_TEXT, " \n", "  ", "nothing to read" },
        { BT_TTN_IMAGE, FILM, "", "nothing to read" },
        { BT_TTN_FM, "99.5 MHz", "Đài xã", "a board has no radio" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(TtnFixture) fixture = ttn_fixture_new();
        ttn_fixture_add(fixture,
            &(TtnWords){ .id = "1",
                .kind = table[i].kind,
                .priority = O,
                .title = table[i].title,
                .content = table[i].content });
        g_autofree char *text =
            ttn_fixture_compose(fixture, BT_TTN_MANIFEST, ttn_fixture_at("23T07:30"));
        g_assert_cmpstr(text, ==, "");
        ttn_fixture_expect_problem(fixture, table[i].problem);
    }
}

static void test_long_text(void)
{
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    g_autoptr(GString) body = g_string_new(NULL);
    for (guint i = 0; i < 4000; i++)
        g_string_append(body, "lũ quét ");
    ttn_fixture_add(fixture, &(TtnWords){ .id = "1", .priority = O, .content = body->str });
    g_autofree char *text =
        ttn_fixture_compose(fixture, BT_TTN_MANIFEST, ttn_fixture_at("23T07:30"));
    ttn_fixture_expect_problem(
        fixture, "its text has 31999 characters and was cut: expected at most 10000");
    g_autoptr(BtManifest) manifest = ttn_fixture_parse(text);
    const BtItem *item = g_ptr_array_index(manifest->items, 0);
    const char *shown = ((BtText *)g_ptr_array_index(item->texts, 0))->body;
    g_assert_cmpint(g_utf8_strlen(shown, -1), <=, BT_TEXT_MAX_CODE_POINTS);
    g_assert_true(g_str_has_suffix(shown, "quét…") || g_str_has_suffix(shown, "lũ…"));
}

/* ---- urgent ---- */

static const struct {
    const char *name, *slots;
    const char *until;     /* its end; NULL: none */
    const char *on, *over; /* the last second of it, and the first without */
} ends[] = {
    { "by-the-board", NULL, NULL, "20T01:59:59", "20T02:00:00" },
    { "its-own", NULL, "20T05:00", "20T04:59:59", "20T05:00:00" },
    { "slot", "20T01:00 20T03:00", NULL, "20T02:59:59", "20T03:00:00" },
    { "slot-and-own", "20T01:00 20T03:00", "20T02:30", "20T02:29:59", "20T02:30:00" },
};

static void test_urgent_end(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    BtTtnBulletin *b =
        ttn_fixture_add(fixture, &(TtnWords){ .id = "1", .priority = U, .slots = ends[i].slots });
    b->until_ms = ends[i].until ? ttn_fixture_at(ends[i].until) : 0;
    fixture->frame.issued_ms = ttn_fixture_at("20T00:00");
    g_autofree char *text = ttn_fixture_compose(fixture, BT_TTN_ALERT, ttn_fixture_at("20T00:00"));
    g_autoptr(BtInputs) inputs = ttn_fixture_inputs(text, BT_TTN_ALERT);
    g_autofree char *on = ttn_fixture_show(inputs, ttn_fixture_at(ends[i].on));
    g_autofree char *over = ttn_fixture_show(inputs, ttn_fixture_at(ends[i].over));
    g_assert_cmpstr(on, ==, "main=b.1");
    g_assert_cmpstr(over, ==, "safe");
    g_autoptr(BtManifest) manifest = ttn_fixture_parse(text);
    const BtItem *item = g_ptr_array_index(manifest->items, 0);
    g_assert_cmpint(item->kind, ==, BT_ITEM_ALERT);
    g_assert_cmpint(item->level, ==, 0);
    g_assert_cmpint(item->valid_until_ms, ==, ttn_fixture_at(ends[i].over));
    g_assert_cmpint(manifest->expires_ms - manifest->issued_ms, ==, BT_DAY_MS);
    /* And there is nothing left of it after its end. */
    g_autofree char *after =
        ttn_fixture_compose(fixture, BT_TTN_ALERT, ttn_fixture_at(ends[i].over));
    g_assert_cmpstr(after, ==, "");
}

/* ---- layouts ---- */

static const struct {
    const char *name, *text, *message; /* NULL: it is taken */
} layouts[] = {
    { "a", "main=0,0,640,320;strip=0,320,640,64" },
    { "a", " main = 0, 0, 640, 320 ; ", NULL },
    { "a", "", "layout.a: \"\": expected ZONE=X,Y,W,H;…" },
    { "a", "main",
        "layout.a: \"main\": expected ZONE=X,Y,W,H, the zone named by A-Z a-z 0-9 . _ -" },
    { "a", "main=0,0,640",
        "layout.a: \"main=0,0,640\": expected X,Y,W,H in pixels, as wide and "
        "high as something, within 7680 x 4320" },
    { "a", "main=0,0,0,10",
        "layout.a: \"main=0,0,0,10\": expected X,Y,W,H in pixels, as wide and "
        "high as something, within 7680 x 4320" },
    { "a", "main=-1,0,10,10",
        "layout.a: \"main=-1,0,10,10\": expected X,Y,W,H in pixels, as wide "
        "and high as something, within 7680 x 4320" },
    { "a", "main=7000,0,681,1",
        "layout.a: \"main=7000,0,681,1\": expected X,Y,W,H in pixels, as "
        "wide and high as something, within 7680 x 4320" },
    { "a", "b=0,0,9,9;b=9,0,9,9", "layout.a: \"b=9,0,9,9\": expected each zone once" },
    { "a", "b=0,0,9,9;c=8,8,9,9", "layout.a: \"c=8,8,9,9\": expected zones that do not overlap" },
    { "a", "b=0,0,9,9;;c=9,9,9,9",
        "layout.a: \"\": expected ZONE=X,Y,W,H, the zone named by A-Z a-z 0-9 . _ -" },
    { "hai nửa", "b=0,0,9,9",
        "layout.hai nửa: \"hai nửa\": expected a name of 1 to 64 of A-Z a-z 0-9 . _ -, no dot "
        "first" },
};

static void test_layout_parse(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(layouts); i++) {
        g_autoptr(GError) error = NULL;
        BtTtnLayout *layout = bt_ttn_layout_parse(layouts[i].name, layouts[i].text, &error);
        g_assert_cmpstr(error ? error->message : NULL, ==, layouts[i].message);
        g_assert_true((layout == NULL) == (layouts[i].message != NULL));
        bt_ttn_layout_free(layout);
    }
}

/* By the configuration: one of its own, one in the place of a built-in one, and one too large. */
static void test_configured_layouts(void)
{
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func((GDestroyNotify)bt_ttn_layout_free);
    g_ptr_array_add(own, bt_ttn_layout_parse("pv3", "a=0,0,100,384;b=100,0,540,384", NULL));
    g_ptr_array_add(own, bt_ttn_layout_parse("halves", "x=0,0,320,384", NULL));
    g_ptr_array_add(own, bt_ttn_layout_parse("wide", "x=0,0,641,384", NULL));
    fixture->frame.layouts = own;
    ttn_fixture_fill(fixture,
        (TtnWords[]){ { .id = "1",
                          .priority = P,
                          .partition = "pv3",
                          .region = "b",
                          .slots = "23T08:00 23T09:00" },
            { .id = "2", .priority = P, .partition = "halves", .slots = "23T09:00 23T10:00" },
            { .id = "3", .priority = P, .partition = "wide", .slots = "23T10:00 23T11:00" } },
        3);
    g_autofree char *text =
        ttn_fixture_compose(fixture, BT_TTN_MANIFEST, ttn_fixture_at("23T07:30"));
    g_autoptr(BtInputs) inputs = ttn_fixture_inputs(text, BT_TTN_MANIFEST);
    g_autofree char *one = ttn_fixture_show(inputs, ttn_fixture_at("23T08:00"));
    g_autofree char *two = ttn_fixture_show(inputs, ttn_fixture_at("23T09:00"));
    g_autofree char *three = ttn_fixture_show(inputs, ttn_fixture_at("23T10:00"));
    g_assert_cmpstr(one, ==, "a=- b=b.1");
    g_assert_cmpstr(two, ==, "x=b.2");
    g_assert_cmpstr(three, ==, "main=b.3");
    g_assert_cmpuint(fixture->problems->len, ==, 2);
    g_assert_nonnull(strstr(g_ptr_array_index(fixture->problems, 0), "leaves the screen"));
}

/* On any canvas the built-in zones meet, and leave nothing over. */
static void test_any_canvas(void)
{
    static const char *const names[] = { "whole", "halves", "stacked", "thirds", "quarters",
        "headline" };
    static const int sizes[][2] = { { 32, 16 }, { 33, 17 }, { 192, 64 }, { 641, 385 },
        { 1080, 1920 }, { 7680, 4320 } };
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
        g_autoptr(TtnFixture) fixture = ttn_fixture_new();
        fixture->frame.w_px = sizes[s][0];
        fixture->frame.h_px = sizes[s][1];
        for (guint n = 0; n < G_N_ELEMENTS(names); n++)
            ttn_fixture_add(
                fixture, &(TtnWords){ .id = names[n], .priority = O, .partition = names[n] });
        g_autofree char *text =
            ttn_fixture_compose(fixture, BT_TTN_MANIFEST, ttn_fixture_at("23T07:30"));
        g_autoptr(BtManifest) manifest = ttn_fixture_parse(text);
        g_assert_cmpuint(manifest->layouts->len, ==, G_N_ELEMENTS(names));
        for (guint i = 0; i < manifest->layouts->len; i++) {
            const BtLayout *layout = g_ptr_array_index(manifest->layouts, i);
            gint64 area = 0;
            for (guint z = 0; z < layout->zones->len; z++) {
                const BtZone *zone = g_ptr_array_index(layout->zones, z);
                area += (gint64)zone->rect_px.w * zone->rect_px.h;
            }
            g_assert_cmpint(area, ==, (gint64)sizes[s][0] * sizes[s][1]);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/ttn-compose/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    for (guint i = 0; i < G_N_ELEMENTS(elapsed); i++) {
        g_autofree char *path = g_strconcat("/ttn-compose/elapsed/", elapsed[i].name, NULL);
        g_test_add_data_func(path, &elapsed[i], test_elapsed);
    }
    for (guint i = 0; i < G_N_ELEMENTS(items); i++) {
        g_autofree char *path = g_strconcat("/ttn-compose/item/", items[i].name, NULL);
        g_test_add_data_func(path, &items[i], test_item);
    }
    g_test_add_func("/ttn-compose/item/one-file-as-two", test_one_file_as_two);
    g_test_add_func("/ttn-compose/item/nothing", test_nothing_to_show);
    g_test_add_func("/ttn-compose/item/long", test_long_text);
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *path = g_strconcat("/ttn-compose/urgent/", ends[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_urgent_end);
    }
    g_test_add_func("/ttn-compose/layout/parse", test_layout_parse);
    g_test_add_func("/ttn-compose/layout/configured", test_configured_layouts);
    g_test_add_func("/ttn-compose/layout/any-canvas", test_any_canvas);
    return g_test_run();
}
