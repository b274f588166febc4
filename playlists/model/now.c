/* now.json: which documents are newest, what is denied, and the few commands that can only make a
 * board quieter. */
#include "playlists/model/documents.h"
#include "playlists/model/draft.h"

#include <string.h>

static const char *const verbs[BT_N_VERBS + 1] = { "cut", "darken", "mute", "restart", "identify",
    "screenshot", NULL };

const char *bt_verb_name(BtVerb verb)
{
    return verbs[verb];
}

static void command_free(BtCommand *command)
{
    g_free(command->id);
    g_free(command);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtCommand, command_free)

void bt_now_free(BtNow *now)
{
    g_free(now->screen);
    g_ptr_array_unref(now->deny);
    g_ptr_array_unref(now->commands);
    g_free(now);
}

static gboolean check_new_id(
    const GPtrArray *commands, const BtJsonAt *at, const char *id, GError **error)
{
    for (guint i = 0; i < commands->len; i++) {
        const BtCommand *other = g_ptr_array_index(commands, i);
        if (strcmp(other->id, id) == 0)
            return bt_json_fail(
                at, BT_ERROR_INVALID, error, "\"%s\" is used twice: expected an id of its own", id);
    }
    return TRUE;
}

/* None of today's verbs takes an argument. */
static gboolean read_args(const BtJsonAt *object, GError **error)
{
    static const char *const known[] = { NULL };
    BtJsonAt at;
    return !bt_json_member(object, "args", &at) ||
        (bt_json_read_object(&at, error) && bt_read_refuse_unknown(&at, known, error));
}

static gboolean read_command(const BtJsonAt *at, gpointer user, GError **error)
{
    static const char *const known[] = { "id", "verb", "args", "until", NULL };
    GPtrArray *commands = user;
    g_autoptr(BtCommand) command = g_new0(BtCommand, 1);
    BtJsonAt verb;
    guint word;
    if (!bt_json_read_object(at, error) || !bt_read_refuse_unknown(at, known, error) ||
        !bt_read_id(at, "id", &command->id, error) ||
        !check_new_id(commands, at, command->id, error) ||
        !bt_json_require(at, "verb", &verb, error) ||
        !bt_json_read_word(&verb, verbs, &word, error) || !read_args(at, error) ||
        !bt_read_time(at, "until", &command->until_ms, error))
        return FALSE;
    command->verb = (BtVerb)word;
    g_ptr_array_add(commands, g_steal_pointer(&command));
    return TRUE;
}

static gboolean read_denial(const BtJsonAt *at, gpointer user, GError **error)
{
    const char *sha256 = bt_json_read_sha256(at, error);
    if (sha256)
        g_ptr_array_add((GPtrArray *)user, g_strdup(sha256));
    return sha256 != NULL;
}

/* Absent or null: there is no such document. */
static gboolean read_hash_or_none(
    const BtJsonAt *object, const char *key, char hex[BT_HASH_HEX_SIZE], GError **error)
{
    BtJsonAt at;
    hex[0] = '\0';
    if (!bt_json_member(object, key, &at) || bt_json_is_null(&at))
        return TRUE;
    const char *sha256 = bt_json_read_sha256(&at, error);
    if (sha256)
        g_strlcpy(hex, sha256, BT_HASH_HEX_SIZE);
    return sha256 != NULL;
}

static gboolean read_now(BtNow *now, const BtJsonAt *at, GError **error)
{
    static const char *const known[] = { "spec", "screen", "version", "manifest", "alert", "order",
        "issued", "expires", "deny", "commands", "root", NULL };
    BtJsonAt spec;
    return bt_json_read_object(at, error) &&
        (!bt_json_member(at, "spec", &spec) || bt_read_spec(at, error)) &&
        bt_read_refuse_unknown(at, known, error) && bt_read_id(at, "screen", &now->screen, error) &&
        bt_read_int(at, "version", 1, G_MAXINT64, &now->version, error) &&
        read_hash_or_none(at, "manifest", now->manifest, error) &&
        read_hash_or_none(at, "alert", now->alert, error) &&
        read_hash_or_none(at, "order", now->order, error) &&
        bt_read_life(at, BT_MANIFEST_MAX_AGE_MS, &now->issued_ms, &now->expires_ms, error) &&
        bt_read_each(at, "deny", 0, BT_NOW_MAX_DENIALS, read_denial, now->deny, error) &&
        bt_read_each(at, "commands", 0, BT_NOW_MAX_COMMANDS, read_command, now->commands, error) &&
        bt_read_int(at, "root", 1, G_MAXINT64, &now->root, error);
}

BtNow *bt_now_parse(const void *data, gsize size_bytes, const char *name, GError **error)
{
    g_autoptr(BtJson) json =
        bt_json_parse(data, size_bytes, name, BT_NOW_MAX_BYTES, BT_MANIFEST_MAX_DEPTH, error);
    if (!json)
        return NULL;
    BtJsonAt at = bt_json_root(name, json);
    g_autoptr(BtNow) now = g_new0(BtNow, 1);
    now->deny = g_ptr_array_new_with_free_func(g_free);
    now->commands = g_ptr_array_new_with_free_func((GDestroyNotify)command_free);
    return read_now(now, &at, error) ? g_steal_pointer(&now) : NULL;
}
