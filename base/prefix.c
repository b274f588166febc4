#include "base/prefix.h"

#include <string.h>

void bt_prefix_skip_mark(const char **text, gsize *size_bytes)
{
    static const guchar mark[] = { 0xef, 0xbb, 0xbf };
    if (*size_bytes < sizeof mark || memcmp(*text, mark, sizeof mark) != 0)
        return;
    *text += sizeof mark;
    *size_bytes -= sizeof mark;
}

gboolean bt_prefix_is_page(const void *text, gsize size_bytes)
{
    const char *bytes = text;
    gsize at = 0;
    bt_prefix_skip_mark(&bytes, &size_bytes);
    while (at < size_bytes && g_ascii_isspace(bytes[at]))
        at++;
    return at < size_bytes && bytes[at] == '<';
}
