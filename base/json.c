/* Two passes over the bytes come before jansson: the first finds bytes that are not UTF-8 (or NUL),
 * the second counts how deep brackets nest. Both are cheap, need no memory, and find what would be
 * dear or dangerous to find while building: a megabyte of '[' costs nothing but its scan. What is
 * left for jansson is grammar, and its place in lines and columns counts the same as ours: both
 * from 1, columns in code points. */
#include "base/json.h"

#include "base/clock.h"
#include "base/hash.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#define SHOWN_CHARS 40     /* of a value from a document, in a message */
#define MESSAGE_BYTES 1000 /* a hostile key must not make a message as long as the document */

static json_t *mutable(const BtJson *json)
{
    return (json_t *)json; /* jansson counts references in values that are const to us */
}

static json_t *made(json_t *json)
{
    if (!json)
        g_error("no memory for JSON");
    return json;
}

/* One line of at most MESSAGE_BYTES, whatever a document put into it. (transfer full) */
static char *tidy(char *text)
{
    if (strlen(text) > MESSAGE_BYTES) {
        char *end = g_utf8_find_prev_char(text, text + MESSAGE_BYTES - strlen("…"));
        g_strlcpy(end, "…", strlen("…") + 1);
    }
    for (char *c = text; *c; c++)
        if (g_ascii_iscntrl(*c))
            *c = ' ';
    return text;
}

/* ---- parsing ---- */

typedef struct {
    const char *name;
    const char *text;
    gsize size_bytes;
} Source;

static gboolean refuse(
    const char *name, int line, int column, BtError code, const char *what, GError **error)
{
    g_autofree char *message = *name ? g_strdup_printf("%s:%d:%d: %s", name, line, column, what)
                                     : g_strdup_printf("%d:%d: %s", line, column, what);
    g_autofree char *valid = g_utf8_make_valid(message, -1);
    g_set_error_literal(error, BT_ERROR, code, tidy(valid));
    return FALSE;
}

/* Refuses with the line and column of the code point that begins at `offset`; before it all is
 * valid UTF-8. */
static gboolean refuse_at(
    const Source *source, gsize offset, BtError code, const char *what, GError **error)
{
    int line = 1, column = 1;
    for (gsize i = 0; i < offset; i++) {
        if (source->text[i] == '\n') {
            line++;
            column = 1;
        } else if ((source->text[i] & 0xc0) != 0x80)
            column++;
    }
    return refuse(source->name, line, column, code, what, error);
}

static gboolean check_size(const Source *source, gsize max_bytes, GError **error)
{
    if (source->size_bytes <= max_bytes)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
        "%s%s%" G_GSIZE_FORMAT " bytes: expected at most %" G_GSIZE_FORMAT, source->name,
        *source->name ? ": " : "", source->size_bytes, max_bytes);
    return FALSE;
}

static gboolean check_utf8(const Source *source, GError **error)
{
    const char *end;
    if (g_utf8_validate_len(source->text, source->size_bytes, &end))
        return TRUE;
    const char *what =
        *end ? "a byte that is not UTF-8: expected UTF-8" : "a NUL byte: expected text without NUL";
    return refuse_at(source, (gsize)(end - source->text), BT_ERROR_SYNTAX, what, error);
}

/* The offset after the string whose opening quote is at `i`. */
static gsize skip_string(const Source *source, gsize i)
{
    for (i++; i < source->size_bytes && source->text[i] != '"'; i++)
        if (source->text[i] == '\\')
            i++;
    return i + 1;
}

static gboolean check_depth(const Source *source, guint max_depth, GError **error)
{
    gsize depth = 0, i = 0;
    while (i < source->size_bytes) {
        char c = source->text[i];
        if (c == '"') {
            i = skip_string(source, i);
            continue;
        }
        if ((c == '[' || c == '{') && ++depth > max_depth) {
            g_autofree char *what =
                g_strdup_printf("too deep: expected at most %u levels", max_depth);
            return refuse_at(source, i, BT_ERROR_LIMIT, what, error);
        }
        if ((c == ']' || c == '}') && depth > 0)
            depth--;
        i++;
    }
    return TRUE;
}

/* What jansson found, in our words where its code says enough. */
static gboolean refuse_grammar(const char *name, const json_error_t *found, GError **error)
{
    const char *what = found->text;
    BtError code = BT_ERROR_SYNTAX;
    switch (json_error_code(found)) {
    case json_error_premature_end_of_input:
        what = "the text ends too early: expected a complete document";
        break;
    case json_error_end_of_input_expected:
        what = "something follows the document: expected nothing more";
        break;
    case json_error_duplicate_key:
        what = "a key stands twice in its object: expected it once";
        break;
    case json_error_numeric_overflow:
        what = "a number is too large: expected at most 64 bits";
        break;
    case json_error_null_character:
    case json_error_null_byte_in_key:
        what = "\\u0000 in a string: expected text without NUL";
        break;
    case json_error_stack_overflow:
        what = "too deep: expected fewer levels";
        code = BT_ERROR_LIMIT;
        break;
    default:
        break;
    }
    return refuse(name, found->line, found->column, code, what, error);
}

BtJson *bt_json_parse(const void *data, gsize size_bytes, const char *name, gsize max_bytes,
    guint max_depth, GError **error)
{
    Source source = { name, size_bytes ? data : "", size_bytes };
    if (!check_size(&source, max_bytes, error) || !check_utf8(&source, error) ||
        !check_depth(&source, max_depth, error))
        return NULL;
    json_error_t found;
    json_t *json = json_loadb(source.text, size_bytes, JSON_REJECT_DUPLICATES, &found);
    if (!json)
        refuse_grammar(name, &found, error);
    return json;
}

BtJson *bt_json_ref(const BtJson *json)
{
    return json_incref(mutable(json));
}

void bt_json_unref(BtJson *json)
{
    json_decref(json);
}

/* ---- places ---- */

BtJsonAt bt_json_root(const char *name, const BtJson *json)
{
    return (BtJsonAt){ .name = name, .value = json };
}

static BtJsonAt place_of(const BtJsonAt *up, const BtJson *value, const char *key, gsize index)
{
    return (BtJsonAt){ .name = up->name, .value = value, .up = up, .key = key, .index = index };
}

gboolean bt_json_member(const BtJsonAt *at, const char *key, BtJsonAt *member)
{
    const json_t *value = json_object_get(at->value, key);
    if (!value)
        return FALSE;
    *member = place_of(at, value, key, 0);
    return TRUE;
}

gboolean bt_json_require(const BtJsonAt *at, const char *key, BtJsonAt *member, GError **error)
{
    return bt_json_member(at, key, member) ||
        bt_json_fail(at, BT_ERROR_INVALID, error, "a key is missing: expected \"%s\"", key);
}

gsize bt_json_length(const BtJsonAt *at)
{
    return json_is_array(at->value) ? json_array_size(at->value) : json_object_size(at->value);
}

BtJsonAt bt_json_element(const BtJsonAt *array, gsize index)
{
    return place_of(array, json_array_get(array->value, index), NULL, index);
}

gboolean bt_json_next_member(const BtJsonAt *object, void **iter, BtJsonAt *member)
{
    json_t *json = mutable(object->value);
    *iter = *iter ? json_object_iter_next(json, *iter) : json_object_iter(json);
    if (!*iter)
        return FALSE;
    *member = place_of(object, json_object_iter_value(*iter), json_object_iter_key(*iter), 0);
    return TRUE;
}

const char *bt_json_unknown_key(const BtJsonAt *object, const char *const *known)
{
    void *iter = NULL;
    BtJsonAt member;
    while (bt_json_next_member(object, &iter, &member))
        if (!g_str_has_prefix(member.key, "x-") && !g_strv_contains(known, member.key))
            return member.key;
    return NULL;
}

static void append_escaped(GString *step, const char *key)
{
    for (; *key; key++) {
        if (*key == '~')
            g_string_append(step, "~0");
        else if (*key == '/')
            g_string_append(step, "~1");
        else
            g_string_append_c(step, *key);
    }
}

char *bt_json_pointer(const BtJsonAt *at)
{
    GString *pointer = g_string_new(NULL);
    for (; at->up; at = at->up) {
        g_autoptr(GString) step = g_string_new("/");
        if (at->key)
            append_escaped(step, at->key);
        else
            g_string_append_printf(step, "%" G_GSIZE_FORMAT, at->index);
        g_string_prepend_len(pointer, step->str, (gssize)step->len);
    }
    return g_string_free(pointer, FALSE);
}

gboolean bt_json_fail(const BtJsonAt *at, BtError code, GError **error, const char *format, ...)
{
    if (!error)
        return FALSE;
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *pointer = bt_json_pointer(at);
    g_autofree char *short_pointer =
        g_utf8_substring(pointer, 0, MIN(200, g_utf8_strlen(pointer, -1)));
    g_autofree char *message = g_strconcat(at->name, *at->name && *pointer ? ":" : "",
        short_pointer, *at->name || *pointer ? ": " : "", what, NULL);
    g_autofree char *valid = g_utf8_make_valid(message, -1);
    g_set_error_literal(error, BT_ERROR, code, tidy(valid));
    return FALSE;
}

/* ---- values ---- */

static const char *type_of(const BtJson *json)
{
    switch (json ? json_typeof(json) : JSON_NULL) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return "an integer";
    case JSON_REAL:
        return "a number with a fraction";
    case JSON_TRUE:
    case JSON_FALSE:
        return "a boolean";
    default:
        return "null";
    }
}

static gboolean wrong_type(const BtJsonAt *at, const char *expected, GError **error)
{
    return bt_json_fail(
        at, BT_ERROR_INVALID, error, "%s: expected %s", type_of(at->value), expected);
}

/* The beginning of a text from a document, for a message. (transfer full) */
static char *shown(const char *text)
{
    if (g_utf8_strlen(text, -1) <= SHOWN_CHARS)
        return g_strdup(text);
    g_autofree char *start = g_utf8_substring(text, 0, SHOWN_CHARS);
    return g_strconcat(start, "…", NULL);
}

gboolean bt_json_read_object(const BtJsonAt *at, GError **error)
{
    return json_is_object(at->value) || wrong_type(at, "an object", error);
}

gboolean bt_json_is_null(const BtJsonAt *at)
{
    return json_is_null(at->value);
}

gboolean bt_json_is_string(const BtJsonAt *at)
{
    return json_is_string(at->value);
}

gboolean bt_json_is_array(const BtJsonAt *at)
{
    return json_is_array(at->value);
}

gboolean bt_json_read_array(const BtJsonAt *at, gsize max, GError **error)
{
    if (!json_is_array(at->value))
        return wrong_type(at, "an array", error);
    gsize length = json_array_size(at->value);
    return length <= max ||
        bt_json_fail(at, BT_ERROR_LIMIT, error,
            "%" G_GSIZE_FORMAT " elements: expected at most %" G_GSIZE_FORMAT, length, max);
}

const char *bt_json_read_string(const BtJsonAt *at, gsize min, gsize max, GError **error)
{
    const char *text = json_string_value(at->value);
    if (!text) {
        wrong_type(at, "a string", error);
        return NULL;
    }
    gsize length = (gsize)g_utf8_strlen(text, -1);
    if (length >= min && length <= max)
        return text;
    bt_json_fail(at, length > max ? BT_ERROR_LIMIT : BT_ERROR_INVALID, error,
        "%" G_GSIZE_FORMAT " code points: expected %" G_GSIZE_FORMAT " to %" G_GSIZE_FORMAT, length,
        min, max);
    return NULL;
}

static gboolean out_of_range(
    const BtJsonAt *at, gint64 value, gint64 min, gint64 max, GError **error)
{
    g_autofree char *range = NULL;
    if (max == G_MAXINT64)
        range = g_strdup_printf("%" G_GINT64_FORMAT " or more", min);
    else if (min == G_MININT64)
        range = g_strdup_printf("%" G_GINT64_FORMAT " or less", max);
    else
        range = g_strdup_printf("%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, min, max);
    return bt_json_fail(at, BT_ERROR_INVALID, error,
        "%" G_GINT64_FORMAT " is out of range: expected %s", value, range);
}

gboolean bt_json_read_int(const BtJsonAt *at, gint64 min, gint64 max, gint64 *value, GError **error)
{
    if (!json_is_integer(at->value))
        return wrong_type(at, "an integer", error);
    gint64 read = json_integer_value(at->value);
    if (read < min || read > max)
        return out_of_range(at, read, min, max, error);
    *value = read;
    return TRUE;
}

gboolean bt_json_read_bool(const BtJsonAt *at, gboolean *value, GError **error)
{
    if (!json_is_boolean(at->value))
        return wrong_type(at, "true or false", error);
    *value = json_is_true(at->value);
    return TRUE;
}

gboolean bt_json_read_word(
    const BtJsonAt *at, const char *const *words, guint *index, GError **error)
{
    const char *text = json_string_value(at->value);
    g_autofree char *all = g_strjoinv(", ", (char **)words);
    if (!text) {
        g_autofree char *expected = g_strconcat("one of ", all, NULL);
        return wrong_type(at, expected, error);
    }
    for (guint i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0) {
            *index = i;
            return TRUE;
        }
    }
    g_autofree char *start = shown(text);
    return bt_json_fail(
        at, BT_ERROR_INVALID, error, "\"%s\" is not known: expected one of %s", start, all);
}

gboolean bt_json_read_time(const BtJsonAt *at, gint64 *wall_ms, GError **error)
{
    const char *text = json_string_value(at->value);
    if (!text)
        return wrong_type(at, "a time in RFC 3339", error);
    if (bt_time_parse(text, wall_ms, NULL))
        return TRUE;
    g_autofree char *start = shown(text);
    return bt_json_fail(at, BT_ERROR_INVALID, error,
        "\"%s\" is not a time: expected RFC 3339 like 2026-11-22T05:00:00+07:00", start);
}

const char *bt_json_read_sha256(const BtJsonAt *at, GError **error)
{
    const char *text = json_string_value(at->value);
    if (bt_hash_is_hex(text))
        return text;
    if (!text) {
        wrong_type(at, "64 lower-case hexadecimal digits", error);
        return NULL;
    }
    g_autofree char *start = shown(text);
    bt_json_fail(at, BT_ERROR_INVALID, error,
        "\"%s\" is not a SHA-256: expected 64 lower-case hexadecimal digits", start);
    return NULL;
}

/* ---- building ---- */

BtJson *bt_json_new_object(void)
{
    return made(json_object());
}

BtJson *bt_json_new_array(void)
{
    return made(json_array());
}

void bt_json_set(BtJson *object, const char *key, BtJson *value)
{
    g_autofree char *valid = g_utf8_make_valid(key, -1);
    if (json_object_set_new(object, valid, made(value)) < 0)
        g_error("no memory for JSON");
}

/* jansson refuses what is not UTF-8; names of files may not be. */
static json_t *string_new(const char *value)
{
    if (!value)
        return json_null();
    g_autofree char *valid = g_utf8_make_valid(value, -1);
    return json_string(valid);
}

void bt_json_set_string(BtJson *object, const char *key, const char *value)
{
    bt_json_set(object, key, string_new(value));
}

void bt_json_set_int(BtJson *object, const char *key, gint64 value)
{
    bt_json_set(object, key, json_integer(value));
}

void bt_json_set_double(BtJson *object, const char *key, double value)
{
    /* JSON has no word for the infinite and the undefined. */
    bt_json_set(object, key, isfinite(value) ? json_real(value) : json_null());
}

void bt_json_set_bool(BtJson *object, const char *key, gboolean value)
{
    bt_json_set(object, key, json_boolean(value));
}

void bt_json_set_time(BtJson *object, const char *key, gint64 wall_ms)
{
    g_autofree char *text = bt_time_format(wall_ms);
    bt_json_set_string(object, key, text);
}

void bt_json_append(BtJson *array, BtJson *value)
{
    if (json_array_append_new(array, made(value)) < 0)
        g_error("no memory for JSON");
}

void bt_json_append_string(BtJson *array, const char *value)
{
    bt_json_append(array, string_new(value));
}

void bt_json_append_int(BtJson *array, gint64 value)
{
    bt_json_append(array, json_integer(value));
}

char *bt_json_to_text(const BtJson *json, gboolean indented)
{
    /* 15 digits: all that a double surely has, so that 0.1 stays 0.1. */
    gsize flags = JSON_ENCODE_ANY | JSON_REAL_PRECISION(15);
    flags |= indented ? JSON_INDENT(2) : JSON_COMPACT;
    char *text = json_dumps(json, flags);
    if (!text)
        g_error("no memory for JSON");
    return text;
}
