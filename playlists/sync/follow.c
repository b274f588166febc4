/* The alert and the manifest: the same walk for both. An envelope is fetched by the hash that
 * now.json names, verified, kept, and then everything it needs; it becomes ready when the last of
 * that is whole, and nothing that is ready ceases to be so by a failure. */
#include "playlists/sync/private.h"

#include <string.h>

#define MANIFEST_MAX_BYTES BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES)

GBytes *bt_fetch_envelope(
    BtSync *sync, const char *folder, const char *sha256, gsize max_bytes, GError **error)
{
    BtAnswer answer;
    g_autoptr(GBytes) envelope = NULL;
    g_autofree char *path = g_strconcat(folder, sha256, NULL);
    BtGet get = { .path = path, .max_bytes = max_bytes, .turns = BT_DOCUMENT_TURNS };
    if (!bt_transport_read(sync->transport, &get, &answer, &envelope, error))
        return NULL;
    if (answer.status != 200) {
        bt_answer_fail(&answer, path, error);
        return NULL;
    }
    BtFloor found = bt_state_floor(0, envelope);
    if (strcmp(found.sha256, sha256) == 0)
        return g_steal_pointer(&envelope);
    g_set_error(error, BT_ERROR, BT_ERROR_MISMATCH,
        "%s: %" G_GSIZE_FORMAT " bytes with the hash %s came: expected the hash of its name", path,
        g_bytes_get_size(envelope), found.sha256);
    return NULL;
}

/* What is ready already has arrived in time; how long it counts is show's to say. */
static BtManifest *verify(
    BtRound *round, BtFollow which, const char *sha256, GBytes *envelope, GError **error)
{
    BtSync *sync = round->sync;
    gboolean is_ready = strcmp(sync->followed[which].ready, sha256) == 0;
    gint64 now_ms = is_ready ? BT_TIME_MIN : round->trusted_now_ms;
    return which == BT_FOLLOW_ALERT
        ? bt_trust_verify_alert(sync->trust, envelope, sha256, &sync->floors[which], now_ms, error)
        : bt_trust_verify_manifest(
              sync->trust, envelope, sha256, &sync->floors[which], now_ms, error);
}

/* Raises the floor and puts the envelope among the objects. */
static gboolean keep_envelope(BtSync *sync, BtFollow which, const BtManifest *manifest,
    const char *sha256, GBytes *envelope, GError **error)
{
    BtFloor *floor = &sync->floors[which];
    if (strcmp(floor->sha256, sha256) != 0) {
        *floor = bt_state_floor(manifest->version, envelope);
        if (!bt_state_save_floors(sync, error))
            return FALSE;
    }
    if (bt_cache_has(sync->cache, sha256))
        return TRUE;
    if (!bt_cache_add_object(sync->cache, sha256, envelope, error))
        return FALSE;
    bt_sync_tell(sync, "fetched", NULL, sha256, "version %" G_GINT64_FORMAT, manifest->version);
    return TRUE;
}

static BtManifest *obtain_manifest(
    BtRound *round, BtFollow which, const char *sha256, GBytes *envelope, GError **error)
{
    g_autoptr(BtManifest) manifest = verify(round, which, sha256, envelope, error);
    if (!manifest || !keep_envelope(round->sync, which, manifest, sha256, envelope, error))
        return NULL;
    return g_steal_pointer(&manifest);
}

/* By the clock of the board where it counts, else in the order of the document. */
static void plan_assets(BtRound *round, BtFollowed *followed)
{
    const BtBooks *books = &round->sync->books;
    gint64 now_ms = round->trusted_now_ms;
    if (books->kept)
        now_ms = books->now.trusted ? books->now.wall_ms : BT_TIME_MIN;
    g_clear_pointer(&followed->assets, g_array_unref);
    followed->assets = bt_plan_assets(followed->manifest, now_ms);
}

/* Fetches, unless it is here and whole, and verifies the document; then its assets are known. */
static gboolean obtain(BtRound *round, BtFollow which, const char *sha256)
{
    BtSync *sync = round->sync;
    BtFollowed *followed = &sync->followed[which];
    GError *why = NULL;
    followed->sha256[0] = '\0';
    g_autoptr(GBytes) envelope =
        bt_cache_read_object(sync->cache, sha256, MANIFEST_MAX_BYTES, NULL);
    gboolean is_here = envelope != NULL;
    if (!is_here && bt_miss_must_wait(round, sha256))
        return FALSE;
    if (!is_here)
        envelope = bt_fetch_envelope(sync, "/v1/manifests/", sha256, MANIFEST_MAX_BYTES, &why);
    g_autoptr(BtManifest) manifest =
        envelope ? obtain_manifest(round, which, sha256, envelope, &why) : NULL;
    if (!manifest) {
        bt_miss_note(sync, sha256, why);
        return bt_round_fail(round, sha256, why);
    }
    bt_miss_forget(sync, sha256);
    /* It had rotted, and show may have had to do without. */
    round->changed = round->changed || (!is_here && strcmp(followed->ready, sha256) == 0);
    g_clear_pointer(&followed->manifest, bt_manifest_unref);
    followed->manifest = g_steal_pointer(&manifest);
    plan_assets(round, followed);
    g_strlcpy(followed->sha256, sha256, sizeof followed->sha256);
    return TRUE;
}

static gboolean has_object(const char *sha256, gpointer user)
{
    return bt_cache_has(user, sha256);
}

/* TRUE when everything is here. One asset that fails does not keep the others. */
static gboolean fetch_missing(BtRound *round, BtFollow which)
{
    BtSync *sync = round->sync;
    BtFollowed *followed = &sync->followed[which];
    gboolean whole = TRUE;
    round->following = which;
    if (followed->manifest)
        plan_assets(round, followed);
    g_autoptr(GArray) missing =
        bt_plan_missing(followed->assets, sync->now, has_object, sync->cache);
    for (guint i = 0; i < missing->len && !round->stopped; i++)
        whole = bt_asset_fetch(round, &g_array_index(missing, BtStep, i)) && whole;
    return whole && !round->stopped;
}

static void make_ready(BtRound *round, BtFollow which, const char *sha256)
{
    GError *why = NULL;
    g_clear_pointer(&round->sync->followed[which].manifest, bt_manifest_unref);
    if (strcmp(round->sync->followed[which].ready, sha256) == 0)
        return;
    round->changed = TRUE;
    if (!bt_state_set_ready(round->sync, which, sha256, &why))
        bt_round_fail(round, sha256, why);
}

void bt_follow(BtRound *round, BtFollow which, const char *sha256)
{
    BtFollowed *followed = &round->sync->followed[which];
    if (!*sha256) {
        if (which == BT_FOLLOW_ALERT) /* it is over; a manifest only ends by another one */
            make_ready(round, which, "");
        return;
    }
    gboolean known =
        strcmp(followed->sha256, sha256) == 0 && bt_cache_has(round->sync->cache, sha256);
    if ((known || obtain(round, which, sha256)) && fetch_missing(round, which))
        make_ready(round, which, sha256);
}
