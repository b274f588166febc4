/* The sound of the zone that sounds, on a thread of its own: S16 at 48 kHz from the medium to the
 * speaker, stretched by at most 0.5 % to the item's clock. A hard mute is never lifted.
 * Thread-safety: all calls from show's main thread. */
#ifndef BT_PLAYER_SOUND_H
#define BT_PLAYER_SOUND_H

#include "render/display/display.h"
#include "render/media/media.h"

typedef struct BtSound BtSound;

/* The speaker is opened when something is to be heard first. (transfer full) */
BtSound *bt_sound_new(void);
void bt_sound_free(BtSound *sound);

/* Sounds `media` (a reference is taken; NULL: silence), whose 0 was at show time `start_ms`, at
 * `volume` 0 to 100; show time is the real monotonic time in ms plus `offset_ms`. Repeat freely;
 * only changes act. */
void bt_sound_play(BtSound *sound, BtMedia *media, gint64 start_ms, int volume, gint64 offset_ms);

#endif
