/* Any bytes as player.conf: what is accepted keeps its limits, what is refused is refused with its
 * line. */
#include "base/error.h"
#include "base/io.h"
#include "player/config/config.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void check_rect(BtRect rect)
{
    g_assert_true(rect.x >= 0 && rect.y >= 0 && rect.w > 0 && rect.h > 0);
    g_assert_true(rect.w <= BT_CANVAS_MAX_W_PX && rect.h <= BT_CANVAS_MAX_H_PX);
}

static void check_ttn(const BtConfigSource *source)
{
    const BtConfigTtn *ttn = source->ttn;
    g_assert_cmpstr(source->source_id, ==, source->name);
    g_assert_true(*ttn->dialect != '\0' && ttn->insecure_hosts != NULL);
    /* RFC 3986: capitals in a scheme mean the same. */
    g_assert_true(g_ascii_strncasecmp(source->base, "http", 4) == 0);
    g_assert_true(ttn->mqtt == NULL || g_ascii_strncasecmp(ttn->mqtt, "mqtt", 4) == 0);
    g_assert_true(ttn->urgent_max_ms >= 60000 && ttn->media_max_bytes >= 1 << 20);
    g_assert_true(ttn->sets->len <= BT_CONFIG_MAX_SETS);
    g_assert_true(ttn->layouts->len <= BT_CONFIG_MAX_LAYOUTS);
    for (guint i = 0; i < BT_TTN_N_PRIORITIES; i++)
        g_assert_true(1u << ttn->classes[i] & BT_ALL_CLASSES);
}

static void check_source(const BtConfigSource *source)
{
    BtLedgerSource input = bt_config_ledger_source(source, NULL);
    g_assert_true(*source->name != '\0' && strlen(source->name) <= BT_ID_MAX_BYTES);
    g_assert_null(strchr(source->name, '/'));
    g_assert_true(source->base != NULL && source->source_id != NULL);
    g_assert_true((source->classes & ~BT_ALL_CLASSES) == 0);
    g_assert_true(source->poll_s >= 1 && source->poll_s <= 86400);
    g_assert_cmpuint(source->max_bytes_per_s, <=, G_GUINT64_CONSTANT(1) << 30);
    for (guint i = 0; i < input.n_rects; i++)
        check_rect(input.rects_px[i]);
    g_assert_true((source->ttn != NULL) == (source->kind == BT_SOURCE_TTN));
    if (source->ttn != NULL)
        check_ttn(source);
    if (source->kind == BT_SOURCE_FOLDER)
        g_assert_true(g_path_is_absolute(source->base));
}

static void check(const BtConfig *config)
{
    g_assert_true(*config->screen_id != '\0' && *config->screen_name != '\0');
    g_assert_true(g_utf8_validate(config->screen_name, -1, NULL));
    g_assert_true(g_path_is_absolute(config->state_folder));
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(config->timezone);
    g_assert_nonnull(zone);
    if (config->canvas_px.w != 0 || config->canvas_px.h != 0) {
        check_rect(config->canvas_px);
        g_assert_cmpint(config->canvas_px.w, >=, BT_CANVAS_MIN_W_PX);
        g_assert_cmpint(config->canvas_px.h, >=, BT_CANVAS_MIN_H_PX);
    }
    g_assert_true(config->heartbeat_s >= 5 && config->heartbeat_s <= 3600);
    g_assert_cmpuint(config->quota_bytes, >=, 16 << 20);
    g_assert_true(config->zones->len <= BT_CONFIG_MAX_ZONES && config->on->len <= 48);
    g_assert_cmpuint(config->sources->len, <=, BT_MAX_SOURCES);
    for (guint i = 0; i < config->zones->len; i++)
        check_rect(((const BtConfigZone *)g_ptr_array_index(config->zones, i))->rect_px);
    for (guint i = 0; i < config->on->len; i++)
        g_assert_cmpint(g_array_index(config->on, BtTimes, i).end_s, <=, 24 * 3600);
    for (guint i = 0; i < config->sources->len; i++)
        check_source(g_ptr_array_index(config->sources, i));
    bt_config_report_source(config);
    g_ptr_array_unref(bt_config_notes(config));
}

static guint count_lines(const uint8_t *data, size_t size)
{
    guint n = 1;
    for (size_t i = 0; i < size; i++)
        n += data[i] == '\n';
    return n;
}

/* "PATH:LINE: what: expected …" */
static void check_refusal(const char *path, const GError *error, guint n_lines)
{
    g_assert_true(error != NULL && g_utf8_validate(error->message, -1, NULL));
    if (g_error_matches(error, BT_ERROR, BT_ERROR_LIMIT))
        return; /* the whole file is too large */
    g_assert_true(g_str_has_prefix(error->message, path) && error->message[strlen(path)] == ':');
    char *end;
    guint64 line = g_ascii_strtoull(error->message + strlen(path) + 1, &end, 10);
    g_assert_true(*end == ':' && line >= 1 && line <= n_lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    int fd = memfd_create("player.conf", MFD_CLOEXEC);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    g_assert_true(fd >= 0 && bt_io_write_all(fd, path, data, size, NULL));
    g_autoptr(BtConfig) config = bt_config_read(path, &error);
    close(fd);
    g_assert_true((config != NULL) == (error == NULL));
    if (config != NULL)
        check(config);
    else
        check_refusal(path, error, count_lines(data, size));
    return 0;
}
