/* A peer that serves wrong bytes for a name will do so again, and on a SIM card each time is paid
 * for. The first failure is tried again in the next round, the later ones after 1, 4, 16 … minutes;
 * in between the round fails for the same reason without asking. Only in memory: a restart asks
 * anew. */
#include "playlists/sync/private.h"

#define FIRST_WAIT_MS BT_MINUTE_MS
#define MAX_WAIT_MS (6 * BT_HOUR_MS)

typedef struct {
    guint n;
    gint64 until_ms;
    GError *why;
} Miss;

static void free_miss(gpointer data)
{
    Miss *miss = data;
    g_clear_error(&miss->why);
    g_free(miss);
}

GHashTable *bt_misses_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_miss);
}

/* Faults of the line heal with the line, and what is not there yet costs nothing to ask for. */
static gboolean is_of_the_bytes(const GError *why)
{
    return !bt_sync_is_of_the_way(why) && !bt_sync_is_code(why, BT_ERROR_NOT_FOUND);
}

void bt_miss_note(BtSync *sync, const char *what, const GError *why)
{
    if (!is_of_the_bytes(why))
        return;
    const Miss *before = g_hash_table_lookup(sync->misses, what);
    Miss *miss = g_new0(Miss, 1);
    guint n = before ? before->n : 0;
    gint64 wait_ms = n == 0 ? 0 : FIRST_WAIT_MS << (2 * MIN(n - 1, 8));
    miss->n = n + 1;
    miss->until_ms = bt_sync_mono_ms() + MIN(wait_ms, MAX_WAIT_MS);
    miss->why = g_error_copy(why);
    g_hash_table_replace(sync->misses, g_strdup(what), miss);
}

void bt_miss_forget(BtSync *sync, const char *what)
{
    g_hash_table_remove(sync->misses, what);
}

gboolean bt_miss_must_wait(BtRound *round, const char *what)
{
    const Miss *miss = g_hash_table_lookup(round->sync->misses, what);
    if (!miss || bt_sync_mono_ms() >= miss->until_ms)
        return FALSE;
    if (!round->error)
        round->error = g_error_copy(miss->why);
    return TRUE;
}
