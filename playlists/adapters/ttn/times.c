/* Times as provinces write them. A time without a zone is in the dialect's; a number is seconds or
 * milliseconds since 1970, told apart by its size unless the dialect says which. */
#include "playlists/adapters/ttn/private.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define MAX_MS G_GINT64_CONSTANT(253402300799999)     /* 9999-12-31T23:59:59.999Z */
#define SECONDS_BELOW G_GINT64_CONSTANT(100000000000) /* as seconds the year 5138, as ms 1973 */
#define MAX_TEXT 64
#define ISO_DAY_CHARS 10 /* 2026-11-27 */
#define MAX_DURATION_MS (1000 * BT_HOUR_MS)

/* ---- instants ---- */

static gboolean take_date(GDateTime *date /* (nullable) (transfer full) */, gint64 *wall_ms)
{
    if (date == NULL)
        return FALSE;
    gint64 read_ms = g_date_time_to_unix(date) * 1000 + g_date_time_get_microsecond(date) / 1000;
    g_date_time_unref(date);
    if (read_ms <= 0 || read_ms > MAX_MS)
        return FALSE;
    *wall_ms = read_ms;
    return TRUE;
}

/* ISO 8601 as people write it: a space for the T, no seconds, a date alone. */
static gboolean read_iso(const BtDialect *dialect, const char *text, gint64 *wall_ms)
{
    gsize length = strlen(text);
    if (length < ISO_DAY_CHARS || text[4] != '-' || text[7] != '-')
        return FALSE;
    g_autofree char *whole = NULL;
    if (length == ISO_DAY_CHARS)
        whole = g_strconcat(text, "T00:00:00", NULL);
    else if (length == 16)
        whole = g_strconcat(text, ":00", NULL);
    return take_date(g_date_time_new_from_iso8601(whole ? whole : text, dialect->zone), wall_ms);
}

static gboolean read_format(
    const BtDialect *dialect, const char *text, const char *format, gint64 *wall_ms)
{
    struct tm tm = { .tm_mday = 1 };
    const char *end = strptime(text, format, &tm);
    if (end == NULL || *end != '\0' || tm.tm_year < 70 || tm.tm_year > 8099)
        return FALSE;
    return take_date(g_date_time_new(dialect->zone, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                         tm.tm_hour, tm.tm_min, tm.tm_sec),
        wall_ms);
}

static gboolean read_epoch(const BtJson *value, const char *form, gint64 *wall_ms)
{
    double number;
    if (!bt_tree_real(value, &number) || number <= 0 || number > (double)MAX_MS)
        return FALSE;
    gboolean seconds =
        strcmp(form, "epoch_s") == 0 || (strcmp(form, "epoch") == 0 && number < SECONDS_BELOW);
    double read_ms = floor(seconds ? number * 1000 : number);
    if (read_ms > (double)MAX_MS)
        return FALSE;
    *wall_ms = (gint64)read_ms;
    return TRUE;
}

static gboolean read_as(
    const BtDialect *dialect, const BtJson *value, const char *form, gint64 *wall_ms)
{
    if (g_str_has_prefix(form, "epoch"))
        return read_epoch(value, form, wall_ms);
    g_autofree char *text = bt_tree_text(value);
    if (text == NULL || strlen(g_strstrip(text)) > MAX_TEXT)
        return FALSE;
    return strcmp(form, "iso") == 0 ? read_iso(dialect, text, wall_ms)
                                    : read_format(dialect, text, form, wall_ms);
}

/* The form by which it was read; NULL: by none. Borrowed. */
static const char *read_by(const BtDialect *dialect, const BtJson *value, gint64 *wall_ms)
{
    static const char *const usual[] = { "epoch", "iso" };
    const BtJson *forms = bt_tree_get(dialect->tree, "times");
    BtJsonAt at = bt_json_root("", forms);
    gsize n = bt_tree_is_array(forms) ? bt_json_length(&at) : G_N_ELEMENTS(usual);
    for (gsize i = 0; i < n; i++) {
        BtJsonAt form = bt_tree_is_array(forms) ? bt_json_element(&at, i) : at;
        const char *word =
            bt_tree_is_array(forms) ? bt_json_read_string(&form, 1, MAX_TEXT, NULL) : usual[i];
        if (word != NULL && read_as(dialect, value, word, wall_ms))
            return word;
    }
    return NULL;
}

gboolean bt_times_read(const BtDialect *dialect, const BtJson *value, gint64 *wall_ms)
{
    return read_by(dialect, value, wall_ms) != NULL;
}

/* A form of strptime that says nothing of the hour, or a date of ISO alone. */
static gboolean is_day(const char *form, const BtJson *value)
{
    if (g_str_has_prefix(form, "epoch"))
        return FALSE;
    g_autofree char *text = bt_tree_text(value);
    if (strcmp(form, "iso") == 0)
        return text != NULL && strlen(g_strstrip(text)) == ISO_DAY_CHARS;
    for (const char *at = strchr(form, '%'); at != NULL && at[1] != '\0'; at = strchr(at + 2, '%'))
        if (strchr("HIklTRrcXsEO", at[1]) != NULL)
            return FALSE;
    return TRUE;
}

gboolean bt_times_read_end(const BtDialect *dialect, const BtJson *value, gint64 *wall_ms)
{
    const char *form = read_by(dialect, value, wall_ms);
    if (form != NULL && is_day(form, value))
        *wall_ms = MIN(*wall_ms + BT_DAY_MS, MAX_MS);
    return form != NULL;
}

/* ---- times of day and lengths ---- */

/* Parts of digits with ":" between them, the last perhaps with a fraction: how many, or 0. */
static int read_parts(const char *text, gint64 parts[3], gint64 *fraction_ms)
{
    int n = 0;
    *fraction_ms = 0;
    while (n < 3) {
        gsize digits = strspn(text, "0123456789");
        if (digits == 0 || digits > 4)
            return 0;
        parts[n++] = g_ascii_strtoll(text, NULL, 10);
        text += digits;
        if (*text != ':')
            break;
        text++;
    }
    if (*text == '.' && n == 3) {
        gsize digits = strspn(text + 1, "0123456789");
        if (digits == 0 || digits > 9)
            return 0;
        *fraction_ms = (gint64)(g_ascii_strtod(text, NULL) * 1000);
        text += 1 + digits;
    }
    return *text == '\0' ? n : 0;
}

gboolean bt_times_read_of_day(const char *text, gint64 *of_day_ms)
{
    gint64 parts[3] = { 0, 0, 0 }, fraction_ms;
    g_autofree char *plain = g_strstrip(g_strndup(text, MAX_TEXT));
    int n = read_parts(plain, parts, &fraction_ms);
    if (n < 2 || parts[1] > 59 || parts[2] > 59)
        return FALSE;
    gint64 read_ms =
        parts[0] * BT_HOUR_MS + parts[1] * BT_MINUTE_MS + parts[2] * BT_SECOND_MS + fraction_ms;
    if (read_ms > BT_DAY_MS)
        return FALSE;
    *of_day_ms = read_ms;
    return TRUE;
}

static gboolean read_length(const char *text, gint64 *duration_ms)
{
    gint64 parts[3] = { 0, 0, 0 }, fraction_ms;
    int n = read_parts(text, parts, &fraction_ms);
    if (n < 2 || parts[1] > 59 || parts[2] > 59)
        return FALSE;
    *duration_ms = n == 3
        ? parts[0] * BT_HOUR_MS + parts[1] * BT_MINUTE_MS + parts[2] * BT_SECOND_MS + fraction_ms
        : parts[0] * BT_MINUTE_MS + parts[1] * BT_SECOND_MS;
    return *duration_ms <= MAX_DURATION_MS;
}

gboolean bt_times_read_duration(const BtDialect *dialect, const BtJson *value, gint64 *duration_ms)
{
    double number;
    const char *unit = bt_tree_string(dialect->tree, "durations");
    if (bt_tree_real(value, &number)) {
        double unit_ms = g_strcmp0(unit, "ms") == 0 ? 1
            : g_strcmp0(unit, "min") == 0           ? 60000
                                                    : 1000;
        if (number < 0 || number * unit_ms > (double)MAX_DURATION_MS)
            return FALSE;
        *duration_ms = (gint64)(number * unit_ms);
        return TRUE;
    }
    g_autofree char *text = bt_tree_text(value);
    return text != NULL && strlen(text) <= MAX_TEXT && read_length(g_strstrip(text), duration_ms);
}

/* ---- writing ---- */

/* No calendar goes on behind the year 9999, which ends sooner east of Greenwich: "for ever" in UTC
 * is its last day there too. (transfer full) */
static GDateTime *date_of(const BtDialect *dialect, gint64 wall_ms)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(CLAMP(wall_ms, 0, MAX_MS) / 1000);
    GDateTime *local = g_date_time_to_timezone(utc, dialect->zone);
    return local != NULL ? local : g_steal_pointer(&utc);
}

char *bt_times_format(const BtDialect *dialect, gint64 wall_ms, const char *format)
{
    g_autoptr(GDateTime) date = date_of(dialect, wall_ms);
    return g_date_time_format(date, format);
}

char *bt_times_iso(const BtDialect *dialect, gint64 wall_ms, gboolean utc)
{
    g_autoptr(GDateTime) date = utc
        ? g_date_time_new_from_unix_utc(CLAMP(wall_ms, 0, MAX_MS) / 1000)
        : date_of(dialect, wall_ms);
    return g_date_time_format(date, utc ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%dT%H:%M:%S%:z");
}

char *bt_times_duration(gint64 duration_ms)
{
    int seconds = (int)(CLAMP(duration_ms, 0, MAX_DURATION_MS) / 1000);
    return g_strdup_printf("%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/* ---- days ---- */

gint64 bt_times_on_day(const BtDialect *dialect, const GDate *day, gint64 of_day_ms)
{
    g_autoptr(GDateTime) midnight = g_date_time_new(
        dialect->zone, g_date_get_year(day), g_date_get_month(day), g_date_get_day(day), 0, 0, 0);
    return g_date_time_to_unix(midnight) * 1000 + of_day_ms;
}

GDate bt_times_day_of(const BtDialect *dialect, gint64 wall_ms)
{
    g_autoptr(GDateTime) date = date_of(dialect, wall_ms);
    GDate day;
    g_date_clear(&day, 1);
    g_date_set_dmy(&day, (GDateDay)g_date_time_get_day_of_month(date),
        (GDateMonth)g_date_time_get_month(date), (GDateYear)g_date_time_get_year(date));
    return day;
}
