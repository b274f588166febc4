/* What gives way may stay on the glass for a moment, until what follows has its picture. Time and
 * newer documents take nobody the word in that moment; a denial, an expiry, a lapse do. */
#include "playlists/schedule/inputs.h"

#include <string.h>

static const BtEntry *find_entry(const GPtrArray *entries, const char *payload_sha256)
{
    for (guint i = entries->len; i-- > 0;) {
        const BtEntry *entry = entries->pdata[i];
        if (entry->manifest && strcmp(entry->manifest->payload_sha256, payload_sha256) == 0)
            return entry;
    }
    return NULL;
}

static const BtEntry *entry_of(const BtInputSource *source, const BtOnAir *on_air)
{
    const char *sha256 = on_air->manifest->payload_sha256;
    const BtEntry *entry = find_entry(source->alerts, sha256);
    return entry ? entry : find_entry(source->manifests, sha256);
}

static gboolean source_may_speak(
    const BtInputs *inputs, const BtInputSource *source, const BtOnAir *on_air, gint64 at_ms)
{
    const BtEntry *entry = entry_of(source, on_air);
    if (!entry || bt_source_denies(source, entry->sha256, at_ms))
        return FALSE;
    if (on_air->cls == BT_CLASS_FILLER && !entry->is_alert)
        return TRUE;
    gboolean expired =
        at_ms >= entry->manifest->expires_ms && !bt_spans_find(inputs->untrusted, at_ms);
    return !expired && (entry->is_alert || !bt_source_lapsed(source, entry, at_ms));
}

static gboolean items_are_free(const BtInputSource *source, const BtOnAir *on_air, gint64 at_ms)
{
    for (guint i = 0; i < on_air->zones->len; i++) {
        const BtOnZone *on = &g_array_index(on_air->zones, BtOnZone, i);
        const BtItem *items[] = { on->item, on->previous };
        for (guint k = 0; k < G_N_ELEMENTS(items); k++)
            if (items[k] && bt_source_block(source, items[k], at_ms) == BT_ITEM_DENIED)
                return FALSE;
    }
    return TRUE;
}

gboolean bt_schedule_may_stay(const BtInputs *inputs, const BtOnAir *on_air, gint64 at_ms)
{
    if (on_air->kind != BT_ON_PROGRAMME)
        return TRUE;
    if (on_air->source >= inputs->sources->len)
        return FALSE;
    const BtInputSource *source = inputs->sources->pdata[on_air->source];
    if (on_air->cls != BT_CLASS_EMERGENCY && bt_source_stopped(source, at_ms))
        return FALSE;
    return strcmp(source->name, on_air->source_name) == 0 &&
        source_may_speak(inputs, source, on_air, at_ms) && items_are_free(source, on_air, at_ms);
}
