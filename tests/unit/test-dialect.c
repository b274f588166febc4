/* Dialects: what each call says, what each message means, and how mistakes are explained. The cases
 * are files in dialects/: requests-NAME.json {CALL: request}, heard-NAME.json [{name, topic, body,
 * messages, problems}]. `test-dialect --write` prints what is, to be read before it is believed. */
#include "tests/unit/dialect-fixture.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = { "ttn-2.0", "ttn-api", "ttn-en" };

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

static void test_requests(gconstpointer name)
{
    g_autoptr(BtDialect) dialect = fixture_dialect(name);
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
    g_autoptr(BtDialect) dialect = fixture_dialect(name);
    check_all_heard(dialect, name);
}

static int write_out(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(BtDialect) dialect = fixture_dialect(names[i]);
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
    return g_test_run();
}
