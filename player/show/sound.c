/* The device's own thread mixes; this module's thread only keeps the device. It sleeps until
 * something is to be heard, so a silent board wakes up for nothing, and a board that is never to
 * sound never opens a device. Media are let go of in the keeper's thread too: the device's thread
 * is to do nothing that may take long. */
#include "player/show/sound.h"

#include "player/show/mixer.h"
#include "render/display/display.h"

#define LOOK_US G_USEC_PER_SEC /* an open device is looked after so often */
#define RETRY_US (3 * G_USEC_PER_SEC)
#define WANE_US (G_USEC_PER_SEC / 5)   /* some of the device's pieces: until the last is played */
#define LINGER_US (2 * G_USEC_PER_SEC) /* between two films a device stays open */

struct BtSound {
    GThread *keeper;
    GMutex mutex; /* what follows */
    GCond changed;
    BtMixer *mixer;
    gint64 offset_ms;
    gboolean ending;
    BtSoundState state;
    /* The keeper's own. */
    BtSpeaker *speaker;
    gboolean told;    /* that there is no device */
    gint64 silent_us; /* since when nothing is to be heard; 0: something is */
};

static gsize read_media(gpointer media, gint64 pts_ms, gint16 *samples, gsize n_frames)
{
    return bt_media_read_sound(media, pts_ms, samples, n_frames);
}

static gpointer ref_media(gpointer media)
{
    return bt_media_ref(media);
}

static const BtMixerSources MEDIA = { read_media, ref_media };

/* In the device's thread. */
static void fill(gint16 *to, gsize n_frames, gint64 heard_us, gpointer data)
{
    BtSound *sound = data;
    g_mutex_lock(&sound->mutex);
    bt_mixer_fill(sound->mixer, to, n_frames, (double)heard_us / 1000 + (double)sound->offset_ms);
    if (bt_mixer_has_done(sound->mixer))
        g_cond_signal(&sound->changed);
    g_mutex_unlock(&sound->mutex);
}

/* ---- the keeper; it holds the mutex but where it says so ---- */

static void let_go(BtSound *sound)
{
    BtMedia *media;
    while ((media = bt_mixer_take_done(sound->mixer, sound->speaker == NULL)) != NULL) {
        g_mutex_unlock(&sound->mutex);
        bt_media_unref(media);
        g_mutex_lock(&sound->mutex);
    }
}

static void open_speaker(BtSound *sound)
{
    g_autoptr(GError) failure = NULL;
    g_mutex_unlock(&sound->mutex);
    sound->speaker = bt_speaker_open(fill, sound, &failure);
    g_mutex_lock(&sound->mutex);
    gboolean opened = sound->speaker != NULL;
    if (opened && sound->told)
        g_message("sound: there is a device again");
    if (!opened && !sound->told)
        g_message("%s", failure->message);
    sound->told = !opened;
}

static void close_speaker(BtSound *sound)
{
    BtSpeaker *speaker = g_steal_pointer(&sound->speaker);
    g_mutex_unlock(&sound->mutex);
    bt_speaker_close(speaker);
    g_mutex_lock(&sound->mutex);
}

static void look_after_speaker(BtSound *sound)
{
    if (sound->speaker == NULL || bt_speaker_is_alive(sound->speaker))
        return;
    g_message("sound: the device is gone");
    sound->told = TRUE;
    close_speaker(sound);
}

/* Until `us` from now, or what is wanted changes. */
static void rest(BtSound *sound, gint64 us)
{
    if (!sound->ending)
        g_cond_wait_until(&sound->changed, &sound->mutex, g_get_monotonic_time() + us);
}

static void keep_sounding(BtSound *sound)
{
    sound->silent_us = 0;
    look_after_speaker(sound);
    if (sound->speaker == NULL)
        open_speaker(sound);
    sound->state = sound->speaker != NULL ? BT_SOUND_ON : BT_SOUND_NO_DEVICE;
    rest(sound, sound->speaker != NULL ? LOOK_US : RETRY_US);
}

static void keep_silent(BtSound *sound)
{
    gint64 now_us = g_get_monotonic_time();
    if (sound->silent_us == 0)
        sound->silent_us = now_us;
    gint64 left_us = sound->silent_us + LINGER_US - now_us;
    if (sound->speaker == NULL) {
        sound->state = BT_SOUND_SILENT;
        if (!sound->ending)
            g_cond_wait(&sound->changed, &sound->mutex);
    } else if (left_us > 0) {
        rest(sound, left_us);
    } else {
        close_speaker(sound);
    }
}

/* A player that ends does not click either: a device that closes drops what it holds. */
static void wane(BtSound *sound)
{
    gint64 until_us = g_get_monotonic_time() + WANE_US;
    gboolean sounds = sound->speaker != NULL && !bt_mixer_is_idle(sound->mixer);
    bt_mixer_set(sound->mixer, NULL, 0, 0);
    while (sounds && g_cond_wait_until(&sound->changed, &sound->mutex, until_us))
        continue;
}

static gpointer keep(gpointer data)
{
    BtSound *sound = data;
    g_mutex_lock(&sound->mutex);
    while (!sound->ending) {
        let_go(sound);
        if (bt_mixer_is_idle(sound->mixer))
            keep_silent(sound);
        else
            keep_sounding(sound);
    }
    wane(sound);
    if (sound->speaker != NULL)
        close_speaker(sound);
    let_go(sound);
    g_mutex_unlock(&sound->mutex);
    return NULL;
}

/* ---- the main thread ---- */

BtSound *bt_sound_new(void)
{
    BtSound *sound = g_new0(BtSound, 1);
    g_mutex_init(&sound->mutex);
    g_cond_init(&sound->changed);
    sound->mixer = bt_mixer_new(&MEDIA);
    sound->keeper = g_thread_new("sound", keep, sound);
    return sound;
}

void bt_sound_play(
    BtSound *sound, const BtStageSound *sounds, guint n, int volume, gint64 offset_ms)
{
    BtMixerPart parts[BT_MIXER_PARTS];
    n = volume > 0 ? MIN(n, BT_MIXER_PARTS) : 0;
    for (guint i = 0; i < n; i++)
        parts[i] = (BtMixerPart){ sounds[i].media, sounds[i].start_ms, sounds[i].end_ms,
            sounds[i].fade_in_ms, sounds[i].fade_out_ms };
    g_mutex_lock(&sound->mutex);
    if (bt_mixer_set(sound->mixer, parts, n, volume))
        g_cond_signal(&sound->changed);
    sound->offset_ms = offset_ms;
    g_mutex_unlock(&sound->mutex);
}

BtSoundState bt_sound_state(BtSound *sound)
{
    g_mutex_lock(&sound->mutex);
    BtSoundState state = sound->state;
    g_mutex_unlock(&sound->mutex);
    return state;
}

void bt_sound_free(BtSound *sound)
{
    if (sound == NULL)
        return;
    g_mutex_lock(&sound->mutex);
    sound->ending = TRUE;
    g_cond_signal(&sound->changed);
    g_mutex_unlock(&sound->mutex);
    g_thread_join(sound->keeper);
    bt_mixer_free(sound->mixer);
    g_mutex_clear(&sound->mutex);
    g_cond_clear(&sound->changed);
    g_free(sound);
}
