#include "tests/fault/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* What tells the file: a descriptor; a path; a path that is only created with certain flags;
 * nothing, since it concerns none. */
typedef enum { BY_FD, BY_PATH, BY_CREATION, BY_MAPPING, BY_NOTHING } How;

enum {
    STATE = CALLS_STATE,
    NOSPC = CALLS_NOSPC,
    IO = CALLS_IO,
    MFILE = CALLS_MFILE,
    NOMEM = CALLS_NOMEM,
    /* … and what most calls have in common. */
    CHANGES = STATE | IO,     /* a file that is there */
    WRITES = CHANGES | NOSPC, /* and takes room */
    MAKES = MFILE | NOMEM     /* a descriptor */
};

static const struct {
    const char *name;
    int number;
    guint why;
} faults[] = {
    { "ENOSPC", ENOSPC, NOSPC },
    { "EIO", EIO, IO },
    { "EMFILE", EMFILE, MFILE },
    { "ENOMEM", ENOMEM, NOMEM },
};

typedef struct {
    const char *name;
    int number;
    How how;
    guint arg; /* where the descriptor or the path stands */
    guint why;
} Call;

#define CALL(name, how, arg, why)                                                                  \
    {                                                                                              \
#name, SYS_##name, how, arg, why                                                           \
    }

static const Call calls[] = {
    CALL(write, BY_FD, 0, WRITES),
    CALL(pwrite64, BY_FD, 0, WRITES),
    CALL(writev, BY_FD, 0, WRITES),
    CALL(pwritev, BY_FD, 0, WRITES),
    CALL(pwritev2, BY_FD, 0, WRITES),
    CALL(sendfile, BY_FD, 0, CHANGES),
    CALL(splice, BY_FD, 2, CHANGES),
    CALL(copy_file_range, BY_FD, 2, WRITES),
    CALL(fsync, BY_FD, 0, WRITES),
    CALL(fdatasync, BY_FD, 0, WRITES),
    CALL(sync_file_range, BY_FD, 0, WRITES),
    CALL(syncfs, BY_FD, 0, WRITES),
    CALL(msync, BY_MAPPING, 0, CHANGES),
    CALL(ftruncate, BY_FD, 0, CHANGES),
    CALL(fallocate, BY_FD, 0, WRITES),
    CALL(fchmod, BY_FD, 0, CHANGES),
    CALL(sendto, BY_FD, 0, STATE),
    CALL(sendmsg, BY_FD, 0, STATE),
    CALL(sendmmsg, BY_FD, 0, STATE),
    CALL(openat, BY_CREATION, 1, WRITES | MAKES),
    CALL(renameat, BY_PATH, 3, WRITES),
    CALL(renameat2, BY_PATH, 3, WRITES),
    CALL(linkat, BY_PATH, 3, WRITES),
    CALL(symlinkat, BY_PATH, 2, WRITES),
    CALL(unlinkat, BY_PATH, 1, CHANGES),
    CALL(mkdirat, BY_PATH, 1, WRITES),
    CALL(truncate, BY_PATH, 0, CHANGES),
    CALL(read, BY_FD, 0, IO),
    CALL(pread64, BY_FD, 0, IO),
    CALL(readv, BY_FD, 0, IO),
    CALL(fstat, BY_FD, 0, IO),
    CALL(newfstatat, BY_PATH, 1, IO),
    CALL(getdents64, BY_FD, 0, IO),
    CALL(socket, BY_NOTHING, 0, MAKES),
    CALL(socketpair, BY_NOTHING, 0, MAKES),
    CALL(accept4, BY_NOTHING, 0, MAKES),
    CALL(pipe2, BY_NOTHING, 0, MFILE),
    CALL(eventfd2, BY_NOTHING, 0, MAKES),
    CALL(epoll_create1, BY_NOTHING, 0, MAKES),
    CALL(timerfd_create, BY_NOTHING, 0, MAKES),
    CALL(signalfd4, BY_NOTHING, 0, MAKES),
    CALL(memfd_create, BY_NOTHING, 0, MAKES),
    CALL(dup, BY_NOTHING, 0, MFILE),
    CALL(mmap, BY_NOTHING, 0, NOMEM),
    CALL(mremap, BY_NOTHING, 0, NOMEM),
    CALL(brk, BY_NOTHING, 0, NOMEM),
    CALL(clone, BY_NOTHING, 0, NOMEM),
    CALL(clone3, BY_NOTHING, 0, NOMEM),
#ifdef SYS_open /* the older forms, which not every machine has */
    CALL(open, BY_CREATION, 0, WRITES | MAKES),
    CALL(creat, BY_PATH, 0, WRITES | MFILE),
    CALL(rename, BY_PATH, 1, WRITES),
    CALL(link, BY_PATH, 1, WRITES),
    CALL(symlink, BY_PATH, 1, WRITES),
    CALL(unlink, BY_PATH, 0, CHANGES),
    CALL(mkdir, BY_PATH, 0, WRITES),
    CALL(rmdir, BY_PATH, 0, CHANGES),
    CALL(chmod, BY_PATH, 0, CHANGES),
    CALL(stat, BY_PATH, 0, IO),
    CALL(lstat, BY_PATH, 0, IO),
    CALL(accept, BY_NOTHING, 0, MAKES),
    CALL(pipe, BY_NOTHING, 0, MFILE),
    CALL(fork, BY_NOTHING, 0, NOMEM),
    CALL(vfork, BY_NOTHING, 0, NOMEM),
#endif
};

/* Stops at each call of the table, with its place in the table as the data of the stop. */
gboolean calls_install_filter(guint why)
{
    g_autoptr(GArray) program = g_array_new(FALSE, FALSE, sizeof(struct sock_filter));
    struct sock_filter load = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    g_array_append_val(program, load);
    for (guint i = 0; i < G_N_ELEMENTS(calls); i++) {
        if (!(calls[i].why & why))
            continue;
        struct sock_filter test[] = {
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (guint32)calls[i].number, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | i),
        };
        g_array_append_vals(program, test, G_N_ELEMENTS(test));
    }
    g_array_append_val(program, allow);
    struct sock_fprog whole = { (unsigned short)program->len, (struct sock_filter *)program->data };
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole) == 0;
}

/* ---- which of them count ---- */

static int domain_of(pid_t pid, int fd)
{
    int domain = -1;
    socklen_t size = sizeof domain;
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    int copy = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, fd, 0);
    if (copy >= 0)
        (void)getsockopt(copy, SOL_SOCKET, SO_DOMAIN, &domain, &size);
    if (copy >= 0)
        close(copy);
    if (process >= 0)
        close(process);
    return domain;
}

/* Threads have no descriptor of a process; their leader has. */
pid_t calls_leader_of(pid_t thread)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", thread), *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return thread;
    const char *line = strstr(text, "\nTgid:");
    return line ? (pid_t)g_ascii_strtoll(line + strlen("\nTgid:"), NULL, 10) : thread;
}

static char *file_of(pid_t pid, int fd)
{
    g_autofree char *link = g_strdup_printf("/proc/%d/fd/%d", pid, fd);
    return g_file_read_link(link, NULL);
}

static char *path_of(pid_t pid, guint64 address)
{
    char path[512] = "";
    struct iovec here = { path, sizeof path - 1 },
                 there = { (void *)(gsize)address, sizeof path - 1 };
    /* A string near the end of a page: as much as there is. */
    for (; there.iov_len > 0; there.iov_len /= 2)
        if (process_vm_readv(pid, &here, 1, &there, 1, 0) > 0)
            return g_strdup(path);
    return NULL;
}

static gboolean is_state(const CallsScope *scope, const char *file)
{
    if (*file != '/')
        return !scope->under; /* relative to a folder we do not know */
    if (g_str_has_prefix(file, "/memfd:") || g_str_has_prefix(file, "/dev/") ||
        g_str_has_prefix(file, "/proc/") || g_str_has_suffix(file, "-shm"))
        return FALSE;
    return !scope->under || g_str_has_prefix(file, scope->under);
}

static gboolean counts_fd(const CallsScope *scope, pid_t pid, int fd, char **what)
{
    if (fd < 3) /* what it says is no state */
        return FALSE;
    if (scope->why & MAKES)
        return TRUE;
    *what = file_of(pid, fd);
    if (*what && g_str_has_prefix(*what, "socket:")) {
        int domain = domain_of(calls_leader_of(pid), fd);
        return !scope->files && (domain == AF_INET || domain == AF_INET6);
    }
    return !*what || is_state(scope, *what);
}

gboolean calls_count(
    const CallsScope *scope, pid_t pid, guint number, const guint64 *args, char **what)
{
    const Call *call = &calls[number];
    switch (call->how) {
    case BY_FD:
        return counts_fd(scope, pid, (int)args[call->arg], what);
    case BY_CREATION:
        if (scope->why & (STATE | NOSPC) && !(args[call->arg + 1] & (O_CREAT | O_TRUNC)))
            return FALSE;
        break;
    case BY_MAPPING:
    case BY_NOTHING:
        return TRUE;
    case BY_PATH:
        break;
    }
    *what = path_of(pid, args[call->arg]);
    return scope->why & MAKES || !*what || is_state(scope, *what);
}

const char *calls_name(guint call)
{
    return call < G_N_ELEMENTS(calls) ? calls[call].name : NULL;
}

int calls_error(const char *name, guint *why)
{
    for (guint i = 0; i < G_N_ELEMENTS(faults); i++) {
        if (!g_str_equal(name, faults[i].name))
            continue;
        *why = faults[i].why;
        return faults[i].number;
    }
    return 0;
}
