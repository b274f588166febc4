/* A decoder that fell to what it read: it speaks the wire and lies, or is slow, or stands. The
 * first argument says which. */
#include "base/channel.h"
#include "render/decode/wire.h"

#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void say(BtDecodeMessage message)
{
    while (bt_channel_send(BT_DECODE_SOCKET_FD, &message, sizeof message, NULL, 0, NULL) ==
        BT_CHANNEL_AGAIN)
        g_usleep(1000);
}

static void wait_for_start(void)
{
    BtDecodeMessage start;
    int fds[2];
    guint n_fds = 0;
    bt_channel_wait(BT_DECODE_SOCKET_FD, -1);
    bt_channel_receive(BT_DECODE_SOCKET_FD, &start, sizeof start, fds, 2, &n_fds, NULL);
}

static void lie_early(const char *kind)
{
    BtDecodeMessage info = {
        .type = BT_DECODE_INFO, .w_px = 64, .h_px = 64, .duration_ms = 1000, .has_sound = 1
    };
    if (strcmp(kind, "huge-info") == 0)
        info.w_px = info.h_px = 60000;
    if (g_str_has_prefix(kind, "found-"))
        info.slot = 1;
    if (strcmp(kind, "no-info") == 0)
        info = (BtDecodeMessage){ .type = BT_DECODE_FRAME };
    say(info);
    if (strcmp(kind, "info-twice") == 0)
        say(info);
}

static BtDecodeMessage lie_about_findings(const char *kind)
{
    BtDecodeMessage lie = { .type = BT_DECODE_FOUND, .slot = BT_FOUND_FRAMES, .pts_ms = 7 };
    if (strcmp(kind, "found-unknown") == 0)
        lie.slot = BT_N_FOUND;
    if (strcmp(kind, "found-far") == 0)
        lie.slot = 0xffffffff;
    if (strcmp(kind, "found-negative") == 0)
        lie.pts_ms = -1;
    if (strcmp(kind, "found-huge") == 0)
        lie.pts_ms = G_MAXINT64;
    if (strcmp(kind, "found-flag") == 0)
        lie = (BtDecodeMessage){ .type = BT_DECODE_FOUND, .slot = BT_FOUND_WHOLE, .pts_ms = 2 };
    if (strcmp(kind, "found-loudness") == 0)
        lie = (BtDecodeMessage){
            .type = BT_DECODE_FOUND, .slot = BT_FOUND_LUFS_X100, .pts_ms = G_MININT64
        };
    if (strcmp(kind, "found-bits") == 0)
        lie = (BtDecodeMessage){ .type = BT_DECODE_FOUND, .slot = BT_FOUND_BITS, .pts_ms = 1001 };
    if (strcmp(kind, "found-a-frame") == 0)
        lie = (BtDecodeMessage){ .type = BT_DECODE_FRAME, .duration_ms = 40 };
    return lie;
}

static void lie_late(const char *kind)
{
    const BtDecodeMessage frame = { .type = BT_DECODE_FRAME, .duration_ms = 40 };
    BtDecodeMessage lie = frame;
    if (strcmp(kind, "slot-range") == 0)
        lie.slot = 0xfffffff0;
    if (strcmp(kind, "slot-twice") == 0 || strcmp(kind, "pts-back") == 0)
        say(frame);
    if (strcmp(kind, "slot-twice") == 0)
        lie.pts_ms = 40;
    if (strcmp(kind, "pts-back") == 0)
        lie.slot = 1;
    if (strcmp(kind, "pts-huge") == 0)
        lie.pts_ms = G_MAXINT64;
    if (strcmp(kind, "sound-far") == 0)
        lie = (BtDecodeMessage){ .type = BT_DECODE_SOUND, .position = BT_DECODE_SOUND_FRAMES + 1 };
    if (strcmp(kind, "sound-unwanted") == 0)
        lie = (BtDecodeMessage){ .type = BT_DECODE_SOUND, .position = 10 };
    if (strcmp(kind, "sound-back") == 0) {
        lie = (BtDecodeMessage){ .type = BT_DECODE_SOUND, .position = 100 };
        say(lie);
        lie.position = 50;
    }
    if (strcmp(kind, "end-early") == 0) {
        lie = (BtDecodeMessage){ .type = BT_DECODE_END };
        say(lie);
        lie = frame;
    }
    if (strcmp(kind, "planes-unasked") == 0)
        lie.pixels = BT_DECODE_BT601;
    if (strcmp(kind, "planes-unknown") == 0)
        lie.pixels = BT_DECODE_N_PIXELS;
    if (strcmp(kind, "way-late") == 0) {
        say(frame);
        lie = (BtDecodeMessage){ .type = BT_DECODE_WAY };
    }
    if (g_str_has_prefix(kind, "found-"))
        lie = lie_about_findings(kind);
    if (strcmp(kind, "unknown-type") == 0)
        lie.type = 77;
    if (strcmp(kind, "unended-reason") == 0) {
        lie.type = BT_DECODE_FAILED;
        memset(lie.reason, 0xc3, sizeof lie.reason);
        memset(lie.code, 'x', sizeof lie.code);
    }
    say(lie);
}

/* Nothing but signs of life, `n` of them, or each fourth one of its way; then a picture. */
static void be_slow(int n, gboolean tells_way)
{
    for (int i = 0; i < n; i++) {
        say((BtDecodeMessage){ .type = tells_way && i % 4 == 0 ? BT_DECODE_WAY : BT_DECODE_ALIVE });
        g_usleep(1000);
    }
    say((BtDecodeMessage){ .type = BT_DECODE_FRAME, .duration_ms = 40 });
}

/* Pictures into the first `n` slots; then, when the first of them comes back, one more: its time is
 * 1000 ms and how many came back within a moment. */
static void count_what_comes_back(guint32 n)
{
    BtDecodeMessage message = { .type = BT_DECODE_FRAME, .duration_ms = 100 };
    guint32 n_back = 0;
    for (guint32 k = 0; k < n; k++) {
        message.slot = k;
        message.pts_ms = 100 * k;
        say(message);
    }
    bt_channel_wait(BT_DECODE_SOCKET_FD, -1);
    g_usleep(50000);
    g_unix_set_fd_nonblocking(BT_DECODE_SOCKET_FD, TRUE, NULL);
    while (bt_channel_receive(BT_DECODE_SOCKET_FD, &message, sizeof message, NULL, 0, NULL, NULL) ==
        BT_CHANNEL_OK)
        n_back++;
    say((BtDecodeMessage){ .type = BT_DECODE_FRAME,
        .slot = message.slot,
        .pts_ms = 1000 + n_back,
        .duration_ms = 100 });
}

static gboolean do_late(const char *kind)
{
    if (strcmp(kind, "full") == 0)
        count_what_comes_back(BT_DECODE_MAX_SLOTS);
    else if (strcmp(kind, "few") == 0)
        count_what_comes_back(3);
    else if (strcmp(kind, "slow") == 0)
        be_slow(30, FALSE);
    else if (strcmp(kind, "hangs") == 0)
        be_slow(10000, FALSE);
    else if (strcmp(kind, "on-its-way") == 0)
        be_slow(90, TRUE);
    else if (strcmp(kind, "never-there") == 0)
        be_slow(10000, TRUE);
    else if (strcmp(kind, "stops") == 0) {
        say((BtDecodeMessage){ .type = BT_DECODE_FRAME, .duration_ms = 40 });
        raise(SIGSTOP);
    } else
        return FALSE;
    return TRUE;
}

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "";
    if (strcmp(kind, "silent") != 0) {
        lie_early(kind);
        wait_for_start();
    }
    if (strcmp(kind, "short-message") == 0) {
        bt_channel_send(BT_DECODE_SOCKET_FD, "hello", 5, NULL, 0, NULL);
    } else if (strcmp(kind, "files") == 0) {
        BtDecodeMessage frame = { .type = BT_DECODE_FRAME };
        bt_channel_send(BT_DECODE_SOCKET_FD, &frame, sizeof frame, (int[]){ 0 }, 1, NULL);
    } else if (strcmp(kind, "silent") != 0 && !do_late(kind)) {
        lie_late(kind);
    }
    g_usleep(60 * G_USEC_PER_SEC);
    return 0;
}
