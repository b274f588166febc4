/* A witness of running text: looks at a strip of the X screen every 2 ms and says by how many
 * pixels it went to the left since the look before, by laying one picture over the other.
 *
 *   peer-ticker-witness --rect X,Y,W,H --duration MS
 *
 * One line for each look that differs from the one before, on stdout:
 *
 *   MILLISECONDS_SINCE_1970 STEP
 *
 * STEP is "?" where the strip is empty, or was not moved but changed. The time is that at which the
 * server had answered. */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define LOOK_EVERY_US 2000
#define STEP_MAX 40

typedef struct {
    Display *display;
    XImage *image;
    XShmSegmentInfo shared;
    int x, y, w, h;
    guint32 *before;
} Witness;

static gboolean open_witness(Witness *witness)
{
    witness->display = XOpenDisplay(NULL);
    if (!witness->display)
        return FALSE;
    int screen = DefaultScreen(witness->display);
    witness->image = XShmCreateImage(witness->display, DefaultVisual(witness->display, screen),
        (unsigned)DefaultDepth(witness->display, screen), ZPixmap, NULL, &witness->shared,
        (unsigned)witness->w, (unsigned)witness->h);
    if (!witness->image || witness->image->bytes_per_line != witness->w * 4)
        return FALSE;
    gsize size_bytes = (gsize)witness->w * (gsize)witness->h * 4;
    witness->shared.shmid = shmget(IPC_PRIVATE, size_bytes, IPC_CREAT | 0600);
    if (witness->shared.shmid < 0)
        return FALSE;
    witness->shared.shmaddr = witness->image->data = shmat(witness->shared.shmid, NULL, 0);
    gboolean attached = XShmAttach(witness->display, &witness->shared) != 0;
    XSync(witness->display, False);
    shmctl(witness->shared.shmid, IPC_RMID, NULL); /* goes with the last who holds it */
    witness->before = g_malloc0(size_bytes);
    return attached;
}

static const guint32 *row_of(const void *pixels, const Witness *witness, int y)
{
    return (const guint32 *)pixels + (gsize)y * (gsize)witness->w;
}

static gboolean is_moved_by(const Witness *witness, int step)
{
    for (int y = 0; y < witness->h; y++)
        if (memcmp(row_of(witness->image->data, witness, y),
                row_of(witness->before, witness, y) + step,
                (gsize)(witness->w - step) * sizeof(guint32)) != 0)
            return FALSE;
    return TRUE;
}

/* Letters in the middle half, so that only one step fits. */
static gboolean has_letters(const Witness *witness, const void *pixels)
{
    for (int y = 0; y < witness->h; y++) {
        const guint32 *row = row_of(pixels, witness, y);
        for (int x = witness->w / 4; x < witness->w * 3 / 4; x++)
            if (row[x] != row[witness->w / 4])
                return TRUE;
    }
    return FALSE;
}

static int step_since_before(const Witness *witness)
{
    if (!has_letters(witness, witness->before) || !has_letters(witness, witness->image->data))
        return -1;
    for (int step = 1; step <= STEP_MAX; step++)
        if (is_moved_by(witness, step))
            return step;
    return -1;
}

static gboolean look(Witness *witness)
{
    Window root = DefaultRootWindow(witness->display);
    if (!XShmGetImage(witness->display, root, witness->image, witness->x, witness->y, AllPlanes))
        return FALSE;
    double now_ms = (double)g_get_real_time() / 1000;
    gsize size_bytes = (gsize)witness->w * (gsize)witness->h * 4;
    if (memcmp(witness->before, witness->image->data, size_bytes) == 0)
        return TRUE;
    int step = step_since_before(witness);
    if (step < 0)
        printf("%.3f ?\n", now_ms);
    else
        printf("%.3f %d\n", now_ms, step);
    memcpy(witness->before, witness->image->data, size_bytes);
    return TRUE;
}

int main(int argc, char **argv)
{
    Witness witness = { 0 };
    if (argc != 5 || strcmp(argv[1], "--rect") != 0 || strcmp(argv[3], "--duration") != 0 ||
        sscanf(argv[2], "%d,%d,%d,%d", &witness.x, &witness.y, &witness.w, &witness.h) != 4 ||
        witness.w <= 2 * STEP_MAX) {
        fprintf(stderr, "peer-ticker-witness: expected --rect X,Y,W,H --duration MS\n");
        return 2;
    }
    gint64 start_us = g_get_monotonic_time(), until_us = start_us + atoll(argv[4]) * 1000;
    gboolean ok = open_witness(&witness);
    for (gint64 i = 1; ok && g_get_monotonic_time() < until_us; i++) {
        ok = look(&witness);
        gint64 wait_us = start_us + i * LOOK_EVERY_US - g_get_monotonic_time();
        if (wait_us > 0)
            g_usleep((gulong)wait_us);
    }
    if (!ok)
        fprintf(
            stderr, "peer-ticker-witness: cannot look at the X screen: expected 32 bits a pixel\n");
    g_free(witness.before);
    return ok ? 0 : 1;
}
