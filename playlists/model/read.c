/* Members of an object, each with its bounds: the vocabulary in which the documents are read. */
#include "playlists/model/draft.h"

#include <string.h>

#define MAX_EXACT_INT G_GINT64_CONSTANT(9007199254740991) /* what every JSON reader keeps exact */

/* Ids become names of files, so none may be "..", or hidden. */
static gboolean is_id(const char *text)
{
    gsize length =
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return length > 0 && length <= BT_ID_MAX_BYTES && text[length] == '\0' && text[0] != '.';
}

gboolean bt_read_id_here(const BtJsonAt *at, char **id, GError **error)
{
    const char *text = bt_json_read_string(at, 0, G_MAXSIZE, error);
    if (!text)
        return FALSE;
    if (!is_id(text))
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "this is not an id: expected 1 to %d of A-Z a-z 0-9 . _ -, no dot first",
            BT_ID_MAX_BYTES);
    g_free(*id);
    *id = g_strdup(text);
    return TRUE;
}

gboolean bt_read_id(const BtJsonAt *object, const char *key, char **id, GError **error)
{
    BtJsonAt at;
    return bt_json_require(object, key, &at, error) && bt_read_id_here(&at, id, error);
}

gboolean bt_read_new_id(const BtJsonAt *object, GHashTable *seen, char **id, GError **error)
{
    BtJsonAt at;
    if (!bt_json_require(object, "id", &at, error) || !bt_read_id_here(&at, id, error))
        return FALSE;
    if (!g_hash_table_add(seen, g_strdup(*id)))
        return bt_json_fail(
            &at, BT_ERROR_INVALID, error, "\"%s\" is used twice: expected an id of its own", *id);
    return TRUE;
}

gboolean bt_read_string(
    const BtJsonAt *object, const char *key, gsize max, char **text, GError **error)
{
    BtJsonAt at;
    if (!bt_json_require(object, key, &at, error))
        return FALSE;
    const char *value = bt_json_read_string(&at, 1, max, error);
    if (!value)
        return FALSE;
    g_free(*text);
    *text = g_strdup(value);
    return TRUE;
}

gboolean bt_read_string_or_none(
    const BtJsonAt *object, const char *key, gsize max, char **text, GError **error)
{
    BtJsonAt at;
    const char *value = "";
    if (bt_json_member(object, key, &at) && !(value = bt_json_read_string(&at, 0, max, error)))
        return FALSE;
    g_free(*text);
    *text = g_strdup(value);
    return TRUE;
}

gboolean bt_read_int(
    const BtJsonAt *object, const char *key, gint64 min, gint64 max, gint64 *value, GError **error)
{
    BtJsonAt at;
    return bt_json_require(object, key, &at, error) &&
        bt_json_read_int(&at, min, MIN(max, MAX_EXACT_INT), value, error);
}

gboolean bt_read_int_or_keep(
    const BtJsonAt *object, const char *key, gint64 min, gint64 max, int *value, GError **error)
{
    BtJsonAt at;
    gint64 read = *value;
    if (bt_json_member(object, key, &at) && !bt_json_read_int(&at, min, max, &read, error))
        return FALSE;
    *value = (int)read;
    return TRUE;
}

gboolean bt_read_bool_or_keep(
    const BtJsonAt *object, const char *key, gboolean *value, GError **error)
{
    BtJsonAt at;
    return !bt_json_member(object, key, &at) || bt_json_read_bool(&at, value, error);
}

gboolean bt_read_word_or_keep(
    const BtJsonAt *object, const char *key, const char *const *words, guint *value, GError **error)
{
    BtJsonAt at;
    return !bt_json_member(object, key, &at) || bt_json_read_word(&at, words, value, error);
}

gboolean bt_read_time_or_keep(
    const BtJsonAt *object, const char *key, gint64 *wall_ms, GError **error)
{
    BtJsonAt at;
    return !bt_json_member(object, key, &at) || bt_json_read_time(&at, wall_ms, error);
}

gboolean bt_read_time(const BtJsonAt *object, const char *key, gint64 *wall_ms, GError **error)
{
    BtJsonAt at;
    return bt_json_require(object, key, &at, error) && bt_json_read_time(&at, wall_ms, error);
}

gboolean bt_read_life(const BtJsonAt *object, gint64 max_age_ms, gint64 *issued_ms,
    gint64 *expires_ms, GError **error)
{
    BtJsonAt at;
    if (!bt_read_time(object, "issued", issued_ms, error) ||
        !bt_json_require(object, "expires", &at, error) ||
        !bt_json_read_time(&at, expires_ms, error))
        return FALSE;
    if (*expires_ms <= *issued_ms)
        return bt_json_fail(&at, BT_ERROR_INVALID, error,
            "it expires before it is issued: expected an instant after \"issued\"");
    if (*expires_ms - *issued_ms > max_age_ms)
        return bt_json_fail(&at, BT_ERROR_LIMIT, error,
            "it expires too long after \"issued\": expected at most %" G_GINT64_FORMAT " %s",
            max_age_ms > 2 * BT_DAY_MS ? max_age_ms / BT_DAY_MS : max_age_ms / BT_HOUR_MS,
            max_age_ms > 2 * BT_DAY_MS ? "days" : "hours");
    return TRUE;
}

gboolean bt_read_each(const BtJsonAt *object, const char *key, gsize min, gsize max,
    BtReadElement read, gpointer user, GError **error)
{
    BtJsonAt array;
    if (!bt_json_member(object, key, &array))
        return min == 0 || bt_json_require(object, key, &array, error);
    if (!bt_json_read_array(&array, max, error))
        return FALSE;
    if (bt_json_length(&array) < min)
        return bt_json_fail(&array, BT_ERROR_INVALID, error,
            "%" G_GSIZE_FORMAT " elements: expected %" G_GSIZE_FORMAT " or more",
            bt_json_length(&array), min);
    for (gsize i = 0; i < bt_json_length(&array); i++) {
        BtJsonAt element = bt_json_element(&array, i);
        if (!read(&element, user, error))
            return FALSE;
    }
    return TRUE;
}

gboolean bt_read_each_member(const BtJsonAt *object, const char *key, gboolean optional, gsize max,
    BtReadElement read, gpointer user, GError **error)
{
    BtJsonAt things, at;
    void *iter = NULL;
    if (!bt_json_member(object, key, &things))
        return optional || bt_json_require(object, key, &things, error);
    if (!bt_json_read_object(&things, error))
        return FALSE;
    if (bt_json_length(&things) > max)
        return bt_json_fail(&things, BT_ERROR_LIMIT, error,
            "%" G_GSIZE_FORMAT " %s: expected at most %" G_GSIZE_FORMAT, bt_json_length(&things),
            key, max);
    while (bt_json_next_member(&things, &iter, &at))
        if (!read(&at, user, error))
            return FALSE;
    return TRUE;
}

gboolean bt_read_spec(const BtJsonAt *root, GError **error)
{
    BtJsonAt at;
    gint64 spec;
    if (!bt_json_require(root, "spec", &at, error) ||
        !bt_json_read_int(&at, 1, MAX_EXACT_INT, &spec, error))
        return FALSE;
    if (spec != 1)
        return bt_json_fail(&at, BT_ERROR_UNSUPPORTED, error,
            "version %" G_GINT64_FORMAT " of the format is not known: expected 1", spec);
    return TRUE;
}

gboolean bt_read_refuse_unknown(const BtJsonAt *object, const char *const *known, GError **error)
{
    BtJsonAt at;
    const char *key = bt_json_unknown_key(object, known);
    if (!key || !bt_json_member(object, key, &at))
        return TRUE;
    g_autofree char *list = g_strjoinv(", ", (char **)known);
    return bt_json_fail(&at, BT_ERROR_INVALID, error, "unknown key: expected one of %s", list);
}

/* Well-formed as BCP 47 wants it: a language of letters, then subtags of letters and digits. */
static gboolean is_lang(const char *text)
{
    gsize letters = 0, in_subtag = 0, length = strlen(text);
    while (g_ascii_isalpha(text[letters]))
        letters++;
    if (letters < 2 || letters > 8 || length > BT_ID_MAX_BYTES)
        return FALSE;
    for (const char *p = text + letters; *p; p++) {
        gboolean starts = *p == '-';
        if ((!starts && !g_ascii_isalnum(*p)) || (starts && !g_ascii_isalnum(p[1])))
            return FALSE;
        in_subtag = starts ? 0 : in_subtag + 1;
        if (in_subtag > 8 || (!starts && p == text + letters))
            return FALSE;
    }
    return TRUE;
}

gboolean bt_read_lang(const BtJsonAt *at, char **lang, GError **error)
{
    const char *text = bt_json_read_string(at, 0, G_MAXSIZE, error);
    if (!text)
        return FALSE;
    if (!is_lang(text))
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "this is not a language tag: expected BCP 47 such as \"vi\" or \"zh-Hant\"");
    g_free(*lang);
    *lang = g_strdup(text);
    return TRUE;
}
