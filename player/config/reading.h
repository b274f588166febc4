/* One reading of player.conf: where each key stands, and values that are refused with their line.
 * Private to config.c and sources.c. Thread-safety: one thread a reading. */
#ifndef BT_PLAYER_CONFIG_READING_H
#define BT_PLAYER_CONFIG_READING_H

#include "player/config/config.h"

typedef struct {
    const char *path;
    char *folder;
    GKeyFile *file;
    GHashTable *lines; /* of lines.h */
    BtConfig *config;
} BtReading;

/* Errors are BT_ERROR_INVALID or BT_ERROR_SYNTAX, "FILE:LINE: what: expected …". What a file leaves
 * out leaves `*value` as it is. */
gboolean bt_reading_fail(const BtReading *reading, const char *group, const char *key,
    GError **error, const char *what, const char *expected);
char *bt_reading_string(const BtReading *reading, const char *group, const char *key);
char *bt_reading_path(const BtReading *reading, const char *group, const char *key);
gboolean bt_reading_int(const BtReading *reading, const char *group, const char *key, gint64 min,
    gint64 max, gint64 *value, GError **error);
gboolean bt_reading_bool(
    const BtReading *reading, const char *group, const char *key, gboolean *value, GError **error);
gboolean bt_reading_word(const BtReading *reading, const char *group, const char *key,
    const char *yes, const char *no, gboolean *value, GError **error);
/* Windows of the day, "HH:MM-HH:MM;…", added to `windows` (of BtTimes). */
gboolean bt_reading_windows(
    const BtReading *reading, const char *group, const char *key, GArray *windows, GError **error);
/* An id as FORMAT.md has it; what is no id is told to be one that has BT_READING_ID. */
#define BT_READING_ID "letters, digits, “.”, “_”, “-”, at most 64, no “.” first"
gboolean bt_reading_is_id(const char *text /* (nullable) */);
gboolean bt_reading_is_one_of(const char *key, const char *const *known);
/* "zone.NAME" among the known stands for all keys that begin with "zone.". */
gboolean bt_reading_check_keys(
    const BtReading *reading, const char *group, const char *const *known, GError **error);

#endif
