/* What letters and hooks share of libcurl. Private to this folder. Thread-safety: a handle belongs
 * to one thread. */
#ifndef BT_SOURCE_POST_HANDLE_H
#define BT_SOURCE_POST_HANDLE_H

#include <curl/curl.h>
#include <glib.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CURL, curl_easy_cleanup)
typedef struct curl_slist BtPostLines;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtPostLines, curl_slist_free_all)

/* A request to `url` with every limit set: time, protocols, no redirects, no proxy of the
 * environment, certificates checked. `ca_path` (nullable) stands in place of the system's
 * authorities. (transfer full) */
CURL *bt_post_handle(const char *url, const char *protocols, const char *ca_path);
/* BT_ERROR_NETWORK, with libcurl's words and the address without its secrets. */
gboolean bt_post_perform(CURL *curl, const char *url, GError **error);
/* The same, and what came in answer into `answer`, of at most `max_bytes` (else BT_ERROR_LIMIT);
 * its status, whatever it is, or 0. */
long bt_post_ask(CURL *curl, const char *url, gsize max_bytes, GByteArray *answer, GError **error);
/* Whether nobody in between can read or bend it: https, or http to this machine itself; with a host
 * and without user and password. */
gboolean bt_post_is_private(const char *url);
/* Whether the address is one of this machine itself, where nobody can listen in. */
gboolean bt_post_is_loopback(const char *url);

#endif
