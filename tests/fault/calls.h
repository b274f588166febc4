/* The calls by which state leaves a process, and those that may fail: which they are, a filter that
 * stops a program at them, and whether one that was stopped counts. */
#ifndef BT_TESTS_CALLS_H
#define BT_TESTS_CALLS_H

#include <glib.h>
#include <sys/types.h>

/* Why a call is looked at: state leaves the process by it, or it may fail so. */
enum { CALLS_STATE = 1, CALLS_NOSPC = 2, CALLS_IO = 4, CALLS_MFILE = 8, CALLS_NOMEM = 16 };

/* Which of them count. */
typedef struct {
    guint why;
    char *under;    /* of files those whose path begins so; NULL: all */
    gboolean files; /* nothing that is sent */
} CallsScope;

/* The error of that name, and why calls are looked at for it; 0 when there is none. */
int calls_error(const char *name, guint *why);

/* The calling process, and what it starts, stops at the calls of `why`, with a number of the call
 * as the data of the stop. FALSE where the kernel will not, by errno. */
gboolean calls_install_filter(guint why);

/* NULL when there is no call of that number. Static. */
const char *calls_name(guint call);

/* Whether the call that `thread` is stopped at counts; `what` becomes its file, if it has one and
 * that can be told (transfer full). Only root may look into a process that has hidden itself; what
 * cannot be looked at counts. */
gboolean calls_count(
    const CallsScope *scope, pid_t thread, guint call, const guint64 *args, char **what);

/* The process of a thread; the thread when that cannot be told. */
pid_t calls_leader_of(pid_t thread);

#endif
