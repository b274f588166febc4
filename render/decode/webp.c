/* An animated WebP, by libwebp: its list of pictures is read first, and each is painted over the
 * one before. */
#include "render/decode/decode.h"

#include <webp/demux.h>

/* Pictures that last no longer than this are shown for a tenth of a second, as browsers do: files
 * with such times were made for programs that could not go faster. */
#define HASTE_MS 10
#define UNHASTY_MS 100

typedef struct {
    Pictures parent;
    WebPAnimDecoder *decoder;
} Webp;

static void webp_close(Pictures *pictures)
{
    Webp *webp = (Webp *)pictures;
    WebPAnimDecoderDelete(webp->decoder);
    g_array_unref(pictures->ends_ms);
    g_free(webp);
}

static const guint8 *webp_next(Pictures *pictures, GError **error)
{
    Webp *webp = (Webp *)pictures;
    guint8 *pixels;
    int its_time_ms; /* without our correction */
    if (WebPAnimDecoderGetNext(webp->decoder, &pixels, &its_time_ms))
        return pixels;
    g_set_error(
        error, BT_ERROR, BT_ERROR_INVALID, "content: a picture of the animation is damaged");
    return NULL;
}

static gboolean webp_again(Pictures *pictures, GError **error)
{
    (void)error;
    WebPAnimDecoderReset(((Webp *)pictures)->decoder);
    return TRUE;
}

static gboolean open_decoder(Webp *webp, const guint8 *file, gsize size, GError **error)
{
    WebPAnimDecoderOptions options;
    WebPAnimInfo info;
    WebPData data = { file, size };
    if (WebPAnimDecoderOptionsInit(&options)) {
        options.color_mode = MODE_BGRA;
        options.use_threads = 0;
        webp->decoder = WebPAnimDecoderNew(&data, &options);
    }
    if (!webp->decoder || !WebPAnimDecoderGetInfo(webp->decoder, &info)) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "content: not a sound animated WebP, or too large for its memory");
        return FALSE;
    }
    if (!check_size(info.canvas_width, info.canvas_height, error) ||
        !check_pictures(info.frame_count, error))
        return FALSE;
    webp->parent.w_px = (int)info.canvas_width;
    webp->parent.h_px = (int)info.canvas_height;
    return TRUE;
}

static gboolean read_times(Webp *webp, GError **error)
{
    const WebPDemuxer *list = WebPAnimDecoderGetDemuxer(webp->decoder);
    WebPIterator at;
    gint64 end_ms = 0;
    gboolean there = WebPDemuxGetFrame(list, 1, &at);
    for (gboolean more = there; more; more = WebPDemuxNextFrame(&at)) {
        end_ms += at.duration > HASTE_MS ? at.duration : UNHASTY_MS;
        g_array_append_val(webp->parent.ends_ms, end_ms);
    }
    WebPDemuxReleaseIterator(&at);
    if (there)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "content: an animated WebP without a picture");
    return FALSE;
}

Pictures *webp_open(const guint8 *file, gsize size, GError **error)
{
    Webp *webp = g_new0(Webp, 1);
    webp->parent = (Pictures){ .orientation = 1,
        .ends_ms = g_array_new(FALSE, FALSE, sizeof(gint64)),
        .next = webp_next,
        .again = webp_again,
        .close = webp_close };
    if (open_decoder(webp, file, size, error) && read_times(webp, error))
        return &webp->parent;
    webp_close(&webp->parent);
    return NULL;
}
