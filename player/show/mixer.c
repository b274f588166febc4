/* Each part has a place in its source that follows the time. The card's clock and the monotonic
 * clock drift apart by some parts in a hundred thousand, so now and then a part reads a frame more
 * or fewer than it writes, and half a per cent at most: a difference is worked off within about a
 * second. Most pieces are copied as they are.
 *
 * Nothing may click. What begins grows over 5 ms, what ends wanes; and where a source stops or
 * jumps without a word, the last value it had runs out over the same time. */
#include "player/show/mixer.h"

#include <math.h>
#include <string.h>

#define FRAMES_PER_MS 48
#define RATE_HZ 48000
#define CHANNELS 2
#define CATCH_UP_FRAMES RATE_HZ /* a difference is worked off in about so much sound */
#define VOICES (2 * BT_MIXER_PARTS)
#define VOLUME_STEP (1.0 / (RATE_HZ / 50)) /* from silent to full in 20 ms */
#define PIECE_FRAMES 1024
#define READ_FRAMES (PIECE_FRAMES + PIECE_FRAMES * BT_MIXER_STRETCH_PER_MILLE / 1000)
#define NOWHERE G_MININT64

typedef struct {
    BtMixerPart part;
    gboolean wanted;
    gint64 at;             /* the frame of the source that comes next, NOWHERE: to be sought */
    double ramp;           /* 0 to 1 */
    double last[CHANNELS]; /* the value it had */
    double tail[CHANNELS]; /* one that is running out */
    guint tail_frames;
} Voice;

struct BtMixer {
    const BtMixerSources *sources;
    Voice voices[VOICES]; /* without a source: free */
    double volume, volume_wanted;
};

BtMixer *bt_mixer_new(const BtMixerSources *sources)
{
    BtMixer *mixer = g_new0(BtMixer, 1);
    mixer->sources = sources;
    return mixer;
}

void bt_mixer_free(BtMixer *mixer)
{
    g_free(mixer);
}

/* ---- what is wanted ---- */

static Voice *voice_of(BtMixer *mixer, const BtMixerPart *part)
{
    for (guint i = 0; i < VOICES; i++) {
        if (mixer->voices[i].part.source == part->source)
            return &mixer->voices[i];
    }
    return NULL;
}

static Voice *new_voice(BtMixer *mixer, gpointer source)
{
    for (guint i = 0; i < VOICES; i++) {
        if (mixer->voices[i].part.source != NULL)
            continue;
        mixer->voices[i] = (Voice){ .at = NOWHERE };
        mixer->voices[i].part.source = mixer->sources->ref(source);
        return &mixer->voices[i];
    }
    return NULL;
}

/* Every voice is unwanted until a part names it; TRUE: one was not named. */
static gboolean part_with(BtMixer *mixer, const gboolean were_wanted[VOICES])
{
    for (guint i = 0; i < VOICES; i++)
        if (were_wanted[i] && !mixer->voices[i].wanted)
            return TRUE;
    return FALSE;
}

gboolean bt_mixer_set(BtMixer *mixer, const BtMixerPart *parts, guint n_parts, int volume)
{
    gboolean were_wanted[VOICES], changed = FALSE;
    if (bt_mixer_is_idle(mixer))
        mixer->volume = volume / 100.0;
    mixer->volume_wanted = volume / 100.0;
    for (guint i = 0; i < VOICES; i++) {
        were_wanted[i] = mixer->voices[i].wanted;
        mixer->voices[i].wanted = FALSE;
    }
    for (guint i = 0; i < MIN(n_parts, BT_MIXER_PARTS); i++) {
        Voice *voice = voice_of(mixer, &parts[i]);
        if (voice == NULL)
            voice = new_voice(mixer, parts[i].source);
        if (voice == NULL)
            continue;
        changed |= !were_wanted[voice - mixer->voices];
        voice->part = parts[i];
        voice->wanted = TRUE;
    }
    return part_with(mixer, were_wanted) || changed;
}

static gboolean is_done(const Voice *voice)
{
    return !voice->wanted && voice->ramp <= 0 && voice->tail_frames == 0;
}

gboolean bt_mixer_has_done(const BtMixer *mixer)
{
    for (guint i = 0; i < VOICES; i++)
        if (mixer->voices[i].part.source != NULL && is_done(&mixer->voices[i]))
            return TRUE;
    return FALSE;
}

gboolean bt_mixer_is_idle(const BtMixer *mixer)
{
    for (guint i = 0; i < VOICES; i++)
        if (mixer->voices[i].part.source != NULL && !is_done(&mixer->voices[i]))
            return FALSE;
    return TRUE;
}

gpointer bt_mixer_take_done(BtMixer *mixer, gboolean all)
{
    for (guint i = 0; i < VOICES; i++) {
        Voice *voice = &mixer->voices[i];
        if (voice->part.source != NULL && (is_done(voice) || (all && !voice->wanted)))
            return g_steal_pointer(&voice->part.source);
    }
    return NULL;
}

/* ---- how loud ---- */

/* Two sounds that know nothing of each other are as loud together as each alone when their powers
 * add up to one; the picture's fade goes by the same share of time. */
static double fade(double share)
{
    return sqrt(CLAMP(share, 0, 1));
}

static double loudness(const BtMixerPart *part, double at_ms)
{
    double in = 1, out = 1;
    double before_ms = (double)part->end_ms - at_ms;
    if (part->fade_in_ms > 0)
        in = fade((at_ms - (double)part->start_ms) / (double)part->fade_in_ms);
    if (part->fade_out_ms > 0)
        out = fade(1 + before_ms / (double)part->fade_out_ms);
    else
        out = CLAMP(before_ms * FRAMES_PER_MS / BT_MIXER_RAMP_FRAMES, 0, 1);
    return in * out;
}

static double step_ramp(Voice *voice)
{
    voice->ramp += (voice->wanted ? 1.0 : -1.0) / BT_MIXER_RAMP_FRAMES;
    return voice->ramp = CLAMP(voice->ramp, 0, 1);
}

/* ---- one part ---- */

static void let_run_out(Voice *voice)
{
    memcpy(voice->tail, voice->last, sizeof voice->tail);
    memset(voice->last, 0, sizeof voice->last);
    voice->tail_frames = BT_MIXER_RAMP_FRAMES;
    voice->ramp = 0;
}

static void add_tail(Voice *voice, double *sum, gsize n_frames)
{
    for (gsize i = 0; i < n_frames && voice->tail_frames > 0; i++, voice->tail_frames--)
        for (guint c = 0; c < CHANNELS; c++)
            sum[i * CHANNELS + c] += voice->tail[c] * voice->tail_frames / BT_MIXER_RAMP_FRAMES;
}

/* Sources count in milliseconds; what is left of one is worked off like any difference. */
static void seek(Voice *voice, double due)
{
    if (voice->at != NOWHERE)
        let_run_out(voice);
    voice->at = (gint64)(due / FRAMES_PER_MS + 0.5) * FRAMES_PER_MS;
}

/* How many frames to read for `n_frames` of time, of which the first is due at `due`. */
static gsize n_to_read(const Voice *voice, double due, gsize n_frames)
{
    double late = due - (double)voice->at, share = (double)n_frames / CATCH_UP_FRAMES;
    gint64 most = (gint64)n_frames * BT_MIXER_STRETCH_PER_MILLE / 1000;
    return (gsize)((gint64)n_frames + CLAMP((gint64)(late * share), -most, most));
}

/* `in` has n_in frames for n_out; between them lies a straight line. */
static double value_at(const gint16 *in, gsize n_in, gsize n_out, gsize i, guint channel)
{
    if (n_in == n_out || n_out < 2)
        return in[MIN(i, n_in - 1) * CHANNELS + channel];
    double at = (double)i * (double)(n_in - 1) / (double)(n_out - 1);
    gsize k = MIN((gsize)at, n_in - 1), next = MIN(k + 1, n_in - 1);
    double a = in[k * CHANNELS + channel], b = in[next * CHANNELS + channel];
    return a + (b - a) * (at - (double)k);
}

static void add(Voice *voice, double *sum, const gint16 *in, gsize n_in, gsize n_out, double at_ms)
{
    for (gsize i = 0; i < n_out; i++) {
        double gain = step_ramp(voice) * loudness(&voice->part, at_ms + (double)i / FRAMES_PER_MS);
        for (guint c = 0; c < CHANNELS; c++) {
            voice->last[c] = gain * value_at(in, n_in, n_out, i, c);
            sum[i * CHANNELS + c] += voice->last[c];
        }
    }
}

static void add_voice(BtMixer *mixer, Voice *voice, double *sum, gsize n_frames, double heard_ms)
{
    const BtMixerPart *part = &voice->part;
    gint16 in[READ_FRAMES * CHANNELS];
    double due = (heard_ms - (double)part->start_ms) * FRAMES_PER_MS;
    gsize skip = due < 0 ? (gsize)MIN(ceil(-due), (double)n_frames) : 0;
    gsize n_out = n_frames - skip;
    gboolean over = heard_ms >= (double)(part->end_ms + part->fade_out_ms);
    if (n_out == 0 || over || is_done(voice)) {
        if (voice->at != NOWHERE)
            let_run_out(voice);
        voice->at = NOWHERE;
        add_tail(voice, sum, n_frames);
        return;
    }
    due += (double)skip;
    if (voice->at == NOWHERE || fabs(due - (double)voice->at) > BT_MIXER_JUMP_FRAMES)
        seek(voice, due);
    gsize n_in = n_to_read(voice, due, n_out);
    gsize n = mixer->sources->read(part->source, voice->at / FRAMES_PER_MS, in, n_in);
    voice->at += (gint64)n;
    gsize n_written = n == n_in ? n_out : MIN(n, n_out);
    add_tail(voice, sum, n_frames);
    if (n > 0)
        add(voice, sum + skip * CHANNELS, in, n, n_written,
            heard_ms + (double)skip / FRAMES_PER_MS);
    if (n == n_in)
        return;
    /* Its source has no more, for now or for good: what comes later is looked for in its place. */
    let_run_out(voice);
    voice->at = NOWHERE;
    add_tail(voice, sum + (skip + n_written) * CHANNELS, n_out - n_written);
}

/* ---- all of them ---- */

static gint16 sample_of(double value)
{
    return (gint16)lrint(CLAMP(value, G_MININT16, G_MAXINT16));
}

static void step_volume(BtMixer *mixer)
{
    double by = mixer->volume_wanted - mixer->volume;
    mixer->volume += CLAMP(by, -VOLUME_STEP, VOLUME_STEP);
}

static void fill_piece(BtMixer *mixer, gint16 *to, gsize n_frames, double heard_ms)
{
    double sum[PIECE_FRAMES * CHANNELS] = { 0 };
    for (guint i = 0; i < VOICES; i++)
        if (mixer->voices[i].part.source != NULL)
            add_voice(mixer, &mixer->voices[i], sum, n_frames, heard_ms);
    for (gsize i = 0; i < n_frames; i++) {
        step_volume(mixer);
        for (guint c = 0; c < CHANNELS; c++)
            to[i * CHANNELS + c] = sample_of(sum[i * CHANNELS + c] * mixer->volume);
    }
}

void bt_mixer_fill(BtMixer *mixer, gint16 *to, gsize n_frames, double heard_ms)
{
    for (gsize at = 0; at < n_frames; at += PIECE_FRAMES)
        fill_piece(mixer, to + at * CHANNELS, MIN(PIECE_FRAMES, n_frames - at),
            heard_ms + (double)at / FRAMES_PER_MS);
}
