#include "player/stage/qr.h"

#include "player/stage/look.h"

int bt_qr_modules(const char *text)
{
    g_autoptr(BtQr) qr = bt_qr_new(text);
    return qr ? qr->side + 2 * BT_QR_QUIET : 0;
}

void bt_qr_draw(const char *text, BtFrame *frame, int x_px, int y_px, int module_px)
{
    g_autoptr(BtQr) qr = bt_qr_new(text);
    if (!qr)
        return;
    int side = (qr->side + 2 * BT_QR_QUIET) * module_px, inset = BT_QR_QUIET * module_px;
    bt_frame_fill(frame, (BtRect){ x_px, y_px, side, side }, bt_look_pixel(0xFFFFFF));
    for (int y = 0; y < qr->side; y++)
        for (int x = 0; x < qr->side; x++)
            if (qr->dark[y * qr->side + x])
                bt_frame_fill(frame,
                    (BtRect){ x_px + inset + x * module_px, y_px + inset + y * module_px, module_px,
                        module_px },
                    bt_look_pixel(BT_LOOK_GROUND));
}
