/* What touches libmicrohttpd. Private to this folder. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_DAEMON_H
#define BT_SOURCE_DAEMON_H

#include "source/serve/http.h"

#include <microhttpd.h>

/* The callbacks of the daemon. */
enum MHD_Result bt_http_on_request(void *server, struct MHD_Connection *connection,
    const char *path, const char *method, const char *version, const char *data, size_t *size,
    void **request);
void bt_http_on_completed(void *server, struct MHD_Connection *connection, void **request,
    enum MHD_RequestTerminationCode code);
void bt_http_on_connection(void *server, struct MHD_Connection *connection, void **peer,
    enum MHD_ConnectionNotificationCode code);

/* bt_http_answer with a response that was made already (transfer full). */
BtAnswered bt_http_answer_with(
    BtRequest *request, unsigned status, struct MHD_Response *response, const char *const *headers);

/* later.c: an answer that nobody waits for any more; the request has ended, not asleep. */
void bt_later_drop(BtRequest *request);
/* practice.c: what waits there to be published; NULL is taken too. */
void bt_practice_tick(BtServer *server);
void bt_practice_free(BtServer *practice);
/* server.c: what draws previews, with the answers it keeps beside the server's store. (transfer
 * full) */
BtPlayer *bt_server_new_player(const BtServer *server);

/* keep.c: each second; works now and then. */
void bt_keep_house(BtServer *server);

#endif
