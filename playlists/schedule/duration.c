#include "playlists/schedule/inputs.h"

#define LEAST_MS BT_SECOND_MS

static const gint64 default_ms[BT_N_ITEM_KINDS] = {
    [BT_ITEM_IMAGE] = 10 * BT_SECOND_MS,
    [BT_ITEM_CLOCK] = 10 * BT_SECOND_MS,
    [BT_ITEM_ALERT] = 20 * BT_SECOND_MS,
};

static gint64 reading_ms(const BtItem *item, const BtZone *zone)
{
    gint64 sum_ms = 0;
    for (guint k = 0; k < bt_item_count_texts(item, zone); k++)
        sum_ms += bt_text_duration_ms(bt_item_text(item, zone, k));
    return sum_ms;
}

gint64 bt_item_known_length_ms(const BtItem *item, const BtZone *zone)
{
    if (item->texts && item->texts->len && bt_item_count_texts(item, zone) == 0)
        return BT_LENGTH_NEVER;
    if (item->kind == BT_ITEM_TICKER)
        return BT_LENGTH_MEASURE;
    if (item->duration_ms)
        return MAX(LEAST_MS, item->duration_ms);
    if (item->kind == BT_ITEM_TEXT)
        return MAX(LEAST_MS, reading_ms(item, zone));
    return MAX(LEAST_MS, default_ms[item->kind]);
}

static gint64 ticker_ms(const BtItem *item, const BtZone *zone, BtMeasure measure, gpointer user)
{
    gint64 advance_px = measure ? measure(item, zone, user) : 0;
    gint64 way_px = zone->rect_px.w + MAX(0, advance_px);
    gint64 speed = MAX(1, item->speed_px_s);
    return MAX(LEAST_MS, (1000 * way_px + speed - 1) / speed);
}

gint64 bt_item_duration_ms(const BtItem *item, const BtZone *zone, BtMeasure measure, gpointer user)
{
    gint64 known_ms = bt_item_known_length_ms(item, zone);
    if (known_ms == BT_LENGTH_MEASURE)
        return ticker_ms(item, zone, measure, user);
    return MAX(LEAST_MS, known_ms);
}
