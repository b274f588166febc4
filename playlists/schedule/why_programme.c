#include "playlists/schedule/why.h"

static BtWhyPlace place_of(const BtDocument *document, const BtProgramme *programme)
{
    return (BtWhyPlace){ document->source->name, programme->id, NULL, NULL };
}

/* ---- what its document or its source's ceiling forbids ---- */

static void add_forbidden(
    BtWhy *why, const BtDocument *document, const BtProgramme *programme, BtMayShow reason)
{
    BtWhyPlace place = place_of(document, programme);
    const char *id = programme->id, *source = document->source->name;
    g_autofree char *expired =
        bt_words_time(&document->local, document->entry->manifest->expires_ms);
    switch (reason) {
    case BT_MAY_NOT_CLASS:
        bt_why_add(why, "ceiling", FALSE, place,
            _("“%s” is not shown: the source “%s” may not use %s on this screen"), id, source,
            bt_words_class(programme->cls));
        break;
    case BT_MAY_NOT_RECTS:
        bt_why_add(why, "ceiling", FALSE, place,
            _("“%s” is not shown: it fills a part of the screen that is not open to the source "
              "“%s”"),
            id, source);
        break;
    case BT_MAY_NOT_DENIED:
        bt_why_add(why, "denied", FALSE, place,
            _("“%s” is not shown: the source “%s” withdrew the plan it belongs to"), id, source);
        break;
    case BT_MAY_NOT_EXPIRED:
        bt_why_add(why, document->entry->is_alert ? "alert" : "expired", FALSE, place,
            _("“%s” is not shown: the plan it belongs to ended at %s"), id, expired);
        break;
    case BT_MAY_NOT_LAPSED:
        bt_why_add(why, "lapsed", FALSE, place,
            _("“%s” is not shown: the source “%s” has not been heard of for so long that only its "
              "fillers are"),
            id, source);
        break;
    case BT_MAY_NOT_STOPPED:
        bt_why_add(why, "stopped", FALSE, place,
            _("“%s” is not shown: the source “%s” was told to stop"), id, source);
        break;
    default:
        bt_why_add(why, "untrusted", FALSE, place,
            _("“%s” is not shown: no emergency is while the clock cannot be trusted"), id);
    }
}

/* ---- what its window says ---- */

static void add_dates(BtWhy *why, const BtDocument *document, const BtProgramme *programme)
{
    BtWhyPlace place = place_of(document, programme);
    const BtWhen *when = &programme->when;
    if (when->from_day && bt_julian_day(document->local.day) < when->from_day) {
        g_autofree char *from = bt_words_date(when->from_day);
        bt_why_add(why, "dates", FALSE, place, _("“%s” is not shown yet: its first day is %s"),
            programme->id, from);
    } else {
        g_autofree char *until = bt_words_date(when->until_day);
        bt_why_add(why, "dates", FALSE, place, _("“%s” is not shown any more: its last day was %s"),
            programme->id, until);
    }
}

static void add_slots(BtWhy *why, const BtDocument *document, const BtProgramme *programme)
{
    const GArray *slots = programme->when.slots;
    gint64 start_ms, next_ms, last_ms = g_array_index(slots, BtWhenSlot, slots->len - 1).until_ms;
    bt_window_at(&programme->when, &document->local, &start_ms, &next_ms);
    gboolean over = next_ms == BT_TIME_MAX;
    g_autofree char *time = bt_words_time(&document->local, over ? last_ms : next_ms);
    bt_why_add(why, "window", FALSE, place_of(document, programme),
        over ? _("“%s” is not shown any more: the last of its slots ended at %s")
             : _("“%s” is not shown yet: its next slot begins at %s"),
        programme->id, time);
}

static void add_closed(
    BtWhy *why, const BtDocument *document, const BtProgramme *programme, BtWindowReason reason)
{
    BtWhyPlace place = place_of(document, programme);
    const BtLocal *local = &document->local;
    g_autofree char *now = bt_words_time(local, why->at_ms);
    g_autofree char *days = bt_words_days(programme->when.days);
    g_autofree char *times = bt_words_times(programme->when.times);
    if (reason == BT_WINDOW_DATES)
        add_dates(why, document, programme);
    else if (reason == BT_WINDOW_DAYS)
        bt_why_add(why, "days", FALSE, place,
            _("“%s” is not shown: today is %s, the programme runs only %s"), programme->id,
            bt_words_weekday(bt_weekday(local->day)), days);
    else if (reason == BT_WINDOW_SLOTS)
        add_slots(why, document, programme);
    else
        bt_why_add(why, "window", FALSE, place,
            _("“%s” is not shown: it is %s, the programme runs only at %s"), programme->id, now,
            times);
}

/* ---- what the others have before it ---- */

static const BtCandidate *find_candidate(const BtStand *stand, const BtProgramme *programme)
{
    for (guint i = 0; stand->gathered && i < stand->candidates->len; i++) {
        const BtCandidate *candidate = stand->candidates->pdata[i];
        if (candidate->programme == programme)
            return candidate;
    }
    return NULL;
}

static void add_empty(BtWhy *why, const BtDocument *document, const BtProgramme *programme)
{
    guint first = document->entry->programmes[programme->index].first_zone;
    bt_why_add(why, "empty", FALSE, place_of(document, programme),
        _("“%s” gives way: none of its items may be shown now"), programme->id);
    bt_why_add_items(why, document, programme, first, NULL);
}

/* Its window is open. Either it waits for its turn, or its class is not asked, or it has nothing.
 */
static void add_open(BtWhy *why, const BtDocument *document, const BtProgramme *programme)
{
    BtStand *stand = &why->epoch->stands[why->epoch->untrusted ? 0 : programme->cls];
    const BtCandidate *candidate = find_candidate(stand, programme);
    guint first = document->entry->programmes[programme->index].first_zone;
    const BtProgramme *on = why->on->programme;
    if (candidate && bt_loop_pass_ms(candidate->loops[first], why->at_ms) == 0)
        add_empty(why, document, programme);
    else if (!on)
        return; /* cut or dark: said already */
    else if (why->on->frozen_ms && programme->cls >= why->on->cls)
        bt_why_add(why, "paused", FALSE, place_of(document, programme),
            _("“%s” is not shown: “%s” stands still while its source is paused"), programme->id,
            on->id);
    else if (candidate && stand->turns)
        bt_why_add(why, "turn", FALSE, place_of(document, programme),
            _("“%s” waits for its turn: “%s” has it now"), programme->id, on->id);
    else
        bt_why_add(why, "class", FALSE, place_of(document, programme),
            _("“%s” is not shown: %s gives way to %s, where “%s” is on"), programme->id,
            bt_words_class(programme->cls), bt_words_class(why->on->cls), on->id);
}

static void add_programme(BtWhy *why, const BtDocument *document, const BtProgramme *programme)
{
    BtMayShow may = bt_epoch_may_show(why->epoch, document, programme);
    BtWindowReason window = BT_WINDOW_OPEN;
    if (programme == why->on->programme)
        return;
    if (!why->epoch->untrusted)
        window = bt_window_reason(&programme->when, &document->local);
    if (may != BT_MAY_SHOW)
        add_forbidden(why, document, programme, may);
    else if (window != BT_WINDOW_OPEN)
        add_closed(why, document, programme, window);
    else
        add_open(why, document, programme);
}

void bt_why_add_programmes(BtWhy *why)
{
    for (BtClass cls = 0; cls < BT_N_CLASSES; cls++) {
        for (guint d = 0; d < why->epoch->documents->len; d++) {
            const BtDocument *document = &g_array_index(why->epoch->documents, BtDocument, d);
            if (document->standing == BT_STANDING_NONE)
                continue;
            const GPtrArray *programmes = document->entry->manifest->programmes;
            for (guint i = 0; i < programmes->len; i++) {
                const BtProgramme *programme = programmes->pdata[i];
                if (programme->cls == cls)
                    add_programme(why, document, programme);
            }
        }
    }
}
