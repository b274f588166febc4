#include "player/config/ttn.h"

#include "base/address.h"
#include "base/error.h"
#include "base/io.h"
#include "base/prefix.h"
#include "playlists/adapters/ttn/ttn.h"

#include <string.h>
#include <sys/stat.h>

#define VALUE_MAX_BYTES 1000 /* of set.NAME and layout.NAME */
#define MEDIA_MAX_MB 512     /* half an hour of full HD */
#define URGENT_MAX_MIN 120   /* until the next bulletin of a storm is due */

static void pair_free(gpointer data)
{
    BtConfigPair *pair = data;
    g_free(pair->name);
    g_free(pair->value);
    g_free(pair);
}

void bt_config_ttn_free(BtConfigTtn *ttn)
{
    if (ttn == NULL)
        return;
    g_free(ttn->dialect);
    g_free(ttn->auth);
    g_free(ttn->register_at);
    g_free(ttn->mqtt);
    g_free(ttn->username);
    g_free(ttn->password_path);
    g_free(ttn->cert_path);
    g_free(ttn->key_path);
    g_strfreev(ttn->insecure_hosts);
    g_ptr_array_unref(ttn->sets);
    g_ptr_array_unref(ttn->layouts);
    g_strfreev(ttn->urgent_from);
    g_free(ttn);
}

static BtConfigTtn *ttn_new(void)
{
    BtConfigTtn *ttn = g_new0(BtConfigTtn, 1);
    ttn->sets = g_ptr_array_new_with_free_func(pair_free);
    ttn->layouts = g_ptr_array_new_with_free_func(pair_free);
    ttn->classes[BT_TTN_URGENT] = BT_CLASS_EMERGENCY;
    ttn->classes[BT_TTN_PRIORITY] = BT_CLASS_PRIORITY;
    ttn->classes[BT_TTN_ORDINARY] = BT_CLASS_ORDINARY;
    return ttn;
}

/* ---- addresses ---- */

static gboolean is_host(const char *text)
{
    return *text != '\0' && strlen(text) <= 253 &&
        text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:")] ==
        '\0';
}

static gboolean read_insecure(
    BtReading *reading, const char *group, BtConfigTtn *ttn, GError **error)
{
    ttn->insecure_hosts =
        g_key_file_get_string_list(reading->file, group, "insecure_hosts", NULL, NULL);
    if (ttn->insecure_hosts == NULL)
        ttn->insecure_hosts = g_new0(char *, 1);
    for (guint i = 0; ttn->insecure_hosts[i] != NULL; i++)
        if (i == BT_CONFIG_MAX_INSECURE || !is_host(g_strstrip(ttn->insecure_hosts[i])))
            return bt_reading_fail(reading, group, "insecure_hosts", error,
                i == BT_CONFIG_MAX_INSECURE ? "too many hosts" : "not a host",
                "at most 16 names or numbers of hosts, without a port");
    return TRUE;
}

gboolean bt_config_is_insecure_host(const BtConfigSource *source, const char *host)
{
    for (guint i = 0; source->ttn != NULL && source->ttn->insecure_hosts[i] != NULL; i++)
        if (g_ascii_strcasecmp(source->ttn->insecure_hosts[i], host) == 0)
            return TRUE;
    return FALSE;
}

typedef struct {
    const char *key, *secure, *plain; /* "https", "http" */
    gboolean required, host_only;
    const char *expected;
} AddressKey;

static gboolean fail_address(const BtReading *reading, const char *group, const AddressKey *key,
    const char *why, GError **error)
{
    g_autofree char *what = g_strconcat(key->key, " ", why, NULL);
    return bt_reading_fail(reading, group, key->key, error, what, key->expected);
}

/* A value that is refused is not quoted: it may hold a password. */
static gboolean read_address(BtReading *reading, const char *group, const AddressKey *key,
    const BtConfigSource *source, char **value, GError **error)
{
    g_autofree char *text = bt_reading_string(reading, group, key->key);
    if (text == NULL)
        return !key->required || fail_address(reading, group, key, "is missing", error);
    g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_ENCODED, NULL);
    const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;
    if (host == NULL || *host == '\0')
        return fail_address(reading, group, key, "is no address", error);
    if (bt_address_has_more(text))
        return fail_address(
            reading, group, key, "holds more than an address (a user, a password, a query)", error);
    while (g_str_has_suffix(text, "/"))
        text[strlen(text) - 1] = '\0';
    if (key->host_only && strchr(strstr(text, "://") + strlen("://"), '/') != NULL)
        return fail_address(reading, group, key, "holds more than a host", error);
    gboolean plain = g_str_equal(g_uri_get_scheme(uri), key->plain);
    if (!plain && !g_str_equal(g_uri_get_scheme(uri), key->secure))
        return fail_address(reading, group, key, "is no such address", error);
    if (plain && !bt_address_is_loopback(host) && !bt_config_is_insecure_host(source, host))
        return fail_address(reading, group, key,
            "is without TLS, and insecure_hosts does not name its host", error);
    *value = g_steal_pointer(&text);
    return TRUE;
}

static gboolean read_addresses(
    BtReading *reading, const char *group, BtConfigSource *source, GError **error)
{
    static const AddressKey base = { "base", "https", "http", TRUE, FALSE, "https://HOST/PATH" };
    static const AddressKey auth = { "auth", "https", "http", FALSE, FALSE, "https://HOST/PATH" };
    static const AddressKey reg = { "register", "https", "http", FALSE, FALSE,
        "https://HOST/PATH" };
    static const AddressKey mqtt = { "mqtt", "mqtts", "mqtt", FALSE, TRUE, "mqtts://HOST:PORT" };
    BtConfigTtn *ttn = source->ttn;
    return read_insecure(reading, group, ttn, error) &&
        read_address(reading, group, &base, source, &source->base, error) &&
        read_address(reading, group, &auth, source, &ttn->auth, error) &&
        read_address(reading, group, &reg, source, &ttn->register_at, error) &&
        read_address(reading, group, &mqtt, source, &ttn->mqtt, error);
}

/* ---- values ---- */

static gboolean read_pairs(BtReading *reading, const char *group, const char *prefix, guint max,
    GPtrArray *pairs, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(reading->file, group, NULL, NULL);
    for (guint i = 0; keys != NULL && keys[i] != NULL; i++) {
        if (!g_str_has_prefix(keys[i], prefix))
            continue;
        g_autofree char *value = bt_reading_string(reading, group, keys[i]);
        if (keys[i][strlen(prefix)] == '\0' || pairs->len == max ||
            (value != NULL && strlen(value) > VALUE_MAX_BYTES))
            return bt_reading_fail(reading, group, keys[i], error, "not taken",
                "a name, at most 1000 bytes, not too many of them");
        BtConfigPair *pair = g_new0(BtConfigPair, 1);
        pair->name = g_strdup(keys[i] + strlen(prefix));
        pair->value = value != NULL ? g_steal_pointer(&value) : g_strdup("");
        g_ptr_array_add(pairs, pair);
    }
    return TRUE;
}

/* The words of who reads layouts, with the line of the key before them. */
static gboolean fail_layout(const BtReading *reading, const char *group, const BtConfigPair *pair,
    const GError *why, GError **error)
{
    g_autofree char *key = g_strconcat("layout.", pair->name, NULL);
    g_autofree char *what = g_strdup(why->message);
    char *expected = g_strrstr(what, ": expected ");
    if (expected == NULL)
        return bt_reading_fail(reading, group, key, error, what, "ZONE=X,Y,W,H;…");
    *expected = '\0';
    return bt_reading_fail(reading, group, key, error, what, expected + strlen(": expected "));
}

static gboolean read_layouts(
    BtReading *reading, const char *group, BtConfigTtn *ttn, GError **error)
{
    if (!read_pairs(reading, group, "layout.", BT_CONFIG_MAX_LAYOUTS, ttn->layouts, error))
        return FALSE;
    for (guint i = 0; i < ttn->layouts->len; i++) {
        const BtConfigPair *pair = g_ptr_array_index(ttn->layouts, i);
        g_autoptr(GError) why = NULL;
        BtTtnLayout *layout = bt_ttn_layout_parse(pair->name, pair->value, &why);
        if (layout == NULL)
            return fail_layout(reading, group, pair, why, error);
        bt_ttn_layout_free(layout);
    }
    return TRUE;
}

static gboolean read_priorities(
    BtReading *reading, const char *group, BtConfigTtn *ttn, GError **error)
{
    static const char *const keys[] = { "priority", "ordinary" };
    static const BtTtnPriority priorities[] = { BT_TTN_PRIORITY, BT_TTN_ORDINARY };
    g_autofree char *urgent = bt_reading_string(reading, group, "urgent");
    if (urgent != NULL && strcmp(urgent, bt_class_name(BT_CLASS_EMERGENCY)) != 0)
        return bt_reading_fail(
            reading, group, "urgent", error, "urgent bulletins are emergencies", "emergency");
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *word = bt_reading_string(reading, group, keys[i]);
        BtClass *cls = &ttn->classes[priorities[i]];
        if (word != NULL && (!bt_class_from_name(word, cls) || *cls == BT_CLASS_EMERGENCY))
            return bt_reading_fail(reading, group, keys[i], error,
                "no class for bulletins that are not urgent",
                "requisition, priority, ordinary or filler");
    }
    return TRUE;
}

static gboolean read_urgent(BtReading *reading, const char *group, BtConfigTtn *ttn, GError **error)
{
    gint64 minutes = URGENT_MAX_MIN;
    if (!bt_reading_int(reading, group, "urgent_max_min", 1, 7 * 24 * 60, &minutes, error))
        return FALSE;
    ttn->urgent_max_ms = minutes * 60 * 1000;
    ttn->urgent_from = g_key_file_get_string_list(reading->file, group, "urgent_from", NULL, NULL);
    for (guint i = 0; ttn->urgent_from != NULL && ttn->urgent_from[i] != NULL; i++)
        if (*g_strstrip(ttn->urgent_from[i]) == '\0' || i == BT_CONFIG_MAX_SENDERS)
            return bt_reading_fail(reading, group, "urgent_from", error, "not a list of senders",
                "ID;ID;…, at most 64");
    return TRUE;
}

/* With a slash, or .json at its end, it is a file; else the name of one that comes with us. */
static char *read_dialect(const BtReading *reading, const char *group)
{
    g_autofree char *word = bt_reading_string(reading, group, "dialect");
    if (word == NULL)
        return g_strdup("ttn-2.0");
    gboolean is_file = strchr(word, '/') != NULL || g_str_has_suffix(word, ".json");
    return is_file ? g_canonicalize_filename(word, reading->folder) : g_steal_pointer(&word);
}

static gboolean check_pairs_of_keys(
    const BtReading *reading, const char *group, const BtConfigTtn *ttn, GError **error)
{
    if ((ttn->cert_path == NULL) != (ttn->key_path == NULL))
        return bt_reading_fail(reading, group, ttn->cert_path != NULL ? "cert" : "key", error,
            "one without the other", "both cert and key");
    if (ttn->password_path != NULL && ttn->username == NULL)
        return bt_reading_fail(
            reading, group, "password_file", error, "a password without a user", "username");
    return TRUE;
}

gboolean bt_config_read_ttn(
    BtReading *reading, const char *group, BtConfigSource *source, GError **error)
{
    BtConfigTtn *ttn = source->ttn = ttn_new();
    gint64 media_mb = MEDIA_MAX_MB;
    source->source_id = g_strdup(source->name);
    ttn->dialect = read_dialect(reading, group);
    ttn->username = bt_reading_string(reading, group, "username");
    ttn->password_path = bt_reading_path(reading, group, "password_file");
    ttn->cert_path = bt_reading_path(reading, group, "cert");
    ttn->key_path = bt_reading_path(reading, group, "key");
    if (!read_addresses(reading, group, source, error) ||
        !read_pairs(reading, group, "set.", BT_CONFIG_MAX_SETS, ttn->sets, error) ||
        !read_layouts(reading, group, ttn, error) || !read_priorities(reading, group, ttn, error) ||
        !read_urgent(reading, group, ttn, error) ||
        !bt_reading_int(reading, group, "media_max_mb", 1, 4096, &media_mb, error))
        return FALSE;
    ttn->media_max_bytes = (guint64)media_mb * 1024 * 1024;
    return check_pairs_of_keys(reading, group, ttn, error);
}

/* ---- the password ---- */

char *bt_config_password(const BtConfigSource *source, GError **error)
{
    if (source->ttn == NULL || source->ttn->password_path == NULL)
        return g_strdup("");
    const char *path = source->ttn->password_path;
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_CONFIG_MAX_SECRET_BYTES, error);
    if (bytes == NULL)
        return NULL;
    gsize size_bytes;
    const char *data = g_bytes_get_data(bytes, &size_bytes);
    gsize length = 0;
    bt_prefix_skip_mark(&data, &size_bytes);
    while (length < size_bytes && data[length] != '\n' && data[length] != '\r' && data[length])
        length++;
    if (length > 0 && g_utf8_validate(data, (gssize)length, NULL))
        return g_strndup(data, length);
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "%s: holds no password: expected one line of text in UTF-8", path);
    return NULL;
}

/* ---- remarks ---- */

static void note_file(GPtrArray *notes, const BtConfigSource *source, const char *path)
{
    struct stat about;
    if (path == NULL)
        return;
    if (stat(path, &about) != 0)
        g_ptr_array_add(notes,
            g_strdup_printf("[source %s]: %s cannot be read: expected a file "
                            "that the player may read",
                source->name, path));
    else if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        g_ptr_array_add(notes,
            g_strdup_printf("[source %s]: %s can be read by others than its "
                            "owner: expected the mode 0600",
                source->name, path));
}

static void note_classes(GPtrArray *notes, const BtConfigSource *source)
{
    static const char *const keys[] = { "urgent", "priority", "ordinary" };
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        BtClass cls = source->ttn->classes[i];
        if ((source->classes & 1u << cls) == 0)
            g_ptr_array_add(notes,
                g_strdup_printf("[source %s]: its %s bulletins are of class %s, "
                                "which classes= does not give: they are not shown",
                    source->name, keys[i], bt_class_name(cls)));
    }
}

GPtrArray *bt_config_notes(const BtConfig *config)
{
    GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(config->sources, i);
        if (source->ttn == NULL)
            continue;
        note_file(notes, source, source->ttn->password_path);
        note_file(notes, source, source->ttn->key_path);
        note_classes(notes, source);
    }
    return notes;
}
