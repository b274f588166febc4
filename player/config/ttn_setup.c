#include "player/config/ttn_setup.h"

#include "base/io.h"

#include <string.h>

/* The names by which provinces call a board, and the areas it lies in. */
static const char *const device_keys[] = { "maThietBi", "cumLoaID", "dichID", "diaBan", NULL };

const char *bt_ttn_setup_value(const BtConfigSource *source, const char *name)
{
    for (guint i = 0; i < source->ttn->sets->len; i++) {
        const BtConfigPair *pair = g_ptr_array_index(source->ttn->sets, i);
        if (g_str_equal(pair->name, name))
            return pair->value;
    }
    return NULL;
}

static void set_if(GHashTable *values, const char *name, const char *value)
{
    if (value != NULL && *value != '\0')
        bt_ttn_values_set_string(values, name, value);
}

GHashTable *bt_ttn_setup_values(
    const BtConfig *config, const BtConfigSource *source, GError **error)
{
    const BtConfigTtn *ttn = source->ttn;
    g_autofree char *password = bt_config_password(source, error);
    if (password == NULL)
        return NULL;
    GHashTable *values = bt_ttn_values_new();
    bt_ttn_values_set_string(values, "app_version", BANGTIN_VERSION);
    set_if(values, "screen", config->screen_id);
    set_if(values, "screen_name", config->screen_name);
    for (guint i = 0; i < ttn->sets->len; i++) {
        const BtConfigPair *pair = g_ptr_array_index(ttn->sets, i);
        bt_ttn_values_set_string(values, pair->name, pair->value);
    }
    set_if(values, "base", source->base);
    set_if(values, "source", source->name);
    set_if(values, "auth", ttn->auth != NULL ? ttn->auth : source->base);
    set_if(values, "register", ttn->register_at);
    set_if(values, "mqtt", ttn->mqtt);
    set_if(values, "username", ttn->username);
    set_if(values, "password", password);
    return values;
}

BtTtnSessionOptions bt_ttn_setup_session(const BtConfigSource *source, const BtDialect *dialect)
{
    return (BtTtnSessionOptions){
        .dialect = dialect,
        .ca_path = source->ca_path,
        .pin = source->pin,
        .insecure = (const char *const *)source->ttn->insecure_hosts,
        .max_bytes_per_s = source->max_bytes_per_s,
    };
}

BtMqttOptions bt_ttn_setup_mqtt(const BtConfigSource *source)
{
    const BtConfigTtn *ttn = source->ttn;
    g_autoptr(GUri) uri = g_uri_parse(ttn->mqtt, G_URI_FLAGS_ENCODED, NULL);
    return (BtMqttOptions){
        .url = ttn->mqtt,
        .insecure_host = uri != NULL && bt_config_is_insecure_host(source, g_uri_get_host(uri)),
        .ca_path = source->ca_path,
        .cert_path = ttn->cert_path,
        .key_path = ttn->key_path,
        .pin = source->pin,
        .username = ttn->username,
        .max_bytes = BT_TTN_MESSAGE_MAX_BYTES,
    };
}

/* An id of the machine, for boards that nobody gave one. */
static char *machine_id(void)
{
    g_autoptr(GBytes) bytes = bt_io_read("/etc/machine-id", 256, NULL);
    if (bytes == NULL)
        return g_strdup(g_get_host_name());
    char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    return g_strstrip(text);
}

char *bt_ttn_setup_client_id(const BtConfig *config, const BtConfigSource *source)
{
    const char *given = bt_ttn_setup_value(source, "mqttClientID");
    const char *device = bt_ttn_setup_value(source, "maThietBi");
    if (given != NULL && *given != '\0')
        return g_strdup(given);
    if (!g_str_equal(config->screen_id, BT_SCREEN_UNCLAIMED))
        return g_strdup_printf("bangtin-%s-%s", config->screen_id, source->name);
    if (device != NULL && *device != '\0')
        return g_strdup_printf("bangtin-%s-%s", device, source->name);
    g_autofree char *machine = machine_id();
    return g_strdup_printf("bangtin-%s-%s", machine, source->name);
}

char **bt_ttn_setup_devices(const BtConfigSource *source)
{
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; device_keys[i] != NULL; i++) {
        const char *value = bt_ttn_setup_value(source, device_keys[i]);
        if (value != NULL && *value != '\0')
            g_ptr_array_add(names, g_strdup(value));
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

/* Where the configuration says how large the screen is; else role sync tells it, when it knows. */
static void check_layouts(const BtConfig *config, const BtConfigSource *source, GPtrArray *notes)
{
    for (guint i = 0; config->canvas_px.w > 0 && i < source->ttn->layouts->len; i++) {
        const BtConfigPair *pair = g_ptr_array_index(source->ttn->layouts, i);
        BtTtnLayout *layout = bt_ttn_layout_parse(pair->name, pair->value, NULL);
        g_autofree char *leaves = layout == NULL
            ? NULL
            : bt_ttn_layout_leaves(layout, config->canvas_px.w, config->canvas_px.h);
        if (leaves != NULL)
            g_ptr_array_add(notes, g_strdup_printf("[source %s]: %s", source->name, leaves));
        bt_ttn_layout_free(layout);
    }
}

static void note_dialect(const BtConfigSource *source, const BtDialect *dialect, GPtrArray *notes)
{
    g_autoptr(GHashTable) set = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < source->ttn->sets->len; i++)
        g_hash_table_add(set, ((BtConfigPair *)g_ptr_array_index(source->ttn->sets, i))->name);
    g_autoptr(GPtrArray) remarks = bt_dialect_notes(dialect, set);
    for (guint i = 0; i < remarks->len; i++)
        g_ptr_array_add(notes,
            g_strdup_printf(
                "[source %s]: %s", source->name, (const char *)g_ptr_array_index(remarks, i)));
}

gboolean bt_ttn_setup_check(const BtConfig *config, GPtrArray *notes, GError **error)
{
    for (guint i = 0; i < config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(config->sources, i);
        if (source->ttn == NULL)
            continue;
        g_autoptr(BtDialect) dialect = bt_dialect_load(source->ttn->dialect, error);
        if (dialect == NULL) {
            g_prefix_error(error, "[source %s]: ", source->name);
            return FALSE;
        }
        note_dialect(source, dialect, notes);
        check_layouts(config, source, notes);
    }
    return TRUE;
}
