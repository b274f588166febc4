/* The page of a source on another machine, as programs use it (API.md): whoever signs in has a
 * session here, which is over when this is freed. Only by https, or to this machine itself; the
 * server's certificate is checked, nothing is followed, every answer is bounded.
 * Thread-safety: one thread an object; a question blocks for a minute at the most. */
#ifndef BT_SOURCE_REMOTE_H
#define BT_SOURCE_REMOTE_H

#include "base/json.h"

typedef struct BtRemote BtRemote;

/* `url` is https://HOST[:PORT]; `ca_path` (nullable) stands in place of the system's authorities.
 * BT_ERROR_INVALID. (transfer full) (nullable) */
BtRemote *bt_remote_new(const char *url, const char *ca_path, GError **error);
/* Signs out, where somebody is signed in. Takes NULL too. */
void bt_remote_free(BtRemote *remote);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtRemote, bt_remote_free)

/* The first step: FALSE with BT_ERROR_DENIED and the server's words. Where a code is asked for as
 * well, `*needs_code`. */
gboolean bt_remote_sign_in(
    BtRemote *remote, const char *user, const char *password, gboolean *needs_code, GError **error);
/* The second one. */
gboolean bt_remote_give_code(BtRemote *remote, const char *code, GError **error);

/* What a page says to programs. BT_ERROR_DENIED: the server said no, in its words;
 * BT_ERROR_NETWORK: what answers is no source. (transfer full) (nullable) */
BtJson *bt_remote_read(BtRemote *remote, const char *path, GError **error);
/* Bytes of at most `max_bytes`. (transfer full) (nullable) */
GBytes *bt_remote_fetch(BtRemote *remote, const char *path, gsize max_bytes, GError **error);
/* Sends a form: the session's token and these names and values, NULL-ended. */
gboolean bt_remote_send(
    BtRemote *remote, const char *path, GError **error, ...) G_GNUC_NULL_TERMINATED;

#endif
