/* The streamer parses what strangers send, as a decoder does, but it must talk to the network while
 * it does so. So it gets connections and not the network: the calls that make, bind, connect or
 * address a socket are not on its list, and what it may send goes to where the connector already
 * led it. Calls off the list fail and do not kill: OpenSSL and the C library try things that they
 * can do without. */
#include "player/relay/jail.h"

#include "base/error.h"
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

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
    if (!limit(
            RLIMIT_AS, "RLIMIT_AS", BT_RELAY_JAIL_MEMORY_BYTES, BT_RELAY_JAIL_MEMORY_BYTES, error))
        return FALSE;
#endif
    return limit(RLIMIT_CPU, "RLIMIT_CPU", BT_RELAY_JAIL_CPU_S, RLIM_INFINITY, error) &&
        limit(RLIMIT_NOFILE, "RLIMIT_NOFILE", BT_RELAY_JAIL_MAX_FILES, BT_RELAY_JAIL_MAX_FILES,
            error) &&
        limit(RLIMIT_FSIZE, "RLIMIT_FSIZE", 0, 0, error);
}

#define ALLOW(name)                                                                                \
    {                                                                                              \
        name, BT_CALL_ALLOW, 0,                                                                    \
        {                                                                                          \
            {                                                                                      \
                0                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }
#define REFUSE(name)                                                                               \
    {                                                                                              \
        name, BT_CALL_REFUSE, 0,                                                                   \
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

/* sendmsg may carry an address, out of a filter's sight, and files: it is not on the list. sendto
 * is, without an address: a datagram socket that was given leads nowhere. */
static gboolean close_the_streamers_list(GError **error)
{
    const BtCallRule rules[] = {
        ALLOW("brk"),
        ALLOW("munmap"),
        ALLOW("mremap"),
        ALLOW("madvise"),
        ALLOW("read"),
        ALLOW("readv"),
        ALLOW("write"),
        ALLOW("writev"),
        ALLOW("lseek"),
        ALLOW("close"),
        ALLOW("fstat"),
        ALLOW("poll"),
        ALLOW("ppoll"),
        ALLOW("recvmsg"),
        ALLOW("recvfrom"),
        ALLOW("shutdown"),
        ALLOW("getsockname"),
        ALLOW("getpeername"),
        ALLOW("getsockopt"),
        ALLOW("dup3"),
        ALLOW("eventfd2"),
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
        { "sendto", BT_CALL_ALLOW, 1, ARGS(IS(4, 0)) },
        { "mmap", BT_CALL_ALLOW, 1, ARGS(MASKED(2, PROT_EXEC, 0)) },
        { "mprotect", BT_CALL_ALLOW, 1, ARGS(MASKED(2, PROT_EXEC, 0)) },
        { "clone", BT_CALL_ALLOW, 1, ARGS(MASKED(0, CLONE_THREAD, CLONE_THREAD)) },
        { "fcntl", BT_CALL_ALLOW, 1, ARGS(IS(1, F_GETFL)) },
        { "fcntl", BT_CALL_ALLOW, 1, ARGS(IS(1, F_SETFL)) },
        { "fcntl", BT_CALL_ALLOW, 1, ARGS(IS(1, F_GETFD)) },
        { "fcntl", BT_CALL_ALLOW, 1, ARGS(IS(1, F_SETFD)) },
        { "newfstatat", BT_CALL_ALLOW, 2,
            ARGS({ 0, BT_ARG_UP_TO, BT_RELAY_JAIL_MAX_FILES, 0 }, IS(3, AT_EMPTY_PATH)) },
        { "prctl", BT_CALL_ALLOW, 1, ARGS(IS(0, PR_SET_NAME)) },
        { "prctl", BT_CALL_ALLOW, 1, ARGS(IS(0, 0x53564d41)) }, /* PR_SET_VMA: names of memory */
        { "prlimit64", BT_CALL_ALLOW, 3, ARGS(IS(0, 0), IS(1, RLIMIT_STACK), IS(2, 0)) },
        { "tgkill", BT_CALL_ALLOW, 1, ARGS(IS(0, getpid())) },
        { "clone3", BT_CALL_ABSENT, 0, ARGS({ 0 }) },
    };
    return bt_sandbox_calls(BT_CALL_REFUSE, rules, G_N_ELEMENTS(rules), error);
}

gboolean bt_relay_jail_streamer(GError **error)
{
    const BtSandboxFiles none = { .read = FALSE };
    mallopt(M_ARENA_MAX, 2); /* each arena reserves 64 MB of address space, which is limited here */
    if (!set_limits(error) || !bt_sandbox_no_new_privileges(error))
        return FALSE;
    bt_sandbox_files(&none, NULL);
    return close_the_streamers_list(error);
}

gboolean bt_relay_jail_connector(GError **error)
{
    const BtSandboxFiles files = { .read = TRUE, .tcp = TRUE };
    const BtCallRule rules[] = {
        REFUSE("execve"),
        REFUSE("execveat"),
        REFUSE("ptrace"),
        REFUSE("process_vm_readv"),
        REFUSE("process_vm_writev"),
        REFUSE("pidfd_getfd"),
        REFUSE("fork"),
        REFUSE("vfork"),
        REFUSE("listen"),
        REFUSE("accept"),
        REFUSE("accept4"),
        REFUSE("bpf"),
        REFUSE("io_uring_setup"),
        REFUSE("mount"),
        REFUSE("setns"),
        REFUSE("unshare"),
    };
    if (!bt_sandbox_no_new_privileges(error))
        return FALSE;
    bt_sandbox_files(&files, NULL);
    return bt_sandbox_calls(BT_CALL_ALLOW, rules, G_N_ELEMENTS(rules), error);
}
