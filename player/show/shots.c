/* The main thread looks at the canvas for about a millisecond, and no longer the larger that is;
 * what takes long, compressing and the disk, is done beside it, one picture at a time. */
#include "player/show/shots.h"

#include "base/io.h"
#include "render/scene/thumb.h"

#define REST_MS 2000 /* after a change: fades end, films have begun */

struct BtShots {
    BtGlass *glass;
    char *path;
    int every_s;
    GSourceFunc written;
    gpointer user;
    guint timer;     /* of the next one; 0: none */
    GThread *thread; /* it compresses; NULL */
    guint kind;
    gint64 taken_us;   /* the last one; 0: none yet */
    gboolean is_asked; /* while one was being written */
};

typedef struct {
    BtShots *shots;
    BtFrame *thumb;
} Shot;

static void plan(BtShots *shots, gint64 wait_ms);

/* ---- beside the main thread ---- */

static gboolean on_written(gpointer data)
{
    BtShots *shots = data;
    g_thread_join(g_steal_pointer(&shots->thread));
    shots->written(shots->user);
    if (shots->is_asked)
        plan(shots, 0);
    shots->is_asked = FALSE;
    return G_SOURCE_REMOVE;
}

static gpointer write_down(gpointer data)
{
    Shot *shot = data;
    g_autoptr(GError) failure = NULL;
    g_autoptr(GBytes) webp = bt_thumb_webp(shot->thumb, BT_SHOT_MAX_BYTES, &failure);
    if (webp == NULL ||
        !bt_io_write(shot->shots->path, g_bytes_get_data(webp, NULL), g_bytes_get_size(webp), 0600,
            &failure))
        g_message("picture: %s", failure->message);
    bt_frame_unref(shot->thumb);
    g_idle_add(on_written, shot->shots);
    g_free(shot);
    return NULL;
}

/* ---- in the main thread ---- */

static void take(BtShots *shots)
{
    g_autoptr(GError) failure = NULL;
    BtFrame *thumb = bt_glass_thumb(shots->glass, BT_SHOT_SIDE_PX, &failure);
    if (thumb == NULL) {
        g_message("picture: %s", failure->message);
        return;
    }
    Shot *shot = g_new(Shot, 1);
    *shot = (Shot){ shots, thumb };
    shots->taken_us = g_get_monotonic_time();
    shots->thread = g_thread_try_new("picture", write_down, shot, NULL);
    if (shots->thread == NULL) {
        bt_frame_unref(thumb);
        g_free(shot);
    }
}

static gboolean on_due(gpointer data)
{
    BtShots *shots = data;
    shots->timer = 0;
    if (shots->thread == NULL)
        take(shots);
    if (shots->every_s > 0)
        plan(shots, (gint64)shots->every_s * 1000);
    return G_SOURCE_REMOVE;
}

/* The next one, instead of what was planned before. */
static void plan(BtShots *shots, gint64 wait_ms)
{
    if (shots->timer != 0)
        g_source_remove(shots->timer);
    shots->timer = g_timeout_add((guint)wait_ms, on_due, shots);
}

BtShots *bt_shots_new(
    BtGlass *glass, const char *path, int every_s, GSourceFunc written, gpointer user)
{
    BtShots *shots = g_new0(BtShots, 1);
    shots->glass = glass;
    shots->path = g_strdup(path);
    shots->every_s = every_s;
    shots->written = written;
    shots->user = user;
    return shots;
}

void bt_shots_free(BtShots *shots)
{
    if (shots == NULL)
        return;
    if (shots->thread != NULL)
        g_thread_join(shots->thread);
    g_idle_remove_by_data(shots);
    if (shots->timer != 0)
        g_source_remove(shots->timer);
    g_free(shots->path);
    g_free(shots);
}

void bt_shots_ask(BtShots *shots)
{
    if (shots->thread != NULL)
        shots->is_asked = TRUE;
    else
        plan(shots, 0);
}

void bt_shots_note_kind(BtShots *shots, guint kind)
{
    if (kind == shots->kind || shots->every_s == 0)
        return;
    shots->kind = kind;
    gint64 since_ms = (g_get_monotonic_time() - shots->taken_us) / 1000;
    plan(shots, shots->taken_us == 0 ? REST_MS : MAX(REST_MS, BT_SHOT_MIN_S * 1000 - since_ms));
}
