#include "render/display/display.h"

#include "render/display/private.h"

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

BtFrame *bt_display_canvas(BtDisplay *display)
{
    return display->canvas;
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
