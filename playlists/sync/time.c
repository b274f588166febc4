/* The question for the time. It is a POST so that nothing between us and the source answers it out
 * of a store; the nonce would show that, but the answer would be lost. */
#include "playlists/sync/private.h"

#include <string.h>

#define PATH "/v1/time"

static GBytes *question(const BtNonce *nonce)
{
    char *text = g_strdup_printf("{\"nonce\":\"%s\"}", nonce->hex);
    return g_bytes_new_take(text, strlen(text));
}

/* Statuses by which a server says that it has no such service. */
static gboolean has_no_time(const BtAnswer *answer)
{
    return answer->status == 403 || answer->status == 404 || answer->status == 405 ||
        answer->status == 410 || answer->status == 501;
}

gboolean bt_sync_ask_time(BtSync *sync, const BtNonce *nonce, const BtPatience *patience,
    GBytes **envelope, GError **error)
{
    g_autoptr(GBytes) body = question(nonce);
    BtPost post = { .path = PATH,
        .content_type = "application/json",
        .body = body,
        .max_bytes = BT_TIME_MAX_BYTES };
    BtAnswer answer;
    GError *failure = NULL;
    *envelope = NULL;
    bt_transport_be_patient(sync->transport, patience);
    gboolean answered = bt_transport_send(sync->transport, &post, &answer, envelope, &failure);
    bt_transport_be_patient(sync->transport, NULL);
    if (!answered) {
        if (bt_sync_is_code(failure, BT_ERROR_UNSUPPORTED)) /* a folder */
            failure->code = BT_ERROR_NOT_FOUND;
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (answer.status == 200)
        return TRUE;
    g_clear_pointer(envelope, g_bytes_unref);
    if (has_no_time(&answer))
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
            "%s: answered %d: this source tells no time", PATH, answer.status);
    else
        bt_answer_fail(&answer, PATH, error);
    return FALSE;
}

gboolean bt_sync_verify_time(const BtSync *sync, GBytes *envelope, const BtNonce *nonce,
    gint64 floor_ms, gint64 *utc_ms, GError **error)
{
    return bt_trust_verify_time(sync->trust, envelope, "time", nonce, floor_ms, utc_ms, error);
}
