/* QR codes as pictures. Thread-safety: safe. */
#ifndef BT_PLAYER_STAGE_QR_H
#define BT_PLAYER_STAGE_QR_H

#include "base/qr.h"
#include "render/scene/frame.h"

/* How many modules a side the code for `text` has, with its border; 0 when it is too long for one.
 */
int bt_qr_modules(const char *text);
/* Draws it at (x, y), `module_px` pixels a module, dark on white. */
void bt_qr_draw(const char *text, BtFrame *frame, int x_px, int y_px, int module_px);

#endif
