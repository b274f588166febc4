/* The thread that writes the ledger, so that show's main thread never waits for a disk. What is
 * posted within a second becomes one durable step; what cannot be written (a full disk) is kept and
 * tried again each second. A task may run more than once, so it leaves its data as it was.
 * Thread-safety: post and flush from one thread. */
#ifndef BT_PLAYER_FACTS_WRITER_H
#define BT_PLAYER_FACTS_WRITER_H

#include "player/facts/facts.h"

#define BT_WRITER_MAX_TASKS                                                                        \
    20000 /* waiting for a disk, some 10 MB; beyond it the oldest is given up, and counted */

/* What the disk does to the ledger. */
typedef struct {
    gboolean is_failing; /* the last try failed */
    gint64 since_us;     /* real time of the first of these failures */
    guint kept;          /* what waits in memory for the disk */
    guint64 lost;        /* given up since the start */
    char message[300];   /* of the last failure, "" when there was none */
} BtWriterTrouble;

typedef struct BtWriter BtWriter;

typedef gboolean (*BtWriterTask)(BtFacts *facts, gpointer data, GError **error);

/* Takes `facts` over (transfer full). (transfer full) */
BtWriter *bt_writer_new(BtFacts *facts);
/* Runs `task` with `data` in the writer's thread; `destroy` frees data afterwards. */
void bt_writer_post(BtWriter *writer, BtWriterTask task, gpointer data, GDestroyNotify destroy);
/* The same, durable as soon as the disk can, with all that was posted before: for what a second's
 * loss would make untrue, not only late. */
void bt_writer_post_soon(
    BtWriter *writer, BtWriterTask task, gpointer data, GDestroyNotify destroy);
/* Runs `task` outside of every transaction, and only once all that was posted before it is durable;
 * of two that wait, the earlier one never runs. For what each second says anew. */
void bt_writer_post_note(
    BtWriter *writer, BtWriterTask task, gpointer data, GDestroyNotify destroy);
/* Blocks until everything posted so far is durable, or failed once more. */
void bt_writer_flush(BtWriter *writer);
/* From any thread. */
void bt_writer_trouble(BtWriter *writer, BtWriterTrouble *trouble);
/* Flushes and ends. */
void bt_writer_free(BtWriter *writer);

#endif
