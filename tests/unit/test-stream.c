/* Where live streams may come from, and which variant of one is taken. */
#include "base/error.h"
#include "player/relay/master.h"
#include "playlists/model/stream.h"

#include <string.h>

/* ---- the ceiling ---- */

typedef struct {
    const char *name, *url, *names; /* names: blank separated; NULL: none were written */
    gboolean may;
} Ceiling;

static const Ceiling ceilings[] = {
    { "tls", "https://a.vn/x.m3u8", NULL, TRUE },
    { "plain", "http://a.vn/x.m3u8", NULL, FALSE },
    { "plain-here", "http://127.0.0.1:8080/x.m3u8", NULL, TRUE },
    { "plain-here-by-name", "http://localhost/x.m3u8", NULL, TRUE },
    { "here-is-no-prefix", "http://127.0.0.1.a.vn/x.m3u8", NULL, FALSE },
    { "here-6", "http://[::1]:8080/x.m3u8", NULL, TRUE },
    { "camera", "rtsp://10.0.0.9/1", NULL, FALSE },
    { "group", "udp://239.1.2.3:5000", NULL, FALSE },
    { "plain-named", "http://a.vn/x.m3u8", "a.vn", TRUE },
    { "plain-named-in-capitals", "http://A.VN/x.m3u8", "a.VN", TRUE },
    { "camera-named", "rtsp://u:p@10.0.0.9/1", "a.vn 10.0.0.9", TRUE },
    { "group-named", "udp://239.1.2.3:5000", "239.1.2.3:5000", TRUE },
    { "group-of-another-port", "udp://239.1.2.3:5001", "239.1.2.3:5000", FALSE },
    { "named-6", "http://[fd00::1]:81/x.m3u8", "[fd00::1]:81", TRUE },
    { "tls-not-named", "https://b.vn/x.m3u8", "a.vn", FALSE },
    { "tls-none-named", "https://a.vn/x.m3u8", "", FALSE },
    { "here-not-named", "http://127.0.0.1/x.m3u8", "a.vn", FALSE },
    { "user-is-no-host", "http://a.vn@b.vn/x.m3u8", "a.vn", FALSE },
    { "suffix", "http://xa.vn/x.m3u8", "a.vn", FALSE },
};

static void test_ceiling(gconstpointer data)
{
    const Ceiling *row = data;
    g_auto(BtStreamUrl) url = { 0 };
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) names = row->names == NULL ? NULL
        : *row->names == '\0'                ? g_new0(char *, 1)
                                             : g_strsplit(row->names, " ", -1);
    g_assert_true(bt_stream_url_parse(row->url, &url, &error));
    g_assert_cmpint(bt_stream_may_open(&url, (const char *const *)names, &error), ==, row->may);
    if (!row->may)
        g_assert_error(error, BT_ERROR, BT_ERROR_CEILING);
}

static void test_hosts(void)
{
    static const char *const sound[] = { "a.vn", "a.vn:80", "10.0.0.9", "[fd00::1]", "fd00::1",
        "[fd00::1]:81", "239.1.2.3:5000" };
    static const char *const unsound[] = { "", ":80", "a.vn:", "a.vn:0", "a.vn:65536", "a b", "*",
        "https://a.vn", "[fd00::1", "a.vn/x", "0x7f.1" };
    for (gsize i = 0; i < G_N_ELEMENTS(sound); i++)
        g_assert_true(bt_stream_host_is_sound(sound[i]));
    for (gsize i = 0; i < G_N_ELEMENTS(unsound); i++)
        g_assert_false(bt_stream_host_is_sound(unsound[i]));
}

/* ---- the variant ---- */

#define ALL                                                                                        \
    "#EXTM3U\n"                                                                                    \
    "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"en\",URI=\"en.m3u8\"\n"                         \
    "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"vi, to\",DEFAULT=YES,URI=\"vi.m3u8\"\n"         \
    "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"vi\",URI=\"s.m3u8\"\n"                      \
    "#EXT-X-STREAM-INF:BANDWIDTH=8000000,RESOLUTION=1920x1080,AUDIO=\"a\"\n1080.m3u8\r\n"          \
    "#EXT-X-STREAM-INF:BANDWIDTH=3000000,RESOLUTION=1280x720,AUDIO=\"a\"\n720.m3u8\n"              \
    "#EXT-X-STREAM-INF:BANDWIDTH=2000000,RESOLUTION=1280x720,AUDIO=\"a\"\n720-low.m3u8\n"          \
    "#EXT-X-STREAM-INF:BANDWIDTH=500000,RESOLUTION=640x360,AUDIO=\"a\"\n360.m3u8\n"                \
    "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"i.m3u8\"\n"
#define RATES                                                                                      \
    "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9000000\nhigh\n"                                         \
    "#EXT-X-STREAM-INF:BANDWIDTH=900000\nmiddle\n"                                                 \
    "#EXT-X-STREAM-INF:BANDWIDTH=90000\nlow\n"
#define SPACED                                                                                     \
    "#EXTM3U\n#EXT-X-STREAM-INF:PROGRAM-ID=1, BANDWIDTH=9000000, RESOLUTION=1920x1080\nhigh\n"     \
    "#EXT-X-STREAM-INF:PROGRAM-ID=1, BANDWIDTH=900000, RESOLUTION=640x360\nlow\n"

typedef struct {
    const char *name, *text;
    int w_px, h_px;
    guint64 max_bits_per_s;
    const char *chosen; /* NULL: no list of variants */
} Choice;

static const Choice choices[] = {
    { "parts", "#EXTM3U\n#EXTINF:4,\na.ts\n", 640, 360, 9000000, NULL },
    { "nothing", "", 640, 360, 9000000, NULL },
    { "fits", ALL, 640, 360, 99000000, "360.m3u8" },
    { "a-little-larger", ALL, 641, 361, 99000000, "720.m3u8" },
    { "whole-screen", ALL, 1920, 1080, 99000000, "1080.m3u8" },
    { "wall", ALL, 7680, 4320, 99000000, "1080.m3u8" },
    { "line-of-3-mbit", ALL, 1920, 1080, 3000000, "720.m3u8" },
    { "line-of-2-mbit", ALL, 1920, 1080, 2500000, "720-low.m3u8" },
    { "line-of-nothing", ALL, 1920, 1080, 1000, "360.m3u8" },
    { "spaces-between", SPACED, 640, 360, 99000000, "low" },
    { "spaces-between-and-a-line", SPACED, 1920, 1080, 1000000, "low" },
    { "rates", RATES, 640, 360, 99000000, "middle" },
    { "rates-large", RATES, 1920, 1200, 99000000, "high" },
    { "rates-tiny", RATES, 64, 32, 99000000, "low" },
};

static void test_choice(gconstpointer data)
{
    const Choice *row = data;
    g_autofree char *list = master_choose(row->text, row->w_px, row->h_px, row->max_bits_per_s);
    if (row->chosen == NULL) {
        g_assert_null(list);
        return;
    }
    g_autofree char *end = g_strdup_printf("\n%s\n", row->chosen);
    g_assert_true(g_str_has_suffix(list, end));
    g_assert_cmpint(strstr(row->text, "AUDIO") != NULL, ==, strstr(list, "vi.m3u8") != NULL);
    g_assert_null(strstr(list, "en.m3u8"));
    g_assert_null(strstr(list, "s.m3u8\"\n#EXT-X-MEDIA:TYPE=SUB"));
    g_assert_null(strstr(list, "I-FRAME"));
}

/* Whatever stands there, the answer comes. */
static void test_noise(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(8);
    static const char words[] = "#EXT-X-STREAM-INF:BANDWIDTH=,RESOLUTION=x\n\"AUDIO=";
    for (guint i = 0; i < 2000; i++) {
        g_autoptr(GString) text = g_string_new("#EXTM3U\n");
        for (guint k = 0; k < 60; k++) {
            guint from = (guint)g_rand_int_range(rand, 0, (gint32)sizeof words - 1);
            g_string_append_len(
                text, words + from, g_rand_int_range(rand, 0, (gint32)(sizeof words - from)));
        }
        g_autofree char *list = master_choose(text->str, 640, 360, 1000000);
        g_assert_true(list == NULL || g_str_has_prefix(list, "#EXTM3U\n"));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(ceilings); i++) {
        g_autofree char *path = g_strconcat("/stream/ceiling/", ceilings[i].name, NULL);
        g_test_add_data_func(path, &ceilings[i], test_ceiling);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(choices); i++) {
        g_autofree char *path = g_strconcat("/stream/variant/", choices[i].name, NULL);
        g_test_add_data_func(path, &choices[i], test_choice);
    }
    g_test_add_func("/stream/hosts", test_hosts);
    g_test_add_func("/stream/noise", test_noise);
    return g_test_run();
}
