/* MQTT, with libmosquitto and here only: one connection that hears topics and comes back by itself.
 *
 * Version 5, so that the broker is told the largest packet that is taken; a persistent session and
 * QoS 1, so that what was said while the line was down comes when it is up. Callbacks come from the
 * connection's own thread. */
#ifndef BT_PLAYLISTS_SYNC_TTN_MQTT_H
#define BT_PLAYLISTS_SYNC_TTN_MQTT_H

#include "base/error.h"
#include "playlists/sync/sync.h"

typedef struct {
    const char *url; /* "mqtts://HOST[:PORT]" or, to a host that was named insecure or the loopback,
                        "mqtt://HOST[:PORT]" */
    gboolean insecure_host;
    const char *ca_path;              /* (nullable) the system's */
    const char *cert_path, *key_path; /* (nullable) of the device */
    const char *pin;                  /* (nullable) "sha256//BASE64" of the broker's key */
    BtSyncNow now; /* for certificates; NULL: the wall clock. Not called after bt_mqtt_free */
    gpointer now_user;
    const char *username, *password; /* (nullable) */
    const char *client_id;
    const char *const *topics; /* NULL-ended */
    gsize max_bytes;           /* of one message */
    gboolean passing;          /* the broker keeps nothing for this client once it is gone */
} BtMqttOptions;

/* A message counts as heard, and the broker forgets it, when on_message has returned: what it is
 * stored by belongs there. Neither of the two may call anything below. */
typedef struct {
    /* `kept`: the broker kept it for whoever subscribes; it may be old. */
    void (*on_message)(const char *topic, GBytes *payload, gboolean kept, gpointer user);
    /* Connected (and subscribed) or not; `reason` "" or a sentence. */
    void (*on_state)(gboolean connected, const char *reason, gpointer user);
    gpointer user;
} BtMqttEar;

typedef struct BtMqtt BtMqtt;

/* Everything is copied. Does not wait for the connection. BT_ERROR_INVALID. (transfer full)
 * (nullable) */
BtMqtt *bt_mqtt_new(const BtMqttOptions *options, const BtMqttEar *ear, GError **error);
/* Waits up to half a minute: TRUE when the broker has it (QoS 1). NETWORK, TIMEOUT, LIMIT. What
 * was given up may have arrived. Any thread but the callbacks'. */
gboolean bt_mqtt_publish(BtMqtt *mqtt, const char *topic, GBytes *payload, GError **error);
guint64 bt_mqtt_take_bytes(BtMqtt *mqtt); /* about, both ways, since the last call */
/* Waits about a second; no callback comes after it. */
void bt_mqtt_free(BtMqtt *mqtt /* (transfer full) (nullable) */);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtMqtt, bt_mqtt_free)

#endif
