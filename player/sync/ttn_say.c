/* How something is said to a TTN: what was answered is said. A report that is refused is tried some
 * minutes, later and later; then, if the board's state is taken meanwhile, it is that report which
 * the province does not like: it becomes an event of the log, and it is the next one's turn. A
 * board of which nothing is taken keeps all it has to say. */
#include "player/sync/ttn_talk.h"

#include "base/hash.h"
#include "player/config/ttn_setup.h"

#include <string.h>

#define CALL_LIMIT_MS (30 * BT_SECOND_MS)
#define REFUSALS_MAX 7 /* of one report: two minutes, in which the state was said anew */
#define REGISTERED "ttn.registered"

static void count(BtTtnTalk *talk)
{
    guint64 bytes = bt_ttn_session_bytes(talk->session);
    g_mutex_lock(&talk->ttn->mutex);
    guint64 broker_bytes = talk->ttn->mqtt == NULL ? 0 : bt_mqtt_take_bytes(talk->ttn->mqtt);
    talk->ttn->broker_bytes += broker_bytes;
    talk->ttn->talked_bytes += bytes - talk->session_bytes + broker_bytes;
    g_mutex_unlock(&talk->ttn->mutex);
    talk->session_bytes = bytes;
}

/* Of bt_ttn_session_new: what the dialect says by the broker. */
static gboolean publish(const char *topic, GBytes *payload, gpointer user, GError **error)
{
    BtSyncTtn *ttn = user;
    g_mutex_lock(&ttn->publishing);
    g_mutex_lock(&ttn->mutex);
    BtMqtt *mqtt = ttn->connected ? ttn->mqtt : NULL;
    g_mutex_unlock(&ttn->mutex);
    gboolean said = mqtt != NULL && bt_mqtt_publish(mqtt, topic, payload, error);
    g_mutex_unlock(&ttn->publishing);
    if (mqtt == NULL)
        g_set_error_literal(
            error, BT_ERROR, BT_ERROR_NETWORK, "mqtt: not connected: expected the broker");
    return said;
}

gboolean bt_ttn_talk_open(BtTtnTalk *talk, GError **error)
{
    const BtConfigSource *source = talk->ttn->source;
    g_autofree char *name = g_strdup_printf("ttn.%s.token", source->name);
    g_autofree char *token = bt_config_state_path(talk->ttn->role->config, name);
    BtTtnSessionOptions options = bt_ttn_setup_session(source, talk->ttn->dialect);
    options.token_path = token;
    options.now = bt_sync_role_tls_now;
    options.now_user = talk->ttn->role;
    options.publish = publish;
    options.publish_user = talk->ttn;
    talk->session = bt_ttn_session_new(&options, error);
    return talk->session != NULL;
}

/* A value that nobody set, a template that cannot be filled. */
static gboolean can_be_said(BtTtnTalk *talk, BtTtnCall call, GHashTable *values)
{
    BtTtnRequest request = { 0 };
    gboolean can = bt_dialect_request(talk->ttn->dialect, call, values, &request, &talk->trouble);
    bt_ttn_request_clear(&request);
    return can;
}

static BtTtnOutcome ask(BtTtnTalk *talk, BtTtnCall call, GHashTable *values, GBytes **body)
{
    BtTtnReply reply = { 0 };
    BtPatience patience = { CALL_LIMIT_MS, &talk->ttn->role->cancelled, .stretches = TRUE };
    BtPatience last = { .limit_ms = BT_TTN_LAST_MS };
    gboolean answered = bt_ttn_session_call(talk->session, call, values,
        talk->ending ? &last : &patience, &reply, body, &talk->trouble);
    if (answered && !reply.ok)
        talk->trouble = g_error_new(BT_ERROR, BT_ERROR_DENIED, "%s: the source refuses: %s",
            bt_ttn_call_name(call), reply.reason != NULL ? reply.reason : "");
    BtTtnOutcome outcome = !answered ? BT_TTN_UNHEARD
        : reply.ok                   ? BT_TTN_WAS_SAID
                                     : BT_TTN_WAS_REFUSED;
    bt_ttn_reply_clear(&reply);
    return outcome;
}

BtTtnOutcome bt_ttn_say_call(BtTtnTalk *talk, BtTtnCall call, GHashTable *values, GBytes **body)
{
    g_clear_error(&talk->trouble);
    if (!can_be_said(talk, call, values))
        return BT_TTN_WAS_REFUSED;
    BtTtnOutcome outcome = ask(talk, call, values, body);
    count(talk);
    if (outcome != BT_TTN_UNHEARD)
        bt_ttn_heard(talk->ttn);
    return outcome;
}

/* ---- the outbox ---- */

static gboolean call_of(BtOutKind kind, BtTtnCall *call)
{
    static const BtTtnCall calls[] = { BT_TTN_PLAYED, BT_TTN_ENDED, BT_TTN_SAVED, BT_TTN_CANCELLED,
        BT_TTN_REQUISITION };
    *call = calls[MIN(kind, G_N_ELEMENTS(calls) - 1)];
    return kind < G_N_ELEMENTS(calls);
}

/* Whether it is to be tried again. */
static gboolean may_be_liked_later(BtTtnTalk *talk, const BtOutboxEntry *entry)
{
    talk->refusals = talk->refused == entry->seq ? talk->refusals + 1 : 1;
    talk->refused = entry->seq;
    if (talk->refusals < REFUSALS_MAX || !talk->is_liked)
        return TRUE;
    bt_ttn_say(&talk->hands, "refused", talk->trouble, "outbox", NULL);
    return FALSE;
}

static BtTtnOutcome say_entry(BtTtnTalk *talk, const BtOutboxEntry *entry, gboolean *drop)
{
    BtTtnCall call;
    *drop = TRUE;
    if (!call_of(entry->kind, &call) || !bt_dialect_has_call(talk->ttn->dialect, call))
        return BT_TTN_WAS_SAID; /* this dialect has no words for it */
    g_autoptr(GHashTable) values = bt_ttn_words_of(talk, entry);
    if (values == NULL) {
        g_message("%s: a bulletin that is not known any more was shown: it is not reported",
            talk->ttn->source->name);
        return BT_TTN_WAS_SAID;
    }
    BtTtnOutcome outcome = bt_ttn_say_call(talk, call, values, NULL);
    *drop = outcome == BT_TTN_WAS_SAID ||
        (outcome == BT_TTN_WAS_REFUSED && !may_be_liked_later(talk, entry));
    return outcome == BT_TTN_WAS_REFUSED && *drop ? BT_TTN_WAS_SAID : outcome;
}

/* FALSE: not all of it could be said now. */
gboolean bt_ttn_say_outbox(BtTtnTalk *talk, gint64 limit_ms)
{
    gint64 until_us = g_get_monotonic_time() + limit_ms * 1000;
    BtOutboxEntry entry;
    while (g_get_monotonic_time() < until_us &&
        bt_outbox_first(talk->hands.facts, talk->ttn->source->name, &entry, NULL)) {
        gboolean drop;
        BtTtnOutcome outcome = say_entry(talk, &entry, &drop);
        gboolean removed = drop && bt_outbox_remove(talk->hands.facts, entry.seq, NULL);
        bt_outbox_entry_clear(&entry);
        if (outcome != BT_TTN_WAS_SAID || !removed)
            return FALSE;
        talk->failures = 0; /* pauses grow where nothing gets through */
    }
    return TRUE;
}

/* ---- registration ---- */

/* Once for what the board is now: another address or name is registered again. */
static void identity_of(BtTtnTalk *talk, char hex[BT_HASH_HEX_SIZE])
{
    BtHasher *hasher = bt_hasher_new();
    const GPtrArray *sets = talk->ttn->source->ttn->sets;
    const char *base = talk->ttn->source->base, *screen = talk->ttn->role->config->screen_id;
    bt_hasher_update(hasher, base, strlen(base) + 1);
    bt_hasher_update(hasher, screen, strlen(screen) + 1);
    for (guint i = 0; i < sets->len; i++) {
        const BtConfigPair *pair = g_ptr_array_index(sets, i);
        bt_hasher_update(hasher, pair->name, strlen(pair->name) + 1);
        bt_hasher_update(hasher, pair->value, strlen(pair->value) + 1);
    }
    bt_hasher_peek(hasher, hex);
    bt_hasher_free(hasher);
}

static gboolean was_registered(BtTtnTalk *talk, const char *identity)
{
    g_autoptr(GBytes) bytes = bt_cache_read_document(
        talk->hands.cache, talk->ttn->source->name, REGISTERED, BT_HASH_HEX_SIZE, NULL);
    return bytes != NULL && g_bytes_get_size(bytes) == strlen(identity) &&
        memcmp(g_bytes_get_data(bytes, NULL), identity, strlen(identity)) == 0;
}

BtTtnOutcome bt_ttn_say_registration(BtTtnTalk *talk)
{
    char identity[BT_HASH_HEX_SIZE];
    identity_of(talk, identity);
    talk->registered = talk->registered || was_registered(talk, identity) ||
        !bt_dialect_has_call(talk->ttn->dialect, BT_TTN_REGISTER);
    if (talk->registered)
        return BT_TTN_WAS_SAID;
    g_autoptr(GHashTable) values = bt_ttn_words_now(talk, NULL);
    g_clear_error(&talk->trouble);
    if (!can_be_said(talk, BT_TTN_REGISTER, values)) { /* nobody named a place for it */
        g_clear_error(&talk->trouble);
        talk->registered = TRUE;
        return BT_TTN_WAS_SAID;
    }
    BtTtnOutcome outcome = bt_ttn_say_call(talk, BT_TTN_REGISTER, values, NULL);
    if (outcome == BT_TTN_WAS_REFUSED) /* it may be there already; what follows will tell */
        bt_ttn_say(&talk->hands, "refused", talk->trouble, "register", NULL);
    talk->registered = outcome != BT_TTN_UNHEARD;
    if (outcome == BT_TTN_WAS_SAID) {
        g_autoptr(GBytes) bytes = g_bytes_new(identity, strlen(identity));
        (void)bt_cache_write_document(
            talk->hands.cache, talk->ttn->source->name, REGISTERED, bytes, NULL);
    }
    return outcome;
}
