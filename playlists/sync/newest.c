/* now.json: the only thing that is polled, small and signed. It says which documents are newest;
 * what it says is kept at once, since it may deny, and a denial must not wait for a download. */
#include "playlists/sync/private.h"

#include <string.h>

#define NOW_MAX_BYTES BT_ENVELOPE_MAX_BYTES(BT_NOW_MAX_BYTES)

static gboolean keep_now(
    BtRound *round, BtNow *now /* transfer full */, GBytes *envelope, const char *tag)
{
    BtSync *sync = round->sync;
    GError *why = NULL;
    gboolean same = sync->now_envelope && g_bytes_equal(sync->now_envelope, envelope);
    g_clear_pointer(&sync->now, bt_now_free);
    g_clear_pointer(&sync->now_envelope, g_bytes_unref);
    sync->now = now;
    sync->now_envelope = g_bytes_ref(envelope);
    sync->now_floor = bt_state_floor(now->version, envelope);
    round->changed = round->changed || !same; /* a write that failed may have been done */
    if (!same && (!bt_state_save_floors(sync, &why) || !bt_state_save_now(sync, envelope, &why)))
        return bt_round_fail(round, "now.json", why);
    g_strlcpy(sync->now_tag, tag, sizeof sync->now_tag);
    return TRUE;
}

static BtNow *verify_now(BtRound *round, GBytes *envelope, GError **error)
{
    BtSync *sync = round->sync;
    return bt_trust_verify_now(
        sync->trust, envelope, "now.json", &sync->now_floor, round->trusted_now_ms, error);
}

/* A root we do not know yet may be what is wanting. */
static gboolean may_be_of_a_newer_root(const GError *why)
{
    return bt_sync_is_code(why, BT_ERROR_SIGNATURE) || bt_sync_is_code(why, BT_ERROR_UNKNOWN_KEY) ||
        bt_sync_is_code(why, BT_ERROR_CEILING) || bt_sync_is_code(why, BT_ERROR_EXPIRED);
}

static gboolean accept_now(BtRound *round, GBytes *envelope, const char *tag)
{
    GError *why = NULL;
    BtNow *now = verify_now(round, envelope, &why);
    if (!now && may_be_of_a_newer_root(why) && bt_roots_walk(round)) {
        g_clear_error(&why);
        now = verify_now(round, envelope, &why);
    }
    return now ? keep_now(round, now, envelope, tag) : bt_round_fail(round, "now.json", why);
}

/* Nothing newer, says the peer; whether that is still worth something is for its date to say. */
static gboolean check_fresh(BtRound *round)
{
    GError *why = NULL;
    if (round->trusted_now_ms < round->sync->now->expires_ms)
        return TRUE;
    g_autofree char *expires = bt_time_format(round->sync->now->expires_ms);
    g_set_error(&why, BT_ERROR, BT_ERROR_EXPIRED,
        "now.json:/expires: the newest is of before %s: expected a fresh one", expires);
    return bt_round_fail(round, "now.json", why);
}

gboolean bt_now_poll(BtRound *round)
{
    BtSync *sync = round->sync;
    GError *why = NULL;
    BtAnswer answer;
    g_autoptr(GBytes) envelope = NULL;
    g_autofree char *path = g_strconcat("/v1/screens/", sync->source.screen, "/now.json", NULL);
    BtGet get = { .path = path,
        .if_none_match = sync->now ? sync->now_tag : NULL,
        .max_bytes = NOW_MAX_BYTES,
        .turns = BT_NOW_TURNS };
    if (!bt_transport_read(sync->transport, &get, &answer, &envelope, &why) ||
        (envelope && !bt_answer_check_page(envelope, path, &why)))
        return bt_round_fail(round, "now.json", why);
    if (answer.status == 304 && sync->now)
        return check_fresh(round);
    if (answer.status == 200)
        return accept_now(round, envelope, answer.tag);
    bt_answer_fail(&answer, path, &why);
    return bt_round_fail(round, "now.json", why);
}

/* ---- beside a download ---- */

static gboolean is_urgent(const BtNow *before, const BtNow *now)
{
    return strcmp(before->alert, now->alert) != 0 || strcmp(before->order, now->order) != 0 ||
        now->deny->len > before->deny->len ||
        (now->commands->len > 0 && now->version != before->version);
}

gboolean bt_now_look_aside(BtRound *round)
{
    BtSync *sync = round->sync;
    BtAnswer answer;
    g_autoptr(GBytes) envelope = NULL;
    g_autofree char *path = g_strconcat("/v1/screens/", sync->source.screen, "/now.json", NULL);
    BtGet get = { .path = path,
        .if_none_match = sync->now_tag,
        .max_bytes = NOW_MAX_BYTES,
        .turns = BT_NOW_TURNS };
    g_autoptr(BtTransport) aside = bt_sync_another_transport(sync);
    if (!aside || !bt_transport_read(aside, &get, &answer, &envelope, NULL) || !envelope)
        return FALSE;
    sync->transport->bytes += aside->bytes;
    g_autoptr(BtNow) now = verify_now(round, envelope, NULL);
    return now && is_urgent(sync->now, now);
}

/* After a new root everything must hold under it, now.json first. */
void bt_now_follow_root(BtRound *round)
{
    BtSync *sync = round->sync;
    GError *why = NULL;
    if (!bt_roots_walk(round))
        return;
    BtNow *now = verify_now(round, sync->now_envelope, &why);
    g_clear_pointer(&sync->now, bt_now_free);
    sync->now = now;
    if (now)
        return;
    sync->now_tag[0] = '\0';
    round->stopped = TRUE;
    bt_round_fail(round, "now.json", why);
}
