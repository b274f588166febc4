/* An X server paints a window's background by itself, when the window is shown and whenever a part
 * of it is uncovered. So a window that is nothing but its background needs no picture of eight
 * megabytes on either side of the socket, and nobody who wakes up to send it again. */
#include "render/display/plain.h"

#include <SDL_syswm.h>

#ifdef SDL_VIDEO_DRIVER_X11
static gulong pixel_of(SDL_Window *window, guint32 argb)
{
    SDL_PixelFormat *format = SDL_AllocFormat(SDL_GetWindowPixelFormat(window));
    if (!format)
        return argb & 0xffffff;
    gulong pixel = SDL_MapRGB(format, argb >> 16 & 255, argb >> 8 & 255, argb & 255);
    SDL_FreeFormat(format);
    return pixel;
}

static void fill(SDL_Window *window, Display *display, Window id, guint32 argb)
{
    XSetWindowBackground(display, id, pixel_of(window, argb));
    XClearWindow(display, id);
    XSync(display, False); /* it is there before whatever is opened next */
}
#endif

gboolean bt_plain_fill(SDL_Window *window, guint32 argb)
{
    SDL_SysWMinfo info;
    SDL_VERSION(&info.version);
    if (!SDL_GetWindowWMInfo(window, &info))
        return FALSE;
#ifdef SDL_VIDEO_DRIVER_X11
    if (info.subsystem == SDL_SYSWM_X11) {
        fill(window, info.info.x11.display, info.info.x11.window, argb);
        return TRUE;
    }
#endif
    (void)argb;
    return FALSE;
}
