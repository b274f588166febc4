/* The talk: what the board has to say to a TTN, one thing after the other, in the order in which it
 * happened and with the times at which it did. What was not answered is said again, later and
 * later; what was answered with a refusal is tried a few times, and then it is an event of the log
 * and the next one's turn: one report that a province does not like must not silence a board. */
#include "player/sync_ttn.h"

#include "base/hash.h"
#include "playlists/sync/pace.h"
#include "playlists/sync/ttn/session.h"

#include <string.h>

#define STATE_EVERY_MS BT_MINUTE_MS /* when the dialect leaves it to us */
#define LEAST_EVERY_MS (5 * BT_SECOND_MS)
#define CALL_LIMIT_MS (30 * BT_SECOND_MS)
#define DRAIN_MS (10 * BT_SECOND_MS) /* of the outbox, before the state has its turn again */
#define REFUSALS_MAX 3               /* of one report */
#define LAST_MS (2 * BT_SECOND_MS)   /* at the end, for what happened last */
#define REGISTERED "ttn.registered"

typedef struct {
    BtSyncTtn *ttn;
    BtTtnHands hands;
    BtTtnSession *session;
    guint64 session_bytes; /* handed over to the books */
    guint failures;        /* in a row, of the way or of theirs */
    guint64 pauses;
    guint line;
    guint refusals; /* of the first in the outbox … */
    gint64 refused; /* … whose seq is this */
    gint64 state_due_us, poll_due_us, retry_us;
    gint64 told_change_ms; /* of the standing that was said last */
    gboolean registered;
    gint64 round_real_ms;
    gint64 shown_heard_ms;
    GError *trouble; /* the last call's */
} Talk;

static gint64 real_us(void)
{
    return g_get_monotonic_time();
}

/* ---- one call ---- */

static void count(Talk *talk)
{
    guint64 bytes = bt_ttn_session_bytes(talk->session);
    g_mutex_lock(&talk->ttn->mutex);
    talk->ttn->talked_bytes += bytes - talk->session_bytes;
    if (talk->ttn->mqtt != NULL)
        talk->ttn->talked_bytes += bt_mqtt_take_bytes(talk->ttn->mqtt);
    g_mutex_unlock(&talk->ttn->mutex);
    talk->session_bytes = bytes;
}

typedef enum { SAID, REFUSED, UNHEARD } Outcome;

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

static Outcome say(Talk *talk, BtTtnCall call, GHashTable *values, GBytes **body)
{
    BtTtnReply reply = { 0 };
    BtPatience patience = { CALL_LIMIT_MS, &talk->ttn->role->cancelled };
    g_clear_error(&talk->trouble);
    gboolean answered =
        bt_ttn_session_call(talk->session, call, values, &patience, &reply, body, &talk->trouble);
    count(talk);
    if (answered)
        bt_ttn_heard(talk->ttn);
    if (answered && !reply.ok)
        talk->trouble = g_error_new(BT_ERROR, BT_ERROR_DENIED, "%s: the source refuses: %s",
            bt_ttn_call_name(call), reply.reason != NULL ? reply.reason : "");
    Outcome outcome = answered && reply.ok ? SAID : answered ? REFUSED : UNHEARD;
    bt_ttn_reply_clear(&reply);
    return outcome;
}

/* ---- values ---- */

/* As its source said it, or the little that is known of one that was forgotten. */
static gboolean set_bulletin(Talk *talk, GHashTable *values, const char *item)
{
    BtTtnBulletin *bulletin = bt_ttn_store_find(talk->hands.store, item, NULL);
    if (bulletin == NULL)
        return FALSE;
    bt_ttn_values_set_bulletin(values, bulletin);
    bt_ttn_bulletin_free(bulletin);
    return TRUE;
}

static void set_playing(Talk *talk, GHashTable *values, const BtStanding *standing)
{
    BtTtnBulletin *bulletin = standing->item == NULL || *standing->item == '\0'
        ? NULL
        : bt_ttn_store_find(talk->hands.store, standing->item, NULL);
    bt_ttn_values_set_string(values, "playing", bulletin == NULL ? "" : bulletin->title);
    if (bulletin == NULL)
        return;
    bt_ttn_values_set_int(values, "started", standing->start_ms);
    bt_ttn_values_set_string(values, "zone", standing->zone);
    bt_ttn_bulletin_free(bulletin);
}

static GHashTable *new_values(Talk *talk)
{
    GHashTable *values = bt_ttn_values(talk->ttn, bt_ttn_now_ms(talk->ttn));
    g_autofree char *password = bt_ttn_password(talk->ttn, NULL);
    if (password != NULL)
        bt_ttn_values_set_string(values, "password", password);
    return values;
}

static GHashTable *state_values(Talk *talk)
{
    GHashTable *values = new_values(talk);
    BtStanding standing = { 0 };
    gboolean known = bt_standing_get(talk->hands.facts, talk->ttn->source->name, &standing, NULL);
    bt_ttn_values_set_string(values, "state",
        standing.paused                                            ? "paused"
            : standing.stopped || !known || *standing.item == '\0' ? "stopped"
                                                                   : "playing");
    bt_ttn_values_set_int(values, "volume", standing.volume);
    set_playing(talk, values, &standing);
    talk->told_change_ms = standing.changed_ms;
    bt_standing_clear(&standing);
    return values;
}

static const char *text_of(const BtJson *body, const char *key)
{
    BtJsonAt root = bt_json_root("", body), at;
    return bt_json_member(&root, key, &at)
        ? bt_json_read_string(&at, 0, BT_TTN_MESSAGE_MAX_BYTES, NULL)
        : NULL;
}

static void copy_text(GHashTable *values, const char *name, const BtJson *body, const char *key)
{
    const char *text = text_of(body, key);
    bt_ttn_values_set_string(values, name, text == NULL ? "" : text);
}

/* A time, as RFC 3339 or as a number. */
static void copy_time(GHashTable *values, const char *name, const BtJson *body, const char *key)
{
    BtJsonAt root = bt_json_root("", body), at;
    gint64 ms = 0;
    if (bt_json_member(&root, key, &at) &&
        (bt_json_read_time(&at, &ms, NULL) || bt_json_read_int(&at, 1, G_MAXINT64, &ms, NULL)))
        bt_ttn_values_set_int(values, name, ms);
}

static void copy_any(GHashTable *values, const char *name, const BtJson *body, const char *key)
{
    BtJsonAt root = bt_json_root("", body), at;
    if (bt_json_member(&root, key, &at))
        bt_ttn_values_set(values, name, bt_json_ref(at.value));
}

/* ---- the outbox ---- */

static gboolean call_of(BtOutKind kind, BtTtnCall *call)
{
    static const BtTtnCall calls[] = { BT_TTN_PLAYED, BT_TTN_ENDED, BT_TTN_SAVED, BT_TTN_CANCELLED,
        BT_TTN_REQUISITION };
    *call = calls[MIN(kind, G_N_ELEMENTS(calls) - 1)];
    return kind < G_N_ELEMENTS(calls);
}

/* FALSE: of a bulletin that nobody knows any more. */
static gboolean set_entry(Talk *talk, GHashTable *values, const BtOutboxEntry *entry)
{
    const BtJson *body = entry->body;
    bt_ttn_values_set_int(values, "now", entry->at_ms);
    switch (entry->kind) {
    case BT_OUT_STARTED:
    case BT_OUT_ENDED:
        bt_ttn_values_set_int(values, "started", entry->at_ms);
        if (entry->kind == BT_OUT_ENDED) {
            copy_time(values, "started", body, "start");
            bt_ttn_values_set_int(values, "ended", entry->at_ms);
        }
        copy_text(values, "zone", body, "zone");
        copy_text(values, "cause", body, "cause");
        bt_ttn_values_set_int(values, "volume", 0);
        copy_any(values, "volume", body, "volume");
        bt_ttn_values_set_string(values, "state", "playing");
        return set_bulletin(
            talk, values, text_of(body, "item") == NULL ? "" : text_of(body, "item"));
    case BT_OUT_SAVED:
    case BT_OUT_CANCELLED:
        copy_text(values, "schedule.id", body, "schedule");
        copy_text(values, "schedule.name", body, "name");
        copy_any(values, "bulletins", body, "bulletins");
        return TRUE;
    default:
        copy_text(values, "requisition.phase", body, "phase");
        copy_text(values, "requisition.owner", body, "owner");
        copy_time(values, "requisition.from", body, "from");
        copy_time(values, "requisition.until", body, "until");
        return TRUE;
    }
}

/* Whether it is to be tried again. */
static gboolean may_be_liked_later(Talk *talk, const BtOutboxEntry *entry)
{
    talk->refusals = talk->refused == entry->seq ? talk->refusals + 1 : 1;
    talk->refused = entry->seq;
    if (talk->refusals < REFUSALS_MAX)
        return TRUE;
    bt_ttn_say(&talk->hands, "refused", talk->trouble, "outbox", NULL);
    return FALSE;
}

static Outcome say_entry(Talk *talk, const BtOutboxEntry *entry, gboolean *drop)
{
    BtTtnCall call;
    *drop = TRUE;
    if (!call_of(entry->kind, &call) || !bt_dialect_has_call(talk->ttn->dialect, call))
        return SAID; /* this dialect has no words for it */
    g_autoptr(GHashTable) values = state_values(talk);
    if (!set_entry(talk, values, entry)) {
        g_message("%s: a bulletin that is not known any more was shown: it is not reported",
            talk->ttn->source->name);
        return SAID;
    }
    Outcome outcome = say(talk, call, values, NULL);
    *drop = outcome == SAID || (outcome == REFUSED && !may_be_liked_later(talk, entry));
    return outcome == REFUSED && *drop ? SAID : outcome;
}

/* FALSE: not all of it could be said now. */
static gboolean drain(Talk *talk, gint64 limit_ms)
{
    gint64 until_us = real_us() + limit_ms * 1000;
    BtOutboxEntry entry;
    while (real_us() < until_us &&
        bt_outbox_first(talk->hands.facts, talk->ttn->source->name, &entry, NULL)) {
        gboolean drop;
        Outcome outcome = say_entry(talk, &entry, &drop);
        gboolean removed = drop && bt_outbox_remove(talk->hands.facts, entry.seq, NULL);
        bt_outbox_entry_clear(&entry);
        if (outcome != SAID || !removed)
            return FALSE;
    }
    return TRUE;
}

/* ---- registration ---- */

/* Once for what the board is now: another address or name is registered again. */
static void identity_of(Talk *talk, char hex[BT_HASH_HEX_SIZE])
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

static gboolean was_registered(Talk *talk, const char *identity)
{
    g_autoptr(GBytes) bytes = bt_cache_read_document(
        talk->hands.cache, talk->ttn->source->name, REGISTERED, BT_HASH_HEX_SIZE, NULL);
    return bytes != NULL && g_bytes_get_size(bytes) == strlen(identity) &&
        memcmp(g_bytes_get_data(bytes, NULL), identity, strlen(identity)) == 0;
}

static Outcome register_once(Talk *talk)
{
    char identity[BT_HASH_HEX_SIZE];
    identity_of(talk, identity);
    talk->registered = talk->registered || was_registered(talk, identity) ||
        !bt_dialect_has_call(talk->ttn->dialect, BT_TTN_REGISTER);
    if (talk->registered)
        return SAID;
    g_autoptr(GHashTable) values = state_values(talk);
    Outcome outcome = say(talk, BT_TTN_REGISTER, values, NULL);
    if (outcome == REFUSED) /* it may be there already; what follows will tell */
        bt_ttn_say(&talk->hands, "refused", talk->trouble, "register", NULL);
    talk->registered = outcome != UNHEARD;
    if (outcome == SAID) {
        g_autoptr(GBytes) bytes = g_bytes_new(identity, strlen(identity));
        (void)bt_cache_write_document(
            talk->hands.cache, talk->ttn->source->name, REGISTERED, bytes, NULL);
    }
    return outcome;
}

/* ---- state and poll ---- */

static gint64 every_us(const Talk *talk, BtTtnCall call)
{
    gint64 ms = bt_dialect_every_ms(talk->ttn->dialect, call);
    if (ms <= 0)
        ms = call == BT_TTN_POLL ? talk->ttn->source->poll_s * BT_SECOND_MS : STATE_EVERY_MS;
    return MAX(ms, LEAST_EVERY_MS) * 1000;
}

static gboolean has_changed(Talk *talk)
{
    BtStanding standing = { 0 };
    gboolean known = bt_standing_get(talk->hands.facts, talk->ttn->source->name, &standing, NULL);
    gint64 changed_ms = standing.changed_ms;
    bt_standing_clear(&standing);
    return known && changed_ms != talk->told_change_ms;
}

static Outcome say_state(Talk *talk)
{
    if (!bt_dialect_has_call(talk->ttn->dialect, BT_TTN_STATE) ||
        (real_us() < talk->state_due_us && !has_changed(talk)))
        return SAID;
    gint64 before_ms = talk->told_change_ms;
    g_autoptr(GHashTable) values = state_values(talk);
    Outcome outcome = say(talk, BT_TTN_STATE, values, NULL);
    if (outcome == UNHEARD)
        talk->told_change_ms = before_ms;
    else
        talk->state_due_us = real_us() + every_us(talk, BT_TTN_STATE);
    if (outcome == REFUSED)
        bt_ttn_say(&talk->hands, "refused", talk->trouble, "state", NULL);
    return outcome;
}

static gboolean polls(const Talk *talk)
{
    return talk->ttn->source->ttn->mqtt == NULL &&
        bt_dialect_has_call(talk->ttn->dialect, BT_TTN_POLL);
}

static Outcome poll(Talk *talk)
{
    if (!polls(talk) || real_us() < talk->poll_due_us)
        return SAID;
    g_autoptr(GHashTable) values = new_values(talk);
    g_autoptr(GBytes) body = NULL;
    Outcome outcome = say(talk, BT_TTN_POLL, values, &body);
    if (outcome == SAID && body != NULL && g_bytes_get_size(body) > 0)
        bt_ttn_tell_desk(talk->ttn, BT_TTN_NOTE_SAID, NULL, body);
    if (outcome != UNHEARD)
        talk->poll_due_us = real_us() + every_us(talk, BT_TTN_POLL);
    return outcome;
}

/* ---- for status ---- */

static char *trouble_words(Talk *talk)
{
    g_mutex_lock(&talk->ttn->mutex);
    gboolean deaf = talk->ttn->source->ttn->mqtt != NULL && !talk->ttn->connected;
    g_autofree char *mqtt = g_strdup(talk->ttn->mqtt_trouble);
    g_mutex_unlock(&talk->ttn->mutex);
    if (talk->trouble != NULL)
        return g_strdup(talk->trouble->message);
    return deaf ? g_strconcat("mqtt: ", *mqtt != '\0' ? mqtt : "not connected yet", NULL)
                : g_strdup("");
}

static const char *state_word(const Talk *talk, const char *words, gint64 heard_ago_ms)
{
    if (*words == '\0')
        return "ok";
    if (heard_ago_ms > BT_DAY_MS)
        return "stale";
    return g_error_matches(talk->trouble, BT_ERROR, BT_ERROR_CAPTIVE) ? "captive" : "failed";
}

static void note_state(Talk *talk)
{
    BtSyncTtn *ttn = talk->ttn;
    g_autofree char *words = trouble_words(talk);
    gint64 heard_ms = bt_ttn_heard_ms(ttn), now_ms = real_us() / 1000;
    BtSourceState *before = bt_facts_source(talk->hands.facts, ttn->source->name);
    gint64 last_ok_ms = heard_ms > 0 ? heard_ms : before == NULL ? 0 : before->last_ok_ms;
    gboolean heard = heard_ms > talk->shown_heard_ms;
    g_mutex_lock(&ttn->mutex);
    g_autofree char *outlook = g_strdup(ttn->outlook);
    g_mutex_unlock(&ttn->mutex);
    BtSourceState state = { .name = ttn->source->name,
        .state =
            (char *)state_word(talk, words, last_ok_ms == 0 ? 0 : bt_ttn_now_ms(ttn) - last_ok_ms),
        .message = words,
        .last_ok_ms = last_ok_ms,
        .idle_ms =
            heard ? 0 : (before == NULL ? 0 : before->idle_ms) + now_ms - talk->round_real_ms,
        .bytes = (gint64)talk->session_bytes,
        .outlook = outlook };
    talk->round_real_ms = now_ms;
    talk->shown_heard_ms = heard_ms;
    if (!bt_facts_put_source(talk->hands.facts, &state, NULL))
        bt_facts_rollback(talk->hands.facts);
    bt_source_state_free(before);
}

/* ---- its life ---- */

static gboolean open_session(Talk *talk, GError **error)
{
    const BtConfigSource *source = talk->ttn->source;
    g_autofree char *name = g_strdup_printf("ttn.%s.token", source->name);
    g_autofree char *token = bt_config_state_path(talk->ttn->role->config, name);
    BtTtnSessionOptions options = { .dialect = talk->ttn->dialect,
        .ca_path = source->ca_path,
        .pin = source->pin,
        .insecure = (const char *const *)source->ttn->insecure_hosts,
        .token_path = token,
        .max_bytes_per_s = source->max_bytes_per_s,
        .now = bt_sync_role_tls_now,
        .now_user = talk->ttn->role,
        .publish = publish,
        .publish_user = talk->ttn };
    talk->session = bt_ttn_session_new(&options, error);
    return talk->session != NULL;
}

static void forget_old_line(Talk *talk)
{
    guint line = g_atomic_int_get(&talk->ttn->role->line);
    if (line != talk->line) {
        talk->failures = 0;
        talk->retry_us = 0;
    }
    talk->line = line;
}

static Outcome worse(Outcome a, Outcome b)
{
    return a == UNHEARD || b == UNHEARD ? UNHEARD : a == REFUSED ? a : b;
}

/* The state first: it is what a province looks for, and says that the board lives. */
static void do_round(Talk *talk)
{
    g_clear_error(&talk->trouble);
    Outcome outcome = register_once(talk);
    if (outcome != UNHEARD)
        outcome = worse(outcome, say_state(talk));
    if (outcome != UNHEARD)
        outcome = worse(outcome, poll(talk));
    gboolean said_all = outcome != UNHEARD && drain(talk, DRAIN_MS);
    gint64 poll_ms = talk->ttn->source->poll_s * BT_SECOND_MS;
    gint64 asked_ms = MIN(bt_ttn_session_take_asked_ms(talk->session), 15 * BT_MINUTE_MS);
    gboolean failed = outcome == UNHEARD || (!said_all && talk->trouble != NULL);
    talk->failures = failed ? talk->failures + 1 : 0;
    gint64 wait_ms =
        failed ? bt_pace_retry_ms(talk->ttn->who, talk->pauses++, talk->failures, poll_ms) : 0;
    talk->retry_us = real_us() + MAX(wait_ms, asked_ms) * 1000;
    if (!failed)
        bt_sync_voice_forget(talk->hands.voice);
    note_state(talk);
}

static gint64 pause_ms(const Talk *talk)
{
    gint64 now_us = real_us(), due_us = talk->state_due_us;
    if (polls(talk))
        due_us = MIN(due_us, talk->poll_due_us);
    due_us = MAX(due_us, talk->retry_us);
    if (talk->failures > 0)
        due_us = talk->retry_us;
    return CLAMP((due_us - now_us) / 1000, 20, STATE_EVERY_MS);
}

/* What show told at its end goes too, if it goes at once. */
static void say_last(Talk *talk)
{
    if (talk->failures == 0)
        drain(talk, LAST_MS);
}

/* When power returns to a district all its boards are up in the same minute. */
static void wait_for_turn(Talk *talk, guint64 *seen)
{
    BtClock machine = bt_clock_real();
    if (talk->ttn->role->options->clock.is_virtual)
        return;
    gint64 wait_ms = bt_pace_first_ms(
        talk->ttn->who, bt_clock_mono_ms(&machine), talk->ttn->source->poll_s * BT_SECOND_MS);
    bt_ttn_sleep(talk->ttn, &talk->ttn->talk_wakes, seen, wait_ms);
}

gpointer bt_ttn_talk(gpointer data)
{
    Talk talk = { .ttn = data };
    g_autoptr(GError) failure = NULL;
    guint64 seen = 0;
    if (!bt_ttn_hands_wait(talk.ttn, &talk.hands))
        return NULL;
    talk.round_real_ms = real_us() / 1000;
    if (!open_session(&talk, &failure))
        bt_ttn_say(&talk.hands, "refused", failure, "base", NULL);
    wait_for_turn(&talk, &seen);
    while (talk.session != NULL && !bt_ttn_is_over(talk.ttn)) {
        forget_old_line(&talk);
        if (real_us() >= talk.retry_us)
            do_round(&talk);
        else
            note_state(&talk);
        bt_sync_voice_write(talk.hands.voice);
        bt_ttn_sleep(talk.ttn, &talk.ttn->talk_wakes, &seen, pause_ms(&talk));
    }
    if (talk.session != NULL)
        say_last(&talk);
    g_clear_error(&talk.trouble);
    g_clear_pointer(&talk.session, bt_ttn_session_free);
    bt_ttn_hands_close(&talk.hands);
    return NULL;
}
