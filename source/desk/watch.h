/* What is wrong, so that nobody has to watch a page: found by looking at what the screens last
 * said, told once to those who are responsible, and once more when it is over. All that begins in
 * an area within two minutes is told in one message. Thread-safety: one thread a store; the words
 * are those of the language in use. */
#ifndef BT_SOURCE_WATCH_H
#define BT_SOURCE_WATCH_H

#include "source/desk/off-hours.h"
#include "source/store/store.h"

/* A screen that has not reported for so long is silent. It is told two minutes later, so that it is
 * named within five. */
#define BT_WATCH_SILENT_MS 150000 /* two beats and a half of 60 s */
#define BT_WATCH_GATHER_MS (2 * BT_MINUTE_MS)
#define BT_WATCH_LOOK_MS (10 * BT_SECOND_MS) /* between two looks */
/* An alert must be on the glass of a connected screen by then, or somebody is told at once. */
#define BT_WATCH_ALERT_MS (2 * BT_MINUTE_MS)

typedef enum {
    BT_FAULT_SILENT,  /* no report */
    BT_FAULT_DARK,    /* off, though no timetable and nobody says so */
    BT_FAULT_SAFE,    /* the safe picture, though something is published to it */
    BT_FAULT_PICTURE, /* black, frozen, wrong */
    BT_FAULT_ALERT,   /* an alert is published and not on the glass */
    BT_FAULT_EXPIRES, /* what is published ends in 14, 7, 1 days, or has ended (stage 0) */
    BT_N_FAULTS
} BtFaultKind;

/* "silent", …: what is kept. Static. */
const char *bt_fault_name(BtFaultKind kind);

/* What is wrong now. */
typedef struct {
    BtFaultKind kind;
    char *subject; /* a screen; of BT_FAULT_EXPIRES an area */
    char *area;
    gint64 since_ms;
    gint64 stage; /* of BT_FAULT_EXPIRES: days; a lower one is told anew. Else 0 */
    char *detail; /* which picture, and how; "" */
} BtTrouble;

void bt_trouble_free(BtTrouble *trouble); /* (nullable) */

/* What was seen: the troubles, and the screens (as keys) of which nothing new is known, since they
 * are silent. */
typedef struct {
    GPtrArray *troubles; /* of BtTrouble */
    GHashTable *silent;
} BtLook;

/* Frees what was seen. */
void bt_look_free(BtLook *look);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtLook, bt_look_free)

typedef struct {
    const char *base; /* the page's address, for the foot of a letter; NULL: none */
    GTimeZone *timezone;
    BtOffHours *off_hours;
    gint64 listening_ms; /* since when the source could hear anybody; before it nobody was silent */
} BtWatchOptions;

/* (transfer full) (nullable) */
BtLook *bt_watch_look(BtStore *store, const BtWatchOptions *options, gint64 now_ms, GError **error);

/* Looks, keeps what is new and what is over, and puts messages that are due in the outbox, all in
 * one transaction. */
gboolean bt_watch_round(
    BtStore *store, const BtWatchOptions *options, gint64 now_ms, GError **error);

/* ---- what is told of an area ---- */

typedef struct {
    gint64 id;
    BtFaultKind kind;
    char *subject, *name, *detail; /* `name`: of the screen or area, for people */
    gint64 since_ms, stage;
    gint64 over_ms; /* 0: it goes on */
} BtFaultNews;

void bt_fault_news_free(BtFaultNews *news); /* (nullable) */

/* The subject of a message, its text, and the same for programs. (transfer full) */
char *bt_watch_subject(const char *area_name, const GPtrArray *news);
char *bt_watch_text(const BtStore *store, const BtWatchOptions *options, const char *area_name,
    const GPtrArray *news);
char *bt_watch_json(const BtStore *store, const char *area, const char *area_name,
    const GPtrArray *news, gint64 now_ms);
/* In words: "mất liên lạc". (transfer full) */
char *bt_watch_fault_words(BtFaultKind kind, gint64 stage, const char *detail);

#endif
