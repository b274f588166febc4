/* What is on the glass, kept as open rows and turned into facts: one row per occurrence, however
 * often it leaves and comes back. Told by show after each picture that reached the glass.
 * Thread-safety: show's main thread; rows are written by the writer's. */
#ifndef BT_PLAYER_FACTS_TRACKER_H
#define BT_PLAYER_FACTS_TRACKER_H

#include "player/facts/outbox.h"
#include "player/facts/writer.h"
#include "playlists/schedule/schedule.h"
#include "render/scene/fingerprint.h"

typedef struct BtTracker BtTracker;

BtTracker *bt_tracker_new(BtWriter *writer /* borrowed */);
void bt_tracker_free(BtTracker *tracker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtTracker, bt_tracker_free)

/* Occurrences of this source are put into its outbox too, as they come on the glass and as they
 * end: in the transaction of their row, each occurrence once, whatever became of its manifest. */
void bt_tracker_tell(BtTracker *tracker, const char *source);
/* As it sounds from now on, 0 to 100: what comes on the glass is told with it. */
void bt_tracker_set_volume(BtTracker *tracker, int volume);

/* Rows that a show before this one left open, whose picture left the glass at `left_ms`. Those that
 * are still due go on when they come back, with a gap; the others end there. `rows` (transfer
 * full). */
void bt_tracker_recover(BtTracker *tracker, GPtrArray *rows, gint64 left_ms);

/* `on_air` is on the glass since `at->wall_ms` at the latest; `t_ms` is its show time. */
void bt_tracker_update(BtTracker *tracker, const BtOnAir *on_air, gint64 t_ms, const BtMoment *at);
/* The clock steps after `before`: what is on the glass, or may come back, ends in the old time. */
void bt_tracker_step(BtTracker *tracker, const BtMoment *before);
/* Everything leaves the glass: the player ends. */
void bt_tracker_stop(BtTracker *tracker, const BtMoment *at);

/* The zone's occurrence cannot be shown as it should from `at_ms` on; stands in its fact. */
void bt_tracker_note_failure(
    BtTracker *tracker, const char *zone, const char *reason, gint64 at_ms);

/* The zone's video was not there for so long: its poster or the ground was. Stands in its fact, all
 * times of an occurrence together. */
void bt_tracker_note_behind(BtTracker *tracker, const char *zone, gint64 behind_ms);

/* What a zone showed of a live stream, and what came of it. */
typedef struct {
    gint64 live_ms, fallback_ms;
    gboolean stopped;
    guint64 bytes;
} BtTrackerLive;
/* Since the last call. Stands in its fact, all times of an occurrence together. */
void bt_tracker_note_live(BtTracker *tracker, const char *zone, const BtTrackerLive *live);
/* The zone's present occurrence came `gap_ms` after its frame was due; for `bare_ms` of that the
 * zone showed neither it nor what was there before. Stands in its fact, but only from the row's
 * next change on in the ledger: a death may take it. */
void bt_tracker_note_gap(BtTracker *tracker, const char *zone, gint64 gap_ms, gint64 bare_ms);

/* The zone's picture at show time `at_ms`; the first of an occurrence stands in its fact. Not
 * written down before the row is for another reason: a restart takes another. */
void bt_tracker_note_print(BtTracker *tracker, const char *zone, BtFingerprint print, gint64 at_ms);
/* The zone's picture was "black", "frozen" or "wrong"; the first of an occurrence stands in its
 * fact. */
void bt_tracker_note_fault(BtTracker *tracker, const char *zone, const char *fault);

/* For status and heartbeat: [{zone,item,source,class,since,fault}], the last where there is one,
 * and with `prints` phash and luma once they are known. (transfer full) */
BtJson *bt_tracker_on_air(const BtTracker *tracker, guint max, gboolean prints);
/* "source/item" of all that is on the glass, blank separated: what a death of show is blamed on.
 * (transfer full) */
char *bt_tracker_items(GPtrArray *rows);

#endif
