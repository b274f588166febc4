/* Server-sent events: a screen that holds one of these open hears at once that there is news. It is
 * a hint to fetch and no more. Private to source/. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_EVENTS_H
#define BT_SOURCE_EVENTS_H

#include <glib.h>

#define BT_EVENTS_MAX_STREAMS 3000
#define BT_EVENTS_BEAT_MS 25000 /* a comment, so that proxies and dead peers are noticed */

typedef struct BtEvents BtEvents;

/* (transfer full) */
BtEvents *bt_events_new(void);
void bt_events_free(BtEvents *events); /* after the daemon */

/* The screen's now.json has this version: those who listen hear it, once each version. */
void bt_events_tell(BtEvents *events, const char *screen, gint64 version);
/* Ids of the screens somebody listens for: (transfer container), of borrowed char* */
GPtrArray *bt_events_screens(BtEvents *events);
/* Sends the beats that are due. */
void bt_events_tick(BtEvents *events, gint64 mono_ms);
/* Lets all streams end; run the daemon afterwards. */
void bt_events_end(BtEvents *events);

#endif
