/* The facts of type "played" as a table: a row each, for a spreadsheet. */
#include "source/store/report_csv.h"

#include <stdio.h>
#include <string.h>

/* As they are called in the facts; screen and received come before them. */
static const char *const COLUMNS[] = { "seq", "at", "clock", "source", "version", "programme",
    "class", "zone", "item", "kind", "due", "start", "end", "shown_ms", "behind_ms", "ended",
    "failed", "phash", "phash_at", "luma", "fault", "issuer", "issued_on", "document", "field",
    "essential", "rehearsal", "asset" };

/* RFC 4180; what a spreadsheet would take for a formula begins with an apostrophe. */
static void print_cell(const char *text)
{
    gboolean is_formula = *text != '\0' && strchr("=+-@\t\r", *text) != NULL;
    if (!is_formula && strpbrk(text, "\",\r\n") == NULL) {
        fputs(text, stdout);
        return;
    }
    g_auto(GStrv) parts = g_strsplit(text, "\"", -1);
    g_autofree char *quoted = g_strjoinv("\"\"", parts);
    printf("\"%s%s\"", is_formula ? "'" : "", quoted);
}

void bt_report_csv_head(void)
{
    printf("screen,received");
    for (guint i = 0; i < G_N_ELEMENTS(COLUMNS); i++)
        printf(",%s", COLUMNS[i]);
    printf("\r\n");
}

static void print_member(const BtJsonAt *fact, const char *key)
{
    BtJsonAt member;
    putchar(',');
    if (!bt_json_member(fact, key, &member))
        return;
    const char *text = bt_json_read_string(&member, 0, BT_REPORT_LINE_MAX_BYTES, NULL);
    g_autofree char *other = text == NULL ? bt_json_to_text(member.value, FALSE) : NULL;
    print_cell(text == NULL ? other : text);
}

gboolean bt_report_csv_row(
    const char *screen, gint64 received_ms, const char *line, gpointer user, GError **error)
{
    (void)user;
    g_autoptr(BtJson) fact =
        bt_json_parse(line, strlen(line), "fact", BT_REPORT_LINE_MAX_BYTES, 16, error);
    if (fact == NULL)
        return FALSE;
    BtJsonAt at = bt_json_root("fact", fact);
    g_autofree char *received = bt_time_format(received_ms);
    print_cell(screen);
    printf(",%s", received);
    for (guint i = 0; i < G_N_ELEMENTS(COLUMNS); i++)
        print_member(&at, COLUMNS[i]);
    printf("\r\n");
    return TRUE;
}
