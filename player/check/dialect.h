/* `bangtin check` of a dialect's file: whether it can be read, and what it cannot say or
 * understand. Thread-safety: the main thread. */
#ifndef BT_PLAYER_CHECK_DIALECT_H
#define BT_PLAYER_CHECK_DIALECT_H

#include "player/check/report.h"

/* Whether this file means to be a dialect, also one that is not well-formed. */
gboolean bt_check_is_dialect(const char *path);
/* Fills a report that has its path. */
void bt_check_dialect(BtCheckReport *report);

#endif
