/* The order that ends cuts: a document without assets, so it is ready when it is here and holds. */
#include "playlists/sync/private.h"

#include <string.h>

#define ORDER_MAX_BYTES BT_ENVELOPE_MAX_BYTES(BT_RELEASE_MAX_BYTES)

/* Raises the floor before the document that it guards is written. */
static gboolean keep(BtRound *round, const char *sha256, GBytes *envelope, GError **error)
{
    BtSync *sync = round->sync;
    gint64 now_ms = strcmp(sync->order_ready, sha256) == 0 ? BT_TIME_MIN : round->trusted_now_ms;
    g_autoptr(BtRelease) release =
        bt_trust_verify_release(sync->trust, envelope, sha256, &sync->order_floor, now_ms, error);
    if (!release)
        return FALSE;
    sync->order_floor = bt_state_floor(release->version, envelope);
    if (!bt_state_save_floors(sync, error) ||
        !bt_cache_add_object(sync->cache, sha256, envelope, error))
        return FALSE;
    bt_sync_tell(sync, "fetched", NULL, sha256, "order %" G_GINT64_FORMAT, release->version);
    return TRUE;
}

static gboolean obtain(BtRound *round, const char *sha256)
{
    GError *why = NULL;
    if (bt_miss_must_wait(round, sha256))
        return FALSE;
    g_autoptr(GBytes) envelope =
        bt_fetch_envelope(round->sync, "/v1/orders/", sha256, ORDER_MAX_BYTES, &why);
    if (envelope && keep(round, sha256, envelope, &why)) {
        bt_miss_forget(round->sync, sha256);
        return TRUE;
    }
    bt_miss_note(round->sync, sha256, why);
    return bt_round_fail(round, sha256, why);
}

void bt_follow_order(BtRound *round, const char *sha256)
{
    BtSync *sync = round->sync;
    GError *why = NULL;
    gboolean is_ready = strcmp(sync->order_ready, sha256) == 0;
    if (!*sha256 || (is_ready && bt_cache_has(sync->cache, sha256)) || !obtain(round, sha256))
        return;
    round->changed = TRUE;
    if (!is_ready && !bt_state_set_order(sync, sha256, &why))
        bt_round_fail(round, sha256, why);
}
