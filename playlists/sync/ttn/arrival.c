#include "playlists/sync/ttn/arrival.h"
#include "playlists/sync/ttn/type.h"

#include "base/address.h"
#include "base/prefix.h"

#include <string.h>

#define MAX_REDIRECTS 3
#define MAX_TRIES 2 /* as it stands, and once more from the start */

/* ---- the address ---- */

static gboolean is_named(const char *const *hosts, const char *host)
{
    for (guint i = 0; hosts != NULL && hosts[i] != NULL; i++)
        if (g_ascii_strcasecmp(hosts[i], host) == 0)
            return TRUE;
    return FALSE;
}

static gboolean fail_address(const char *address, const char *what, GError **error)
{
    g_autofree char *shown = bt_address_shown(address);
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "%s: %s", shown, what);
    return FALSE;
}

static GUri *read_address(const char *address, GError **error)
{
    g_autoptr(GUri) uri = g_uri_parse(address, G_URI_FLAGS_ENCODED, NULL);
    const char *host = uri == NULL ? NULL : g_uri_get_host(uri);
    if (host == NULL || *host == '\0' || strlen(address) > BT_LOCATION_MAX_BYTES)
        fail_address(address, "not an address: expected https://HOST/PATH", error);
    else if (!g_str_equal(g_uri_get_scheme(uri), "https") &&
        !g_str_equal(g_uri_get_scheme(uri), "http"))
        fail_address(address, "unknown scheme: expected https", error);
    else if (g_uri_get_userinfo(uri) != NULL)
        fail_address(address, "has a user or a password: expected none", error);
    else
        return g_steal_pointer(&uri);
    return NULL;
}

static char *base_of(GUri *uri)
{
    return g_uri_join(G_URI_FLAGS_ENCODED, g_uri_get_scheme(uri), NULL, g_uri_get_host(uri),
        g_uri_get_port(uri), "", NULL, NULL);
}

/* A connection that is there is used again. */
static gboolean meet(BtTtnMedia *media, GUri *uri, GError **error)
{
    g_autofree char *base = base_of(uri);
    const BtTtnMediaOptions *options = &media->options;
    BtTransportOptions new_options = { .base = base,
        .ca_path = options->ca_path,
        .insecure_host = is_named(options->insecure, g_uri_get_host(uri)),
        .max_bytes_per_s = options->max_bytes_per_s,
        .low_speed_s = BT_LOW_SPEED_S,
        .now = options->now,
        .now_user = options->now_user };
    if (media->transport != NULL && g_strcmp0(media->host, base) == 0)
        return TRUE;
    g_clear_pointer(&media->transport, bt_transport_free);
    g_free(media->host);
    media->host = g_strdup(base);
    media->transport = bt_transport_new(&new_options, error);
    return media->transport != NULL;
}

/* The query may be somebody's secret, and messages are read by many. */
static char *path_of(GUri *uri)
{
    const char *path = g_uri_get_path(uri), *query = g_uri_get_query(uri);
    return g_strconcat(*path == '\0' ? "/" : path, query == NULL ? NULL : "?", query, NULL);
}

static gboolean go_to(BtTtnArrival *a, const char *address, GError **error)
{
    g_autoptr(GUri) uri = read_address(address, error);
    if (uri == NULL || !meet(a->media, uri, error))
        return FALSE;
    g_free(a->address);
    g_free(a->path);
    a->address = g_strdup(address);
    a->path = path_of(uri);
    return TRUE;
}

/* On the same host and by the same scheme: whom an address may lead to was decided by who named it.
 */
static gboolean follow(BtTtnArrival *a, const BtAnswer *answer, GError **error)
{
    g_autoptr(GUri) from = g_uri_parse(a->address, G_URI_FLAGS_ENCODED, NULL);
    g_autoptr(GUri) to = *answer->location == '\0'
        ? NULL
        : g_uri_parse_relative(from, answer->location, G_URI_FLAGS_ENCODED, NULL);
    gboolean stays = to != NULL && g_uri_get_host(to) != NULL &&
        g_ascii_strcasecmp(g_uri_get_host(to), g_uri_get_host(from)) == 0 &&
        g_str_equal(g_uri_get_scheme(to), g_uri_get_scheme(from)) &&
        g_uri_get_port(to) == g_uri_get_port(from);
    if (!stays)
        return fail_address(
            a->address, "leads to another host: expected the file itself, or its own host", error);
    g_autofree char *address = g_uri_to_string(to);
    return go_to(a, address, error);
}

/* ---- budget ---- */

static guint64 missing_bytes(const BtTtnArrival *a)
{
    guint64 whole = a->size_bytes > 0 ? a->size_bytes : a->media->options.max_bytes;
    guint64 here = bt_incoming_offset(a->incoming);
    return whole - MIN(whole, here);
}

static BtValue value_of(const BtTtnArrival *a)
{
    const BtTtnMedium *medium = a->medium;
    return medium->urgent
        ? BT_VALUE_WORD
        : bt_books_value(&a->media->books, medium->kind != BT_TTN_IMAGE, a->size_bytes);
}

/* FALSE: nothing may come now. */
static gboolean ask_budget(BtTtnArrival *a)
{
    a->allowed = bt_books_ask(&a->media->books, value_of(a), a->medium->url, missing_bytes(a));
    a->waits = a->allowed == 0;
    return !a->waits;
}

static gboolean fail_waiting(BtTtnArrival *a, GError **error)
{
    a->waits = TRUE;
    g_set_error_literal(error, BT_ERROR, BT_ERROR_LIMIT, "waits for the budget");
    return FALSE;
}

/* ---- the answer ---- */

/* Only a strong validator says that the bytes are the same. */
static gboolean is_strong(const char *tag)
{
    return tag[0] == '"';
}

static gboolean begin_again(BtTtnArrival *a, GError **error)
{
    if (!bt_incoming_restart(a->incoming, error))
        return FALSE;
    (void)ask_budget(a); /* for all of it */
    return TRUE;
}

static gboolean learn_size(BtTtnArrival *a, const BtAnswer *answer, GError **error)
{
    if (answer->total_bytes < 0)
        return TRUE;
    guint64 total = (guint64)answer->total_bytes;
    if (total == 0 || total > a->media->options.max_bytes) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "it has %" G_GUINT64_FORMAT " bytes: expected 1 to %" G_GUINT64_FORMAT, total,
            a->media->options.max_bytes);
        return FALSE;
    }
    a->size_bytes = a->medium->bytes = total;
    return bt_incoming_expect(a->incoming, total, error);
}

static gboolean ask_again(BtTtnArrival *a, GError **error)
{
    a->again = TRUE;
    g_set_error_literal(error, BT_ERROR, BT_ERROR_NETWORK, "the file changed meanwhile");
    return FALSE;
}

static gboolean is_the_same(const BtTtnArrival *a, const BtAnswer *answer)
{
    const char *ours = bt_incoming_etag(a->incoming);
    return answer->from == bt_incoming_offset(a->incoming) &&
        (answer->from == 0 || strcmp(ours, answer->tag) == 0);
}

static gboolean fail_page(GError **error)
{
    g_set_error_literal(error, BT_ERROR, BT_ERROR_CAPTIVE,
        "a page for people came: expected a picture, sound or a film");
    return FALSE;
}

static gboolean on_begin(const BtAnswer *answer, gpointer user, GError **error)
{
    BtTtnArrival *a = user;
    a->answered = TRUE;
    if (answer->page)
        return fail_page(error);
    if (answer->status == 206 && !is_the_same(a, answer))
        return ask_again(a, error);
    if (answer->status != 206 && bt_incoming_offset(a->incoming) > 0 && !begin_again(a, error))
        return FALSE;
    if (!learn_size(a, answer, error))
        return FALSE;
    g_strlcpy(a->tag, answer->tag, sizeof a->tag);
    g_strlcpy(a->modified, answer->modified, sizeof a->modified);
    a->partial = answer->status == 206;
    a->resumable = answer->resumable && is_strong(answer->tag);
    if (!a->resumable && a->allowed < missing_bytes(a) && a->size_bytes > 0) {
        /* More would come than may, and could not be stopped without losing it. */
        bt_books_note_whole_only(&a->media->books, a->medium->url);
        return fail_waiting(a, error);
    }
    return bt_incoming_set_etag(a->incoming, is_strong(answer->tag) ? answer->tag : "", error);
}

static gboolean must_pause(const BtTtnArrival *a)
{
    volatile gint *hurry = a->stop->hurry;
    return g_get_monotonic_time() / 1000 >= a->slice_ends_ms || a->got > a->allowed ||
        (hurry != NULL && g_atomic_int_get(hurry) != 0);
}

static gboolean on_write(const void *data, gsize size_bytes, gpointer user, GError **error)
{
    BtTtnArrival *a = user;
    if (bt_incoming_offset(a->incoming) == 0 && bt_prefix_is_page(data, size_bytes))
        return fail_page(error);
    a->got += size_bytes;
    bt_books_promise(&a->media->books, a->got);
    if (!bt_incoming_write(a->incoming, data, size_bytes, error))
        return FALSE;
    if (!a->resumable || !must_pause(a) || missing_bytes(a) == 0)
        return TRUE;
    a->paused = TRUE;
    g_set_error_literal(error, BT_ERROR, BT_ERROR_TIMEOUT, "pauses");
    return FALSE;
}

/* ---- asking ---- */

/* It is here as a whole, and nothing of another one has come yet. */
static gboolean asks_for_change(const BtTtnArrival *a)
{
    return a->medium->look && bt_incoming_offset(a->incoming) == 0;
}

static gboolean check_status(
    BtTtnArrival *a, const BtAnswer *answer, guint *redirects, gboolean *moved, GError **error)
{
    *moved = FALSE;
    a->answered = TRUE;
    if (answer->status == 200 || answer->status == 206)
        return TRUE;
    if (answer->status == 304 && asks_for_change(a))
        return a->unchanged = TRUE;
    if (answer->status == 416 && bt_incoming_offset(a->incoming) > 0)
        return ask_again(a, error);
    if (answer->status / 100 == 3 && answer->status != 304 && (*redirects)++ < MAX_REDIRECTS) {
        *moved = follow(a, answer, error);
        return *moved;
    }
    g_autofree char *shown = bt_address_shown(a->address);
    bt_answer_fail(answer, shown, error);
    return FALSE;
}

/* Of the transport's words the path is no matter of others, where it has a query. */
static void hide_query(const BtTtnArrival *a, GError *why)
{
    if (strchr(a->path, '?') == NULL)
        return;
    g_auto(GStrv) parts = g_strsplit(why->message, a->path, -1);
    g_autofree char *words = g_strjoinv("/…", parts);
    g_free(why->message);
    why->message = g_steal_pointer(&words);
}

static gboolean ask_once(BtTtnArrival *a, BtAnswer *answer, GError **error)
{
    BtTtnMedia *media = a->media;
    BtTransport *transport = media->transport;
    BtSink sink = { on_begin, on_write, a };
    gboolean if_changed = asks_for_change(a);
    gboolean by_date = if_changed && *a->medium->etag == '\0' && *a->medium->modified != '\0';
    g_autofree char *since = g_strconcat("If-Modified-Since: ", a->medium->modified, NULL);
    const char *const headers[] = { since, NULL };
    BtGet get = { .path = a->path,
        .if_none_match = if_changed ? a->medium->etag : NULL,
        .headers = by_date ? headers : NULL,
        .offset = bt_incoming_offset(a->incoming),
        .length = a->allowed < missing_bytes(a) ? a->allowed : 0,
        .if_range = bt_incoming_etag(a->incoming),
        .max_bytes = media->options.max_bytes };
    BtPatience patience = { .cancelled = a->stop->end };
    guint64 before_bytes = transport->bytes;
    gint64 began_us = g_get_monotonic_time();
    GError *why = NULL;
    a->again = a->partial = FALSE;
    a->got = 0;
    bt_books_promise(&media->books, 0);
    bt_transport_be_patient(transport, &patience);
    gboolean done = transport->get(transport, &get, &sink, answer, &why);
    media->line_bytes += transport->bytes - before_bytes;
    bt_books_count(&media->books, a->got, (g_get_monotonic_time() - began_us) / 1000);
    if (!done) {
        hide_query(a, why);
        g_propagate_error(error, why);
    }
    return done;
}

/* TRUE: there is more to ask for. */
static gboolean has_rest(BtTtnArrival *a, guint64 before_bytes)
{
    return a->partial && missing_bytes(a) > 0 && missing_bytes(a) < before_bytes;
}

static gboolean receive(BtTtnArrival *a, GError **error)
{
    guint redirects = 0;
    for (int tries = 0;;) {
        g_autoptr(GError) why = NULL;
        BtAnswer answer;
        gboolean moved = FALSE;
        guint64 before_bytes = missing_bytes(a);
        if (before_bytes == 0)
            return TRUE; /* all of it was here already */
        if (!ask_budget(a))
            return fail_waiting(a, error);
        if (ask_once(a, &answer, &why) && check_status(a, &answer, &redirects, &moved, &why)) {
            if (a->unchanged)
                return TRUE;
            if (!moved && !has_rest(a, before_bytes))
                return TRUE;
            continue;
        }
        if (!a->again || ++tries >= MAX_TRIES) {
            g_propagate_error(error, g_steal_pointer(&why));
            return FALSE;
        }
        if (!begin_again(a, error))
            return FALSE;
    }
}

static void stop_arrival(BtTtnArrival *a, const GError *why)
{
    if (!a->paused && !a->waits &&
        (g_error_matches(why, BT_ERROR, BT_ERROR_LIMIT) ||
            g_error_matches(why, BT_ERROR, BT_ERROR_CAPTIVE)))
        (void)bt_incoming_restart(a->incoming, NULL);
    bt_incoming_pause(a->incoming);
}

static gboolean open_incoming(BtTtnArrival *a, GError **error)
{
    char key[BT_HASH_HEX_SIZE];
    bt_hash_data(a->medium->url, strlen(a->medium->url), key);
    a->incoming =
        bt_cache_begin_unnamed(a->media->options.cache, key, a->media->options.max_bytes, error);
    a->size_bytes = MIN(a->medium->bytes, a->media->options.max_bytes);
    return a->incoming != NULL &&
        (is_strong(bt_incoming_etag(a->incoming)) || begin_again(a, error));
}

gboolean bt_ttn_arrival_fetch(BtTtnArrival *a, char sha256[BT_HASH_HEX_SIZE], GError **error)
{
    g_autoptr(GError) why = NULL;
    gboolean here = go_to(a, a->medium->url, &why) && open_incoming(a, &why) && receive(a, &why);
    if (a->unchanged) {
        bt_incoming_pause(a->incoming);
    } else if (a->incoming != NULL && here) {
        a->size_bytes = bt_incoming_offset(a->incoming);
        here = bt_incoming_commit_as(a->incoming, sha256, &why);
    } else if (a->incoming != NULL) {
        stop_arrival(a, why);
    }
    g_free(a->address);
    g_free(a->path);
    if (!here)
        g_propagate_error(error, g_steal_pointer(&why));
    return here;
}
