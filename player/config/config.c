#include "player/config/config.h"

#include "base/error.h"
#include "base/io.h"
#include "player/config/lines.h"
#include "player/config/reading.h"
#include "player/config/sources.h"
#include "render/display/display.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PICTURES_S 600
#define PICTURES_MIN_S 30 /* a source takes no more */

static gboolean parse_rect(const char *text, BtRect *rect)
{
    char rest;
    return sscanf(text, "%5d,%5d,%5d,%5d%c", &rect->x, &rect->y, &rect->w, &rect->h, &rest) == 4 &&
        rect->x >= 0 && rect->y >= 0 && rect->w > 0 && rect->h > 0 &&
        rect->x <= BT_CANVAS_MAX_W_PX && rect->w <= BT_CANVAS_MAX_W_PX &&
        rect->y <= BT_CANVAS_MAX_H_PX && rect->h <= BT_CANVAS_MAX_H_PX;
}

static gboolean parse_canvas(const char *text, BtRect *rect)
{
    char rest;
    *rect = (BtRect){ 0 };
    gboolean read =
        sscanf(text, "%5dx%5d+%5d+%5d%c", &rect->w, &rect->h, &rect->x, &rect->y, &rest) == 4 ||
        sscanf(text, "%5dx%5d%c", &rect->w, &rect->h, &rest) == 2;
    return read && rect->x >= 0 && rect->y >= 0 && rect->w >= BT_CANVAS_MIN_W_PX &&
        rect->w <= BT_CANVAS_MAX_W_PX && rect->h >= BT_CANVAS_MIN_H_PX &&
        rect->h <= BT_CANVAS_MAX_H_PX;
}

/* ---- groups ---- */

static void zone_free(gpointer data)
{
    BtConfigZone *zone = data;
    g_free(zone->name);
    g_free(zone);
}

static gboolean read_zones(BtReading *reading, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(reading->file, "screen", NULL, NULL);
    for (guint i = 0; keys != NULL && keys[i] != NULL; i++) {
        if (!g_str_has_prefix(keys[i], "zone."))
            continue;
        g_autofree char *text = bt_reading_string(reading, "screen", keys[i]);
        BtRect rect;
        if (text == NULL || !parse_rect(text, &rect) ||
            reading->config->zones->len == BT_CONFIG_MAX_ZONES)
            return bt_reading_fail(reading, "screen", keys[i], error, "not a zone",
                "x,y,w,h inside the canvas, at most 16 zones");
        BtConfigZone *zone = g_new0(BtConfigZone, 1);
        zone->name = g_strdup(keys[i] + strlen("zone."));
        zone->rect_px = rect;
        g_ptr_array_add(reading->config->zones, zone);
    }
    return TRUE;
}

static gboolean read_screen(BtReading *reading, GError **error)
{
    static const char *const known[] = { "id", "name", "state", "timezone", "kind", "zone.NAME",
        NULL };
    BtConfig *config = reading->config;
    if (!bt_reading_check_keys(reading, "screen", known, error) || !read_zones(reading, error) ||
        !bt_reading_word(reading, "screen", "kind", "led", "panel", &config->led, error))
        return FALSE;
    config->screen_id = bt_reading_string(reading, "screen", "id");
    if (config->screen_id != NULL && !bt_reading_is_id(config->screen_id))
        return bt_reading_fail(reading, "screen", "id", error, "not an id", BT_READING_ID);
    config->screen_name = bt_reading_string(reading, "screen", "name");
    if (config->screen_name == NULL)
        config->screen_name = g_strdup("Bảng tin điện tử công cộng");
    config->state_folder = bt_reading_path(reading, "screen", "state");
    if (config->state_folder == NULL)
        config->state_folder = g_strdup("/var/lib/bangtin");
    config->timezone = bt_reading_string(reading, "screen", "timezone");
    if (config->timezone == NULL)
        config->timezone = g_strdup("Asia/Ho_Chi_Minh");
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(config->timezone);
    if (zone == NULL)
        return bt_reading_fail(
            reading, "screen", "timezone", error, "no such time zone", "Asia/Ho_Chi_Minh");
    return TRUE;
}

static gboolean read_cut_key(BtReading *reading, GError **error)
{
    char *key = bt_reading_string(reading, "display", "cut_key");
    if (key == NULL)
        key = g_strdup("Pause");
    if (g_str_equal(key, "none"))
        g_clear_pointer(&key, g_free);
    reading->config->cut_key = key;
    return key == NULL || bt_display_knows_key(key) ||
        bt_reading_fail(reading, "display", "cut_key", error, "no such key",
            "none, or a key such as Pause or Ctrl+Shift+F12");
}

static gboolean read_renderer(BtReading *reading, GError **error)
{
    g_autofree char *name = bt_reading_string(reading, "display", "renderer");
    BtConfig *config = reading->config;
    config->renderer_auto = name == NULL || g_str_equal(name, "auto");
    return config->renderer_auto || bt_renderer_from_name(name, &config->renderer) ||
        bt_reading_fail(reading, "display", "renderer", error, "no such renderer",
            "auto, software, opengl or opengles2");
}

static gboolean read_display(BtReading *reading, GError **error)
{
    static const char *const known[] = { "kind", "canvas", "scale", "picture", "on", "mute",
        "cut_key", "renderer", NULL };
    BtConfig *config = reading->config;
    if (!bt_reading_check_keys(reading, "display", known, error) ||
        !bt_reading_word(
            reading, "display", "kind", "offscreen", "window", &config->offscreen, error) ||
        !bt_reading_word(
            reading, "display", "scale", "fit", "none", &config->scale_to_fit, error) ||
        !bt_reading_bool(reading, "display", "mute", &config->mute, error) ||
        !read_cut_key(reading, error) || !read_renderer(reading, error) ||
        !bt_reading_windows(reading, "display", "on", config->on, error))
        return FALSE;
    g_autofree char *canvas = bt_reading_string(reading, "display", "canvas");
    if (canvas != NULL && !parse_canvas(canvas, &config->canvas_px))
        return bt_reading_fail(reading, "display", "canvas", error, "not a canvas",
            "WxH or WxH+X+Y, 32x16 to 7680x4320");
    config->picture_path = bt_reading_path(reading, "display", "picture");
    return TRUE;
}

/* "gpiochip0:17" */
static gboolean parse_gpio(const char *text, BtGpioLine *line)
{
    const char *colon = strchr(text, ':');
    guint64 offset;
    if (colon == NULL || colon - text >= BT_GPIO_CHIP_MAX || !g_str_has_prefix(text, "gpiochip") ||
        text + strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789") != colon ||
        !g_ascii_string_to_unsigned(colon + 1, 10, 0, BT_GPIO_MAX_LINE, &offset, NULL))
        return FALSE;
    g_strlcpy(line->chip, text, (gsize)(colon - text) + 1);
    line->offset = (guint)offset;
    return TRUE;
}

static gboolean read_control(BtReading *reading, GError **error)
{
    static const char *const known[] = { "gpio", "active", NULL };
    BtGpioLine *line = &reading->config->gpio;
    line->active_low = TRUE;
    if (!bt_reading_check_keys(reading, "control", known, error) ||
        !bt_reading_word(reading, "control", "active", "low", "high", &line->active_low, error))
        return FALSE;
    g_autofree char *gpio = bt_reading_string(reading, "control", "gpio");
    return gpio == NULL || parse_gpio(gpio, line) ||
        bt_reading_fail(
            reading, "control", "gpio", error, "not a line", "gpiochipN:LINE, LINE 0 to 1023");
}

static gboolean read_sound(BtReading *reading, GError **error)
{
    static const char *const known[] = { "delay_ms", NULL };
    gint64 delay_ms = 0;
    if (!bt_reading_check_keys(reading, "sound", known, error) ||
        !bt_reading_int(reading, "sound", "delay_ms", -BT_CONFIG_MAX_DELAY_MS,
            BT_CONFIG_MAX_DELAY_MS, &delay_ms, error))
        return FALSE;
    reading->config->sound_delay_ms = (int)delay_ms;
    return TRUE;
}

static gboolean read_rest(BtReading *reading, GError **error)
{
    static const char *const clock_keys[] = { "trust", NULL };
    static const char *const cache_keys[] = { "quota_mb", NULL };
    static const char *const report_keys[] = { "source", "heartbeat", "pictures", NULL };
    BtConfig *config = reading->config;
    gint64 quota_mb = 8192, heartbeat_s = 60, pictures_s = PICTURES_S;
    if (!bt_reading_check_keys(reading, "clock", clock_keys, error) ||
        !bt_reading_check_keys(reading, "cache", cache_keys, error) ||
        !bt_reading_check_keys(reading, "report", report_keys, error) ||
        !bt_reading_word(
            reading, "clock", "trust", "system", "auto", &config->trust_system_clock, error) ||
        !bt_reading_int(reading, "cache", "quota_mb", 16, 4 * 1024 * 1024, &quota_mb, error) ||
        !bt_reading_int(reading, "report", "heartbeat", 5, 3600, &heartbeat_s, error) ||
        !bt_reading_int(reading, "report", "pictures", 0, 86400, &pictures_s, error))
        return FALSE;
    config->quota_bytes = (guint64)quota_mb * 1024 * 1024;
    config->heartbeat_s = (int)heartbeat_s;
    config->pictures_s = pictures_s > 0 ? (int)MAX(pictures_s, PICTURES_MIN_S) : 0;
    config->report_source = bt_reading_string(reading, "report", "source");
    return TRUE;
}

static gboolean read_groups(BtReading *reading, GError **error)
{
    static const char *const known[] = { "screen", "display", "sound", "control", "clock", "cache",
        "report", NULL };
    g_auto(GStrv) groups = g_key_file_get_groups(reading->file, NULL);
    if (!read_screen(reading, error) || !read_display(reading, error) ||
        !read_sound(reading, error) || !read_control(reading, error) || !read_rest(reading, error))
        return FALSE;
    for (guint i = 0; groups[i] != NULL; i++) {
        if (g_str_has_prefix(groups[i], "source ")) {
            if (!bt_config_read_source(reading, groups[i], error))
                return FALSE;
        } else if (!bt_reading_is_one_of(groups[i], known)) {
            g_autofree char *what = g_strdup_printf("unknown group [%s]", groups[i]);
            return bt_reading_fail(reading, groups[i], NULL, error, what,
                "screen, display, sound, control, clock, cache, report or source NAME");
        }
    }
    return TRUE;
}

/* Where it names none that can be asked to take them, reports would wait for ever. */
static gboolean check_report_source(const BtReading *reading, GError **error)
{
    return reading->config->report_source == NULL ||
        bt_config_report_source(reading->config) != NULL ||
        bt_reading_fail(reading, "report", "source", error, "no source to report to",
            "the NAME of a [source NAME] of kind native that is not file:");
}

/* ---- the whole ---- */

static BtConfig *config_new(void)
{
    BtConfig *config = g_new0(BtConfig, 1);
    config->zones = g_ptr_array_new_with_free_func(zone_free);
    config->on = g_array_new(FALSE, FALSE, sizeof(BtTimes));
    config->sources = g_ptr_array_new_with_free_func(bt_config_source_free);
    config->heartbeat_s = 60;
    config->pictures_s = PICTURES_S;
    config->renderer_auto = TRUE;
    return config;
}

/* A word that enrolment wrote in the state folder; NULL when there is none, and when it cannot be
 * read now, which `fails` says. */
static char *enrolled_word(const BtConfig *config, const char *name, gboolean *fails)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *path = bt_config_state_path(config, name);
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_HASH_HEX_SIZE, &why);
    *fails = *fails || g_error_matches(why, BT_ERROR, BT_ERROR_IO);
    if (bytes == NULL)
        return NULL;
    char *word = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    return g_strstrip(word);
}

static char *enrolled_fingerprint(
    const BtConfig *config, const BtConfigSource *source, gboolean *fails)
{
    g_autofree char *name = g_strconcat(BT_ENROLLED_FINGERPRINT, source->name, NULL);
    return enrolled_word(config, name, fails);
}

/* What the file leaves open and enrolment decided. No document names BT_SCREEN_UNCLAIMED. */
static void take_enrolment(BtConfig *config)
{
    if (config->screen_id == NULL)
        config->screen_id = enrolled_word(config, BT_ENROLLED_SCREEN, &config->is_unsure);
    if (config->screen_id == NULL)
        config->screen_id = g_strdup(BT_SCREEN_UNCLAIMED);
    for (guint i = 0; i < config->sources->len; i++) {
        BtConfigSource *source = g_ptr_array_index(config->sources, i);
        if (source->kind != BT_SOURCE_TTN && source->fingerprint == NULL &&
            source->root_path == NULL)
            source->fingerprint = enrolled_fingerprint(config, source, &config->is_unsure);
    }
}

gboolean bt_config_is_outdated(const BtConfig *config)
{
    gboolean fails = FALSE;
    if (!config->is_unsure || config->state_folder == NULL)
        return FALSE;
    int folder = open(config->state_folder, O_PATH | O_CLOEXEC);
    if (folder < 0)
        return FALSE;
    close(folder);
    g_free(enrolled_word(config, BT_ENROLLED_SCREEN, &fails));
    for (guint i = 0; i < config->sources->len; i++)
        g_free(enrolled_fingerprint(config, g_ptr_array_index(config->sources, i), &fails));
    return !fails;
}

BtConfig *bt_config_read(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_CONFIG_MAX_BYTES, error);
    if (bytes == NULL)
        return NULL;
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GHashTable) lines = bt_config_lines_read(path, bytes, file, error);
    if (lines == NULL)
        return NULL;
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    g_autofree char *folder = g_path_get_dirname(absolute);
    g_autoptr(BtConfig) config = config_new();
    BtReading reading = { path, folder, file, lines, config };
    if (!read_groups(&reading, error) || !check_report_source(&reading, error))
        return NULL;
    take_enrolment(config);
    return g_steal_pointer(&config);
}

BtConfig *bt_config_for_folder(const char *path)
{
    BtConfig *config = config_new();
    config->screen_id = g_strdup("local");
    config->screen_name = g_strdup("Bangtin");
    config->timezone = g_strdup("Asia/Ho_Chi_Minh");
    config->trust_system_clock = TRUE;
    BtConfigSource *source = bt_config_source_new("folder");
    source->kind = BT_SOURCE_FOLDER;
    source->source_id = g_strdup("folder");
    source->base = g_canonicalize_filename(path, NULL);
    g_ptr_array_add(config->sources, source);
    return config;
}

void bt_config_free(BtConfig *config)
{
    if (config == NULL)
        return;
    g_free(config->screen_id);
    g_free(config->screen_name);
    g_free(config->state_folder);
    g_free(config->timezone);
    g_free(config->picture_path);
    g_free(config->cut_key);
    g_free(config->report_source);
    g_ptr_array_unref(config->zones);
    g_array_unref(config->on);
    g_ptr_array_unref(config->sources);
    g_free(config);
}

char *bt_config_state_path(const BtConfig *config, const char *name)
{
    return config->state_folder == NULL ? NULL : g_build_filename(config->state_folder, name, NULL);
}

const BtConfigSource *bt_config_report_source(const BtConfig *config)
{
    for (guint i = 0; i < config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(config->sources, i);
        if (source->kind != BT_SOURCE_NATIVE || g_str_has_prefix(source->base, "file:"))
            continue;
        if (config->report_source == NULL || g_str_equal(config->report_source, source->name))
            return source;
    }
    return NULL;
}

const char *bt_source_kind_name(BtSourceKind kind)
{
    static const char *const names[] = { "native", "folder", "ttn" };
    return names[kind];
}

const BtConfigSource *bt_config_find_source(const BtConfig *config, const char *name)
{
    for (guint i = 0; i < config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(config->sources, i);
        if (g_str_equal(source->name, name))
            return source;
    }
    return NULL;
}

BtLedgerSource bt_config_ledger_source(const BtConfigSource *source, BtManifest *fixed)
{
    return (BtLedgerSource){
        .name = source->name,
        .source_id = source->source_id,
        .root_path = source->root_path,
        .root_fingerprint = source->fingerprint,
        .classes = source->classes,
        .rects_px = (const BtRect *)source->rects_px->data,
        .n_rects = source->rects_px->len,
        .is_bare = source->kind == BT_SOURCE_TTN,
        .fixed = fixed,
    };
}
