/* The diary: who did what, when. Each line carries the SHA-256 over the hash of the line before it
 * and over itself:
 *
 *     HASH BEFORE \n NUMBER \n AT_MS \n BYTES OF WHO : WHO \n BYTES OF WHAT : WHAT
 *
 * the hash before the first being 64 zeros, so that a line that was changed, taken out or put in
 * is found. Whoever can write the database can also write a whole new chain: therefore an auditor
 * keeps the last hash that was seen, and asks later whether it is still in the chain.
 * Thread-safety: one thread a store. */
#ifndef BT_SOURCE_DIARY_H
#define BT_SOURCE_DIARY_H

#include "source/store/store.h"

typedef struct {
    gint64 number, at_ms;
    char *who, *what, *hash;
} BtDiaryLine;

typedef struct {
    const char *who;        /* NULL: everybody */
    const GPtrArray *areas; /* of char*: only by accounts that belong to them; NULL: by anybody */
    gint64 from_ms, to_ms;  /* [from, to) */
    gint64 before;          /* only lines with a lower number; G_MAXINT64: all */
    guint max;
} BtDiaryFilter;

typedef struct {
    gint64 n_lines;
    char head[BT_HASH_HEX_SIZE]; /* of the last line that fits */
    gint64 broken;               /* the first line that does not fit; 0: all do */
    gboolean cut;                /* lines at the end are gone */
    gboolean known_found;        /* whether the hash that was asked for is one of them */
} BtDiaryState;

/* The newest first. (transfer full) (nullable): GPtrArray of BtDiaryLine */
GPtrArray *bt_diary_list(BtStore *store, const BtDiaryFilter *filter, GError **error);

/* Computes the whole chain anew. `known` (nullable) is a hash that somebody kept. FALSE only when
 * it cannot be read. */
gboolean bt_diary_verify(BtStore *store, const char *known, BtDiaryState *state, GError **error);

/* For store.c. Adds a line, in the transaction that is open or alone. */
gboolean bt_diary_add(BtDb *db, gint64 at_ms, const char *who, const char *what, GError **error);
/* For store.c. Gives the lines of a database of before there were hashes theirs, once. */
gboolean bt_diary_chain_old(BtDb *db, GError **error);

#endif
