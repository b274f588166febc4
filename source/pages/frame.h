/* What stands around every page: its head, the navigation, who is signed in.
 * Thread-safety: the server's thread. */
#ifndef BT_SOURCE_FRAME_H
#define BT_SOURCE_FRAME_H

#include "source/pages/visit.h"

/* A whole document around `main`. (transfer full) */
GString *bt_frame_around(
    const BtVisit *visit, const char *section, const char *title, const GString *main);
/* <time>: the hour, and the day where it is not today's. */
void bt_frame_add_time(GString *html, GTimeZone *timezone, gint64 now_ms, gint64 at_ms);

#endif
