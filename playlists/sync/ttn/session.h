/* What the player says to a TTN over HTTPS: it logs in, keeps the token (never in a log), logs in
 * again when it is not taken any more, and says one thing at a time. Thread-safety: one thread. */
#ifndef BT_PLAYLISTS_SYNC_TTN_SESSION_H
#define BT_PLAYLISTS_SYNC_TTN_SESSION_H

#include "playlists/adapters/ttn/ttn.h"
#include "playlists/sync/transport.h"

typedef struct {
    const BtDialect *dialect;
    const char *ca_path, *pin;   /* (nullable) */
    const char *const *insecure; /* (nullable, NULL-ended) hosts that plain http may be spoken to */
    const char *token_path;      /* where the token lies, 0600; NULL: not kept */
    guint64 max_bytes_per_s;
    BtSyncNow now;
    gpointer now_user;
    /* Each exchange, with secrets masked, for `check --connect`; (nullable) */
    void (*on_exchange)(const char *sent, const char *answer, gpointer user);
    gpointer user;
    /* Where a call that the dialect gives a topic goes, as bt_mqtt_publish has it; (nullable) */
    gboolean (*publish)(const char *topic, GBytes *payload, gpointer user, GError **error);
    gpointer publish_user;
} BtTtnSessionOptions;

typedef struct BtTtnSession BtTtnSession;

/* Options are copied. BT_ERROR_INVALID. (transfer full) (nullable) */
BtTtnSession *bt_ttn_session_new(const BtTtnSessionOptions *options, GError **error);
void bt_ttn_session_free(BtTtnSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtTtnSession, bt_ttn_session_free)

/* One call, after a login when the dialect has one and `values` a "username"; the value "token" is
 * the session's. A token that is not taken (401, 403) is asked for anew, once. TRUE: it was
 * answered, and `reply` says how. Errors are those of transport.h (of the way: NETWORK, TIMEOUT,
 * CAPTIVE) or of bt_dialect_read_reply; DENIED: the login was refused, and is tried again only
 * after a minute, two, four … an hour; UNSUPPORTED: it is published, and there is no `publish`. No
 * message has the token or the password in it. `*body` (nullable, transfer full) is the answer, for
 * POLL. LOGIN logs in anew. */
gboolean bt_ttn_session_call(BtTtnSession *session, BtTtnCall call, GHashTable *values,
    const BtPatience *patience, BtTtnReply *reply, GBytes **body, GError **error);
guint64 bt_ttn_session_bytes(const BtTtnSession *session); /* since it was made, both ways */
/* Of these, those of one call. */
guint64 bt_ttn_session_bytes_of(const BtTtnSession *session, BtTtnCall call);
gint64 bt_ttn_session_take_asked_ms(BtTtnSession *session); /* as bt_sync_asked_ms */

#endif
