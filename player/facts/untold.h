/* Events of sync on their way to the ledger. What the disk does not take now waits in memory; the
 * oldest is given up at last, and counted. Thread-safety: the thread of the facts. */
#ifndef BT_PLAYER_FACTS_UNTOLD_H
#define BT_PLAYER_FACTS_UNTOLD_H

#include "player/facts/facts.h"

#define BT_UNTOLD_MAX 1000 /* decision: some 500 KB */

typedef struct BtUntold BtUntold;

/* `source` (copied) is the one they are about. (transfer full) */
BtUntold *bt_untold_new(const char *source);
void bt_untold_free(BtUntold *untold);

/* Writes it down now or later; without facts (NULL), later. `body` (transfer full). */
void bt_untold_add(BtUntold *untold, BtFacts *facts, const BtMoment *at, BtJson *body);
/* Writes down what waits, and when all of it is, how many were given up. */
void bt_untold_write(BtUntold *untold, BtFacts *facts, const BtMoment *now);

#endif
