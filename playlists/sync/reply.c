/* What the source answers to a POST, read without touching the network: a source that fell to an
 * attacker, or anybody on a line without TLS, says what it likes here. */
#include "playlists/sync/private.h"

#include "base/json.h"

#include <string.h>

#define REPLY_MAX_RANGES 4096 /* a batch holds no more lines than that of use */
#define REPLY_MAX_REFUSED 4096
#define REASON_MAX 200

static BtJson *parse_reply(GBytes *bytes, const char *path, GError **error)
{
    return bt_json_parse(
        g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), path, BT_REPLY_MAX_BYTES, 4, error);
}

/* ---- reports ---- */

static gboolean read_range(const BtJsonAt *at, GArray *ranges, GError **error)
{
    gint64 range[2];
    if (!bt_json_read_array(at, 2, error))
        return FALSE;
    if (bt_json_length(at) != 2)
        return bt_json_fail(at, BT_ERROR_INVALID, error, "not a range: expected [from, to]");
    BtJsonAt from = bt_json_element(at, 0), to = bt_json_element(at, 1);
    if (!bt_json_read_int(&from, 0, G_MAXINT64, &range[0], error) ||
        !bt_json_read_int(&to, range[0], G_MAXINT64, &range[1], error))
        return FALSE;
    g_array_append_vals(ranges, range, 2);
    return TRUE;
}

static gboolean read_accepted(const BtJsonAt *root, GArray *ranges, GError **error)
{
    BtJsonAt list;
    if (!bt_json_require(root, "accepted", &list, error) ||
        !bt_json_read_array(&list, REPLY_MAX_RANGES, error))
        return FALSE;
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt at = bt_json_element(&list, i);
        if (!read_range(&at, ranges, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean read_refusal(const BtJsonAt *at, GHashTable *refused, GError **error)
{
    BtJsonAt id, reason;
    if (!bt_json_read_object(at, error) || !bt_json_require(at, "id", &id, error) ||
        !bt_json_require(at, "reason", &reason, error))
        return FALSE;
    const char *id_text = bt_json_read_string(&id, 1, REASON_MAX, error);
    const char *reason_text = id_text ? bt_json_read_string(&reason, 0, REASON_MAX, error) : NULL;
    if (!reason_text)
        return FALSE;
    g_hash_table_replace(refused, g_strdup(id_text), g_strdup(reason_text));
    return TRUE;
}

static gboolean read_refused(const BtJsonAt *root, GHashTable *refused, GError **error)
{
    BtJsonAt list;
    if (!bt_json_member(root, "refused", &list))
        return TRUE;
    if (!bt_json_read_array(&list, REPLY_MAX_REFUSED, error))
        return FALSE;
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt at = bt_json_element(&list, i);
        if (!read_refusal(&at, refused, error))
            return FALSE;
    }
    return TRUE;
}

gboolean bt_reply_read_push(GBytes *bytes, const char *path, BtPushReply *reply, GError **error)
{
    g_autoptr(BtJson) json = parse_reply(bytes, path, error);
    if (!json)
        return FALSE;
    BtJsonAt root = bt_json_root(path, json);
    return bt_json_read_object(&root, error) && read_accepted(&root, reply->accepted, error) &&
        read_refused(&root, reply->refused, error);
}

/* ---- enrolment ---- */

static gboolean read_waiting(const BtJsonAt *root, GError **error)
{
    static const char *const words[] = { "waiting", NULL };
    BtJsonAt status;
    guint word;
    return bt_json_read_object(root, error) && bt_json_require(root, "status", &status, error) &&
        bt_json_read_word(&status, words, &word, error);
}

static gboolean read_adopted(const BtJsonAt *object, char **screen, GBytes **root, GError **error)
{
    BtJsonAt screen_at, root_at;
    if (!bt_json_read_object(object, error) ||
        !bt_json_require(object, "screen", &screen_at, error) ||
        !bt_json_require(object, "root", &root_at, error))
        return FALSE;
    const char *id = bt_json_read_string(&screen_at, 1, BT_ID_MAX_BYTES, error);
    const char *base64 = id ? bt_json_read_string(&root_at, 1, BT_REPLY_MAX_BYTES, error) : NULL;
    if (!base64 || !bt_sync_check_screen(id, error))
        return FALSE;
    GBytes *envelope = bt_base64_decode(base64, strlen(base64));
    if (!envelope || g_bytes_get_size(envelope) > BT_ENVELOPE_MAX_BYTES(BT_ROOT_MAX_BYTES)) {
        g_clear_pointer(&envelope, g_bytes_unref);
        return bt_json_fail(&root_at, BT_ERROR_SYNTAX, error, "expected an envelope in base64");
    }
    *screen = g_strdup(id);
    *root = envelope;
    return TRUE;
}

gboolean bt_reply_read_enrol(const BtAnswer *answer, GBytes *bytes, const char *path, char **screen,
    GBytes **root, GError **error)
{
    if (answer->status == 403) {
        g_set_error(error, BT_ERROR, BT_ERROR_DENIED,
            "%s: this board was turned down: expected the source's operator to accept it", path);
        return FALSE;
    }
    if (answer->status != 200 && answer->status != 202) {
        bt_answer_fail(answer, path, error);
        return FALSE;
    }
    g_autoptr(BtJson) json = parse_reply(bytes, path, error);
    if (!json)
        return FALSE;
    BtJsonAt at = bt_json_root(path, json);
    return answer->status == 202 ? read_waiting(&at, error)
                                 : read_adopted(&at, screen, root, error);
}
