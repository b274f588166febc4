/* From what was recorded to what the schedule may use.
 *
 * The ledger says which hash counted from when; the cache holds the bytes; the roots say who may
 * sign. Only what passes all three becomes an input. A manifest of the past is verified like the
 * newest one, except for rollback and expiry: those were judged when it arrived, and the schedule
 * knows expiry itself. What fails now (a rotted object, a key that a new root dropped) counts as
 * denied from its own start, so that it never uncovers an older manifest. */
#include "playlists/inputs/ledger.h"

#include "base/error.h"
#include "base/io.h"

#define ROOT_MAX_BYTES BT_ENVELOPE_MAX_BYTES(BT_ROOT_MAX_BYTES)

static char *root_name(gint64 version)
{
    return g_strdup_printf("root.%" G_GINT64_FORMAT ".json", version);
}

/* sync says in "root.first" which version it began with; the fingerprint, which sync does not give,
 * decides whether that is believed. */
static GBytes *read_first_root(BtCache *cache, const BtLedgerSource *source, GError **error)
{
    if (source->root_path != NULL)
        return bt_io_read(source->root_path, ROOT_MAX_BYTES, error);
    if (source->root_fingerprint == NULL) {
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
            "source %s: has no root: expected a file, a fingerprint, or an enrolment before",
            source->name);
        return NULL;
    }
    g_autoptr(GBytes) first = bt_cache_read_document(cache, source->name, "root.first", 31, error);
    if (first == NULL)
        return NULL;
    g_autofree char *text = g_strndup(g_bytes_get_data(first, NULL), g_bytes_get_size(first));
    g_autofree char *name = root_name(g_ascii_strtoll(text, NULL, 10));
    return bt_cache_read_document(cache, source->name, name, ROOT_MAX_BYTES, error);
}

static gboolean accept_next_root(BtTrust *trust, BtCache *cache, const char *source)
{
    g_autofree char *name = root_name(bt_trust_root(trust)->version + 1);
    g_autoptr(GBytes) bytes = bt_cache_read_document(cache, source, name, ROOT_MAX_BYTES, NULL);
    return bytes != NULL && bt_trust_accept_next_root(trust, bytes, name, BT_TIME_MIN, NULL);
}

BtTrust *bt_inputs_load_trust(
    BtCache *cache, const BtLedgerSource *source, const char *screen, GError **error)
{
    g_autoptr(BtTrust) trust = bt_trust_new(source->source_id, screen);
    g_autoptr(GBytes) first = read_first_root(cache, source, error);
    if (first == NULL ||
        !bt_trust_accept_first_root(trust, first, source->name, source->root_fingerprint, error))
        return NULL;
    while (accept_next_root(trust, cache, source->name))
        ;
    return g_steal_pointer(&trust);
}

typedef struct {
    BtInputLedger *ledger;
    BtCache *cache;
    BtInputs *inputs;
    GPtrArray *problems;
    const char *source;
    guint index;
    gint64 since_ms;
    BtTrust *trust;
    const BtBare *bare; /* NULL: only what is signed counts */
} Loading;

static void complain(Loading *loading, GError *failure)
{
    if (loading->problems != NULL)
        g_ptr_array_add(
            loading->problems, g_strdup_printf("%s: %s", loading->source, failure->message));
    g_error_free(failure);
}

static BtManifest *verified(Loading *loading, const char *kind, const char *sha256, GError **error)
{
    if (loading->trust == NULL && loading->bare == NULL) {
        g_set_error(error, BT_ERROR, BT_ERROR_UNKNOWN_KEY, "%s: no root is trusted yet", sha256);
        return NULL;
    }
    g_autoptr(GBytes) bytes = bt_cache_read_object(
        loading->cache, sha256, BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), error);
    if (bytes == NULL)
        return NULL;
    if (loading->bare != NULL)
        return (g_str_equal(kind, "alert") ? bt_bare_verify_alert : bt_bare_verify_manifest)(
            loading->bare, bytes, sha256, NULL, BT_TIME_MIN, error);
    return g_str_equal(kind, "alert")
        ? bt_trust_verify_alert(loading->trust, bytes, sha256, NULL, BT_TIME_MIN, error)
        : bt_trust_verify_manifest(loading->trust, bytes, sha256, NULL, BT_TIME_MIN, error);
}

static void add_document(Loading *loading, const char *kind, const char *sha256, gint64 from_ms)
{
    GError *failure = NULL;
    g_autoptr(BtManifest) manifest = verified(loading, kind, sha256, &failure);
    if (manifest == NULL) {
        bt_inputs_add_denial(loading->inputs, loading->index, sha256, from_ms);
        complain(loading, failure);
    }
    if (g_str_equal(kind, "alert"))
        bt_inputs_add_alert(loading->inputs, loading->index, manifest, sha256, from_ms);
    else
        bt_inputs_add_manifest(loading->inputs, loading->index, manifest, sha256, from_ms);
}

/* ---- documents ---- */

typedef struct {
    char what[BT_HASH_HEX_SIZE];
    gint64 from_ms;
} Document;

static GArray *read_documents(Loading *loading, const char *kind)
{
    GArray *documents = g_array_new(FALSE, TRUE, sizeof(Document));
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_input_ledger_entries(
        loading->ledger, kind, loading->source, BT_INPUTS_MAX_HISTORY, &failure);
    while (rows != NULL && bt_rows_next(rows, &failure)) {
        Document document = { .from_ms = bt_rows_int(rows, 2) };
        g_strlcpy(document.what, bt_rows_text(rows, 0), sizeof document.what);
        g_array_append_val(documents, document);
    }
    if (failure != NULL)
        complain(loading, failure);
    return documents;
}

/* The first document that may still count at since_ms: the last one that began by then. */
static guint first_that_counts(const GArray *documents, gint64 since_ms)
{
    guint first = 0;
    for (guint i = 0; i < documents->len; i++)
        if (g_array_index(documents, Document, i).from_ms <= since_ms)
            first = i;
    return first;
}

/* ---- rules ---- */

static void on_rule(
    Loading *loading, const char *kind, const char *what, gint64 from_ms, gint64 until_ms)
{
    if (g_str_equal(kind, "denial"))
        bt_inputs_add_denial(loading->inputs, loading->index, what, from_ms);
    else if (g_str_equal(kind, "lapse"))
        bt_inputs_add_lapse(loading->inputs, loading->index, from_ms);
    else
        bt_inputs_add_set_aside(loading->inputs, loading->index, what, from_ms, until_ms);
}

static void load_rules(Loading *loading, const char *kind)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows =
        bt_input_ledger_entries(loading->ledger, kind, loading->source, G_MAXINT64, &failure);
    while (rows != NULL && bt_rows_next(rows, &failure))
        on_rule(loading, kind, bt_rows_text(rows, 0), bt_rows_int(rows, 2), bt_rows_int(rows, 3));
    if (failure != NULL)
        complain(loading, failure);
}

/* ---- orders ---- */

typedef void (*AddHeld)(BtInputs *inputs, guint source, gint64 from_ms, gint64 until_ms);

/* What began to hold, and has not ended yet; BT_TIME_MAX: nothing. */
typedef struct {
    const char *kind;
    AddHeld add;
    gint64 from_ms;
} Held;

/* A second stop is the first one still; the clock may have gone back between it and its end. */
static void on_order(Loading *loading, Held *held, const char *kind, gint64 from_ms)
{
    if (g_str_equal(kind, "go-on")) {
        if (held->from_ms < from_ms)
            held->add(loading->inputs, loading->index, held->from_ms, from_ms);
        held->from_ms = BT_TIME_MAX;
    } else if (g_str_equal(kind, held->kind)) {
        held->from_ms = MIN(held->from_ms, from_ms);
    }
}

/* What is paused still shows a document that may have been replaced long ago. */
static gint64 paused_since(Loading *loading)
{
    gint64 from_ms = BT_TIME_MAX;
    g_autoptr(BtRows) rows = bt_input_ledger_orders(loading->ledger, loading->source, NULL);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        if (g_str_equal(bt_rows_text(rows, 0), "go-on"))
            from_ms = BT_TIME_MAX;
        else if (g_str_equal(bt_rows_text(rows, 0), "pause"))
            from_ms = MIN(from_ms, bt_rows_int(rows, 2));
    }
    return from_ms;
}

static void load_held(Loading *loading, Held held)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_input_ledger_orders(loading->ledger, loading->source, &failure);
    while (rows != NULL && bt_rows_next(rows, &failure))
        on_order(loading, &held, bt_rows_text(rows, 0), bt_rows_int(rows, 2));
    if (held.from_ms != BT_TIME_MAX)
        held.add(loading->inputs, loading->index, held.from_ms, BT_TIME_MAX);
    if (failure != NULL)
        complain(loading, failure);
}

static void load_volumes(Loading *loading)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_input_ledger_entries(
        loading->ledger, "volume", loading->source, BT_INPUTS_MAX_HISTORY, &failure);
    while (rows != NULL && bt_rows_next(rows, &failure))
        bt_inputs_add_volume(loading->inputs, loading->index,
            (int)CLAMP(bt_rows_int(rows, 1), 0, 100), bt_rows_int(rows, 2));
    if (failure != NULL)
        complain(loading, failure);
}

static void load_orders(Loading *loading)
{
    load_held(loading, (Held){ "stop", bt_inputs_add_stop, BT_TIME_MAX });
    load_held(loading, (Held){ "pause", bt_inputs_add_pause, BT_TIME_MAX });
    load_volumes(loading);
}

static void load_documents(Loading *loading, const char *kind, gint64 since_ms)
{
    g_autoptr(GArray) documents = read_documents(loading, kind);
    for (guint i = first_that_counts(documents, since_ms); i < documents->len; i++) {
        const Document *document = &g_array_index(documents, Document, i);
        if (*document->what == '\0')
            bt_inputs_add_alert(loading->inputs, loading->index, NULL, "", document->from_ms);
        else
            add_document(loading, kind, document->what, document->from_ms);
    }
}

static void load_source(Loading *loading, const BtLedgerSource *source, const char *screen)
{
    GError *failure = NULL;
    const BtBare bare = { source->name, screen };
    loading->bare = source->is_bare ? &bare : NULL;
    if (!source->is_bare)
        loading->trust = bt_inputs_load_trust(loading->cache, source, screen, &failure);
    if (failure != NULL)
        complain(loading, failure);
    load_documents(loading, "manifest", MIN(loading->since_ms, paused_since(loading)));
    load_documents(loading, "alert", loading->since_ms);
    load_rules(loading, "denial");
    load_rules(loading, "lapse");
    load_rules(loading, "set-aside");
    load_orders(loading);
    g_clear_pointer(&loading->trust, bt_trust_free);
    loading->bare = NULL;
}

static void load_cuts(Loading *loading)
{
    g_autoptr(BtRows) cuts = bt_input_ledger_cuts(loading->ledger, NULL);
    while (cuts != NULL && bt_rows_next(cuts, NULL))
        bt_inputs_add_source_cut(loading->inputs, bt_rows_text(cuts, 0), bt_rows_text(cuts, 1),
            bt_rows_int(cuts, 2), bt_rows_int(cuts, 3));
    g_autoptr(BtRows) safes =
        bt_input_ledger_entries(loading->ledger, "safe", "", G_MAXINT64, NULL);
    while (safes != NULL && bt_rows_next(safes, NULL))
        bt_inputs_add_safe(loading->inputs, bt_rows_int(safes, 2), bt_rows_int(safes, 3));
    g_autoptr(BtRows) darks =
        bt_input_ledger_entries(loading->ledger, "darken", "", G_MAXINT64, NULL);
    while (darks != NULL && bt_rows_next(darks, NULL))
        bt_inputs_add_darken(loading->inputs, bt_rows_int(darks, 2), bt_rows_int(darks, 3));
}

BtInputs *bt_inputs_load(BtInputLedger *ledger, BtCache *cache, const char *screen,
    const BtLedgerSource *sources, guint n_sources, gint64 since_ms, GPtrArray *problems)
{
    Loading loading = {
        .ledger = ledger, .cache = cache, .since_ms = since_ms, .problems = problems
    };
    loading.inputs = bt_inputs_new();
    for (guint i = 0; i < n_sources; i++) {
        const BtLedgerSource *source = &sources[i];
        loading.source = source->name;
        loading.index = bt_inputs_add_source(
            loading.inputs, source->name, source->classes, source->rects_px, source->n_rects);
        if (source->fixed != NULL)
            bt_inputs_add_manifest(loading.inputs, loading.index, source->fixed,
                source->fixed->payload_sha256, BT_TIME_MIN);
        else if (ledger != NULL && cache != NULL)
            load_source(&loading, source, screen);
    }
    loading.source = "";
    if (ledger != NULL)
        load_cuts(&loading);
    return loading.inputs;
}
