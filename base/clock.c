/* A virtual clock is a line through (real start, wall start) whose slope is the rate. The real axis
 * is CLOCK_BOOTTIME, which all processes of one machine share; so a process that is given the same
 * line as text reads the same time from it, without a message. */
#include "base/clock.h"

#include "base/error.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define RATE_MAX 86400.0
#define REAL_MAX_MS (36525 * BT_DAY_MS)                /* a hundred years: no machine runs longer */
#define WALL_MAX_MS G_GINT64_CONSTANT(253402300799999) /* 9999-12-31T23:59:59.999Z */

static double boot_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Virtual milliseconds since the clock started; within 2^58, so adding a time never overflows. */
static gint64 elapsed_ms(const BtClock *clock)
{
    return (gint64)floor((boot_ms() - (double)clock->real_start_ms) * clock->rate);
}

BtClock bt_clock_real(void)
{
    return (BtClock){ .is_virtual = FALSE, .rate = 1 };
}

gint64 bt_clock_built_ms(void)
{
    return BANGTIN_BUILT_S * BT_SECOND_MS;
}

gint64 bt_clock_wall_ms(const BtClock *clock)
{
    if (clock->is_virtual)
        return clock->wall_start_ms + elapsed_ms(clock);
    return g_get_real_time() / 1000;
}

gint64 bt_clock_mono_ms(const BtClock *clock)
{
    if (clock->is_virtual)
        return clock->real_start_ms + elapsed_ms(clock);
    return (gint64)boot_ms();
}

gint64 bt_clock_real_ms_until(const BtClock *clock, gint64 wall_ms)
{
    gint64 now_ms = bt_clock_wall_ms(clock);
    if (wall_ms <= now_ms)
        return 0;
    double rate = clock->is_virtual ? clock->rate : 1;
    if (rate <= 0)
        return -1;
    double left_ms = ceil(((double)wall_ms - (double)now_ms) / rate);
    return left_ms < 0x1p62 ? (gint64)left_ms : BT_TIME_MAX;
}

/* ---- the clock as text ---- */

static gboolean bad_clock(const char *text, GError **error)
{
    g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX,
        "%s: not a clock: expected a time like 2026-11-22T05:00:00+07:00 and perhaps a rate from 0 "
        "to 86400 like x60, and perhaps a question mark",
        text);
    return FALSE;
}

static gboolean parse_rate(const char *text, double *rate)
{
    if (!g_ascii_isdigit(text[0]) || text[strspn(text, "0123456789.e+-")] != '\0')
        return FALSE;
    char *end;
    *rate = g_ascii_strtod(text, &end);
    return *end == '\0' && *rate >= 0 && *rate <= RATE_MAX;
}

/* Cuts `text` at the last `mark`; what follows it, or NULL. */
static char *cut_off(char *text, char mark)
{
    char *at = strrchr(text, mark);
    if (!at)
        return NULL;
    *at = '\0';
    return at + 1;
}

gboolean bt_clock_from_text(const char *text, BtClock *clock, GError **error)
{
    g_autofree char *wall = g_strdup(text);
    const char *start = cut_off(wall, '@');
    gboolean is_doubtful = g_str_has_suffix(wall, "?");
    if (is_doubtful)
        wall[strlen(wall) - 1] = '\0';
    const char *rate = cut_off(wall, 'x');
    BtClock read = { .is_virtual = TRUE, .is_doubtful = is_doubtful, .rate = 1 };
    if (!bt_time_parse(wall, &read.wall_start_ms, NULL) || (rate && !parse_rate(rate, &read.rate)))
        return bad_clock(text, error);
    if (!start)
        read.real_start_ms = (gint64)boot_ms();
    else if (!g_ascii_string_to_signed(start, 10, 0, REAL_MAX_MS, &read.real_start_ms, NULL))
        return bad_clock(text, error);
    *clock = read;
    return TRUE;
}

char *bt_clock_to_text(const BtClock *clock)
{
    if (!clock->is_virtual)
        return NULL;
    char rate[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_dtostr(rate, sizeof rate, clock->rate);
    g_autofree char *wall = bt_time_format(clock->wall_start_ms);
    return g_strdup_printf("%sx%s%s@%" G_GINT64_FORMAT, wall, rate, clock->is_doubtful ? "?" : "",
        clock->real_start_ms);
}

/* ---- RFC 3339 ---- */

/* Reads exactly `n_digits` digits and goes past them. */
static gboolean take_digits(const char **text, int n_digits, int *value)
{
    *value = 0;
    for (int i = 0; i < n_digits; i++, (*text)++) {
        if (!g_ascii_isdigit(**text))
            return FALSE;
        *value = *value * 10 + (**text - '0');
    }
    return TRUE;
}

static gboolean take_mark(const char **text, char mark)
{
    if (**text != mark)
        return FALSE;
    (*text)++;
    return TRUE;
}

/* ".5", ".50" or ".500"; no fraction is 0. */
static gboolean take_fraction(const char **text, int *ms)
{
    *ms = 0;
    if (!take_mark(text, '.'))
        return TRUE;
    int weight = 100;
    const char *start = *text;
    for (; weight > 0 && g_ascii_isdigit(**text); weight /= 10, (*text)++)
        *ms += weight * (**text - '0');
    return *text > start;
}

static gboolean take_offset(const char **text, int *offset_s)
{
    *offset_s = 0;
    if (take_mark(text, 'Z'))
        return TRUE;
    int sign = **text == '-' ? -1 : 1, hours, minutes;
    if (!take_mark(text, '+') && !take_mark(text, '-'))
        return FALSE;
    if (!take_digits(text, 2, &hours) || !take_mark(text, ':') || !take_digits(text, 2, &minutes) ||
        hours > 23 || minutes > 59)
        return FALSE;
    *offset_s = sign * (hours * 3600 + minutes * 60);
    return TRUE;
}

static gboolean parse_time(const char *text, gint64 *wall_ms)
{
    int year, month, day, hour, minute, second, ms, offset_s;
    if (!take_digits(&text, 4, &year) || !take_mark(&text, '-') || !take_digits(&text, 2, &month) ||
        !take_mark(&text, '-') || !take_digits(&text, 2, &day) || !take_mark(&text, 'T') ||
        !take_digits(&text, 2, &hour) || !take_mark(&text, ':') ||
        !take_digits(&text, 2, &minute) || !take_mark(&text, ':') ||
        !take_digits(&text, 2, &second) || !take_fraction(&text, &ms) ||
        !take_offset(&text, &offset_s) || *text != '\0' || year < 1970)
        return FALSE;
    /* GDateTime knows the calendar; it refuses 30 February, 24:00 and leap seconds. */
    g_autoptr(GDateTime) date = g_date_time_new_utc(year, month, day, hour, minute, second);
    if (!date)
        return FALSE;
    *wall_ms = (g_date_time_to_unix(date) - offset_s) * 1000 + ms;
    return *wall_ms >= 0 && *wall_ms <= WALL_MAX_MS;
}

gboolean bt_time_parse(const char *text, gint64 *wall_ms, GError **error)
{
    gint64 read_ms;
    if (parse_time(text, &read_ms)) {
        *wall_ms = read_ms;
        return TRUE;
    }
    g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX,
        "%.40s: not a time: expected RFC 3339 like 2026-11-22T05:00:00+07:00, years 1970 to 9999",
        text);
    return FALSE;
}

char *bt_time_format(gint64 wall_ms)
{
    if (wall_ms > WALL_MAX_MS)
        return g_strdup("inf");
    gint64 ms = (wall_ms % 1000 + 1000) % 1000;
    /* Whole seconds round down before 1970 too; NULL is before the year 1. */
    g_autoptr(GDateTime) date =
        g_date_time_new_from_unix_utc(wall_ms / 1000 - (wall_ms % 1000 < 0));
    if (wall_ms == BT_TIME_MIN || !date)
        return g_strdup("-inf");
    return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", g_date_time_get_year(date),
        g_date_time_get_month(date), g_date_time_get_day_of_month(date), g_date_time_get_hour(date),
        g_date_time_get_minute(date), g_date_time_get_second(date), (int)ms);
}
