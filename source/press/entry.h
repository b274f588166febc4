/* The moment of publishing, in the database: a document that lies in the tree already, signed and
 * verified, becomes what its screens are told. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_ENTRY_H
#define BT_SOURCE_ENTRY_H

#include "source/store/store.h"

/* Borrowed. */
typedef struct {
    const char *kind; /* "manifest", "alert" or "order" */
    const char *sha256;
    gint64 version, issued_ms, expires_ms;
    const GPtrArray *screens; /* of char* */
    const char *who;          /* for the diary */
} BtEntry;

/* Part of the caller's transaction. Proposals for one of the screens that wait for signatures are
 * overtaken by it: they were made from what was in force before. */
gboolean bt_entry_add(BtStore *store, const BtEntry *entry, gint64 now_ms, GError **error);
/* The screens' document of this kind, "" for none; part of the caller's transaction. */
gboolean bt_entry_point(
    BtStore *store, const char *kind, const GPtrArray *screens, const char *sha256, GError **error);
/* After the transaction: the screens' now.json. What is cut off here the server makes up for. */
gboolean bt_entry_renew(BtStore *store, const GPtrArray *screens, gint64 now_ms, GError **error);

/* The newest version of the kind that boards may have seen: of all that were published, and of
 * those that a lost database had after its backup was made. -1 with an error. */
gint64 bt_entry_newest(BtStore *store, const char *kind, GError **error);
/* Above it, and above those that wait for signatures. */
gint64 bt_entry_next_version(BtStore *store, const char *kind);
/* After a restoration: all kinds go on from far above. Part of the caller's transaction. */
gboolean bt_entry_leap(BtStore *store, GError **error);
/* The newest version that one of these screens was given, 0 for none; -1 with an error. */
gint64 bt_entry_base(BtStore *store, const char *kind, const GPtrArray *screens, GError **error);

#endif
