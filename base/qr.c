#include "base/qr.h"

#include <qrencode.h>

BtQr *bt_qr_new(const char *text)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (code == NULL)
        return NULL;
    BtQr *qr = g_new(BtQr, 1);
    gsize n = (gsize)code->width * (gsize)code->width;
    qr->side = code->width;
    qr->dark = g_malloc(n);
    for (gsize i = 0; i < n; i++)
        qr->dark[i] = code->data[i] & 1;
    QRcode_free(code);
    return qr;
}

void bt_qr_free(BtQr *qr)
{
    g_free(qr->dark);
    g_free(qr);
}

static gboolean is_dark(const BtQr *qr, int x, int y)
{
    return x >= 0 && y >= 0 && x < qr->side && y < qr->side && qr->dark[y * qr->side + x];
}

/* What is light is drawn, on the dark ground that terminals have; readers take it on a light one
 * too, where it is inverted. */
char *bt_qr_to_text(const BtQr *qr)
{
    static const char *const blocks[2][2] = { { "█", "▀" }, { "▄", " " } };
    GString *text = g_string_new(NULL);
    for (int y = -BT_QR_QUIET; y < qr->side + BT_QR_QUIET; y += 2) {
        for (int x = -BT_QR_QUIET; x < qr->side + BT_QR_QUIET; x++)
            g_string_append(text, blocks[is_dark(qr, x, y)][is_dark(qr, x, y + 1)]);
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}
