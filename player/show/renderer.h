/* Which renderer draws, and why.
 *
 * `renderer=auto` takes what a measurement of this machine found to be cheapest. Measuring means
 * loading a driver, which costs more than the first picture may wait for; so it is done by a
 * process of its own (gauge.c) once show is on the glass, and counts from the next start of show.
 * What it found stands in the state folder with the chip and the canvas that it was found for.
 * Thread-safety: safe. */
#ifndef BT_PLAYER_SHOW_RENDERER_H
#define BT_PLAYER_SHOW_RENDERER_H

#include "player/config/config.h"
#include "render/display/display.h"

#define BT_MEASURED_FILE "renderer.json" /* in the state folder */

/* What a measurement found. */
typedef struct {
    char *chip;     /* as bt_renderer_chip names it */
    int w_px, h_px; /* the canvas */
    BtRenderer renderer;
    char *device; /* the chip's name for itself; NULL: the processor draws */
    char *why;
} BtMeasured;

void bt_measured_clear(BtMeasured *measured);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BtMeasured, bt_measured_clear)
/* FALSE leaves `*measured` zeroed: there is none that can be read, and `*error` says why. */
gboolean bt_measured_read(const char *path, BtMeasured *measured, GError **error);
gboolean bt_measured_write(const char *path, const BtMeasured *measured, GError **error);

/* A name for the graphics hardware of this machine and its drivers, which changes when they do, by
 * what the kernel says under `root` ("" for this machine): no driver is loaded. NULL: there is
 * none. (transfer full) (nullable) */
char *bt_renderer_chip(const char *root);

typedef struct {
    BtRenderer renderer;
    const char *device; /* no other will do; NULL: any. Borrowed from what was measured */
    const char *why;    /* static, or borrowed from there */
} BtRendererChoice;

/* `crashed`: the show before this one did not end by itself, perhaps by a driver. `chip` and
 * `measured` (nullable both): as found. */
BtRendererChoice bt_renderer_choose(
    const BtConfig *config, gboolean crashed, const char *chip, const BtMeasured *measured);

#endif
