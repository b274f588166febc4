/* The Vietnamese lunar calendar: months begin with the new moon as seen at UTC+7.
 * Thread-safety: safe (pure). */
#ifndef BT_PLAYER_STAGE_LUNAR_H
#define BT_PLAYER_STAGE_LUNAR_H

#include <glib.h>

/* The solar years that can be asked for. */
#define BT_LUNAR_MIN_YEAR 1900
#define BT_LUNAR_MAX_YEAR 2199

typedef struct {
    int day, month, year; /* 1 to 30, 1 to 12; the year in which the lunar year begins */
    gboolean leap;        /* the second month of this number */
} BtLunar;

/* The lunar date of a solar one (proleptic Gregorian). FALSE outside the years above or when there
 * is no such day. */
gboolean bt_lunar_of(int day, int month, int year, BtLunar *lunar);

/* The year's name in the cycle of sixty, "Bính Ngọ". (transfer full) */
char *bt_lunar_year_name(int lunar_year);

#endif
