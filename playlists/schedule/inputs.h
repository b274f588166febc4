/* The ledger of what may decide, and what was made ready of it beforehand. Private to schedule.
 * Everything is immutable once it was added. */
#ifndef BT_PLAYLISTS_SCHEDULE_INPUTS_H
#define BT_PLAYLISTS_SCHEDULE_INPUTS_H

#include "playlists/schedule/schedule.h"

typedef struct {
    gint64 from_ms, until_ms;
} BtSpan;

typedef struct {
    char *what; /* a sha256, or an item's id */
    BtSpan span;
} BtBlock;

/* What a source ordered. */
typedef struct {
    gint64 from_ms;
    int percent;
} BtVolume;

#define BT_LENGTH_NEVER (-1) /* no text in the zone's language */
#define BT_LENGTH_MEASURE 0  /* the caller's measure decides */

/* A playlist as zones of one language see it: the length of each item, so far as the document alone
 * decides it. */
typedef struct {
    const BtPlaylist *playlist;
    gint64 *lengths_ms; /* one per item */
} BtTrack;

typedef struct {
    const BtTrack **tracks; /* one per zone of the layout, NULL: not filled */
    guint first_zone;       /* the first that is filled */
    gboolean class_allowed, rects_allowed;
} BtReady;

/* A manifest or an alert, and from when on. */
typedef struct {
    gint64 from_ms;
    BtManifest *manifest; /* NULL: the alert ended */
    char *sha256;
    gboolean is_alert;
    BtReady *programmes; /* as many as the manifest's */
    GPtrArray *tracks;   /* of BtTrack */
} BtEntry;

typedef struct {
    char *name;
    guint index;
    guint classes;
    GArray *rects_px;
    GPtrArray *manifests, *alerts; /* of BtEntry, by from_ms */
    GPtrArray *denials;            /* of BtBlock */
    GPtrArray *set_asides;         /* of BtBlock */
    GArray *lapses;                /* of gint64 */
    GArray *stops;                 /* of BtSpan */
    GArray *volumes;               /* of BtVolume, by from_ms */
} BtInputSource;

typedef struct {
    guint source;
    BtSpan span;
} BtPause;

struct BtInputs {
    GPtrArray *sources;                  /* of BtInputSource */
    GArray *safes, *darkens, *untrusted; /* of BtSpan */
    GArray *cuts;                        /* of BtCut, whose strings are ours */
    GArray *pauses;                      /* of BtPause, by from_ms */
    GArray *instants; /* of gint64, sorted: when any of all this begins or ends to count */
    GArray *on;       /* of BtTimes; NULL: the manifest's */
};

/* cuts.c */
GArray *bt_cuts_new(void); /* (transfer full): of BtCut; its strings go with it */
gboolean bt_inputs_is_cut(const BtInputs *inputs, gint64 at_ms);

/* Something begins or ends to count then. */
void bt_inputs_note_instant(BtInputs *inputs, gint64 at_ms);

gboolean bt_span_holds(const BtSpan *span, gint64 at_ms);
/* The span that holds at_ms and began latest, NULL for none. */
const BtSpan *bt_spans_find(const GArray *spans, gint64 at_ms);
/* The first instant of the ledger after at_ms, BT_TIME_MAX for none. */
gint64 bt_inputs_next_instant(const BtInputs *inputs, gint64 at_ms);

/* The first pause from place `*from` on that holds at_ms, NULL for none; `*from` is then behind it.
 */
const BtPause *bt_inputs_find_pause(const BtInputs *inputs, gint64 at_ms, guint *from);
gboolean bt_source_stopped(const BtInputSource *source, gint64 at_ms);
/* What the source ordered last by at_ms, NULL for nothing. */
const BtVolume *bt_source_volume(const BtInputSource *source, gint64 at_ms);

/* The manifest or alert that counts at at_ms, whatever else may be said against it. NULL for none.
 */
const BtEntry *bt_entry_at(const GPtrArray *entries, gint64 at_ms);
gboolean bt_source_denies(const BtInputSource *source, const char *sha256, gint64 at_ms);
gboolean bt_source_lapsed(const BtInputSource *source, const BtEntry *entry, gint64 at_ms);

/* Whether an item falls to a denial or was set aside at at_ms. */
typedef enum { BT_ITEM_FREE, BT_ITEM_DENIED, BT_ITEM_SET_ASIDE } BtItemBlock;
BtItemBlock bt_source_block(const BtInputSource *source, const BtItem *item, gint64 at_ms);
/* Whether it is worth asking that at at_ms. */
gboolean bt_source_blocks_any(const BtInputSource *source, gint64 at_ms);

/* What of the length follows from item and zone without a measure: BT_LENGTH_… or milliseconds. */
gint64 bt_item_known_length_ms(const BtItem *item, const BtZone *zone);

/* entry.c */
BtEntry *bt_entry_new(const BtInputSource *source, BtManifest *manifest, const char *sha256,
    gint64 from_ms, gboolean is_alert);
void bt_entry_free(gpointer entry);

#endif
