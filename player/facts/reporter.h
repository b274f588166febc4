/* Reports on their way to a source: in batches that the line can carry, less and less often where
 * none is taken. Thread-safety: the thread of its sync and facts. */
#ifndef BT_PLAYER_FACTS_REPORTER_H
#define BT_PLAYER_FACTS_REPORTER_H

#include "player/facts/facts.h"
#include "playlists/sync/sync.h"

typedef struct BtReporter BtReporter;

/* The date that a batch is signed with, as far as it is known. */
typedef gint64 (*BtReporterDate)(gpointer user);

/* `sync` and `facts` are borrowed and outlive it; `who` (copied) names the board and the source,
 * for chance and for the log. (transfer full) */
BtReporter *bt_reporter_new(
    BtSync *sync, BtFacts *facts, const char *who, BtReporterDate date, gpointer user);
void bt_reporter_free(BtReporter *reporter);

/* Sends what waits, ten seconds of it at most and within `patience`; nothing while it is to wait.
 */
void bt_reporter_push(BtReporter *reporter, const BtPatience *patience);
/* The time was up before all was sent. */
gboolean bt_reporter_has_more(const BtReporter *reporter);
/* The way is open again: reports need not wait any longer. */
void bt_reporter_take_heart(BtReporter *reporter);

#endif
