/* Files that can be made again: a folder of them, no larger than it may be, those that were not
 * asked for the longest going first. Nothing of it is durable. Thread-safety: one thread. */
#ifndef BT_SOURCE_KEPT_H
#define BT_SOURCE_KEPT_H

#include <glib.h>

typedef struct BtKept BtKept;

/* Makes the folder (0700) where it is missing; what an ended process left in folders of its own in
 * it is removed. (transfer full) */
BtKept *bt_kept_new(const char *folder, guint64 max_bytes);
void bt_kept_free(BtKept *kept);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtKept, bt_kept_free)

/* `name` is a hash of ours and an ending. (transfer full) (nullable) */
GBytes *bt_kept_find(const BtKept *kept, const char *name);
/* What cannot be written is not kept: whoever asks next makes it anew. */
void bt_kept_put(BtKept *kept, const char *name, GBytes *bytes);

/* A folder for one piece of work, and its end with all that lies in it. (transfer full) (nullable)
 */
char *bt_kept_workplace(const BtKept *kept, GError **error);
void bt_kept_leave(const char *workplace);

#endif
