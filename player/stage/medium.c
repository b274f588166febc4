#include "player/stage/medium.h"

#include "player/stage/picture.h"

#include <poll.h>
#include <string.h>

void bt_medium_close(BtPool *pool, BtMedium *entry)
{
    if (entry->moving)
        entry->moving->unref(entry->moving);
    entry->moving = NULL;
    if (entry->media)
        pool->n_open--;
    g_clear_pointer(&entry->media, bt_media_unref);
}

static void drop_before(BtMedium *entry)
{
    if (entry->before)
        entry->before->unref(entry->before);
    entry->before = NULL;
}

void bt_medium_free(BtPool *pool, BtMedium *entry)
{
    bt_medium_close(pool, entry);
    drop_before(entry);
    g_clear_pointer(&entry->frame, bt_frame_unref);
    g_clear_pointer(&entry->cues, g_array_unref);
    bt_manifest_unref(entry->manifest);
    g_free(entry->zone);
    g_free(entry->key);
    g_free(entry);
}

BtMedium *bt_medium_new(BtPool *pool, const BtPoolWant *want, char *key /* (transfer full) */)
{
    BtMedium *entry = g_new0(BtMedium, 1);
    entry->key = key;
    entry->manifest = bt_manifest_ref(want->manifest);
    entry->item = want->item;
    entry->zone = g_strdup(want->zone);
    entry->asset = *want->asset;
    entry->is_moving = want->moving;
    entry->animated = want->animated;
    entry->subtitles = want->subtitles;
    entry->sound = want->sound;
    entry->unseen = want->unseen;
    entry->box_px = want->box_px;
    entry->fit = want->fit;
    entry->start_ms = want->start_ms;
    entry->end_ms = want->end_ms;
    entry->at_ms = want->at_ms;
    entry->at_mono_ms = pool->mono_ms;
    g_hash_table_insert(pool->entries, entry->key, entry);
    return entry;
}

static gint64 wanted_pts(const BtMedium *entry)
{
    return entry->is_moving ? MAX(0, entry->at_ms - entry->start_ms) : 0;
}

/* The same by now: who replaces another follows the time that goes on meanwhile. */
static gint64 wanted_by_now(const BtPool *pool, const BtMedium *entry)
{
    gboolean follows = entry->before && !pool->stands;
    return wanted_pts(entry) + (follows ? MAX(0, pool->mono_ms - entry->at_mono_ms) : 0);
}

/* Some frames ahead were decoded before whatever happened; they are still shown. */
static gint64 last_frame_ms(const BtMedium *entry)
{
    gint64 last_ms = BT_TIME_MIN, next_ms = wanted_pts(entry);
    if (!entry->arrived || !entry->is_moving || !entry->media)
        return last_ms;
    while ((next_ms = bt_media_next_pts(entry->media, next_ms)) != BT_TIME_MAX && next_ms != -1)
        last_ms = entry->start_ms + next_ms;
    return last_ms;
}

static void tell_failure(
    const BtPool *pool, const BtMedium *entry, const GError *error, gboolean again)
{
    BtStageFailure failure = { entry->item, entry->zone, entry->asset.sha256, error, again,
        entry->subtitles, last_frame_ms(entry) };
    if (pool->options->on_failure)
        pool->options->on_failure(&failure, pool->options->failure_user);
}

static void fail(BtPool *pool, BtMedium *entry, const GError *error)
{
    entry->failed = TRUE;
    tell_failure(pool, entry, error, FALSE);
    bt_medium_close(pool, entry);
}

gboolean bt_medium_has_succeeded(const BtMedium *entry, gint64 t_ms)
{
    return entry->arrived && !entry->failed && entry->deaths == 0 && entry->start_ms < t_ms &&
        t_ms >= entry->end_ms;
}

static gboolean open_media(BtPool *pool, BtMedium *entry, GError **error)
{
    const BtStageOptions *options = pool->options;
    const GError *verdict = bt_trials_verdict(pool->trials, entry->asset.sha256, pool->mono_ms);
    if (verdict) {
        g_propagate_error(error, g_error_copy(verdict));
        return FALSE;
    }
    if (pool->n_open >= BT_POOL_MAX_OPEN) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "%s: %u media are open: expected fewer",
            entry->item->id, pool->n_open);
        return FALSE;
    }
    if (options->opened &&
        (entry->media = options->opened(entry->asset.sha256, options->open_user))) {
        pool->n_open++;
        return TRUE;
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

/* Another decoder is at the same content and shows nothing yet. */
static gboolean is_being_tried(const BtPool *pool, const BtMedium *entry)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, pool->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const BtMedium *other = value;
        gboolean lives = other->arrived || (other->unseen && other->started);
        if (other != entry && other->media && !lives &&
            strcmp(other->asset.sha256, entry->asset.sha256) == 0)
            return TRUE;
    }
    return FALSE;
}

/* What has killed a decoder is tried by one at a time. Who waits for the whole picture, while time
 * stands, polls nobody else. */
static gboolean must_wait(const BtPool *pool, const BtMedium *entry)
{
    return !pool->stands && bt_trials_suspects(pool->trials, entry->asset.sha256) &&
        is_being_tried(pool, entry);
}

void bt_medium_open(BtPool *pool, BtMedium *entry)
{
    g_autoptr(GError) error = NULL;
    entry->opened_mono_ms = pool->mono_ms;
    entry->started = entry->arrived = FALSE;
    entry->waits = must_wait(pool, entry);
    if (entry->waits)
        return;
    if (!open_media(pool, entry, &error)) {
        if (!error)
            g_set_error(&error, BT_ERROR, BT_ERROR_FAILED, "%s: %s: cannot be opened",
                entry->item->id, entry->asset.sha256);
        fail(pool, entry, error);
    } else if (bt_media_info(entry->media)) {
        bt_medium_poll(pool, entry); /* opened before: no news of it will come by itself */
    }
}

static char *still_key(const BtMedium *entry)
{
    return g_strdup_printf(
        "%s %dx%d %d", entry->asset.sha256, entry->box_px.w, entry->box_px.h, entry->fit);
}

/* A still's own size is the one that fits the box, so its place follows from it. */
static gboolean find_still(BtPool *pool, BtMedium *entry)
{
    g_autofree char *key = still_key(entry);
    BtFrame *frame = bt_shelf_find(pool->stills, key);
    if (!frame)
        return FALSE;
    entry->frame = bt_frame_ref(frame);
    entry->rect_px = bt_picture_place(frame->w_px, frame->h_px, entry->box_px, entry->fit);
    return TRUE;
}

static gboolean find_cues(BtPool *pool, BtMedium *entry)
{
    GArray *cues = bt_shelf_find(pool->cues, entry->asset.sha256);
    entry->cues = cues ? g_array_ref(cues) : NULL;
    return cues != NULL;
}

gboolean bt_medium_find_kept(BtPool *pool, BtMedium *entry)
{
    if (entry->subtitles)
        return find_cues(pool, entry);
    return !entry->is_moving && find_still(pool, entry);
}

static void keep_still(BtPool *pool, BtMedium *entry)
{
    g_autofree char *key = still_key(entry);
    gsize size_bytes = (gsize)entry->frame->stride_px * entry->frame->h_px * sizeof(guint32);
    bt_shelf_put(pool->stills, key, bt_frame_ref(entry->frame), size_bytes);
}

/* TRUE when the cues are here; they need their decoder no longer. */
static gboolean take_cues(BtPool *pool, BtMedium *entry)
{
    GArray *cues = bt_media_cues(entry->media);
    if (!cues)
        return FALSE;
    gsize size_bytes = cues->len * sizeof(BtCue);
    for (guint i = 0; i < cues->len; i++)
        size_bytes += strlen(g_array_index(cues, BtCue, i).text) + 1;
    entry->cues = g_array_ref(cues);
    entry->arrived = TRUE;
    bt_shelf_put(pool->cues, entry->asset.sha256, g_array_ref(cues), size_bytes);
    bt_medium_close(pool, entry);
    return TRUE;
}

static const char *wrong_kind(const BtMedium *entry, const BtMediaInfo *info)
{
    if (entry->subtitles && !info->has_cues)
        return "not subtitles: expected SRT or WebVTT";
    if (!entry->subtitles && info->has_cues)
        return "subtitles: expected a picture, a film or sound";
    if (!entry->subtitles && !entry->unseen && info->w_px == 0)
        return "sound alone: expected pictures in it";
    return NULL;
}

/* A film where subtitles should be, sound where a film should be, or the other way round. */
static gboolean check_kind(BtPool *pool, BtMedium *entry, const BtMediaInfo *info)
{
    const char *wrong = wrong_kind(entry, info);
    if (!wrong)
        return TRUE;
    g_autoptr(GError) error =
        g_error_new(BT_ERROR, BT_ERROR_INVALID, "%s: %s", entry->asset.sha256, wrong);
    fail(pool, entry, error);
    return FALSE;
}

static void tell_length(const BtPool *pool, const BtMedium *entry, const BtMediaInfo *info)
{
    gboolean has_length = info->duration_ms > 0 && info->duration_ms < BT_TIME_MAX;
    if (pool->options->on_length && entry->is_moving && has_length)
        pool->options->on_length(entry->asset.sha256, entry->manifest->source, info->duration_ms,
            pool->options->failure_user);
}

/* The size is known: say which pixels are wanted, from which time on. */
static gboolean entry_start(BtPool *pool, BtMedium *entry)
{
    const BtMediaInfo *info = bt_media_info(entry->media);
    g_autoptr(GError) error = NULL;
    if (!check_kind(pool, entry, info))
        return FALSE;
    if (entry->subtitles) /* its cues come unasked */
        return entry->started = TRUE;
    tell_length(pool, entry, info);
    entry->rect_px = bt_picture_place(info->w_px, info->h_px, entry->box_px, entry->fit);
    if (entry->is_moving && pool->options->planes)
        bt_media_allow_planes(entry->media);
    entry->animated &= info->duration_ms > 0;
    entry->is_moving |= entry->animated;
    if (!bt_media_start(entry->media, entry->rect_px.w, entry->rect_px.h,
            wanted_by_now(pool, entry), entry->sound && info->has_sound, entry->animated, &error)) {
        fail(pool, entry, error);
        return FALSE;
    }
    entry->started = TRUE;
    if (entry->is_moving)
        entry->moving = bt_media_moving(entry->media);
    return TRUE;
}

/* A decoder that replaces another begins where that one ended; meanwhile time went on, and so did
 * the frames that were decoded ahead. It takes its place when it has caught up: no frame is seen
 * twice. */
static gboolean is_behind(const BtPool *pool, const BtMedium *entry)
{
    if (!entry->before || pool->mono_ms - entry->opened_mono_ms > BT_POOL_POSTER_MS)
        return FALSE;
    gint64 now_ms = wanted_by_now(pool, entry);
    bt_frame_unref(bt_media_frame_at(entry->media, now_ms, NULL)); /* what is over makes room */
    return bt_media_next_pts(entry->media, now_ms) == -1;
}

/* TRUE when the first frame is here. A still needs its decoder no longer. */
static gboolean take_frame(BtPool *pool, BtMedium *entry)
{
    if (is_behind(pool, entry))
        return FALSE;
    g_autoptr(BtFrame) frame = bt_media_frame_at(entry->media, wanted_pts(entry), NULL);
    if (!frame)
        return FALSE;
    entry->arrived = TRUE;
    drop_before(entry);
    if (entry->awaited_ms != 0 && pool->options->on_catch_up)
        pool->options->on_catch_up(entry->zone, entry->awaited_ms, pool->options->failure_user);
    entry->awaited_ms = 0;
    if (!entry->is_moving) {
        entry->frame = g_steal_pointer(&frame);
        keep_still(pool, entry);
        bt_medium_close(pool, entry);
    }
    return TRUE;
}

/* A video's last frame stays on: what moves keeps its media. */
static void keep_last_frame(BtMedium *entry)
{
    if (!entry->arrived || !entry->moving)
        return;
    drop_before(entry);
    entry->before = entry->moving;
    entry->before->ref(entry->before);
}

static gboolean is_death(const BtMedium *entry, const GError *error)
{
    return g_error_matches(error, BT_ERROR, BT_ERROR_DIED) ||
        (entry->started && g_error_matches(error, BT_ERROR, BT_ERROR_TIMEOUT));
}

/* Whether another decoder may try it. */
static gboolean note_end(BtPool *pool, BtMedium *entry, const GError *error)
{
    entry->deaths++;
    if (g_error_matches(
            error, BT_ERROR, BT_ERROR_IO)) /* this box's: it says nothing of the content */
        return entry->deaths < BT_TRIALS_MAX;
    if (!is_death(entry, error))
        return FALSE;
    guint deaths = bt_trials_note_death(pool->trials, entry->asset.sha256, error, pool->mono_ms);
    return MAX(deaths, entry->deaths) < BT_TRIALS_MAX;
}

static void take_death(BtPool *pool, BtMedium *entry)
{
    g_autoptr(BtMedia) media = bt_media_ref(entry->media);
    const GError *error = bt_media_error(media);
    gboolean again = note_end(pool, entry, error);
    keep_last_frame(entry);
    if (!again) {
        fail(pool, entry, error);
        return;
    }
    tell_failure(pool, entry, error, TRUE);
    bt_medium_close(pool, entry);
    bt_medium_open(pool, entry);
}

/* Its turn comes when the other one lives, or nobody tries that content any more. */
static gboolean wait_for_turn(BtPool *pool, BtMedium *entry)
{
    if (!must_wait(pool, entry))
        bt_medium_open(pool, entry);
    return !entry->waits;
}

/* TRUE when the picture that the pool would give has changed. */
gboolean bt_medium_poll(BtPool *pool, BtMedium *entry)
{
    if (entry->waits)
        return wait_for_turn(pool, entry);
    if (!entry->media)
        return FALSE;
    BtMediaState state = bt_media_poll(entry->media, pool->mono_ms);
    if (state == BT_MEDIA_FAILED) {
        take_death(pool, entry);
        return TRUE;
    }
    gboolean changed = FALSE;
    if (state != BT_MEDIA_OPENING && !entry->started)
        changed = entry_start(pool, entry);
    if (entry->subtitles)
        return entry->failed || (entry->media && take_cues(pool, entry));
    if (entry->started && !entry->arrived && !entry->unseen && entry->media &&
        take_frame(pool, entry))
        return TRUE;
    if (entry->is_moving && !entry->unseen && !entry->arrived && !entry->late &&
        pool->mono_ms - entry->opened_mono_ms > BT_POOL_POSTER_MS)
        changed = entry->late = TRUE;
    return changed || entry->failed;
}

/* TRUE when what `entry` shows will not change by waiting. */
gboolean bt_medium_wait(BtPool *pool, BtMedium *entry, gint64 until_us)
{
    while ((entry->media || entry->waits) && !entry->failed) {
        int left_ms = (int)MAX(0, (until_us - g_get_monotonic_time() + 999) / 1000);
        bt_medium_poll(pool, entry);
        if (!entry->media || (entry->unseen && entry->started))
            break;
        if (entry->started && bt_media_wait(entry->media, wanted_pts(entry), left_ms)) {
            bt_medium_poll(pool, entry);
            if (entry->started || !entry->media)
                return TRUE;
            continue; /* its decoder died just now, and another one begins */
        }
        if (left_ms == 0)
            return FALSE;
        struct pollfd wait = { .fd = bt_media_fd(entry->media), .events = POLLIN };
        if (!entry->started)
            poll(&wait, 1, MIN(left_ms, 100));
    }
    return TRUE;
}
