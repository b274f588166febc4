#include "render/scene/fingerprint.h"

#define COLUMNS 9
#define ROWS 8
#define RED 54 /* Rec. 709's weights in 256ths */
#define GREEN 183
#define BLUE 19

/* Sums of a cell: 256 times its brightness, and its pixels. */
typedef struct {
    guint64 light, n;
} Cell;

int bt_fingerprint_rows(int h_px)
{
    return MIN(h_px, BT_FINGERPRINT_ROWS);
}

int bt_fingerprint_row_px(int h_px, int i)
{
    return (int)((2 * (gint64)i + 1) * h_px / (2 * bt_fingerprint_rows(h_px)));
}

/* Where part `i` of `n` begins in a length. */
static int part(int length, int i, int n)
{
    return (int)((gint64)length * i / n);
}

/* A row's sums fit 32 bits: at most BT_FRAME_MAX_W_PX × 255. */
static void add_pixels(Cell *cell, const guint32 *pixels, int n)
{
    guint32 red = 0, green = 0, blue = 0;
    for (int x = 0; x < n; x++) {
        red += pixels[x] >> 16 & 255;
        green += pixels[x] >> 8 & 255;
        blue += pixels[x] & 255;
    }
    cell->light += (guint64)RED * red + (guint64)GREEN * green + (guint64)BLUE * blue;
    cell->n += (guint)n;
}

/* Each cell takes one pixel at least, so that a narrow picture has neighbours too. */
static void add_row(Cell cells[COLUMNS], const guint32 *pixels, int w_px)
{
    for (int c = 0; c < COLUMNS; c++) {
        int from = part(w_px, c, COLUMNS), to = part(w_px, c + 1, COLUMNS);
        add_pixels(&cells[c], pixels + from, MAX(to - from, 1));
    }
}

static guint64 in_16ths(const Cell *cell)
{
    return cell->light / (16 * cell->n);
}

static guint64 row_bits(const Cell cells[COLUMNS])
{
    guint64 bits = 0;
    for (int c = 0; c + 1 < COLUMNS; c++)
        bits = bits << 1 |
            (in_16ths(&cells[c + 1]) > in_16ths(&cells[c]) + BT_FINGERPRINT_MARGIN_16TH);
    return bits;
}

BtFingerprint bt_fingerprint(const BtFrame *frame, BtRect rect_px)
{
    BtRect r = bt_rect_intersect(rect_px, (BtRect){ 0, 0, frame->w_px, frame->h_px });
    BtFingerprint print = { 0, 0 };
    if (bt_rect_is_empty(r))
        return print;
    Cell all = { 0, 0 };
    int n = bt_fingerprint_rows(r.h);
    for (int k = 0; k < ROWS; k++) {
        Cell cells[COLUMNS] = { { 0, 0 } };
        int from = part(n, k, ROWS), to = MAX(part(n, k + 1, ROWS), from + 1);
        for (int i = from; i < to; i++) {
            int y = r.y + bt_fingerprint_row_px(r.h, i);
            add_row(cells, frame->pixels + (gsize)y * (gsize)frame->stride_px + r.x, r.w);
        }
        print.hash = print.hash << (COLUMNS - 1) | row_bits(cells);
        for (int c = 0; c < COLUMNS; c++)
            all = (Cell){ all.light + cells[c].light, all.n + cells[c].n };
    }
    print.luma = (guint)((all.light + 128 * all.n) / (256 * all.n));
    return print;
}

guint bt_fingerprint_distance(guint64 a, guint64 b)
{
    return (guint)__builtin_popcountll(a ^ b);
}
