/* What the configuration of a source of kind ttn makes: the values of its dialect's templates, and
 * the options of its session and its broker. For role sync and for `bangtin check --connect`, so
 * that the one tries what the other does. Thread-safety: safe. */
#ifndef BT_PLAYER_CONFIG_TTN_SETUP_H
#define BT_PLAYER_CONFIG_TTN_SETUP_H

#include "player/config/config.h"
#include "playlists/sync/ttn/mqtt.h"
#include "playlists/sync/ttn/session.h"

/* base, auth (else base), register, mqtt, username, password, app_version, source, screen,
 * screen_name and each set.NAME; what is not configured is no value. Errors are those of
 * bt_config_password. (transfer full) (nullable) */
GHashTable *bt_ttn_setup_values(
    const BtConfig *config, const BtConfigSource *source, GError **error);
/* The value set.NAME, or NULL. Borrowed. */
const char *bt_ttn_setup_value(const BtConfigSource *source, const char *name);

/* Borrowing from the configuration and `dialect`; no token file, clock or callback yet. */
BtTtnSessionOptions bt_ttn_setup_session(const BtConfigSource *source, const BtDialect *dialect);

/* Borrowing from the configuration; without topics, password and client_id. Its host may be plain
 * where the configuration says so. */
BtMqttOptions bt_ttn_setup_mqtt(const BtConfigSource *source);
/* By which the broker knows this board: the same at each start, and no other board's. It is
 * set.mqttClientID where that is given. (transfer full) */
char *bt_ttn_setup_client_id(const BtConfig *config, const BtConfigSource *source);

/* What this board is called, in messages for some only: (transfer full) NULL-ended */
char **bt_ttn_setup_devices(const BtConfigSource *source);

/* Loads every dialect; its remarks, and layouts that do not fit `canvas=`, go to `notes` (of
 * char*). FALSE: one cannot be had. */
gboolean bt_ttn_setup_check(const BtConfig *config, GPtrArray *notes, GError **error);

#endif
