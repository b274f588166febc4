/* One way for each host that the dialect's addresses name, each as careful as those of a native
 * source: what is plain, elsewhere, endless or a page for people is refused there.
 *
 * The token and the password are known here by their letters, so whatever leaves this file as
 * words (errors, the exchange that `check --connect` shows) is looked through for them. */
#include "playlists/sync/ttn/session.h"

#include "base/address.h"
#include "base/hash.h"
#include "base/io.h"

#include <string.h>
#include <unistd.h>

#define ANSWER_MAX_BYTES (64 * 1024)
#define TOKEN_FILE_MAX_BYTES (16 * 1024)
#define MAX_WAYS 8
#define LOGIN_PACE_FIRST_MS (60 * 1000) /* after a refusal: accounts are locked for guessing */
#define LOGIN_PACE_LAST_MS (60 * 60 * 1000)
#define LOW_SPEED_S 30

typedef struct {
    char *origin; /* "https://host:port" */
    BtTransport *transport;
} Way;

struct BtTtnSession {
    BtTtnSessionOptions options; /* its strings are ours */
    BtDialect *dialect;
    char *ca_path, *pin, *token_path;
    char **insecure;
    GPtrArray *ways; /* of Way */
    char *token;     /* NULL: there is none */
    gint64 token_until_us;
    gboolean looked; /* for the kept token */
    gint64 login_pace_ms, login_after_us;
    char *login_trouble;       /* why the last login was refused */
    char *username, *password; /* as last seen among the values; "" */
};

static void way_free(gpointer data)
{
    Way *way = data;
    g_free(way->origin);
    bt_transport_free(way->transport);
    g_free(way);
}

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
    session->ways = g_ptr_array_new_with_free_func(way_free);
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

guint64 bt_ttn_session_bytes(const BtTtnSession *session)
{
    guint64 bytes = 0;
    for (guint i = 0; i < session->ways->len; i++)
        bytes += ((const Way *)g_ptr_array_index(session->ways, i))->transport->bytes;
    return bytes;
}

gint64 bt_ttn_session_take_asked_ms(BtTtnSession *session)
{
    gint64 asked_ms = 0;
    for (guint i = 0; i < session->ways->len; i++) {
        BtTransport *transport = ((Way *)g_ptr_array_index(session->ways, i))->transport;
        asked_ms = MAX(asked_ms, transport->asked_ms);
        transport->asked_ms = 0;
    }
    return asked_ms;
}

/* ---- secrets ---- */

static char *without(char *text /* (transfer full) */, const char *secret)
{
    if (secret == NULL || *secret == '\0' || strstr(text, secret) == NULL)
        return text;
    g_auto(GStrv) parts = g_strsplit(text, secret, -1);
    g_free(text);
    return g_strjoinv("…", parts);
}

/* Also as an address and as JSON write it. (transfer full) */
static char *mask(const BtTtnSession *session, const char *text)
{
    const char *secrets[] = { session->token, session->password };
    char *masked = g_strdup(text);
    for (guint i = 0; i < G_N_ELEMENTS(secrets); i++) {
        if (secrets[i] == NULL || *secrets[i] == '\0')
            continue;
        g_autofree char *in_address = g_uri_escape_string(secrets[i], NULL, FALSE);
        g_autoptr(BtJson) array = bt_json_new_array();
        bt_json_append_string(array, secrets[i]);
        g_autofree char *in_json = bt_json_to_text(array, FALSE);
        gsize length = strlen(in_json);
        in_json[length > 2 ? length - 2 : 0] = '\0'; /* ["…"] */
        masked = without(without(without(masked, secrets[i]), in_address),
            length > 4 ? in_json + strlen("[\"") : NULL);
    }
    return masked;
}

static gboolean fail(const BtTtnSession *session, BtTtnCall call, GError *why, GError **error)
{
    g_autofree char *masked = mask(session, why->message);
    g_set_error(error, why->domain, why->code, "%s: %s", bt_ttn_call_name(call), masked);
    g_error_free(why);
    return FALSE;
}

static void show(const BtTtnSession *session, const char *sent, const char *answer)
{
    if (session->options.on_exchange == NULL)
        return;
    g_autofree char *masked_sent = mask(session, sent);
    g_autofree char *masked_answer = mask(session, answer);
    session->options.on_exchange(masked_sent, masked_answer, session->options.user);
}

/* ---- the ways ---- */

static gboolean is_insecure(const BtTtnSession *session, const char *host)
{
    for (guint i = 0; session->insecure != NULL && session->insecure[i] != NULL; i++)
        if (g_ascii_strcasecmp(session->insecure[i], host) == 0)
            return TRUE;
    return FALSE;
}

static Way *new_way(BtTtnSession *session, const char *origin, const char *host, GError **error)
{
    BtTransportOptions options = {
        .base = origin,
        .ca_path = session->ca_path,
        .pin = session->pin,
        .insecure_host = is_insecure(session, host),
        .max_bytes_per_s = session->options.max_bytes_per_s,
        .low_speed_s = LOW_SPEED_S,
        .now = session->options.now,
        .now_user = session->options.now_user,
    };
    if (session->ways->len == MAX_WAYS) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "the dialect's addresses lead to more hosts than %d", MAX_WAYS);
        return NULL;
    }
    BtTransport *transport = bt_transport_new(&options, error);
    if (transport == NULL)
        return NULL;
    Way *way = g_new0(Way, 1);
    way->origin = g_strdup(origin);
    way->transport = transport;
    g_ptr_array_add(session->ways, way);
    return way;
}

/* `*path` (borrowed from `url`) is what follows the host. */
static BtTransport *find_way(
    BtTtnSession *session, const char *url, const char **path, GError **error)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_ENCODED, NULL);
    const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;
    gboolean http = uri != NULL && g_str_has_prefix(g_uri_get_scheme(uri), "http");
    if (!http || host == NULL || *host == '\0' || g_uri_get_userinfo(uri) != NULL) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "the dialect makes no address of this: expected https://HOST/PATH");
        return NULL;
    }
    const char *rest = strstr(url, "://") + strlen("://");
    *path = rest + strcspn(rest, "/?#");
    g_autofree char *origin = g_strndup(url, (gsize)(*path - url));
    for (guint i = 0; i < session->ways->len; i++) {
        Way *way = g_ptr_array_index(session->ways, i);
        if (g_str_equal(way->origin, origin))
            return way->transport;
    }
    Way *way = new_way(session, origin, host, error);
    return way != NULL ? way->transport : NULL;
}

/* ---- one exchange ---- */

typedef struct {
    BtAnswer answer;
    GBytes *body; /* of a 2xx answer */
} Heard;

static void heard_clear(Heard *heard)
{
    g_clear_pointer(&heard->body, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Heard, heard_clear)

static gboolean send(BtTransport *transport, const char *path, const BtTtnRequest *request,
    guint64 max_bytes, Heard *heard, GError **error)
{
    const char *const headers[] = { request->header, NULL };
    if (g_str_equal(request->method, "GET")) {
        BtGet get = {
            .path = path, .max_bytes = max_bytes, .turns = BT_DOCUMENT_TURNS, .headers = headers
        };
        return bt_transport_read(transport, &get, &heard->answer, &heard->body, error);
    }
    const char *text = request->body != NULL ? request->body : "";
    g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));
    BtPost post = { .path = path,
        .content_type = "application/json",
        .body = body,
        .headers = headers,
        .max_bytes = max_bytes };
    return bt_transport_send(transport, &post, &heard->answer, &heard->body, error);
}

/* What a login is answered holds more secrets than the token, under names nobody knows. */
static void show_exchange(const BtTtnSession *session, BtTtnCall call, const BtTtnRequest *request,
    const Heard *heard, const GError *why)
{
    g_autofree char *sent = g_strdup_printf("%s %s%s%s", request->method, request->url,
        request->body != NULL ? " " : "", request->body != NULL ? request->body : "");
    gsize size_bytes = 0;
    const char *data = heard->body != NULL ? g_bytes_get_data(heard->body, &size_bytes) : NULL;
    g_autofree char *raw = data != NULL && call != BT_TTN_LOGIN
        ? g_strndup(data, MIN(size_bytes, 1000))
        : g_strdup("");
    g_autofree char *text = g_utf8_make_valid(raw, -1);
    g_autofree char *answer = why != NULL
        ? g_strdup(why->message)
        : g_strdup_printf("%d, %" G_GSIZE_FORMAT " bytes%s%s", heard->answer.status, size_bytes,
              *text != '\0' ? ": " : "", text);
    show(session, sent, answer);
}

/* TRUE: there is an answer, of whatever status. */
static gboolean exchange(BtTtnSession *session, BtTtnCall call, const BtTtnRequest *request,
    const BtPatience *patience, Heard *heard, GError **error)
{
    const char *path = NULL;
    GError *why = NULL;
    guint64 max_bytes = call == BT_TTN_POLL ? BT_TTN_MESSAGE_MAX_BYTES : ANSWER_MAX_BYTES;
    BtTransport *transport = find_way(session, request->url, &path, &why);
    if (transport != NULL)
        bt_transport_be_patient(transport, patience);
    gboolean answered = transport != NULL && send(transport, path, request, max_bytes, heard, &why);
    show_exchange(session, call, request, heard, why);
    return answered || fail(session, call, why, error);
}

/* The answer's words, of a 2xx; what else it says is an error of the way. */
static gboolean understand(const BtTtnSession *session, BtTtnCall call, const BtTtnRequest *request,
    const Heard *heard, BtTtnReply *reply, GError **error)
{
    GError *why = NULL;
    g_autofree char *shown = bt_address_shown(request->url);
    if (heard->answer.status / 100 != 2) {
        bt_answer_fail(&heard->answer, shown, &why);
        return fail(session, call, why, error);
    }
    if (!bt_answer_check_page(heard->body, shown, &why))
        return fail(session, call, why, error);
    if (bt_dialect_read_reply(session->dialect, call, heard->body, reply, &why))
        return TRUE;
    /* What is asked for need not say that it is well: that it came does. */
    gboolean is_news = call == BT_TTN_POLL && g_error_matches(why, BT_ERROR, BT_ERROR_INVALID);
    if (!is_news && !(call == BT_TTN_POLL && g_bytes_get_size(heard->body) == 0))
        return fail(session, call, why, error);
    g_error_free(why);
    *reply = (BtTtnReply){ .ok = TRUE, .reason = g_strdup("") };
    return TRUE;
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
    g_autofree char *said = mask(session, *reason != '\0' ? reason : "no reason was given");
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
    g_auto(Heard) heard = { 0 };
    BtTtnReply reply = { 0 };
    if (g_get_monotonic_time() < session->login_after_us) {
        g_set_error(error, BT_ERROR, BT_ERROR_DENIED, "login: refused: %s; it is tried again later",
            session->login_trouble);
        return FALSE;
    }
    if (!exchange(session, BT_TTN_LOGIN, login, patience, &heard, error))
        return FALSE;
    if (heard.answer.status == 401 || heard.answer.status == 403)
        return fail_login(
            session, heard.answer.status == 401 ? "answered 401" : "answered 403", error);
    if (!understand(session, BT_TTN_LOGIN, login, &heard, &reply, error))
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
    show(session, sent, done ? "confirmed" : why->message);
    if (!done)
        return fail(session, call, why, error);
    *reply = (BtTtnReply){ .ok = TRUE, .reason = g_strdup("") };
    return TRUE;
}

/* `*again`, when it may be: the token was not taken, and is forgotten now. */
static gboolean try_call(BtTtnSession *session, BtTtnCall call, GHashTable *values,
    const BtPatience *patience, gboolean *again, BtTtnReply *reply, GBytes **body, GError **error)
{
    BtTtnRequest request = { 0 };
    g_auto(Heard) heard = { 0 };
    GError *why = NULL;
    if (!bt_dialect_request(session->dialect, call, values, &request, &why))
        return fail(session, call, why, error);
    gboolean may_again = *again && request.with_token, ok;
    *again = FALSE;
    if (request.topic != NULL) {
        ok = publish(session, call, &request, reply, error);
    } else if (!exchange(session, call, &request, patience, &heard, error)) {
        ok = FALSE;
    } else if (may_again && (heard.answer.status == 401 || heard.answer.status == 403)) {
        forget_token(session);
        *again = TRUE;
        ok = FALSE;
    } else {
        ok = understand(session, call, &request, &heard, reply, error);
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
