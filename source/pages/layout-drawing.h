/* A layout drawn to scale. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_LAYOUT_DRAWING_H
#define BT_SOURCE_LAYOUT_DRAWING_H

#include "base/json.h"
#include "source/pages/visit.h"

/* The body (press/layout.h) on a screen of this shape, as an SVG that is `side` long at its longer
 * side, in units of its own; zones are named. `is_live`: a script moves its zones. */
void bt_layout_draw(
    GString *html, const BtJson *body, int w_px, int h_px, int side, gboolean is_live);
/* What a built-in layout, or a zone of one, is called; `id` itself for others. Static or `id`. */
const char *bt_layout_title(const char *name);
const char *bt_layout_zone_title(const char *id);
/* The name of a zone for people: its own, else that of its id. Borrowed from the zone. */
const char *bt_layout_zone_name(const BtJson *zone);

#endif
