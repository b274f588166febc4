/* To present a picture, Xlib waits for the server's answer, and takes up the events that arrive
 * before it: the socket is silent then though there are events. Therefore what is handed out is an
 * epoll of the socket and of an eventfd that is raised when such events are found. */
#include "render/display/wake.h"

#include <SDL_syswm.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct BtWake {
    int epoll_fd, event_fd;
};

static int socket_of(SDL_Window *window)
{
    SDL_SysWMinfo info;
    SDL_VERSION(&info.version);
    if (!SDL_GetWindowWMInfo(window, &info))
        return -1;
#ifdef SDL_VIDEO_DRIVER_X11
    if (info.subsystem == SDL_SYSWM_X11)
        return ConnectionNumber(info.info.x11.display);
#endif
    return -1;
}

static gboolean watch(BtWake *wake, int fd)
{
    struct epoll_event event = { .events = EPOLLIN };
    return epoll_ctl(wake->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

BtWake *bt_wake_new(SDL_Window *window)
{
    int socket_fd = socket_of(window);
    if (socket_fd < 0)
        return NULL;
    BtWake *wake = g_new(BtWake, 1);
    wake->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    wake->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake->epoll_fd < 0 || wake->event_fd < 0 || !watch(wake, socket_fd) ||
        !watch(wake, wake->event_fd)) {
        bt_wake_free(wake);
        return NULL;
    }
    bt_wake_check(wake);
    return wake;
}

void bt_wake_free(BtWake *wake)
{
    if (!wake)
        return;
    if (wake->epoll_fd >= 0)
        close(wake->epoll_fd);
    if (wake->event_fd >= 0)
        close(wake->event_fd);
    g_free(wake);
}

int bt_wake_fd(const BtWake *wake)
{
    return wake ? wake->epoll_fd : -1;
}

gboolean bt_wake_has_events(void)
{
    return SDL_HasEvents(SDL_FIRSTEVENT, SDL_POLLSENTINEL - 1);
}

void bt_wake_check(BtWake *wake)
{
    if (!wake)
        return;
    SDL_PumpEvents();
    if (bt_wake_has_events())
        eventfd_write(wake->event_fd, 1);
}

void bt_wake_calm(BtWake *wake)
{
    eventfd_t n;
    if (wake)
        eventfd_read(wake->event_fd, &n);
}
