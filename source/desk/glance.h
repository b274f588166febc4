/* How all screens are, at a glance: one question to the database, however many there are.
 * Thread-safety: one thread a store. */
#ifndef BT_SOURCE_GLANCE_H
#define BT_SOURCE_GLANCE_H

#include "source/store/store.h"

typedef enum {
    BT_GLANCE_LOST, /* nothing was heard of it for long */
    BT_GLANCE_LATE, /* its reports are late */
    BT_GLANCE_CUT,  /* an operator cut it */
    BT_GLANCE_SAFE, /* the safe picture: there is nothing else it may show */
    BT_GLANCE_PLAYING,
    BT_GLANCE_DARK,    /* off by its timetable */
    BT_GLANCE_NEVER,   /* nothing was heard of it yet */
    BT_GLANCE_RETIRED, /* taken out of use */
    BT_GLANCE_N_STATES
} BtGlanceState; /* trouble first */

#define BT_GLANCE_LATE_MS 150000 /* two beats and a half of 60 s */
/* Four beats: who looks may be late by the page's 30 s, and nobody may wait for five minutes. */
#define BT_GLANCE_LOST_MS 240000
/* So long before its end content is to be renewed. */
#define BT_GLANCE_EXPIRING_MS (14 * BT_DAY_MS)

/* Of the last report's age and the state it told (nullable). */
BtGlanceState bt_glance_state(gint64 seen_ms, gint64 now_ms, const char *told);

typedef struct {
    char *id, *name, *area, *place;
    BtGlanceState state;
    gint64 since_ms;        /* of the state; 0: not known */
    gint64 seen_ms;         /* the last report; 0: never */
    gint64 lit_ms;          /* since the day began, for sure */
    char *manifest, *alert; /* what it was given; "" none */
    gint64 expires_ms;      /* of the manifest; 0: none */
    gboolean alert_is_on;   /* the alert has not ended */
    gboolean has_board;     /* a box was accepted for it */
    char *told;             /* the newest fact of type state, as it came; NULL */
    gint64 picture_ms;      /* of what was on the glass; 0: there is no picture */
    char *taken_by;         /* who has it by requisition, or had it last; NULL: nobody */
    gint64 taken_from_ms, taken_until_ms;
    int width_px, height_px;
    gboolean is_led;
    gboolean has_position;
    double latitude, longitude; /* degrees */
} BtGlance;
void bt_glance_free(BtGlance *glance);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtGlance, bt_glance_free)

/* Whether its content ends soon, or has ended. */
gboolean bt_glance_is_expiring(const BtGlance *glance, gint64 now_ms);

/* All screens, trouble first, among equals by id; `lit_ms` counts from `day_ms` on. Those that were
 * retired only where `retired` says so, and then no others. (transfer full) (nullable): GPtrArray
 * of BtGlance */
GPtrArray *bt_glance_all(
    BtStore *store, gboolean retired, gint64 day_ms, gint64 now_ms, GError **error);
/* One of them, retired or not. BT_ERROR_NOT_FOUND. (transfer full) (nullable) */
BtGlance *bt_glance_one(
    BtStore *store, const char *id, gint64 day_ms, gint64 now_ms, GError **error);

#endif
