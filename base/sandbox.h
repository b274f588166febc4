/* Giving rights away, for good: system calls by seccomp, files and the network by Landlock.
 *
 * What is given away here no later line of the process gets back, and children inherit it. Names,
 * not numbers, say which call is meant: a call that this machine's processor does not have is
 * passed over. Thread-safety: calls are given away for the whole process, files for the calling
 * thread and the threads and processes it starts later; so: before the first thread. */
#ifndef BT_BASE_SANDBOX_H
#define BT_BASE_SANDBOX_H

#include <glib.h>

/* No new privileges by any program or file capability, no core file, nobody traces us. */
gboolean bt_sandbox_no_new_privileges(GError **error);

/* Of one resource (RLIMIT_…, `name` for the message) no more than this from now on, and no more
 * than before. */
gboolean bt_sandbox_limit(
    int resource, const char *name, guint64 soft, guint64 hard, GError **error);

/* ---- system calls ---- */

typedef enum {
    BT_CALL_ALLOW,
    BT_CALL_REFUSE, /* it fails with EPERM */
    BT_CALL_ABSENT, /* it fails with ENOSYS: the C library takes an older call */
    BT_CALL_KILL    /* it ends the process with SIGSYS */
} BtCallVerdict;

typedef enum { BT_ARG_IS, BT_ARG_ABOVE, BT_ARG_UP_TO, BT_ARG_MASKED } BtArgHow;

/* One argument of a call; MASKED: (argument & mask) == value. */
typedef struct {
    guint arg;
    BtArgHow how;
    guint64 value, mask;
} BtArgTest;

#define BT_CALL_MAX_TESTS 3

/* The verdict on a call all of whose tests hold. */
typedef struct {
    const char *call;
    BtCallVerdict verdict;
    guint n_tests;
    BtArgTest tests[BT_CALL_MAX_TESTS];
} BtCallRule;

/* From now on `rules` decide, and `otherwise` on what no rule names. May be called once more to
 * forbid more. BT_ERROR_FAILED when the kernel does not take the filter. */
gboolean bt_sandbox_calls(
    BtCallVerdict otherwise, const BtCallRule *rules, gsize n_rules, GError **error);
/* The same for a program that only computes on what it was given: `rules` allow what it needs
 * besides memory that is never code, its own threads, time, reading and closing what is open,
 * signals to itself, and its end. */
gboolean bt_sandbox_calls_of_reader(
    BtCallVerdict otherwise, const BtCallRule *rules, gsize n_rules, GError **error);

/* ---- files and the network ---- */

typedef struct {
    gboolean read; /* any file may be read; else none may be opened at all */
    const char *const
        *writable;             /* (nullable) NULL-ended: folders under which files may be changed */
    gboolean tcp;              /* TCP connections may be made; none may ever be accepted */
    gboolean abstract_sockets; /* to processes outside, as X servers have them */
} BtSandboxFiles;

/* As much of it as this kernel's Landlock can forbid (Linux 5.13 and later: files; 6.7: TCP; 6.12:
 * sockets and signals); returns the version of its interface, 0 where there is none. No program may
 * be executed in any case. `missed` (nullable) becomes whether a folder of `writable` that is there
 * could not be opened, without descriptors or on a disk that failed just then: nothing in it can be
 * changed now by this process. */
guint bt_sandbox_files(const BtSandboxFiles *files, gboolean *missed);

#endif
