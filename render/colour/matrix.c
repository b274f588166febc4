/* libyuv multiplies blue's difference by 64ths and, as it is usually built, by no more than 128 of
 * them, where BT.709 wants 135: pure blue and yellow, and every HD film is BT.709, come out wrong
 * by 12 levels of 255, with BT.2020 by 16. The limit is in the numbers only, not in the code that
 * uses them (it can be built without), so we give it the right ones, where they are laid out as we
 * know them. */
#include "render/colour/matrix.h"

#include <libyuv.h>
#include <libyuv/row.h>

/* Blue is twice 1 − Kb, times 255 / 224 for the limited range, in 64ths. */
typedef struct {
    const struct YuvConstants *theirs;
    guint8 blue;
} Numbers;

static Numbers numbers_of(BtMatrix matrix)
{
    switch (matrix) {
    case BT_MATRIX_BT601_FULL:
        return (Numbers){ &kYuvJPEGConstants, 113 };
    case BT_MATRIX_BT709:
        return (Numbers){ &kYuvH709Constants, 135 };
    case BT_MATRIX_BT709_FULL:
        return (Numbers){ &kYuvF709Constants, 119 };
    case BT_MATRIX_BT2020:
        return (Numbers){ &kYuv2020Constants, 137 };
    case BT_MATRIX_BT2020_FULL:
        return (Numbers){ &kYuvV2020Constants, 120 };
    default:
        return (Numbers){ &kYuvI601Constants, 129 };
    }
}

void bt_colour_numbers(BtMatrix matrix, struct YuvConstants *numbers)
{
    Numbers from = numbers_of(matrix);
    *numbers = *from.theirs;
#if defined(__x86_64__) || defined(__i386__)
    for (gsize i = 0; i < sizeof numbers->kUVToB; i += 2)
        if (numbers->kUVToB[i] != 128 || numbers->kUVToB[i + 1] != 0)
            return; /* not limited, or laid out in another way */
    for (gsize i = 0; i < sizeof numbers->kUVToB; i += 2)
        numbers->kUVToB[i] = from.blue;
#endif
}
