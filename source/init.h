/* Making a source, for the commands that do. Thread-safety: the main thread. */
#ifndef BT_SOURCE_INIT_H
#define BT_SOURCE_INIT_H

#include <glib.h>

/* The entries of a command that makes one; `made` is its BtInit. */
#define BT_INIT_ENTRIES(made)                                                                      \
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &(made).data, "the data folder to make", "DIR" },     \
        { "keys", 'k', 0, G_OPTION_ARG_FILENAME, &(made).keys,                                     \
            "where the root, publishing and emergency keys go; outside the data folder", "DIR" },  \
        { "source", 's', 0, G_OPTION_ARG_STRING, &(made).source, "the source's id", "ID" },        \
        { "name", 'n', 0, G_OPTION_ARG_STRING, &(made).name, "its name for people", "NAME" },      \
    {                                                                                              \
        "timezone", 'z', 0, G_OPTION_ARG_STRING, &(made).timezone,                                 \
            "its time zone (default Asia/Ho_Chi_Minh)", "TZ"                                       \
    }

/* Each NULL until it is said; owned. */
typedef struct {
    char *data, *keys; /* folders */
    char *source;      /* its id */
    char *name;        /* for people */
    char *timezone;    /* IANA name */
} BtInit;

void bt_init_clear(BtInit *init);
/* What was not said and need not be: the id for a name, Asia/Ho_Chi_Minh for a time zone. */
void bt_init_default(BtInit *init);
/* Whether the names, all of which were said, are names: BT_ERROR_INVALID. */
gboolean bt_init_check(const BtInit *init, GError **error);
/* Makes the folders, keys, first root and database; `fingerprint` (transfer full) is the root's.
 * BT_ERROR_CONFLICT where one is already, BT_ERROR_DENIED for keys in the data folder. */
gboolean bt_init_make(const BtInit *init, gint64 now_ms, char **fingerprint, GError **error);
/* Says on stdout what was made, and by which fingerprint it is known. */
void bt_init_print(const BtInit *init, const char *fingerprint);

#endif
