/* The operators' page: what is known of the screens, as HTML. Pure: data in, text out; nothing here
 * asks a clock or a database. Vietnamese first, English for browsers that ask for it.
 * Thread-safety: safe. */
#ifndef BT_SOURCE_PAGE_H
#define BT_SOURCE_PAGE_H

#include <glib.h>

typedef enum {
    BT_CARD_PLAYING,
    BT_CARD_SAFE,  /* the safe picture: there is nothing else it may show */
    BT_CARD_CUT,   /* an operator cut it */
    BT_CARD_DARK,  /* off by its timetable */
    BT_CARD_LATE,  /* its reports are late */
    BT_CARD_LOST,  /* nothing was heard of it for long */
    BT_CARD_NEVER, /* nothing was heard of it yet */
    BT_CARD_N_STATES
} BtCardState;

#define BT_PAGE_CARDS 100      /* a page stays below 150 KB */
#define BT_CARD_LATE_MS 150000 /* two beats and a half of 60 s */
#define BT_CARD_LOST_MS 300000

/* Of the last report's age and the state it told (nullable). */
BtCardState bt_card_state(gint64 seen_ms, gint64 now_ms, const char *told);

typedef struct {
    char *title; /* what it is called, or its id */
    char *zone, *cls;
    char *fault;     /* what is wrong with its picture: "black", "frozen", "wrong"; "" nothing */
    gint64 since_ms; /* 0: not known */
} BtCardItem;

typedef struct {
    char *id, *name;
    BtCardState state;
    gint64 since_ms; /* of the state; 0: not known */
    gint64 seen_ms;  /* 0: never */
    gint64 lit_ms;   /* today, for sure */
    gboolean alert;  /* an alert is published to it */
    gboolean empty;  /* nothing is published to it */
    char *taken_by;  /* who has it by requisition, or had it last; NULL: nobody */
    gint64 taken_from_ms, taken_until_ms;
    GPtrArray *items; /* of BtCardItem: on air */
} BtCard;

typedef struct {
    char *code, *peer;
    gint64 first_ms;
} BtPageWaiting;

typedef struct {
    const char *source_name;
    const char *user; /* NULL: nobody is signed in */
    const char *form_token;
    const char *message; /* NULL: none */
    gboolean english;
    GTimeZone *timezone;
    gint64 now_ms;
    GPtrArray *cards;   /* of BtCard, all of them */
    guint part;         /* which BT_PAGE_CARDS of them are shown, from 0 on */
    GPtrArray *waiting; /* of BtPageWaiting */
} BtPage;

BtCard *bt_card_new(const char *id, const char *name);
void bt_card_free(BtCard *card);
void bt_card_add_item(BtCard *card, const char *title, const char *zone, const char *cls,
    const char *fault, gint64 since_ms);

/* (transfer full) */
char *bt_page_board_html(const BtPage *page);

#endif
