/* The ledger of what was shown, and the spool of what the source has not acknowledged yet.
 *
 * A fact is one line of a report: it gets its seq here, rising by one per screen for ever, and
 * stays until the source acknowledged it. An occurrence on the glass is an *open row* first; its
 * end makes the fact. Whatever is written here is durable when the call returns, but for what
 * bt_facts_note_seen says.
 *
 * The database (state/ledger.db) is opened by show's writer thread and by sync, each with a
 * connection of its own. Thread-safety: one thread a BtFacts. */
#ifndef BT_PLAYER_FACTS_FACTS_H
#define BT_PLAYER_FACTS_FACTS_H

#include "base/clock.h"
#include "base/json.h"
#include "playlists/sync/budget.h"

#define BT_FACT_MAX_BYTES 2048          /* contract §5: a report line */
#define BT_BATCH_MAX_BYTES (256 * 1024) /* a POST of reports */
#define BT_BATCH_MIN_BYTES (2 * BT_FACT_MAX_BYTES)
#define BT_SPOOL_MAX_BYTES (G_GINT64_CONSTANT(1024) * 1024 * 1024)
#define BT_FACT_KEEP_MS (90 * BT_DAY_MS) /* unacknowledged facts are kept at least so long */

typedef struct BtFacts BtFacts;

/* ":memory:" keeps nothing. A file is opened as base/db.h calls lasting: when it cannot be used
 * now, calls fail with BT_ERROR_IO and it is tried again; a damaged one is begun anew, under seqs
 * that were never used, with what can be read of it and a fact that says so. (transfer full)
 * (nullable: not for files) */
BtFacts *bt_facts_open(const char *path, GError **error);
/* Whether it can be written, as far as known; else BT_ERROR_IO says why not. */
gboolean bt_facts_is_usable(BtFacts *facts, GError **error);
void bt_facts_close(BtFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtFacts, bt_facts_close)

/* When something happened, by both clocks. */
typedef struct {
    gint64 wall_ms, mono_ms;
    gboolean trusted;
} BtMoment;

/* Groups what follows into one durable step. */
gboolean bt_facts_begin(BtFacts *facts, GError **error);
gboolean bt_facts_commit(BtFacts *facts, GError **error);
void bt_facts_rollback(BtFacts *facts);

/* Adds a fact; one with an id that was added before counts once (nothing happens). `id` NULL makes
 * one of boot, type, time and body. `body` holds the fields beside id, boot, seq, at, mono_ms,
 * clock, type; a line longer than BT_FACT_MAX_BYTES is refused (BT_ERROR_LIMIT). (transfer full for
 * body) */
gboolean bt_facts_add(BtFacts *facts, const char *type, const char *id, const BtMoment *at,
    BtJson *body, GError **error);

/* Nobody had trusted the clock of this boot, and it was behind by `step_ms`: in its facts that wait
 * and say so, instants from `from_ms` on are moved, and their clock is "repaired". What is told of
 * a stretch or an occurrence that began before is not moved unless it is later than `from_ms`. */
gboolean bt_facts_move(BtFacts *facts, gint64 from_ms, gint64 step_ms, GError **error);

/* ---- open rows: what is on the glass ---- */

typedef struct {
    char *id;        /* of the occurrence */
    BtJson *body;    /* what the fact will say */
    gint64 start_ms; /* when it came on the glass */
    gint64 due_end_ms;
    gint64 seen_ms; /* the last instant at which it surely was on the glass */
    GArray *gaps;   /* of gint64 pairs [from, to): it was off the glass in between */
} BtOpenRow;

BtOpenRow *bt_open_row_new(
    const char *id, BtJson *body /* (transfer full) */, gint64 start_ms, gint64 due_end_ms);
BtOpenRow *bt_open_row_copy(const BtOpenRow *row);
void bt_open_row_free(BtOpenRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtOpenRow, bt_open_row_free)

/* Writes or renews an open row. */
gboolean bt_facts_put_row(BtFacts *facts, const BtOpenRow *row, GError **error);
/* The row becomes the fact "played" that ends at `end_ms`; `cause` says why it ended ("due", "cut",
 * "emergency", "stopped", …). */
gboolean bt_facts_close_row(BtFacts *facts, const BtOpenRow *row, gint64 end_ms, const char *cause,
    const BtMoment *at, GError **error);
/* The rows that a process left open. (transfer full): GPtrArray of BtOpenRow */
GPtrArray *bt_facts_open_rows(BtFacts *facts, GError **error);

/* ---- life: uptime that survives power cuts ---- */

/* What the glass was in a stretch of time: "lit" and right, "unconfirmed", "not-showing". */
typedef struct {
    char boot[40];
    char state[16];
    char cause[32];
    gint64 from_ms, seen_ms;
    gboolean clean; /* it ended on purpose */
} BtLife;

/* The stretch that is going on, seen when it was last said to go on; FALSE when there is none yet.
 */
gboolean bt_facts_life(BtFacts *facts, BtLife *life);
gboolean bt_facts_put_life(BtFacts *facts, const BtLife *life, GError **error);
/* The stretch that was put last goes on: only its `seen_ms` moved. No part of a transaction, and
 * far cheaper than one: it survives a death at once, a power cut after BT_SEEN_SYNC_EVERY of these.
 * A note of another stretch than the one in the database says nothing. */
gboolean bt_facts_note_seen(BtFacts *facts, const BtLife *life, GError **error);

/* The boot id of this process' run, kept for facts: a random UUID, new for each start of supervise.
 */
void bt_facts_set_boot(BtFacts *facts, const char *boot);

/* Deaths of show, for the safe scene: those after `since_ms`, newest first, with the ids that were
 * on the glass. */
gboolean bt_facts_add_death(BtFacts *facts, gint64 at_ms, const char *items, GError **error);
/* (transfer full): GPtrArray of char*, the items of each death */
GPtrArray *bt_facts_deaths(BtFacts *facts, gint64 since_ms, GError **error);

/* ---- the spool ---- */

/* The first waiting facts by seq, one line each: as many as fit in `room_bytes` (at least
 * BT_BATCH_MIN_BYTES, at most BT_BATCH_MAX_BYTES). NULL when none waits. */
GBytes *bt_facts_batch(BtFacts *facts, gsize room_bytes, GError **error);
gboolean bt_facts_accept(BtFacts *facts, gint64 from_seq, gint64 to_seq, GError **error);
/* Kept, not sent again. */
gboolean bt_facts_refuse(BtFacts *facts, const char *id, const char *reason, GError **error);
typedef struct {
    gint64 waiting;
    gint64 oldest_ms; /* BT_TIME_MAX when none waits */
} BtSpool;
gboolean bt_facts_spool(BtFacts *facts, BtSpool *spool, GError **error);
/* Drops what was acknowledged or refused and, beyond the limits, the oldest. */
gboolean bt_facts_tidy(BtFacts *facts, gint64 now_ms, GError **error);

/* ---- what sync knows of the sources, for status ---- */
typedef struct {
    char *name, *state, *message; /* state: "ok", "stale", "failed", "captive", "waiting" */
    gint64 last_ok_ms;            /* of the last verified now.json, 0: never */
    gint64 idle_ms;               /* running time since then, over all starts */
    gint64 bytes;                 /* over the network, since the start of sync */
    char *outlook;  /* JSON for status: what is used, what is to come; NULL or "": nothing known */
    char *purposes; /* JSON for status: what the bytes were for; NULL or "": not told apart */
} BtSourceState;
void bt_source_state_free(BtSourceState *state);
gboolean bt_facts_put_source(BtFacts *facts, const BtSourceState *state, GError **error);
/* (transfer full) (nullable) */
BtSourceState *bt_facts_source(BtFacts *facts, const char *name);

/* What a source used of its budgets; survives power cuts. Nothing known: BT_USAGE_INIT. */
gboolean bt_facts_put_usage(BtFacts *facts, const char *name, const BtUsage *usage, GError **error);
BtUsage bt_facts_usage(BtFacts *facts, const char *name);

#endif
