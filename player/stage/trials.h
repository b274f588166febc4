/* How often the decoders of a content died. Occurrences of one content are opened side by side and
 * ahead of each other, so each for itself would start decoders for what has killed enough of them:
 * the count is the content's. What killed three is left alone until all that was opened ahead of
 * its end is over; by then it is set aside, or was fetched anew. Thread-safety: the stage's thread.
 */
#ifndef BT_PLAYER_STAGE_TRIALS_H
#define BT_PLAYER_STAGE_TRIALS_H

#include <glib.h>

/* A decoder that dies may have been killed by anything: memory, an operator; one that stands may
 * have been stopped. One that dies or hangs for what it reads will do so again. */
#define BT_TRIALS_MAX 3

typedef struct BtTrials BtTrials;

BtTrials *bt_trials_new(
    gint64 rest_ms); /* (transfer full) how long what killed three is left alone */
void bt_trials_free(BtTrials *trials); /* (nullable) */

/* One more died of it; how many that makes. `error` is copied. */
guint bt_trials_note_death(
    BtTrials *trials, const char *sha256, const GError *error, gint64 mono_ms);
/* Something died of it lately. */
gboolean bt_trials_suspects(const BtTrials *trials, const char *sha256);
/* Why no other decoder is to be started on it now: what the last one died of. (nullable) Borrowed.
 */
const GError *bt_trials_verdict(const BtTrials *trials, const char *sha256, gint64 mono_ms);
/* It was shown well. */
void bt_trials_forget(BtTrials *trials, const char *sha256);

#endif
