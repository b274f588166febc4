/* What one source costs, counted and kept within its budget, whoever fetches for it.
 * Thread-safety: one thread. */
#ifndef BT_PLAYLISTS_SYNC_BOOKS_H
#define BT_PLAYLISTS_SYNC_BOOKS_H

#include "playlists/sync/sync.h"

/* What was spent and what may be. */
typedef struct {
    gboolean kept;   /* else nothing here counts */
    BtBudget budget; /* `heavy` and `zone` are ours */
    BtUsage usage;
    BtBudgetTime now;
    BtSyncOnUsage on_usage;
    BtSyncOnEvent on_event; /* what waits is told, once a day or month */
    gpointer user;
    const guint64 *line_bytes; /* borrowed: over the network so far, both ways */
    guint64 total_bytes;       /* counted in this run */
    guint64 promised_bytes;    /* of total_bytes, written down as used up to here */
    guint64 counted_bytes;     /* of line_bytes */
    guint64 bytes_per_s;       /* observed */
    BtMay waits;               /* of this round; whoever begins one resets it */
    GHashTable *whole_only;    /* what comes as a whole only: names, sha256 for one */
} BtBooks;

typedef struct {
    const BtBudget *budget; /* copied */
    const BtUsage *usage;   /* as it was last written down */
    BtSyncOnUsage on_usage;
    BtSyncOnEvent on_event;
    gpointer user;
    const guint64 *line_bytes;
} BtBooksOptions;

void bt_books_open(BtBooks *books, const BtBooksOptions *options);
void bt_books_clear(BtBooks *books);
/* As bt_sync_set_time. */
void bt_books_set_time(BtBooks *books, const BtBudgetTime *now, guint64 more_bytes);

/* How many of the `missing_bytes` of something called `name` may be asked for now; 0: it waits,
 * which was told. All of them when nothing is kept. */
guint64 bt_books_ask(BtBooks *books, BtValue value, const char *name, guint64 missing_bytes);
/* What it is worth, unless it is of an alert: words, or by its size and whether it moves. */
BtValue bt_books_value(const BtBooks *books, gboolean moves, guint64 size_bytes);
/* The peer gives this as a whole only. */
void bt_books_note_whole_only(BtBooks *books, const char *name);
/* `under_way` bytes of the present request are here: more is promised on the disk when need be. */
void bt_books_promise(BtBooks *books, guint64 under_way);
/* A request ended that brought `asset_bytes` of an asset in `took_ms`. */
void bt_books_count(BtBooks *books, guint64 asset_bytes, gint64 took_ms);

/* Usage, what waits, the rate, and when `backlog` (of the newest documents) will be here. FALSE
 * when nothing is kept. */
gboolean bt_books_outlook(BtBooks *books, const BtBacklog *backlog, BtSyncOutlook *outlook);

#endif
