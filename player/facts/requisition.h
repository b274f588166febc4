/* A screen that is taken over: an authority's source has it for a stretch of time, in class
 * requisition, and its owner does not. That it began and that it ended is told once each, to the
 * owner's side as facts, to the authority's as rows of its outbox, with the instants by the
 * timetable: to the second, and also when the board was without power at one of them.
 *
 * What goes on is a row of ledger.db, changed in the transaction that tells of it.
 * Thread-safety: show's main thread; rows are written by the writer's. */
#ifndef BT_PLAYER_FACTS_REQUISITION_H
#define BT_PLAYER_FACTS_REQUISITION_H

#include "player/config/config.h"
#include "player/facts/writer.h"
#include "playlists/schedule/schedule.h"

/* An instant on the glass that is so near to the timetable's is that. */
#define BT_REQUISITION_SLACK_MS (2 * BT_SECOND_MS)

typedef struct {
    char *source; /* who has the screen; NULL: nobody but its owner */
    gint64 from_ms, until_ms;
} BtRequisition;
void bt_requisition_clear(BtRequisition *requisition);
/* NULL as `source` takes the row away. */
gboolean bt_requisition_put(BtFacts *facts, const BtRequisition *requisition, GError **error);
/* FALSE without error: none goes on. */
gboolean bt_requisition_get(BtFacts *facts, BtRequisition *requisition, GError **error);

typedef struct BtRequisitionKeeper BtRequisitionKeeper;

/* `config` and `writer` are borrowed. What the last show left is read from `reader`. (transfer
 * full) */
BtRequisitionKeeper *bt_requisition_keeper_new(
    const BtConfig *config, BtWriter *writer, BtFacts *reader);
void bt_requisition_keeper_free(BtRequisitionKeeper *keeper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtRequisitionKeeper, bt_requisition_keeper_free)

/* `on_air` is on at `at->wall_ms`. `holds`: it says nothing of who has the screen, since the board
 * keeps to its own picture. */
void bt_requisition_keeper_update(
    BtRequisitionKeeper *keeper, const BtOnAir *on_air, gboolean holds, const BtMoment *at);
/* What goes on; its source is NULL for nothing. Borrowed. */
const BtRequisition *bt_requisition_keeper_now(const BtRequisitionKeeper *keeper);

#endif
