#include "source/post/hook.h"

#include "base/clock.h"
#include "base/error.h"
#include "source/post/handle.h"

#include <string.h>

gboolean bt_hook_check_url(const char *url, GError **error)
{
    if (strlen(url) <= BT_HOOK_URL_MAX_BYTES && bt_post_is_private(url))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "webhook: expected https://HOST/PATH, or http:// to this machine itself");
    return FALSE;
}

char *bt_hook_signature(const char *secret, gint64 at_ms, const char *body)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT ".%s", at_ms / BT_SECOND_MS, body);
    return g_compute_hmac_for_string(
        G_CHECKSUM_SHA256, (const guchar *)secret, strlen(secret), text, -1);
}

static BtPostLines *make_headers(const BtHook *hook)
{
    g_autofree char *signature = bt_hook_signature(hook->secret, hook->at_ms, hook->body);
    g_autofree char *signed_by = g_strconcat("Bangtin-Signature: sha256=", signature, NULL);
    g_autofree char *delivery = g_strconcat("Bangtin-Delivery: ", hook->id, NULL);
    g_autofree char *timestamp =
        g_strdup_printf("Bangtin-Timestamp: %" G_GINT64_FORMAT, hook->at_ms / BT_SECOND_MS);
    BtPostLines *lines = curl_slist_append(NULL, "Content-Type: application/json");
    lines = curl_slist_append(lines, "Expect:");
    lines = curl_slist_append(lines, signed_by);
    lines = curl_slist_append(lines, timestamp);
    return curl_slist_append(lines, delivery);
}

gboolean bt_hook_send(const BtHook *hook, GError **error)
{
    long status = 0;
    if (!bt_hook_check_url(hook->url, error))
        return FALSE;
    g_autoptr(CURL) curl = bt_post_handle(hook->url, "http,https", hook->ca_path);
    g_autoptr(BtPostLines) lines = make_headers(hook);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "bangtin-source/" BANGTIN_VERSION);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(hook->body));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, hook->body);
    if (!bt_post_perform(curl, hook->url, error))
        return FALSE;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status / 100 == 2)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_NETWORK, "webhook: answered %ld: expected 2xx", status);
    return FALSE;
}
