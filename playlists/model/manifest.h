/* What a source publishes, as plain data: one manifest of FORMAT.md, checked and resolved.
 *
 * A manifest that parsed holds no contradiction: every reference points at what it names, every
 * zone lies inside its canvas, ids are unique, every limit was kept. Unknown keys and items of
 * unknown kinds were left out and stand in `notes`. Everything is borrowed from the manifest and
 * lives as long as it does. Thread-safety: immutable after parsing; the reference count is atomic.
 */
#ifndef BT_PLAYLISTS_MODEL_MANIFEST_H
#define BT_PLAYLISTS_MODEL_MANIFEST_H

#include "base/clock.h"
#include "base/hash.h"
#include "base/rect.h"

/* Limits of FORMAT.md. */
#define BT_MANIFEST_MAX_BYTES (1024 * 1024)
#define BT_MANIFEST_MAX_DEPTH 16
#define BT_MANIFEST_MAX_ITEMS 2000 /* of all playlists together */
#define BT_MANIFEST_MAX_PROGRAMMES 200
#define BT_MANIFEST_MAX_LAYOUTS 64
#define BT_MANIFEST_MAX_ZONES 16 /* of one layout */
#define BT_MANIFEST_MAX_ASSETS 5000
#define BT_MANIFEST_MAX_SCREENS 10000
#define BT_MANIFEST_MAX_PLAYLISTS 1000
#define BT_MANIFEST_MAX_NOTES 200               /* one more says that there were others */
#define BT_MANIFEST_MAX_AGE_MS (60 * BT_DAY_MS) /* expires - issued */
#define BT_ITEM_MAX_TEXTS 32
#define BT_ITEM_MAX_SUBTITLES 32
#define BT_SUBTITLES_MAX_BYTES (1024 * 1024) /* of one file */
#define BT_ITEM_MIN_MS BT_SECOND_MS
#define BT_ITEM_MAX_MS BT_DAY_MS
#define BT_TRANSITION_MAX_MS 2000
#define BT_TIMES_MAX 48  /* pairs of one list */
#define BT_SLOTS_MAX 500 /* of one programme */
#define BT_MANIFEST_MAX_SLOTS 5000
#define BT_TEXT_MAX_CODE_POINTS 10000
#define BT_ASSET_MAX_BYTES (G_GUINT64_CONSTANT(4) * 1024 * 1024 * 1024)
#define BT_CANVAS_MIN_W_PX 32
#define BT_CANVAS_MIN_H_PX 16
#define BT_CANVAS_MAX_W_PX 7680
#define BT_CANVAS_MAX_H_PX 4320
#define BT_ID_MAX_BYTES 64 /* ids are [A-Za-z0-9._-]+, no dot first */

/* Highest first. */
typedef enum {
    BT_CLASS_EMERGENCY,
    BT_CLASS_REQUISITION,
    BT_CLASS_PRIORITY,
    BT_CLASS_ORDINARY,
    BT_CLASS_FILLER,
    BT_N_CLASSES
} BtClass;

typedef enum {
    BT_ITEM_TEXT,
    BT_ITEM_TICKER,
    BT_ITEM_IMAGE,
    BT_ITEM_VIDEO,
    BT_ITEM_AUDIO,
    BT_ITEM_STREAM,
    BT_ITEM_CLOCK,
    BT_ITEM_ALERT,
    BT_N_ITEM_KINDS
} BtItemKind;

typedef enum { BT_FIT_CONTAIN, BT_FIT_COVER } BtFit;
typedef enum { BT_TRANSITION_CUT, BT_TRANSITION_FADE } BtTransition;

typedef struct {
    char sha256[BT_HASH_HEX_SIZE];
    guint64 size_bytes;
    char *type;         /* media type, "video/mp4" */
    gint64 duration_ms; /* 0: not given */
    char *name;         /* for people; "" when not given */
} BtAsset;

typedef struct {
    char *lang;        /* BCP 47 */
    char *title;       /* "" when not given */
    char *body;        /* "" when not given; title or body holds something */
    gboolean vertical; /* in columns from right to left; only a language in Han */
} BtText;

/* What is said in a video, in one language: a file of SRT or WebVTT. */
typedef struct {
    char *lang; /* BCP 47 */
    const BtAsset *asset;
} BtSubtitles;

typedef struct {
    char *id;
    guint list, index; /* the playlist that has it, and its place there as written: others may name
                        * it */
    BtItemKind kind;
    char *issuer; /* "" when not given; so are issued_on ("YYYY-MM-DD") and document */
    char *issued_on;
    char *document;
    int field; /* 1 to 6, 0 when not given */
    int level; /* alert: 1 to 5, 0 where no level of risk was said; else 0 */
    gboolean essential;
    gboolean any_time;
    GPtrArray *texts;        /* of BtText, in turn; text, ticker, alert; audio and stream: what is
                              * read while nothing of it is seen, may be empty */
    const BtAsset *asset;    /* image, video, audio; else NULL */
    GPtrArray *subtitles;    /* of BtSubtitles, each language once; video, else empty */
    const BtAsset *picture;  /* text, alert; may be NULL */
    const BtAsset *fallback; /* stream: what snapshots and failures show; may be NULL */
    char *url;               /* stream; else "" */
    char *qr;                /* text, alert: what the QR code says; "" when not given */
    BtFit fit;
    BtTransition transition;
    gint64 transition_ms; /* at most half of the item, 0 for a cut */
    gint64 duration_ms;   /* as written, by the asset or by the kind's default; 0 when it follows
                           * from the texts of the zone (text without one, ticker) */
    int speed_px_s;       /* ticker: 10 to 1000 */
    gint64 valid_from_ms, valid_until_ms; /* BT_TIME_MIN and BT_TIME_MAX when not given */
} BtItem;

typedef struct {
    char *id;
    BtRect rect_px;
    char *lang; /* "" all languages in turn; else that one only */
} BtZone;

typedef struct {
    char *id;
    int w_px, h_px;
    guint32 background; /* 0xRRGGBB */
    GPtrArray *zones;   /* of BtZone; they do not leave the canvas, and do not overlap */
} BtLayout;

typedef struct {
    char *id;
    GPtrArray *items; /* of BtItem, owned by the manifest: several playlists may hold one */
} BtPlaylist;

/* One [start, end) of a day in seconds since local midnight. end_s <= start_s means that it runs
 * past midnight; 24:00 is 86400. */
typedef struct {
    int start_s, end_s;
} BtTimes;

/* An absolute window, [from, until). */
typedef struct {
    gint64 from_ms, until_ms;
    gint64 *since_ms; /* one per zone of the layout: from when it counts while its programme is
                       * alone, not after from_ms; NULL: all from from_ms */
} BtWhenSlot;

/* Either slots, or days and times of day. */
typedef struct {
    gint32 from_day, until_day; /* Julian days as GDate counts, both included; 0: not given */
    guint days;                 /* bit 0 Monday … bit 6 Sunday; all seven when not given */
    GArray *times;              /* of BtTimes; empty: whole local days */
    GArray *slots; /* of BtWhenSlot, rising, none overlapping; empty: by the rest of it */
} BtWhen;

typedef struct {
    char *id;
    const BtLayout *layout;
    BtClass cls;
    int weight; /* 1 to 100 passes a turn */
    gboolean rehearsal;
    const BtPlaylist **playlists; /* one per zone of the layout, in its order; NULL: not filled */
    BtWhen when;
    guint index; /* its place in the manifest */
} BtProgramme;

typedef struct {
    gboolean given;     /* the document has a "display" */
    GArray *on;         /* of BtTimes; empty: always on */
    GArray *brightness; /* of BtBrightness, by rising start_s; empty: not set */
    int volume;         /* 0 to 100; where `volumes` is empty */
    GArray *volumes;    /* of BtBrightness, by rising start_s, each 0 to 100 */
} BtDisplayPlan;

typedef struct {
    int start_s;
    int percent; /* 1 to 100 */
} BtBrightness;

typedef struct {
    int spec;
    char *source;   /* the source's id */
    gint64 version; /* 1 and up */
    gint64 issued_ms, expires_ms;
    GPtrArray *screens; /* of char*; ids this manifest is for */
    GTimeZone *timezone;
    char *timezone_name;
    GHashTable *assets;    /* sha256 → BtAsset */
    GPtrArray *layouts;    /* of BtLayout */
    GPtrArray *items;      /* of BtItem: all there are, each once */
    GPtrArray *playlists;  /* of BtPlaylist */
    GPtrArray *programmes; /* of BtProgramme, in document order */
    BtDisplayPlan display;
    GPtrArray *notes; /* of char*: what was ignored or skipped, with its place */
    char payload_sha256[BT_HASH_HEX_SIZE];
} BtManifest;

/* Checks and resolves the payload `data`. `name` stands in messages. Errors: SYNTAX, INVALID,
 * LIMIT, UNSUPPORTED (spec). (transfer full) (nullable) */
BtManifest *bt_manifest_parse(const void *data, gsize size_bytes, const char *name, GError **error);
BtManifest *bt_manifest_ref(BtManifest *manifest);
void bt_manifest_unref(BtManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtManifest, bt_manifest_unref)

/* Whether its `screens` name this one. */
gboolean bt_manifest_is_for(const BtManifest *manifest, const char *screen);

/* Names as documents write them; static strings. FALSE: no such class. */
const char *bt_class_name(BtClass cls);
gboolean bt_class_from_name(const char *name, BtClass *cls);
const char *bt_item_kind_name(BtItemKind kind);

/* The text of `item` that `zone` shows in turn k, NULL when there is none: all in the listed order,
 * or the one of the zone's language. */
guint bt_item_count_texts(const BtItem *item, const BtZone *zone);
const BtText *bt_item_text(const BtItem *item, const BtZone *zone, guint k);

/* The subtitles that `zone` shows, NULL when there are none: those of its language; the first
 * listed in a zone without one. */
const BtSubtitles *bt_item_subtitles(const BtItem *item, const BtZone *zone);

/* Whether `lang` is written in Han: by its script subtag, else by the language. */
gboolean bt_lang_is_han(const char *lang);

/* How long one text is shown: max(5 s, code points of title and body / the reading rate of its
 * language), rounded up to whole milliseconds. Rates: reading.c, FORMAT.md. */
gint64 bt_text_duration_ms(const BtText *text);
/* Characters a second that readers of `lang` manage on a board. */
int bt_reading_rate(const char *lang);

#endif
