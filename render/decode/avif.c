/* An AVIF, still or animated, by libavif: it puts the pieces of a grid together, adds the
 * transparency, which is a picture of its own, and says how the whole is turned. */
#include "render/decode/decode.h"

#include <avif/avif.h>
#include <math.h>
#include <string.h>

typedef struct {
    Pictures parent;
    avifDecoder *decoder;
    guint8 *pixels;
} Avif;

gboolean is_avif(const guint8 *head, gsize n)
{
    const avifROData data = { head, n };
    return n >= 12 && memcmp(head + 4, "ftyp", 4) == 0 && avifPeekCompatibleFileType(&data);
}

static gboolean fail(avifResult result, GError **error)
{
    BtError code = result == AVIF_RESULT_OUT_OF_MEMORY ? BT_ERROR_LIMIT
        : result == AVIF_RESULT_NOT_IMPLEMENTED || result == AVIF_RESULT_NO_CODEC_AVAILABLE
        ? BT_ERROR_UNSUPPORTED
        : BT_ERROR_INVALID;
    g_set_error(error, BT_ERROR, code, "content: not a sound AVIF: %s", avifResultToString(result));
    return FALSE;
}

static void avif_close(Pictures *pictures)
{
    Avif *avif = (Avif *)pictures;
    if (avif->decoder)
        avifDecoderDestroy(avif->decoder);
    g_array_unref(pictures->ends_ms);
    g_free(avif->pixels);
    g_free(avif);
}

static const guint8 *avif_next(Pictures *pictures, GError **error)
{
    Avif *avif = (Avif *)pictures;
    avifRGBImage bgra;
    avifResult result = avifDecoderNextImage(avif->decoder);
    const avifImage *image = avif->decoder->image;
    if (result == AVIF_RESULT_OK &&
        ((int)image->width != pictures->w_px || (int)image->height != pictures->h_px))
        result = AVIF_RESULT_INVALID_IMAGE_GRID; /* not of the size that was told */
    if (result == AVIF_RESULT_OK) {
        avifRGBImageSetDefaults(&bgra, image);
        bgra.depth = 8;
        bgra.format = AVIF_RGB_FORMAT_BGRA;
        bgra.pixels = avif->pixels;
        bgra.rowBytes = image->width * 4;
        result = avifImageYUVToRGB(image, &bgra);
    }
    if (result == AVIF_RESULT_OK)
        return avif->pixels;
    fail(result, error);
    return NULL;
}

static gboolean avif_again(Pictures *pictures, GError **error)
{
    avifResult result = avifDecoderReset(((Avif *)pictures)->decoder);
    return result == AVIF_RESULT_OK || fail(result, error);
}

/* A quarter turn to the left for each `angle`, then mirrored: as EXIF numbers it. */
static int orientation_of(const avifImage *image)
{
    static const guint8 numbers[4][3] = { { 1, 4, 2 }, { 8, 5, 7 }, { 3, 2, 4 }, { 6, 7, 5 } };
    guint angle = image->transformFlags & AVIF_TRANSFORM_IROT ? image->irot.angle & 3 : 0;
#if AVIF_VERSION >= 1000000
    guint axis = image->imir.axis & 1;
#else
    guint axis = image->imir.mode & 1;
#endif
    return numbers[angle][image->transformFlags & AVIF_TRANSFORM_IMIR ? 1 + axis : 0];
}

static gboolean open_decoder(Avif *avif, const guint8 *file, gsize size, GError **error)
{
    avif->decoder = avifDecoderCreate();
    avif->decoder->maxThreads = 1;
    avif->decoder->ignoreExif = avif->decoder->ignoreXMP = AVIF_TRUE;
    avif->decoder->imageSizeLimit = BT_DECODE_MAX_PIXELS;
    avif->decoder->imageDimensionLimit = BT_DECODE_MAX_SIDE_PX;
    avif->decoder->imageCountLimit = BT_DECODE_MAX_PICTURES;
    /* Encoders of the first years left out pieces that the standard wants. */
    avif->decoder->strictFlags = AVIF_STRICT_DISABLED;
    avifResult result = avifDecoderSetIOMemory(avif->decoder, file, size);
    if (result == AVIF_RESULT_OK)
        result = avifDecoderParse(avif->decoder);
    if (result != AVIF_RESULT_OK)
        return fail(result, error);
    const avifImage *image = avif->decoder->image;
    avif->parent.w_px = (int)image->width;
    avif->parent.h_px = (int)image->height;
    avif->parent.orientation = orientation_of(image);
    return check_size(image->width, image->height, error);
}

static gboolean read_times(Avif *avif, GError **error)
{
    GArray *ends_ms = avif->parent.ends_ms;
    guint n = (guint)MAX(avif->decoder->imageCount, 0);
    avifImageTiming time;
    gint64 last_ms = 0;
    if (!check_pictures(n, error))
        return FALSE;
    for (guint i = 0; i < n; i++) {
        avifResult result = avifDecoderNthImageTiming(avif->decoder, i, &time);
        if (result != AVIF_RESULT_OK)
            return fail(result, error);
        /* The thousandth part of a microsecond is what is wrong with a sum of fractions. */
        double end_ms = ceil((time.pts + time.duration) * 1000 - 1e-6);
        last_ms = end_ms > (double)last_ms && end_ms < G_MAXINT32 ? (gint64)end_ms : last_ms + 1;
        g_array_append_val(ends_ms, last_ms);
    }
    return TRUE;
}

static gboolean open_canvas(Avif *avif, GError **error)
{
    avif->pixels = g_try_malloc((gsize)avif->parent.w_px * (gsize)avif->parent.h_px * 4);
    return avif->pixels || fail(AVIF_RESULT_OUT_OF_MEMORY, error);
}

Pictures *avif_open(const guint8 *file, gsize size, GError **error)
{
    Avif *avif = g_new0(Avif, 1);
    avif->parent = (Pictures){ .ends_ms = g_array_new(FALSE, FALSE, sizeof(gint64)),
        .next = avif_next,
        .again = avif_again,
        .close = avif_close };
    if (open_decoder(avif, file, size, error) && read_times(avif, error) &&
        open_canvas(avif, error))
        return &avif->parent;
    avif_close(&avif->parent);
    return NULL;
}
