/* sync: one native source into the cache. Folder (file:///PATH) or HTTPS; both hold the same tree.
 *
 * One round: now.json by a conditional request; the roots N+1, N+2 … to the first 404; then the
 * alert and its assets, the order that ends cuts, the manifest, its assets in the order text
 * documents, pictures, images, video, each verified while it streams. When everything a document
 * needs is whole in the cache, the document is *ready* and written as such; which instant it counts
 * from is show's to decide. A round downloads for a minute at most where it can go on later, so
 * that an alert never waits behind a film. Thread-safety: one thread a sync. Nothing here touches
 * the display. */
#ifndef BT_PLAYLISTS_SYNC_SYNC_H
#define BT_PLAYLISTS_SYNC_SYNC_H

#include "base/clock.h"
#include "base/sign.h"
#include "playlists/cache/cache.h"
#include "playlists/envelope/envelope.h"
#include "playlists/sync/forecast.h"

/* What time it is, to whoever has a source fetched: `*known` TRUE; else it is not known, and what
 * is returned is the latest instant that is surely past. Called from any thread. */
typedef gint64 (*BtSyncNow)(gboolean *known, gpointer user);

typedef struct {
    const char *name;      /* of [source NAME] */
    const char *base;      /* "https://host/path" or "file:///path", without /v1 */
    const char *source_id; /* that documents must name; "" takes the root's */
    const char *screen;
    const char *root_path;        /* the first root's file; NULL when it is in the cache already */
    const char *root_fingerprint; /* NULL: the file itself is the proof */
    const char *ca_path;          /* PEM of a private CA; NULL: the system's */
    const char *pin;              /* "sha256//BASE64" of the peer's key; NULL */
    gboolean insecure_host;       /* plain http to this host was allowed by name */
    guint64 max_bytes_per_s;      /* 0: no limit */
    gboolean may_begin_anew; /* floors and root that cannot be read (BT_ERROR_IO) count as lost;
                                else bt_sync_new fails, to be tried again */
    BtSyncNow now; /* for certificates; NULL: the wall clock, unless it is surely behind */
    gpointer now_user;
} BtSyncSource;

typedef struct BtSync BtSync;

/* What a round found. Events are for the log and for reports. */
typedef enum {
    BT_SYNC_UNCHANGED,
    BT_SYNC_NEW,    /* now.json, a manifest or an alert became ready: tell show */
    BT_SYNC_FAILED, /* with GError; what was in force stays */
} BtSyncResult;

typedef struct {
    const char *type; /* static: "refused", "fetched", "resumed", "restarted", "skipped", "waiting",
                         "mended", "place" */
    const char *reason; /* static word of bt_error_reason, or "" */
    char *what; /* the document's name, or the sha256 of a manifest, alert or asset; waiting:
                   "day" or "month", whose budget is used up, or an asset; told once */
    char *message;
} BtSyncEvent;
typedef void (*BtSyncOnEvent)(const BtSyncEvent *event, gpointer user);

/* `source` is copied. (transfer full) (nullable). `key` (borrowed, nullable) signs reports. */
BtSync *bt_sync_new(const BtSyncSource *source, BtCache *cache, const BtKey *key,
    BtSyncOnEvent on_event, gpointer user, GError **error);
void bt_sync_free(BtSync *sync);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtSync, bt_sync_free)

/* One round, blocking, interruptible by `cancelled` (nullable). `trusted_now_ms` as in envelope.h.
 * What is ready stands afterwards in the cache as documents of the source: "root.N.json" from
 * "root.first" on (its N in decimal digits), "now.json", "order.ready", "manifest.ready" and
 * "alert.ready" (64
 * digits without a line end: the sha256 of an envelope that is, with all it needs, in objects/;
 * alert.ready is empty or missing when there is no alert). BT_SYNC_NEW comes also when something
 * else failed, which was told as an event and fails again in the next round. Only failures of
 * the way call for a slower pace; others are of one document or asset and must not keep an alert
 * waiting (an asset that came wrong waits by itself before it is tried again). */
BtSyncResult bt_sync_round(
    BtSync *sync, gint64 trusted_now_ms, volatile gint *cancelled, GError **error);

/* BT_ERROR_NETWORK, BT_ERROR_TIMEOUT, BT_ERROR_CAPTIVE, BT_ERROR_IO: the fault of the line or of
 * this box, not of what came. */
gboolean bt_sync_is_of_the_way(const GError *why);

/* Whether the last round was told what is newest by a now.json that holds. */
gboolean bt_sync_has_heard(const BtSync *sync);
/* The first thing that went wrong in the last round, whatever became of the others; NULL: nothing.
 * Borrowed until the next round. */
const GError *bt_sync_trouble(const BtSync *sync);

/* The last round paused a download: begin the next at once. */
gboolean bt_sync_is_unfinished(const BtSync *sync);
/* How long the peer asked us to wait in the last round (429, 503), at most a day; 0: it did not. */
gint64 bt_sync_asked_ms(const BtSync *sync);
/* A manifest of this source is ready, perhaps from a start before. */
gboolean bt_sync_has_ready(const BtSync *sync);
/* When the newest now.json that verified was issued; 0: there is none. */
gint64 bt_sync_issued_ms(const BtSync *sync);

/* Bytes over the network since bt_sync_new, both ways, headers included, and what a TLS handshake
 * takes about. */
guint64 bt_sync_bytes(const BtSync *sync);

/* ---- what it may cost ---- */

/* `usage` is to be written down before more is fetched: what was used, and some that is about to
 * be, so that a power cut never forgets a byte. From within a round. */
typedef void (*BtSyncOnUsage)(const BtUsage *usage, gpointer user);

/* From now on rounds keep within `budget` (copied); `usage` as it was last written down. Without
 * this call nothing is counted and nothing waits. What waits is no failure: the round goes on. */
void bt_sync_set_budget(
    BtSync *sync, const BtBudget *budget, const BtUsage *usage, BtSyncOnUsage on_usage);
/* What time it is, before each round, and after it for bt_sync_outlook. Bytes that came since the
 * last call are counted at `now`; `more_bytes` went another way (the stream of hints). */
void bt_sync_set_time(BtSync *sync, const BtBudgetTime *now, guint64 more_bytes);

/* How things stand after a round. */
typedef struct {
    BtUsage usage;
    BtBacklog
        backlog; /* of the documents that the newest now.json names, as far as they are known */
    BtMay waits; /* GO: nothing waits */
    guint64 bytes_per_s; /* as observed with assets in this run; 0: not yet */
    BtForecast forecast;
} BtSyncOutlook;
/* FALSE without a budget. */
gboolean bt_sync_outlook(BtSync *sync, BtSyncOutlook *outlook);

/* Everything the manifests and the alert that are in force, ready, or were ready before need, as
 * sha256, added to `keep` (which frees its keys by g_free). FALSE: one of them cannot be read now,
 * so that nobody knows what it needs, and nothing may be evicted. */
gboolean bt_sync_add_needed(BtSync *sync, GHashTable *keep);
/* Bytes of the newest documents' assets that have not arrived yet. */
guint64 bt_sync_missing_bytes(BtSync *sync);

/* ---- hints: server-sent events of the source, trusted for nothing ---- */
typedef struct BtHints BtHints;

/* Listens in a thread of its own and calls `on_hint` from that thread, at most once a second: a
 * round may be worth it now. A source without such a stream is asked again each 10 minutes; a
 * folder has none. `source` is read only here. (transfer full) (nullable) */
BtHints *bt_hints_new(
    const BtSyncSource *source, void (*on_hint)(gpointer user), gpointer user, GError **error);
/* Bytes over the network since the last call, for the budget. Any thread. */
guint64 bt_hints_take_bytes(BtHints *hints);
/* Returns within about a second; `on_hint` is not called after it. */
void bt_hints_free(BtHints *hints);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtHints, bt_hints_free)

/* With a request of reports or of the time. */
typedef struct {
    gint64 limit_ms;          /* give up after so long; 0: no such limit */
    volatile gint *cancelled; /* (nullable) */
    gboolean stretches;       /* the limit is up to 4 times as long where ways are long */
} BtPatience;

/* ---- the time of the source ---- */

/* Asks what time it is, blocking. `*envelope` (transfer full) is the answer as it came, of
 * BT_TIME_MAX_BYTES at most; NULL after failure. BT_ERROR_NOT_FOUND: this source tells no time, as
 * a folder and a plain web server do not. */
gboolean bt_sync_ask_time(BtSync *sync, const BtNonce *nonce, const BtPatience *patience,
    GBytes **envelope, GError **error);
/* As bt_trust_verify_time, by what this sync trusts. */
gboolean bt_sync_verify_time(const BtSync *sync, GBytes *envelope, const BtNonce *nonce,
    gint64 floor_ms, gint64 *utc_ms, GError **error);

/* ---- reports: POST of a batch of NDJSON, signed by the device (RFC 9421) ---- */
typedef struct {
    GArray *accepted;      /* of gint64 pairs [from, to] by seq */
    GHashTable *refused;   /* fact id → reason */
    gint64 retry_after_ms; /* the peer asked to wait so long; 0 */
} BtPushReply;
/* TRUE when the peer answered 200 with a reply of the right form; at most 256 KB a batch. `wall_ms`
 * is the date that is signed; a peer that calls it stale is believed its own, once. `reply` is to
 * be cleared in both cases; after 429 or 503 it has retry_after_ms. A batch that was given up may
 * have arrived: facts keep their ids and numbers, and count once. */
gboolean bt_sync_push(BtSync *sync, GBytes *ndjson, gint64 wall_ms, const BtPatience *patience,
    BtPushReply *reply, GError **error);
void bt_push_reply_clear(BtPushReply *reply);

/* What became of a picture. */
typedef enum {
    BT_SYNC_PICTURE_TAKEN,
    BT_SYNC_PICTURE_LATER,  /* the line, a busy peer, the budget: the same or a newer one again */
    BT_SYNC_PICTURE_REFUSED /* the peer does not want this one */
} BtSyncPicture;
/* A small picture of the glass (image/webp), signed like a batch of reports, as far as the budget
 * has room for a picture. */
BtSyncPicture bt_sync_push_picture(
    BtSync *sync, GBytes *webp, gint64 wall_ms, const BtPatience *patience);

/* `wall_ms`: what time it is, or the latest instant that is surely past when that is later.
 * Enrolment: POST BASE/v1/enrol {"key":BASE64,"code":CLAIM}, signed like a report; the claim code,
 * eight letters and digits derived from the key, is what both sides show. The answer is 202
 * {"status":"waiting"} until an operator claims it, then 200 {"screen":ID,"root":BASE64 of an
 * envelope}. One request: TRUE with `*screen` and `*root` NULL while it waits. */
void bt_claim_code(const BtPublicKey *key, char code[10]); /* "ABCD-EFGH" */
gboolean bt_sync_enrol(const char *base, const char *ca_path, gboolean insecure_host,
    const BtKey *key, gint64 wall_ms, char **screen, GBytes **root, GError **error);

#endif
