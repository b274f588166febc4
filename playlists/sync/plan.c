/* The order is the point. A root first, since it says whose word counts; an alert with everything
 * it needs before the first byte of ordinary content; and of that content what is small and read
 * before what is large and looked at, so that a board on a poor line shows the news before the
 * film. */
#include "playlists/sync/plan.h"

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
    add_document(steps, BT_STEP_MANIFEST, now, now->manifest);
    return steps;
}

/* ---- assets ---- */

enum { RANK_TEXT, RANK_PICTURE, RANK_IMAGE, RANK_AUDIO, RANK_VIDEO, N_RANKS };

typedef struct {
    GArray *ranks[N_RANKS];
    GHashTable *seen; /* of borrowed sha256 */
} Ranked;

static void add_asset(Ranked *ranked, const BtAsset *asset, int rank)
{
    if (!asset || !g_hash_table_add(ranked->seen, (gpointer)asset->sha256))
        return;
    BtStep step = { .kind = BT_STEP_ASSET, .size_bytes = asset->size_bytes };
    g_strlcpy(step.sha256, asset->sha256, sizeof step.sha256);
    if (g_str_has_prefix(asset->type, "text/"))
        rank = RANK_TEXT;
    g_array_append_val(ranked->ranks[rank], step);
}

static int rank_of(const BtItem *item)
{
    switch (item->kind) {
    case BT_ITEM_VIDEO:
        return RANK_VIDEO;
    case BT_ITEM_AUDIO:
        return RANK_AUDIO;
    default:
        return RANK_IMAGE;
    }
}

static void add_playlist(Ranked *ranked, const BtPlaylist *playlist)
{
    for (guint i = 0; i < playlist->items->len; i++) {
        const BtItem *item = g_ptr_array_index(playlist->items, i);
        add_asset(ranked, item->picture, RANK_PICTURE);
        add_asset(ranked, item->fallback, RANK_IMAGE);
        for (guint k = 0; k < item->subtitles->len; k++)
            add_asset(ranked, ((const BtSubtitles *)item->subtitles->pdata[k])->asset, RANK_TEXT);
        add_asset(ranked, item->asset, rank_of(item));
    }
}

GArray *bt_plan_assets(const BtManifest *manifest)
{
    GArray *steps = g_array_new(FALSE, FALSE, sizeof(BtStep));
    Ranked ranked = { .seen = g_hash_table_new(g_str_hash, g_str_equal) };
    for (int rank = 0; rank < N_RANKS; rank++)
        ranked.ranks[rank] = g_array_new(FALSE, FALSE, sizeof(BtStep));
    for (guint i = 0; i < manifest->playlists->len; i++)
        add_playlist(&ranked, g_ptr_array_index(manifest->playlists, i));
    for (int rank = 0; rank < N_RANKS; rank++) {
        g_array_append_vals(steps, ranked.ranks[rank]->data, ranked.ranks[rank]->len);
        g_array_unref(ranked.ranks[rank]);
    }
    g_hash_table_unref(ranked.seen);
    return steps;
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
