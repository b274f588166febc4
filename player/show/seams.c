/* What the glass shows may be older than what was on last: a change that comes while a zone still
 * keeps what was there before leaves the pixels of three. So all that is on the glass is
 * remembered, and one word against any of it makes all of it leave. */
#include "player/show/seams.h"

#include <string.h>

typedef struct {
    char *zone;
    gint64 due_ms;
    gint64 bare_since_ms; /* 0: it is not bare */
    gint64 bare_ms;
} Seam;

struct BtSeams {
    BtSeamsResult on_result;
    gpointer user;
    GPtrArray *on_glass; /* of BtOnAir: what pixels may be of, but for what is on now */
    GPtrArray *open;     /* of Seam: the item's picture is not there yet */
    BtSeamCounts counts;
};

static void seam_free(gpointer data)
{
    Seam *seam = data;
    g_free(seam->zone);
    g_free(seam);
}

BtSeams *bt_seams_new(BtSeamsResult on_result, gpointer user)
{
    BtSeams *seams = g_new0(BtSeams, 1);
    seams->on_result = on_result;
    seams->user = user;
    seams->on_glass = g_ptr_array_new_with_free_func((GDestroyNotify)bt_on_air_free);
    seams->open = g_ptr_array_new_with_free_func(seam_free);
    return seams;
}

void bt_seams_free(BtSeams *seams)
{
    if (seams == NULL)
        return;
    g_ptr_array_unref(seams->on_glass);
    g_ptr_array_unref(seams->open);
    g_free(seams);
}

BtSeamCounts bt_seams_counts(const BtSeams *seams)
{
    return seams->counts;
}

/* ---- what may stay ---- */

static gboolean same_document(const BtOnAir *a, const BtOnAir *b)
{
    return a->kind == BT_ON_PROGRAMME && b->kind == BT_ON_PROGRAMME &&
        strcmp(a->manifest->payload_sha256, b->manifest->payload_sha256) == 0;
}

static gboolean may_stay(
    const BtOnAir *shown, const BtOnAir *next, const BtInputs *inputs, gint64 t_ms)
{
    if (next->cls == BT_CLASS_EMERGENCY && !same_document(shown, next))
        return FALSE;
    return bt_schedule_may_stay(inputs, shown, t_ms);
}

static gboolean all_may_stay(
    const BtSeams *seams, const BtOnAir *next, const BtInputs *inputs, gint64 t_ms)
{
    if (next->kind != BT_ON_PROGRAMME)
        return FALSE;
    for (guint i = 0; i < seams->on_glass->len; i++)
        if (!may_stay(g_ptr_array_index(seams->on_glass, i), next, inputs, t_ms))
            return FALSE;
    return seams->on_glass->len > 0;
}

/* ---- what it took ---- */

static void finish(BtSeams *seams, guint i, gint64 gap_ms)
{
    const Seam *seam = g_ptr_array_index(seams->open, i);
    seams->counts.late += gap_ms > 0;
    seams->counts.largest_gap_ms = MAX(seams->counts.largest_gap_ms, gap_ms);
    seams->counts.largest_bare_ms = MAX(seams->counts.largest_bare_ms, seam->bare_ms);
    seams->on_result(seam->zone, gap_ms, seam->bare_ms, seams->user);
    g_ptr_array_remove_index(seams->open, i);
}

static void count_bare(Seam *seam, gboolean is_bare, gint64 now_ms)
{
    if (seam->bare_since_ms != 0)
        seam->bare_ms += MAX(0, now_ms - seam->bare_since_ms);
    seam->bare_since_ms = is_bare ? now_ms : 0;
}

void bt_seams_note(BtSeams *seams, const BtStage *stage, const BtGrid *grid, gint64 now_ms)
{
    for (guint i = seams->open->len; i-- > 0;) {
        Seam *seam = g_ptr_array_index(seams->open, i);
        BtStageShows shows = bt_stage_shows(stage, seam->zone);
        count_bare(seam, shows == BT_SHOWS_GROUND, now_ms);
        if (shows != BT_SHOWS_ITEM)
            continue;
        gint64 gap_ms = now_ms - bt_grid_after(grid, seam->due_ms);
        finish(seams, i, (double)gap_ms < grid->period_ms ? 0 : gap_ms);
    }
}

void bt_seams_forget(BtSeams *seams)
{
    g_ptr_array_set_size(seams->open, 0);
}

/* Its time is over, and it never had a picture. */
static void give_up(BtSeams *seams, const char *zone, gint64 now_ms)
{
    for (guint i = seams->open->len; i-- > 0;) {
        Seam *seam = g_ptr_array_index(seams->open, i);
        if (zone != NULL && strcmp(seam->zone, zone) != 0)
            continue;
        count_bare(seam, FALSE, now_ms);
        finish(seams, i, MAX(0, now_ms - seam->due_ms));
    }
}

/* ---- changes ---- */

static const BtOnZone *find_zone(const BtOnAir *on_air, const char *name)
{
    for (guint i = 0; on_air->zones != NULL && i < on_air->zones->len; i++) {
        const BtOnZone *on = &g_array_index(on_air->zones, BtOnZone, i);
        if (on->item != NULL && strcmp(on->zone->id, name) == 0)
            return on;
    }
    return NULL;
}

/* The same occurrence goes on. */
static gboolean goes_on(const BtOnAir *before, const BtOnAir *next, const BtOnZone *on)
{
    const BtOnZone *was = find_zone(before, on->zone->id);
    return was != NULL && same_document(before, next) && was->start_ms == on->start_ms &&
        strcmp(was->item->id, on->item->id) == 0 &&
        strcmp(before->programme->id, next->programme->id) == 0;
}

static void begin(BtSeams *seams, const BtOnZone *on, gint64 due_ms)
{
    Seam *seam = g_new0(Seam, 1);
    seam->zone = g_strdup(on->zone->id);
    seam->due_ms = MAX(due_ms, on->start_ms);
    g_ptr_array_add(seams->open, seam);
    seams->counts.changes++;
}

static void begin_changes(
    BtSeams *seams, const BtOnAir *before, const BtOnAir *next, gint64 t_ms, gboolean anew)
{
    gint64 due_ms = anew ? t_ms : MIN(t_ms, before->until_ms);
    for (guint i = 0; next->zones != NULL && i < next->zones->len; i++) {
        const BtOnZone *on = &g_array_index(next->zones, BtOnZone, i);
        if (on->item == NULL || goes_on(before, next, on))
            continue;
        give_up(seams, on->zone->id, t_ms);
        begin(seams, on, due_ms);
    }
}

gboolean bt_seams_change(BtSeams *seams, BtOnAir *before, const BtOnAir *next,
    const BtInputs *inputs, gboolean holds, gint64 t_ms, gboolean anew)
{
    if (!holds)
        g_ptr_array_set_size(seams->on_glass, 0);
    if (before == NULL)
        return FALSE;
    if (next->kind != BT_ON_PROGRAMME)
        give_up(seams, NULL, t_ms);
    else if (before->kind != BT_ON_DARK)
        begin_changes(seams, before, next, t_ms, anew);
    g_ptr_array_add(seams->on_glass, before);
    return all_may_stay(seams, next, inputs, t_ms);
}
