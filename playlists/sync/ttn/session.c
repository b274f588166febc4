/* Who the player is, to a source system: the login, the token that is kept and what becomes of it,
 * and calls that are made with it. */
#include "playlists/sync/ttn/session.h"

#include "base/hash.h"
#include "base/io.h"
#include "playlists/sync/ttn/session_way.h"

#include <string.h>
#include <unistd.h>

#define TOKEN_FILE_MAX_BYTES (16 * 1024)
#define LOGIN_PACE_FIRST_MS (60 * 1000) /* after a refusal: accounts are locked for guessing */
#define LOGIN_PACE_LAST_MS (60 * 60 * 1000)

BtTtnSession *bt_ttn_session_new(const BtTtnSessionOptions *options, GError **error)
{
    if (options->dialect == NULL) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "a session without a dialect");
        return NULL;
    }
    BtTtnSession *session = g_new0(BtTtnSession, 1);
    session->options = *options;
    session->dialect = bt_dialect_ref((BtDialect *)options->dialect);
    session->ca_path = g_strdup(options->ca_path);
    session->pin = g_strdup(options->pin);
    session->token_path = g_strdup(options->token_path);
    session->insecure = g_strdupv((char **)options->insecure);
    session->ways = g_ptr_array_new_with_free_func(bt_ttn_way_free);
    session->login_pace_ms = LOGIN_PACE_FIRST_MS;
    return session;
}

void bt_ttn_session_free(BtTtnSession *session)
{
    if (session == NULL)
        return;
    g_ptr_array_unref(session->ways);
    bt_dialect_unref(session->dialect);
    g_free(session->ca_path);
    g_free(session->pin);
    g_free(session->token_path);
    g_strfreev(session->insecure);
    g_free(session->token);
    g_free(session->login_trouble);
    g_free(session->username);
    g_free(session->password);
    g_free(session);
}

/* ---- the token ---- */

/* Whose token it is: another user's, or another host's, is none. */
static char *owner_of(const BtTtnSession *session, const BtTtnRequest *login)
{
    char hex[BT_HASH_HEX_SIZE];
    g_autofree char *text = g_strconcat(login->url, "\n", session->username, NULL);
    bt_hash_data(text, strlen(text), hex);
    return g_strdup(hex);
}

static void forget_token(BtTtnSession *session)
{
    g_clear_pointer(&session->token, g_free);
    if (session->token_path != NULL)
        unlink(session->token_path);
}

static void keep_token(BtTtnSession *session, const BtTtnRequest *login)
{
    g_autoptr(GError) failure = NULL;
    if (session->token_path == NULL)
        return;
    g_autofree char *owner = owner_of(session, login);
    g_autofree char *text = g_strdup_printf("%s\n%s\n", owner, session->token);
    if (!bt_io_write(session->token_path, text, strlen(text), 0600, &failure))
        g_debug("%s", failure->message); /* the next start logs in */
}

static void look_for_token(BtTtnSession *session, const BtTtnRequest *login)
{
    session->looked = TRUE;
    g_autoptr(GBytes) bytes = session->token_path != NULL
        ? bt_io_read(session->token_path, TOKEN_FILE_MAX_BYTES, NULL)
        : NULL;
    if (bytes == NULL)
        return;
    g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_auto(GStrv) lines = g_strsplit(text, "\n", 3);
    g_autofree char *owner = owner_of(session, login);
    if (g_strv_length(lines) == 3 && g_str_equal(lines[0], owner) && *lines[1] != '\0') {
        session->token = g_strdup(lines[1]);
        session->token_until_us = G_MAXINT64;
    }
}

/* ---- login ---- */

static gboolean fail_login(BtTtnSession *session, const char *reason, GError **error)
{
    g_autofree char *said =
        bt_ttn_session_mask(session, *reason != '\0' ? reason : "no reason was given");
    g_free(session->login_trouble);
    session->login_trouble = g_steal_pointer(&said);
    session->login_after_us = g_get_monotonic_time() + session->login_pace_ms * 1000;
    session->login_pace_ms = MIN(2 * session->login_pace_ms, LOGIN_PACE_LAST_MS);
    g_set_error(error, BT_ERROR, BT_ERROR_DENIED, "login: refused: %s", session->login_trouble);
    return FALSE;
}

static void take_token(BtTtnSession *session, const BtTtnRequest *login, BtTtnReply *reply)
{
    g_free(session->token);
    session->token = g_steal_pointer(&reply->token);
    session->token_until_us = reply->token_lasts_ms > 0
        ? g_get_monotonic_time() + reply->token_lasts_ms * 900 /* a tenth before its end */
        : G_MAXINT64;
    session->login_pace_ms = LOGIN_PACE_FIRST_MS;
    session->login_after_us = 0;
    keep_token(session, login);
}

static gboolean ask_for_token(
    BtTtnSession *session, const BtTtnRequest *login, const BtPatience *patience, GError **error)
{
    g_auto(BtTtnAnswer) heard = { 0 };
    BtTtnReply reply = { 0 };
    if (g_get_monotonic_time() < session->login_after_us) {
        g_set_error(error, BT_ERROR, BT_ERROR_DENIED, "login: refused: %s; it is tried again later",
            session->login_trouble);
        return FALSE;
    }
    if (!bt_ttn_session_exchange(session, BT_TTN_LOGIN, login, patience, &heard, error))
        return FALSE;
    if (heard.answer.status == 401 || heard.answer.status == 403)
        return fail_login(
            session, heard.answer.status == 401 ? "answered 401" : "answered 403", error);
    if (!bt_ttn_session_understand(session, BT_TTN_LOGIN, login, &heard, &reply, error))
        return FALSE;
    gboolean ok = reply.ok || fail_login(session, reply.reason, error);
    if (ok)
        take_token(session, login, &reply);
    bt_ttn_reply_clear(&reply);
    return ok;
}

static char *text_of(GHashTable *values, const char *name)
{
    BtJson *value = g_hash_table_lookup(values, name);
    BtJsonAt at = bt_json_root("", value);
    const char *text = value != NULL ? bt_json_read_string(&at, 0, G_MAXINT, NULL) : NULL;
    return g_strdup(text != NULL ? text : "");
}

static void see_user(BtTtnSession *session, GHashTable *values)
{
    g_free(session->username);
    g_free(session->password);
    session->username = text_of(values, "username");
    session->password = text_of(values, "password");
}

/* Sets the value "token", by a login when there is none. */
static gboolean have_token(
    BtTtnSession *session, GHashTable *values, const BtPatience *patience, GError **error)
{
    BtTtnRequest login = { 0 };
    if (!bt_dialect_request(session->dialect, BT_TTN_LOGIN, values, &login, error))
        return FALSE;
    if (!session->looked)
        look_for_token(session, &login);
    if (session->token != NULL && g_get_monotonic_time() >= session->token_until_us)
        forget_token(session);
    gboolean ok = session->token != NULL || ask_for_token(session, &login, patience, error);
    bt_ttn_request_clear(&login);
    if (ok)
        bt_ttn_values_set_string(values, "token", session->token);
    return ok;
}

/* ---- a call ---- */

static gboolean publish(BtTtnSession *session, BtTtnCall call, const BtTtnRequest *request,
    BtTtnReply *reply, GError **error)
{
    GError *why = NULL;
    const char *text = request->body != NULL ? request->body : "{}";
    g_autoptr(GBytes) payload = g_bytes_new(text, strlen(text));
    g_autofree char *sent = g_strdup_printf("PUBLISH %s %s", request->topic, text);
    if (session->options.publish == NULL) {
        g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED,
            "%s: the dialect publishes it, and there is no broker", bt_ttn_call_name(call));
        return FALSE;
    }
    gboolean done =
        session->options.publish(request->topic, payload, session->options.publish_user, &why);
    bt_ttn_session_show(session, sent, done ? "confirmed" : why->message);
    if (!done)
        return bt_ttn_session_fail(session, call, why, error);
    *reply = (BtTtnReply){ .ok = TRUE, .reason = g_strdup("") };
    return TRUE;
}

/* `*again`, when it may be: the token was not taken, and is forgotten now. */
static gboolean try_call(BtTtnSession *session, BtTtnCall call, GHashTable *values,
    const BtPatience *patience, gboolean *again, BtTtnReply *reply, GBytes **body, GError **error)
{
    BtTtnRequest request = { 0 };
    g_auto(BtTtnAnswer) heard = { 0 };
    GError *why = NULL;
    if (!bt_dialect_request(session->dialect, call, values, &request, &why))
        return bt_ttn_session_fail(session, call, why, error);
    gboolean may_again = *again && request.with_token, ok;
    *again = FALSE;
    if (request.topic != NULL) {
        ok = publish(session, call, &request, reply, error);
    } else if (!bt_ttn_session_exchange(session, call, &request, patience, &heard, error)) {
        ok = FALSE;
    } else if (may_again && (heard.answer.status == 401 || heard.answer.status == 403)) {
        forget_token(session);
        *again = TRUE;
        ok = FALSE;
    } else {
        ok = bt_ttn_session_understand(session, call, &request, &heard, reply, error);
    }
    bt_ttn_request_clear(&request);
    if (ok && body != NULL && call == BT_TTN_POLL)
        *body = g_steal_pointer(&heard.body);
    return ok;
}

/* A dialect that has a login, for a board that has a user. */
static gboolean wants_token(const BtTtnSession *session, BtTtnCall call, GHashTable *values)
{
    return call != BT_TTN_LOGIN && bt_dialect_has_call(session->dialect, BT_TTN_LOGIN) &&
        g_hash_table_lookup(values, "username") != NULL;
}

/* Does a call that the dialect says without a token need one? */
static gboolean call_has_token(BtTtnSession *session, BtTtnCall call, GHashTable *values)
{
    BtTtnRequest request = { 0 };
    gboolean with = TRUE;
    if (bt_dialect_request(session->dialect, call, values, &request, NULL))
        with = request.with_token; /* else a value is wanting: perhaps the token itself */
    bt_ttn_request_clear(&request);
    return with;
}

static gboolean say(BtTtnSession *session, BtTtnCall call, GHashTable *values,
    const BtPatience *patience, BtTtnReply *reply, GBytes **body, GError **error)
{
    gboolean with = wants_token(session, call, values) && call_has_token(session, call, values);
    gboolean again = with, no_more = FALSE;
    if (with && !have_token(session, values, patience, error))
        return FALSE;
    if (try_call(session, call, values, patience, &again, reply, body, error))
        return TRUE;
    return again && have_token(session, values, patience, error) &&
        try_call(session, call, values, patience, &no_more, reply, body, error);
}

gboolean bt_ttn_session_call(BtTtnSession *session, BtTtnCall call, GHashTable *values,
    const BtPatience *patience, BtTtnReply *reply, GBytes **body, GError **error)
{
    *reply = (BtTtnReply){ 0 };
    if (body != NULL)
        *body = NULL;
    see_user(session, values);
    g_hash_table_remove(values, "token");
    gboolean answered;
    if (call == BT_TTN_LOGIN) {
        forget_token(session);
        session->looked = TRUE;
        answered = have_token(session, values, patience, error);
        if (answered)
            *reply = (BtTtnReply){ .ok = TRUE, .reason = g_strdup("") };
    } else {
        answered = say(session, call, values, patience, reply, body, error);
    }
    g_hash_table_remove(values, "token");
    return answered;
}
