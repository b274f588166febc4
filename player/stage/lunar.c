/* The rules of the calendar, as Hồ Ngọc Đức published them after the decree of 1967:
 *   - a month begins on the day, at UTC+7, on which the moon is new;
 *   - the month with the winter solstice is the eleventh;
 *   - when thirteen months lie between two eleventh ones, the first of them in which the sun enters
 * no new sign (a twelfth of its way) repeats the number of the one before: the leap month. The
 * instants come from the series for the mean new moon and the sun's longitude (Meeus), good to
 * minutes in these centuries. Before 1968 the calendar in use followed Beijing's or Tokyo's time in
 * parts of the country; this one is the calendar of today carried backwards. */
#include "player/stage/lunar.h"

#include <math.h>

#define ZONE_DAYS (7.0 / 24)
#define SYNODIC_DAYS 29.530588853
#define NEW_MOON_1900 2415021.076998695

static const double radians = G_PI / 180;

/* Day number at noon UTC of a Gregorian date. */
static int julian_day(int day, int month, int year)
{
    int a = (14 - month) / 12, y = year + 4800 - a, m = month + 12 * a - 3;
    return day + (153 * m + 2) / 5 + 365 * y + y / 4 - y / 100 + y / 400 - 32045;
}

/* The periodic terms of new moon `k` after the mean one, in days. */
static double new_moon_correction(double k, double t)
{
    double t2 = t * t, t3 = t2 * t;
    double sun = (359.2242 + 29.10535608 * k - 0.0000333 * t2 - 0.00000347 * t3) * radians;
    double moon = (306.0253 + 385.81691806 * k + 0.0107306 * t2 + 0.00001236 * t3) * radians;
    double node = (21.2964 + 390.67050646 * k - 0.0016528 * t2 - 0.00000239 * t3) * radians;
    return (0.1734 - 0.000393 * t) * sin(sun) + 0.0021 * sin(2 * sun) - 0.4068 * sin(moon) +
        0.0161 * sin(2 * moon) - 0.0004 * sin(3 * moon) + 0.0104 * sin(2 * node) -
        0.0051 * sin(sun + moon) - 0.0074 * sin(sun - moon) + 0.0004 * sin(2 * node + sun) -
        0.0004 * sin(2 * node - sun) - 0.0006 * sin(2 * node + moon) +
        0.0010 * sin(2 * node - moon) + 0.0005 * sin(sun + 2 * moon);
}

/* Terrestrial minus universal time, in days. */
static double delta_t(double t)
{
    return -0.000278 + 0.000265 * t + 0.000262 * t * t;
}

/* The local day on which moon `k` since 1900 is new. */
static int new_moon_day(int k)
{
    double t = k / 1236.85, t2 = t * t, t3 = t2 * t;
    double mean = 2415020.75933 + 29.53058868 * k + 0.0001178 * t2 - 0.000000155 * t3 +
        0.00033 * sin((166.56 + 132.87 * t - 0.009173 * t2) * radians);
    return (int)floor(mean + new_moon_correction(k, t) - delta_t(t) + 0.5 + ZONE_DAYS);
}

/* In which twelfth of its way the sun stands when the local day begins: 0 from the March equinox.
 */
static int sun_sign(int local_day)
{
    double t = (local_day - 2451545.5 - ZONE_DAYS) / 36525, t2 = t * t;
    double anomaly = (357.52910 + 35999.05030 * t - 0.0001559 * t2 - 0.00000048 * t * t2) * radians;
    double longitude = 280.46645 + 36000.76983 * t + 0.0003032 * t2 +
        (1.914600 - 0.004817 * t - 0.000014 * t2) * sin(anomaly) +
        (0.019993 - 0.000101 * t) * sin(2 * anomaly) + 0.000290 * sin(3 * anomaly);
    return (int)floor(fmod(fmod(longitude, 360) + 360, 360) / 30);
}

/* The first day of the eleventh month that begins in solar `year`. */
static int eleventh_month(int year)
{
    int k = (int)floor((julian_day(31, 12, year) - 2415021) / SYNODIC_DAYS);
    int day = new_moon_day(k);
    return sun_sign(day) >= 9 ? new_moon_day(k - 1) : day;
}

static int moon_index(int day)
{
    return (int)floor((day - NEW_MOON_1900) / SYNODIC_DAYS + 0.5);
}

/* Which month after the eleventh one that begins on `eleventh` is the leap one. */
static int leap_offset(int eleventh)
{
    int k = moon_index(eleventh), i = 1;
    int sign = sun_sign(new_moon_day(k + i)), last;
    do {
        last = sign;
        sign = sun_sign(new_moon_day(k + ++i));
    } while (sign != last && i < 14);
    return i - 1;
}

/* True new moons lie up to 14 hours from the mean ones, so the month is looked for from above. */
static int month_start(int day)
{
    int k = (int)floor((day - NEW_MOON_1900) / SYNODIC_DAYS) + 1;
    while (new_moon_day(k) > day)
        k--;
    return new_moon_day(k);
}

gboolean bt_lunar_of(int day, int month, int year, BtLunar *lunar)
{
    if (year < BT_LUNAR_MIN_YEAR || year > BT_LUNAR_MAX_YEAR || day < 1 || month < 1 ||
        !g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year))
        return FALSE;
    int today = julian_day(day, month, year), start = month_start(today);
    int before = eleventh_month(year), after = before;
    int lunar_year = year;
    if (before >= start)
        before = eleventh_month(year - 1);
    else {
        lunar_year = year + 1;
        after = eleventh_month(year + 1);
    }
    int months = (start - before) / 29, number = months + 11;
    gboolean leap = FALSE;
    if (after - before > 365) {
        int at = leap_offset(before);
        if (months >= at)
            number = months + 10;
        leap = months == at;
    }
    if (number > 12)
        number -= 12;
    if (number >= 11 && months < 4)
        lunar_year--;
    *lunar = (BtLunar){ today - start + 1, number, lunar_year, leap };
    return TRUE;
}

char *bt_lunar_year_name(int lunar_year)
{
    static const char *const stems[] = { "Canh", "Tân", "Nhâm", "Quý", "Giáp", "Ất", "Bính", "Đinh",
        "Mậu", "Kỷ" };
    static const char *const branches[] = { "Thân", "Dậu", "Tuất", "Hợi", "Tý", "Sửu", "Dần", "Mão",
        "Thìn", "Tỵ", "Ngọ", "Mùi" };
    return g_strdup_printf("%s %s", stems[lunar_year % 10], branches[lunar_year % 12]);
}
