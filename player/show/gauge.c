/* gauge: a process that finds out which renderer is cheapest on this machine, writes it down, and
 * ends. It is a process of its own because it loads drivers: one that hangs, dies or takes its time
 * does so beside the board's picture and not in it.
 *
 * Each renderer draws the dearest thing that boards show: a video that fills the canvas, a line
 * running over it, a translucent ground under that. What counts is processor time, which is what
 * runs out, as long as pictures come twice as fast as the screen wants them. The processor's own
 * way also pays for the copy that the window system makes of each picture. */
#include "base/error.h"
#include "player/roles/confine.h"
#include "player/roles/roles.h"
#include "player/show/renderer.h"
#include "player/show/role.h"
#include "render/compose/compose.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_S 60 /* then a driver hangs, and the process is ended */
#define NICENESS 19
#define WARM_UP 8 /* pictures: buffers, caches, clocks of the chip */
#define MAX_PICTURES 90
#define MAX_MS 2000
#define PICTURE_MS 33
#define LINE_H_PX 64
#define SPEED_PX_S 120
#define N_VIDEO 4
/* A chip must be cheaper by so much: a measurement is never exact, and memory never fails. */
#define CHIP_MAX_RATIO 0.9

/* ---- what is drawn ---- */

typedef struct {
    BtMoving moving;
    int n_refs;
    BtFrame *pictures[N_VIDEO];
    BtFrame *last; /* at last_ms */
    gint64 last_ms;
} Film;

static void let_picture_go(gpointer picture)
{
    bt_frame_unref(picture);
}

/* Each a new frame, as a decoder's are: a chip must be handed its pixels. */
static BtFrame *film_frame(BtMoving *moving, gint64 t_ms)
{
    Film *film = (Film *)moving;
    if (film->last == NULL || film->last_ms != t_ms) {
        BtFrame *picture = bt_frame_ref(film->pictures[t_ms / PICTURE_MS % N_VIDEO]);
        bt_frame_unref(film->last);
        film->last_ms = t_ms;
        film->last = bt_frame_new_over(picture->pixels, picture->w_px, picture->h_px,
            picture->stride_px, TRUE, let_picture_go, picture);
    }
    return bt_frame_ref(film->last);
}

static gint64 film_next(BtMoving *moving, gint64 t_ms)
{
    (void)moving;
    return t_ms + PICTURE_MS;
}

static BtMoving *film_ref(BtMoving *moving)
{
    ((Film *)moving)->n_refs++;
    return moving;
}

static void film_unref(BtMoving *moving)
{
    Film *film = (Film *)moving;
    if (--film->n_refs > 0)
        return;
    for (guint i = 0; i < N_VIDEO; i++)
        bt_frame_unref(film->pictures[i]);
    bt_frame_unref(film->last);
    g_free(film);
}

static BtMoving *film_new(int w_px, int h_px)
{
    Film *film = g_new0(Film, 1);
    film->moving = (BtMoving){ film_frame, film_next, film_unref, film_ref };
    film->n_refs = 1;
    for (guint i = 0; i < N_VIDEO; i++) {
        film->pictures[i] = bt_frame_new(w_px, h_px);
        bt_frame_fill(film->pictures[i], (BtRect){ 0, 0, w_px, h_px }, 0xff204060u + 0x101010u * i);
    }
    return &film->moving;
}

/* Letters are mostly nothing, and half-covered at their edges. */
static BtFrame *line_tile(BtStrip *strip, gint64 k)
{
    int w_px = (int)MIN(BT_STRIP_TILE_PX, strip->length_px - k * BT_STRIP_TILE_PX);
    BtFrame *tile = bt_frame_new(w_px, LINE_H_PX);
    for (int x = 0; x < w_px; x += 8) {
        bt_frame_fill(tile, (BtRect){ x, 8, 3, LINE_H_PX - 16 }, 0xffffffffu);
        bt_frame_fill(tile, (BtRect){ x + 3, 8, 1, LINE_H_PX - 16 }, 0x80808080u);
    }
    return tile;
}

/* It lies on the stack, longer than any scene. */
static BtStrip *line_ref(BtStrip *strip)
{
    return strip;
}

static void line_unref(BtStrip *strip)
{
    (void)strip;
}

static BtScene *scene_new(BtStrip *line, int w_px, int h_px)
{
    BtScene *scene = bt_scene_new(w_px, h_px, 0);
    BtRect all = { 0, 0, w_px, h_px }, foot = { 0, MAX(0, h_px - LINE_H_PX), w_px, LINE_H_PX };
    BtLayer *layer = bt_scene_add_layer(scene, all);
    BtMoving *film = film_new(w_px, h_px);
    bt_layer_add_moving(layer, all, film, NULL, 0);
    film->unref(film);
    bt_layer_add_fill(layer, foot, 0x80000000u);
    bt_layer_add_strip(layer, foot, line, -60000, SPEED_PX_S, FALSE);
    return scene;
}

/* ---- measuring ---- */

typedef struct {
    double cpu_ms, wall_ms; /* a picture */
} Cost;

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* of all threads: a driver's too */
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

typedef struct {
    BtDisplay *display;
    BtCompose *compose;
    BtScene *scene;
    BtFrame *glass; /* the window system's copy */
} Bench;

static gboolean draw(Bench *bench, gint64 t_ms, GError **error)
{
    BtRect damage[BT_COMPOSE_MAX_DAMAGE];
    BtPainter *painter = bt_display_painter(bench->display);
    if (painter != NULL) {
        guint n = bt_compose_paint(bench->compose, bench->scene, t_ms, painter, damage);
        return bt_display_present(bench->display, damage, n, error);
    }
    BtFrame *canvas = bt_display_canvas(bench->display);
    guint n = bt_compose_draw(bench->compose, bench->scene, t_ms, canvas, damage);
    for (guint i = 0; i < n; i++)
        bt_frame_blend(bench->glass, canvas, 0, 0, damage[i], 255);
    return TRUE;
}

/* Reading the picture back waits for all that was asked for. */
static gboolean wait_for(Bench *bench, GError **error)
{
    g_autoptr(BtFrame) picture = bt_display_picture(bench->display, error);
    return picture != NULL;
}

static gboolean draw_some(Bench *bench, guint from, guint n, guint *drawn, GError **error)
{
    gint64 end_us = g_get_monotonic_time() + MAX_MS * 1000;
    for (*drawn = 0; *drawn < n && g_get_monotonic_time() < end_us; (*drawn)++)
        if (!draw(bench, (gint64)(from + *drawn) * PICTURE_MS, error))
            return FALSE;
    return wait_for(bench, error);
}

static gboolean run(Bench *bench, Cost *cost, GError **error)
{
    guint n;
    if (!draw_some(bench, 0, WARM_UP, &n, error))
        return FALSE;
    double began_cpu_ms = cpu_ms();
    gint64 began_us = g_get_monotonic_time();
    if (!draw_some(bench, WARM_UP, MAX_PICTURES, &n, error))
        return FALSE;
    cost->cpu_ms = (cpu_ms() - began_cpu_ms) / n;
    cost->wall_ms = (double)(g_get_monotonic_time() - began_us) / 1e3 / n;
    return TRUE;
}

static gboolean measure(BtDisplay *display, Cost *cost, GError **error)
{
    BtStrip line = { 100 * BT_STRIP_TILE_PX, line_tile, line_unref, line_ref };
    Bench bench = { .display = display, .compose = bt_compose_new() };
    int w_px, h_px;
    bt_display_size(display, &w_px, &h_px);
    bench.scene = scene_new(&line, w_px, h_px);
    bench.glass = bt_frame_new(w_px, h_px);
    gboolean ok = run(&bench, cost, error);
    bt_frame_unref(bench.glass);
    bt_compose_free(bench.compose);
    bt_scene_unref(bench.scene);
    return ok;
}

/* ---- comparing ---- */

typedef struct {
    BtDisplayOptions options;
    BtMeasured best;
    Cost cost; /* of the best */
    GString *words;
} Gauge;

static void note(Gauge *gauge, BtRenderer renderer, const char *words)
{
    g_string_append_printf(gauge->words, "%s%s %s", gauge->words->len > 0 ? ", " : "",
        bt_renderer_name(renderer), words);
}

static void take_if_cheaper(Gauge *gauge, const BtDisplay *display, const Cost *cost)
{
    BtRenderer renderer = bt_display_renderer(display);
    gboolean in_time = cost->wall_ms < 1000 / bt_display_refresh_hz(display) / 2;
    gboolean by_chip = gauge->best.renderer != BT_RENDERER_SOFTWARE;
    g_autofree char *words = g_strdup_printf("%.2f ms a picture%s", cost->cpu_ms,
        in_time || renderer == BT_RENDERER_SOFTWARE ? "" : " but too slow");
    note(gauge, renderer, words);
    if (renderer == BT_RENDERER_SOFTWARE) {
        gauge->cost = *cost;
    } else if (in_time && cost->cpu_ms < gauge->cost.cpu_ms * (by_chip ? 1 : CHIP_MAX_RATIO)) {
        gauge->cost = *cost;
        gauge->best.renderer = renderer;
        g_free(gauge->best.device);
        gauge->best.device = g_strdup(bt_display_device(display));
    }
}

static void try_renderer(Gauge *gauge, BtRenderer renderer)
{
    g_autoptr(GError) failure = NULL;
    Cost cost;
    gauge->options.renderer = renderer;
    gauge->options.kind = renderer == BT_RENDERER_SOFTWARE ? BT_DISPLAY_NULL : BT_DISPLAY_WINDOW;
    g_autoptr(BtDisplay) display = bt_display_open(&gauge->options, &failure);
    const char *device = display == NULL ? NULL : bt_display_device(display);
    if (device != NULL && bt_display_is_emulated(device))
        note(gauge, renderer, "is emulated");
    else if (display == NULL || !measure(display, &cost, &failure))
        note(gauge, renderer, failure->message);
    else
        take_if_cheaper(gauge, display, &cost);
}

static gboolean is_known(const char *path, const BtMeasured *now)
{
    g_auto(BtMeasured) before = { 0 };
    return bt_measured_read(path, &before, NULL) && g_str_equal(before.chip, now->chip) &&
        before.w_px == now->w_px && before.h_px == now->h_px;
}

/* The canvas's size is the window's where nobody configured it. */
static gboolean learn_size(Gauge *gauge, GError **error)
{
    g_autoptr(BtDisplay) display = bt_display_open(&gauge->options, error);
    if (display == NULL)
        return FALSE;
    bt_display_size(display, &gauge->best.w_px, &gauge->best.h_px);
    gauge->options.canvas_w_px = gauge->best.w_px;
    gauge->options.canvas_h_px = gauge->best.h_px;
    return TRUE;
}

/* A driver that kills this process must not do so at each start: until all is known, what is
 * written down is that. */
static gboolean gauge_all(Gauge *gauge, const char *path, GError **error)
{
    gauge->best.why = g_strdup("measuring did not come to an end: a driver died");
    if (!bt_measured_write(path, &gauge->best, error))
        return FALSE;
    for (int i = 0; i < BT_N_RENDERERS; i++)
        try_renderer(gauge, (BtRenderer)i);
    g_free(gauge->best.why);
    gauge->best.why = g_strdup_printf("measured: %s", gauge->words->str);
    g_message("gauge: %s: %s", bt_renderer_name(gauge->best.renderer), gauge->best.why);
    return bt_measured_write(path, &gauge->best, error);
}

static gboolean gauge_config(const BtConfig *config, const BtRoleOptions *options, GError **error)
{
    g_autofree char *path = bt_config_state_path(config, BT_MEASURED_FILE);
    Gauge gauge = { .options = {
                        .canvas_w_px = options->w_px > 0 ? options->w_px : config->canvas_px.w,
                        .canvas_h_px = options->h_px > 0 ? options->h_px : config->canvas_px.h,
                        .hidden = TRUE,
                    } };
    gauge.best.chip = bt_renderer_chip("");
    if (gauge.best.chip == NULL || !config->renderer_auto)
        return TRUE;
    gauge.words = g_string_new(NULL);
    gboolean ok = learn_size(&gauge, error) &&
        (is_known(path, &gauge.best) || gauge_all(&gauge, path, error));
    g_string_free(gauge.words, TRUE);
    bt_measured_clear(&gauge.best);
    return ok;
}

int bt_gauge_role(const BtRoleOptions *options)
{
    g_autoptr(GError) failure = NULL;
    alarm(LIMIT_S);
    setpriority(PRIO_PROCESS, 0, NICENESS);
    g_autoptr(BtConfig) config = bt_config_read(options->config_path, &failure);
    /* As show is: what a driver cannot do there it shall not do here. */
    if (config != NULL && bt_confine_show(config, NULL, NULL, &failure) &&
        gauge_config(config, options, &failure))
        return 0;
    g_warning("gauge: %s", failure->message);
    return 1;
}
