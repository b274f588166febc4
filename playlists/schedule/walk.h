/* Passes and turns along the time line. Private to schedule.
 * Thread-safety: a loop and a walk belong to one question; asking changes what they remember. */
#ifndef BT_PLAYLISTS_SCHEDULE_WALK_H
#define BT_PLAYLISTS_SCHEDULE_WALK_H

#include "playlists/model/manifest.h"

/* An item that its zone may show at all, how long it lasts and when it is valid. */
typedef struct {
    const BtItem *item;
    gint64 length_ms;
    gint64 from_ms, until_ms;
} BtSlot;

/* What a zone plays, with the length of a pass that starts in [known_from, known_until). */
typedef struct {
    GArray *slots; /* of BtSlot */
    gint64 pass_ms, known_from_ms, known_until_ms;
} BtLoop;

BtLoop *bt_loop_new(void);
void bt_loop_free(gpointer loop);
/* The length of a pass that starts at at_ms, 0 when nothing is valid then. */
gint64 bt_loop_pass_ms(BtLoop *loop, gint64 at_ms);

typedef struct {
    BtLoop *loop; /* borrowed */
    int weight;
} BtTurn;

/* A place on the walk: an item of a pass, or a stretch without any. */
typedef struct {
    const BtTurn *turns; /* borrowed */
    guint n_turns;

    gboolean empty;   /* nothing is on in [pass_start, pass_end) */
    guint turn, pass; /* whose turn it is, and which of its passes, from 0 */
    gint64 round_start_ms, turn_start_ms, pass_start_ms, pass_end_ms;
    const BtSlot *slot, *previous; /* of the pass; previous NULL for its first */
    gint64 slot_start_ms, previous_start_ms;

    guint next_turn, next_pass;
} BtWalk;

/* `turns` stays the caller's and must outlive the walk. */
void bt_walk_begin(BtWalk *walk, const BtTurn *turns, guint n_turns, gint64 anchor_ms);
/* Goes on to at_ms, which is neither before the anchor nor before the last one asked for. */
void bt_walk_seek(BtWalk *walk, gint64 at_ms);

#endif
