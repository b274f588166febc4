/* The order is the boards' safety: assets first, then the envelope that names them, then, in one
 * transaction, what the screens are told; now.json last. Whatever is cut off in between leaves a
 * tree in which every document that is named has all it needs; after the transaction the server
 * writes what is missing (freshness.c). */
#include "source/press/publish.h"

#include "base/error.h"
#include "playlists/envelope/envelope.h"
#include "source/press/entry.h"
#include "source/store/freshness.h"
#include "source/store/screens.h"
#include "source/store/site.h"

#include <string.h>

#define ALERT_LIFE_MS (6 * BT_HOUR_MS) /* when the draft names no end; 24 h is the most */

static const char *kind_of(const BtPublish *how)
{
    return how->emergency ? "alert" : "manifest";
}

void bt_published_free(BtPublished *published)
{
    g_ptr_array_unref(published->screens);
    g_ptr_array_unref(published->notes);
    g_free(published);
}

/* ---- what is in force ---- */

/* The newest document itself may be given out once more. */
static gboolean read_floor(BtStore *store, const BtPublish *how, BtFloor *floor, GError **error)
{
    GError *failure = NULL;
    *floor = (BtFloor){ .version = bt_entry_newest(store, kind_of(how), error) };
    if (floor->version < 0)
        return FALSE;
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, error, "SELECT sha256 FROM document WHERE kind = ? AND version = ?",
            "si", kind_of(how), floor->version);
    if (rows == NULL)
        return FALSE;
    if (bt_rows_next(rows, &failure))
        g_strlcpy(floor->sha256, bt_rows_text(rows, 0), sizeof floor->sha256);
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
}

static GPtrArray *all_screens(BtStore *store, GError **error)
{
    g_autoptr(GPtrArray) screens = bt_screens_list(store, error);
    if (screens == NULL)
        return NULL;
    GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < screens->len; i++)
        g_ptr_array_add(ids, g_strdup(((BtScreen *)g_ptr_array_index(screens, i))->id));
    return ids;
}

static GPtrArray *copy_ids(const GPtrArray *ids)
{
    GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < ids->len; i++)
        g_ptr_array_add(copy, g_strdup(g_ptr_array_index(ids, i)));
    return copy;
}

static BtDraft *read_draft(
    BtStore *store, const char *path, const BtPublish *how, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) screens =
        how->screens->len > 0 ? copy_ids(how->screens) : all_screens(store, error);
    if (screens == NULL)
        return NULL;
    BtDraftDefaults defaults = { .source = store->source,
        .timezone = store->timezone,
        .version = bt_entry_next_version(store, kind_of(how)),
        .now_ms = now_ms,
        .life_ms = how->emergency ? ALERT_LIFE_MS : BT_MANIFEST_MAX_AGE_MS,
        .screens = screens,
        .decoder = how->decoder,
        .site = store->site };
    return bt_draft_read(path, &defaults, error);
}

/* ---- whom it is for ---- */

static gboolean check_target(
    BtStore *store, const BtDraft *draft, const char *screen, GError **error)
{
    g_autoptr(BtScreen) known = bt_screens_find(store, screen, error);
    if (known == NULL)
        return FALSE;
    if (bt_manifest_is_for(draft->manifest, screen))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_WRONG_SCREEN,
        "%s:/screens: screen %s is not among them: expected it, or no --screen %s", draft->path,
        screen, screen);
    return FALSE;
}

/* (transfer full) (nullable) */
static GPtrArray *targets(
    BtStore *store, const BtDraft *draft, const BtPublish *how, GError **error)
{
    const GPtrArray *wanted = how->screens->len > 0 ? how->screens : draft->manifest->screens;
    for (guint i = 0; i < wanted->len; i++)
        if (!check_target(store, draft, g_ptr_array_index(wanted, i), error))
            return NULL;
    return copy_ids(wanted);
}

/* ---- signing and checking ---- */

static GBytes *seal(const BtDraft *draft, const BtPublish *how, GError **error)
{
    if (draft->envelope != NULL)
        return g_bytes_ref(draft->envelope);
    if (how->n_keys > 0)
        return bt_envelope_seal(kind_of(how), draft->payload, how->keys, how->n_keys);
    g_set_error(error, BT_ERROR, BT_ERROR_SIGNATURE,
        "%s: nobody signs it: expected --key FILE, or an envelope that is signed", draft->path);
    return NULL;
}

/* As the board will: the ceilings cover every screen of the manifest, so one board stands for all.
 */
static gboolean verify(BtStore *store, const BtDraft *draft, const BtPublish *how, GBytes *envelope,
    const char *screen, const BtFloor *floor, gint64 now_ms, GError **error)
{
    BtTrust *trust = bt_site_load_trust(store->site, store->source, screen, now_ms, error);
    if (trust == NULL)
        return FALSE;
    BtManifest *manifest = (how->emergency ? bt_trust_verify_alert : bt_trust_verify_manifest)(
        trust, envelope, draft->path, floor, now_ms, error);
    bt_trust_free(trust);
    if (manifest == NULL)
        return FALSE;
    bt_manifest_unref(manifest);
    return TRUE;
}

/* ---- into the tree ---- */

static gboolean add_assets(BtStore *store, const BtDraft *draft, guint64 *new_bytes, GError **error)
{
    for (guint i = 0; i < draft->assets->len; i++) {
        const BtDraftAsset *asset = g_ptr_array_index(draft->assets, i);
        char sha256[BT_HASH_HEX_SIZE];
        guint64 size_bytes;
        if (bt_site_has_asset(store->site, asset->sha256, asset->size_bytes))
            continue;
        if (!bt_site_add_asset(store->site, asset->fd, asset->name, sha256, &size_bytes, error))
            return FALSE;
        if (strcmp(sha256, asset->sha256) != 0) {
            g_set_error(error, BT_ERROR, BT_ERROR_MISMATCH,
                "%s: it changed while it was read: expected a file at rest", asset->name);
            return FALSE;
        }
        *new_bytes += size_bytes;
    }
    return TRUE;
}

static gboolean enter(BtStore *store, const BtPublish *how, const BtPublished *published,
    gint64 now_ms, GError **error)
{
    BtEntry entry = { .kind = kind_of(how),
        .sha256 = published->sha256,
        .version = published->version,
        .issued_ms = published->issued_ms,
        .expires_ms = published->expires_ms,
        .screens = published->screens,
        .who = "terminal" };
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (bt_entry_add(store, &entry, now_ms, error) && bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}

static void describe(BtPublished *published, const BtDraft *draft, GBytes *envelope)
{
    const BtManifest *manifest = draft->manifest;
    bt_hash_data(g_bytes_get_data(envelope, NULL), g_bytes_get_size(envelope), published->sha256);
    published->version = manifest->version;
    published->issued_ms = manifest->issued_ms;
    published->expires_ms = manifest->expires_ms;
    published->n_assets = g_hash_table_size(manifest->assets);
    published->notes = copy_ids(manifest->notes);
}

static gboolean install(BtStore *store, const BtDraft *draft, const BtPublish *how,
    GBytes *envelope, BtPublished *published, gint64 now_ms, GError **error)
{
    g_autofree char *path = bt_site_manifest_path(store->site, published->sha256);
    return add_assets(store, draft, &published->new_bytes, error) &&
        bt_site_write(path, envelope, error) && enter(store, how, published, now_ms, error) &&
        bt_entry_renew(store, published->screens, now_ms, error);
}

BtPublished *bt_publish(
    BtStore *store, const char *path, const BtPublish *how, gint64 now_ms, GError **error)
{
    BtFloor floor;
    bt_site_sweep(store->site);
    if (!read_floor(store, how, &floor, error))
        return NULL;
    g_autoptr(BtDraft) draft = read_draft(store, path, how, now_ms, error);
    g_autoptr(GPtrArray) screens = draft != NULL ? targets(store, draft, how, error) : NULL;
    g_autoptr(GBytes) envelope = screens != NULL ? seal(draft, how, error) : NULL;
    if (envelope == NULL ||
        !verify(store, draft, how, envelope, g_ptr_array_index(screens, 0), &floor, now_ms, error))
        return NULL;
    g_autoptr(BtPublished) published = g_new0(BtPublished, 1);
    published->screens = g_steal_pointer(&screens);
    describe(published, draft, envelope);
    return install(store, draft, how, envelope, published, now_ms, error)
        ? g_steal_pointer(&published)
        : NULL;
}

/* ---- for somebody else to sign ---- */

static void plan_free(BtPlanDocument *document)
{
    g_clear_pointer(&document->payload, g_bytes_unref);
    g_ptr_array_unref(document->screens);
    g_free(document);
}

GPtrArray *bt_publish_prepare(
    BtStore *store, const char *path, const BtPublish *how, gint64 now_ms, GError **error)
{
    guint64 new_bytes = 0;
    g_autoptr(BtDraft) draft = read_draft(store, path, how, now_ms, error);
    g_autoptr(GPtrArray) screens = draft != NULL ? targets(store, draft, how, error) : NULL;
    if (screens == NULL || !add_assets(store, draft, &new_bytes, error))
        return NULL;
    GPtrArray *documents = g_ptr_array_new_with_free_func((GDestroyNotify)plan_free);
    BtPlanDocument *document = g_new0(BtPlanDocument, 1);
    document->payload = g_bytes_ref(draft->payload);
    document->screens = g_steal_pointer(&screens);
    document->version = draft->manifest->version;
    document->expires_ms = draft->manifest->expires_ms;
    g_ptr_array_add(documents, document);
    return documents;
}

/* ---- taking back ---- */

gboolean bt_publish_end_alert(
    BtStore *store, const GPtrArray *screens, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) ids = screens->len > 0 ? copy_ids(screens) : all_screens(store, error);
    if (ids == NULL)
        return FALSE;
    for (guint i = 0; i < ids->len; i++) {
        g_autoptr(BtScreen) screen = bt_screens_find(store, g_ptr_array_index(ids, i), error);
        if (screen == NULL)
            return FALSE;
    }
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (!bt_entry_point(store, "alert", ids, "", error) ||
        !bt_store_note(store, now_ms, "terminal", "ended the alert", error) ||
        !bt_db_commit(store->db, error)) {
        bt_db_rollback(store->db);
        return FALSE;
    }
    return bt_entry_renew(store, ids, now_ms, error);
}

/* A denial of a document that has expired says nothing any more. */
static gboolean drop_idle_denials(BtStore *store, gint64 now_ms, GError **error)
{
    return bt_db_run(store->db, error,
        "DELETE FROM denial WHERE sha256 IN (SELECT sha256 FROM document WHERE expires_ms < ?)",
        "i", now_ms);
}

static gboolean check_room(BtStore *store, const char *sha256, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(
        store->db, error, "SELECT count(*) FROM denial WHERE sha256 IS NOT ?", "s", sha256);
    if (rows == NULL || !bt_rows_next(rows, error))
        return FALSE;
    if (bt_rows_int(rows, 0) < BT_FRESH_MAX_DENIALS)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
        "%s: %d denials stand already: expected fewer; publish a manifest without what is denied",
        sha256, BT_FRESH_MAX_DENIALS);
    return FALSE;
}

static gboolean enter_denial(BtStore *store, const char *sha256, gint64 now_ms, GError **error)
{
    g_autofree char *what = g_strdup_printf("denied %s", sha256);
    return drop_idle_denials(store, now_ms, error) && check_room(store, sha256, error) &&
        bt_db_run(store->db, error,
            "INSERT INTO denial (sha256, at_ms) VALUES (?, ?) ON CONFLICT DO NOTHING", "si", sha256,
            now_ms) &&
        bt_db_run(
            store->db, error, "UPDATE screen SET manifest = '' WHERE manifest = ?", "s", sha256) &&
        bt_db_run(store->db, error, "UPDATE screen SET alert = '' WHERE alert = ?", "s", sha256) &&
        bt_db_run(store->db, error, "UPDATE screen SET now_issued_ms = 0", "") &&
        bt_store_note(store, now_ms, "terminal", what, error);
}

gboolean bt_publish_deny(BtStore *store, const char *sha256, gint64 now_ms, GError **error)
{
    if (!bt_hash_is_hex(sha256)) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "%s: not a hash: expected 64 hexadecimal digits in small letters", sha256);
        return FALSE;
    }
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (!enter_denial(store, sha256, now_ms, error) || !bt_db_commit(store->db, error)) {
        bt_db_rollback(store->db);
        return FALSE;
    }
    return bt_fresh_renew_all(store, now_ms, error);
}
