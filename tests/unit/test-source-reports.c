/* A batch of reports, line by line. What keeping them means is tested on the running program. */
#include "source/store/freshness.h"
#include "source/store/reports.h"

#include <string.h>

#define REST                                                                                       \
    ",\"boot\":\"b\",\"at\":\"2026-11-22T01:00:00Z\",\"mono_ms\":5,\"clock\":\"trusted\","         \
    "\"type\":\"state\"}"
#define FACT(id, seq) "{\"id\":\"" id "\",\"seq\":" seq REST

static void test_lines(void)
{
    static const struct {
        const char *name, *text, *ids, *refused; /* blank separated */
    } cases[] = {
        { "nothing", "", "", "" },
        { "empty lines", "\n\r\n\n", "", "" },
        { "one", FACT("a", "1"), "a", "" },
        { "ended by a newline", FACT("a", "1") "\n", "a", "" },
        { "ended as on another system", FACT("a", "1") "\r\n" FACT("b", "2") "\r\n", "a b", "" },
        { "two in a line", FACT("a", "1") FACT("b", "2"), "", "line-1:syntax" },
        { "a bad one between", FACT("a", "1") "\n{\n" FACT("b", "2"), "a b", "line-2:syntax" },
        { "seq 0", FACT("a", "0"), "", "a:invalid" },
        { "seq too large", FACT("a", "9223372036854775808"), "", "line-1:syntax" },
        { "seq is no integer", FACT("a", "1.5"), "", "a:invalid" },
        { "no id", "{\"seq\":1" REST, "", "line-1:invalid" },
        { "an empty id", FACT("", "1"), "", "line-1:invalid" },
        { "a list", "[1]", "", "line-1:invalid" },
        { "a number", "7", "", "line-1:syntax" },
        { "two ids", "{\"id\":\"a\",\"id\":\"b\",\"seq\":1" REST, "", "line-1:syntax" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(BtBatch) batch = bt_batch_parse(cases[i].text, strlen(cases[i].text));
        g_autoptr(GString) ids = g_string_new(NULL), refused = g_string_new(NULL);
        for (guint k = 0; k < batch->facts->len; k++)
            g_string_append_printf(
                ids, "%s%s", k > 0 ? " " : "", ((BtFact *)g_ptr_array_index(batch->facts, k))->id);
        for (guint k = 0; k < batch->refused->len; k++) {
            const BtRefusal *refusal = g_ptr_array_index(batch->refused, k);
            g_autofree char *id = g_strdup(refusal->id);
            g_string_append_printf(
                refused, "%s%s:%s", k > 0 ? " " : "", g_strdelimit(id, " ", '-'), refusal->reason);
        }
        g_test_message("%s", cases[i].name);
        g_assert_cmpstr(ids->str, ==, cases[i].ids);
        g_assert_cmpstr(refused->str, ==, cases[i].refused);
    }
}

static void test_length(void)
{
    for (int over = 0; over <= 1; over++) {
        gsize pad = BT_REPORT_LINE_MAX_BYTES + (gsize)over - strlen(FACT("a", "1") ",\"x\":\"\"");
        g_autofree char *fill = g_strnfill(pad, 'x');
        g_autofree char *line = g_strdup_printf("{\"x\":\"%s\",%s", fill, FACT("a", "1") + 1);
        g_autoptr(BtBatch) batch = bt_batch_parse(line, strlen(line));
        g_assert_cmpuint(strlen(line), ==, BT_REPORT_LINE_MAX_BYTES + (gsize)over);
        g_assert_cmpuint(batch->facts->len, ==, over ? 0 : 1);
        g_assert_cmpuint(batch->refused->len, ==, over ? 1 : 0);
    }
}

static void test_reply(void)
{
    const gint64 ranges[] = { 1, 5, 8, 8 };
    g_autoptr(BtBatch) batch = bt_batch_parse("{", 1);
    g_autoptr(GArray) accepted = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_array_append_vals(accepted, ranges, G_N_ELEMENTS(ranges));
    g_autoptr(BtJson) reply = bt_reports_reply(batch, accepted);
    g_autofree char *text = bt_json_to_text(reply, FALSE);
    g_assert_cmpstr(text, ==,
        "{\"accepted\":[[1,5],[8,8]],\"refused\":[{\"id\":\"line 1\",\"reason\":\"syntax\"}]}");
}

static void test_now(void)
{
    g_autoptr(GPtrArray) deny = g_ptr_array_new();
    g_autoptr(BtJson) commands = bt_json_new_array();
    g_ptr_array_add(deny, (char *)"aa");
    BtFresh fresh = { "kp-01", 7, "bb", "", "", 0, BT_FRESH_LIFE_MS, 1, deny, commands };
    g_autoptr(GBytes) payload = bt_fresh_payload(&fresh);
    g_autofree char *text = g_strndup(g_bytes_get_data(payload, NULL), g_bytes_get_size(payload));
    g_assert_cmpstr(text, ==,
        "{\"screen\":\"kp-01\",\"version\":7,\"manifest\":\"bb\",\"alert\":null,\"issued\":"
        "\"1970-01-01T00:00:00.000Z\",\"expires\":\"1970-01-02T00:00:00.000Z\",\"deny\":[\"aa\"],"
        "\"commands\":[],\"root\":1}");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/source/reports/lines", test_lines);
    g_test_add_func("/source/reports/length", test_length);
    g_test_add_func("/source/reports/reply", test_reply);
    g_test_add_func("/source/now", test_now);
    return g_test_run();
}
