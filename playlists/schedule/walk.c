/* Where a walk stands follows from its anchor alone, and the anchor may be a day away: thousands of
 * passes. But the length of a pass changes only where an item begins or ceases to be valid. Up to
 * there all rounds are equally long, so whole rounds, and whole passes of one turn, are skipped by
 * a division; what is left is at most one round for each change of validity.
 *
 * A round is each programme's turn once. A turn that has nothing valid when it comes has no length.
 * A round of no length ends the walk for the moment: the next round begins when something becomes
 * valid. */
#include "playlists/schedule/walk.h"

/* ---- loops ---- */

BtLoop *bt_loop_new(void)
{
    BtLoop *loop = g_new0(BtLoop, 1);
    loop->slots = g_array_new(FALSE, FALSE, sizeof(BtSlot));
    loop->known_from_ms = BT_TIME_MAX;
    loop->known_until_ms = BT_TIME_MIN;
    return loop;
}

void bt_loop_free(gpointer data)
{
    BtLoop *loop = data;
    g_array_unref(loop->slots);
    g_free(loop);
}

static gboolean is_valid(const BtSlot *slot, gint64 at_ms)
{
    return slot->from_ms <= at_ms && at_ms < slot->until_ms;
}

static void note_change(BtLoop *loop, gint64 change_ms, gint64 at_ms)
{
    if (change_ms <= at_ms)
        loop->known_from_ms = MAX(loop->known_from_ms, change_ms);
    else
        loop->known_until_ms = MIN(loop->known_until_ms, change_ms);
}

gint64 bt_loop_pass_ms(BtLoop *loop, gint64 at_ms)
{
    if (loop->known_from_ms <= at_ms && at_ms < loop->known_until_ms)
        return loop->pass_ms;
    loop->pass_ms = 0;
    loop->known_from_ms = BT_TIME_MIN;
    loop->known_until_ms = BT_TIME_MAX;
    for (guint i = 0; i < loop->slots->len; i++) {
        const BtSlot *slot = &g_array_index(loop->slots, BtSlot, i);
        note_change(loop, slot->from_ms, at_ms);
        note_change(loop, slot->until_ms, at_ms);
        if (is_valid(slot, at_ms))
            loop->pass_ms += slot->length_ms;
    }
    return loop->pass_ms;
}

/* ---- the walk ---- */

void bt_walk_begin(BtWalk *walk, const BtTurn *turns, guint n_turns, gint64 anchor_ms)
{
    *walk = (BtWalk){ .turns = turns,
        .n_turns = n_turns,
        .round_start_ms = anchor_ms,
        .pass_start_ms = anchor_ms,
        .pass_end_ms = anchor_ms };
}

/* The length of a round whose passes all start before `*until_ms`. */
static gint64 round_ms(BtWalk *walk, gint64 at_ms, gint64 *until_ms)
{
    gint64 sum_ms = 0;
    *until_ms = BT_TIME_MAX;
    for (guint i = 0; i < walk->n_turns; i++) {
        const BtTurn *turn = &walk->turns[i];
        sum_ms += turn->weight * bt_loop_pass_ms(turn->loop, at_ms);
        *until_ms = MIN(*until_ms, turn->loop->known_until_ms);
    }
    return sum_ms;
}

/* How many stretches of `length_ms` from `from_ms` end at the latest at `at_ms` and before
 * `change_ms`, where the length may change. An end at the change itself does not count: a turn of
 * no length that comes right then is no longer of no length. */
static gint64 count_whole(gint64 from_ms, gint64 length_ms, gint64 at_ms, gint64 change_ms)
{
    return length_ms > 0 ? MAX(0, (MIN(at_ms, change_ms - 1) - from_ms) / length_ms) : 0;
}

static void begin_round(BtWalk *walk, gint64 from_ms, gint64 at_ms)
{
    gint64 change_ms, length_ms = round_ms(walk, from_ms, &change_ms);
    walk->round_start_ms = from_ms + length_ms * count_whole(from_ms, length_ms, at_ms, change_ms);
    walk->next_turn = 0;
    walk->next_pass = 0;
}

static void take_pass(BtWalk *walk, gint64 start_ms, gint64 length_ms)
{
    walk->empty = FALSE;
    walk->turn = walk->next_turn;
    walk->pass = walk->next_pass;
    walk->pass_start_ms = start_ms;
    walk->pass_end_ms = start_ms + length_ms;
    walk->slot = NULL;
    if (++walk->next_pass == (guint)walk->turns[walk->turn].weight) {
        walk->next_turn++;
        walk->next_pass = 0;
    }
}

/* The next pass of the round that has a length; passes of its turn that end by at_ms are skipped.
 * FALSE: the round is over. */
static gboolean take_next_pass(BtWalk *walk, gint64 start_ms, gint64 at_ms)
{
    for (; walk->next_turn < walk->n_turns; walk->next_turn++, walk->next_pass = 0) {
        const BtTurn *turn = &walk->turns[walk->next_turn];
        gint64 length_ms = bt_loop_pass_ms(turn->loop, start_ms);
        if (walk->next_pass == 0)
            walk->turn_start_ms = start_ms;
        if (length_ms == 0)
            continue;
        gint64 left = turn->weight - 1 - (gint64)walk->next_pass;
        gint64 skip = count_whole(start_ms, length_ms, at_ms, turn->loop->known_until_ms);
        skip = MIN(skip, left);
        walk->next_pass += (guint)skip;
        take_pass(walk, start_ms + skip * length_ms, length_ms);
        return TRUE;
    }
    return FALSE;
}

/* Nothing is valid: until the first change after which something is. */
static void take_empty(BtWalk *walk, gint64 start_ms)
{
    gint64 end_ms = start_ms, change_ms;
    do {
        round_ms(walk, end_ms, &change_ms);
        end_ms = change_ms;
    } while (end_ms != BT_TIME_MAX && round_ms(walk, end_ms, &change_ms) == 0);
    walk->empty = TRUE;
    walk->slot = walk->previous = NULL;
    walk->turn_start_ms = walk->pass_start_ms = start_ms;
    walk->pass_end_ms = end_ms;
    walk->next_turn = walk->n_turns;
}

static void step(BtWalk *walk, gint64 at_ms)
{
    gint64 start_ms = walk->pass_end_ms;
    gboolean first = walk->next_turn == 0 && walk->next_pass == 0;
    if (!first && take_next_pass(walk, start_ms, at_ms))
        return;
    begin_round(walk, start_ms, at_ms);
    start_ms = walk->round_start_ms;
    if (!take_next_pass(walk, start_ms, at_ms))
        take_empty(walk, start_ms);
}

/* Within the pass on air, on to the item that is on. */
static void step_slot(BtWalk *walk)
{
    const GArray *slots = walk->turns[walk->turn].loop->slots;
    const BtSlot *next = walk->slot ? walk->slot + 1 : (const BtSlot *)(void *)slots->data;
    walk->previous = walk->slot;
    walk->previous_start_ms = walk->slot_start_ms;
    walk->slot_start_ms =
        walk->slot ? walk->slot_start_ms + walk->slot->length_ms : walk->pass_start_ms;
    while (!is_valid(next, walk->pass_start_ms))
        next++;
    walk->slot = next;
}

void bt_walk_seek(BtWalk *walk, gint64 at_ms)
{
    while (walk->pass_end_ms <= at_ms)
        step(walk, at_ms);
    if (walk->empty)
        return;
    if (!walk->slot)
        step_slot(walk);
    while (walk->slot_start_ms + walk->slot->length_ms <= at_ms)
        step_slot(walk);
}
