/* What deaths of show lead to (contract §6.14): three within a minute mean the safe scene for ten,
 * and what was on the glass at two of them is set aside for a day.
 *
 * What is about to be drawn is noted before it is: an item that kills at its first picture never
 * comes into the ledger of what was shown. The note is in the kernel's hands, which is enough for a
 * death of the process. Thread-safety: show's main thread. */
#ifndef BT_PLAYER_FACTS_DEATHS_H
#define BT_PLAYER_FACTS_DEATHS_H

#include "player/facts/facts.h"
#include "playlists/inputs/inputs.h"

#define BT_DEATHS_WINDOW_MS (60 * BT_SECOND_MS)
#define BT_DEATHS_MAX 3
#define BT_SAFE_MS (10 * BT_MINUTE_MS)

typedef struct BtGlassNote BtGlassNote;

/* An empty note: nothing was drawn yet. `path` is made when it is missing; NULL (or one that cannot
 * be made, which is logged): nothing is noted. (transfer full) */
BtGlassNote *bt_glass_note_new(const char *path, const char *boot);
void bt_glass_note_free(BtGlassNote *note);
/* This is drawn from now on. */
void bt_glass_note_put(BtGlassNote *note, const BtOnAir *on_air);
/* What the last show of this boot noted, "source/item" by blanks; NULL: nothing. (transfer full) */
char *bt_glass_note_read(const char *path, const char *boot);

/* A death of show that was found, and what it led to; in the order of telling. */
typedef struct {
    gint64 died_ms;
    char *items;         /* as bt_glass_note_read says */
    gboolean safe;       /* it was one too many */
    GPtrArray *suspects; /* of char*: items that were set aside */
} BtDeath;

/* Writes the death down and, when it is one too many, the safe scene from `t_ms` on and what is set
 * aside, all or nothing, into `ledger`. FALSE: some of it could not be written; `death` says what
 * should hold all the same. */
gboolean bt_death_judge(
    BtDeath *death, BtFacts *facts, BtInputLedger *ledger, gint64 t_ms, GError **error);
void bt_death_clear(BtDeath *death);

#endif
