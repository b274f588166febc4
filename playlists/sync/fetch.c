/* HTTP, with libcurl and here only. What libcurl does not promise is done here: it does not bound a
 * body whose length the peer does not tell (CURLOPT_MAXFILESIZE looks at Content-Length only), so
 * the bytes are counted as they come; it would follow the environment's proxies, decode what we did
 * not ask for, and add the system's certificate authorities to a private one, so all that is turned
 * off. One handle lives as long as the source: its connection is kept from poll to poll, since a
 * new TLS handshake a minute costs more than all the content of a month of bulletins. */
#include "playlists/sync/head.h"
#include "playlists/sync/tls.h"
#include "playlists/sync/transport.h"

#include <curl/curl.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

#define HEADERS_MAX_BYTES (64 * 1024) /* of one answer; servers send less than 1 KB */
#define HANDSHAKE_BYTES 6000          /* about: TLS 1.3 with a chain of two certificates */
#define DROPPED_MAX_BYTES (64 * 1024) /* of a body that says why it is not 2xx */

typedef struct {
    BtTransport transport;
    CURL *curl;
    char *base, *ca_path, *pin;
    struct curl_slist *connect_to; /* (nullable) */
    gboolean plain_http;
    guint64 max_bytes_per_s;
    guint low_speed_s, silence_s;
    gint64 connect_ms; /* patience with the next greeting */
    gint64 socket_us;  /* when the one under way began; 0: there is none */
    BtSyncNow now;
    gpointer now_user;
    gboolean met_early; /* the connection was made when the time was not known */
} BtFetch;

/* One request under way. */
typedef struct {
    BtFetch *fetch;
    const char *path;
    const BtSink *sink;
    BtAnswer *answer;
    BtHead head;
    guint64 max_bytes, body_bytes, header_bytes;
    guint turns;     /* as in BtGet */
    gint64 heard_us; /* when the last byte came; at first, when it was asked for */
    gint64 asked_us; /* when the greeting was over; 0: not yet */
    gboolean begun, dropped_enough;
    GError *error; /* ours; libcurl then only says that a callback failed */
} Exchange;

/* ---- the answer ---- */

static gboolean begin_body(Exchange *x)
{
    if (x->answer->status / 100 != 2)
        return TRUE;
    x->begun = TRUE;
    return x->sink->begin(x->answer, x->sink->user, &x->error);
}

static size_t on_header(char *data, size_t one, size_t size, void *user)
{
    Exchange *x = user;
    (void)one;
    x->heard_us = g_get_monotonic_time();
    x->header_bytes += size;
    if (x->header_bytes > HEADERS_MAX_BYTES) {
        g_set_error(&x->error, BT_ERROR, BT_ERROR_LIMIT, "%s: the head is longer than %d bytes",
            x->path, HEADERS_MAX_BYTES);
        return 0;
    }
    if (x->begun) /* what comes after the body is nobody's */
        return size;
    switch (bt_head_read(&x->head, data, size, x->answer, &x->error)) {
    case BT_HEAD_GOES_ON:
        return size;
    case BT_HEAD_ENDS:
        return begin_body(x) ? size : 0;
    default:
        return 0;
    }
}

static size_t drop_body(Exchange *x, size_t size)
{
    x->body_bytes += size;
    x->dropped_enough = x->body_bytes > DROPPED_MAX_BYTES;
    return x->dropped_enough ? 0 : size;
}

static size_t on_body(char *data, size_t one, size_t size, void *user)
{
    Exchange *x = user;
    (void)one;
    x->heard_us = g_get_monotonic_time();
    if (!x->begun)
        return drop_body(x, size);
    if (size > x->max_bytes - x->body_bytes) {
        g_set_error(&x->error, BT_ERROR, BT_ERROR_LIMIT,
            "%s: the body goes on after %" G_GUINT64_FORMAT " bytes: expected no more", x->path,
            x->max_bytes);
        return 0;
    }
    x->body_bytes += size;
    return x->sink->write(data, size, x->sink->user, &x->error) ? size : 0;
}

static double stretched_s(const BtFetch *fetch)
{
    return fetch->low_speed_s * bt_transport_stretch(&fetch->transport);
}

static gboolean is_over(gint64 since_us, double limit_s)
{
    return limit_s > 0 &&
        (double)(g_get_monotonic_time() - since_us) >= limit_s * (double)G_USEC_PER_SEC;
}

/* libcurl's lowest speed cannot say it: a stream that lives sends three bytes in half a minute, and
 * a document is an answer of one packet. */
static gboolean is_silent(Exchange *x)
{
    const BtFetch *fetch = x->fetch;
    double silence_s = x->turns > 0 ? stretched_s(fetch) : fetch->silence_s;
    if (!is_over(x->heard_us, silence_s))
        return FALSE;
    g_set_error(&x->error, BT_ERROR, BT_ERROR_TIMEOUT,
        "%s%s: nothing came for %.0f s: expected a sign of life", fetch->base, x->path, silence_s);
    return TRUE;
}

static gboolean is_too_long(Exchange *x)
{
    const BtFetch *fetch = x->fetch;
    double limit_s = x->turns * stretched_s(fetch);
    if (!is_over(x->asked_us, limit_s))
        return FALSE;
    g_set_error(&x->error, BT_ERROR, BT_ERROR_TIMEOUT,
        "%s%s: took longer than %.0f s: expected a document", fetch->base, x->path, limit_s);
    return TRUE;
}

/* About once a second, also when nothing comes. */
static int on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    Exchange *x = user;
    (void)a, (void)b, (void)c, (void)d;
    if (x->error || (x->asked_us > 0 && (is_silent(x) || is_too_long(x))))
        return TRUE;
    return bt_transport_is_cancelled(&x->fetch->transport, &x->error);
}

/* ---- the request ---- */

/* A greeting has a limit of its own; what it took is known before the answer is waited for. Of a
 * connection that was kept there is none. */
static int on_greeted(void *user, char *their_ip, char *our_ip, int their_port, int our_port)
{
    Exchange *x = user;
    BtFetch *fetch = x->fetch;
    (void)their_ip, (void)our_ip, (void)their_port, (void)our_port;
    x->asked_us = x->heard_us = g_get_monotonic_time();
    if (fetch->socket_us > 0)
        fetch->transport.greeting_ms = (x->asked_us - fetch->socket_us) / 1000;
    fetch->socket_us = 0;
    return CURL_PREREQFUNC_OK;
}

/* The instant at which certificates must hold. `*known` FALSE: it is only the latest that is surely
 * past. */
static gint64 time_for_tls(const BtFetch *fetch, gboolean *known)
{
    if (fetch->now)
        return fetch->now(known, fetch->now_user);
    gint64 wall_ms = g_get_real_time() / 1000;
    *known = fetch->transport.trusted_now_ms <= wall_ms;
    return MAX(wall_ms, fetch->transport.trusted_now_ms);
}

/* libcurl's own context, so that it checks all else. */
static CURLcode on_tls(CURL *curl, void *context, void *user)
{
    const BtFetch *fetch = user;
    gboolean known;
    gint64 now_ms = time_for_tls(fetch, &known);
    (void)curl;
    bt_tls_set_time(context, fetch->pin != NULL, now_ms, known);
    return CURLE_OK;
}

/* Who was met by a doubtful clock is met again when the time is known, and from the beginning. */
static void set_meeting(BtFetch *fetch)
{
    gboolean known;
    time_for_tls(fetch, &known);
    curl_easy_setopt(fetch->curl, CURLOPT_SSL_SESSIONID_CACHE, known ? 1L : 0L);
    gboolean fresh = fetch->transport.fresh || (known && fetch->met_early);
    curl_easy_setopt(fetch->curl, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
    fetch->transport.fresh = FALSE;
    fetch->met_early = !known;
}

/* What was sent and is not confirmed in time tells that the way is gone, though nobody said so: a
 * cable pulled, a NAT that forgot, a radio that slept. Then libcurl tries once more by a new
 * connection, within the same request; without it a kept connection would hang until the limit of
 * time, and the round would be lost. Two thirds of that limit, and more while greetings fail. */
static int on_socket(void *user, curl_socket_t fd, curlsocktype purpose)
{
    BtFetch *fetch = user;
    gint64 base_ms = (gint64)(stretched_s(fetch) * 1000 * 2 / 3);
    gboolean is_long = fetch->connect_ms > BT_CONNECT_TIMEOUT_S * 1000;
    unsigned int unacked_ms = (unsigned int)(is_long ? MAX(base_ms, fetch->connect_ms) : base_ms);
    (void)purpose;
    fetch->socket_us = g_get_monotonic_time();
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacked_ms, sizeof unacked_ms);
    return CURL_SOCKOPT_OK; /* 0: as long as the kernel likes */
}

static void set_tls(BtFetch *fetch)
{
    CURL *curl = fetch->curl;
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, on_tls);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, fetch);
    set_meeting(fetch);
    if (fetch->ca_path) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, fetch->ca_path);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL); /* not also the system's */
    }
    if (fetch->pin)
        curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, fetch->pin);
}

static void set_lowest_speed(const BtFetch *fetch)
{
    double rate = (double)fetch->max_bytes_per_s;
    double slow = BT_LOW_SPEED_BYTES_PER_S / bt_transport_stretch(&fetch->transport);
    if (rate > 0)
        slow = MIN(slow, rate / 2); /* our own brake is not the peer's fault */
    curl_easy_setopt(fetch->curl, CURLOPT_LOW_SPEED_LIMIT, (long)slow);
    curl_easy_setopt(fetch->curl, CURLOPT_LOW_SPEED_TIME, (long)stretched_s(fetch));
}

static void set_limits(BtFetch *fetch)
{
    CURL *curl = fetch->curl;
    curl_off_t rate = (curl_off_t)fetch->max_bytes_per_s;
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)fetch->connect_ms);
    curl_easy_setopt(curl, CURLOPT_MAX_RECV_SPEED_LARGE, rate);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, fetch->plain_http ? "http" : "https");
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* nor the environment's */
}

static void set_callbacks(Exchange *x)
{
    CURL *curl = x->fetch->curl;
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, x);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, x);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, x);
    curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, on_greeted);
    curl_easy_setopt(curl, CURLOPT_PREREQDATA, x);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

/* A certificate that is none of the source's: not one that is only out of date. */
static gboolean is_of_another(const Exchange *x, CURLcode code)
{
    long verified = X509_V_OK;
    curl_easy_getinfo(x->fetch->curl, CURLINFO_SSL_VERIFYRESULT, &verified);
    return code == CURLE_SSL_PINNEDPUBKEYNOTMATCH ||
        (code == CURLE_PEER_FAILED_VERIFICATION && verified != X509_V_ERR_CERT_HAS_EXPIRED &&
            verified != X509_V_ERR_CERT_NOT_YET_VALID);
}

static gboolean fail_curl(Exchange *x, CURLcode code, const char *words, GError **error)
{
    if (x->error) {
        g_propagate_error(error, g_steal_pointer(&x->error));
        return FALSE;
    }
    BtError reason = code == CURLE_OPERATION_TIMEDOUT ? BT_ERROR_TIMEOUT : BT_ERROR_NETWORK;
    if (is_of_another(x, code)) {
        g_set_error(error, BT_ERROR, BT_ERROR_CAPTIVE,
            "%s%s: %s: expected the source's own certificate; this network wants a login, or "
            "something stands between",
            x->fetch->base, x->path, *words ? words : curl_easy_strerror(code));
        return FALSE;
    }
    g_set_error(error, BT_ERROR, reason, "%s%s: %s", x->fetch->base, x->path,
        *words ? words : curl_easy_strerror(code));
    return FALSE;
}

static void count_bytes(BtFetch *fetch)
{
    curl_off_t down = 0, up = 0;
    long head = 0, request = 0, connects = 0;
    curl_easy_getinfo(fetch->curl, CURLINFO_SIZE_DOWNLOAD_T, &down);
    curl_easy_getinfo(fetch->curl, CURLINFO_SIZE_UPLOAD_T, &up);
    curl_easy_getinfo(fetch->curl, CURLINFO_HEADER_SIZE, &head);
    curl_easy_getinfo(fetch->curl, CURLINFO_REQUEST_SIZE, &request);
    curl_easy_getinfo(fetch->curl, CURLINFO_NUM_CONNECTS, &connects);
    if (!fetch->plain_http)
        head += connects * HANDSHAKE_BYTES;
    fetch->transport.bytes += (guint64)(down + up + head + request);
}

static Exchange exchange_begin(
    BtFetch *fetch, const char *path, const BtSink *sink, BtAnswer *answer)
{
    *answer = (BtAnswer){ .total_bytes = -1 };
    return (Exchange){ fetch, path, sink, answer, .head = { fetch->base, path } };
}

/* Resets the options, which keeps the connection, and sets those of every request. */
static void prepare(Exchange *x, const char *url, char *words)
{
    CURL *curl = x->fetch->curl;
    curl_easy_reset(curl);
    words[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, on_socket);
    curl_easy_setopt(curl, CURLOPT_SOCKOPTDATA, x->fetch);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "bangtin/" BANGTIN_VERSION);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CONNECT_TO, x->fetch->connect_to);
    curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, 1L); /* one that was left is not taken up again */
    set_limits(x->fetch);
    set_tls(x->fetch);
    set_callbacks(x);
    x->fetch->socket_us = 0;
}

/* On a good line a peer that does not answer is soon given up, and found again soon when the line
 * is back; where the ways are long or packets get lost, name, connection and TLS take a minute in
 * all. So patience grows with what a greeting took, and while none succeeds. */
static void learn_patience(BtFetch *fetch, CURLcode code)
{
    curl_off_t took_us = 0;
    long n_new = 0;
    curl_easy_getinfo(fetch->curl, CURLINFO_PRETRANSFER_TIME_T, &took_us);
    curl_easy_getinfo(fetch->curl, CURLINFO_NUM_CONNECTS, &n_new);
    if (took_us > 0 && n_new > 0)
        fetch->connect_ms = 4 * took_us / 1000;
    else if (took_us == 0 && code == CURLE_OPERATION_TIMEDOUT)
        fetch->connect_ms *= 2;
    fetch->connect_ms =
        CLAMP(fetch->connect_ms, BT_CONNECT_TIMEOUT_S * 1000, BT_CONNECT_TIMEOUT_MAX_S * 1000);
}

/* At an address that was given the name was not asked. */
static void note_met(BtFetch *fetch)
{
    const char *address = NULL;
    curl_easy_getinfo(fetch->curl, CURLINFO_PRIMARY_IP, &address);
    if (address && !fetch->plain_http && !fetch->connect_to)
        g_strlcpy(fetch->transport.met, address, sizeof fetch->transport.met);
}

static gboolean is_nameless(const BtFetch *fetch, CURLcode code)
{
    curl_off_t looked_up_us = 0;
    curl_easy_getinfo(fetch->curl, CURLINFO_NAMELOOKUP_TIME_T, &looked_up_us);
    return code == CURLE_COULDNT_RESOLVE_HOST ||
        (code == CURLE_OPERATION_TIMEDOUT && looked_up_us == 0);
}

static gboolean perform(Exchange *x, const char *words, GError **error)
{
    CURLcode code = curl_easy_perform(x->fetch->curl);
    curl_easy_setopt(x->fetch->curl, CURLOPT_ERRORBUFFER, NULL);
    count_bytes(x->fetch);
    learn_patience(x->fetch, code);
    x->fetch->transport.nameless = is_nameless(x->fetch, code);
    if (code == CURLE_OK)
        note_met(x->fetch);
    BtTransport *transport = &x->fetch->transport;
    transport->asked_ms =
        MAX(transport->asked_ms, bt_answer_asked_ms(x->answer, g_get_real_time() / 1000));
    if (code == CURLE_OK || x->dropped_enough)
        return TRUE;
    return fail_curl(x, code, words, error);
}

static struct curl_slist *add_header(struct curl_slist *list, const char *name, const char *value)
{
    g_autofree char *line = g_strconcat(name, ": ", value, NULL);
    return curl_slist_append(list, line);
}

static gboolean is_set(const char *text)
{
    return text && *text;
}

/* FALSE: the whole is wanted. */
static gboolean write_range(const BtGet *get, char *range, gsize room)
{
    if (get->length > 0)
        g_snprintf(range, room, "%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, get->offset,
            get->offset + get->length - 1);
    else
        g_snprintf(range, room, "%" G_GUINT64_FORMAT "-", get->offset);
    return get->length > 0 || get->offset > 0;
}

static gboolean fetch_get(
    BtTransport *transport, const BtGet *get, const BtSink *sink, BtAnswer *answer, GError **error)
{
    BtFetch *fetch = (BtFetch *)transport;
    Exchange x = exchange_begin(fetch, get->path, sink, answer);
    x.max_bytes = get->max_bytes;
    x.turns = get->turns;
    g_autofree char *url = g_strconcat(fetch->base, get->path, NULL);
    char words[CURL_ERROR_SIZE], range[48];
    struct curl_slist *headers = add_header(NULL, "Accept-Encoding", "identity");
    prepare(&x, url, words);
    if (get->turns == 0)
        set_lowest_speed(fetch);
    if (is_set(get->if_none_match))
        headers = add_header(headers, "If-None-Match", get->if_none_match);
    if (write_range(get, range, sizeof range)) {
        curl_easy_setopt(fetch->curl, CURLOPT_RANGE, range);
        if (is_set(get->if_range))
            headers = add_header(headers, "If-Range", get->if_range);
    }
    for (guint i = 0; get->headers && get->headers[i]; i++)
        headers = curl_slist_append(headers, get->headers[i]);
    curl_easy_setopt(fetch->curl, CURLOPT_HTTPHEADER, headers);
    gboolean done = perform(&x, words, error);
    curl_slist_free_all(headers);
    g_clear_error(&x.error);
    return done;
}

static gboolean fetch_post(BtTransport *transport, const BtPost *post, const BtSink *sink,
    BtAnswer *answer, GError **error)
{
    BtFetch *fetch = (BtFetch *)transport;
    Exchange x = exchange_begin(fetch, post->path, sink, answer);
    x.max_bytes = post->max_bytes;
    g_autofree char *url = g_strconcat(fetch->base, post->path, NULL);
    char words[CURL_ERROR_SIZE];
    struct curl_slist *headers = add_header(NULL, "Accept-Encoding", "identity");
    prepare(&x, url, words);
    headers = add_header(headers, "Content-Type", post->content_type);
    if (post->content_encoding)
        headers = add_header(headers, "Content-Encoding", post->content_encoding);
    headers = curl_slist_append(headers, "Expect:"); /* asks for no round trip of its own */
    for (guint i = 0; post->headers && post->headers[i]; i++)
        headers = curl_slist_append(headers, post->headers[i]);
    curl_easy_setopt(fetch->curl, CURLOPT_HTTPHEADER, headers);
    /* What the kernel took is sent, to libcurl; all that follows is silence. */
    if (transport->until_us == 0)
        set_lowest_speed(fetch);
    curl_easy_setopt(
        fetch->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)g_bytes_get_size(post->body));
    curl_easy_setopt(fetch->curl, CURLOPT_POSTFIELDS, g_bytes_get_data(post->body, NULL));
    gboolean done = perform(&x, words, error);
    curl_slist_free_all(headers);
    g_clear_error(&x.error);
    return done;
}

static void fetch_free(BtTransport *transport)
{
    BtFetch *fetch = (BtFetch *)transport;
    curl_easy_cleanup(fetch->curl);
    curl_slist_free_all(fetch->connect_to);
    g_free(fetch->base);
    g_free(fetch->ca_path);
    g_free(fetch->pin);
    g_free(fetch);
}

/* In libcurl's words: any host and port of the URL, then the address, and the URL's port unless
 * another is given. */
static struct curl_slist *new_connect_to(const char *address)
{
    gboolean bare = g_hostname_is_ip_address(address), is_v6 = bare && strchr(address, ':');
    g_autofree char *line =
        g_strconcat("::", is_v6 ? "[" : "", address, is_v6 ? "]" : "", bare ? ":" : "", NULL);
    return curl_slist_append(NULL, line);
}

BtTransport *bt_fetch_new(const BtTransportOptions *options, gboolean plain_http)
{
    BtFetch *fetch = g_new0(BtFetch, 1);
    fetch->transport.get = fetch_get;
    fetch->transport.post = fetch_post;
    fetch->transport.free = fetch_free;
    fetch->transport.trusted_now_ms = G_MININT64;
    fetch->curl = curl_easy_init();
    g_assert(fetch->curl); /* only memory can be wanting */
    fetch->base = g_strdup(options->base);
    fetch->ca_path = g_strdup(options->ca_path);
    fetch->pin = g_strdup(options->pin);
    if (options->connect_to)
        fetch->connect_to = new_connect_to(options->connect_to);
    fetch->plain_http = plain_http;
    fetch->max_bytes_per_s = options->max_bytes_per_s;
    fetch->low_speed_s = options->low_speed_s;
    fetch->silence_s = options->silence_s;
    fetch->connect_ms = BT_CONNECT_TIMEOUT_S * 1000;
    fetch->now = options->now;
    fetch->now_user = options->now_user;
    return &fetch->transport;
}
