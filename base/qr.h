/* QR codes (libqrencode), as the squares they are made of. Thread-safety: safe. */
#ifndef BT_BASE_QR_H
#define BT_BASE_QR_H

#include <glib.h>

/* The white border that readers need, in modules (ISO/IEC 18004). */
#define BT_QR_QUIET 4

typedef struct {
    int side;     /* in modules, without the border */
    guint8 *dark; /* side * side, by rows; 1: dark */
} BtQr;

/* With the middle level of error correction: a board is read at an angle, with lamps that failed.
 * NULL for a text that is too long for a code. (transfer full) */
BtQr *bt_qr_new(const char *text);
void bt_qr_free(BtQr *qr);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtQr, bt_qr_free)

/* For a terminal: two rows of modules a line, dark ground and light letters or the other way
 * round, with its border. (transfer full) */
char *bt_qr_to_text(const BtQr *qr);

#endif
