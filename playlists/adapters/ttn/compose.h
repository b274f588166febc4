/* What the composing of manifests shares: a bulletin placed, when it is on, and what is on
 * together. Private to this folder. Thread-safety: values of one call. */
#ifndef BT_PLAYLISTS_ADAPTERS_TTN_COMPOSE_H
#define BT_PLAYLISTS_ADAPTERS_TTN_COMPOSE_H

#include "playlists/adapters/ttn/ttn.h"

/* ---- layouts ---- */

typedef struct {
    char *id;
    BtRect rect_px; /* built-in: in parts of BT_TTN_PARTS of the canvas */
    gboolean runs;  /* texts run through it in one line */
    gboolean heads; /* of a text its title stands there alone */
} BtTtnZone;

#define BT_TTN_PARTS 1000

struct BtTtnLayout {
    char *name;
    GArray *zones; /* of BtTtnZone */
    gboolean built_in;
};

/* The layouts of this screen: those of the configuration that fit it, then the built-in ones of
 * other names. Those that do not fit stand in `problems`. (transfer full): GPtrArray of
 * BtTtnLayout, all in pixels. The first built-in one is the whole screen. */
GPtrArray *bt_ttn_layouts_for(const BtTtnFrame *frame, GPtrArray *problems);
/* NULL: there is none of this name. */
const BtTtnLayout *bt_ttn_layouts_find(const GPtrArray *layouts, const char *name);
BtJson *bt_ttn_layout_to_json(const BtTtnLayout *layout, const BtTtnFrame *frame);

/* ---- bulletins with a place ---- */

typedef struct {
    const BtTtnKept *kept;
    const BtTtnLayout *layout;
    guint zone;
    BtClass cls;
    GArray *windows; /* of BtTtnSlot, rising, not overlapping; empty: always */
    char *id;        /* of its item */
    BtJson *item;
    BtJson *asset;    /* NULL: it shows none */
    gsize size_bytes; /* of both, as text */
    gboolean other;   /* its file is in the document as another type: it has none here */
    guint order;      /* its place among all, in which they take turns */
    gint64 since_ms;  /* the sweep's own: when the window it is in began */
} BtTtnPlaced;

void bt_ttn_placed_free(BtTtnPlaced *placed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtTtnPlaced, bt_ttn_placed_free)

/* Sets `item` and `asset` by what the bulletin holds; FALSE, with a sentence in `problems`, when
 * there is nothing to show of it. */
gboolean bt_ttn_place_item(BtTtnPlaced *placed, GTimeZone *timezone, GPtrArray *problems);

/* The bulletins that the document `which` is about, in order. (transfer full): GPtrArray of
 * BtTtnPlaced, borrowing from `kept` and `layouts`. */
GPtrArray *bt_ttn_place_all(const BtTtnFrame *frame, const GPtrArray *layouts,
    const GPtrArray *kept, BtTtnDocument which, GTimeZone *timezone, gint64 now_ms,
    GPtrArray *problems);

void bt_ttn_problem(GPtrArray *problems, const BtTtnBulletin *bulletin, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* ---- what is on together ---- */

/* Those of one class and layout that are on in a stretch of time. */
typedef struct {
    const BtTtnLayout *layout;
    BtClass cls;
    gint64 from_ms, until_ms; /* BT_TIME_MIN: without a `when` */
    GPtrArray *on;            /* of BtTtnPlaced, borrowed, in order */
    const gint64 *since_ms;   /* of each zone: from when what it shows counts, not after from_ms.
                               * NULL: without a `when` */
} BtTtnStretch;

typedef struct BtTtnSweep BtTtnSweep;

/* All stretches that end after `now_ms` and begin before `end_ms`, by their start. `placed`: of
 * BtTtnPlaced, by `order`; borrowed, and swept by one at a time. */
BtTtnSweep *bt_ttn_sweep_new(
    const GPtrArray *placed, GTimeZone *timezone, gint64 now_ms, gint64 end_ms);
/* FALSE: there are no more. What `stretch->on` and `since_ms` hold is the sweep's until the
 * next call. */
gboolean bt_ttn_sweep_next(BtTtnSweep *sweep, BtTtnStretch *stretch);
void bt_ttn_sweep_free(BtTtnSweep *sweep);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtTtnSweep, bt_ttn_sweep_free)

#endif
