/* Ends a program, with all its processes and threads, at one of its system calls, or lets that call
 * fail.
 *
 *     cut-at [--at=N [--after] [--alone] [--disk=FOLDER [--log]]] [--files] [--under=PREFIX]
 *         --report=FILE COMMAND…
 *     cut-at --fail=ENOSPC|EIO|EMFILE|ENOMEM [--at=N | --these=FILE [--apart=MS]] [--places]
 *         [--spell=MS | --until-death] [--under=PREFIX] --report=FILE COMMAND…
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
 * Two runs do not make the same calls in the same order, but they make them at the same places of
 * the program: --places adds to each line of the report, after a tab, the file's kind and, after
 * another, the place (places.h). --these names calls so: lines of NTH, call and kind, place, with a
 * tab between; the NTH call like that fails, or, with --apart, the next one that is so long after
 * the last fault.
 *
 * --under counts of the files only those whose path begins so, --files nothing that is sent.
 * Not counted is what changes no state: what goes to a terminal, a pipe, an event counter, shared
 * memory (also SQLite's index of its log, made anew at each start), and from one role to another
 * over a local socket. SIGTERM is passed on to COMMAND. Exit status: 0 when the cut was made, else
 * COMMAND's; after a fault always COMMAND's. */
#include "tests/fault/calls.h"
#include "tests/fault/places.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of the kernel's fs/ext4/ext4.h. */
#define EXT4_IOC_SHUTDOWN _IOR('X', 125, guint32)
#define EXT4_GOING_FLAGS_LOGFLUSH 1u
#define EXT4_GOING_FLAGS_NOLOGFLUSH 2u

/* Of a file's name: the end of one that is not there yet, hashes and their folders, numbers. */
#define NAMES "(?<=\\.)[A-Z0-9]{6}$|(?<=/)[0-9a-f]{2}(?=/|$)|[0-9a-f]{8,}|[0-9]+"

/* A call that shall fail, by what it is. */
typedef struct {
    gint64 nth, seen;
    gboolean is_made;
    char *call_kind, *place;
} These;

typedef struct {
    gint64 at; /* 0: count only */
    gboolean after, alone, log, tells_places;
    char *disk, *report, *these_file;
    CallsScope scope;
    GPtrArray *these; /* of owned These; NULL: none */
    gint64 apart_ms, last_ms;
    Places *places;
    GRegex *names;      /* what differs from run to run */
    char *fault;        /* name of an error; NULL: a cut */
    gint64 spell_ms;    /* 0: one call */
    gboolean til_death; /* of the process that made the call */
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
        kill(calls_leader_of(pid), SIGKILL);
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

/* Of the file that a call is about: its name without what differs from run to run. */
static char *kind_of(const Cut *cut, const char *what)
{
    if (!what || !cut->scope.under || !g_str_has_prefix(what, cut->scope.under))
        return g_strdup("-");
    return g_regex_replace_literal(
        cut->names, what + strlen(cut->scope.under), -1, 0, "#", 0, NULL);
}

/* Whether one of `these` begins to fail. Stacks are looked at only where the rest fits. */
static gboolean is_one_of_these(Cut *cut, pid_t pid, const char *call_kind)
{
    g_autofree char *place = NULL;
    gboolean fails = FALSE;
    if (now_ms() - cut->last_ms < cut->apart_ms)
        return FALSE;
    for (guint i = 0; i < cut->these->len && !fails; i++) {
        These *one = g_ptr_array_index(cut->these, i);
        if (one->is_made || !g_str_equal(one->call_kind, call_kind))
            continue;
        if (!place)
            place = places_of(cut->places, calls_leader_of(pid), pid);
        fails = g_str_equal(place, one->place) && ++one->seen >= one->nth;
        one->is_made = fails;
    }
    if (fails)
        cut->last_ms = now_ms();
    return fails;
}

static gboolean begins_to_fail(Cut *cut, pid_t pid, const char *call_kind)
{
    return cut->these ? is_one_of_these(cut, pid, call_kind) : cut->count == cut->at;
}

static void begin_to_fail(Cut *cut, pid_t pid)
{
    cut->is_cut = TRUE;
    cut->spell_ends_ms = now_ms() + cut->spell_ms;
    cut->failing = cut->til_death ? calls_leader_of(pid) : 0;
}

static gboolean goes_on_failing(const Cut *cut, pid_t pid)
{
    return cut->is_cut &&
        (now_ms() < cut->spell_ends_ms || (cut->failing && cut->failing == calls_leader_of(pid)));
}

/* ---- tracing ---- */

static void go_on(int request, pid_t pid, int signal)
{
    if (ptrace(request, pid, NULL, (void *)(gsize)signal) < 0 && errno != ESRCH)
        g_error("cut-at: cannot trace %d: %s", pid, g_strerror(errno));
}

/* Writes the report's line of a call that may fail, and says whether it does. */
static gboolean tell_and_ask(Cut *cut, pid_t pid, const char *call, const char *what)
{
    g_autofree char *kind = kind_of(cut, what);
    g_autofree char *call_kind = g_strdup_printf("%s %s", call, kind);
    gboolean begins = begins_to_fail(cut, pid, call_kind);
    gboolean fails = begins || goes_on_failing(cut, pid);
    if (begins)
        begin_to_fail(cut, pid);
    fprintf(cut->out, "%" G_GINT64_FORMAT " %s %s%s", cut->count, call, what ? what : "",
        fails ? " fails" : "");
    if (cut->tells_places || (fails && cut->these)) {
        g_autofree char *place = places_of(cut->places, calls_leader_of(pid), pid);
        fprintf(cut->out, "\t%s\t%s", kind, place);
    }
    fputc('\n', cut->out);
    return fails;
}

static void on_call(Cut *cut, pid_t pid)
{
    struct __ptrace_syscall_info info = { 0 };
    g_autofree char *what = NULL;
    int request = PTRACE_CONT;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) > 0 &&
        info.op == PTRACE_SYSCALL_INFO_SECCOMP && calls_name(info.seccomp.ret_data)) {
        const char *call = calls_name(info.seccomp.ret_data);
        if (calls_count(&cut->scope, pid, info.seccomp.ret_data, info.seccomp.args, &what)) {
            cut->count++;
            gboolean fails = cut->fault && tell_and_ask(cut, pid, call, what);
            if (!cut->fault)
                fprintf(
                    cut->out, "%" G_GINT64_FORMAT " %s %s\n", cut->count, call, what ? what : "");
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
    if (event == PTRACE_EVENT_EXEC)
        places_forget(cut->places, pid);
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
        places_forget(cut->places, pid);
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
        if (read(gate[0], &byte, 1) == 1 && calls_install_filter(cut->scope.why))
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
    cut->scope.why = CALLS_STATE;
    cut->error = cut->fault ? calls_error(cut->fault, &cut->scope.why) : 0;
    return !cut->fault || cut->error != 0;
}

static void these_free(These *one)
{
    g_free(one->call_kind);
    g_free(one->place);
    g_free(one);
}

static gboolean read_these(Cut *cut, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(cut->these_file, &text, NULL, error))
        return FALSE;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    cut->these = g_ptr_array_new_with_free_func((GDestroyNotify)these_free);
    for (guint i = 0; lines[i]; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], "\t", -1);
        if (g_strv_length(words) != 3)
            continue;
        These *one = g_new0(These, 1);
        one->nth = g_ascii_strtoll(words[0], NULL, 10);
        one->call_kind = g_strdup(words[1]);
        one->place = g_strdup(words[2]);
        g_ptr_array_add(cut->these, one);
    }
    return TRUE;
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
        { "under", 0, 0, G_OPTION_ARG_FILENAME, &cut.scope.under, "of files only those here",
            "PREFIX" },
        { "files", 0, 0, G_OPTION_ARG_NONE, &cut.scope.files, "and nothing that is sent", NULL },
        { "fail", 0, 0, G_OPTION_ARG_STRING, &cut.fault, "no cut: the call fails so", "ERROR" },
        { "spell", 0, 0, G_OPTION_ARG_INT64, &cut.spell_ms, "and others for so long", "MS" },
        { "until-death", 0, 0, G_OPTION_ARG_NONE, &cut.til_death, "and others of it", NULL },
        { "these", 0, 0, G_OPTION_ARG_FILENAME, &cut.these_file, "fail, by their places", "FILE" },
        { "apart", 0, 0, G_OPTION_ARG_INT64, &cut.apart_ms, "so long one after the other", "MS" },
        { "places", 0, 0, G_OPTION_ARG_NONE, &cut.tells_places, "are in the report", NULL },
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
    if (cut.these_file && !read_these(&cut, &error)) {
        fprintf(stderr, "cut-at: %s\n", error->message);
        return 2;
    }
    cut.out = fopen(cut.report, "we");
    if (!cut.out) {
        fprintf(stderr, "cut-at: %s: %s\n", cut.report, g_strerror(errno));
        return 2;
    }
    setvbuf(cut.out, NULL, _IOLBF, 0); /* whole also when we are ended */
    cut.tracees = g_hash_table_new(NULL, NULL);
    cut.places = places_new();
    cut.names = g_regex_new(NAMES, 0, 0, NULL);
    begin(&cut, argv + 1);
    trace(&cut);
    if (cut.disk && !cut.is_cut)
        take_power(&cut);
    fclose(cut.out);
    g_hash_table_unref(cut.tracees);
    places_free(cut.places);
    g_regex_unref(cut.names);
    g_clear_pointer(&cut.these, g_ptr_array_unref);
    char *strings[] = { cut.disk, cut.scope.under, cut.report, cut.fault, cut.these_file };
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    return cut.is_cut && !cut.fault ? 0 : cut.status;
}
