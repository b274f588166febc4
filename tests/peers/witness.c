/* A witness outside the player: looks at a rectangle of the X screen again and again, and says when
 * it saw what. A new hash is a new picture on the glass, whoever drew it; the mean colour tells
 * pictures apart.
 *
 *   peer-witness [--rect X,Y,W,H] [--interval MS] [--duration MS] [--changes] [--monotonic]
 *
 * Without --rect the whole screen; without --duration one sample; --interval 0 looks without a
 * pause;
 * --changes leaves out samples equal to the one before. One line a sample, on stdout:
 *
 *   MILLISECONDS_SINCE_1970 HASH RRGGBB
 *
 * The time is that at which the server had answered; with --monotonic, that of the monotonic clock.
 */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

typedef struct {
    Display *display;
    Window root;
    int x, y, w, h;
    XImage *image;
    XShmSegmentInfo shared;
    gboolean is_shared, is_monotonic;
} Witness;

typedef struct {
    double time_ms;
    guint64 hash;
    guint mean[3]; /* red, green, blue */
} Sample;

typedef struct {
    char *rect;
    double interval_ms, duration_ms;
    gboolean changes, monotonic;
} Options;

/* XDestroyImage is a macro. */
static void drop_image(XImage *image)
{
    XDestroyImage(image);
}

static gboolean attach(Witness *witness)
{
    int screen = DefaultScreen(witness->display);
    if (!XShmQueryExtension(witness->display))
        return FALSE;
    witness->image = XShmCreateImage(witness->display, DefaultVisual(witness->display, screen),
        (unsigned)DefaultDepth(witness->display, screen), ZPixmap, NULL, &witness->shared,
        (unsigned)witness->w, (unsigned)witness->h);
    gsize size_bytes = (gsize)witness->image->bytes_per_line * (gsize)witness->h;
    witness->shared.shmid = shmget(IPC_PRIVATE, size_bytes, IPC_CREAT | 0600);
    if (witness->shared.shmid < 0)
        return FALSE;
    witness->shared.shmaddr = witness->image->data = shmat(witness->shared.shmid, NULL, 0);
    Status attached = XShmAttach(witness->display, &witness->shared);
    XSync(witness->display, False);
    shmctl(witness->shared.shmid, IPC_RMID, NULL); /* goes with the last who holds it */
    return attached != 0;
}

static gboolean look(Witness *witness)
{
    if (witness->is_shared)
        return XShmGetImage(
            witness->display, witness->root, witness->image, witness->x, witness->y, AllPlanes);
    if (witness->image)
        XDestroyImage(witness->image);
    witness->image = XGetImage(witness->display, witness->root, witness->x, witness->y,
        (unsigned)witness->w, (unsigned)witness->h, AllPlanes, ZPixmap);
    return witness->image != NULL;
}

/* FNV-1a over whole pixels: fast enough to look every millisecond. */
static void sum_up(const Witness *witness, Sample *sample)
{
    guint64 sums[3] = { 0, 0, 0 };
    sample->hash = G_GUINT64_CONSTANT(0xcbf29ce484222325);
    for (int y = 0; y < witness->h; y++) {
        const char *row = witness->image->data + (gsize)y * (gsize)witness->image->bytes_per_line;
        for (int x = 0; x < witness->w; x++) {
            guint32 pixel;
            memcpy(&pixel, row + (gsize)x * 4, 4);
            pixel &= 0xffffff;
            sample->hash = (sample->hash ^ pixel) * G_GUINT64_CONSTANT(0x100000001b3);
            sums[0] += pixel >> 16;
            sums[1] += pixel >> 8 & 255;
            sums[2] += pixel & 255;
        }
    }
    for (int i = 0; i < 3; i++)
        sample->mean[i] = (guint)(sums[i] / ((guint64)witness->w * (guint64)witness->h));
}

static gboolean take_sample(Witness *witness, Sample *sample)
{
    if (!look(witness) || witness->image->bits_per_pixel != 32)
        return FALSE;
    gint64 now_us = witness->is_monotonic ? g_get_monotonic_time() : g_get_real_time();
    sample->time_ms = (double)now_us / 1000;
    sum_up(witness, sample);
    return TRUE;
}

static gboolean open_witness(Witness *witness, const char *rect)
{
    witness->display = XOpenDisplay(NULL);
    if (!witness->display)
        return FALSE;
    int screen = DefaultScreen(witness->display);
    witness->root = RootWindow(witness->display, screen);
    witness->w = DisplayWidth(witness->display, screen);
    witness->h = DisplayHeight(witness->display, screen);
    if (rect &&
        sscanf(rect, "%d,%d,%d,%d", &witness->x, &witness->y, &witness->w, &witness->h) != 4)
        return FALSE;
    witness->is_shared = attach(witness);
    if (!witness->is_shared)
        g_clear_pointer(&witness->image, drop_image);
    return TRUE;
}

static void close_witness(Witness *witness)
{
    if (witness->is_shared)
        XShmDetach(witness->display, &witness->shared);
    if (witness->image)
        drop_image(witness->image);
    if (witness->is_shared)
        shmdt(witness->shared.shmaddr);
    if (witness->display)
        XCloseDisplay(witness->display);
}

static void print_sample(const Sample *sample)
{
    printf("%.3f %016" G_GINT64_MODIFIER "x %02x%02x%02x\n", sample->time_ms, sample->hash,
        sample->mean[0], sample->mean[1], sample->mean[2]);
    fflush(stdout);
}

static gboolean watch(Witness *witness, const Options *options)
{
    gint64 start_us = g_get_monotonic_time();
    guint64 last = 0;
    for (guint i = 0;; i++) {
        Sample sample;
        if (!take_sample(witness, &sample))
            return FALSE;
        if (i == 0 || !options->changes || sample.hash != last)
            print_sample(&sample);
        last = sample.hash;
        gint64 now_us = g_get_monotonic_time();
        gint64 next_us = start_us + (gint64)((i + 1) * options->interval_ms * 1000);
        if (MAX(now_us, next_us) - start_us >= options->duration_ms * 1000)
            return TRUE;
        if (next_us > now_us)
            g_usleep((gulong)(next_us - now_us));
    }
}

int main(int argc, char **argv)
{
    Options options = { .interval_ms = 2 };
    GOptionEntry entries[] = {
        { "rect", 0, 0, G_OPTION_ARG_STRING, &options.rect, "where to look", "X,Y,W,H" },
        { "interval", 0, 0, G_OPTION_ARG_DOUBLE, &options.interval_ms, "between looks", "MS" },
        { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &options.duration_ms, "of it all", "MS" },
        { "changes", 0, 0, G_OPTION_ARG_NONE, &options.changes, "only what differs", NULL },
        { "monotonic", 0, 0, G_OPTION_ARG_NONE, &options.monotonic, "not since 1970", NULL },
        { NULL },
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "peer-witness: %s\n", error->message);
        return 2;
    }
    Witness witness = { .is_monotonic = options.monotonic };
    gboolean ok = open_witness(&witness, options.rect) && watch(&witness, &options);
    if (!ok)
        fprintf(stderr, "peer-witness: cannot look at the X screen: expected 32 bits a pixel\n");
    close_witness(&witness);
    g_free(options.rect);
    return ok ? 0 : 1;
}
