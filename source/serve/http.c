/* The gate. libmicrohttpd reads requests more generously than a proxy in front may, and where two
 * read one request differently a second one can be smuggled between them; so what RFC 9112 forbids
 * is refused here even where the library lets it pass, and the path is matched as it came: no
 * percent sign is decoded, and only the few forms below exist at all. */
#include "source/serve/daemon.h"

#include "base/hash.h"
#include "source/store/pictures.h"
#include "source/store/reports.h"
#include "source/store/site.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#define DROP_MAX_BYTES (4 * 1024 * 1024) /* read on so far, that the sender hears why */
#define ENROL_MAX_BYTES 1024

/* ---- routes ---- */

const BtRoute bt_wire_routes[] = {
    { "GET", "/v1/root/", BT_PART_NUMBER, ".json", 0, bt_static_root },
    { "GET", "/v1/screens/", BT_PART_ID, "/now.json", 0, bt_static_now },
    { "GET", "/v1/screens/", BT_PART_ID, "/events", 0, bt_events_open },
    { "GET", "/v1/manifests/", BT_PART_HASH, "", 0, bt_static_manifest },
    { "GET", "/v1/orders/", BT_PART_HASH, "", 0, bt_static_order },
    { "GET", "/v1/assets/", BT_PART_HASH, "", 0, bt_static_asset },
    { "POST", "/v1/screens/", BT_PART_ID, "/reports", BT_REPORT_BATCH_MAX_BYTES, bt_post_reports },
    { "POST", "/v1/screens/", BT_PART_ID, "/picture", BT_PICTURE_MAX_BYTES, bt_post_picture },
    { "POST", "/v1/enrol", BT_PART_NOTHING, "", ENROL_MAX_BYTES, bt_post_enrol },
    { "POST", "/v1/time", BT_PART_NOTHING, "", BT_TIME_QUESTION_MAX_BYTES, bt_post_time },
    { NULL },
};

static gboolean is_number(const char *text)
{
    return *text >= '1' && *text <= '9' && strlen(text) <= 9 &&
        strspn(text, "0123456789") == strlen(text);
}

static gboolean part_fits(BtPart part, const char *text)
{
    return part == BT_PART_NUMBER ? is_number(text)
        : part == BT_PART_ID      ? bt_site_is_id(text)
        : part == BT_PART_HASH    ? bt_hash_is_hex(text)
                                  : *text == '\0';
}

/* What stands between head and tail, NULL when the path is another one. (transfer full) */
static char *match(const char *path, const char *head, BtPart part, const char *tail)
{
    if (!g_str_has_prefix(path, head) || !g_str_has_suffix(path, tail) ||
        strlen(path) < strlen(head) + strlen(tail))
        return NULL;
    char *middle = g_strndup(path + strlen(head), strlen(path) - strlen(head) - strlen(tail));
    if (part_fits(part, middle))
        return middle;
    g_free(middle);
    return NULL;
}

/* Whether the path is the route's; sets `name`. */
static gboolean is_on(BtRequest *request, const BtRoute *route)
{
    char *name = match(request->path, route->head, route->part, route->tail);
    if (name == NULL)
        return FALSE;
    g_free(request->name);
    request->name = name;
    return TRUE;
}

static const BtRoute *find_in(
    BtRequest *request, const BtRoute *table, const char *method, unsigned *status)
{
    for (const BtRoute *route = table; route->method != NULL; route++) {
        if (!is_on(request, route))
            continue;
        if (strcmp(method, route->method) == 0)
            return route;
        *status = MHD_HTTP_METHOD_NOT_ALLOWED;
    }
    return NULL;
}

/* Sets handler and name; 0, or the status of the refusal. */
static unsigned find_route(BtRequest *request)
{
    const char *method = strcmp(request->method, "HEAD") == 0 ? "GET" : request->method;
    unsigned status = MHD_HTTP_NOT_FOUND;
    for (const BtRoute *const *table = request->server->routes; *table != NULL; table++) {
        const BtRoute *route = find_in(request, *table, method, &status);
        if (route == NULL)
            continue;
        request->handler = route->handler;
        request->body_max = route->body_max;
        return 0;
    }
    return status;
}

/* Whether a person is at the other end, who wants words and a way back. */
static gboolean is_a_visitor(const BtRequest *request)
{
    const char *accept = bt_http_header(request, "Accept");
    return strcmp(request->method, "GET") == 0 && accept != NULL &&
        strstr(accept, "text/html") != NULL;
}

/* What no route has. */
static BtAnswered refuse_address(BtRequest *request, unsigned status)
{
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        return bt_http_refuse(request, status, "method not allowed");
    if (!is_a_visitor(request))
        return bt_http_refuse(request, status, "not found");
    request->handler = request->server->lost;
    return MHD_YES;
}

/* ---- the head ---- */

const char *bt_http_header(const BtRequest *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *bt_http_cookie(const BtRequest *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, name);
}

const char *bt_http_argument(const BtRequest *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

typedef struct {
    guint hosts, lengths, codings, others;
} Seen;

/* Fields that change what a request means, and of which a second one could mean something else. */
static gboolean is_single(const char *name)
{
    static const char *const names[] = { "date", "content-digest", "content-encoding", "signature",
        "signature-input", "range", "if-range", "content-type", "origin", "cookie", NULL };
    g_autofree char *lower = g_ascii_strdown(name, -1);
    return g_strv_contains(names, lower);
}

static enum MHD_Result see(void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
    Seen *seen = user;
    (void)kind, (void)value;
    seen->hosts += g_ascii_strcasecmp(name, "host") == 0;
    seen->lengths += g_ascii_strcasecmp(name, "content-length") == 0;
    seen->codings += g_ascii_strcasecmp(name, "transfer-encoding") == 0;
    if (is_single(name))
        seen->others++;
    return MHD_YES;
}

static enum MHD_Result count_single(
    void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
    GHashTable *names = user;
    (void)kind, (void)value;
    if (is_single(name))
        g_hash_table_add(names, g_ascii_strdown(name, -1));
    return MHD_YES;
}

static gboolean head_is_clear(BtRequest *request)
{
    Seen seen = { 0 };
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, see, &seen);
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, count_single, names);
    return seen.hosts <= 1 && seen.lengths <= 1 && seen.codings <= 1 &&
        !(seen.lengths > 0 && seen.codings > 0) && seen.others == g_hash_table_size(names);
}

static gboolean declares_too_much(const BtRequest *request)
{
    const char *length = bt_http_header(request, "Content-Length");
    return length != NULL && g_ascii_strtoull(length, NULL, 10) > request->body_max;
}

/* ---- one request ---- */

static BtRequest *request_new(
    BtServer *server, struct MHD_Connection *connection, const char *method)
{
    BtRequest *request = g_new0(BtRequest, 1);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    request->server = server;
    request->connection = connection;
    request->method = method;
    request->peer = info->socket_context;
    request->body = g_byte_array_new();
    return request;
}

/* Over a unix socket only the proxy that may open it speaks, and says for whom. Over TCP anybody
 * could. */
static void ask_proxy_for_whom(BtRequest *request)
{
    const char *said = bt_http_header(request, "X-Real-IP");
    g_autoptr(GInetAddress) address = said != NULL ? g_inet_address_new_from_string(said) : NULL;
    g_autofree char *text = address != NULL ? g_inet_address_to_string(address) : g_strdup("");
    bt_peer_set_address(request->peer, text);
}

/* Its head is here: answers at once where there is nothing to wait for. */
static BtAnswered begin(BtRequest *request)
{
    bt_peer_head_is_whole(request->peer, bt_server_mono_ms());
    if (request->server->is_behind_proxy)
        ask_proxy_for_whom(request);
    if (!head_is_clear(request))
        return bt_http_refuse(request, MHD_HTTP_BAD_REQUEST, "ambiguous head");
    unsigned status = find_route(request);
    if (status != 0)
        return refuse_address(request, status);
    const char *length = bt_http_header(request, "Content-Length");
    if (length != NULL && g_ascii_strtoull(length, NULL, 10) > DROP_MAX_BYTES)
        return bt_http_refuse(request, MHD_HTTP_CONTENT_TOO_LARGE, "body too large");
    return MHD_YES;
}

/* A body that is too large is read and dropped up to a bound: an answer on a connection that is
 * closed under the sender's hands seldom reaches him. */
static BtAnswered take_body(BtRequest *request, const char *data, size_t *size)
{
    if (request->dropped_bytes > 0 || request->body->len + *size > request->body_max) {
        request->dropped_bytes += *size;
        if (request->dropped_bytes > DROP_MAX_BYTES)
            return MHD_NO;
    } else
        g_byte_array_append(request->body, (const guint8 *)data, (guint)*size);
    *size = 0;
    return MHD_YES;
}

static BtAnswered finish(BtRequest *request)
{
    bt_peer_body_is_whole(request->peer);
    if (request->dropped_bytes > 0 || declares_too_much(request))
        return bt_http_refuse(request, MHD_HTTP_CONTENT_TOO_LARGE, "body too large");
    return request->handler(request);
}

enum MHD_Result bt_http_on_request(void *server, struct MHD_Connection *connection,
    const char *path, const char *method, const char *version, const char *data, size_t *size,
    void **state)
{
    BtRequest *request = *state;
    (void)version;
    if (request == NULL) {
        *state = request = request_new(server, connection, method);
        request->path = path;
        return begin(request);
    }
    request->path = path;
    request->method = method;
    return *size > 0 ? take_body(request, data, size) : finish(request);
}

void bt_http_on_completed(void *server, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode code)
{
    BtRequest *request = *state;
    (void)server, (void)connection, (void)code;
    if (request == NULL)
        return;
    bt_peer_answered(request->peer, bt_server_mono_ms());
    bt_later_drop(request);
    g_byte_array_unref(request->body);
    g_free(request->name);
    g_free(request);
    *state = NULL;
}

/* ---- connections ---- */

static char *address_text(const struct sockaddr *address)
{
    char text[INET6_ADDRSTRLEN] = "";
    if (address != NULL && address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, text, sizeof text);
    else if (address != NULL && address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, text, sizeof text);
    return g_strdup(text);
}

void bt_http_on_connection(void *user, struct MHD_Connection *connection, void **peer,
    enum MHD_ConnectionNotificationCode code)
{
    BtServer *server = user;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        bt_peers_remove(server->peers, *peer);
        return;
    }
    g_autofree char *address = address_text(
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
    int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    *peer = bt_peers_add(server->peers, fd, address, bt_server_mono_ms());
}

/* ---- answers ---- */

BtAnswered bt_http_answer_with(
    BtRequest *request, unsigned status, struct MHD_Response *response, const char *const *headers)
{
    /* Under "no-referrer" a browser says of our own forms that they came from nowhere. */
    static const char *const always[] = { "X-Content-Type-Options", "nosniff", "Referrer-Policy",
        "same-origin", "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "
        "'self'; "
        "media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "Cross-Origin-Resource-Policy", "same-origin", NULL };
    for (int i = 0; always[i] != NULL; i += 2)
        MHD_add_response_header(response, always[i], always[i + 1]);
    for (int i = 0; headers != NULL && headers[i] != NULL; i += 2)
        MHD_add_response_header(response, headers[i], headers[i + 1]);
    BtAnswered queued = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

BtAnswered bt_http_answer(
    BtRequest *request, unsigned status, const char *type, GBytes *body, const char *const *headers)
{
    gsize size = 0;
    const void *data = body != NULL ? g_bytes_get_data(body, &size) : NULL;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        size, (void *)data, MHD_RESPMEM_MUST_COPY); /* copied at once, so never written to */
    if (response == NULL)
        return MHD_NO;
    if (type != NULL)
        MHD_add_response_header(response, "Content-Type", type);
    return bt_http_answer_with(request, status, response, headers);
}

BtAnswered bt_http_answer_json_with(
    BtRequest *request, unsigned status, BtJson *json, const char *const *headers)
{
    char *text = bt_json_to_text(json, FALSE);
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));
    return bt_http_answer(request, status, "application/json", body, headers);
}

BtAnswered bt_http_answer_json(BtRequest *request, unsigned status, BtJson *json)
{
    static const char *const headers[] = { "Cache-Control", "no-store", NULL };
    return bt_http_answer_json_with(request, status, json, headers);
}

BtAnswered bt_http_refuse_for(
    BtRequest *request, unsigned status, const char *word, int retry_after_s)
{
    g_autoptr(BtJson) json = bt_json_new_object();
    bt_json_set_string(json, "error", word);
    g_autofree char *text = bt_json_to_text(json, FALSE);
    g_autofree char *wait = g_strdup_printf("%d", retry_after_s);
    g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));
    /* "Allow" of a wrong method is one of two. */
    const char *headers[] = { "Cache-Control", "no-store", NULL, NULL, NULL, NULL, NULL };
    int n = 2;
    if (retry_after_s > 0) {
        headers[n++] = "Retry-After";
        headers[n++] = wait;
    } else if (status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        headers[n++] = "Allow";
        headers[n++] = strcmp(request->method, "POST") == 0 ? "GET, HEAD" : "GET, HEAD, POST";
    } else if (status == MHD_HTTP_BAD_REQUEST || status == MHD_HTTP_CONTENT_TOO_LARGE) {
        headers[n++] = "Connection";
        headers[n++] = "close";
    }
    return bt_http_answer(request, status, "application/json", body, headers);
}

BtAnswered bt_http_refuse(BtRequest *request, unsigned status, const char *word)
{
    return bt_http_refuse_for(request, status, word, 0);
}
