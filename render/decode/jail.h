/* Gives away, before the first byte of content is read, every right that decoding does not need.
 * There is no way back. Thread-safety: once, from the only thread of the process. */
#ifndef BT_RENDER_DECODE_JAIL_H
#define BT_RENDER_DECODE_JAIL_H

#include <glib.h>

/* Open files: 0 to 4, two memories, and what libraries opened before main. */
#define BT_JAIL_MAX_FILES 24

/* Limits of memory (not under AddressSanitizer), CPU time, files; no new privileges, no core, not
 * traceable; Landlock where the kernel has it; system calls by an allow-list. What is not on the
 * list kills the process. BT_ERROR_FAILED when the kernel refuses a part that must be there. */
gboolean bt_jail_enter(GError **error);

/* The content is a film or sound and may take longer than a still. */
void bt_jail_allow_long_run(void);

#endif
