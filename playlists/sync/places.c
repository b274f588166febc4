/* A source can be met at more than one place: its own address, and the further hosts that its root
 * names. A name that nobody resolves, or that is answered by somebody else, is the everyday form of
 * a carrier's hijacked DNS; so when a place gives no answer of the source's, the same is asked at
 * the next one. What comes from there is believed no more and no less: documents are signed, and
 * content is named by its hash.
 *
 * Where the source was met last is such a place too, for when its name leads nowhere or to somebody
 * else: the DNS of a carrier fails more often than a source moves.
 *
 * A host with a name is asked under that name, with a certificate of its own. One that is an
 * address stands for no name: the source's own name is met there, with the certificate that it has
 * at home, so a board that can resolve nothing at all still knows whom it talks to. */
#include "playlists/sync/places.h"

#include <gio/gio.h>
#include <string.h>

/* The first place is asked again after so long elsewhere: it is the one that was configured. */
#define HOME_AGAIN_US (10 * 60 * G_USEC_PER_SEC)

typedef struct {
    char *host;             /* as the root has it; "" for the configured one */
    gboolean same_name;     /* it answers to the name of the first, so reports may go there too */
    BtTransport *transport; /* (nullable) made when it is needed first */
    gboolean broken;        /* it cannot be made */
    gboolean is_where_met;  /* it has no more to offer than the name that led there */
} Place;

typedef struct {
    BtTransport transport;
    BtTransportOptions options; /* strings are ours */
    GPtrArray *places;          /* of Place; the first is the configured one */
    guint at;                   /* where it answered last */
    gint64 left_us;             /* when the first was left */
} BtPlaces;

static void place_free(gpointer data)
{
    Place *place = data;
    bt_transport_free(place->transport);
    g_free(place->host);
    g_free(place);
}

/* ---- addresses ---- */

/* The base with another host and port. (transfer full) (nullable) */
static char *base_at(const char *base, const char *host)
{
    g_autoptr(GUri) uri = g_uri_parse(base, G_URI_FLAGS_ENCODED, NULL);
    g_autoptr(GSocketConnectable) to = g_network_address_parse(host, 0, NULL);
    if (!uri || !to)
        return NULL;
    GNetworkAddress *address = G_NETWORK_ADDRESS(to);
    guint16 port = g_network_address_get_port(address);
    return g_uri_join(G_URI_FLAGS_ENCODED, g_uri_get_scheme(uri), NULL,
        g_network_address_get_hostname(address), port > 0 ? port : -1, g_uri_get_path(uri), NULL,
        NULL);
}

/* NULL: a name. (transfer full) (nullable) */
static GInetAddress *address_of(const char *host)
{
    g_autoptr(GSocketConnectable) to = g_network_address_parse(host, 0, NULL);
    return to
        ? g_inet_address_new_from_string(g_network_address_get_hostname(G_NETWORK_ADDRESS(to)))
        : NULL;
}

/* Without TLS nobody knows who answers at an address, so it is this box's own or none. */
static gboolean may_connect(const char *base, const char *host)
{
    g_autoptr(GInetAddress) address = address_of(host);
    return g_str_has_prefix(base, "https:") || g_inet_address_get_is_loopback(address);
}

/* ---- making ---- */

static BtTransport *make(const BtPlaces *places, const Place *place)
{
    BtTransportOptions options = places->options;
    g_autofree char *base = *place->host ? base_at(options.base, place->host) : NULL;
    g_autoptr(GError) why = NULL;
    if ((*place->host && !base) || (place->same_name && !may_connect(options.base, place->host)))
        return NULL;
    /* Plain HTTP to a place that only the root names: to the loopback, as to any. */
    options.insecure_host = options.insecure_host && !*place->host;
    if (place->same_name)
        options.connect_to = place->host;
    else if (base)
        options.base = base;
    BtTransport *transport = bt_transport_new(&options, &why);
    if (!transport)
        g_debug("place %s: %s", place->host, why->message);
    return transport;
}

static BtTransport *transport_of(const BtPlaces *places, Place *place)
{
    if (!place->transport && !place->broken)
        place->transport = make(places, place);
    place->broken = place->transport == NULL;
    return place->transport;
}

/* ---- asking ---- */

/* No answer of the source's: the way there, or somebody else at its end. */
static gboolean is_not_met(const GError *why)
{
    return g_error_matches(why, BT_ERROR, BT_ERROR_NETWORK) ||
        g_error_matches(why, BT_ERROR, BT_ERROR_CAPTIVE) ||
        g_error_matches(why, BT_ERROR, BT_ERROR_TIMEOUT);
}

/* What somebody else answers instead of a source. */
static gboolean is_of_a_portal(const BtAnswer *answer)
{
    return answer->status == 511 || answer->elsewhere;
}

/* One request, given to place after place. */
typedef struct {
    BtPlaces *places;
    const BtGet *get;   /* or */
    const BtPost *post; /* the other is NULL */
    const BtSink *sink;
    gboolean begun; /* bytes were handed on: nobody can begin anew */
} Asking;

static gboolean on_begin(const BtAnswer *answer, gpointer user, GError **error)
{
    Asking *asking = user;
    asking->begun = TRUE;
    return asking->sink->begin(answer, asking->sink->user, error);
}

static gboolean on_write(const void *data, gsize size_bytes, gpointer user, GError **error)
{
    const Asking *asking = user;
    return asking->sink->write(data, size_bytes, asking->sink->user, error);
}

/* TRUE when there is an answer. */
static gboolean ask(Asking *asking, BtTransport *there, BtAnswer *answer, GError **error)
{
    BtTransport *all = &asking->places->transport;
    BtSink sink = { on_begin, on_write, asking };
    guint64 before_bytes = there->bytes;
    there->cancelled = all->cancelled;
    there->until_us = all->until_us;
    there->trusted_now_ms = all->trusted_now_ms;
    there->asked_ms = 0;
    there->fresh = there->fresh || all->fresh;
    all->fresh = FALSE;
    gboolean answered = asking->get ? there->get(there, asking->get, &sink, answer, error)
                                    : there->post(there, asking->post, &sink, answer, error);
    all->bytes += there->bytes - before_bytes;
    all->asked_ms = MAX(all->asked_ms, there->asked_ms);
    all->greeting_ms = there->greeting_ms;
    return answered;
}

/* Where to begin: where it answered last, or at home when that is long ago. */
static guint first_place(const BtPlaces *places)
{
    gboolean is_long = g_get_monotonic_time() - places->left_us >= HOME_AGAIN_US;
    return places->at > 0 && is_long ? 0 : places->at;
}

static void stay_at(BtPlaces *places, guint at)
{
    if (at > 0 && (places->at == 0 || first_place(places) == 0))
        places->left_us = g_get_monotonic_time();
    places->at = at;
}

/* Whether what failed at home was the way from the name to the address. */
static gboolean has_lost_name(const BtPlaces *places, const GError *why)
{
    const Place *home = g_ptr_array_index(places->places, 0);
    return home->transport->nameless || g_error_matches(why, BT_ERROR, BT_ERROR_CAPTIVE);
}

/* The first place's words are the ones that people are told, whatever the others said. */
static void keep_first(GError **kept, GError *why, gboolean is_home)
{
    if (*kept && !is_home) {
        g_error_free(why);
        return;
    }
    g_clear_error(kept);
    *kept = why;
}

static gboolean ask_all(Asking *asking, BtAnswer *answer, GError **error)
{
    BtPlaces *places = asking->places;
    GError *kept = NULL;
    guint first = first_place(places), n = places->places->len;
    for (guint i = 0; i < n; i++) {
        guint at = (first + i) % n;
        Place *place = g_ptr_array_index(places->places, at);
        GError *why = NULL;
        if ((asking->post && at > 0 && !place->same_name) ||
            (place->is_where_met && i > 0 && !has_lost_name(places, kept)))
            continue;
        BtTransport *there = transport_of(places, place);
        if (!there)
            continue;
        gboolean answered = ask(asking, there, answer, &why);
        gboolean is_last = i + 1 == n;
        if (answered && (is_last || !is_of_a_portal(answer))) {
            if (!is_of_a_portal(answer))
                stay_at(places, at);
            if (at == 0)
                g_strlcpy(places->transport.met, there->met, sizeof there->met);
            g_clear_error(&kept);
            return TRUE;
        }
        if (answered)
            bt_answer_fail(answer, asking->get ? asking->get->path : asking->post->path, &why);
        gboolean may_go_on = !asking->begun && is_not_met(why) &&
            !bt_transport_is_cancelled(&places->transport, NULL);
        keep_first(&kept, why, at == 0);
        if (!may_go_on)
            break;
    }
    g_propagate_error(error, kept);
    return FALSE;
}

static gboolean places_get(
    BtTransport *transport, const BtGet *get, const BtSink *sink, BtAnswer *answer, GError **error)
{
    Asking asking = { (BtPlaces *)transport, get, NULL, sink, FALSE };
    return ask_all(&asking, answer, error);
}

static gboolean places_post(BtTransport *transport, const BtPost *post, const BtSink *sink,
    BtAnswer *answer, GError **error)
{
    Asking asking = { (BtPlaces *)transport, NULL, post, sink, FALSE };
    return ask_all(&asking, answer, error);
}

/* ---- life ---- */

static void places_free(BtTransport *transport)
{
    BtPlaces *places = (BtPlaces *)transport;
    g_ptr_array_unref(places->places);
    g_free((char *)places->options.base);
    g_free((char *)places->options.ca_path);
    g_free((char *)places->options.pin);
    g_free(places);
}

static Place *add_place(BtPlaces *places, const char *host)
{
    Place *place = g_new0(Place, 1);
    g_autoptr(GInetAddress) address = *host ? address_of(host) : NULL;
    place->host = g_strdup(host);
    place->same_name = address != NULL;
    g_ptr_array_add(places->places, place);
    return place;
}

BtTransport *bt_places_new(const BtTransportOptions *options, GError **error)
{
    BtPlaces *places = g_new0(BtPlaces, 1);
    places->transport.get = places_get;
    places->transport.post = places_post;
    places->transport.free = places_free;
    places->transport.trusted_now_ms = G_MININT64;
    places->options = *options;
    places->options.base = g_strdup(options->base);
    places->options.ca_path = g_strdup(options->ca_path);
    places->options.pin = g_strdup(options->pin);
    places->places = g_ptr_array_new_with_free_func(place_free);
    add_place(places, "");
    Place *home = g_ptr_array_index(places->places, 0);
    home->transport = bt_transport_new(options, error);
    if (home->transport)
        return &places->transport;
    places_free(&places->transport);
    return NULL;
}

static gboolean is_same(const BtPlaces *places, const GPtrArray *hosts, guint n, const char *met)
{
    gboolean same = places->places->len == 1 + n + (*met != '\0');
    for (guint i = 0; same && i + 1 < places->places->len; i++) {
        const Place *place = g_ptr_array_index(places->places, i + 1);
        same = strcmp(place->host, i < n ? g_ptr_array_index(hosts, i) : met) == 0;
    }
    return same;
}

void bt_places_set_hosts(BtTransport *transport, const GPtrArray *hosts, const char *met)
{
    BtPlaces *places = (BtPlaces *)transport;
    guint n = hosts ? MIN(hosts->len, BT_PLACES_MAX) : 0;
    if (g_str_has_prefix(places->options.base, "file:") || is_same(places, hosts, n, met))
        return;
    g_ptr_array_set_size(places->places, 1);
    for (guint i = 0; i < n; i++)
        add_place(places, g_ptr_array_index(hosts, i));
    if (*met)
        add_place(places, met)->is_where_met = TRUE;
    places->at = 0;
}

const char *bt_places_now(const BtTransport *transport)
{
    const BtPlaces *places = (const BtPlaces *)transport;
    return ((const Place *)g_ptr_array_index(places->places, places->at))->host;
}
