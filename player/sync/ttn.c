/* A TTN source: what is shared, and its life. */
#include "player/sync/ttn.h"

#include "player/sync/needs.h"
#include "playlists/sync/pace.h"

#include <string.h>

/* ---- hands ---- */

void bt_ttn_hands_close(BtTtnHands *hands)
{
    if (hands->voice != NULL)
        bt_sync_voice_set_facts(hands->voice, NULL);
    g_clear_pointer(&hands->voice, bt_sync_voice_free);
    g_clear_pointer(&hands->store, bt_ttn_store_close);
    g_clear_pointer(&hands->facts, bt_facts_close);
    g_clear_pointer(&hands->cache, bt_cache_close);
}

gboolean bt_ttn_hands_open(BtSyncTtn *ttn, BtTtnHands *hands, GError **error)
{
    const BtConfig *config = ttn->role->config;
    g_autofree char *name = g_strdup_printf("ttn.%s.db", ttn->source->name);
    g_autofree char *cache = bt_config_state_path(config, "cache");
    g_autofree char *ledger = bt_config_state_path(config, "ledger.db");
    g_autofree char *store = bt_config_state_path(config, name);
    hands->cache = bt_cache_open(cache, TRUE, error);
    if (hands->cache == NULL)
        return FALSE;
    hands->facts = bt_facts_open(ledger, error);
    if (hands->facts == NULL)
        return FALSE;
    bt_facts_set_boot(hands->facts, ttn->role->options->boot);
    hands->store = bt_ttn_store_open(store, error);
    if (hands->store == NULL)
        return FALSE;
    hands->voice = bt_sync_voice_new(ttn->role, ttn->source->name);
    bt_sync_voice_set_facts(hands->voice, hands->facts);
    return TRUE;
}

gboolean bt_ttn_hands_wait(BtSyncTtn *ttn, BtTtnHands *hands)
{
    for (guint failures = 0; !bt_ttn_is_over(ttn);) {
        g_autoptr(GError) failure = NULL;
        if (bt_ttn_hands_open(ttn, hands, &failure))
            return TRUE;
        bt_ttn_hands_close(hands);
        if (failures++ == 0)
            g_warning("%s: %s", ttn->source->name, failure->message);
        bt_sync_role_sleep(ttn->role,
            bt_pace_retry_ms(ttn->who, failures, failures, ttn->source->poll_s * BT_SECOND_MS),
            NULL);
    }
    return FALSE;
}

void bt_ttn_say(
    BtTtnHands *hands, const char *type, const GError *why, const char *what, const char *message)
{
    BtSyncEvent event = { type, why == NULL ? "" : bt_error_reason(why), (char *)what,
        (char *)(message != NULL ? message : why->message) };
    bt_sync_voice_say(hands->voice, &event);
}

/* ---- time and waiting ---- */

gboolean bt_ttn_is_over(BtSyncTtn *ttn)
{
    return g_atomic_int_get(&ttn->role->cancelled) != 0;
}

gint64 bt_ttn_now_ms(BtSyncTtn *ttn)
{
    return bt_sync_role_now_ms(ttn->role);
}

gint64 bt_ttn_real_ms_until(BtSyncTtn *ttn, gint64 wall_ms)
{
    const BtClock *clock = &ttn->role->options->clock;
    double rate = clock->is_virtual && clock->rate > 1 ? clock->rate : 1;
    gint64 now_ms = bt_ttn_now_ms(ttn);
    if (wall_ms <= now_ms)
        return 0;
    return wall_ms - now_ms > BT_DAY_MS ? BT_DAY_MS
                                        : (gint64)((double)(wall_ms - now_ms) / rate) + 1;
}

void bt_ttn_sleep(BtSyncTtn *ttn, const guint64 *wakes, guint64 *seen, gint64 ms)
{
    gint64 until_us = g_get_monotonic_time() + ms * 1000;
    g_mutex_lock(&ttn->mutex);
    while (!bt_ttn_is_over(ttn) && *wakes == *seen &&
        g_cond_wait_until(&ttn->wake, &ttn->mutex, until_us))
        ;
    *seen = *wakes;
    g_mutex_unlock(&ttn->mutex);
}

void bt_ttn_poke(BtSyncTtn *ttn, guint64 *wakes)
{
    g_mutex_lock(&ttn->mutex);
    (*wakes)++;
    g_cond_broadcast(&ttn->wake);
    g_mutex_unlock(&ttn->mutex);
}

void bt_sync_ttn_wake(BtSyncTtn *ttn)
{
    bt_ttn_poke(ttn, &ttn->talk_wakes);
    if (g_async_queue_length(ttn->queue) <= 0) /* else it looks anyway */
        bt_ttn_tell_desk(ttn, BT_TTN_NOTE_WOKEN, NULL, NULL);
}

/* ---- who was heard, and the desk ---- */

/* Also when that is earlier than what a clock said that was ahead. */
void bt_ttn_heard(BtSyncTtn *ttn)
{
    gint64 now_ms = bt_ttn_now_ms(ttn);
    g_mutex_lock(&ttn->mutex);
    ttn->heard_ms = now_ms;
    g_mutex_unlock(&ttn->mutex);
}

gint64 bt_ttn_heard_ms(BtSyncTtn *ttn)
{
    g_mutex_lock(&ttn->mutex);
    gint64 ms = ttn->heard_ms;
    g_mutex_unlock(&ttn->mutex);
    return ms;
}

void bt_ttn_note_free(gpointer data)
{
    BtTtnNote *note = data;
    if (note->body != NULL)
        g_bytes_unref(note->body);
    if (note->done != NULL)
        g_atomic_rc_box_release(note->done);
    g_free(note->topic);
    g_free(note);
}

void bt_ttn_tell_desk(BtSyncTtn *ttn, BtTtnNoteKind kind, const char *topic, GBytes *body)
{
    if (g_async_queue_length(ttn->queue) > BT_TTN_QUEUE_MAX && kind != BT_TTN_NOTE_STOP) {
        g_warning("%s: more than %d messages wait: one was left out", ttn->source->name,
            BT_TTN_QUEUE_MAX);
        return;
    }
    BtTtnNote *note = g_new0(BtTtnNote, 1);
    note->kind = kind;
    note->topic = g_strdup(topic);
    note->body = body == NULL ? NULL : g_bytes_ref(body);
    g_async_queue_push(ttn->queue, note);
}

/* ---- life ---- */

static void layout_free(gpointer layout)
{
    bt_ttn_layout_free(layout);
}

static gboolean read_layouts(BtSyncTtn *ttn, GError **error)
{
    const GPtrArray *pairs = ttn->source->ttn->layouts;
    for (guint i = 0; i < pairs->len; i++) {
        const BtConfigPair *pair = g_ptr_array_index(pairs, i);
        BtTtnLayout *layout = bt_ttn_layout_parse(pair->name, pair->value, error);
        if (layout == NULL)
            return FALSE;
        g_ptr_array_add(ttn->layouts, layout);
    }
    return TRUE;
}

BtSyncTtn *bt_sync_ttn_new(BtSyncRole *role, const BtConfigSource *source, GError **error)
{
    BtSyncTtn *ttn = g_new0(BtSyncTtn, 1);
    ttn->role = role;
    ttn->source = source;
    ttn->who = g_strdup_printf("%s %s", role->config->screen_id, source->name);
    ttn->mqtt_trouble = g_strdup("");
    ttn->layouts = g_ptr_array_new_with_free_func(layout_free);
    ttn->queue = g_async_queue_new_full(bt_ttn_note_free);
    ttn->budget = bt_sync_role_budget(role, source);
    g_mutex_init(&ttn->mutex);
    g_mutex_init(&ttn->publishing);
    g_cond_init(&ttn->wake);
    ttn->dialect = bt_dialect_load(source->ttn->dialect, error);
    if (ttn->dialect != NULL && read_layouts(ttn, error))
        return ttn;
    bt_sync_ttn_free(ttn);
    return NULL;
}

void bt_sync_ttn_start(BtSyncTtn *ttn)
{
    ttn->desk = g_thread_new("ttn desk", bt_ttn_desk, ttn);
    ttn->talk = g_thread_new("ttn talk", bt_ttn_talk, ttn);
    ttn->fetch = g_thread_new("ttn fetch", bt_ttn_fetch, ttn);
}

/* The broker's thread first: it speaks to the desk. */
void bt_sync_ttn_finish(BtSyncTtn *ttn)
{
    bt_ttn_ear_close(ttn);
    bt_ttn_tell_desk(ttn, BT_TTN_NOTE_STOP, NULL, NULL);
    bt_ttn_poke(ttn, &ttn->talk_wakes);
    bt_ttn_poke(ttn, &ttn->fetch_wakes);
    if (ttn->desk != NULL)
        g_thread_join(g_steal_pointer(&ttn->desk));
    if (ttn->talk != NULL)
        g_thread_join(g_steal_pointer(&ttn->talk));
    if (ttn->fetch != NULL)
        g_thread_join(g_steal_pointer(&ttn->fetch));
}

void bt_sync_ttn_free(gpointer data)
{
    BtSyncTtn *ttn = data;
    if (ttn->desk != NULL)
        bt_sync_ttn_finish(ttn);
    g_clear_pointer(&ttn->dialect, bt_dialect_unref);
    g_ptr_array_unref(ttn->layouts);
    g_async_queue_unref(ttn->queue);
    g_clear_pointer(&ttn->budget.zone, g_time_zone_unref);
    g_mutex_clear(&ttn->mutex);
    g_mutex_clear(&ttn->publishing);
    g_cond_clear(&ttn->wake);
    g_free(ttn->mqtt_trouble);
    g_free(ttn->outlook);
    g_free(ttn->who);
    g_free(ttn);
}
