/* Emergencies: what was asked for, what became of it, and its end. The documents themselves are
 * proposals of the kind "alert"; ending one needs no signature, since boards keep to what now.json
 * names. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_ALARMS_H
#define BT_SOURCE_ALARMS_H

#include "source/desk/alerts.h"
#include "source/desk/proposals.h"

/* Borrowed. */
typedef struct {
    const char *area, *author, *reason;
    BtAlertForm form; /* without a fault */
} BtAlarmNew;

/* Proposed, to be signed by an emergency key. Its id; 0 with an error. */
gint64 bt_alarms_add(BtStore *store, const BtAlarmNew *alarm, gint64 now_ms, GError **error);

typedef struct {
    gint64 id, proposal;
    char *area, *author, *title;
    int level;
    gboolean rehearsal;
    GPtrArray *screens; /* of char* */
    gint64 until_ms, created_ms;
    gint64 ended_ms; /* 0: nobody ended it before its time */
    char *ended_by;
    BtProposalState state;
    guint n_told, n_shown; /* of the screens: whose now.json names it, who said that it is on */
} BtAlarm;
void bt_alarm_free(BtAlarm *alarm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtAlarm, bt_alarm_free)

/* Whether it is on, or will be as soon as somebody signs. */
gboolean bt_alarm_stands(const BtAlarm *alarm, gint64 now_ms);
/* BT_ERROR_NOT_FOUND. (transfer full) (nullable) */
BtAlarm *bt_alarms_find(BtStore *store, gint64 id, GError **error);
/* The newest first, at most `max`; `standing`: only those that are. (transfer full): GPtrArray of
 * BtAlarm */
GPtrArray *bt_alarms_list(BtStore *store, gboolean standing, guint max, gint64 now_ms);

/* It leaves the screens that still have it; one that waits is taken back, so that nobody signs it
 * any more. BT_ERROR_CONFLICT when it does not stand. */
gboolean bt_alarms_end(BtStore *store, gint64 id, const char *who, gint64 now_ms, GError **error);

#endif
