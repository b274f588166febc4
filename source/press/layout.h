/* Layouts in parts of the screen, so that one serves walls and panels: what is always there, what
 * may be drawn, and what of it a manifest for one shape says.
 *
 * A body is {"canvas": [W, H], "background": "#RRGGBB", "zones": [{"id", "rect": [X, Y, W, H],
 * "lang", "x-name"} …]}: a manifest's layout without its id, on a canvas of its own, as a rule
 * [1000, 1000], thousandths. Thread-safety: safe. */
#ifndef BT_SOURCE_LAYOUT_H
#define BT_SOURCE_LAYOUT_H

#include "base/json.h"

#define BT_LAYOUT_WHOLE 1000 /* parts of each side of the canvas of bodies that are made here */
#define BT_LAYOUT_MIN_PARTS 20

/* The names of the built-in layouts, in their order: "full" (zone main), "strip" (main, strip),
 * "halves" (left, right), "stacked" (top, bottom), "headline" (headline, main, strip). Static,
 * NULL-ended. */
const char *const *bt_layout_names(void);
/* The body of a built-in layout for screens of this shape: a strip has never less than 16 px, or
 * half the screen. NULL: there is none of that name. (transfer full) (nullable) */
BtJson *bt_layout_builtin(const char *name, int w_px, int h_px);

typedef enum {
    BT_LAYOUT_NO_ZONE,    /* or too many */
    BT_LAYOUT_SMALL,      /* less than BT_LAYOUT_MIN_PARTS wide or high */
    BT_LAYOUT_OUTSIDE,    /* it leaves the canvas */
    BT_LAYOUT_OVERLAP,    /* `zone` and `other` lie upon each other */
    BT_LAYOUT_UNREADABLE, /* no layout, or a zone that is none */
} BtLayoutFaultKind;
typedef struct {
    BtLayoutFaultKind kind;
    guint zone, other; /* in their order */
} BtLayoutFault;
/* (transfer full): GArray of BtLayoutFault, empty when boards can show it. */
GArray *bt_layout_faults(const BtJson *body);

/* The layout of a manifest for this shape, with this id: each edge at its part of the side, rounded
 * down, so that neighbours touch and nothing overlaps. BT_ERROR_INVALID for a body that has faults,
 * or a zone of which nothing is left. (transfer full) (nullable) */
BtJson *bt_layout_to_manifest(
    const BtJson *body, const char *id, int w_px, int h_px, GError **error);

#endif
