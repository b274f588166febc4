/* One request over libmicrohttpd: its head checked, its body bounded, its answer with the headers
 * that every answer has. Private to source/. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_HTTP_H
#define BT_SOURCE_HTTP_H

#include "base/json.h"
#include "source/server.h"

#include <microhttpd.h>

typedef struct BtRequest BtRequest;
typedef enum MHD_Result (*BtHandler)(BtRequest *request);

struct BtRequest {
    BtServer *server;
    struct MHD_Connection *connection;
    const char *method, *path;
    BtPeer *peer;
    BtHandler handler;
    char *name;     /* what the route found in the path: a screen, a hash, a number; "" */
    gsize body_max; /* 0: no body */
    GByteArray *body;
    gsize dropped_bytes; /* of a body that is too large */
};

/* The callbacks of the daemon. */
enum MHD_Result bt_http_on_request(void *server, struct MHD_Connection *connection,
    const char *path, const char *method, const char *version, const char *data, size_t *size,
    void **request);
void bt_http_on_completed(void *server, struct MHD_Connection *connection, void **request,
    enum MHD_RequestTerminationCode code);
void bt_http_on_connection(void *server, struct MHD_Connection *connection, void **peer,
    enum MHD_ConnectionNotificationCode code);

/* A header of the request, NULL when it is missing. Borrowed. */
const char *bt_http_header(const BtRequest *request, const char *name);

/* Answers. `body` is borrowed (nullable); `headers` are pairs name, value, NULL-ended (nullable).
 */
enum MHD_Result bt_http_answer(BtRequest *request, unsigned status, const char *type, GBytes *body,
    const char *const *headers);
/* The same with a response that was made already (transfer full). */
enum MHD_Result bt_http_answer_with(
    BtRequest *request, unsigned status, struct MHD_Response *response, const char *const *headers);
/* {"error": WORD} */
enum MHD_Result bt_http_refuse(BtRequest *request, unsigned status, const char *word);
enum MHD_Result bt_http_refuse_for(
    BtRequest *request, unsigned status, const char *word, int retry_after_s);
enum MHD_Result bt_http_answer_json(BtRequest *request, unsigned status, BtJson *json);

/* ---- handlers, by file ---- */

/* static.c */
enum MHD_Result bt_static_root(BtRequest *request);
enum MHD_Result bt_static_now(BtRequest *request);
enum MHD_Result bt_static_manifest(BtRequest *request);
enum MHD_Result bt_static_asset(BtRequest *request);
/* events.c */
enum MHD_Result bt_events_open(BtRequest *request);
/* signed.c, enrol.c, time.c */
#define BT_TIME_QUESTION_MAX_BYTES 256
enum MHD_Result bt_post_reports(BtRequest *request);
enum MHD_Result bt_post_enrol(BtRequest *request);
enum MHD_Result bt_post_time(BtRequest *request);
/* The addresses that the request may have been sent to, as its sender knows them. NULL-ended
 * (transfer full). */
char **bt_http_targets(const BtRequest *request);
/* Answers and returns FALSE when the body is not signed by `key`. */
gboolean bt_signed_check(BtRequest *request, const BtPublicKey *key, enum MHD_Result *answered);
/* pages.c */
enum MHD_Result bt_page_css_file(BtRequest *request);
enum MHD_Result bt_page_board(BtRequest *request);
enum MHD_Result bt_page_sign_in(BtRequest *request);
enum MHD_Result bt_post_sign_in(BtRequest *request);
enum MHD_Result bt_post_sign_out(BtRequest *request);
enum MHD_Result bt_post_claim(BtRequest *request);
enum MHD_Result bt_post_turn_down(BtRequest *request);

#endif
