/* What screens report: facts, one line of JSON each, kept as they came and counted once.
 * Thread-safety: parsing is safe; one thread a store. */
#ifndef BT_SOURCE_REPORTS_H
#define BT_SOURCE_REPORTS_H

#include "base/json.h"
#include "source/store/store.h"

#define BT_REPORT_LINE_MAX_BYTES 2048          /* contract §5 */
#define BT_REPORT_BATCH_MAX_BYTES (256 * 1024) /* contract §5 */
#define BT_REPORT_ID_MAX 200

#define BT_REPORT_AHEAD_MS (5 * BT_MINUTE_MS) /* a clock may be ahead, and still be believed */

typedef struct {
    char *id, *type;
    char *state; /* of a fact of type state; else NULL */
    gint64 seq, at_ms;
    char *line; /* as it came */
} BtFact;

typedef struct {
    char *id;           /* "line N" when the line has none */
    const char *reason; /* static: "syntax", "invalid", "limit", "conflict" */
} BtRefusal;

typedef struct {
    GPtrArray *facts;   /* of BtFact */
    GPtrArray *refused; /* of BtRefusal */
} BtBatch;

/* Takes a batch apart; never fails, every line is a fact or refused. (transfer full) */
BtBatch *bt_batch_parse(const char *data, gsize size_bytes);
void bt_batch_free(BtBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtBatch, bt_batch_free)

/* Keeps the facts of a screen's present device in one transaction; those that are here already
 * count no second time. A fact whose seq is another's goes to `batch->refused`. Afterwards
 * `accepted` holds pairs [from, to] by rising seq. */
gboolean bt_reports_add(BtStore *store, const char *screen, gint64 device, BtBatch *batch,
    GArray *accepted, gint64 now_ms, GError **error);
/* The reply of the contract. (transfer full) */
BtJson *bt_reports_reply(const BtBatch *batch, const GArray *accepted);

/* ---- asking ---- */

typedef struct {
    const char *screen, *type; /* NULL: all */
    gint64 from_ms, to_ms;     /* of the facts' own time, [from, to) */
} BtReportQuery;
typedef gboolean (*BtReportEach)(
    const char *screen, gint64 received_ms, const char *line, gpointer user, GError **error);
/* In the order of screen and seq. */
gboolean bt_reports_each(
    BtStore *store, const BtReportQuery *query, BtReportEach each, gpointer user, GError **error);
/* The newest fact of a type that is not from after `now_ms` (a board's clock may be ahead), parsed;
 * NULL when there is none. (transfer full) */
BtJson *bt_reports_newest(BtStore *store, const char *screen, const char *type, gint64 now_ms);
/* Who had a screen that was taken over, by the newest fact of it ("event": "requisition"). */
#define BT_REPORT_TAKEN_MS BT_DAY_MS /* older ones are history */
typedef struct {
    char *by;
    gint64 from_ms, until_ms; /* as planned; once it ended, as it was */
} BtReportTaken;
/* FALSE: nobody, as far as is known. `taken->by` (transfer full). */
gboolean bt_reports_taken(BtStore *store, const char *screen, gint64 now_ms, BtReportTaken *taken);
/* How long the screen surely was lit and right in [from, to): what "uptime" facts say, overlaps
 * counted once. */
gint64 bt_reports_lit_ms(BtStore *store, const char *screen, gint64 from_ms, gint64 to_ms);

#endif
