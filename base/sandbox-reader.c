/* What every program that reads strangers' bytes needs, and none of it leads out of it. The flags
 * of clone3 lie in memory where a filter cannot look; told that the call does not exist, the C
 * library takes clone. */
#include "base/sandbox-rules.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define NAMES_OF_MEMORY 0x53564d41 /* PR_SET_VMA */

gboolean bt_sandbox_calls_of_reader(
    BtCallVerdict otherwise, const BtCallRule *rules, gsize n_rules, GError **error)
{
    const BtCallRule common[] = {
        BT_ALLOW("brk"),
        BT_ALLOW("munmap"),
        BT_ALLOW("mremap"),
        BT_ALLOW("madvise"),
        BT_ALLOW_WITH("mmap", BT_MASKED(2, PROT_EXEC, 0)),
        BT_ALLOW_WITH("mprotect", BT_MASKED(2, PROT_EXEC, 0)),
        BT_ALLOW("read"),
        BT_ALLOW("lseek"),
        BT_ALLOW("close"),
        BT_ALLOW("fstat"),
        BT_ALLOW("poll"),
        BT_ALLOW("ppoll"),
        BT_ALLOW("recvmsg"),
        BT_ALLOW_WITH("fcntl", BT_IS(1, F_GETFL)),
        BT_ALLOW_WITH("clone", BT_MASKED(0, CLONE_THREAD, CLONE_THREAD)),
        BT_ABSENT("clone3"),
        BT_ALLOW("futex"),
        BT_ALLOW("set_robust_list"),
        BT_ALLOW("rseq"),
        BT_ALLOW("sched_yield"),
        BT_ALLOW("sched_getaffinity"),
        BT_ALLOW("gettid"),
        BT_ALLOW("getpid"),
        BT_ALLOW("restart_syscall"),
        BT_ALLOW("rt_sigprocmask"),
        BT_ALLOW("rt_sigaction"),
        BT_ALLOW("rt_sigreturn"),
        BT_ALLOW_WITH("tgkill", BT_IS(0, getpid())), /* abort */
        BT_ALLOW("clock_gettime"),
        BT_ALLOW("clock_nanosleep"),
        BT_ALLOW("nanosleep"),
        BT_ALLOW("gettimeofday"),
        BT_ALLOW("getrandom"),
        BT_ALLOW("sysinfo"),
        BT_ALLOW_WITH("prctl", BT_IS(0, PR_SET_NAME)),
        BT_ALLOW_WITH("prctl", BT_IS(0, NAMES_OF_MEMORY)),
        BT_ALLOW_WITH("prlimit64", BT_IS(0, 0), BT_IS(1, RLIMIT_STACK), BT_IS(2, 0)),
        BT_ALLOW("exit"),
        BT_ALLOW("exit_group"),
#ifdef BANGTIN_SANITIZE /* a thread's signal stack, the limits of the stack, reports */
        BT_ALLOW("sigaltstack"),
        BT_ALLOW("getrlimit"),
        BT_ALLOW("prctl"),
#endif
    };
    const gsize n_common = G_N_ELEMENTS(common);
    g_autofree BtCallRule *all = g_new(BtCallRule, n_common + n_rules);
    memcpy(all, common, sizeof common);
    memcpy(all + n_common, rules, n_rules * sizeof *rules);
    return bt_sandbox_calls(otherwise, all, n_common + n_rules, error);
}
