/* What a screen is asked for in its now.json. No publishing key signs that, so it can only make a
 * screen quieter, and each command is acted on once. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_COMMANDS_H
#define BT_SOURCE_COMMANDS_H

#include "source/store/store.h"

#define BT_COMMAND_MAX_MINUTES 1440

/* Whether there is such a verb: "cut", "darken", "mute", "restart", "identify", "screenshot". */
gboolean bt_commands_is_verb(const char *verb);
/* Enters a command that stands until `until_ms`, notes it under `who`, and signs the screen's
 * now.json anew. BT_ERROR_NOT_FOUND (the screen), BT_ERROR_INVALID (the verb), BT_ERROR_LIMIT
 * (BT_FRESH_MAX_COMMANDS stand). The id that the screen will report (transfer full) (nullable). */
char *bt_commands_send(BtStore *store, const char *screen, const char *verb, gint64 until_ms,
    const char *who, gint64 now_ms, GError **error);

#endif
