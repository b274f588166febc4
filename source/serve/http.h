/* One request over libmicrohttpd: its head checked, its body bounded, its answer with the headers
 * that every answer has. libmicrohttpd's types stay in this folder. Thread-safety: the server's
 * thread. */
#ifndef BT_SOURCE_HTTP_H
#define BT_SOURCE_HTTP_H

#include "base/json.h"
#include "source/serve/server.h"

struct MHD_Connection;

/* What a handler returns, for the library to hear: TRUE, or FALSE where the connection is to be
 * closed. */
typedef gboolean BtAnswered;

/* The statuses that we answer with (RFC 9110). */
enum {
    BT_HTTP_OK = 200,
    BT_HTTP_CREATED = 201,
    BT_HTTP_NO_CONTENT = 204,
    BT_HTTP_SEE_OTHER = 303,
    BT_HTTP_BAD_REQUEST = 400,
    BT_HTTP_UNAUTHORIZED = 401,
    BT_HTTP_FORBIDDEN = 403,
    BT_HTTP_NOT_FOUND = 404,
    BT_HTTP_CONFLICT = 409,
    BT_HTTP_CONTENT_TOO_LARGE = 413,
    BT_HTTP_TOO_MANY_REQUESTS = 429,
    BT_HTTP_INTERNAL_SERVER_ERROR = 500,
    BT_HTTP_SERVICE_UNAVAILABLE = 503,
    BT_HTTP_INSUFFICIENT_STORAGE = 507, /* RFC 4918 */
};

typedef BtAnswered (*BtHandler)(BtRequest *request);
typedef struct BtLater BtLater;

/* A way into the house: `head`, a part of that form, `tail`. */
typedef enum { BT_PART_NOTHING, BT_PART_ID, BT_PART_HASH, BT_PART_NUMBER } BtPart;
struct BtRoute {
    const char *method, *head; /* method NULL ends a table */
    BtPart part;
    const char *tail;
    gsize body_max; /* 0: no body */
    BtHandler handler;
};
/* What boards ask and say (contract §4). */
extern const BtRoute bt_wire_routes[];

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
    BtLater *later;      /* it sleeps, or was woken just now; NULL */
    guint again;         /* how often its handler ran before (bt_later_again) */
};

/* A header, cookie or argument of the address, NULL when it is missing. Borrowed. */
const char *bt_http_header(const BtRequest *request, const char *name);
const char *bt_http_cookie(const BtRequest *request, const char *name);
const char *bt_http_argument(const BtRequest *request, const char *name);

/* Answers. `body` is borrowed (nullable); `headers` are pairs name, value, NULL-ended (nullable).
 */
BtAnswered bt_http_answer(BtRequest *request, unsigned status, const char *type, GBytes *body,
    const char *const *headers);
/* {"error": WORD}; the second says too when to ask again. */
BtAnswered bt_http_refuse(BtRequest *request, unsigned status, const char *word);
BtAnswered bt_http_refuse_for(
    BtRequest *request, unsigned status, const char *word, int retry_after_s);
/* `json` is borrowed. No cache keeps it; or `headers`, as of bt_http_answer, say who may. */
BtAnswered bt_http_answer_json(BtRequest *request, unsigned status, BtJson *json);
BtAnswered bt_http_answer_json_with(
    BtRequest *request, unsigned status, BtJson *json, const char *const *headers);

/* For an answer that takes a while: the handler returns TRUE, and whoever has the result calls
 * bt_later_answer exactly once, from the server's thread. `request` stays valid until then. Jobs
 * end by server->ending, and answer then too. (transfer none) */
BtLater *bt_http_later(BtRequest *request);
/* `later` is freed. Arguments as of bt_http_answer. */
void bt_later_answer(
    BtLater *later, unsigned status, const char *type, GBytes *body, const char *const *headers);
/* `later` is freed; the request's handler runs once more, from its beginning, as `again`: it
 * finds now what was being made, or that it could not be. */
void bt_later_again(BtLater *later);
/* Answers all who still wait, when the loop has run for the last time. */
void bt_later_end_all(BtServer *server);

/* ---- handlers, by file ---- */

/* static.c */
BtAnswered bt_static_root(BtRequest *request);
BtAnswered bt_static_now(BtRequest *request);
BtAnswered bt_static_manifest(BtRequest *request);
BtAnswered bt_static_order(BtRequest *request);
BtAnswered bt_static_asset(BtRequest *request);
/* events.c */
BtAnswered bt_events_open(BtRequest *request);
/* inbox.c, enrol.c, time.c */
#define BT_TIME_QUESTION_MAX_BYTES 256
BtAnswered bt_post_reports(BtRequest *request);
BtAnswered bt_post_picture(BtRequest *request);
BtAnswered bt_post_enrol(BtRequest *request);
BtAnswered bt_post_time(BtRequest *request);
/* The addresses that the request may have been sent to, as its sender knows them. NULL-ended
 * (transfer full). */
char **bt_http_targets(const BtRequest *request);
/* Answers and returns FALSE when the body is not signed by `key`. */
gboolean bt_signed_check(BtRequest *request, const BtPublicKey *key, BtAnswered *answered);

#endif
