/* The ways of a session, one a host, and what is said on them. Private to session.c. */
#ifndef BT_PLAYLISTS_SYNC_TTN_SESSION_WAY_H
#define BT_PLAYLISTS_SYNC_TTN_SESSION_WAY_H

#include "playlists/sync/ttn/session.h"

typedef struct {
    char *origin; /* "https://host:port" */
    BtTransport *transport;
} BtTtnWay;

struct BtTtnSession {
    BtTtnSessionOptions options; /* its strings are ours */
    BtDialect *dialect;
    char *ca_path, *pin, *token_path;
    char **insecure;
    GPtrArray *ways; /* of BtTtnWay */
    guint64 bytes[BT_TTN_N_CALLS];
    char *token; /* NULL: there is none */
    gint64 token_until_us;
    gboolean looked; /* for the kept token */
    gint64 login_pace_ms, login_after_us;
    char *login_trouble;       /* why the last login was refused */
    char *username, *password; /* as last seen among the values; "" */
};

typedef struct {
    BtAnswer answer;
    GBytes *body; /* of a 2xx answer */
} BtTtnAnswer;
void bt_ttn_heard_clear(BtTtnAnswer *heard);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BtTtnAnswer, bt_ttn_heard_clear)

void bt_ttn_way_free(gpointer way);

/* `text` without the token and the password, however they are written. (transfer full) */
char *bt_ttn_session_mask(const BtTtnSession *session, const char *text);
/* Fails with `why` (transfer full), masked. Always returns FALSE. */
gboolean bt_ttn_session_fail(
    const BtTtnSession *session, BtTtnCall call, GError *why, GError **error);
void bt_ttn_session_show(const BtTtnSession *session, const char *sent, const char *answer);

/* TRUE: there is an answer, of whatever status. */
gboolean bt_ttn_session_exchange(BtTtnSession *session, BtTtnCall call, const BtTtnRequest *request,
    const BtPatience *patience, BtTtnAnswer *heard, GError **error);
/* The words of a 2xx answer; what else it says is an error of the way. */
gboolean bt_ttn_session_understand(const BtTtnSession *session, BtTtnCall call,
    const BtTtnRequest *request, const BtTtnAnswer *heard, BtTtnReply *reply, GError **error);

#endif
