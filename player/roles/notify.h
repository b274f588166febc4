/* What the service manager is told (sd_notify): ready, alive, what goes on, ending. Nothing at all
 * where there is none. Thread-safety: the main thread of one process. */
#ifndef BT_PLAYER_ROLES_NOTIFY_H
#define BT_PLAYER_ROLES_NOTIFY_H

#include "base/clock.h"

/* A beat vouches for so long: one may be lost on a busy machine. */
#define BT_NOTIFY_VOUCH_MS 2000

typedef struct BtNotify BtNotify;

BtNotify *bt_notify_new(void);
void bt_notify_free(BtNotify *notify);

/* A picture is on the glass and the loop that drew it turns. The first time: READY. Feeds the
 * watchdog now, and while BT_NOTIFY_VOUCH_MS last at half the interval that the service manager
 * asks for, should that be shorter than the time between two beats. */
void bt_notify_beat(BtNotify *notify);
/* One line for `systemctl status`. */
void bt_notify_status(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* The end began. */
void bt_notify_stopping(void);

#endif
