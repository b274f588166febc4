/* A decoder reads what strangers wrote with two million lines of parsers, so we plan for the day
 * when one of them is taken over. What is left to the attacker then: its own memory up to a limit,
 * the content that it came in with, a ring of pixels, and messages of one size that the other end
 * distrusts. There is no file to open, no socket to make, no program to start, nobody to trace.
 *
 * Limits come first because they also hold if a later step fails; Landlock comes before seccomp
 * because its own calls are not on the list. */
#include "render/decode/jail.h"

#include "base/error.h"
#include "render/decode/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

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
        limit(RLIMIT_FSIZE, "RLIMIT_FSIZE", 0, 0, error) &&
        limit(RLIMIT_CORE, "RLIMIT_CORE", 0, 0, error);
}

void bt_jail_allow_long_run(void)
{
    struct rlimit now;
    if (getrlimit(RLIMIT_CPU, &now) != 0)
        return;
    now.rlim_cur = now.rlim_max;
    setrlimit(RLIMIT_CPU, &now);
}

static gboolean drop_privileges(GError **error)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
        return TRUE;
    bt_error_set_errno(error, BT_ERROR_FAILED, errno, "jail", "prctl");
    return FALSE;
}

/* ---- Landlock ---- */

/* Of linux/landlock.h in its sixth version; older headers know less than the kernel may. */
typedef struct {
    guint64 files, network, scopes;
} LandlockRules;

/* What each version of the interface can forbid. */
static LandlockRules landlock_all(long version)
{
    LandlockRules rules = { .files = (1 << 13) - 1 };
    if (version >= 2)
        rules.files |= 1 << 13; /* moving between folders */
    if (version >= 3)
        rules.files |= 1 << 14; /* truncating */
    if (version >= 4)
        rules.network = 3; /* TCP bind and connect */
    if (version >= 5)
        rules.files |= 1 << 15; /* ioctl on devices */
    if (version >= 6)
        rules.scopes = 3; /* abstract sockets, signals */
    return rules;
}

/* Debian 12's kernel has it, others may not; the list of system calls forbids the same a second
 * time, so its absence is no failure. */
static void forbid_files_by_landlock(void)
{
#ifdef SYS_landlock_create_ruleset
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    if (version < 1)
        return;
    LandlockRules rules = landlock_all(version);
    gsize size = version >= 6 ? sizeof rules : version >= 4 ? 16 : 8;
    int set = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
    if (set < 0)
        return;
    syscall(SYS_landlock_restrict_self, set, 0);
    close(set);
#endif
}

/* ---- system calls ---- */

typedef struct {
    int call;
    guint n_tests;
    struct scmp_arg_cmp tests[3];
} Rule;

#define ARG(n, how, ...)                                                                           \
    {                                                                                              \
        (n), (how), __VA_ARGS__                                                                    \
    }

static int allow_all_of(scmp_filter_ctx filter, const int *calls, gsize n_calls)
{
    int rc = 0;
    for (gsize i = 0; i < n_calls && rc == 0; i++)
        if (calls[i] != __NR_SCMP_ERROR)
            rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
    return rc;
}

/* Memory, threads, time, reading what is already open, the socket. */
static int allow_plain(scmp_filter_ctx filter)
{
    static const int calls[] = {
        SCMP_SYS(brk),
        SCMP_SYS(munmap),
        SCMP_SYS(mremap),
        SCMP_SYS(madvise),
        SCMP_SYS(read),
        SCMP_SYS(pread64),
        SCMP_SYS(lseek),
        SCMP_SYS(close),
        SCMP_SYS(fstat),
        SCMP_SYS(poll),
        SCMP_SYS(ppoll),
        SCMP_SYS(recvmsg),
        SCMP_SYS(sendmsg),
        SCMP_SYS(futex),
        SCMP_SYS(set_robust_list),
        SCMP_SYS(rseq),
        SCMP_SYS(sched_yield),
        SCMP_SYS(sched_getaffinity),
        SCMP_SYS(gettid),
        SCMP_SYS(getpid),
        SCMP_SYS(restart_syscall),
        SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(rt_sigaction),
        SCMP_SYS(rt_sigreturn),
        SCMP_SYS(clock_gettime),
        SCMP_SYS(clock_nanosleep),
        SCMP_SYS(nanosleep),
        SCMP_SYS(gettimeofday),
        SCMP_SYS(getrandom),
        SCMP_SYS(sysinfo),
        SCMP_SYS(exit),
        SCMP_SYS(exit_group),
#ifdef BANGTIN_SANITIZE /* a thread's signal stack, the limits of the stack, reports */
        SCMP_SYS(sigaltstack),
        SCMP_SYS(getrlimit),
        SCMP_SYS(prctl),
#endif
    };
    return allow_all_of(filter, calls, G_N_ELEMENTS(calls));
}

/* Calls that are harmless with these arguments only. */
static int allow_narrow(scmp_filter_ctx filter)
{
    const Rule rules[] = {
        { SCMP_SYS(mmap), 1, { ARG(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) } },
        { SCMP_SYS(mprotect), 1, { ARG(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) } },
        { SCMP_SYS(clone), 1, { ARG(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD) } },
        { SCMP_SYS(write), 1, { ARG(0, SCMP_CMP_EQ, STDERR_FILENO) } },
        { SCMP_SYS(writev), 1, { ARG(0, SCMP_CMP_EQ, STDERR_FILENO) } },
        { SCMP_SYS(fcntl), 1, { ARG(1, SCMP_CMP_EQ, F_GET_SEALS) } },
        { SCMP_SYS(fcntl), 1, { ARG(1, SCMP_CMP_EQ, F_GETFL) } },
        { SCMP_SYS(newfstatat), 2,
            { ARG(0, SCMP_CMP_LE, BT_JAIL_MAX_FILES), ARG(3, SCMP_CMP_EQ, AT_EMPTY_PATH) } },
        { SCMP_SYS(prctl), 1, { ARG(0, SCMP_CMP_EQ, PR_SET_NAME) } },
        { SCMP_SYS(prctl), 1,
            { ARG(0, SCMP_CMP_EQ, 0x53564d41) } }, /* PR_SET_VMA: names of memory */
        { SCMP_SYS(prlimit64), 2, { ARG(0, SCMP_CMP_EQ, 0), ARG(1, SCMP_CMP_EQ, RLIMIT_CPU) } },
        { SCMP_SYS(prlimit64), 3,
            { ARG(0, SCMP_CMP_EQ, 0), ARG(1, SCMP_CMP_EQ, RLIMIT_STACK), ARG(2, SCMP_CMP_EQ, 0) } },
        { SCMP_SYS(tgkill), 1, { ARG(0, SCMP_CMP_EQ, (guint64)getpid()) } }, /* abort */
    };
    int rc = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(rules) && rc == 0; i++)
        rc = seccomp_rule_add_array(
            filter, SCMP_ACT_ALLOW, rules[i].call, rules[i].n_tests, rules[i].tests);
    return rc;
}

/* The flags of clone3 lie in memory where a filter cannot look; told that the call does not exist,
 * the C library takes clone. */
static int deny_gently(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

static gboolean close_the_list(GError **error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int rc = filter ? allow_plain(filter) : -ENOMEM;
    if (rc == 0)
        rc = allow_narrow(filter);
    if (rc == 0)
        rc = deny_gently(filter);
    if (rc == 0)
        rc = seccomp_load(filter);
    if (filter)
        seccomp_release(filter);
    if (rc == 0)
        return TRUE;
    bt_error_set_errno(error, BT_ERROR_FAILED, -rc, "jail", "seccomp");
    return FALSE;
}

gboolean bt_jail_enter(GError **error)
{
    mallopt(M_ARENA_MAX, 2); /* each arena reserves 64 MB of address space, which is limited here */
    if (!set_limits(error) || !drop_privileges(error))
        return FALSE;
    forbid_files_by_landlock();
    return close_the_list(error);
}
