/* What the stage's own files share. Nobody else includes this.
 * Thread-safety: the stage's thread. */
#ifndef BT_PLAYER_STAGE_PARTS_H
#define BT_PLAYER_STAGE_PARTS_H

#include "player/stage/hold.h"
#include "player/stage/look.h"
#include "player/stage/plan.h"
#include "player/stage/pool.h"
#include "player/stage/shelf.h"
#include "player/stage/stage.h"
#include "player/stage/ticker.h"

struct BtStage {
    BtStageOptions options; /* strings are our own */
    GTimeZone *timezone;    /* of the safe scene */
    BtPool *pool;
    struct BtLives *lives; /* live.h */
    BtShelf *plans;        /* of BtPlan, by everything that went into them */
    BtShelf *frames;       /* of BtFrame: pages, blurred grounds, banners */
    BtShelf *faces;        /* of BtFrame: clocks, which change often and are small */
    BtShelf *tickers;      /* of BtTicker */
    BtShelf *lengths;      /* of gint64: what bt_stage_measure answered */
    BtHold hold;           /* what was on the glass before */
    GQueue coming;         /* of BtComing: what the texts of the last scene will turn to */
    BtFrame *sheet; /* blank and as large as the canvas, for the next page; NULL: it was taken */
};

/* A page that is not drawn yet. */
typedef struct {
    char *plan; /* its key */
    guint text, page;
} BtComing;

/* A frame with anything on it, for a page. (transfer full) */
BtFrame *bt_stage_take_sheet(BtStage *stage, int w_px, int h_px);

/* The ticker of these texts in a zone of this height. Borrowed, until the next call. */
const BtTicker *bt_stage_ticker(BtStage *stage, GPtrArray *texts, int zone_h_px, BtColours colours);

/* One item in one zone, from its due start to its due end. */
typedef struct {
    const BtOnAir *on_air;
    const BtZone *zone;
    const BtItem *item;
    BtRect rect_px; /* of the zone, on the canvas */
    BtRect free_px; /* the same less what a banner covers */
    guint32 ground;
    gint64 start_ms, end_ms;
    gboolean sounding;
} BtOccurrence;

/* Adds what `occurrence` shows at `t_ms` to `layer` and returns until when that is so (at most
 * BT_TIME_MAX; the end of the item is the caller's to mind). */
gint64 bt_zone_add(BtStage *stage, BtLayer *layer, const BtOccurrence *occurrence, gint64 t_ms);
/* The parts of it. */
gint64 bt_zone_add_text(
    BtStage *stage, BtLayer *layer, const BtOccurrence *occurrence, gint64 t_ms);
/* Draws a page that is coming; bt_coming_free frees one. */
void bt_zone_draw_coming(BtStage *stage, const BtComing *coming);
void bt_coming_free(gpointer coming);
/* The plan of the pages of `texts`, under `*key` (transfer full), which the pages' keys begin with.
 * Borrowed, until the next call. */
const BtPlan *bt_zone_plan(
    BtStage *stage, const BtOccurrence *occurrence, GPtrArray *texts, char **key);
/* How long each of `texts` is shown: with no duration written as long as it takes to read, else all
 * share alike. */
void bt_zone_durations(const BtOccurrence *occurrence, GPtrArray *texts, gint64 *durations_ms);
/* How fast the ticker of `texts` runs on the canvas: as its item says, or slower where the layout
 * is laid out smaller, so that letters pass at the pace that was meant and the text is out when the
 * item ends, no sooner. */
int bt_zone_ticker_speed(BtStage *stage, const BtOccurrence *occurrence, GPtrArray *texts);
gint64 bt_zone_add_ticker(
    BtStage *stage, BtLayer *layer, const BtOccurrence *occurrence, gint64 t_ms);
void bt_zone_add_picture(BtStage *stage, BtLayer *layer, const BtOccurrence *occurrence,
    const BtAsset *asset, gint64 t_ms);
gint64 bt_zone_add_video(
    BtStage *stage, BtLayer *layer, const BtOccurrence *occurrence, gint64 t_ms);
/* subtitles.c: what is said at `t_ms`, over the video's picture in `picture_px`. */
gint64 bt_zone_add_subtitles(
    BtStage *stage, BtLayer *layer, const BtOccurrence *occurrence, BtRect picture_px, gint64 t_ms);
/* The texts of `item` that `zone` shows: GPtrArray of BtText, borrowed. (transfer full) */
GPtrArray *bt_zone_texts(const BtItem *item, const BtZone *zone);
/* The item in `zone` may be heard: the rule of bt_stage_sounds. */
gboolean bt_zone_may_sound(const BtItem *item);
/* What the pool should find for `occurrence`. */
BtPoolWant bt_zone_want(const BtOccurrence *occurrence, const BtAsset *asset, BtRect box_px,
    gboolean moving, gint64 t_ms);

/* One zone of what is on: where it stands on the canvas, and its item. */
BtOccurrence bt_programme_occurrence(
    const BtStage *stage, const BtOnAir *on_air, const BtOnZone *on);
/* The scene of a programme; see bt_stage_scene. (transfer full) */
BtScene *bt_programme_scene(BtStage *stage, const BtOnAir *on_air, gint64 t_ms, gint64 *until_ms);
/* What is heard of a programme; see bt_stage_sounds. */
guint bt_programme_sounds(
    BtStage *stage, const BtOnAir *on_air, BtStageSound sounds[BT_STAGE_SOUNDS]);

/* A clock over `rect_px`: time, day, lunar day, with `name` above when it is not "". Returns until
 * when it is right. */
gint64 bt_clock_add(BtStage *stage, BtLayer *layer, BtRect rect_px, guint32 ground, GTimeZone *zone,
    const char *name, gint64 t_ms);

/* DIỄN TẬP: where the banner of a rehearsal stands on a layout, and its drawing. */
BtRect bt_banner_place(const BtStage *stage, BtRect main_px);
void bt_banner_add(BtStage *stage, BtScene *scene, BtRect band_px);

/* A key for the shelves: the hash of everything that goes into a thing, each with its length, so
 * that no two different lists are the same. */
void bt_key_add(GString *key, const char *part);
void bt_key_add_rect(GString *key, BtRect rect);
void bt_key_add_int(GString *key, gint64 number);
void bt_key_add_texts(GString *key, GPtrArray *texts);
/* Frees `key`. (transfer full) */
char *bt_key_finish(GString *key);

/* Puts `frame` (transfer full) on `shelf`; returns it, borrowed. */
BtFrame *bt_shelf_put_frame(BtShelf *shelf, const char *key, BtFrame *frame);

#endif
