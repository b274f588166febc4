/* What was said, judged by the configuration and acted on. Nothing here is signed: who may say what
 * is all that stands between a message and the glass.
 *   - urgency only where the ceiling allows emergencies, and by the senders that urgent_from names;
 *   - a class that the ceiling lacks is refused here, so that one bulletin does not cost the whole
 *     document;
 *   - commands only by the source's own id (set.nguonID), where it is known, and those senders;
 *   - each message once (playlists/sync/ttn/anew.c), commands of the last 24 hours only, but for
 *     those that take something away.
 * The outbox comes after the store: what is said twice, after a cut, is told once (outbox.h). */
#include "player/sync/ttn.h"

#include "player/config/ttn_setup.h"

#include <string.h>

static gboolean is_one_of(char *const *list, const char *word)
{
    return list != NULL && g_strv_contains((const char *const *)list, word);
}

static gboolean is_of_class(const BtSyncTtn *ttn, BtClass class)
{
    return (ttn->source->classes & (1u << class)) != 0;
}

static gboolean refuse(BtError code, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);
static gboolean refuse(BtError code, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *words = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, BT_ERROR, (gint)code, words);
    return FALSE;
}

/* ---- who may ---- */

static gboolean may_be_urgent(const BtSyncTtn *ttn, const char *sender, GError **error)
{
    char *const *from = ttn->source->ttn->urgent_from;
    if (!is_of_class(ttn, BT_CLASS_EMERGENCY))
        return refuse(BT_ERROR_CEILING, error, "urgent: expected emergency among its classes");
    if (from != NULL && !is_one_of(from, sender))
        return refuse(BT_ERROR_CEILING, error,
            "urgent from “%s”: expected a sender that urgent_from names", sender);
    return TRUE;
}

static gboolean may_show(const BtSyncTtn *ttn, const BtTtnBulletin *bulletin, GError **error)
{
    if (bulletin->priority == BT_TTN_URGENT)
        return may_be_urgent(ttn, bulletin->sender, error);
    BtClass class = ttn->source->ttn->classes[bulletin->priority];
    return is_of_class(ttn, class) ||
        refuse(BT_ERROR_CEILING, error, "its class is %s: expected one of the source's classes",
            bt_class_name(class));
}

/* What was taken away while the board was off stays so, however long that was. */
static gboolean takes_away(const BtTtnMessage *message)
{
    return message->says == BT_TTN_SAY_CANCEL || message->says == BT_TTN_SAY_CANCEL_SCHEDULE;
}

static gboolean may_command(
    BtSyncTtn *ttn, const BtTtnMessage *message, gint64 now_ms, GError **error)
{
    const char *own = bt_ttn_setup_value(ttn->source, "nguonID");
    BtMoment moment = bt_sync_role_moment(ttn->role);
    if (*message->sender != '\0' && own != NULL && *own != '\0' &&
        strcmp(message->sender, own) != 0 &&
        !is_one_of(ttn->source->ttn->urgent_from, message->sender))
        return refuse(
            BT_ERROR_CEILING, error, "a command from “%s”: expected “%s”", message->sender, own);
    if (moment.trusted && message->at_ms > 0 && message->at_ms < now_ms - BT_DAY_MS &&
        !takes_away(message))
        return refuse(
            BT_ERROR_EXPIRED, error, "a command of more than a day ago: expected a newer one");
    return TRUE;
}

static gboolean is_urgent_without_end(const BtTtnMessage *message)
{
    const BtTtnBulletin *bulletin = message->bulletin;
    if (bulletin == NULL)
        return message->says == BT_TTN_SAY_URGENT && message->until_ms <= 0;
    return bulletin->priority == BT_TTN_URGENT && bulletin->until_ms <= 0 &&
        bulletin->slots->len == 0;
}

/* From when it was said, as far as that is known: a broker keeps it for days for a board that is
 * off. */
static gint64 end_of_urgency(BtSyncTtn *ttn, const BtTtnMessage *message, gint64 now_ms)
{
    gboolean known = message->at_ms > 0 && bt_sync_role_moment(ttn->role).trusted;
    return (known ? MIN(message->at_ms, now_ms) : now_ms) + ttn->source->ttn->urgent_max_ms;
}

static gboolean is_in_time(
    BtSyncTtn *ttn, const BtTtnMessage *message, gint64 now_ms, GError **error)
{
    return !is_urgent_without_end(message) || end_of_urgency(ttn, message, now_ms) > now_ms ||
        refuse(BT_ERROR_EXPIRED, error,
            "urgent, without an end, and said longer ago than urgent_max_min: expected a newer "
            "one");
}

static gboolean may(BtSyncTtn *ttn, const BtTtnMessage *message, gint64 now_ms, GError **error)
{
    if (message->says == BT_TTN_SAY_BULLETIN)
        return may_show(ttn, message->bulletin, error) && is_in_time(ttn, message, now_ms, error);
    if (message->says == BT_TTN_SAY_SCHEDULE)
        return TRUE;
    if (!may_command(ttn, message, now_ms, error))
        return FALSE;
    return message->says != BT_TTN_SAY_URGENT ||
        (may_be_urgent(ttn, message->sender, error) && is_in_time(ttn, message, now_ms, error));
}

/* ---- acknowledgements ---- */

/* Those that the schedule of this message is about. */
static gboolean acknowledge(BtSyncTtn *ttn, BtTtnHands *hands, const BtTtnMessage *message,
    gboolean anew, gint64 now_ms, GError **error)
{
    const BtTtnBulletin *bulletin = message->bulletin;
    gboolean saved = message->says == BT_TTN_SAY_SCHEDULE ||
        (bulletin != NULL && bulletin->slots->len > 0 && *bulletin->schedule_id != '\0');
    gboolean cancelled = takes_away(message);
    if (!saved && !cancelled)
        return TRUE;
    const char *id = bulletin != NULL ? bulletin->id : message->bulletin_id;
    BtJson *body = bt_json_new_object(), *bulletins = bt_json_new_array();
    bt_json_set_string(
        body, "schedule", bulletin != NULL ? bulletin->schedule_id : message->schedule_id);
    bt_json_set_string(
        body, "name", bulletin != NULL ? bulletin->schedule_name : message->schedule_name);
    if (*id != '\0')
        bt_json_append_string(bulletins, id);
    bt_json_set(body, "bulletins", bulletins);
    g_autoptr(GString) name = g_string_new(saved ? "saved " : "cancelled ");
    g_string_append(name, message->id);
    if (anew)
        g_string_append_printf(name, " %" G_GINT64_FORMAT, now_ms);
    BtMoment moment = bt_sync_role_moment(ttn->role);
    if (!bt_facts_begin(hands->facts, error)) {
        bt_json_unref(body);
        return FALSE;
    }
    if (bt_outbox_add(hands->facts, ttn->source->name, saved ? BT_OUT_SAVED : BT_OUT_CANCELLED,
            name->str, now_ms, moment.trusted, body, error) &&
        bt_facts_commit(hands->facts, error))
        return TRUE;
    bt_facts_rollback(hands->facts);
    return FALSE;
}

/* ---- acting ---- */

/* An end for what has none. */
static void bound_urgency(BtSyncTtn *ttn, BtTtnMessage *message, gint64 now_ms)
{
    if (!is_urgent_without_end(message))
        return;
    gint64 *until_ms =
        message->bulletin != NULL ? &message->bulletin->until_ms : &message->until_ms;
    *until_ms = end_of_urgency(ttn, message, now_ms);
}

static const char *what_of(const BtTtnMessage *message)
{
    if (message->bulletin != NULL)
        return message->bulletin->id;
    return *message->bulletin_id != '\0' ? message->bulletin_id : message->id;
}

/* A replay. Brokers repeat bulletins by themselves after each connection; a command that comes
 * again is worth a word. */
static void tell_again(BtSyncTtn *ttn, BtTtnHands *hands, const BtTtnMessage *message)
{
    if (message->says < BT_TTN_SAY_VOLUME) {
        g_debug("%s: %s was said before", ttn->source->name, message->id);
        return;
    }
    g_autoptr(GError) why = g_error_new(
        BT_ERROR, BT_ERROR_ROLLBACK, "a command that was acted on already: expected a new one");
    bt_ttn_say(hands, "refused", why, message->id, NULL);
}

static gboolean act(BtSyncTtn *ttn, BtTtnHands *hands, BtTtnMessage *message, gint64 now_ms,
    gboolean *changed, gboolean *orders, GError **error)
{
    gboolean for_show = message->says >= BT_TTN_SAY_VOLUME, is_new = FALSE, changes = FALSE;
    BtTtnNews news;
    bound_urgency(ttn, message, now_ms);
    if (!bt_ttn_store_judge(hands->store, message, now_ms, &news, error))
        return FALSE;
    if (for_show && news != BT_TTN_REPEATED &&
        !bt_ttn_orders_add(ttn, hands->cache, message, news == BT_TTN_ANEW, now_ms, error))
        return FALSE;
    if (!bt_ttn_store_take(hands->store, message, now_ms, &is_new, &changes, error) ||
        !acknowledge(ttn, hands, message, news == BT_TTN_ANEW, now_ms, error))
        return FALSE;
    if (!is_new)
        tell_again(ttn, hands, message);
    *changed = *changed || changes;
    *orders = *orders || (for_show && is_new);
    return TRUE;
}

static gboolean take_one(BtSyncTtn *ttn, BtTtnHands *hands, BtTtnMessage *message,
    gboolean *changed, gboolean *orders, GError **error)
{
    g_autoptr(GError) why = NULL;
    gint64 now_ms = bt_ttn_now_ms(ttn);
    if (may(ttn, message, now_ms, &why))
        return act(ttn, hands, message, now_ms, changed, orders, error);
    bt_ttn_say(hands, "refused", why, what_of(message), NULL);
    return TRUE;
}

static void tell_problems(
    BtTtnHands *hands, const char *where, const GPtrArray *problems, const GError *failure)
{
    for (guint i = 0; i < problems->len; i++) {
        g_autoptr(GError) why =
            g_error_new_literal(BT_ERROR, BT_ERROR_INVALID, g_ptr_array_index(problems, i));
        bt_ttn_say(hands, "refused", why, where, NULL);
    }
    if (failure != NULL)
        bt_ttn_say(hands, "refused", failure, where, NULL);
}

/* What a poll lists it lists each time. */
static gboolean is_listed_command(const BtTtnNote *note, const BtTtnMessage *message)
{
    return note->topic == NULL && message->says >= BT_TTN_SAY_VOLUME;
}

gboolean bt_ttn_take(BtSyncTtn *ttn, BtTtnHands *hands, const BtTtnNote *note, gboolean *changed,
    gboolean *orders, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) names = bt_ttn_setup_devices(ttn->source);
    const char *where = note->topic == NULL ? "poll" : note->topic;
    BtTtnHeard heard = { .topic = note->topic,
        .name = where,
        .devices = (const char *const *)names,
        .now_ms = bt_ttn_now_ms(ttn) };
    g_autoptr(GPtrArray) messages =
        bt_dialect_read_messages(ttn->dialect, &heard, note->body, problems, &failure);
    tell_problems(hands, where, problems, failure);
    gboolean ok = TRUE;
    for (guint i = 0; ok && messages != NULL && i < messages->len; i++) {
        BtTtnMessage *message = g_ptr_array_index(messages, i);
        message->is_marked = message->is_marked || note->kept || is_listed_command(note, message);
        ok = take_one(ttn, hands, message, changed, orders, error);
    }
    return ok;
}
