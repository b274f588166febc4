/* Which certificates are believed, and at what instant: one answer for all that speaks TLS here. To
 * libcurl it is told inside fetch.c; a library that takes a context of OpenSSL's gets a whole one.
 * Private to the folders that open connections. Thread-safety: safe; a context is one thread's. */
#ifndef BT_PLAYLISTS_SYNC_TLS_H
#define BT_PLAYLISTS_SYNC_TLS_H

#include "base/error.h"

#include <glib.h>

typedef struct ssl_ctx_st BtTls; /* OpenSSL's SSL_CTX */

typedef struct {
    const char *host;                 /* a name or a number: the certificate must be its own */
    const char *ca_path;              /* (nullable) the system's */
    const char *cert_path, *key_path; /* (nullable) of this side */
    const char *pin;                  /* (nullable) "sha256//BASE64", several with ";" between */
    gint64 now_ms;                    /* certificates must hold at this instant … */
    gboolean now_known; /* … or, FALSE, must not have expired by then: it is the latest that is
                           surely past */
} BtTlsOptions;

/* For the connections of one peer, by TLS 1.2 or 1.3. INVALID: a file cannot be read. (transfer
 * full: bt_tls_unref) (nullable) */
BtTls *bt_tls_new(const BtTlsOptions *options, GError **error);
/* TRUE: that was the last reference. */
gboolean bt_tls_unref(BtTls *tls);

/* What OpenSSL keeps for the calling thread, which used a context and will not again, is given
 * back: a thread that is not waited for may end after OpenSSL does. */
void bt_tls_leave_thread(void);

/* The part about time alone, for a context that somebody else made. */
void bt_tls_set_time(BtTls *tls, gboolean pinned, gint64 now_ms, gboolean now_known);

#endif
