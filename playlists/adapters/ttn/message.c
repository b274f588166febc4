/* Bulletins and messages as values: their words, their ends, and a bulletin's way into a store and
 * back. */
#include "playlists/adapters/ttn/private.h"

#include "base/hash.h"

#include <string.h>

#define ITEM_HASH_DIGITS 24
#define TEXT_MAX (2 * BT_TEXT_MAX_CODE_POINTS)

const char *const bt_ttn_says_words[BT_TTN_N_SAYS + 1] = { "bulletin", "schedule", "cancel",
    "cancel_schedule", "urgent", "volume", "stop", "skip", "pause", "resume", "restart", NULL };
const char *const bt_ttn_kind_words[BT_TTN_FM + 2] = { "", "text", "image", "audio", "video",
    "stream", "fm", NULL };
const char *const bt_ttn_priority_words[BT_TTN_N_PRIORITIES + 1] = { "urgent", "priority",
    "ordinary", NULL };

void bt_ttn_bulletin_free(BtTtnBulletin *bulletin)
{
    g_free(bulletin->id);
    g_free(bulletin->title);
    g_free(bulletin->summary);
    g_free(bulletin->content);
    g_free(bulletin->lang);
    g_free(bulletin->partition);
    g_free(bulletin->region);
    g_free(bulletin->author);
    g_free(bulletin->sender);
    g_free(bulletin->schedule_id);
    g_free(bulletin->schedule_name);
    g_clear_pointer(&bulletin->slots, g_array_unref);
    g_clear_pointer(&bulletin->said, bt_json_unref);
    g_free(bulletin);
}

void bt_ttn_message_free(BtTtnMessage *message)
{
    g_free(message->id);
    g_free(message->sender);
    g_clear_pointer(&message->bulletin, bt_ttn_bulletin_free);
    g_free(message->bulletin_id);
    g_free(message->schedule_id);
    g_free(message->schedule_name);
    g_clear_pointer(&message->slots, g_array_unref);
    g_free(message);
}

char *bt_ttn_item_id(const char *bulletin_id)
{
    gsize length =
        strspn(bulletin_id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    if (length > 0 && length <= BT_ID_MAX_BYTES - 2 && bulletin_id[length] == '\0')
        return g_strconcat("b.", bulletin_id, NULL);
    char hash[BT_HASH_HEX_SIZE];
    bt_hash_data(bulletin_id, strlen(bulletin_id), hash);
    return g_strdup_printf("h.%.*s", ITEM_HASH_DIGITS, hash);
}

/* ---- into a store and back ---- */

static const struct {
    const char *key;
    gsize offset, max;
} strings[] = {
    { "id", offsetof(BtTtnBulletin, id), BT_TTN_ID_MAX },
    { "title", offsetof(BtTtnBulletin, title), TEXT_MAX },
    { "summary", offsetof(BtTtnBulletin, summary), TEXT_MAX },
    { "content", offsetof(BtTtnBulletin, content), TEXT_MAX },
    { "lang", offsetof(BtTtnBulletin, lang), BT_TTN_NAME_MAX },
    { "partition", offsetof(BtTtnBulletin, partition), BT_TTN_NAME_MAX },
    { "region", offsetof(BtTtnBulletin, region), BT_TTN_NAME_MAX },
    { "author", offsetof(BtTtnBulletin, author), BT_TTN_NAME_MAX },
    { "sender", offsetof(BtTtnBulletin, sender), BT_TTN_NAME_MAX },
    { "schedule_id", offsetof(BtTtnBulletin, schedule_id), BT_TTN_NAME_MAX },
    { "schedule_name", offsetof(BtTtnBulletin, schedule_name), BT_TTN_NAME_MAX },
};

static const struct {
    const char *key;
    gsize offset;
} numbers[] = {
    { "made_ms", offsetof(BtTtnBulletin, made_ms) },
    { "duration_ms", offsetof(BtTtnBulletin, duration_ms) },
    { "until_ms", offsetof(BtTtnBulletin, until_ms) },
};

static char **string_at(const BtTtnBulletin *bulletin, guint i)
{
    return (char **)G_STRUCT_MEMBER_P(bulletin, strings[i].offset);
}

static gint64 *number_at(const BtTtnBulletin *bulletin, guint i)
{
    return (gint64 *)G_STRUCT_MEMBER_P(bulletin, numbers[i].offset);
}

static BtJson *slots_to_json(const GArray *slots)
{
    BtJson *list = bt_json_new_array();
    for (guint i = 0; i < slots->len; i++) {
        const BtTtnSlot *slot = &g_array_index(slots, BtTtnSlot, i);
        BtJson *pair = bt_json_new_array();
        bt_json_append_int(pair, slot->from_ms);
        bt_json_append_int(pair, slot->until_ms);
        bt_json_append(list, pair);
    }
    return list;
}

BtJson *bt_ttn_bulletin_to_json(const BtTtnBulletin *bulletin)
{
    BtJson *json = bt_json_new_object();
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        bt_json_set_string(json, strings[i].key, *string_at(bulletin, i));
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        bt_json_set_int(json, numbers[i].key, *number_at(bulletin, i));
    bt_json_set_string(json, "kind", bt_ttn_kind_words[bulletin->kind]);
    bt_json_set_string(json, "priority", bt_ttn_priority_words[bulletin->priority]);
    bt_json_set_int(json, "field", bulletin->field);
    bt_json_set(json, "slots", slots_to_json(bulletin->slots));
    if (bulletin->said != NULL)
        bt_json_set(json, "said", bt_json_ref(bulletin->said));
    return json;
}

static gboolean read_strings(const BtJsonAt *at, BtTtnBulletin *bulletin, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++) {
        BtJsonAt member;
        const char *text = NULL;
        if (!bt_json_require(at, strings[i].key, &member, error) ||
            !(text = bt_json_read_string(&member, 0, strings[i].max, error)))
            return FALSE;
        *string_at(bulletin, i) = g_strdup(text);
    }
    return TRUE;
}

static gboolean read_numbers(const BtJsonAt *at, BtTtnBulletin *bulletin, GError **error)
{
    BtJsonAt member;
    gint64 field;
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (!bt_json_require(at, numbers[i].key, &member, error) ||
            !bt_json_read_int(&member, 0, G_MAXINT64, number_at(bulletin, i), error))
            return FALSE;
    if (!bt_json_require(at, "field", &member, error) ||
        !bt_json_read_int(&member, 0, G_MAXINT, &field, error))
        return FALSE;
    bulletin->field = (int)field;
    return TRUE;
}

static gboolean read_words(const BtJsonAt *at, BtTtnBulletin *bulletin, GError **error)
{
    BtJsonAt member;
    guint kind, priority;
    if (!bt_json_require(at, "kind", &member, error) ||
        !bt_json_read_word(&member, bt_ttn_kind_words, &kind, error))
        return FALSE;
    if (kind == 0)
        return bt_json_fail(&member, BT_ERROR_INVALID, error, "a bulletin has a kind");
    if (!bt_json_require(at, "priority", &member, error) ||
        !bt_json_read_word(&member, bt_ttn_priority_words, &priority, error))
        return FALSE;
    bulletin->kind = (BtTtnKind)kind;
    bulletin->priority = (BtTtnPriority)priority;
    return TRUE;
}

static gboolean read_slot(const BtJsonAt *at, BtTtnSlot *slot, GError **error)
{
    if (!bt_json_read_array(at, 2, error))
        return FALSE;
    BtJsonAt from = bt_json_element(at, 0), until = bt_json_element(at, 1);
    return bt_json_length(at) == 2
        ? bt_json_read_int(&from, 0, G_MAXINT64, &slot->from_ms, error) &&
            bt_json_read_int(&until, slot->from_ms + 1, G_MAXINT64, &slot->until_ms, error)
        : bt_json_fail(at, BT_ERROR_INVALID, error, "expected two instants");
}

static gboolean read_slots(const BtJsonAt *at, BtTtnBulletin *bulletin, GError **error)
{
    BtJsonAt list;
    if (!bt_json_require(at, "slots", &list, error) ||
        !bt_json_read_array(&list, BT_TTN_MESSAGE_MAX_ITEMS, error))
        return FALSE;
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt element = bt_json_element(&list, i);
        BtTtnSlot slot;
        if (!read_slot(&element, &slot, error))
            return FALSE;
        g_array_append_val(bulletin->slots, slot);
    }
    bt_ttn_slots_settle(bulletin->slots);
    return TRUE;
}

BtTtnBulletin *bt_ttn_bulletin_from_json(const BtJson *json, const char *name, GError **error)
{
    BtJsonAt at = bt_json_root(name, json);
    g_autoptr(BtTtnBulletin) bulletin = g_new0(BtTtnBulletin, 1);
    bulletin->slots = bt_ttn_slots_new();
    if (!bt_json_read_object(&at, error) || !read_strings(&at, bulletin, error) ||
        !read_numbers(&at, bulletin, error) || !read_words(&at, bulletin, error) ||
        !read_slots(&at, bulletin, error))
        return NULL;
    bulletin->said = bt_json_ref(bt_tree_get(json, "said"));
    return g_steal_pointer(&bulletin);
}
