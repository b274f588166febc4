#include "playlists/schedule/why.h"

/* Where the step speaks of: an item of a programme in a zone. */
typedef struct {
    BtWhy *why;
    const BtDocument *document;
    const BtZone *zone;
    const BtItem *item;
    BtWhyPlace place;
} Spot;

static void add_validity(const Spot *spot, const BtWalk *walk)
{
    const BtItem *item = spot->item;
    const BtLocal *local = &spot->document->local;
    gint64 at_ms = spot->why->at_ms;
    g_autofree char *from = bt_words_time(local, item->valid_from_ms);
    g_autofree char *until = bt_words_time(local, item->valid_until_ms);
    if (at_ms < item->valid_from_ms) {
        bt_why_add(spot->why, "valid", FALSE, spot->place,
            _("“%s” is not shown yet: it counts only from %s"), item->id, from);
    } else if (at_ms >= item->valid_until_ms) {
        bt_why_add(spot->why, "valid", FALSE, spot->place,
            _("“%s” is not shown any more: it counted until %s"), item->id, until);
    } else if (walk) {
        g_autofree char *began = bt_words_time(local, walk->pass_start_ms);
        bt_why_add(spot->why, "pass", FALSE, spot->place,
            _("“%s” comes with the next pass: this one began at %s, before the item counted"),
            item->id, began);
    }
}

/* TRUE: a block was the reason. */
static gboolean add_block(const Spot *spot)
{
    switch (bt_source_block(spot->document->source, spot->item, spot->why->at_ms)) {
    case BT_ITEM_DENIED:
        bt_why_add(spot->why, "denied", FALSE, spot->place,
            _("“%s” is not shown: the source withdrew what it shows"), spot->item->id);
        return TRUE;
    case BT_ITEM_SET_ASIDE:
        bt_why_add(spot->why, "set-aside", FALSE, spot->place,
            _("“%s” is not shown: it was set aside for a time, as somebody skipped it or it made "
              "the player fail"),
            spot->item->id);
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean counts(const BtItem *item, gint64 at_ms)
{
    return item->valid_from_ms <= at_ms && at_ms < item->valid_until_ms;
}

static void add_item(
    const Spot *spot, const BtProgramme *programme, gint64 length_ms, const BtWalk *walk)
{
    gboolean untrusted = spot->why->epoch->untrusted != NULL;
    gint64 pass_ms = walk && !walk->empty ? walk->pass_start_ms : spot->why->at_ms;
    if (length_ms == BT_LENGTH_NEVER)
        bt_why_add(spot->why, "language", FALSE, spot->place,
            _("“%s” is not shown in zone “%s”: it has no text in the zone's language, %s"),
            spot->item->id, spot->zone->id, spot->zone->lang);
    else if (add_block(spot))
        return;
    else if (untrusted && programme->cls != BT_CLASS_FILLER && !spot->item->any_time)
        bt_why_add(spot->why, "untrusted", FALSE, spot->place,
            _("“%s” is not shown: the clock cannot be trusted, and the item is not for any time"),
            spot->item->id);
    else if (!untrusted && !counts(spot->item, pass_ms))
        add_validity(spot, walk && !walk->empty ? walk : NULL);
}

void bt_why_add_items(BtWhy *why, const BtDocument *document, const BtProgramme *programme,
    guint zone, const BtWalk *walk)
{
    const BtTrack *track = document->entry->programmes[programme->index].tracks[zone];
    Spot spot = { .why = why, .document = document, .zone = programme->layout->zones->pdata[zone] };
    if (!track)
        return;
    for (guint i = 0; i < track->playlist->items->len; i++) {
        spot.item = track->playlist->items->pdata[i];
        spot.place =
            (BtWhyPlace){ document->source->name, programme->id, spot.item->id, spot.zone->id };
        add_item(&spot, programme, track->lengths_ms[i], walk);
    }
}
