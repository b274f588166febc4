/* A board without a screen greets: it shows a code that follows from its key, the operator sees the
 * same code here and says which screen it is. Until then it asks again now and then. */
#include "source/serve/daemon.h"

#include "base/error.h"
#include "base/io.h"
#include "playlists/sync/sync.h"
#include "source/store/screens.h"
#include "source/store/site.h"

#include <string.h>

#define GREETING_MAX_BYTES 1024
#define GREETINGS_BURST 30
#define GREETINGS_PER_MINUTE 60 /* of one address; boards behind one router share it */

static gboolean read_greeting(BtRequest *request, BtPublicKey *key, char code[10], GError **error)
{
    g_autoptr(BtJson) json = bt_json_parse(
        request->body->data, request->body->len, "enrol", GREETING_MAX_BYTES, 4, error);
    BtJsonAt root = bt_json_root("enrol", json), key_at, code_at;
    if (json == NULL || !bt_json_read_object(&root, error) ||
        !bt_json_require(&root, "key", &key_at, error) ||
        !bt_json_require(&root, "code", &code_at, error))
        return FALSE;
    const char *base64 = bt_json_read_string(&key_at, 1, 100, error);
    const char *said = base64 != NULL ? bt_json_read_string(&code_at, 1, 20, error) : NULL;
    if (said == NULL)
        return FALSE;
    if (!bt_public_key_from_base64(base64, key))
        return bt_json_fail(&key_at, BT_ERROR_INVALID, error, "not a key");
    bt_claim_code(key, code);
    return strcmp(said, code) == 0 ||
        bt_json_fail(&code_at, BT_ERROR_INVALID, error, "not the key's code");
}

static BtAnswered answer_screen(BtRequest *request, const char *screen)
{
    g_autofree char *path = bt_site_root_path(request->server->store->site, 1);
    g_autoptr(GBytes) root = bt_io_read(path, BT_ENVELOPE_MAX_BYTES(BT_ROOT_MAX_BYTES), NULL);
    if (root == NULL)
        return bt_http_refuse_for(request, MHD_HTTP_SERVICE_UNAVAILABLE, "cannot read", 10);
    g_autofree char *base64 = g_base64_encode(g_bytes_get_data(root, NULL), g_bytes_get_size(root));
    g_autoptr(BtJson) reply = bt_json_new_object();
    bt_json_set_string(reply, "screen", screen);
    bt_json_set_string(reply, "root", base64);
    return bt_http_answer_json(request, MHD_HTTP_OK, reply);
}

static BtAnswered answer_waiting(BtRequest *request)
{
    g_autoptr(BtJson) reply = bt_json_new_object();
    bt_json_set_string(reply, "status", "waiting");
    return bt_http_answer_json(request, MHD_HTTP_ACCEPTED, reply);
}

static BtAnswered wait_for_claim(BtRequest *request, const char *base64, const char *code)
{
    g_autoptr(GError) error = NULL;
    if (bt_waiting_note(request->server->store, base64, code, bt_peer_address(request->peer),
            bt_server_wall_ms(request->server), &error))
        return answer_waiting(request);
    if (g_error_matches(error, BT_ERROR, BT_ERROR_DENIED))
        return bt_http_refuse(request, MHD_HTTP_FORBIDDEN, "turned down");
    if (g_error_matches(error, BT_ERROR, BT_ERROR_LIMIT))
        return bt_http_refuse_for(request, MHD_HTTP_TOO_MANY_REQUESTS, "too many boards wait", 600);
    g_message("enrol: %s", error->message);
    return bt_http_refuse_for(request, MHD_HTTP_SERVICE_UNAVAILABLE, "cannot keep it now", 30);
}

BtAnswered bt_post_enrol(BtRequest *request)
{
    BtPublicKey key;
    char code[10];
    BtAnswered answered;
    g_autofree char *bucket = g_strconcat("enrol ", bt_peer_address(request->peer), NULL);
    int wait_s = bt_peers_take(
        request->server->peers, bucket, GREETINGS_BURST, GREETINGS_PER_MINUTE, bt_server_mono_ms());
    if (wait_s > 0)
        return bt_http_refuse_for(
            request, MHD_HTTP_TOO_MANY_REQUESTS, "too many greetings", wait_s);
    if (!read_greeting(request, &key, code, NULL))
        return bt_http_refuse(request, MHD_HTTP_BAD_REQUEST, "not a greeting");
    if (!bt_signed_check(request, &key, &answered))
        return answered;
    g_autofree char *base64 = bt_public_key_to_base64(&key);
    g_autofree char *screen = bt_screens_with_key(request->server->store, base64);
    return screen != NULL ? answer_screen(request, screen) : wait_for_claim(request, base64, code);
}
