/* When a screen is to be dark, by the timetable of the manifest that was published to it.
 * Thread-safety: one thread a cache. */
#ifndef BT_SOURCE_OFF_HOURS_H
#define BT_SOURCE_OFF_HOURS_H

#include <glib.h>

#define BT_OFF_HOURS_MAX 100 /* manifests that are remembered */

typedef struct BtOffHours BtOffHours;

/* Of the manifests of this site. (transfer full) */
BtOffHours *bt_off_hours_new(const char *site);
void bt_off_hours_free(BtOffHours *off_hours); /* (nullable) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtOffHours, bt_off_hours_free)

/* Whether the display is to be off; FALSE also where the manifest cannot be read. A board whose own
 * configuration has another timetable is not known here. */
gboolean bt_off_hours_is_off(BtOffHours *off_hours, const char *manifest, gint64 now_ms);

#endif
