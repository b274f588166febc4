/* Rectangles in pixels, x to the right and y downwards from the top left corner. */
#ifndef BT_BASE_RECT_H
#define BT_BASE_RECT_H

#include <glib.h>

typedef struct {
    int x, y, w, h;
} BtRect;

static inline gboolean bt_rect_is_empty(BtRect r)
{
    return r.w <= 0 || r.h <= 0;
}

static inline BtRect bt_rect_intersect(BtRect a, BtRect b)
{
    int x0 = MAX(a.x, b.x), y0 = MAX(a.y, b.y);
    int x1 = MIN(a.x + a.w, b.x + b.w), y1 = MIN(a.y + a.h, b.y + b.h);
    return (BtRect){ x0, y0, MAX(0, x1 - x0), MAX(0, y1 - y0) };
}

/* The smallest rectangle that holds both; an empty one adds nothing. */
static inline BtRect bt_rect_union(BtRect a, BtRect b)
{
    if (bt_rect_is_empty(a))
        return b;
    if (bt_rect_is_empty(b))
        return a;
    int x0 = MIN(a.x, b.x), y0 = MIN(a.y, b.y);
    int x1 = MAX(a.x + a.w, b.x + b.w), y1 = MAX(a.y + a.h, b.y + b.h);
    return (BtRect){ x0, y0, x1 - x0, y1 - y0 };
}

static inline gboolean bt_rect_contains(BtRect outer, BtRect inner)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
        inner.y + inner.h <= outer.y + outer.h;
}

#endif
