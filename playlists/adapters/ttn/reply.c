/* How the source system answers. */
#include "playlists/adapters/ttn/private.h"

#include "base/prefix.h"

#include <string.h>

#define REASON_MAX 200
#define TOKEN_MAX_BYTES 8192
#define TOKEN_MAX_S (365 * 24 * 3600)

void bt_ttn_reply_clear(BtTtnReply *reply)
{
    g_clear_pointer(&reply->reason, g_free);
    g_clear_pointer(&reply->token, g_free);
}

/* A member of the call's own "reply", else of the one that all share. */
static const BtJson *reply_part(const BtDialect *dialect, BtTtnCall call, const char *key)
{
    const BtJson *own = bt_tree_get(bt_tree_get(bt_dialect_call(dialect, call), "reply"), key);
    return own != NULL ? own : bt_tree_get(bt_tree_get(dialect->tree, "reply"), key);
}

static gboolean is_one_of(const BtJson *words, const char *word)
{
    BtJsonAt at = bt_json_root("", words);
    for (gsize i = 0; bt_tree_is_array(words) && i < bt_json_length(&at); i++) {
        g_autofree char *one = bt_tree_text(bt_json_element(&at, i).value);
        if (g_strcmp0(one, word) == 0)
            return TRUE;
    }
    g_autofree char *single = bt_tree_text(words);
    return g_strcmp0(single, word) == 0;
}

static gboolean read_ok(const BtDialect *dialect, BtTtnCall call, const BtJson *root,
    const char *name, BtTtnReply *reply, GError **error)
{
    const BtJson *paths = reply_part(dialect, call, "ok");
    if (paths == NULL) {
        reply->ok = TRUE;
        return TRUE;
    }
    g_autoptr(BtJson) value = bt_path_first(paths, root, root);
    g_autofree char *text = bt_tree_text(value);
    if (text == NULL) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "%s: the answer does not say whether it is well: the dialect's reply \"ok\" leads %s: "
            "expected a number or a text",
            name, value == NULL ? "nowhere" : "to something else");
        return FALSE;
    }
    reply->ok = is_one_of(reply_part(dialect, call, "is"), text);
    return TRUE;
}

static void read_reason(
    const BtDialect *dialect, BtTtnCall call, const BtJson *root, BtTtnReply *reply)
{
    g_autoptr(BtJson) value = bt_path_first(reply_part(dialect, call, "reason"), root, root);
    g_autofree char *text = bt_tree_text(value);
    g_free(reply->reason);
    reply->reason = reply->ok || text == NULL
        ? g_strdup("")
        : g_utf8_substring(text, 0, MIN(REASON_MAX, g_utf8_strlen(text, -1)));
}

static gboolean read_token(const BtDialect *dialect, const BtJson *root, const char *name,
    BtTtnReply *reply, GError **error)
{
    double seconds;
    g_autoptr(BtJson) value = bt_path_first(reply_part(dialect, BT_TTN_LOGIN, "token"), root, root);
    g_autoptr(BtJson) lasts =
        bt_path_first(reply_part(dialect, BT_TTN_LOGIN, "lasts_s"), root, root);
    g_autofree char *token = bt_tree_text(value);
    if (token == NULL || *token == '\0' || strlen(token) > TOKEN_MAX_BYTES ||
        !bt_text_is_clean(token, "")) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "%s: the answer has no token: the dialect's reply \"token\" leads to none", name);
        return FALSE;
    }
    reply->token = g_steal_pointer(&token);
    if (lasts != NULL && bt_tree_real(lasts, &seconds) && seconds > 0)
        reply->token_lasts_ms = (gint64)(MIN(seconds, (double)TOKEN_MAX_S) * 1000);
    return TRUE;
}

BtJson *bt_ttn_parse(const char *name, GBytes *body, GError **error)
{
    gsize size_bytes;
    const char *data = g_bytes_get_data(body, &size_bytes);
    if (bt_prefix_is_page(data, size_bytes)) {
        g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX,
            "%s: a page in HTML came in place of JSON: somebody between answers, or the address is "
            "wrong",
            name);
        return NULL;
    }
    bt_prefix_skip_mark(&data, &size_bytes); /* as a reader of JSON may (RFC 8259, 8.1) */
    return bt_json_parse(
        data, size_bytes, name, BT_TTN_MESSAGE_MAX_BYTES, BT_TTN_MESSAGE_MAX_DEPTH, error);
}

gboolean bt_dialect_read_reply(
    const BtDialect *dialect, BtTtnCall call, GBytes *body, BtTtnReply *reply, GError **error)
{
    memset(reply, 0, sizeof *reply);
    reply->reason = g_strdup("");
    g_autofree char *name = g_strdup_printf("answer to %s", bt_ttn_call_name(call));
    if (g_bytes_get_size(body) == 0 && reply_part(dialect, call, "ok") == NULL &&
        call != BT_TTN_LOGIN) {
        reply->ok = TRUE;
        return TRUE;
    }
    g_autoptr(BtJson) root = bt_ttn_parse(name, body, error);
    if (root != NULL && read_ok(dialect, call, root, name, reply, error)) {
        read_reason(dialect, call, root, reply);
        if (call != BT_TTN_LOGIN || !reply->ok || read_token(dialect, root, name, reply, error))
            return TRUE;
    }
    bt_ttn_reply_clear(reply);
    return FALSE;
}
