/* mqtt-ear: one connection of playlists/sync/ttn/mqtt.h, which says what it hears.
 *   mqtt-ear [OPTION…] TOPIC…
 * Lines on stdout: "state 0|1 REASON", "message TOPIC SIZE BEGINNING", and for each line
 * "TOPIC WORDS" on stdin "published" or "failed REASON". "bytes" on stdin says how many came and
 * went; with --surely-past TIME the time is not known until "known". The end of stdin is its own.
 */
#include "player/roles/confine.h"
#include "playlists/sync/ttn/mqtt.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *die_on;

static char *surely_past;
static gint is_known;

/* Until "known" is said, only that it is later than this. */
static gint64 now(gboolean *known, gpointer user)
{
    gint64 past_ms = 0;
    (void)user;
    *known = g_atomic_int_get(&is_known);
    g_assert(bt_time_parse(surely_past, &past_ms, NULL));
    return past_ms;
}

static void on_message(const char *topic, GBytes *payload, gboolean kept, gpointer user)
{
    gsize size_bytes;
    const char *data = g_bytes_get_data(payload, &size_bytes);
    (void)kept, (void)user;
    if (die_on != NULL && size_bytes == strlen(die_on) && memcmp(data, die_on, size_bytes) == 0)
        _exit(3);
    printf("message %s %zu %.*s\n", topic, size_bytes, (int)MIN(size_bytes, 60), data);
    fflush(stdout);
}

static void on_state(gboolean connected, const char *reason, gpointer user)
{
    (void)user;
    printf("state %d %s\n", connected, reason);
    fflush(stdout);
}

static void publish(BtMqtt *mqtt, char *line)
{
    g_autoptr(GError) error = NULL;
    char *space = strchr(g_strchomp(line), ' ');
    if (strcmp(line, "known") == 0) {
        g_atomic_int_set(&is_known, 1);
    } else if (space == NULL) {
        printf("bytes %" G_GUINT64_FORMAT "\n", bt_mqtt_take_bytes(mqtt));
    } else {
        *space = '\0';
        g_autoptr(GBytes) payload = g_bytes_new(space + 1, strlen(space + 1));
        if (bt_mqtt_publish(mqtt, line, payload, &error))
            printf("published\n");
        else
            printf("failed %s\n", error->message);
    }
    fflush(stdout);
}

static gboolean confine(const char *folder)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtConfig) config = bt_config_for_folder(folder);
    config->state_folder = g_strdup(folder);
    if (bt_confine_sync(config, NULL, &error))
        return TRUE;
    fprintf(stderr, "mqtt-ear: %s\n", error->message);
    return FALSE;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    static BtMqttOptions options = { .client_id = "ear" }; /* what was asked for lasts to the end */
    static char *confined = NULL;
    BtMqttEar ear = { on_message, on_state, NULL };
    char line[4096];
    int max_bytes = 256 * 1024;
    const GOptionEntry entries[] = {
        { "url", 0, 0, G_OPTION_ARG_STRING, &options.url, "", "" },
        { "insecure", 0, 0, G_OPTION_ARG_NONE, &options.insecure_host, "", NULL },
        { "ca", 0, 0, G_OPTION_ARG_STRING, &options.ca_path, "", "" },
        { "cert", 0, 0, G_OPTION_ARG_STRING, &options.cert_path, "", "" },
        { "key", 0, 0, G_OPTION_ARG_STRING, &options.key_path, "", "" },
        { "pin", 0, 0, G_OPTION_ARG_STRING, &options.pin, "", "" },
        { "surely-past", 0, 0, G_OPTION_ARG_STRING, &surely_past, "", "" },
        { "user", 0, 0, G_OPTION_ARG_STRING, &options.username, "", "" },
        { "password", 0, 0, G_OPTION_ARG_STRING, &options.password, "", "" },
        { "id", 0, 0, G_OPTION_ARG_STRING, &options.client_id, "", "" },
        { "max", 0, 0, G_OPTION_ARG_INT, &max_bytes, "", "" },
        { "die-on", 0, 0, G_OPTION_ARG_STRING, &die_on, "", "" },
        { "confined", 0, 0, G_OPTION_ARG_STRING, &confined, "", "" },
        { NULL },
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) ||
        (confined != NULL && !confine(confined)))
        return 2;
    options.now = surely_past == NULL ? NULL : now;
    options.topics = (const char *const *)argv + 1;
    options.max_bytes = (gsize)max_bytes;
    g_autoptr(BtMqtt) mqtt = bt_mqtt_new(&options, &ear, &error);
    if (mqtt == NULL) {
        printf("refused %s\n", error->message);
        return 0;
    }
    while (fgets(line, sizeof line, stdin) != NULL)
        publish(mqtt, line);
    return 0;
}
