/* What show found out and sync cannot know, which looks at no screen and runs no decoder: how large
 * the screen is, and how long a film or a sound lasts. Rows of ledger.db: show writes them, the
 * worker of a source that composes for itself reads them. Thread-safety: that of its BtFacts. */
#ifndef BT_PLAYER_FACTS_FOUND_H
#define BT_PLAYER_FACTS_FOUND_H

#include "player/facts/facts.h"

#define BT_FOUND_LENGTHS_MAX 10000 /* the oldest is forgotten; it is found again when it plays */

typedef struct {
    int w_px, h_px;   /* of the canvas; 0: show never said */
    gint64 n_lengths; /* rises with each length that was not known so */
} BtFound;

gboolean bt_found_put_size(BtFacts *facts, int w_px, int h_px, GError **error);
/* How long the object `sha256` lasts. */
gboolean bt_found_put_length(
    BtFacts *facts, const char *sha256, gint64 duration_ms, GError **error);
/* All zero where nothing is there, or cannot be read. */
BtFound bt_found_look(BtFacts *facts);
gint64 bt_found_length_ms(BtFacts *facts, const char *sha256); /* 0: nobody knows */

#endif
