/* A child gives away what show, or sync, gives away, and tries the doors: each must be shut for the
 * role, and what the role lives by must be open. */
#include "base/sandbox.h"
#include "player/roles/confine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    char *folder, *state, *elsewhere, *picture;
} Place;

/* 0: the door is open; else its errno. */
typedef int (*Attempt)(const Place *place);

static int answer(long rc)
{
    return rc < 0 ? errno : 0;
}

static int try_socket(int family)
{
    int fd = socket(family, SOCK_STREAM, 0);
    int failed = answer(fd);
    if (fd >= 0)
        close(fd);
    return failed;
}

static int inet(const Place *place)
{
    (void)place;
    return try_socket(AF_INET);
}
static int inet6(const Place *place)
{
    (void)place;
    return try_socket(AF_INET6);
}
static int local(const Place *place)
{
    (void)place;
    return try_socket(AF_UNIX);
}
static int packet(const Place *place)
{
    (void)place;
    return answer(socket(AF_PACKET, SOCK_RAW, 0));
}
static int alg(const Place *place)
{
    (void)place;
    return answer(socket(AF_ALG, SOCK_SEQPACKET, 0));
}
static int netlink(const Place *place)
{
    (void)place;
    return answer(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
}
static int pair(const Place *place)
{
    int ends[2];
    (void)place;
    return answer(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
}
static int accept_tcp(const Place *place)
{
    struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    (void)place;
    if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof any) != 0)
        return errno;
    return answer(listen(fd, 1));
}
static int control_socket(const Place *place)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    g_snprintf(name.sun_path, sizeof name.sun_path, "%s/control", place->state);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof name) != 0)
        return errno;
    return answer(listen(fd, 1));
}
static int execute(const Place *place)
{
    char *const argv[] = { (char *)"true", NULL };
    (void)place;
    return answer(execv("/bin/true", argv));
}
static int start_process(const Place *place)
{
    (void)place;
    long child = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0)
        _exit(0);
    return answer(child);
}
static int start_with_clone3(const Place *place)
{
    (void)place;
    return answer(syscall(SYS_clone3, NULL, 0));
}
static int trace_parent(const Place *place)
{
    (void)place;
    return answer(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}
static int read_parents_memory(const Place *place)
{
    (void)place;
    return answer(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
}
static int bpf(const Place *place)
{
    (void)place;
    return answer(syscall(SYS_bpf, 0, NULL, 0));
}
static int io_uring(const Place *place)
{
    (void)place;
    return answer(syscall(SYS_io_uring_setup, 1, NULL));
}
static int new_namespace(const Place *place)
{
    (void)place;
    return answer(unshare(CLONE_NEWUSER));
}
static int set_clock(const Place *place)
{
    (void)place;
    return answer(syscall(SYS_clock_settime, CLOCK_REALTIME, NULL));
}
static int kernel_module(const Place *place)
{
    (void)place;
    return answer(syscall(SYS_finit_module, -1, "", 0));
}
static int create(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "made", NULL);
    return answer(open(path, O_CREAT | O_WRONLY, 0600));
}
static int write_state(const Place *place)
{
    return create(place->state);
}
static int write_elsewhere(const Place *place)
{
    return create(place->elsewhere);
}
static int write_picture(const Place *place)
{
    g_autofree char *folder = g_path_get_dirname(place->picture);
    return create(folder);
}
static int remove_elsewhere(const Place *place)
{
    g_autofree char *path = g_build_filename(place->elsewhere, "there", NULL);
    return answer(unlink(path));
}
static int overwrite_elsewhere(const Place *place)
{
    g_autofree char *path = g_build_filename(place->elsewhere, "there", NULL);
    return answer(open(path, O_WRONLY | O_TRUNC));
}
static int read_elsewhere(const Place *place)
{
    g_autofree char *path = g_build_filename(place->elsewhere, "there", NULL);
    return answer(open(path, O_RDONLY));
}
static int write_device(const Place *place)
{
    (void)place;
    return answer(open("/dev/null", O_WRONLY));
}
static void *in_thread(void *user)
{
    return user;
}
static int thread(const Place *place)
{
    pthread_t id;
    (void)place;
    return pthread_create(&id, NULL, in_thread, NULL) || pthread_join(id, NULL);
}

enum { SHUT, OPEN };
enum { BY_CALLS, BY_LANDLOCK, BY_CALLS_UNSANITIZED };

static const struct {
    const char *name;
    Attempt attempt;
    int show, sync, by;
} doors[] = {
    { "an Internet socket", inet, SHUT, OPEN, BY_CALLS },
    { "an Internet socket, version 6", inet6, SHUT, OPEN, BY_CALLS },
    { "a local socket", local, OPEN, SHUT, BY_CALLS },
    { "a packet socket", packet, SHUT, SHUT, BY_CALLS },
    { "the kernel's ciphers", alg, SHUT, SHUT, BY_CALLS },
    { "the box's addresses", netlink, SHUT, OPEN, BY_CALLS },
    { "a pair of sockets", pair, OPEN, OPEN, BY_CALLS },
    { "taking connections", accept_tcp, SHUT, SHUT, BY_CALLS },
    { "the control socket", control_socket, OPEN, SHUT, BY_CALLS },
    { "a program", execute, SHUT, SHUT, BY_CALLS },
    { "a process", start_process, SHUT, SHUT, BY_CALLS_UNSANITIZED },
    { "a process by clone3", start_with_clone3, SHUT, SHUT, BY_CALLS_UNSANITIZED },
    { "tracing the parent", trace_parent, SHUT, SHUT, BY_CALLS_UNSANITIZED },
    { "the parent's memory", read_parents_memory, SHUT, SHUT, BY_CALLS },
    { "bpf", bpf, SHUT, SHUT, BY_CALLS },
    { "io_uring", io_uring, SHUT, SHUT, BY_CALLS },
    { "a namespace", new_namespace, SHUT, SHUT, BY_CALLS },
    { "the clock", set_clock, SHUT, SHUT, BY_CALLS },
    { "a kernel module", kernel_module, SHUT, SHUT, BY_CALLS },
    { "writing the state", write_state, OPEN, OPEN, BY_LANDLOCK },
    { "writing elsewhere", write_elsewhere, SHUT, SHUT, BY_LANDLOCK },
    { "writing beside the picture", write_picture, OPEN, SHUT, BY_LANDLOCK },
    { "removing elsewhere", remove_elsewhere, SHUT, SHUT, BY_LANDLOCK },
    { "overwriting elsewhere", overwrite_elsewhere, SHUT, SHUT, BY_LANDLOCK },
    { "reading elsewhere", read_elsewhere, OPEN, OPEN, BY_LANDLOCK },
    { "a device", write_device, OPEN, SHUT, BY_LANDLOCK },
    { "a thread", thread, OPEN, OPEN, BY_CALLS },
};

static char *make(const char *folder, const char *name)
{
    char *path = g_build_filename(folder, name, NULL);
    g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
    return path;
}

static Place make_place(void)
{
    Place place = { .folder = g_dir_make_tmp("bangtin-confine-XXXXXX", NULL) };
    place.state = make(place.folder, "state");
    place.elsewhere = make(place.folder, "elsewhere");
    g_autofree char *pictures = make(place.folder, "pictures");
    place.picture = g_build_filename(pictures, "now.png", NULL);
    g_autofree char *there = g_build_filename(place.elsewhere, "there", NULL);
    g_assert_true(g_file_set_contents(there, "x", 1, NULL));
    return place;
}

static void remove_all(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            remove_all(path);
        else
            g_unlink(path);
    }
    g_rmdir(folder);
}

static void clear_place(Place *place)
{
    remove_all(place->folder);
    g_free(place->folder);
    g_free(place->state);
    g_free(place->elsewhere);
    g_free(place->picture);
}

#define NOT_CONFINED 254

/* What the attempt says to a child that is confined as `sync`, or as show. */
static int attempt_as(gboolean sync, Attempt attempt, const Place *place)
{
    pid_t child = fork();
    if (child == 0) {
        BtConfig config = { .state_folder = place->state, .picture_path = place->picture };
        gboolean confined = sync ? bt_confine_sync(&config, NULL, NULL)
                                 : bt_confine_show(&config, NULL, NULL, NULL);
        _exit(confined ? attempt(place) : NOT_CONFINED);
    }
    int status = -1;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static guint landlock_version(void)
{
    pid_t child = fork();
    if (child == 0) {
        const BtSandboxFiles all = { .read = TRUE };
        bt_sandbox_no_new_privileges(NULL);
        _exit((int)bt_sandbox_files(&all, NULL));
    }
    int status = 0;
    waitpid(child, &status, 0);
    return (guint)WEXITSTATUS(status);
}

/* A folder that is there and cannot be opened, for a link that leads to itself, is told; one that
 * is not there is not. */
static void test_missed(void)
{
    g_autofree char *top = g_dir_make_tmp("bt-confine-XXXXXX", NULL);
    g_autofree char *loop = g_build_filename(top, "loop", NULL);
    g_autofree char *nowhere = g_build_filename(top, "nowhere", NULL);
    const struct {
        const char *folder;
        gboolean missed;
    } cases[] = { { top, FALSE }, { nowhere, FALSE }, { loop, TRUE } };
    if (landlock_version() == 0) {
        g_test_skip("this kernel has no Landlock");
        return;
    }
    g_assert_cmpint(symlink(loop, loop), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        pid_t child = fork();
        if (child == 0) {
            BtConfig config = { .state_folder = (char *)cases[i].folder };
            gboolean missed = !cases[i].missed;
            _exit(bt_confine_sync(&config, &missed, NULL) ? missed : NOT_CONFINED);
        }
        int status = -1;
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, cases[i].missed);
    }
    g_assert_cmpint(unlink(loop), ==, 0);
    g_assert_cmpint(rmdir(top), ==, 0);
}

static void test_doors(gconstpointer data)
{
    gboolean sync = GPOINTER_TO_INT(data);
    guint landlock = landlock_version();
    g_test_message("Landlock version %u", landlock);
    for (gsize i = 0; i < G_N_ELEMENTS(doors); i++) {
        int wanted = sync ? doors[i].sync : doors[i].show;
        /* Truncating is forbidden since version 3 only, but opening for writing since 1. */
        if (wanted == SHUT && doors[i].by == BY_LANDLOCK && landlock == 0)
            continue;
#ifdef BANGTIN_SANITIZE
        if (doors[i].by == BY_CALLS_UNSANITIZED)
            continue;
#endif
        Place place = make_place();
        int got = attempt_as(sync, doors[i].attempt, &place);
        g_test_message("%s, %s: %s", sync ? "sync" : "show", doors[i].name, g_strerror(got));
        g_assert_cmpint(got, !=, NOT_CONFINED);
        if (wanted == OPEN)
            g_assert_cmpint(got, ==, 0);
        else
            g_assert_true(got == EPERM || got == EACCES || got == ENOSYS);
        clear_place(&place);
    }
}

/* The table above shuts nothing by itself: without the confinement each of its doors that anybody
 * may open is open. */
static void test_doors_are_there(void)
{
    static const Attempt attempts[] = { inet, inet6, local, pair, accept_tcp, control_socket,
        write_state, write_elsewhere, write_picture, remove_elsewhere, overwrite_elsewhere,
        write_device, execute, start_process };
    for (gsize i = 0; i < G_N_ELEMENTS(attempts); i++) {
        Place place = make_place();
        pid_t child = fork();
        if (child == 0)
            _exit(attempts[i](&place));
        int status = -1;
        waitpid(child, &status, 0);
        g_test_message("attempt %zu", i);
        g_assert_cmpint(WEXITSTATUS(status), ==, 0);
        clear_place(&place);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/confine/show", GINT_TO_POINTER(FALSE), test_doors);
    g_test_add_data_func("/confine/sync", GINT_TO_POINTER(TRUE), test_doors);
    g_test_add_func("/confine/missed", test_missed);
    g_test_add_func("/confine/doors-are-there", test_doors_are_there);
    return g_test_run();
}
