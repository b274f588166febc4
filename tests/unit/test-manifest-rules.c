/* The manifest: each rule and each limit of FORMAT.md, by changing one thing in a document that is
 * accepted. */
#include "tests/unit/good-manifest.h"

typedef struct {
    const char *name;
    const char *from, *to; /* the change */
    BtError code;
    const char *message; /* NULL: accepted */
} Case;

#define OK 0, NULL
#define ID_RULE "this is not an id: expected 1 to 64 of A-Z a-z 0-9 . _ -, no dot first"
#define SLOTS(list) "\"slots\": [" list "]"
#define T0 "2026-11-22T01:00:00Z"
#define T1 "2026-11-22T02:00:00.5Z"
#define T2 "2026-11-22T03:00:00Z"
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
    { "writing-vertical", "{ \"lang\": \"jra\", \"body\": \"C\" }",
        "{ \"lang\": \"vi-Hani\", \"body\": \"C\", \"writing\": \"vertical\" }", OK },
    { "writing-horizontal", "{ \"lang\": \"jra\", \"body\": \"C\" }",
        "{ \"lang\": \"jra\", \"body\": \"C\", \"writing\": \"horizontal\" }", OK },
    { "writing-vertical-without-han", "{ \"lang\": \"jra\", \"body\": \"C\" }",
        "{ \"lang\": \"jra\", \"body\": \"C\", \"writing\": \"vertical\" }", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/0/texts/1/writing: language \"jra\" is not written in columns: "
        "expected \"horizontal\", or a language in Han such as vi-Hani" },
    { "writing-unknown", "{ \"lang\": \"jra\", \"body\": \"C\" }",
        "{ \"lang\": \"zh\", \"body\": \"C\", \"writing\": \"ttb\" }", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/0/texts/1/writing: \"ttb\" is not known: expected one of "
        "horizontal, vertical" },
    { "issued-on", "2026-11-20", "2026-02-29", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/0/issued_on: this is not a day: expected YYYY-MM-DD" },
    { "field-6", "\"field\": 4", "\"field\": 6", OK },
    { "field-7", "\"field\": 4", "\"field\": 7", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/0/field: 7 is out of range: expected 1 to 6" },
    { "level-0", "\"level\": 3", "\"level\": 0", OK },
    { "level-6", "\"level\": 3", "\"level\": 6", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/5/level: 6 is out of range: expected 0 to 5" },
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
    { "subtitles-none",
        "{ \"lang\": \"vi\", \"asset\": \"" SRT "\" },\n"
        "          { \"lang\": \"km\", \"asset\": \"" VTT "\" }",
        "", OK },
    { "subtitles-twice", "{ \"lang\": \"km\", \"asset\": \"" VTT "\" }",
        "{ \"lang\": \"VI\", \"asset\": \"" VTT "\" }", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/1/subtitles/1/lang: language \"VI\" comes twice: expected each "
        "language once" },
    { "subtitles-same-file", "{ \"lang\": \"km\", \"asset\": \"" VTT "\" }",
        "{ \"lang\": \"km\", \"asset\": \"" SRT "\" }", OK },
    { "subtitles-without-language", "{ \"lang\": \"km\", \"asset\": \"" VTT "\" }",
        "{ \"asset\": \"" VTT "\" }", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/1/subtitles/1: a key is missing: expected \"lang\"" },
    { "subtitles-without-asset", "{ \"lang\": \"km\", \"asset\": \"" VTT "\" }",
        "{ \"lang\": \"km\" }", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/1/subtitles/1: a key is missing: expected \"asset\"" },
    { "subtitles-not-listed", "{ \"lang\": \"km\", \"asset\": \"" VTT "\" }",
        "{ \"lang\": \"km\", \"asset\": "
        "\"5555555555555555555555555555555555555555555555555555555555555555\" }",
        BT_ERROR_INVALID,
        "m.json:/playlists/0/items/1/subtitles/1/asset: this asset is not in \"assets\": expected "
        "the hash of one that is" },
    { "subtitles-of-other-kind", "{ \"lang\": \"km\", \"asset\": \"" VTT "\" }",
        "{ \"lang\": \"km\", \"asset\": \"" HASH "\" }", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/1/subtitles/1/asset: this asset is of type image/png: expected "
        "application/x-subrip or text/vtt" },
    { "subtitles-1-mb", "\"size\": 600", "\"size\": 1048576", OK },
    { "subtitles-above-1-mb", "\"size\": 600", "\"size\": 1048577", BT_ERROR_LIMIT,
        "m.json:/playlists/0/items/1/subtitles/1/asset: subtitles of 1048577 bytes: expected at "
        "most 1048576" },
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
        "rtsp or udp" },
    { "stream-udp", "https://e.vn/a.m3u8", "udp://239.1.2.3:5000", OK },
    { "stream-rtsp", "https://e.vn/a.m3u8", "rtsp://user:word@camera.e.vn/1", OK },
    { "stream-udp-without-port", "https://e.vn/a.m3u8", "udp://239.1.2.3", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/4/url: this is not the URL of a stream: expected a port, 1 to "
        "65535" },
    { "stream-udp-name", "https://e.vn/a.m3u8", "udp://e.vn:5000", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/4/url: this is not the URL of a stream: expected "
        "udp://ADDRESS:PORT, of this board or of a group" },
    { "stream-udp-options", "https://e.vn/a.m3u8", "udp://239.1.2.3:5000?fifo_size=1",
        BT_ERROR_INVALID,
        "m.json:/playlists/0/items/4/url: this is not the URL of a stream: expected nothing after "
        "udp://ADDRESS:PORT" },
    { "stream-number-as-a-name", "https://e.vn/a.m3u8", "https://0x7f.1/a.m3u8", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/4/url: this is not the URL of a stream: expected a host after "
        "://" },
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
    /* items named again */
    { "item-again", "\"asset\": \"" SOUND "\" } ]", "\"asset\": \"" SOUND "\" }, \"n1\", \"n1\" ]",
        OK },
    { "item-not-yet", "\"asset\": \"" SOUND "\" } ]", "\"asset\": \"" SOUND "\" }, \"t1\" ]",
        BT_ERROR_INVALID,
        "m.json:/playlists/0/items/7: there is no item \"t1\" before this: expected an item, or "
        "the id "
        "of one before" },
    { "item-no-id", "\"asset\": \"" SOUND "\" } ]", "\"asset\": \"" SOUND "\" }, \"\" ]",
        BT_ERROR_INVALID,
        "m.json:/playlists/0/items/7: this is not an id: expected 1 to 64 of A-Z a-z 0-9 . _ -, no "
        "dot "
        "first" },
    { "item-left-out", "\"asset\": \"" SOUND "\" } ]",
        "\"asset\": \"" SOUND "\" }, {\"id\":\"z\",\"kind\":\"hologram\"}, \"z\" ]", OK },
    { "audio-texts", "\"asset\": \"" SOUND "\" } ]",
        "\"asset\": \"" SOUND "\", \"texts\": [{\"lang\": \"vi\", \"title\": \"F\"}] } ]", OK },
    { "audio-texts-none", "\"asset\": \"" SOUND "\" } ]",
        "\"asset\": \"" SOUND "\", \"texts\": [] } ]", BT_ERROR_INVALID,
        "m.json:/playlists/0/items/6/texts: 0 elements: expected 1 or more" },
    /* slots */
    { "slots", GOOD_WHEN, SLOTS("[\"" T0 "\", \"" T1 "\"], [\"" T1 "\", \"" T2 "\"]"), OK },
    { "slots-other-zone", GOOD_WHEN, SLOTS("[\"2026-11-22T08:00:00+07:00\", \"" T1 "\"]"), OK },
    { "slots-none", GOOD_WHEN, SLOTS(""), BT_ERROR_INVALID,
        "m.json:/programmes/0/when/slots: 0 elements: expected 1 or more" },
    { "slots-empty", GOOD_WHEN, SLOTS("[\"" T0 "\", \"" T0 "\"]"), BT_ERROR_INVALID,
        "m.json:/programmes/0/when/slots/0: the slot ends before it begins: expected an end after "
        "its start" },
    { "slots-overlap", GOOD_WHEN, SLOTS("[\"" T0 "\", \"" T2 "\"], [\"" T1 "\", \"" T2 "\"]"),
        BT_ERROR_INVALID,
        "m.json:/programmes/0/when/slots/1: the slot begins before the one before it ends: "
        "expected them in order, none overlapping" },
    { "slots-back", GOOD_WHEN, SLOTS("[\"" T1 "\", \"" T2 "\"], [\"" T0 "\", \"" T1 "\"]"),
        BT_ERROR_INVALID,
        "m.json:/programmes/0/when/slots/1: the slot begins before the one before it ends: "
        "expected them in order, none overlapping" },
    { "slots-alone", GOOD_WHEN, SLOTS("[\"" T0 "\"]"), BT_ERROR_INVALID,
        "m.json:/programmes/0/when/slots/0: 1 elements: expected [from, until] or [from, until, "
        "{zone: "
        "time}]" },
    { "slots-four", GOOD_WHEN, SLOTS("[\"" T0 "\", \"" T1 "\", {}, {}]"), BT_ERROR_INVALID,
        "m.json:/programmes/0/when/slots/0: 4 elements: expected [from, until] or [from, until, "
        "{zone: "
        "time}]" },
    { "slots-since", GOOD_WHEN, SLOTS("[\"" T1 "\", \"" T2 "\", {\"main\": \"" T1 "\"}]"), OK },
    { "slots-since-none", GOOD_WHEN, SLOTS("[\"" T1 "\", \"" T2 "\", {}]"), OK },
    { "slots-since-no-zone", GOOD_WHEN, SLOTS("[\"" T1 "\", \"" T2 "\", {\"film\": \"" T0 "\"}]"),
        BT_ERROR_INVALID,
        "m.json:/programmes/0/when/slots/0/2/film: layout \"split\" has no zone of this name: "
        "expected "
        "one of its zones" },
    { "slots-since-not-filled", ", \"strip\": \"line\" },\n    \"when\": { " GOOD_WHEN,
        "}, \"when\": {" SLOTS("[\"" T1 "\", \"" T2 "\", {\"strip\": \"" T0 "\"}]"),
        BT_ERROR_INVALID,
        "m.json:/programmes/0/when/slots/0/2/strip: the programme does not fill this zone: "
        "expected "
        "one that it fills" },
    { "slots-since-later", GOOD_WHEN, SLOTS("[\"" T1 "\", \"" T2 "\", {\"main\": \"" T2 "\"}]"),
        BT_ERROR_INVALID,
        "m.json:/programmes/0/when/slots/0/2/main: this is after the start of the slot: expected a "
        "time not after it" },
    { "slots-since-what", GOOD_WHEN, SLOTS("[\"" T1 "\", \"" T2 "\", \"" T0 "\"]"),
        BT_ERROR_INVALID, NULL },
    { "slots-since-local", GOOD_WHEN,
        SLOTS("[\"" T1 "\", \"" T2 "\", {\"main\": \"2026-11-22T01:00:00\"}]"), BT_ERROR_INVALID,
        NULL },
    { "slots-local", GOOD_WHEN, SLOTS("[\"2026-11-22T01:00:00\", \"" T1 "\"]"), BT_ERROR_INVALID,
        NULL },
    { "slots-and-days", "\"days\": [\"mon\", \"sun\"]", "\"slots\": [[\"" T0 "\", \"" T1 "\"]]",
        BT_ERROR_INVALID,
        "m.json:/programmes/0/when/from: \"slots\" says when already: expected one or the other" },
    /* display */
    { "volume-100", "\"volume\": 7", "\"volume\": 100", OK },
    { "volume-101", "\"volume\": 7", "\"volume\": 101", BT_ERROR_INVALID,
        "m.json:/display/volume: 101 is out of range: expected 0 to 100" },
    { "volume-steps", "\"volume\": 7", "\"volume\": [[\"06:00\", 100], [\"21:00\", 0]]", OK },
    { "volume-no-steps", "\"volume\": 7", "\"volume\": []", BT_ERROR_INVALID, NULL },
    { "volume-step-101", "\"volume\": 7", "\"volume\": [[\"06:00\", 101]]", BT_ERROR_INVALID,
        "m.json:/display/volume/0/1: 101 is out of range: expected 0 to 100" },
    { "volume-falling-time", "\"volume\": 7", "\"volume\": [[\"06:00\", 1], [\"06:00\", 2]]",
        BT_ERROR_INVALID,
        "m.json:/display/volume/1/0: this time is not after the one before it: expected rising "
        "times" },
    { "brightness-0", "[\"18:00\", 40]", "[\"18:00\", 0]", BT_ERROR_INVALID,
        "m.json:/display/brightness/1/1: 0 is out of range: expected 1 to 100" },
    { "brightness-falling-time", "[\"18:00\", 40]", "[\"05:00\", 40]", BT_ERROR_INVALID,
        "m.json:/display/brightness/1/0: this time is not after the one before it: expected rising "
        "times" },
    /* the form */
    { "key-twice", "\"spec\": 1,", "\"spec\": 1, \"spec\": 1,", BT_ERROR_SYNTAX,
        "m.json:1:19: a key stands twice in its object: expected it once" },
};

static void test_case(gconstpointer data)
{
    const Case *c = data;
    g_autofree char *text = changed(c->from, c->to);
    if (c->code == 0)
        check_accepted(text, strlen(text));
    else
        check_refused(text, strlen(text), c->code, c->message);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/manifest/rule/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    return g_test_run();
}
