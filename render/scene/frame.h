/* Pixels with a reference count: what media, text and display pass to each other.
 *
 * Premultiplied BGRA, 32 bits a pixel, 0xAARRGGBB in native byte order. A frame may own its memory
 * or lend somebody else's (a slot of a decoder's ring, a window's surface) and say so when it is
 * done.
 *
 * A film's frame may come as the three planes that its codec gave, 12 bits a pixel: it is coloured
 * while it is drawn, so that it is read and written once on its way to the glass, and its memory is
 * three eighths.
 * Thread-safety: the count is atomic; pixels belong to the writer until the frame is shared. */
#ifndef BT_RENDER_SCENE_FRAME_H
#define BT_RENDER_SCENE_FRAME_H

#include "base/error.h"
#include "base/rect.h"
#include "render/colour/matrix.h"

#define BT_FRAME_MAX_W_PX 7680
#define BT_FRAME_MAX_H_PX 4320

/* 8-bit 4:2:0: a y for each pixel, a u and a v for each square of four; what is left at odd edges
 * has one too. */
typedef struct {
    const guint8 *y, *u, *v;
    int y_stride_bytes, uv_stride_bytes;
    BtMatrix matrix;
} BtPlanes;

typedef struct {
    int w_px, h_px;
    int stride_px;          /* pixels from one row to the next */
    guint32 *pixels;        /* NULL with planes */
    gboolean opaque;        /* every alpha is 255 */
    const BtPlanes *planes; /* NULL with pixels. Such a frame is only drawn, by bt_frame_blend */
} BtFrame;

/* A transparent frame that owns its memory. Sizes outside 1 … the maximum are a programmer's error.
 * (transfer full) */
BtFrame *bt_frame_new(int w_px, int h_px);
/* The same with anything on it, for who writes every pixel. */
BtFrame *bt_frame_new_unset(int w_px, int h_px);
/* A frame over memory that stays somebody else's; `done` (nullable) is called with `user` when the
 * last reference goes. (transfer full) */
BtFrame *bt_frame_new_over(guint32 *pixels, int w_px, int h_px, int stride_px, gboolean opaque,
    GDestroyNotify done, gpointer user);
/* The same over planes, of which the description is copied. */
BtFrame *bt_frame_new_over_planes(
    const BtPlanes *planes, int w_px, int h_px, GDestroyNotify done, gpointer user);
BtFrame *bt_frame_ref(BtFrame *frame);
void bt_frame_unref(BtFrame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtFrame, bt_frame_unref)
/* Whether the caller's reference is the only one: nobody else can ever have another. */
gboolean bt_frame_is_mine(const BtFrame *frame);

/* All pixels of `rect` (clipped) become `argb`, given premultiplied. The frame is opaque afterwards
 * when an opaque colour filled all of it, and not opaque when a translucent one filled any. */
void bt_frame_fill(BtFrame *frame, BtRect rect_px, guint32 argb);
/* `argb`, given premultiplied, over the pixels of `rect` (clipped); `opacity` 0 to 255. */
void bt_frame_blend_fill(BtFrame *target, BtRect rect_px, guint32 argb, guint opacity);
/* `source` over `target` at (x, y), clipped to `clip_px` of the target; `opacity` 0 to 255. */
void bt_frame_blend(
    BtFrame *target, const BtFrame *source, int x_px, int y_px, BtRect clip_px, guint opacity);
/* Whether all pixels are equal. Sizes differ: no. */
gboolean bt_frame_equal(const BtFrame *a, const BtFrame *b);
/* Mean brightness 0 to 255 (Rec. 709 weights). */
double bt_frame_brightness(const BtFrame *frame);

/* An opaque 8-bit RGB PNG, written beside and renamed. BT_ERROR_IO. */
gboolean bt_frame_write_png(const BtFrame *frame, const char *path, GError **error);

#endif
