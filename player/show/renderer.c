#include "player/show/renderer.h"

#include "base/hash.h"
#include "base/io.h"
#include "base/json.h"

#include <string.h>

#define MEASURED_MAX_BYTES 4096
#define FIRST_NODE 128 /* of the numbers that the kernel gives to render nodes (drm-uapi) */
#define MAX_NODES 16

/* ---- the chip ---- */

/* What the kernel says of a device: its driver, its maker's numbers. */
static gboolean add_file(BtHasher *hasher, const char *root, const char *path)
{
    g_autofree char *whole = g_build_filename(root, path, NULL);
    g_autofree char *text = NULL;
    gsize size_bytes;
    if (!g_file_get_contents(whole, &text, &size_bytes, NULL))
        return FALSE;
    bt_hasher_update(hasher, text, size_bytes);
    return TRUE;
}

char *bt_renderer_chip(const char *root)
{
    g_autoptr(BtHasher) hasher = bt_hasher_new();
    char hex[BT_HASH_HEX_SIZE];
    gboolean any = add_file(hasher, root, "/proc/driver/nvidia/version");
    for (int i = 0; i < MAX_NODES; i++) {
        g_autofree char *path =
            g_strdup_printf("/sys/class/drm/renderD%d/device/uevent", FIRST_NODE + i);
        any = add_file(hasher, root, path) || any;
    }
    bt_hasher_peek(hasher, hex);
    return any ? g_strdup(hex) : NULL;
}

/* ---- what was measured ---- */

void bt_measured_clear(BtMeasured *measured)
{
    g_free(measured->chip);
    g_free(measured->device);
    g_free(measured->why);
    *measured = (BtMeasured){ 0 };
}

static gboolean read_size(
    const BtJsonAt *root, const char *key, int max_px, int *px, GError **error)
{
    BtJsonAt member;
    gint64 value;
    if (!bt_json_require(root, key, &member, error) ||
        !bt_json_read_int(&member, 1, max_px, &value, error))
        return FALSE;
    *px = (int)value;
    return TRUE;
}

static char *read_text(const BtJsonAt *root, const char *key, GError **error)
{
    BtJsonAt member;
    if (!bt_json_require(root, key, &member, error))
        return NULL;
    return g_strdup(bt_json_read_string(&member, 0, 1000, error));
}

static gboolean read_members(const BtJsonAt *root, BtMeasured *measured, GError **error)
{
    g_autofree char *name = NULL;
    if (!bt_json_read_object(root, error) ||
        !read_size(root, "width", BT_FRAME_MAX_W_PX, &measured->w_px, error) ||
        !read_size(root, "height", BT_FRAME_MAX_H_PX, &measured->h_px, error) ||
        (measured->chip = read_text(root, "chip", error)) == NULL ||
        (measured->why = read_text(root, "why", error)) == NULL ||
        (measured->device = read_text(root, "device", error)) == NULL ||
        (name = read_text(root, "renderer", error)) == NULL)
        return FALSE;
    if (!bt_renderer_from_name(name, &measured->renderer))
        return bt_json_fail(root, BT_ERROR_INVALID, error, "“%s”: expected a renderer", name);
    if (*measured->device == '\0')
        g_clear_pointer(&measured->device, g_free);
    return TRUE;
}

gboolean bt_measured_read(const char *path, BtMeasured *measured, GError **error)
{
    *measured = (BtMeasured){ 0 };
    g_autoptr(GBytes) bytes = bt_io_read(path, MEASURED_MAX_BYTES, error);
    if (bytes == NULL)
        return FALSE;
    gsize size_bytes;
    const void *data = g_bytes_get_data(bytes, &size_bytes);
    g_autoptr(BtJson) json = bt_json_parse(data, size_bytes, path, MEASURED_MAX_BYTES, 2, error);
    if (json == NULL)
        return FALSE;
    BtJsonAt root = bt_json_root(path, json);
    if (read_members(&root, measured, error))
        return TRUE;
    bt_measured_clear(measured);
    return FALSE;
}

gboolean bt_measured_write(const char *path, const BtMeasured *measured, GError **error)
{
    g_autoptr(BtJson) json = bt_json_new_object();
    bt_json_set_string(json, "chip", measured->chip);
    bt_json_set_int(json, "width", measured->w_px);
    bt_json_set_int(json, "height", measured->h_px);
    bt_json_set_string(json, "renderer", bt_renderer_name(measured->renderer));
    bt_json_set_string(json, "device", measured->device != NULL ? measured->device : "");
    bt_json_set_string(json, "why", measured->why);
    g_autofree char *text = bt_json_to_text(json, TRUE);
    return bt_io_write(path, text, strlen(text), 0600, error);
}

/* ---- choosing ---- */

BtRendererChoice bt_renderer_choose(
    const BtConfig *config, gboolean crashed, const char *chip, const BtMeasured *measured)
{
    if (!config->renderer_auto && config->renderer == BT_RENDERER_SOFTWARE)
        return (BtRendererChoice){ .why = "as configured" };
    if (crashed)
        return (BtRendererChoice){ .why = "the last show died: no chip until the next start" };
    if (!config->renderer_auto)
        return (BtRendererChoice){ config->renderer, NULL, "as configured" };
    if (chip == NULL)
        return (BtRendererChoice){ .why = "this machine has no graphics chip" };
    if (measured == NULL || measured->chip == NULL)
        return (BtRendererChoice){ .why = "the chip is not measured yet" };
    if (!g_str_equal(measured->chip, chip))
        return (BtRendererChoice){ .why = "the chip is another than the one measured" };
    return (BtRendererChoice){ measured->renderer, measured->device, measured->why };
}
