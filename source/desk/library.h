/* The pictures, films, sounds and subtitles of areas: what there is, where it is used, what it is
 * called. Their bytes lie in the tree, named by their hash, and stay there: boards may still be
 * playing what was taken out of the library. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_LIBRARY_H
#define BT_SOURCE_LIBRARY_H

#include "base/json.h"
#include "source/store/store.h"

#define BT_LIBRARY_NAME_MAX 200 /* code points */

typedef enum {
    BT_LIBRARY_PICTURE,
    BT_LIBRARY_FILM,
    BT_LIBRARY_SOUND,
    BT_LIBRARY_SUBTITLES,
    BT_N_LIBRARY_KINDS
} BtLibraryKind;
#define BT_LIBRARY_ANY 0xfu /* a set of 1u << BtLibraryKind */

typedef struct {
    char *sha256, *area, *user, *name;
    char *type; /* media type */
    BtLibraryKind kind;
    gint64 size_bytes, duration_ms; /* 0: a still */
    int width_px, height_px;        /* 0: a sound */
    gint64 created_ms;
} BtLibraryFile;

/* With all it holds. */
void bt_library_file_free(BtLibraryFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtLibraryFile, bt_library_file_free)

/* Of these areas (of char*) and kinds, whose name has all words of `text`, marks and case apart
 * ("" all), the newest first; `skip` of them left out, at most `max`. (transfer full): GPtrArray of
 * BtLibraryFile */
GPtrArray *bt_library_list(
    BtStore *store, const GPtrArray *areas, guint kinds, const char *text, guint skip, guint max);
/* In whichever of these areas. BT_ERROR_NOT_FOUND. (transfer full) (nullable) */
BtLibraryFile *bt_library_find(
    BtStore *store, const char *sha256, const GPtrArray *areas, GError **error);

/* BT_ERROR_INVALID for a name that says nothing, or is too long. */
gboolean bt_library_rename(
    BtStore *store, const BtLibraryFile *file, const char *name, GError **error);
/* BT_ERROR_CONFLICT while it is used. */
gboolean bt_library_remove(BtStore *store, const BtLibraryFile *file, GError **error);

/* Something that names the file. */
typedef struct {
    gboolean is_notice; /* else a playlist */
    gint64 id;
    char *name; /* a notice's first title */
} BtLibraryUse;
void bt_library_use_free(BtLibraryUse *use);
/* (transfer full): GPtrArray of BtLibraryUse */
GPtrArray *bt_library_uses(BtStore *store, const char *sha256);

#endif
