/* What a source that hears no native reports is to be told, in order, each once: rows of ledger.db,
 * beside the facts, in the same transactions (facts.h). show adds what came on the glass, sync
 * takes, says it in the source's dialect, and removes. Thread-safety: that of its BtFacts. */
#ifndef BT_PLAYER_FACTS_OUTBOX_H
#define BT_PLAYER_FACTS_OUTBOX_H

#include "player/facts/facts.h"

#define BT_OUTBOX_MAX 200000 /* of one source: a bulletin each 30 s for 70 days */
#define BT_OUTBOX_KEEP_MS (90 * BT_DAY_MS)

typedef enum {
    BT_OUT_STARTED, /* {"item","zone","volume","due"}: a bulletin came on the glass */
    BT_OUT_ENDED,   /* {"item","zone","start","cause"} */
    BT_OUT_SAVED,   /* {"schedule","name","bulletins":[]} */
    BT_OUT_CANCELLED,
    BT_OUT_REQUISITION, /* {"phase":"begin"|"end","from","until","owner"} */
    BT_N_OUTS
} BtOutKind;

typedef struct {
    gint64 seq;
    BtOutKind kind;
    gint64 at_ms;
    gboolean trusted;
    BtJson *body;
} BtOutboxEntry;
/* Frees what it holds, not the entry itself. */
void bt_outbox_entry_clear(BtOutboxEntry *entry);

/* Once for each `id`, also after it was removed (for 90 days). `body` (transfer full). */
gboolean bt_outbox_add(BtFacts *facts, const char *source, BtOutKind kind, const char *id,
    gint64 at_ms, gboolean trusted, BtJson *body, GError **error);
/* The first that waits; FALSE without error when none does. What rotted is passed over. */
gboolean bt_outbox_first(BtFacts *facts, const char *source, BtOutboxEntry *entry, GError **error);
gboolean bt_outbox_remove(BtFacts *facts, gint64 seq, GError **error);
gint64 bt_outbox_waiting(BtFacts *facts, const char *source);

/* How the board stands, as show last said it, for a source's state message. */
typedef struct {
    char *item, *zone; /* of this source, on the glass; "" nothing */
    gint64 start_ms;
    int volume;               /* 0 to 100 as it sounds */
    gboolean stopped, paused; /* by this source's commands */
    gint64 changed_ms;
} BtStanding;
void bt_standing_clear(BtStanding *standing);
gboolean bt_standing_put(
    BtFacts *facts, const char *source, const BtStanding *standing, GError **error);
/* FALSE without error: show never said. */
gboolean bt_standing_get(BtFacts *facts, const char *source, BtStanding *standing, GError **error);

#endif
