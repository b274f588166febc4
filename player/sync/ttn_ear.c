/* The broker. What was said is on the disk before the broker may forget it: its thread waits here
 * until the desk has taken it. */
#include "player/sync/ttn.h"

#include "player/config/ttn_setup.h"

#define DURABLE_WAIT_MS 10000 /* then it is in memory at least, and the next may come */
#define LOOK_US 1000

/* The desk sets it from its own thread, and then nobody looks at it any more. */
static void wait_until_durable(BtSyncTtn *ttn, GBytes *payload, gboolean kept, const char *topic)
{
    gint64 until_us = g_get_monotonic_time() + DURABLE_WAIT_MS * 1000;
    BtTtnNote *note = g_new0(BtTtnNote, 1);
    gint *done = g_atomic_rc_box_new0(gint);
    note->kind = BT_TTN_NOTE_SAID;
    note->topic = g_strdup(topic);
    note->body = g_bytes_ref(payload);
    note->kept = kept;
    note->done = g_atomic_rc_box_acquire(done);
    g_async_queue_push(ttn->queue, note);
    while (g_atomic_int_get(done) == 0 && !bt_ttn_is_over(ttn) && g_get_monotonic_time() < until_us)
        g_usleep(LOOK_US);
    g_atomic_rc_box_release(done);
}

static void on_message(const char *topic, GBytes *payload, gboolean kept, gpointer user)
{
    BtSyncTtn *ttn = user;
    bt_ttn_heard(ttn);
    wait_until_durable(ttn, payload, kept, topic);
}

static void on_state(gboolean connected, const char *reason, gpointer user)
{
    BtSyncTtn *ttn = user;
    if (connected)
        bt_ttn_heard(ttn);
    g_mutex_lock(&ttn->mutex);
    ttn->connected = connected;
    g_free(ttn->mqtt_trouble);
    ttn->mqtt_trouble = g_strdup(connected ? "" : *reason != '\0' ? reason : "not connected");
    g_mutex_unlock(&ttn->mutex);
    bt_ttn_poke(ttn, &ttn->talk_wakes); /* for status */
}

gboolean bt_ttn_ear_open(BtSyncTtn *ttn, GError **error)
{
    g_autoptr(GHashTable) values = bt_ttn_values(ttn, bt_ttn_now_ms(ttn));
    g_autoptr(GPtrArray) topics = bt_dialect_topics(ttn->dialect, values, error);
    if (topics == NULL)
        return FALSE;
    g_autofree char *password = bt_config_password(ttn->source, error);
    if (password == NULL)
        return FALSE;
    g_autofree char *client = bt_ttn_setup_client_id(ttn->role->config, ttn->source);
    g_ptr_array_add(topics, NULL);
    BtMqttOptions options = bt_ttn_setup_mqtt(ttn->source);
    options.topics = (const char *const *)topics->pdata;
    options.password = *password == '\0' ? NULL : password;
    options.client_id = client;
    options.now = bt_sync_role_tls_now;
    options.now_user = ttn->role;
    BtMqttEar ear = { on_message, on_state, ttn };
    BtMqtt *mqtt = bt_mqtt_new(&options, &ear, error);
    g_mutex_lock(&ttn->mutex);
    ttn->mqtt = mqtt;
    g_mutex_unlock(&ttn->mutex);
    return mqtt != NULL;
}

/* What the talk publishes just now it finishes first. */
void bt_ttn_ear_close(BtSyncTtn *ttn)
{
    g_mutex_lock(&ttn->publishing);
    g_mutex_lock(&ttn->mutex);
    BtMqtt *mqtt = g_steal_pointer(&ttn->mqtt);
    ttn->connected = FALSE;
    g_mutex_unlock(&ttn->mutex);
    g_mutex_unlock(&ttn->publishing);
    if (mqtt != NULL)
        bt_mqtt_free(mqtt);
}
