/* The local socket state/control: one JSON line asks, one JSON line answers. Mode 0600, so only the
 * user of the player and root reach it; there is no port on the network. Requests:
 * {"verb":"status"|"cut"|"resume"|"pattern","name":…}. Answers: an object; {"error":…} on failure.
 * Thread-safety: the thread that runs the main context. */
#ifndef BT_PLAYER_SHOW_CONTROL_H
#define BT_PLAYER_SHOW_CONTROL_H

#include "base/json.h"

#define BT_CONTROL_MAX_BYTES 4096
#define BT_CONTROL_REPLY_MAX_BYTES (256 * 1024)
#define BT_CONTROL_TIMEOUT_S 5

typedef struct BtControl BtControl;

typedef struct BtControlTalk BtControlTalk; /* somebody who asked and waits */

/* Answers one request: an object (transfer full); NULL: bt_control_reply will, once for each. */
typedef BtJson *(*BtControlAnswer)(
    const char *verb, const char *name, BtControlTalk *talk, gpointer user);
/* `reply` (transfer full); the talk is over. Before bt_control_close. */
void bt_control_reply(BtControlTalk *talk, BtJson *reply);

/* (transfer full) (nullable) BT_ERROR_IO. A socket left by a dead player is replaced. */
BtControl *bt_control_open(const char *path, BtControlAnswer answer, gpointer user, GError **error);
void bt_control_close(BtControl *control);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtControl, bt_control_close)

/* The other end: asks a running player. BT_ERROR_NOT_FOUND when none runs; BT_ERROR_FAILED with its
 * words. (transfer full) (nullable) */
BtJson *bt_control_ask(const char *path, const char *verb, const char *name, GError **error);

#endif
