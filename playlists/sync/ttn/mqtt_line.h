/* One connection of an MQTT client, from its first packet to its last. Private to mqtt.c. */
#ifndef BT_PLAYLISTS_SYNC_TTN_MQTT_LINE_H
#define BT_PLAYLISTS_SYNC_TTN_MQTT_LINE_H

#include "playlists/sync/tls.h"
#include "playlists/sync/ttn/mqtt.h"

struct mosquitto; /* the library's */

/* One word to be published, and what became of it. */
typedef struct {
    int mid;
    gboolean done;
    int reason; /* of MQTT; 0: the broker has it */
} BtMqttOutgoing;

struct BtMqtt {
    gatomicrefcount count; /* the user's and the thread's */
    BtMqttEar ear;
    BtSyncNow now;
    gpointer now_user;
    char *host, *ca_path, *cert_path, *key_path, *pin, *username, *password, *client_id;
    char **topics;
    int port;
    gboolean plain, passing;
    gsize max_bytes;

    /* Of the thread alone. */
    GString *trouble; /* what ended, or ends, the connection; "" nothing */
    gboolean greeted, heard_whole;
    BtTls *tls;                           /* of this connection; NULL: without */
    gboolean met_early;                   /* the connection was made when the time was not known */
    guint64 socket_received, socket_sent; /* of this connection */
    guint64 whole_at;                     /* bytes received when the last packet was whole */

    GMutex mutex; /* for what follows */
    GCond changed;
    gboolean closing, ended;
    struct mosquitto *line; /* NULL: not connected */
    GPtrArray *outgoing;    /* of BtMqttOutgoing, borrowed from those who wait */
    guint64 bytes;
    GMutex ear_mutex; /* held during a callback */
    gboolean deaf;
};

/* Connects and listens until the line is lost or the client is closing; `trouble` says why. */
void bt_mqtt_live_once(BtMqtt *mqtt);
gboolean bt_mqtt_is_closing(BtMqtt *mqtt);
void bt_mqtt_tell_state(BtMqtt *mqtt, gboolean connected, const char *reason);

#endif
