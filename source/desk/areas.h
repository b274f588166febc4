/* Areas: a tree of a province, its communes, their thôn and buôn. An area is never deleted: one
 * that was merged into another has ended, gets nothing new, and keeps its name for the reports of
 * its time. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_AREAS_H
#define BT_SOURCE_AREAS_H

#include "source/store/store.h"

#define BT_AREA_DEPTH_MAX 8   /* levels below the topmost area */
#define BT_AREAS_MAX 5000     /* a province has about 100 communes and 1,500 thôn */
#define BT_AREA_NAME_MAX 100u /* code points */

typedef enum {
    BT_AREA_PROVINCE, /* tỉnh, thành phố */
    BT_AREA_REGION,   /* what a centre of culture and information looks after */
    BT_AREA_COMMUNE,  /* xã, phường */
    BT_AREA_VILLAGE,  /* thôn, buôn, làng, tổ dân phố */
    BT_N_AREA_KINDS
} BtAreaKind;

typedef struct {
    char *id;
    char *parent; /* NULL: the topmost */
    char *name;
    BtAreaKind kind;
    guint depth; /* 0: the topmost */
    gint64 created_ms;
    gint64 ended_ms;       /* 0: it stands */
    char *successor;       /* what it was merged into; NULL */
    gboolean one_official; /* the author may approve, visibly marked */
} BtArea;

/* Takes NULL too. */
void bt_area_free(BtArea *area);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtArea, bt_area_free)

/* "province", …: what is kept. Static. */
const char *bt_area_kind_name(BtAreaKind kind);
/* FALSE for a word that is none. */
gboolean bt_area_kind_parse(const char *word, BtAreaKind *kind);

/* All areas in the order of the tree, each before those in it, among neighbours by name; those that
 * ended too (ended_ms). Empty when they cannot be read. (transfer full): GPtrArray of BtArea */
GPtrArray *bt_areas_list(BtStore *store);
/* The area of a list made by bt_areas_list; NULL when it is not in it. Borrowed. */
const BtArea *bt_areas_in_list(const GPtrArray *areas, const char *id);
/* BT_ERROR_NOT_FOUND. (transfer full) (nullable) */
BtArea *bt_areas_find(BtStore *store, const char *id, GError **error);
/* What people call it; its id where it is not there. (transfer full) */
char *bt_areas_name(BtStore *store, const char *id);
/* What the area was called at that time; NULL when it is not there. (transfer full) */
char *bt_areas_name_at(BtStore *store, const char *id, gint64 at_ms);
typedef struct {
    char *name;
    gint64 until_ms;
} BtAreaName;
/* The names it had before, the last first. (transfer full): GPtrArray of BtAreaName */
GPtrArray *bt_areas_former_names(BtStore *store, const char *id);
/* Whether `id` is `ancestor` or lies in it. */
gboolean bt_areas_is_within(BtStore *store, const char *id, const char *ancestor);
/* Whether the area is there and has not ended: only such a one may get anything new. */
gboolean bt_areas_stands(BtStore *store, const char *id);

/* ---- changes: each is noted in the diary under `who`, in one transaction with the change ---- */

/* A new area in `parent`; `id` is set (transfer full), made of the name. BT_ERROR_INVALID for a
 * name, BT_ERROR_NOT_FOUND for a parent that is not there or has ended, BT_ERROR_LIMIT. */
gboolean bt_areas_add(BtStore *store, const char *parent, const char *name, BtAreaKind kind,
    const char *who, gint64 now_ms, char **id, GError **error);
/* The name until now is kept with its end. */
gboolean bt_areas_rename(BtStore *store, const char *id, const char *name, const char *who,
    gint64 now_ms, GError **error);
/* All that is in `id` now (screens, roles, notices, media, playlists, areas) is in `successor` from
 * now on, what is aimed at `id` is aimed at it, and `id` has ended. What was decided and reported
 * stays as it was. BT_ERROR_INVALID for the topmost area, or one into what lies in itself. */
gboolean bt_areas_merge(BtStore *store, const char *id, const char *successor, const char *who,
    gint64 now_ms, GError **error);
/* Whether one official serves there, so that the author may approve (visibly marked). */
gboolean bt_areas_set_one_official(BtStore *store, const char *id, gboolean one_official,
    const char *who, gint64 now_ms, GError **error);

#endif
