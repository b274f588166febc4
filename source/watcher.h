/* The process `bangtin-source watch` beside a server: started with it, started again when it died,
 * ended with it. Thread-safety: the main thread. */
#ifndef BT_SOURCE_WATCHER_H
#define BT_SOURCE_WATCHER_H

#include "base/clock.h"

typedef struct BtWatcher BtWatcher;

/* `base` is nullable. Never fails: what does not start is tried again. (transfer full) */
BtWatcher *bt_watcher_start(const char *data, const char *base, const BtClock *clock);
/* Ends it and waits for a letter that is under way, for some seconds. */
void bt_watcher_stop(BtWatcher *watcher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtWatcher, bt_watcher_stop)

#endif
