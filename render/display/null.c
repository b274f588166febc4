/* The null display: a canvas and no glass. */
#include "render/display/private.h"

/* A screen that nobody described is a panel of the commonest size. */
#define DEFAULT_W_PX 1920
#define DEFAULT_H_PX 1080
#define REFRESH_HZ 60.0

static void blacken(BtDisplay *display)
{
    BtFrame *canvas = display->canvas;
    bt_frame_fill(canvas, (BtRect){ 0, 0, canvas->w_px, canvas->h_px }, 0xff000000u);
}

static void null_close(BtDisplay *display)
{
    bt_frame_unref(display->canvas);
    g_free(display);
}

static gboolean null_present(BtDisplay *display G_GNUC_UNUSED,
    const BtRect *damage_px G_GNUC_UNUSED, guint n_damage G_GNUC_UNUSED,
    GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static double null_refresh_hz(const BtDisplay *display G_GNUC_UNUSED)
{
    return REFRESH_HZ;
}

static BtDisplayEvent null_poll(BtDisplay *display G_GNUC_UNUSED)
{
    return BT_DISPLAY_EVENT_NONE;
}

static int null_event_fd(BtDisplay *display G_GNUC_UNUSED)
{
    return -1;
}

static const BtDisplayKindOps NULL_OPS = {
    .close = null_close,
    .present = null_present,
    .darken = blacken,
    .refresh_hz = null_refresh_hz,
    .poll = null_poll,
    .event_fd = null_event_fd,
};

BtDisplay *bt_null_open(const BtDisplayOptions *options)
{
    BtDisplay *display = g_new0(BtDisplay, 1);
    display->ops = &NULL_OPS;
    display->canvas = bt_frame_new(options->canvas_w_px ? options->canvas_w_px : DEFAULT_W_PX,
        options->canvas_h_px ? options->canvas_h_px : DEFAULT_H_PX);
    display->w_px = display->canvas->w_px;
    display->h_px = display->canvas->h_px;
    blacken(display);
    return display;
}
