/* A graphics chip that draws a canvas and puts it in a window, by SDL's renderers. Private to
 * display. Thread-safety: the display's thread. */
#ifndef BT_RENDER_DISPLAY_CHIP_H
#define BT_RENDER_DISPLAY_CHIP_H

#include "render/display/display.h"
#include "render/scene/painter.h"

#include <SDL.h>

typedef struct BtChip BtChip;

/* What the window must be made with to suit `renderer`. Call it after SDL's video was started. */
guint32 bt_chip_window_flags(BtRenderer renderer);

/* `renderer` is not BT_RENDERER_SOFTWARE; `paced`: presenting waits for the screen's refresh where
 * the chip can. `device` (nullable): another chip will not do. BT_ERROR_UNSUPPORTED. The window is
 * borrowed. (transfer full) (nullable) */
BtChip *bt_chip_new(
    SDL_Window *window, BtRenderer renderer, const char *device, gboolean paced, GError **error);
void bt_chip_free(BtChip *chip);

const char *bt_chip_device(const BtChip *chip); /* as the driver calls it. Borrowed */
BtPainter *bt_chip_painter(BtChip *chip);       /* of the canvas. Borrowed */

/* A canvas of this size, black, which lies at `place_px` of the window. BT_ERROR_UNSUPPORTED: it is
 * too large for the chip. */
gboolean bt_chip_place(BtChip *chip, int w_px, int h_px, BtRect place_px, GError **error);
void bt_chip_blacken(BtChip *chip);
/* The canvas in the window, black around it. BT_ERROR_DIED when anything ever failed: the picture
 * may be wrong then. */
gboolean bt_chip_present(BtChip *chip, GError **error);
/* A copy of the canvas. BT_ERROR_DIED. (transfer full) (nullable) */
BtFrame *bt_chip_read(BtChip *chip, GError **error);

#endif
