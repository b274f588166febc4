/* When a screen is to be dark, by the timetable of the manifest that was published to it.
 * Thread-safety: one thread a cache. */
#ifndef BT_SOURCE_TIMETABLE_H
#define BT_SOURCE_TIMETABLE_H

#include <glib.h>

#define BT_TIMETABLES_MAX 100 /* manifests that are remembered */

typedef struct BtTimetables BtTimetables;

/* Of the manifests of this site. (transfer full) */
BtTimetables *bt_timetables_new(const char *site);
void bt_timetables_free(BtTimetables *timetables); /* (nullable) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtTimetables, bt_timetables_free)

/* Whether the display is to be off; FALSE also where the manifest cannot be read. A board whose own
 * configuration has another timetable is not known here. */
gboolean bt_timetables_is_off(BtTimetables *timetables, const char *manifest, gint64 now_ms);

#endif
