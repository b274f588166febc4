/* What show says for source systems: how the board stands, whenever that changes, who has the
 * screen, and what only show can find out. sync takes it from the ledger, and is woken when it is
 * there. */
#include "player/facts/found.h"
#include "player/show/show.h"

static void standing_free(gpointer data)
{
    bt_standing_clear(data);
    g_free(data);
}

/* ---- in the writer's thread ---- */

typedef struct {
    BtShow *show;
    char *source;
    BtStanding standing;
} StandingTask;

static gboolean put_standing(BtFacts *facts, gpointer data, GError **error)
{
    const StandingTask *task = data;
    return bt_standing_put(facts, task->source, &task->standing, error);
}

static gboolean wake_sync(gpointer show)
{
    bt_show_tell(show, BT_ROLE_FACTS);
    return G_SOURCE_REMOVE;
}

/* Now it is durable, with all that was posted before it. */
static void standing_task_free(gpointer data)
{
    StandingTask *task = data;
    g_idle_add(wake_sync, task->show);
    bt_standing_clear(&task->standing);
    g_free(task->source);
    g_free(task);
}

/* ---- how the board stands ---- */

static BtStanding copy(const BtStanding *standing)
{
    BtStanding made = *standing;
    made.item = g_strdup(standing->item);
    made.zone = g_strdup(standing->zone);
    return made;
}

static gboolean is_same(const BtStanding *a, const BtStanding *b)
{
    return g_str_equal(a->item, b->item) && g_str_equal(a->zone, b->zone) &&
        a->start_ms == b->start_ms && a->volume == b->volume && a->stopped == b->stopped &&
        a->paused == b->paused;
}

int bt_show_volume(const BtShow *show)
{
    gboolean mute = show->config->mute || bt_timekeeper_show_ms(&show->time) < show->mute_until_ms;
    return mute || show->on_air == NULL ? 0 : show->on_air->volume;
}

/* The first zone that shows something, when it is the source's. */
static const BtOnZone *find_zone(const BtShow *show, const char *source)
{
    const BtOnAir *on_air = show->on_air;
    if (on_air->kind != BT_ON_PROGRAMME || !g_str_equal(on_air->source_name, source))
        return NULL;
    for (guint i = 0; i < on_air->zones->len; i++)
        if (g_array_index(on_air->zones, BtOnZone, i).item != NULL)
            return &g_array_index(on_air->zones, BtOnZone, i);
    return NULL;
}

/* (transfer full) */
static BtStanding standing_of(const BtShow *show, guint source, gboolean is_covered, gint64 t_ms)
{
    const BtConfigSource *config = g_ptr_array_index(show->config->sources, source);
    const BtOnZone *zone = is_covered ? NULL : find_zone(show, config->name);
    return (BtStanding){
        .item = g_strdup(zone == NULL ? "" : zone->item->id),
        .zone = g_strdup(zone == NULL ? "" : zone->zone->id),
        .start_ms = zone == NULL ? 0 : zone->start_ms,
        .volume = bt_show_volume(show),
        .stopped = bt_inputs_is_stopped(bt_board_inputs(show->board), source, t_ms),
        .paused = bt_inputs_is_paused(bt_board_inputs(show->board), source, t_ms),
        .changed_ms = t_ms,
    };
}

static void say_standing(BtShow *show, const char *source, const BtStanding *standing)
{
    StandingTask *task = g_new0(StandingTask, 1);
    *task = (StandingTask){ show, g_strdup(source), copy(standing) };
    bt_writer_post_soon(show->writer, put_standing, task, standing_task_free);
}

static void update_standing(BtShow *show, guint i, gboolean is_covered, gint64 t_ms)
{
    const BtConfigSource *source = g_ptr_array_index(show->config->sources, i);
    const BtStanding *said = g_hash_table_lookup(show->said, source->name);
    BtStanding standing = standing_of(show, i, is_covered, t_ms);
    if (said != NULL && is_same(said, &standing)) {
        bt_standing_clear(&standing);
        return;
    }
    say_standing(show, source->name, &standing);
    g_hash_table_replace(show->said, g_strdup(source->name), g_memdup2(&standing, sizeof standing));
}

/* ---- what sync cannot know ---- */

typedef struct {
    BtShow *show;
    int w_px, h_px;
    char *sha256; /* NULL: it is about the size */
    gint64 duration_ms;
} FoundTask;

static gboolean put_found(BtFacts *facts, gpointer data, GError **error)
{
    const FoundTask *task = data;
    return task->sha256 == NULL
        ? bt_found_put_size(facts, task->w_px, task->h_px, error)
        : bt_found_put_length(facts, task->sha256, task->duration_ms, error);
}

static void found_task_free(gpointer data)
{
    FoundTask *task = data;
    g_idle_add(wake_sync, task->show);
    g_free(task->sha256);
    g_free(task);
}

static void say_found(const FoundTask *found)
{
    bt_writer_post_soon(
        found->show->writer, put_found, g_memdup2(found, sizeof *found), found_task_free);
}

static void update_size(BtShow *show)
{
    FoundTask found = { .show = show };
    bt_glass_size(show->glass, &found.w_px, &found.h_px);
    if (found.w_px == show->said_w_px && found.h_px == show->said_h_px)
        return;
    show->said_w_px = found.w_px;
    show->said_h_px = found.h_px;
    say_found(&found);
}

static gboolean is_ttn(const BtShow *show, const char *name)
{
    for (guint i = 0; i < show->config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(show->config->sources, i);
        if (g_str_equal(source->name, name))
            return source->kind == BT_SOURCE_TTN;
    }
    return FALSE;
}

void bt_show_on_length(const char *sha256, const char *source, gint64 duration_ms, gpointer user)
{
    BtShow *show = user;
    if (show->said_lengths == NULL || !is_ttn(show, source) ||
        g_hash_table_contains(show->said_lengths, sha256))
        return;
    if (g_hash_table_size(show->said_lengths) >= BT_FOUND_LENGTHS_MAX)
        g_hash_table_remove_all(show->said_lengths);
    g_hash_table_add(show->said_lengths, g_strdup(sha256));
    FoundTask found = { .show = show, .sha256 = g_strdup(sha256), .duration_ms = duration_ms };
    say_found(&found);
}

/* ---- all of it ---- */

void bt_show_tell_sources(BtShow *show, gboolean is_covered, gint64 t_ms, const BtMoment *now)
{
    gboolean is_safe = show->safe_until_ms != BT_TIME_MIN;
    bt_requisition_keeper_update(show->requisition, show->on_air, is_safe, now);
    for (guint i = 0; i < show->config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(show->config->sources, i);
        if (source->kind != BT_SOURCE_TTN)
            continue;
        update_size(show);
        update_standing(show, i, is_covered, t_ms);
    }
}

void bt_show_open_told(BtShow *show)
{
    show->said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, standing_free);
    show->said_lengths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    show->requisition = bt_requisition_keeper_new(show->config, show->writer, show->reader);
    for (guint i = 0; i < show->config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(show->config->sources, i);
        if (source->kind == BT_SOURCE_TTN)
            bt_tracker_tell(show->tracker, source->name);
    }
}

void bt_show_close_told(BtShow *show)
{
    g_clear_pointer(&show->said, g_hash_table_unref);
    g_clear_pointer(&show->said_lengths, g_hash_table_unref);
    bt_requisition_keeper_free(show->requisition);
}
