/* The periods of reports, in whole local days.
 *
 * Periodic reports of authorities follow Decree 09/2019/NĐ-CP, article 12: those of a month run
 * from the 15th of the month before to the 14th, those of a year from 15 December to 14 December.
 * The yearly reports on public information are due on 20 November (communes), 5 December, 10
 * December and 25 December (the levels above, in turn); each is the year as far as it has come on
 * the day before it is due, so the last covers the whole of it. Thread-safety: safe. */
#ifndef BT_SOURCE_PERIOD_H
#define BT_SOURCE_PERIOD_H

#include <glib.h>

typedef enum {
    BT_PERIOD_YEAR_20_11,
    BT_PERIOD_YEAR_05_12,
    BT_PERIOD_YEAR_10_12,
    BT_PERIOD_YEAR_25_12,
    BT_PERIOD_MONTH,      /* the last one that has ended: from the 15th to the 14th */
    BT_PERIOD_LAST_MONTH, /* of the calendar */
    BT_PERIOD_QUARTER,    /* of the calendar, the last one that has ended */
    BT_PERIOD_HALF_YEAR,  /* the same */
    BT_PERIOD_YEAR,       /* of the calendar, to yesterday */
    BT_N_PERIODS
} BtPeriod;

/* "year-20-11", …: of addresses and options. Static. */
const char *bt_period_name(BtPeriod period);
/* FALSE for a word that is none. */
gboolean bt_period_parse(const char *word, BtPeriod *period);
/* The first day and the day after the last ("2026-01-15"), as of `now_ms`. Of the four of the year
 * it is the one whose due day comes next, or was at most 30 days ago. (transfer full) */
void bt_period_days(
    BtPeriod period, GTimeZone *timezone, gint64 now_ms, char **first, char **after);
/* A day "YYYY-MM-DD" to its local midnight; FALSE for what is none. */
gboolean bt_period_midnight(const char *day, GTimeZone *timezone, gint64 *midnight_ms);
/* "27/11/2026" of "2026-11-27"; what is no such day stays as it is. (transfer full) */
char *bt_period_day_words(const char *day);
/* The day before, or after, a day. (transfer full) (nullable) */
char *bt_period_next_day(const char *day, int days);

#endif
