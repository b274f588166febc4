/* The place of the program at which a stopped thread makes its system call: a text that is the same
 * in every run of the same build, so that one run can be told where another shall fail.
 *
 *     ROLE:FUNCTION+OFFSET<FUNCTION+OFFSET<FUNCTION+OFFSET
 *
 * ROLE is the first word of the command line. The functions are the innermost BT_PLACE_FRAMES of
 * the program itself, innermost first; what libraries it went through on the way does not count, so
 * a thousand allocations of one call are one place. Where no function of the program is on the
 * stack, as in the dynamic loader and in threads that a library began, the innermost functions of
 * libraries stand instead. Neither white space nor a tab is in it.
 *
 * The thread must be traced and stopped. One thread alone uses a Places. */
#ifndef BT_TESTS_PLACES_H
#define BT_TESTS_PLACES_H

#include <glib.h>
#include <sys/types.h>

#define BT_PLACE_FRAMES 3

typedef struct Places Places;

/* Owned by the caller; end it with places_free(), which takes NULL. */
Places *places_new(void);
void places_free(Places *places);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Places, places_free)

/* Transfer full. `leader` is the process of `thread`. */
char *places_of(Places *places, pid_t leader, pid_t thread);

/* The process runs another program, or is gone. */
void places_forget(Places *places, pid_t leader);

#endif
