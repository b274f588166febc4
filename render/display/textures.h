/* What a graphics chip holds of frames: one texture a frame, for as long as anybody else holds the
 * frame, within a limit. Private to display. Thread-safety: the display's thread. */
#ifndef BT_RENDER_DISPLAY_TEXTURES_H
#define BT_RENDER_DISPLAY_TEXTURES_H

#include "render/scene/frame.h"

#include <SDL.h>

/* Of all textures together, those of one picture excepted. Four canvases of 4K and as much again.
 */
#define BT_TEXTURES_MAX_BYTES ((gsize)256 * 1024 * 1024)

typedef struct BtTextures BtTextures;

/* `renderer` is borrowed and must live longer. (transfer full) */
BtTextures *bt_textures_new(SDL_Renderer *renderer);
void bt_textures_free(BtTextures *textures);

/* The texture of `frame`, a reference to which is taken; its pixels are handed to the chip when
 * they are not there yet. Borrowed until the next sweep. NULL with SDL's words: the chip does not
 * take it. */
SDL_Texture *bt_textures_get(BtTextures *textures, BtFrame *frame);
/* A picture is whole: lets go of frames that nobody else holds, and of those drawn longest ago
 * while there are more than BT_TEXTURES_MAX_BYTES. */
void bt_textures_sweep(BtTextures *textures);

#endif
