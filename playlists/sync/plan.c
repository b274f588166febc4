/* The order is the point. A root first, since it says whose word counts; an alert with everything
 * it needs before the first byte of ordinary content; and of that content what is small and read
 * before what is large and looked at, so that a board on a poor line shows the news before the
 * film. Among films the one of this evening comes before the one of next week. */
#include "playlists/sync/plan.h"

#include "playlists/schedule/window.h"

#include <string.h>

/* ---- documents ---- */

gboolean bt_plan_is_denied(const BtNow *now, const char *sha256)
{
    for (guint i = 0; now && i < now->deny->len; i++)
        if (strcmp(g_ptr_array_index(now->deny, i), sha256) == 0)
            return TRUE;
    return FALSE;
}

static void add_document(GArray *steps, BtStepKind kind, const BtNow *now, const char *sha256)
{
    BtStep step = { .kind = kind };
    if (bt_plan_is_denied(now, sha256))
        return;
    g_strlcpy(step.sha256, sha256, sizeof step.sha256);
    g_array_append_val(steps, step);
}

GArray *bt_plan_documents(const BtNow *now, gint64 root_version)
{
    GArray *steps = g_array_new(FALSE, FALSE, sizeof(BtStep));
    if (now->root > root_version) {
        BtStep step = { .kind = BT_STEP_ROOT, .root = root_version + 1 };
        g_array_append_val(steps, step);
    }
    add_document(steps, BT_STEP_ALERT, now, now->alert);
    if (*now->order)
        add_document(steps, BT_STEP_ORDER, now, now->order);
    add_document(steps, BT_STEP_MANIFEST, now, now->manifest);
    return steps;
}

/* ---- when a playlist is due ---- */

static gint64 programme_due_ms(const BtProgramme *programme, const BtLocal *local)
{
    gint64 start_ms, next_ms;
    return bt_window_at(&programme->when, local, &start_ms, &next_ms) ? local->now_ms : next_ms;
}

static void note_due(GHashTable *dues, const BtPlaylist *playlist, gint64 due_ms)
{
    gint64 *known = g_hash_table_lookup(dues, playlist);
    if (!known) {
        known = g_new(gint64, 1);
        *known = due_ms;
        g_hash_table_insert(dues, (gpointer)playlist, known);
    }
    *known = MIN(*known, due_ms);
}

/* Playlist → when the first of its programmes begins. (transfer full) */
static GHashTable *find_dues(const BtManifest *manifest, gint64 now_ms)
{
    GHashTable *dues = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    BtLocal local = bt_local_at(manifest->timezone, MAX(now_ms, 0));
    for (guint i = 0; i < manifest->programmes->len; i++) {
        const BtProgramme *programme = g_ptr_array_index(manifest->programmes, i);
        gint64 due_ms = now_ms == BT_TIME_MIN ? now_ms : programme_due_ms(programme, &local);
        for (guint k = 0; k < programme->layout->zones->len; k++)
            if (programme->playlists[k])
                note_due(dues, programme->playlists[k], due_ms);
    }
    return dues;
}

static gint64 item_due_ms(const BtItem *item, const gint64 *playlist_due_ms, gint64 now_ms)
{
    if (now_ms == BT_TIME_MIN)
        return BT_TIME_MIN;
    if (!playlist_due_ms || item->valid_until_ms <= now_ms)
        return BT_TIME_MAX;
    return MAX(*playlist_due_ms, item->valid_from_ms);
}

/* ---- assets ---- */

typedef struct {
    GArray *steps;
    GHashTable *places; /* borrowed sha256 → its place in steps, and 1 */
} Assets;

static void add_asset(Assets *assets, const BtAsset *asset, BtRank rank, gint64 due_ms)
{
    if (!asset)
        return;
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(assets->places, asset->sha256));
    if (place > 0) {
        BtStep *known = &g_array_index(assets->steps, BtStep, place - 1);
        known->due_ms = MIN(known->due_ms, due_ms);
        return;
    }
    BtStep step = { .kind = BT_STEP_ASSET,
        .size_bytes = asset->size_bytes,
        .rank = g_str_has_prefix(asset->type, "text/") ? BT_RANK_TEXT : rank,
        .due_ms = due_ms };
    g_strlcpy(step.sha256, asset->sha256, sizeof step.sha256);
    g_array_append_val(assets->steps, step);
    g_hash_table_insert(
        assets->places, (gpointer)asset->sha256, GUINT_TO_POINTER(assets->steps->len));
}

static BtRank rank_of(const BtItem *item)
{
    switch (item->kind) {
    case BT_ITEM_VIDEO:
        return BT_RANK_VIDEO;
    case BT_ITEM_AUDIO:
        return BT_RANK_AUDIO;
    default:
        return BT_RANK_IMAGE;
    }
}

static void add_item(Assets *assets, const BtItem *item, gint64 due_ms)
{
    add_asset(assets, item->picture, BT_RANK_PICTURE, due_ms);
    add_asset(assets, item->fallback, BT_RANK_IMAGE, due_ms);
    for (guint i = 0; i < item->subtitles->len; i++) {
        const BtSubtitles *subtitles = g_ptr_array_index(item->subtitles, i);
        add_asset(assets, subtitles->asset, BT_RANK_TEXT, due_ms);
    }
    add_asset(assets, item->asset, rank_of(item), due_ms);
}

static gint compare_steps(gconstpointer a, gconstpointer b)
{
    const BtStep *one = a, *other = b;
    if (one->rank != other->rank)
        return one->rank < other->rank ? -1 : 1;
    return (one->due_ms > other->due_ms) - (one->due_ms < other->due_ms);
}

GArray *bt_plan_assets(const BtManifest *manifest, gint64 now_ms)
{
    g_autoptr(GHashTable) dues = find_dues(manifest, now_ms);
    g_autoptr(GHashTable) places = g_hash_table_new(g_str_hash, g_str_equal);
    Assets assets = { g_array_new(FALSE, FALSE, sizeof(BtStep)), places };
    for (guint i = 0; i < manifest->playlists->len; i++) {
        const BtPlaylist *playlist = g_ptr_array_index(manifest->playlists, i);
        const gint64 *due_ms = g_hash_table_lookup(dues, playlist);
        for (guint k = 0; k < playlist->items->len; k++) {
            const BtItem *item = g_ptr_array_index(playlist->items, k);
            add_item(&assets, item, item_due_ms(item, due_ms, now_ms));
        }
    }
    g_array_sort(assets.steps, compare_steps); /* keeps the order of what is equal */
    return assets.steps;
}

GArray *bt_plan_missing(const GArray *assets, const BtNow *now, BtPlanHas has, gpointer user)
{
    GArray *missing = g_array_new(FALSE, FALSE, sizeof(BtStep));
    for (guint i = 0; i < assets->len; i++) {
        const BtStep *step = &g_array_index(assets, BtStep, i);
        if (!bt_plan_is_denied(now, step->sha256) && !has(step->sha256, user))
            g_array_append_val(missing, *step);
    }
    return missing;
}
