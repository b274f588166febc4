#include "player/roles/fdwatch.h"

#include <string.h>

struct BtFdWatch {
    GSource source;
    GArray *fds;  /* of int */
    GArray *tags; /* of gpointer, one for each */
};

guint bt_fd_add(int fd, GIOCondition condition, GUnixFDSourceFunc ready, gpointer user)
{
    GSource *source = g_unix_fd_source_new(fd, condition);
    g_source_set_can_recurse(source, TRUE);
    g_source_set_callback(source, G_SOURCE_FUNC(ready), user, NULL);
    guint id = g_source_attach(source, NULL);
    g_source_unref(source);
    return id;
}

static gboolean check(GSource *source)
{
    BtFdWatch *watch = (BtFdWatch *)source;
    for (guint i = 0; i < watch->tags->len; i++)
        if (g_source_query_unix_fd(source, g_array_index(watch->tags, gpointer, i)) != 0)
            return TRUE;
    return FALSE;
}

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    (void)source;
    return callback(user);
}

static void finalize(GSource *source)
{
    BtFdWatch *watch = (BtFdWatch *)source;
    g_array_unref(watch->fds);
    g_array_unref(watch->tags);
}

static GSourceFuncs functions = {
    .check = check,
    .dispatch = dispatch,
    .finalize = finalize,
};

BtFdWatch *bt_fd_watch_new(GSourceFunc ready, gpointer user)
{
    BtFdWatch *watch = (BtFdWatch *)g_source_new(&functions, sizeof *watch);
    watch->fds = g_array_new(FALSE, FALSE, sizeof(int));
    watch->tags = g_array_new(FALSE, FALSE, sizeof(gpointer));
    g_source_set_can_recurse(&watch->source, TRUE); /* as for bt_fd_add */
    g_source_set_callback(&watch->source, ready, user, NULL);
    g_source_attach(&watch->source, NULL);
    return watch;
}

static gboolean are_watched(const BtFdWatch *watch, const GArray *fds)
{
    return fds->len == watch->fds->len &&
        (fds->len == 0 || memcmp(fds->data, watch->fds->data, fds->len * sizeof(int)) == 0);
}

void bt_fd_watch_set(BtFdWatch *watch, GArray *fds)
{
    if (are_watched(watch, fds)) {
        g_array_unref(fds);
        return;
    }
    for (guint i = 0; i < watch->tags->len; i++)
        g_source_remove_unix_fd(&watch->source, g_array_index(watch->tags, gpointer, i));
    g_array_set_size(watch->tags, 0);
    g_array_unref(watch->fds);
    watch->fds = fds;
    for (guint i = 0; i < fds->len; i++) {
        gpointer tag =
            g_source_add_unix_fd(&watch->source, g_array_index(fds, int, i), G_IO_IN | G_IO_HUP);
        g_array_append_val(watch->tags, tag);
    }
}

void bt_fd_watch_free(BtFdWatch *watch)
{
    if (watch == NULL)
        return;
    g_source_destroy(&watch->source);
    g_source_unref(&watch->source);
}
