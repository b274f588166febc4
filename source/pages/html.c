#include "source/pages/html.h"

#include <string.h>

#define MAX_FIELDS 1000 /* a checkbox for each screen of a province */

void bt_html_add(GString *html, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_markup_vprintf_escaped(format, args);
    va_end(args);
    g_string_append(html, text);
}

/* "a+b%20c" → "a b c". Of control characters only ends of lines have a place in a text. */
static char *decode(const char *coded, gsize length)
{
    g_autofree char *spaced = g_strndup(coded, length);
    g_strdelimit(spaced, "+", ' ');
    g_autofree char *plain = g_uri_unescape_string(spaced, NULL);
    if (plain == NULL || !g_utf8_validate(plain, -1, NULL))
        return NULL;
    GString *text = g_string_new(plain);
    g_string_replace(text, "\r\n", "\n", 0);
    for (const char *c = text->str; *c != '\0'; c++)
        if (g_ascii_iscntrl(*c) && *c != '\n') {
            g_string_free(text, TRUE);
            return NULL;
        }
    return g_string_free(text, FALSE);
}

char *bt_form_decode(const char *coded)
{
    return decode(coded, strlen(coded));
}

static gboolean take_field(GHashTable *form, const char *field)
{
    const char *equals = strchr(field, '=');
    if (equals == NULL)
        return FALSE;
    g_autofree char *name = decode(field, (gsize)(equals - field));
    g_autofree char *value = decode(equals + 1, strlen(equals + 1));
    if (name == NULL || value == NULL || g_hash_table_contains(form, name))
        return FALSE;
    g_hash_table_insert(form, g_steal_pointer(&name), g_steal_pointer(&value));
    return TRUE;
}

GHashTable *bt_form_parse(const char *data, gsize size_bytes)
{
    if (size_bytes == 0 || memchr(data, '\0', size_bytes) != NULL)
        return NULL;
    g_autofree char *text = g_strndup(data, size_bytes);
    g_auto(GStrv) fields = g_strsplit(text, "&", MAX_FIELDS + 1);
    g_autoptr(GHashTable) form = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (g_strv_length(fields) > MAX_FIELDS)
        return NULL;
    for (int i = 0; fields[i] != NULL; i++)
        if (!take_field(form, fields[i]))
            return NULL;
    return g_steal_pointer(&form);
}

const char *bt_form_get(GHashTable *form, const char *name)
{
    const char *value = g_hash_table_lookup(form, name);
    return value != NULL ? value : "";
}
