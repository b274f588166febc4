#include "render/scene/planes.h"

#include <libyuv.h>
#include <libyuv/row.h>

static void paint(const BtPlanes *planes, BtRect from_px, guint32 *to, int stride_px)
{
    _Alignas(BT_COLOUR_ALIGNMENT_BYTES) struct YuvConstants numbers;
    bt_colour_numbers(planes->matrix, &numbers);
    gsize y_at = (gsize)from_px.y * (gsize)planes->y_stride_bytes + (gsize)from_px.x;
    gsize uv_at = (gsize)(from_px.y / 2) * (gsize)planes->uv_stride_bytes + (gsize)(from_px.x / 2);
    I420ToARGBMatrix(planes->y + y_at, planes->y_stride_bytes, planes->u + uv_at,
        planes->uv_stride_bytes, planes->v + uv_at, planes->uv_stride_bytes, (guint8 *)to,
        stride_px * 4, &numbers, from_px.w, from_px.h);
}

/* The colours of an odd row belong to the row above it. */
void bt_planes_paint(const BtPlanes *planes, BtRect from_px, guint32 *to, int stride_px)
{
    if (from_px.y % 2 == 1) {
        paint(planes, (BtRect){ from_px.x, from_px.y, from_px.w, 1 }, to, stride_px);
        from_px.y++;
        from_px.h--;
        to += stride_px;
    }
    if (from_px.h > 0)
        paint(planes, from_px, to, stride_px);
}
