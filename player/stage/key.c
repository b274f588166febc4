#include "base/hash.h"
#include "player/stage/parts.h"

#include <string.h>

void bt_key_add(GString *key, const char *part)
{
    g_string_append_printf(key, "%" G_GSIZE_FORMAT ":", strlen(part));
    g_string_append(key, part);
}

void bt_key_add_int(GString *key, gint64 number)
{
    g_string_append_printf(key, "%" G_GINT64_FORMAT ";", number);
}

void bt_key_add_rect(GString *key, BtRect rect)
{
    g_string_append_printf(key, "%d,%d,%d,%d;", rect.x, rect.y, rect.w, rect.h);
}

void bt_key_add_texts(GString *key, GPtrArray *texts)
{
    bt_key_add_int(key, texts->len);
    for (guint i = 0; i < texts->len; i++) {
        const BtText *text = texts->pdata[i];
        bt_key_add(key, text->lang);
        bt_key_add(key, text->title);
        bt_key_add(key, text->body);
        bt_key_add_int(key, text->vertical);
    }
}

char *bt_key_finish(GString *key)
{
    char *hex = g_malloc(BT_HASH_HEX_SIZE);
    bt_hash_data(key->str, key->len, hex);
    g_string_free(key, TRUE);
    return hex;
}

BtFrame *bt_shelf_put_frame(BtShelf *shelf, const char *key, BtFrame *frame)
{
    gsize size_bytes = (gsize)frame->stride_px * frame->h_px * sizeof(guint32);
    return bt_shelf_put(shelf, key, frame, size_bytes);
}
