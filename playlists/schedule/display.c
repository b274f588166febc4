/* The display's own timetable: on and off, brightness, volume. It comes from the first configured
 * source, in the time zone of its manifest; what the screen's own configuration says wins, and is
 * read in the zone of the first source that has a manifest. Without any manifest the clock is
 * Vietnam's. A volume that this source ordered wins over its timetable. */
#include "playlists/schedule/epoch.h"

#define DAY_S G_GINT64_CONSTANT(86400)
#define VIETNAM_OFFSET_S (7 * 3600)

static const BtDocument *find_document(const BtEpoch *epoch)
{
    for (guint d = 0; d < epoch->documents->len; d++) {
        const BtDocument *document = &g_array_index(epoch->documents, BtDocument, d);
        if (document->entry && !document->entry->is_alert &&
            document->standing != BT_STANDING_DENIED)
            return document;
    }
    return NULL;
}

static void set_off(BtEpoch *epoch, const GArray *on, const BtLocal *local)
{
    BtWhen when = { .days = 0x7f, .times = (GArray *)on };
    gint64 start_ms, next_ms;
    if (!on || on->len == 0)
        return;
    epoch->off = !bt_window_at(&when, local, &start_ms, &next_ms);
    epoch->until_ms = MIN(epoch->until_ms, next_ms);
}

static int percent_of(const GArray *steps, guint i)
{
    return g_array_index(steps, BtBrightness, i).percent;
}

static int brightest(const GArray *steps)
{
    int percent = -1;
    for (guint i = 0; i < steps->len; i++)
        percent = MAX(percent, percent_of(steps, i));
    return percent;
}

/* Who does not know the hour must not be loud at night. */
static int quietest(const GArray *steps)
{
    int percent = 100;
    for (guint i = 0; i < steps->len; i++)
        percent = MIN(percent, percent_of(steps, i));
    return percent;
}

/* The step that began last: before the first of a day it is still yesterday's last. */
static int step_now(BtEpoch *epoch, const GArray *steps, const BtLocal *local)
{
    gint64 second = bt_local_seconds(local, epoch->from_ms) - local->day * DAY_S;
    const BtBrightness *now = &g_array_index(steps, BtBrightness, steps->len - 1);
    gint64 next_s = local->day * DAY_S + DAY_S + g_array_index(steps, BtBrightness, 0).start_s;
    for (guint i = 0; i < steps->len; i++) {
        const BtBrightness *step = &g_array_index(steps, BtBrightness, i);
        if (step->start_s > second) {
            next_s = local->day * DAY_S + step->start_s;
            break;
        }
        now = step;
    }
    if (steps->len > 1)
        epoch->until_ms =
            MIN(epoch->until_ms, MAX(epoch->from_ms + 1, bt_local_instant_ms(local, next_s)));
    return now->percent;
}

static void set_plan(BtEpoch *epoch, const BtDisplayPlan *plan, const BtLocal *local)
{
    epoch->volume = plan->volume;
    if (epoch->untrusted) {
        epoch->brightness = plan->brightness ? brightest(plan->brightness) : -1;
        if (plan->volumes && plan->volumes->len)
            epoch->volume = quietest(plan->volumes);
        return;
    }
    if (!epoch->query->inputs->on)
        set_off(epoch, plan->on, local);
    if (plan->brightness && plan->brightness->len)
        epoch->brightness = step_now(epoch, plan->brightness, local);
    if (plan->volumes && plan->volumes->len)
        epoch->volume = step_now(epoch, plan->volumes, local);
}

/* Of the screen's own source, until it says something newer of its display. */
static void set_ordered_volume(BtEpoch *epoch, const BtDocument *document)
{
    const GPtrArray *sources = epoch->query->inputs->sources;
    if (sources->len == 0)
        return;
    const BtVolume *order = bt_source_volume(sources->pdata[0], epoch->from_ms);
    if (!order ||
        (document && document->source->index == 0 && document->entry->manifest->display.given &&
            document->entry->from_ms > order->from_ms))
        return;
    epoch->volume = order->percent;
}

void bt_epoch_set_display(BtEpoch *epoch)
{
    const BtDocument *document = find_document(epoch);
    g_autoptr(GTimeZone) vietnam = g_time_zone_new_offset(VIETNAM_OFFSET_S);
    BtLocal local = document ? document->local : bt_local_at(vietnam, epoch->from_ms);
    epoch->brightness = -1;
    if (document && document->source->index == 0)
        set_plan(epoch, &document->entry->manifest->display, &local);
    set_ordered_volume(epoch, document);
    if (!epoch->untrusted)
        set_off(epoch, epoch->query->inputs->on, &local);
}
