/* A webhook: what happened, as JSON, to a program of somebody else by HTTPS. The receiver knows by
 * the signature that it comes from this source, and by the id what came twice.
 * Thread-safety: safe; a call blocks for a minute at the most. */
#ifndef BT_SOURCE_HOOK_H
#define BT_SOURCE_HOOK_H

#include <glib.h>

#define BT_HOOK_URL_MAX_BYTES 1000

typedef struct {
    const char *url, *secret;
    const char *id;      /* the same when it is sent again */
    const char *body;    /* JSON */
    const char *ca_path; /* (nullable) a file of authorities in place of the system's */
    gint64 at_ms;        /* of the sending */
} BtHook;

/* https, or http to this machine itself; without user and password. BT_ERROR_INVALID. */
gboolean bt_hook_check_url(const char *url, GError **error);
/* HMAC-SHA-256, keyed by the secret, of TIMESTAMP.BODY in hexadecimal (transfer full); the header
 * Bangtin-Timestamp has the seconds since 1970, Bangtin-Signature "sha256=" and this. */
char *bt_hook_signature(const char *secret, gint64 at_ms, const char *body);
/* TRUE when an answer 2xx came; else BT_ERROR_NETWORK or BT_ERROR_TIMEOUT. */
gboolean bt_hook_send(const BtHook *hook, GError **error);

#endif
