/* What is written down of a screen: where it stands and what it is. And its ways: another place,
 * another box, out of use. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_SHEET_H
#define BT_SOURCE_SHEET_H

#include "source/store/store.h"

#define BT_SHEET_SIDE_MAX_PX 16384
#define BT_SHEET_PITCH_MAX_UM 100000
#define BT_SHEET_DISTANCE_MAX_M 1000

typedef struct {
    char *name, *area, *place; /* place: "" not written down */
    gint64 width_px, height_px;
    gboolean is_led;
    gint64 pitch_um;   /* between two LEDs or pixels; 0: not known */
    gint64 distance_m; /* from where people read it; 0: not known */
    gboolean has_position;
    double latitude, longitude; /* degrees, WGS 84 */
} BtSheet;
void bt_sheet_free(BtSheet *sheet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtSheet, bt_sheet_free)

/* BT_ERROR_NOT_FOUND. (transfer full) (nullable) */
BtSheet *bt_sheet_read(BtStore *store, const char *screen, GError **error);
/* BT_ERROR_INVALID with what is wrong; BT_ERROR_NOT_FOUND for an area that is not there or ended.
 */
gboolean bt_sheet_check(BtStore *store, const BtSheet *sheet, GError **error);
/* Checks, keeps, and notes it in the diary under `who`. */
gboolean bt_sheet_write(BtStore *store, const char *screen, const BtSheet *sheet, const char *who,
    gint64 now_ms, GError **error);

/* Takes a screen out of use: its documents are withdrawn, its box is denied, its history stays.
 * BT_ERROR_NOT_FOUND, BT_ERROR_CONFLICT when it is retired already. */
gboolean bt_screens_retire(
    BtStore *store, const char *screen, const char *who, gint64 now_ms, GError **error);
/* The box of a screen may never speak again, for whichever screen, unless it has the key `but`
 * (nullable). Part of the caller's transaction; nothing where the screen has no box. */
gboolean bt_screens_deny_box(
    BtStore *store, const char *screen, const char *but, gint64 now_ms, GError **error);
/* Whether a box with this key (base64) was denied. */
gboolean bt_screens_is_denied(BtStore *store, const char *key);

/* An id that is free, made of a name: letters without marks, digits and dashes. (transfer full) */
char *bt_screens_make_id(BtStore *store, const char *name);

#endif
