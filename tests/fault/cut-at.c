/* Ends a program, with all its processes and threads, at one of its system calls, or lets that call
 * fail.
 *
 *     cut-at [--at=N [--after] [--alone] [--disk=FOLDER [--log]]] [--files] [--under=PREFIX]
 *         --report=FILE COMMAND…
 *     cut-at --fail=ENOSPC|EIO|EMFILE|ENOMEM [--at=N [--spell=MS | --until-death]] [--under=PREFIX]
 *         --report=FILE COMMAND…
 *
 * Counted are the calls by which state leaves a process: what writes, syncs, renames, unlinks or
 * sends. A filter of seccomp that every descendant inherits stops at these calls alone, so a traced
 * player is as fast as another. Without --at the report names each call that was made. With it the
 * Nth call ends everything by SIGKILL before it is done, or after it with --after; with --alone
 * only the process that made it dies. --disk first takes the power from the file system that is
 * mounted there: what was not synced is lost; when COMMAND ends before the Nth call, then. --log
 * lets the log of names and sizes reach the disk just before, as it does every few seconds, but not
 * the bytes of files that nobody synced.
 *
 * --fail counts the calls that may fail so, makes the Nth not and gives it that error; with --spell
 * every one from then on for so long, with --until-death every one of the process that made it.
 * Descriptors and memory belong to no file, so --under says nothing of ENOMEM and EMFILE.
 *
 * --under counts of the files only those whose path begins so, --files nothing that is sent.
 * Not counted is what changes no state: what goes to a terminal, a pipe, an event counter, shared
 * memory (also SQLite's index of its log, made anew at each start), and from one role to another
 * over a local socket. SIGTERM is passed on to COMMAND. Exit status: 0 when the cut was made, else
 * COMMAND's; after a fault always COMMAND's. */
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of the kernel's fs/ext4/ext4.h. */
#define EXT4_IOC_SHUTDOWN _IOR('X', 125, guint32)
#define EXT4_GOING_FLAGS_LOGFLUSH 1u
#define EXT4_GOING_FLAGS_NOLOGFLUSH 2u

/* ---- which calls ---- */

/* What tells the file: a descriptor; a path; a path that is only created with certain flags;
 * nothing, since it concerns none. */
typedef enum { BY_FD, BY_PATH, BY_CREATION, BY_MAPPING, BY_NOTHING } How;

/* Why a call is looked at: state leaves the process by it, or it may fail so. */
enum { STATE = 1, NOSPC = 2, IO = 4, MFILE = 8, NOMEM = 16 };

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
    CALL(write, BY_FD, 0, STATE | NOSPC | IO),
    CALL(pwrite64, BY_FD, 0, STATE | NOSPC | IO),
    CALL(writev, BY_FD, 0, STATE | NOSPC | IO),
    CALL(pwritev, BY_FD, 0, STATE | NOSPC | IO),
    CALL(pwritev2, BY_FD, 0, STATE | NOSPC | IO),
    CALL(sendfile, BY_FD, 0, STATE | IO),
    CALL(splice, BY_FD, 2, STATE | IO),
    CALL(copy_file_range, BY_FD, 2, STATE | NOSPC | IO),
    CALL(fsync, BY_FD, 0, STATE | NOSPC | IO),
    CALL(fdatasync, BY_FD, 0, STATE | NOSPC | IO),
    CALL(sync_file_range, BY_FD, 0, STATE | NOSPC | IO),
    CALL(syncfs, BY_FD, 0, STATE | NOSPC | IO),
    CALL(msync, BY_MAPPING, 0, STATE | IO),
    CALL(ftruncate, BY_FD, 0, STATE | IO),
    CALL(fallocate, BY_FD, 0, STATE | NOSPC | IO),
    CALL(fchmod, BY_FD, 0, STATE | IO),
    CALL(sendto, BY_FD, 0, STATE),
    CALL(sendmsg, BY_FD, 0, STATE),
    CALL(sendmmsg, BY_FD, 0, STATE),
    CALL(openat, BY_CREATION, 1, STATE | NOSPC | IO | MFILE | NOMEM),
    CALL(renameat, BY_PATH, 3, STATE | NOSPC | IO),
    CALL(renameat2, BY_PATH, 3, STATE | NOSPC | IO),
    CALL(linkat, BY_PATH, 3, STATE | NOSPC | IO),
    CALL(symlinkat, BY_PATH, 2, STATE | NOSPC | IO),
    CALL(unlinkat, BY_PATH, 1, STATE | IO),
    CALL(mkdirat, BY_PATH, 1, STATE | NOSPC | IO),
    CALL(truncate, BY_PATH, 0, STATE | IO),
    CALL(read, BY_FD, 0, IO),
    CALL(pread64, BY_FD, 0, IO),
    CALL(readv, BY_FD, 0, IO),
    CALL(fstat, BY_FD, 0, IO),
    CALL(newfstatat, BY_PATH, 1, IO),
    CALL(getdents64, BY_FD, 0, IO),
    CALL(socket, BY_NOTHING, 0, MFILE | NOMEM),
    CALL(socketpair, BY_NOTHING, 0, MFILE | NOMEM),
    CALL(accept4, BY_NOTHING, 0, MFILE | NOMEM),
    CALL(pipe2, BY_NOTHING, 0, MFILE),
    CALL(eventfd2, BY_NOTHING, 0, MFILE | NOMEM),
    CALL(epoll_create1, BY_NOTHING, 0, MFILE | NOMEM),
    CALL(timerfd_create, BY_NOTHING, 0, MFILE | NOMEM),
    CALL(signalfd4, BY_NOTHING, 0, MFILE | NOMEM),
    CALL(memfd_create, BY_NOTHING, 0, MFILE | NOMEM),
    CALL(dup, BY_NOTHING, 0, MFILE),
    CALL(mmap, BY_NOTHING, 0, NOMEM),
    CALL(mremap, BY_NOTHING, 0, NOMEM),
    CALL(brk, BY_NOTHING, 0, NOMEM),
    CALL(clone, BY_NOTHING, 0, NOMEM),
    CALL(clone3, BY_NOTHING, 0, NOMEM),
#ifdef SYS_open /* the older forms, which not every machine has */
    CALL(open, BY_CREATION, 0, STATE | NOSPC | IO | MFILE | NOMEM),
    CALL(creat, BY_PATH, 0, STATE | NOSPC | IO | MFILE),
    CALL(rename, BY_PATH, 1, STATE | NOSPC | IO),
    CALL(link, BY_PATH, 1, STATE | NOSPC | IO),
    CALL(symlink, BY_PATH, 1, STATE | NOSPC | IO),
    CALL(unlink, BY_PATH, 0, STATE | IO),
    CALL(mkdir, BY_PATH, 0, STATE | NOSPC | IO),
    CALL(rmdir, BY_PATH, 0, STATE | IO),
    CALL(chmod, BY_PATH, 0, STATE | IO),
    CALL(stat, BY_PATH, 0, IO),
    CALL(lstat, BY_PATH, 0, IO),
    CALL(accept, BY_NOTHING, 0, MFILE | NOMEM),
    CALL(pipe, BY_NOTHING, 0, MFILE),
    CALL(fork, BY_NOTHING, 0, NOMEM),
    CALL(vfork, BY_NOTHING, 0, NOMEM),
#endif
};

/* Stops at each call of the table, with its place in the table as the data of the stop. */
static gboolean install_filter(guint why)
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

typedef struct {
    gint64 at; /* 0: count only */
    gboolean after, alone, log, files;
    char *disk, *under, *report;
    char *fault;        /* name of an error; NULL: a cut */
    gint64 spell_ms;    /* 0: one call */
    gboolean til_death; /* of the process that made the call */
    guint why;
    int error;
    FILE *out;
    GHashTable *tracees; /* of pid */
    pid_t main;
    gint64 count;
    gboolean is_due; /* waiting for the end of the Nth call */
    gboolean is_cut; /* or the first fault is made */
    gint64 spell_ends_ms;
    pid_t failing; /* with til_death */
    int status;    /* of COMMAND */
} Cut;

/* ---- which of them count ---- */

/* Only root may look into a role that has hidden itself; what cannot be looked at counts. */

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
static pid_t leader_of(pid_t thread)
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

static gboolean is_state(const Cut *cut, const char *file)
{
    if (*file != '/')
        return !cut->under; /* relative to a folder we do not know */
    if (g_str_has_prefix(file, "/memfd:") || g_str_has_prefix(file, "/dev/") ||
        g_str_has_prefix(file, "/proc/") || g_str_has_suffix(file, "-shm"))
        return FALSE;
    return !cut->under || g_str_has_prefix(file, cut->under);
}

static gboolean counts_fd(const Cut *cut, pid_t pid, int fd, char **what)
{
    if (fd < 3) /* what it says is no state */
        return FALSE;
    if (cut->why & (MFILE | NOMEM))
        return TRUE;
    *what = file_of(pid, fd);
    if (*what && g_str_has_prefix(*what, "socket:")) {
        int domain = domain_of(leader_of(pid), fd);
        return !cut->files && (domain == AF_INET || domain == AF_INET6);
    }
    return !*what || is_state(cut, *what);
}

static gboolean counts(
    const Cut *cut, pid_t pid, const Call *call, const guint64 *args, char **what)
{
    switch (call->how) {
    case BY_FD:
        return counts_fd(cut, pid, (int)args[call->arg], what);
    case BY_CREATION:
        if (cut->why & (STATE | NOSPC) && !(args[call->arg + 1] & (O_CREAT | O_TRUNC)))
            return FALSE;
        break;
    case BY_MAPPING:
    case BY_NOTHING:
        return TRUE;
    case BY_PATH:
        break;
    }
    *what = path_of(pid, args[call->arg]);
    return cut->why & (MFILE | NOMEM) || !*what || is_state(cut, *what);
}

/* ---- cutting ---- */

static void take_power(const Cut *cut)
{
    guint32 flags = cut->log ? EXT4_GOING_FLAGS_LOGFLUSH : EXT4_GOING_FLAGS_NOLOGFLUSH;
    int fd = open(cut->disk, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || ioctl(fd, EXT4_IOC_SHUTDOWN, &flags) < 0)
        g_error("cut-at: %s: cannot be shut down: %s", cut->disk, g_strerror(errno));
    close(fd);
}

static void kill_all(const Cut *cut)
{
    GHashTableIter iter;
    gpointer pid;
    g_hash_table_iter_init(&iter, cut->tracees);
    while (g_hash_table_iter_next(&iter, &pid, NULL))
        kill(GPOINTER_TO_INT(pid), SIGKILL);
}

static void strike(Cut *cut, pid_t pid)
{
    cut->is_cut = TRUE;
    if (cut->disk)
        take_power(cut);
    if (cut->alone)
        kill(leader_of(pid), SIGKILL);
    else
        kill_all(cut);
}

/* ---- failing ---- */

#if defined(__x86_64__)
/* The call is not made; what the program sees of it is the error. */
static void fail_call(const Cut *cut, pid_t pid)
{
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, pid, NULL, &registers) < 0)
        return; /* it was killed meanwhile */
    registers.orig_rax = ~0ull;
    registers.rax = (unsigned long long)-cut->error;
    (void)ptrace(PTRACE_SETREGS, pid, NULL, &registers);
}
#else
static void fail_call(const Cut *cut, pid_t pid)
{
    g_error("cut-at: %d, %d: calls can be made to fail on x86-64 only", cut->error, pid);
}
#endif

static gint64 now_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

static gboolean is_failing(Cut *cut, pid_t pid)
{
    if (cut->count == cut->at) {
        cut->is_cut = TRUE;
        cut->spell_ends_ms = now_ms() + cut->spell_ms;
        cut->failing = cut->til_death ? leader_of(pid) : 0;
        return TRUE;
    }
    return cut->is_cut &&
        (now_ms() < cut->spell_ends_ms || (cut->failing && cut->failing == leader_of(pid)));
}

/* ---- tracing ---- */

static void go_on(int request, pid_t pid, int signal)
{
    if (ptrace(request, pid, NULL, (void *)(gsize)signal) < 0 && errno != ESRCH)
        g_error("cut-at: cannot trace %d: %s", pid, g_strerror(errno));
}

static void on_call(Cut *cut, pid_t pid)
{
    struct __ptrace_syscall_info info = { 0 };
    g_autofree char *what = NULL;
    int request = PTRACE_CONT;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) > 0 &&
        info.op == PTRACE_SYSCALL_INFO_SECCOMP && info.seccomp.ret_data < G_N_ELEMENTS(calls)) {
        const Call *call = &calls[info.seccomp.ret_data];
        if (counts(cut, pid, call, info.seccomp.args, &what)) {
            cut->count++;
            gboolean fails = cut->fault && is_failing(cut, pid);
            fprintf(cut->out, "%" G_GINT64_FORMAT " %s %s%s\n", cut->count, call->name,
                what ? what : "", fails ? " fails" : "");
            if (fails)
                fail_call(cut, pid);
            else if (cut->fault)
                ;
            else if (cut->count == cut->at && cut->after)
                cut->is_due = TRUE, request = PTRACE_SYSCALL;
            else if (cut->count == cut->at)
                strike(cut, pid);
        }
    }
    go_on(request, pid, 0);
}

static void on_stop(Cut *cut, pid_t pid, int status)
{
    int signal = WSTOPSIG(status), event = status >> 16;
    g_hash_table_add(cut->tracees, GINT_TO_POINTER(pid));
    if (cut->is_cut && !cut->alone && !cut->fault)
        kill(pid, SIGKILL); /* born while the others died */
    if (event == PTRACE_EVENT_SECCOMP) {
        on_call(cut, pid);
    } else if (signal == (SIGTRAP | 0x80)) {
        if (cut->is_due)
            strike(cut, pid);
        cut->is_due = FALSE;
        go_on(PTRACE_CONT, pid, 0);
    } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
        go_on(PTRACE_LISTEN, pid, 0);
    } else {
        go_on(PTRACE_CONT, pid, event != 0 ? 0 : signal);
    }
}

static void trace(Cut *cut)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR;) {
        if (pid < 0)
            continue;
        if (WIFSTOPPED(status)) {
            on_stop(cut, pid, status);
            continue;
        }
        g_hash_table_remove(cut->tracees, GINT_TO_POINTER(pid));
        if (pid == cut->failing)
            cut->failing = 0;
        if (pid == cut->main)
            cut->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
}

/* ---- beginning ---- */

static volatile sig_atomic_t main_pid; /* for the signal's handler alone */

static void pass_on(int signal)
{
    kill(main_pid, signal);
}

static void begin(Cut *cut, char **command)
{
    int gate[2];
    char byte = 0;
    if (!g_unix_open_pipe(gate, FD_CLOEXEC, NULL))
        g_error("cut-at: no pipe");
    cut->main = fork();
    main_pid = cut->main;
    if (cut->main == 0) {
        if (read(gate[0], &byte, 1) == 1 && install_filter(cut->why))
            execvp(command[0], command);
        fprintf(stderr, "cut-at: %s: cannot be run: %s\n", command[0], g_strerror(errno));
        _exit(127);
    }
    long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
        PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SEIZE, cut->main, NULL, (void *)options) < 0)
        g_error("cut-at: cannot trace: %s", g_strerror(errno));
    g_hash_table_add(cut->tracees, GINT_TO_POINTER(cut->main));
    struct sigaction action = { .sa_handler = pass_on };
    sigaction(SIGTERM, &action, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    if (write(gate[1], &byte, 1) != 1)
        g_error("cut-at: the command does not wait");
    close(gate[0]);
    close(gate[1]);
}

static gboolean choose_calls(Cut *cut)
{
    cut->why = STATE;
    for (guint i = 0; cut->fault && i < G_N_ELEMENTS(faults); i++) {
        if (!g_str_equal(cut->fault, faults[i].name))
            continue;
        cut->why = faults[i].why;
        cut->error = faults[i].number;
        return TRUE;
    }
    return !cut->fault;
}

int main(int argc, char **argv)
{
    Cut cut = { .status = 1 };
    const GOptionEntry entries[] = {
        { "at", 0, 0, G_OPTION_ARG_INT64, &cut.at, "cut at this call", "N" },
        { "after", 0, 0, G_OPTION_ARG_NONE, &cut.after, "when it is done", NULL },
        { "alone", 0, 0, G_OPTION_ARG_NONE, &cut.alone, "only the process that made it", NULL },
        { "disk", 0, 0, G_OPTION_ARG_FILENAME, &cut.disk, "loses what was not synced", "FOLDER" },
        { "log", 0, 0, G_OPTION_ARG_NONE, &cut.log, "but not its log of names and sizes", NULL },
        { "under", 0, 0, G_OPTION_ARG_FILENAME, &cut.under, "of files only those here", "PREFIX" },
        { "files", 0, 0, G_OPTION_ARG_NONE, &cut.files, "and nothing that is sent", NULL },
        { "fail", 0, 0, G_OPTION_ARG_STRING, &cut.fault, "no cut: the call fails so", "ERROR" },
        { "spell", 0, 0, G_OPTION_ARG_INT64, &cut.spell_ms, "and others for so long", "MS" },
        { "until-death", 0, 0, G_OPTION_ARG_NONE, &cut.til_death, "and others of it", NULL },
        { "report", 0, 0, G_OPTION_ARG_FILENAME, &cut.report, "the calls, one a line", "FILE" },
        { NULL },
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new("COMMAND…");
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_strict_posix(context, TRUE);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc < 2 || !cut.report) {
        fprintf(stderr, "cut-at: %s\n", error ? error->message : "expected --report=FILE COMMAND…");
        return 2;
    }
    if (!choose_calls(&cut)) {
        fprintf(stderr, "cut-at: %s: expected ENOSPC, EIO, EMFILE or ENOMEM\n", cut.fault);
        return 2;
    }
    cut.out = fopen(cut.report, "we");
    if (!cut.out) {
        fprintf(stderr, "cut-at: %s: %s\n", cut.report, g_strerror(errno));
        return 2;
    }
    setvbuf(cut.out, NULL, _IOLBF, 0); /* whole also when we are ended */
    cut.tracees = g_hash_table_new(NULL, NULL);
    begin(&cut, argv + 1);
    trace(&cut);
    if (cut.disk && !cut.is_cut)
        take_power(&cut);
    fclose(cut.out);
    g_hash_table_unref(cut.tracees);
    char *strings[] = { cut.disk, cut.under, cut.report, cut.fault };
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    return cut.is_cut && !cut.fault ? 0 : cut.status;
}
