/* HTML as text that is built up: markup is in the format, and everything that is put into it is
 * escaped, so that no word of a report, a name or a form can become markup. Attributes stand in
 * double quotes. Thread-safety: safe. */
#ifndef BT_SOURCE_HTML_H
#define BT_SOURCE_HTML_H

#include <glib.h>

/* `format` is markup; every %s is escaped for text and for quoted attributes. */
void bt_html_add(GString *html, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The fields of a form (application/x-www-form-urlencoded), at most 1000, ends of lines as \n;
 * NULL when it is not one or not UTF-8. (transfer full) */
GHashTable *bt_form_parse(const char *data, gsize size_bytes);
/* One word of a form or an address, "a+b%20c" → "a b c"; NULL when it is not UTF-8 or has control
 * characters (ends of lines are text). (transfer full) (nullable) */
char *bt_form_decode(const char *coded);
/* A field, "" when it is missing. Borrowed. */
const char *bt_form_get(GHashTable *form, const char *name);

#endif
