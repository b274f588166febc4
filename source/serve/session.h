/* Who is signed in, and how often somebody guessed. In memory: a restart signs everybody out.
 *
 * The cookie holds 256 bits of chance; what is kept is its SHA-256, so that nobody who reads this
 * memory's picture can sign in with it. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_SESSION_H
#define BT_SOURCE_SESSION_H

#include <glib.h>

#define BT_SESSION_IDLE_MS (30 * 60 * G_GINT64_CONSTANT(1000))
#define BT_SESSION_LIFE_MS (12 * 60 * 60 * G_GINT64_CONSTANT(1000))
#define BT_SESSION_HALF_MS (10 * 60 * G_GINT64_CONSTANT(1000)) /* to find the phone */
#define BT_SESSIONS_MAX 1000
#define BT_GUESSES_FREE 3 /* failures that cost no waiting, by account and address */
#define BT_GUESSES_FREE_ADDRESS 20
#define BT_GUESS_MAX_WAIT_S 900
#define BT_GUESSES_MAX 4096
#define BT_TOKEN_HEX_SIZE 65

typedef struct BtSessions BtSessions;

typedef struct {
    char *user;
    char *stamp;      /* of the account when it began (doors.h): another one ends it */
    gboolean is_half; /* the password was right, the second factor is asked for */
    char *secret;     /* of an authenticator that is being set up, base32; NULL: none */
    char form_token[BT_TOKEN_HEX_SIZE]; /* stands in every form of this session */
    gboolean is_practice;               /* its pages are those of the practice area */
    gint64 begun_ms, used_ms;
} BtSession;

/* (transfer full) */
BtSessions *bt_sessions_new(void);
void bt_sessions_free(BtSessions *sessions);

/* A new session; `token` is for the cookie. */
void bt_sessions_begin(BtSessions *sessions, const char *user, const char *stamp, gint64 mono_ms,
    char token[BT_TOKEN_HEX_SIZE]);
/* One that opens nothing but the question for the second factor. `secret` nullable. */
void bt_sessions_begin_half(BtSessions *sessions, const char *user, const char *stamp,
    const char *secret, gint64 mono_ms, char token[BT_TOKEN_HEX_SIZE]);
/* The session of a cookie's token, renewed by this use; NULL when there is none, a half one, or its
 * time is up. Borrowed until the next call. */
const BtSession *bt_sessions_find(BtSessions *sessions, const char *token, gint64 mono_ms);
/* The same of a half one. */
const BtSession *bt_sessions_find_half(BtSessions *sessions, const char *token, gint64 mono_ms);
/* Moves a session into the practice area, or out of it. Its forms get another token: a page that
 * was opened on the one side does nothing on the other. */
void bt_sessions_set_practice(
    BtSessions *sessions, const char *token, gboolean is_practice, gint64 mono_ms);
void bt_sessions_end(BtSessions *sessions, const char *token);

/* Seconds that must pass before this account may be tried from this address; 0: now. */
int bt_sessions_wait_s(BtSessions *sessions, const char *user, const char *address, gint64 mono_ms);
void bt_sessions_failed(
    BtSessions *sessions, const char *user, const char *address, gint64 mono_ms);
void bt_sessions_succeeded(BtSessions *sessions, const char *user, const char *address);

/* Equal, in a time that does not tell where they differ. */
gboolean bt_tokens_equal(const char *a, const char *b);

#endif
