#include "source/store/pictures.h"

#include "base/error.h"

#include <string.h>

const char *bt_pictures_type(const void *data, gsize size_bytes)
{
    const guint8 *bytes = data;
    if (size_bytes >= 24 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
        return "image/png";
    if (size_bytes >= 24 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0)
        return "image/webp";
    if (size_bytes >= 24 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff)
        return "image/jpeg";
    return NULL;
}

gboolean bt_pictures_put(
    BtStore *store, const char *screen, GBytes *body, gint64 at_ms, GError **error)
{
    gsize size_bytes;
    const void *data = g_bytes_get_data(body, &size_bytes);
    const char *type = bt_pictures_type(data, size_bytes);
    if (type == NULL || size_bytes > BT_PICTURE_MAX_BYTES) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "picture of %s: expected a PNG, WebP or JPEG of at most %d bytes", screen,
            BT_PICTURE_MAX_BYTES);
        return FALSE;
    }
    return bt_db_run(store->db, error,
        "INSERT INTO picture (screen, at_ms, type, body) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (screen) DO UPDATE SET at_ms = excluded.at_ms, type = excluded.type,"
        " body = excluded.body WHERE picture.at_ms <= excluded.at_ms",
        "sisb", screen, at_ms, type, body);
}

GBytes *bt_pictures_find(BtStore *store, const char *screen, const char **type)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT body FROM picture WHERE screen = ?", "s", screen);
    g_autoptr(GBytes) body =
        rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_bytes(rows, 0) : NULL;
    gsize size_bytes;
    const void *data = body != NULL ? g_bytes_get_data(body, &size_bytes) : NULL;
    *type = data != NULL ? bt_pictures_type(data, size_bytes) : NULL;
    return *type != NULL ? g_steal_pointer(&body) : NULL;
}
