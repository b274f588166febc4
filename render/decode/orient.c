/* Eight ways to hold a camera, numbered as EXIF does: 1 upright, 2 mirrored, 3 upside down, 4
 * flipped, 5 transposed, 6 to be turned right, 7 transposed over the other diagonal, 8 to be turned
 * left. */
#include "render/decode/decode.h"

#include <libyuv.h>

/* The matrix sends a pixel (x, y) to (a x + c y, b x + d y); only the signs matter to us. */
int orientation_of_matrix(const gint32 matrix[9])
{
    gint64 a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    if (ABS(a) >= ABS(b)) {
        if (a >= 0)
            return d >= 0 ? 1 : 4;
        return d >= 0 ? 2 : 3;
    }
    if (c >= 0)
        return b >= 0 ? 5 : 8;
    return b >= 0 ? 6 : 7;
}

gboolean orientation_is_sideways(int orientation)
{
    return orientation >= 5;
}

void orient(const guint8 *source, int w_px, int h_px, guint8 *target, int orientation)
{
    int from = w_px * 4, to = orientation_is_sideways(orientation) ? h_px * 4 : w_px * 4;
    switch (orientation) {
    case 2:
        ARGBMirror(source, from, target, to, w_px, h_px);
        break;
    case 3:
        ARGBRotate(source, from, target, to, w_px, h_px, kRotate180);
        break;
    case 4: /* a negative height reads upwards */
        ARGBCopy(source, from, target, to, w_px, -h_px);
        break;
    case 5:
        ARGBRotate(source, from, target, to, w_px, -h_px, kRotate90);
        break;
    case 6:
        ARGBRotate(source, from, target, to, w_px, h_px, kRotate90);
        break;
    case 7:
        ARGBRotate(source, from, target, to, w_px, -h_px, kRotate270);
        break;
    case 8:
        ARGBRotate(source, from, target, to, w_px, h_px, kRotate270);
        break;
    default:
        ARGBCopy(source, from, target, to, w_px, h_px);
    }
}
