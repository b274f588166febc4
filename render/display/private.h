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
    double (*refresh_hz)(const BtDisplay *display);
    BtDisplayEvent (*poll)(BtDisplay *display);
    int (*event_fd)(BtDisplay *display);
} BtDisplayKindOps;

struct BtDisplay {
    const BtDisplayKindOps *ops;
    BtFrame *canvas;
};

BtDisplay *bt_window_open(const BtDisplayOptions *options, GError **error);
BtDisplay *bt_null_open(const BtDisplayOptions *options);

#endif
