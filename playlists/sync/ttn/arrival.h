/* How the file behind one address arrives; private to this folder. */
#ifndef BT_PLAYLISTS_SYNC_TTN_ARRIVAL_H
#define BT_PLAYLISTS_SYNC_TTN_ARRIVAL_H

#include "playlists/sync/ttn/media.h"

struct BtTtnMedia {
    BtTtnMediaOptions options;
    BtBooks books;
    BtTransport *transport; /* NULL, or kept for the next address of the same host */
    char *host;             /* "https://HOST:PORT" it speaks to */
    guint64 line_bytes;
};

typedef struct {
    BtTtnMedia *media;
    BtTtnMedium *medium; /* its bytes become known under way */
    const BtTtnMediaStop *stop;
    gint64 slice_ends_ms;
    BtIncoming *incoming;
    char *address;      /* where it is now, after redirects */
    char *path;         /* of it, with its query */
    guint64 size_bytes; /* of the whole; 0: not told yet */
    guint64 allowed;    /* bytes that this request may bring */
    guint64 got;        /* bytes that it brought */
    gboolean answered;  /* by somebody, whatever the answer */
    gboolean resumable; /* stopping costs nothing */
    gboolean partial;   /* the answer may end before the whole */
    gboolean unchanged; /* what is here is what is there */
    char tag[BT_TAG_MAX_BYTES + 1], modified[BT_FIELD_MAX_BYTES + 1]; /* as they came */
    gboolean again; /* the file changed: once more, from the start */
    gboolean paused, waits;
} BtTtnArrival;

/* All of it, or as much as comes: TRUE when it is whole in the cache, or `unchanged` there. FALSE
 * with `paused` or `waits` (for the budget) is no failure. */
gboolean bt_ttn_arrival_fetch(BtTtnArrival *arrival, char sha256[BT_HASH_HEX_SIZE], GError **error);

#endif
