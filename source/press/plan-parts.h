/* Private to press: what the files of the plan share. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_PLAN_PARTS_H
#define BT_SOURCE_PLAN_PARTS_H

#include "base/error.h"
#include "source/press/plan.h"

#include <libintl.h>

#define _(text) dgettext("bangtin", text)
#define BT_PLAN_NOTICES "notices" /* the playlist of notices, and its programme */

/* ---- plan-rows.c: what the database holds ---- */

typedef struct {
    GHashTable *places; /* "area ID" and "screen ID" */
} BtPlanTargets;

typedef struct {
    gint64 id;
    BtJson *body;
    gboolean is_named, is_shown; /* by the change; on boards after it */
    BtPlanTargets targets, published_targets;
} BtPlanNotice;

typedef struct {
    gint64 id;
    BtJson *body;
    BtPlanTargets targets;
} BtPlanProgramme;

typedef struct {
    char *id, *area, *manifest; /* the hash of what is in force, "" */
    int width_px, height_px;
    gboolean is_led;
} BtPlanScreen;

typedef struct {
    GPtrArray *notices;    /* of BtPlanNotice, the newest first */
    GPtrArray *programmes; /* of BtPlanProgramme, by id */
    GPtrArray *screens;    /* of BtPlanScreen, by id; those that were retired are not there */
    GHashTable *parents;   /* area → the one above it */
} BtPlanRows;

gboolean bt_plan_rows_read(
    BtPlanRows *rows, BtStore *store, const BtPlanChange *change, gint64 now_ms, GError **error);
void bt_plan_rows_clear(BtPlanRows *rows);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BtPlanRows, bt_plan_rows_clear)

/* Whether these targets cover the screen, by itself or by an area in which it lies. */
gboolean bt_plan_covers(
    const BtPlanRows *rows, const BtPlanTargets *targets, const BtPlanScreen *screen);
gboolean bt_plan_lies_in(const BtPlanRows *rows, const BtPlanScreen *screen, const char *area);
/* Whether an item's `valid` ended; what cannot be read has not. */
gboolean bt_plan_is_over(const BtJson *item, gint64 now_ms);

/* ---- plan-content.c: what a screen plays, of whatever version ---- */

typedef struct {
    BtStore *store;
    int width_px, height_px;
    const GPtrArray *notices;    /* of BtPlanNotice: what covers it, in turn */
    const GPtrArray *all;        /* of BtPlanNotice: what its playlists may name */
    const GPtrArray *programmes; /* of BtPlanProgramme */
    gint64 now_ms;
} BtPlanContent;

/* While it is made. */
typedef struct {
    const BtPlanContent *content;
    BtJson *assets, *layouts, *playlists, *programmes;
    GHashTable *named;   /* "p5", "layout full": what is written already */
    GHashTable *notices; /* "n12": whose item is */
    guint n_items, n_layouts, n_playlists, n_programmes, n_assets;
} BtPlanMaking;

/* An object with assets, layouts, playlists and programmes. (transfer full) (nullable) */
BtJson *bt_plan_content(const BtPlanContent *content, GError **error);

/* Always FALSE. */
gboolean bt_plan_fail(GError **error, BtError code, const char *words);
/* One more of something of which there may be so many; else BT_ERROR_LIMIT with `words`. */
gboolean bt_plan_count(guint *n, guint max, const char *words, GError **error);
/* The JSON that `sql` finds for `id`; BT_ERROR_NOT_FOUND with `words`. (transfer full) (nullable)
 */
BtJson *bt_plan_row(BtPlanMaking *m, const char *sql, gint64 id, const char *words, GError **error);

/* plan-playlists.c: the playlist of notices; the one of a row, once. */
gboolean bt_plan_add_notices(BtPlanMaking *m, GError **error);
gboolean bt_plan_add_playlist(BtPlanMaking *m, const char *id, gint64 number, GError **error);
/* plan-layouts.c: "full" is one zone "main"; "strip" has a line "strip" below it. The one of a row
 * is drawn on a canvas of its own; on another each zone keeps its share. Each once. */
gboolean bt_plan_add_builtin_layout(BtPlanMaking *m, const char *id, GError **error);
gboolean bt_plan_add_layout(BtPlanMaking *m, const char *id, gint64 number, GError **error);

/* ---- plan-document.c ---- */

/* What makes a manifest of what is played. */
typedef struct {
    const char *source, *timezone;
    const GPtrArray *screens; /* of char* */
    gint64 version, now_ms;
} BtPlanHead;

/* A payload that boards will read: BT_ERROR_LIMIT, or what the manifest's parser says. (transfer
 * full) (nullable) */
GBytes *bt_plan_payload(const BtPlanHead *head, const BtJson *content, GError **error);

/* ---- plan-compare.c ---- */

/* What a document plays as a text to compare, without what is over, its version, its times and its
 * screens. (transfer full) */
char *bt_plan_essence(const BtJson *document, gint64 now_ms);
/* The same of the manifest with this hash in the source's tree; NULL when there is none. (transfer
 * full) (nullable) */
char *bt_plan_essence_of(const BtStore *store, const char *sha256, gint64 now_ms);

#endif
