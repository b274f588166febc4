/* GKeyFile reads the values; it knows no lines and merges what is repeated, so a first pass over
 * the lines remembers where each key stands and refuses what stands twice. */
#include "player/config_reading.h"

#include "base/error.h"

#include <string.h>

static guint line_of(const BtReading *reading, const char *group, const char *key)
{
    g_autofree char *place = key == NULL ? g_strdup(group) : g_strdup_printf("%s\n%s", group, key);
    return GPOINTER_TO_UINT(g_hash_table_lookup(reading->lines, place));
}

gboolean bt_reading_fail(const BtReading *reading, const char *group, const char *key,
    GError **error, const char *what, const char *expected)
{
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "%s:%u: %s: expected %s", reading->path,
        line_of(reading, group, key), what, expected);
    return FALSE;
}

/* ---- the first pass ---- */

static gboolean note_line(BtReading *reading, char *place, guint line, GError **error)
{
    if (g_hash_table_contains(reading->lines, place)) {
        char *name = strchr(place, '\n');
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "%s:%u: “%s” stands twice: expected each group and key once", reading->path, line,
            name == NULL ? place : name + 1);
        g_free(place);
        return FALSE;
    }
    g_hash_table_insert(reading->lines, place, GUINT_TO_POINTER(line));
    return TRUE;
}

static gboolean is_comment(const char *line)
{
    return *line == '\0' || *line == '#';
}

static gboolean fail_line(const BtReading *reading, guint line, GError **error)
{
    g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX,
        "%s:%u: not a line of this file: expected [group], key=value below one, or # comment",
        reading->path, line);
    return FALSE;
}

gboolean bt_reading_note_lines(BtReading *reading, const char *text, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *group = g_strdup("");
    for (guint i = 0; lines[i] != NULL; i++) {
        char *line = g_strstrip(lines[i]);
        char *end = strchr(line, ']'), *equals = strchr(line, '=');
        char *place = NULL;
        if (*line == '[' && end != NULL) {
            g_free(group);
            group = g_strndup(line + 1, (gsize)(end - line - 1));
            place = g_strdup(group);
        } else if (!is_comment(line) && equals != NULL && *group != '\0') {
            *equals = '\0';
            place = g_strdup_printf("%s\n%s", group, g_strchomp(line));
        } else if (!is_comment(line)) {
            return fail_line(reading, i + 1, error);
        }
        if (place != NULL && !note_line(reading, place, i + 1, error))
            return FALSE;
    }
    return TRUE;
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

gboolean bt_reading_is_one_of(const char *key, const char *const *known)
{
    return g_strv_contains(known, key);
}

gboolean bt_reading_check_keys(
    const BtReading *reading, const char *group, const char *const *known, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(reading->file, group, NULL, NULL);
    for (guint i = 0; keys != NULL && keys[i] != NULL; i++) {
        gboolean zone = g_str_equal(group, "screen") && g_str_has_prefix(keys[i], "zone.");
        if (!zone && !bt_reading_is_one_of(keys[i], known)) {
            g_autofree char *what = g_strdup_printf("unknown key “%s” in [%s]", keys[i], group);
            g_autofree char *expected = g_strjoinv(" ", (char **)known);
            return bt_reading_fail(reading, group, keys[i], error, what, expected);
        }
    }
    return TRUE;
}
