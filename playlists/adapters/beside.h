/* What the names of files beside each other say. Thread-safety: safe. */
#ifndef BT_PLAYLISTS_ADAPTERS_BESIDE_H
#define BT_PLAYLISTS_ADAPTERS_BESIDE_H

#include <glib.h>

typedef struct {
    char *lang, *path;
    const char *type; /* media type, static */
} BtBeside;

/* The media type of subtitles by the ending of their name, NULL for other files. Static. */
const char *bt_subtitles_type(const char *name);

/* The subtitles of the film at `path`, Vietnamese first, then by name, at most one a language and
 * BT_ITEM_MAX_SUBTITLES. (transfer full): GPtrArray of BtBeside */
GPtrArray *bt_subtitles_beside(const char *path);

#endif
