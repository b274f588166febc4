/* The streamer parses what strangers send, as a decoder does, but it must talk to the network while
 * it does so. So it gets connections and not the network: the calls that make, bind, connect or
 * address a socket are not on its list, and what it may send goes to where the connector already
 * led it. Calls off the list fail and do not kill: OpenSSL and the C library try things that they
 * can do without. */
#include "player/relay/jail.h"

#include "base/sandbox-rules.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>

static gboolean set_limits(GError **error)
{
#ifndef BANGTIN_SANITIZE /* the shadow memory alone reserves terabytes */
    if (!bt_sandbox_limit(
            RLIMIT_AS, "RLIMIT_AS", BT_RELAY_JAIL_MEMORY_BYTES, BT_RELAY_JAIL_MEMORY_BYTES, error))
        return FALSE;
#endif
    return bt_sandbox_limit(RLIMIT_CPU, "RLIMIT_CPU", BT_RELAY_JAIL_CPU_S, RLIM_INFINITY, error) &&
        bt_sandbox_limit(RLIMIT_NOFILE, "RLIMIT_NOFILE", BT_RELAY_JAIL_MAX_FILES,
            BT_RELAY_JAIL_MAX_FILES, error) &&
        bt_sandbox_limit(RLIMIT_FSIZE, "RLIMIT_FSIZE", 0, 0, error);
}

/* Besides what any reader needs: connections, and the pipe. sendmsg may carry an address, out of a
 * filter's sight, and files: it is not on the list. sendto is, without an address: a datagram
 * socket that was given leads nowhere. */
static gboolean close_the_streamers_list(GError **error)
{
    const BtCallRule rules[] = {
        BT_ALLOW("readv"),
        BT_ALLOW("write"),
        BT_ALLOW("writev"),
        BT_ALLOW("recvfrom"),
        BT_ALLOW_WITH("sendto", BT_IS(4, 0)),
        BT_ALLOW("shutdown"),
        BT_ALLOW("getsockname"),
        BT_ALLOW("getpeername"),
        BT_ALLOW("getsockopt"),
        BT_ALLOW("dup3"),
        BT_ALLOW("eventfd2"),
        BT_ALLOW_WITH("fcntl", BT_IS(1, F_SETFL)),
        BT_ALLOW_WITH("fcntl", BT_IS(1, F_GETFD)),
        BT_ALLOW_WITH("fcntl", BT_IS(1, F_SETFD)),
        BT_ALLOW_WITH("newfstatat", BT_UP_TO(0, BT_RELAY_JAIL_MAX_FILES), BT_IS(3, AT_EMPTY_PATH)),
    };
    return bt_sandbox_calls_of_reader(BT_CALL_REFUSE, rules, G_N_ELEMENTS(rules), error);
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
        BT_REFUSE("execve"),
        BT_REFUSE("execveat"),
        BT_REFUSE("ptrace"),
        BT_REFUSE("process_vm_readv"),
        BT_REFUSE("process_vm_writev"),
        BT_REFUSE("pidfd_getfd"),
        BT_REFUSE("fork"),
        BT_REFUSE("vfork"),
        BT_REFUSE("listen"),
        BT_REFUSE("accept"),
        BT_REFUSE("accept4"),
        BT_REFUSE("bpf"),
        BT_REFUSE("io_uring_setup"),
        BT_REFUSE("mount"),
        BT_REFUSE("setns"),
        BT_REFUSE("unshare"),
    };
    if (!bt_sandbox_no_new_privileges(error))
        return FALSE;
    bt_sandbox_files(&files, NULL);
    return bt_sandbox_calls(BT_CALL_ALLOW, rules, G_N_ELEMENTS(rules), error);
}
