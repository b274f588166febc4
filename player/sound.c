/* The speaker's clock and the monotonic clock drift apart by some parts in a hundred thousand. Each
 * turn the thread compares where the sound should be (show time plus what is still queued) with
 * where it is, and reads a few samples more or fewer than it writes, spread evenly: at most 0.5 %,
 * which nobody hears. A difference beyond a quarter of a second is a jump, and the position is set
 * anew. */
#include "player/sound.h"

#define TURN_MS 20
#define QUEUE_FRAMES (BT_SOUND_RATE_HZ * 120 / 1000)
#define TURN_FRAMES (BT_SOUND_RATE_HZ * TURN_MS / 1000)
#define MAX_STRETCH_FRAMES (TURN_FRAMES * 5 / 1000)
#define JUMP_MS 250

struct BtSound {
    GThread *thread;
    GMutex mutex;
    GCond changed;
    /* Under mutex: what to play. */
    BtMedia *media;
    gint64 start_ms, offset_ms;
    int volume;
    gboolean ending;
    /* The thread's own. */
    BtSpeaker *speaker;
    gboolean no_speaker;
    BtMedia *playing;
    double position; /* of `playing`, in frames */
};

static gboolean open_speaker(BtSound *sound)
{
    g_autoptr(GError) failure = NULL;
    if (sound->speaker == NULL && !sound->no_speaker) {
        sound->speaker = bt_speaker_open(&failure);
        sound->no_speaker = sound->speaker == NULL;
        if (sound->no_speaker)
            g_message("sound: %s", failure->message);
    }
    return sound->speaker != NULL;
}

static gint16 scale(double sample, int volume)
{
    double scaled = sample * volume / 100;
    return (gint16)CLAMP(scaled, G_MININT16, G_MAXINT16);
}

/* Writes TURN_FRAMES made out of n_in by linear interpolation. */
static void write_stretched(BtSound *sound, const gint16 *in, gsize n_in, int volume)
{
    gint16 out[TURN_FRAMES * BT_SOUND_CHANNELS];
    for (gsize i = 0; i < TURN_FRAMES; i++) {
        double at = (double)i * (double)(n_in - 1) / (TURN_FRAMES - 1);
        gsize k = MIN((gsize)at, n_in - 2);
        double part = at - (double)k;
        for (gsize c = 0; c < BT_SOUND_CHANNELS; c++) {
            double a = in[k * BT_SOUND_CHANNELS + c], b = in[(k + 1) * BT_SOUND_CHANNELS + c];
            out[i * BT_SOUND_CHANNELS + c] = scale(a + (b - a) * part, volume);
        }
    }
    bt_speaker_write(sound->speaker, out, TURN_FRAMES);
}

static void play_turn(BtSound *sound, gint64 due_ms, int volume)
{
    gint16 in[(TURN_FRAMES + MAX_STRETCH_FRAMES) * BT_SOUND_CHANNELS];
    double due = (double)due_ms * BT_SOUND_RATE_HZ / 1000, late = due - sound->position;
    if (late > JUMP_MS * BT_SOUND_RATE_HZ / 1000 || late < -JUMP_MS * BT_SOUND_RATE_HZ / 1000)
        sound->position = due;
    gsize n_in = TURN_FRAMES +
        (gsize)(gint)CLAMP(due - sound->position, -MAX_STRETCH_FRAMES, MAX_STRETCH_FRAMES);
    gint64 pts_ms = (gint64)(sound->position * 1000 / BT_SOUND_RATE_HZ);
    gsize n = bt_media_read_sound(sound->playing, pts_ms, in, n_in);
    if (n >= 2) {
        write_stretched(sound, in, n, volume);
        sound->position += (double)n;
    }
}

static void change_medium(BtSound *sound, BtMedia *media)
{
    if (sound->playing != NULL && sound->speaker != NULL)
        bt_speaker_flush(sound->speaker);
    g_clear_pointer(&sound->playing, bt_media_unref);
    sound->playing = media == NULL ? NULL : bt_media_ref(media);
    sound->position = -1e18;
}

/* One turn; holds the mutex only to read what is wanted. */
static void turn(BtSound *sound, BtMedia *media, gint64 start_ms, gint64 offset_ms, int volume)
{
    if (media != sound->playing)
        change_medium(sound, media);
    if (media == NULL || !open_speaker(sound))
        return;
    while (bt_speaker_queued(sound->speaker) < QUEUE_FRAMES) {
        gint64 now_ms = g_get_monotonic_time() / 1000 + offset_ms;
        gint64 queued_ms = (gint64)bt_speaker_queued(sound->speaker) * 1000 / BT_SOUND_RATE_HZ;
        double before = sound->position;
        play_turn(sound, now_ms + queued_ms - start_ms, volume);
        if (sound->position <= before)
            break;
    }
}

static gpointer run(gpointer data)
{
    BtSound *sound = data;
    g_mutex_lock(&sound->mutex);
    while (!sound->ending) {
        BtMedia *media = sound->media == NULL ? NULL : bt_media_ref(sound->media);
        gint64 start_ms = sound->start_ms, offset_ms = sound->offset_ms;
        int volume = sound->volume;
        g_mutex_unlock(&sound->mutex);
        turn(sound, media, start_ms, offset_ms, volume);
        g_clear_pointer(&media, bt_media_unref);
        g_mutex_lock(&sound->mutex);
        if (sound->ending)
            break;
        if (sound->media == NULL && sound->playing == NULL)
            g_cond_wait(&sound->changed, &sound->mutex);
        else
            g_cond_wait_until(
                &sound->changed, &sound->mutex, g_get_monotonic_time() + TURN_MS * 1000);
    }
    g_mutex_unlock(&sound->mutex);
    change_medium(sound, NULL);
    return NULL;
}

BtSound *bt_sound_new(void)
{
    BtSound *sound = g_new0(BtSound, 1);
    g_mutex_init(&sound->mutex);
    g_cond_init(&sound->changed);
    sound->thread = g_thread_new("sound", run, sound);
    return sound;
}

void bt_sound_play(BtSound *sound, BtMedia *media, gint64 start_ms, int volume, gint64 offset_ms)
{
    if (volume == 0)
        media = NULL;
    g_mutex_lock(&sound->mutex);
    if (media != sound->media) {
        g_clear_pointer(&sound->media, bt_media_unref);
        sound->media = media == NULL ? NULL : bt_media_ref(media);
        g_cond_signal(&sound->changed);
    }
    sound->start_ms = start_ms;
    sound->offset_ms = offset_ms;
    sound->volume = volume;
    g_mutex_unlock(&sound->mutex);
}

void bt_sound_free(BtSound *sound)
{
    if (sound == NULL)
        return;
    g_mutex_lock(&sound->mutex);
    sound->ending = TRUE;
    g_cond_signal(&sound->changed);
    g_mutex_unlock(&sound->mutex);
    g_thread_join(sound->thread);
    g_clear_pointer(&sound->media, bt_media_unref);
    bt_speaker_close(sound->speaker);
    g_mutex_clear(&sound->mutex);
    g_cond_clear(&sound->changed);
    g_free(sound);
}
