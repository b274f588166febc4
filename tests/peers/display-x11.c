/* A display under orders, for display-x11.py: options as arguments, then commands on stdin, one a
 * line, each answered with a line on stdout; events are printed as they come, waited for on the
 * descriptor.
 *
 *   peer-display-x11 CANVAS_W CANVAS_H X Y none|fit windowed|whole|plain CUT_KEY [RENDERER]
 *   draw STEP         the pattern of STEP all over the canvas, not presented
 *   present X,Y,W,H … these rectangles of the canvas
 *   darken, quit */
#include "render/display/display.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void draw(BtFrame *canvas, guint32 step)
{
    for (int y = 0; y < canvas->h_px; y++) {
        for (int x = 0; x < canvas->w_px; x++) {
            guint32 red = ((guint32)x * 7 + step * 50) & 255, green = ((guint32)y * 5) & 255;
            guint32 blue = (guint32)(x ^ y) & 255;
            canvas->pixels[(gsize)y * (gsize)canvas->stride_px + (gsize)x] =
                0xff000000u | red << 16 | green << 8 | blue;
        }
    }
}

/* By the painter where a chip draws. */
static void draw_all(BtDisplay *display, guint32 step)
{
    BtPainter *painter = bt_display_painter(display);
    if (!painter) {
        draw(bt_display_canvas(display), step);
        return;
    }
    int w_px, h_px;
    bt_display_size(display, &w_px, &h_px);
    g_autoptr(BtFrame) frame = bt_frame_new(w_px, h_px);
    draw(frame, step);
    frame->opaque = TRUE;
    painter->frame(painter, frame, 0, 0, (BtRect){ 0, 0, w_px, h_px }, 255);
    painter->done(painter, FALSE);
}

static gboolean present(BtDisplay *display, char **words)
{
    g_autoptr(GError) error = NULL;
    BtRect rects[BT_FRAME_MAX_H_PX / 100];
    guint n = 0;
    for (; words[n] && n < G_N_ELEMENTS(rects); n++)
        if (sscanf(words[n], "%d,%d,%d,%d", &rects[n].x, &rects[n].y, &rects[n].w, &rects[n].h) !=
            4)
            return FALSE;
    if (bt_display_present(display, rects, n, &error))
        return TRUE;
    fprintf(stderr, "%s\n", error->message);
    return FALSE;
}

static gboolean obey(BtDisplay *display, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    if (g_str_equal(words[0], "draw"))
        draw_all(display, (guint32)g_ascii_strtoull(words[1], NULL, 10));
    else if (g_str_equal(words[0], "present"))
        return present(display, words + 1);
    else if (g_str_equal(words[0], "darken"))
        bt_display_darken(display);
    else
        return FALSE;
    return TRUE;
}

static void print_events(BtDisplay *display)
{
    static const char *const NAMES[] = { "none", "quit", "exposed", "resized", "cut" };
    BtDisplayEvent event;
    while ((event = bt_display_poll(display)) != BT_DISPLAY_EVENT_NONE)
        printf("event %s\n", NAMES[event]);
    fflush(stdout);
}

/* One line without its end; FALSE at the end of all. */
static gboolean read_line(char *line, gsize room)
{
    gsize n = 0;
    while (n + 1 < room && read(STDIN_FILENO, line + n, 1) == 1 && line[n] != '\n')
        n++;
    line[n] = 0;
    return n > 0;
}

static int serve(BtDisplay *display)
{
    char line[4096];
    struct pollfd fds[] = {
        { STDIN_FILENO, POLLIN, 0 },
        { bt_display_event_fd(display), POLLIN, 0 },
    };
    for (;;) {
        poll(fds, G_N_ELEMENTS(fds), -1);
        if (fds[1].revents)
            print_events(display);
        if (!fds[0].revents)
            continue;
        if (!read_line(line, sizeof line) || g_str_equal(line, "quit"))
            return 0;
        if (!obey(display, line))
            return 1;
        printf("done\n");
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    BtRenderer renderer = BT_RENDERER_SOFTWARE;
    if (argc < 8 || argc > 9 || (argc == 9 && !bt_renderer_from_name(argv[8], &renderer)))
        return 2;
    g_autoptr(GError) error = NULL;
    BtDisplayOptions options = {
        .kind = BT_DISPLAY_WINDOW,
        .canvas_w_px = (int)g_ascii_strtoll(argv[1], NULL, 10),
        .canvas_h_px = (int)g_ascii_strtoll(argv[2], NULL, 10),
        .x_px = (int)g_ascii_strtoll(argv[3], NULL, 10),
        .y_px = (int)g_ascii_strtoll(argv[4], NULL, 10),
        .scale = g_str_equal(argv[5], "fit") ? BT_SCALE_FIT : BT_SCALE_NONE,
        .windowed = g_str_equal(argv[6], "windowed"),
        .plain_argb = g_str_equal(argv[6], "plain") ? 0xff0b1b33u : 0,
        .cut_key = argv[7],
        .renderer = renderer,
    };
    g_autoptr(BtDisplay) display = bt_display_open(&options, &error);
    if (!display) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    const BtFrame *canvas = bt_display_canvas(display);
    int w_px, h_px;
    bt_display_size(display, &w_px, &h_px);
    printf("open %d %d %d %.0f %d\n", w_px, h_px, canvas ? canvas->stride_px : 0,
        bt_display_refresh_hz(display), bt_display_event_fd(display) >= 0);
    fflush(stdout);
    return serve(display);
}
