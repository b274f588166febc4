/* A manifest that is accepted, and the means to change one thing in it. */
#ifndef BT_TESTS_UNIT_GOOD_MANIFEST_H
#define BT_TESTS_UNIT_GOOD_MANIFEST_H

#include "base/error.h"
#include "playlists/model/manifest.h"

#include <string.h>

#define HASH "1111111111111111111111111111111111111111111111111111111111111111"
#define VIDEO "2222222222222222222222222222222222222222222222222222222222222222"
#define MUTE "3333333333333333333333333333333333333333333333333333333333333333"
#define SRT "6666666666666666666666666666666666666666666666666666666666666666"
#define VTT "7777777777777777777777777777777777777777777777777777777777777777"
#define SOUND "4444444444444444444444444444444444444444444444444444444444444444"

static const char good[] =
    "{ \"spec\": 1, \"source\": \"kp\", \"version\": 42,\n"
    "  \"issued\": \"2026-11-22T01:00:00Z\", \"expires\": \"2027-01-20T00:00:00Z\",\n"
    "  \"screens\": [\"kp-01\"], \"timezone\": \"Asia/Ho_Chi_Minh\",\n"
    "  \"assets\": { \"" HASH "\": { \"size\": 100, \"type\": \"image/png\" },\n"
    "    \"" VIDEO "\": { \"size\": 200, \"type\": \"video/mp4\", \"duration_ms\": 15000 },\n"
    "    \"" MUTE "\": { \"size\": 300, \"type\": \"video/mp4\" },\n"
    "    \"" SOUND "\": { \"size\": 400, \"type\": \"audio/mpeg\", \"duration_ms\": 400 },\n"
    "    \"" SRT "\": { \"size\": 500, \"type\": \"application/x-subrip\" },\n"
    "    \"" VTT "\": { \"size\": 600, \"type\": \"text/vtt\" } },\n"
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
    "        \"subtitles\": [ { \"lang\": \"vi\", \"asset\": \"" SRT "\" },\n"
    "          { \"lang\": \"km\", \"asset\": \"" VTT "\" } ],\n"
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

/* All that `when` says in it, for what says it otherwise. */
#define GOOD_WHEN                                                                                  \
    "\"from\": \"2026-11-22\", \"until\": \"2026-12-31\", \"days\": [\"mon\", \"sun\"],\n"         \
    "      \"times\": [[\"05:30\", \"21:30:15\"], [\"22:00\", \"24:00\"]]"

static inline BtManifest *parse(const char *text, GError **error)
{
    return bt_manifest_parse(text, strlen(text), "m.json", error);
}

/* `good` with its only `from` replaced by `to`. (transfer full) */
static inline char *changed(const char *from, const char *to)
{
    const char *place = strstr(good, from);
    if (!place || strstr(place + 1, from))
        g_error("\"%s\" stands not once in the document", from);
    return g_strdup_printf("%.*s%s%s", (int)(place - good), good, to, place + strlen(from));
}

static inline void check_refused(
    const char *text, gsize size_bytes, BtError code, const char *message)
{
    g_autoptr(GError) error = NULL;
    BtManifest *manifest = bt_manifest_parse(text, size_bytes, "m.json", &error);
    g_assert_null(manifest);
    g_assert_error(error, BT_ERROR, (int)code);
    if (message)
        g_assert_cmpstr(error->message, ==, message);
}

static inline void check_accepted(const char *text, gsize size_bytes)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtManifest) manifest = bt_manifest_parse(text, size_bytes, "m.json", &error);
    g_assert_no_error(error);
    g_assert_nonnull(manifest);
}

#endif
