#include "source/serve/session.h"

#include "base/hash.h"
#include "base/password.h"

#include <string.h>

typedef struct {
    guint failures;
    gint64 last_ms, until_ms;
} Guesses;

struct BtSessions {
    GHashTable *sessions; /* SHA-256 of the token → BtSession */
    GHashTable *guesses;  /* account and address, or address → Guesses */
};

static void session_free(BtSession *session)
{
    g_free(session->user);
    g_free(session->stamp);
    g_free(session->secret);
    g_free(session);
}

BtSessions *bt_sessions_new(void)
{
    BtSessions *sessions = g_new0(BtSessions, 1);
    sessions->sessions =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)session_free);
    sessions->guesses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return sessions;
}

void bt_sessions_free(BtSessions *sessions)
{
    g_hash_table_unref(sessions->sessions);
    g_hash_table_unref(sessions->guesses);
    g_free(sessions);
}

/* ---- tokens ---- */

static void make_token(char token[BT_TOKEN_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    guint8 bytes[32];
    bt_secret_bytes(bytes, sizeof bytes);
    for (gsize i = 0; i < sizeof bytes; i++) {
        token[2 * i] = digits[bytes[i] >> 4];
        token[2 * i + 1] = digits[bytes[i] & 15];
    }
    token[BT_TOKEN_HEX_SIZE - 1] = '\0';
}

gboolean bt_tokens_equal(const char *a, const char *b)
{
    guint different = 0;
    if (strlen(a) != strlen(b))
        return FALSE;
    for (gsize i = 0; a[i] != '\0'; i++)
        different |= (guint)(a[i] ^ b[i]);
    return different == 0;
}

/* ---- sessions ---- */

static gboolean is_over(const BtSession *session, gint64 mono_ms)
{
    return mono_ms - session->used_ms >= BT_SESSION_IDLE_MS ||
        mono_ms - session->begun_ms >= (session->is_half ? BT_SESSION_HALF_MS : BT_SESSION_LIFE_MS);
}

static gboolean drop_over(gpointer key, gpointer session, gpointer mono_ms)
{
    (void)key;
    return is_over(session, *(gint64 *)mono_ms);
}

/* Room for one more: those that are over go, then the one that was idle longest. */
static void make_room(BtSessions *sessions, gint64 mono_ms)
{
    GHashTableIter iter;
    gpointer key, value, oldest = NULL;
    gint64 oldest_ms = G_MAXINT64;
    g_hash_table_foreach_remove(sessions->sessions, drop_over, &mono_ms);
    if (g_hash_table_size(sessions->sessions) < BT_SESSIONS_MAX)
        return;
    g_hash_table_iter_init(&iter, sessions->sessions);
    while (g_hash_table_iter_next(&iter, &key, &value))
        if (((BtSession *)value)->used_ms < oldest_ms) {
            oldest_ms = ((BtSession *)value)->used_ms;
            oldest = key;
        }
    g_hash_table_remove(sessions->sessions, oldest);
}

static BtSession *begin(BtSessions *sessions, const char *user, const char *stamp, gint64 mono_ms,
    char token[BT_TOKEN_HEX_SIZE])
{
    char hash[BT_HASH_HEX_SIZE];
    BtSession *session = g_new0(BtSession, 1);
    make_room(sessions, mono_ms);
    make_token(token);
    make_token(session->form_token);
    session->user = g_strdup(user);
    session->stamp = g_strdup(stamp);
    session->begun_ms = session->used_ms = mono_ms;
    bt_hash_data(token, strlen(token), hash);
    g_hash_table_insert(sessions->sessions, g_strdup(hash), session);
    return session;
}

void bt_sessions_begin(BtSessions *sessions, const char *user, const char *stamp, gint64 mono_ms,
    char token[BT_TOKEN_HEX_SIZE])
{
    begin(sessions, user, stamp, mono_ms, token);
}

void bt_sessions_begin_half(BtSessions *sessions, const char *user, const char *stamp,
    const char *secret, gint64 mono_ms, char token[BT_TOKEN_HEX_SIZE])
{
    BtSession *session = begin(sessions, user, stamp, mono_ms, token);
    session->is_half = TRUE;
    session->secret = g_strdup(secret);
}

static BtSession *find(BtSessions *sessions, const char *token, gboolean is_half, gint64 mono_ms)
{
    char hash[BT_HASH_HEX_SIZE];
    if (!bt_hash_is_hex(token))
        return NULL;
    bt_hash_data(token, strlen(token), hash);
    BtSession *session = g_hash_table_lookup(sessions->sessions, hash);
    if (session == NULL || session->is_half != is_half)
        return NULL;
    if (is_over(session, mono_ms)) {
        g_hash_table_remove(sessions->sessions, hash);
        return NULL;
    }
    session->used_ms = mono_ms;
    return session;
}

const BtSession *bt_sessions_find(BtSessions *sessions, const char *token, gint64 mono_ms)
{
    return find(sessions, token, FALSE, mono_ms);
}

const BtSession *bt_sessions_find_half(BtSessions *sessions, const char *token, gint64 mono_ms)
{
    return find(sessions, token, TRUE, mono_ms);
}

void bt_sessions_set_practice(
    BtSessions *sessions, const char *token, gboolean is_practice, gint64 mono_ms)
{
    BtSession *session = find(sessions, token, FALSE, mono_ms);
    if (session == NULL)
        return;
    session->is_practice = is_practice;
    make_token(session->form_token);
}

void bt_sessions_end(BtSessions *sessions, const char *token)
{
    char hash[BT_HASH_HEX_SIZE];
    bt_hash_data(token, strlen(token), hash);
    g_hash_table_remove(sessions->sessions, hash);
}

/* ---- guessing ---- */

static int wait_of(BtSessions *sessions, const char *name, gint64 mono_ms)
{
    const Guesses *guesses = g_hash_table_lookup(sessions->guesses, name);
    gint64 wait_ms = guesses != NULL ? guesses->until_ms - mono_ms : 0;
    return wait_ms > 0 ? (int)((wait_ms + 999) / 1000) : 0;
}

static char *pair_name(const char *user, const char *address)
{
    return g_strconcat("a ", address, " ", user, NULL);
}

static char *address_name(const char *address)
{
    return g_strconcat("b ", address, NULL);
}

int bt_sessions_wait_s(BtSessions *sessions, const char *user, const char *address, gint64 mono_ms)
{
    g_autofree char *pair = pair_name(user, address), *alone = address_name(address);
    return MAX(wait_of(sessions, pair, mono_ms), wait_of(sessions, alone, mono_ms));
}

static gboolean drop_old(gpointer key, gpointer guesses, gpointer mono_ms)
{
    (void)key;
    return *(gint64 *)mono_ms - ((Guesses *)guesses)->last_ms > 2 * BT_GUESS_MAX_WAIT_S * 1000;
}

/* 1, 2, 4 … seconds for each failure beyond the free ones. */
static void count_failure(BtSessions *sessions, const char *name, guint free, gint64 mono_ms)
{
    Guesses *guesses = g_hash_table_lookup(sessions->guesses, name);
    if (guesses == NULL) {
        if (g_hash_table_size(sessions->guesses) >= BT_GUESSES_MAX)
            g_hash_table_foreach_remove(sessions->guesses, drop_old, &mono_ms);
        if (g_hash_table_size(sessions->guesses) >= BT_GUESSES_MAX)
            return;
        guesses = g_new0(Guesses, 1);
        g_hash_table_insert(sessions->guesses, g_strdup(name), guesses);
    }
    guesses->failures++;
    guesses->last_ms = mono_ms;
    if (guesses->failures > free) {
        guint doublings = MIN(guesses->failures - free - 1, 10);
        guesses->until_ms = mono_ms + MIN(1 << doublings, BT_GUESS_MAX_WAIT_S) * 1000;
    }
}

void bt_sessions_failed(BtSessions *sessions, const char *user, const char *address, gint64 mono_ms)
{
    g_autofree char *pair = pair_name(user, address), *alone = address_name(address);
    count_failure(sessions, pair, BT_GUESSES_FREE, mono_ms);
    count_failure(sessions, alone, BT_GUESSES_FREE_ADDRESS, mono_ms);
}

void bt_sessions_succeeded(BtSessions *sessions, const char *user, const char *address)
{
    g_autofree char *pair = pair_name(user, address);
    g_hash_table_remove(sessions->guesses, pair);
}
