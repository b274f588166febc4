/* A decoder reads what strangers wrote with two million lines of parsers, so we plan for the day
 * when one of them is taken over. What is left to the attacker then: its own memory up to a limit,
 * the content that it came in with, a ring of pixels, and messages of one size that the other end
 * distrusts. There is no file to open, no socket to make, no program to start, nobody to trace.
 *
 * Limits come first because they also hold if a later step fails; Landlock comes before seccomp
 * because its own calls are not on the list. The list forbids the same a second time, so a kernel
 * without Landlock is no failure. */
#include "render/decode/jail.h"

#include "base/sandbox-rules.h"
#include "render/decode/wire.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#define LARGE_BYTES (1024 * 1024) /* of memory that is had from the kernel, and given back */

/* ---- limits ---- */

static gboolean set_limits(GError **error)
{
#ifndef BANGTIN_SANITIZE /* the shadow memory alone reserves terabytes */
    if (!bt_sandbox_limit(
            RLIMIT_AS, "RLIMIT_AS", BT_DECODE_MEMORY_BYTES, BT_DECODE_MEMORY_BYTES, error))
        return FALSE;
#endif
    return bt_sandbox_limit(
               RLIMIT_CPU, "RLIMIT_CPU", BT_DECODE_STILL_CPU_S, RLIM_INFINITY, error) &&
        bt_sandbox_limit(
            RLIMIT_NOFILE, "RLIMIT_NOFILE", BT_JAIL_MAX_FILES, BT_JAIL_MAX_FILES, error) &&
        bt_sandbox_limit(RLIMIT_FSIZE, "RLIMIT_FSIZE", 0, 0, error);
}

void bt_jail_allow_long_run(void)
{
    struct rlimit now;
    if (getrlimit(RLIMIT_CPU, &now) != 0)
        return;
    now.rlim_cur = now.rlim_max;
    setrlimit(RLIMIT_CPU, &now);
}

/* ---- system calls ---- */

/* Besides what any reader needs: the content at any place of it, the socket, words on standard
 * error; and calls that are harmless with these arguments only. */
static gboolean close_the_list(GError **error)
{
    const BtCallRule rules[] = {
        BT_ALLOW("pread64"),
        BT_ALLOW("sendmsg"),
        BT_ALLOW_WITH("write", BT_IS(0, STDERR_FILENO)),
        BT_ALLOW_WITH("writev", BT_IS(0, STDERR_FILENO)),
        BT_ALLOW_WITH("fcntl", BT_IS(1, F_GET_SEALS)),
        BT_ALLOW_WITH("newfstatat", BT_UP_TO(0, BT_JAIL_MAX_FILES), BT_IS(3, AT_EMPTY_PATH)),
        BT_ALLOW_WITH("prlimit64", BT_IS(0, 0), BT_IS(1, RLIMIT_CPU)),
    };
    return bt_sandbox_calls_of_reader(BT_CALL_KILL, rules, G_N_ELEMENTS(rules), error);
}

/* Each arena reserves 64 MB of address space, which is limited here. One that shrinks would first
 * read a file of /proc, to learn how: so none does, and what is large goes back by itself. */
static void tame_malloc(void)
{
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_TRIM_THRESHOLD, G_MAXINT);
    mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
}

gboolean bt_jail_enter(GError **error)
{
    const BtSandboxFiles none = { .read = FALSE };
    tame_malloc();
    if (!set_limits(error) || !bt_sandbox_no_new_privileges(error))
        return FALSE;
    bt_sandbox_files(&none, NULL);
    return close_the_list(error);
}
