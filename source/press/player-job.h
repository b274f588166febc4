/* One run of the program `bangtin`. Private to press. Thread-safety: the thread of the default main
 * context. */
#ifndef BT_SOURCE_PLAYER_JOB_H
#define BT_SOURCE_PLAYER_JOB_H

#include "source/press/player.h"

#define BT_PLAYER_JOB_DOCUMENT "manifest.json" /* in the workplace, before it starts */

typedef struct {
    char *program, *assets;
    GCancellable *ending; /* borrowed */
} BtPlayerTools;

typedef struct BtPlayerJob BtPlayerJob;

/* Called once; the job is gone afterwards. `answer` NULL: `error` says why. Both borrowed. */
typedef void (*BtPlayerAnswer)(GBytes *answer, const GError *error, gpointer user);

/* Borrowed until it answers; NULL with an error, and `answer` is not called. */
BtPlayerJob *bt_player_job_start(const BtPlayerTools *tools, const BtAsk *ask,
    const char *workplace, BtPlayerAnswer answer, gpointer user, GError **error);

#endif
