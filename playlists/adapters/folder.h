/* A plain folder of media and text files as a manifest, for a first look: no signatures, no
 * schedule.
 *
 * Pictures, videos and sounds are told apart by the ending of their names; text files (*.txt,
 * UTF-8, the first line is the title) become bulletins; the order is that of the names, numbers by
 * their value. A name like "bai.km.txt" carries a language. Subtitles are no items: "phim.km.srt",
 * "phim.vtt", "phim.srt" beside "phim.mp4" are those of that film, Vietnamese without a language in
 * their name, Vietnamese first; of two in one language the first by name counts. A film that is a
 * link has those beside its target too. The manifest is made as JSON and goes
 * through the same parser as any other, so that no second set of rules exists. Thread-safety: one
 * thread. */
#ifndef BT_PLAYLISTS_ADAPTERS_FOLDER_H
#define BT_PLAYLISTS_ADAPTERS_FOLDER_H

#include "playlists/model/manifest.h"

#define BT_FOLDER_MAX_FILES 1000
#define BT_FOLDER_TEXT_MAX_BYTES 40000

typedef struct BtFolder BtFolder;

/* How long the medium behind `fd` (transfer full) plays, in ms; 0 for a still, -1 with an error. */
typedef gint64 (*BtFolderProbe)(int fd, const char *name, gpointer user, GError **error);

/* Reads `path`, a folder or one file. Files that cannot be used are left out with a warning;
 * nothing usable is BT_ERROR_NOT_FOUND. The canvas is w × h (0: 1920×1080). (transfer full)
 * (nullable) */
BtFolder *bt_folder_read(const char *path, const char *source, const char *screen,
    const char *timezone, int w_px, int h_px, BtFolderProbe probe, gpointer user, GError **error);
void bt_folder_free(BtFolder *folder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtFolder, bt_folder_free)

/* The language that a text file's name says: "km" for "thong-bao.km.txt", "vi" when it says none.
 * (transfer full) */
char *bt_folder_lang(const char *path);

BtManifest *bt_folder_manifest(BtFolder *folder); /* borrowed */
/* The file with this hash, NULL when there is none. Borrowed. */
const char *bt_folder_path(BtFolder *folder, const char *sha256);
/* The file with this hash, opened; -1 with BT_ERROR_NOT_FOUND. */
int bt_folder_open(BtFolder *folder, const char *sha256, GError **error);

#endif
