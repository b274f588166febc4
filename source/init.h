/* Making a source, for the commands that do. Thread-safety: the main thread. */
#ifndef BT_SOURCE_INIT_H
#define BT_SOURCE_INIT_H

#include <glib.h>

typedef struct {
    char *data, *keys; /* folders */
    char *source;      /* its id */
    char *name;        /* for people */
    char *timezone;    /* IANA name */
} BtInit;

void bt_init_clear(BtInit *init);
/* Whether the names are names: BT_ERROR_INVALID. */
gboolean bt_init_check(const BtInit *init, GError **error);
/* Makes the folders, keys, first root and database; `fingerprint` (transfer full) is the root's.
 * BT_ERROR_CONFLICT where one is already, BT_ERROR_DENIED for keys in the data folder. */
gboolean bt_init_make(const BtInit *init, gint64 now_ms, char **fingerprint, GError **error);

#endif
