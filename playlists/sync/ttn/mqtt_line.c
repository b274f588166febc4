/* Each connection is an object of libmosquitto's of its own: what has to survive a lost line is the
 * broker's session, not the library's memory, and what it would send again by itself is said again
 * by those who keep count of it.
 *
 * The library is told that it runs among threads, though it does not, because then it only queues
 * what it sends while it reads: the broker hears that a message has come when on_message has
 * returned, not before. Who stores it there loses none by a power cut.
 *
 * A broker is asked to send nothing above a size. One that does so nevertheless would have it
 * gathered in memory, so the kernel's count of what came is watched between whole packets. */
#include "playlists/sync/ttn/mqtt_line.h"

#include <errno.h>
#include <linux/tcp.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define KEEPALIVE_S 30
#define GREETING_S 60             /* name, connection, TLS and CONNACK, on a slow line */
#define UNACKED_MS 40000          /* what was sent and is not confirmed: the way is gone */
#define SESSION_S (7 * 24 * 3600) /* so long the broker keeps what was not heard */
#define RECEIVE_MAX 16            /* on their way at once */
#define FRAME_BYTES 2048          /* a message's topic and properties */
#define LOOP_MS 1000

/* ---- what is told ---- */

void bt_mqtt_tell_state(BtMqtt *mqtt, gboolean connected, const char *reason)
{
    g_mutex_lock(&mqtt->ear_mutex);
    if (!mqtt->deaf)
        mqtt->ear.on_state(connected, reason, mqtt->ear.user);
    g_mutex_unlock(&mqtt->ear_mutex);
}

/* The first trouble is the cause of those that follow. */
static void note_trouble(BtMqtt *mqtt, const char *what, const char *why)
{
    if (mqtt->trouble->len == 0)
        g_string_printf(mqtt->trouble, "%s:%d: %s: %s", mqtt->host, mqtt->port, what, why);
}

static void on_message(struct mosquitto *line, void *user, const struct mosquitto_message *message,
    const mosquitto_property *properties)
{
    BtMqtt *mqtt = user;
    (void)line, (void)properties;
    if (message->payloadlen < 0 || (gsize)message->payloadlen > mqtt->max_bytes) {
        note_trouble(mqtt, "a message", "larger than was asked for");
        return;
    }
    g_autoptr(GBytes) payload = g_bytes_new(message->payload, (gsize)message->payloadlen);
    g_mutex_lock(&mqtt->ear_mutex);
    if (!mqtt->deaf)
        mqtt->ear.on_message(message->topic, payload, message->retain, mqtt->ear.user);
    g_mutex_unlock(&mqtt->ear_mutex);
}

/* ---- the course of a connection ---- */

static void set_line(BtMqtt *mqtt, struct mosquitto *line)
{
    g_mutex_lock(&mqtt->mutex);
    mqtt->line = line;
    for (guint i = 0; line == NULL && i < mqtt->outgoing->len; i++) {
        BtMqttOutgoing *out = g_ptr_array_index(mqtt->outgoing, i);
        out->done = TRUE;
        out->reason = MQTT_RC_UNSPECIFIED;
    }
    g_cond_broadcast(&mqtt->changed);
    g_mutex_unlock(&mqtt->mutex);
}

/* The broker's own words come behind those of its code. */
static void note_refusal(BtMqtt *mqtt, int reason, const mosquitto_property *properties)
{
    char *words = NULL;
    mosquitto_property_read_string(properties, MQTT_PROP_REASON_STRING, &words, false);
    g_autofree char *said =
        g_strconcat(mosquitto_reason_string(reason), words ? ": " : "", words ? words : "", NULL);
    g_autofree char *valid = g_utf8_make_valid(said, -1);
    note_trouble(mqtt, "the broker refuses", valid);
    free(words);
}

static void on_connect(
    struct mosquitto *line, void *user, int reason, int flags, const mosquitto_property *properties)
{
    BtMqtt *mqtt = user;
    (void)flags;
    if (reason != 0) {
        note_refusal(mqtt, reason, properties);
        return;
    }
    mqtt->greeted = TRUE;
    int n = (int)g_strv_length(mqtt->topics);
    if (n > 0 &&
        mosquitto_subscribe_multiple(
            line, NULL, n, mqtt->topics, 1, MQTT_SUB_OPT_SEND_RETAIN_NEW, NULL) != 0)
        note_trouble(mqtt, "topics", "cannot be asked for");
    if (n > 0)
        return;
    set_line(mqtt, line);
    bt_mqtt_tell_state(mqtt, TRUE, "");
}

static void on_subscribe(struct mosquitto *line, void *user, int mid, int n, const int *granted,
    const mosquitto_property *properties)
{
    BtMqtt *mqtt = user;
    g_autoptr(GString) refused = g_string_new(NULL);
    (void)mid, (void)properties;
    for (int i = 0; i < n && i < (int)g_strv_length(mqtt->topics); i++)
        if (granted[i] >= 128)
            g_string_append_printf(refused, "%s%s:%d: the broker refuses the topic “%s”: %s",
                refused->len > 0 ? "; " : "", mqtt->host, mqtt->port, mqtt->topics[i],
                mosquitto_reason_string(granted[i]));
    set_line(mqtt, line);
    bt_mqtt_tell_state(mqtt, TRUE, refused->str);
}

static void on_disconnect(
    struct mosquitto *line, void *user, int reason, const mosquitto_property *properties)
{
    BtMqtt *mqtt = user;
    (void)line;
    if (reason >= 128) /* below: the library's own numbers, which its loop says better */
        note_refusal(mqtt, reason, properties);
}

static void on_publish(
    struct mosquitto *line, void *user, int mid, int reason, const mosquitto_property *properties)
{
    BtMqtt *mqtt = user;
    (void)line, (void)properties;
    g_mutex_lock(&mqtt->mutex);
    for (guint i = 0; i < mqtt->outgoing->len; i++) {
        BtMqttOutgoing *out = g_ptr_array_index(mqtt->outgoing, i);
        if (out->mid != mid)
            continue;
        out->done = TRUE;
        out->reason = reason >= 128 ? reason : 0;
    }
    g_cond_broadcast(&mqtt->changed);
    g_mutex_unlock(&mqtt->mutex);
}

/* Why TLS failed is only said here; and so is that a packet is whole. */
static void on_log(struct mosquitto *line, void *user, int level, const char *text)
{
    BtMqtt *mqtt = user;
    (void)line;
    if (level == MOSQ_LOG_ERR)
        note_trouble(mqtt, "not connected", text);
    if (level == MOSQ_LOG_DEBUG && strstr(text, " received ") != NULL)
        mqtt->heard_whole = TRUE;
}

/* ---- making one ---- */

/* The instant at which certificates must hold. Who went may not be asked any more. */
static gint64 time_for_tls(BtMqtt *mqtt, gboolean *known)
{
    gint64 now_ms = g_get_real_time() / 1000;
    *known = TRUE;
    g_mutex_lock(&mqtt->ear_mutex);
    if (mqtt->now != NULL && !mqtt->deaf)
        now_ms = mqtt->now(known, mqtt->now_user);
    g_mutex_unlock(&mqtt->ear_mutex);
    return now_ms;
}

static gboolean set_tls(BtMqtt *mqtt, struct mosquitto *line)
{
    gboolean known;
    BtTlsOptions options = { .host = mqtt->host,
        .ca_path = mqtt->ca_path,
        .cert_path = mqtt->cert_path,
        .key_path = mqtt->key_path,
        .pin = mqtt->pin,
        .now_ms = time_for_tls(mqtt, &known) };
    g_autoptr(GError) why = NULL;
    options.now_known = known;
    mqtt->met_early = !known;
    mqtt->tls = bt_tls_new(&options, &why);
    if (mqtt->tls == NULL) {
        note_trouble(mqtt, "TLS", why->message);
        return FALSE;
    }
    mosquitto_int_option(line, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
    int code = mosquitto_void_option(line, MOSQ_OPT_SSL_CTX, mqtt->tls);
    if (code != 0)
        note_trouble(mqtt, "TLS", mosquitto_strerror(code));
    return code == 0;
}

/* Who was met by a doubtful clock is met again when the time is known. */
static void look_at_time(BtMqtt *mqtt)
{
    gboolean known = FALSE;
    if (!mqtt->met_early)
        return;
    (void)time_for_tls(mqtt, &known);
    if (known)
        note_trouble(mqtt, "its certificate", "is looked at again, now that the time is known");
}

static void set_callbacks(struct mosquitto *line)
{
    mosquitto_connect_v5_callback_set(line, on_connect);
    mosquitto_disconnect_v5_callback_set(line, on_disconnect);
    mosquitto_subscribe_v5_callback_set(line, on_subscribe);
    mosquitto_publish_v5_callback_set(line, on_publish);
    mosquitto_message_v5_callback_set(line, on_message);
    mosquitto_log_callback_set(line, on_log);
}

static struct mosquitto *new_line(BtMqtt *mqtt)
{
    struct mosquitto *line = mosquitto_new(mqtt->client_id, mqtt->passing, mqtt);
    g_assert(line); /* only memory can be wanting: the id was looked at */
    mosquitto_int_option(line, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(line, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_int_option(line, MOSQ_OPT_RECEIVE_MAXIMUM, RECEIVE_MAX);
    mosquitto_threaded_set(line, true);
    set_callbacks(line);
    if (mqtt->username != NULL)
        mosquitto_username_pw_set(line, mqtt->username, mqtt->password);
    return line;
}

/* The library takes the properties of CONNECT only where it waits for the connection, which may
 * take minutes. Without a host it keeps them and does no more; then it connects without waiting. */
static int greet(BtMqtt *mqtt, struct mosquitto *line)
{
    mosquitto_property *asked = NULL;
    guint32 max_bytes = (guint32)MIN(mqtt->max_bytes + FRAME_BYTES, G_MAXINT32);
    mosquitto_property_add_int32(&asked, MQTT_PROP_MAXIMUM_PACKET_SIZE, max_bytes);
    mosquitto_property_add_int32(
        &asked, MQTT_PROP_SESSION_EXPIRY_INTERVAL, mqtt->passing ? 0 : SESSION_S);
    mosquitto_connect_bind_v5(line, NULL, mqtt->port, KEEPALIVE_S, NULL, asked);
    mosquitto_property_free_all(&asked);
    return mosquitto_connect_async(line, mqtt->host, mqtt->port, KEEPALIVE_S);
}

/* ---- keeping it ---- */

static void set_socket(struct mosquitto *line)
{
    unsigned int unacked_ms = UNACKED_MS;
    (void)setsockopt(
        mosquitto_socket(line), IPPROTO_TCP, TCP_USER_TIMEOUT, &unacked_ms, sizeof unacked_ms);
}

static void count_bytes(BtMqtt *mqtt, struct mosquitto *line)
{
    struct tcp_info info = { 0 };
    socklen_t size = sizeof info;
    int fd = mosquitto_socket(line);
    if (fd < 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return;
    g_mutex_lock(&mqtt->mutex);
    mqtt->bytes += info.tcpi_bytes_received - mqtt->socket_received;
    mqtt->bytes += info.tcpi_bytes_acked - mqtt->socket_sent;
    g_mutex_unlock(&mqtt->mutex);
    mqtt->socket_received = info.tcpi_bytes_received;
    mqtt->socket_sent = info.tcpi_bytes_acked;
}

/* Twice the size, for what came meanwhile and TLS adds. */
static gboolean is_endless(BtMqtt *mqtt)
{
    if (mqtt->heard_whole)
        mqtt->whole_at = mqtt->socket_received;
    mqtt->heard_whole = FALSE;
    if (mqtt->socket_received - mqtt->whole_at <= 2 * (mqtt->max_bytes + FRAME_BYTES))
        return FALSE;
    note_trouble(mqtt, "a message", "larger than was asked for");
    return TRUE;
}

gboolean bt_mqtt_is_closing(BtMqtt *mqtt)
{
    g_mutex_lock(&mqtt->mutex);
    gboolean closing = mqtt->closing;
    g_mutex_unlock(&mqtt->mutex);
    return closing;
}

static void keep_line(BtMqtt *mqtt, struct mosquitto *line)
{
    gint64 greeting_until_us = g_get_monotonic_time() + GREETING_S * G_USEC_PER_SEC;
    int code = 0;
    set_socket(line);
    while (code == 0 && mqtt->trouble->len == 0 && !bt_mqtt_is_closing(mqtt)) {
        code = mosquitto_loop(line, LOOP_MS, 1);
        count_bytes(mqtt, line);
        look_at_time(mqtt);
        if (is_endless(mqtt))
            return;
        if (!mqtt->greeted && g_get_monotonic_time() > greeting_until_us)
            note_trouble(mqtt, "not connected", "the broker does not answer");
    }
    if (code != 0)
        note_trouble(mqtt, mqtt->greeted ? "the connection is lost" : "not connected",
            code == MOSQ_ERR_ERRNO ? g_strerror(errno) : mosquitto_strerror(code));
}

/* libmosquitto takes a reference, and forgets it where no connection came about. */
static void drop_tls(BtMqtt *mqtt)
{
    BtTls *tls = g_steal_pointer(&mqtt->tls);
    if (tls != NULL && !bt_tls_unref(tls))
        bt_tls_unref(tls);
}

/* From the first packet to the last. */
void bt_mqtt_live_once(BtMqtt *mqtt)
{
    struct mosquitto *line = new_line(mqtt);
    mqtt->greeted = mqtt->heard_whole = mqtt->met_early = FALSE;
    mqtt->socket_received = mqtt->socket_sent = mqtt->whole_at = 0;
    g_string_truncate(mqtt->trouble, 0);
    if (mqtt->plain || set_tls(mqtt, line)) {
        int code = greet(mqtt, line);
        if (code == 0)
            keep_line(mqtt, line);
        else
            note_trouble(mqtt, "not connected",
                code == MOSQ_ERR_ERRNO ? g_strerror(errno) : mosquitto_strerror(code));
    }
    set_line(mqtt, NULL);
    mosquitto_disconnect(line);
    mosquitto_loop(line, 0, 1);
    mosquitto_destroy(line);
    drop_tls(mqtt);
}
