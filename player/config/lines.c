/* GKeyFile reads the values; it knows no lines and merges what is repeated. So a pass over the
 * lines remembers where each key stands and refuses what stands twice, and where GKeyFile refuses
 * the whole, the line is looked for: it is the last of the shortest beginning that is refused too.
 */
#include "player/config/lines.h"

#include "base/error.h"
#include "base/prefix.h"

#include <string.h>

#define READING G_KEY_FILE_KEEP_TRANSLATIONS /* name[vi] is a key like any other, and unknown */

typedef struct {
    const char *path;
    GHashTable *lines; /* "group\nkey" or "group" → line number */
} Reading;

guint bt_config_line_of(GHashTable *lines, const char *group, const char *key)
{
    g_autofree char *place = g_strdup_printf("%s\n%s", group, key == NULL ? "" : key);
    guint line = GPOINTER_TO_UINT(g_hash_table_lookup(lines, place));
    return line != 0 ? line : GPOINTER_TO_UINT(g_hash_table_lookup(lines, group));
}

static gboolean note_line(Reading *reading, char *place, guint line, GError **error)
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

static gboolean fail_line(const Reading *reading, guint line, GError **error)
{
    g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX,
        "%s:%u: not a line of this file: expected [group], key=value below one, or # comment",
        reading->path, line);
    return FALSE;
}

/* No NUL either: what follows one would silently count for nothing. */
static gboolean check_utf8(
    const Reading *reading, const char *data, gsize size_bytes, GError **error)
{
    const char *bad;
    guint line = 1;
    if (g_utf8_validate_len(data, size_bytes, &bad))
        return TRUE;
    for (const char *at = data; at < bad; at++)
        line += *at == '\n';
    g_set_error(
        error, BT_ERROR, BT_ERROR_SYNTAX, "%s:%u: not text: expected UTF-8", reading->path, line);
    return FALSE;
}

static gboolean note_lines(Reading *reading, const char *text, GError **error)
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

/* ---- what GKeyFile says ---- */

static gboolean loads(const char *text, gsize size_bytes)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    return g_key_file_load_from_data(file, text, size_bytes, READING, NULL);
}

static gsize size_of_lines(const char *text, guint n)
{
    const char *at = text;
    for (; n > 0 && *at != '\0'; n--)
        at += strcspn(at, "\n") + (at[strcspn(at, "\n")] != '\0');
    return (gsize)(at - text);
}

static guint first_bad_line(const char *text)
{
    guint good = 0, bad = 1;
    for (const char *at = text; *at != '\0'; at++)
        bad += *at == '\n';
    while (bad - good > 1) {
        guint middle = good + (bad - good) / 2;
        *(loads(text, size_of_lines(text, middle)) ? &good : &bad) = middle;
    }
    return bad;
}

/* Such a value would be taken half read, or as if it were not there. */
static gboolean check_escapes(Reading *reading, GKeyFile *file, const char *group, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
    for (guint i = 0; keys != NULL && keys[i] != NULL; i++) {
        g_autoptr(GError) failure = NULL;
        g_autofree char *value = g_key_file_get_string(file, group, keys[i], &failure);
        if (failure == NULL)
            continue;
        g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX,
            "%s:%u: “\\” before what it does not belong to: expected \\s \\n \\t \\r or \\\\",
            reading->path, bt_config_line_of(reading->lines, group, keys[i]));
        return FALSE;
    }
    return TRUE;
}

static gboolean load(Reading *reading, GKeyFile *file, const char *text, GError **error)
{
    if (!g_key_file_load_from_data(file, text, strlen(text), READING, NULL))
        return fail_line(reading, first_bad_line(text), error);
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (guint i = 0; groups[i] != NULL; i++)
        if (!check_escapes(reading, file, groups[i], error))
            return FALSE;
    return TRUE;
}

GHashTable *bt_config_lines_read(const char *path, GBytes *bytes, GKeyFile *file, GError **error)
{
    gsize size_bytes;
    const char *data = g_bytes_get_data(bytes, &size_bytes);
    g_autofree char *whole = g_strndup(data, size_bytes);
    const char *text = whole;
    gsize text_bytes = strlen(whole);
    bt_prefix_skip_mark(&text, &text_bytes);
    g_autoptr(GHashTable) lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Reading reading = { path, lines };
    return check_utf8(&reading, data, size_bytes, error) && note_lines(&reading, text, error) &&
            load(&reading, file, text, error)
        ? g_steal_pointer(&lines)
        : NULL;
}
