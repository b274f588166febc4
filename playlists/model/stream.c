#include "playlists/model/stream.h"

#include "base/error.h"

#include <gio/gio.h>
#include <string.h>

typedef struct {
    const char *scheme;
    BtStreamKind kind;
    gboolean secure;
    guint port; /* 0: must be written */
} Scheme;

static const Scheme schemes[] = {
    { "https", BT_STREAM_HLS, TRUE, 443 },
    { "http", BT_STREAM_HLS, FALSE, 80 },
    { "rtsp", BT_STREAM_RTSP, FALSE, 554 },
    { "udp", BT_STREAM_UDP, FALSE, 0 },
};

static const Scheme *find_scheme(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++)
        if (g_strcmp0(name, schemes[i].scheme) == 0)
            return &schemes[i];
    return NULL;
}

static gboolean invalid(GError **error, const char *what)
{
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "this is not the URL of a stream: %s", what);
    return FALSE;
}

static gboolean is_graphic(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if (!g_ascii_isgraph(*p))
            return FALSE;
    return TRUE;
}

static gboolean is_address(const char *host)
{
    return g_hostname_is_ip_address(host);
}

/* Names, and addresses as they are written everywhere: "0x7f.1" is a name of nobody. */
static gboolean is_host(const char *host)
{
    gsize length = strlen(host);
    if (is_address(host))
        return TRUE;
    if (length == 0 || length > BT_STREAM_HOST_MAX_BYTES || !g_ascii_isalnum(host[0]))
        return FALSE;
    for (const char *p = host; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && *p != '-' && *p != '.' && *p != '_')
            return FALSE;
    const char *last = strrchr(host, '.');
    last = last != NULL ? last + 1 : host;
    return !g_ascii_isdigit(*last);
}

static gboolean check_parts(const Scheme *scheme, GUri *uri, GError **error)
{
    const char *host = g_uri_get_host(uri);
    int port = g_uri_get_port(uri);
    if (host == NULL || !is_host(host))
        return invalid(error, "expected a host after ://");
    if (port == 0 || port > 65535 || (port < 0 && scheme->port == 0))
        return invalid(error, "expected a port, 1 to 65535");
    if (scheme->kind != BT_STREAM_UDP)
        return TRUE;
    const char *path = g_uri_get_path(uri);
    if (!is_address(host))
        return invalid(error, "expected udp://ADDRESS:PORT, of this board or of a group");
    if ((*path != '\0' && strcmp(path, "/") != 0) || g_uri_get_query(uri) != NULL)
        return invalid(error, "expected nothing after udp://ADDRESS:PORT");
    return TRUE;
}

gboolean bt_stream_url_parse(const char *text, BtStreamUrl *url, GError **error)
{
    *url = (BtStreamUrl){ 0 };
    if (strlen(text) > BT_STREAM_URL_MAX_BYTES) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "the URL of a stream of %zu bytes: expected %d", strlen(text), BT_STREAM_URL_MAX_BYTES);
        return FALSE;
    }
    g_autoptr(GUri) uri = is_graphic(text) ? g_uri_parse(text, G_URI_FLAGS_ENCODED, NULL) : NULL;
    const Scheme *scheme = uri != NULL ? find_scheme(g_uri_get_scheme(uri)) : NULL;
    if (scheme == NULL)
        return invalid(error, "expected https, http, rtsp or udp");
    if (!check_parts(scheme, uri, error))
        return FALSE;
    url->kind = scheme->kind;
    url->secure = scheme->secure;
    url->host = g_ascii_strdown(g_uri_get_host(uri), -1);
    url->port = g_uri_get_port(uri) > 0 ? (guint)g_uri_get_port(uri) : scheme->port;
    return TRUE;
}

void bt_stream_url_clear(BtStreamUrl *url)
{
    g_clear_pointer(&url->host, g_free);
}

/* ---- hosts ---- */

/* "HOST", "HOST:PORT", "[IPV6]", "[IPV6]:PORT", "IPV6". `*port` 0: any. (transfer full) (nullable)
 */
static char *split(const char *name, guint *port)
{
    const char *end = name + strlen(name), *colon = strrchr(name, ':');
    guint64 number = 0;
    gboolean has_port = colon != NULL && (strchr(name, ':') == colon || colon[-1] == ']');
    if (has_port && !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &number, NULL))
        return NULL;
    *port = (guint)number;
    if (has_port)
        end = colon;
    if (*name == '[') {
        if (end - name < 2 || end[-1] != ']')
            return NULL;
        name++, end--;
    }
    g_autofree char *given = g_strndup(name, (gsize)(end - name));
    return g_ascii_strdown(given, -1);
}

gboolean bt_stream_host_is_sound(const char *name)
{
    guint port;
    g_autofree char *host = *name != '\0' && *name != ':' ? split(name, &port) : NULL;
    return host != NULL && is_host(host);
}

gboolean bt_stream_host_is_named(const char *const *names, const char *host, guint port)
{
    for (guint i = 0; names != NULL && names[i] != NULL; i++) {
        guint named_port;
        g_autofree char *named = split(names[i], &named_port);
        if (named != NULL && strcmp(named, host) == 0 && (named_port == 0 || named_port == port))
            return TRUE;
    }
    return FALSE;
}

gboolean bt_stream_host_is_here(const char *host)
{
    if (strcmp(host, "localhost") == 0)
        return TRUE;
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
    return address != NULL && g_inet_address_get_is_loopback(address);
}

gboolean bt_stream_may_open(const BtStreamUrl *url, const char *const *names, GError **error)
{
    if (names == NULL ? url->secure || bt_stream_host_is_here(url->host)
                      : bt_stream_host_is_named(names, url->host, url->port))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_CEILING,
        names == NULL ? "a stream without TLS from %s:%u: expected https, or this host in streams="
                      : "a stream from %s:%u: expected a host that streams= names",
        url->host, url->port);
    return FALSE;
}
