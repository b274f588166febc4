/* A decoder reads what strangers wrote with two million lines of parsers, so we plan for the day
 * when one of them is taken over. What is left to the attacker then: its own memory up to a limit,
 * the content that it came in with, a ring of pixels, and messages of one size that the other end
 * distrusts. There is no file to open, no socket to make, no program to start, nobody to trace.
 *
 * Limits come first because they also hold if a later step fails; Landlock comes before seccomp
 * because its own calls are not on the list. The list forbids the same a second time, so a kernel
 * without Landlock is no failure. */
#include "render/decode/jail.h"

#include "base/error.h"
#include "base/sandbox.h"
#include "render/decode/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define LARGE_BYTES (1024 * 1024) /* of memory that is had from the kernel, and given back */

/* ---- limits ---- */

static gboolean limit(int what, const char *name, guint64 soft, guint64 hard, GError **error)
{
    struct rlimit now;
    if (getrlimit(what, &now) == 0) {
        now.rlim_max = MIN(now.rlim_max, hard);
        now.rlim_cur = MIN(now.rlim_max, soft);
        if (setrlimit(what, &now) == 0)
            return TRUE;
    }
    bt_error_set_errno(error, BT_ERROR_FAILED, errno, "jail", name);
    return FALSE;
}

static gboolean set_limits(GError **error)
{
#ifndef BANGTIN_SANITIZE /* the shadow memory alone reserves terabytes */
    if (!limit(RLIMIT_AS, "RLIMIT_AS", BT_DECODE_MEMORY_BYTES, BT_DECODE_MEMORY_BYTES, error))
        return FALSE;
#endif
    return limit(RLIMIT_CPU, "RLIMIT_CPU", BT_DECODE_STILL_CPU_S, RLIM_INFINITY, error) &&
        limit(RLIMIT_NOFILE, "RLIMIT_NOFILE", BT_JAIL_MAX_FILES, BT_JAIL_MAX_FILES, error) &&
        limit(RLIMIT_FSIZE, "RLIMIT_FSIZE", 0, 0, error);
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

#define ALLOW(name)                                                                                \
    {                                                                                              \
        name, BT_CALL_ALLOW, 0,                                                                    \
        {                                                                                          \
            {                                                                                      \
                0                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }
#define ARGS(...)                                                                                  \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define IS(arg, value)                                                                             \
    {                                                                                              \
        (arg), BT_ARG_IS, (guint64)(value), 0                                                      \
    }
#define MASKED(arg, mask, value)                                                                   \
    {                                                                                              \
        (arg), BT_ARG_MASKED, (value), (mask)                                                      \
    }

/* Memory, threads, time, reading what is already open, the socket; then calls that are harmless
 * with these arguments only. The flags of clone3 lie in memory where a filter cannot look; told
 * that the call does not exist, the C library takes clone. */
static gboolean close_the_list(GError **error)
{
    const BtCallRule rules[] = {
        ALLOW("brk"),
        ALLOW("munmap"),
        ALLOW("mremap"),
        ALLOW("madvise"),
        ALLOW("read"),
        ALLOW("pread64"),
        ALLOW("lseek"),
        ALLOW("close"),
        ALLOW("fstat"),
        ALLOW("poll"),
        ALLOW("ppoll"),
        ALLOW("recvmsg"),
        ALLOW("sendmsg"),
        ALLOW("futex"),
        ALLOW("set_robust_list"),
        ALLOW("rseq"),
        ALLOW("sched_yield"),
        ALLOW("sched_getaffinity"),
        ALLOW("gettid"),
        ALLOW("getpid"),
        ALLOW("restart_syscall"),
        ALLOW("rt_sigprocmask"),
        ALLOW("rt_sigaction"),
        ALLOW("rt_sigreturn"),
        ALLOW("clock_gettime"),
        ALLOW("clock_nanosleep"),
        ALLOW("nanosleep"),
        ALLOW("gettimeofday"),
        ALLOW("getrandom"),
        ALLOW("sysinfo"),
        ALLOW("exit"),
        ALLOW("exit_group"),
#ifdef BANGTIN_SANITIZE /* a thread's signal stack, the limits of the stack, reports */
        ALLOW("sigaltstack"),
        ALLOW("getrlimit"),
        ALLOW("prctl"),
#endif
        { "mmap", BT_CALL_ALLOW, 1, ARGS(MASKED(2, PROT_EXEC, 0)) },
        { "mprotect", BT_CALL_ALLOW, 1, ARGS(MASKED(2, PROT_EXEC, 0)) },
        { "clone", BT_CALL_ALLOW, 1, ARGS(MASKED(0, CLONE_THREAD, CLONE_THREAD)) },
        { "write", BT_CALL_ALLOW, 1, ARGS(IS(0, STDERR_FILENO)) },
        { "writev", BT_CALL_ALLOW, 1, ARGS(IS(0, STDERR_FILENO)) },
        { "fcntl", BT_CALL_ALLOW, 1, ARGS(IS(1, F_GET_SEALS)) },
        { "fcntl", BT_CALL_ALLOW, 1, ARGS(IS(1, F_GETFL)) },
        { "newfstatat", BT_CALL_ALLOW, 2,
            ARGS({ 0, BT_ARG_UP_TO, BT_JAIL_MAX_FILES, 0 }, IS(3, AT_EMPTY_PATH)) },
        { "prctl", BT_CALL_ALLOW, 1, ARGS(IS(0, PR_SET_NAME)) },
        { "prctl", BT_CALL_ALLOW, 1, ARGS(IS(0, 0x53564d41)) }, /* PR_SET_VMA: names of memory */
        { "prlimit64", BT_CALL_ALLOW, 2, ARGS(IS(0, 0), IS(1, RLIMIT_CPU)) },
        { "prlimit64", BT_CALL_ALLOW, 3, ARGS(IS(0, 0), IS(1, RLIMIT_STACK), IS(2, 0)) },
        { "tgkill", BT_CALL_ALLOW, 1, ARGS(IS(0, getpid())) }, /* abort */
        { "clone3", BT_CALL_ABSENT, 0, ARGS({ 0 }) },
    };
    return bt_sandbox_calls(BT_CALL_KILL, rules, G_N_ELEMENTS(rules), error);
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
