/* A stream has no place in time of its own: where its 0 lies in show time is decided when its first
 * picture comes, a little later than that, so that what comes unevenly is shown evenly. When
 * pictures come too late all the time the 0 is moved; when none comes any more the whole chain
 * (relay, decoder) is let go and made anew, since which of its parts hangs nobody can know from
 * here. Meanwhile the zone shows the fallback, which is what a snapshot shows in any case. */
#include "player/stage/live.h"

#include "base/error.h"
#include "player/stage/picture.h"

#include <string.h>

#define FIRST_MS (12 * BT_SECOND_MS) /* from its start to the first picture */
#define LATE_MS 400
#define LATE_LIMIT_MS 1000
#define BACK_OFF_MIN_MS 500
#define BACK_OFF_MAX_MS (8 * BT_SECOND_MS)
#define LIVED_MS (2 * BT_SECOND_MS) /* then it is tried again soon */
#define LOOK_MS 250

typedef struct {
    BtManifest *manifest;
    const BtItem *item;
    char *zone, *source;
    BtRect box_px;
    gint64 start_ms, end_ms;
    gboolean sounds;
    guint used; /* the round in which it was last wanted */

    guint number; /* of the relay; 0: none */
    BtMedia *media;
    BtMoving *moving;
    BtRect rect_px;
    gint64 opened_mono_ms, retry_mono_ms, back_off_ms;
    gboolean is_placed;                 /* zero_ms is known */
    gint64 zero_ms;                     /* show time of its 0 */
    gint64 shown_pts_ms, shown_mono_ms; /* the newest picture that was due, and since when */
    gint64 frame_ms;                    /* how long the picture before was due */
    gint64 late_mono_ms;                /* since when pictures come too late; 0: they do not */
    gboolean is_live;
    gint64 live_mono_ms; /* since when */

    gboolean is_on_air;
    gint64 since_ms;             /* show time up to which the following is right */
    gint64 live_ms, fallback_ms; /* not told yet */
    guint stops;
} Live;

struct BtLives {
    const BtStageOptions *options;
    GPtrArray *all; /* of Live */
    GRand *rand;
    gint64 mono_ms;   /* of the last poll */
    gint64 offset_ms; /* show time minus that */
    guint round;
    gboolean ahead;
};

/* ---- what it was ---- */

static gint64 now_ms(const BtLives *lives)
{
    return lives->mono_ms + lives->offset_ms;
}

static void account(Live *live, gint64 t_ms)
{
    gint64 passed_ms = MIN(t_ms, live->end_ms) - live->since_ms;
    if (!live->is_on_air || passed_ms <= 0)
        return;
    *(live->is_live ? &live->live_ms : &live->fallback_ms) += passed_ms;
    live->since_ms += passed_ms;
}

static void tell(const BtLives *lives, Live *live, const GError *error, gboolean stopped)
{
    BtStageLive what = { live->item, live->zone, live->number, live->is_live, error, live->live_ms,
        live->fallback_ms, stopped, live->stops };
    if (!live->is_on_air || lives->options->on_live == NULL)
        return;
    lives->options->on_live(&what, lives->options->stream_user);
    live->live_ms = live->fallback_ms = 0;
}

/* ---- opening and closing ---- */

static void close_chain(const BtLives *lives, Live *live)
{
    if (live->moving != NULL)
        live->moving->unref(live->moving);
    live->moving = NULL;
    g_clear_pointer(&live->media, bt_media_unref);
    if (live->number != 0)
        lives->options->close_stream(live->number, lives->options->stream_user);
    live->number = 0;
    live->is_live = live->is_placed = FALSE;
}

/* Boards that lost one sender do not all come back in the same second. */
static void give_up(BtLives *lives, Live *live, const GError *error)
{
    gboolean lived = live->is_live && lives->mono_ms - live->live_mono_ms >= LIVED_MS;
    gboolean stopped = live->is_live && live->is_on_air;
    account(live, now_ms(lives));
    live->stops += stopped;
    live->is_live = FALSE;
    tell(lives, live, error, stopped);
    close_chain(lives, live);
    live->back_off_ms =
        lived ? BACK_OFF_MIN_MS : CLAMP(2 * live->back_off_ms, BACK_OFF_MIN_MS, BACK_OFF_MAX_MS);
    live->retry_mono_ms = lives->mono_ms +
        (gint64)((double)live->back_off_ms * g_rand_double_range(lives->rand, 0.5, 1));
}

static void open_chain(BtLives *lives, Live *live)
{
    const BtStageOptions *options = lives->options;
    BtStageStream stream = { live->item, live->source, live->box_px.w, live->box_px.h };
    g_autoptr(GError) error = NULL;
    int pipe_end = options->open_stream(&stream, options->stream_user, &live->number, &error);
    if (pipe_end >= 0)
        live->media = bt_media_open(
            pipe_end, live->item->id, options->spawn, options->spawn_user, lives->mono_ms, &error);
    live->opened_mono_ms = lives->mono_ms;
    live->late_mono_ms = 0;
    if (live->media == NULL)
        give_up(lives, live, error);
}

static void live_free(BtLives *lives, Live *live)
{
    account(live, now_ms(lives));
    tell(lives, live, NULL, FALSE);
    close_chain(lives, live);
    bt_manifest_unref(live->manifest);
    g_free(live->zone);
    g_free(live->source);
    g_free(live);
}

BtLives *bt_lives_new(const BtStageOptions *options)
{
    BtLives *lives = g_new0(BtLives, 1);
    BtClock clock = bt_clock_real();
    lives->options = options;
    lives->all = g_ptr_array_new();
    lives->rand = g_rand_new();
    lives->mono_ms = bt_clock_mono_ms(&clock);
    return lives;
}

void bt_lives_end_all(BtLives *lives)
{
    for (guint i = 0; i < lives->all->len; i++)
        live_free(lives, g_ptr_array_index(lives->all, i));
    g_ptr_array_set_size(lives->all, 0);
}

void bt_lives_free(BtLives *lives)
{
    bt_lives_end_all(lives);
    g_ptr_array_unref(lives->all);
    g_rand_free(lives->rand);
    g_free(lives);
}

/* ---- what came ---- */

static void fail_with(BtLives *lives, Live *live, BtError code, const char *what)
{
    g_autoptr(GError) error = g_error_new(BT_ERROR, code, "%s: %s", live->item->id, what);
    give_up(lives, live, error);
}

static void start_frames(BtLives *lives, Live *live)
{
    const BtMediaInfo *info = bt_media_info(live->media);
    g_autoptr(GError) error = NULL;
    if (info->w_px == 0) {
        fail_with(lives, live, BT_ERROR_INVALID, "a stream without pictures");
        return;
    }
    live->rect_px = bt_picture_place(info->w_px, info->h_px, live->box_px, live->item->fit);
    if (bt_media_start(live->media, live->rect_px.w, live->rect_px.h, 0,
            live->sounds && info->has_sound, FALSE, &error))
        live->moving = bt_media_moving(live->media);
    else
        give_up(lives, live, error);
}

static void place(BtLives *lives, Live *live, gint64 pts_ms, gint64 in_ms)
{
    live->zero_ms = now_ms(lives) + in_ms - pts_ms;
    live->shown_mono_ms = lives->mono_ms + in_ms;
    live->late_mono_ms = 0;
    live->is_placed = TRUE;
}

/* Catching up takes a moment; a clock that runs slower than ours, or a line that became longer,
 * does not end by itself. */
static void mind_lateness(BtLives *lives, Live *live, gint64 t_ms)
{
    gboolean late = live->shown_pts_ms < t_ms - LATE_MS;
    if (!late)
        live->late_mono_ms = 0;
    else if (live->late_mono_ms == 0)
        live->late_mono_ms = lives->mono_ms;
    else if (lives->mono_ms - live->late_mono_ms > LATE_LIMIT_MS)
        place(lives, live, live->shown_pts_ms, BT_LIVE_JITTER_MS / 2);
}

/* The picture of now; TRUE when it is the first. */
static gboolean take_picture(BtLives *lives, Live *live)
{
    gint64 t_ms = now_ms(lives) - live->zero_ms, pts_ms = 0;
    g_autoptr(BtFrame) frame = bt_media_frame_at(live->media, t_ms, &pts_ms);
    if (frame == NULL)
        return FALSE;
    if (pts_ms > live->shown_pts_ms) {
        live->frame_ms = MIN(pts_ms - live->shown_pts_ms, BT_LIVE_MAX_FRAME_MS);
        live->shown_pts_ms = pts_ms;
        live->shown_mono_ms = lives->mono_ms;
        mind_lateness(lives, live, t_ms);
    }
    if (live->is_live)
        return FALSE;
    account(live, now_ms(lives));
    live->is_live = TRUE;
    live->live_mono_ms = lives->mono_ms;
    tell(lives, live, NULL, FALSE);
    return TRUE;
}

static gboolean look_for_first(BtLives *lives, Live *live)
{
    gint64 first_ms = bt_media_next_pts(live->media, G_MININT64);
    if (first_ms != -1 && first_ms != BT_TIME_MAX) {
        live->shown_pts_ms = first_ms - 1;
        place(lives, live, first_ms, BT_LIVE_JITTER_MS);
    } else if (lives->mono_ms - live->opened_mono_ms > FIRST_MS) {
        fail_with(lives, live, BT_ERROR_TIMEOUT, "no picture comes of the stream");
    }
    return FALSE;
}

static gboolean follow(BtLives *lives, Live *live, BtMediaState state)
{
    if (!live->is_placed)
        return look_for_first(lives, live);
    gboolean changed = take_picture(lives, live);
    gint64 t_ms = now_ms(lives) - live->zero_ms;
    if (lives->mono_ms - live->shown_mono_ms > live->frame_ms + BT_LIVE_STALL_MS)
        fail_with(lives, live, BT_ERROR_TIMEOUT, "the stream stopped");
    else if (state == BT_MEDIA_ENDED && bt_media_next_pts(live->media, t_ms) == BT_TIME_MAX)
        fail_with(lives, live, BT_ERROR_NETWORK, "the stream ended");
    else
        return changed;
    return TRUE;
}

static gboolean poll_one(BtLives *lives, Live *live)
{
    if (live->media == NULL) {
        if (lives->mono_ms >= live->retry_mono_ms && now_ms(lives) < live->end_ms)
            open_chain(lives, live);
        return FALSE;
    }
    BtMediaState state = bt_media_poll(live->media, lives->mono_ms);
    if (state == BT_MEDIA_FAILED) {
        g_autoptr(BtMedia) media = bt_media_ref(live->media);
        give_up(lives, live, bt_media_error(media));
        return TRUE;
    }
    if (state == BT_MEDIA_OPEN)
        start_frames(lives, live);
    return live->moving != NULL && follow(lives, live, state);
}

gboolean bt_lives_poll(BtLives *lives, gint64 mono_ms)
{
    gboolean changed = FALSE;
    lives->mono_ms = mono_ms;
    for (guint i = 0; i < lives->all->len; i++)
        changed |= poll_one(lives, g_ptr_array_index(lives->all, i));
    return changed;
}

void bt_lives_add_fds(const BtLives *lives, GArray *fds)
{
    for (guint i = 0; i < lives->all->len; i++) {
        const Live *live = g_ptr_array_index(lives->all, i);
        int fd = live->media != NULL ? bt_media_fd(live->media) : -1;
        if (fd >= 0)
            g_array_append_val(fds, fd);
    }
}

/* ---- what is wanted ---- */

static Live *find(const BtLives *lives, const BtOccurrence *occurrence)
{
    for (guint i = 0; i < lives->all->len; i++) {
        Live *live = g_ptr_array_index(lives->all, i);
        if (live->item == occurrence->item && live->start_ms == occurrence->start_ms &&
            strcmp(live->zone, occurrence->zone->id) == 0 &&
            memcmp(&live->box_px, &occurrence->rect_px, sizeof live->box_px) == 0)
            return live;
    }
    return NULL;
}

static Live *add(BtLives *lives, const BtOccurrence *occurrence)
{
    Live *live = g_new0(Live, 1);
    live->manifest = bt_manifest_ref(occurrence->on_air->manifest);
    live->item = occurrence->item;
    live->zone = g_strdup(occurrence->zone->id);
    live->source = g_strdup(occurrence->on_air->source_name);
    live->box_px = occurrence->rect_px;
    live->start_ms = occurrence->start_ms;
    live->end_ms = occurrence->end_ms;
    live->sounds = occurrence->sounding;
    g_ptr_array_add(lives->all, live);
    open_chain(lives, live);
    return live;
}

/* When the loop should look again though no descriptor says so. */
static gint64 ask_again_ms(const BtLives *lives, const Live *live, gint64 t_ms)
{
    if (live->media == NULL)
        return t_ms + MAX(1, live->retry_mono_ms - lives->mono_ms);
    return live->is_live ? BT_TIME_MAX : t_ms + LOOK_MS;
}

BtLivePicture bt_lives_get(BtLives *lives, const BtOccurrence *occurrence, gint64 t_ms)
{
    if (lives->options->open_stream == NULL)
        return (BtLivePicture){ .until_ms = BT_TIME_MAX };
    Live *live = find(lives, occurrence);
    if (live == NULL)
        live = add(lives, occurrence);
    if (!lives->ahead)
        live->used = lives->round;
    if (!lives->ahead && !live->is_on_air) {
        live->is_on_air = TRUE;
        live->since_ms = MAX(t_ms, live->start_ms);
    }
    return (BtLivePicture){ live->is_live ? live->moving : NULL, live->rect_px, live->zero_ms,
        ask_again_ms(lives, live, t_ms) };
}

void bt_lives_begin(BtLives *lives, gint64 t_ms)
{
    lives->round++;
    lives->offset_ms = t_ms - lives->mono_ms;
}

void bt_lives_look_ahead(BtLives *lives, gboolean ahead)
{
    lives->ahead = ahead;
}

void bt_lives_end(BtLives *lives, gint64 t_ms)
{
    for (guint i = lives->all->len; i-- > 0;) {
        Live *live = g_ptr_array_index(lives->all, i);
        gboolean soon = live->start_ms > t_ms && live->start_ms <= t_ms + BT_POOL_AHEAD_MS;
        if (live->used == lives->round || (soon && !live->is_on_air))
            continue;
        g_ptr_array_remove_index_fast(lives->all, i);
        live_free(lives, live);
    }
}

BtMedia *bt_lives_sounding(
    const BtLives *lives, const BtItem *item, gint64 start_ms, gint64 *zero_ms)
{
    for (guint i = 0; i < lives->all->len; i++) {
        const Live *live = g_ptr_array_index(lives->all, i);
        if (live->item != item || live->start_ms != start_ms || !live->is_live || !live->sounds ||
            !bt_media_info(live->media)->has_sound)
            continue;
        *zero_ms = live->zero_ms;
        return bt_media_ref(live->media);
    }
    return NULL;
}
