/* What "backup" writes: one SQLite file in which the files of a source lie, in parts, each with its
 * size and SHA-256. Names are paths below the data folder, such as "tree/v1/root/1.json".
 * Thread-safety: one owner. */
#ifndef BT_SOURCE_SAVED_H
#define BT_SOURCE_SAVED_H

#include "base/db.h"
#include "base/hash.h"

/* The folders of v1/ whose files belong into a backup; NULL at the end. */
extern const char *const bt_saved_folders[];

typedef struct BtSaved BtSaved;

/* A new one, for its user alone (0600). Until bt_saved_finish it has another name, PATH.part; one
 * that was cut off there is replaced. CONFLICT when PATH is there. (transfer full) (nullable) */
BtSaved *bt_saved_create(const char *path, GError **error);
/* One that was finished, to be read. It lies where it can be written: SQLite wants its log beside
 * it. NOT_FOUND, UNSUPPORTED. (transfer full) (nullable) */
BtSaved *bt_saved_open(const char *path, GError **error);
/* Removes one that was not finished. */
void bt_saved_close(BtSaved *saved);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtSaved, bt_saved_close)

/* Puts a file into it, as it is now; its hash into `sha256`. */
gboolean bt_saved_add(BtSaved *saved, const char *name, const char *path,
    char sha256[BT_HASH_HEX_SIZE], GError **error);
/* Makes all of it durable and gives it its name. Nothing can be put into it any more. */
gboolean bt_saved_finish(BtSaved *saved, GError **error);

/* The names that begin with `prefix`, in order. (transfer full) (nullable): GPtrArray of char* */
GPtrArray *bt_saved_list(BtSaved *saved, const char *prefix, GError **error);
/* Writes one to `fd`, which is empty. MISMATCH when it is not what was put in; NOT_FOUND. */
gboolean bt_saved_take(BtSaved *saved, const char *name, int fd, GError **error);

#endif
