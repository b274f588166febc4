#include "source/desk/published.h"

#include "base/io.h"
#include "source/store/site.h"

BtManifest *bt_published_read(const char *site, const char *sha256)
{
    g_autofree char *path = bt_site_manifest_path(site, sha256);
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), NULL);
    g_autoptr(GBytes) payload =
        bytes != NULL ? bt_envelope_peek(bytes, path, BT_MANIFEST_MAX_BYTES, NULL) : NULL;
    return payload == NULL
        ? NULL
        : bt_manifest_parse(g_bytes_get_data(payload, NULL), g_bytes_get_size(payload), path, NULL);
}
