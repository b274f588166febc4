/* Any messages of show and sync to supervise, with deaths in between, and what supervise makes of
 * them: each step is eight bytes of the input. supervise itself is compiled in here, so that it can
 * be asked what it thinks; only what would make, end or time processes is replaced. Nothing may
 * stay open, nobody may say what is another's, and a role that is not there is about to be started.
 */
#include "base/channel.h"
#include "base/error.h"
#include "player/roles/roles.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST_TIMER 1000000 /* ids of timers; those of sources are lower */

typedef struct {
    pid_t last_pid;
    gboolean fork_fails, pair_fails;
    guint forks, kills;
    int other_end;           /* of the pair that was made last */
    gconstpointer timers[8]; /* what they are about; NULL: free */
    pid_t dead[4];           /* to be waited for */
    guint n_dead;
} Machine;

static Machine *machine(void)
{
    static Machine the;
    return &the;
}

static pid_t fuzz_fork(void)
{
    if (machine()->fork_fails)
        return -1;
    machine()->forks++;
    return ++machine()->last_pid;
}

static int fuzz_kill(pid_t pid)
{
    g_assert_cmpint(pid, >, 0); /* 0 and less would be whole groups */
    machine()->kills++;
    return 0;
}

static pid_t fuzz_waitpid(int *status)
{
    *status = 0;
    return machine()->n_dead == 0 ? 0 : machine()->dead[--machine()->n_dead];
}

static guint fuzz_timer(guint ms, GSourceFunc function, gconstpointer about)
{
    g_assert_true(ms >= 1 && function != NULL);
    for (guint i = 0; i < G_N_ELEMENTS(machine()->timers); i++)
        if (machine()->timers[i] == NULL) {
            machine()->timers[i] = about;
            return FIRST_TIMER + i;
        }
    g_assert_not_reached(); /* one for each child and one for the end are enough */
}

static gboolean fuzz_remove(guint id)
{
    if (id < FIRST_TIMER)
        return g_source_remove(id);
    machine()->timers[id - FIRST_TIMER] = NULL;
    return TRUE;
}

/* Takes a timer about `about` out, if there is one. */
static gboolean timer_came(gconstpointer about)
{
    for (guint i = 0; i < G_N_ELEMENTS(machine()->timers); i++)
        if (machine()->timers[i] == about) {
            machine()->timers[i] = NULL;
            return TRUE;
        }
    return FALSE;
}

static gboolean fuzz_pair(int ends[2], GError **error)
{
    if (machine()->pair_fails)
        g_set_error_literal(error, BT_ERROR, BT_ERROR_IO, "no more sockets");
    if (machine()->pair_fails || !bt_channel_pair(ends, error))
        return FALSE;
    machine()->other_end = dup(ends[1]);
    return TRUE;
}

#define fork() fuzz_fork()
#define kill(pid, signal) fuzz_kill(pid)
#define waitpid(pid, status, flags) fuzz_waitpid(status)
#define bt_channel_pair(ends, error) fuzz_pair(ends, error)
#define g_timeout_add(ms, function, data) fuzz_timer(ms, function, data)
#define g_source_remove(id) fuzz_remove(id)
#include "player/roles/start.c"
#include "player/roles/started_relays.c"
#include "player/roles/supervise.c"
#undef bt_channel_pair

#define STEP_BYTES 8
#define MAX_FILES 64 /* looked at: the lowest are taken first */

typedef struct {
    Supervise supervise;
    int show_end, sync_end; /* what the roles themselves hold; -1: they are dead */
} World;

static Child *child_of(World *world, gboolean sync)
{
    return sync ? &world->supervise.sync : &world->supervise.show;
}

static int *end_of(World *world, gboolean sync)
{
    return sync ? &world->sync_end : &world->show_end;
}

static void take_end(World *world, gboolean sync)
{
    int *end = end_of(world, sync);
    if (machine()->other_end < 0)
        return;
    if (*end >= 0)
        close(*end);
    *end = machine()->other_end;
    machine()->other_end = -1;
}

static void begin(World *world, gboolean sync)
{
    if (sync)
        start_role(&world->supervise.sync);
    else
        start_show(&world->supervise);
    take_end(world, sync);
}

/* ---- steps ---- */

static void say(World *world, gboolean sync, const uint8_t *step)
{
    BtRoleMessage messages[2] = { { .type = step[2] & 0x80 ? (guint32)step[2] << 24 | step[3]
                                                           : step[2] & 31,
        .value = step[3],
        .nonce = { { (char)step[3] } } } };
    gsize size = step[1] & 0x10 ? step[4] % sizeof messages + 1 : sizeof messages[0];
    guint n_fds = step[1] & 0x20 ? 2 : step[5] % (BT_CHANNEL_MAX_FDS + 1);
    int fds[BT_CHANNEL_MAX_FDS] = { 0, 0, 0, 0 };
    for (guint n = step[1] & 0x40 ? step[6] : 1; n > 0; n--)
        bt_channel_send(*end_of(world, sync), messages, size, fds, n_fds, NULL);
}

static int count_waiting(int fd)
{
    int n_bytes = 0;
    g_assert_cmpint(ioctl(fd, FIONREAD, &n_bytes), ==, 0);
    return n_bytes;
}

static void hear(World *world, gboolean sync)
{
    Child *child = child_of(world, sync);
    Machine before = *machine();
    gboolean was_stopping = world->supervise.stopping;
    guint watch = child->watch;
    world->supervise.beat_ms = -1;
    if (watch == 0)
        return;
    int waiting_bytes = count_waiting(child->channel);
    if (on_message(child->channel, G_IO_IN, child) == G_SOURCE_REMOVE)
        g_source_remove(watch);
    else
        g_assert_cmpint(
            waiting_bytes - count_waiting(child->channel), <=, 64 * (int)sizeof(BtRoleMessage));
    if (!sync)
        return;
    g_assert_cmpint(world->supervise.beat_ms, ==, -1);
    g_assert_true(machine()->forks == before.forks && machine()->kills == before.kills);
    g_assert_true(world->supervise.stopping == was_stopping);
}

static gboolean may_hear(gboolean sync, guint32 type)
{
    static const guint32 of_show[] = { BT_ROLE_NEWS, BT_ROLE_TIME_ASK, BT_ROLE_TIME };
    static const guint32 of_sync[] = { BT_ROLE_FACTS, BT_ROLE_POLL, BT_ROLE_TIME_WANTED,
        BT_ROLE_TIME_NONCE, BT_ROLE_STREAMED };
    gboolean may = type == BT_ROLE_STOP;
    for (guint i = 0; i < (sync ? G_N_ELEMENTS(of_sync) : G_N_ELEMENTS(of_show)); i++)
        may = may || type == (sync ? of_sync : of_show)[i];
    return may;
}

/* What was passed on has one of a few types, and no files; of what sync says the type alone. */
static void listen_as(World *world, gboolean sync)
{
    BtRoleMessage message;
    guint n_fds;
    while (bt_channel_receive(*end_of(world, sync), &message, sizeof message, NULL, 0, &n_fds,
               NULL) == BT_CHANNEL_OK) {
        g_assert_true(may_hear(sync, message.type) && n_fds == 0);
        g_assert_true(sync || (message.value == 0 && *message.nonce.hex == '\0'));
    }
}

static void die(World *world, gboolean sync)
{
    Child *child = child_of(world, sync);
    if (child->pid <= 0)
        return;
    machine()->dead[machine()->n_dead++] = child->pid;
    if (*end_of(world, sync) >= 0)
        close(*end_of(world, sync));
    *end_of(world, sync) = -1;
    on_child(&world->supervise);
    take_end(world, sync);
}

static void do_step(World *world, const uint8_t *step)
{
    gboolean sync = step[0] & 0x80;
    Child *child = child_of(world, sync);
    machine()->fork_fails = step[7] & 0x80;
    machine()->pair_fails = (step[7] & 0xC0) == 0x40;
    switch (step[0] & 7) {
    case 0:
        hear(world, sync);
        break;
    case 1:
        listen_as(world, sync);
        break;
    case 2:
        die(world, sync);
        break;
    case 3:
        if (timer_came(child)) {
            world->supervise.beat_ms = -1;
            start_again(child);
            take_end(world, sync);
            g_assert_true(!sync || world->supervise.beat_ms == -1);
        }
        break;
    case 4: /* a decoder ends, or a relay */
        machine()->dead[machine()->n_dead++] = world->supervise.relays.relays[0].pid > 0
            ? world->supervise.relays.relays[0].pid
            : machine()->last_pid + 1000;
        on_child(&world->supervise);
        break;
    default:
        say(world, sync, step);
    }
    g_assert_cmpuint(world->supervise.decoders, <=, MAX_DECODERS);
    for (guint i = 0; i < BT_MAX_RELAYS; i++)
        g_assert_true(world->supervise.relays.relays[i].pid == 0 ||
            world->supervise.relays.relays[i].pid != child->pid);
}

static guint count_open(void)
{
    guint n = 0;
    for (int fd = 0; fd < MAX_FILES; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void end(World *world)
{
    for (int sync = 0; sync < 2; sync++) {
        Child *child = child_of(world, sync);
        g_assert_true(child->pid > 0 || (child->pid == 0 && child->channel == -1));
        g_assert_true(child->pid > 0 || world->supervise.stopping || timer_came(child));
        forget(child);
        if (*end_of(world, sync) >= 0)
            close(*end_of(world, sync));
    }
    bt_notify_free(world->supervise.notify);
    g_main_loop_unref(world->supervise.loop);
}

static void drop_message(
    const char *domain, GLogLevelFlags level, const char *message, gpointer user)
{
    (void)domain, (void)level, (void)message, (void)user;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_log_set_default_handler(drop_message, NULL);
    g_main_context_default();
    guint n_open = count_open();
    BtRoleOptions options = { .clock = bt_clock_real(), .boot = (char *)"boot" };
    World world = { .show_end = -1, .sync_end = -1 };
    *machine() = (Machine){ .last_pid = 1000, .other_end = -1 };
    world.supervise.options = &options;
    world.supervise.loop = g_main_loop_new(NULL, FALSE);
    world.supervise.notify = bt_notify_new();
    world.supervise.decoder_path = (char *)"bangtin-decode";
    world.supervise.show = (Child){ .supervise = &world.supervise, .role = "show", .channel = -1 };
    world.supervise.sync = (Child){ .supervise = &world.supervise, .role = "sync", .channel = -1 };
    begin(&world, FALSE);
    begin(&world, TRUE);
    for (; size >= STEP_BYTES; data += STEP_BYTES, size -= STEP_BYTES)
        do_step(&world, data);
    end(&world);
    g_assert_cmpuint(count_open(), ==, n_open);
    return 0;
}
