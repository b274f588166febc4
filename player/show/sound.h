/* The sound of what is on the glass, in step with it. The device asks, the mixer answers; a thread
 * opens the device when there is something to be heard, closes it soon after, and opens it anew
 * when it was pulled out and came back. The picture waits for none of this.
 * Thread-safety: all calls from show's main thread. */
#ifndef BT_PLAYER_SHOW_SOUND_H
#define BT_PLAYER_SHOW_SOUND_H

#include "player/stage/stage.h"

typedef struct BtSound BtSound;

typedef enum {
    BT_SOUND_SILENT, /* nothing is to be heard: no device is open */
    BT_SOUND_ON,
    BT_SOUND_NO_DEVICE, /* something is to be heard, and there is none */
} BtSoundState;

/* (transfer full) */
BtSound *bt_sound_new(void);
/* Waits for the device to close. */
void bt_sound_free(BtSound *sound);

/* What is to be heard from now on, and soon: `n` sounds (their media are borrowed, references are
 * taken), at `volume` 0 to 100. Show time is the monotonic time in ms plus `offset_ms`. No sounds,
 * or volume 0: silence within 5 ms of what the device asks for next. Repeat freely. */
void bt_sound_play(
    BtSound *sound, const BtStageSound *sounds, guint n, int volume, gint64 offset_ms);
BtSoundState bt_sound_state(BtSound *sound);

#endif
