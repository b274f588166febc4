/* An object may rot after it was hashed on arrival, and the first to notice is a decoder that makes
 * nothing of it. Hashing a film takes seconds, in which a cut must not wait for the judge, nor an
 * alert for sync: so a thread does only this. Its words come back as an idle call of the main loop;
 * a show that ends meanwhile does not wait for it. */
#include "player/show/show.h"

#include "base/error.h"

typedef struct {
    BtShow *show;
    char *cache_path;
    char sha256[BT_HASH_HEX_SIZE];
    GError *failure;
} Doubt;

static void doubt_free(Doubt *doubt)
{
    g_free(doubt->cache_path);
    g_clear_error(&doubt->failure);
    g_free(doubt);
}

/* It is the disk's fault, not the asset's: nothing is set aside for it. */
static void fetch_again(const Doubt *doubt)
{
    g_hash_table_remove(doubt->show->failures, doubt->sha256);
    bt_show_tell(doubt->show, BT_ROLE_POLL);
}

static gboolean on_known(gpointer data)
{
    Doubt *doubt = data;
    const GError *failure = doubt->failure;
    doubt->show->is_doubting = FALSE;
    if (g_error_matches(failure, BT_ERROR, BT_ERROR_MISMATCH))
        bt_show_event(
            doubt->show, "rotted", bt_error_reason(failure), doubt->sha256, failure->message);
    if (failure != NULL)
        fetch_again(doubt);
    doubt_free(doubt);
    return G_SOURCE_REMOVE;
}

static gpointer hash(gpointer data)
{
    Doubt *doubt = data;
    g_autoptr(BtCache) cache = bt_cache_open(doubt->cache_path, TRUE, &doubt->failure);
    if (cache != NULL)
        bt_cache_check_object(cache, doubt->sha256, &doubt->failure);
    g_idle_add(on_known, doubt);
    return NULL;
}

void bt_show_doubt(BtShow *show, const char *sha256)
{
    if (show->is_doubting || show->judge == NULL || !bt_hash_is_hex(sha256))
        return;
    Doubt *doubt = g_new0(Doubt, 1);
    doubt->show = show;
    doubt->cache_path = bt_config_state_path(show->config, "cache");
    g_strlcpy(doubt->sha256, sha256, sizeof doubt->sha256);
    GThread *thread = g_thread_try_new("doubt", hash, doubt, NULL);
    if (thread == NULL) {
        doubt_free(doubt);
        return;
    }
    show->is_doubting = TRUE;
    g_thread_unref(thread);
}
