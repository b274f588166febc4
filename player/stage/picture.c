#include "player/stage/picture.h"

#include <math.h>

#define GRID 24         /* the blurred picture is this many patches wide and high */
#define KEEP_PERCENT 38 /* of its brightness */

BtRect bt_picture_place(int w_px, int h_px, BtRect box, BtFit fit)
{
    double sx = (double)box.w / MAX(1, w_px), sy = (double)box.h / MAX(1, h_px);
    double scale = fit == BT_FIT_COVER ? MAX(sx, sy) : MIN(sx, sy);
    if (w_px * scale > BT_FRAME_MAX_W_PX || h_px * scale > BT_FRAME_MAX_H_PX)
        scale = MIN(sx, sy);
    int w = MAX(1, (int)lround(w_px * scale)), h = MAX(1, (int)lround(h_px * scale));
    /* Half pixels go the same way for every box: down. */
    int dx = box.w - w, dy = box.h - h;
    return (BtRect){ box.x + (dx - (dx < 0 && dx % 2)) / 2, box.y + (dy - (dy < 0 && dy % 2)) / 2,
        w, h };
}

typedef struct {
    int channel[GRID][GRID][3]; /* blue, green, red, 0 to 255 */
} Patches;

/* The mean of every fourth pixel of a patch is as good as that of all. */
static void mean_of(const BtFrame *picture, BtRect area, int mean[3])
{
    guint sum[3] = { 0, 0, 0 }, n = 0;
    for (int y = area.y; y < area.y + MAX(1, area.h) && y < picture->h_px; y += 2)
        for (int x = area.x; x < area.x + MAX(1, area.w) && x < picture->w_px; x += 2, n++)
            for (int c = 0; c < 3; c++)
                sum[c] += picture->pixels[(gsize)y * picture->stride_px + x] >> 8 * c & 0xFF;
    for (int c = 0; c < 3; c++)
        mean[c] = (int)(sum[c] / MAX(1, n)) * KEEP_PERCENT / 100;
}

static void sample(const BtFrame *picture, Patches *patches)
{
    for (int j = 0; j < GRID; j++)
        for (int i = 0; i < GRID; i++) {
            int x0 = picture->w_px * i / GRID, x1 = picture->w_px * (i + 1) / GRID;
            int y0 = picture->h_px * j / GRID, y1 = picture->h_px * (j + 1) / GRID;
            mean_of(picture, (BtRect){ x0, y0, x1 - x0, y1 - y0 }, patches->channel[j][i]);
        }
}

static void soften(Patches *patches)
{
    Patches from = *patches;
    for (int j = 0; j < GRID; j++)
        for (int i = 0; i < GRID; i++)
            for (int c = 0; c < 3; c++) {
                int sum = 0;
                for (int dj = -1; dj <= 1; dj++)
                    for (int di = -1; di <= 1; di++)
                        sum +=
                            from.channel[CLAMP(j + dj, 0, GRID - 1)][CLAMP(i + di, 0, GRID - 1)][c];
                patches->channel[j][i][c] = sum / 9;
            }
}

/* One row of patches between two, then pixels between its patches, in 16.16 fixed point. */
static void draw_row(const Patches *patches, BtFrame *frame, int y, int x0, int x1)
{
    double v = CLAMP((y + 0.5) * GRID / frame->h_px - 0.5, 0, GRID - 1.001);
    int j = (int)v, low = (int)((v - j) * 256);
    guint32 *row = &frame->pixels[(gsize)y * frame->stride_px];
    for (int x = x0; x < x1; x++) {
        int u = CLAMP(
            (int)(((2 * (gint64)x + 1) * GRID * 128) / frame->w_px) - 128, 0, (GRID - 1) * 256 - 1);
        int i = u >> 8, right = u & 0xFF;
        guint32 pixel = 0xFF000000u;
        for (int c = 0; c < 3; c++) {
            int a = patches->channel[j][i][c] * (256 - low) + patches->channel[j + 1][i][c] * low;
            int b = patches->channel[j][i + 1][c] * (256 - low) +
                patches->channel[j + 1][i + 1][c] * low;
            pixel |= (guint32)((a * (256 - right) + b * right) >> 16) << 8 * c;
        }
        row[x] = pixel;
    }
}

BtFrame *bt_picture_blur(const BtFrame *picture, int w_px, int h_px, BtRect hole)
{
    Patches patches;
    BtFrame *frame = bt_frame_new(w_px, h_px);
    sample(picture, &patches);
    soften(&patches);
    soften(&patches);
    for (int y = 0; y < h_px; y++) {
        gboolean beside = y >= hole.y && y < hole.y + hole.h;
        draw_row(&patches, frame, y, 0, beside ? CLAMP(hole.x, 0, w_px) : w_px);
        if (beside)
            draw_row(&patches, frame, y, CLAMP(hole.x + hole.w, 0, w_px), w_px);
    }
    frame->opaque = TRUE;
    return frame;
}
