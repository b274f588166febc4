#include "player/glass.h"

#include "render/compose/compose.h"

struct BtGlass {
    BtDisplay *display;
    BtCompose *compose;
    BtGlassCounts counts;
};

BtGlass *bt_glass_open(const BtConfig *config, gboolean offscreen, gboolean windowed, int w_px,
    int h_px, GError **error)
{
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
    BtDisplay *display = bt_display_open(&options, error);
    if (display == NULL)
        return NULL;
    BtGlass *glass = g_new0(BtGlass, 1);
    glass->display = display;
    glass->compose = bt_compose_new();
    return glass;
}

void bt_glass_close(BtGlass *glass)
{
    if (glass == NULL)
        return;
    bt_compose_free(glass->compose);
    bt_display_close(glass->display);
    g_free(glass);
}

void bt_glass_size(const BtGlass *glass, int *w_px, int *h_px)
{
    const BtFrame *canvas = bt_display_canvas(glass->display);
    *w_px = canvas->w_px;
    *h_px = canvas->h_px;
}

double bt_glass_period_ms(const BtGlass *glass)
{
    return 1000 / bt_display_refresh_hz(glass->display);
}

gboolean bt_glass_draw(
    BtGlass *glass, const BtScene *scene, gint64 t_ms, gboolean *changed, GError **error)
{
    BtRect damage[BT_COMPOSE_MAX_DAMAGE];
    BtFrame *canvas = bt_display_canvas(glass->display);
    guint n = bt_compose_draw(glass->compose, scene, t_ms, canvas, damage);
    *changed = n > 0;
    if (n == 0)
        return TRUE;
    glass->counts.shown++;
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

static void present_all(BtGlass *glass)
{
    const BtFrame *canvas = bt_display_canvas(glass->display);
    BtRect all = { 0, 0, canvas->w_px, canvas->h_px };
    bt_display_present(glass->display, &all, 1, NULL);
}

BtDisplayEvent bt_glass_poll(BtGlass *glass, gboolean *resized)
{
    BtDisplayEvent event = bt_display_poll(glass->display);
    *resized = event == BT_DISPLAY_EVENT_RESIZED;
    if (*resized)
        bt_compose_forget(glass->compose);
    if (event == BT_DISPLAY_EVENT_EXPOSED)
        present_all(glass);
    return event;
}

int bt_glass_event_fd(BtGlass *glass)
{
    return bt_display_event_fd(glass->display);
}

gboolean bt_glass_write_png(BtGlass *glass, const char *path, GError **error)
{
    return bt_frame_write_png(bt_display_canvas(glass->display), path, error);
}

double bt_glass_brightness(BtGlass *glass)
{
    return bt_frame_brightness(bt_display_canvas(glass->display));
}

void bt_glass_look(BtGlass *glass, const BtScene *scene, gint64 t_ms, BtRect rect_px,
    BtFingerprint *shown, BtFingerprint *expected)
{
    *shown = bt_fingerprint(bt_display_canvas(glass->display), rect_px);
    *expected = bt_compose_expect(glass->compose, scene, t_ms, rect_px);
}
