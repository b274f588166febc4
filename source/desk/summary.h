/* What officials hand in of a period and an area: what the screens did, what was shown, where
 * boards work. Numbers only; the words are those of summary-tables.h.
 *
 * A screen counts where it stands now, whatever area it stood in before. Its time is counted from
 * its first report on, until it was retired or the present; planned is that time without the hours
 * in which it was off by its timetable. planned = lit + unconfirmed + not showing + unknown.
 * Thread-safety: one thread a store; it takes seconds, so the server asks in a thread of its own,
 * with a store of its own. */
#ifndef BT_SOURCE_SUMMARY_H
#define BT_SOURCE_SUMMARY_H

#include "source/desk/areas.h"
#include "source/store/store.h"

#define BT_FIELDS 7 /* 0: none given; 1 to 6 as manifests and LoaiLinhVuc count them */
#define BT_SUMMARY_WORKS_MS (7 * BT_DAY_MS) /* a board works that was lit in the last days */

typedef struct {
    char *id, *name, *area;
    gint64 planned_ms, lit_ms,
        cut_ms; /* cut: of lit, with the picture that an operator asked for */
    gint64 unconfirmed_ms, not_showing_ms, unknown_ms; /* without off by timetable */
    gint64 off_ms;
    gboolean works;
} BtSummaryScreen;

typedef struct {
    char *state, *cause; /* as telemetry tells them; "unknown", "": nobody told */
    gint64 ms;
    guint n_screens;
} BtSummaryCause;

typedef struct {
    char *id, *name;
    BtAreaKind kind;
    guint depth;                /* below the area that was asked for */
    guint n_screens, n_working; /* in it and in those that lie in it */
} BtSummaryArea;

/* Why an essential bulletin was not on a screen. */
typedef enum {
    BT_UNSHOWN_NO_CONTACT, /* the board told of no hour in that time: it was not received */
    BT_UNSHOWN_FAILED,     /* it was on, and could not be shown */
    BT_UNSHOWN_NOT_LIT,    /* the screen was never lit in that time; causes in `cause` */
    BT_UNSHOWN_NO_TURN,    /* the screen was lit, and its turn did not come */
    BT_N_UNSHOWN
} BtUnshown;

typedef struct {
    char *item, *title, *issuer, *issued_on, *document, *languages;
    int field;
    guint n_published, n_received, n_shown; /* screens */
    gint64 count, ms;
    guint unshown[BT_N_UNSHOWN]; /* screens by why */
} BtSummaryBulletin;

typedef struct {
    guint n_items;
    gint64 count, ms;
} BtSummaryPlayed;

typedef struct {
    char *area, *area_name;
    gint64 from_ms, to_ms, now_ms;
    GPtrArray *screens;   /* of BtSummaryScreen, by id; without those that were never heard of */
    guint n_unheard;      /* those */
    GPtrArray *causes;    /* of BtSummaryCause, the longest first */
    GPtrArray *areas;     /* of BtSummaryArea, in the order of the tree */
    GPtrArray *bulletins; /* of BtSummaryBulletin: the essential ones */
    BtSummaryPlayed fields[BT_FIELDS];
    GHashTable *languages; /* tag ("" not known) → BtSummaryPlayed */
} BtSummary;

typedef struct {
    const char *area;
    gint64 from_ms, to_ms; /* local midnights, [from, to) */
} BtSummaryQuery;

/* BT_ERROR_NOT_FOUND for an area that is not there. (transfer full) (nullable) */
BtSummary *bt_summary_make(
    BtStore *store, const BtSummaryQuery *query, gint64 now_ms, GError **error);
void bt_summary_free(BtSummary *summary); /* (nullable) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtSummary, bt_summary_free)

/* The sum over its screens. */
BtSummaryScreen bt_summary_total(const BtSummary *summary);

#endif
