/* A folder in memory for the files of one process, empty again for each input.
 * Thread-safety: one thread. */
#ifndef BT_TESTS_FUZZ_PLACE_H
#define BT_TESTS_FUZZ_PLACE_H

#include <glib.h>

/* A new folder that is removed when the process ends. Static. */
const char *place_folder(void);
/* Writes a file there, without waiting for the disk. `name` is relative to the folder. */
void place_put(const char *name, const void *data, gsize size_bytes);
/* Removes all that lies in `name`, a folder there ("": all), and the folder itself unless "". */
void place_empty(const char *name);

#endif
