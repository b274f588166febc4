/* The loudspeaker. SDL asks for sound in a thread of its own, in pieces of DEVICE_FRAMES; each is
 * mixed when it is asked for, so nothing waits in between that a change would come too late for.
 * SDL does not say how much the card holds. What its drivers do: ALSA gets two pieces of memory,
 * PulseAudio and PipeWire are asked for one. */
#include "render/display/card_clock.h"
#include "render/display/display.h"

#include <SDL.h>
#include <string.h>

#define DEVICE_FRAMES 2048                    /* 43 ms: a wake-up a frame of a film */
#define SILENT_FRAMES (BT_SOUND_RATE_HZ / 4)  /* while its memory fills, its clock is not known */
#define SILENT_DEVICE_US (2 * G_USEC_PER_SEC) /* one that asks for nothing is gone */

struct BtSpeaker {
    SDL_AudioDeviceID device;
    BtSpeakerFill fill;
    gpointer user;
    BtCardClock clock; /* the device's thread only */
    gint64 asked_us;   /* atomic: when it last asked */
};

static void on_sound_wanted(void *user, Uint8 *to, int size_bytes)
{
    BtSpeaker *speaker = user;
    gint64 now_us = g_get_monotonic_time();
    guint n_frames = (guint)size_bytes / (BT_SOUND_CHANNELS * sizeof(gint16));
    gboolean filling = speaker->clock.n_frames < SILENT_FRAMES;
    gint64 heard_us = bt_card_clock_ask(&speaker->clock, now_us, n_frames);
    __atomic_store_n(&speaker->asked_us, now_us, __ATOMIC_RELAXED);
    if (filling)
        memset(to, 0, (gsize)size_bytes);
    else
        speaker->fill((gint16 *)(void *)to, n_frames, heard_us, speaker->user);
}

static gboolean open_device(BtSpeaker *speaker)
{
    SDL_AudioSpec want = {
        .freq = BT_SOUND_RATE_HZ,
        .format = AUDIO_S16SYS,
        .channels = BT_SOUND_CHANNELS,
        .samples = DEVICE_FRAMES,
        .callback = on_sound_wanted,
        .userdata = speaker,
    };
    speaker->device = SDL_OpenAudioDevice(NULL, 0, &want, NULL, 0);
    if (!speaker->device)
        return FALSE;
    const char *driver = SDL_GetCurrentAudioDriver();
    gint64 n_pieces = driver && strcmp(driver, "alsa") == 0 ? 2 : 1;
    bt_card_clock_start(&speaker->clock, BT_SOUND_RATE_HZ,
        n_pieces * DEVICE_FRAMES * G_USEC_PER_SEC / BT_SOUND_RATE_HZ);
    return TRUE;
}

/* SDL keeps an error for each thread and gives it back only where it started the thread. */
static void forget_thread(void)
{
    SDL_TLSCleanup();
}

BtSpeaker *bt_speaker_open(BtSpeakerFill fill, gpointer user, GError **error)
{
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_APP_NAME, "Bangtin");
    gboolean started = SDL_InitSubSystem(SDL_INIT_AUDIO) == 0;
    BtSpeaker *speaker = g_new0(BtSpeaker, 1);
    speaker->fill = fill;
    speaker->user = user;
    speaker->asked_us = g_get_monotonic_time();
    if (!started || !open_device(speaker)) {
        g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED, "sound: %s: expected a device for sound",
            SDL_GetError());
        if (started)
            SDL_QuitSubSystem(SDL_INIT_AUDIO);
        forget_thread();
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
    forget_thread();
    g_free(speaker);
}

gboolean bt_speaker_is_alive(BtSpeaker *speaker)
{
    gint64 asked_us = __atomic_load_n(&speaker->asked_us, __ATOMIC_RELAXED);
    return SDL_GetAudioDeviceStatus(speaker->device) != SDL_AUDIO_STOPPED &&
        g_get_monotonic_time() - asked_us < SILENT_DEVICE_US;
}
