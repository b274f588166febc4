/* The client: one thread that keeps one connection (mqtt_line.c) after the other, and those who
 * publish by it. */
#include "playlists/sync/ttn/mqtt.h"

#include "base/address.h"
#include "playlists/sync/tls.h"
#include "playlists/sync/ttn/mqtt_line.h"

#include <mosquitto.h>
#include <string.h>

#define PACE_FIRST_MS 1000
#define PACE_LAST_MS (5 * 60 * 1000)
#define LASTED_S 60  /* a connection that held so long was a good one */
#define PUBLISH_S 30 /* for the broker's word that it has it */
#define FAREWELL_S 2
#define MAX_TOPICS 32

/* ---- the thread ---- */

static void wait_for(BtMqtt *mqtt, gint64 wait_ms)
{
    gint64 until_us = g_get_monotonic_time() + wait_ms * 1000;
    g_mutex_lock(&mqtt->mutex);
    while (!mqtt->closing && g_cond_wait_until(&mqtt->changed, &mqtt->mutex, until_us))
        ;
    g_mutex_unlock(&mqtt->mutex);
}

static void unref(BtMqtt *mqtt)
{
    if (!g_atomic_ref_count_dec(&mqtt->count))
        return;
    g_free(mqtt->host);
    g_free(mqtt->ca_path);
    g_free(mqtt->cert_path);
    g_free(mqtt->key_path);
    g_free(mqtt->pin);
    g_free(mqtt->username);
    g_free(mqtt->password);
    g_free(mqtt->client_id);
    g_strfreev(mqtt->topics);
    g_string_free(mqtt->trouble, TRUE);
    g_ptr_array_unref(mqtt->outgoing);
    g_mutex_clear(&mqtt->mutex);
    g_mutex_clear(&mqtt->ear_mutex);
    g_cond_clear(&mqtt->changed);
    g_free(mqtt);
}

/* A district whose broker comes back does not return to it in one instant: each waits between a
 * half and one and a half of its pace, which doubles while nothing holds. */
static gpointer run(gpointer data)
{
    BtMqtt *mqtt = data;
    gint64 pace_ms = PACE_FIRST_MS;
    while (!bt_mqtt_is_closing(mqtt)) {
        gint64 began_us = g_get_monotonic_time();
        bt_mqtt_live_once(mqtt);
        if (bt_mqtt_is_closing(mqtt))
            break;
        if (mqtt->greeted && g_get_monotonic_time() - began_us > LASTED_S * G_USEC_PER_SEC)
            pace_ms = PACE_FIRST_MS;
        bt_mqtt_tell_state(mqtt, FALSE, mqtt->trouble->str);
        wait_for(mqtt, pace_ms / 2 + g_random_int_range(0, (gint32)pace_ms + 1));
        pace_ms = MIN(2 * pace_ms, PACE_LAST_MS);
    }
    bt_tls_leave_thread();
    g_mutex_lock(&mqtt->mutex);
    mqtt->ended = TRUE;
    g_cond_broadcast(&mqtt->changed);
    g_mutex_unlock(&mqtt->mutex);
    unref(mqtt);
    return NULL;
}

/* ---- the user's side ---- */

static gboolean fail(GError **error, const char *what)
{
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "mqtt: %s", what);
    return FALSE;
}

/* The address itself is not said: it may hold a password. */
static gboolean read_url(BtMqtt *mqtt, const BtMqttOptions *options, GError **error)
{
    g_autoptr(GUri) uri = g_uri_parse(options->url, G_URI_FLAGS_ENCODED, NULL);
    const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;
    if (host == NULL || *host == '\0' || bt_address_has_more(options->url))
        return fail(error, "not the address of a broker: expected mqtts://HOST:PORT");
    mqtt->plain = strcmp(g_uri_get_scheme(uri), "mqtt") == 0;
    if (!mqtt->plain && strcmp(g_uri_get_scheme(uri), "mqtts") != 0)
        return fail(error, "unknown scheme: expected mqtts");
    if (mqtt->plain && !options->insecure_host && !bt_address_is_loopback(host))
        return fail(error, "without TLS: expected mqtts, or the host named as insecure");
    mqtt->host = g_strdup(host);
    mqtt->port = g_uri_get_port(uri);
    if (mqtt->port <= 0)
        mqtt->port = mqtt->plain ? 1883 : 8883;
    return TRUE;
}

static gboolean check_words(const BtMqttOptions *options, GError **error)
{
    const char *id = options->client_id;
    if (id == NULL || *id == '\0' || strlen(id) > G_MAXUINT16 || !g_utf8_validate(id, -1, NULL))
        return fail(error, "not a client's id: expected text that is not empty");
    for (guint i = 0; options->topics[i] != NULL; i++)
        if (i == MAX_TOPICS || mosquitto_sub_topic_check(options->topics[i]) != 0)
            return fail(error,
                i == MAX_TOPICS ? "too many topics: expected 32 at most"
                                : "a topic that nobody can hear");
    return TRUE;
}

static gpointer init_library(gpointer nothing)
{
    mosquitto_lib_init();
    return nothing;
}

BtMqtt *bt_mqtt_new(const BtMqttOptions *options, const BtMqttEar *ear, GError **error)
{
    static GOnce once = G_ONCE_INIT;
    g_once(&once, init_library, NULL);
    BtMqtt *mqtt = g_new0(BtMqtt, 1);
    g_atomic_ref_count_init(&mqtt->count);
    g_mutex_init(&mqtt->mutex);
    g_mutex_init(&mqtt->ear_mutex);
    g_cond_init(&mqtt->changed);
    mqtt->trouble = g_string_new(NULL);
    mqtt->outgoing = g_ptr_array_new();
    mqtt->ear = *ear;
    mqtt->ca_path = g_strdup(options->ca_path);
    mqtt->cert_path = g_strdup(options->cert_path);
    mqtt->key_path = g_strdup(options->key_path);
    mqtt->pin = g_strdup(options->pin);
    mqtt->now = options->now;
    mqtt->now_user = options->now_user;
    mqtt->username = g_strdup(options->username);
    mqtt->password = g_strdup(options->password);
    mqtt->client_id = g_strdup(options->client_id);
    mqtt->topics = g_strdupv((char **)options->topics);
    mqtt->max_bytes = options->max_bytes;
    mqtt->passing = options->passing;
    if (!read_url(mqtt, options, error) || !check_words(options, error)) {
        unref(mqtt);
        return NULL;
    }
    g_atomic_ref_count_inc(&mqtt->count);
    g_thread_unref(g_thread_new("mqtt", run, mqtt));
    return mqtt;
}

static gboolean fail_publish(
    const BtMqtt *mqtt, const char *topic, BtError code, const char *why, GError **error)
{
    g_set_error(
        error, BT_ERROR, code, "%s:%d: “%s” is not said: %s", mqtt->host, mqtt->port, topic, why);
    return FALSE;
}

/* With the mutex held. */
static gboolean wait_for_word(BtMqtt *mqtt, const BtMqttOutgoing *out)
{
    gint64 until_us = g_get_monotonic_time() + PUBLISH_S * G_USEC_PER_SEC;
    while (!out->done && !mqtt->closing)
        if (!g_cond_wait_until(&mqtt->changed, &mqtt->mutex, until_us))
            break;
    return out->done;
}

gboolean bt_mqtt_publish(BtMqtt *mqtt, const char *topic, GBytes *payload, GError **error)
{
    BtMqttOutgoing out = { 0 };
    gsize size_bytes = g_bytes_get_size(payload);
    if (size_bytes > mqtt->max_bytes)
        return fail_publish(mqtt, topic, BT_ERROR_LIMIT, "it is too large", error);
    g_mutex_lock(&mqtt->mutex);
    int code = mqtt->line == NULL
        ? MOSQ_ERR_NO_CONN
        : mosquitto_publish_v5(mqtt->line, &out.mid, topic, (int)size_bytes,
              g_bytes_get_data(payload, NULL), 1, false, NULL);
    gboolean answered = FALSE;
    if (code == 0) {
        g_ptr_array_add(mqtt->outgoing, &out);
        answered = wait_for_word(mqtt, &out);
        g_ptr_array_remove(mqtt->outgoing, &out);
    }
    g_mutex_unlock(&mqtt->mutex);
    if (code != 0)
        return fail_publish(mqtt, topic, BT_ERROR_NETWORK, mosquitto_strerror(code), error);
    if (!answered)
        return fail_publish(mqtt, topic, BT_ERROR_TIMEOUT, "the broker does not confirm it", error);
    return out.reason == 0 ||
        fail_publish(mqtt, topic, BT_ERROR_NETWORK, mosquitto_reason_string(out.reason), error);
}

guint64 bt_mqtt_take_bytes(BtMqtt *mqtt)
{
    g_mutex_lock(&mqtt->mutex);
    guint64 bytes = mqtt->bytes;
    mqtt->bytes = 0;
    g_mutex_unlock(&mqtt->mutex);
    return bytes;
}

/* A thread that asks for the address of a name may take long: it is left to end by itself. */
void bt_mqtt_free(BtMqtt *mqtt)
{
    if (mqtt == NULL)
        return;
    gint64 until_us = g_get_monotonic_time() + FAREWELL_S * G_USEC_PER_SEC;
    g_mutex_lock(&mqtt->ear_mutex);
    mqtt->deaf = TRUE;
    g_mutex_unlock(&mqtt->ear_mutex);
    g_mutex_lock(&mqtt->mutex);
    mqtt->closing = TRUE;
    g_cond_broadcast(&mqtt->changed);
    while (!mqtt->ended && g_cond_wait_until(&mqtt->changed, &mqtt->mutex, until_us))
        ;
    g_mutex_unlock(&mqtt->mutex);
    unref(mqtt);
}
