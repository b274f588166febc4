/* Pictures one after the other, from a library that knows their format better than FFmpeg does: of
 * WebP it reads only stills, of AVIF neither transparency nor turns, nor which track of an
 * animation is its transparency. The libraries run in the same jail, and what they paint goes
 * through the same converter. Each picture may build on the one before, so a start in the middle
 * paints all from the first on, but converts only what is shown. How long each lasts is known
 * before any is painted. */
#include "render/decode/decode.h"

#include "render/decode/jail.h"

#include <libavutil/mem.h>

typedef struct {
    Ring *ring;
    Pictures *pictures;
    Converter *converter;
    AVFrame *canvas;
    gint64 shift_ms; /* what turns of the loop took */
} Animation;

static gint64 end_of(const Animation *a, guint n)
{
    return g_array_index(a->pictures->ends_ms, gint64, n);
}

static gint64 length_ms(const Animation *a)
{
    return end_of(a, a->pictures->ends_ms->len - 1);
}

static gboolean is_single(const Animation *a)
{
    return a->pictures->ends_ms->len == 1;
}

gboolean check_pictures(guint n, GError **error)
{
    if (n >= 1 && n <= BT_DECODE_MAX_PICTURES)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
        "content: an animation of %u pictures: expected 1 to %d", n, BT_DECODE_MAX_PICTURES);
    return FALSE;
}

/* ---- opening ---- */

static Pictures *open_pictures(Input *input, const Probe *probe, GError **error)
{
    gsize size;
    guint8 *file = input_read_all(input, &size, error);
    if (!file)
        return NULL;
    Pictures *pictures = probe->codec == AV_CODEC_ID_WEBP ? webp_open(file, size, error)
                                                          : avif_open(file, size, error);
    if (!pictures)
        av_free(file);
    else
        pictures->file = file;
    return pictures;
}

static void tell_info(const Animation *a)
{
    const Pictures *p = a->pictures;
    gboolean sideways = orientation_is_sideways(p->orientation);
    BtDecodeMessage info = { .w_px = sideways ? p->h_px : p->w_px,
        .h_px = sideways ? p->w_px : p->h_px,
        .duration_ms = is_single(a) ? 0 : length_ms(a) };
    ring_info(a->ring, &info);
}

static gboolean begin(Animation *a, GError **error)
{
    const BtDecodeMessage *start = &a->ring->start;
    if (start->n_slots == 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "START: a picture without a slot");
        return FALSE;
    }
    if (start->loop)
        a->shift_ms = start->pts_ms / length_ms(a) * length_ms(a);
    a->converter = converter_new(start->w_px, start->h_px, a->pictures->orientation);
    a->canvas = av_frame_alloc();
    if (!a->canvas) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "content: no memory for a picture");
        return FALSE;
    }
    a->canvas->format = AV_PIX_FMT_BGRA;
    a->canvas->width = a->pictures->w_px;
    a->canvas->height = a->pictures->h_px;
    a->canvas->linesize[0] = a->pictures->w_px * 4;
    return TRUE;
}

static void close_animation(Animation *a)
{
    if (a->pictures) {
        guint8 *file = a->pictures->file;
        a->pictures->close(a->pictures);
        av_free(file);
    }
    converter_free(a->converter);
    av_frame_free(&a->canvas);
}

/* ---- running ---- */

static int wait_for_slot(Ring *ring)
{
    int slot;
    ring_listen(ring, FALSE);
    while ((slot = ring_free_slot(ring)) < 0)
        ring_listen(ring, TRUE);
    return slot;
}

static gboolean send(Animation *a, guint n, GError **error)
{
    int slot = wait_for_slot(a->ring);
    gint64 from_ms = n > 0 ? end_of(a, n - 1) : 0;
    gint64 duration_ms = is_single(a) ? 0 : end_of(a, n) - from_ms;
    gboolean opaque;
    if (!converter_run(a->converter, a->canvas, ring_slot(a->ring, slot), &opaque, error))
        return FALSE;
    ring_send_frame(a->ring, slot, a->shift_ms + from_ms, duration_ms, opaque);
    return TRUE;
}

/* The wanted time lies after this picture, and another is to come. */
static gboolean is_over(const Animation *a, guint n)
{
    gboolean last = n + 1 == a->pictures->ends_ms->len;
    return !last && a->shift_ms + end_of(a, n) <= a->ring->start.pts_ms;
}

static gboolean play_once(Animation *a, GError **error)
{
    for (guint n = 0; n < a->pictures->ends_ms->len; n++) {
        a->canvas->data[0] = (guint8 *)a->pictures->next(a->pictures, error);
        if (!a->canvas->data[0] || (!is_over(a, n) && !send(a, n, error)))
            return FALSE;
    }
    return TRUE;
}

static gboolean play(Animation *a, GError **error)
{
    while (play_once(a, error)) {
        if (is_single(a) || !a->ring->start.loop) {
            ring_end(a->ring);
            return TRUE;
        }
        if (!a->pictures->again(a->pictures, error))
            return FALSE;
        a->shift_ms += length_ms(a);
    }
    return FALSE;
}

gboolean animation_run(Ring *ring, Input *input, const Probe *probe, GError **error)
{
    Animation a = { .ring = ring, .pictures = open_pictures(input, probe, error) };
    gboolean done = a.pictures != NULL;
    if (done) {
        if (!is_single(&a))
            bt_jail_allow_long_run();
        tell_info(&a);
        done = ring_wait_start(ring, error) && begin(&a, error) && play(&a, error);
    }
    close_animation(&a);
    return done;
}
