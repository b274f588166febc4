/* Times of day, days, and the plan of the display. */
#include "playlists/model/draft.h"

#include <string.h>

/* Reads exactly two digits; -1 for anything else. */
static int two_digits(const char *text)
{
    return g_ascii_isdigit(text[0]) && g_ascii_isdigit(text[1])
        ? (text[0] - '0') * 10 + text[1] - '0'
        : -1;
}

static gboolean parse_time_of_day(const char *text, gboolean is_end, int *seconds)
{
    gsize length = strlen(text);
    if ((length != 5 && length != 8) || text[2] != ':' || (length == 8 && text[5] != ':'))
        return FALSE;
    int h = two_digits(text), m = two_digits(text + 3);
    int s = length == 8 ? two_digits(text + 6) : 0;
    if (h < 0 || m < 0 || m > 59 || s < 0 || s > 59)
        return FALSE;
    *seconds = (h * 60 + m) * 60 + s;
    return *seconds < 86400 || (is_end && *seconds == 86400);
}

gboolean bt_read_time_of_day(const BtJsonAt *at, gboolean is_end, int *seconds, GError **error)
{
    const char *text = bt_json_read_string(at, 0, G_MAXSIZE, error);
    if (!text)
        return FALSE;
    if (!parse_time_of_day(text, is_end, seconds))
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "this is not a time of day: expected HH:MM or HH:MM:SS, 00:00 to %s",
            is_end ? "24:00" : "23:59:59");
    return TRUE;
}

/* The two elements of a pair. */
static gboolean read_pair(
    const BtJsonAt *at, BtJsonAt pair[2], const char *expected, GError **error)
{
    if (!bt_json_read_array(at, G_MAXSIZE, error))
        return FALSE;
    if (bt_json_length(at) != 2)
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "%" G_GSIZE_FORMAT " elements: expected %s", bt_json_length(at), expected);
    pair[0] = bt_json_element(at, 0);
    pair[1] = bt_json_element(at, 1);
    return TRUE;
}

static gboolean read_times_pair(const BtJsonAt *at, gpointer user, GError **error)
{
    BtJsonAt pair[2];
    BtTimes times;
    if (!read_pair(at, pair, "[start, end]", error) ||
        !bt_read_time_of_day(&pair[0], FALSE, &times.start_s, error) ||
        !bt_read_time_of_day(&pair[1], TRUE, &times.end_s, error))
        return FALSE;
    g_array_append_val((GArray *)user, times);
    return TRUE;
}

gboolean bt_read_times(const BtJsonAt *object, const char *key, GArray *times, GError **error)
{
    return bt_read_each(object, key, 0, BT_TIMES_MAX, read_times_pair, times, error);
}

static gboolean parse_day(const char *text, gint32 *julian_day)
{
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
        return FALSE;
    int century = two_digits(text), year = two_digits(text + 2);
    int month = two_digits(text + 5), day = two_digits(text + 8);
    if (century < 0 || year < 0 || month < 1 || month > 12 || day < 1 ||
        !g_date_valid_dmy((GDateDay)day, month, (GDateYear)(century * 100 + year)))
        return FALSE;
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)day, month, (GDateYear)(century * 100 + year));
    *julian_day = (gint32)g_date_get_julian(&date);
    return TRUE;
}

gboolean bt_read_day_or_keep(
    const BtJsonAt *object, const char *key, gint32 *julian_day, GError **error)
{
    BtJsonAt at;
    if (!bt_json_member(object, key, &at))
        return TRUE;
    const char *text = bt_json_read_string(&at, 0, G_MAXSIZE, error);
    if (!text)
        return FALSE;
    return parse_day(text, julian_day) ||
        bt_json_fail(&at, BT_ERROR_INVALID, error, "this is not a day: expected YYYY-MM-DD");
}

/* ---- display ---- */

static gboolean read_step(const BtJsonAt *at, GArray *steps, int least, GError **error)
{
    BtJsonAt pair[2];
    BtBrightness step;
    gint64 percent;
    if (!read_pair(at, pair, "[time, percent]", error) ||
        !bt_read_time_of_day(&pair[0], FALSE, &step.start_s, error) ||
        !bt_json_read_int(&pair[1], least, 100, &percent, error))
        return FALSE;
    if (steps->len > 0 &&
        step.start_s <= g_array_index(steps, BtBrightness, steps->len - 1).start_s)
        return bt_json_fail(&pair[0], BT_ERROR_INVALID, error,
            "this time is not after the one before it: expected rising times");
    step.percent = (int)percent;
    g_array_append_val(steps, step);
    return TRUE;
}

static gboolean read_brightness(const BtJsonAt *at, gpointer user, GError **error)
{
    return read_step(at, user, 1, error);
}

static gboolean read_volume_step(const BtJsonAt *at, gpointer user, GError **error)
{
    return read_step(at, user, 0, error);
}

/* One for the whole day, or steps. */
static gboolean read_volume(const BtJsonAt *display, BtDisplayPlan *plan, GError **error)
{
    BtJsonAt at;
    if (bt_json_member(display, "volume", &at) && bt_json_is_array(&at))
        return bt_read_each(
            display, "volume", 1, BT_TIMES_MAX, read_volume_step, plan->volumes, error);
    return bt_read_int_or_keep(display, "volume", 0, 100, &plan->volume, error);
}

gboolean bt_draft_read_display(BtDraft *draft, const BtJsonAt *root, GError **error)
{
    static const char *const known[] = { "on", "brightness", "volume", NULL };
    BtDisplayPlan *plan = &draft->manifest->display;
    BtJsonAt at;
    plan->given = bt_json_member(root, "display", &at);
    if (!plan->given)
        return TRUE;
    if (!bt_json_read_object(&at, error))
        return FALSE;
    bt_draft_note_unknown(draft, &at, known);
    return bt_read_times(&at, "on", plan->on, error) &&
        bt_read_each(
            &at, "brightness", 0, BT_TIMES_MAX, read_brightness, plan->brightness, error) &&
        read_volume(&at, plan, error);
}
