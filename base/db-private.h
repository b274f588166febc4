/* What the files of the database share. */
#ifndef BT_BASE_DB_PRIVATE_H
#define BT_BASE_DB_PRIVATE_H

#include "base/db.h"
#include "base/error.h"

#include <sqlite3.h>
#include <sys/types.h>

struct BtDb {
    sqlite3 *handle; /* NULL: a lasting one that cannot be opened now */
    char *path;
    GHashTable *shelf;          /* text of a statement -> sqlite3_stmt, not in use */
    const BtDbLasting *lasting; /* borrowed; NULL: fails as it is */
    dev_t device;
    ino_t inode;          /* of the file that is open */
    gboolean is_copy;     /* in memory, for reading */
    gboolean is_damaged;  /* damage was met since it was opened */
    gboolean is_opening;  /* not to be healed meanwhile */
    gboolean was_failing; /* it was said once */
    gint64 tried_us;
    GError *why; /* of the last try */
};

/* Sets BT_ERROR_IO with SQLite's words, and notes damage. FALSE. */
gboolean bt_db_fail(BtDb *db, const char *what, GError **error);
gboolean bt_db_exec(BtDb *db, const char *script, const char *what, GError **error);
/* FALSE: there is nothing to work with. */
gboolean bt_db_heal(BtDb *db, GError **error);
/* A commit that went into a file which no longer has this name is none. */
gboolean bt_db_is_in_place(BtDb *db, GError **error);
/* The file at db->path, for writing; a handle is there only on success. */
gboolean bt_db_open_file(BtDb *db, const char *const *migrations, GError **error);
/* Sets a damaged file aside and begins anew with what can still be read. */
gboolean bt_db_rescue(BtDb *db, GError **error);
/* What can be read of a file that cannot be written, in memory; nothing when it fails. */
void bt_db_open_copy(BtDb *db);

#endif
