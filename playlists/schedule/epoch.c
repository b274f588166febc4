/* The answer to "what is on" changes for two kinds of reasons. Rarely something outside the
 * playlists changes: a document, a denial, a window. Often an item ends. A epoch is the time
 * between two of the rare ones; within it the programmes that take turns are fixed, and each class
 * is one walk. A single question is a epoch with one answer; a rundown asks a epoch again and again
 * and then makes the next.
 *
 * Classes are asked from the highest down, and a class is gathered only when all above it have
 * nothing to show. So the windows of a class that nobody asked about wake nobody. */
#include "playlists/schedule/epoch.h"

/* ---- measuring once ---- */

typedef struct {
    const BtItem *item;
    const BtZone *zone;
    gint64 length_ms;
} BtMeasured;

static guint measured_hash(gconstpointer key)
{
    const BtMeasured *m = key;
    return g_direct_hash(m->item) * 31 + g_direct_hash(m->zone);
}

static gboolean measured_equal(gconstpointer a, gconstpointer b)
{
    const BtMeasured *x = a, *y = b;
    return x->item == y->item && x->zone == y->zone;
}

BtQuery *bt_query_new(const BtInputs *inputs, BtMeasure measure, gpointer user)
{
    BtQuery *query = g_new0(BtQuery, 1);
    query->inputs = inputs;
    query->measure = measure;
    query->user = user;
    query->measured = g_hash_table_new_full(measured_hash, measured_equal, g_free, NULL);
    return query;
}

void bt_query_free(BtQuery *query)
{
    g_hash_table_unref(query->measured);
    g_free(query);
}

static gint64 measure_once(BtQuery *query, const BtItem *item, const BtZone *zone)
{
    BtMeasured key = { item, zone, 0 };
    BtMeasured *known = g_hash_table_lookup(query->measured, &key);
    if (!known) {
        key.length_ms = bt_item_duration_ms(item, zone, query->measure, query->user);
        known = g_memdup2(&key, sizeof key);
        g_hash_table_add(query->measured, known);
    }
    return known->length_ms;
}

/* ---- documents ---- */

static BtStanding get_standing(
    const BtEpoch *epoch, const BtInputSource *source, const BtEntry *entry)
{
    if (bt_source_denies(source, entry->sha256, epoch->from_ms))
        return BT_STANDING_DENIED;
    if (!entry->is_alert && bt_source_stopped(source, epoch->from_ms))
        return BT_STANDING_STOPPED;
    if (!epoch->untrusted && epoch->from_ms >= entry->manifest->expires_ms)
        return BT_STANDING_EXPIRED;
    if (!entry->is_alert && bt_source_lapsed(source, entry, epoch->from_ms))
        return BT_STANDING_LAPSED;
    return BT_STANDING_FULL;
}

static void add_document(BtEpoch *epoch, const BtInputSource *source, const GPtrArray *entries)
{
    BtDocument document = { .source = source, .standing = BT_STANDING_NONE };
    const BtEntry *entry = bt_entry_at(entries, epoch->from_ms);
    if (entry && entry->manifest) {
        document.entry = entry;
        document.standing = get_standing(epoch, source, entry);
        document.blocks = bt_source_blocks_any(source, epoch->from_ms);
        document.local = bt_local_at(entry->manifest->timezone, epoch->from_ms);
        if (document.standing == BT_STANDING_FULL && !epoch->untrusted)
            epoch->until_ms = MIN(epoch->until_ms, entry->manifest->expires_ms);
    }
    g_array_append_val(epoch->documents, document);
}

BtMayShow bt_epoch_may_show(
    const BtEpoch *epoch, const BtDocument *document, const BtProgramme *programme)
{
    const BtReady *ready = &document->entry->programmes[programme->index];
    gboolean filler = programme->cls == BT_CLASS_FILLER && !document->entry->is_alert;
    if (document->standing == BT_STANDING_DENIED)
        return BT_MAY_NOT_DENIED;
    if (document->standing == BT_STANDING_STOPPED)
        return BT_MAY_NOT_STOPPED;
    if (document->standing == BT_STANDING_EXPIRED && !filler)
        return BT_MAY_NOT_EXPIRED;
    if (document->standing == BT_STANDING_LAPSED && !filler)
        return BT_MAY_NOT_LAPSED;
    if (!ready->class_allowed)
        return BT_MAY_NOT_CLASS;
    if (!ready->rects_allowed)
        return BT_MAY_NOT_RECTS;
    if (epoch->untrusted && programme->cls == BT_CLASS_EMERGENCY)
        return BT_MAY_NOT_UNTRUSTED;
    return BT_MAY_SHOW;
}

/* ---- candidates ---- */

static void candidate_free(gpointer data)
{
    BtCandidate *candidate = data;
    guint n = candidate->programme->layout->zones->len;
    for (guint z = 0; z < n; z++) {
        if (candidate->loops[z])
            bt_loop_free(candidate->loops[z]);
    }
    g_free(candidate->loops);
    g_free(candidate->walks);
    g_free(candidate->turns);
    g_free(candidate);
}

static BtCandidate *candidate_new(const BtDocument *document, const BtProgramme *programme)
{
    guint n = programme->layout->zones->len;
    BtCandidate *candidate = g_new0(BtCandidate, 1);
    candidate->document = document;
    candidate->programme = programme;
    candidate->ready = &document->entry->programmes[programme->index];
    candidate->loops = g_new0(BtLoop *, n);
    return candidate;
}

/* When time is not trusted, dates are set aside and only what needs none is left. */
static gboolean set_validity(const BtEpoch *epoch, const BtProgramme *programme, BtSlot *slot)
{
    if (epoch->untrusted) {
        slot->from_ms = BT_TIME_MIN;
        slot->until_ms = BT_TIME_MAX;
        return programme->cls == BT_CLASS_FILLER || slot->item->any_time;
    }
    slot->from_ms = slot->item->valid_from_ms;
    slot->until_ms = slot->item->valid_until_ms;
    return TRUE;
}

static BtLoop *make_loop(BtEpoch *epoch, const BtCandidate *candidate, guint zone)
{
    const BtDocument *document = candidate->document;
    const BtTrack *track = candidate->ready->tracks[zone];
    const GPtrArray *items = track->playlist->items;
    BtLoop *loop = bt_loop_new();
    g_array_set_size(loop->slots, items->len);
    g_array_set_size(loop->slots, 0);
    for (guint i = 0; i < items->len; i++) {
        BtSlot slot = { .item = items->pdata[i], .length_ms = track->lengths_ms[i] };
        if (slot.length_ms == BT_LENGTH_NEVER || !set_validity(epoch, candidate->programme, &slot))
            continue;
        if (document->blocks &&
            bt_source_block(document->source, slot.item, epoch->from_ms) != BT_ITEM_FREE)
            continue;
        if (slot.length_ms == BT_LENGTH_MEASURE)
            slot.length_ms = measure_once(
                epoch->query, slot.item, candidate->programme->layout->zones->pdata[zone]);
        g_array_append_val(loop->slots, slot);
    }
    return loop;
}

/* From when a zone counts. Turns have one anchor; one that takes none may have others. */
static gint64 anchor_of(const BtStand *stand, const BtCandidate *candidate, guint zone)
{
    gboolean alone = stand->candidates->len == 1;
    return alone && candidate->since_ms ? candidate->since_ms[zone] : stand->anchor_ms;
}

/* Fixes who takes turns: called once they are all known. */
static void begin_turns(BtEpoch *epoch, BtStand *stand)
{
    gint64 anchor_ms = stand->anchor_ms;
    stand->turns = g_new0(BtTurn, stand->candidates->len + 1);
    for (guint i = 0; i < stand->candidates->len; i++) {
        BtCandidate *candidate = stand->candidates->pdata[i];
        guint first = candidate->ready->first_zone;
        candidate->loops[first] = make_loop(epoch, candidate, first);
        stand->turns[i] = (BtTurn){ candidate->loops[first], candidate->programme->weight };
        anchor_ms = anchor_of(stand, candidate, first);
    }
    bt_walk_begin(&stand->walk, stand->turns, stand->candidates->len, anchor_ms);
}

static gboolean fills_a_zone(const BtDocument *document, const BtProgramme *programme)
{
    const BtReady *ready = &document->entry->programmes[programme->index];
    return ready->first_zone < programme->layout->zones->len;
}

static void add_programme(BtEpoch *epoch, BtStand *stand, const BtDocument *document,
    const BtProgramme *programme, const BtLocal *local)
{
    const BtWhenSlot *slot = NULL;
    gint64 start_ms, next_ms;
    if (bt_epoch_may_show(epoch, document, programme) != BT_MAY_SHOW ||
        !fills_a_zone(document, programme))
        return;
    if (!epoch->untrusted) {
        gboolean open = bt_window_at(&programme->when, local, &start_ms, &next_ms);
        stand->until_ms = MIN(stand->until_ms, next_ms);
        if (!open)
            return;
        stand->anchor_ms = MAX(stand->anchor_ms, start_ms);
        slot = bt_window_slot(&programme->when, local->now_ms);
    }
    BtCandidate *candidate = candidate_new(document, programme);
    candidate->since_ms = slot ? slot->since_ms : NULL;
    g_ptr_array_add(stand->candidates, candidate);
}

static void add_programmes(BtEpoch *epoch, BtStand *stand, BtClass cls, gint64 at_ms)
{
    for (guint d = 0; d < epoch->documents->len; d++) {
        const BtDocument *document = &g_array_index(epoch->documents, BtDocument, d);
        if (document->standing == BT_STANDING_NONE)
            continue;
        BtLocal local = document->local;
        if (at_ms != local.now_ms)
            local = bt_local_at(local.zone, at_ms);
        const GPtrArray *programmes = document->entry->manifest->programmes;
        for (guint i = 0; i < programmes->len; i++) {
            const BtProgramme *programme = programmes->pdata[i];
            if (epoch->untrusted || programme->cls == cls)
                add_programme(epoch, stand, document, programme, &local);
        }
    }
}

BtStand *bt_epoch_stand(BtEpoch *epoch, BtClass cls, gint64 at_ms)
{
    BtStand *stand = &epoch->stands[cls];
    if (stand->gathered)
        return stand;
    stand->gathered = TRUE;
    stand->candidates = g_ptr_array_new_with_free_func(candidate_free);
    stand->until_ms = BT_TIME_MAX;
    stand->anchor_ms = epoch->untrusted ? epoch->untrusted->from_ms : BT_TIME_MIN;
    add_programmes(epoch, stand, cls, at_ms);
    if (stand->candidates->len)
        begin_turns(epoch, stand);
    return stand;
}

const BtWalk *bt_epoch_zone_walk(
    BtEpoch *epoch, BtStand *stand, BtCandidate *candidate, guint zone, gint64 at_ms)
{
    guint n = candidate->programme->layout->zones->len;
    if (!candidate->ready->tracks[zone])
        return NULL;
    if (zone == candidate->ready->first_zone)
        return &stand->walk;
    if (!candidate->walks) {
        candidate->walks = g_new0(BtWalk, n);
        candidate->turns = g_new0(BtTurn, n);
    }
    if (!candidate->loops[zone]) {
        candidate->loops[zone] = make_loop(epoch, candidate, zone);
        candidate->turns[zone] = (BtTurn){ candidate->loops[zone], 1 };
        bt_walk_begin(
            &candidate->walks[zone], &candidate->turns[zone], 1, anchor_of(stand, candidate, zone));
    }
    bt_walk_seek(&candidate->walks[zone], at_ms);
    return &candidate->walks[zone];
}

/* ---- the epoch ---- */

BtEpoch *bt_epoch_new_moving(BtQuery *query, gint64 at_ms)
{
    const BtInputs *inputs = query->inputs;
    BtEpoch *epoch = g_new0(BtEpoch, 1);
    epoch->query = query;
    epoch->from_ms = at_ms;
    epoch->until_ms = bt_inputs_next_instant(inputs, at_ms);
    epoch->cut = bt_inputs_is_cut(inputs, at_ms);
    epoch->safe = bt_spans_find(inputs->safes, at_ms) != NULL;
    epoch->darkened = bt_spans_find(inputs->darkens, at_ms) != NULL;
    epoch->untrusted = bt_spans_find(inputs->untrusted, at_ms);
    epoch->documents = g_array_new(FALSE, FALSE, sizeof(BtDocument));
    for (guint s = 0; s < inputs->sources->len; s++) {
        const BtInputSource *source = inputs->sources->pdata[s];
        add_document(epoch, source, source->manifests);
        add_document(epoch, source, source->alerts);
    }
    bt_epoch_set_display(epoch);
    return epoch;
}

BtEpoch *bt_epoch_new(BtQuery *query, gint64 at_ms)
{
    BtEpoch *epoch = bt_epoch_new_moving(query, at_ms);
    bt_epoch_set_frozen(epoch);
    return epoch;
}

void bt_epoch_free(BtEpoch *epoch)
{
    for (guint c = 0; c < BT_N_CLASSES; c++) {
        g_clear_pointer(&epoch->stands[c].candidates, g_ptr_array_unref);
        g_free(epoch->stands[c].turns);
    }
    g_array_unref(epoch->documents);
    bt_on_air_free(epoch->frozen);
    g_free(epoch);
}

gint64 bt_epoch_until_ms(const BtEpoch *epoch)
{
    gint64 until_ms = epoch->until_ms;
    for (guint c = 0; c < BT_N_CLASSES; c++) {
        if (epoch->stands[c].gathered)
            until_ms = MIN(until_ms, epoch->stands[c].until_ms);
    }
    return until_ms;
}
