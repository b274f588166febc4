#include "render/display/display.h"

#include "render/display/private.h"

#include <string.h>

/* ---- renderers ---- */

static const char *const RENDERER_NAMES[BT_N_RENDERERS] = { "software", "opengl", "opengles2" };

const char *bt_renderer_name(BtRenderer renderer)
{
    return RENDERER_NAMES[renderer];
}

gboolean bt_renderer_from_name(const char *name, BtRenderer *renderer)
{
    for (guint i = 0; i < BT_N_RENDERERS; i++) {
        if (g_str_equal(name, RENDERER_NAMES[i])) {
            *renderer = (BtRenderer)i;
            return TRUE;
        }
    }
    return FALSE;
}

/* What Mesa, SwiftShader and old X servers call theirs. */
gboolean bt_display_is_emulated(const char *device)
{
    static const char *const NAMES[] = { "llvmpipe", "softpipe", "swrast", "lavapipe",
        "SwiftShader", "Software Rasterizer", "Mesa X11", "Mesa GLX Indirect" };
    for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++)
        if (strcasestr(device, NAMES[i]))
            return TRUE;
    return FALSE;
}

/* ---- opening ---- */

static gboolean check_canvas(const BtDisplayOptions *options, GError **error)
{
    int w_px = options->canvas_w_px, h_px = options->canvas_h_px;
    if (w_px >= 0 && h_px >= 0 && w_px <= BT_FRAME_MAX_W_PX && h_px <= BT_FRAME_MAX_H_PX)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
        "display:canvas: %dx%d is not a size of a canvas: expected at most %dx%d", w_px, h_px,
        BT_FRAME_MAX_W_PX, BT_FRAME_MAX_H_PX);
    return FALSE;
}

BtDisplay *bt_display_open(const BtDisplayOptions *options, GError **error)
{
    if (!check_canvas(options, error))
        return NULL;
    return options->kind == BT_DISPLAY_NULL ? bt_null_open(options)
                                            : bt_window_open(options, error);
}

void bt_display_close(BtDisplay *display)
{
    if (display)
        display->ops->close(display);
}

/* ---- drawing ---- */

void bt_display_size(const BtDisplay *display, int *w_px, int *h_px)
{
    *w_px = display->w_px;
    *h_px = display->h_px;
}

BtFrame *bt_display_canvas(BtDisplay *display)
{
    return display->canvas;
}

BtPainter *bt_display_painter(BtDisplay *display)
{
    return display->painter;
}

const char *bt_display_device(const BtDisplay *display)
{
    return display->device;
}

BtRenderer bt_display_renderer(const BtDisplay *display)
{
    return display->renderer;
}

BtFrame *bt_display_picture(BtDisplay *display, GError **error)
{
    if (display->canvas)
        return bt_frame_ref(display->canvas);
    return display->ops->read(display, error);
}

gboolean bt_display_use_software(BtDisplay *display, GError **error)
{
    return !display->painter || display->ops->use_software(display, error);
}

gboolean bt_display_present(
    BtDisplay *display, const BtRect *damage_px, guint n_damage, GError **error)
{
    return display->ops->present(display, damage_px, n_damage, error);
}

void bt_display_darken(BtDisplay *display)
{
    display->ops->darken(display);
}

double bt_display_refresh_hz(const BtDisplay *display)
{
    return display->ops->refresh_hz(display);
}

BtDisplayEvent bt_display_poll(BtDisplay *display)
{
    return display->ops->poll(display);
}

int bt_display_event_fd(BtDisplay *display)
{
    return display->ops->event_fd(display);
}
