/* JSON (jansson), strict and with the place in every message.
 *
 * Reading: parse with limits, then walk with BtJsonAt, a value together with the way that led to
 * it. Places live on the caller's stack and point upwards to each other:
 *
 *     BtJsonAt root = bt_json_root("now.json", json), version;
 *     if (!bt_json_require(&root, "version", &version, error) ||
 *         !bt_json_read_int(&version, 1, G_MAXINT64, &now->version, error))
 *         return FALSE;               // "now.json:/version: 0 is out of range: expected 1 or more"
 *
 * Text is UTF-8 without NUL; duplicate keys are refused. Thread-safety: a value belongs to one
 * thread. */
#ifndef BT_BASE_JSON_H
#define BT_BASE_JSON_H

#include "base/error.h"

typedef struct json_t BtJson; /* reference-counted */

typedef struct BtJsonAt BtJsonAt;
struct BtJsonAt {
    const char *name;    /* the document, for messages; "" says nothing */
    const BtJson *value; /* borrowed */
    const BtJsonAt *up;  /* NULL at the root */
    const char *key;     /* NULL in an array */
    gsize index;
};

/* Parses exactly one value (an object or array) from `data`. More than `max_bytes` or nesting
 * deeper than `max_depth` is BT_ERROR_LIMIT, found before anything is built; the rest is
 * BT_ERROR_SYNTAX with NAME:LINE:COLUMN. (transfer full) (nullable) */
BtJson *bt_json_parse(const void *data, gsize size_bytes, const char *name, gsize max_bytes,
    guint max_depth, GError **error);
BtJson *bt_json_ref(const BtJson *json);
void bt_json_unref(BtJson *json);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtJson, bt_json_unref)

/* ---- places ---- */
BtJsonAt bt_json_root(const char *name, const BtJson *json);
/* The member `key` into `*member`; FALSE when the object has none. `at` must be an object (check
 * with bt_json_read_object first); `at` must outlive `*member`. */
gboolean bt_json_member(const BtJsonAt *at, const char *key, BtJsonAt *member);
/* The same, but absence is BT_ERROR_INVALID. */
gboolean bt_json_require(const BtJsonAt *at, const char *key, BtJsonAt *member, GError **error);
gsize bt_json_length(const BtJsonAt *at); /* of an array or object, 0 for others */
BtJsonAt bt_json_element(const BtJsonAt *array, gsize index);

/* Walks an object's members in document order: start with NULL; returns FALSE at the end. */
gboolean bt_json_next_member(const BtJsonAt *object, void **iter, BtJsonAt *member);

/* ---- values: each checks the type and the bounds, or fails with the place ---- */
gboolean bt_json_read_object(const BtJsonAt *at, GError **error);
gboolean bt_json_is_null(const BtJsonAt *at);
gboolean bt_json_is_array(const BtJsonAt *at);
gboolean bt_json_is_string(const BtJsonAt *at);
/* An array of at most `max` elements (else BT_ERROR_LIMIT). */
gboolean bt_json_read_array(const BtJsonAt *at, gsize max, GError **error);
/* At least `min` and at most `max` code points. Borrowed from the document. (nullable) */
const char *bt_json_read_string(const BtJsonAt *at, gsize min, gsize max, GError **error);
gboolean bt_json_read_int(
    const BtJsonAt *at, gint64 min, gint64 max, gint64 *value, GError **error);
gboolean bt_json_read_bool(const BtJsonAt *at, gboolean *value, GError **error);
/* One of a NULL-ended list of words; its index into `*index`. */
gboolean bt_json_read_word(
    const BtJsonAt *at, const char *const *words, guint *index, GError **error);
/* RFC 3339 into milliseconds since 1970. */
gboolean bt_json_read_time(const BtJsonAt *at, gint64 *wall_ms, GError **error);
/* 64 lower-case hexadecimal digits. Borrowed. (nullable) */
const char *bt_json_read_sha256(const BtJsonAt *at, GError **error);

/* The first key of `object` that is neither in `known` (NULL-ended) nor begins with "x-"; NULL when
 * there is none. Borrowed. */
const char *bt_json_unknown_key(const BtJsonAt *object, const char *const *known);

/* Fails at this place: "NAME:/json/pointer: MESSAGE". Always returns FALSE. */
gboolean bt_json_fail(const BtJsonAt *at, BtError code, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
/* The JSON pointer (RFC 6901) of a place, "" for the root. (transfer full) */
char *bt_json_pointer(const BtJsonAt *at);

/* ---- building: setters take what they are given (transfer full for BtJson), never fail ---- */
BtJson *bt_json_new_object(void);
BtJson *bt_json_new_array(void);
void bt_json_set(BtJson *object, const char *key, BtJson *value /* (transfer full) */);
void bt_json_set_string(BtJson *object, const char *key, const char *value /* (nullable): null */);
void bt_json_set_int(BtJson *object, const char *key, gint64 value);
void bt_json_set_double(BtJson *object, const char *key, double value);
void bt_json_set_bool(BtJson *object, const char *key, gboolean value);
void bt_json_set_time(BtJson *object, const char *key, gint64 wall_ms); /* RFC 3339 with ms, UTC */
void bt_json_append(BtJson *array, BtJson *value /* (transfer full) */);
void bt_json_append_string(BtJson *array, const char *value);
void bt_json_append_int(BtJson *array, gint64 value);

/* As text: one line, or indented for people. Keys in insertion order. (transfer full) */
char *bt_json_to_text(const BtJson *json, gboolean indented);

#endif
