#include "player/config/reading.h"

#include "base/error.h"
#include "player/config/lines.h"

#include <stdio.h>
#include <string.h>

gboolean bt_reading_fail(const BtReading *reading, const char *group, const char *key,
    GError **error, const char *what, const char *expected)
{
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "%s:%u: %s: expected %s", reading->path,
        bt_config_line_of(reading->lines, group, key), what, expected);
    return FALSE;
}

/* ---- values ---- */

char *bt_reading_string(const BtReading *reading, const char *group, const char *key)
{
    g_autofree char *value = g_key_file_get_string(reading->file, group, key, NULL);
    return value == NULL || *g_strstrip(value) == '\0' ? NULL : g_steal_pointer(&value);
}

char *bt_reading_path(const BtReading *reading, const char *group, const char *key)
{
    g_autofree char *value = bt_reading_string(reading, group, key);
    return value == NULL ? NULL : g_canonicalize_filename(value, reading->folder);
}

gboolean bt_reading_int(const BtReading *reading, const char *group, const char *key, gint64 min,
    gint64 max, gint64 *value, GError **error)
{
    g_autofree char *text = bt_reading_string(reading, group, key);
    if (text == NULL || g_ascii_string_to_signed(text, 10, min, max, value, NULL))
        return TRUE;
    g_autofree char *what = g_strdup_printf("“%s” is no number for %s", text, key);
    g_autofree char *expected =
        g_strdup_printf("%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, min, max);
    return bt_reading_fail(reading, group, key, error, what, expected);
}

gboolean bt_reading_bool(
    const BtReading *reading, const char *group, const char *key, gboolean *value, GError **error)
{
    g_autofree char *text = bt_reading_string(reading, group, key);
    if (text == NULL)
        return TRUE;
    *value = g_str_equal(text, "true");
    if (*value || g_str_equal(text, "false"))
        return TRUE;
    return bt_reading_fail(reading, group, key, error, "not a yes or no", "true or false");
}

gboolean bt_reading_word(const BtReading *reading, const char *group, const char *key,
    const char *yes, const char *no, gboolean *value, GError **error)
{
    g_autofree char *text = bt_reading_string(reading, group, key);
    if (text == NULL)
        return TRUE;
    *value = g_str_equal(text, yes);
    if (*value || g_str_equal(text, no))
        return TRUE;
    g_autofree char *what = g_strdup_printf("“%s” is not known for %s", text, key);
    g_autofree char *expected = g_strdup_printf("%s or %s", yes, no);
    return bt_reading_fail(reading, group, key, error, what, expected);
}

/* "05:00-22:00" */
static gboolean parse_times(const char *text, BtTimes *times)
{
    int h0, m0, h1, m1;
    char rest;
    if (sscanf(text, "%2d:%2d-%2d:%2d%c", &h0, &m0, &h1, &m1, &rest) != 4 || h0 < 0 || h0 > 23 ||
        m0 < 0 || m0 > 59 || h1 < 0 || h1 > 24 || m1 < 0 || m1 > 59 || (h1 == 24 && m1 > 0))
        return FALSE;
    *times = (BtTimes){ h0 * 3600 + m0 * 60, h1 * 3600 + m1 * 60 };
    return TRUE;
}

gboolean bt_reading_windows(
    const BtReading *reading, const char *group, const char *key, GArray *windows, GError **error)
{
    g_auto(GStrv) parts = g_key_file_get_string_list(reading->file, group, key, NULL, NULL);
    for (guint i = 0; parts != NULL && parts[i] != NULL; i++) {
        BtTimes times;
        if (!parse_times(g_strstrip(parts[i]), &times) || i == BT_TIMES_MAX)
            return bt_reading_fail(
                reading, group, key, error, "not a window", "HH:MM-HH:MM;… , at most 48");
        g_array_append_val(windows, times);
    }
    return TRUE;
}

gboolean bt_reading_is_id(const char *text)
{
    return text != NULL && *text != '\0' && *text != '.' && strlen(text) <= BT_ID_MAX_BYTES &&
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
        strlen(text);
}

gboolean bt_reading_is_one_of(const char *key, const char *const *known)
{
    return g_strv_contains(known, key);
}

/* "zone.NAME" stands for all of "zone.". */
static gboolean is_known(const char *key, const char *const *known)
{
    for (guint i = 0; known[i] != NULL; i++) {
        gsize size_bytes = strlen(known[i]);
        gboolean family = g_str_has_suffix(known[i], ".NAME");
        if (family ? strncmp(key, known[i], size_bytes - strlen("NAME")) == 0
                   : g_str_equal(key, known[i]))
            return TRUE;
    }
    return FALSE;
}

gboolean bt_reading_check_keys(
    const BtReading *reading, const char *group, const char *const *known, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(reading->file, group, NULL, NULL);
    for (guint i = 0; keys != NULL && keys[i] != NULL; i++) {
        if (!is_known(keys[i], known)) {
            g_autofree char *what = g_strdup_printf("unknown key “%s” in [%s]", keys[i], group);
            g_autofree char *expected = g_strjoinv(" ", (char **)known);
            return bt_reading_fail(reading, group, keys[i], error, what, expected);
        }
    }
    return TRUE;
}
