/* The last second at which the glass was surely as the ledger says: a note of fixed size beside the
 * ledger, written in place each second, where a transaction of the database a second would cost
 * more than all the rest of a still page.
 *
 * It is in the kernel's hands when a write returns, so a killed process loses nothing of it, and on
 * the disk every BT_SEEN_SYNC_EVERY writes. Thread-safety: one thread a BtSeen. */
#ifndef BT_PLAYER_FACTS_SEEN_H
#define BT_PLAYER_FACTS_SEEN_H

#include <glib.h>

/* Seconds that a power cut may take from an uptime: an SD card that is synced each second for years
 * wears out. */
#define BT_SEEN_SYNC_EVERY 5
#define BT_SEEN_MAX_BOOT 64 /* characters of a boot's id, letters, digits and "-" */

typedef struct BtSeen BtSeen;

/* What a note says: the stretch of life that began at `from_ms` in this boot went on at `seen_ms`.
 */
typedef struct {
    char boot[BT_SEEN_MAX_BOOT + 1];
    gint64 from_ms, seen_ms; /* wall time */
} BtSeenNote;

/* Makes the file when it is missing or no note can be in it. BT_ERROR_IO. (transfer full)
 * (nullable) */
BtSeen *bt_seen_open(const char *path, GError **error);
void bt_seen_close(BtSeen *seen);
gboolean bt_seen_write(BtSeen *seen, const BtSeenNote *note, GError **error);

/* The newest note that is whole; FALSE without one. Any process may ask at any time. */
gboolean bt_seen_read(const char *path, BtSeenNote *note);

#endif
