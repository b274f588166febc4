/* Enters the jail of bangtin-decode and tries the door handles: each must end the process by
 * SIGSYS. What decoding needs must still work. */
#include "render/decode/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void try_open(void)
{
    syscall(SYS_open, "/etc/passwd", O_RDONLY);
}
static void try_openat(void)
{
    syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
}
static void try_openat2(void)
{
    syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", NULL, 0);
}
static void try_socket(void)
{
    syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
}
static void try_socketpair(void)
{
    int ends[2];
    syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, ends);
}
static void try_connect(void)
{
    syscall(SYS_connect, 3, NULL, 0);
}
static void try_execve(void)
{
    syscall(SYS_execve, "/bin/true", NULL, NULL);
}
static void try_execveat(void)
{
    syscall(SYS_execveat, 4, "", NULL, NULL, AT_EMPTY_PATH);
}
static void try_ptrace(void)
{
    syscall(SYS_ptrace, PTRACE_TRACEME, 0, NULL, NULL);
}
static void try_fork(void)
{
    syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}
static void try_vfork(void)
{
    syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL, NULL, NULL, NULL);
}
static void try_kill(void)
{
    syscall(SYS_kill, getppid(), 0);
}
static void try_kill_for_good(void)
{
    syscall(SYS_kill, getppid(), SIGKILL);
}
static void try_kill_a_thread(void)
{
    syscall(SYS_tgkill, getppid(), getppid(), SIGKILL);
}
static void try_kill_all(void)
{
    syscall(SYS_kill, -1, SIGKILL);
}
static void try_ptrace_another(void)
{
    syscall(SYS_ptrace, PTRACE_ATTACH, getppid(), NULL, NULL);
}
static void try_memory_of_another(void)
{
    syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
}
static void try_handle_of_another(void)
{
    syscall(SYS_pidfd_open, getppid(), 0);
}
static void try_send_elsewhere(void)
{
    syscall(SYS_sendto, 3, "x", 1, 0, NULL, 0);
}
static void try_new_namespace(void)
{
    syscall(SYS_unshare, CLONE_NEWUSER);
}
static void try_executable_memory(void)
{
    syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
        -1, 0);
}
static void try_unlink(void)
{
    syscall(SYS_unlinkat, AT_FDCWD, "/nonexistent", 0);
}
static void try_stat_by_name(void)
{
    struct stat info;
    syscall(SYS_newfstatat, AT_FDCWD, "/etc/passwd", &info, 0);
}
static void try_more_memory_limit(void)
{
    struct rlimit more = { RLIM_INFINITY, RLIM_INFINITY };
    syscall(SYS_prlimit64, 0, RLIMIT_AS, &more, NULL);
}
static void try_limits_of_another(void)
{
    struct rlimit none = { 0, 0 };
    syscall(SYS_prlimit64, 1, RLIMIT_CPU, &none, NULL);
}
static void try_write_elsewhere(void)
{
    syscall(SYS_write, STDOUT_FILENO, "x", 1);
}
static void try_bpf(void)
{
    syscall(SYS_bpf, 0, NULL, 0);
}
static void try_io_uring(void)
{
    syscall(SYS_io_uring_setup, 1, NULL);
}
static void try_memfd(void)
{
    syscall(SYS_memfd_create, "x", 0);
}

static const struct {
    const char *name;
    void (*attempt)(void);
} doors[] = {
    { "open", try_open },
    { "openat", try_openat },
    { "openat2", try_openat2 },
    { "socket", try_socket },
    { "socketpair", try_socketpair },
    { "connect", try_connect },
    { "execve", try_execve },
    { "execveat", try_execveat },
    { "ptrace", try_ptrace },
    { "fork", try_fork },
    { "vfork", try_vfork },
    { "kill", try_kill },
    { "kill-for-good", try_kill_for_good },
    { "kill-a-thread", try_kill_a_thread },
    { "kill-all", try_kill_all },
    { "ptrace-another", try_ptrace_another },
    { "memory-of-another", try_memory_of_another },
    { "handle-of-another", try_handle_of_another },
    { "send-elsewhere", try_send_elsewhere },
    { "new-namespace", try_new_namespace },
    { "executable-memory", try_executable_memory },
    { "unlink", try_unlink },
    { "stat-by-name", try_stat_by_name },
    { "more-memory", try_more_memory_limit },
    { "limits-of-another", try_limits_of_another },
    { "write-elsewhere", try_write_elsewhere },
    { "bpf", try_bpf },
    { "io-uring", try_io_uring },
    { "memfd", try_memfd },
};

/* The status with which a child ends that enters the jail and then does `attempt`. */
static int status_after(void (*attempt)(void))
{
    pid_t child = fork();
    if (child == 0) {
        if (!bt_jail_enter(NULL))
            _exit(99);
        attempt();
        _exit(0);
    }
    int status = -1;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    return status;
}

static void test_doors(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(doors); i++) {
        int status = status_after(doors[i].attempt);
        g_test_message("%s: %x", doors[i].name, (guint)status);
        g_assert_true(WIFSIGNALED(status));
        g_assert_cmpint(WTERMSIG(status), ==, SIGSYS);
    }
}

#define PIECES 400 /* 40 MB: the thread's own heap grows, and falls together */

static void *in_thread(void *user)
{
    void *pieces[PIECES];
    for (int i = 0; i < PIECES; i++)
        if ((pieces[i] = malloc(100000)))
            memset(pieces[i], 1, 100000);
    for (int i = PIECES; i-- > 0;)
        free(pieces[i]);
    *(int *)user = 7;
    return NULL;
}

/* What decoding does all day. */
static void work(void)
{
    int seven = 0;
    pthread_t thread;
    if (pthread_create(&thread, NULL, in_thread, &seven) != 0 || pthread_join(thread, NULL) != 0)
        _exit(1);
    void *memory = malloc(50 << 20);
    if (!memory)
        _exit(2);
    memset(memory, 1, 50 << 20);
    free(memory);
    bt_jail_allow_long_run();
    _exit(seven == 7 ? 42 : 3);
}

static void test_work(void)
{
    int status = status_after(work);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 42);
}

#ifndef BANGTIN_SANITIZE
#define TEN_GB ((gsize)10 << 30)

static gboolean is_refused(void *memory)
{
    return (!memory || memory == MAP_FAILED) && errno == ENOMEM;
}

static void take_at_once(void)
{
    void *memory = mmap(NULL, TEN_GB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *volatile from_heap = malloc(TEN_GB);
    _exit(is_refused(memory) && is_refused(from_heap) ? 42 : 1);
}

/* Small enough each to be given; all together they are not. */
static void take_in_pieces(void)
{
    const gsize piece = (gsize)16 << 20;
    for (gsize taken = 0; taken < TEN_GB; taken += piece) {
        char *volatile memory = malloc(piece);
        if (!memory)
            _exit(errno == ENOMEM && taken > 0 ? 42 : 1);
        memory[0] = 1;
    }
    _exit(2);
}

static void take_by_growing(void)
{
    const gsize begin = (gsize)1 << 20;
    void *memory = mmap(NULL, begin, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        _exit(1);
    _exit(is_refused(mremap(memory, begin, TEN_GB, MREMAP_MAYMOVE)) ? 42 : 2);
}

static void test_memory(void)
{
    static void (*const ways[])(void) = { take_at_once, take_in_pieces, take_by_growing };
    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
        int status = status_after(ways[i]);
        g_test_message("way %u: %x", (guint)i, (guint)status);
        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, 42);
    }
}
#endif

static void say_traceable(void)
{
    struct rlimit files;
    _exit(getrlimit(RLIMIT_CPU, &files) == 0 && files.rlim_cur <= 20 ? 42 : 1);
}

static void test_cpu_limit(void)
{
    g_assert_cmpint(WEXITSTATUS(status_after(say_traceable)), ==, 42);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/jail/doors", test_doors);
    g_test_add_func("/jail/work", test_work);
    g_test_add_func("/jail/cpu-limit", test_cpu_limit);
#ifndef BANGTIN_SANITIZE
    g_test_add_func("/jail/memory", test_memory);
#endif
    return g_test_run();
}
