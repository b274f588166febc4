#include "tests/unit/stage-fixture.h"

#include "base/error.h"
#include "render/compose/compose.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>

int rig_open_asset(const char *sha256, gpointer user, GError **error)
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
    g_assert_cmpstr(failure->sha256, ==, RIG_MISSING);
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

gboolean rig_make_film(Rig *rig, gboolean pictures)
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

gboolean rig_make_animation(Rig *rig)
{
    rig->film_type = "image/gif";
    g_autofree char *path = g_build_filename(rig->folder, "film.gif", NULL);
    g_autofree char *line = g_strdup_printf(
        "ffmpeg -nostdin -v error -f lavfi -i color=white:s=320x152:r=10:d=0.5 -f lavfi -i "
        "color=black:s=320x152:r=10:d=0.5 -filter_complex [0][1]concat \"%s\"",
        path);
    int status = 1;
    if (!g_spawn_command_line_sync(line, NULL, NULL, &status, NULL) || status != 0)
        return FALSE;
    name_by_hash(rig, "film.gif", rig->video, &rig->video_bytes);
    return TRUE;
}

void rig_open(Rig *rig)
{
    g_autoptr(GError) error = NULL;
    memset(rig, 0, sizeof *rig);
    rig->folder = g_dir_make_tmp("bangtin-stage-XXXXXX", &error);
    g_assert_no_error(error);
    write_picture(rig);
    rig->fonts = bt_fonts_open(NULL, &error);
    g_assert_no_error(error);
    rig->decoder = bt_media_decoder_path();
    bt_time_parse(RIG_START, &rig->start_ms, &error);
    g_assert_no_error(error);
}

void rig_close(Rig *rig)
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

BtStage *rig_stage_with(Rig *rig, int w_px, int h_px, BtMediaSpawn spawn, gpointer spawn_user,
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
        .open_asset = rig_open_asset,
        .open_user = rig,
        .on_failure = on_failure,
        .on_success = on_success,
        .failure_user = user };
    return bt_stage_new(&options);
}

BtStage *rig_stage(Rig *rig, int w_px, int h_px)
{
    return rig_stage_with(
        rig, w_px, h_px, bt_media_spawn_here, rig->decoder, count_failure, NULL, rig);
}

BtInputs *rig_inputs(const Rig *rig, const char *items, const char *more)
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
        "\"" RIG_MISSING "\":{\"size\":5,\"type\":\"image/png\"}%s},"
        "\"layouts\":[{\"id\":\"l\",\"canvas\":[%d,%d],\"background\":\"#0B1B33\",\"zones\":["
        "{\"id\":\"main\",\"rect\":[0,0,%d,%d]},{\"id\":\"strip\",\"rect\":[0,%d,%d,40]}]}],"
        "\"playlists\":[{\"id\":\"m\",\"items\":[%s]},{\"id\":\"t\",\"items\":[{\"id\":\"t1\","
        "\"kind\":\"ticker\",\"speed_px_s\":90,\"texts\":[{\"lang\":\"vi\",\"body\":\"Một hai ba "
        "bốn\"},"
        "{\"lang\":\"jra\",\"title\":\"Jrai\",\"body\":\"Sa dua klâo pă\"}]}]}],"
        "\"programmes\":[{\"id\":\"p\",\"layout\":\"l\",\"class\":\"ordinary\"%s,"
        "\"zones\":{\"main\":\"m\",\"strip\":\"t\"},\"when\":{}}]}",
        rig->sha256, rig->size_bytes, film, RIG_W_PX, RIG_H_PX, RIG_W_PX, RIG_H_PX - 40,
        RIG_H_PX - 40, RIG_W_PX, items, more);
    g_autoptr(GError) error = NULL;
    g_autoptr(BtManifest) manifest = bt_manifest_parse(text, strlen(text), "test", &error);
    g_assert_no_error(error);
    BtInputs *inputs = bt_inputs_new();
    guint source = bt_inputs_add_source(inputs, "s", BT_ALL_CLASSES, NULL, 0);
    bt_inputs_add_manifest(inputs, source, manifest, manifest->payload_sha256, manifest->issued_ms);
    return inputs;
}

BtScene *rig_scene(BtStage *stage, const BtInputs *inputs, gint64 t_ms, gint64 *until_ms)
{
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, t_ms, bt_stage_measure, stage);
    g_assert_true(bt_stage_wait(stage, on, t_ms, RIG_WAIT_MS));
    return bt_stage_scene(stage, on, t_ms, until_ms);
}

BtFrame *rig_picture(BtStage *stage, const BtInputs *inputs, gint64 t_ms)
{
    gint64 until_ms;
    g_autoptr(BtScene) scene = rig_scene(stage, inputs, t_ms, &until_ms);
    g_assert_cmpint(until_ms, >, t_ms);
    return bt_compose_picture(scene, t_ms);
}

guint rig_count_letters(const BtFrame *frame)
{
    guint n = 0;
    for (int y = 0; y < frame->h_px - 40; y++)
        for (int x = 0; x < frame->w_px; x++)
            n += (frame->pixels[y * frame->stride_px + x] & 0xFF0000) > 0xE00000;
    return n;
}

char *rig_all_items(const Rig *rig)
{
    g_autofree char *image = g_strdup_printf(RIG_IMAGE("%s"), rig->sha256);
    return g_strdup_printf("%s,%s,%s,%s", RIG_TEXT, image, RIG_CLOCK, RIG_ALERT);
}
