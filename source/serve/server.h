/* The server: one thread, one loop. Private to source/; libmicrohttpd's types are seen in the files
 * that include source/serve/daemon.h only. Thread-safety: the server's thread, which is that of
 * bt_server_run. */
#ifndef BT_SOURCE_SERVER_H
#define BT_SOURCE_SERVER_H

#include "source/press/player.h"
#include "source/press/titles.h"
#include "source/serve/events.h"
#include "source/serve/peers.h"
#include "source/serve/session.h"
#include "source/store/store.h"

#include <gio/gio.h>

#define BT_SERVER_MAX_CONNECTIONS 4000
/* Of a request's head, and a buffer for its body. */
#define BT_SERVER_CONNECTION_BYTES (16 * 1024)
#define BT_SERVER_IDLE_S 100 /* boards ask once a minute over a kept connection */

struct MHD_Daemon;
typedef struct BtRoute BtRoute; /* http.h */
typedef struct BtRequest BtRequest;

typedef struct BtServer BtServer;
/* Owned by bt_server_run, but for what is borrowed; handlers read it. */
struct BtServer {
    BtStore *store;   /* borrowed */
    BtClock clock;    /* wall time of documents and reports */
    const char *base; /* the public address, without a slash at its end; NULL: as asked for */
    gboolean is_behind_proxy;             /* it listens on a unix socket */
    const BtRoute *const *routes;         /* tables, NULL-ended; borrowed */
    gboolean (*lost)(BtRequest *request); /* as of BtServerOptions */
    GTimeZone *timezone;
    struct MHD_Daemon *daemon;
    BtPeers *peers;
    BtEvents *events;
    BtSessions *sessions;
    BtTitles *titles;
    const char *program; /* the one that draws previews, as of BtServerOptions */
    BtPlayer *player;    /* what previews are asked of */
    BtServer *practice;  /* the same pages on the practice area; NULL: nobody was there yet */
    BtServer *real;      /* of a practice area: the server that it belongs to; else NULL */
    gint64 change_counter;
    gint64 keep_at_ms;    /* of bt_server_mono_ms: when keep.c is due */
    GPtrArray *sleeping;  /* of BtLater, borrowed: who waits for an answer that takes a while */
    GCancellable *ending; /* cancelled when the server stops: jobs that were started end */
};

typedef struct {
    const char *listen; /* ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH */
    const char *base;
    const char *port_file;        /* NULL: none */
    const char *player;           /* the program `bangtin`; NULL: the one beside this program */
    guint per_peer;               /* connections of one address */
    const BtRoute *const *routes; /* what is served: tables, NULL-ended; the first that fits */
    /* Answers a browser at an address that none of them has; a BtHandler (http.h). */
    gboolean (*lost)(BtRequest *request);
} BtServerOptions;

/* Serves until SIGTERM or SIGINT; all is borrowed until then. FALSE with BT_ERROR_INVALID or
 * BT_ERROR_LIMIT for an address that is none, BT_ERROR_NETWORK when it cannot listen there. */
gboolean bt_server_run(
    BtStore *store, const BtServerOptions *options, const BtClock *clock, GError **error);

/* Those who listen for a screen hear at once what its now.json says; else with the next second. */
void bt_server_tell_news(BtServer *server);

/* The server of the practice area, made at the first call; of itself, itself. Borrowed. (nullable)
 */
BtServer *bt_server_practice(BtServer *server, GError **error);

/* The clock of documents and reports. */
gint64 bt_server_wall_ms(const BtServer *server);
gint64 bt_server_mono_ms(void); /* of this machine, whatever the clock of documents says */

#endif
