/* Where somebody may speak: the areas of a role, the screens in them, and the shapes of screens
 * that targets name. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_TARGETS_H
#define BT_SOURCE_TARGETS_H

#include "base/json.h"
#include "source/store/store.h"

#define BT_TARGETS_MAX_SCREENS 300 /* that one page lists */
#define BT_TARGETS_MAX_SHAPES 6    /* that one page draws */

typedef struct {
    char *id, *name;
    guint depth; /* below the topmost of the list */
} BtTargetArea;

typedef struct {
    char *id, *name, *area;
    int width_px, height_px;
    gboolean is_led;
} BtTargetScreen;

typedef struct {
    int width_px, height_px;
    gboolean is_led;
    guint n_screens;
    char *name; /* of one of them */
} BtTargetShape;

/* The areas that `user` has one of the roles in, each before those that lie in it. (transfer full):
 * GPtrArray of BtTargetArea */
GPtrArray *bt_targets_areas(BtStore *store, const char *user, guint roles, gint64 now_ms);
/* The screens of these areas (of BtTargetArea) by area and name, at most BT_TARGETS_MAX_SCREENS of
 * them. (transfer full): GPtrArray of BtTargetScreen */
GPtrArray *bt_targets_screens(BtStore *store, const GPtrArray *areas);
/* The shapes of the screens that targets name ({"areas": […], "screens": […]}), those of most
 * screens first. (transfer full): GPtrArray of BtTargetShape */
GPtrArray *bt_targets_shapes(BtStore *store, const BtJson *targets);

/* Whether `user` has the roles in every area that the targets name, and in those of its screens;
 * else BT_ERROR_DENIED. */
gboolean bt_targets_check(BtStore *store, const char *user, guint roles, const BtJson *targets,
    gint64 now_ms, GError **error);
/* Whether a file of the library may be used in `area`: it belongs to it, or to one above it, or to
 * one in which `user` has the roles. BT_ERROR_NOT_FOUND. */
gboolean bt_targets_check_file(BtStore *store, const char *user, guint roles, const char *area,
    const char *sha256, gint64 now_ms, GError **error);

#endif
