/* A batch of new facts on its way into telemetry.h's tables: begin, add each fact that was not here
 * before, end; all within the transaction that keeps the facts. Private to this folder.
 * Thread-safety: one thread a store. */
#ifndef BT_SOURCE_TELLING_H
#define BT_SOURCE_TELLING_H

#include "source/store/reports.h"

typedef struct {
    BtStore *store;     /* borrowed */
    const char *screen; /* borrowed */
    gint64 device, now_ms;
    gint64 from_ms, to_ms; /* whose hours have to be counted anew; none: from_ms >= to_ms */
} BtTelling;

/* Nothing to free. Once something fails, the caller's transaction is to be rolled back. */
BtTelling bt_telling_begin(BtStore *store, const char *screen, gint64 device, gint64 now_ms);
gboolean bt_telling_add(BtTelling *telling, const BtFact *fact, GError **error);
gboolean bt_telling_end(BtTelling *telling, GError **error);

/* ---- by file ---- */

/* hours.c: a stretch of the fact's own words, and the hours of all stretches in [from_ms, to_ms).
 */
gboolean bt_telling_add_stretch(BtTelling *telling, const BtJsonAt *fact, GError **error);
gboolean bt_telling_count_hours(BtTelling *telling, GError **error);
/* played.c */
gboolean bt_telling_add_played(
    BtTelling *telling, const BtJsonAt *fact, gint64 at_ms, GError **error);
/* states.c */
gboolean bt_telling_add_state(
    BtTelling *telling, const BtJsonAt *at, const BtFact *fact, GError **error);

/* A member of a fact, "" or 0 when it is missing or something else. Borrowed. */
const char *bt_telling_text(const BtJsonAt *fact, const char *key);
gint64 bt_telling_number(const BtJsonAt *fact, const char *key);
gboolean bt_telling_is(const BtJsonAt *fact, const char *key);
/* FALSE when it is missing or no time. */
gboolean bt_telling_time(const BtJsonAt *fact, const char *key, gint64 *wall_ms);

#endif
