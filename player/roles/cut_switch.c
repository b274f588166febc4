#include "player/roles/cut_switch.h"

#include "player/roles/fdwatch.h"

#include <unistd.h>

#define AGAIN_S 10

struct BtCutSwitch {
    const BtGpioLine *line;
    void (*cut)(gpointer user);
    gpointer user;
    int fd;          /* of the line; -1: it is not there */
    guint source;    /* GSource: of the line, or of the next try */
    gboolean missed; /* it was said that it is not there */
};

static gboolean look_for_line(gpointer data);

static void try_later(BtCutSwitch *self)
{
    self->source = g_timeout_add_seconds(AGAIN_S, look_for_line, self);
}

static gboolean on_line(gint fd, GIOCondition condition, gpointer data)
{
    BtCutSwitch *self = data;
    gboolean alive;
    (void)condition;
    if (bt_gpio_take(fd, &alive))
        self->cut(self->user);
    if (alive)
        return G_SOURCE_CONTINUE;
    g_warning("supervise: the cut switch is gone");
    close(self->fd);
    self->fd = -1;
    try_later(self);
    return G_SOURCE_REMOVE;
}

static void say_missed(BtCutSwitch *self, const GError *failure)
{
    if (!self->missed)
        g_warning("supervise: no cut switch yet: %s", failure->message);
    self->missed = TRUE;
}

static void open_line(BtCutSwitch *self)
{
    gboolean is_active = FALSE;
    g_autoptr(GError) failure = NULL;
    self->fd = bt_gpio_open(self->line, &is_active, &failure);
    if (self->fd < 0) {
        say_missed(self, failure);
        try_later(self);
        return;
    }
    self->missed = FALSE;
    self->source = bt_fd_add(self->fd, G_IO_IN, on_line, self);
    if (is_active)
        self->cut(self->user);
}

static gboolean look_for_line(gpointer data)
{
    open_line(data);
    return G_SOURCE_REMOVE;
}

BtCutSwitch *bt_cut_switch_new(const BtGpioLine *line, void (*cut)(gpointer user), gpointer user)
{
    BtCutSwitch *self = g_new(BtCutSwitch, 1);
    *self = (BtCutSwitch){ .line = line, .cut = cut, .user = user };
    open_line(self);
    return self;
}

void bt_cut_switch_free(BtCutSwitch *self)
{
    if (self == NULL)
        return;
    g_source_remove(self->source);
    if (self->fd >= 0)
        close(self->fd);
    g_free(self);
}
