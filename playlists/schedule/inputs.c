#include "playlists/schedule/inputs.h"

#include <string.h>

static void block_free(gpointer data)
{
    BtBlock *block = data;
    g_free(block->what);
    g_free(block);
}

static void source_free(gpointer data)
{
    BtInputSource *source = data;
    g_free(source->name);
    g_array_unref(source->rects_px);
    g_ptr_array_unref(source->manifests);
    g_ptr_array_unref(source->alerts);
    g_ptr_array_unref(source->denials);
    g_ptr_array_unref(source->set_asides);
    g_array_unref(source->lapses);
    g_array_unref(source->stops);
    g_array_unref(source->volumes);
    g_free(source);
}

BtInputs *bt_inputs_new(void)
{
    BtInputs *inputs = g_new0(BtInputs, 1);
    inputs->sources = g_ptr_array_new_with_free_func(source_free);
    inputs->cuts = bt_cuts_new();
    inputs->safes = g_array_new(FALSE, FALSE, sizeof(BtSpan));
    inputs->darkens = g_array_new(FALSE, FALSE, sizeof(BtSpan));
    inputs->untrusted = g_array_new(FALSE, FALSE, sizeof(BtSpan));
    inputs->pauses = g_array_new(FALSE, FALSE, sizeof(BtPause));
    inputs->instants = g_array_new(FALSE, FALSE, sizeof(gint64));
    return inputs;
}

void bt_inputs_free(BtInputs *inputs)
{
    if (!inputs)
        return;
    g_ptr_array_unref(inputs->sources);
    g_array_unref(inputs->cuts);
    g_array_unref(inputs->safes);
    g_array_unref(inputs->darkens);
    g_array_unref(inputs->untrusted);
    g_array_unref(inputs->pauses);
    g_array_unref(inputs->instants);
    g_clear_pointer(&inputs->on, g_array_unref);
    g_free(inputs);
}

/* ---- instants ---- */

/* The index of the first instant after at_ms. */
static guint find_instant(const GArray *instants, gint64 at_ms)
{
    guint low = 0, high = instants->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(instants, gint64, middle) <= at_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void bt_inputs_note_instant(BtInputs *inputs, gint64 at_ms)
{
    guint place = find_instant(inputs->instants, at_ms);
    g_array_insert_val(inputs->instants, place, at_ms);
}

gint64 bt_inputs_next_instant(const BtInputs *inputs, gint64 at_ms)
{
    guint place = find_instant(inputs->instants, at_ms);
    return place < inputs->instants->len ? g_array_index(inputs->instants, gint64, place)
                                         : BT_TIME_MAX;
}

gboolean bt_span_holds(const BtSpan *span, gint64 at_ms)
{
    return span->from_ms <= at_ms && at_ms < span->until_ms;
}

const BtSpan *bt_spans_find(const GArray *spans, gint64 at_ms)
{
    const BtSpan *found = NULL;
    for (guint i = 0; i < spans->len; i++) {
        const BtSpan *span = &g_array_index(spans, BtSpan, i);
        if (bt_span_holds(span, at_ms) && (!found || span->from_ms >= found->from_ms))
            found = span;
    }
    return found;
}

gboolean bt_inputs_is_stopped(const BtInputs *inputs, guint source, gint64 at_ms)
{
    return source < inputs->sources->len &&
        bt_source_stopped(inputs->sources->pdata[source], at_ms);
}

gboolean bt_inputs_is_paused(const BtInputs *inputs, guint source, gint64 at_ms)
{
    guint from = 0;
    const BtPause *pause;
    while ((pause = bt_inputs_find_pause(inputs, at_ms, &from)) != NULL)
        if (pause->source == source)
            return TRUE;
    return FALSE;
}

/* ---- adding ---- */

static BtInputSource *get_source(BtInputs *inputs, guint source)
{
    g_assert(source < inputs->sources->len);
    return inputs->sources->pdata[source];
}

guint bt_inputs_add_source(
    BtInputs *inputs, const char *name, guint classes, const BtRect *rects_px, guint n_rects)
{
    g_assert(inputs->sources->len < BT_MAX_SOURCES);
    BtInputSource *source = g_new0(BtInputSource, 1);
    source->name = g_strdup(name);
    source->index = inputs->sources->len;
    source->classes = classes;
    source->rects_px = g_array_new(FALSE, FALSE, sizeof(BtRect));
    if (n_rects)
        g_array_append_vals(source->rects_px, rects_px, n_rects);
    source->manifests = g_ptr_array_new_with_free_func(bt_entry_free);
    source->alerts = g_ptr_array_new_with_free_func(bt_entry_free);
    source->denials = g_ptr_array_new_with_free_func(block_free);
    source->set_asides = g_ptr_array_new_with_free_func(block_free);
    source->lapses = g_array_new(FALSE, FALSE, sizeof(gint64));
    source->stops = g_array_new(FALSE, FALSE, sizeof(BtSpan));
    source->volumes = g_array_new(FALSE, FALSE, sizeof(BtVolume));
    g_ptr_array_add(inputs->sources, source);
    return source->index;
}

void bt_inputs_add_manifest(
    BtInputs *inputs, guint source, BtManifest *manifest, const char *sha256, gint64 from_ms)
{
    BtInputSource *s = get_source(inputs, source);
    g_ptr_array_add(s->manifests, bt_entry_new(s, manifest, sha256, from_ms, FALSE));
    bt_inputs_note_instant(inputs, from_ms);
}

void bt_inputs_add_alert(
    BtInputs *inputs, guint source, BtManifest *alert, const char *sha256, gint64 from_ms)
{
    BtInputSource *s = get_source(inputs, source);
    g_ptr_array_add(s->alerts, bt_entry_new(s, alert, sha256, from_ms, TRUE));
    bt_inputs_note_instant(inputs, from_ms);
}

static void add_block(
    BtInputs *inputs, GPtrArray *blocks, const char *what, gint64 from_ms, gint64 until_ms)
{
    BtBlock *block = g_new0(BtBlock, 1);
    block->what = g_strdup(what);
    block->span = (BtSpan){ from_ms, until_ms };
    g_ptr_array_add(blocks, block);
    bt_inputs_note_instant(inputs, from_ms);
    if (until_ms != BT_TIME_MAX)
        bt_inputs_note_instant(inputs, until_ms);
}

void bt_inputs_add_denial(BtInputs *inputs, guint source, const char *sha256, gint64 from_ms)
{
    add_block(inputs, get_source(inputs, source)->denials, sha256, from_ms, BT_TIME_MAX);
}

void bt_inputs_add_set_aside(
    BtInputs *inputs, guint source, const char *what, gint64 from_ms, gint64 until_ms)
{
    add_block(inputs, get_source(inputs, source)->set_asides, what, from_ms, until_ms);
}

void bt_inputs_add_lapse(BtInputs *inputs, guint source, gint64 from_ms)
{
    g_array_append_val(get_source(inputs, source)->lapses, from_ms);
    bt_inputs_note_instant(inputs, from_ms);
}

static void add_span(BtInputs *inputs, GArray *spans, gint64 from_ms, gint64 until_ms)
{
    BtSpan span = { from_ms, until_ms };
    g_array_append_val(spans, span);
    bt_inputs_note_instant(inputs, from_ms);
    if (until_ms != BT_TIME_MAX)
        bt_inputs_note_instant(inputs, until_ms);
}

void bt_inputs_add_stop(BtInputs *inputs, guint source, gint64 from_ms, gint64 until_ms)
{
    add_span(inputs, get_source(inputs, source)->stops, from_ms, until_ms);
}

void bt_inputs_add_pause(BtInputs *inputs, guint source, gint64 from_ms, gint64 until_ms)
{
    BtPause pause = { get_source(inputs, source)->index, { from_ms, until_ms } };
    guint place = inputs->pauses->len;
    while (place > 0 && g_array_index(inputs->pauses, BtPause, place - 1).span.from_ms > from_ms)
        place--;
    g_array_insert_val(inputs->pauses, place, pause);
    bt_inputs_note_instant(inputs, from_ms);
    if (until_ms != BT_TIME_MAX)
        bt_inputs_note_instant(inputs, until_ms);
}

void bt_inputs_add_volume(BtInputs *inputs, guint source, int percent, gint64 from_ms)
{
    BtVolume volume = { from_ms, percent };
    g_array_append_val(get_source(inputs, source)->volumes, volume);
    bt_inputs_note_instant(inputs, from_ms);
}

const BtVolume *bt_source_volume(const BtInputSource *source, gint64 at_ms)
{
    const BtVolume *found = NULL;
    for (guint i = 0; i < source->volumes->len; i++) {
        const BtVolume *volume = &g_array_index(source->volumes, BtVolume, i);
        if (volume->from_ms <= at_ms)
            found = volume;
    }
    return found;
}

void bt_inputs_add_safe(BtInputs *inputs, gint64 from_ms, gint64 until_ms)
{
    add_span(inputs, inputs->safes, from_ms, until_ms);
}

void bt_inputs_add_darken(BtInputs *inputs, gint64 from_ms, gint64 until_ms)
{
    add_span(inputs, inputs->darkens, from_ms, until_ms);
}

void bt_inputs_add_untrusted(BtInputs *inputs, gint64 from_ms, gint64 until_ms)
{
    add_span(inputs, inputs->untrusted, from_ms, until_ms);
}

void bt_inputs_set_on_windows(BtInputs *inputs, const BtTimes *times, guint n_times)
{
    g_clear_pointer(&inputs->on, g_array_unref);
    inputs->on = g_array_new(FALSE, FALSE, sizeof(BtTimes));
    if (n_times)
        g_array_append_vals(inputs->on, times, n_times);
}

/* ---- asking ---- */

const BtEntry *bt_entry_at(const GPtrArray *entries, gint64 at_ms)
{
    for (guint i = entries->len; i-- > 0;) {
        const BtEntry *entry = entries->pdata[i];
        if (entry->from_ms <= at_ms)
            return entry;
    }
    return NULL;
}

static gboolean blocks_hold(const GPtrArray *blocks, const char *what, gint64 at_ms)
{
    for (guint i = 0; i < blocks->len; i++) {
        const BtBlock *block = blocks->pdata[i];
        if (bt_span_holds(&block->span, at_ms) && !strcmp(block->what, what))
            return TRUE;
    }
    return FALSE;
}

gboolean bt_source_denies(const BtInputSource *source, const char *sha256, gint64 at_ms)
{
    return blocks_hold(source->denials, sha256, at_ms);
}

gboolean bt_source_lapsed(const BtInputSource *source, const BtEntry *entry, gint64 at_ms)
{
    for (guint i = 0; i < source->lapses->len; i++) {
        gint64 lapse_ms = g_array_index(source->lapses, gint64, i);
        if (lapse_ms <= at_ms && lapse_ms > entry->from_ms)
            return TRUE;
    }
    return FALSE;
}

gboolean bt_source_stopped(const BtInputSource *source, gint64 at_ms)
{
    return bt_spans_find(source->stops, at_ms) != NULL;
}

const BtPause *bt_inputs_find_pause(const BtInputs *inputs, gint64 at_ms, guint *from)
{
    while (*from < inputs->pauses->len) {
        const BtPause *pause = &g_array_index(inputs->pauses, BtPause, (*from)++);
        if (bt_span_holds(&pause->span, at_ms))
            return pause;
    }
    return NULL;
}

static gboolean blocks_item(const GPtrArray *blocks, const BtItem *item, gint64 at_ms)
{
    const BtAsset *assets[] = { item->asset, item->picture, item->fallback };
    for (guint i = 0; i < G_N_ELEMENTS(assets); i++) {
        if (assets[i] && blocks_hold(blocks, assets[i]->sha256, at_ms))
            return TRUE;
    }
    for (guint i = 0; i < item->subtitles->len; i++) {
        const BtSubtitles *subtitles = g_ptr_array_index(item->subtitles, i);
        if (blocks_hold(blocks, subtitles->asset->sha256, at_ms))
            return TRUE;
    }
    return FALSE;
}

BtItemBlock bt_source_block(const BtInputSource *source, const BtItem *item, gint64 at_ms)
{
    if (blocks_item(source->denials, item, at_ms))
        return BT_ITEM_DENIED;
    if (blocks_item(source->set_asides, item, at_ms) ||
        blocks_hold(source->set_asides, item->id, at_ms))
        return BT_ITEM_SET_ASIDE;
    return BT_ITEM_FREE;
}

static gboolean any_holds(const GPtrArray *blocks, gint64 at_ms)
{
    for (guint i = 0; i < blocks->len; i++) {
        if (bt_span_holds(&((const BtBlock *)blocks->pdata[i])->span, at_ms))
            return TRUE;
    }
    return FALSE;
}

gboolean bt_source_blocks_any(const BtInputSource *source, gint64 at_ms)
{
    return any_holds(source->denials, at_ms) || any_holds(source->set_asides, at_ms);
}
