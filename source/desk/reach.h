/* Which screens a choice means: an area with all that lies in it, or some of its screens.
 * Thread-safety: one thread a store. */
#ifndef BT_SOURCE_REACH_H
#define BT_SOURCE_REACH_H

#include "source/store/store.h"

/* A screen, and the shape of its picture. */
typedef struct {
    char *id, *name, *area;
    int width_px, height_px;
} BtReach;
/* With all it holds. */
void bt_reach_free(BtReach *reach);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtReach, bt_reach_free)

/* The screens in the area and in all that lies in it, by name, without those that were retired;
 * `only` (nullable, a set of ids): of them these. (transfer full): GPtrArray of BtReach */
GPtrArray *bt_reach_list(BtStore *store, const char *area, GHashTable *only);

#endif
