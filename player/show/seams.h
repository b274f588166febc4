/* The changes between items on the glass: whether the old picture may stay until the new one is
 * there, and how long that took.
 *
 * A zone's change is due at an instant: that of its item, or of whatever brought it. Its *gap* is
 * the time from the frame that was due then to the first picture of the item; one that came within
 * its refresh had none. Meanwhile the old picture stood there, and for *bare* milliseconds of it
 * none did. Thread-safety: show's main thread. */
#ifndef BT_PLAYER_SHOW_SEAMS_H
#define BT_PLAYER_SHOW_SEAMS_H

#include "player/show/grid.h"
#include "player/stage/stage.h"

typedef struct BtSeams BtSeams;

typedef struct {
    guint64 changes, late; /* all; those with a gap */
    gint64 largest_gap_ms, largest_bare_ms;
} BtSeamCounts;

/* Something about a zone's present item is known: all borrowed. */
typedef void (*BtSeamsResult)(const char *zone, gint64 gap_ms, gint64 bare_ms, gpointer user);

/* (transfer full) */
BtSeams *bt_seams_new(BtSeamsResult on_result, gpointer user);
void bt_seams_free(BtSeams *seams);

/* `before` (nullable; transfer full) gives way to `next` at `t_ms`, because its time is over or,
 * with `anew`, because the inputs are others. TRUE when what is on the glass may stay in the
 * meantime: nothing of it is forbidden by `inputs`, and neither an emergency nor a picture of the
 * board's own comes. `holds`: the glass still shows something from before `before`. */
gboolean bt_seams_change(BtSeams *seams, BtOnAir *before, const BtOnAir *next,
    const BtInputs *inputs, gboolean holds, gint64 t_ms, gboolean anew);
/* A picture of `stage` is on the glass since `now_ms`; `grid` is that of the display. */
void bt_seams_note(BtSeams *seams, const BtStage *stage, const BtGrid *grid, gint64 now_ms);
/* Something else is on the glass: what is under way is not measured. */
void bt_seams_forget(BtSeams *seams);

BtSeamCounts bt_seams_counts(const BtSeams *seams);

#endif
