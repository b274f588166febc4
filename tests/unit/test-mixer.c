/* What is heard, frame by frame, without a device: when parts begin and end, how they fade into
 * each other, that nothing clicks, and that a part follows its time at any speed of the card. */
#include "player/show/mixer.h"

#include "render/display/card_clock.h"

#include <math.h>

#define RATE_HZ 48000
#define PIECE 2048
#define LOUD 10000
/* A sine of 100 Hz at this height moves by 131 a frame; a ramp over 5 ms adds 42. */
#define SMOOTH_STEP 300

typedef struct {
    gint refs;
    gint64 from_ms, until_ms; /* what it has */
    double hz;                /* 0: it is LOUD all the time */
    gint64 read_at, n_gaps;   /* where the last read ended; how often the next did not go on */
} Tape;

static gsize read_tape(gpointer source, gint64 pts_ms, gint16 *samples, gsize n_frames)
{
    Tape *tape = source;
    gint64 at = pts_ms * 48;
    if (ABS(at - tape->read_at) > 48)
        tape->n_gaps++;
    else
        at = tape->read_at;
    gsize n = 0;
    for (; n < n_frames; n++) {
        gint64 frame = at + (gint64)n;
        if (frame < tape->from_ms * 48 || frame >= tape->until_ms * 48)
            break;
        double value = tape->hz > 0 ? sin(2 * G_PI * tape->hz * (double)frame / RATE_HZ) : 1;
        samples[2 * n] = samples[2 * n + 1] = (gint16)(LOUD * value);
    }
    tape->read_at = at + (gint64)n;
    return n;
}

static gpointer ref_tape(gpointer source)
{
    ((Tape *)source)->refs++;
    return source;
}

static const BtMixerSources TAPES = { read_tape, ref_tape };

/* The left channel of `ms` from show time `from_ms` on. */
static GArray *hear(BtMixer *mixer, double from_ms, int ms)
{
    GArray *heard = g_array_new(FALSE, FALSE, sizeof(gint16));
    gint16 piece[PIECE * 2];
    for (gsize at = 0; at < (gsize)ms * 48; at += PIECE) {
        bt_mixer_fill(mixer, piece, PIECE, from_ms + (double)at / 48);
        for (gsize i = 0; i < PIECE; i++)
            g_array_append_val(heard, piece[2 * i]);
    }
    return heard;
}

static int at_ms(const GArray *heard, double ms)
{
    return g_array_index(heard, gint16, (guint)(ms * 48));
}

static int largest_step(const GArray *heard)
{
    int largest = 0;
    for (guint i = 1; i < heard->len; i++)
        largest = MAX(
            largest, ABS(g_array_index(heard, gint16, i) - g_array_index(heard, gint16, i - 1)));
    return largest;
}

static void take_all(BtMixer *mixer)
{
    Tape *tape;
    while ((tape = bt_mixer_take_done(mixer, TRUE)) != NULL)
        tape->refs--;
}

/* ---- begin and end ---- */

static void test_begins_and_ends_in_time(void)
{
    Tape tape = { .until_ms = 5000 };
    BtMixer *mixer = bt_mixer_new(&TAPES);
    BtMixerPart part = { &tape, 10100, 10300, 0, 0 };
    g_assert_true(bt_mixer_set(mixer, &part, 1, 100));
    g_assert_false(bt_mixer_set(mixer, &part, 1, 100));
    g_autoptr(GArray) heard = hear(mixer, 10000, 500);
    g_assert_cmpint(at_ms(heard, 99.9), ==, 0);
    g_assert_cmpint(at_ms(heard, 102.5), >, LOUD * 0.4);
    g_assert_cmpint(at_ms(heard, 102.5), <, LOUD * 0.6);
    g_assert_cmpint(at_ms(heard, 106), ==, LOUD);
    g_assert_cmpint(at_ms(heard, 294), ==, LOUD);
    g_assert_cmpint(at_ms(heard, 297.5), <, LOUD * 0.6);
    g_assert_cmpint(at_ms(heard, 300), ==, 0);
    g_assert_cmpint(largest_step(heard), <, SMOOTH_STEP);
    g_assert_cmpint(tape.n_gaps, ==, 0);
    bt_mixer_set(mixer, NULL, 0, 100);
    take_all(mixer);
    g_assert_cmpint(tape.refs, ==, 0);
    g_assert_true(bt_mixer_is_idle(mixer));
    bt_mixer_free(mixer);
}

/* Joined in the middle, at any instant: the same place of the tape as if it had run all the time.
 */
static void test_joins_in_the_middle(void)
{
    Tape whole = { .until_ms = 5000, .hz = 100 }, joined = whole;
    BtMixer *a = bt_mixer_new(&TAPES), *b = bt_mixer_new(&TAPES);
    BtMixerPart part_a = { &whole, 1000, 9000, 0, 0 }, part_b = { &joined, 1000, 9000, 0, 0 };
    bt_mixer_set(a, &part_a, 1, 100);
    bt_mixer_set(b, &part_b, 1, 100);
    g_autoptr(GArray) heard_a = hear(a, 1000, 1500);
    g_autoptr(GArray) heard_b = hear(b, 2024, 400);
    for (guint ms = 10; ms < 400; ms++)
        g_assert_cmpint(at_ms(heard_b, ms), ==, at_ms(heard_a, 1024 + ms));
    bt_mixer_free(a);
    bt_mixer_free(b);
}

/* ---- from one to the next ---- */

static void test_cut(void)
{
    Tape one = { .until_ms = 1000, .hz = 100 }, other = { .until_ms = 5000, .hz = 100 };
    BtMixer *mixer = bt_mixer_new(&TAPES);
    BtMixerPart parts[] = { { &one, 0, 1000, 0, 0 }, { &other, 1000, 3000, 0, 0 } };
    bt_mixer_set(mixer, parts, 2, 100);
    g_autoptr(GArray) heard = hear(mixer, 500, 1000);
    g_assert_cmpint(largest_step(heard), <, SMOOTH_STEP);
    g_assert_cmpint(one.n_gaps + other.n_gaps, ==, 1); /* joined once, in the middle of the one */
    bt_mixer_free(mixer);
}

/* In the middle of the picture's fade both are as loud, and together as loud as each alone. */
static void test_fade(void)
{
    Tape one = { .until_ms = 9000 }, other = { .until_ms = 9000 };
    BtMixer *mixer = bt_mixer_new(&TAPES);
    BtMixerPart parts[] = { { &one, 0, 1000, 0, 400 }, { &other, 1000, 3000, 400, 0 } };
    bt_mixer_set(mixer, parts, 1, 100);
    g_autoptr(GArray) alone = hear(mixer, 500, 1000);
    g_assert_cmpint(at_ms(alone, 499), ==, LOUD);
    g_assert_cmpint(at_ms(alone, 700), >, LOUD * 0.69);
    g_assert_cmpint(at_ms(alone, 700), <, LOUD * 0.73);
    g_assert_cmpint(at_ms(alone, 900), ==, 0);
    bt_mixer_free(mixer);
    mixer = bt_mixer_new(&TAPES);
    bt_mixer_set(mixer, parts, 2, 50);
    g_autoptr(GArray) both = hear(mixer, 500, 1500);
    g_assert_cmpint(at_ms(both, 499), ==, LOUD / 2);
    g_assert_cmpint(at_ms(both, 700), >, LOUD / 2 * 1.38);
    g_assert_cmpint(at_ms(both, 700), <, LOUD / 2 * 1.45);
    g_assert_cmpint(at_ms(both, 910), ==, LOUD / 2);
    g_assert_cmpint(largest_step(both), <, SMOOTH_STEP);
    bt_mixer_free(mixer);
}

/* ---- nothing clicks ---- */

/* Taken away, dried up, jumped, made silent: all in the middle of the sound. */
static void test_no_clicks(void)
{
    static const char *const ways[] = { "taken away", "dry", "jump", "quieter" };
    for (guint way = 0; way < G_N_ELEMENTS(ways); way++) {
        Tape tape = { .until_ms = way == 1 ? 1003 : 9000 };
        BtMixer *mixer = bt_mixer_new(&TAPES);
        BtMixerPart part = { &tape, 0, 9000, 0, 0 };
        bt_mixer_set(mixer, &part, 1, 100);
        g_autoptr(GArray) heard = hear(mixer, 0, 900);
        double next_ms = (double)heard->len / 48;
        bt_mixer_set(mixer, &part, way == 0 ? 0 : 1, way == 3 ? 10 : 100);
        g_autoptr(GArray) more = hear(mixer, next_ms + (way == 2 ? 500 : 0), 300);
        g_array_append_vals(heard, more->data, more->len);
        g_test_message("%s", ways[way]);
        g_assert_cmpint(largest_step(heard), <, SMOOTH_STEP);
        static const int ends[] = { 0, 0, LOUD, LOUD / 10 };
        g_assert_cmpint(at_ms(heard, next_ms + 290), ==, ends[way]);
        g_assert_cmpint(bt_mixer_has_done(mixer), ==, way == 0);
        bt_mixer_free(mixer);
    }
}

static void test_never_too_loud(void)
{
    Tape tapes[BT_MIXER_PARTS + 2];
    BtMixerPart parts[BT_MIXER_PARTS + 2];
    BtMixer *mixer = bt_mixer_new(&TAPES);
    for (guint i = 0; i < G_N_ELEMENTS(tapes); i++) {
        tapes[i] = (Tape){ .until_ms = 5000 };
        parts[i] = (BtMixerPart){ &tapes[i], 0, 5000, 0, 0 };
    }
    bt_mixer_set(mixer, parts, G_N_ELEMENTS(parts), 100);
    g_autoptr(GArray) heard = hear(mixer, 0, 200);
    g_assert_cmpint(at_ms(heard, 100), ==, G_MAXINT16);
    g_assert_cmpint(tapes[BT_MIXER_PARTS].refs, ==, 0);
    bt_mixer_free(mixer);
}

/* ---- in step ---- */

/* The card is faster or slower by so many millionths than the monotonic clock, for a minute; its
 * requests come late by chance. */
static void follow(int ppm, double most_ms)
{
    Tape tape = { .until_ms = 200000, .hz = 100 };
    BtMixer *mixer = bt_mixer_new(&TAPES);
    BtMixerPart part = { &tape, 0, 200000, 0, 0 };
    BtCardClock clock;
    GRand *dice = g_rand_new_with_seed(7);
    gint16 piece[PIECE * 2];
    double card_us = 5e6, piece_us = PIECE * 1e6 / (RATE_HZ * (1 + ppm / 1e6)), worst_ms = 0;
    bt_card_clock_start(&clock, RATE_HZ, PIECE * G_USEC_PER_SEC / RATE_HZ);
    bt_mixer_set(mixer, &part, 1, 100);
    for (guint i = 0; i < 60 * RATE_HZ / PIECE; i++, card_us += piece_us) {
        double late_us = g_rand_double(dice) < 0.1 ? 30000 : 3000;
        gint64 heard_us = bt_card_clock_ask(
            &clock, (gint64)(card_us + g_rand_double_range(dice, 0, late_us)), PIECE);
        bt_mixer_fill(mixer, piece, PIECE, (double)heard_us / 1000);
        /* The end of this piece really is heard a memory and a piece after the card was full. */
        double is_ms = (double)tape.read_at / 48, ought_ms = (card_us + 2 * piece_us) / 1000;
        if (i > 200)
            worst_ms = MAX(worst_ms, fabs(is_ms - ought_ms));
    }
    g_rand_free(dice);
    g_test_message("%d ppm: %.2f ms at worst, %d gaps", ppm, worst_ms, (int)tape.n_gaps);
    g_assert_cmpfloat(worst_ms, <, most_ms);
    g_assert_cmpint(tape.n_gaps, ==, 1);
    bt_mixer_free(mixer);
}

static void test_follows_the_card(void)
{
    static const int ppms[] = { 0, 30, -30, 200, -200, 1000, -1000, 4000, -4000 };
    for (guint i = 0; i < G_N_ELEMENTS(ppms); i++)
        follow(ppms[i], ABS(ppms[i]) > 1000 ? 20 : 6);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mixer/in-time", test_begins_and_ends_in_time);
    g_test_add_func("/mixer/joins", test_joins_in_the_middle);
    g_test_add_func("/mixer/cut", test_cut);
    g_test_add_func("/mixer/fade", test_fade);
    g_test_add_func("/mixer/no-clicks", test_no_clicks);
    g_test_add_func("/mixer/too-loud", test_never_too_loud);
    g_test_add_func("/mixer/follows-the-card", test_follows_the_card);
    return g_test_run();
}
