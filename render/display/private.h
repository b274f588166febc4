/* What a kind of display implements. A display embeds BtDisplay as its first member.
 * Thread-safety: as display.h. */
#ifndef BT_RENDER_DISPLAY_PRIVATE_H
#define BT_RENDER_DISPLAY_PRIVATE_H

#include "render/display/display.h"

typedef struct {
    void (*close)(BtDisplay *display);
    gboolean (*present)(
        BtDisplay *display, const BtRect *damage_px, guint n_damage, GError **error);
    void (*darken)(BtDisplay *display);
    BtFrame *(*read)(BtDisplay *display, GError **error);         /* where there is a painter */
    gboolean (*use_software)(BtDisplay *display, GError **error); /* likewise */
    double (*refresh_hz)(const BtDisplay *display);
    BtDisplayEvent (*poll)(BtDisplay *display);
    int (*event_fd)(BtDisplay *display);
} BtDisplayKindOps;

struct BtDisplay {
    const BtDisplayKindOps *ops;
    int w_px, h_px;     /* of the canvas */
    BtFrame *canvas;    /* in memory, or … */
    BtPainter *painter; /* … drawn by a chip: one of the two is NULL */
    const char *device; /* the chip's name */
    BtRenderer renderer;
};

BtDisplay *bt_window_open(const BtDisplayOptions *options, GError **error);
BtDisplay *bt_null_open(const BtDisplayOptions *options);

#endif
