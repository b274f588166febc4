#include "source/post/handle.h"

#include "base/address.h"
#include "base/error.h"

#include <string.h>

#define CONNECT_S 15L
#define WHOLE_S 60L /* a letter has a few KB; whoever takes longer is asked again later */
#define ANSWER_MAX_BYTES (64 * 1024)

/* What the other side says is not read; it only may not go on for ever. */
static size_t drop(char *data, size_t one, size_t size, void *user)
{
    gsize *dropped_bytes = user;
    (void)data, (void)one;
    *dropped_bytes += size;
    return *dropped_bytes <= ANSWER_MAX_BYTES ? size : 0;
}

CURL *bt_post_handle(const char *url, const char *protocols, const char *ca_path)
{
    CURL *curl = curl_easy_init();
    g_assert(curl != NULL);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, WHOLE_S);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    if (ca_path != NULL) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, ca_path);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    return curl;
}

static gboolean perform(CURL *curl, const char *url, GError **error)
{
    char words[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    if (code == CURLE_OK)
        return TRUE;
    g_autofree char *shown = bt_address_shown(url);
    g_set_error(error, BT_ERROR,
        code == CURLE_OPERATION_TIMEDOUT ? BT_ERROR_TIMEOUT : BT_ERROR_NETWORK, "%s: %s", shown,
        *words != '\0' ? words : curl_easy_strerror(code));
    return FALSE;
}

gboolean bt_post_perform(CURL *curl, const char *url, GError **error)
{
    gsize dropped_bytes = 0;
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &dropped_bytes);
    return perform(curl, url, error);
}

/* ---- an answer that is read ---- */

typedef struct {
    GByteArray *bytes;
    gsize max_bytes;
    gboolean is_too_long;
} Answer;

static size_t keep(char *data, size_t one, size_t size, void *user)
{
    Answer *answer = user;
    (void)one;
    answer->is_too_long = size > answer->max_bytes - answer->bytes->len;
    if (answer->is_too_long)
        return 0;
    g_byte_array_append(answer->bytes, (const guint8 *)data, (guint)size);
    return size;
}

long bt_post_ask(CURL *curl, const char *url, gsize max_bytes, GByteArray *bytes, GError **error)
{
    g_autoptr(GError) failure = NULL;
    Answer answer = { bytes, max_bytes, FALSE };
    long status = 0;
    g_byte_array_set_size(bytes, 0);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    if (perform(curl, url, &failure))
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    else if (answer.is_too_long)
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "the answer is too long: expected %" G_GSIZE_FORMAT " bytes at most", max_bytes);
    else
        g_propagate_error(error, g_steal_pointer(&failure));
    return status;
}

/* ---- addresses ---- */

gboolean bt_post_is_private(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_HAS_PASSWORD, NULL);
    const char *scheme = uri != NULL ? g_uri_get_scheme(uri) : "";
    const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;
    gboolean is_private =
        strcmp(scheme, "https") == 0 || (strcmp(scheme, "http") == 0 && bt_post_is_loopback(url));
    return is_private && host != NULL && *host != '\0' && g_uri_get_userinfo(uri) == NULL;
}

gboolean bt_post_is_loopback(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;
    return host != NULL && bt_address_is_loopback(host);
}
