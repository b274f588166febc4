/* A dialect's file and what a province says in it. The first line names a dialect that comes with
 * the player, or is empty and a file follows, up to a line "%%"; behind that is what was heard.
 * Whatever either says: nothing that was read breaks a promise of ttn.h. */
#include "playlists/adapters/ttn/ttn.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define NOW_MS G_GINT64_CONSTANT(1764115200000)

static BtDialect *dialect_of(const char *head, gsize length)
{
    const char *end = memchr(head, '\n', length);
    g_autofree char *word = g_strndup(head, end == NULL ? length : (gsize)(end - head));
    if (end == NULL || *word != '\0')
        return strchr(word, '/') != NULL || g_str_has_suffix(word, ".json")
            ? NULL
            : bt_dialect_load(word, NULL);
    return bt_dialect_parse(end + 1, length - (gsize)(end + 1 - head), "dialect", NULL);
}

/* ---- what is said ---- */

static GHashTable *values(void)
{
    static const char *const names[] = { "auth", "base", "register", "username", "password",
        "token", "maThietBi", "nguonID", "state", "link", "playing", "app_version", "schedule.id",
        "requisition.phase" };
    GHashTable *all = bt_ttn_values_new();
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        bt_ttn_values_set_string(all, names[i], "https://a.vn");
    bt_ttn_values_set_int(all, "started", NOW_MS);
    bt_ttn_values_set_int(all, "now", NOW_MS);
    bt_ttn_values_set_int(all, "volume", 50);
    bt_ttn_values_set(all, "bulletins", bt_json_new_array());
    return all;
}

static void check_request(const BtDialect *dialect, BtTtnCall call, GHashTable *all)
{
    g_autoptr(GError) error = NULL;
    BtTtnRequest request;
    if (!bt_dialect_request(dialect, call, all, &request, &error)) {
        g_assert_nonnull(error);
        return;
    }
    g_assert_true((request.url != NULL) != (request.topic != NULL));
    g_assert_true(request.url == NULL || strstr(request.url, "://") != NULL);
    g_assert_true(request.header == NULL || strpbrk(request.header, "\r\n") == NULL);
    bt_ttn_request_clear(&request);
}

static void check_reply(const BtDialect *dialect, BtTtnCall call, GBytes *body)
{
    g_autoptr(GError) error = NULL;
    BtTtnReply reply;
    gboolean read = bt_dialect_read_reply(dialect, call, body, &reply, &error);
    g_assert_true(read == (error == NULL));
    g_assert_true(!read || reply.reason != NULL);
    g_assert_true(!read || call != BT_TTN_LOGIN || !reply.ok || reply.token != NULL);
    bt_ttn_reply_clear(&reply);
}

/* ---- what was heard ---- */

static void check_slots(const GArray *slots)
{
    g_assert_cmpuint(slots->len, <=, BT_TTN_MESSAGE_MAX_ITEMS);
    for (guint i = 0; i < slots->len; i++) {
        const BtTtnSlot *slot = &g_array_index(slots, BtTtnSlot, i);
        g_assert_cmpint(slot->from_ms, <, slot->until_ms);
        g_assert_true(i == 0 || (slot - 1)->until_ms <= slot->from_ms);
    }
}

static void check_bulletin(const BtTtnBulletin *bulletin)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(*bulletin->id != '\0' && g_utf8_strlen(bulletin->id, -1) <= BT_TTN_ID_MAX);
    g_assert_true(bulletin->kind >= BT_TTN_TEXT && bulletin->kind <= BT_TTN_FM);
    g_assert_true(bulletin->priority < BT_TTN_N_PRIORITIES);
    g_assert_true(bulletin->field >= 0 && bulletin->field <= 6);
    g_assert_true(bulletin->made_ms >= 0 && bulletin->duration_ms >= 0 && bulletin->until_ms >= 0);
    check_slots(bulletin->slots);
    g_autoptr(BtJson) stored = bt_ttn_bulletin_to_json(bulletin);
    g_autoptr(BtTtnBulletin) back = bt_ttn_bulletin_from_json(stored, "store", &error);
    g_assert_no_error(error);
    g_autoptr(BtJson) again = bt_ttn_bulletin_to_json(back);
    g_autofree char *a = bt_json_to_text(stored, FALSE), *b = bt_json_to_text(again, FALSE);
    g_assert_cmpstr(a, ==, b);
    g_autofree char *item = bt_ttn_item_id(bulletin->id);
    g_assert_true(strlen(item) <= BT_ID_MAX_BYTES && *item != '.');
}

static void check_message(const BtTtnMessage *message)
{
    g_assert_true(message->says < BT_TTN_N_SAYS);
    g_assert_true(*message->id != '\0' && strlen(message->id) <= 64);
    g_assert_true((message->bulletin != NULL) == (message->says == BT_TTN_SAY_BULLETIN));
    g_assert_true(message->value >= 0 && message->value <= 100);
    check_slots(message->slots);
    if (message->bulletin != NULL)
        check_bulletin(message->bulletin);
}

static void check_heard(const BtDialect *dialect, const char *topic, GBytes *body)
{
    static const char *const devices[] = { "BT 01", "D1", NULL };
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    BtTtnHeard heard = { topic, "heard", devices, NOW_MS };
    g_autoptr(GPtrArray) messages =
        bt_dialect_read_messages(dialect, &heard, body, problems, &error);
    g_assert_true((messages != NULL) == (error == NULL));
    for (guint i = 0; messages != NULL && i < messages->len; i++)
        check_message(g_ptr_array_index(messages, i));
    for (guint i = 0; i < problems->len; i++)
        g_assert_true(g_utf8_validate(g_ptr_array_index(problems, i), -1, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *cut = memmem(text, size, "\n%%\n", 4);
    gsize head = cut == NULL ? size : (gsize)(cut - text) + 1;
    g_autoptr(BtDialect) dialect = dialect_of(text, head);
    if (dialect == NULL)
        return 0;
    gsize start = cut == NULL ? size : head + 3;
    g_autoptr(GBytes) body = g_bytes_new(text + start, size - start);
    g_autoptr(GHashTable) all = values();
    for (int call = 0; call < BT_TTN_N_CALLS; call++) {
        if (!bt_dialect_has_call(dialect, (BtTtnCall)call))
            continue;
        check_request(dialect, (BtTtnCall)call, all);
        check_reply(dialect, (BtTtnCall)call, body);
        g_assert_cmpint(bt_dialect_every_ms(dialect, (BtTtnCall)call), <=, BT_DAY_MS);
    }
    g_autoptr(GPtrArray) topics = bt_dialect_topics(dialect, all, NULL);
    check_heard(dialect, "ttn/BT 01/bantin", body);
    check_heard(dialect, NULL, body);
    return 0;
}
