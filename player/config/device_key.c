#include "player/config/device_key.h"

#include "base/error.h"
#include "base/io.h"

#define NAME "device.key"

/* Two processes that make it at once agree on the one that came first. */
BtKey *bt_device_key(const BtConfig *config, GError **error)
{
    g_autofree char *path = bt_config_state_path(config, NAME);
    GError *failure = NULL;
    if (!bt_io_make_folder(config->state_folder, error))
        return NULL;
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return bt_key_load(path, error);
    g_autoptr(BtKey) key = bt_key_generate();
    if (bt_key_save(key, path, &failure))
        return g_steal_pointer(&key);
    if (g_error_matches(failure, BT_ERROR, BT_ERROR_CONFLICT)) {
        g_error_free(failure);
        return bt_key_load(path, error);
    }
    g_propagate_error(error, failure);
    return NULL;
}
