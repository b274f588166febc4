/* The roles run libraries that want much (a display, a resolver), and a list of all that they may
 * do would break with the next version of one. So these are lists of what they may not: everything
 * that leads out of the process other than the sockets and folders it is there for. What is refused
 * fails and does not kill: a library that tries, and goes on without, is no attacker. */
#include "player/roles/confine.h"

#include "base/sandbox-rules.h"

#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define NO_SOCKET(family) BT_REFUSE_WITH("socket", BT_IS(0, (family)))

/* Programs and processes, other processes' memory, the kernel's deeper doors, the machine. */
static const BtCallRule common[] = {
    BT_REFUSE("execve"), BT_REFUSE("execveat"), BT_REFUSE("process_vm_readv"),
    BT_REFUSE("process_vm_writev"), BT_REFUSE("pidfd_getfd"), BT_REFUSE("bpf"),
    BT_REFUSE("perf_event_open"), BT_REFUSE("io_uring_setup"), BT_REFUSE("userfaultfd"),
    BT_REFUSE("add_key"), BT_REFUSE("request_key"), BT_REFUSE("keyctl"), BT_REFUSE("mount"),
    BT_REFUSE("umount2"), BT_REFUSE("move_mount"), BT_REFUSE("open_tree"), BT_REFUSE("fsopen"),
    BT_REFUSE("pivot_root"), BT_REFUSE("chroot"), BT_REFUSE("setns"), BT_REFUSE("unshare"),
    BT_REFUSE("open_by_handle_at"), BT_REFUSE("init_module"), BT_REFUSE("finit_module"),
    BT_REFUSE("delete_module"), BT_REFUSE("kexec_load"), BT_REFUSE("kexec_file_load"),
    BT_REFUSE("reboot"), BT_REFUSE("swapon"), BT_REFUSE("swapoff"), BT_REFUSE("sethostname"),
    BT_REFUSE("settimeofday"), BT_REFUSE("clock_settime"),
    BT_REFUSE_WITH("ioctl", BT_IS(1, TIOCSTI)), /* typing into a console */
#ifndef BANGTIN_SANITIZE /* looking for leaks at the end means tracing oneself from a child */
    BT_REFUSE("ptrace"), BT_REFUSE("fork"), BT_REFUSE("vfork"),
    BT_REFUSE_WITH("clone", BT_MASKED(0, CLONE_THREAD, 0)),
    BT_ABSENT("clone3"), /* its flags lie where no filter can look */
#endif
};

/* Of the families up to AF_INET6 (10) show keeps the local one, sync the Internet's. */
static const BtCallRule show_only[] = {
    BT_REFUSE_WITH("socket", BT_ABOVE(0, AF_UNIX)),
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
    BT_REFUSE_WITH("socket", BT_ABOVE(0, AF_NETLINK)),
    BT_REFUSE("listen"),
    BT_REFUSE("accept"),
    BT_REFUSE("accept4"),
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
