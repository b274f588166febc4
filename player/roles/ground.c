#include "player/roles/ground.h"

#include "player/roles/fdwatch.h"
#include "render/display/display.h"

#define COLOUR 0xFF0B1B33u
#define EVERY_MS 200 /* without a descriptor to sleep on */

struct BtGround {
    BtDisplay *display;
    void (*on_cut)(gpointer user);
    gpointer user;
    guint watch; /* GSource */
};

/* Where the window system does not keep the colour by itself. */
static void present(BtGround *ground)
{
    BtFrame *canvas = bt_display_canvas(ground->display);
    if (canvas == NULL)
        return;
    BtRect all = { 0, 0, canvas->w_px, canvas->h_px };
    bt_frame_fill(canvas, all, COLOUR);
    bt_display_present(ground->display, &all, 1, NULL);
}

static gboolean take_events(gpointer data)
{
    BtGround *ground = data;
    BtDisplayEvent event;
    while ((event = bt_display_poll(ground->display)) != BT_DISPLAY_EVENT_NONE) {
        if (event == BT_DISPLAY_EVENT_CUT)
            ground->on_cut(ground->user);
        if (event == BT_DISPLAY_EVENT_EXPOSED || event == BT_DISPLAY_EVENT_RESIZED)
            present(ground);
    }
    return G_SOURCE_CONTINUE;
}

static gboolean on_fd(gint fd, GIOCondition condition, gpointer data)
{
    (void)fd;
    (void)condition;
    return take_events(data);
}

BtGround *bt_ground_open(const char *cut_key, void (*on_cut)(gpointer user), gpointer user)
{
    BtDisplayOptions options = {
        .kind = BT_DISPLAY_WINDOW, .cut_key = cut_key, .plain_argb = COLOUR
    };
    BtDisplay *display = bt_display_open(&options, NULL);
    if (display == NULL)
        return NULL;
    BtGround *ground = g_new0(BtGround, 1);
    *ground = (BtGround){ .display = display, .on_cut = on_cut, .user = user };
    present(ground);
    int fd = bt_display_event_fd(display);
    ground->watch = fd >= 0 ? bt_fd_add(fd, G_IO_IN, on_fd, ground)
                            : g_timeout_add(EVERY_MS, take_events, ground);
    take_events(ground);
    return ground;
}

void bt_ground_close(BtGround *ground)
{
    if (ground == NULL)
        return;
    g_source_remove(ground->watch);
    bt_display_close(ground->display);
    g_free(ground);
}
