/* The manifest: each rule and each limit of FORMAT.md, by changing one thing in a document that is
 * accepted. */
#include "playlists/model/manifest.h"

#include "base/error.h"

#include <string.h>

#define HASH "1111111111111111111111111111111111111111111111111111111111111111"
#define VIDEO "2222222222222222222222222222222222222222222222222222222222222222"
#define MUTE "3333333333333333333333333333333333333333333333333333333333333333"
#define SOUND "4444444444444444444444444444444444444444444444444444444444444444"

static const char good[] =
    "{ \"spec\": 1, \"source\": \"kp\", \"version\": 42,\n"
    "  \"issued\": \"2026-11-22T01:00:00Z\", \"expires\": \"2027-01-20T00:00:00Z\",\n"
    "  \"screens\": [\"kp-01\"], \"timezone\": \"Asia/Ho_Chi_Minh\",\n"
    "  \"assets\": { \"" HASH "\": { \"size\": 100, \"type\": \"image/png\" },\n"
    "    \"" VIDEO "\": { \"size\": 200, \"type\": \"video/mp4\", \"duration_ms\": 15000 },\n"
    "    \"" MUTE "\": { \"size\": 300, \"type\": \"video/mp4\" },\n"
    "    \"" SOUND "\": { \"size\": 400, \"type\": \"audio/mpeg\", \"duration_ms\": 400 } },\n"
    "  \"layouts\": [ { \"id\": \"split\", \"canvas\": [640, 384], \"background\": \"#0B1B33\",\n"
    "    \"zones\": [ { \"id\": \"main\", \"rect\": [0, 0, 640, 320] },\n"
    "      { \"id\": \"strip\", \"rect\": [0, 320, 640, 64], \"lang\": \"jra\" } ] } ],\n"
    "  \"playlists\": [ { \"id\": \"news\", \"items\": [\n"
    "      { \"id\": \"n1\", \"kind\": \"text\", \"issuer\": \"UBND\", \"issued_on\": "
    "\"2026-11-20\",\n"
    "        \"field\": 4, \"essential\": true, \"picture\": \"" HASH
    "\", \"qr\": \"https://e.vn\",\n"
    "        \"texts\": [ { \"lang\": \"vi\", \"title\": \"A\", \"body\": \"B\" },\n"
    "          { \"lang\": \"jra\", \"body\": \"C\" } ],\n"
    "        \"valid\": { \"from\": \"2026-11-22T00:00:00Z\", \"until\": \"2026-12-22T00:00:00Z\" "
    "} },\n"
    "      { \"id\": \"n2\", \"kind\": \"video\", \"asset\": \"" VIDEO "\",\n"
    "        \"transition\": { \"kind\": \"fade\", \"ms\": 2000 } },\n"
    "      { \"id\": \"n3\", \"kind\": \"image\", \"asset\": \"" HASH "\", \"fit\": \"cover\" },\n"
    "      { \"id\": \"n4\", \"kind\": \"clock\", \"duration_ms\": 3000,\n"
    "        \"transition\": { \"kind\": \"fade\", \"ms\": 1900 } },\n"
    "      { \"id\": \"n5\", \"kind\": \"stream\", \"url\": \"https://e.vn/a.m3u8\", "
    "\"duration_ms\": 60000,\n"
    "        \"fallback\": \"" HASH "\" },\n"
    "      { \"id\": \"n6\", \"kind\": \"alert\", \"level\": 3, \"texts\": [ { \"lang\": \"vi\", "
    "\"title\": \"D\" } ] },\n"
    "      { \"id\": \"n7\", \"kind\": \"audio\", \"asset\": \"" SOUND "\" } ] },\n"
    "    { \"id\": \"line\", \"items\": [ { \"id\": \"t1\", \"kind\": \"ticker\",\n"
    "        \"texts\": [ { \"lang\": \"vi\", \"body\": \"E\" } ], \"transition\": { \"kind\": "
    "\"fade\" } "
    "} ] } ],\n"
    "  \"programmes\": [ { \"id\": \"day\", \"layout\": \"split\", \"class\": \"priority\", "
    "\"weight\": 3,\n"
    "    \"rehearsal\": true, \"zones\": { \"main\": \"news\", \"strip\": \"line\" },\n"
    "    \"when\": { \"from\": \"2026-11-22\", \"until\": \"2026-12-31\", \"days\": [\"mon\", "
    "\"sun\"],\n"
    "      \"times\": [[\"05:30\", \"21:30:15\"], [\"22:00\", \"24:00\"]] } } ],\n"
    "  \"display\": { \"on\": [[\"05:00\", \"22:00\"]], \"brightness\": [[\"05:00\", 80], "
    "[\"18:00\", "
    "40]],\n"
    "    \"volume\": 7 } }\n";

static BtManifest *parse(const char *text, GError **error)
{
    return bt_manifest_parse(text, strlen(text), "m.json", error);
}

/* `good` with its only `from` replaced by `to`. (transfer full) */
static char *changed(const char *from, const char *to)
{
    const char *place = strstr(good, from);
    if (!place || strstr(place + 1, from))
        g_error("\"%s\" stands not once in the document", from);
    return g_strdup_printf("%.*s%s%s", (int)(place - good), good, to, place + strlen(from));
}

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
    g_assert_cmpuint(g_hash_table_size(manifest->assets), ==, 4);
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

/* ---- one thing changed ---- */

typedef struct {
    const char *name;
    const char *from, *to; /* the change */
    BtError code;
    const char *message; /* NULL: accepted */
} Case;

#define OK 0, NULL
#define ID_RULE "this is not an id: expected 1 to 64 of A-Z a-z 0-9 . _ -, no dot first"
#define TIME_RULE "this is not a time of day: expected HH:MM or HH:MM:SS, 00:00 to "
#define X64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const Case cases[] = {
    { "spec-2", "\"spec\": 1", "\"spec\": 2", BT_ERROR_UNSUPPORTED,
        "m.json:/spec: version 2 of the format is not known: expected 1" },
    { "spec-missing", "\"spec\": 1,", "", BT_ERROR_INVALID,
        "m.json: a key is missing: expected \"spec\"" },
    { "version-0", "\"version\": 42", "\"version\": 0", BT_ERROR_INVALID,
        "m.json:/version: 0 is out of range: expected 1 to 9007199254740991" },
    { "version-text", "\"version\": 42", "\"version\": \"42\"", BT_ERROR_INVALID,
        "m.json:/version: a string: expected an integer" },
    { "id-64", "\"source\": \"kp\"", "\"source\": \"" X64 "\"", OK },
    { "id-65", "\"source\": \"kp\"", "\"source\": \"a" X64 "\"", BT_ERROR_INVALID,
        "m.json:/source: " ID_RULE },
    { "id-slash", "\"source\": \"kp\"", "\"source\": \"a/b\"", BT_ERROR_INVALID,
        "m.json:/source: " ID_RULE },
    { "id-dots", "\"source\": \"kp\"", "\"source\": \"..\"", BT_ERROR_INVALID,
        "m.json:/source: " ID_RULE },
    { "id-empty", "\"source\": \"kp\"", "\"source\": \"\"", BT_ERROR_INVALID,
        "m.json:/source: " ID_RULE },
    { "screens-empty", "[\"kp-01\"]", "[]", BT_ERROR_INVALID,
        "m.json:/screens: 0 elements: expected 1 or more" },
    { "life-60-days", "2027-01-20T00:00:00Z", "2027-01-21T01:00:00Z", OK },
    { "life-60-days-and-1-s", "2027-01-20T00:00:00Z", "2027-01-21T01:00:01Z", BT_ERROR_LIMIT,
        "m.json:/expires: it expires too long after \"issued\": expected at most 60 days" },
    { "life-backwards", "2027-01-20T00:00:00Z", "2026-11-22T01:00:00Z", BT_ERROR_INVALID,
        "m.json:/expires: it expires before it is issued: expected an instant after \"issued\"" },
    { "timezone-utc", "Asia/Ho_Chi_Minh", "UTC", OK },
    { "timezone-unknown", "Asia/Ho_Chi_Minh", "Asia/Pleiku", BT_ERROR_INVALID,
        "m.json:/timezone: there is no such time zone here: expected one such as "
        "\"Asia/Ho_Chi_Minh\"" },
    { "timezone-path", "Asia/Ho_Chi_Minh", "../../../etc/localtime", BT_ERROR_INVALID,
        "m.json:/timezone: there is no such time zone here: expected one such as "
        "\"Asia/Ho_Chi_Minh\"" },
    { "timezone-offset", "Asia/Ho_Chi_Minh", "+07:00", BT_ERROR_INVALID,
        "m.json:/timezone: there is no such time zone here: expected one such as "
        "\"Asia/Ho_Chi_Minh\"" },
    /* assets */
    { "asset-key", "\"" MUTE "\": {", "\"ABC\": {", BT_ERROR_INVALID,
        "m.json:/assets/ABC: this key is not a hash: expected the SHA-256 as 64 lower-case "
        "hexadecimal "
        "digits" },
    { "asset-4-gib", "\"size\": 300", "\"size\": 4294967296", OK },
    { "asset-4-gib-and-1", "\"size\": 300", "\"size\": 4294967297", BT_ERROR_INVALID,
        "m.json:/assets/" MUTE "/size: 4294967297 is out of range: expected 1 to 4294967296" },
    { "asset-empty", "\"size\": 300", "\"size\": 0", BT_ERROR_INVALID,
        "m.json:/assets/" MUTE "/size: 0 is out of range: expected 1 to 4294967296" },
    { "asset-type", "\"type\": \"image/png\"", "\"type\": \"png\"", BT_ERROR_INVALID,
        "m.json:/assets/" HASH
        "/type: this is not a media type: expected one such as \"video/mp4\"" },
    { "asset-day", "\"duration_ms\": 15000", "\"duration_ms\": 86400000", OK },
    { "asset-day-and-1-ms", "\"duration_ms\": 15000", "\"duration_ms\": 86400001", BT_ERROR_INVALID,
        "m.json:/assets/" VIDEO "/duration_ms: 86400001 is out of range: expected 1 to 86400000" },
    /* layouts */
    { "canvas-largest", "[640, 384]", "[7680, 4320]", OK },
    { "canvas-too-wide", "[640, 384]", "[7681, 4320]", BT_ERROR_INVALID,
        "m.json:/layouts/0/canvas/0: 7681 is out of range: expected 32 to 7680" },
    { "canvas-too-high", "[640, 384]", "[7680, 4321]", BT_ERROR_INVALID,
        "m.json:/layouts/0/canvas/1: 4321 is out of range: expected 16 to 4320" },
    { "canvas-too-small", "[640, 384]", "[31, 384]", BT_ERROR_INVALID,
        "m.json:/layouts/0/canvas/0: 31 is out of range: expected 32 to 7680" },
    { "canvas-three", "[640, 384]", "[640, 384, 1]", BT_ERROR_INVALID,
        "m.json:/layouts/0/canvas: 3 elements: expected 2" },
    { "zone-outside", "[0, 320, 640, 64]", "[0, 320, 640, 65]", BT_ERROR_INVALID,
        "m.json:/layouts/0/zones/1/rect: [0, 320, 640, 65] leaves the canvas: expected a zone "
        "inside "
        "640 x 384" },
    { "zone-left-of-canvas", "[0, 320, 640, 64]", "[-1, 320, 64, 64]", BT_ERROR_INVALID,
        "m.json:/layouts/0/zones/1/rect: [-1, 320, 64, 64] leaves the canvas: expected a zone "
        "inside "
        "640 x 384" },
    { "zone-empty", "[0, 320, 640, 64]", "[0, 320, 0, 64]", BT_ERROR_INVALID,
        "m.json:/layouts/0/zones/1/rect/2: 0 is out of range: expected 1 to 7680" },
    { "zone-overlap", "[0, 320, 640, 64]", "[0, 319, 640, 64]", BT_ERROR_INVALID,
        "m.json:/layouts/0/zones/1: zone \"strip\" overlaps zone \"main\": expected zones that do "
        "not "
        "overlap" },
    { "zone-id-twice", "\"id\": \"strip\"", "\"id\": \"main\"", BT_ERROR_INVALID,
        "m.json:/layouts/0/zones/1/id: \"main\" is used twice: expected an id of its own" },
    { "zone-lang", "\"lang\": \"jra\" }", "\"lang\": \"j\" }", BT_ERROR_INVALID,
        "m.json:/layouts/0/zones/1/lang: this is not a language tag: expected BCP 47 such as "
        "\"vi\" or "
        "\"zh-Hant\"" },
    { "background", "#0B1B33", "#0B1B3", BT_ERROR_INVALID,
        "m.json:/layouts/0/background: this is not a colour: expected \"#RRGGBB\"" },
    { "background-long", "#0B1B33", "#0B1B33F", BT_ERROR_INVALID,
        "m.json:/layouts/0/background: this is not a colour: expected \"#RRGGBB\"" },
    /* playlists and items */
    { "playlist-id-twice", "\"id\": \"line\"", "\"id\": \"news\"", BT_ERROR_INVALID,
        "m.json:/playlists/1/id: \"news\" is used twice: expected an id of its own" },
    { "item-id-twice-in-manifest", "\"id\": \"t1\"", "\"id\": \"n1\"", BT_ERROR_INVALID,
        "m.json:/playlists/1/items/0/id: \"n1\" is used twice: expected an id of its own" },
    { "item-id-missing", "\"id\": \"t1\", ", "", BT_ERROR_INVALID,
        "m.json:/playlists/1/items/0: a key is missing: expected \"id\"" },
    { "item-kind-number", "\"kind\": \"ticker\"", "\"kind\": 1", BT_ERROR_INVALID,
        "m.json:/playlists/1/items/0/kind: an integer: expected a string" },
    { "texts-none", "[ { \"lang\": \"vi\", \"body\": \"E\" } ]", "[]", BT_ERROR_INVALID,
        "m.json:/playlists/1/items/0/texts: 0 elements: expected 1 or more" },
    { "text-empty", "\"body\": \"E\"", "\"body\": \"\"", BT_ERROR_INVALID,
        "m.json:/playlists/1/items/0/texts/0: there is no text: expected a title, a body or both" },
    { "text-lang-twice", "{ \"lang\": \"jra\", \"body\": \"C\" }",
        "{ \"lang\": \"VI\", \"body\": \"C\" }", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/0/texts/1/lang: language \"VI\" comes twice: expected each "
        "language "
        "once" },
    { "issued-on", "2026-11-20", "2026-02-29", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/0/issued_on: this is not a day: expected YYYY-MM-DD" },
    { "field-6", "\"field\": 4", "\"field\": 6", OK },
    { "field-7", "\"field\": 4", "\"field\": 7", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/0/field: 7 is out of range: expected 1 to 6" },
    { "level-0", "\"level\": 3", "\"level\": 0", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/5/level: 0 is out of range: expected 1 to 5" },
    { "level-6", "\"level\": 3", "\"level\": 6", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/5/level: 6 is out of range: expected 1 to 5" },
    { "level-missing", "\"level\": 3, ", "", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/5: a key is missing: expected \"level\"" },
    { "speed-10", "\"kind\": \"ticker\"", "\"kind\": \"ticker\", \"speed_px_s\": 10", OK },
    { "speed-9", "\"kind\": \"ticker\"", "\"kind\": \"ticker\", \"speed_px_s\": 9",
        BT_ERROR_INVALID,
        "m.json:/playlists/1/items/0/speed_px_s: 9 is out of range: expected 10 to 1000" },
    { "speed-1001", "\"kind\": \"ticker\"", "\"kind\": \"ticker\", \"speed_px_s\": 1001",
        BT_ERROR_INVALID,
        "m.json:/playlists/1/items/0/speed_px_s: 1001 is out of range: expected 10 to 1000" },
    { "video-without-duration", "\"asset\": \"" VIDEO "\"", "\"asset\": \"" MUTE "\"",
        BT_ERROR_INVALID,
        "m.json:/playlists/0/items/1/asset: this asset has no duration_ms: expected one, since the "
        "item "
        "is a video" },
    { "asset-not-listed", "\"fallback\": \"" HASH "\"",
        "\"fallback\": \"5555555555555555555555555555555555555555555555555555555555555555\"",
        BT_ERROR_INVALID,
        "m.json:/playlists/0/items/4/fallback: this asset is not in \"assets\": expected the hash "
        "of "
        "one that is" },
    { "asset-of-other-kind", "\"fallback\": \"" HASH "\"", "\"fallback\": \"" VIDEO "\"",
        BT_ERROR_INVALID,
        "m.json:/playlists/0/items/4/fallback: this asset is of type video/mp4: expected image/…" },
    { "fit", "\"cover\"", "\"stretch\"", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/2/fit: \"stretch\" is not known: expected one of contain, "
        "cover" },
    { "fade-too-long", "\"ms\": 2000", "\"ms\": 2001", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/1/transition/ms: 2001 is out of range: expected 0 to 2000" },
    { "transition-kind", "{ \"kind\": \"fade\", \"ms\": 2000 }", "{ \"kind\": \"wipe\" }",
        BT_ERROR_INVALID,
        "m.json:/playlists/0/items/1/transition/kind: \"wipe\" is not known: expected one of cut, "
        "fade" },
    { "duration-1-s", "\"duration_ms\": 3000", "\"duration_ms\": 1000", OK },
    { "duration-999-ms", "\"duration_ms\": 3000", "\"duration_ms\": 999", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/3/duration_ms: 999 is out of range: expected 1000 to 86400000" },
    { "duration-day", "\"duration_ms\": 3000", "\"duration_ms\": 86400000", OK },
    { "duration-day-and-1-ms", "\"duration_ms\": 3000", "\"duration_ms\": 86400001",
        BT_ERROR_INVALID,
        "m.json:/playlists/0/items/3/duration_ms: 86400001 is out of range: expected 1000 to "
        "86400000" },
    { "stream-without-duration", "\"duration_ms\": 60000,", "", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/4: a key is missing: expected \"duration_ms\"" },
    { "stream-file", "https://e.vn/a.m3u8", "file:///etc/passwd", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/4/url: this is not the URL of a stream: expected https, http, "
        "rtsps, "
        "rtsp, rtmps, rtmp or srt" },
    { "valid-empty", "2026-12-22T00:00:00Z", "2026-11-22T00:00:00Z", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/0/valid: \"until\" is not after \"from\": expected a later "
        "instant" },
    { "valid-not-a-time", "2026-12-22T00:00:00Z", "2026-12-22", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/0/valid/until: \"2026-12-22\" is not a time: expected RFC 3339 "
        "like "
        "2026-11-22T05:00:00+07:00" },
    /* programmes */
    { "class", "\"class\": \"priority\"", "\"class\": \"urgent\"", BT_ERROR_INVALID,
        "m.json:/programmes/0/class: \"urgent\" is not known: expected one of emergency, "
        "requisition, "
        "priority, ordinary, filler" },
    { "class-emergency", "\"class\": \"priority\"", "\"class\": \"emergency\"", OK },
    { "weight-100", "\"weight\": 3", "\"weight\": 100", OK },
    { "weight-101", "\"weight\": 3", "\"weight\": 101", BT_ERROR_INVALID,
        "m.json:/programmes/0/weight: 101 is out of range: expected 1 to 100" },
    { "weight-0", "\"weight\": 3", "\"weight\": 0", BT_ERROR_INVALID,
        "m.json:/programmes/0/weight: 0 is out of range: expected 1 to 100" },
    { "layout-unknown", "\"layout\": \"split\"", "\"layout\": \"wall\"", BT_ERROR_INVALID,
        "m.json:/programmes/0/layout: there is no layout \"wall\": expected the id of one in this "
        "document" },
    { "zone-unknown", "\"main\": \"news\"", "\"left\": \"news\"", BT_ERROR_INVALID,
        "m.json:/programmes/0/zones/left: layout \"split\" has no zone of this name: expected one "
        "of its "
        "zones" },
    { "playlist-unknown", "\"main\": \"news\"", "\"main\": \"old\"", BT_ERROR_INVALID,
        "m.json:/programmes/0/zones/main: there is no playlist \"old\": expected the id of one in "
        "this "
        "document" },
    { "zones-none", "{ \"main\": \"news\", \"strip\": \"line\" }", "{}", BT_ERROR_INVALID,
        "m.json:/programmes/0/zones: no zone is filled: expected one or more" },
    { "zones-some", "{ \"main\": \"news\", \"strip\": \"line\" }", "{ \"strip\": \"news\" }", OK },
    { "when-one-day", "\"until\": \"2026-12-31\"", "\"until\": \"2026-11-22\"", OK },
    { "when-backwards", "\"until\": \"2026-12-31\"", "\"until\": \"2026-11-21\"", BT_ERROR_INVALID,
        "m.json:/programmes/0/when: \"until\" is before \"from\": expected a day on or after it" },
    { "days-none", "[\"mon\", \"sun\"]", "[]", BT_ERROR_INVALID,
        "m.json:/programmes/0/when/days: 0 elements: expected 1 or more" },
    { "days-word", "[\"mon\", \"sun\"]", "[\"Mon\"]", BT_ERROR_INVALID,
        "m.json:/programmes/0/when/days/0: \"Mon\" is not known: expected one of mon, tue, wed, "
        "thu, "
        "fri, sat, sun" },
    { "times-24-as-start", "[\"22:00\", \"24:00\"]", "[\"24:00\", \"24:00\"]", BT_ERROR_INVALID,
        "m.json:/programmes/0/when/times/1/0: " TIME_RULE "23:59:59" },
    { "times-24-01", "[\"22:00\", \"24:00\"]", "[\"22:00\", \"24:00:01\"]", BT_ERROR_INVALID,
        "m.json:/programmes/0/when/times/1/1: " TIME_RULE "24:00" },
    { "times-60", "[\"22:00\", \"24:00\"]", "[\"22:60\", \"24:00\"]", BT_ERROR_INVALID,
        "m.json:/programmes/0/when/times/1/0: " TIME_RULE "23:59:59" },
    { "times-short", "[\"22:00\", \"24:00\"]", "[\"9:00\", \"24:00\"]", BT_ERROR_INVALID,
        "m.json:/programmes/0/when/times/1/0: " TIME_RULE "23:59:59" },
    { "times-past-midnight", "[\"22:00\", \"24:00\"]", "[\"22:00\", \"04:00\"]", OK },
    { "times-equal", "[\"22:00\", \"24:00\"]", "[\"22:00\", \"22:00\"]", OK },
    { "times-alone", "[\"22:00\", \"24:00\"]", "[\"22:00\"]", BT_ERROR_INVALID,
        "m.json:/programmes/0/when/times/1: 1 elements: expected [start, end]" },
    /* display */
    { "volume-100", "\"volume\": 7", "\"volume\": 100", OK },
    { "volume-101", "\"volume\": 7", "\"volume\": 101", BT_ERROR_INVALID,
        "m.json:/display/volume: 101 is out of range: expected 0 to 100" },
    { "brightness-0", "[\"18:00\", 40]", "[\"18:00\", 0]", BT_ERROR_INVALID,
        "m.json:/display/brightness/1/1: 0 is out of range: expected 1 to 100" },
    { "brightness-falling-time", "[\"18:00\", 40]", "[\"05:00\", 40]", BT_ERROR_INVALID,
        "m.json:/display/brightness/1/0: this time is not after the one before it: expected rising "
        "times" },
    /* the form */
    { "key-twice", "\"spec\": 1,", "\"spec\": 1, \"spec\": 1,", BT_ERROR_SYNTAX,
        "m.json:1:19: a key stands twice in its object: expected it once" },
};

static void check_refused(const char *text, gsize size_bytes, BtError code, const char *message)
{
    g_autoptr(GError) error = NULL;
    BtManifest *manifest = bt_manifest_parse(text, size_bytes, "m.json", &error);
    g_assert_null(manifest);
    g_assert_error(error, BT_ERROR, (int)code);
    if (message)
        g_assert_cmpstr(error->message, ==, message);
}

static void check_accepted(const char *text, gsize size_bytes)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtManifest) manifest = bt_manifest_parse(text, size_bytes, "m.json", &error);
    g_assert_no_error(error);
    g_assert_nonnull(manifest);
}

static void test_case(gconstpointer data)
{
    const Case *c = data;
    g_autofree char *text = changed(c->from, c->to);
    if (c->code == 0)
        check_accepted(text, strlen(text));
    else
        check_refused(text, strlen(text), c->code, c->message);
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

/* ---- limits: the last that fits, and one more ---- */

/* "HEAD ELEMENT, ELEMENT … TAIL", an element being `format` with its number. */
static char *repeated(const char *head, const char *format, guint n, const char *tail)
{
    GString *text = g_string_new(head);
    for (guint i = 0; i < n; i++) {
        g_autofree char *number = g_strdup_printf("%u", i);
        g_auto(GStrv) parts = g_strsplit(format, "#", -1);
        g_autofree char *element = g_strjoinv(number, parts);
        g_string_append_printf(text, "%s%s", i ? "," : "", element);
    }
    g_string_append(text, tail);
    return g_string_free(text, FALSE);
}

static const struct {
    const char *name, *from, *head, *format, *tail;
    guint max;
    const char *message; /* for max + 1 */
} limits[] = {
    { "screens", "[\"kp-01\"]", "[", "\"s#\"", "]", BT_MANIFEST_MAX_SCREENS,
        "m.json:/screens: 10001 elements: expected at most 10000" },
    { "playlists", "{ \"id\": \"line\"", "", "{\"id\":\"p#\"}", ", { \"id\": \"line\"",
        BT_MANIFEST_MAX_PLAYLISTS - 2, "m.json:/playlists: 1001 elements: expected at most 1000" },
    { "items", "{ \"id\": \"n4\"", "", "{\"id\":\"i#\",\"kind\":\"clock\"}", ", { \"id\": \"n4\"",
        BT_MANIFEST_MAX_ITEMS - 8,
        "m.json:/playlists/1/items/0: more than 2000 items in all playlists: expected at most "
        "2000" },
    { "programmes", "{ \"id\": \"day\"", "",
        "{\"id\":\"p#\",\"layout\":\"split\",\"zones\":{\"main\":\"news\"}}", ", { \"id\": \"day\"",
        BT_MANIFEST_MAX_PROGRAMMES - 1, "m.json:/programmes: 201 elements: expected at most 200" },
    { "layouts", "{ \"id\": \"split\"", "",
        "{\"id\":\"l#\",\"canvas\":[32,16],\"zones\":[{\"id\":\"z\",\"rect\":[0,0,1,1]}]}",
        ", { \"id\": \"split\"", BT_MANIFEST_MAX_LAYOUTS - 1,
        "m.json:/layouts: 65 elements: expected at most 64" },
    { "zones", "{ \"id\": \"strip\", \"rect\": [0, 320, 640, 64], \"lang\": \"jra\" }",
        "{\"id\":\"strip\",\"rect\":[0,320,1,1]},", "{\"id\":\"z#\",\"rect\":[1#,320,1,1]}", "",
        BT_MANIFEST_MAX_ZONES - 2, "m.json:/layouts/0/zones: 17 elements: expected at most 16" },
    { "texts", "{ \"lang\": \"jra\", \"body\": \"C\" }", "", "{\"lang\":\"aa-#\",\"body\":\"C\"}",
        "", BT_ITEM_MAX_TEXTS - 1,
        "m.json:/playlists/0/items/0/texts: 33 elements: expected at most 32" },
    { "times", "[\"22:00\", \"24:00\"]", "", "[\"22:00\",\"23:00\"]", "", BT_TIMES_MAX - 1,
        "m.json:/programmes/0/when/times: 49 elements: expected at most 48" },
};

static void test_limit(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    for (guint more = 0; more < 2; more++) {
        guint n = limits[i].max + more;
        g_autofree char *part = repeated(limits[i].head, limits[i].format, n, limits[i].tail);
        g_autofree char *text = changed(limits[i].from, part);
        if (!more)
            check_accepted(text, strlen(text));
        else
            check_refused(text, strlen(text), BT_ERROR_LIMIT, limits[i].message);
    }
}

static void test_asset_limit(void)
{
    for (guint n = BT_MANIFEST_MAX_ASSETS; n <= BT_MANIFEST_MAX_ASSETS + 1; n++) {
        g_autoptr(GString) many = g_string_new("\"assets\": {");
        for (guint i = 4; i < n; i++)
            g_string_append_printf(many, "\"%064x\":{\"size\":1,\"type\":\"a/b\"},", i);
        g_autofree char *text = changed("\"assets\": {", many->str);
        if (n == BT_MANIFEST_MAX_ASSETS)
            check_accepted(text, strlen(text));
        else
            check_refused(text, strlen(text), BT_ERROR_LIMIT,
                "m.json:/assets: 5001 assets: expected at most 5000");
    }
}

/* Vietnamese letters are two or three bytes and one code point each. */
static void test_text_limit(void)
{
    for (guint n = BT_TEXT_MAX_CODE_POINTS; n <= BT_TEXT_MAX_CODE_POINTS + 1; n++) {
        g_autoptr(GString) body = g_string_new("\"body\": \"");
        for (guint i = 0; i < n; i++)
            g_string_append(body, "ộ");
        g_string_append_c(body, '"');
        g_autofree char *text = changed("\"body\": \"E\"", body->str);
        if (n == BT_TEXT_MAX_CODE_POINTS)
            check_accepted(text, strlen(text));
        else
            check_refused(text, strlen(text), BT_ERROR_LIMIT,
                "m.json:/playlists/1/items/0/texts/0/body: 10001 code points: expected 0 to 10000");
    }
}

static void test_size_limit(void)
{
    g_autofree char *text = g_malloc(BT_MANIFEST_MAX_BYTES + 1);
    memset(text, ' ', BT_MANIFEST_MAX_BYTES + 1);
    memcpy(text, good, strlen(good));
    check_accepted(text, BT_MANIFEST_MAX_BYTES);
    check_refused(text, BT_MANIFEST_MAX_BYTES + 1, BT_ERROR_LIMIT,
        "m.json: 1048577 bytes: expected at most 1048576");
}

static void test_100_mb(void)
{
    gsize size_bytes = 100 * 1000 * 1000;
    g_autofree char *text = g_malloc(size_bytes);
    memset(text, '[', size_bytes);
    check_refused(
        text, size_bytes, BT_ERROR_LIMIT, "m.json: 100000000 bytes: expected at most 1048576");
}

static void test_nesting(void)
{
    g_autofree char *opened = g_strnfill(10000, '[');
    check_refused(
        opened, 10000, BT_ERROR_LIMIT, "m.json:1:17: too deep: expected at most 16 levels");
    /* The manifest itself is one level. */
    g_autofree char *fits = changed("\"volume\": 7", "\"x-a\": [[[[[[[[[[[[[[]]]]]]]]]]]]]]");
    check_accepted(fits, strlen(fits));
    g_autofree char *deeper = changed("\"volume\": 7", "\"x-a\": [[[[[[[[[[[[[[[]]]]]]]]]]]]]]]");
    check_refused(deeper, strlen(deeper), BT_ERROR_LIMIT, NULL);
}

/* Wherever it is cut off, a document is refused, and never read beyond its end. */
static void test_truncated(void)
{
    gsize whole = strlen(good);
    while (whole > 0 && g_ascii_isspace(good[whole - 1]))
        whole--;
    for (gsize size_bytes = 0; size_bytes < whole; size_bytes++) {
        g_autofree char *copy = g_memdup2(good, MAX(size_bytes, 1));
        check_refused(copy, size_bytes, BT_ERROR_SYNTAX, NULL);
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

static void add_tables(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/manifest/rule/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    for (guint i = 0; i < G_N_ELEMENTS(notes); i++) {
        g_autofree char *path = g_strconcat("/manifest/note/", notes[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_note);
    }
    for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
        g_autofree char *path = g_strconcat("/manifest/limit/", limits[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_limit);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/manifest/head", test_head);
    g_test_add_func("/manifest/items", test_items);
    g_test_add_func("/manifest/clamps", test_clamps);
    g_test_add_func("/manifest/programme", test_programme);
    g_test_add_func("/manifest/texts-of-zone", test_texts_of_zone);
    g_test_add_func("/manifest/names", test_names);
    add_tables();
    g_test_add_func(
        "/manifest/note/unknown-kind-leaves-the-rest", test_unknown_kind_leaves_the_rest);
    g_test_add_func("/manifest/note/bounded", test_notes_are_bounded);
    g_test_add_func("/manifest/limit/assets", test_asset_limit);
    g_test_add_func("/manifest/limit/text", test_text_limit);
    g_test_add_func("/manifest/limit/size", test_size_limit);
    g_test_add_func("/manifest/limit/100-mb", test_100_mb);
    g_test_add_func("/manifest/limit/nesting", test_nesting);
    g_test_add_func("/manifest/truncated", test_truncated);
    return g_test_run();
}
