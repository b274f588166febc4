/* What the player says to the source system, and where it listens. */
#include "playlists/adapters/ttn/private.h"

#include <string.h>

#define URL_MAX_BYTES BT_TEMPLATE_MAX_BYTES
#define TOPIC_MAX_BYTES 500

static const char *const call_names[BT_TTN_N_CALLS] = { "login", "register", "state", "played",
    "ended", "saved", "cancelled", "requisition", "poll" };

const char *bt_ttn_call_name(BtTtnCall call)
{
    return call_names[call];
}

void bt_ttn_request_clear(BtTtnRequest *request)
{
    g_clear_pointer(&request->url, g_free);
    g_clear_pointer(&request->topic, g_free);
    g_clear_pointer(&request->body, g_free);
    g_clear_pointer(&request->header, g_free);
}

const BtJson *bt_dialect_call(const BtDialect *dialect, BtTtnCall call)
{
    return bt_tree_get(bt_tree_get(dialect->tree, "calls"), call_names[call]);
}

gboolean bt_dialect_has_call(const BtDialect *dialect, BtTtnCall call)
{
    return bt_dialect_call(dialect, call) != NULL;
}

gint64 bt_dialect_every_ms(const BtDialect *dialect, BtTtnCall call)
{
    double seconds = 0;
    const BtJson *every = bt_tree_get(bt_dialect_call(dialect, call), "every_s");
    return every != NULL && bt_tree_real(every, &seconds) ? (gint64)(seconds * 1000) : 0;
}

/* ---- requests ---- */

/* The text of a member, filled in; NULL without an error when there is none. */
static gboolean fill_member(const BtTemplate *template, const BtJsonAt *object, const char *key,
    char **text, GError **error)
{
    BtJsonAt at;
    *text = NULL;
    if (!bt_json_member(object, key, &at))
        return TRUE;
    *text = bt_template_text(template, &at, error);
    return *text != NULL;
}

gboolean bt_text_is_clean(const char *text, const char *without)
{
    for (const char *c = text; *c != '\0'; c++)
        if (g_ascii_iscntrl(*c) || strchr(without, *c) != NULL)
            return FALSE;
    return TRUE;
}

static gboolean check_url(const BtJsonAt *call, const char *url, GError **error)
{
    gboolean absolute = g_str_has_prefix(url, "https://") || g_str_has_prefix(url, "http://");
    if (absolute && strlen(url) <= URL_MAX_BYTES && bt_text_is_clean(url, " \"<>"))
        return TRUE;
    return bt_json_fail(
        call, BT_ERROR_INVALID, error, "\"%.80s\" is no address: expected https://…", url);
}

static gboolean check_topic(const BtJsonAt *call, const char *topic, GError **error)
{
    if (*topic != '\0' && strlen(topic) <= TOPIC_MAX_BYTES && bt_text_is_clean(topic, "+#"))
        return TRUE;
    return bt_json_fail(call, BT_ERROR_INVALID, error,
        "\"%.80s\" cannot be published to: expected a topic without + and #", topic);
}

static gboolean fill_place(
    const BtTemplate *template, const BtJsonAt *call, BtTtnRequest *request, GError **error)
{
    if (!fill_member(template, call, "topic", &request->topic, error))
        return FALSE;
    if (request->topic != NULL)
        return check_topic(call, request->topic, error);
    return fill_member(template, call, "url", &request->url, error) && request->url != NULL &&
        check_url(call, request->url, error);
}

static gboolean fill_body(
    const BtTemplate *template, const BtJsonAt *call, BtTtnRequest *request, GError **error)
{
    BtJsonAt body;
    if (!bt_json_member(call, "body", &body))
        return TRUE;
    g_autoptr(BtJson) filled = bt_template_json(template, &body, error);
    request->body = filled == NULL ? NULL : bt_json_to_text(filled, FALSE);
    return filled != NULL;
}

static gboolean has_token(const BtTemplate *template)
{
    return template->values != NULL && g_hash_table_lookup(template->values, "token") != NULL;
}

static gboolean fill_header(
    const BtTemplate *template, const BtJsonAt *root, BtTtnRequest *request, GError **error)
{
    if (!request->with_token || !has_token(template))
        return TRUE;
    if (!fill_member(template, root, "auth", &request->header, error))
        return FALSE;
    if (request->header != NULL && *request->header == '\0')
        g_clear_pointer(&request->header, g_free); /* the token travels elsewhere */
    return request->header == NULL || bt_text_is_clean(request->header, "") ||
        bt_json_fail(root, BT_ERROR_INVALID, error, "the token has control characters");
}

static gboolean wants_token(const BtJsonAt *call, BtTtnCall which, gboolean has_login)
{
    gboolean wanted = which != BT_TTN_LOGIN && has_login;
    BtJsonAt at;
    if (bt_json_member(call, "with_token", &at))
        bt_json_read_bool(&at, &wanted, NULL);
    return wanted;
}

gboolean bt_dialect_request(const BtDialect *dialect, BtTtnCall which, GHashTable *values,
    BtTtnRequest *request, GError **error)
{
    BtJsonAt root = bt_json_root(dialect->file, dialect->tree), calls, call;
    BtTemplate template = { dialect, values, NULL, 0 };
    memset(request, 0, sizeof *request);
    if (!bt_json_require(&root, "calls", &calls, error) ||
        !bt_json_require(&calls, call_names[which], &call, error))
        return FALSE;
    const char *method = bt_tree_string(call.value, "method");
    gboolean has_body = bt_tree_get(call.value, "body") != NULL;
    request->method =
        g_strcmp0(method, "GET") == 0 || (method == NULL && !has_body) ? "GET" : "POST";
    request->with_token = wants_token(&call, which, bt_dialect_has_call(dialect, BT_TTN_LOGIN));
    if (fill_place(&template, &call, request, error) &&
        fill_body(&template, &call, request, error) &&
        fill_header(&template, &root, request, error))
        return TRUE;
    bt_ttn_request_clear(request);
    return FALSE;
}

/* ---- topics ---- */

GPtrArray *bt_dialect_topics(const BtDialect *dialect, GHashTable *values, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    BtJsonAt root = bt_json_root(dialect->file, dialect->tree), topics, topic;
    BtTemplate template = { dialect, values, NULL, 0 };
    void *iter = NULL;
    if (!bt_json_member(&root, "topics", &topics))
        return g_steal_pointer(&list);
    while (bt_json_next_member(&topics, &iter, &topic)) {
        g_autofree char *filled = bt_template_text(&template, &topic, error);
        if (filled == NULL)
            return NULL;
        if (strlen(filled) > TOPIC_MAX_BYTES || !bt_text_is_clean(filled, "")) {
            bt_json_fail(&topic, BT_ERROR_INVALID, error, "\"%.80s\" is no topic", filled);
            return NULL;
        }
        if (*filled != '\0' && !g_ptr_array_find_with_equal_func(list, filled, g_str_equal, NULL))
            g_ptr_array_add(list, g_steal_pointer(&filled));
    }
    return g_steal_pointer(&list);
}
