/* The data folder of one source: source.db, the freshness key, and tree/, the static read path.
 *
 * Several processes may have it open (serve runs while publish works): the database guards itself,
 * and whoever writes now.json holds the folder's lock, so that a later version never lies under an
 * earlier one.
 *
 * In all of source/: instants are milliseconds since 1970 (`now_ms`, `at_ms`) unless they are
 * `mono_ms`; what writes does so in a transaction of its own unless it is part of the caller's; a
 * function with a GError tells when the database fails, beside what its header names, and a list
 * without one is empty then. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_STORE_H
#define BT_SOURCE_STORE_H

#include "base/clock.h"
#include "base/db.h"
#include "base/sign.h"

/* What lies in it, for those who make, save or bring back one. */
#define BT_STORE_DATABASE "source.db"
#define BT_STORE_KEY "freshness.key"
#define BT_STORE_SITE "tree"

typedef struct {
    char *folder;
    char *site; /* folder/tree */
    BtDb *db;
    BtKey *freshness;
    char *source;   /* the source's id */
    char *name;     /* for people */
    char *timezone; /* IANA name */
} BtStore;

/* What init makes. `folder` exists and holds no source yet, else BT_ERROR_CONFLICT. */
gboolean bt_store_create(
    const char *folder, const char *source, const char *name, const char *timezone, GError **error);
/* BT_ERROR_NOT_FOUND when `folder` is not a source's. (transfer full) (nullable) */
BtStore *bt_store_open(const char *folder, GError **error);
void bt_store_close(BtStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtStore, bt_store_close)

/* Waits for the folder's lock; close() the fd to give it back. -1 with BT_ERROR_IO. */
int bt_store_lock(const BtStore *store, GError **error);

/* Changes when another process wrote to the database. -1 with an error. */
gint64 bt_store_change_counter(BtStore *store, GError **error);

/* A line of the source's diary: who did what. Part of the caller's transaction, if one is open. */
gboolean bt_store_note(
    BtStore *store, gint64 at_ms, const char *who, const char *what, GError **error);

#endif
