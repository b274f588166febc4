/* Private to desk: what the files of notices share. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_NOTICES_PARTS_H
#define BT_SOURCE_NOTICES_PARTS_H

#include "base/json.h"

/* Until when an item is valid, BT_TIME_MAX when it does not say. */
gint64 bt_notice_until_ms(const BtJson *body);
/* Always FALSE, with BT_ERROR_NOT_FOUND. */
gboolean bt_notice_gone(GError **error);

#endif
