/* The roles run libraries that want much (a display, a resolver), and a list of all that they may
 * do would break with the next version of one. So these are lists of what they may not: everything
 * that leads out of the process other than the sockets and folders it is there for. What is refused
 * fails and does not kill: a library that tries, and goes on without, is no attacker. */
#include "player/confine.h"

#include "base/error.h"
#include "base/sandbox.h"

#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define REFUSED(name)                                                                              \
    {                                                                                              \
        name, BT_CALL_REFUSE, 0,                                                                   \
        {                                                                                          \
            {                                                                                      \
                0                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }
#define REFUSED_WITH(name, ...)                                                                    \
    {                                                                                              \
        name, BT_CALL_REFUSE, 1,                                                                   \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define NO_SOCKET(family) REFUSED_WITH("socket", { 0, BT_ARG_IS, (family), 0 })

/* Programs and processes, other processes' memory, the kernel's deeper doors, the machine. */
static const BtCallRule common[] = {
    REFUSED("execve"), REFUSED("execveat"), REFUSED("process_vm_readv"),
    REFUSED("process_vm_writev"), REFUSED("pidfd_getfd"), REFUSED("bpf"),
    REFUSED("perf_event_open"), REFUSED("io_uring_setup"), REFUSED("userfaultfd"),
    REFUSED("add_key"), REFUSED("request_key"), REFUSED("keyctl"), REFUSED("mount"),
    REFUSED("umount2"), REFUSED("move_mount"), REFUSED("open_tree"), REFUSED("fsopen"),
    REFUSED("pivot_root"), REFUSED("chroot"), REFUSED("setns"), REFUSED("unshare"),
    REFUSED("open_by_handle_at"), REFUSED("init_module"), REFUSED("finit_module"),
    REFUSED("delete_module"), REFUSED("kexec_load"), REFUSED("kexec_file_load"), REFUSED("reboot"),
    REFUSED("swapon"), REFUSED("swapoff"), REFUSED("sethostname"), REFUSED("settimeofday"),
    REFUSED("clock_settime"),
    REFUSED_WITH("ioctl", { 1, BT_ARG_IS, TIOCSTI, 0 }), /* typing into a console */
#ifndef BANGTIN_SANITIZE /* looking for leaks at the end means tracing oneself from a child */
    REFUSED("ptrace"), REFUSED("fork"), REFUSED("vfork"),
    REFUSED_WITH("clone", { 0, BT_ARG_MASKED, 0, CLONE_THREAD }),
    { "clone3", BT_CALL_ABSENT, 0, { { 0 } } }, /* its flags lie where no filter can look */
#endif
};

/* Of the families up to AF_INET6 (10) show keeps the local one, sync the Internet's. */
static const BtCallRule show_only[] = {
    REFUSED_WITH("socket", { 0, BT_ARG_ABOVE, AF_UNIX, 0 }),
};

static const BtCallRule sync_only[] = {
    NO_SOCKET(AF_UNIX),
    NO_SOCKET(AF_AX25),
    NO_SOCKET(AF_IPX),
    NO_SOCKET(AF_APPLETALK),
    NO_SOCKET(AF_NETROM),
    NO_SOCKET(AF_BRIDGE),
    NO_SOCKET(AF_ATMPVC),
    NO_SOCKET(AF_X25),
    /* AF_NETLINK (16) says which addresses the box has, which the resolver asks. */
    NO_SOCKET(AF_ROSE),
    NO_SOCKET(AF_DECnet),
    NO_SOCKET(AF_NETBEUI),
    NO_SOCKET(AF_SECURITY),
    NO_SOCKET(AF_KEY),
    REFUSED_WITH("socket", { 0, BT_ARG_ABOVE, AF_NETLINK, 0 }),
    REFUSED("listen"),
    REFUSED("accept"),
    REFUSED("accept4"),
};

static gboolean refuse(const BtCallRule *rules, gsize n_rules, GError **error)
{
    gsize n_common = G_N_ELEMENTS(common);
    g_autofree BtCallRule *all = g_new(BtCallRule, n_common + n_rules);
    memcpy(all, common, sizeof common);
    memcpy(all + n_common, rules, n_rules * sizeof *rules);
    return bt_sandbox_calls(BT_CALL_ALLOW, all, n_common + n_rules, error);
}

gboolean bt_confine_show(
    const BtConfig *config, const char *grab_folder, gboolean *missed, GError **error)
{
    g_autofree char *picture_folder =
        config->picture_path != NULL ? g_path_get_dirname(config->picture_path) : NULL;
    const char *folders[] = { config->state_folder, picture_folder, grab_folder,
        g_getenv("XDG_RUNTIME_DIR"), "/dev" };
    const char *writable[G_N_ELEMENTS(folders) + 1] = { NULL };
    for (guint i = 0, n = 0; i < G_N_ELEMENTS(folders); i++)
        if (folders[i] != NULL)
            writable[n++] = folders[i];
    BtSandboxFiles files = { .read = TRUE, .writable = writable, .abstract_sockets = TRUE };
    if (!bt_sandbox_no_new_privileges(error))
        return FALSE;
    bt_sandbox_files(&files, missed);
    return refuse(show_only, G_N_ELEMENTS(show_only), error);
}

gboolean bt_confine_sync(const BtConfig *config, gboolean *missed, GError **error)
{
    const char *writable[] = { config->state_folder, NULL };
    BtSandboxFiles files = { .read = TRUE, .writable = writable, .tcp = TRUE };
    if (!bt_sandbox_no_new_privileges(error))
        return FALSE;
    bt_sandbox_files(&files, missed);
    return refuse(sync_only, G_N_ELEMENTS(sync_only), error);
}
