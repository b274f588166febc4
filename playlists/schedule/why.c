/* "Why does it not show?" is answered by asking the schedule the very same question and then
 * naming, for everything that is not on, the first rule that turned it down. There is no second
 * schedule here that could disagree with the first. */
#include "playlists/schedule/why.h"

static void step_free(gpointer data)
{
    BtWhyStep *step = data;
    g_free(step->source);
    g_free(step->programme);
    g_free(step->item);
    g_free(step->zone);
    g_free(step->sentence);
    g_free(step);
}

void bt_why_add(
    BtWhy *why, const char *rule, gboolean chosen, BtWhyPlace place, const char *format, ...)
{
    BtWhyStep *step = g_new0(BtWhyStep, 1);
    va_list arguments;
    va_start(arguments, format);
    step->sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    step->rule = rule;
    step->chosen = chosen;
    step->source = g_strdup(place.source);
    step->programme = g_strdup(place.programme);
    step->item = g_strdup(place.item);
    step->zone = g_strdup(place.zone);
    g_ptr_array_add(why->steps, step);
}

static const BtWhyPlace nowhere = { NULL, NULL, NULL, NULL };

/* ---- the whole screen ---- */

/* The clock in which the whole screen is spoken of: of what is on, else of the first document. */
static BtLocal screen_clock(const BtWhy *why, GTimeZone *vietnam)
{
    if (why->on->manifest)
        return bt_local_at(why->on->manifest->timezone, why->at_ms);
    for (guint d = 0; d < why->epoch->documents->len; d++) {
        const BtDocument *document = &g_array_index(why->epoch->documents, BtDocument, d);
        if (document->entry)
            return document->local;
    }
    return bt_local_at(vietnam, why->at_ms);
}

static void add_cut(BtWhy *why, const BtLocal *local)
{
    g_autoptr(GArray) cuts = bt_inputs_cuts_at(why->epoch->query->inputs, why->at_ms);
    for (guint i = 0; i < cuts->len; i++) {
        const BtCut *cut = &g_array_index(cuts, BtCut, i);
        BtWhyPlace place = { *cut->source ? cut->source : NULL, NULL, NULL, NULL };
        g_autofree char *from = bt_words_time(local, cut->from_ms);
        g_autofree char *until = bt_words_time(local, cut->until_ms);
        if (*cut->source == '\0')
            bt_why_add(why, "cut", TRUE, place,
                _("The safe picture is on: somebody at the board cut the broadcast, from %s until "
                  "%s"),
                from, until);
        else if (cut->until_ms == BT_TIME_MAX)
            bt_why_add(why, "cut", TRUE, place,
                _("The safe picture is on: the source “%s” cut the broadcast (%s) at %s, until an "
                  "approver signs its release"),
                cut->source, cut->id, from);
        else
            bt_why_add(why, "cut", TRUE, place,
                _("The safe picture is on: the source “%s” cut the broadcast (%s), from %s until "
                  "%s"),
                cut->source, cut->id, from, until);
    }
}

static void add_safe(BtWhy *why, const BtLocal *local)
{
    const BtSpan *span = bt_spans_find(why->epoch->query->inputs->safes, why->at_ms);
    g_autofree char *until = span ? bt_words_time(local, span->until_ms) : NULL;
    if (span)
        bt_why_add(why, "safe", TRUE, nowhere,
            _("The safe picture is on: the player failed three times within a minute, until %s"),
            until);
    else
        bt_why_add(
            why, "safe", TRUE, nowhere, _("The safe picture is on: nothing may be shown now"));
}

static void add_dark(BtWhy *why, const BtLocal *local)
{
    const BtSpan *span = bt_spans_find(why->epoch->query->inputs->darkens, why->at_ms);
    if (span) {
        g_autofree char *until = bt_words_time(local, span->until_ms);
        bt_why_add(why, "darkened", TRUE, nowhere,
            _("The display is off: it was darkened by a command, until %s"), until);
    }
    if (why->epoch->off)
        bt_why_add(why, "off", TRUE, nowhere, _("The display is off: its timetable says so"));
}

static void add_untrusted(BtWhy *why)
{
    bt_why_add(why, "untrusted", why->on->kind == BT_ON_PROGRAMME, nowhere,
        _("The clock cannot be trusted: only fillers and items for any time are shown, without "
          "regard to dates"));
}

/* ---- the programme that is on ---- */

static const BtDocument *document_on(const BtWhy *why)
{
    for (guint d = 0; d < why->epoch->documents->len; d++) {
        const BtDocument *document = &g_array_index(why->epoch->documents, BtDocument, d);
        if (document->entry && document->entry->manifest == why->on->manifest &&
            document->source->index == why->on->source)
            return document;
    }
    g_assert_not_reached();
}

static void add_turn(BtWhy *why, const BtDocument *document, const BtStand *stand)
{
    const BtOnAir *on = why->on;
    BtWhyPlace place = { on->source_name, on->programme->id, NULL, NULL };
    g_autofree char *since = bt_words_time(&document->local, on->turn_start_ms);
    if (stand->candidates->len > 1)
        bt_why_add(why, "turn", TRUE, place,
            _("%u programmes take turns; the turn of “%s” began at %s"), stand->candidates->len,
            on->programme->id, since);
    if (on->programme->weight > 1)
        bt_why_add(why, "weight", TRUE, place, _("A turn of “%s” is %d passes; this is pass %u"),
            on->programme->id, on->programme->weight, stand->walk.pass + 1);
}

static void add_programme_on(BtWhy *why, const BtDocument *document)
{
    const BtOnAir *on = why->on;
    BtWhyPlace place = { on->source_name, on->programme->id, NULL, NULL };
    g_autofree char *ends = bt_words_time(&document->local, document->entry->manifest->expires_ms);
    if (document->entry->is_alert)
        bt_why_add(why, "alert", TRUE, place,
            _("“%s” is on: it is an emergency of the source “%s”, in force until %s"),
            on->programme->id, on->source_name, ends);
    if (why->epoch->off || why->epoch->darkened)
        bt_why_add(
            why, "off", FALSE, nowhere, _("The display would be off, but an emergency wakes it"));
    if (why->epoch->untrusted)
        bt_why_add(why, "chosen", TRUE, place,
            _("“%s” of the source “%s” is on: it has something that may be shown at any time"),
            on->programme->id, on->source_name);
    else
        bt_why_add(why, "chosen", TRUE, place,
            _("“%s” of the source “%s” is on: %s is the highest with something to show"),
            on->programme->id, on->source_name, bt_words_class(on->cls));
}

static void add_zone(
    BtWhy *why, const BtDocument *document, const BtOnZone *zone, const BtWalk *walk)
{
    BtWhyPlace place = { why->on->source_name, why->on->programme->id,
        zone->item ? zone->item->id : NULL, zone->zone->id };
    if (!walk) {
        bt_why_add(why, "empty", FALSE, place, _("Zone “%s” is empty: “%s” does not fill it"),
            zone->zone->id, why->on->programme->id);
        return;
    }
    if (!zone->item) {
        bt_why_add(why, "empty", FALSE, place,
            _("Zone “%s” is empty: none of its items may be shown now"), zone->zone->id);
        return;
    }
    g_autofree char *until = bt_words_time(&document->local, zone->end_ms);
    g_autofree char *began = bt_words_time(&document->local, walk->pass_start_ms);
    bt_why_add(why, "chosen", TRUE, place,
        _("Zone “%s” shows “%s” until %s, in the pass that began at %s"), zone->zone->id,
        zone->item->id, until, began);
}

static BtCandidate *candidate_on(BtStand *stand)
{
    return stand->candidates->pdata[stand->walk.turn];
}

static void add_zones(BtWhy *why, const BtDocument *document, BtStand *stand)
{
    BtCandidate *candidate = candidate_on(stand);
    for (guint z = 0; z < why->on->zones->len; z++) {
        const BtWalk *walk = bt_epoch_zone_walk(why->epoch, stand, candidate, z, why->at_ms);
        add_zone(why, document, &g_array_index(why->on->zones, BtOnZone, z), walk);
    }
    for (guint z = 0; z < why->on->zones->len; z++) {
        const BtWalk *walk = bt_epoch_zone_walk(why->epoch, stand, candidate, z, why->at_ms);
        bt_why_add_items(why, document, why->on->programme, z, walk);
    }
}

static void add_on(BtWhy *why)
{
    const BtDocument *document = document_on(why);
    BtStand *stand = &why->epoch->stands[why->epoch->untrusted ? 0 : why->on->cls];
    add_programme_on(why, document);
    add_turn(why, document, stand);
    add_zones(why, document, stand);
}

/* What a pause holds may be of a document that was replaced meanwhile: it is asked for nothing but
 * what is on the glass. */
static void add_frozen(BtWhy *why)
{
    const BtOnAir *on = why->on;
    BtWhyPlace place = { on->source_name, on->programme->id, NULL, NULL };
    BtLocal local = bt_local_at(on->manifest->timezone, why->at_ms);
    g_autofree char *since = bt_words_time(&local, on->frozen_ms);
    bt_why_add(why, "paused", TRUE, place,
        _("“%s” stands still: the source “%s” is paused since %s"), on->programme->id,
        on->source_name, since);
    for (guint z = 0; z < on->zones->len; z++) {
        const BtOnZone *zone = &g_array_index(on->zones, BtOnZone, z);
        place.item = zone->item ? zone->item->id : NULL;
        place.zone = zone->zone->id;
        if (zone->item)
            bt_why_add(why, "paused", TRUE, place, _("Zone “%s” shows “%s” as it was at %s"),
                zone->zone->id, zone->item->id, since);
    }
}

/* ---- sources that have nothing ---- */

static void add_missing(BtWhy *why, const BtInputSource *source)
{
    BtWhyPlace place = { source->name, NULL, NULL, NULL };
    if (bt_entry_at(source->manifests, why->at_ms))
        return;
    if (source->manifests->len == 0) {
        bt_why_add(why, "not-yet", FALSE, place,
            _("The source “%s” has nothing to show: no plan of it has arrived yet"), source->name);
        return;
    }
    const BtEntry *first = source->manifests->pdata[0];
    BtLocal local = bt_local_at(first->manifest->timezone, why->at_ms);
    g_autofree char *from = bt_words_time(&local, first->from_ms);
    bt_why_add(why, "not-yet", FALSE, place,
        _("The source “%s” has nothing to show: its first plan counts only from %s"), source->name,
        from);
}

/* An alert that comes later or was called off. */
static void add_alert(BtWhy *why, const BtInputSource *source)
{
    BtWhyPlace place = { source->name, NULL, NULL, NULL };
    const BtEntry *entry = bt_entry_at(source->alerts, why->at_ms);
    if (entry && !entry->manifest)
        bt_why_add(why, "alert", FALSE, place, _("The emergency of the source “%s” was called off"),
            source->name);
}

static void add_sources(BtWhy *why)
{
    const GPtrArray *sources = why->epoch->query->inputs->sources;
    for (guint s = 0; s < sources->len; s++) {
        add_missing(why, sources->pdata[s]);
        add_alert(why, sources->pdata[s]);
    }
}

/* ---- */

static void add_all(BtWhy *why)
{
    g_autoptr(GTimeZone) vietnam = g_time_zone_new_offset(7 * 3600);
    BtLocal local = screen_clock(why, vietnam);
    switch (why->on->kind) {
    case BT_ON_CUT:
        add_cut(why, &local);
        break;
    case BT_ON_DARK:
        add_dark(why, &local);
        break;
    case BT_ON_SAFE:
        add_safe(why, &local);
        break;
    case BT_ON_PROGRAMME:
        break;
    }
    if (why->epoch->untrusted)
        add_untrusted(why);
    if (why->on->kind == BT_ON_PROGRAMME && why->on->frozen_ms)
        add_frozen(why);
    else if (why->on->kind == BT_ON_PROGRAMME)
        add_on(why);
    add_sources(why);
    bt_why_add_programmes(why);
}

GPtrArray *bt_why(const BtInputs *inputs, gint64 at_ms, BtMeasure measure, gpointer user)
{
    at_ms = CLAMP(at_ms, BT_SCHEDULE_FIRST_MS, BT_SCHEDULE_LAST_MS);
    g_autoptr(BtQuery) query = bt_query_new(inputs, measure, user);
    g_autoptr(BtEpoch) epoch = bt_epoch_new(query, at_ms);
    g_autoptr(BtOnAir) on = bt_epoch_answer(epoch, at_ms);
    BtWhy why = { epoch, on, at_ms, g_ptr_array_new_with_free_func(step_free) };
    add_all(&why);
    return why.steps;
}
