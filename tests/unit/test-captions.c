/* Subtitles on the glass: which words at which instant, how large, where, and that they cost nobody
 * anything but themselves. */
#include "base/channel.h"
#include "base/error.h"
#include "base/hash.h"
#include "player/stage/caption.h"
#include "player/stage/look.h"
#include "player/stage/stage.h"
#include "render/compose/compose.h"
#include "render/decode/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MS 20000
#define W_PX 320
#define H_PX 192
#define FILM_MS 4000
#define START "2026-11-22T01:00:00Z"
#define MISSING "00000000000000000000000000000000000000000000000000000000000000ab"

/* 1000 A, 2000 A and B, 2500 B, 3000 nothing, 3900 C to the end. */
#define SRT                                                                                        \
    "1\n00:00:01,000 --> 00:00:02,500\nXin chào bà con\n\n"                                      \
    "2\n00:00:02,000 --> 00:00:03,000\nHai\n\n3\n00:00:03,900 --> 00:00:09,000\nBa\n"
#define WEBVTT "WEBVTT\n\n00:01.000 --> 00:02.000\nសូមអញ្ជើញ\n"

/* ---- words ---- */

static const BtCue some_cues[] = {
    { 1000, 2000, (char *)"A" },
    { 1500, 3000, (char *)"B" },
    { 1500, 1800, (char *)"C" },
    { 1600, 1700, (char *)"D\nD" },
    { 3000, 4000, (char *)"E" },
};

static const struct {
    gint64 t_ms;
    const char *words; /* with / for line breaks; NULL: nothing */
    gint64 until_ms;
} instants[] = {
    { -5, NULL, 1000 },
    { 999, NULL, 1000 },
    { 1000, "A", 1500 },
    { 1500, "A/B/C", 1600 },
    { 1600, "B/C/D/D", 1700 }, /* A began first of four */
    { 1700, "A/B/C", 1800 },
    { 1999, "A/B", 2000 },
    { 2000, "B", 3000 },
    { 3000, "E", 4000 },
    { 4000, NULL, BT_TIME_MAX },
};

static void test_words(void)
{
    g_autoptr(GArray) cues = g_array_new(FALSE, FALSE, sizeof(BtCue));
    g_array_append_vals(cues, some_cues, G_N_ELEMENTS(some_cues));
    for (guint i = 0; i < G_N_ELEMENTS(instants); i++) {
        gint64 until_ms;
        g_test_message("at %d ms", (int)instants[i].t_ms);
        g_autofree char *words = bt_caption_words(cues, instants[i].t_ms, &until_ms);
        g_assert_cmpstr(words ? g_strdelimit(words, "\n", '/') : NULL, ==, instants[i].words);
        g_assert_cmpint(until_ms, ==, instants[i].until_ms);
    }
}

/* ---- the picture of words ---- */

static const struct {
    const char *lang, *few, *many;
} languages[] = {
    { "vi", "Kính mời bà con về dự họp", "Nội dung: bàn việc phòng chống bão lũ và dọn vệ sinh. " },
    { "km", "សូមអញ្ជើញ", "មនុស្សទាំងអស់ កើតមកមានសេរីភាព និងសមភាព ក្នុងផ្នែកសេចក្ដីថ្លៃថ្នូរនិងសិទ្ធិ។ " },
    { "cja-Arab", "سموا مأنسي", "سموا مأنسي لهير جانڠ مرديكا دان سما مرطبت دان حق ڽا " },
    { "zh-Hans", "欢迎各位乡亲", "人人生而自由，在尊严和权利上一律平等。" },
    { "jra", "Ơ̆ ư̆ Ŭ Čư̆", "Abih bang mơnuih mơnam tơkeng rai kơdrưh kơpại laih anŭn mơ̆n rơnuk. " },
};

static const struct {
    int w_px, h_px;
    gboolean led;
} sizes[] = { { 640, 360, TRUE }, { 640, 360, FALSE }, { 1920, 1080, FALSE }, { 1080, 1920, FALSE },
    { 192, 64, TRUE } };

/* Nothing of the words reaches the edge: the scrim goes all around them. */
static void assert_rimmed(const BtFrame *frame)
{
    guint32 scrim = bt_look_pixel_alpha(BT_LOOK_GROUND, BT_LOOK_SCRIM_ALPHA);
    guint letters = 0;
    for (int y = 0; y < frame->h_px; y++)
        for (int x = 0; x < frame->w_px; x++) {
            gboolean is_letter = frame->pixels[y * frame->stride_px + x] != scrim;
            gboolean is_edge = x == 0 || x == frame->w_px - 1 || y == 0 || y == frame->h_px - 1;
            letters += is_letter;
            g_assert_false(is_letter && is_edge);
        }
    g_assert_cmpuint(letters, >, 20);
}

static void assert_inside(const BtFrame *frame, int w_px, int h_px)
{
    BtRect picture = { 7, 9, w_px, h_px };
    BtRect place = bt_caption_place(picture, frame->w_px, frame->h_px);
    int margin_w = w_px * BT_CAPTION_MARGIN_PERCENT / 100;
    int margin_h = h_px * BT_CAPTION_MARGIN_PERCENT / 100;
    g_assert_cmpint(place.x, >=, picture.x + margin_w);
    g_assert_cmpint(place.x + place.w, <=, picture.x + w_px - margin_w);
    g_assert_cmpint(place.y, >=, picture.y);
    g_assert_cmpint(place.y + place.h, ==, picture.y + h_px - margin_h);
    g_assert_cmpint(ABS(2 * place.x + place.w - 2 * picture.x - w_px), <=, 1);
}

static char *many_times(const char *words, guint n)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < n; i++)
        g_string_append(text, words);
    return g_string_free(text, FALSE);
}

static void test_draw(void)
{
    g_autoptr(BtFonts) fonts = bt_fonts_open(NULL, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(languages); i++)
        for (guint k = 0; k < G_N_ELEMENTS(sizes); k++) {
            int w = sizes[k].w_px, h = sizes[k].h_px;
            g_test_message("%s at %d×%d", languages[i].lang, w, h);
            g_autofree char *more = many_times(languages[i].many, 3);
            g_autofree char *most = many_times(languages[i].many, 16);
            const char *texts[] = { languages[i].few, languages[i].many, more, most };
            int last_h = 0;
            for (guint t = 0; t < G_N_ELEMENTS(texts); t++) {
                g_autoptr(BtFrame) frame =
                    bt_caption_draw(fonts, texts[t], languages[i].lang, sizes[k].led, w, h);
                g_assert_nonnull(frame);
                assert_rimmed(frame);
                assert_inside(frame, w, h);
                last_h = frame->h_px;
            }
            g_assert_cmpint(last_h, <=, h > 200 ? h / 2 : h);
        }
}

/* More of the same words past what fits changes nothing: they are cut, and the cut is shown. */
static void test_cut(void)
{
    g_autoptr(BtFonts) fonts = bt_fonts_open(NULL, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(languages); i++) {
        g_autofree char *long_words = many_times(languages[i].many, 16);
        g_autofree char *longer_words = many_times(languages[i].many, 17);
        g_autoptr(BtFrame) a =
            bt_caption_draw(fonts, long_words, languages[i].lang, FALSE, 640, 360);
        g_autoptr(BtFrame) b =
            bt_caption_draw(fonts, longer_words, languages[i].lang, FALSE, 640, 360);
        g_assert_true(bt_frame_equal(a, b));
    }
    /* The whole of it is known to fit here: the mark of the cut makes the difference. */
    g_autoptr(BtFrame) whole = bt_caption_draw(fonts, "a\nb\nc", "vi", FALSE, 640, 360);
    g_autoptr(BtFrame) cut = bt_caption_draw(fonts, "a\nb\nc\nd", "vi", FALSE, 640, 360);
    g_autoptr(BtFrame) marked = bt_caption_draw(fonts, "a\nb\nc…", "vi", FALSE, 640, 360);
    g_assert_false(bt_frame_equal(whole, cut));
    g_assert_cmpint(cut->w_px, <=, marked->w_px);
    g_assert_cmpint(cut->h_px, <=, marked->h_px);
}

static int line_px(BtFonts *fonts, int px)
{
    BtTextStyle style = { .lang = "vi", .px = px, .weight = BT_WEIGHT_MEDIUM, .line_percent = 100 };
    return (int)(bt_text_line_px(fonts, &style) + 0.999f);
}

/* 1/18 of the height, and of three quarters of the width; at least what is legible. */
static void test_size(void)
{
    static const struct {
        int w_px, h_px, px;
    } table[] = { { 1920, 1080, 60 }, { 640, 360, 20 }, { 1080, 1920, 45 }, { 320, 180, 12 } };
    g_autoptr(BtFonts) fonts = bt_fonts_open(NULL, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        int px = MAX(table[i].px, bt_text_min_px("vi", FALSE));
        g_autoptr(BtFrame) frame =
            bt_caption_draw(fonts, "Xin", "vi", FALSE, table[i].w_px, table[i].h_px);
        g_assert_cmpint(frame->h_px, ==, line_px(fonts, px) + MAX(1, px / 4));
    }
    g_assert_null(bt_caption_draw(fonts, "Xin", "vi", FALSE, 64, 12));
    g_assert_null(bt_caption_draw(fonts, "Xin", "vi", FALSE, 8, 100));
}

/* White lies under the scrim. */
static void test_contrast(void)
{
    g_autoptr(BtFrame) white = bt_frame_new(1, 1);
    bt_frame_fill(white, (BtRect){ 0, 0, 1, 1 }, 0xFFFFFFFF);
    bt_frame_blend_fill(white, (BtRect){ 0, 0, 1, 1 },
        bt_look_pixel_alpha(BT_LOOK_GROUND, BT_LOOK_SCRIM_ALPHA), 255);
    g_assert_cmpfloat(
        bt_look_contrast(white->pixels[0] & 0xFFFFFF, bt_look_colours(BT_LOOK_GROUND).letters), >=,
        7);
}

/* ---- a stage with a film ---- */

typedef struct {
    char *folder, *decoder;
    char film[BT_HASH_HEX_SIZE], srt[BT_HASH_HEX_SIZE], vtt[BT_HASH_HEX_SIZE],
        bad[BT_HASH_HEX_SIZE];
    BtFonts *fonts;
    gint64 start_ms;
    GString *failures;
    guint spawned; /* decoders */
    enum {
        HARMLESS,
        DEADLY, /* WebVTT kills its decoder */
        MUTE    /* the decoder of WebVTT does not start */
    } vtt_is;
} Rig;

static Rig rig;

static int open_asset(const char *sha256, gpointer user, GError **error)
{
    (void)user;
    g_autofree char *path = g_build_filename(rig.folder, sha256, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        bt_error_set_errno(error, BT_ERROR_NOT_FOUND, errno, sha256, "cannot be opened");
    return fd;
}

/* The socket of a decoder that is gone, and said before that it lives, or nothing. */
static int spawn_dead(gboolean spoke, GError **error)
{
    const BtDecodeMessage word = { .type = BT_DECODE_ALIVE };
    int ends[2];
    g_assert_true(bt_channel_pair(ends, error));
    if (spoke)
        g_assert_cmpint(
            bt_channel_send(ends[1], &word, sizeof word, NULL, 0, NULL), ==, BT_CHANNEL_OK);
    close(ends[1]);
    return ends[0];
}

static int spawn(int content_fd, gpointer user, GError **error)
{
    char head[6] = "";
    (void)user;
    rig.spawned++;
    gboolean vtt = pread(content_fd, head, 6, 0) == 6 && memcmp(head, "WEBVTT", 6) == 0;
    return vtt && rig.vtt_is != HARMLESS ? spawn_dead(rig.vtt_is == DEADLY, error)
                                         : bt_media_spawn_here(content_fd, rig.decoder, error);
}

static void note_failure(const BtStageFailure *failure, gpointer user)
{
    (void)user;
    g_string_append_printf(rig.failures, "%s%s %s%s", rig.failures->len ? ", " : "",
        failure->subtitles ? "subtitles" : "item", bt_error_reason(failure->error),
        failure->again ? " again" : "");
}

static void put(const char *name, const void *data, gsize n, char sha256[BT_HASH_HEX_SIZE])
{
    g_autofree char *bytes = NULL, *path = NULL;
    if (!data) {
        g_autofree char *from = g_build_filename(rig.folder, name, NULL);
        g_assert_true(g_file_get_contents(from, &bytes, &n, NULL));
        g_remove(from);
        data = bytes;
    }
    bt_hash_data(data, n, sha256);
    path = g_build_filename(rig.folder, sha256, NULL);
    g_assert_true(g_file_set_contents(path, data, (gssize)n, NULL));
}

static gboolean make_film(void)
{
    g_autofree char *line = g_strdup_printf(
        "ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=160x120:rate=25:duration=4 -c:v mpeg4 "
        "-g 25 \"%s/film.mp4\"",
        rig.folder);
    int status = 1;
    return g_spawn_command_line_sync(line, NULL, NULL, &status, NULL) && status == 0;
}

static void rig_open(void)
{
    g_autoptr(GError) error = NULL;
    rig = (Rig){ .failures = g_string_new(NULL), .decoder = bt_media_decoder_path() };
    rig.folder = g_dir_make_tmp("bangtin-captions-XXXXXX", NULL);
    g_assert_true(make_film());
    put("film.mp4", NULL, 0, rig.film);
    put("srt", SRT, sizeof SRT - 1, rig.srt);
    put("vtt", WEBVTT, sizeof WEBVTT - 1, rig.vtt);
    put("bad", "no subtitles at all", 19, rig.bad);
    rig.fonts = bt_fonts_open(NULL, &error);
    g_assert_no_error(error);
    bt_time_parse(START, &rig.start_ms, NULL);
}

static void rig_close(void)
{
    g_autoptr(GDir) dir = g_dir_open(rig.folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(rig.folder, name, NULL);
        g_remove(path);
    }
    g_rmdir(rig.folder);
    bt_fonts_close(rig.fonts);
    g_string_free(rig.failures, TRUE);
    g_free(rig.folder);
    g_free(rig.decoder);
}

static BtStage *stage_new(void)
{
    return bt_stage_new(&(BtStageOptions){ .w_px = W_PX,
        .h_px = H_PX,
        .led = TRUE,
        .board = "Bảng tin",
        .zone_name = "Asia/Ho_Chi_Minh",
        .fonts = rig.fonts,
        .spawn = spawn,
        .open_asset = open_asset,
        .on_failure = note_failure });
}

/* The film, then a clock that fades in; `subtitles` is the value of the key. */
static BtInputs *inputs_with(const char *subtitles, const char *lang)
{
    g_autofree char *zone_lang = lang ? g_strdup_printf(",\"lang\":\"%s\"", lang) : g_strdup("");
    g_autofree char *text = g_strdup_printf(
        "{\"spec\":1,\"source\":\"s\",\"version\":1,\"issued\":\"2026-11-22T00:00:00Z\","
        "\"expires\":\"2026-12-20T00:00:00Z\",\"screens\":[\"b\"],\"timezone\":\"Asia/"
        "Ho_Chi_Minh\","
        "\"assets\":{\"%s\":{\"size\":9,\"type\":\"video/mp4\",\"duration_ms\":%d},"
        "\"%s\":{\"size\":9,\"type\":\"application/x-subrip\"},"
        "\"%s\":{\"size\":9,\"type\":\"text/vtt\"},\"%s\":{\"size\":9,\"type\":\"text/vtt\"},"
        "\"" MISSING "\":{\"size\":9,\"type\":\"text/vtt\"}},"
        "\"layouts\":[{\"id\":\"l\",\"canvas\":[%d,%d],\"background\":\"#0B1B33\",\"zones\":["
        "{\"id\":\"main\",\"rect\":[0,0,%d,%d]%s}]}],"
        "\"playlists\":[{\"id\":\"m\",\"items\":[{\"id\":\"film\",\"kind\":\"video\",\"asset\":"
        "\"%s\",\"subtitles\":[%s]},{\"id\":\"c\",\"kind\":\"clock\",\"transition\":{\"kind\":"
        "\"fade\",\"ms\":1000}}]}],\"programmes\":[{\"id\":\"p\",\"layout\":\"l\",\"zones\":{"
        "\"main\":\"m\"},\"when\":{\"times\":[[\"08:00\",\"20:00\"]]}}]}",
        rig.film, FILM_MS, rig.srt, rig.vtt, rig.bad, W_PX, H_PX, W_PX, H_PX, zone_lang, rig.film,
        subtitles);
    g_autoptr(GError) error = NULL;
    g_autoptr(BtManifest) manifest = bt_manifest_parse(text, strlen(text), "test", &error);
    g_assert_no_error(error);
    BtInputs *inputs = bt_inputs_new();
    bt_inputs_add_source(inputs, "s", BT_ALL_CLASSES, NULL, 0);
    bt_inputs_add_manifest(inputs, 0, manifest, manifest->payload_sha256, manifest->issued_ms);
    return inputs;
}

static char *both(void)
{
    return g_strdup_printf(
        "{\"lang\":\"vi\",\"asset\":\"%s\"},{\"lang\":\"km\",\"asset\":\"%s\"}", rig.srt, rig.vtt);
}

static BtScene *scene_at(BtStage *stage, const BtInputs *inputs, gint64 t_ms, gint64 *until_ms)
{
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, t_ms, bt_stage_measure, stage);
    g_assert_true(bt_stage_wait(stage, on, t_ms, WAIT_MS));
    return bt_stage_scene(stage, on, t_ms, until_ms);
}

static BtFrame *picture_at(BtStage *stage, const BtInputs *inputs, gint64 t_ms)
{
    gint64 until_ms;
    g_autoptr(BtScene) scene = scene_at(stage, inputs, rig.start_ms + t_ms, &until_ms);
    return bt_compose_picture(scene, rig.start_ms + t_ms);
}

/* From a stage that was just made. */
static BtFrame *fresh_picture(const char *subtitles, const char *lang, gint64 t_ms)
{
    BtInputs *inputs = inputs_with(subtitles, lang);
    BtStage *stage = stage_new();
    BtFrame *picture = picture_at(stage, inputs, t_ms);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    return picture;
}

/* The box around the pixels in which two pictures differ; empty when they are equal. */
static BtRect difference(const BtFrame *a, const BtFrame *b)
{
    int x0 = a->w_px, y0 = a->h_px, x1 = 0, y1 = 0;
    for (int y = 0; y < a->h_px; y++)
        for (int x = 0; x < a->w_px; x++) {
            if (a->pixels[y * a->stride_px + x] == b->pixels[y * b->stride_px + x])
                continue;
            x0 = MIN(x0, x), x1 = MAX(x1, x + 1);
            y0 = MIN(y0, y), y1 = MAX(y1, y + 1);
        }
    return x1 > x0 ? (BtRect){ x0, y0, x1 - x0, y1 - y0 } : (BtRect){ 0, 0, 0, 0 };
}

/* ---- what is on when ---- */

static const struct {
    int t_ms, until_ms; /* the scene at t is good until then */
    gboolean words;
} stretches[] = {
    { 0, 1000, FALSE },
    { 999, 1000, FALSE },
    { 1000, 2000, TRUE },
    { 1999, 2000, TRUE },
    { 2000, 2500, TRUE },
    { 2500, 3000, TRUE },
    { 3000, 3900, FALSE },
    { 3900, FILM_MS, TRUE },
};

static void test_boundaries(void)
{
    rig_open();
    g_autofree char *subtitles = both();
    BtInputs *with = inputs_with(subtitles, NULL), *without = inputs_with("", NULL);
    BtStage *stage = stage_new(), *plain = stage_new();
    for (guint i = 0; i < G_N_ELEMENTS(stretches); i++) {
        gint64 until_ms, t_ms = rig.start_ms + stretches[i].t_ms;
        g_test_message("at %d ms", stretches[i].t_ms);
        g_autoptr(BtScene) scene = scene_at(stage, with, t_ms, &until_ms);
        g_assert_cmpint(until_ms - rig.start_ms, ==, stretches[i].until_ms);
        g_autoptr(BtFrame) a = bt_compose_picture(scene, t_ms);
        g_autoptr(BtFrame) b = picture_at(plain, without, stretches[i].t_ms);
        g_autoptr(BtFrame) fresh = fresh_picture(subtitles, NULL, stretches[i].t_ms);
        g_assert_true(bt_frame_equal(a, fresh));
        BtRect words = difference(a, b);
        g_assert_cmpint(!bt_rect_is_empty(words), ==, stretches[i].words);
        /* The film stands at 32, 256 pixels wide. */
        g_assert_true(bt_rect_is_empty(words) ||
            bt_rect_contains((BtRect){ 32 + 12, H_PX / 2, 256 - 24, H_PX / 2 - 9 }, words));
    }
    g_assert_cmpstr(rig.failures->str, ==, "");
    bt_stage_free(stage);
    bt_stage_free(plain);
    bt_inputs_free(with);
    bt_inputs_free(without);
    rig_close();
}

/* Once read, the file is not read again; once drawn, words are not drawn again. */
static void test_kept(void)
{
    rig_open();
    g_autofree char *subtitles = both();
    BtInputs *inputs = inputs_with(subtitles, NULL);
    BtStage *stage = stage_new();
    gint64 until_ms;
    g_autoptr(BtScene) a = scene_at(stage, inputs, rig.start_ms + 1100, &until_ms);
    g_autoptr(BtScene) b = scene_at(stage, inputs, rig.start_ms + 1900, &until_ms);
    const BtLayer *one = a->layers->pdata[0], *other = b->layers->pdata[0];
    g_assert_cmpuint(one->nodes->len, ==, 3); /* ground, film, words */
    g_assert_true(
        g_array_index(one->nodes, BtNode, 2).frame == g_array_index(other->nodes, BtNode, 2).frame);
    g_assert_cmpint(g_array_index(one->nodes, BtNode, 2).kind, ==, BT_NODE_FRAME);
    g_autoptr(GArray) fds = bt_stage_fds(stage);
    g_assert_cmpuint(fds->len, ==, 1); /* the film's */
    guint before = rig.spawned;
    g_autoptr(BtScene) next_turn =
        scene_at(stage, inputs, rig.start_ms + FILM_MS + 10000 + 1100, &until_ms);
    g_assert_cmpuint(rig.spawned, ==, before + 1); /* the film again, and only it */
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close();
}

static void test_zone_language(void)
{
    static const struct {
        const char *lang;
        gboolean vi, km;
    } table[] = { { NULL, TRUE, FALSE }, { "vi", TRUE, FALSE }, { "km", FALSE, TRUE },
        { "jra", FALSE, FALSE } };
    rig_open();
    g_autofree char *subtitles = both();
    g_autofree char *km = g_strdup_printf("{\"lang\":\"km\",\"asset\":\"%s\"}", rig.vtt);
    g_autofree char *vi = g_strdup_printf("{\"lang\":\"vi\",\"asset\":\"%s\"}", rig.srt);
    g_autoptr(BtFrame) in_vi = fresh_picture(vi, NULL, 1500);
    g_autoptr(BtFrame) in_km = fresh_picture(km, NULL, 1500);
    g_autoptr(BtFrame) none = fresh_picture("", NULL, 1500);
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_test_message("zone of %s", table[i].lang);
        g_autoptr(BtFrame) picture = fresh_picture(subtitles, table[i].lang, 1500);
        g_assert_cmpint(bt_frame_equal(picture, in_vi), ==, table[i].vi);
        g_assert_cmpint(bt_frame_equal(picture, in_km), ==, table[i].km);
        g_assert_cmpint(bt_frame_equal(picture, none), ==, !table[i].vi && !table[i].km);
    }
    rig_close();
}

/* The words of the last picture fade with it. */
static void test_fade(void)
{
    rig_open();
    g_autofree char *subtitles = both();
    g_autoptr(BtFrame) whole = fresh_picture(subtitles, NULL, FILM_MS - 1);
    g_autoptr(BtFrame) bare = fresh_picture("", NULL, FILM_MS - 1);
    g_autoptr(BtFrame) half = fresh_picture(subtitles, NULL, FILM_MS + 500);
    g_autoptr(BtFrame) half_bare = fresh_picture("", NULL, FILM_MS + 500);
    g_autoptr(BtFrame) over = fresh_picture(subtitles, NULL, FILM_MS + 1000);
    g_autoptr(BtFrame) over_bare = fresh_picture("", NULL, FILM_MS + 1000);
    BtRect words = difference(whole, bare), fading = difference(half, half_bare);
    g_assert_false(bt_rect_is_empty(fading));
    g_assert_true(bt_rect_contains(words, fading));
    g_assert_true(bt_frame_equal(over, over_bare));
    rig_close();
}

/* ---- what fails ---- */

static const struct {
    const char *name;
    gsize sha256; /* offset in the rig, 0: MISSING */
    int vtt_is;
    const char *failures;
} troubles[] = {
    { "missing", 0, HARMLESS, "subtitles not-found" },
    { "no-subtitles", G_STRUCT_OFFSET(Rig, bad), HARMLESS, "subtitles unsupported" },
    { "a-film", G_STRUCT_OFFSET(Rig, film), HARMLESS, "subtitles invalid" },
    { "deadly", G_STRUCT_OFFSET(Rig, vtt), DEADLY,
        "subtitles died again, subtitles died again, subtitles died" },
    { "not-started", G_STRUCT_OFFSET(Rig, vtt), MUTE,
        "subtitles io again, subtitles io again, subtitles io" },
};

static void test_trouble(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    rig_open();
    rig.vtt_is = troubles[i].vtt_is;
    const char *sha256 = troubles[i].sha256 ? G_STRUCT_MEMBER_P(&rig, troubles[i].sha256) : MISSING;
    g_autofree char *one = g_strdup_printf("{\"lang\":\"vi\",\"asset\":\"%s\"}", MISSING);
    BtInputs *inputs = inputs_with(one, NULL), *plain = inputs_with("", NULL);
    /* An asset of another type than its bytes: the type in the manifest is only a word. */
    g_autofree char *named = g_build_filename(rig.folder, MISSING, NULL);
    g_autofree char *real = g_build_filename(rig.folder, sha256, NULL);
    if (sha256 != (const char *)MISSING)
        g_assert_cmpint(link(real, named), ==, 0);
    BtStage *stage = stage_new(), *other = stage_new();
    for (gint64 t_ms = 1100; t_ms < 1300; t_ms += 100) {
        g_autoptr(BtFrame) a = picture_at(stage, inputs, t_ms);
        g_autoptr(BtFrame) b = picture_at(other, plain, t_ms);
        g_assert_true(bt_frame_equal(a, b));
    }
    g_assert_cmpstr(rig.failures->str, ==, troubles[i].failures);
    bt_stage_free(stage);
    bt_stage_free(other);
    bt_inputs_free(inputs);
    bt_inputs_free(plain);
    rig_close();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/captions/words", test_words);
    g_test_add_func("/captions/draw", test_draw);
    g_test_add_func("/captions/cut", test_cut);
    g_test_add_func("/captions/size", test_size);
    g_test_add_func("/captions/contrast", test_contrast);
    g_test_add_func("/captions/boundaries", test_boundaries);
    g_test_add_func("/captions/kept", test_kept);
    g_test_add_func("/captions/zone-language", test_zone_language);
    g_test_add_func("/captions/fade", test_fade);
    for (guint i = 0; i < G_N_ELEMENTS(troubles); i++) {
        g_autofree char *path = g_strconcat("/captions/trouble/", troubles[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_trouble);
    }
    return g_test_run();
}
