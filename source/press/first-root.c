#include "source/press/first-root.h"

#include "base/hash.h"
#include "base/json.h"
#include "source/press/roots.h"

#include <string.h>

static void key_id(const BtKey *key, char id[BT_HASH_HEX_SIZE])
{
    BtPublicKey half = bt_key_public(key);
    bt_public_key_id(&half, id);
}

static void add_key(BtJson *list, const BtFirstKey *key)
{
    char id[BT_HASH_HEX_SIZE];
    BtPublicKey half = bt_key_public(key->key);
    g_autofree char *base64 = bt_public_key_to_base64(&half);
    BtJson *entry = bt_json_new_object();
    bt_json_set_string(entry, "key", base64);
    bt_json_set_string(entry, "name", key->person);
    key_id(key->key, id);
    bt_json_set(list, id, entry);
}

static void add_role(BtJson *list, const BtFirstRole *role, const BtFirstKey *keys)
{
    BtJson *entry = bt_json_new_object(), *ids = bt_json_new_array();
    for (guint i = role->first; i < role->first + role->n; i++) {
        char id[BT_HASH_HEX_SIZE];
        key_id(keys[i].key, id);
        bt_json_append_string(ids, id);
    }
    bt_json_set(entry, "keys", ids);
    bt_json_set_int(entry, "threshold", role->threshold);
    bt_json_set(list, role->name, entry);
}

GBytes *bt_first_root(const char *source, const BtFirstKey *keys, guint n_keys,
    const BtFirstRole *roles, guint n_roles, gint64 now_ms)
{
    g_autoptr(BtJson) root = bt_json_new_object();
    BtJson *key_list = bt_json_new_object(), *role_list = bt_json_new_object();
    for (guint i = 0; i < n_keys; i++)
        add_key(key_list, &keys[i]);
    for (guint i = 0; i < n_roles; i++)
        add_role(role_list, &roles[i], keys);
    bt_json_set_int(root, "spec", 1);
    bt_json_set_string(root, "source", source);
    bt_json_set_int(root, "version", 1);
    bt_json_set_time(root, "issued", now_ms);
    bt_json_set_time(root, "expires", now_ms + BT_ROOT_LIFE_MS);
    bt_json_set(root, "keys", key_list);
    bt_json_set(root, "roles", role_list);
    bt_json_set(root, "hosts", bt_json_new_array());
    char *text = bt_json_to_text(root, FALSE);
    return g_bytes_new_take(text, strlen(text));
}
