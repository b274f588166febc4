/* A sound card for tests: takes frames (S16 stereo 48 kHz) out of a FIFO as its own clock says, and
 * tells when a beep was heard, by the monotonic clock.
 *
 *   peer-sound-card FIFO [PPM [FILE]]
 *
 * Its clock is faster by PPM millionths than the monotonic clock. It holds what the FIFO holds:
 * 2048 frames. What is not there when it is due is silence, as with any card. All that it plays it
 * writes into FILE too. On stdout, in ms:
 *
 *   beep WHEN     the first loud frame after 300 ms without one
 *   missing WHEN N_FRAMES  in the second before
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RATE_HZ 48000
#define HOLDS_BYTES 8192
#define TICK_US 2000
#define LOUD 2000
#define QUIET_FRAMES (RATE_HZ * 3 / 10)
#define PIECE_FRAMES 4096

typedef struct {
    int fd;
    double rate_hz;
    gint64 began_us;
    gint64 n_frames; /* heard so far */
    gint64 loud_at;  /* the last loud frame */
    gint64 n_missing, told_us;
    FILE *copy; /* nullable */
} Card;

static double ms_of(const Card *card, gint64 frame)
{
    return (double)card->began_us / 1000 + (double)frame * 1000 / card->rate_hz;
}

static void hear(Card *card, const gint16 *samples, gint64 n_frames)
{
    if (card->copy)
        fwrite(samples, 4, (size_t)n_frames, card->copy);
    for (gint64 i = 0; i < n_frames; i++, card->n_frames++) {
        if (ABS(samples[2 * i]) < LOUD)
            continue;
        if (card->n_frames - card->loud_at > QUIET_FRAMES)
            printf("beep %.3f\n", ms_of(card, card->n_frames));
        card->loud_at = card->n_frames;
    }
}

static void tell(Card *card, gint64 now_us)
{
    if (now_us - card->told_us < G_USEC_PER_SEC)
        return;
    card->told_us = now_us;
    if (card->n_missing > 0)
        printf("missing %.3f %" G_GINT64_FORMAT "\n", (double)now_us / 1000, card->n_missing);
    card->n_missing = 0;
    if (card->copy)
        fflush(card->copy);
    fflush(stdout);
}

/* FALSE: the sound server closed the FIFO. */
static gboolean tick(Card *card)
{
    static const gint16 silence[2 * PIECE_FRAMES];
    gint16 samples[2 * PIECE_FRAMES];
    gint64 now_us = g_get_monotonic_time();
    gint64 due = (gint64)((double)(now_us - card->began_us) * card->rate_hz / 1e6);
    gint64 n = MIN(due - card->n_frames, PIECE_FRAMES);
    ssize_t size_bytes = n > 0 ? read(card->fd, samples, (size_t)n * 4) : -1;
    if (size_bytes == 0)
        return FALSE;
    gint64 came = MAX(size_bytes, 0) / 4;
    hear(card, samples, came);
    if (card->loud_at == 0 && card->n_frames == came && came == 0) {
        card->began_us = now_us; /* nothing came yet at all */
    } else if (n > came) {
        card->n_missing += n - came;
        hear(card, silence, n - came);
    }
    tell(card, now_us);
    fflush(stdout);
    return TRUE;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    double ppm = argc > 2 ? g_ascii_strtod(argv[2], NULL) : 0;
    Card card = { .fd = open(argv[1], O_RDONLY | O_NONBLOCK | O_CLOEXEC) };
    if (card.fd < 0 || fcntl(card.fd, F_SETPIPE_SZ, HOLDS_BYTES) < 0) {
        perror("peer-sound-card");
        return 1;
    }
    card.copy = argc > 3 ? fopen(argv[3], "wbe") : NULL;
    card.rate_hz = RATE_HZ * (1 + ppm / 1e6);
    card.began_us = card.told_us = g_get_monotonic_time();
    while (tick(&card))
        g_usleep(TICK_US);
    return 0;
}
