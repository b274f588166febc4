#include "player/stage/slots.h"

#include "base/clock.h"

static BtSlot page_at(guint text, gint64 start_ms, gint64 duration_ms, guint pages, gint64 at_ms)
{
    guint page = 0;
    while (page + 1 < pages && at_ms - start_ms >= (page + 1) * duration_ms / pages)
        page++;
    return (BtSlot){ text, page, start_ms + page * duration_ms / pages,
        start_ms + (page + 1) * duration_ms / pages };
}

BtSlot bt_slot_at(const gint64 *durations_ms, const guint *pages, guint n_texts, gint64 at_ms)
{
    gint64 start_ms = 0;
    guint text = 0;
    while (text + 1 < n_texts && at_ms >= start_ms + durations_ms[text])
        start_ms += durations_ms[text++];
    BtSlot slot = page_at(text, start_ms, durations_ms[text], MAX(1, pages[text]), at_ms);
    if (text + 1 == n_texts && slot.page + 1 >= pages[text])
        slot.end_ms = BT_TIME_MAX;
    return slot;
}

void bt_slots_share(gint64 total_ms, guint n, gint64 *durations_ms)
{
    for (guint k = 0; k < n; k++)
        durations_ms[k] = (k + 1) * total_ms / n - k * total_ms / n;
}
