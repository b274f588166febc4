/* What is heard, as a function of time: parts (the sound of one item each) and the instants at
 * which they begin, end and fade. Pure but for what it has read: no clock, no device. Player's own.
 * Thread-safety: whoever owns it locks it. */
#ifndef BT_PLAYER_SHOW_MIXER_H
#define BT_PLAYER_SHOW_MIXER_H

#include <glib.h>

#define BT_MIXER_PARTS 4 /* at once: this item, the one before it, the next, one in reserve */
#define BT_MIXER_RAMP_FRAMES 240 /* 5 ms: what begins or ends does so within, else it clicks */
/* Further from its time it is set anew; nearer, it is stretched to it. */
#define BT_MIXER_JUMP_FRAMES (48 * 40)
#define BT_MIXER_STRETCH_PER_MILLE 5 /* at most so much faster or slower: nobody hears it */

/* The sound of one item; its 0 is heard at `start_ms` of show time. It grows over `fade_in_ms` from
 * there and wanes over `fade_out_ms` from `end_ms` on; with 0, within BT_MIXER_RAMP_FRAMES. */
typedef struct {
    gpointer source; /* names the part: a live stream may be heard later than before */
    gint64 start_ms, end_ms, fade_in_ms, fade_out_ms;
} BtMixerPart;

/* What sources can: `read` gives up to `n_frames` frames (S16 stereo 48 kHz) from `pts_ms` on and
 * says how many; `pts_ms` rises. */
typedef struct {
    gsize (*read)(gpointer source, gint64 pts_ms, gint16 *samples, gsize n_frames);
    gpointer (*ref)(gpointer source);
} BtMixerSources;

typedef struct BtMixer BtMixer;

BtMixer *bt_mixer_new(const BtMixerSources *sources); /* borrowed. (transfer full) */
/* Its sources are to be taken first. */
void bt_mixer_free(BtMixer *mixer);

/* From now on these parts are heard, at `volume` 0 to 100; what is not among them any more wanes.
 * Those beyond BT_MIXER_PARTS are left out. Takes a reference to new sources. TRUE: a part came or
 * went. */
gboolean bt_mixer_set(BtMixer *mixer, const BtMixerPart *parts, guint n_parts, int volume);
/* The next `n_frames` frames; the first is heard at `heard_ms` of show time. */
void bt_mixer_fill(BtMixer *mixer, gint16 *to, gsize n_frames, double heard_ms);
/* Whether anything is heard or will be. */
gboolean bt_mixer_is_idle(const BtMixer *mixer);
gboolean bt_mixer_has_done(const BtMixer *mixer);
/* A source that the mixer is done with, with its reference; NULL: none. With `all`, also those that
 * still wane: no device will ask for the rest. (transfer full) (nullable) */
gpointer bt_mixer_take_done(BtMixer *mixer, gboolean all);

#endif
