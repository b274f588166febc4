/* What a source may cost: bytes a day and a month, and the hours for what is heavy. Pure: how much
 * went over the line, the limits, the time and what is wanted in; go or wait until out.
 *
 * Days and months are those of the board's time zone. All times come from the caller; nothing here
 * reads a clock or a file. Thread-safety: safe (values). */
#ifndef BT_PLAYLISTS_SYNC_BUDGET_H
#define BT_PLAYLISTS_SYNC_BUDGET_H

#include "playlists/model/manifest.h"

#define BT_BUDGET_HEAVY_BYTES (4 * 1024 * 1024) /* the default of `heavy_bytes` */

typedef struct {
    guint64 day_bytes, month_bytes; /* 0: no limit */
    GArray *heavy; /* of BtTimes: local hours for what is heavy; NULL or empty: all. Borrowed */
    guint64 heavy_bytes; /* a picture above it is heavy, as every film and sound is */
    GTimeZone *zone;     /* of the board. Borrowed */
} BtBudget;

/* What was used in one day or month. */
typedef struct {
    gint64 label;        /* days, or months, since 1970 by the board's zone; -1: not known */
    guint64 bytes;       /* both ways */
    guint64 asset_bytes; /* of them, bodies of assets */
    gint64 ran_ms;       /* running time since it began, over all starts */
    guint told;          /* bits (1 << BtValue): that it is used up for these */
} BtSpan;

/* To be kept over restarts; a new one is BT_USAGE_INIT. The anchor is of this run only: it says by
 * how much the wall clock should have moved since, and is not to be kept. */
typedef struct {
    BtSpan day, month;
    gint64 mono_ms;                        /* of the last call, -1: none in this run */
    gint64 anchor_wall_ms, anchor_mono_ms; /* when the wall clock was last believed; -1: never */
} BtUsage;
#define BT_USAGE_INIT                                                                              \
    (BtUsage)                                                                                      \
    {                                                                                              \
        .day = { .label = -1 }, .month = { .label = -1 }, .mono_ms = -1, .anchor_mono_ms = -1      \
    }

typedef struct {
    gint64 wall_ms, mono_ms; /* of BtClock */
    gboolean trusted;        /* the wall clock counts */
} BtBudgetTime;

/* Lets time pass up to `now` and counts `bytes`, of them `asset_bytes` of assets. A day or month
 * ends when the wall clock has moved past it by itself; a clock that jumps takes the count along,
 * and one that is behind or not trusted leaves it to running time: 25 hours, 31 days and one hour.
 */
void bt_usage_add(BtUsage *usage, const BtBudget *budget, const BtBudgetTime *now, guint64 bytes,
    guint64 asset_bytes);

/* How much something is worth. */
typedef enum {
    BT_VALUE_WORD,    /* documents, subtitles, all of an alert: never waits, but counts */
    BT_VALUE_PICTURE, /* waits when a budget is used up */
    BT_VALUE_HEAVY,   /* waits for its hours too, and leaves a fifth of each budget to pictures */
} BtValue;

typedef enum { BT_MAY_GO, BT_MAY_HOURS, BT_MAY_DAY, BT_MAY_MONTH } BtMayWord;
typedef struct {
    BtMayWord word;  /* why not; the word that holds longest */
    guint64 bytes;   /* GO: so many, then ask again; G_MAXUINT64: no limit */
    gint64 until_ms; /* else: the wall instant at which it may, if no clock jumps; never past a
                        year: BT_TIME_MAX */
} BtMay;
/* `usage` was brought up to `now` by bt_usage_add. With a clock that is not trusted the hours are
 * set aside, as timetables are, so that a board that never learns the time still gets its films. */
BtMay bt_budget_ask(
    const BtBudget *budget, const BtUsage *usage, const BtBudgetTime *now, BtValue value);

/* The first wall instant after now at which the answer may differ by time alone. */
gint64 bt_budget_edge_ms(const BtBudget *budget, const BtBudgetTime *now);

/* "hours", "day", "month"; "" for GO. Static. */
const char *bt_may_word(BtMayWord word);

#endif
