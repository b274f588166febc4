/* The state of show, shared by the files that make up that role: show.c (the turn), show_start.c
 * (its beginning and end), show_told.c (what source systems are told), show_time.c (what time it
 * is), show_sound.c (what is heard), entries.c (what it writes into the input ledger), doubt.c
 * (what may have rotted), show_proof.c (whether the picture is right), show_tell.c (what it tells
 * others), status.c (what it says of itself). Private to these. Thread-safety: show's main thread.
 */
#ifndef BT_PLAYER_SHOW_SHOW_H
#define BT_PLAYER_SHOW_SHOW_H

#include "player/board/ahead.h"
#include "player/board/board.h"
#include "player/board/judge.h"
#include "player/facts/deaths.h"
#include "player/facts/life.h"
#include "player/facts/requisition.h"
#include "player/facts/tracker.h"
#include "player/roles/fdwatch.h"
#include "player/roles/roles.h"
#include "player/roles/timekeeper.h"
#include "player/show/control.h"
#include "player/show/glass.h"
#include "player/show/proof.h"
#include "player/show/seams.h"
#include "player/show/shots.h"
#include "player/show/sound.h"

typedef struct BtStreams BtStreams;

typedef struct {
    const BtRoleOptions *options;
    BtConfig *config;
    GMainLoop *loop;
    int channel; /* to supervise */
    BtRoleEar ear;
    int timer_fd; /* of the turn */
    int status;   /* what the process will exit with */

    BtTimekeeper time;
    gint64 boot_ms; /* show time at start, moved when it was found to be wrong */
    BtNonce nonce;  /* of the question for the time that is under way, "" */
    gint64 asked_mono_ms, heard_mono_ms; /* of it */
    gint64 issued_ms; /* of the newest document so far, 0: nothing was looked at */
    gint64 left_ms;   /* the offset that supervise knows */
    gboolean left_trusted, was_trusted;
    gint64 due_ms;   /* show time for which the timer is set */
    gint64 drawn_ms; /* show time of the last picture, by the clock as it is now */
    gint64 glass_ms; /* the same, by the clock as it was then */

    BtBoard *board;
    BtJudge *judge; /* NULL: this player keeps no state */
    BtGlass *glass;
    BtFdWatch *decoders;
    BtStreams *streams;
    BtSound *sound;

    BtOnAir *on_air;
    BtOnAir *next;  /* what follows, heard of already; NULL: not yet */
    gint64 next_ms; /* its instant, BT_TIME_MIN: not looked at */
    BtScene *scene;
    gint64 scene_until_ms;
    BtAhead ahead;
    BtSeams *seams;
    gboolean inputs_changed; /* on_air is to be asked for again */
    gboolean went_back;      /* show time did: what counts is to be looked at, by the new time */
    char *pattern;           /* a test pattern is on until … */
    gint64 pattern_until_ms;
    gint64 identify_until_ms; /* the board says its name */
    gint64 mute_until_ms;     /* a mute by command */
    gint64 safe_until_ms;     /* BT_TIME_MIN: documents count; else they do from then on */
    gboolean cutting;         /* a cut is being written down */
    BtGlassNote *note;
    GHashTable *lapsed;   /* names of sources that are too long silent */
    GHashTable *failures; /* asset or item → failures since it last played well */

    GArray *grabs;     /* of gint64, rising: instants whose frames are wanted */
    gint64 opened_ms;  /* real time at which the first turn began */
    gint64 picture_ms; /* real time at which the PNG was written; 0: not yet */
    gboolean picture_is_old;
    gboolean picture_failed; /* the last could not be written, which was said */

    BtWriter *writer;
    BtFacts *reader; /* this thread's own connection, for status */
    BtTracker *tracker;
    BtRequisitionKeeper *requisition;
    GHashTable *said;         /* name of a source system → BtStanding, as was said last */
    int said_w_px, said_h_px; /* for those: how large the canvas is */
    GHashTable *said_lengths; /* set of sha256: of what they show, said since the start */
    BtLifeKeeper *life;
    BtProof *proof;
    BtShots *shots; /* NULL: this player reports to nobody */
    BtControl *control;
    guint control_retry;   /* not 0: it could not be opened at first */
    gboolean disk_failing; /* as was told */
    guint64 lost_told;
    guint look_again;       /* GSource; 0: none */
    gint64 look_again_ms;   /* the last wait */
    gboolean cut_unwritten; /* the disk did not take it yet */
    gboolean is_doubting;   /* an object is being hashed */
    guint64 mood;           /* hash of what a heartbeat speaks of: one is sent when that changes */
} BtShow;

/* Now, as facts carry it. */
BtMoment bt_show_moment(const BtShow *show);
/* One turn: from what happened to what is on the glass, and sleep until the next. */
void bt_show_turn(BtShow *show);
/* A message without files to supervise. */
void bt_show_tell(BtShow *show, BtRoleType type);
void bt_show_send(BtShow *show, const BtRoleMessage *message);

/* show_sound.c: what is heard follows what is on. */
void bt_show_update_sound(BtShow *show);

/* ---- show_told.c ---- */
void bt_show_open_told(BtShow *show);
void bt_show_close_told(BtShow *show);
/* What is on is on the glass since `now`; for sources with an outbox, and of who has the screen. */
void bt_show_tell_sources(BtShow *show, gboolean is_covered, gint64 t_ms, const BtMoment *now);
/* BtStageOnLength over a BtShow. */
void bt_show_on_length(const char *sha256, const char *source, gint64 duration_ms, gpointer show);
/* As what is on sounds, 0 to 100. */
int bt_show_volume(const BtShow *show);

/* ---- show_time.c ---- */
/* Show time becomes the best that is known; what is being written down follows a step. */
void bt_show_renew_time(BtShow *show);
/* Looks at the clocks, and renews show time at once when trust in them changed. */
void bt_show_judge_time(BtShow *show);
/* The newest document that verified was issued then. */
void bt_show_learn_issued(BtShow *show, gint64 issued_ms);
/* The source can be asked for the time; its answer stands in the cache; it said so. */
void bt_show_ask_time(BtShow *show);
void bt_show_hear_time(BtShow *show);
void bt_show_learn_time(BtShow *show, gint64 utc_ms);

/* An entry of the ledger: what is written and loaded by the judge's thread. */
typedef enum { BT_ENTRY_CUT, BT_ENTRY_RESUME, BT_ENTRY_SET_ASIDE, BT_ENTRY_LAPSE } BtEntryKind;
/* Writes an entry that counts from now on; `source` and `what` where the kind has them, else NULL.
 * `talk` (nullable) is answered when it is durable and counts. */
void bt_show_write(
    BtShow *show, BtEntryKind kind, const char *source, const char *what, BtControlTalk *talk);
/* A cut that the disk did not take is offered to it again. */
void bt_show_write_cut_again(BtShow *show);
/* The safe picture from now on, by what is at hand on the board ("the cut key"); nothing happens
 * where it is up already. */
void bt_show_cut_by(BtShow *show, const char *by);
/* BtJudgeResult over a BtShow. */
void bt_show_take_judgement(BtJudgement *judgement, gpointer show);
/* Sources that were not heard of for 45 days lapse to their fillers. */
void bt_show_look_for_silence(BtShow *show);
/* A test pattern for BT_PATTERN_MS; NULL or "" ends it. FALSE: unknown name. */
gboolean bt_show_pattern(BtShow *show, const char *name);
/* Writes a fact of type "event" and a message. All borrowed. */
void bt_show_event(
    BtShow *show, const char *type, const char *code, const char *what, const char *message);
/* The fact alone, under an id of its own (nullable: by its content). All borrowed. */
void bt_show_post_event(BtShow *show, const char *id, const char *type, const char *code,
    const char *what, const char *message);

/* An object of which a decoder made nothing is hashed in a thread of its own, one at a time; what
 * rotted is removed and asked for again. `sha256` nullable. */
void bt_show_doubt(BtShow *show, const char *sha256);
/* Looks at the zones of which it is time, as they are on the glass with the picture of `t_ms`; none
 * of them are while something else covers the canvas. */
void bt_show_prove(BtShow *show, gboolean is_covered, gint64 t_ms);
/* Once the glass is open. */
void bt_show_open_shots(BtShow *show);
/* Tells when the disk began to fail the ledger, and when that is over. */
void bt_show_watch_disk(BtShow *show);

/* For the board: BtMediaSpawn, BtStageOnFailure, BtStageOnSuccess and BtStageOnCatchUp over a
 * BtShow. */
int bt_show_spawn_decoder(int content_fd, gpointer show, GError **error);
void bt_show_on_failure(const BtStageFailure *failure, gpointer show);
void bt_show_on_success(const char *sha256, gpointer show);
/* BtSeamsResult. */
void bt_show_note_seam(const char *zone, gint64 gap_ms, gint64 bare_ms, gpointer show);
void bt_show_on_catch_up(const char *zone, gint64 since_ms, gpointer show);

/* ---- streams.c ---- */
BtStreams *bt_streams_new(void); /* (transfer full) */
/* The relays are no longer listened to. */
void bt_streams_free(BtStreams *streams);
/* For the board: BtStageOpenStream, BtStageCloseStream and BtStageOnLive over a BtShow. */
int bt_show_open_stream(const BtStageStream *stream, gpointer show, guint *number, GError **error);
void bt_show_close_stream(guint number, gpointer show);
void bt_show_on_live(const BtStageLive *live, gpointer show);

#endif
