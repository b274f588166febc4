/* Any words of a decoder to render/media, mixed with a user who plays on: each step is eight bytes
 * of the input. What is handed out must lie in our own memory and keep its place in time. */
#include "base/channel.h"
#include "render/decode/wire.h"
#include "render/media/media.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define STEP_BYTES 8
#define SIDE_PX 8
#define MAX_HELD 4

typedef struct {
    BtMedia *media;
    int decoder; /* its end of the socket */
    BtFrame *held[MAX_HELD];
    guint n_held;
    gint64 t_ms;
} World;

static int lend_socket(int content_fd, gpointer user, GError **error)
{
    (void)content_fd;
    int ends[2];
    if (!bt_channel_pair(ends, error))
        return -1;
    *(int *)user = ends[1];
    return ends[0];
}

/* ---- the decoder ---- */

static void say(World *world, const uint8_t *step)
{
    gint64 small = (gint16)(step[2] | step[3] << 8),
           large = small * G_GINT64_CONSTANT(0x7ffffffffff);
    gint64 number = step[1] & 0x80 ? large : small;
    BtDecodeMessage message = { .type = step[0] >> 4,
        .slot = step[1] & 0x40 ? 0xffffffffu - step[4] : step[4],
        .pts_ms = number,
        .duration_ms = step[5],
        .w_px = step[1] & 0x20 ? (gint32)number : step[6],
        .h_px = step[7],
        .opaque = step[1] & 1,
        .has_sound = step[1] & 3,
        .position = (guint64)number };
    memset(message.reason, step[5], sizeof message.reason);
    memset(message.code, step[6], sizeof message.code);
    gsize size = step[1] & 0x10 ? step[7] + 1u : sizeof message;
    bt_channel_send(world->decoder, &message, MIN(size, sizeof message), NULL, 0, NULL);
}

/* ---- the user ---- */

static void drop_held(World *world)
{
    for (guint i = 0; i < world->n_held; i++)
        bt_frame_unref(world->held[i]);
    world->n_held = 0;
}

static void look(World *world, const uint8_t *step)
{
    gint64 pts_ms = 0;
    world->t_ms += step[1];
    BtFrame *frame = bt_media_frame_at(world->media, world->t_ms, &pts_ms);
    if (!frame)
        return;
    g_assert_cmpint(pts_ms, <=, world->t_ms);
    g_assert_cmpint(frame->w_px, ==, SIDE_PX);
    g_assert_cmpuint(frame->pixels[SIDE_PX * SIDE_PX - 1], ==, 0);
    if (world->n_held == MAX_HELD || step[2] & 1)
        drop_held(world);
    world->held[world->n_held++] = frame;
}

static void hear(World *world, const uint8_t *step)
{
    gint16 samples[2 * 256];
    gsize n = bt_media_read_sound(world->media, world->t_ms + step[1], samples, step[2]);
    g_assert_cmpuint(n, <=, step[2]);
}

static void poll_state(World *world, const uint8_t *step)
{
    BtMediaState state = bt_media_poll(world->media, step[1]);
    g_assert_true((state == BT_MEDIA_FAILED) == (bt_media_error(world->media) != NULL));
    gint64 next_ms = bt_media_next_pts(world->media, world->t_ms);
    g_assert_true(next_ms > world->t_ms || next_ms == -1);
}

static void do_step(World *world, const uint8_t *step)
{
    switch (step[0] & 7) {
    case 0:
        look(world, step);
        break;
    case 1:
        hear(world, step);
        break;
    case 2:
        poll_state(world, step);
        break;
    case 3:
        bt_media_start(world->media, SIDE_PX, SIDE_PX, 0, step[1] & 1, step[1] & 2, NULL);
        break;
    default:
        say(world, step);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    World world = { .decoder = -1 };
    world.media = bt_media_open(
        open("/dev/null", O_RDONLY | O_CLOEXEC), "fuzz", lend_socket, &world.decoder, 0, NULL);
    if (!world.media)
        return 0;
    for (; size >= STEP_BYTES; data += STEP_BYTES, size -= STEP_BYTES)
        do_step(&world, data);
    bt_media_unref(world.media);
    drop_held(&world);
    close(world.decoder);
    return 0;
}
