/* One way for each host that the dialect's addresses name, each as careful as those of a native
 * source: what is plain, elsewhere, endless or a page for people is refused there.
 *
 * The token and the password are known here by their letters, so whatever leaves this folder as
 * words (errors, the exchange that `check --connect` shows) is looked through for them. */
#include "playlists/sync/ttn/session_way.h"

#include "base/address.h"

#include <string.h>

#define ANSWER_MAX_BYTES (64 * 1024)
#define MAX_WAYS 8

void bt_ttn_way_free(gpointer data)
{
    BtTtnWay *way = data;
    g_free(way->origin);
    bt_transport_free(way->transport);
    g_free(way);
}

guint64 bt_ttn_session_bytes(const BtTtnSession *session)
{
    guint64 bytes = 0;
    for (guint i = 0; i < session->ways->len; i++)
        bytes += ((const BtTtnWay *)g_ptr_array_index(session->ways, i))->transport->bytes;
    return bytes;
}

guint64 bt_ttn_session_bytes_of(const BtTtnSession *session, BtTtnCall call)
{
    return session->bytes[call];
}

gint64 bt_ttn_session_take_asked_ms(BtTtnSession *session)
{
    gint64 asked_ms = 0;
    for (guint i = 0; i < session->ways->len; i++) {
        BtTransport *transport = ((BtTtnWay *)g_ptr_array_index(session->ways, i))->transport;
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

/* Also as an address and as JSON write it. */
char *bt_ttn_session_mask(const BtTtnSession *session, const char *text)
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

gboolean bt_ttn_session_fail(
    const BtTtnSession *session, BtTtnCall call, GError *why, GError **error)
{
    g_autofree char *masked = bt_ttn_session_mask(session, why->message);
    g_set_error(error, why->domain, why->code, "%s: %s", bt_ttn_call_name(call), masked);
    g_error_free(why);
    return FALSE;
}

void bt_ttn_session_show(const BtTtnSession *session, const char *sent, const char *answer)
{
    if (session->options.on_exchange == NULL)
        return;
    g_autofree char *masked_sent = bt_ttn_session_mask(session, sent);
    g_autofree char *masked_answer = bt_ttn_session_mask(session, answer);
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

static BtTtnWay *new_way(
    BtTtnSession *session, const char *origin, const char *host, GError **error)
{
    BtTransportOptions options = {
        .base = origin,
        .ca_path = session->ca_path,
        .pin = session->pin,
        .insecure_host = is_insecure(session, host),
        .max_bytes_per_s = session->options.max_bytes_per_s,
        .low_speed_s = BT_LOW_SPEED_S,
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
    BtTtnWay *way = g_new0(BtTtnWay, 1);
    way->origin = g_strdup(origin);
    way->transport = transport;
    g_ptr_array_add(session->ways, way);
    return way;
}

/* Of the host of `url`, as far as one was made. (nullable) */
static BtTransport *known_way(const BtTtnSession *session, const char *origin)
{
    for (guint i = 0; i < session->ways->len; i++) {
        const BtTtnWay *way = g_ptr_array_index(session->ways, i);
        if (g_str_equal(way->origin, origin))
            return way->transport;
    }
    return NULL;
}

/* Where the path begins, in an address that has "://". Borrowed. */
static const char *path_of(const char *url)
{
    const char *rest = strstr(url, "://") + strlen("://");
    return rest + strcspn(rest, "/?#");
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
    *path = path_of(url);
    g_autofree char *origin = g_strndup(url, (gsize)(*path - url));
    BtTransport *known = known_way(session, origin);
    if (known != NULL)
        return known;
    BtTtnWay *way = new_way(session, origin, host, error);
    return way != NULL ? way->transport : NULL;
}

/* ---- one exchange ---- */

void bt_ttn_heard_clear(BtTtnAnswer *heard)
{
    g_clear_pointer(&heard->body, g_bytes_unref);
}

static gboolean send(BtTransport *transport, const char *path, const BtTtnRequest *request,
    guint64 max_bytes, BtTtnAnswer *heard, GError **error)
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
    const BtTtnAnswer *heard, const GError *why)
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
    bt_ttn_session_show(session, sent, answer);
}

gboolean bt_ttn_session_exchange(BtTtnSession *session, BtTtnCall call, const BtTtnRequest *request,
    const BtPatience *patience, BtTtnAnswer *heard, GError **error)
{
    const char *path = NULL;
    GError *why = NULL;
    guint64 max_bytes = call == BT_TTN_POLL ? BT_TTN_MESSAGE_MAX_BYTES : ANSWER_MAX_BYTES;
    BtTransport *transport = find_way(session, request->url, &path, &why);
    if (transport != NULL)
        bt_transport_be_patient(transport, patience);
    guint64 before_bytes = transport == NULL ? 0 : transport->bytes;
    gboolean answered = transport != NULL && send(transport, path, request, max_bytes, heard, &why);
    if (transport != NULL)
        session->bytes[call] += transport->bytes - before_bytes;
    show_exchange(session, call, request, heard, why);
    return answered || bt_ttn_session_fail(session, call, why, error);
}

static gboolean read_reply(const BtTtnSession *session, BtTtnCall call, const char *shown,
    const BtTtnAnswer *heard, BtTtnReply *reply, GError **error)
{
    GError *why = NULL;
    if (heard->answer.status / 100 != 2) {
        bt_answer_fail(&heard->answer, shown, error);
        return FALSE;
    }
    if (!bt_answer_check_page(heard->body, shown, error))
        return FALSE;
    if (bt_dialect_read_reply(session->dialect, call, heard->body, reply, &why))
        return TRUE;
    /* What is asked for need not say that it is well: that it came does. */
    gboolean is_news = call == BT_TTN_POLL && g_error_matches(why, BT_ERROR, BT_ERROR_INVALID);
    if (!is_news && !(call == BT_TTN_POLL && g_bytes_get_size(heard->body) == 0)) {
        g_propagate_error(error, why);
        return FALSE;
    }
    g_error_free(why);
    *reply = (BtTtnReply){ .ok = TRUE, .reason = g_strdup("") };
    return TRUE;
}

/* Nothing in an answer says of which question it is: where a proxy slipped one in, all that follow
 * by the same connection are of the question before. */
static void leave_connection(const BtTtnSession *session, const char *url)
{
    g_autofree char *origin = g_strndup(url, (gsize)(path_of(url) - url));
    known_way(session, origin)->fresh = TRUE;
}

gboolean bt_ttn_session_understand(const BtTtnSession *session, BtTtnCall call,
    const BtTtnRequest *request, const BtTtnAnswer *heard, BtTtnReply *reply, GError **error)
{
    GError *why = NULL;
    g_autofree char *shown = bt_address_shown(request->url);
    if (read_reply(session, call, shown, heard, reply, &why))
        return TRUE;
    leave_connection(session, request->url);
    return bt_ttn_session_fail(session, call, why, error);
}
