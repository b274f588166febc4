#include "player/show/glass.h"

#include "player/show/renderer.h"
#include "render/compose/compose.h"
#include "render/scene/thumb.h"

struct BtGlass {
    BtDisplay *display;
    BtCompose *compose;
    BtGlassCounts counts;
    char *why; /* this renderer draws */
};

static void set_why(BtGlass *glass, const char *why)
{
    g_free(glass->why);
    glass->why = g_strdup(why);
}

/* ---- opening ---- */

static BtDisplay *open_by(
    BtDisplayOptions *options, const BtRendererChoice *choice, char **why, GError **error)
{
    g_autoptr(GError) failure = NULL;
    options->renderer = choice->renderer;
    options->device = choice->device;
    *why = g_strdup(choice->why);
    if (choice->renderer == BT_RENDERER_SOFTWARE)
        return bt_display_open(options, error);
    BtDisplay *display = bt_display_open(options, &failure);
    if (display != NULL)
        return display;
    g_warning("%s: the processor draws", failure->message);
    g_free(*why);
    *why = g_strdup(failure->message);
    options->renderer = BT_RENDERER_SOFTWARE;
    return bt_display_open(options, error);
}

/* What was measured for another canvas is no measurement of this one. */
static gboolean fits(const BtDisplay *display, const BtMeasured *measured)
{
    int w_px, h_px;
    bt_display_size(display, &w_px, &h_px);
    return w_px == measured->w_px && h_px == measured->h_px;
}

static BtDisplay *open_display(
    const BtConfig *config, BtDisplayOptions *options, gboolean crashed, char **why, GError **error)
{
    g_auto(BtMeasured) measured = { 0 };
    if (options->kind == BT_DISPLAY_NULL) {
        *why = g_strdup("offscreen");
        return bt_display_open(options, error);
    }
    g_autofree char *chip = bt_renderer_chip("");
    g_autofree char *path = bt_config_state_path(config, BT_MEASURED_FILE);
    if (chip != NULL && path != NULL && config->renderer_auto)
        bt_measured_read(path, &measured, NULL);
    BtRendererChoice choice = bt_renderer_choose(config, crashed, chip, &measured);
    BtDisplay *display = open_by(options, &choice, why, error);
    if (display == NULL || bt_display_device(display) == NULL || !config->renderer_auto ||
        fits(display, &measured))
        return display;
    g_free(*why);
    *why = g_strdup("the canvas is another than the one measured");
    if (bt_display_use_software(display, error))
        return display;
    bt_display_close(display);
    return NULL;
}

BtGlass *bt_glass_open(const BtConfig *config, gboolean offscreen, gboolean windowed, int w_px,
    int h_px, gboolean crashed, GError **error)
{
    char *why = NULL;
    BtDisplayOptions options = {
        .kind = offscreen ? BT_DISPLAY_NULL : BT_DISPLAY_WINDOW,
        .canvas_w_px = w_px > 0 ? w_px : config->canvas_px.w,
        .canvas_h_px = h_px > 0 ? h_px : config->canvas_px.h,
        .x_px = config->canvas_px.x,
        .y_px = config->canvas_px.y,
        .scale = config->scale_to_fit ? BT_SCALE_FIT : BT_SCALE_NONE,
        .windowed = windowed,
        .cut_key = config->cut_key,
    };
    if (offscreen && options.canvas_w_px == 0) {
        options.canvas_w_px = 1920;
        options.canvas_h_px = 1080;
    }
    BtDisplay *display = open_display(config, &options, crashed, &why, error);
    if (display == NULL) {
        g_free(why);
        return NULL;
    }
    BtGlass *glass = g_new0(BtGlass, 1);
    glass->display = display;
    glass->compose = bt_compose_new();
    glass->why = why;
    return glass;
}

void bt_glass_close(BtGlass *glass)
{
    if (glass == NULL)
        return;
    bt_compose_free(glass->compose);
    bt_display_close(glass->display);
    g_free(glass->why);
    g_free(glass);
}

const char *bt_glass_renderer(const BtGlass *glass)
{
    return bt_renderer_name(bt_display_renderer(glass->display));
}

const char *bt_glass_device(const BtGlass *glass)
{
    return bt_display_device(glass->display);
}

const char *bt_glass_why(const BtGlass *glass)
{
    return glass->why;
}

void bt_glass_size(const BtGlass *glass, int *w_px, int *h_px)
{
    bt_display_size(glass->display, w_px, h_px);
}

double bt_glass_period_ms(const BtGlass *glass)
{
    return 1000 / bt_display_refresh_hz(glass->display);
}

static guint draw(BtGlass *glass, const BtScene *scene, gint64 t_ms, BtRect *damage_px)
{
    BtPainter *painter = bt_display_painter(glass->display);
    if (painter != NULL)
        return bt_compose_paint(glass->compose, scene, t_ms, painter, damage_px);
    BtFrame *canvas = bt_display_canvas(glass->display);
    return bt_compose_draw(glass->compose, scene, t_ms, canvas, damage_px);
}

/* The chip failed: from now on the processor draws. */
static gboolean give_chip_up(BtGlass *glass, GError *failure, GError **error)
{
    g_warning("%s: drawing goes on without it", failure->message);
    set_why(glass, failure->message);
    g_error_free(failure);
    bt_compose_forget(glass->compose);
    return bt_display_use_software(glass->display, error);
}

gboolean bt_glass_draw(
    BtGlass *glass, const BtScene *scene, gint64 t_ms, gboolean *changed, GError **error)
{
    BtRect damage[BT_COMPOSE_MAX_DAMAGE];
    GError *failure = NULL;
    gboolean by_chip = bt_display_painter(glass->display) != NULL;
    guint n = draw(glass, scene, t_ms, damage);
    *changed = n > 0;
    if (n == 0)
        return TRUE;
    glass->counts.shown++;
    if (bt_display_present(glass->display, damage, n, &failure))
        return TRUE;
    if (!by_chip) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (!give_chip_up(glass, failure, error))
        return FALSE;
    n = draw(glass, scene, t_ms, damage);
    return bt_display_present(glass->display, damage, n, error);
}

void bt_glass_note_late(BtGlass *glass, guint64 dropped)
{
    glass->counts.late++;
    glass->counts.dropped += dropped;
}

BtGlassCounts bt_glass_counts(const BtGlass *glass)
{
    return glass->counts;
}

/* FALSE: the picture is to be drawn anew. */
static gboolean present_all(BtGlass *glass)
{
    BtRect all = { 0 };
    GError *failure = NULL;
    bt_display_size(glass->display, &all.w, &all.h);
    if (bt_display_present(glass->display, &all, 1, &failure))
        return TRUE;
    gboolean by_chip = bt_display_painter(glass->display) != NULL;
    if (by_chip)
        give_chip_up(glass, failure, NULL);
    else
        g_error_free(failure);
    return !by_chip;
}

BtDisplayEvent bt_glass_poll(BtGlass *glass, gboolean *resized)
{
    BtDisplayEvent event = bt_display_poll(glass->display);
    *resized = event == BT_DISPLAY_EVENT_RESIZED;
    if (event == BT_DISPLAY_EVENT_EXPOSED && !present_all(glass))
        *resized = TRUE;
    if (*resized)
        bt_compose_forget(glass->compose);
    return event;
}

int bt_glass_event_fd(BtGlass *glass)
{
    return bt_display_event_fd(glass->display);
}

gboolean bt_glass_write_png(BtGlass *glass, const char *path, GError **error)
{
    g_autoptr(BtFrame) picture = bt_display_picture(glass->display, error);
    return picture != NULL && bt_frame_write_png(picture, path, error);
}

BtFrame *bt_glass_thumb(BtGlass *glass, int side_px, GError **error)
{
    g_autoptr(BtFrame) picture = bt_display_picture(glass->display, error);
    return picture != NULL ? bt_thumb_of(picture, side_px) : NULL;
}

double bt_glass_brightness(BtGlass *glass)
{
    g_autoptr(BtFrame) picture = bt_display_picture(glass->display, NULL);
    return picture == NULL ? 0 : bt_frame_brightness(picture);
}

void bt_glass_look(BtGlass *glass, const BtScene *scene, gint64 t_ms, BtRect rect_px,
    BtFingerprint *shown, BtFingerprint *expected)
{
    g_autoptr(BtFrame) picture = bt_display_picture(glass->display, NULL);
    *expected = bt_compose_expect(glass->compose, scene, t_ms, rect_px);
    *shown = picture != NULL ? bt_fingerprint(picture, rect_px) : (BtFingerprint){ 0, 0 };
}
