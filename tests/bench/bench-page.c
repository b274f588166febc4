/* What the first page of a bulletin costs the frame in which it appears: the path of `bangtin play`
 * (schedule, stage, compose, the null display) in one process, from the ground to the page, and
 * beside it the same frame with the ground alone. */
#include "base/json.h"
#include "player/stage/stage.h"
#include "render/compose/compose.h"
#include "render/display/display.h"
#include "tests/bench/forget.h"
#include "tests/bench/worker.h"

#include <stdio.h>
#include <string.h>

#define GROUND 0x0B1B33u
#define ISSUED "2026-11-22T00:00:00Z"
#define LED_BELOW_PX 1024 /* as the player takes it */

typedef struct {
    GHashTable *files;
    BtFonts *fonts;
    const char *lang;
    int w_px, h_px;
} Bench;

/* ---- one bulletin alone on the screen ---- */

static BtJson *rect_of(int w_px, int h_px)
{
    BtJson *rect = bt_json_new_array();
    const int numbers[] = { 0, 0, w_px, h_px };
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        bt_json_append_int(rect, numbers[i]);
    return rect;
}

static BtJson *array_of(BtJson *only)
{
    BtJson *array = bt_json_new_array();
    bt_json_append(array, only);
    return array;
}

static BtJson *layout_of(const Bench *bench)
{
    BtJson *layout = bt_json_new_object(), *canvas = bt_json_new_array(),
           *zone = bt_json_new_object();
    bt_json_append_int(canvas, bench->w_px);
    bt_json_append_int(canvas, bench->h_px);
    bt_json_set_string(zone, "id", "main");
    bt_json_set(zone, "rect", rect_of(bench->w_px, bench->h_px));
    bt_json_set_string(layout, "id", "full");
    bt_json_set(layout, "canvas", canvas);
    bt_json_set_string(layout, "background", "#0B1B33");
    bt_json_set(layout, "zones", array_of(zone));
    return layout;
}

static BtJson *playlist_of(const Bench *bench, const char *body)
{
    BtJson *text = bt_json_new_object(), *item = bt_json_new_object(),
           *playlist = bt_json_new_object();
    bt_json_set_string(text, "lang", bench->lang);
    bt_json_set_string(text, "body", body);
    bt_json_set_string(item, "id", "bulletin");
    bt_json_set_string(item, "kind", "text");
    bt_json_set_string(item, "issuer", "UBND xã Phú Túc");
    bt_json_set_string(item, "issued_on", "2026-11-20");
    bt_json_set(item, "texts", array_of(text));
    bt_json_set_string(playlist, "id", "list");
    bt_json_set(playlist, "items", array_of(item));
    return playlist;
}

static BtJson *programme_of(void)
{
    BtJson *programme = bt_json_new_object(), *zones = bt_json_new_object();
    bt_json_set_string(zones, "main", "list");
    bt_json_set_string(programme, "id", "always");
    bt_json_set_string(programme, "layout", "full");
    bt_json_set(programme, "zones", zones);
    return programme;
}

static BtManifest *manifest_of(const Bench *bench, const char *body)
{
    BtJson *root = bt_json_new_object(), *screens = bt_json_new_array();
    bt_json_append_string(screens, "bench");
    bt_json_set_int(root, "spec", 1);
    bt_json_set_string(root, "source", "bench");
    bt_json_set_int(root, "version", 1);
    bt_json_set_string(root, "issued", ISSUED);
    bt_json_set_string(root, "expires", "2026-12-20T00:00:00Z");
    bt_json_set(root, "screens", screens);
    bt_json_set_string(root, "timezone", "Asia/Ho_Chi_Minh");
    bt_json_set(root, "layouts", array_of(layout_of(bench)));
    bt_json_set(root, "playlists", array_of(playlist_of(bench, body)));
    bt_json_set(root, "programmes", array_of(programme_of()));
    g_autofree char *text = bt_json_to_text(root, FALSE);
    bt_json_unref(root);
    g_autoptr(GError) error = NULL;
    BtManifest *manifest = bt_manifest_parse(text, strlen(text), "bench", &error);
    if (!manifest)
        g_error("%s", error->message);
    return manifest;
}

static int no_asset(const char *sha256, gpointer user, GError **error)
{
    (void)user;
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "%s: no assets here", sha256);
    return -1;
}

static BtStage *stage_of(const Bench *bench)
{
    BtStageOptions options = { .w_px = bench->w_px,
        .h_px = bench->h_px,
        .led = bench->w_px < LED_BELOW_PX,
        .board = "Bảng tin",
        .zone_name = "Asia/Ho_Chi_Minh",
        .fonts = bench->fonts,
        .spawn = bt_media_spawn_here,
        .open_asset = no_asset };
    return bt_stage_new(&options);
}

/* ---- frames ---- */

typedef struct {
    BtDisplay *display;
    BtCompose *compose;
} Glass;

static void draw(const Glass *glass, const BtScene *scene, gint64 t_ms)
{
    BtRect damage[BT_COMPOSE_MAX_DAMAGE];
    guint n =
        bt_compose_draw(glass->compose, scene, t_ms, bt_display_canvas(glass->display), damage);
    bt_display_present(glass->display, damage, n, NULL);
}

static double draw_ground(const Glass *glass, const Bench *bench, guint32 color, gint64 t_ms)
{
    double begin_s = bench_cpu_s();
    g_autoptr(BtScene) scene = bt_scene_new(bench->w_px, bench->h_px, color);
    draw(glass, scene, t_ms);
    return bench_cpu_s() - begin_s;
}

typedef struct {
    double prepare_s, page_s, ground_s;
} Times;

static double draw_page(const Glass *glass, BtStage *stage, const BtInputs *inputs, gint64 t_ms)
{
    gint64 until_ms;
    double begin_s = bench_cpu_s();
    g_autoptr(BtOnAir) on_air = bt_schedule_at(inputs, t_ms, bt_stage_measure, stage);
    g_autoptr(BtScene) scene = bt_stage_scene(stage, on_air, t_ms, &until_ms);
    draw(glass, scene, t_ms);
    return bench_cpu_s() - begin_s;
}

static double prepare(BtStage *stage, const BtInputs *inputs, gint64 t_ms)
{
    double begin_s = bench_cpu_s();
    g_autoptr(BtOnAir) on_air = bt_schedule_at(inputs, t_ms, bt_stage_measure, stage);
    bt_stage_prepare(stage, on_air, t_ms);
    return bench_cpu_s() - begin_s;
}

/* The ground of another colour goes before each, so that every frame is drawn whole. */
static Times measure(const Bench *bench, const Glass *glass, const char *body, gboolean ahead)
{
    g_autoptr(BtManifest) manifest = manifest_of(bench, body);
    g_autoptr(BtStage) stage = stage_of(bench);
    BtInputs *inputs = bt_inputs_new();
    guint source = bt_inputs_add_source(inputs, "bench", BT_ALL_CLASSES, NULL, 0);
    bt_inputs_add_manifest(inputs, source, manifest, manifest->payload_sha256, manifest->issued_ms);
    gint64 t_ms = manifest->issued_ms + BT_HOUR_MS;
    Times times = { 0 };
    bench_forget_glyphs(bench->fonts);
    draw_ground(glass, bench, ~GROUND & 0xFFFFFF, t_ms);
    times.ground_s = draw_ground(glass, bench, GROUND, t_ms);
    while (bt_stage_work(stage)) /* as after every frame of the player */
        continue;
    if (ahead)
        times.prepare_s = prepare(stage, inputs, t_ms);
    draw_ground(glass, bench, ~GROUND & 0xFFFFFF, t_ms);
    times.page_s = draw_page(glass, stage, inputs, t_ms);
    bt_inputs_free(inputs);
    return times;
}

/* page LANG WIDTH HEIGHT FILE ahead|sudden: CPU seconds of preparing, of the frame with the page,
 * of the frame with the ground. */
static gboolean answer_page(char **words, gpointer user)
{
    Bench *bench = user;
    bench->lang = words[1];
    bench->w_px = (int)g_ascii_strtoll(words[2], NULL, 10);
    bench->h_px = (int)g_ascii_strtoll(words[3], NULL, 10);
    const char *body = bench_next_text(bench_texts(bench->files, words[4]));
    BtDisplayOptions options = {
        .kind = BT_DISPLAY_NULL, .canvas_w_px = bench->w_px, .canvas_h_px = bench->h_px
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(BtDisplay) display = bt_display_open(&options, &error);
    if (!display)
        g_error("%s", error->message);
    g_autoptr(BtCompose) compose = bt_compose_new();
    Glass glass = { display, compose };
    Times times = measure(bench, &glass, body, words[5][0] == 'a');
    printf("%.9f %.9f %.9f", times.prepare_s, times.page_s, times.ground_s);
    return TRUE;
}

int main(void)
{
    static const BenchQuestion questions[] = { { "page", 6, answer_page }, { 0 } };
    g_autoptr(GError) error = NULL;
    Bench bench = { .files = bench_files_new(), .fonts = bt_fonts_open(NULL, &error) };
    if (!bench.fonts)
        g_error("%s", error->message);
    int status = bench_serve(questions, &bench);
    bt_fonts_close(bench.fonts);
    g_hash_table_destroy(bench.files);
    return status;
}
