/* JSON as provinces write it: a number may be a string, a name may end in Id or in ID. */
#include "playlists/adapters/ttn/private.h"

#include <math.h>
#include <string.h>

#define MAX_EXACT 9007199254740991.0
#define MAX_NUMBER_CHARS 40

gboolean bt_tree_is_object(const BtJson *value)
{
    BtJsonAt at = bt_json_root("", value);
    return value != NULL && bt_json_read_object(&at, NULL);
}

gboolean bt_tree_is_array(const BtJson *value)
{
    BtJsonAt at = bt_json_root("", value);
    return value != NULL && bt_json_is_array(&at);
}

static const char *string_of(const BtJson *value)
{
    BtJsonAt at = bt_json_root("", value);
    return value == NULL ? NULL : bt_json_read_string(&at, 0, G_MAXSIZE, NULL);
}

char *bt_tree_text(const BtJson *value)
{
    BtJsonAt at = bt_json_root("", value);
    const char *text = string_of(value);
    if (text != NULL)
        return g_strdup(text);
    if (value == NULL || bt_tree_is_object(value) || bt_tree_is_array(value) ||
        bt_json_is_null(&at))
        return NULL;
    gint64 whole;
    if (bt_tree_int(value, &whole)) /* 2.0 is 2 */
        return g_strdup_printf("%" G_GINT64_FORMAT, whole);
    return bt_json_to_text(value, FALSE);
}

/* A number's text, or a string without the spaces around it. (transfer full) (nullable) */
static char *number_text(const BtJson *value)
{
    BtJsonAt at = bt_json_root("", value);
    const char *text = string_of(value);
    gboolean truth;
    if (text != NULL)
        return strlen(text) > MAX_NUMBER_CHARS ? NULL : g_strstrip(g_strdup(text));
    if (value == NULL || bt_tree_is_object(value) || bt_tree_is_array(value) ||
        bt_json_is_null(&at) || bt_json_read_bool(&at, &truth, NULL))
        return NULL;
    return bt_json_to_text(value, FALSE);
}

gboolean bt_tree_real(const BtJson *value, double *number)
{
    g_autofree char *text = number_text(value);
    if (text == NULL || *text == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0')
        return FALSE;
    char *end;
    double read = g_ascii_strtod(text, &end);
    if (*end != '\0' || !isfinite(read))
        return FALSE;
    *number = read;
    return TRUE;
}

gboolean bt_tree_int(const BtJson *value, gint64 *number)
{
    double real;
    g_autofree char *text = number_text(value);
    if (text != NULL && g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, number, NULL))
        return TRUE;
    if (!bt_tree_real(value, &real) || real != floor(real) || fabs(real) > MAX_EXACT)
        return FALSE;
    *number = (gint64)real;
    return TRUE;
}

const BtJson *bt_tree_get(const BtJson *object, const char *key)
{
    BtJsonAt at = bt_json_root("", object), member;
    if (!bt_tree_is_object(object) || !bt_json_member(&at, key, &member))
        return NULL;
    return member.value;
}

const char *bt_tree_string(const BtJson *object, const char *key)
{
    return string_of(bt_tree_get(object, key));
}

static gboolean ends_in_id(const char *name, gsize length)
{
    return length >= 2 && g_ascii_strncasecmp(name + length - 2, "id", 2) == 0;
}

static gboolean is_loosely(const char *a, const char *b)
{
    gsize length = strlen(a);
    return strlen(b) == length && ends_in_id(a, length) && ends_in_id(b, length) &&
        strncmp(a, b, length - 2) == 0;
}

const BtJson *bt_tree_get_loosely(const BtJson *object, const char *key)
{
    const BtJson *exact = bt_tree_get(object, key);
    if (exact != NULL || !bt_tree_is_object(object) || !ends_in_id(key, strlen(key)))
        return exact;
    BtJsonAt at = bt_json_root("", object), member;
    void *iter = NULL;
    while (bt_json_next_member(&at, &iter, &member))
        if (is_loosely(member.key, key))
            return member.value;
    return NULL;
}

/* ---- building ---- */

/* The only member of `holder`, without it. */
static BtJson *take_out(BtJson *holder /* (transfer full) */)
{
    BtJson *value = bt_json_ref(bt_tree_get(holder, "v"));
    bt_json_unref(holder);
    return value;
}

BtJson *bt_tree_new_string(const char *text)
{
    BtJson *holder = bt_json_new_object();
    bt_json_set_string(holder, "v", text);
    return take_out(holder);
}

BtJson *bt_tree_new_int(gint64 number)
{
    BtJson *holder = bt_json_new_object();
    bt_json_set_int(holder, "v", number);
    return take_out(holder);
}

BtJson *bt_tree_new_real(double number)
{
    BtJson *holder = bt_json_new_object();
    bt_json_set_double(holder, "v", number);
    return take_out(holder);
}

BtJson *bt_tree_new_bool(gboolean value)
{
    BtJson *holder = bt_json_new_object();
    bt_json_set_bool(holder, "v", value);
    return take_out(holder);
}

static gboolean is_null(const BtJson *value)
{
    BtJsonAt at = bt_json_root("", value);
    return bt_json_is_null(&at);
}

/* "$replace" in an object, and "$each" in a template: nothing of what was there stays. */
static gboolean replaces(const BtJson *over)
{
    return bt_tree_get(over, "$replace") != NULL || bt_tree_get(over, "$each") != NULL;
}

static void lay_over(BtJson *merged, const char *key, const BtJson *base, const BtJson *over)
{
    if (is_null(over) || strcmp(key, "$replace") == 0)
        return;
    if (bt_tree_is_object(over))
        bt_json_set(merged, key,
            bt_tree_merge(bt_tree_is_object(base) && !replaces(over) ? base : NULL, over));
    else
        bt_json_set(merged, key, bt_json_ref(over));
}

BtJson *bt_tree_merge(const BtJson *base, const BtJson *over)
{
    BtJson *merged = bt_json_new_object();
    BtJsonAt at = bt_json_root("", over), member;
    void *iter = NULL;
    while (bt_json_next_member(&at, &iter, &member))
        lay_over(merged, member.key, bt_tree_get(base, member.key), member.value);
    at = bt_json_root("", base);
    iter = NULL;
    while (base != NULL && bt_json_next_member(&at, &iter, &member))
        if (bt_tree_get(over, member.key) == NULL)
            bt_json_set(merged, member.key, bt_json_ref(member.value));
    return merged;
}
