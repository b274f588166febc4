/* The time, for boards that cannot know it: signed with the freshness key together with the number
 * that the board made, so that an answer is good for one question. Whoever asks learns no more than
 * what stands in every answer's Date; what an address may cost the server is bounded. */
#include "source/serve/daemon.h"

#include "playlists/envelope/envelope.h"

#include <string.h>

#define QUESTIONS_BURST 60
#define QUESTIONS_PER_MINUTE 120 /* of one address: boards behind one router share it */

static gboolean read_question(const BtRequest *request, BtNonce *nonce)
{
    g_autoptr(BtJson) json = bt_json_parse(
        request->body->data, request->body->len, "time", BT_TIME_QUESTION_MAX_BYTES, 2, NULL);
    BtJsonAt root = bt_json_root("time", json), at;
    const char *hex = json != NULL && bt_json_read_object(&root, NULL) &&
            bt_json_require(&root, "nonce", &at, NULL)
        ? bt_json_read_sha256(&at, NULL)
        : NULL;
    if (hex != NULL)
        g_strlcpy(nonce->hex, hex, sizeof nonce->hex);
    return hex != NULL;
}

BtAnswered bt_post_time(BtRequest *request)
{
    static const char *const headers[] = { "Cache-Control", "no-store", NULL };
    BtServer *server = request->server;
    BtNonce nonce;
    g_autofree char *bucket = g_strconcat("time ", bt_peer_address(request->peer), NULL);
    int wait_s = bt_peers_take(
        server->peers, bucket, QUESTIONS_BURST, QUESTIONS_PER_MINUTE, bt_server_mono_ms());
    if (wait_s > 0)
        return bt_http_refuse_for(
            request, MHD_HTTP_TOO_MANY_REQUESTS, "too many questions", wait_s);
    if (!read_question(request, &nonce))
        return bt_http_refuse(request, MHD_HTTP_BAD_REQUEST, "not a nonce");
    g_autoptr(GBytes) payload =
        bt_time_payload(server->store->source, &nonce, bt_server_wall_ms(server));
    g_autoptr(GBytes) envelope = bt_envelope_seal("time", payload, &server->store->freshness, 1);
    return bt_http_answer(request, MHD_HTTP_OK, "application/json", envelope, headers);
}
