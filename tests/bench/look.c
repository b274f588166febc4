/* Looks at the picture of an Xvfb again and again, and says what changed and when.
 *
 *   bench-look FRAMEBUFFER --line Y [--every US] [--strip Y]
 *
 * FRAMEBUFFER is the file of `Xvfb -fbdir`: the server's own memory. So a look costs the server
 * nothing, whose time is measured too, and may come every millisecond. What it looks at is a line
 * of pixels, which a player writes in one go; a line found while it is being written is read again.
 *
 * Clips and pictures carry a code on that line: 16 blocks, white for 1, black for 0, of which the
 * first is 1, the second 0, then 4 bits of the item and 9 of the frame, low ones first, and one
 * that makes the number of ones even. A line a change, on stdout:
 *
 *   US CODE HASH MEAN      CODE is item * 512 + frame, -1 for none, -2 for a bent one;
 *                          MEAN the brightness of the darkest of three lines
 *   US strip STEP SURE     with --strip: that line moved by STEP pixels to the left; SURE is 0 when
 *                          it does not lie on the one before
 *
 * US counts on the monotonic clock. It ends with its standard input. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_BLOCKS 16
#define FIRST_BLOCK_PX 64 /* where the blocks begin, and how far they are from one another: */
#define BLOCK_PX 40
#define BLOCK_MIDDLE_PX 16
#define WHITE 144
#define BLACK 112
#define MAX_W_PX 8192
#define MAX_STEP_PX 24
#define MIN_EDGES 50 /* of a line that a step can be told from */
#define TRIES 50

typedef struct {
    const guint8 *pixels;
    gsize row_bytes;
    int w_px, h_px;
} Screen;

/* ---- the server's memory ---- */

/* A file of xwd: words with the high byte first, then colours of 12 bytes, then pixels. */
static guint32 word(const guint8 *header, int index)
{
    guint32 value;
    memcpy(&value, header + index * 4, 4);
    return GUINT32_FROM_BE(value);
}

static gboolean open_screen(Screen *screen, const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0 || info.st_size < 100)
        return FALSE;
    const guint8 *file = mmap(NULL, (gsize)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (file == MAP_FAILED || word(file, 11) != 32)
        return FALSE;
    *screen = (Screen){ file + word(file, 0) + (gsize)word(file, 19) * 12, word(file, 12),
        (int)word(file, 4), (int)word(file, 5) };
    gsize end = (gsize)(screen->pixels - file) + screen->row_bytes * (gsize)screen->h_px;
    return screen->w_px <= MAX_W_PX && end <= (gsize)info.st_size;
}

/* ---- a line ---- */

typedef struct {
    guint32 pixels[MAX_W_PX];
} Line;

static gboolean copy_line(const Screen *screen, int y_px, Line *line)
{
    const guint8 *row = screen->pixels + (gsize)y_px * screen->row_bytes;
    gsize bytes = (gsize)screen->w_px * 4;
    for (int i = 0; i < TRIES; i++) {
        memcpy(line->pixels, row, bytes);
        if (memcmp(line->pixels, row, bytes) == 0)
            return TRUE;
    }
    return FALSE;
}

static int green(guint32 pixel)
{
    return (int)(pixel >> 8 & 255);
}

static guint64 hash_of(const Line *line, int w_px)
{
    guint64 hash = G_GUINT64_CONSTANT(0xcbf29ce484222325);
    for (int x = 0; x < w_px; x++)
        hash = (hash ^ (line->pixels[x] & 0xffffff)) * G_GUINT64_CONSTANT(0x100000001b3);
    return hash;
}

static int mean_of(const Screen *screen, int y_px)
{
    const guint8 *row = screen->pixels + (gsize)y_px * screen->row_bytes;
    int sum = 0, n = 0;
    for (int x = 0; x < screen->w_px; x += 16, n++)
        sum += row[x * 4] + row[x * 4 + 1] + row[x * 4 + 2];
    return sum / (3 * n);
}

static int darkest(const Screen *screen, int y_px)
{
    int at[] = { y_px, screen->h_px / 2, screen->h_px - screen->h_px / 8 };
    return MIN(mean_of(screen, at[0]), MIN(mean_of(screen, at[1]), mean_of(screen, at[2])));
}

/* -1: no code; -2: one that is bent. */
static int code_of(const Line *line, int w_px)
{
    int bits = 0, ones = 0;
    if (FIRST_BLOCK_PX + N_BLOCKS * BLOCK_PX > w_px)
        return -1;
    for (int i = 0; i < N_BLOCKS; i++) {
        int level = green(line->pixels[FIRST_BLOCK_PX + i * BLOCK_PX + BLOCK_MIDDLE_PX]);
        if (level > BLACK && level < WHITE)
            return i < 2 ? -1 : -2;
        bits |= (level >= WHITE) << i;
        ones += level >= WHITE;
    }
    if ((bits & 3) != 1)
        return -1;
    return ones % 2 ? -2 : (bits >> 2 & 15) * 512 + (bits >> 6 & 511);
}

/* ---- how far a line went ---- */

static int edges_in(const Line *line, int w_px)
{
    int n = 0;
    for (int x = 1; x < w_px; x++)
        n += ABS(green(line->pixels[x]) - green(line->pixels[x - 1])) > 24;
    return n;
}

static gint64 difference(const Line *before, const Line *now, int w_px, int step_px)
{
    gint64 sum = 0;
    for (int x = 0; x + MAX_STEP_PX < w_px; x++)
        sum += ABS(green(before->pixels[x + step_px]) - green(now->pixels[x]));
    return sum;
}

/* Sure, when it lies much better there than where it was. */
static int step_of(const Line *before, const Line *now, int w_px, gboolean *sure)
{
    gint64 least = G_MAXINT64, none = difference(before, now, w_px, 0);
    int best_px = 0;
    for (int step_px = 0; step_px <= MAX_STEP_PX; step_px++) {
        gint64 sum = difference(before, now, w_px, step_px);
        if (sum < least) {
            least = sum;
            best_px = step_px;
        }
    }
    *sure = best_px > 0 && least * 4 < none && edges_in(now, w_px) >= MIN_EDGES;
    return best_px;
}

/* ---- looking ---- */

typedef struct {
    Screen screen;
    int line_px, strip_px; /* -1: none */
    int mean, code;
    Line line, strip, before;
    guint64 hash, strip_hash;
} Look;

static void look_at_line(Look *look, gint64 now_us)
{
    if (!copy_line(&look->screen, look->line_px, &look->line))
        return;
    guint64 hash = hash_of(&look->line, look->screen.w_px);
    int mean = darkest(&look->screen, look->line_px);
    if (hash == look->hash && (mean > 3) == (look->mean > 3))
        return;
    look->hash = hash;
    look->mean = mean;
    printf("%" G_GINT64_FORMAT " %d %016" G_GINT64_MODIFIER "x %d\n", now_us,
        code_of(&look->line, look->screen.w_px), hash, mean);
}

static void look_at_strip(Look *look, gint64 now_us)
{
    gboolean sure;
    if (!copy_line(&look->screen, look->strip_px, &look->strip))
        return;
    guint64 hash = hash_of(&look->strip, look->screen.w_px);
    if (hash == look->strip_hash)
        return;
    int step_px = step_of(&look->before, &look->strip, look->screen.w_px, &sure);
    printf("%" G_GINT64_FORMAT " strip %d %d\n", now_us, step_px, sure);
    look->before = look->strip;
    look->strip_hash = hash;
}

static gboolean is_over(void)
{
    struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
    char byte;
    return poll(&input, 1, 0) > 0 && read(STDIN_FILENO, &byte, 1) <= 0;
}

static void watch(Look *look, gint64 every_us)
{
    gint64 begin_us = g_get_monotonic_time();
    for (gint64 i = 1; !is_over(); i++) {
        gint64 now_us = g_get_monotonic_time();
        look_at_line(look, now_us);
        if (look->strip_px >= 0)
            look_at_strip(look, now_us);
        if (i % 64 == 0)
            fflush(stdout);
        gint64 wait_us = begin_us + i * every_us - g_get_monotonic_time();
        if (wait_us > 0)
            g_usleep((gulong)wait_us);
    }
}

int main(int argc, char **argv)
{
    int every_us = 1000;
    g_autofree Look *look = g_new0(Look, 1);
    look->line_px = 80;
    look->strip_px = -1;
    GOptionEntry entries[] = {
        { "line", 0, 0, G_OPTION_ARG_INT, &look->line_px, "with the code", "Y" },
        { "strip", 0, 0, G_OPTION_ARG_INT, &look->strip_px, "of running text", "Y" },
        { "every", 0, 0, G_OPTION_ARG_INT, &every_us, "between looks", "US" },
        { NULL },
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new("FRAMEBUFFER");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2) {
        fprintf(stderr, "bench-look: %s\n", error ? error->message : "expected one FRAMEBUFFER");
        return 2;
    }
    if (!open_screen(&look->screen, argv[1]) || look->line_px >= look->screen.h_px ||
        look->strip_px >= look->screen.h_px) {
        fprintf(
            stderr, "bench-look: %s: expected the file of Xvfb -fbdir, 32 bits a pixel\n", argv[1]);
        return 1;
    }
    /* Beside players that take all there is, a look would come late. */
    sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ .sched_priority = 2 });
    watch(look, every_us);
    return 0;
}
