/* What a programme says: what is played, where on the screen, and when. It is read out of the body
 * of a row and written into it; which screens it is for stands in the row's targets.
 * Thread-safety: all but bt_weekly_reaches is safe. */
#ifndef BT_SOURCE_PROGRAMMES_H
#define BT_SOURCE_PROGRAMMES_H

#include "base/json.h"
#include "source/store/store.h"

#define BT_WEEKLY_MAX_TIMES 8
#define BT_DAY_MINUTES (24 * 60)
#define BT_WEEKLY_NOTICES (-1) /* for a playlist: the notices of the screen, in turn */

/* [start, end) of a day, in minutes; an end that is not after its start lies on the next day. */
typedef struct {
    int start_min, end_min; /* the end up to BT_DAY_MINUTES */
} BtWeeklyTimes;

typedef struct {
    char *layout;       /* the name of a built-in one, or the number of a row */
    char *cls;          /* "priority", "ordinary", "filler" */
    int weight;         /* 1 to 100 */
    GHashTable *zones;  /* zone (char*) → gint64* of a playlist, or BT_WEEKLY_NOTICES */
    guint days;         /* bit 0 Monday … bit 6 Sunday; 0: every day */
    char *from, *until; /* "YYYY-MM-DD", "" */
    GArray *times;      /* of BtWeeklyTimes; empty: the whole day */
} BtWeekly;

/* An empty one: the layout "full", ordinary, always. (transfer full) */
BtWeekly *bt_weekly_new(void);
void bt_weekly_free(BtWeekly *programme);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtWeekly, bt_weekly_free)
/* What cannot be read is as in an empty one. (transfer full) */
BtWeekly *bt_weekly_read(const BtJson *body);
/* (transfer full) */
BtJson *bt_weekly_write(const BtWeekly *programme);
/* 0: the zone is not filled. */
gint64 bt_weekly_playlist(const BtWeekly *programme, const char *zone);
void bt_weekly_fill(BtWeekly *programme, const char *zone, gint64 playlist);

typedef enum {
    BT_WEEKLY_FINE,
    BT_WEEKLY_NOTHING, /* no zone is filled */
    BT_WEEKLY_DAYS,    /* `from` or `until` is no day, or they are the wrong way round */
    BT_WEEKLY_TIMES,   /* too many, or a start equals its end */
} BtWeeklyFault;
BtWeeklyFault bt_weekly_fault(const BtWeekly *programme);

/* Monday is 0. "mon" …, as documents write it. Static. */
const char *bt_weekly_day_name(guint day);
/* "YYYY-MM-DD"; FALSE: it is none. */
gboolean bt_weekly_read_day(const char *text, GDate *day);
/* "05:30", as an end also "24:00"; FALSE: it is none. */
gboolean bt_weekly_read_time(const char *text, gboolean is_end, int *minutes);

/* When it is on in the seven days from `monday` on, by day and start; what runs past midnight is
 * two, what began the day before is there. */
typedef struct {
    guint day;
    int start_min, end_min; /* the end is after the start */
} BtWeeklyBlock;
/* (transfer full): GArray of BtWeeklyBlock */
GArray *bt_weekly_week(const BtWeekly *programme, const GDate *monday);

/* Whether targets reach all of `area`, or `screen` (one of the two is NULL): by its own name or by
 * that of an area above it. */
gboolean bt_weekly_reaches(
    BtStore *store, const BtJson *targets, const char *area, const char *screen);
/* Whether targets name it themselves; `key` is "areas" or "screens". */
gboolean bt_weekly_names(const BtJson *targets, const char *key, const char *id);

#endif
