#include "playlists/sync/transport.h"

#include "base/address.h"
#include "base/prefix.h"

#include <string.h>

/* ---- choosing one ---- */

static BtTransport *fail_base(const char *base, const char *what, GError **error)
{
    g_autofree char *shown = bt_address_shown(base);
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "%s: %s", shown, what);
    return NULL;
}

static BtTransport *new_for_folder(const char *base, GError **error)
{
    g_autofree char *folder = g_filename_from_uri(base, NULL, NULL);
    if (!folder || !g_str_has_prefix(base, "file:///"))
        return fail_base(base, "not the address of a folder: expected file:///PATH", error);
    return bt_tree_new(folder);
}

BtTransport *bt_transport_new(const BtTransportOptions *options, GError **error)
{
    const char *base = options->base;
    g_autoptr(GUri) uri = g_uri_parse(base, G_URI_FLAGS_ENCODED, NULL);
    if (!uri || bt_address_has_more(base))
        return fail_base(base, "not the address of a source: expected https://HOST/PATH", error);
    const char *scheme = g_uri_get_scheme(uri), *host = g_uri_get_host(uri);
    if (strcmp(scheme, "file") == 0)
        return new_for_folder(base, error);
    if (!host || !*host)
        return fail_base(base, "names no host: expected https://HOST/PATH", error);
    if (strcmp(scheme, "https") == 0)
        return bt_fetch_new(options, FALSE);
    if (strcmp(scheme, "http") != 0)
        return fail_base(base, "unknown scheme: expected https or file", error);
    if (!options->insecure_host && !bt_address_is_loopback(host))
        return fail_base(base, "plain http: expected https, or the host named as insecure", error);
    return bt_fetch_new(options, TRUE);
}

void bt_transport_free(BtTransport *transport)
{
    if (transport)
        transport->free(transport);
}

/* ---- small documents ---- */

static gboolean begin_memory(const BtAnswer *answer, gpointer user, GError **error)
{
    (void)answer, (void)user, (void)error;
    return TRUE;
}

static gboolean write_memory(const void *data, gsize size_bytes, gpointer user, GError **error)
{
    (void)error;
    g_byte_array_append(user, data, (guint)size_bytes);
    return TRUE;
}

static gboolean finish_memory(
    gboolean answered, GByteArray *memory, const BtAnswer *answer, GBytes **bytes)
{
    if (answered && answer->status / 100 == 2)
        *bytes = g_byte_array_free_to_bytes(memory);
    else
        g_byte_array_unref(memory);
    return answered;
}

gboolean bt_transport_read(
    BtTransport *transport, const BtGet *get, BtAnswer *answer, GBytes **bytes, GError **error)
{
    GByteArray *memory = g_byte_array_new();
    BtSink sink = { begin_memory, write_memory, memory };
    *bytes = NULL;
    gboolean answered = transport->get(transport, get, &sink, answer, error);
    return finish_memory(answered, memory, answer, bytes);
}

gboolean bt_transport_send(
    BtTransport *transport, const BtPost *post, BtAnswer *answer, GBytes **bytes, GError **error)
{
    GByteArray *memory = g_byte_array_new();
    BtSink sink = { begin_memory, write_memory, memory };
    *bytes = NULL;
    gboolean answered = transport->post(transport, post, &sink, answer, error);
    return finish_memory(answered, memory, answer, bytes);
}

/* ---- answers ---- */

void bt_answer_fail(const BtAnswer *answer, const char *path, GError **error)
{
    /* 403: a web server's word for a file that it may not read. */
    if (answer->status == 403 || answer->status == 404 || answer->status == 410)
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "%s: answered %d: expected 200", path,
            answer->status);
    else if (answer->status == 511 || answer->elsewhere)
        g_set_error(error, BT_ERROR, BT_ERROR_CAPTIVE,
            "%s: answered %d to somewhere else: expected the source; this network wants a login, "
            "or "
            "the source has moved",
            path, answer->status);
    else if (answer->status / 100 == 3)
        g_set_error(error, BT_ERROR, BT_ERROR_NETWORK,
            "%s: answered %d: expected the thing itself, redirects are not followed", path,
            answer->status);
    else
        g_set_error(error, BT_ERROR, BT_ERROR_NETWORK, "%s: answered %d: expected 200", path,
            answer->status);
}

gboolean bt_answer_check_page(GBytes *bytes, const char *path, GError **error)
{
    gsize size = 0;
    const char *text = g_bytes_get_data(bytes, &size);
    if (!bt_prefix_is_page(text, size))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_CAPTIVE,
        "%s: answered with a page for people: expected a document; this network wants a login, or "
        "something stands between",
        path);
    return FALSE;
}

double bt_transport_stretch(const BtTransport *transport)
{
    double times = (double)transport->greeting_ms / BT_GOOD_GREETING_MS;
    return CLAMP(times, 1.0, BT_STRETCH_MAX);
}

void bt_transport_be_patient(BtTransport *transport, const BtPatience *patience)
{
    gint64 limit_ms = patience ? patience->limit_ms : 0;
    if (patience && patience->stretches)
        limit_ms = (gint64)((double)limit_ms * bt_transport_stretch(transport));
    transport->cancelled = patience ? patience->cancelled : NULL;
    transport->until_us = limit_ms > 0 ? g_get_monotonic_time() + limit_ms * 1000 : 0;
}

gboolean bt_transport_is_cancelled(const BtTransport *transport, GError **error)
{
    if (transport->until_us > 0 && g_get_monotonic_time() >= transport->until_us) {
        g_set_error_literal(error, BT_ERROR, BT_ERROR_TIMEOUT, "stopped: it took too long");
        return TRUE;
    }
    if (!transport->cancelled || !g_atomic_int_get(transport->cancelled))
        return FALSE;
    g_set_error_literal(error, BT_ERROR, BT_ERROR_TIMEOUT, "stopped: the player wants to end");
    return TRUE;
}
