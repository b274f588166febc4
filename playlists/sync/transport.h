/* How bytes come from a source, whether it is a web server or a folder: one request at a time, the
 * answer's head first, then its body piece by piece, never more of it than was asked for. */
#ifndef BT_PLAYLISTS_SYNC_TRANSPORT_H
#define BT_PLAYLISTS_SYNC_TRANSPORT_H

#include "base/error.h"
#include "playlists/sync/sync.h"

#define BT_TAG_MAX_BYTES 200        /* longer validators are taken for none */
#define BT_FIELD_MAX_BYTES 63       /* an HTTP date has 29 */
#define BT_LOCATION_MAX_BYTES 1000  /* longer ones are taken for none */
#define BT_ADDRESS_MAX_BYTES 45     /* of IPv6 as text (RFC 4291, 2.2) */
#define BT_CONNECT_TIMEOUT_S 15     /* name, connection and TLS, on a line that is not known … */
#define BT_CONNECT_TIMEOUT_MAX_S 60 /* … or known to be slow */
/* A body without an end of its own must not go on for ever by a byte now and then. Where ways are
 * long it may be slower, for longer: see bt_transport_stretch. */
#define BT_GOOD_GREETING_MS 2500 /* half a second a way: a satellite, with a packet lost */
#define BT_STRETCH_MAX 4.0       /* as of the patience with a connection */
#define BT_LOW_SPEED_BYTES_PER_S 1024
#define BT_LOW_SPEED_S 30
/* How long a document may take in all once it was asked for, in times of BT_LOW_SPEED_S, which is
 * how long it may be silent: a minute for now.json, 11 KB at most, behind which an alert may wait;
 * five for a root or manifest, 1.4 MB at most. It is too small to be held to a speed: of a line
 * with 4 s there and back that loses a third, two lost packets are half a minute. */
#define BT_NOW_TURNS 2
#define BT_DOCUMENT_TURNS 10

typedef struct {
    const char *path; /* "/v1/…", appended to the base; no escapes needed, a query may follow */
    const char *if_none_match;  /* a validator; NULL or "": unconditional */
    const char *if_range;       /* the same, for `offset` */
    guint64 offset;             /* the first byte wanted */
    guint64 length;             /* how many from there are wanted; 0: all. A peer may send more */
    guint64 max_bytes;          /* of this answer's body; one more is BT_ERROR_LIMIT */
    guint turns;                /* BT_…_TURNS for a document; 0: as long as it is fast enough */
    const char *const *headers; /* (nullable) further lines "Name: value", NULL-ended */
} BtGet;

typedef struct {
    const char *path;
    const char *content_type;
    const char *content_encoding; /* (nullable) of the body, which is sent as it is */
    GBytes *body;
    const char *const *headers; /* further lines "Name: value", NULL-ended */
    guint64 max_bytes;          /* of the answer's body */
} BtPost;

typedef struct {
    int status;                     /* of HTTP; a folder speaks the same numbers */
    char tag[BT_TAG_MAX_BYTES + 1]; /* the validator as it was sent, "" when there is none */
    guint64 from;                   /* where the body begins in the whole: 0 but for 206 */
    gint64 total_bytes;             /* of the whole, -1 when not known */
    gboolean resumable;             /* the peer serves ranges */
    gboolean elsewhere;             /* it points to another host */
    gboolean takes_gzip; /* of a POST: it says that such bodies are welcome (RFC 9110, 12.5.3) */
    char location[BT_LOCATION_MAX_BYTES + 1]; /* of a redirect, as it was sent; "" */
    gboolean page;                            /* it calls itself a page for people */
    char retry_after[BT_FIELD_MAX_BYTES + 1];
    char modified[BT_FIELD_MAX_BYTES + 1]; /* Last-Modified as it was sent, "" */
    char date[BT_FIELD_MAX_BYTES + 1];     /* what time the peer says it is, "" when it does not */
} BtAnswer;

/* Where the body of a 2xx answer goes; bodies of other answers are dropped. `begin` comes once,
 * before the first byte, also when the body is empty. FALSE with an error ends the request with
 * that error. */
typedef struct {
    gboolean (*begin)(const BtAnswer *answer, gpointer user, GError **error);
    gboolean (*write)(const void *data, gsize size_bytes, gpointer user, GError **error);
    gpointer user;
} BtSink;

typedef struct BtTransport BtTransport;
struct BtTransport {
    volatile gint *cancelled; /* (nullable) borrowed; set before a request */
    gint64 until_us;          /* of g_get_monotonic_time: the end of any request; 0: no such end */
    gint64 trusted_now_ms;    /* as in envelope.h; a wall clock before it is surely behind */
    guint64 bytes;            /* over the network so far, both ways */
    gint64 asked_ms;          /* the longest wait that a busy peer asked for; the user resets it */
    gboolean fresh;           /* the next request goes by a new connection, and says so by FALSE */
    gint64 greeting_ms;       /* what TCP and TLS of the last connection took; 0: none was made */
    gboolean nameless;        /* the last request failed since nobody resolved the host's name */
    /* The address at which the base's host proved by TLS to be it, last; "" none. */
    char met[BT_ADDRESS_MAX_BYTES + 1];

    /* TRUE when there is an answer, whatever its status; BT_ERROR_NETWORK, BT_ERROR_TIMEOUT,
     * BT_ERROR_CAPTIVE (a certificate of somebody else), BT_ERROR_LIMIT, BT_ERROR_UNSUPPORTED (a
     * content encoding), or the sink's own error. */
    gboolean (*get)(BtTransport *, const BtGet *, const BtSink *, BtAnswer *, GError **);
    gboolean (*post)(BtTransport *, const BtPost *, const BtSink *, BtAnswer *, GError **);
    void (*free)(BtTransport *);
};

typedef struct {
    const char *base; /* without a slash at its end */
    const char *ca_path, *pin;
    const char *connect_to; /* (nullable) "ADDRESS" or "ADDRESS:PORT" where the base's host is met,
                               whatever its name resolves to */
    gboolean insecure_host;
    guint64 max_bytes_per_s;
    guint low_speed_s; /* give up after so long below BT_LOW_SPEED_BYTES_PER_S, a document after
                          so long without a byte; 0: never */
    guint silence_s;   /* give up after so long without a byte; 0: never */
    BtSyncNow now;     /* for certificates; NULL: the wall clock, unless it is surely behind */
    gpointer now_user;
} BtTransportOptions;

/* By the scheme of `base`: https, http (to the loopback, or insecure_host), file. BT_ERROR_INVALID.
 * Options are copied. (transfer full) (nullable) */
BtTransport *bt_transport_new(const BtTransportOptions *options, GError **error);
void bt_transport_free(BtTransport *transport);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtTransport, bt_transport_free)

/* The two kinds. `folder` is a path. */
BtTransport *bt_fetch_new(const BtTransportOptions *options, gboolean plain_http);
BtTransport *bt_tree_new(const char *folder);

/* A small document, whole in memory; `*bytes` stays NULL unless the status is 2xx. The error names
 * the path. */
gboolean bt_transport_read(
    BtTransport *transport, const BtGet *get, BtAnswer *answer, GBytes **bytes, GError **error);
/* The same for the answer to a POST. */
gboolean bt_transport_send(
    BtTransport *transport, const BtPost *post, BtAnswer *answer, GBytes **bytes, GError **error);

/* The error for an answer nobody can use: 403, 404 and 410 BT_ERROR_NOT_FOUND; 511 and a redirect
 * to another host BT_ERROR_CAPTIVE; all else NETWORK. */
void bt_answer_fail(const BtAnswer *answer, const char *path, GError **error);
/* How long a 429 or 503 asks to wait, by seconds or a date; 0 when it does not. At most a day. */
gint64 bt_answer_asked_ms(const BtAnswer *answer, gint64 wall_ms);
/* A page for people, where a document was asked for: BT_ERROR_CAPTIVE. */
gboolean bt_answer_check_page(GBytes *bytes, const char *path, GError **error);

/* IMF-fixdate, English whatever the locale. (transfer full) */
char *bt_http_date(gint64 wall_ms);
/* The same back; BT_TIME_MIN: it is no such date. */
gint64 bt_http_parse_date(const char *text);
/* How many times as long as on a good line anything may take: 1 up to a greeting of
 * BT_GOOD_GREETING_MS, and in proportion up to 4. */
double bt_transport_stretch(const BtTransport *transport);
/* For the requests from now on; NULL: they may take as long as they like. */
void bt_transport_be_patient(BtTransport *transport, const BtPatience *patience);
gboolean bt_transport_is_cancelled(const BtTransport *transport, GError **error);

#endif
