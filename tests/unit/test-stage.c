/* From what is on to the picture: the same from a stage that ran and from one just made; good until
 * the instant it says; failures are said once and leave the rest in place. */
#include "base/channel.h"
#include "base/error.h"
#include "base/hash.h"
#include "player/stage/parts.h"
#include "render/compose/compose.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>

#define WAIT_MS 20000
#define W_PX 320
#define H_PX 192
#define START "2026-11-22T01:00:00Z"
#define MISSING "00000000000000000000000000000000000000000000000000000000000000ab"

typedef struct {
    char *folder;
    char sha256[BT_HASH_HEX_SIZE];
    gsize size_bytes;
    char video[BT_HASH_HEX_SIZE]; /* "" when there is no ffmpeg to make one */
    gsize video_bytes;
    const char *film_type;
    BtFonts *fonts;
    char *decoder;
    guint failures;
    gint64 start_ms;
} Rig;

static int open_asset(const char *sha256, gpointer user, GError **error)
{
    const Rig *rig = user;
    g_autofree char *path = g_build_filename(rig->folder, sha256, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        bt_error_set_errno(error, BT_ERROR_NOT_FOUND, errno, sha256, "cannot be opened");
    return fd;
}

static void count_failure(const BtStageFailure *failure, gpointer user)
{
    Rig *rig = user;
    rig->failures++;
    g_assert_cmpstr(failure->item->id, ==, "poor");
    g_assert_cmpstr(failure->zone, ==, "main");
    g_assert_cmpstr(failure->sha256, ==, MISSING);
    g_assert_error(failure->error, BT_ERROR, BT_ERROR_NOT_FOUND);
    g_assert_false(failure->again);
}

/* Names `file` of the folder by its hash. */
static void name_by_hash(
    Rig *rig, const char *file, char sha256[BT_HASH_HEX_SIZE], gsize *size_bytes)
{
    g_autofree char *first = g_build_filename(rig->folder, file, NULL), *bytes = NULL;
    g_assert_true(g_file_get_contents(first, &bytes, size_bytes, NULL));
    bt_hash_data(bytes, *size_bytes, sha256);
    g_autofree char *named = g_build_filename(rig->folder, sha256, NULL);
    g_assert_cmpint(g_rename(first, named), ==, 0);
}

static void write_picture(Rig *rig)
{
    g_autoptr(BtFrame) frame = bt_frame_new(80, 60);
    g_autoptr(GError) error = NULL;
    for (int y = 0; y < 60; y++)
        for (int x = 0; x < 80; x++)
            bt_frame_fill(
                frame, (BtRect){ x, y, 1, 1 }, 0xFF000000u | (guint)(x * 3) << 16 | (guint)(y * 4));
    frame->opaque = TRUE;
    g_autofree char *first = g_build_filename(rig->folder, "first.png", NULL);
    bt_frame_write_png(frame, first, &error);
    g_assert_no_error(error);
    name_by_hash(rig, "first.png", rig->sha256, &rig->size_bytes);
}

/* A film of 4 s with a tone, or the tone alone. */
static gboolean make_film(Rig *rig, gboolean pictures)
{
    rig->film_type = pictures ? "video/mp4" : "audio/mp4";
    g_autofree char *path = g_build_filename(rig->folder, "film.mp4", NULL);
    g_autofree char *line =
        g_strdup_printf("ffmpeg -nostdin -v error %s -f lavfi -i sine=duration=4 "
                        "-c:v mpeg4 -g 25 -c:a aac \"%s\"",
            pictures ? "-f lavfi -i testsrc2=size=160x120:rate=25:duration=4" : "", path);
    int status = 1;
    if (!g_spawn_command_line_sync(line, NULL, NULL, &status, NULL) || status != 0)
        return FALSE;
    name_by_hash(rig, "film.mp4", rig->video, &rig->video_bytes);
    return TRUE;
}

static void rig_open(Rig *rig)
{
    g_autoptr(GError) error = NULL;
    memset(rig, 0, sizeof *rig);
    rig->folder = g_dir_make_tmp("bangtin-stage-XXXXXX", &error);
    g_assert_no_error(error);
    write_picture(rig);
    rig->fonts = bt_fonts_open(NULL, &error);
    g_assert_no_error(error);
    rig->decoder = bt_media_decoder_path();
    bt_time_parse(START, &rig->start_ms, &error);
    g_assert_no_error(error);
}

static void rig_close(Rig *rig)
{
    g_autofree char *named = g_build_filename(rig->folder, rig->sha256, NULL);
    g_remove(named);
    if (*rig->video) {
        g_autofree char *film = g_build_filename(rig->folder, rig->video, NULL);
        g_remove(film);
    }
    g_assert_cmpint(g_rmdir(rig->folder), ==, 0);
    bt_fonts_close(rig->fonts);
    g_free(rig->decoder);
    g_free(rig->folder);
}

static BtStage *stage_with(Rig *rig, int w_px, int h_px, BtMediaSpawn spawn, gpointer spawn_user,
    BtStageOnFailure on_failure, BtStageOnSuccess on_success, gpointer user)
{
    BtStageOptions options = { .w_px = w_px,
        .h_px = h_px,
        .led = TRUE,
        .board = "Bảng tin",
        .zone_name = "Asia/Ho_Chi_Minh",
        .fonts = rig->fonts,
        .spawn = spawn,
        .spawn_user = spawn_user,
        .open_asset = open_asset,
        .open_user = rig,
        .on_failure = on_failure,
        .on_success = on_success,
        .failure_user = user };
    return bt_stage_new(&options);
}

static BtStage *stage_of(Rig *rig, int w_px, int h_px)
{
    return stage_with(rig, w_px, h_px, bt_media_spawn_here, rig->decoder, count_failure, NULL, rig);
}

/* `items` of the main zone; the strip runs two texts. */
static BtInputs *inputs_of(const Rig *rig, const char *items, const char *more)
{
    g_autofree char *film = *rig->video ? g_strdup_printf(",\"%s\":{\"size\":%" G_GSIZE_FORMAT
                                                          ",\"type\":\"%s\",\"duration_ms\":4000}",
                                              rig->video, rig->video_bytes, rig->film_type)
                                        : g_strdup("");
    g_autofree char *text = g_strdup_printf(
        "{\"spec\":1,\"source\":\"s\",\"version\":1,\"issued\":\"2026-11-22T00:00:00Z\","
        "\"expires\":\"2026-12-20T00:00:00Z\",\"screens\":[\"b\"],\"timezone\":\"Asia/"
        "Ho_Chi_Minh\","
        "\"assets\":{\"%s\":{\"size\":%" G_GSIZE_FORMAT ",\"type\":\"image/png\"},"
        "\"" MISSING "\":{\"size\":5,\"type\":\"image/png\"}%s},"
        "\"layouts\":[{\"id\":\"l\",\"canvas\":[%d,%d],\"background\":\"#0B1B33\",\"zones\":["
        "{\"id\":\"main\",\"rect\":[0,0,%d,%d]},{\"id\":\"strip\",\"rect\":[0,%d,%d,40]}]}],"
        "\"playlists\":[{\"id\":\"m\",\"items\":[%s]},{\"id\":\"t\",\"items\":[{\"id\":\"t1\","
        "\"kind\":\"ticker\",\"speed_px_s\":90,\"texts\":[{\"lang\":\"vi\",\"body\":\"Một hai ba "
        "bốn\"},"
        "{\"lang\":\"jra\",\"title\":\"Jrai\",\"body\":\"Sa dua klâo pă\"}]}]}],"
        "\"programmes\":[{\"id\":\"p\",\"layout\":\"l\",\"class\":\"ordinary\"%s,"
        "\"zones\":{\"main\":\"m\",\"strip\":\"t\"},\"when\":{}}]}",
        rig->sha256, rig->size_bytes, film, W_PX, H_PX, W_PX, H_PX - 40, H_PX - 40, W_PX, items,
        more);
    g_autoptr(GError) error = NULL;
    g_autoptr(BtManifest) manifest = bt_manifest_parse(text, strlen(text), "test", &error);
    g_assert_no_error(error);
    BtInputs *inputs = bt_inputs_new();
    guint source = bt_inputs_add_source(inputs, "s", BT_ALL_CLASSES, NULL, 0);
    bt_inputs_add_manifest(inputs, source, manifest, manifest->payload_sha256, manifest->issued_ms);
    return inputs;
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
    g_autoptr(BtScene) scene = scene_at(stage, inputs, t_ms, &until_ms);
    g_assert_cmpint(until_ms, >, t_ms);
    return bt_compose_picture(scene, t_ms);
}

#define TEXT                                                                                                              \
    "{\"id\":\"n1\",\"kind\":\"text\",\"issuer\":\"UBND xã\",\"issued_on\":\"2026-11-20\","                              \
    "\"texts\":[{\"lang\":\"vi\",\"title\":\"Thông báo\",\"body\":\"Kính mời bà con về dự họp "               \
    "thôn "                                                                                                              \
    "lúc 19 giờ 30 phút, tại Nhà văn hóa thôn. Nội dung: bàn việc phòng chống bão lũ và dọn vệ " \
    "sinh đường làng.\"},{\"lang\":\"cja-Arab\",\"title\":\"چام\",\"body\":\"سموا مأنسي\"}]}"
#define IMAGE(sha)                                                                                 \
    "{\"id\":\"n2\",\"kind\":\"image\",\"asset\":\"" sha "\",\"duration_ms\":4000,"                \
    "\"transition\":{\"kind\":\"fade\",\"ms\":500}}"
#define CLOCK "{\"id\":\"n3\",\"kind\":\"clock\",\"duration_ms\":3000}"
#define ALERT                                                                                        \
    "{\"id\":\"n4\",\"kind\":\"alert\",\"level\":4,\"duration_ms\":5000,\"texts\":[{\"lang\":"       \
    "\"vi\",\"title\":\"Lũ quét\",\"body\":\"Rời nhà ven suối.\"}],\"transition\":{\"kind\":" \
    "\"fade\",\"ms\":500}}"

static char *all_items(const Rig *rig)
{
    g_autofree char *image = g_strdup_printf(IMAGE("%s"), rig->sha256);
    return g_strdup_printf("%s,%s,%s,%s", TEXT, image, CLOCK, ALERT);
}

/* Contract §6: the picture is a function of inputs and time. */
static void test_fresh_equals_running(void)
{
    Rig rig;
    rig_open(&rig);
    g_autofree char *items = all_items(&rig);
    BtInputs *inputs = inputs_of(&rig, items, "");
    BtStage *running = stage_of(&rig, W_PX, H_PX);
    gint64 t_ms = rig.start_ms;
    guint different = 0;
    g_autoptr(BtFrame) last = NULL;
    for (int i = 0; i < 60; i++, t_ms += 487) {
        BtStage *fresh = stage_of(&rig, W_PX, H_PX);
        BtFrame *a = picture_at(running, inputs, t_ms);
        g_autoptr(BtFrame) b = picture_at(fresh, inputs, t_ms);
        g_test_message("instant %d", i);
        g_assert_true(bt_frame_equal(a, b));
        different += !last || !bt_frame_equal(a, last);
        g_clear_pointer(&last, bt_frame_unref);
        last = a;
        bt_stage_free(fresh);
    }
    g_assert_cmpuint(different, >, 50); /* the strip runs */
    g_assert_cmpuint(rig.failures, ==, 0);
    bt_stage_free(running);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* The same with a video: joined anywhere, and under the fade that follows it. */
static void test_video(void)
{
    Rig rig;
    rig_open(&rig);
    if (!make_film(&rig, TRUE)) {
        rig_close(&rig);
        g_test_skip("there is no ffmpeg to make a video with");
        return;
    }
    g_autofree char *image = g_strdup_printf(IMAGE("%s"), rig.sha256);
    g_autofree char *items =
        g_strdup_printf("{\"id\":\"v\",\"kind\":\"video\",\"asset\":\"%s\"},%s", rig.video, image);
    BtInputs *inputs = inputs_of(&rig, items, "");
    BtStage *running = stage_of(&rig, W_PX, H_PX);
    gint64 t_ms = rig.start_ms, start_ms = 0;
    for (int i = 0; i < 30; i++, t_ms += 293) {
        BtStage *fresh = stage_of(&rig, W_PX, H_PX);
        g_autoptr(BtFrame) a = picture_at(running, inputs, t_ms);
        g_autoptr(BtFrame) b = picture_at(fresh, inputs, t_ms);
        g_test_message("instant %d", i);
        g_assert_true(bt_frame_equal(a, b));
        g_autoptr(BtOnAir) on = bt_schedule_at(inputs, t_ms, bt_stage_measure, running);
        const BtOnZone *zone = &g_array_index(on->zones, BtOnZone, 0);
        g_autoptr(BtMedia) sound = bt_stage_sound(running, on, &start_ms);
        g_assert_cmpint(sound != NULL, ==, zone->item->kind == BT_ITEM_VIDEO);
        if (sound)
            g_assert_cmpint(start_ms, ==, zone->start_ms);
        bt_stage_free(fresh);
    }
    g_assert_cmpuint(rig.failures, ==, 0);
    bt_stage_free(running);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

typedef struct {
    guint n;
    gint64 since_ms;
} CatchUps;

static void count_catch_up(const char *zone, gint64 since_ms, gpointer user)
{
    CatchUps *caught = user;
    g_assert_cmpstr(zone, ==, "main");
    caught->n++;
    caught->since_ms = since_ms;
}

/* Until the film at `t_ms` has its frame, as show does it. */
static void show_until_it_moves(BtStage *stage, const BtInputs *inputs, gint64 t_ms)
{
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, t_ms, bt_stage_measure, stage);
    gint64 until_us = g_get_monotonic_time() + WAIT_MS * G_GINT64_CONSTANT(1000), until_ms;
    while (g_get_monotonic_time() < until_us) {
        g_autoptr(BtScene) scene = bt_stage_scene(stage, on, t_ms, &until_ms);
        if (bt_stage_wait(stage, on, t_ms, 0))
            return;
        bt_stage_poll(stage, g_get_monotonic_time() / 1000);
        g_usleep(2000);
    }
    g_assert_not_reached();
}

/* A board that joins in the middle of a film says that it had to catch up; one that decoded ahead
 * had not. */
static void test_catch_up(void)
{
    Rig rig;
    CatchUps caught = { 0 };
    rig_open(&rig);
    if (!make_film(&rig, TRUE)) {
        rig_close(&rig);
        g_test_skip("there is no ffmpeg to make a video with");
        return;
    }
    g_autofree char *items =
        g_strdup_printf("{\"id\":\"v\",\"kind\":\"video\",\"asset\":\"%s\"}", rig.video);
    BtInputs *inputs = inputs_of(&rig, items, "");
    BtStageOptions options = { .w_px = W_PX,
        .h_px = H_PX,
        .board = "Bảng tin",
        .zone_name = "Asia/Ho_Chi_Minh",
        .fonts = rig.fonts,
        .spawn = bt_media_spawn_here,
        .spawn_user = rig.decoder,
        .open_asset = open_asset,
        .open_user = &rig,
        .on_catch_up = count_catch_up,
        .failure_user = &caught };
    BtStage *stage = bt_stage_new(&options);
    show_until_it_moves(stage, inputs, rig.start_ms + 1500);
    g_assert_cmpuint(caught.n, ==, 1);
    g_assert_cmpint(caught.since_ms, ==, rig.start_ms + 1500);
    /* The next time it was decoded ahead. */
    gint64 next_ms = rig.start_ms + 4000;
    g_autoptr(BtOnAir) next = bt_schedule_at(inputs, next_ms, bt_stage_measure, stage);
    bt_stage_prepare(stage, next, next_ms);
    gint64 until_us = g_get_monotonic_time() + WAIT_MS * G_GINT64_CONSTANT(1000);
    guint changes = 0; /* it was opened, and its frame came */
    while (changes < 2 && g_get_monotonic_time() < until_us) {
        changes += bt_stage_poll(stage, g_get_monotonic_time() / 1000);
        g_usleep(2000);
    }
    show_until_it_moves(stage, inputs, next_ms);
    g_assert_cmpuint(caught.n, ==, 1);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

static guint count_letters(const BtFrame *frame)
{
    guint n = 0;
    for (int y = 0; y < frame->h_px - 40; y++)
        for (int x = 0; x < frame->w_px; x++)
            n += (frame->pixels[y * frame->stride_px + x] & 0xFF0000) > 0xE00000;
    return n;
}

/* What is only heard: the time of day on the glass, at once, and the sound from where it would be.
 */
static void test_audio(void)
{
    Rig rig;
    rig_open(&rig);
    if (!make_film(&rig, FALSE)) {
        rig_close(&rig);
        g_test_skip("there is no ffmpeg to make sound with");
        return;
    }
    g_autofree char *item =
        g_strdup_printf("{\"id\":\"a\",\"kind\":\"audio\",\"asset\":\"%s\"}", rig.video);
    BtInputs *inputs = inputs_of(&rig, item, "");
    BtStage *stage = stage_of(&rig, W_PX, H_PX);
    gint64 began_us = g_get_monotonic_time(), start_ms = 0;
    g_autoptr(BtFrame) frame = picture_at(stage, inputs, rig.start_ms + 1500);
    g_assert_cmpint(g_get_monotonic_time() - began_us, <, WAIT_MS * 500);
    g_assert_cmpuint(count_letters(frame), >, 300);
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, rig.start_ms + 1500, bt_stage_measure, stage);
    g_autoptr(BtMedia) sound = bt_stage_sound(stage, on, &start_ms);
    g_assert_nonnull(sound);
    g_assert_cmpint(start_ms, ==, g_array_index(on->zones, BtOnZone, 0).start_ms);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* The scene of an instant is right until the one it names, and not a page longer. */
static void test_until(void)
{
    Rig rig;
    rig_open(&rig);
    g_autofree char *items = all_items(&rig);
    BtInputs *inputs = inputs_of(&rig, items, "");
    BtStage *stage = stage_of(&rig, W_PX, H_PX);
    gint64 t_ms = rig.start_ms, until_ms;
    for (int i = 0; i < 25; i++, t_ms = until_ms) {
        g_autoptr(BtScene) scene = scene_at(stage, inputs, t_ms, &until_ms);
        g_assert_cmpint(until_ms, >, t_ms);
        g_autoptr(BtFrame) old = bt_compose_picture(scene, until_ms - 1);
        g_autoptr(BtFrame) now = picture_at(stage, inputs, until_ms - 1);
        g_test_message("until +%d ms", (int)(until_ms - rig.start_ms));
        g_assert_true(bt_frame_equal(old, now));
    }
    g_assert_cmpint(t_ms, >, rig.start_ms + 15000);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

static void test_failure(void)
{
    static const char poor[] =
        "{\"id\":\"poor\",\"kind\":\"text\",\"texts\":[{\"lang\":\"vi\",\"title\":\"Tin\","
        "\"body\":\"Có chữ mà không có hình.\"}],\"picture\":\"" MISSING "\",\"duration_ms\":9000}";
    Rig rig;
    rig_open(&rig);
    BtInputs *inputs = inputs_of(&rig, poor, "");
    BtStage *stage = stage_of(&rig, W_PX, H_PX);
    for (int i = 0; i < 4; i++) {
        g_autoptr(BtFrame) frame = picture_at(stage, inputs, rig.start_ms + i * 2000);
        bt_stage_poll(stage, 1000 + i);
        g_assert_cmpuint(count_letters(frame), >, 100);
        g_assert_cmpuint(rig.failures, ==, 1);
    }
    g_autoptr(BtFrame) again = picture_at(stage, inputs, rig.start_ms + 9000);
    g_assert_cmpuint(rig.failures, ==, 2); /* another occurrence */
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

typedef struct {
    Rig rig;
    int deaths_left;             /* decoders that die at once */
    guint spawned, again, final; /* failures that were told, by kind */
    guint successes;
} Mortal;

static int spawn_mortal(int content_fd, gpointer user, GError **error)
{
    Mortal *mortal = user;
    int ends[2];
    mortal->spawned++;
    if (mortal->deaths_left-- <= 0)
        return bt_media_spawn_here(content_fd, mortal->rig.decoder, error);
    g_assert_true(bt_channel_pair(ends, error));
    close(ends[1]);
    return ends[0];
}

static void count_death(const BtStageFailure *failure, gpointer user)
{
    Mortal *mortal = user;
    g_assert_cmpstr(failure->item->id, ==, "i");
    g_assert_error(failure->error, BT_ERROR, BT_ERROR_DIED);
    mortal->again += failure->again ? 1 : 0;
    mortal->final += failure->again ? 0 : 1;
}

static void count_success(const char *sha256, gpointer user)
{
    Mortal *mortal = user;
    g_assert_cmpstr(sha256, ==, mortal->rig.sha256);
    mortal->successes++;
}

/* `deaths` decoders die; the picture comes after two of them, and not after three. */
static void die_and_show(int deaths, guint spawned, guint again, guint final, guint successes)
{
    Mortal mortal = { .deaths_left = deaths };
    rig_open(&mortal.rig);
    g_autofree char *item =
        g_strdup_printf("{\"id\":\"i\",\"kind\":\"image\",\"asset\":\"%s\",\"duration_ms\":5000}",
            mortal.rig.sha256);
    BtInputs *inputs = inputs_of(&mortal.rig, item, "");
    BtStage *stage = stage_with(
        &mortal.rig, W_PX, H_PX, spawn_mortal, &mortal, count_death, count_success, &mortal);
    bt_frame_unref(picture_at(stage, inputs, mortal.rig.start_ms));
    g_assert_cmpuint(mortal.spawned, ==, spawned);
    g_assert_cmpuint(mortal.again, ==, again);
    g_assert_cmpuint(mortal.final, ==, final);
    mortal.deaths_left = 0;
    bt_frame_unref(picture_at(stage, inputs, mortal.rig.start_ms + 5000));
    g_assert_cmpuint(mortal.successes, ==, successes);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&mortal.rig);
}

static void test_deaths(void)
{
    die_and_show(0, 1, 0, 0, 1);
    die_and_show(1, 2, 1, 0, 0);
    die_and_show(2, 3, 2, 0, 0);
    die_and_show(3, 3, 2, 1, 0);
}

static const BtNode *find_strip(const BtScene *scene)
{
    for (guint i = 0; i < scene->layers->len; i++) {
        const BtLayer *layer = scene->layers->pdata[i];
        for (guint k = 0; k < layer->nodes->len; k++)
            if (g_array_index(layer->nodes, BtNode, k).kind == BT_NODE_STRIP)
                return &g_array_index(layer->nodes, BtNode, k);
    }
    return NULL;
}

/* What the schedule reckons with is what runs; ink is never clipped at the strip's upper or lower
 * edge. */
static void test_ticker(void)
{
    Rig rig;
    rig_open(&rig);
    BtInputs *inputs = inputs_of(&rig, TEXT, "");
    BtStage *stage = stage_of(&rig, W_PX, H_PX);
    gint64 until_ms;
    g_autoptr(BtScene) scene = scene_at(stage, inputs, rig.start_ms, &until_ms);
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, rig.start_ms, bt_stage_measure, stage);
    const BtOnZone *strip = &g_array_index(on->zones, BtOnZone, 1);
    const BtNode *node = find_strip(scene);
    g_assert_nonnull(node);
    gint64 length_px = bt_stage_measure(strip->item, strip->zone, stage);
    g_assert_cmpint(node->strip->length_px, ==, length_px);
    g_assert_cmpint(strip->end_ms - strip->start_ms, ==, (1000 * (W_PX + length_px) + 89) / 90);
    g_assert_cmpint(node->start_ms, ==, strip->start_ms);
    g_assert_false(node->rtl);
    gint64 width_px = 0;
    for (gint64 k = 0; width_px < length_px; k++) {
        g_autoptr(BtFrame) tile = node->strip->tile(node->strip, k);
        g_assert_nonnull(tile);
        g_assert_cmpint(tile->h_px, ==, 40);
        for (int x = 0; x < tile->w_px; x++) {
            g_assert_cmphex(tile->pixels[x], ==, tile->pixels[0]);
            g_assert_cmphex(tile->pixels[39 * tile->stride_px + x], ==, tile->pixels[0]);
        }
        width_px += tile->w_px;
    }
    g_assert_cmpint(width_px, ==, length_px);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* A rehearsal says so on every picture, and its texts give way. */
static void test_rehearsal(void)
{
    Rig rig;
    rig_open(&rig);
    BtInputs *real = inputs_of(&rig, TEXT, ""),
             *rehearsal = inputs_of(&rig, TEXT, ",\"rehearsal\":true");
    BtStage *stage = stage_of(&rig, W_PX, H_PX);
    g_autoptr(BtFrame) a = picture_at(stage, real, rig.start_ms);
    g_autoptr(BtFrame) b = picture_at(stage, rehearsal, rig.start_ms);
    g_assert_cmphex(a->pixels[1], ==, 0xFF0B1B33);
    g_assert_cmphex(b->pixels[1], ==, 0xFFFFC83D);
    g_assert_cmphex(b->pixels[W_PX - 2], ==, 0xFFFFC83D);
    g_assert_cmpuint(count_letters(b), >, 500);
    bt_stage_free(stage);
    bt_inputs_free(real);
    bt_inputs_free(rehearsal);
    rig_close(&rig);
}

/* Looking ahead opens what is to come and changes nothing of what is on. */
static void test_prepare(void)
{
    Rig rig;
    rig_open(&rig);
    g_autofree char *items = all_items(&rig);
    BtInputs *inputs = inputs_of(&rig, items, "");
    BtStage *stage = stage_of(&rig, W_PX, H_PX);
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, rig.start_ms, bt_stage_measure, stage);
    gint64 image_ms = g_array_index(on->zones, BtOnZone, 0).end_ms;
    g_autoptr(BtFrame) before = picture_at(stage, inputs, rig.start_ms);
    g_autoptr(BtOnAir) next = bt_schedule_at(inputs, image_ms, bt_stage_measure, stage);
    bt_stage_prepare(stage, next, image_ms);
    g_autoptr(GArray) fds = bt_stage_fds(stage);
    g_assert_cmpuint(fds->len, ==, 1);
    g_autoptr(BtFrame) after = picture_at(stage, inputs, rig.start_ms);
    g_assert_true(bt_frame_equal(before, after));
    g_autoptr(GArray) still = bt_stage_fds(stage);
    g_assert_cmpuint(still->len, ==, 1);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* Memory for a page that nobody foresees lies ready when frames are shown; whatever was on it, the
 * page is the same. */
static void test_sheet(void)
{
    Rig rig;
    rig_open(&rig);
    BtInputs *inputs = inputs_of(&rig, TEXT, "");
    BtStage *stage = stage_of(&rig, W_PX, H_PX);
    g_autoptr(BtFrame) fresh = picture_at(stage, inputs, rig.start_ms);
    g_assert_null(stage->sheet);
    bt_stage_free(stage);
    stage = stage_of(&rig, W_PX, H_PX);
    while (bt_stage_work(stage))
        ;
    g_assert_nonnull(stage->sheet);
    bt_frame_fill(stage->sheet, (BtRect){ 0, 0, W_PX, H_PX }, 0x80FF00FF);
    g_autoptr(BtFrame) strip = bt_stage_take_sheet(stage, W_PX, H_PX / 2);
    g_assert_nonnull(stage->sheet);
    g_autoptr(BtFrame) ready = picture_at(stage, inputs, rig.start_ms);
    g_assert_null(stage->sheet);
    g_assert_true(bt_frame_equal(fresh, ready));
    while (bt_stage_work(stage))
        ;
    g_assert_nonnull(stage->sheet);
    const guint32 *pixels = stage->sheet->pixels;
    g_autoptr(BtFrame) page = bt_stage_take_sheet(stage, W_PX - 8, H_PX - 8);
    g_assert_true(page->pixels == pixels && page->w_px == W_PX - 8 && page->h_px == H_PX - 8);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* The page that comes is drawn between frames: when it turns, nothing is. A still page draws
 * nothing again. */
static void test_coming(void)
{
    Rig rig;
    rig_open(&rig);
    BtInputs *inputs = inputs_of(&rig, TEXT, "");
    BtStage *stage = stage_of(&rig, W_PX, H_PX);
    gint64 until_ms, turn_ms, t_ms = rig.start_ms;
    bt_scene_unref(scene_at(stage, inputs, t_ms, &turn_ms));
    gsize one_bytes = bt_shelf_bytes(stage->frames);
    g_assert_cmpuint(one_bytes, >, 0);
    bt_scene_unref(scene_at(stage, inputs, t_ms + 1, &until_ms));
    g_assert_cmpuint(bt_shelf_bytes(stage->frames), ==, one_bytes);
    while (bt_stage_work(stage))
        ;
    g_assert_cmpuint(bt_shelf_bytes(stage->frames), ==, 2 * one_bytes);
    g_autoptr(BtFrame) turned = picture_at(stage, inputs, turn_ms);
    g_assert_cmpuint(bt_shelf_bytes(stage->frames), ==, 2 * one_bytes);
    BtStage *fresh = stage_of(&rig, W_PX, H_PX);
    g_autoptr(BtFrame) whole = picture_at(fresh, inputs, turn_ms);
    g_assert_true(bt_frame_equal(turned, whole));
    bt_stage_free(fresh);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

static void test_safe_and_dark(void)
{
    Rig rig;
    rig_open(&rig);
    BtStage *stage = stage_of(&rig, W_PX, H_PX);
    gint64 until_ms, t_ms = rig.start_ms + 12345;
    g_autoptr(BtScene) safe = bt_stage_safe_scene(stage, t_ms, &until_ms);
    g_assert_cmpint(until_ms, ==, rig.start_ms + 60000);
    g_autoptr(BtFrame) calm = bt_compose_picture(safe, t_ms);
    g_assert_cmpuint(count_letters(calm), >, 300);
    BtInputs *inputs = inputs_of(&rig, TEXT, "");
    bt_inputs_add_cut(inputs, rig.start_ms, rig.start_ms + 20000);
    g_autoptr(BtFrame) cut = picture_at(stage, inputs, t_ms);
    g_assert_true(bt_frame_equal(calm, cut));
    bt_inputs_add_darken(inputs, rig.start_ms + 30000, rig.start_ms + 40000);
    g_autoptr(BtFrame) dark = picture_at(stage, inputs, rig.start_ms + 31000);
    g_assert_cmpfloat(bt_frame_brightness(dark), ==, 0);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* A smaller layout stands in the middle, 1:1; a larger one is laid out smaller, whole. */
static void test_other_canvas(void)
{
    Rig rig;
    rig_open(&rig);
    BtInputs *inputs = inputs_of(&rig, TEXT, "");
    BtStage *same = stage_of(&rig, W_PX, H_PX), *large = stage_of(&rig, W_PX + 100, H_PX + 60),
            *small = stage_of(&rig, W_PX / 2, H_PX / 2);
    g_autoptr(BtFrame) a = picture_at(same, inputs, rig.start_ms);
    g_autoptr(BtFrame) b = picture_at(large, inputs, rig.start_ms);
    g_autoptr(BtFrame) c = picture_at(small, inputs, rig.start_ms);
    for (int y = 0; y < H_PX; y++)
        g_assert_cmpmem(&a->pixels[y * a->stride_px], W_PX * 4,
            &b->pixels[(y + 30) * b->stride_px + 50], W_PX * 4);
    g_assert_cmpuint(count_letters(c), >, 50);
    bt_stage_free(same);
    bt_stage_free(large);
    bt_stage_free(small);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stage/fresh-equals-running", test_fresh_equals_running);
    g_test_add_func("/stage/video", test_video);
    g_test_add_func("/stage/catch-up", test_catch_up);
    g_test_add_func("/stage/audio", test_audio);
    g_test_add_func("/stage/until", test_until);
    g_test_add_func("/stage/failure", test_failure);
    g_test_add_func("/stage/deaths", test_deaths);
    g_test_add_func("/stage/ticker", test_ticker);
    g_test_add_func("/stage/rehearsal", test_rehearsal);
    g_test_add_func("/stage/prepare", test_prepare);
    g_test_add_func("/stage/coming", test_coming);
    g_test_add_func("/stage/sheet", test_sheet);
    g_test_add_func("/stage/safe-and-dark", test_safe_and_dark);
    g_test_add_func("/stage/other-canvas", test_other_canvas);
    return g_test_run();
}
