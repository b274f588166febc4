/* What is sent to people and programs: heads of letters, addresses, signatures; tables for
 * spreadsheets. */
#include "base/error.h"
#include "source/desk/table.h"
#include "source/post/hook.h"
#include "source/post/mail.h"

#include <string.h>

/* What a mail program reads of a line that is folded into encoded words. (transfer full) */
static char *decode_subject(const char *line)
{
    GString *text = g_string_new(NULL);
    g_auto(GStrv) words = g_strsplit(line, "=?UTF-8?B?", -1);
    for (int i = 1; words[i] != NULL; i++) {
        char *end = strstr(words[i], "?=");
        g_assert_nonnull(end);
        *end = '\0';
        gsize length;
        g_autofree guchar *part = g_base64_decode(words[i], &length);
        g_assert_true(g_utf8_validate((const char *)part, (gssize)length, NULL));
        g_string_append_len(text, (const char *)part, (gssize)length);
    }
    return g_string_free(text, FALSE);
}

static void test_subjects(void)
{
    g_autofree char *many = g_strnfill(500, 'x');
    g_autofree char *mixed = g_strconcat(many, "ữữữữữữữữữữữữữữữữữữữữữữữữ€😀", many, NULL);
    const char *const cases[] = { "a", "Xã Phú Túc: 10 sự cố", mixed };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = bt_mail_subject_line(cases[i]);
        g_autofree char *read = decode_subject(line);
        g_assert_cmpstr(read, ==, cases[i]);
        g_auto(GStrv) lines = g_strsplit(line, "\r\n", -1);
        for (int l = 0; lines[l] != NULL; l++)
            g_assert_cmpuint(strlen(lines[l]), <=, 78);
    }
    g_autofree char *line = bt_mail_subject_line("a\r\nBcc: x@y\nz");
    g_autofree char *read = decode_subject(line);
    g_assert_cmpstr(read, ==, "a  Bcc: x@y z");
}

static void test_addresses(void)
{
    g_autofree char *local = g_strnfill(250, 'a');
    g_autofree char *longest = g_strconcat(local, "@b.c", NULL);
    g_autofree char *too_long = g_strconcat(local, "@bb.c", NULL);
    const struct {
        const char *text;
        gboolean ok;
    } cases[] = { { "an@example.vn", TRUE }, { "a.b+c@x", TRUE }, { longest, TRUE },
        { too_long, FALSE }, { "", FALSE }, { "an", FALSE }, { "@x", FALSE }, { "an@", FALSE },
        { "a@b@c", FALSE }, { "a b@c", FALSE }, { "a@b\r\nRCPT TO:<c@d>", FALSE },
        { "<a@b>", FALSE }, { "a@b,c@d", FALSE }, { "\"a\"@b", FALSE }, { "ă@b", FALSE } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(bt_mail_is_address(cases[i].text), ==, cases[i].ok);
}

static void test_hooks(void)
{
    static const struct {
        const char *url;
        gboolean ok;
    } cases[] = { { "https://a.vn/x?token=1", TRUE }, { "http://127.0.0.1:8080/", TRUE },
        { "http://[::1]/", TRUE }, { "http://localhost/", TRUE }, { "http://a.vn/", FALSE },
        { "http://127.0.0.1.a.vn/", FALSE }, { "https://u:p@a.vn/", FALSE }, { "https://", FALSE },
        { "file:///etc/passwd", FALSE }, { "ftp://a.vn/", FALSE }, { "a.vn", FALSE },
        { "", FALSE } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(bt_hook_check_url(cases[i].url, &error), ==, cases[i].ok);
        if (!cases[i].ok)
            g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
    }
    /* Reckoned by "openssl dgst -sha256 -hmac bí-mật" of "1795744800.{}". */
    g_autofree char *signature =
        bt_hook_signature("bí-mật", G_GINT64_CONSTANT(1795744800999), "{}");
    g_assert_cmpstr(
        signature, ==, "5f5d928cb9873a0344f90c640aa14adba41a74239fbeb176638ff4572fc75725");
}

static void test_tables(void)
{
    GPtrArray *tables = g_ptr_array_new_with_free_func((GDestroyNotify)bt_table_free);
    BtTable *table = bt_table_new("t", "=Bảng", "");
    bt_table_add_column(table, "name", "Tên", BT_COLUMN_TEXT);
    bt_table_add_column(table, "value", "Số", BT_COLUMN_NUMBER);
    bt_table_add_row(table, "a,\"b\"\nc", "1.5", NULL);
    bt_table_add_row(table, "=1+1", "-2", NULL);
    bt_table_add_row(table, "\tx", "", NULL);
    g_ptr_array_add(tables, table);
    g_autofree char *csv = bt_tables_to_csv(tables);
    g_assert_cmpstr(csv, ==,
        "\xef\xbb\xbf\"'=Bảng\"\r\nTên,Số\r\n\"a,\"\"b\"\"\nc\",1.5\r\n\"'=1+1\",-2\r\n\"'\tx\","
        "\r\n");
    g_autoptr(BtJson) json = bt_tables_to_json(tables);
    g_autofree char *text = bt_json_to_text(json, FALSE);
    g_assert_nonnull(strstr(text, "{\"name\":\"=1+1\",\"value\":-2.0}"));
    g_assert_nonnull(strstr(text, "\"value\":null"));
    g_ptr_array_unref(tables);
}

static void test_cells(void)
{
    static const struct {
        gint64 ms;
        const char *hours;
    } cases[] = { { 0, "0.0" }, { 179999, "0.0" }, { 180000, "0.1" }, { 3600000, "1.0" },
        { 3779999, "1.0" }, { 3780000, "1.1" }, { -5, "0.0" } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *hours = bt_cell_hours(cases[i].ms);
        g_assert_cmpstr(hours, ==, cases[i].hours);
    }
    g_autofree char *third = bt_cell_percent(1, 3), *none = bt_cell_percent(1, 0),
                    *all = bt_cell_percent(G_GINT64_CONSTANT(15768000000000), 15768000000000);
    g_assert_cmpstr(third, ==, "33.3");
    g_assert_cmpstr(none, ==, "");
    g_assert_cmpstr(all, ==, "100.0");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/post/subjects", test_subjects);
    g_test_add_func("/post/addresses", test_addresses);
    g_test_add_func("/post/hooks", test_hooks);
    g_test_add_func("/post/tables", test_tables);
    g_test_add_func("/post/cells", test_cells);
    return g_test_run();
}
