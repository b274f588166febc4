/* What is shown must hold for addresses that are wrong, too: a password with a slash in it makes
 * one that no parser takes, and that is the one which a message will quote. So the text is cut, not
 * parsed: rather too much is left out than too little. */
#include "base/address.h"

#include <gio/gio.h>
#include <string.h>

char *bt_address_shown(const char *address)
{
    const char *colon = strstr(address, "://"), *rest = colon ? colon + strlen("://") : address;
    if (g_ascii_strncasecmp(address, "file:", strlen("file:")) == 0)
        return g_strdup(address);
    const char *user = strrchr(rest, '@');
    const char *from = user ? user : rest;
    gsize size_bytes = strcspn(from, "?#");
    return g_strdup_printf("%.*s%s%.*s%s", (int)(rest - address), address, user ? "…" : "",
        (int)size_bytes, from, from[size_bytes] ? "…" : "");
}

gboolean bt_address_has_more(const char *address)
{
    g_autoptr(GUri) uri = g_uri_parse(address, G_URI_FLAGS_ENCODED, NULL);
    return uri && (g_uri_get_userinfo(uri) || g_uri_get_query(uri) || g_uri_get_fragment(uri));
}

gboolean bt_address_is_loopback(const char *host)
{
    if (g_ascii_strcasecmp(host, "localhost") == 0)
        return TRUE;
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
    return address && g_inet_address_get_is_loopback(address);
}
