/* Dates in Vietnamese words, solar and lunar. Thread-safety: safe (pure). */
#ifndef BT_PLAYER_STAGE_CALENDAR_H
#define BT_PLAYER_STAGE_CALENDAR_H

#include <glib.h>

/* "Chủ nhật, 22/11/2026". (transfer full) */
char *bt_calendar_day(GDateTime *local);
/* "Âm lịch: 14 tháng 10 năm Bính Ngọ", or short "ÂL 14/10 Bính Ngọ"; "" outside the lunar
 * calendar's years. (transfer full) */
char *bt_calendar_lunar(GDateTime *local, gboolean short_form);
/* The day in fewer and fewer words, for lines of any length: "Chủ nhật, 22/11/2026", "Chủ nhật,
 * 22/11", "22/11", "". (transfer full) */
char **bt_calendar_day_wordings(GDateTime *local);
/* The lunar day likewise: both forms, "ÂL 14/10", "". (transfer full) */
char **bt_calendar_lunar_wordings(GDateTime *local);
/* "2026-11-20" as "20/11/2026"; other text as it is. (transfer full) */
char *bt_calendar_issued(const char *issued_on);
/* The first instant after `t_ms` at which the local clock shows a new second or minute, or a day
 * begins; `step_ms` BT_SECOND_MS or BT_MINUTE_MS. Time zones are shifted by whole minutes. */
gint64 bt_calendar_next(gint64 t_ms, gint64 step_ms);
/* The local time of `t_ms`; what lies behind the local year 9999 is on its last day. (transfer
 * full)
 */
GDateTime *bt_calendar_local(gint64 t_ms, GTimeZone *zone);

#endif
