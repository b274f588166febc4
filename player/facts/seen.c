/* Two slots, a block of the file system apart, so that no write can tear both. The slot that is on
 * the disk stays as it is while the other is written, and only a sync makes them change places; so
 * wherever the power goes, one whole note is left, at most BT_SEEN_SYNC_EVERY writes old. A slot is
 * a line of text, so that people can read it too:
 *
 *     seen COUNTER BOOT FROM_MS SEEN_MS SHA256
 *
 * The hash is of the line before it; the higher counter is the newer note. */
#include "player/facts/seen.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SLOTS 2
#define SLOT_BYTES 256
#define SLOT_APART_BYTES 4096
#define FILE_BYTES (SLOTS * SLOT_APART_BYTES)

struct BtSeen {
    char *path;
    int fd;
    guint slot; /* the next to be written */
    guint unsynced;
    guint64 counter; /* of the last note */
};

/* ---- a slot ---- */

static void fill_slot(char slot[SLOT_BYTES], guint64 counter, const BtSeenNote *note)
{
    char sha256[BT_HASH_HEX_SIZE];
    memset(slot, 0, SLOT_BYTES);
    int n = g_snprintf(slot, SLOT_BYTES - BT_HASH_HEX_SIZE - 1,
        "seen %" G_GUINT64_FORMAT " %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " ", counter,
        note->boot, note->from_ms, note->seen_ms);
    bt_hash_data(slot, (gsize)n, sha256);
    g_snprintf(slot + n, (gulong)(SLOT_BYTES - n), "%s\n", sha256);
}

/* The counter of a whole note, which begins with 1; 0: there is none. */
static guint64 read_slot(const char *data, BtSeenNote *note)
{
    char text[SLOT_BYTES + 1] = "", said[BT_HASH_HEX_SIZE], sha256[BT_HASH_HEX_SIZE];
    guint64 counter = 0;
    int hash_at = 0;
    memcpy(text, data, SLOT_BYTES);
    if (sscanf(text, "seen %" G_GUINT64_FORMAT " %64s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %n",
            &counter, note->boot, &note->from_ms, &note->seen_ms, &hash_at) != 4 ||
        hash_at == 0 || sscanf(text + hash_at, "%64s", said) != 1)
        return 0;
    bt_hash_data(text, (gsize)hash_at, sha256);
    return g_str_equal(said, sha256) ? counter : 0;
}

/* ---- the file ---- */

static guint64 newest_of(GBytes *file, BtSeenNote *note, guint *slot)
{
    guint64 newest = 0;
    gsize size_bytes;
    const char *data = g_bytes_get_data(file, &size_bytes);
    for (guint i = 0; size_bytes == FILE_BYTES && i < SLOTS; i++) {
        BtSeenNote found;
        guint64 counter = read_slot(data + i * SLOT_APART_BYTES, &found);
        if (counter <= newest)
            continue;
        newest = counter;
        *note = found;
        *slot = i;
    }
    return newest;
}

gboolean bt_seen_read(const char *path, BtSeenNote *note)
{
    guint slot;
    g_autoptr(GBytes) file = bt_io_read(path, FILE_BYTES, NULL);
    return file != NULL && newest_of(file, note, &slot) > 0;
}

static gboolean make_file(const char *path, GError **error)
{
    static const char empty[FILE_BYTES];
    return bt_io_write(path, empty, sizeof empty, 0600, error);
}

BtSeen *bt_seen_open(const char *path, GError **error)
{
    BtSeenNote note;
    guint slot = 1;
    g_autoptr(GBytes) file = bt_io_read(path, FILE_BYTES, NULL);
    guint64 counter = file == NULL ? 0 : newest_of(file, &note, &slot);
    if (counter == 0 && !make_file(path, error))
        return NULL;
    /* The newest note reaches the disk before the one before it is written over. */
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fdatasync(fd) < 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot open");
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    BtSeen *seen = g_new0(BtSeen, 1);
    *seen = (BtSeen){ g_strdup(path), fd, (slot + 1) % SLOTS, 0, counter };
    return seen;
}

void bt_seen_close(BtSeen *seen)
{
    if (seen == NULL)
        return;
    close(seen->fd);
    g_free(seen->path);
    g_free(seen);
}

static gboolean sync_slot(BtSeen *seen)
{
    if (++seen->unsynced < BT_SEEN_SYNC_EVERY)
        return TRUE;
    if (fdatasync(seen->fd) < 0)
        return FALSE;
    seen->unsynced = 0;
    seen->slot = (seen->slot + 1) % SLOTS;
    return TRUE;
}

gboolean bt_seen_write(BtSeen *seen, const BtSeenNote *note, GError **error)
{
    char slot[SLOT_BYTES];
    fill_slot(slot, ++seen->counter, note);
    errno = EIO; /* of a short write */
    if (pwrite(seen->fd, slot, sizeof slot, (off_t)seen->slot * SLOT_APART_BYTES) == sizeof slot &&
        sync_slot(seen))
        return TRUE;
    bt_error_set_errno(error, BT_ERROR_IO, errno, seen->path, "cannot write");
    return FALSE;
}
