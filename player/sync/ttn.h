/* The worker of a TTN source, shared by the files that make it up. Three threads, so that nothing
 * waits behind what is slow:
 *   - the desk takes what was said into the store and composes the documents, never on the network;
 *   - the talk says what the board has to say, and asks where there is no broker;
 *   - the fetch brings media into the cache, and keeps the books.
 * Each has hands of its own, its connections to store, ledger and cache. What they share stands in
 * BtSyncTtn, under its mutex. Private to these files. */
#ifndef BT_PLAYER_SYNC_TTN_H
#define BT_PLAYER_SYNC_TTN_H

#include "player/facts/found.h"
#include "player/facts/outbox.h"
#include "player/sync/role.h"
#include "playlists/sync/ttn/mqtt.h"
#include "playlists/sync/ttn/store.h"

#define BT_TTN_QUEUE_MAX 2000 /* messages that wait for the desk; what comes then is refused */
#define BT_TTN_TIDY_MS (30 * BT_DAY_MS) /* what is over is kept so long, for reports of it */

typedef struct {
    BtCache *cache;
    BtFacts *facts;
    BtTtnStore *store;
    BtSyncVoice *voice;
} BtTtnHands;

/* What comes to the desk. */
typedef enum {
    BT_TTN_NOTE_SAID,  /* `body` came on `topic`, or as the answer to a poll (NULL) */
    BT_TTN_NOTE_MEDIA, /* something arrived, or was given up */
    BT_TTN_NOTE_HEARD, /* somebody is there */
    BT_TTN_NOTE_WOKEN, /* perhaps show found something out */
    BT_TTN_NOTE_STOP,
} BtTtnNoteKind;

typedef struct {
    BtTtnNoteKind kind;
    char *topic;
    GBytes *body;
    gboolean kept; /* by the broker: it may have been said long ago */
    gint *done; /* (nullable) of g_atomic_rc_box: set, atomically, when it is durable or refused */
} BtTtnNote;

/* One of the two documents, as it was made last. */
typedef struct {
    char plain[BT_HASH_HEX_SIZE]; /* of what it says beside its version and dates; "" nothing */
    char sha256[BT_HASH_HEX_SIZE], before[BT_HASH_HEX_SIZE];
    gint64 renewed_ms; /* its dates count from here */
} BtTtnMade;

struct BtSyncTtn {
    BtSyncRole *role;
    const BtConfigSource *source;
    char *who;
    BtDialect *dialect;
    GPtrArray *layouts; /* of BtTtnLayout */
    GThread *desk, *talk, *fetch;
    GAsyncQueue *queue;              /* of BtTtnNote */
    gint hurry;                      /* atomic: the fetch should look again what is most urgent */
    guint64 fetch_wakes, talk_wakes; /* under the mutex, with its condition */
    GMutex mutex;
    GCond wake;
    GMutex publishing;    /* held while the talk uses `mqtt`; before the other mutex */
    BtMqtt *mqtt;         /* under the mutex; NULL: none, or not now */
    gboolean connected;   /* under the mutex: to the broker */
    char *mqtt_trouble;   /* under the mutex: why not; "" */
    gint64 heard_ms;      /* under the mutex: wall, when somebody of theirs last spoke; 0 */
    guint64 talked_bytes; /* under the mutex: not in the books yet */
    guint64 broker_bytes; /* of the talk, since the start */
    guint64 media_bytes;  /* under the mutex: since the start */
    char *outlook;        /* under the mutex: for status; NULL */
    BtBudget budget;
    BtTtnMade made[2]; /* of the desk, by BtTtnDocument */
    gboolean made_is_read;
    BtFound found; /* of the desk: what the documents were composed by */
};

/* ---- ttn.c: the whole of it ---- */
/* `role` is borrowed. NULL with BT_ERROR_* when the configuration cannot work: no dialect, a layout
 * that is none. (transfer full) (nullable) */
BtSyncTtn *bt_sync_ttn_new(BtSyncRole *role, const BtConfigSource *source, GError **error);
void bt_sync_ttn_start(BtSyncTtn *ttn);
/* After the role was cancelled: waits for its threads. */
void bt_sync_ttn_finish(BtSyncTtn *ttn);
void bt_sync_ttn_free(gpointer ttn);
/* The role was woken: the talk has perhaps something to say, the desk something to learn. Any
 * thread. */
void bt_sync_ttn_wake(BtSyncTtn *ttn);

gboolean bt_ttn_hands_open(BtSyncTtn *ttn, BtTtnHands *hands, GError **error);
/* Tries until it succeeds; FALSE: the role was cancelled. */
gboolean bt_ttn_hands_wait(BtSyncTtn *ttn, BtTtnHands *hands);
void bt_ttn_hands_close(BtTtnHands *hands);

gboolean bt_ttn_is_over(BtSyncTtn *ttn); /* cancelled */
gint64 bt_ttn_now_ms(BtSyncTtn *ttn);
/* To the desk. Any thread. */
void bt_ttn_tell_desk(BtSyncTtn *ttn, BtTtnNoteKind kind, const char *topic, GBytes *body);
void bt_ttn_note_free(gpointer note);
/* Somebody of theirs spoke just now. Any thread. */
void bt_ttn_heard(BtSyncTtn *ttn);
gint64 bt_ttn_heard_ms(BtSyncTtn *ttn);
/* Sleeps until woken since `*seen`, or for `ms`, or until the end. `wakes` is one of the two. */
void bt_ttn_sleep(BtSyncTtn *ttn, const guint64 *wakes, guint64 *seen, gint64 ms);
void bt_ttn_poke(BtSyncTtn *ttn, guint64 *wakes);
/* How many real milliseconds pass until `wall_ms` of the role's time. */
gint64 bt_ttn_real_ms_until(BtSyncTtn *ttn, gint64 wall_ms);
/* An event with the words of an error. */
void bt_ttn_say(
    BtTtnHands *hands, const char *type, const GError *why, const char *what, const char *message);

/* ---- ttn_desk.c ---- */
gpointer bt_ttn_desk(gpointer ttn);

/* ---- ttn_take.c: what was said ---- */
/* Understands and acts on what was said. `*changed`: the documents are to be composed anew;
 * `*orders`: something is there for show. FALSE: the disk does not take it now; say it again. */
gboolean bt_ttn_take(BtSyncTtn *ttn, BtTtnHands *hands, const BtTtnNote *note, gboolean *changed,
    gboolean *orders, GError **error);

/* ---- ttn_orders.c: commands for show ---- */
gboolean bt_ttn_orders_add(BtSyncTtn *ttn, BtCache *cache, const BtTtnMessage *message,
    gboolean anew, gint64 now_ms, GError **error);

/* ---- ttn_made.c: what the documents were ---- */
void bt_ttn_made_read(BtSyncTtn *ttn, BtCache *cache);
/* A new text of a document: into the cache, ready, and remembered. */
gboolean bt_ttn_made_put(BtSyncTtn *ttn, BtCache *cache, BtTtnDocument which, const BtTtnMade *made,
    const char *text, GError **error);
/* What the documents that are ready, and were before, need: added to `keep`. */
void bt_ttn_made_add_needed(BtSyncTtn *ttn, BtCache *cache, GHashTable *keep);

/* ---- ttn_documents.c ---- */
/* Composes both documents and makes ready what changed; tells show. `*holds_until_ms`: then again.
 */
gboolean bt_ttn_documents_compose(
    BtSyncTtn *ttn, BtTtnHands *hands, gint64 *holds_until_ms, GError **error);

/* ---- ttn_values.c ---- */
/* What templates may name and what is always so: the board, the machine, the configuration.
 * (transfer full) */
GHashTable *bt_ttn_values(BtSyncTtn *ttn, gint64 now_ms);
/* ---- ttn_ear.c: the broker ---- */
gboolean bt_ttn_ear_open(BtSyncTtn *ttn, GError **error);
void bt_ttn_ear_close(BtSyncTtn *ttn);

/* ---- ttn_talk.c ---- */
gpointer bt_ttn_talk(gpointer ttn);

/* ---- ttn_fetch.c ---- */
gpointer bt_ttn_fetch(gpointer ttn);

#endif
