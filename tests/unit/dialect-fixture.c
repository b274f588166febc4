#include "tests/unit/dialect-fixture.h"

#include "playlists/adapters/ttn/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

BtDialect *fixture_dialect(const char *word)
{
    g_autoptr(GError) error = NULL;
    BtDialect *dialect = bt_dialect_load(word, &error);
    g_assert_no_error(error);
    return dialect;
}

BtJson *fixture_parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    BtJson *json = bt_json_parse(text, strlen(text), "test", G_MAXSIZE, 64, &error);
    g_assert_no_error(error);
    return json;
}

/* ---- a board ---- */

static BtTtnBulletin *bulletin(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtJson) json = fixture_parse(
        "{\"id\":\"BT-17\",\"title\":\"Lịch cắt điện\",\"summary\":\"Ngày mai\",\"content\":"
        "\"Từ 7 giờ\",\"lang\":\"vi\",\"partition\":\"\",\"region\":\"\",\"author\":\"Y Moan\","
        "\"sender\":\"N1\",\"schedule_id\":\"L9\",\"schedule_name\":\"Sáng\",\"made_ms\":"
        "1764032400000,\"duration_ms\":90000,\"until_ms\":0,\"kind\":\"text\",\"priority\":"
        "\"priority\",\"field\":2,\"slots\":[],\"said\":{\"TacGia\":{\"TenDayDu\":\"Y Moan\","
        "\"ButDanh\":\"Moan\",\"Email\":\"a@b.vn\"},\"NguonTin\":\"Xã\",\"SourceId\":\"N1\","
        "\"SourceName\":\"Xã\",\"Category\":{\"id\":2,\"value\":\"urgent\"}}}");
    BtTtnBulletin *read = bt_ttn_bulletin_from_json(json, "bulletin", &error);
    g_assert_no_error(error);
    return read;
}

static const struct {
    const char *name, *value;
} texts[] = {
    { "base", "https://ttn.example.vn" },
    { "auth", "https://ttn.example.vn/login" },
    { "register", "https://ttn.example.vn/register" },
    { "username", "bang" },
    { "password", "bí mật" },
    { "token", "T0" },
    { "maThietBi", "BT 01" },
    { "tenThietBi", "Bảng xã" },
    { "nguonID", "N1" },
    { "tenNguon", "Xã Ea Kao" },
    { "dichID", "D1" },
    { "tenDich", "Ea Kao" },
    { "maNhaCungCap", "BTN" },
    { "tenNhaCungCap", "Bảng tin" },
    { "kinhDo", "108.05" },
    { "viDo", "12.6" },
    { "maXacThuc", "M1" },
    { "state", "playing" },
    { "link", "4G,-10dbm" },
    { "playing", "Lịch cắt điện" },
    { "app_version", "0.1.0" },
    { "schedule.id", "L9" },
    { "schedule.name", "Sáng" },
    { "requisition.phase", "begin" },
    { "requisition.owner", "kp" },
    { "cause", "end" },
};

static const struct {
    const char *name;
    gint64 value;
} numbers[] = {
    { "volume", 70 },
    { "temperature_c", 41 },
    { "started", FIXTURE_NOW_MS - 90000 },
    { "ended", FIXTURE_NOW_MS },
    { "now", FIXTURE_NOW_MS },
    { "requisition.from", FIXTURE_NOW_MS },
    { "requisition.until", FIXTURE_NOW_MS + 3 * BT_HOUR_MS },
};

GHashTable *fixture_values(void)
{
    GHashTable *values = bt_ttn_values_new();
    g_autoptr(BtTtnBulletin) played = bulletin();
    BtJson *bulletins = bt_json_new_array();
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        bt_ttn_values_set_string(values, texts[i].name, texts[i].value);
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        bt_ttn_values_set_int(values, numbers[i].name, numbers[i].value);
    bt_json_append_string(bulletins, "BT-17");
    bt_json_append_string(bulletins, "BT-18");
    bt_ttn_values_set(values, "bulletins", bulletins);
    bt_ttn_values_set_bulletin(values, played);
    return values;
}

/* ---- what was said ---- */

BtJson *fixture_request(const BtDialect *dialect, BtTtnCall call, GHashTable *values)
{
    g_autoptr(GError) error = NULL;
    BtTtnRequest request;
    BtJson *json = bt_json_new_object();
    if (!bt_dialect_request(dialect, call, values, &request, &error)) {
        bt_json_set_string(json, "error", error->message);
        return json;
    }
    bt_json_set_string(json, "method", request.method);
    bt_json_set_string(json, "url", request.url);
    bt_json_set_string(json, "topic", request.topic);
    bt_json_set_string(json, "header", request.header);
    bt_json_set_bool(json, "token", request.with_token);
    if (request.body != NULL)
        bt_json_set(json, "body", fixture_parse(request.body));
    bt_ttn_request_clear(&request);
    return json;
}

/* ---- what was heard ---- */

static void set_text(BtJson *json, const char *key, const char *text)
{
    if (*text != '\0')
        bt_json_set_string(json, key, text);
}

static void set_number(BtJson *json, const char *key, gint64 number)
{
    if (number != 0)
        bt_json_set_int(json, key, number);
}

/* As RFC 3339, to be read by people. */
static void set_slots(BtJson *json, const GArray *slots)
{
    BtJson *list = bt_json_new_array();
    for (guint i = 0; i < slots->len; i++) {
        const BtTtnSlot *slot = &g_array_index(slots, BtTtnSlot, i);
        g_autofree char *from = bt_time_format(slot->from_ms);
        g_autofree char *until = bt_time_format(slot->until_ms);
        g_autofree char *both = g_strdup_printf("%.16s %.16s", from, until);
        bt_json_append_string(list, both);
    }
    if (slots->len > 0)
        bt_json_set(json, "slots", list);
    else
        bt_json_unref(list);
}

static BtJson *bulletin_json(const BtTtnBulletin *heard)
{
    BtJson *json = bt_json_new_object();
    bt_json_set_string(json, "id", heard->id);
    bt_json_set_string(json, "kind", bt_ttn_kind_words[heard->kind]);
    bt_json_set_string(json, "priority", bt_ttn_priority_words[heard->priority]);
    set_text(json, "title", heard->title);
    set_text(json, "summary", heard->summary);
    set_text(json, "content", heard->content);
    set_text(json, "lang", g_str_equal(heard->lang, "vi") ? "" : heard->lang);
    set_text(json, "partition", heard->partition);
    set_text(json, "region", heard->region);
    set_text(json, "author", heard->author);
    set_text(json, "schedule_id", heard->schedule_id);
    set_text(json, "schedule_name", heard->schedule_name);
    set_number(json, "field", heard->field);
    set_number(json, "made_ms", heard->made_ms);
    set_number(json, "duration_ms", heard->duration_ms);
    set_number(json, "until_ms", heard->until_ms);
    set_slots(json, heard->slots);
    g_assert_nonnull(heard->said);
    return json;
}

static BtJson *message_json(const BtTtnMessage *message)
{
    BtJson *json = bt_json_new_object();
    bt_json_set_string(json, "says", bt_ttn_says_words[message->says]);
    set_text(json, "id", g_str_has_prefix(message->id, "m.") ? "" : message->id);
    set_text(json, "sender", message->sender);
    set_number(json, "at_ms", message->at_ms);
    set_text(json, "bulletin_id", message->bulletin == NULL ? message->bulletin_id : "");
    set_text(json, "schedule_id", message->bulletin == NULL ? message->schedule_id : "");
    set_text(json, "schedule_name", message->bulletin == NULL ? message->schedule_name : "");
    set_number(json, "until_ms", message->until_ms);
    set_number(json, "value", message->value);
    set_slots(json, message->slots);
    if (message->bulletin != NULL)
        bt_json_set(json, "bulletin", bulletin_json(message->bulletin));
    return json;
}

BtJson *fixture_heard(const BtDialect *dialect, const char *topic, const char *body)
{
    static const char *const devices[] = { "BT 01", "D1", NULL };
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GBytes) bytes = g_bytes_new(body, strlen(body));
    BtTtnHeard heard = { topic, "heard", devices, FIXTURE_NOW_MS };
    g_autoptr(GPtrArray) messages =
        bt_dialect_read_messages(dialect, &heard, bytes, problems, &error);
    BtJson *json = bt_json_new_object(), *list = bt_json_new_array(), *said = bt_json_new_array();
    if (messages == NULL)
        bt_json_set_string(json, "error", error->message);
    for (guint i = 0; messages != NULL && i < messages->len; i++)
        bt_json_append(list, message_json(g_ptr_array_index(messages, i)));
    for (guint i = 0; i < problems->len; i++)
        bt_json_append_string(said, g_ptr_array_index(problems, i));
    bt_json_set(json, "messages", list);
    bt_json_set(json, "problems", said);
    return json;
}

/* ---- comparing ---- */

static int by_key(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* With the keys of objects in order. (transfer full) */
static BtJson *sorted(const BtJson *value)
{
    BtJsonAt at = bt_json_root("", value), member;
    if (bt_json_is_array(&at)) {
        BtJson *array = bt_json_new_array();
        for (gsize i = 0; i < bt_json_length(&at); i++)
            bt_json_append(array, sorted(bt_json_element(&at, i).value));
        return array;
    }
    if (!bt_tree_is_object(value))
        return bt_json_ref(value);
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    BtJson *object = bt_json_new_object();
    void *iter = NULL;
    while (bt_json_next_member(&at, &iter, &member))
        g_ptr_array_add(keys, (gpointer)member.key);
    g_ptr_array_sort(keys, by_key);
    for (guint i = 0; i < keys->len; i++)
        bt_json_set(object, g_ptr_array_index(keys, i), sorted(bt_tree_get(value, keys->pdata[i])));
    return object;
}

void fixture_assert_same(const char *name, const BtJson *is, const BtJson *expected)
{
    g_autoptr(BtJson) a = sorted(is), b = sorted(expected);
    g_autofree char *x = bt_json_to_text(a, TRUE);
    g_autofree char *y = bt_json_to_text(b, TRUE);
    if (g_str_equal(x, y))
        return;
    fprintf(stderr, "%s: is\n%s\nexpected\n%s\n", name, x, y);
    abort();
}
