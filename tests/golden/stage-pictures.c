/* One picture of a manifest, for people who judge looks and for scripts that compare them:
 *
 *     stage-pictures [OPTION…] PAYLOAD.json TIME OUT.png
 *
 * It draws what the schedule puts on the screen at TIME, waiting for the decoders: on the CPU, or
 * by a renderer in a window that nobody sees. */
#include "base/clock.h"
#include "base/error.h"
#include "base/io.h"
#include "player/stage/stage.h"
#include "render/compose/compose.h"
#include "render/display/display.h"
#include "tests/golden/move-mark.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#define WAIT_MS 20000

typedef struct {
    char *size, *assets, *board, *font, *move_mark, *move_letter, *renderer;
    gboolean led, safe;
    int w_px, h_px;
    gint64 at_ms;
    BtManifest *manifest;
} Task;

static int open_asset(const char *sha256, gpointer user, GError **error)
{
    const Task *task = user;
    g_autofree char *path = g_build_filename(task->assets ? task->assets : ".", sha256, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        bt_error_set_errno(error, BT_ERROR_NOT_FOUND, errno, path, "cannot be opened");
    return fd;
}

static void say_failure(const BtStageFailure *failure, gpointer user)
{
    (void)user;
    fprintf(stderr, "%s in %s: %s: %s\n", failure->item->id, failure->zone, failure->sha256,
        failure->error->message);
}

/* The instant it was issued is when it counts from, or the one asked for when that is earlier. */
static BtInputs *inputs_of(const Task *task)
{
    BtInputs *inputs = bt_inputs_new();
    guint source = bt_inputs_add_source(inputs, task->manifest->source, BT_ALL_CLASSES, NULL, 0);
    bt_inputs_add_manifest(inputs, source, task->manifest, task->manifest->payload_sha256,
        MIN(task->manifest->issued_ms, task->at_ms));
    return inputs;
}

/* One that outlives the display. */
static BtFrame *copy_of(const BtFrame *picture)
{
    BtFrame *copy = bt_frame_new_unset(picture->w_px, picture->h_px);
    bt_frame_blend(copy, picture, 0, 0, (BtRect){ 0, 0, picture->w_px, picture->h_px }, 255);
    return copy;
}

static BtFrame *rendered(const BtScene *scene, const Task *task, GError **error)
{
    BtDisplayOptions options = { .kind = BT_DISPLAY_WINDOW,
        .canvas_w_px = scene->w_px,
        .canvas_h_px = scene->h_px,
        .hidden = TRUE };
    if (!bt_renderer_from_name(task->renderer, &options.renderer)) {
        g_set_error(
            error, BT_ERROR, BT_ERROR_SYNTAX, "--renderer: “%s”: no renderer", task->renderer);
        return NULL;
    }
    g_autoptr(BtDisplay) display = bt_display_open(&options, error);
    if (!display)
        return NULL;
    g_autoptr(BtCompose) compose = bt_compose_new();
    BtRect damage[BT_COMPOSE_MAX_DAMAGE];
    BtPainter *painter = bt_display_painter(display);
    guint n = painter
        ? bt_compose_paint(compose, scene, task->at_ms, painter, damage)
        : bt_compose_draw(compose, scene, task->at_ms, bt_display_canvas(display), damage);
    if (!bt_display_present(display, damage, n, error))
        return NULL;
    printf("drawn by %s\n", painter ? bt_display_device(display) : "the processor");
    g_autoptr(BtFrame) picture = bt_display_picture(display, error);
    return picture ? copy_of(picture) : NULL;
}

static BtFrame *picture_of(BtStage *stage, const Task *task, GError **error)
{
    gint64 until_ms;
    g_autoptr(BtScene) scene = NULL;
    if (task->safe) {
        scene = bt_stage_safe_scene(stage, task->at_ms, &until_ms);
    } else {
        g_autoptr(BtInputs) inputs = inputs_of(task);
        g_autoptr(BtOnAir) on_air = bt_schedule_at(inputs, task->at_ms, bt_stage_measure, stage);
        bt_stage_wait(stage, on_air, task->at_ms, WAIT_MS);
        scene = bt_stage_scene(stage, on_air, task->at_ms, &until_ms);
    }
    g_autofree char *until = bt_time_format(until_ms);
    printf("good until %s\n", until);
    return task->renderer ? rendered(scene, task, error) : bt_compose_picture(scene, task->at_ms);
}

static gboolean draw(const Task *task, const char *out, GError **error)
{
    g_autoptr(BtFonts) fonts = bt_fonts_open(task->font, error);
    if (!fonts)
        return FALSE;
    g_autofree char *decoder = bt_media_decoder_path();
    BtStageOptions options = { .w_px = task->w_px,
        .h_px = task->h_px,
        .led = task->led,
        .board = task->board ? task->board : "Bảng tin xã",
        .zone_name = "Asia/Ho_Chi_Minh",
        .fonts = fonts,
        .spawn = bt_media_spawn_here,
        .spawn_user = decoder,
        .open_asset = open_asset,
        .open_user = (gpointer)task,
        .on_failure = say_failure };
    g_autoptr(BtStage) stage = bt_stage_new(&options);
    g_autoptr(BtFrame) frame = picture_of(stage, task, error);
    return frame && bt_frame_write_png(frame, out, error);
}

static gboolean load(Task *task, const char *path, const char *at, GError **error)
{
    if (!bt_time_parse(at, &task->at_ms, error))
        return FALSE;
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_MANIFEST_MAX_BYTES, error);
    if (!bytes)
        return FALSE;
    gsize size_bytes;
    const void *data = g_bytes_get_data(bytes, &size_bytes);
    task->manifest = bt_manifest_parse(data, size_bytes, path, error);
    return task->manifest != NULL;
}

int main(int argc, char **argv)
{
    Task task = { .size = NULL };
    setlocale(LC_ALL, "");
    GOptionEntry entries[] = {
        { "size", 0, 0, G_OPTION_ARG_STRING, &task.size, "Canvas of the screen", "WxH" },
        { "led", 0, 0, G_OPTION_ARG_NONE, &task.led, "An LED wall", NULL },
        { "safe", 0, 0, G_OPTION_ARG_NONE, &task.safe, "The safe scene", NULL },
        { "move-mark", 0, 0, G_OPTION_ARG_STRING, &task.move_mark, "One mark a pixel too high",
            "LANG" },
        { "move-letter", 0, 0, G_OPTION_ARG_STRING, &task.move_letter, "One letter too high",
            "LANG" },
        { "assets", 0, 0, G_OPTION_ARG_FILENAME, &task.assets, "Files named by hash", "DIR" },
        { "board", 0, 0, G_OPTION_ARG_STRING, &task.board, "The board's name", "NAME" },
        { "font", 0, 0, G_OPTION_ARG_FILENAME, &task.font, "A font before all others", "FILE" },
        { "renderer", 0, 0, G_OPTION_ARG_STRING, &task.renderer,
            "In a window, as player.conf has it", "NAME" },
        { NULL },
    };
    g_autoptr(GOptionContext) context = g_option_context_new("PAYLOAD.json TIME OUT.png");
    g_autoptr(GError) error = NULL;
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 4 ||
        sscanf(task.size ? task.size : "640x384", "%dx%d", &task.w_px, &task.h_px) != 2 ||
        task.w_px < 1 || task.w_px > BT_FRAME_MAX_W_PX || task.h_px < 1 ||
        task.h_px > BT_FRAME_MAX_H_PX) {
        fprintf(stderr, "stage-pictures: %s\n", error ? error->message : "wrong use: see --help");
        return 2;
    }
    if (task.move_mark || task.move_letter)
        bt_move_by_a_pixel(task.move_mark ? BT_MOVED_MARK : BT_MOVED_LETTER,
            task.move_mark ? task.move_mark : task.move_letter);
    gboolean done = load(&task, argv[1], argv[2], &error) && draw(&task, argv[3], &error);
    if (!done)
        fprintf(stderr, "stage-pictures: %s\n", error->message);
    g_clear_pointer(&task.manifest, bt_manifest_unref);
    g_free(task.size);
    g_free(task.assets);
    g_free(task.board);
    g_free(task.font);
    g_free(task.move_mark);
    g_free(task.move_letter);
    g_free(task.renderer);
    return !done;
}
