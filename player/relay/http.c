/* HTTP by libcurl, as FFmpeg wants to read it: byte after byte, when it asks for them. A transfer
 * moves only while somebody reads, so what nobody wants yet waits in the kernel and with the
 * sender.
 *
 * libcurl thinks that it resolves and connects; it gets an address that is nobody's, and the
 * connector's connection (doors.c has the reason). Certificates are checked against the name here,
 * on this side: TLS is parsed in the jail. */
#include "player/relay/relay.h"

#include <curl/curl.h>
#include <errno.h>
#include <libavutil/mem.h>
#include <string.h>

#define AVIO_BYTES 32768
#define WAIT_MS 200
#define NOBODYS_ADDRESS "192.0.2.1"

struct Http {
    const BtRelayOrder *order;
    Meter *meter;
    GBytes *ca;
    CURLM *multi;
};

typedef struct {
    Http *http;
    CURL *easy;
    struct curl_slist *names;
    GByteArray *ready;
    gsize ready_at;   /* bytes of it that were read */
    guint64 bytes;    /* that came */
    gboolean is_over; /* its result is known */
    CURLcode result;
    char *host;
    guint port;
} Transfer;

Http *http_new(const BtRelayOrder *order, Meter *meter, GBytes *ca)
{
    Http *http = g_new0(Http, 1);
    *http = (Http){ order, meter, ca, curl_multi_init() };
    return http;
}

void http_free(Http *http)
{
    if (http == NULL)
        return;
    curl_multi_cleanup(http->multi);
    g_free(http);
}

/* ---- one transfer ---- */

static size_t on_body(char *data, size_t one, size_t size, void *user)
{
    Transfer *transfer = user;
    (void)one;
    transfer->bytes += size;
    meter_add(transfer->http->meter, size);
    if (transfer->bytes > RELAY_PART_MAX_BYTES)
        return 0;
    g_byte_array_append(transfer->ready, (const guint8 *)data, (guint)size);
    return size;
}

static curl_socket_t on_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    const Transfer *transfer = user;
    (void)purpose, (void)address;
    int fd = relay_ask(RELAY_ASK_TCP, transfer->host, transfer->port);
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int on_connected(void *user, curl_socket_t fd, curlsocktype purpose)
{
    (void)user, (void)fd, (void)purpose;
    return CURL_SOCKOPT_ALREADY_CONNECTED;
}

static void set_trust(Transfer *transfer)
{
    const Http *http = transfer->http;
    curl_easy_setopt(transfer->easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(transfer->easy, CURLOPT_CAINFO, NULL);
    if (http->ca == NULL)
        return;
    gsize size;
    const void *data = g_bytes_get_data(http->ca, &size);
    struct curl_blob blob = { (void *)data, size, CURL_BLOB_NOCOPY };
    curl_easy_setopt(transfer->easy, CURLOPT_CAINFO_BLOB, &blob);
}

static void set_names(Transfer *transfer)
{
    g_autofree char *name =
        g_strdup_printf("%s:%u:" NOBODYS_ADDRESS, transfer->host, transfer->port);
    if (g_hostname_is_ip_address(transfer->host))
        return;
    transfer->names = curl_slist_append(NULL, name);
    curl_easy_setopt(transfer->easy, CURLOPT_RESOLVE, transfer->names);
}

static void set_range(Transfer *transfer, guint64 from, guint64 to)
{
    if (from == 0 && to == 0)
        return;
    g_autofree char *end = to > 0 ? g_strdup_printf("%" G_GUINT64_FORMAT, to - 1) : g_strdup("");
    g_autofree char *range = g_strdup_printf("%" G_GUINT64_FORMAT "-%s", from, end);
    curl_easy_setopt(transfer->easy, CURLOPT_RANGE, range);
}

static void transfer_free(Transfer *transfer)
{
    if (transfer == NULL)
        return;
    curl_multi_remove_handle(transfer->http->multi, transfer->easy);
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->names);
    g_byte_array_unref(transfer->ready);
    g_free(transfer->host);
    g_free(transfer);
}

static Transfer *transfer_new(
    Http *http, const char *address, const BtStreamUrl *url, guint64 from, guint64 to)
{
    Transfer *transfer = g_new0(Transfer, 1);
    transfer->http = http;
    transfer->ready = g_byte_array_new();
    transfer->host = g_strdup(url->host);
    transfer->port = url->port;
    CURL *easy = transfer->easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, address);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "bangtin/" BANGTIN_VERSION);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)RELAY_CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_connected);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    set_trust(transfer);
    set_names(transfer);
    set_range(transfer, from, to);
    curl_multi_add_handle(http->multi, easy);
    return transfer;
}

static void take_result(Transfer *transfer)
{
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(transfer->http->multi, &left));) {
        if (message->msg != CURLMSG_DONE || message->easy_handle != transfer->easy)
            continue;
        transfer->is_over = TRUE;
        transfer->result = message->data.result;
    }
}

/* One step on; FALSE when the time is up. */
static gboolean step(Transfer *transfer)
{
    int running;
    curl_multi_perform(transfer->http->multi, &running);
    take_result(transfer);
    if (transfer->is_over || transfer->ready->len > transfer->ready_at)
        return TRUE;
    if (meter_is_over(transfer->http->meter))
        return FALSE;
    curl_multi_poll(transfer->http->multi, NULL, 0, WAIT_MS, NULL);
    return TRUE;
}

/* ---- to the first byte of the body ---- */

static gboolean fail(GError **error, BtError code, const char *address, const char *what)
{
    g_autoptr(GUri) uri = g_uri_parse(address, G_URI_FLAGS_ENCODED, NULL);
    g_set_error(error, BT_ERROR, code, "%s%s: %s", uri != NULL ? g_uri_get_host(uri) : "",
        uri != NULL ? g_uri_get_path(uri) : address, what);
    return FALSE;
}

static gboolean wait_for_head(Transfer *transfer, const char *address, GError **error)
{
    meter_wait(transfer->http->meter);
    while (!transfer->is_over && transfer->ready->len == 0)
        if (!step(transfer))
            return fail(error, BT_ERROR_TIMEOUT, address, "nothing came: expected an answer");
    if (!transfer->is_over || transfer->result == CURLE_OK)
        return TRUE;
    return fail(error, BT_ERROR_NETWORK, address, curl_easy_strerror(transfer->result));
}

/* Where a redirect leads: on the same host, and not out of TLS. (transfer full) (nullable) */
static char *redirect_of(Transfer *transfer, const char *address, GError **error)
{
    char *to = NULL;
    g_auto(BtStreamUrl) here = { 0 }, there = { 0 };
    curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &to);
    if (to != NULL && bt_stream_url_parse(address, &here, NULL) &&
        bt_stream_url_parse(to, &there, NULL) && there.secure >= here.secure &&
        strcmp(there.host, here.host) == 0)
        return g_strdup(to);
    fail(error, BT_ERROR_CEILING, address, "leads to another host: expected to stay on it");
    return NULL;
}

static Transfer *begin(
    Http *http, const char *address, guint64 from, guint64 to, long *status, GError **error)
{
    g_auto(BtStreamUrl) url = { 0 };
    if (!bt_stream_url_parse(address, &url, error))
        return NULL;
    if (url.kind != BT_STREAM_HLS || relay_ask(RELAY_ASK_NAME, url.host, url.port) < 0) {
        fail(error, BT_ERROR_CEILING, address, "a part on a host that is not named in streams=");
        return NULL;
    }
    Transfer *transfer = transfer_new(http, address, &url, from, to);
    if (wait_for_head(transfer, address, error)) {
        curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, status);
        return transfer;
    }
    transfer_free(transfer);
    return NULL;
}

/* After redirects. (transfer full) */
static Transfer *follow(
    Http *http, const char *url, guint64 from, guint64 to, char **address, GError **error)
{
    g_autofree char *at = g_strdup(url);
    for (guint n = 0; n <= RELAY_MAX_REDIRECTS; n++) {
        long status = 0;
        Transfer *transfer = begin(http, at, from, to, &status, error);
        if (transfer == NULL)
            return NULL;
        if (status == 200 || status == 206) {
            if (address != NULL)
                *address = g_steal_pointer(&at);
            return transfer;
        }
        g_autofree char *next = status / 100 == 3 ? redirect_of(transfer, at, error) : NULL;
        transfer_free(transfer);
        if (status / 100 != 3) {
            g_autofree char *words = g_strdup_printf("status %ld: expected 200", status);
            fail(error, status == 404 ? BT_ERROR_NOT_FOUND : BT_ERROR_NETWORK, at, words);
        }
        if (next == NULL)
            return NULL;
        g_free(at);
        at = g_steal_pointer(&next);
    }
    fail(error, BT_ERROR_LIMIT, url, "too many redirects");
    return NULL;
}

/* ---- reading ---- */

static int give_bytes(void *user, uint8_t *buffer, int size)
{
    Transfer *transfer = user;
    GByteArray *ready = transfer->ready;
    meter_wait(transfer->http->meter);
    while (ready->len == transfer->ready_at) {
        g_byte_array_set_size(ready, 0);
        transfer->ready_at = 0;
        if (transfer->is_over)
            return transfer->result == CURLE_OK ? AVERROR_EOF : AVERROR(EIO);
        if (!step(transfer))
            return AVERROR(ETIMEDOUT);
    }
    gsize n = MIN((gsize)MAX(size, 0), ready->len - transfer->ready_at);
    memcpy(buffer, ready->data + transfer->ready_at, n);
    transfer->ready_at += n;
    return (int)n;
}

AVIOContext *http_open(
    Http *http, const char *url, guint64 from, guint64 to, char **address, GError **error)
{
    Transfer *transfer = follow(http, url, from, to, address, error);
    guint8 *buffer = transfer != NULL ? av_malloc(AVIO_BYTES) : NULL;
    if (buffer == NULL) {
        transfer_free(transfer);
        return NULL;
    }
    AVIOContext *avio = avio_alloc_context(buffer, AVIO_BYTES, 0, transfer, give_bytes, NULL, NULL);
    avio->seekable = 0;
    return avio;
}

void http_close(AVIOContext *avio)
{
    transfer_free(avio->opaque);
    av_freep(&avio->buffer);
    avio_context_free(&avio);
}

char *http_read(Http *http, const char *url, gsize max_bytes, char **address, GError **error)
{
    Transfer *transfer = follow(http, url, 0, 0, address, error);
    if (transfer == NULL)
        return NULL;
    char *text = NULL;
    gboolean alive = TRUE;
    while (alive && !transfer->is_over && transfer->ready->len <= max_bytes) {
        transfer->ready_at = transfer->ready->len;
        alive = step(transfer);
    }
    if (transfer->ready->len > max_bytes)
        fail(error, BT_ERROR_LIMIT, url, "the playlist is too long");
    else if (!alive || transfer->result != CURLE_OK)
        fail(error, BT_ERROR_NETWORK, url, "the playlist does not come to its end");
    else
        text = g_strndup((const char *)transfer->ready->data, transfer->ready->len);
    transfer_free(transfer);
    return text;
}
