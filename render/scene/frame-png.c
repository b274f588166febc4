/* A frame as a PNG file. Pixels are premultiplied, so that dropping the alpha shows them over
 * black, which is what the glass does. */
#include "base/io.h"
#include "render/scene/frame.h"

#include <png.h>

static guint8 *rgb_of(const BtFrame *frame)
{
    guint8 *rgb = g_malloc((gsize)frame->w_px * (gsize)frame->h_px * 3), *to = rgb;
    for (int y = 0; y < frame->h_px; y++) {
        const guint32 *from = frame->pixels + (gsize)y * (gsize)frame->stride_px;
        for (int x = 0; x < frame->w_px; x++, to += 3) {
            to[0] = from[x] >> 16 & 255;
            to[1] = from[x] >> 8 & 255;
            to[2] = from[x] & 255;
        }
    }
    return rgb;
}

static gboolean refuse(const png_image *image, const char *path, GError **error)
{
    g_set_error(
        error, BT_ERROR, BT_ERROR_IO, "%s: cannot write the picture: %s", path, image->message);
    return FALSE;
}

gboolean bt_frame_write_png(const BtFrame *frame, const char *path, GError **error)
{
    png_image image = {
        .version = PNG_IMAGE_VERSION,
        .width = (png_uint_32)frame->w_px,
        .height = (png_uint_32)frame->h_px,
        .format = PNG_FORMAT_RGB,
        .flags = PNG_IMAGE_FLAG_FAST, /* pictures of boards are flat: speed costs few bytes */
    };
    g_autofree guint8 *rgb = rgb_of(frame);
    png_alloc_size_t size_bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
    g_autofree guint8 *png = g_malloc(size_bytes);
    if (!png_image_write_to_memory(&image, png, &size_bytes, 0, rgb, 0, NULL))
        return refuse(&image, path, error);
    return bt_io_write(path, png, size_bytes, 0644, error);
}
