/* Subtitles from the file through the jailed decoder to plain cues: what each kind of file becomes,
 * each limit, and each lie that a decoder could tell. */
#include "base/channel.h"
#include "playlists/model/manifest.h"
#include "render/decode/markup.h"
#include "render/decode/wire.h"
#include "render/media/media.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATIENCE_MS 20000
#define BOM "\xef\xbb\xbf"
#define SRT_1 "1\n00:00:01,000 --> 00:00:02,000\n"
#define VTT_1 "WEBVTT\n\n00:01.000 --> 00:02.000\n"

G_STATIC_ASSERT(BT_SUBTITLES_MAX_BYTES == BT_DECODE_SUBTITLES_MAX_BYTES);
G_STATIC_ASSERT(BT_ITEM_MAX_MS == BT_DECODE_CUE_MAX_MS);

/* ---- through the decoder ---- */

static int file_of(const void *data, gsize n)
{
    int fd = memfd_create("subtitles", MFD_CLOEXEC);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, data, n), ==, (gssize)n);
    return fd;
}

/* Opens `fd` (transfer full) and waits for its last word. */
static BtMedia *read_fd(int fd)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *decoder = bt_media_decoder_path();
    BtMedia *media = bt_media_open(fd, "film.srt", bt_media_spawn_here, decoder, 0, &error);
    g_assert_no_error(error);
    if (bt_media_wait_open(media, PATIENCE_MS) && bt_media_info(media)->has_cues)
        g_assert_true(bt_media_wait(media, 0, PATIENCE_MS));
    return media;
}

/* "START-END TEXT" a line, with / for the line breaks of a text. (transfer full) */
static char *cues_text(const BtMedia *media)
{
    const GArray *cues = bt_media_cues(media);
    GString *text = g_string_new(NULL);
    for (guint i = 0; cues && i < cues->len; i++) {
        const BtCue *cue = &g_array_index(cues, BtCue, i);
        g_autofree char *words = g_strdelimit(g_strdup(cue->text), "\n", '/');
        g_string_append_printf(
            text, "%s%d-%d %s", i ? "\n" : "", (int)cue->start_ms, (int)cue->end_ms, words);
    }
    return g_string_free(text, FALSE);
}

#define BYTES(text) text, sizeof(text) - 1
#define GOOD -1

static const struct {
    const char *name, *data;
    gsize n;
    int code; /* GOOD, or the reason for which it is refused */
    const char *expected;
} files[] = {
    { "srt", BYTES(SRT_1 "Xin chào\nbà con\n\n2\n00:00:03,500 --> 01:00:04,000\nHai\n"), GOOD,
        "1000-2000 Xin chào/bà con\n3500-3604000 Hai" },
    { "srt-without-numbers", BYTES("00:00:01,000 --> 00:00:02,000\nA\n"), GOOD, "1000-2000 A" },
    { "srt-with-points", BYTES("1\n00:00:01.000 --> 00:00:02.000\nA\n"), GOOD, "1000-2000 A" },
    { "srt-with-places", BYTES("1\n00:00:01,000 --> 00:00:02,000 X1:0 X2:9 Y1:0 Y2:9\nA\n"), GOOD,
        "1000-2000 A" },
    { "srt-crlf", BYTES("1\r\n00:00:01,000 --> 00:00:02,000\r\nA\r\nB\r\n\r\n"), GOOD,
        "1000-2000 A/B" },
    { "srt-cr", BYTES("1\r00:00:01,000 --> 00:00:02,000\rA\rB\r\r"), GOOD, "1000-2000 A/B" },
    { "srt-bom", BYTES(BOM SRT_1 "A\n"), GOOD, "1000-2000 A" },
    { "srt-no-last-newline", BYTES(SRT_1 "A"), GOOD, "1000-2000 A" },
    { "srt-blank-lines-before", BYTES("\n\r\n  \n" SRT_1 "A\n"), GOOD, "1000-2000 A" },
    { "srt-blank-line-inside", BYTES(SRT_1 "A\n\nB\n\n2\n00:00:05,000 --> 00:00:06,000\nC\n"), GOOD,
        "1000-2000 A/B\n5000-6000 C" },
    { "srt-overlap", BYTES(SRT_1 "A\n\n2\n00:00:01,500 --> 00:00:03,000\nB\n"), GOOD,
        "1000-2000 A\n1500-3000 B" },
    { "srt-out-of-order", BYTES("1\n00:00:05,000 --> 00:00:06,000\nB\n\n" SRT_1 "A\n"), GOOD,
        "1000-2000 A\n5000-6000 B" },
    { "srt-same-start", BYTES(SRT_1 "A\n\n2\n00:00:01,000 --> 00:00:03,000\nB\n"), GOOD,
        "1000-2000 A\n1000-3000 B" },
    { "srt-no-length", BYTES("1\n00:00:01,000 --> 00:00:01,000\nA\n\n" SRT_1 "B\n"), GOOD,
        "1000-2000 B" },
    { "srt-end-before-start",
        BYTES("1\n00:00:03,000 --> 00:00:02,000\nA\n\n2\n00:00:05,000 --> 00:00:06,000\nB\n"), GOOD,
        "3000-5000 A\n5000-6000 B" },
    { "srt-last-end-before-start", BYTES(SRT_1 "A\n\n2\n00:00:05,000 --> 00:00:04,000\nB\n"), GOOD,
        "1000-2000 A" },
    { "srt-no-words",
        BYTES(SRT_1 "\n\n2\n00:00:03,000 --> 00:00:04,000\n<i> </i>\n\n"
                    "3\n00:00:05,000 --> 00:00:06,000\nC\n"),
        GOOD, "5000-6000 C" },
    { "srt-before-0-and-after-a-day",
        BYTES(SRT_1 "A\n\n2\n-1:00:00,000 --> 00:00:04,000\nB\n\n"
                    "3\n23:59:59,000 --> 30:00:00,000\nC\n\n4\n25:00:00,000 --> 26:00:00,000\nD\n"),
        GOOD, "0-4000 B\n1000-2000 A\n86399000-86400000 C" },
    { "srt-markup", BYTES(SRT_1 "{\\an8}<font color=\"red\">A</font> <tiếng nhạc>\n"), GOOD,
        "1000-2000 A <tiếng nhạc>" },
    { "webvtt", BYTES(VTT_1 "<v Lan>Chào &amp; <c.vang>mời</c>\n"), GOOD, "1000-2000 Chào & mời" },
    { "webvtt-hours-and-settings",
        BYTES("WEBVTT\n\nm\xe1\xbb\x99t\n01:00:01.000 --> 01:00:02.000 align:left line:0\nA\n"),
        GOOD, "3601000-3602000 A" },
    { "webvtt-no-cue", BYTES("WEBVTT - không lời\n\n"), GOOD, "" },
    { "webvtt-bom-crlf",
        BYTES(BOM "WEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nA\r\nB\r\n\r\n"
                  "00:03.000 --> 00:04.000\r\nC"),
        GOOD, "1000-2000 A/B\n3000-4000 C" },
    { "webvtt-notes-styles-regions",
        BYTES("WEBVTT\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\nNOTE\nx\n\n"
              "00:01.000 --> 00:02.000\nA\nSTYLE\n"),
        GOOD, "1000-2000 A/STYLE" },
    { "webvtt-styles-crlf",
        BYTES(
            "WEBVTT\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\n00:01.000 --> 00:02.000\r\nA\r\n"),
        GOOD, "1000-2000 A" },
    { "webvtt-out-of-order-and-overlap",
        BYTES("WEBVTT\n\n00:05.000 --> 00:09.000\nB\n\n00:01.000 --> 00:06.000\nA\n"), GOOD,
        "1000-6000 A\n5000-9000 B" },
    { "webvtt-no-length", BYTES("WEBVTT\n\n00:01.000 --> 00:01.000\nA\n"), GOOD, "" },
    { "webvtt-damaged-times",
        BYTES(VTT_1 "A\n\n00:03.000 --> x\nB\n\n00:05.000 --> 00:06.000\nC\n"), BT_ERROR_SYNTAX,
        "film.srt: content:6: times that cannot be read: expected 00:01.000 --> 00:02.000" },
    { "webvtt-only-damaged-times", BYTES("WEBVTT\n\n00:03.000 --> x\nA\n"), BT_ERROR_SYNTAX,
        "film.srt: content:3: times that cannot be read: expected 00:01.000 --> 00:02.000" },
    { "webvtt-last-damaged-times", BYTES(BOM VTT_1 "A\n\nhai\n00:03,000 --> 00:04,000\nB\nC\n"),
        BT_ERROR_SYNTAX,
        "film.srt: content:7: times that cannot be read: expected 00:01.000 --> 00:02.000" },
    { "webvtt-without-an-arrow", BYTES("WEBVTT\r\n\r\nmột\r\n00:01.000 -> 00:02.000\r\nA"),
        BT_ERROR_SYNTAX,
        "film.srt: content:4: times that cannot be read: expected 00:01.000 --> 00:02.000" },
    { "webvtt-nothing-but-a-name", BYTES(VTT_1 "A\n\nhai\n"), BT_ERROR_SYNTAX,
        "film.srt: content:6: times that cannot be read: expected 00:01.000 --> 00:02.000" },
    { "webvtt-no-line-before-the-first-cue", BYTES("WEBVTT\n00:01.000 --> 00:02.000\nA\n"),
        BT_ERROR_SYNTAX,
        "film.srt: content:2: times in the head of the file: expected an empty line before them" },
    { "webvtt-blanks-at-the-end", BYTES(VTT_1 "A\n\n  \n \t\n"), GOOD, "1000-2000 A" },
    { "webvtt-arrow-in-words", BYTES(VTT_1 "A\n1 --> 2\n"), GOOD, "1000-2000 A/1 --> 2" },
    { "srt-only-damaged-times", BYTES("1\n00:00:01,000 --> x\nA\n"), BT_ERROR_SYNTAX,
        "film.srt: content:2: times that cannot be read: expected 00:00:01,000 --> 00:00:02,000" },
    { "srt-damaged-times-in-words", BYTES(SRT_1 "A\n2\n00:00:03,000 --> 00:00\nB\n"),
        BT_ERROR_SYNTAX,
        "film.srt: content:5: times that cannot be read: expected 00:00:01,000 --> 00:00:02,000" },
    { "srt-short-arrow", BYTES(SRT_1 "A\r\n\r\n2\r\n00:00:03,000 -> 00:00:04,000\r\nB\r\n"),
        BT_ERROR_SYNTAX,
        "film.srt: content:6: times that cannot be read: expected 00:00:01,000 --> 00:00:02,000" },
    { "srt-cr-damaged-times", BYTES("1\r00:00:01,000 -->\rA\r"), BT_ERROR_SYNTAX,
        "film.srt: content:2: times that cannot be read: expected 00:00:01,000 --> 00:00:02,000" },
    { "srt-arrows-and-hours-in-words",
        BYTES(SRT_1 "A --> B\n10:30:00\n\n2\n00:00:03,000 --> 00:00:04,000\n--> C\n"), GOOD,
        "1000-2000 A --> B/10:30:00\n3000-4000 --> C" },
    { "webvtt-longer-word", BYTES("WEBVTTX\n\n00:01.000 --> 00:02.000\nA\n"), BT_ERROR_UNSUPPORTED,
        NULL },
    { "tcvn3", BYTES(SRT_1 "A\nB\nXin ch\xb5o\n"), BT_ERROR_SYNTAX,
        "film.srt: content:5: not UTF-8: expected UTF-8" },
    { "nul", BYTES(SRT_1 "A\0B\n"), BT_ERROR_SYNTAX,
        "film.srt: content:3: not UTF-8: expected UTF-8" },
    { "utf-16-le",
        BYTES("\xff\xfe"
              "1\0\n\0"
              "0\0"
              "0\0:\0"
              "0\0"),
        BT_ERROR_UNSUPPORTED, "film.srt: content: text in UTF-16: expected UTF-8" },
    { "utf-16-be",
        BYTES("\xfe\xff"
              "\0"
              "1\0\n\0"
              "0\0"
              "0\0:\0"
              "0"),
        BT_ERROR_UNSUPPORTED, "film.srt: content: text in UTF-16: expected UTF-8" },
    { "other-text", BYTES("Thông báo\nKính mời bà con\n"), BT_ERROR_UNSUPPORTED, NULL },
    { "a-list-of-files", BYTES("ffconcat version 1.0\nfile film.srt\n"), BT_ERROR_UNSUPPORTED,
        NULL },
    { "ass", BYTES("[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,A\n"),
        BT_ERROR_UNSUPPORTED, NULL },
};

static void test_file(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(BtMedia) media = read_fd(file_of(files[i].data, files[i].n));
    const GError *error = bt_media_error(media);
    if (files[i].code == GOOD) {
        g_assert_no_error(error);
        g_autofree char *text = cues_text(media);
        g_assert_cmpstr(text, ==, files[i].expected);
        return;
    }
    g_assert_error(error, BT_ERROR, files[i].code);
    g_assert_null(bt_media_cues(media));
    if (files[i].expected)
        g_assert_cmpstr(error->message, ==, files[i].expected);
}

/* ---- limits ---- */

static char *many_cues(guint n)
{
    GString *text = g_string_new("WEBVTT\n\n");
    for (guint i = 0; i < n; i++)
        g_string_append_printf(text, "%02u:%02u:%02u.000 --> %02u:%02u:%02u.900\ncâu %u\n\n",
            i / 3600, i / 60 % 60, i % 60, i / 3600, i / 60 % 60, i % 60, i);
    return g_string_free(text, FALSE);
}

static char *long_cue(guint n)
{
    GString *text = g_string_new(SRT_1);
    for (guint i = 0; i < n; i++)
        g_string_append(text, i % 100 == 50 ? "\n" : "ộ");
    return g_string_free(text, FALSE);
}

static char *long_file(guint n)
{
    GString *text = g_string_new(SRT_1 "A\n\n");
    while (text->len < n)
        g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}

static const struct {
    const char *name;
    char *(*make)(guint n);
    guint most, cues;
    const char *message; /* for one more */
} limits[] = {
    { "cues", many_cues, BT_DECODE_MAX_CUES, BT_DECODE_MAX_CUES,
        "film.srt: content: more than 10000 cues: expected at most so many" },
    { "code-points", long_cue, BT_DECODE_CUE_MAX_CODE_POINTS, 1,
        "film.srt: content: cue 1 has 1001 characters: expected at most 1000" },
    { "bytes", long_file, BT_DECODE_SUBTITLES_MAX_BYTES, 1,
        "film.srt: content: subtitles of 1048577 bytes: expected a file of at most 1048576" },
};

static void test_limit(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autofree char *most = limits[i].make(limits[i].most);
    g_autoptr(BtMedia) media = read_fd(file_of(most, strlen(most)));
    g_assert_no_error(bt_media_error(media));
    g_assert_cmpuint(bt_media_cues(media)->len, ==, limits[i].cues);
    g_autofree char *more = limits[i].make(limits[i].most + 1);
    g_autoptr(BtMedia) refused = read_fd(file_of(more, strlen(more)));
    g_assert_error(bt_media_error(refused), BT_ERROR, BT_ERROR_LIMIT);
    g_assert_cmpstr(bt_media_error(refused)->message, ==, limits[i].message);
}

/* A pipe may never end. */
static void test_pipe(void)
{
    int ends[2];
    g_assert_cmpint(pipe(ends), ==, 0);
    g_assert_cmpint(write(ends[1], SRT_1 "A\n", strlen(SRT_1 "A\n")), >, 0);
    close(ends[1]);
    g_autoptr(BtMedia) media = read_fd(ends[0]);
    g_assert_error(bt_media_error(media), BT_ERROR, BT_ERROR_LIMIT);
    g_assert_cmpstr(bt_media_error(media)->message, ==,
        "film.srt: content: subtitles through a pipe: expected a file");
}

/* There is nothing to start: they come unasked. */
static void test_no_start(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtMedia) media = read_fd(file_of(BYTES(SRT_1 "A\n")));
    g_assert_cmpint(bt_media_info(media)->w_px, ==, 0);
    g_assert_false(bt_media_info(media)->has_sound);
    g_assert_false(bt_media_start(media, 64, 64, 0, TRUE, FALSE, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
    g_assert_null(bt_media_frame_at(media, 0, NULL));
    g_autofree char *text = cues_text(media);
    g_assert_cmpstr(text, ==, "1000-2000 A");
}

/* ---- markup ---- */

static const struct {
    const char *name, *text, *srt, *webvtt; /* NULL: as srt */
} markup[] = {
    { "plain", "Xin chào", "Xin chào", NULL },
    { "empty", "", "", NULL },
    { "tags", "<i>A</i> <b>B</b> <u>C</u> <s>D</s>", "A B C D", NULL },
    { "tag-over-lines", "<i>A\nB</i>", "A\nB", NULL },
    { "class", "<c.x.y>A</c>", "A", NULL },
    { "class-of-another-tag", "<i.x>A</i>", "A", NULL },
    { "voice", "<v Nguyễn Văn A>Chào</v>", "Chào", NULL },
    { "voice-with-class", "<v.to Lan>Chào", "Chào", NULL },
    { "language", "<lang en>Hello</lang>", "Hello", NULL },
    { "ruby", "<ruby>漢<rt>hàn</rt></ruby>", "漢hàn", NULL },
    { "font", "<font color=\"#ff0\" size=3>A</font>", "A", NULL },
    { "upper-case", "<I>A</I>", "A", NULL },
    { "line-break", "A<br>B<br/>C<BR />D", "A\nB\nC\nD", NULL },
    { "time-in-a-cue", "A <00:00:01.500>B", "A <00:00:01.500>B", "A B" },
    { "unknown-tag", "<tiếng nhạc> A", "<tiếng nhạc> A", "A" },
    { "longer-name", "<big>A</big>", "<big>A</big>", "A" },
    { "less-than", "2 < 3", "2 < 3", NULL },
    { "less-and-greater", "2 < 3 > 1", "2 < 3 > 1", "2  1" },
    { "tag-without-end", "A <i", "A <i", NULL },
    { "empty-tag", "A<>B", "A<>B", "AB" },
    { "nothing-but-tags", "<i> </i>\n<b></b>", "", NULL },
    { "setting", "{\\an8}A {\\pos(1,2)}B", "A B", NULL },
    { "braces", "{A} {", "{A} {", NULL },
    { "setting-without-end", "{\\an8 A", "{\\an8 A", NULL },
    { "entities", "&amp;&lt;&gt;&nbsp;B", "&<>\u00a0B", NULL },
    { "marks", "A&lrm;&rlm;B", "A\u200e\u200fB", NULL },
    { "entity-makes-no-tag", "&lt;i>A", "<i>A", NULL },
    { "entity-once", "&amp;lt;", "&lt;", NULL },
    { "other-entities", "&copy; &#60; &amp &", "&copy; &#60; &amp &", NULL },
    { "line-ends",
        "A\r\nB\rC\u2028D\xc2\x85"
        "E",
        "A\nB\nC\nD\nE", NULL },
    { "empty-lines", "\n\nA \n \n B\n", "A\nB", NULL },
    { "tab", "A\tB", "A B", NULL },
    { "controls",
        "A\x01\x1b[31m\x7f\xc2\x9b"
        "B",
        "A[31mB", NULL },
    { "nfd", "e\u0302\u0323", "e\u0302\u0323", NULL },
};

static void test_markup(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    gsize n = strlen(markup[i].text);
    g_autofree char *exact = g_memdup2(markup[i].text, n); /* nothing behind it may be read */
    g_autofree char *srt = bt_markup_clean(n ? exact : "", n, BT_MARKUP_SRT);
    g_autofree char *webvtt = bt_markup_clean(n ? exact : "", n, BT_MARKUP_WEBVTT);
    g_assert_cmpstr(srt, ==, markup[i].srt);
    g_assert_cmpstr(webvtt, ==, markup[i].webvtt ? markup[i].webvtt : markup[i].srt);
}

/* ---- a decoder that fell ---- */

static int lend_socket(int content_fd, gpointer user, GError **error)
{
    (void)content_fd;
    int ends[2];
    if (!bt_channel_pair(ends, error))
        return -1;
    *(int *)user = ends[1];
    return ends[0];
}

static const BtDecodeMessage info = { .type = BT_DECODE_INFO, .has_cues = 1 };
static const BtDecodeMessage end = { .type = BT_DECODE_END };

static BtDecodeMessage cue_of(gint64 start_ms, gint64 duration_ms, const char *text)
{
    BtDecodeMessage message = { .type = BT_DECODE_CUE,
        .pts_ms = start_ms,
        .duration_ms = duration_ms,
        .position = strlen(text) };
    memcpy(message.text, text, MIN(strlen(text), sizeof message.text));
    return message;
}

static BtDecodeMessage piece_of(const char *text)
{
    BtDecodeMessage message = { .type = BT_DECODE_TEXT };
    memcpy(message.text, text, MIN(strlen(text), sizeof message.text));
    return message;
}

static BtDecodeMessage cue_of_bytes(guint64 n)
{
    BtDecodeMessage message = cue_of(0, 1, "");
    message.position = n;
    memset(message.text, 'a', sizeof message.text);
    return message;
}

typedef struct {
    BtMedia *media;
    int decoder;
} Liar;

static Liar liar_new(void)
{
    Liar liar = { .decoder = -1 };
    liar.media = bt_media_open(
        open("/dev/null", O_RDONLY | O_CLOEXEC), "liar", lend_socket, &liar.decoder, 0, NULL);
    g_assert_nonnull(liar.media);
    return liar;
}

static void liar_clear(Liar *liar)
{
    bt_media_unref(liar->media);
    close(liar->decoder);
}

static BtMediaState say(Liar *liar, BtDecodeMessage message)
{
    bt_channel_send(liar->decoder, &message, sizeof message, NULL, 0, NULL);
    return bt_media_poll(liar->media, 0);
}

#define LIE_MAX 4
#define OTHER_TYPE(kind)                                                                           \
    {                                                                                              \
        .type = (kind)                                                                             \
    }

static void test_lies(void)
{
    BtDecodeMessage with_picture = info, with_sound = info, many = info, cut = cue_of(0, 1, "aộ");
    with_picture.w_px = with_picture.h_px = 8;
    with_sound.has_sound = 1;
    many.has_cues = 2;
    cut.position--;
    const BtDecodeMessage film = { .type = BT_DECODE_INFO, .w_px = 8, .h_px = 8 };
    const struct {
        const char *name;
        BtDecodeMessage says[LIE_MAX]; /* the last is the lie */
    } lies[] = {
        { "cues-and-pictures", { with_picture } },
        { "cues-and-sound", { with_sound } },
        { "has-cues-2", { many } },
        { "cue-before-info", { cue_of(0, 1, "a") } },
        { "cue-of-a-film", { film, cue_of(0, 1, "a") } },
        { "text-of-a-film", { film, piece_of("a") } },
        { "before-0", { info, cue_of(-1, 2, "a") } },
        { "at-a-day", { info, cue_of(BT_DECODE_CUE_MAX_MS, 1, "a") } },
        { "past-a-day", { info, cue_of(1, BT_DECODE_CUE_MAX_MS, "a") } },
        { "far-away", { info, cue_of(G_MAXINT64, 1, "a") } },
        { "very-long", { info, cue_of(1, G_MAXINT64, "a") } },
        { "no-length", { info, cue_of(1, 0, "a") } },
        { "negative-length", { info, cue_of(1, -1, "a") } },
        { "earlier-than-before", { info, cue_of(5, 1, "a"), cue_of(4, 1, "b") } },
        { "no-text", { info, cue_of(0, 1, "") } },
        { "text-too-long", { info, cue_of_bytes(BT_DECODE_CUE_MAX_BYTES + 1) } },
        { "text-of-all-bytes", { info, cue_of_bytes(G_MAXUINT64) } },
        { "cue-inside-a-cue", { info, cue_of_bytes(200), cue_of(1, 1, "a") } },
        { "end-inside-a-cue", { info, cue_of_bytes(97), end } },
        { "a-piece-too-many", { info, cue_of(0, 1, "a"), piece_of("b") } },
        { "not-utf-8", { info, cue_of(0, 1, "\xc3") } },
        { "cut-in-a-letter", { info, cut } },
        { "control", { info, cue_of(0, 1, "a\x1b[0m") } },
        { "carriage-return", { info, cue_of(0, 1, "a\r\n") } },
        { "info-twice", { info, info } },
        { "frame", { info, OTHER_TYPE(BT_DECODE_FRAME) } },
        { "sound", { info, OTHER_TYPE(BT_DECODE_SOUND) } },
        { "cue-after-the-end", { info, end, cue_of(0, 1, "a") } },
        { "end-twice", { info, end, end } },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(lies); i++) {
        Liar liar = liar_new();
        guint n = 0;
        while (n < LIE_MAX && lies[i].says[n].type != 0)
            n++;
        g_test_message("%s", lies[i].name);
        for (guint k = 0; k + 1 < n; k++)
            g_assert_cmpint(say(&liar, lies[i].says[k]), !=, BT_MEDIA_FAILED);
        g_assert_cmpint(say(&liar, lies[i].says[n - 1]), ==, BT_MEDIA_FAILED);
        g_assert_error(bt_media_error(liar.media), BT_ERROR, BT_ERROR_DIED);
        g_assert_null(bt_media_cues(liar.media));
        liar_clear(&liar);
    }
}

/* A text of several pieces, with a letter cut by a seam. */
static void test_pieces(void)
{
    Liar liar = liar_new();
    g_autofree char *text = g_strdup_printf("%095dộ%096d%s", 0, 0, "hết");
    say(&liar, info);
    say(&liar, cue_of(7, 3, text));
    say(&liar, piece_of(text + 96));
    g_assert_null(bt_media_cues(liar.media));
    say(&liar, piece_of(text + 192));
    g_assert_cmpint(say(&liar, end), ==, BT_MEDIA_ENDED);
    const BtCue *cue = &g_array_index(bt_media_cues(liar.media), BtCue, 0);
    g_assert_cmpint(cue->start_ms, ==, 7);
    g_assert_cmpint(cue->end_ms, ==, 10);
    g_assert_cmpstr(cue->text, ==, text);
    liar_clear(&liar);
}

static void test_lies_in_number(void)
{
    Liar liar = liar_new();
    say(&liar, info);
    for (guint i = 0; i < BT_DECODE_MAX_CUES; i++)
        g_assert_cmpint(say(&liar, cue_of(i, 1, "a")), ==, BT_MEDIA_PLAYING);
    g_assert_cmpint(say(&liar, cue_of(BT_DECODE_MAX_CUES, 1, "a")), ==, BT_MEDIA_FAILED);
    liar_clear(&liar);
}

/* Each cue is within its limits, all together are not. */
static void test_lies_in_bytes(void)
{
    Liar liar = liar_new();
    const guint each = BT_DECODE_CUE_MAX_CODE_POINTS;
    BtDecodeMessage first = cue_of_bytes(each), more = { .type = BT_DECODE_TEXT };
    memset(more.text, 'a', sizeof more.text);
    say(&liar, info);
    for (guint i = 0; i < BT_DECODE_SUBTITLES_MAX_BYTES / each; i++) {
        g_assert_cmpint(say(&liar, first), ==, BT_MEDIA_PLAYING);
        for (guint k = BT_DECODE_PIECE_BYTES; k < each; k += BT_DECODE_PIECE_BYTES)
            g_assert_cmpint(say(&liar, more), ==, BT_MEDIA_PLAYING);
    }
    g_assert_cmpint(say(&liar, first), ==, BT_MEDIA_FAILED);
    liar_clear(&liar);
}

static void test_long_text(void)
{
    Liar liar = liar_new();
    BtDecodeMessage more = { .type = BT_DECODE_TEXT };
    BtMediaState state = BT_MEDIA_PLAYING;
    memset(more.text, 'a', sizeof more.text);
    say(&liar, info);
    say(&liar, cue_of_bytes(BT_DECODE_CUE_MAX_CODE_POINTS + 1));
    for (guint k = BT_DECODE_PIECE_BYTES; k <= BT_DECODE_CUE_MAX_CODE_POINTS;
         k += BT_DECODE_PIECE_BYTES)
        state = say(&liar, more);
    g_assert_cmpint(state, ==, BT_MEDIA_FAILED);
    liar_clear(&liar);
}

/* One that began and says no more hangs. */
static void test_silence(void)
{
    Liar liar = liar_new();
    say(&liar, info);
    g_assert_cmpint(bt_media_poll(liar.media, 10000), ==, BT_MEDIA_PLAYING);
    g_assert_cmpint(bt_media_poll(liar.media, 10001), ==, BT_MEDIA_FAILED);
    g_assert_error(bt_media_error(liar.media), BT_ERROR, BT_ERROR_TIMEOUT);
    liar_clear(&liar);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_strconcat("/subtitles/file/", files[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_file);
    }
    for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
        g_autofree char *path = g_strconcat("/subtitles/limit/", limits[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_limit);
    }
    for (guint i = 0; i < G_N_ELEMENTS(markup); i++) {
        g_autofree char *path = g_strconcat("/subtitles/markup/", markup[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_markup);
    }
    g_test_add_func("/subtitles/limit/pipe", test_pipe);
    g_test_add_func("/subtitles/no-start", test_no_start);
    g_test_add_func("/subtitles/wire/lies", test_lies);
    g_test_add_func("/subtitles/wire/pieces", test_pieces);
    g_test_add_func("/subtitles/wire/number", test_lies_in_number);
    g_test_add_func("/subtitles/wire/bytes", test_lies_in_bytes);
    g_test_add_func("/subtitles/wire/long-text", test_long_text);
    g_test_add_func("/subtitles/wire/silence", test_silence);
    return g_test_run();
}
