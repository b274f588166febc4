/* What the talk says and how; private to ttn_talk.c, ttn_say.c and ttn_words.c. */
#ifndef BT_PLAYER_SYNC_TTN_TALK_H
#define BT_PLAYER_SYNC_TTN_TALK_H

#include "player/sync/ttn.h"
#include "playlists/sync/ttn/session.h"

#define BT_TTN_LAST_MS (2 * BT_SECOND_MS) /* at the end, for what happened last */

typedef struct {
    BtSyncTtn *ttn;
    BtTtnHands hands;
    BtTtnSession *session;
    guint64 session_bytes; /* handed over to the books */
    guint failures;        /* rounds in a row, of the way or of theirs */
    guint64 pauses;
    guint line;
    guint refusals; /* of the first in the outbox … */
    gint64 refused; /* … whose seq is this */
    gint64 state_due_us, poll_due_us, retry_us;
    gint64 told_change_ms; /* of the standing that was said last */
    gboolean registered, ending;
    gboolean is_liked;  /* the last state was taken: who refuses a report means that report */
    char *told_trouble; /* the last line of the log about it; NULL, "" */
    gint64 round_real_ms;
    gint64 shown_heard_ms;
    GError *trouble; /* the last call's; NULL: it went well */
} BtTtnTalk;

typedef enum {
    BT_TTN_WAS_SAID,
    BT_TTN_WAS_REFUSED, /* by them, or it cannot be said at all: time alone heals nothing */
    BT_TTN_UNHEARD
} BtTtnOutcome;

/* ---- ttn_say.c ---- */
gboolean bt_ttn_talk_open(BtTtnTalk *talk, GError **error);
/* One call; `talk->trouble` says why not. `*body` as bt_ttn_session_call has it. */
BtTtnOutcome bt_ttn_say_call(BtTtnTalk *talk, BtTtnCall call, GHashTable *values, GBytes **body);
/* Once for what the board is now: with another address or name it is registered again. */
BtTtnOutcome bt_ttn_say_registration(BtTtnTalk *talk);
/* All that waits in the outbox, in order, for `limit_ms` at most. FALSE: not all of it. */
gboolean bt_ttn_say_outbox(BtTtnTalk *talk, gint64 limit_ms);

/* ---- ttn_words.c ---- */
/* Values for a call that is about now. `*changed_ms` (nullable): of the standing. (transfer full)
 */
GHashTable *bt_ttn_words_now(BtTtnTalk *talk, gint64 *changed_ms);
/* Values for something that happened. NULL: of a bulletin that nobody knows any more. (transfer
 * full) (nullable) */
GHashTable *bt_ttn_words_of(BtTtnTalk *talk, const BtOutboxEntry *entry);

#endif
