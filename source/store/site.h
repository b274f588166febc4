/* The static read path, v1/…, as files: what any web server could serve (contract §4).
 *
 * Everything here is durable when TRUE is returned; names are hashes, numbers and screen ids that
 * were checked, never what somebody uploaded. Thread-safety: safe. */
#ifndef BT_SOURCE_SITE_H
#define BT_SOURCE_SITE_H

#include "playlists/envelope/envelope.h"

/* Screens, sources and users: [A-Za-z0-9._-], 1 to BT_ID_MAX_BYTES, not beginning with a dot. */
gboolean bt_site_is_id(const char *text);

/* The folders of a site. */
gboolean bt_site_make(const char *site, GError **error);

/* Paths (transfer full); names must have been checked. */
char *bt_site_root_path(const char *site, gint64 version);
char *bt_site_now_path(const char *site, const char *screen);
char *bt_site_manifest_path(const char *site, const char *sha256);
char *bt_site_order_path(const char *site, const char *sha256);
char *bt_site_asset_path(const char *site, const char *sha256);

/* Writes a document; makes its folder when it is missing. */
gboolean bt_site_write(const char *path, GBytes *bytes, GError **error);

/* Copies all of `fd` into the assets. `name` stands in messages; `sha256` and `*size_bytes` are
 * set. At most BT_ASSET_MAX_BYTES. */
gboolean bt_site_add_asset(const char *site, int fd, const char *name,
    char sha256[BT_HASH_HEX_SIZE], guint64 *size_bytes, GError **error);
/* Gives the file at `path`, which lies beside the site and has that hash, a name among the assets
 * too; `fd` is the same file, open. It keeps its old name: whoever was cut off in between finds it
 * there. */
gboolean bt_site_link_asset(const char *site, int fd, const char *path, const char *sha256,
    guint64 size_bytes, GError **error);
/* Whether the asset is there with that size. */
gboolean bt_site_has_asset(const char *site, const char *sha256, guint64 size_bytes);

/* MISMATCH when the last part of `path` is a hash, and not that of its bytes, `sha256`. */
gboolean bt_site_check_name(const char *path, const char *sha256, GError **error);

/* Removes half files that a cut left in the site (bt_io_sweep). */
void bt_site_sweep(const char *site);

/* The newest root's version, 0 when there is none. */
gint64 bt_site_newest_root(const char *site);
/* The trust that a player with this screen id would have: all roots, every signature checked.
 * (transfer full) (nullable) */
BtTrust *bt_site_load_trust(
    const char *site, const char *source, const char *screen, gint64 now_ms, GError **error);

#endif
