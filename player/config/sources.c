#include "player/config/sources.h"

#include "base/address.h"
#include "base/sign.h"
#include "player/config/ttn.h"
#include "player/relay/wire.h"

#include <string.h>

#define STREAM_KB_PER_S 1024 /* 8 Mbit/s: full HD */
#define MIB (1024 * 1024)
#define PIN_BYTES 32 /* of a SHA-256 */

void bt_config_source_free(gpointer data)
{
    BtConfigSource *source = data;
    g_free(source->name);
    g_array_unref(source->rects_px);
    g_array_unref(source->heavy);
    g_free(source->base);
    g_free(source->source_id);
    g_free(source->root_path);
    g_free(source->fingerprint);
    g_free(source->ca_path);
    g_free(source->pin);
    g_strfreev(source->streams);
    bt_config_ttn_free(source->ttn);
    g_free(source);
}

BtConfigSource *bt_config_source_new(const char *name)
{
    BtConfigSource *source = g_new0(BtConfigSource, 1);
    source->name = g_strdup(name);
    source->rects_px = g_array_new(FALSE, FALSE, sizeof(BtRect));
    source->classes = BT_ALL_CLASSES;
    source->poll_s = 60;
    source->heavy = g_array_new(FALSE, FALSE, sizeof(BtTimes));
    source->heavy_bytes = BT_BUDGET_HEAVY_BYTES;
    source->stream_bytes_per_s = STREAM_KB_PER_S * 1024;
    return source;
}

static gboolean read_classes(
    BtReading *reading, const char *group, BtConfigSource *source, GError **error)
{
    g_auto(GStrv) words = g_key_file_get_string_list(reading->file, group, "classes", NULL, NULL);
    if (words == NULL)
        return TRUE;
    source->classes = 0;
    for (guint i = 0; words[i] != NULL; i++) {
        BtClass cls;
        if (!bt_class_from_name(g_strstrip(words[i]), &cls))
            return bt_reading_fail(reading, group, "classes", error, "unknown class",
                "emergency;requisition;priority;ordinary;filler");
        source->classes |= 1u << cls;
    }
    return TRUE;
}

static gboolean add_zone_rect(BtReading *reading, const char *name, BtConfigSource *source)
{
    for (guint i = 0; i < reading->config->zones->len; i++) {
        const BtConfigZone *zone = g_ptr_array_index(reading->config->zones, i);
        if (g_str_equal(zone->name, name)) {
            g_array_append_val(source->rects_px, zone->rect_px);
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean read_ceiling_zones(
    BtReading *reading, const char *group, BtConfigSource *source, GError **error)
{
    g_auto(GStrv) names = g_key_file_get_string_list(reading->file, group, "zones", NULL, NULL);
    for (guint i = 0; names != NULL && names[i] != NULL; i++)
        if (!add_zone_rect(reading, g_strstrip(names[i]), source))
            return bt_reading_fail(
                reading, group, "zones", error, "unknown zone", "names of zone.NAME in [screen]");
    return TRUE;
}

static gboolean read_budget(
    BtReading *reading, const char *group, BtConfigSource *source, GError **error)
{
    gint64 rate = 0, day_mb = 0, month_mb = 0, heavy_mb = BT_BUDGET_HEAVY_BYTES / MIB;
    if (!bt_reading_int(reading, group, "max_kb_per_s", 0, 1024 * 1024, &rate, error) ||
        !bt_reading_int(reading, group, "day_mb", 0, 1024 * 1024, &day_mb, error) ||
        !bt_reading_int(reading, group, "month_mb", 0, 32 * 1024 * 1024, &month_mb, error) ||
        !bt_reading_int(reading, group, "heavy_mb", 0, 4096, &heavy_mb, error) ||
        !bt_reading_windows(reading, group, "heavy", source->heavy, error))
        return FALSE;
    source->max_bytes_per_s = (guint64)rate * 1024;
    source->day_bytes = (guint64)day_mb * MIB;
    source->month_bytes = (guint64)month_mb * MIB;
    source->heavy_bytes = (guint64)heavy_mb * MIB;
    return TRUE;
}

/* "streams=" alone, or without any host: none may be shown. */
static gboolean read_streams(
    BtReading *reading, const char *group, BtConfigSource *source, GError **error)
{
    gint64 kb_per_s = STREAM_KB_PER_S;
    if (!bt_reading_int(reading, group, "stream_kb_per_s", 16, BT_RELAY_MAX_BYTES_PER_S / 1024,
            &kb_per_s, error))
        return FALSE;
    source->stream_bytes_per_s = (guint32)kb_per_s * 1024;
    source->streams = g_key_file_get_string_list(reading->file, group, "streams", NULL, NULL);
    for (guint i = 0; source->streams != NULL && source->streams[i] != NULL; i++)
        if (i == BT_STREAM_MAX_HOSTS || !bt_stream_host_is_sound(g_strstrip(source->streams[i])))
            return bt_reading_fail(reading, group, "streams", error,
                i == BT_STREAM_MAX_HOSTS ? "too many hosts" : "not a host",
                "at most 16 of HOST, HOST:PORT, [IPV6]:PORT");
    return TRUE;
}

/* "sha256//BASE64". What has another form libcurl would take for the name of a file. */
static gboolean is_pin(const char *text)
{
    static const char form[] = "sha256//";
    if (!g_str_has_prefix(text, form))
        return FALSE;
    const char *hash = text + strlen(form);
    g_autoptr(GBytes) bytes = bt_base64_decode(hash, strlen(hash));
    return bytes != NULL && g_bytes_get_size(bytes) == PIN_BYTES;
}

static gboolean read_pin(
    BtReading *reading, const char *group, BtConfigSource *source, GError **error)
{
    source->pin = bt_reading_string(reading, group, "pin");
    g_auto(GStrv) pins = g_strsplit(source->pin != NULL ? source->pin : "", ";", -1);
    for (guint i = 0; pins[i] != NULL; i++)
        if (!is_pin(pins[i]))
            return bt_reading_fail(reading, group, "pin", error, "not a pin",
                "sha256//BASE64 of a public key, several with ; between");
    return TRUE;
}

/* What everything that comes over a network may be told. */
static gboolean read_line(
    BtReading *reading, const char *group, BtConfigSource *source, GError **error)
{
    gint64 poll_s = source->poll_s;
    if (!bt_reading_int(reading, group, "poll", 1, 86400, &poll_s, error) ||
        !read_budget(reading, group, source, error) ||
        !read_streams(reading, group, source, error) || !read_pin(reading, group, source, error))
        return FALSE;
    source->poll_s = (int)poll_s;
    source->ca_path = bt_reading_path(reading, group, "ca");
    return TRUE;
}

static gboolean is_plain_to_others(const BtConfigSource *source)
{
    g_autoptr(GUri) uri = g_uri_parse(source->base, G_URI_FLAGS_ENCODED, NULL);
    const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;
    return g_str_has_prefix(source->base, "http://") && !source->insecure &&
        (host == NULL || !bt_address_is_loopback(host));
}

static gboolean read_native(
    BtReading *reading, const char *group, BtConfigSource *source, GError **error)
{
    if (!read_line(reading, group, source, error) ||
        !bt_reading_bool(reading, group, "insecure", &source->insecure, error))
        return FALSE;
    source->base = bt_reading_string(reading, group, "base");
    source->source_id = bt_reading_string(reading, group, "id");
    source->root_path = bt_reading_path(reading, group, "root");
    source->fingerprint = bt_reading_string(reading, group, "fingerprint");
    if (source->source_id == NULL)
        source->source_id = g_strdup("");
    if (source->base == NULL ||
        !(g_str_has_prefix(source->base, "https://") || g_str_has_prefix(source->base, "http://") ||
            g_str_has_prefix(source->base, "file:///")))
        return bt_reading_fail(reading, group, "base", error, "base is missing or no address",
            "https://… or file:///…");
    if (bt_address_has_more(source->base))
        return bt_reading_fail(reading, group, "base", error,
            "base holds more than an address (a user, a password, a query)", "https://HOST/PATH");
    if (is_plain_to_others(source))
        return bt_reading_fail(reading, group, "base", error,
            "base is without TLS, and insecure is not true", "https://HOST/PATH");
    if (source->fingerprint != NULL && !bt_hash_is_hex(source->fingerprint))
        return bt_reading_fail(reading, group, "fingerprint", error, "not a fingerprint",
            "64 lower-case hexadecimal digits");
    return TRUE;
}

static gboolean read_kind(BtReading *reading, const char *group, BtSourceKind *kind, GError **error)
{
    g_autofree char *word = bt_reading_string(reading, group, "kind");
    *kind = BT_SOURCE_NATIVE;
    if (word == NULL)
        return TRUE;
    for (BtSourceKind k = BT_SOURCE_NATIVE; k <= BT_SOURCE_TTN; k++) {
        *kind = k;
        if (g_str_equal(word, bt_source_kind_name(k)))
            return TRUE;
    }
    g_autofree char *what = g_strdup_printf("“%s” is not known for kind", word);
    return bt_reading_fail(reading, group, "kind", error, what, "native, folder or ttn");
}

static gboolean check_keys(
    const BtReading *reading, const char *group, BtSourceKind kind, GError **error)
{
    static const char *const known[] = { "kind", "classes", "zones", "base", "id", "root",
        "fingerprint", "ca", "pin", "insecure", "poll", "max_kb_per_s", "day_mb", "month_mb",
        "heavy", "heavy_mb", "streams", "stream_kb_per_s", "path", NULL };
    static const char *const known_of_ttn[] = { "kind", "classes", "zones", "base", "ca", "pin",
        "poll", "max_kb_per_s", "day_mb", "month_mb", "heavy", "heavy_mb", "streams",
        "stream_kb_per_s", "dialect", "auth", "register", "mqtt", "username", "password_file",
        "cert", "key", "insecure_hosts", "set.NAME", "layout.NAME", "urgent", "priority",
        "ordinary", "urgent_from", "urgent_max_min", "media_max_mb", NULL };
    return kind == BT_SOURCE_TTN ? bt_reading_check_keys(reading, group, known_of_ttn, error)
                                 : bt_reading_check_keys(reading, group, known, error);
}

static gboolean read_folder(
    BtReading *reading, const char *group, BtConfigSource *source, GError **error)
{
    source->source_id = g_strdup(source->name);
    source->base = bt_reading_path(reading, group, "path");
    return source->base != NULL ||
        bt_reading_fail(reading, group, "path", error, "path is missing", "a folder");
}

/* Nobody signs what a source system says, so it has to be given by name what overrides others. */
static guint classes_of(BtSourceKind kind)
{
    const guint given = 1u << BT_CLASS_EMERGENCY | 1u << BT_CLASS_REQUISITION;
    return kind == BT_SOURCE_TTN ? BT_ALL_CLASSES & ~given : BT_ALL_CLASSES;
}

gboolean bt_config_read_source(BtReading *reading, const char *group, GError **error)
{
    const char *name = group + strlen("source ");
    if (!bt_reading_is_id(name))
        return bt_reading_fail(reading, group, NULL, error, "a source without a proper name",
            "[source NAME] with " BT_READING_ID);
    if (reading->config->sources->len == BT_MAX_SOURCES)
        return bt_reading_fail(reading, group, NULL, error, "too many sources", "at most 16");
    BtConfigSource *source = bt_config_source_new(name);
    g_ptr_array_add(reading->config->sources, source);
    if (!read_kind(reading, group, &source->kind, error) ||
        !check_keys(reading, group, source->kind, error))
        return FALSE;
    source->classes = classes_of(source->kind);
    if (!read_classes(reading, group, source, error) ||
        !read_ceiling_zones(reading, group, source, error))
        return FALSE;
    if (source->kind == BT_SOURCE_FOLDER)
        return read_folder(reading, group, source, error);
    if (source->kind == BT_SOURCE_NATIVE)
        return read_native(reading, group, source, error);
    return read_line(reading, group, source, error) &&
        bt_config_read_ttn(reading, group, source, error);
}
