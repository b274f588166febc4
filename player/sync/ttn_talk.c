/* The talk: what the board has to say to a TTN, one thing after the other, in the order in which it
 * happened and with the times at which it did. What was not heard is said again, later and later.
 */
#include "player/sync/ttn_talk.h"

#include "player/config/ttn_setup.h"
#include "playlists/sync/pace.h"

#define STATE_EVERY_MS BT_MINUTE_MS /* when the dialect leaves it to us */
#define LEAST_EVERY_MS BT_SECOND_MS
#define DRAIN_MS (10 * BT_SECOND_MS) /* of the outbox, before the state has its turn again */
#define ASKED_MAX_MS (15 * BT_MINUTE_MS)

static gint64 real_us(void)
{
    return g_get_monotonic_time();
}

/* ---- state and poll ---- */

static gint64 every_us(const BtTtnTalk *talk, BtTtnCall call)
{
    gint64 ms = bt_dialect_every_ms(talk->ttn->dialect, call);
    gint64 poll_ms = talk->ttn->source->poll_s * BT_SECOND_MS;
    if (call == BT_TTN_POLL)
        ms = ms <= 0 ? poll_ms : MIN(ms, poll_ms);
    return (ms <= 0 ? STATE_EVERY_MS : MAX(ms, LEAST_EVERY_MS)) * 1000;
}

static gboolean has_changed(BtTtnTalk *talk)
{
    BtStanding standing = { 0 };
    gboolean known = bt_standing_get(talk->hands.facts, talk->ttn->source->name, &standing, NULL);
    gint64 changed_ms = standing.changed_ms;
    bt_standing_clear(&standing);
    return known && changed_ms != talk->told_change_ms;
}

static BtTtnOutcome say_state(BtTtnTalk *talk)
{
    if (!bt_dialect_has_call(talk->ttn->dialect, BT_TTN_STATE) ||
        (real_us() < talk->state_due_us && !has_changed(talk)))
        return BT_TTN_WAS_SAID;
    gint64 changed_ms = 0;
    g_autoptr(GHashTable) values = bt_ttn_words_now(talk, &changed_ms);
    BtTtnOutcome outcome = bt_ttn_say_call(talk, BT_TTN_STATE, values, NULL);
    if (outcome != BT_TTN_UNHEARD) {
        talk->told_change_ms = changed_ms;
        talk->state_due_us = real_us() + every_us(talk, BT_TTN_STATE);
    }
    talk->is_liked = outcome == BT_TTN_WAS_SAID;
    if (outcome == BT_TTN_WAS_REFUSED)
        bt_ttn_say(&talk->hands, "refused", talk->trouble, "state", NULL);
    return outcome;
}

static gboolean polls(const BtTtnTalk *talk)
{
    return talk->ttn->source->ttn->mqtt == NULL &&
        bt_dialect_has_call(talk->ttn->dialect, BT_TTN_POLL);
}

static BtTtnOutcome poll(BtTtnTalk *talk)
{
    if (!polls(talk) || real_us() < talk->poll_due_us)
        return BT_TTN_WAS_SAID;
    g_autoptr(GHashTable) values = bt_ttn_words_now(talk, NULL);
    g_autoptr(GBytes) body = NULL;
    BtTtnOutcome outcome = bt_ttn_say_call(talk, BT_TTN_POLL, values, &body);
    if (outcome == BT_TTN_WAS_SAID && body != NULL && g_bytes_get_size(body) > 0)
        bt_ttn_tell_desk(talk->ttn, BT_TTN_NOTE_SAID, NULL, body);
    if (outcome != BT_TTN_UNHEARD)
        talk->poll_due_us = real_us() + every_us(talk, BT_TTN_POLL);
    return outcome;
}

/* ---- for status ---- */

static char *trouble_words(BtTtnTalk *talk)
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

static const char *state_word(const BtTtnTalk *talk, const char *words, gint64 heard_ago_ms)
{
    if (*words == '\0')
        return "ok";
    if (heard_ago_ms > BT_DAY_MS)
        return "stale";
    return g_error_matches(talk->trouble, BT_ERROR, BT_ERROR_CAPTIVE) ? "captive" : "failed";
}

/* Since the start. What is published by the broker is among its messages. `*all` is the sum.
 * (transfer full) */
static char *purposes_words(BtTtnTalk *talk, gint64 *all)
{
    const BtTtnSession *session = talk->session;
    g_mutex_lock(&talk->ttn->mutex);
    guint64 media = talk->ttn->media_bytes;
    g_mutex_unlock(&talk->ttn->mutex);
    guint64 login = bt_ttn_session_bytes_of(session, BT_TTN_LOGIN);
    guint64 poll_bytes = bt_ttn_session_bytes_of(session, BT_TTN_POLL);
    guint64 messages = talk->ttn->broker_bytes + poll_bytes;
    guint64 reports = bt_ttn_session_bytes(session) - login - poll_bytes;
    *all = (gint64)(messages + reports + media + login);
    g_autoptr(BtJson) json = bt_json_new_object();
    bt_json_set_int(json, "messages", (gint64)messages);
    bt_json_set_int(json, "reports", (gint64)reports);
    bt_json_set_int(json, "media", (gint64)media);
    bt_json_set_int(json, "login", (gint64)login);
    return bt_json_to_text(json, FALSE);
}

static void note_state(BtTtnTalk *talk)
{
    gint64 all_bytes;
    g_autofree char *purposes = purposes_words(talk, &all_bytes);
    BtSyncTtn *ttn = talk->ttn;
    g_autofree char *words = trouble_words(talk);
    gint64 heard_ms = bt_ttn_heard_ms(ttn), now_ms = real_us() / 1000;
    BtSourceState *before = bt_facts_source(talk->hands.facts, ttn->source->name);
    gint64 last_ok_ms = heard_ms > 0 ? heard_ms : before == NULL ? 0 : before->last_ok_ms;
    gboolean heard = heard_ms != talk->shown_heard_ms;
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
        .bytes = all_bytes,
        .outlook = outlook,
        .purposes = purposes };
    talk->round_real_ms = now_ms;
    talk->shown_heard_ms = heard_ms;
    if (!bt_facts_put_source(talk->hands.facts, &state, NULL))
        bt_facts_rollback(talk->hands.facts);
    bt_source_state_free(before);
}

/* ---- its life ---- */

static void forget_old_line(BtTtnTalk *talk)
{
    guint line = g_atomic_int_get(&talk->ttn->role->line);
    if (line != talk->line) {
        talk->failures = 0;
        talk->retry_us = 0;
    }
    talk->line = line;
}

static BtTtnOutcome worse(BtTtnOutcome a, BtTtnOutcome b)
{
    return a == BT_TTN_UNHEARD || b == BT_TTN_UNHEARD ? BT_TTN_UNHEARD
        : a == BT_TTN_WAS_REFUSED                     ? a
                                                      : b;
}

/* Each trouble is a line, once until it is another; the first since all was well is an event. */
static void tell_trouble(BtTtnTalk *talk)
{
    const char *words = talk->trouble == NULL ? "" : talk->trouble->message;
    if (g_strcmp0(talk->told_trouble, words) == 0)
        return;
    if (*words != '\0' && talk->failures <= 1)
        bt_ttn_say(&talk->hands, "skipped", talk->trouble, "talk", NULL);
    else if (*words != '\0')
        g_message("%s: %s", talk->ttn->source->name, words);
    g_free(talk->told_trouble);
    talk->told_trouble = g_strdup(words);
}

/* The state first: it is what a province looks for, and says that the board lives. */
static void do_round(BtTtnTalk *talk)
{
    g_clear_error(&talk->trouble);
    BtTtnOutcome outcome = bt_ttn_say_registration(talk);
    if (outcome != BT_TTN_UNHEARD)
        outcome = worse(outcome, say_state(talk));
    if (outcome != BT_TTN_UNHEARD)
        outcome = worse(outcome, poll(talk));
    gboolean said_all = outcome != BT_TTN_UNHEARD && bt_ttn_say_outbox(talk, DRAIN_MS);
    gint64 poll_ms = talk->ttn->source->poll_s * BT_SECOND_MS;
    gint64 asked_ms = MIN(bt_ttn_session_take_asked_ms(talk->session), ASKED_MAX_MS);
    gboolean failed = outcome == BT_TTN_UNHEARD || (!said_all && talk->trouble != NULL);
    talk->failures = failed ? talk->failures + 1 : 0;
    gint64 wait_ms =
        failed ? bt_pace_retry_ms(talk->ttn->who, talk->pauses++, talk->failures, poll_ms) : 0;
    talk->retry_us = real_us() + MAX(wait_ms, asked_ms) * 1000;
    tell_trouble(talk);
    if (!failed && outcome == BT_TTN_WAS_SAID)
        bt_sync_voice_forget(talk->hands.voice);
    note_state(talk);
}

static gint64 pause_ms(const BtTtnTalk *talk)
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
static void say_last(BtTtnTalk *talk)
{
    talk->ending = TRUE;
    if (talk->failures == 0)
        bt_ttn_say_outbox(talk, BT_TTN_LAST_MS);
}

/* When power returns to a district all its boards are up in the same minute. */
static void wait_for_turn(BtTtnTalk *talk, guint64 *seen)
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
    BtTtnTalk talk = { .ttn = data, .is_liked = TRUE };
    g_autoptr(GError) failure = NULL, unread = NULL;
    guint64 seen = 0;
    if (!bt_ttn_hands_wait(talk.ttn, &talk.hands))
        return NULL;
    talk.round_real_ms = real_us() / 1000;
    if (!bt_ttn_talk_open(&talk, &failure))
        bt_ttn_say(&talk.hands, "refused", failure, "base", NULL);
    g_autoptr(GHashTable) values =
        bt_ttn_setup_values(talk.ttn->role->config, talk.ttn->source, &unread);
    if (values == NULL)
        bt_ttn_say(&talk.hands, "refused", unread, "password", NULL);
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
    g_free(talk.told_trouble);
    g_clear_pointer(&talk.session, bt_ttn_session_free);
    bt_ttn_hands_close(&talk.hands);
    return NULL;
}
