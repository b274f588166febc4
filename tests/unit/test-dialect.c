/* Dialects: what each call says, what each message means, and how mistakes are explained. The cases
 * are files in dialects/: requests-NAME.json {CALL: request}, heard-NAME.json [{name, topic, body,
 * messages, problems}]. `test-dialect --write` prints what is, to be read before it is believed. */
#include "playlists/adapters/ttn/private.h"
#include "tests/unit/dialect-fixture.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = { "ttn-2.0", "ttn-api", "ttn-en", "ea-sup" };

static BtJson *data(const char *prefix, const char *name)
{
    g_autofree char *path = g_strdup_printf("tests/unit/dialects/%s-%s.json", prefix, name);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return fixture_parse(text);
}

static BtJson *requests(const BtDialect *dialect)
{
    g_autoptr(GHashTable) values = fixture_values();
    BtJson *all = bt_json_new_object();
    for (int call = 0; call < BT_TTN_N_CALLS; call++)
        if (bt_dialect_has_call(dialect, (BtTtnCall)call))
            bt_json_set(all, bt_ttn_call_name((BtTtnCall)call),
                fixture_request(dialect, (BtTtnCall)call, values));
    return all;
}

/* A dialect that comes with the player, or one of the tests' own. (transfer full) */
static BtDialect *dialect_of(const char *name)
{
    g_autofree char *path = g_strdup_printf("tests/unit/dialects/%s.json", name);
    return fixture_dialect(g_str_has_prefix(name, "ttn-") ? name : path);
}

static void test_requests(gconstpointer name)
{
    g_autoptr(BtDialect) dialect = dialect_of(name);
    g_autoptr(BtJson) expected = data("requests", name);
    g_autoptr(BtJson) all = requests(dialect);
    g_assert_cmpstr(bt_dialect_name(dialect), ==, name);
    fixture_assert_same(name, all, expected);
}

/* ---- what was heard ---- */

static BtJson *member_or_new(const BtJsonAt *at, const char *key, BtJson *otherwise)
{
    BtJsonAt member;
    if (!bt_json_member(at, key, &member))
        return otherwise;
    bt_json_unref(otherwise);
    return bt_json_ref(member.value);
}

static char *body_of(const BtJsonAt *case_)
{
    BtJsonAt body;
    if (bt_json_member(case_, "raw", &body))
        return g_strdup(bt_json_read_string(&body, 0, G_MAXSIZE, NULL));
    g_assert_true(bt_json_member(case_, "body", &body));
    return bt_json_to_text(body.value, FALSE);
}

static void check_heard(const BtDialect *dialect, const BtJsonAt *case_)
{
    BtJsonAt member;
    const char *topic =
        bt_json_member(case_, "topic", &member) ? bt_json_read_string(&member, 1, 100, NULL) : NULL;
    g_autofree char *body = body_of(case_);
    g_autoptr(BtJson) is = fixture_heard(dialect, topic, body);
    g_autoptr(BtJson) expected = bt_json_new_object();
    if (bt_json_member(case_, "error", &member))
        bt_json_set(expected, "error", bt_json_ref(member.value));
    bt_json_set(expected, "messages", member_or_new(case_, "messages", bt_json_new_array()));
    bt_json_set(expected, "problems", member_or_new(case_, "problems", bt_json_new_array()));
    g_assert_true(bt_json_member(case_, "name", &member));
    fixture_assert_same(bt_json_read_string(&member, 1, 100, NULL), is, expected);
}

static void check_all_heard(const BtDialect *dialect, const char *name)
{
    g_autoptr(BtJson) cases = data("heard", name);
    BtJsonAt at = bt_json_root("cases", cases);
    g_assert_cmpuint(bt_json_length(&at), >, 0);
    for (gsize i = 0; i < bt_json_length(&at); i++) {
        BtJsonAt case_ = bt_json_element(&at, i);
        check_heard(dialect, &case_);
    }
}

static void test_heard(gconstpointer name)
{
    g_autoptr(BtDialect) dialect = dialect_of(name);
    check_all_heard(dialect, name);
}

/* "ea-sup" is the invented province: it differs in names, nesting, types, codes, the direction of
 * priorities, topics, times, replies, the token's header and intervals, in under 60 lines. */
static void test_province(void)
{
    g_autoptr(BtDialect) dialect = dialect_of("ea-sup");
    g_autoptr(GHashTable) values = fixture_values();
    g_autofree char *text = NULL;
    guint lines = 0;
    g_assert_true(g_file_get_contents("tests/unit/dialects/ea-sup.json", &text, NULL, NULL));
    for (const char *c = text; *c != '\0'; c++)
        lines += *c == '\n';
    g_assert_cmpuint(lines, <, 60);
    g_autoptr(GPtrArray) topics = bt_dialect_topics(dialect, values, NULL);
    g_assert_cmpuint(topics->len, ==, 1);
    g_assert_cmpstr(g_ptr_array_index(topics, 0), ==, "easup/BT 01/#");
    g_assert_cmpint(bt_dialect_every_ms(dialect, BT_TTN_STATE), ==, 20000);
    g_assert_false(bt_dialect_has_call(dialect, BT_TTN_POLL));
}

/* ---- answers ---- */

static const struct {
    const char *name, *dialect;
    BtTtnCall call;
    const char *body, *expected; /* "ok REASON TOKEN LASTS_MS", or what the error says */
} answers[] = {
    { "well", "ttn-2.0", BT_TTN_STATE, "{\"TrangThaiGui\":0}", "1 '' - 0" },
    { "well, as text", "ttn-2.0", BT_TTN_STATE, "{\"TrangThaiGui\":\"0\",\"x\":1}", "1 '' - 0" },
    { "well, with a fraction", "ttn-2.0", BT_TTN_STATE, "{\"TrangThaiGui\":0.0}", "1 '' - 0" },
    { "failed", "ttn-2.0", BT_TTN_PLAYED, "{\"TrangThaiGui\":1,\"MoTa\":\"sai\"}", "0 'sai' - 0" },
    { "a token", "ttn-2.0", BT_TTN_LOGIN,
        "{\"TrangThaiGui\":0,\"NoiDung\":{\"Token\":\"T\",\"ExpiresIn\":\"60\"}}", "1 '' T 60000" },
    { "no token", "ttn-2.0", BT_TTN_LOGIN, "{\"TrangThaiGui\":0,\"NoiDung\":{}}",
        "answer to login: the answer has no token: the dialect's reply \"token\" leads to none" },
    { "a login that failed needs none", "ttn-2.0", BT_TTN_LOGIN,
        "{\"TrangThaiGui\":1,\"MoTa\":\"sai\"}", "0 'sai' - 0" },
    { "a token with a line's end", "ttn-2.0", BT_TTN_LOGIN,
        "{\"TrangThaiGui\":0,\"NoiDung\":{\"Token\":\"T\\r\\nX: 1\"}}",
        "answer to login: the answer has no token: the dialect's reply \"token\" leads to none" },
    { "another form", "ttn-2.0", BT_TTN_STATE, "{\"a\":1}",
        "answer to state: the answer does not say whether it is well: the dialect's reply \"ok\" "
        "leads nowhere: expected a number or a text" },
    { "of another type", "ttn-2.0", BT_TTN_STATE, "{\"TrangThaiGui\":{\"a\":0}}",
        "answer to state: the answer does not say whether it is well: the dialect's reply \"ok\" "
        "leads to something else: expected a number or a text" },
    { "HTML", "ttn-2.0", BT_TTN_STATE, "\xEF\xBB\xBF \n<!DOCTYPE html>",
        "answer to state: a page in HTML came in place of JSON: somebody between answers, or the "
        "address is wrong" },
    { "nothing", "ttn-2.0", BT_TTN_STATE, "",
        "answer to state:1:0: the text ends too early: expected a complete document" },
    { "English", "ttn-en", BT_TTN_LOGIN, "{\"Message\":\"Success\",\"Token\":\"T\"}", "1 '' T 0" },
    { "English, failed", "ttn-en", BT_TTN_LOGIN, "{\"Message\":\"Wrong\"}", "0 'Wrong' - 0" },
    { "nested", "ea-sup", BT_TTN_LOGIN,
        "{\"kq\":[{\"ma\":\"OK\",\"phien\":{\"khoa\":\"T\",\"han\":5}}]}", "1 '' T 5000" },
    { "nested, failed", "ea-sup", BT_TTN_STATE, "{\"kq\":{\"ma\":\"L5\",\"loi\":\"lạ\"}}",
        "0 'lạ' - 0" },
};

static void test_answers(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        g_autoptr(BtDialect) dialect = dialect_of(answers[i].dialect);
        g_autoptr(GBytes) body = g_bytes_new(answers[i].body, strlen(answers[i].body));
        g_autoptr(GError) error = NULL;
        BtTtnReply reply;
        gboolean read = bt_dialect_read_reply(dialect, answers[i].call, body, &reply, &error);
        g_autofree char *is = read
            ? g_strdup_printf("%d '%s' %s %" G_GINT64_FORMAT, reply.ok, reply.reason,
                  reply.token ? reply.token : "-", reply.token_lasts_ms)
            : g_strdup(error->message);
        g_test_message("%s", answers[i].name);
        g_assert_cmpstr(is, ==, answers[i].expected);
        bt_ttn_reply_clear(&reply);
    }
}

/* ---- mistakes ---- */

static const struct {
    const char *text, *expected;
} mistakes[] = {
    { "{\"dialect\": \"x\",\n  \"zone\": }", "f:2:11: unexpected token near '}'" },
    { "[]", "f: an array: expected an object" },
    { "{}", "f: a key is missing: expected \"dialect\"" },
    { "{'dialect': 'x', 'extends': 'ttn-9'}",
        "f:/extends: \"ttn-9\" does not come with the player: expected one of \"ttn-2.0\", "
        "\"ttn-api\", \"ttn-en\"" },
    { "{'dialect': 'x', 'tabels': {}}", "f:/tabels: a dialect has no such key here" },
    { "{'dialect': 'x', 'zone': 'Hanoi'}",
        "f:/zone: \"Hanoi\" is no time zone: expected one like \"+07:00\"" },
    { "{'dialect': 'x', 'text': {'jra': 'abc'}}",
        "f:/text/jra: \"abc\" is no encoding: expected \"vov4\", \"tcvn3\", \"vni\" or \"none\"" },
    { "{'dialect': 'x', 'times': ['iso', 'unix']}",
        "f:/times/1: \"unix\" is no form of a time: expected epoch_s, epoch_ms, epoch, iso, or one "
        "like \"%d/%m/%Y %H:%M:%S\"" },
    { "{'dialect': 'x', 'tables': {'priority': {'1': 'emergency'}}}",
        "f:/tables/priority/1: \"emergency\" is no word of ours: expected one of urgent, priority, "
        "ordinary" },
    { "{'dialect': 'x', 'calls': {'status': {}}}",
        "f:/calls/status: there is no such call: expected login, register, state, played, ended, "
        "saved, cancelled, requisition or poll" },
    { "{'dialect': 'x', 'calls': {'state': {'body': {}}}}",
        "f:/calls/state: a call needs an \"url\" or a \"topic\"" },
    { "{'dialect': 'x', 'calls': {'login': {'topic': 't'}}}",
        "f:/calls/login: this call lives on its answer: expected an \"url\" and no \"topic\"" },
    { "{'dialect': 'x', 'calls': {'state': {'url': 'u', 'every_s': 0}}}",
        "f:/calls/state/every_s: 0 is out of range: expected 1 to 86400" },
    { "{'dialect': 'x', 'calls': {'state': {'url': 'u', 'body': {'a': ['${b']}}}}",
        "f:/calls/state/body/a/0: \"${\" without its \"}\"" },
    { "{'dialect': 'x', 'calls': {'state': {'url': 'u', 'body': '${a|statte}'}}}",
        "f:/calls/state/body: \"statte\" is neither a filter nor one of \"tables\"" },
    { "{'dialect': 'x', 'calls': {'state': {'url': 'u', 'body': '${a|time}'}}}",
        "f:/calls/state/body: \"time\" wants its form behind a \":\"" },
    { "{'dialect': 'x', 'extends': 'ttn-2.0', 'tables': {'command': {'5': 'reboot'}}}",
        "f:/tables/command/5: \"reboot\" is no command of ours: expected volume, stop, skip, "
        "pause, "
        "resume, restart, bulletin, schedule, cancel, cancel_schedule, urgent or nothing" },
    { "{'dialect': 'x', 'extends': 'ttn-2.0', 'tables': {'command': {'5': '@play'}}}",
        "f:/tables/command/5: there is no table \"play\"" },
    { "{'dialect': 'x', 'messages': {'m': {'says': 'hello'}}}",
        "f:/messages/m/says: \"hello\" is nothing that can be said to a board" },
    { "{'dialect': 'x', 'messages': {'m': {'when': {}}}}",
        "f:/messages/m: a key is missing: expected \"says\"" },
    { "{'dialect': 'x', 'messages': {'m': {'says': 'stop', 'topics': 'cmd'}}}",
        "f:/messages/m/topics: \"cmd\" is none of \"topics\"" },
    { "{'dialect': 'x', 'read': {'titel': 'a'}}", "f:/read/titel: a dialect has no such key here" },
    { "{'dialect': 'x', 'read': {'title': ['a..b']}}",
        "f:/read/title/0: a step of this path is empty: expected names with a dot between them" },
    { "{'dialect': 'x', 'read': {'slots': {'until': 'a'}}}",
        "f:/read/slots: windows need a \"from\"" },
    { "{'dialect': 'x', 'auth': 'Bearer ${token}'}",
        "f:/auth: expected a header like \"Authorization: Bearer ${token}\"" },
};

static void test_mistakes(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strdelimit(g_strdup(mistakes[i].text), "'", '"');
        g_autoptr(BtDialect) dialect = bt_dialect_parse(text, strlen(text), "f", &error);
        g_assert_null(dialect);
        g_assert_cmpstr(error->message, ==, mistakes[i].expected);
    }
}

static void test_names(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(bt_dialect_load("ttn-3.0", &error));
    g_assert_cmpstr(error->message, ==,
        "ttn-3.0: no such dialect: expected \"ttn-2.0\", \"ttn-api\", \"ttn-en\", or the path of a "
        "file");
    g_clear_error(&error);
    g_assert_null(bt_dialect_load("no/such.json", &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND);
}

static void test_not_set(void)
{
    g_autoptr(BtDialect) dialect = dialect_of("ttn-2.0");
    g_autoptr(GHashTable) values = fixture_values();
    g_autoptr(GError) error = NULL;
    BtTtnRequest request;
    g_hash_table_remove(values, "maThietBi");
    g_assert_false(bt_dialect_request(dialect, BT_TTN_STATE, values, &request, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
    g_assert_cmpstr(error->message, ==,
        "ttn-2.0:/calls/state/body/CumLoaID: the value \"maThietBi\" is not set");
}

/* What cannot be sent, though all is set. */
static const struct {
    const char *calls, *expected;
} unsendable[] = {
    { "'url': '${base}/a b'",
        "f:/calls/state: \"https://ttn.example.vn/a b\" is no address: expected https://…" },
    { "'url': 'ftp://a.vn'", "f:/calls/state: \"ftp://a.vn\" is no address: expected https://…" },
    { "'topic': 'a/+'",
        "f:/calls/state: \"a/+\" cannot be published to: expected a topic without + and #" },
    { "'url': '${base}', 'body': ['x ${bulletins}']",
        "f:/calls/state/body/0: the value \"bulletins\" is no text or number" },
    { "'url': '${base}', 'body': {'$each': 'link', '$as': 1}",
        "f:/calls/state/body: the value \"link\" is no list" },
    { "'url': '${base}', 'body': '${link|epoch_s}'",
        "f:/calls/state/body: the value \"link\" does not go through \"epoch_s\"" },
};

static void test_unsendable(void)
{
    g_autoptr(GHashTable) values = fixture_values();
    for (guint i = 0; i < G_N_ELEMENTS(unsendable); i++) {
        g_autofree char *text =
            g_strdup_printf("{'dialect': 'x', 'calls': {'state': {%s}}}", unsendable[i].calls);
        g_strdelimit(text, "'", '"');
        g_autoptr(BtDialect) dialect = bt_dialect_parse(text, strlen(text), "f", NULL);
        g_autoptr(GError) error = NULL;
        BtTtnRequest request;
        g_assert_false(bt_dialect_request(dialect, BT_TTN_STATE, values, &request, &error));
        g_assert_cmpstr(error->message, ==, unsendable[i].expected);
    }
}

/* Every filter, from a text to what becomes of it. */
static void test_filters(void)
{
    static const char text[] =
        "{'dialect': 'x', 'zone': '+09:00', 'values': {'who': 'bảng ${maThietBi}'}, 'tables': {'t':"
        " {'A': 'playing', 'B': '*'}}, 'calls': {'state': {'url': '${base}', 'body': ['${volume}',"
        " '${volume|text}', '${viDo|number}', '${volume|bool}', '${started|epoch_s}',"
        " '${started|epoch_ms}', '${started|iso}', '${started|iso_utc}', '${started|time:%d.%m "
        "%H}',"
        " '${bulletin.duration|hms}', '${bulletin.duration|seconds}', "
        "'${bulletin.duration|minutes}',"
        " '${maThietBi|url}', '${volume|list}', '${no|or:x}', '${no|or:[]}', '${no|else:volume}',"
        " '${no|optional}', '${state|t}', '${link|t}', '${who}', 'a $$ ${volume} $', "
        "'${bulletin.said.TacGia.Email}', {'a': '${no|optional}'}]}}}";
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');
    g_autoptr(GHashTable) values = fixture_values();
    g_autoptr(GError) error = NULL;
    g_autoptr(BtDialect) dialect = bt_dialect_parse(json, strlen(json), "f", &error);
    g_assert_no_error(error);
    BtTtnRequest request;
    bt_dialect_request(dialect, BT_TTN_STATE, values, &request, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(request.body, ==,
        "[70,\"70\",12.6,false,1764115110,1764115110000,\"2025-11-26T08:58:30+09:00\","
        "\"2025-11-25T23:58:30Z\",\"26.11 08\",\"00:01:30\",90,2,\"BT%2001\",[70],\"x\",[],70,"
        "\"A\",\"B\",\"bảng BT 01\",\"a $ 70 $\",\"a@b.vn\",{}]");
    bt_ttn_request_clear(&request);
}

/* Theirs: ours, both ways. */
static void test_tables(void)
{
    static const char text[] = "{'dialect': 'x', 'tables': {'t': {'': 'none', '1': 'a', '01': 'b', "
                               "'Ab': ['c', 'd'], '*': '='}, 'u': {'x': 'a', '0': '*'}, 'v': {}}}";
    static const struct {
        const char *table, *theirs, *ours;
    } heard[] = { { "t", "", "none" }, { "t", "1", "a" }, { "t", "01", "b" }, { "t", "aB", "c" },
        { "t", "zz", "zz" }, { "u", "", NULL }, { "u", "y", NULL }, { "v", "1", NULL },
        { "w", "1", NULL } };
    static const struct {
        const char *table, *ours, *theirs;
    } said[] = { { "t", "a", "1" }, { "t", "b", "\"01\"" }, { "t", "d", "\"Ab\"" },
        { "t", "zz", "\"zz\"" }, { "u", "a", "\"x\"" }, { "u", "q", "0" } };
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');
    g_autoptr(BtDialect) dialect = bt_dialect_parse(json, strlen(json), "f", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(heard); i++) {
        g_autofree char *ours = bt_table_ours(dialect, heard[i].table, heard[i].theirs);
        g_assert_cmpstr(ours, ==, heard[i].ours);
    }
    for (guint i = 0; i < G_N_ELEMENTS(said); i++) {
        g_autoptr(BtJson) theirs = bt_table_theirs(dialect, said[i].table, said[i].ours);
        g_autofree char *is = bt_json_to_text(theirs, FALSE);
        g_assert_cmpstr(is, ==, said[i].theirs);
    }
    g_assert_null(bt_table_theirs(dialect, "v", "a"));
}

static void test_topics(void)
{
    static const struct {
        const char *pattern, *topic;
        gboolean matches;
    } cases[] = {
        { "a/b", "a/b", TRUE },
        { "a/b", "a/bc", FALSE },
        { "a/+", "a/b", TRUE },
        { "a/+", "a/b/c", FALSE },
        { "a/+/c", "a/b/c", TRUE },
        { "a/#", "a", TRUE },
        { "a/#", "a/b/c", TRUE },
        { "a/#", "ab", FALSE },
        { "ttn/${x}/lenh", "ttn/BT 01/lenh", TRUE },
        { "ttn/${x}/lenh", "ttn/BT 01/tin", FALSE },
        { "${x}", "a/b", TRUE },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s %s", cases[i].pattern, cases[i].topic);
        g_assert_true(bt_topic_matches(cases[i].pattern, cases[i].topic) == cases[i].matches);
    }
}

/* The same words mean what the topic says, and nothing that is not polled comes by a poll. */
static void test_messages_by_topic(void)
{
    static const char text[] =
        "{'dialect': 'x', 'topics': {'a': 'x/${maThietBi}/a', 'b': 'x/b'}, 'messages': {"
        "'stop': {'says': 'stop', 'topics': 'a', 'poll': false},"
        "'skip': {'says': 'skip', 'topics': ['b']}}}";
    static const char *const topics[] = { "x/1/a", "x/b", NULL };
    static const BtTtnSays says[] = { BT_TTN_SAY_STOP, BT_TTN_SAY_SKIP, BT_TTN_SAY_SKIP };
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');
    g_autoptr(BtDialect) dialect = bt_dialect_parse(json, strlen(json), "f", NULL);
    g_autoptr(GBytes) body = g_bytes_new_static("{}", 2);
    for (guint i = 0; i < G_N_ELEMENTS(topics); i++) {
        BtTtnHeard heard = { topics[i], "heard", NULL, 0 };
        g_autoptr(GPtrArray) messages = bt_dialect_read_messages(dialect, &heard, body, NULL, NULL);
        const BtTtnMessage *message = g_ptr_array_index(messages, 0);
        g_assert_cmpint(message->says, ==, says[i]);
    }
}

static void test_remarks(void)
{
    static const char text[] = "{\"dialect\": \"x\", \"calls\": {\"state\": {\"url\": \"${base}\", "
                               "\"body\": \"${maXa}\"}}}";
    static const char *const expected[] = {
        "/calls/login: no login: nothing is sent with a token",
        "/calls/played: no play log: the source system does not learn what was shown",
        "/calls/saved: no acknowledgement of schedules",
        "/calls/cancelled: no acknowledgement of cancelled schedules",
        "/calls/requisition: no word for a requisition: its beginning and end are not told",
        "/topics: neither topics nor a poll: nothing can be heard",
        "/calls: the configuration must give: set.maXa=",
        "/messages: it has no message for: bulletin, schedule, cancel, cancel_schedule, urgent, "
        "volume, stop, skip, pause, resume, restart",
        "/tables/priority: no code means “urgent”: nothing can be that",
        "/tables/priority: no code means “priority”: nothing can be that",
        "/tables/priority: no code means “ordinary”: nothing can be that",
    };
    g_autoptr(BtDialect) dialect = bt_dialect_parse(text, strlen(text), "f", NULL);
    g_autoptr(GPtrArray) notes = bt_dialect_notes(dialect, NULL);
    for (guint i = 0; i < MAX(notes->len, G_N_ELEMENTS(expected)); i++)
        g_assert_cmpstr(i < notes->len ? g_ptr_array_index(notes, i) : NULL, ==,
            i < G_N_ELEMENTS(expected) ? expected[i] : NULL);
}

/* ---- limits and ids ---- */

static GPtrArray *hear_text(const char *text, GPtrArray *problems, GError **error)
{
    g_autoptr(BtDialect) dialect = dialect_of("ttn-2.0");
    g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));
    BtTtnHeard heard = { "t", "heard", NULL, 0 };
    return bt_dialect_read_messages(dialect, &heard, body, problems, error);
}

static char *many(const char *head, const char *unit, guint n, const char *tail)
{
    GString *text = g_string_new(head);
    for (guint i = 0; i < n; i++)
        g_string_append(text, unit);
    g_string_append(text, tail);
    return g_string_free(text, FALSE);
}

static void assert_limit(const char *text, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) messages = hear_text(text, problems, &error);
    g_assert_null(messages);
    g_assert_cmpstr(error->message, ==, expected);
}

static void test_limits(void)
{
    g_autofree char *things = many("[{}", ",{}", BT_TTN_MESSAGE_MAX_ITEMS, "]");
    g_autofree char *deep = many("", "[", BT_TTN_MESSAGE_MAX_DEPTH + 1, "");
    g_autofree char *id =
        many("{\"TieuDe\":\"a\",\"LoaiBanTin\":1,\"BanTinID\":\"", "ê", BT_TTN_ID_MAX + 1, "\"}");
    g_autofree char *large = many("{\"a\":\"", "0123456789", BT_TTN_MESSAGE_MAX_BYTES / 10, "\"}");
    assert_limit(things, "heard: 501 things at once: expected at most 500");
    assert_limit(deep, "heard:1:17: too deep: expected at most 16 levels");
    assert_limit(id, "heard: bulletin: id: more than 200 characters: expected an id");
    assert_limit(large, "heard: 262148 bytes: expected at most 262144");
}

static void test_cut(void)
{
    g_autofree char *text = many("{\"TieuDe\":\"a\",\"LoaiBanTin\":1,\"BanTinID\":1,\"NoiDung\":\"",
        "ề", BT_TEXT_MAX_CODE_POINTS + 1, "\"}");
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) messages = hear_text(text, problems, NULL);
    const BtTtnMessage *message = g_ptr_array_index(messages, 0);
    g_assert_cmpint(g_utf8_strlen(message->bulletin->content, -1), ==, BT_TEXT_MAX_CODE_POINTS);
    g_assert_cmpstr(g_ptr_array_index(problems, 0), ==,
        "heard: bulletin: content: more than 10000 characters: it is cut there");
}

/* What is said twice has one id; what differs in anything has another. The last two bear a mark of
 * their own, a time and an id. */
static void test_ids(void)
{
    static const char *const texts[] = { "{\"DungPhatNoiDung\":1,\"NguonID\":\"a\"}",
        "{\"DungPhatNoiDung\":1,\"NguonID\":\"b\"}", "{\"DungPhatNoiDung\":2,\"NguonID\":\"a\"}",
        "{\"DungPhatNoiDung\":1,\"NguonID\":\"a\",\"ThoiDiemGui\":1764115200}",
        "{\"DungPhatNoiDung\":1,\"NguonID\":\"a\",\"MessageID\":\"7\"}" };
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < 2 * G_N_ELEMENTS(texts); i++) {
        g_autoptr(GPtrArray) messages = hear_text(texts[i % G_N_ELEMENTS(texts)], NULL, NULL);
        const BtTtnMessage *message = g_ptr_array_index(messages, 0);
        g_assert_cmpuint(strlen(message->id), <=, 64);
        g_assert_cmpint(message->is_marked, ==, i % G_N_ELEMENTS(texts) >= 3);
        g_hash_table_add(ids, g_strdup(message->id));
    }
    g_assert_cmpuint(g_hash_table_size(ids), ==, G_N_ELEMENTS(texts));
    g_autofree char *plain = bt_ttn_item_id("BT-17"), *hashed = bt_ttn_item_id("BT 17/ê");
    g_autofree char *again = bt_ttn_item_id("BT 17/ê");
    g_autofree char *name = many("", "a", BT_ID_MAX_BYTES, "");
    g_autofree char *long_one = bt_ttn_item_id(name);
    g_assert_cmpuint(strlen(long_one), <=, BT_ID_MAX_BYTES);
    g_assert_cmpstr(plain, ==, "b.BT-17");
    g_assert_cmpstr(hashed, ==, again);
    g_assert_cmpuint(strlen(hashed), <=, BT_ID_MAX_BYTES);
}

static void test_store(void)
{
    g_autoptr(GPtrArray) messages = hear_text(
        "{\"BanTinID\":\"A\",\"LoaiBanTin\":4,\"MucDoUuTien\":1,\"TieuDe\":\"a\",\"NoiDung\":"
        "\"https://a.vn/"
        "1\",\"ThoiDiemKetThuc\":1764122400,\"DanhSachNgayPhat\":[{\"ThoiDiemPhat\":["
        "{\"ThoiGianBatDau\":1764118800,\"ThoiGianKetThuc\":1764119400}]}]}",
        NULL, NULL);
    const BtTtnMessage *message = g_ptr_array_index(messages, 0);
    g_autoptr(BtJson) stored = bt_ttn_bulletin_to_json(message->bulletin);
    g_autoptr(GError) error = NULL;
    g_autoptr(BtTtnBulletin) back = bt_ttn_bulletin_from_json(stored, "store", &error);
    g_assert_no_error(error);
    g_autoptr(BtJson) again = bt_ttn_bulletin_to_json(back);
    fixture_assert_same("store", again, stored);
    g_assert_cmpuint(back->slots->len, ==, 1);
    g_autoptr(BtJson) bad = fixture_parse("{\"id\":1}");
    g_assert_null(bt_ttn_bulletin_from_json(bad, "store", &error));
    g_assert_cmpstr(error->message, ==, "store:/id: an integer: expected a string");
}

static int write_out(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(BtDialect) dialect = dialect_of(names[i]);
        g_autoptr(BtJson) all = requests(dialect);
        g_autofree char *text = bt_json_to_text(all, TRUE);
        printf("%s\n%s\n", names[i], text);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--write") == 0)
        return write_out();
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_strdup_printf("/dialect/requests/%s", names[i]);
        g_autofree char *heard = g_strdup_printf("/dialect/heard/%s", names[i]);
        g_test_add_data_func(path, names[i], test_requests);
        g_test_add_data_func(heard, names[i], test_heard);
    }
    g_test_add_data_func("/dialect/heard/coded", "coded", test_heard);
    g_test_add_func("/dialect/province", test_province);
    g_test_add_func("/dialect/answers", test_answers);
    g_test_add_func("/dialect/mistakes", test_mistakes);
    g_test_add_func("/dialect/names", test_names);
    g_test_add_func("/dialect/not-set", test_not_set);
    g_test_add_func("/dialect/unsendable", test_unsendable);
    g_test_add_func("/dialect/filters", test_filters);
    g_test_add_func("/dialect/tables", test_tables);
    g_test_add_func("/dialect/topics", test_topics);
    g_test_add_func("/dialect/by-topic", test_messages_by_topic);
    g_test_add_func("/dialect/remarks", test_remarks);
    g_test_add_func("/dialect/limits", test_limits);
    g_test_add_func("/dialect/cut", test_cut);
    g_test_add_func("/dialect/ids", test_ids);
    g_test_add_func("/dialect/store", test_store);
    return g_test_run();
}
