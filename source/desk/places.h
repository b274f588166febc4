/* Where somebody may speak: the areas of a role, the screens in them, and the shapes of screens
 * that targets name. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_PLACES_H
#define BT_SOURCE_PLACES_H

#include "base/json.h"
#include "source/store/store.h"

#define BT_PLACES_MAX_SCREENS 300 /* that one page lists */
#define BT_PLACES_MAX_SHAPES 6    /* that one page draws */

typedef struct {
    char *id, *name;
    guint depth; /* below the topmost of the list */
} BtPlaceArea;

typedef struct {
    char *id, *name, *area;
    int width_px, height_px;
    gboolean is_led;
} BtPlaceScreen;

typedef struct {
    int width_px, height_px;
    gboolean is_led;
    guint n_screens;
    char *name; /* of one of them */
} BtPlaceShape;

/* The areas that `user` has one of the roles in, each before those that lie in it. (transfer full):
 * GPtrArray of BtPlaceArea */
GPtrArray *bt_places_areas(BtStore *store, const char *user, guint roles, gint64 now_ms);
/* The screens of these areas (of BtPlaceArea) by area and name, at most BT_PLACES_MAX_SCREENS of
 * them. (transfer full): GPtrArray of BtPlaceScreen */
GPtrArray *bt_places_screens(BtStore *store, const GPtrArray *areas);
/* The shapes of the screens that targets name ({"areas": […], "screens": […]}), those of most
 * screens first. (transfer full): GPtrArray of BtPlaceShape */
GPtrArray *bt_places_shapes(BtStore *store, const BtJson *targets);
/* "" for an area that is not there. (transfer full) */
char *bt_places_area_name(BtStore *store, const char *area);

/* Whether `user` has the roles in every area that the targets name, and in those of its screens;
 * else BT_ERROR_DENIED. */
gboolean bt_places_check(BtStore *store, const char *user, guint roles, const BtJson *targets,
    gint64 now_ms, GError **error);
/* Whether a file of the library may be used in `area`: it belongs to it, or to one above it, or to
 * one in which `user` has the roles. BT_ERROR_NOT_FOUND. */
gboolean bt_places_check_file(BtStore *store, const char *user, guint roles, const char *area,
    const char *sha256, gint64 now_ms, GError **error);

#endif
