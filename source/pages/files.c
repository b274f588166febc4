/* What pages are dressed and moved with: files that travel inside the program. They change with it
 * only, so a browser keeps them for as long as their address, which holds their hash, is asked for.
 */
#include "source/pages/files.h"

#include "base/hash.h"
#include "source/pages/routes.h"

#include <string.h>

static const struct {
    const char *name, *type;
    const unsigned char *data;
    const unsigned *size_bytes;
} files[] = {
    { "page.css", "text/css; charset=utf-8", bt_file_page_css, &bt_file_page_css_size },
    { "page.js", "text/javascript; charset=utf-8", bt_file_page_js, &bt_file_page_js_size },
    { "chart.js", "text/javascript; charset=utf-8", bt_file_chart_js, &bt_file_chart_js_size },
    { "htmx.js", "text/javascript; charset=utf-8", bt_file_htmx_js, &bt_file_htmx_js_size },
    { "uplot.js", "text/javascript; charset=utf-8", bt_file_uplot_js, &bt_file_uplot_js_size },
    { "uplot.css", "text/css; charset=utf-8", bt_file_uplot_css, &bt_file_uplot_css_size },
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

static BtAnswered send_file(BtRequest *request)
{
    static const char *const headers[] = { "Cache-Control", "public, max-age=31536000, immutable",
        NULL };
    int i = find(request->name);
    if (i < 0)
        return bt_http_refuse(request, BT_HTTP_NOT_FOUND, "not found");
    g_autoptr(GBytes) body = g_bytes_new_static(files[i].data, *files[i].size_bytes);
    return bt_http_answer(request, BT_HTTP_OK, files[i].type, body, headers);
}

const BtRoute bt_file_routes[] = {
    { "GET", "/files/", BT_PART_ID, "", 0, send_file },
    { NULL },
};
