/* What the files that keep rows in ledger.db share. Private to them. */
#ifndef BT_PLAYER_FACTS_DB_H
#define BT_PLAYER_FACTS_DB_H

#include "base/db.h"
#include "player/facts/facts.h"

BtDb *bt_facts_db(BtFacts *facts);               /* borrowed */
const char *bt_facts_boot(const BtFacts *facts); /* borrowed */

/* ---- outbox.c ---- */

/* States of an outbox row: a removed one keeps its id, so that it is never told again. */
#define BT_OUTBOX_TABLES                                                                           \
    "CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL,"            \
    " id TEXT NOT NULL, kind INTEGER NOT NULL, at_ms INTEGER NOT NULL, trusted INTEGER NOT NULL,"  \
    " boot TEXT NOT NULL, body TEXT NOT NULL, state INTEGER NOT NULL DEFAULT 0,"                   \
    " UNIQUE (source, id));"                                                                       \
    "CREATE INDEX outbox_waiting ON outbox (source, seq) WHERE state = 0;"                         \
    "CREATE TABLE standing (source TEXT PRIMARY KEY, item TEXT NOT NULL, zone TEXT NOT NULL,"      \
    " start_ms INTEGER NOT NULL, volume INTEGER NOT NULL, stopped INTEGER NOT NULL,"               \
    " paused INTEGER NOT NULL, changed_ms INTEGER NOT NULL) WITHOUT ROWID;"                        \
    "CREATE TABLE requisition (one INTEGER PRIMARY KEY CHECK (one = 1), source TEXT NOT NULL,"     \
    " from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL);"

/* ---- found.c ---- */

#define BT_FOUND_TABLES                                                                            \
    "CREATE TABLE canvas (one INTEGER PRIMARY KEY CHECK (one = 1), w_px INTEGER NOT NULL,"         \
    " h_px INTEGER NOT NULL);"                                                                     \
    "CREATE TABLE length (seq INTEGER PRIMARY KEY AUTOINCREMENT, sha256 TEXT NOT NULL UNIQUE,"     \
    " duration_ms INTEGER NOT NULL);"

/* ---- sources.c ---- */

#define BT_PURPOSES_COLUMN "ALTER TABLE source ADD COLUMN purposes TEXT NOT NULL DEFAULT '';"

/* What bt_facts_move and bt_facts_tidy do, for the outbox. */
gboolean bt_outbox_move(BtFacts *facts, gint64 from_ms, gint64 step_ms, GError **error);
gboolean bt_outbox_tidy(BtFacts *facts, gint64 now_ms, GError **error);

#endif
