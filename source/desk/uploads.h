/* Files that come in pieces, over lines that break: what is there so far, and what becomes of it
 * when it is whole.
 *
 * A half file lies in the data folder as incoming/ID, for its owner alone. A piece is synced before
 * its end is written down as the offset, and only that is told; so an upload goes on after a cut of
 * the line, of the power or of the server from where somebody was told it is. Whoever works on a
 * file holds its lock, so that two pieces never mix. When it is whole it is hashed and looked at by
 * the jailed decoder, gets its name among the assets, and a row in the library of its area; its
 * name is a label for people and never one of a file.
 *
 * Thread-safety: one thread a store; bt_upload_write and bt_upload_examine know no store and block,
 * so they may run in another thread. */
#ifndef BT_SOURCE_UPLOADS_H
#define BT_SOURCE_UPLOADS_H

#include "base/hash.h"
#include "source/press/probe.h"
#include "source/store/store.h"

#define BT_UPLOAD_PIECE_MAX_BYTES (256 * 1024) /* a second of a line of 2 Mbit/s */
#define BT_UPLOADS_MAX 10                      /* of a person, that are not whole yet */
#define BT_UPLOAD_NAME_MAX 200                 /* code points */
#define BT_UPLOAD_LIFE_MS (7 * BT_DAY_MS)      /* without a new piece */
#define BT_UPLOAD_ID_HEX 32
#define BT_DISK_RESERVE_BYTES (G_GINT64_CONSTANT(2) * 1024 * 1024 * 1024)

typedef enum {
    BT_UPLOAD_COMING,
    BT_UPLOAD_WHOLE,  /* all bytes are here; it is being looked at */
    BT_UPLOAD_DONE,   /* it is in the library as `sha256` */
    BT_UPLOAD_FAILED, /* it cannot be played; `problem` is the reason's word */
    BT_N_UPLOAD_STATES
} BtUploadState;

typedef struct {
    char *id, *user, *area, *name;
    gint64 size_bytes, offset_bytes;
    BtUploadState state;
    char *sha256, *problem; /* NULL where the state has none */
} BtUpload;

/* With all it holds. */
void bt_upload_free(BtUpload *upload);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtUpload, bt_upload_free)

/* "coming", "whole", "done", "failed". Static. */
const char *bt_upload_state_name(BtUploadState state);

/* The last part of a path, without what no name for people has; "" when nothing is left. (transfer
 * full) */
char *bt_upload_clean_name(const char *name);

typedef struct {
    const char *user, *area, *name; /* the name as it came */
    gint64 size_bytes, modified_ms;
} BtUploadNew;

/* Begins one, or finds the one that the same person began for the same file. BT_ERROR_INVALID for
 * a name or size that none has; BT_ERROR_LIMIT: too large; BT_ERROR_CONFLICT: BT_UPLOADS_MAX are
 * under way; BT_ERROR_IO: the disk is too full, or fails. (transfer full) (nullable) */
BtUpload *bt_uploads_begin(
    BtStore *store, const BtUploadNew *upload, gint64 now_ms, GError **error);
/* Only its own person's. BT_ERROR_NOT_FOUND. (transfer full) (nullable) */
BtUpload *bt_uploads_find(BtStore *store, const char *id, const char *user, GError **error);
/* Those that are coming or being looked at, the newest first. (transfer full): GPtrArray of
 * BtUpload
 */
GPtrArray *bt_uploads_unfinished(BtStore *store, const char *user);
/* It, and its half file. */
gboolean bt_uploads_forget(BtStore *store, const BtUpload *upload, GError **error);
/* Forgets those that nobody touched for BT_UPLOAD_LIFE_MS. */
void bt_uploads_sweep(BtStore *store, gint64 now_ms);

/* Its half file, open and locked until it is closed. BT_ERROR_CONFLICT: somebody works on it.
 * -1 with an error. */
int bt_upload_open(const BtStore *store, const BtUpload *upload, GError **error);
/* Writes a piece at the offset, which ends the file, and syncs it. Any thread. */
gboolean bt_upload_write(
    int fd, gint64 offset_bytes, const void *data, gsize size_bytes, GError **error);
/* What was written counts from now on; the last piece makes it BT_UPLOAD_WHOLE. */
gboolean bt_uploads_advance(
    BtStore *store, BtUpload *upload, gint64 offset_bytes, gint64 now_ms, GError **error);

/* What was found in a whole file. */
typedef struct {
    char sha256[BT_HASH_HEX_SIZE];
    const char *type; /* media type, by its bytes; static */
    BtProbe probe;
} BtUploadFound;

/* Hashes the file, looks at it and, when boards can play it, names it among the assets of `site`.
 * `path` is its half file's, `decoder` as of bt_probe_media. BT_ERROR_UNSUPPORTED: not a picture,
 * film, sound or subtitles; others as the decoder says. Any thread. */
gboolean bt_upload_examine(int fd, const char *path, const char *site, const char *decoder,
    BtUploadFound *found, GError **error);
/* The path of its half file. (transfer full) */
char *bt_upload_path(const BtStore *store, const BtUpload *upload);
/* It is in the library of its area: at once, where the same bytes were there already. */
gboolean bt_uploads_finish(
    BtStore *store, BtUpload *upload, const BtUploadFound *found, gint64 now_ms, GError **error);
/* It cannot be played, for `reason`. */
gboolean bt_uploads_fail(
    BtStore *store, BtUpload *upload, const GError *reason, gint64 now_ms, GError **error);

#endif
