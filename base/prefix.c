#include "base/prefix.h"

#include <string.h>

gsize bt_prefix_mark_bytes(const void *text, gsize size_bytes)
{
    static const guchar mark[] = { 0xef, 0xbb, 0xbf };
    gboolean has = size_bytes >= sizeof mark && memcmp(text, mark, sizeof mark) == 0;
    return has ? sizeof mark : 0;
}

gboolean bt_prefix_is_page(const void *text, gsize size_bytes)
{
    const char *bytes = text;
    gsize at = bt_prefix_mark_bytes(text, size_bytes);
    while (at < size_bytes && g_ascii_isspace(bytes[at]))
        at++;
    return at < size_bytes && bytes[at] == '<';
}
