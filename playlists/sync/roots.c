/* The chain of roots. The first comes from the person who set up the box: a file, or a fingerprint
 * that both sides showed. Each next one is signed by the one before it and by itself, and is kept,
 * so that show can walk the same chain without us. */
#include "playlists/sync/private.h"

#include "base/io.h"

#include <stdlib.h>
#include <string.h>

#define ROOT_MAX_BYTES BT_ENVELOPE_MAX_BYTES(BT_ROOT_MAX_BYTES)
#define FIRST_NAME "root.first" /* the version of the first root, in decimal digits */

static char *document_name(gint64 version)
{
    return g_strdup_printf("root.%" G_GINT64_FORMAT ".json", version);
}

/* As it was accepted, so that what rots on the disk can be mended. */
static void keep_root(BtSync *sync, GBytes *envelope)
{
    BtKeptRoot *kept = g_new0(BtKeptRoot, 1);
    *kept = (BtKeptRoot){ bt_trust_root(sync->trust)->version, g_bytes_ref(envelope) };
    g_ptr_array_add(sync->roots, kept);
}

void bt_kept_root_free(gpointer data)
{
    BtKeptRoot *kept = data;
    g_bytes_unref(kept->envelope);
    g_free(kept);
}

static gboolean save_root(BtSync *sync, GBytes *envelope, GError **error)
{
    g_autofree char *name = document_name(bt_trust_root(sync->trust)->version);
    return bt_cache_write_document(sync->cache, sync->source.name, name, envelope, error);
}

/* ---- from the disk ---- */

static gboolean save_first_version(BtSync *sync, gint64 version, GError **error)
{
    char text[32];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, version);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    return bt_cache_write_document(sync->cache, sync->source.name, FIRST_NAME, bytes, error);
}

static gboolean save_first(BtSync *sync, GBytes *envelope, GError **error)
{
    return save_root(sync, envelope, error) &&
        save_first_version(sync, bt_trust_root(sync->trust)->version, error);
}

/* 0: there is none, or it cannot be read. */
static gint64 read_first_version(BtSync *sync, GError **error)
{
    g_autoptr(GBytes) bytes =
        bt_cache_read_document(sync->cache, sync->source.name, FIRST_NAME, 31, error);
    if (!bytes)
        return 0;
    g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    return g_ascii_strtoll(text, NULL, 10);
}

static GBytes *read_cached(BtSync *sync, gint64 version, GError **error)
{
    g_autofree char *name = document_name(version);
    return bt_cache_read_document(sync->cache, sync->source.name, name, ROOT_MAX_BYTES, error);
}

/* The first root: by its file, else by the cache; neither may be there yet. */
static gboolean load_first(BtSync *sync, GError **error)
{
    const char *path = sync->source.root_path;
    g_autoptr(GError) why = NULL;
    gint64 version = path ? 0 : read_first_version(sync, &why);
    if (!path && version == 0 && !bt_sync_is_code(why, BT_ERROR_IO))
        return TRUE;
    g_autoptr(GBytes) envelope = path ? bt_io_read(path, ROOT_MAX_BYTES, &why)
        : version > 0                 ? read_cached(sync, version, &why)
                                      : NULL;
    sync->rooted = envelope &&
        bt_trust_accept_first_root(sync->trust, envelope, path ? path : "the first root",
            sync->source.root_fingerprint, &why);
    if (sync->rooted) {
        keep_root(sync, envelope);
        return !path || save_first(sync, envelope, error);
    }
    /* One that rotted is found at the source by its fingerprint. */
    gboolean is_lost = !path && sync->source.root_fingerprint && !bt_state_may_wait(sync, why);
    if (is_lost)
        bt_sync_tell(sync, "refused", why, "root", "%s", why->message);
    else
        g_propagate_error(error, g_steal_pointer(&why));
    return is_lost;
}

/* Those that were accepted before; a cut chain is mended from the source. */
static void load_next(BtSync *sync)
{
    for (guint i = 0; sync->rooted && i < 10 * BT_PLAN_MAX_ROOTS; i++) {
        gint64 version = bt_trust_root(sync->trust)->version + 1;
        g_autoptr(GError) why = NULL;
        g_autofree char *name = document_name(version);
        g_autoptr(GBytes) envelope = read_cached(sync, version, NULL);
        if (!envelope)
            return;
        if (bt_trust_accept_next_root(sync->trust, envelope, name, BT_TIME_MIN, &why)) {
            keep_root(sync, envelope);
            continue;
        }
        bt_sync_tell(sync, "refused", why, name, "%s", why->message);
        return;
    }
}

gboolean bt_roots_load(BtSync *sync, GError **error)
{
    if (!load_first(sync, error))
        return FALSE;
    load_next(sync);
    if (sync->rooted || sync->source.root_fingerprint)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
        "source %s: has no root: expected a file, a fingerprint, or an enrolment before",
        sync->source.name);
    return FALSE;
}

static gboolean is_as_kept(BtSync *sync, const BtKeptRoot *kept)
{
    g_autoptr(GBytes) found = read_cached(sync, kept->version, NULL);
    return found && g_bytes_equal(found, kept->envelope);
}

static gboolean mend_root(BtSync *sync, const BtKeptRoot *kept, GError **error)
{
    g_autofree char *name = document_name(kept->version);
    return bt_cache_write_document(sync->cache, sync->source.name, name, kept->envelope, error);
}

/* What could not be written when it was accepted is written by a later round. */
static void mend_first(BtRound *round)
{
    BtSync *sync = round->sync;
    const BtKeptRoot *first = sync->roots->len > 0 ? g_ptr_array_index(sync->roots, 0) : NULL;
    GError *why = NULL;
    if (!first || read_first_version(sync, NULL) == first->version)
        return;
    if (!save_first_version(sync, first->version, &why)) {
        bt_round_fail(round, FIRST_NAME, why);
        return;
    }
    bt_sync_tell(sync, "mended", NULL, FIRST_NAME, "was not on the disk as it came");
    round->changed = TRUE;
}

void bt_roots_mend(BtRound *round)
{
    BtSync *sync = round->sync;
    mend_first(round);
    for (guint i = 0; i < sync->roots->len; i++) {
        const BtKeptRoot *kept = g_ptr_array_index(sync->roots, i);
        GError *why = NULL;
        if (is_as_kept(sync, kept))
            continue;
        g_autofree char *name = document_name(kept->version);
        if (!mend_root(sync, kept, &why)) {
            bt_round_fail(round, name, why);
            return;
        }
        bt_sync_tell(sync, "mended", NULL, name, "was not on the disk as it came");
        round->changed = TRUE;
    }
}

/* ---- from the source ---- */

/* NULL without an error at a 404. (transfer full) */
static GBytes *fetch_root(BtSync *sync, gint64 version, GError **error)
{
    g_autofree char *path = g_strdup_printf("/v1/root/%" G_GINT64_FORMAT ".json", version);
    BtAnswer answer;
    g_autoptr(GBytes) envelope = NULL;
    BtGet get = { .path = path, .max_bytes = ROOT_MAX_BYTES, .turns = BT_DOCUMENT_TURNS };
    if (!bt_transport_read(sync->transport, &get, &answer, &envelope, error) ||
        (envelope && !bt_answer_check_page(envelope, path, error)))
        return NULL;
    if (answer.status == 200)
        return g_steal_pointer(&envelope);
    if (answer.status != 404)
        bt_answer_fail(&answer, path, error);
    return NULL;
}

/* The one whose fingerprint was told; those before it do not have it and are passed over. */
static gboolean find_first(BtSync *sync, GError **error)
{
    for (gint64 version = 1; version <= BT_PLAN_MAX_ROOTS; version++) {
        g_autoptr(GError) why = NULL;
        g_autoptr(GBytes) envelope = fetch_root(sync, version, &why);
        if (why) {
            g_propagate_error(error, g_steal_pointer(&why));
            return FALSE;
        }
        if (!envelope)
            break;
        if (bt_trust_accept_first_root(
                sync->trust, envelope, "the first root", sync->source.root_fingerprint, NULL)) {
            keep_root(sync, envelope);
            sync->rooted = TRUE; /* also when a disk does not take it now: see bt_roots_mend */
            return save_first(sync, envelope, error);
        }
    }
    g_set_error(error, BT_ERROR, BT_ERROR_MISMATCH, "source %s: no root has the fingerprint %s",
        sync->source.name, sync->source.root_fingerprint);
    return FALSE;
}

gboolean bt_roots_find_first(BtRound *round)
{
    GError *why = NULL;
    if (round->sync->rooted)
        return TRUE;
    if (!find_first(round->sync, &why))
        return bt_round_fail(round, "root", why);
    round->changed = TRUE;
    return TRUE;
}

/* The hash in now.json still guards the content. */
static gboolean forget_floors(BtSync *sync, GError **error)
{
    struct {
        BtKeyRole role;
        BtFloor *floor;
    } kept[] = {
        { BT_ROLE_FRESHNESS, &sync->now_floor },
        { BT_ROLE_PUBLISH, &sync->floors[BT_FOLLOW_MANIFEST] },
        { BT_ROLE_EMERGENCY, &sync->floors[BT_FOLLOW_ALERT] },
    };
    gboolean forgot = FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(kept); i++)
        if (bt_trust_key_lost_at(sync->trust, kept[i].role) ==
            bt_trust_root(sync->trust)->version) {
            *kept[i].floor = (BtFloor){ 0 };
            forgot = TRUE;
        }
    return !forgot || bt_state_save_floors(sync, error);
}

static gboolean accept_next(BtRound *round, GBytes *envelope, const char *name, GError **error)
{
    BtSync *sync = round->sync;
    if (!bt_trust_accept_next_root(sync->trust, envelope, name, round->trusted_now_ms, error))
        return FALSE;
    keep_root(sync, envelope);
    /* A disk that does not take the root is no reason to measure by what its keys signed. */
    gboolean forgot = forget_floors(sync, error);
    return save_root(sync, envelope, forgot ? error : NULL) && forgot;
}

gboolean bt_roots_walk(BtRound *round)
{
    BtSync *sync = round->sync;
    gboolean walked = FALSE;
    for (guint i = 0; i < BT_PLAN_MAX_ROOTS; i++) {
        GError *why = NULL;
        gint64 version = bt_trust_root(sync->trust)->version + 1;
        g_autofree char *name = document_name(version);
        g_autoptr(GBytes) envelope = fetch_root(sync, version, &why);
        if (!envelope && !why)
            break;
        if (!envelope || !accept_next(round, envelope, name, &why)) {
            bt_round_fail(round, name, why);
            break;
        }
        bt_sync_tell(sync, "fetched", NULL, name, "root %" G_GINT64_FORMAT, version);
        walked = TRUE;
    }
    if (walked) {
        round->changed = TRUE;
        g_hash_table_remove_all(sync->misses);
        for (int which = 0; which < BT_N_FOLLOWED; which++)
            sync->followed[which].sha256[0] = '\0'; /* to be verified again */
    }
    return walked;
}
