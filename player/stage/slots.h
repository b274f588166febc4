/* Whose turn it is within an item: texts one after the other, each shared equally by its pages.
 * Thread-safety: safe (pure). */
#ifndef BT_PLAYER_STAGE_SLOTS_H
#define BT_PLAYER_STAGE_SLOTS_H

#include <glib.h>

typedef struct {
    guint text, page;
    gint64 start_ms,
        end_ms; /* from the item's start; the last page stays: its end is BT_TIME_MAX */
} BtSlot;

/* The page at `at_ms` of an item. Text i is shown for `durations_ms[i]` (a page k of n in D ms
 * begins at floor(k × D / n)) and has `pages[i]` ≥ 1 pages. Before the start it is the first page.
 */
BtSlot bt_slot_at(const gint64 *durations_ms, const guint *pages, guint n_texts, gint64 at_ms);

/* Shares `total_ms` equally among `n` texts, text k beginning at floor(k × total / n). */
void bt_slots_share(gint64 total_ms, guint n, gint64 *durations_ms);

#endif
