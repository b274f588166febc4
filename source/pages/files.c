/* What pages are dressed and moved with: files that travel inside the program. They change with it
 * only, so a browser keeps them for as long as their address, which holds their hash, is asked for.
 */
#include "source/pages/files.h"

#include "base/hash.h"
#include "source/pages/routes.h"

#include <string.h>

static const struct {
    const char *name, *type;
    const unsigned char *data, *packed;
    const unsigned *size_bytes, *packed_bytes;
} files[] = {
#define ROW(name, address, type)                                                                   \
    { address, type "; charset=utf-8", bt_file_##name, bt_file_##name##_gz,                        \
        &bt_file_##name##_size, &bt_file_##name##_gz_size },
    BT_FILES(ROW)
};

static int find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
        if (strcmp(files[i].name, name) == 0)
            return (int)i;
    return -1;
}

char *bt_file_path(const char *name)
{
    int i = find(name);
    char hex[BT_HASH_HEX_SIZE];
    g_assert(i >= 0);
    bt_hash_data(files[i].data, *files[i].size_bytes, hex);
    return g_strdup_printf("/files/%s?%.16s", name, hex);
}

static gboolean takes_packed(const BtRequest *request)
{
    const char *codings = bt_http_header(request, "Accept-Encoding");
    g_auto(GStrv) words = g_strsplit_set(codings != NULL ? codings : "", ", ", 20);
    return g_strv_contains((const char *const *)words, "gzip");
}

static BtAnswered send_file(BtRequest *request)
{
    int i = find(request->name);
    gboolean is_packed = takes_packed(request);
    const char *const headers[] = { "Cache-Control", "public, max-age=31536000, immutable", "Vary",
        "Accept-Encoding", is_packed ? "Content-Encoding" : NULL, "gzip", NULL };
    if (i < 0)
        return bt_http_refuse(request, BT_HTTP_NOT_FOUND, "not found");
    g_autoptr(GBytes) body = is_packed ? g_bytes_new_static(files[i].packed, *files[i].packed_bytes)
                                       : g_bytes_new_static(files[i].data, *files[i].size_bytes);
    return bt_http_answer(request, BT_HTTP_OK, files[i].type, body, headers);
}

/* It changes with the program, so it is asked for anew. */
static BtAnswered send_description(BtRequest *request)
{
    static const char *const headers[] = { "Cache-Control", "no-cache", NULL };
    g_autoptr(GBytes) body = g_bytes_new_static(bt_file_openapi_json, bt_file_openapi_json_size);
    return bt_http_answer(request, BT_HTTP_OK, "application/json", body, headers);
}

const BtRoute bt_file_routes[] = {
    { "GET", "/files/", BT_PART_ID, "", 0, send_file },
    { "GET", "/api/openapi.json", BT_PART_NOTHING, "", 0, send_description },
    { NULL },
};
