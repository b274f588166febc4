/* Scenes of all kinds of nodes by chance: a seed that fails can be run again alone. */
#ifndef BT_TESTS_RANDOM_SCENES_H
#define BT_TESTS_RANDOM_SCENES_H

#include "render/scene/scene.h"

#define W_PX 97
#define H_PX 61

static const BtRect CANVAS = { 0, 0, W_PX, H_PX };

/* Premultiplied pixels, the same for the same seed. (transfer full) */
BtFrame *noise(guint32 seed, int w_px, int h_px, gboolean opaque);

#define STRIP_H_PX 9

typedef struct {
    BtStrip strip;
    int n_refs;
    guint32 seed;
    guint n_made;
} NoiseStrip;

NoiseStrip *noise_strip(guint32 seed, gint64 length_px); /* (transfer full) */

#define VIDEO_MS 40
#define VIDEO_FRAMES 5

/* Nothing before 0, nothing for a moment in the middle, the last frame for ever; every second frame
 * is opaque. (transfer full) */
BtMoving *noise_video(guint32 seed, int w_px, int h_px);

int between(GRand *rand, int low, int high); /* both included */
BtScene *random_scene(GRand *rand);          /* (transfer full) */
/* Another scene that shares most of what the last had, as the next page of a board does. (transfer
 * full) */
BtScene *varied_scene(GRand *rand, const BtScene *last);

#endif
