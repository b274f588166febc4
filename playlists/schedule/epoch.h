/* A stretch of time in which neither the inputs nor the windows change: what is on within it
 * follows from a few walks. Private to schedule. Thread-safety: a query and its epochs belong to
 * one thread. */
#ifndef BT_PLAYLISTS_SCHEDULE_EPOCH_H
#define BT_PLAYLISTS_SCHEDULE_EPOCH_H

#include "playlists/schedule/inputs.h"
#include "playlists/schedule/walk.h"
#include "playlists/schedule/window.h"

/* The instants that are answered; outside them the nearest one is. */
#define BT_SCHEDULE_FIRST_MS G_GINT64_CONSTANT(0)
#define BT_SCHEDULE_LAST_MS G_GINT64_CONSTANT(253402214400000) /* 9999-12-31 */

/* What outlives a epoch: whom to ask, and what was measured already. */
typedef struct {
    const BtInputs *inputs;
    BtMeasure measure;
    gpointer user;
    GHashTable *measured; /* BtMeasured, its own key */
} BtQuery;

/* `inputs` and `user` are borrowed and outlive the query. (transfer full) */
BtQuery *bt_query_new(const BtInputs *inputs, BtMeasure measure, gpointer user);
void bt_query_free(BtQuery *query);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtQuery, bt_query_free)

/* What a source may show. */
typedef enum {
    BT_STANDING_FULL,
    BT_STANDING_NONE,    /* it never had a manifest, or only later */
    BT_STANDING_DENIED,  /* nothing */
    BT_STANDING_EXPIRED, /* its fillers */
    BT_STANDING_LAPSED,  /* its fillers */
    BT_STANDING_STOPPED, /* nothing */
} BtStanding;

/* A document that counts in this epoch. */
typedef struct {
    const BtInputSource *source;
    const BtEntry *entry; /* NULL for STANDING_NONE */
    BtStanding standing;
    gboolean blocks; /* some item may be denied or set aside */
    BtLocal local;
} BtDocument;

typedef enum {
    BT_MAY_SHOW,
    BT_MAY_NOT_CLASS, /* above its source's ceiling */
    BT_MAY_NOT_RECTS, /* the same */
    BT_MAY_NOT_DENIED,
    BT_MAY_NOT_EXPIRED, /* and it is no filler */
    BT_MAY_NOT_LAPSED,  /* and it is no filler */
    BT_MAY_NOT_STOPPED,
    BT_MAY_NOT_UNTRUSTED,
} BtMayShow;

/* A programme that takes turns. */
typedef struct {
    const BtDocument *document;
    const BtProgramme *programme;
    const BtReady *ready;
    const gint64 *since_ms; /* one per zone: what its open slot says; NULL: nothing */
    BtLoop **loops;         /* one per zone, NULL where there is none (yet) */
    BtWalk *walks;          /* the same, of zones other than the first */
    BtTurn *turns;
} BtCandidate;

/* The programmes of one class. */
typedef struct {
    gboolean gathered;
    GPtrArray *candidates; /* of BtCandidate */
    BtTurn *turns;         /* one per candidate */
    gint64 anchor_ms;
    gint64 until_ms; /* when a window of this class begins or ends */
    BtWalk walk;
} BtStand;

typedef struct {
    BtQuery *query;
    gint64 from_ms;
    gint64 until_ms;   /* when the ledger or the display's timetable changes */
    GArray *documents; /* of BtDocument; per source its manifest, then its alert */
    gboolean cut, safe, darkened, off;
    const BtSpan *untrusted; /* NULL: time is trusted */
    int brightness, volume;
    BtOnAir *frozen;              /* what a pause holds; NULL for none */
    BtStand stands[BT_N_CLASSES]; /* when untrusted, only the first is used, for all classes */
} BtEpoch;

/* `at_ms` is where it begins. */
BtEpoch *bt_epoch_new(BtQuery *query, gint64 at_ms);
/* The same, as if nothing were paused. */
BtEpoch *bt_epoch_new_moving(BtQuery *query, gint64 at_ms);
void bt_epoch_free(BtEpoch *epoch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtEpoch, bt_epoch_free)

/* The epoch holds before this instant; it may draw nearer with every answer. */
gint64 bt_epoch_until_ms(const BtEpoch *epoch);
/* What is on at at_ms, not before the last one asked for. (transfer full) */
BtOnAir *bt_epoch_answer(BtEpoch *epoch, gint64 at_ms);

/* Whether a programme's document, ceiling and class let it be shown if its window is open. */
BtMayShow bt_epoch_may_show(
    const BtEpoch *epoch, const BtDocument *document, const BtProgramme *programme);
/* The programmes of `cls` that take turns at at_ms. Borrowed. */
BtStand *bt_epoch_stand(BtEpoch *epoch, BtClass cls, gint64 at_ms);
/* The walk of one of the candidate's zones, at at_ms; NULL where it fills none. Borrowed. */
const BtWalk *bt_epoch_zone_walk(
    BtEpoch *epoch, BtStand *stand, BtCandidate *candidate, guint zone, gint64 at_ms);

/* pause.c: sets `frozen`, and draws until_ms nearer. */
void bt_epoch_set_frozen(BtEpoch *epoch);
BtOnAir *bt_on_air_copy(const BtOnAir *on_air); /* (transfer full) */

/* display.c: sets off, brightness, volume, and draws until_ms nearer. */
void bt_epoch_set_display(BtEpoch *epoch);

#endif
