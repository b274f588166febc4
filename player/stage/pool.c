#include "player/stage/medium.h"

/* Asked for an earlier time than before by more than this, a video is opened anew: its older frames
 * are gone. Less is the show clock settling at an item's boundary. */
#define BACK_MS 1000

#define KEPT_CUES_BYTES (4u << 20) /* two files of the largest size, or hundreds of films' own */

static void still_free(gpointer frame)
{
    bt_frame_unref(frame);
}

static void cues_free(gpointer cues)
{
    g_array_unref(cues);
}

BtPool *bt_pool_new(const BtStageOptions *options, gsize max_still_bytes)
{
    BtPool *pool = g_new0(BtPool, 1);
    BtClock clock = bt_clock_real();
    pool->options = options;
    pool->entries = g_hash_table_new(g_str_hash, g_str_equal);
    pool->stills = bt_shelf_new(max_still_bytes, still_free);
    pool->cues = bt_shelf_new(KEPT_CUES_BYTES, cues_free);
    pool->trials = bt_trials_new(BT_POOL_AHEAD_MS);
    pool->mono_ms = bt_clock_mono_ms(&clock);
    return pool;
}

static void drop(BtPool *pool, BtMedium *entry)
{
    g_hash_table_remove(pool->entries, entry->key);
    bt_medium_free(pool, entry);
}

void bt_pool_free(BtPool *pool)
{
    if (!pool)
        return;
    g_autoptr(GList) all = g_hash_table_get_values(pool->entries);
    for (GList *l = all; l; l = l->next)
        drop(pool, l->data);
    g_hash_table_unref(pool->entries);
    bt_shelf_free(pool->stills);
    bt_shelf_free(pool->cues);
    bt_trials_free(pool->trials);
    g_free(pool);
}

/* ---- wants ---- */

static char *want_key(const BtPoolWant *want)
{
    return g_strdup_printf("%s %s %s %" G_GINT64_FORMAT " %d,%d %dx%d %d %d%d", want->asset->sha256,
        want->item->id, want->zone, want->start_ms, want->box_px.x, want->box_px.y, want->box_px.w,
        want->box_px.h, want->fit, want->moving, want->subtitles);
}

static void reopen_when_back(BtPool *pool, BtMedium *entry, gint64 at_ms)
{
    gboolean back = entry->is_moving && entry->started && at_ms < entry->at_ms - BACK_MS;
    entry->at_ms = at_ms;
    entry->at_mono_ms = pool->mono_ms;
    if (!back || entry->failed)
        return;
    bt_medium_close(pool, entry);
    bt_medium_open(pool, entry);
}

/* It is to be seen from now on. */
static void await(BtPool *pool, BtMedium *entry, gint64 at_ms)
{
    gboolean behind =
        entry->is_moving && !entry->unseen && !entry->arrived && !entry->before && !entry->failed;
    entry->used = pool->round;
    if (behind && entry->awaited_ms == 0)
        entry->awaited_ms = at_ms;
}

BtPoolPicture bt_pool_get(BtPool *pool, const BtPoolWant *want)
{
    g_autofree char *key = want_key(want);
    BtMedium *entry = g_hash_table_lookup(pool->entries, key);
    if (entry && !pool->ahead)
        reopen_when_back(pool, entry, want->at_ms);
    /* What finds no room ahead is opened when it is due, when others are over. */
    if (!entry && pool->ahead && pool->n_open >= BT_POOL_MAX_OPEN)
        return (BtPoolPicture){ .frame = NULL };
    if (!entry) {
        entry = bt_medium_new(pool, want, g_steal_pointer(&key));
        if (!bt_medium_find_kept(pool, entry))
            bt_medium_open(pool, entry);
    }
    if (!pool->ahead)
        await(pool, entry, want->at_ms);
    BtMoving *moving = entry->before ? entry->before : entry->moving;
    return (BtPoolPicture){ entry->rect_px, entry->frame, moving, entry->media, entry->cues,
        entry->failed, entry->arrived || entry->before, entry->late };
}

void bt_pool_begin(BtPool *pool)
{
    pool->round++;
}

static gboolean is_needed(const BtPool *pool, const BtMedium *entry, gint64 t_ms)
{
    return entry->used == pool->round ||
        (entry->start_ms > t_ms && entry->start_ms <= t_ms + BT_POOL_AHEAD_MS);
}

void bt_pool_look_ahead(BtPool *pool, gboolean ahead)
{
    pool->ahead = ahead;
}

gboolean bt_pool_looks_ahead(const BtPool *pool)
{
    return pool->ahead;
}

BtMedia *bt_pool_sounding(BtPool *pool, const BtItem *item, gint64 start_ms)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, pool->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const BtMedium *entry = value;
        if (entry->item == item && entry->start_ms == start_ms && entry->is_moving &&
            entry->sound && entry->started && entry->media &&
            bt_media_info(entry->media)->has_sound)
            return bt_media_ref(entry->media);
    }
    return NULL;
}

static void note_success(BtPool *pool, const BtMedium *entry)
{
    bt_trials_forget(pool->trials, entry->asset.sha256);
    if (pool->options->on_success)
        pool->options->on_success(entry->asset.sha256, pool->options->failure_user);
}

void bt_pool_end(BtPool *pool, gint64 t_ms)
{
    g_autoptr(GList) all = g_hash_table_get_values(pool->entries);
    for (GList *l = all; l; l = l->next) {
        BtMedium *entry = l->data;
        if (is_needed(pool, entry, t_ms))
            continue;
        if (bt_medium_has_succeeded(entry, t_ms))
            note_success(pool, entry);
        drop(pool, entry);
    }
}

/* ---- waiting ---- */

gboolean bt_pool_poll(BtPool *pool, gint64 mono_ms)
{
    gboolean changed = FALSE;
    GHashTableIter iter;
    gpointer entry;
    pool->mono_ms = mono_ms;
    g_hash_table_iter_init(&iter, pool->entries);
    while (g_hash_table_iter_next(&iter, NULL, &entry))
        changed |= bt_medium_poll(pool, entry);
    return changed;
}

gint64 bt_pool_mono_ms(const BtPool *pool)
{
    return pool->mono_ms;
}

GArray *bt_pool_fds(const BtPool *pool)
{
    GArray *fds = g_array_new(FALSE, FALSE, sizeof(int));
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, pool->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const BtMedium *entry = value;
        int fd = entry->media ? bt_media_fd(entry->media) : -1;
        if (fd >= 0)
            g_array_append_val(fds, fd);
    }
    return fds;
}

gboolean bt_pool_wait(BtPool *pool, int timeout_ms)
{
    gint64 begin_us = g_get_monotonic_time(),
           until_us = begin_us + timeout_ms * G_GINT64_CONSTANT(1000);
    gint64 mono_ms = pool->mono_ms;
    gboolean whole = TRUE;
    g_autoptr(GList) all = g_hash_table_get_values(pool->entries);
    pool->stands = TRUE;
    for (GList *l = all; l; l = l->next) {
        BtMedium *entry = l->data;
        pool->mono_ms = mono_ms + (g_get_monotonic_time() - begin_us) / 1000;
        if (entry->used == pool->round)
            whole &= bt_medium_wait(pool, entry, until_us);
    }
    pool->stands = FALSE;
    return whole;
}
