/* What was on the glass of a screen: its newest picture, small. Thread-safety: one thread a store.
 */
#ifndef BT_SOURCE_PICTURES_H
#define BT_SOURCE_PICTURES_H

#include "source/store/store.h"

#define BT_PICTURE_MAX_BYTES (40 * 1024)
#define BT_PICTURE_MAX_SIDE_PX 480

/* "image/png", "image/webp" or "image/jpeg" by how the bytes begin; NULL: none of these. Static. */
const char *bt_pictures_type(const void *data, gsize size_bytes);
/* Keeps a picture that was on the glass at `at_ms`, in the place of an older one; an older one than
 * what is here changes nothing. BT_ERROR_INVALID for another type, or one that is too large. */
gboolean bt_pictures_put(
    BtStore *store, const char *screen, GBytes *body, gint64 at_ms, GError **error);
/* NULL: there is none. (transfer full) (nullable); `*type` static. */
GBytes *bt_pictures_find(BtStore *store, const char *screen, const char **type);

#endif
