/* How loud a sound is, as broadcasters measure it: EBU R 128, integrated over all of it. libebur128
 * lives only here. Thread-safety: one thread. */
#ifndef BT_RENDER_DECODE_LOUDNESS_H
#define BT_RENDER_DECODE_LOUDNESS_H

#include "render/decode/decode.h"

typedef struct Loudness Loudness;

Loudness *loudness_new(void); /* (transfer full) */
void loudness_free(Loudness *loudness);
/* A decoded frame of sound; one of a form that cannot be converted is left out. */
void loudness_add(Loudness *loudness, const AVFrame *frame);

gint64 loudness_length_us(const Loudness *loudness);
/* Hundredths of LUFS; BT_FOUND_SILENCE where nothing is louder than the gate of −70. */
gint64 loudness_lufs_x100(Loudness *loudness);
/* How often three samples or more in a row are as large as they can be. */
gint64 loudness_clipped(const Loudness *loudness);

#endif
