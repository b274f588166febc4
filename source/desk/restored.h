/* A database that comes back from a backup: what it must forget, and above which numbers it goes
 * on. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_RESTORED_H
#define BT_SOURCE_RESTORED_H

#include "source/store/store.h"

/* All numbers that boards compare rise above those they may have seen; proposals that wait are
 * overtaken (their numbers lie below), and whoever made them hears it; what was still coming in is
 * forgotten, for its files were not saved; and so are links that count once, which may have been
 * used since. One transaction. */
gboolean bt_restored(BtStore *store, gint64 now_ms, GError **error);

#endif
