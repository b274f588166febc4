#include "base/gzip.h"

#include "base/error.h"

#include <gio/gio.h>

GBytes *bt_gzip(GBytes *bytes)
{
    gsize size_bytes = 0;
    const void *data = g_bytes_get_data(bytes, &size_bytes);
    g_autoptr(GZlibCompressor) packer = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1);
    g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
    g_autoptr(GOutputStream) stream = g_converter_output_stream_new(memory, G_CONVERTER(packer));
    gboolean packed = g_output_stream_write_all(stream, data, size_bytes, NULL, NULL, NULL) &&
        g_output_stream_close(stream, NULL, NULL);
    g_assert(packed); /* only memory can be wanting */
    return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory));
}

GBytes *bt_gunzip(const void *data, gsize size_bytes, gsize max_bytes, GError **error)
{
    gsize n_bytes = 0;
    g_autoptr(GError) why = NULL;
    g_autoptr(GZlibDecompressor) unpacker = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
    g_autoptr(GInputStream) memory =
        g_memory_input_stream_new_from_data(data, (gssize)size_bytes, NULL);
    g_autoptr(GInputStream) stream = g_converter_input_stream_new(memory, G_CONVERTER(unpacker));
    g_autofree guint8 *room = g_malloc(max_bytes + 1);
    if (!g_input_stream_read_all(stream, room, max_bytes + 1, &n_bytes, NULL, &why))
        g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX, "gzip: %s", why->message);
    else if (n_bytes > max_bytes)
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "gzip: more than %" G_GSIZE_FORMAT " bytes: expected no more", max_bytes);
    else
        return g_bytes_new_take(g_steal_pointer(&room), n_bytes);
    return NULL;
}
