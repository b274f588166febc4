/* The thread that judges what sync brought, writes what counts into the input ledger and reads the
 * inputs anew, so that show's main thread only takes the result. Verifying, parsing and a commit
 * together take longer than a frame.
 *
 * What it is asked is done in that order, one after the other; results come in the main context
 * that was the thread's default when the judge was made. Thread-safety: one thread asks. */
#ifndef BT_PLAYER_BOARD_JUDGE_H
#define BT_PLAYER_BOARD_JUDGE_H

#include "player/board/ahead.h"
#include "player/board/board.h"
#include "player/board/orders.h"
#include "player/roles/timekeeper.h"

/* The latest instant from which a new manifest counts, contract §6.6. */
#define BT_JUDGE_MAX_WAIT_MS (60 * BT_SECOND_MS)
/* The end of an item, or the beginning of a slot, that is nearer is no instant: the entry would not
 * be stored before it. */
#define BT_JUDGE_STORED_MS 200
/* An end that is nearer is none either, where the next one is not too far away: what comes would
 * not be decoded by then. */
#define BT_JUDGE_AHEAD_MS (BT_JUDGE_STORED_MS + BT_AHEAD_MS)

/* What was replaced longer ago is not loaded any more: show asks about now, and a board that runs
 * for months would verify and hold all that ever counted. */
#define BT_JUDGE_KEPT_MS BT_HOUR_MS

typedef struct BtJudge BtJudge;

/* Something that happened, as BtActivationNews has it. */
typedef struct {
    char *type, *code, *what, *message, *id;
    gboolean again;
} BtJudgeEvent;

typedef struct {
    BtVerb verb;
    gint64 until_ms;
} BtJudgeCommand;

/* What came of one thing that was asked. */
typedef struct {
    GPtrArray *events;       /* of BtJudgeEvent */
    GArray *commands;        /* of BtJudgeCommand: those that are no input */
    gint64 newest_issued_ms; /* as BtActivation says; 0: nothing was looked at */
    gint64 utc_ms;           /* the time that the source signed; 0: it was not asked for */
    gboolean unfinished;     /* this box's own disk kept something back: it is worth another look */
    BtInputs *inputs;        /* NULL: they did not change. Taken by setting it NULL */
} BtJudgement;

typedef void (*BtJudgeResult)(BtJudgement *result, gpointer user);

/* An entry for the ledger, and what is told, in the main context after the judgement that holds it,
 * when it is durable or could not be written. `told` frees `data`. */
typedef gboolean (*BtJudgeWrite)(BtInputLedger *ledger, gpointer data, GError **error);
typedef void (*BtJudgeTold)(const GError *failure, gpointer data);

/* `config` and `board` outlive the judge; of the board only what never changes is read. (transfer
 * full) (nullable) BT_ERROR_IO. */
BtJudge *bt_judge_new(const BtConfig *config, const BtBoard *board, BtJudgeResult on_result,
    gpointer user, GError **error);
/* Ends what was begun, gives the results that nobody has seen yet, and ends. */
void bt_judge_free(BtJudge *judge);

/* When the item on air in the first zone ends, and those that follow it, rising: as many as it
 * takes until one ends BT_JUDGE_AHEAD_MS after the first. None: nothing is on air. */
#define BT_JUDGE_MAX_ENDS 5
typedef struct {
    gint64 ends_ms[BT_JUDGE_MAX_ENDS];
    guint n;
} BtJudgeEnds;

/* What the clock says, and when a change disturbs nobody. To be told whenever either changes. */
void bt_judge_set_now(BtJudge *judge, const BtTimekeeper *time, const BtJudgeEnds *ends);

/* What is on the air from now on (nullable), for orders that mean it. */
void bt_judge_set_on_air(BtJudge *judge, const BtOnAir *on_air);

/* Looks at every source that is no folder. */
void bt_judge_look(BtJudge *judge);
/* Looks at the answer to `nonce` that sync wrote down, for a time that is not before `floor_ms`. */
void bt_judge_look_at_time(BtJudge *judge, const BtNonce *nonce, gint64 floor_ms);
/* Writes, then loads the inputs. */
void bt_judge_write(BtJudge *judge, BtJudgeWrite write, BtJudgeTold told, gpointer data);
/* Loads the inputs. */
void bt_judge_reload(BtJudge *judge);

#endif
