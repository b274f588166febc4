#include "player/stage/qr.h"

#include "player/stage/look.h"

#include <qrencode.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(QRcode, QRcode_free)

/* The middle level of error correction: a board is read at an angle, with lamps that failed. */
static QRcode *encode(const char *text)
{
    return QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
}

int bt_qr_modules(const char *text)
{
    g_autoptr(QRcode) code = encode(text);
    return code ? code->width + 2 * BT_QR_QUIET : 0;
}

void bt_qr_draw(const char *text, BtFrame *frame, int x_px, int y_px, int module_px)
{
    g_autoptr(QRcode) code = encode(text);
    if (!code)
        return;
    int side = (code->width + 2 * BT_QR_QUIET) * module_px, inset = BT_QR_QUIET * module_px;
    bt_frame_fill(frame, (BtRect){ x_px, y_px, side, side }, bt_look_pixel(0xFFFFFF));
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x < code->width; x++)
            if (code->data[y * code->width + x] & 1)
                bt_frame_fill(frame,
                    (BtRect){ x_px + inset + x * module_px, y_px + inset + y * module_px, module_px,
                        module_px },
                    bt_look_pixel(BT_LOOK_GROUND));
}
