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
        g_test_add_data_func(path, names[i], test_requests);
    }
    return g_test_run();
}
