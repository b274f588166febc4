/* bangtin-decode: one medium, in a jail. Reads the content on fd 4, answers its user on fd 3
 * (wire.h). It takes no file names and no options that change what it does; it ends when its user
 * does. */
#include "base/channel.h"
#include "base/program.h"
#include "render/decode/decode.h"
#include "render/decode/jail.h"

#include <fcntl.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

static const BtProgram program = {
    .name = "bangtin-decode",
    .usage =
        "Usage: bangtin-decode 3<>SOCKET 4<CONTENT\n"
        "Decodes one picture, film, sound or file of subtitles for Bangtin, which starts it with "
        "the two files open.\n"
        "  --wait             both are sent on the socket later\n"
        "  --help, --version\n",
};

/* Decoding is ahead of its time, and wakes up just when a picture goes to the glass: it must not
 * take the processor from who brings it there. It is about the order only, no time is lost. */
static void let_others_first(void)
{
    sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){ 0 });
}

static void prepare_libraries(void)
{
    bt_program_prepare();
    av_log_set_level(AV_LOG_QUIET);
    av_max_alloc(BT_DECODE_ALLOC_BYTES);
}

static gboolean decode(Ring *ring, GError **error)
{
    Input input;
    Probe probe;
    if (!bt_jail_enter(error) || !pulse_start(ring->socket, error) ||
        !input_open(&input, BT_DECODE_CONTENT_FD, ring, error))
        return FALSE;
    gboolean done = probe_content(&input, &probe, error);
    if (done)
        done = probe.subtitles ? subtitles_run(ring, &input, &probe, error)
            : probe.demuxer    ? play_run(ring, &input, &probe, error)
            : probe.still      ? still_run(ring, &input, &probe, error)
                               : animation_run(ring, &input, &probe, error);
    g_free(input.head);
    return done;
}

/* --wait: started ahead, we are told what to decode on the socket that we came with. */
static gboolean wait_for_work(void)
{
    guint32 begin;
    int fds[2];
    guint n_fds = 0;
    bt_channel_wait(BT_DECODE_SOCKET_FD, -1);
    if (bt_channel_receive(BT_DECODE_SOCKET_FD, &begin, sizeof begin, fds, 2, &n_fds, NULL) !=
            BT_CHANNEL_OK ||
        n_fds != 2)
        return FALSE;
    return dup2(fds[0], BT_DECODE_SOCKET_FD) >= 0 && dup2(fds[1], BT_DECODE_CONTENT_FD) >= 0 &&
        close_range(BT_DECODE_CONTENT_FD + 1, ~0u, 0) == 0;
}

static gboolean are_open(void)
{
    int flags = fcntl(BT_DECODE_SOCKET_FD, F_GETFL);
    return flags >= 0 && fcntl(BT_DECODE_SOCKET_FD, F_SETFL, flags | O_NONBLOCK) == 0 &&
        fcntl(BT_DECODE_CONTENT_FD, F_GETFL) >= 0;
}

int main(int argc, char **argv)
{
    if (bt_program_answers(&program, argc, argv))
        return 0;
    if (argc == 2 && strcmp(argv[1], "--wait") == 0) {
        if (!wait_for_work())
            return 0; /* there was none */
        argc = 1;
    }
    if (argc != 1 || !are_open())
        return bt_program_wrong_use(&program);

    let_others_first();
    Ring ring = { .socket = BT_DECODE_SOCKET_FD };
    g_autoptr(GError) error = NULL;
    prepare_libraries();
    if (decode(&ring, &error))
        return 0;
    ring_fail(&ring, error);
    say(error->message);
    return 1;
}
