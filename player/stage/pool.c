#include "player/stage/pool.h"

#include "player/stage/picture.h"

#include <poll.h>

/* Asked for an earlier time than before by more than this, a video is opened anew: its older frames
 * are gone. Less is the show clock settling at an item's boundary. */
#define BACK_MS 1000

typedef struct {
    char *key;
    BtMedia *media; /* NULL: not opened, done with, or failed */
    BtMoving *moving;
    BtFrame *frame;
    BtManifest *manifest;
    const BtItem *item;
    char *zone;
    BtAsset asset; /* a copy of what matters: the hash */
    gboolean is_moving, sound, started, arrived, failed, late;
    BtRect box_px, rect_px;
    BtFit fit;
    gint64 start_ms, end_ms, at_ms;
    gint64 opened_mono_ms;
    guint used; /* the round in which it was last wanted */
} Entry;

struct BtPool {
    const BtStageOptions *options;
    GHashTable *entries; /* key → Entry */
    BtShelf *stills;     /* key of sha256 and size → BtFrame */
    gint64 mono_ms;      /* of the last poll */
    guint round, n_open;
    gboolean ahead;
};

static void entry_close(BtPool *pool, Entry *entry)
{
    if (entry->moving)
        entry->moving->unref(entry->moving);
    entry->moving = NULL;
    if (entry->media)
        pool->n_open--;
    g_clear_pointer(&entry->media, bt_media_unref);
}

static void entry_free(BtPool *pool, Entry *entry)
{
    entry_close(pool, entry);
    g_clear_pointer(&entry->frame, bt_frame_unref);
    bt_manifest_unref(entry->manifest);
    g_free(entry->zone);
    g_free(entry->key);
    g_free(entry);
}

static void still_free(gpointer frame)
{
    bt_frame_unref(frame);
}

BtPool *bt_pool_new(const BtStageOptions *options, gsize max_still_bytes)
{
    BtPool *pool = g_new0(BtPool, 1);
    BtClock clock = bt_clock_real();
    pool->options = options;
    pool->entries = g_hash_table_new(g_str_hash, g_str_equal);
    pool->stills = bt_shelf_new(max_still_bytes, still_free);
    pool->mono_ms = bt_clock_mono_ms(&clock);
    return pool;
}

static void drop(BtPool *pool, Entry *entry)
{
    g_hash_table_remove(pool->entries, entry->key);
    entry_free(pool, entry);
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
    g_free(pool);
}

/* ---- one entry ---- */

static void fail(BtPool *pool, Entry *entry, const GError *error)
{
    entry->failed = TRUE;
    if (pool->options->on_failure)
        pool->options->on_failure(
            entry->item, entry->zone, entry->asset.sha256, error, pool->options->failure_user);
    entry_close(pool, entry);
}

static gboolean open_media(BtPool *pool, Entry *entry, GError **error)
{
    const BtStageOptions *options = pool->options;
    if (pool->n_open >= BT_POOL_MAX_OPEN) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "%s: %u media are open: expected fewer",
            entry->item->id, pool->n_open);
        return FALSE;
    }
    int fd = options->open_asset(entry->asset.sha256, options->open_user, error);
    if (fd < 0)
        return FALSE;
    entry->media = bt_media_open(
        fd, entry->asset.sha256, options->spawn, options->spawn_user, pool->mono_ms, error);
    if (entry->media)
        pool->n_open++;
    return entry->media != NULL;
}

static void entry_open(BtPool *pool, Entry *entry)
{
    g_autoptr(GError) error = NULL;
    entry->opened_mono_ms = pool->mono_ms;
    entry->started = entry->arrived = FALSE;
    if (!open_media(pool, entry, &error)) {
        if (!error)
            g_set_error(&error, BT_ERROR, BT_ERROR_FAILED, "%s: %s: cannot be opened",
                entry->item->id, entry->asset.sha256);
        fail(pool, entry, error);
    }
}

static char *still_key(const Entry *entry)
{
    return g_strdup_printf(
        "%s %dx%d %d", entry->asset.sha256, entry->box_px.w, entry->box_px.h, entry->fit);
}

/* A still's own size is the one that fits the box, so its place follows from it. */
static gboolean find_still(BtPool *pool, Entry *entry)
{
    g_autofree char *key = still_key(entry);
    BtFrame *frame = bt_shelf_find(pool->stills, key);
    if (!frame)
        return FALSE;
    entry->frame = bt_frame_ref(frame);
    entry->rect_px = bt_picture_place(frame->w_px, frame->h_px, entry->box_px, entry->fit);
    return TRUE;
}

static void keep_still(BtPool *pool, Entry *entry)
{
    g_autofree char *key = still_key(entry);
    gsize size_bytes = (gsize)entry->frame->stride_px * entry->frame->h_px * sizeof(guint32);
    bt_shelf_put(pool->stills, key, bt_frame_ref(entry->frame), size_bytes);
}

static gint64 wanted_pts(const Entry *entry)
{
    return entry->is_moving ? MAX(0, entry->at_ms - entry->start_ms) : 0;
}

/* The size is known: say which pixels are wanted, from which time on. */
static gboolean entry_start(BtPool *pool, Entry *entry)
{
    const BtMediaInfo *info = bt_media_info(entry->media);
    g_autoptr(GError) error = NULL;
    entry->rect_px = bt_picture_place(info->w_px, info->h_px, entry->box_px, entry->fit);
    if (!bt_media_start(entry->media, entry->rect_px.w, entry->rect_px.h, wanted_pts(entry),
            entry->sound && info->has_sound, FALSE, &error)) {
        fail(pool, entry, error);
        return FALSE;
    }
    entry->started = TRUE;
    if (entry->is_moving)
        entry->moving = bt_media_moving(entry->media);
    return TRUE;
}

/* TRUE when the first frame is here. A still needs its decoder no longer. */
static gboolean take_frame(BtPool *pool, Entry *entry)
{
    g_autoptr(BtFrame) frame = bt_media_frame_at(entry->media, wanted_pts(entry), NULL);
    if (!frame)
        return FALSE;
    entry->arrived = TRUE;
    if (!entry->is_moving) {
        entry->frame = g_steal_pointer(&frame);
        keep_still(pool, entry);
        entry_close(pool, entry);
    }
    return TRUE;
}

/* TRUE when the picture that the pool would give has changed. */
static gboolean entry_poll(BtPool *pool, Entry *entry)
{
    if (!entry->media)
        return FALSE;
    BtMediaState state = bt_media_poll(entry->media, pool->mono_ms);
    if (state == BT_MEDIA_FAILED) {
        /* A video's last frame stays: the moving keeps its media. */
        BtMedia *media = bt_media_ref(entry->media);
        BtMoving *moving = entry->arrived ? entry->moving : NULL;
        if (moving)
            moving->ref(moving);
        fail(pool, entry, bt_media_error(media));
        entry->moving = moving;
        bt_media_unref(media);
        return TRUE;
    }
    gboolean changed = FALSE;
    if (state != BT_MEDIA_OPENING && !entry->started)
        changed = entry_start(pool, entry);
    if (entry->started && !entry->arrived && entry->media && take_frame(pool, entry))
        return TRUE;
    if (entry->is_moving && !entry->arrived && !entry->late &&
        pool->mono_ms - entry->opened_mono_ms > BT_POOL_POSTER_MS)
        changed = entry->late = TRUE;
    return changed || entry->failed;
}

/* ---- wants ---- */

static Entry *entry_new(BtPool *pool, const BtPoolWant *want, char *key /* (transfer full) */)
{
    Entry *entry = g_new0(Entry, 1);
    entry->key = key;
    entry->manifest = bt_manifest_ref(want->manifest);
    entry->item = want->item;
    entry->zone = g_strdup(want->zone);
    entry->asset = *want->asset;
    entry->is_moving = want->moving;
    entry->sound = want->sound;
    entry->box_px = want->box_px;
    entry->fit = want->fit;
    entry->start_ms = want->start_ms;
    entry->end_ms = want->end_ms;
    entry->at_ms = want->at_ms;
    g_hash_table_insert(pool->entries, entry->key, entry);
    return entry;
}

static char *want_key(const BtPoolWant *want)
{
    return g_strdup_printf("%s %s %s %" G_GINT64_FORMAT " %d,%d %dx%d %d %d", want->asset->sha256,
        want->item->id, want->zone, want->start_ms, want->box_px.x, want->box_px.y, want->box_px.w,
        want->box_px.h, want->fit, want->moving);
}

static void reopen_when_back(BtPool *pool, Entry *entry, gint64 at_ms)
{
    gboolean back = entry->is_moving && entry->started && at_ms < entry->at_ms - BACK_MS;
    entry->at_ms = at_ms;
    if (!back || entry->failed)
        return;
    entry_close(pool, entry);
    entry_open(pool, entry);
}

BtPoolPicture bt_pool_get(BtPool *pool, const BtPoolWant *want)
{
    g_autofree char *key = want_key(want);
    Entry *entry = g_hash_table_lookup(pool->entries, key);
    if (entry && !pool->ahead)
        reopen_when_back(pool, entry, want->at_ms);
    if (!entry) {
        entry = entry_new(pool, want, g_steal_pointer(&key));
        if (entry->is_moving || !find_still(pool, entry))
            entry_open(pool, entry);
    }
    if (!pool->ahead)
        entry->used = pool->round;
    return (BtPoolPicture){ entry->rect_px, entry->frame, entry->moving, entry->media,
        entry->failed, entry->arrived, entry->late };
}

void bt_pool_begin(BtPool *pool)
{
    pool->round++;
}

static gboolean is_needed(const BtPool *pool, const Entry *entry, gint64 t_ms)
{
    return entry->used == pool->round ||
        (entry->start_ms > t_ms && entry->start_ms <= t_ms + BT_POOL_AHEAD_MS);
}

void bt_pool_look_ahead(BtPool *pool, gboolean ahead)
{
    pool->ahead = ahead;
}

BtMedia *bt_pool_sounding(BtPool *pool, const BtItem *item, gint64 start_ms)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, pool->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Entry *entry = value;
        if (entry->item == item && entry->start_ms == start_ms && entry->is_moving &&
            entry->sound && entry->started && entry->media &&
            bt_media_info(entry->media)->has_sound)
            return bt_media_ref(entry->media);
    }
    return NULL;
}

void bt_pool_end(BtPool *pool, gint64 t_ms)
{
    g_autoptr(GList) all = g_hash_table_get_values(pool->entries);
    for (GList *l = all; l; l = l->next)
        if (!is_needed(pool, l->data, t_ms))
            drop(pool, l->data);
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
        changed |= entry_poll(pool, entry);
    return changed;
}

GArray *bt_pool_fds(const BtPool *pool)
{
    GArray *fds = g_array_new(FALSE, FALSE, sizeof(int));
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, pool->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Entry *entry = value;
        int fd = entry->media ? bt_media_fd(entry->media) : -1;
        if (fd >= 0)
            g_array_append_val(fds, fd);
    }
    return fds;
}

/* TRUE when what `entry` shows will not change by waiting. */
static gboolean entry_wait(BtPool *pool, Entry *entry, gint64 until_us)
{
    while (entry->media && !entry->failed) {
        int left_ms = (int)MAX(0, (until_us - g_get_monotonic_time() + 999) / 1000);
        entry_poll(pool, entry);
        if (!entry->media)
            break;
        if (entry->started && bt_media_wait(entry->media, wanted_pts(entry), left_ms)) {
            entry_poll(pool, entry);
            return TRUE;
        }
        if (left_ms == 0)
            return FALSE;
        struct pollfd wait = { .fd = bt_media_fd(entry->media), .events = POLLIN };
        if (!entry->started)
            poll(&wait, 1, MIN(left_ms, 100));
    }
    return TRUE;
}

gboolean bt_pool_wait(BtPool *pool, int timeout_ms)
{
    gint64 begin_us = g_get_monotonic_time(),
           until_us = begin_us + timeout_ms * G_GINT64_CONSTANT(1000);
    gint64 mono_ms = pool->mono_ms;
    gboolean whole = TRUE;
    g_autoptr(GList) all = g_hash_table_get_values(pool->entries);
    for (GList *l = all; l; l = l->next) {
        Entry *entry = l->data;
        pool->mono_ms = mono_ms + (g_get_monotonic_time() - begin_us) / 1000;
        if (entry->used == pool->round)
            whole &= entry_wait(pool, entry, until_us);
    }
    return whole;
}
