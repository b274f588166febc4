/* Templates: JSON in which a string "${name|filter|filter}" becomes the value, with its type, and a
 * string with more around it becomes text. A value that nobody gave goes through the filters as
 * nothing: "or:TEXT" and "else:NAME" make it something, "optional" leaves its member out, else it
 * is an error. */
#include "playlists/adapters/ttn/private.h"

#include <string.h>

#define MAX_FILTERS 8
#define MAX_DEPTH 3 /* of values that name values */
#define MAX_EACH BT_TTN_MESSAGE_MAX_ITEMS

typedef struct {
    char *name;
    char **filters;  /* NULL-ended */
    const char *end; /* behind its "}" */
} Expr;

static void expr_clear(Expr *expr)
{
    g_free(expr->name);
    g_strfreev(expr->filters);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Expr, expr_clear)

/* `text` begins with "${". */
static gboolean read_expr(const BtJsonAt *at, const char *text, Expr *expr, GError **error)
{
    const char *end = strchr(text, '}');
    if (end == NULL)
        return bt_json_fail(at, BT_ERROR_SYNTAX, error, "\"${\" without its \"}\"");
    g_autofree char *inside = g_strndup(text + 2, (gsize)(end - text - 2));
    g_auto(GStrv) parts = g_strsplit(inside, "|", MAX_FILTERS + 2);
    guint n = g_strv_length(parts);
    if (n == 0 || *parts[0] == '\0')
        return bt_json_fail(at, BT_ERROR_SYNTAX, error, "\"${}\" names no value");
    if (n > MAX_FILTERS + 1)
        return bt_json_fail(
            at, BT_ERROR_LIMIT, error, "too many filters: expected at most %d", MAX_FILTERS);
    expr->name = g_strdup(parts[0]);
    expr->filters = g_strdupv(parts + 1);
    expr->end = end + 1;
    return TRUE;
}

/* ---- filters ---- */

typedef struct {
    const BtDialect *dialect;
    const char *argument; /* behind ":"; "" */
    const char *name;     /* the filter's, which may be a table's */
} Filter;

/* The value through a filter; NULL when it cannot go. `value` is never NULL. (transfer full)
 * (nullable) */
typedef BtJson *(*Apply)(const Filter *filter, const BtJson *value);

static BtJson *new_taken(char *text /* (transfer full) (nullable) */)
{
    BtJson *value = text == NULL ? NULL : bt_tree_new_string(text);
    g_free(text);
    return value;
}

static BtJson *to_text(const Filter *filter, const BtJson *value)
{
    (void)filter;
    return new_taken(bt_tree_text(value));
}

static BtJson *to_number(const Filter *filter, const BtJson *value)
{
    gint64 whole;
    double real;
    (void)filter;
    if (bt_tree_int(value, &whole))
        return bt_tree_new_int(whole);
    return bt_tree_real(value, &real) ? bt_tree_new_real(real) : NULL;
}

static BtJson *to_bool(const Filter *filter, const BtJson *value)
{
    g_autofree char *text = bt_tree_text(value);
    (void)filter;
    if (text == NULL)
        return NULL;
    return bt_tree_new_bool(g_ascii_strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0);
}

static BtJson *to_epoch_s(const Filter *filter, const BtJson *value)
{
    gint64 ms;
    (void)filter;
    return bt_tree_int(value, &ms) ? bt_tree_new_int(ms / 1000) : NULL;
}

static BtJson *to_minutes(const Filter *filter, const BtJson *value)
{
    gint64 ms;
    (void)filter;
    return bt_tree_int(value, &ms) ? bt_tree_new_int((ms + 59999) / 60000) : NULL;
}

static BtJson *to_iso(const Filter *filter, const BtJson *value)
{
    gint64 ms;
    gboolean utc = strcmp(filter->name, "iso_utc") == 0;
    return bt_tree_int(value, &ms) ? new_taken(bt_times_iso(filter->dialect, ms, utc)) : NULL;
}

static BtJson *to_time(const Filter *filter, const BtJson *value)
{
    gint64 ms;
    return bt_tree_int(value, &ms)
        ? new_taken(bt_times_format(filter->dialect, ms, filter->argument))
        : NULL;
}

static BtJson *to_hms(const Filter *filter, const BtJson *value)
{
    gint64 ms;
    (void)filter;
    return bt_tree_int(value, &ms) ? new_taken(bt_times_duration(ms)) : NULL;
}

static BtJson *to_url(const Filter *filter, const BtJson *value)
{
    g_autofree char *text = bt_tree_text(value);
    (void)filter;
    return text == NULL ? NULL : new_taken(g_uri_escape_string(text, NULL, FALSE));
}

static BtJson *to_list(const Filter *filter, const BtJson *value)
{
    BtJson *list = bt_json_new_array();
    (void)filter;
    bt_json_append(list, bt_json_ref(value));
    return list;
}

static const struct {
    const char *name;
    Apply apply;
    gboolean has_argument;
} filters[] = {
    { "text", to_text, FALSE },
    { "number", to_number, FALSE },
    { "bool", to_bool, FALSE },
    { "epoch_s", to_epoch_s, FALSE },
    { "epoch_ms", to_number, FALSE },
    { "seconds", to_epoch_s, FALSE },
    { "minutes", to_minutes, FALSE },
    { "iso", to_iso, FALSE },
    { "iso_utc", to_iso, FALSE },
    { "time", to_time, TRUE },
    { "hms", to_hms, FALSE },
    { "url", to_url, FALSE },
    { "list", to_list, FALSE },
};

static BtJson *through_table(const Filter *filter, const BtJson *value)
{
    g_autofree char *ours = bt_tree_text(value);
    return ours == NULL ? NULL : bt_table_theirs(filter->dialect, filter->name, ours);
}

static int find_filter(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(filters); i++)
        if (strcmp(filters[i].name, name) == 0)
            return (int)i;
    return -1;
}

static BtJson *apply(const BtDialect *dialect, const char *written, const BtJson *value)
{
    g_auto(GStrv) parts = g_strsplit(written, ":", 2);
    Filter filter = { dialect, parts[0] != NULL && parts[1] != NULL ? parts[1] : "",
        parts[0] != NULL ? parts[0] : "" };
    int i = find_filter(filter.name);
    return i >= 0 ? filters[i].apply(&filter, value) : through_table(&filter, value);
}

/* ---- values ---- */

/* "bulletin.said.TacGia.Email": the longest name that is a value, and a path into it. */
static BtJson *deep_value(GHashTable *values, const char *name)
{
    g_autofree char *start = g_strdup(name);
    char *dot;
    while ((dot = strrchr(start, '.')) != NULL) {
        *dot = '\0';
        const BtJson *value = g_hash_table_lookup(values, start);
        if (value != NULL)
            return bt_path_whole(name + (dot - start) + 1, value);
    }
    return NULL;
}

static gboolean is_null(const BtJson *value)
{
    BtJsonAt at = bt_json_root("", value);
    return bt_json_is_null(&at);
}

/* A value of the dialect's own, which may name others. */
static BtJson *own_value(const BtTemplate *template, const char *name)
{
    const BtJson *value = bt_tree_get(bt_tree_get(template->dialect->tree, "values"), name);
    BtJsonAt at = bt_json_root("", value);
    BtTemplate inner = *template;
    const char *text = value == NULL ? NULL : bt_json_read_string(&at, 0, G_MAXSIZE, NULL);
    if (text == NULL || strstr(text, "${") == NULL)
        return bt_json_ref(value);
    if (inner.depth++ >= MAX_DEPTH)
        return NULL;
    g_autofree char *filled = bt_template_text(&inner, &at, NULL);
    return new_taken(g_steal_pointer(&filled));
}

/* (transfer full) (nullable) */
static BtJson *value_of(const BtTemplate *template, const char *name)
{
    if (template->each != NULL && (strcmp(name, "each") == 0 || g_str_has_prefix(name, "each.")))
        return name[4] == '.' ? bt_path_whole(name + 5, template->each)
                              : bt_json_ref(template->each);
    const BtJson *value =
        template->values == NULL ? NULL : g_hash_table_lookup(template->values, name);
    if (value != NULL)
        return is_null(value) ? NULL : bt_json_ref(value);
    BtJson *own = own_value(template, name);
    return own != NULL || template->values == NULL ? own : deep_value(template->values, name);
}

/* "or:TEXT", "or:[]" an empty array, "else:NAME" another value. (transfer full) (nullable) */
static BtJson *instead(const BtTemplate *template, const char *filter)
{
    const char *argument = strchr(filter, ':') + 1;
    if (*filter == 'e')
        return value_of(template, argument);
    return strcmp(argument, "[]") == 0 ? bt_json_new_array() : bt_tree_new_string(argument);
}

/* `*optional`: its absence is no error. FALSE: an error. */
static gboolean evaluate(const BtTemplate *template, const BtJsonAt *at, const Expr *expr,
    BtJson **result, gboolean *optional, GError **error)
{
    g_autoptr(BtJson) value = value_of(template, expr->name);
    *optional = FALSE;
    for (char **filter = expr->filters; *filter != NULL; filter++) {
        if (strcmp(*filter, "optional") == 0) {
            *optional = TRUE;
        } else if (g_str_has_prefix(*filter, "or:") || g_str_has_prefix(*filter, "else:")) {
            if (value == NULL)
                value = instead(template, *filter);
        } else if (value != NULL) {
            BtJson *after = apply(template->dialect, *filter, value);
            if (after == NULL)
                return bt_json_fail(at, BT_ERROR_INVALID, error,
                    "the value \"%s\" does not go through \"%s\"", expr->name, *filter);
            bt_json_unref(value);
            value = after;
        }
    }
    if (value == NULL && !*optional)
        return bt_json_fail(at, BT_ERROR_INVALID, error, "the value \"%s\" is not set", expr->name);
    *result = g_steal_pointer(&value);
    return TRUE;
}

/* ---- texts ---- */

static gboolean append_value(
    const BtTemplate *template, const BtJsonAt *at, const Expr *expr, GString *text, GError **error)
{
    gboolean optional;
    g_autoptr(BtJson) value = NULL;
    if (!evaluate(template, at, expr, &value, &optional, error))
        return FALSE;
    g_autofree char *shown = bt_tree_text(value);
    if (value != NULL && shown == NULL)
        return bt_json_fail(
            at, BT_ERROR_INVALID, error, "the value \"%s\" is no text or number", expr->name);
    g_string_append(text, shown != NULL ? shown : "");
    return TRUE;
}

char *bt_template_text(const BtTemplate *template, const BtJsonAt *at, GError **error)
{
    const char *from = bt_json_read_string(at, 0, BT_TEMPLATE_MAX_BYTES, error), *sign;
    if (from == NULL)
        return NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    while ((sign = strchr(from, '$')) != NULL) {
        g_auto(Expr) expr = { NULL, NULL, NULL };
        g_string_append_len(text, from, sign - from);
        if (sign[1] != '{') { /* "$$" is a "$" */
            g_string_append_c(text, '$');
            from = sign + (sign[1] == '$' ? 2 : 1);
            continue;
        }
        if (!read_expr(at, sign, &expr, error) || !append_value(template, at, &expr, text, error))
            return NULL;
        from = expr.end;
    }
    g_string_append(text, from);
    return g_strdup(text->str);
}

/* ---- JSON ---- */

/* FALSE: an error; `*result` NULL without one: it is left out. */
static gboolean fill(
    const BtTemplate *template, const BtJsonAt *at, BtJson **result, GError **error);

static gboolean fill_string(const BtTemplate *template, const BtJsonAt *at, const char *text,
    BtJson **result, GError **error)
{
    g_auto(Expr) expr = { NULL, NULL, NULL };
    gboolean optional;
    if (g_str_has_prefix(text, "${")) {
        if (!read_expr(at, text, &expr, error))
            return FALSE;
        if (*expr.end == '\0')
            return evaluate(template, at, &expr, result, &optional, error);
    }
    g_autofree char *filled = bt_template_text(template, at, error);
    *result = filled == NULL ? NULL : bt_tree_new_string(filled);
    return filled != NULL;
}

static gboolean fill_each(
    const BtTemplate *template, const BtJsonAt *at, BtJson **result, GError **error)
{
    BtJsonAt as;
    const char *name = bt_tree_string(at->value, "$each");
    if (!bt_json_require(at, "$as", &as, error))
        return FALSE;
    g_autoptr(BtJson) list = value_of(template, name);
    g_autoptr(BtJson) filled = bt_json_new_array();
    BtJsonAt values = bt_json_root("", list);
    if (list != NULL && !bt_json_read_array(&values, MAX_EACH, NULL))
        return bt_json_fail(at, BT_ERROR_INVALID, error, "the value \"%s\" is no list", name);
    for (gsize i = 0; list != NULL && i < bt_json_length(&values); i++) {
        BtTemplate inner = *template;
        BtJson *one = NULL;
        inner.each = bt_json_element(&values, i).value;
        if (!fill(&inner, &as, &one, error))
            return FALSE;
        if (one != NULL)
            bt_json_append(filled, one);
    }
    *result = g_steal_pointer(&filled);
    return TRUE;
}

static gboolean fill_object(
    const BtTemplate *template, const BtJsonAt *at, BtJson **result, GError **error)
{
    g_autoptr(BtJson) object = bt_json_new_object();
    BtJsonAt member;
    void *iter = NULL;
    if (bt_tree_string(at->value, "$each") != NULL)
        return fill_each(template, at, result, error);
    while (bt_json_next_member(at, &iter, &member)) {
        BtJson *value = NULL;
        if (!fill(template, &member, &value, error))
            return FALSE;
        if (value != NULL)
            bt_json_set(object, member.key, value);
    }
    *result = g_steal_pointer(&object);
    return TRUE;
}

static gboolean fill_array(
    const BtTemplate *template, const BtJsonAt *at, BtJson **result, GError **error)
{
    g_autoptr(BtJson) array = bt_json_new_array();
    for (gsize i = 0; i < bt_json_length(at); i++) {
        BtJsonAt element = bt_json_element(at, i);
        BtJson *value = NULL;
        if (!fill(template, &element, &value, error))
            return FALSE;
        if (value != NULL)
            bt_json_append(array, value);
    }
    *result = g_steal_pointer(&array);
    return TRUE;
}

static gboolean fill(
    const BtTemplate *template, const BtJsonAt *at, BtJson **result, GError **error)
{
    const char *text = bt_json_read_string(at, 0, G_MAXSIZE, NULL);
    if (text != NULL)
        return fill_string(template, at, text, result, error);
    if (bt_tree_is_object(at->value))
        return fill_object(template, at, result, error);
    if (bt_json_is_array(at))
        return fill_array(template, at, result, error);
    *result = bt_json_ref(at->value);
    return TRUE;
}

BtJson *bt_template_json(const BtTemplate *template, const BtJsonAt *at, GError **error)
{
    BtJson *result = NULL;
    if (!fill(template, at, &result, error))
        return NULL;
    return result != NULL ? result : bt_json_new_object();
}

/* ---- checking ---- */

/* What there is to say when there is no value. */
static gboolean is_otherwise(const char *filter)
{
    return strcmp(filter, "optional") == 0 || g_str_has_prefix(filter, "or:") ||
        (g_str_has_prefix(filter, "else:") && filter[5] != '\0');
}

static gboolean check_filter(
    const BtDialect *dialect, const BtJsonAt *at, const char *written, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(written, ":", 2);
    gboolean has_argument = parts[0] != NULL && parts[1] != NULL;
    const char *name = parts[0] != NULL ? parts[0] : "";
    int i = find_filter(name);
    if (is_otherwise(written))
        return TRUE;
    if (i < 0 && !bt_table_exists(dialect, name))
        return bt_json_fail(
            at, BT_ERROR_INVALID, error, "\"%s\" is neither a filter nor one of \"tables\"", name);
    if (has_argument != (i >= 0 && filters[i].has_argument))
        return bt_json_fail(at, BT_ERROR_INVALID, error, "\"%s\" %s", name,
            has_argument ? "takes nothing behind a \":\"" : "wants its form behind a \":\"");
    g_autofree char *sample = has_argument ? bt_times_format(dialect, 0, parts[1]) : NULL;
    if (has_argument && sample == NULL)
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "\"%s\" is no form of a time: expected strftime's", parts[1]);
    return TRUE;
}

static gboolean check_text(const BtDialect *dialect, const BtJsonAt *at, const char *text,
    GHashTable *names, GError **error)
{
    while ((text = strchr(text, '$')) != NULL) {
        g_auto(Expr) expr = { NULL, NULL, NULL };
        if (text[1] != '{') {
            text += text[1] == '$' ? 2 : 1;
            continue;
        }
        if (!read_expr(at, text, &expr, error))
            return FALSE;
        gboolean needed = TRUE;
        for (char **filter = expr.filters; *filter != NULL; filter++) {
            if (!check_filter(dialect, at, *filter, error))
                return FALSE;
            needed = needed && !is_otherwise(*filter);
        }
        if (names != NULL && needed)
            g_hash_table_add(names, g_strdup(expr.name));
        text = expr.end;
    }
    return TRUE;
}

gboolean bt_template_check(
    const BtDialect *dialect, const BtJsonAt *at, GHashTable *names, GError **error)
{
    const char *text = bt_json_read_string(at, 0, BT_TEMPLATE_MAX_BYTES, NULL);
    BtJsonAt inner;
    void *iter = NULL;
    if (text != NULL)
        return check_text(dialect, at, text, names, error);
    if (bt_tree_string(at->value, "$each") != NULL && !bt_json_member(at, "$as", &inner))
        return bt_json_require(at, "$as", &inner, error);
    if (bt_tree_is_object(at->value))
        while (bt_json_next_member(at, &iter, &inner))
            if (!bt_template_check(dialect, &inner, names, error))
                return FALSE;
    for (gsize i = 0; bt_json_is_array(at) && i < bt_json_length(at); i++) {
        inner = bt_json_element(at, i);
        if (!bt_template_check(dialect, &inner, names, error))
            return FALSE;
    }
    return TRUE;
}
