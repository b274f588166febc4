/* The relays that run, for supervise: started when show asks, killed when it says so or is gone.
 * Thread-safety: supervise's one thread. */
#ifndef BT_PLAYER_ROLES_STARTED_RELAYS_H
#define BT_PLAYER_ROLES_STARTED_RELAYS_H

#include "player/roles/start.h"

/* One a zone that shows a stream, one ahead: more is refused. */
#define BT_MAX_RELAYS 16

typedef struct {
    struct {
        pid_t pid; /* 0: free */
        gint64 number;
    } relays[BT_MAX_RELAYS];
    char *path; /* of bangtin-relay */
} BtStartedRelays;

void bt_started_relays_init(BtStartedRelays *relays);
void bt_started_relays_clear(BtStartedRelays *relays);
void bt_started_relays_add(BtStartedRelays *relays, gint64 number, const int *fds, guint n_fds);
void bt_started_relays_end(BtStartedRelays *relays, gint64 number);
void bt_started_relays_end_all(BtStartedRelays *relays);
/* TRUE when it was one of them. */
gboolean bt_started_relays_ended(BtStartedRelays *relays, pid_t pid);

#endif
