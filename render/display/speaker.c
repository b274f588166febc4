/* The loudspeaker: a ring between whoever mixes and SDL's own thread, which asks for sound a little
 * at a time. When the ring is empty there is silence; when it is full the newest is dropped. */
#include "render/display/display.h"

#include <SDL.h>
#include <string.h>

#define RING_FRAMES (2 * BT_SOUND_RATE_HZ) /* two seconds */
#define FRAME_BYTES (BT_SOUND_CHANNELS * sizeof(gint16))
#define DEVICE_FRAMES 1024 /* asked for at a time: 21 ms */

struct BtSpeaker {
    SDL_AudioDeviceID device;
    GMutex lock; /* of all below */
    gsize first, n_frames;
    gint16 ring[RING_FRAMES * BT_SOUND_CHANNELS];
};

/* How many frames from `at` on lie in one piece. */
static gsize in_one_piece(gsize at, gsize n_frames)
{
    return MIN(n_frames, RING_FRAMES - at);
}

static void take(BtSpeaker *speaker, guint8 *to, gsize n_frames)
{
    while (n_frames > 0) {
        gsize n = in_one_piece(speaker->first, n_frames);
        memcpy(to, speaker->ring + speaker->first * BT_SOUND_CHANNELS, n * FRAME_BYTES);
        speaker->first = (speaker->first + n) % RING_FRAMES;
        speaker->n_frames -= n;
        to += n * FRAME_BYTES;
        n_frames -= n;
    }
}

static void on_sound_wanted(void *user, Uint8 *to, int size_bytes)
{
    BtSpeaker *speaker = user;
    g_mutex_lock(&speaker->lock);
    gsize n = MIN(speaker->n_frames, (gsize)size_bytes / FRAME_BYTES);
    take(speaker, to, n);
    g_mutex_unlock(&speaker->lock);
    memset(to + n * FRAME_BYTES, 0, (gsize)size_bytes - n * FRAME_BYTES);
}

static SDL_AudioDeviceID open_device(BtSpeaker *speaker)
{
    SDL_AudioSpec want = {
        .freq = BT_SOUND_RATE_HZ,
        .format = AUDIO_S16SYS,
        .channels = BT_SOUND_CHANNELS,
        .samples = DEVICE_FRAMES,
        .callback = on_sound_wanted,
        .userdata = speaker,
    };
    return SDL_OpenAudioDevice(NULL, 0, &want, NULL, 0);
}

BtSpeaker *bt_speaker_open(GError **error)
{
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_APP_NAME, "Bangtin");
    gboolean started = SDL_InitSubSystem(SDL_INIT_AUDIO) == 0;
    BtSpeaker *speaker = g_new0(BtSpeaker, 1);
    g_mutex_init(&speaker->lock);
    if (started)
        speaker->device = open_device(speaker);
    if (!speaker->device) {
        g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED, "sound: %s: expected a device for sound",
            SDL_GetError());
        if (started)
            SDL_QuitSubSystem(SDL_INIT_AUDIO);
        g_mutex_clear(&speaker->lock);
        g_free(speaker);
        return NULL;
    }
    SDL_PauseAudioDevice(speaker->device, 0);
    return speaker;
}

void bt_speaker_close(BtSpeaker *speaker)
{
    if (!speaker)
        return;
    SDL_CloseAudioDevice(speaker->device);
    SDL_QuitSubSystem(SDL_INIT_AUDIO);
    g_mutex_clear(&speaker->lock);
    g_free(speaker);
}

void bt_speaker_write(BtSpeaker *speaker, const gint16 *samples, gsize n_frames)
{
    g_mutex_lock(&speaker->lock);
    n_frames = MIN(n_frames, RING_FRAMES - speaker->n_frames);
    while (n_frames > 0) {
        gsize at = (speaker->first + speaker->n_frames) % RING_FRAMES;
        gsize n = in_one_piece(at, n_frames);
        memcpy(speaker->ring + at * BT_SOUND_CHANNELS, samples, n * FRAME_BYTES);
        speaker->n_frames += n;
        samples += n * BT_SOUND_CHANNELS;
        n_frames -= n;
    }
    g_mutex_unlock(&speaker->lock);
}

gsize bt_speaker_queued(BtSpeaker *speaker)
{
    g_mutex_lock(&speaker->lock);
    gsize n_frames = speaker->n_frames;
    g_mutex_unlock(&speaker->lock);
    return n_frames;
}

void bt_speaker_flush(BtSpeaker *speaker)
{
    g_mutex_lock(&speaker->lock);
    speaker->n_frames = 0;
    g_mutex_unlock(&speaker->lock);
}
