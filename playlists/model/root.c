/* The root: which keys a source has, what each may sign, and how many must. Keys are listed once,
 * by their id, and roles refer to them; a key's ceilings (classes, screens, until) stand with the
 * key. */
#include "playlists/model/documents.h"
#include "playlists/model/draft.h"

#include <gio/gio.h>
#include <string.h>

#define PERSON_MAX 200
#define KEY_SCREENS_MAX 1000
#define HOSTS_MAX 64
#define HOST_MAX 253
#define ALL_BUT_EMERGENCY (((1u << BT_N_CLASSES) - 1) & ~(1u << BT_CLASS_EMERGENCY))

static void root_key_free(BtRootKey *key)
{
    g_ptr_array_unref(key->screens);
    g_free(key->name);
    g_free(key);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtRootKey, root_key_free)

void bt_root_free(BtRoot *root)
{
    g_free(root->source);
    g_ptr_array_unref(root->keys);
    g_ptr_array_unref(root->hosts);
    g_free(root);
}

const BtRootKey *bt_root_find(const BtRoot *root, const char *keyid)
{
    for (guint i = 0; i < root->keys->len; i++) {
        const BtRootKey *key = g_ptr_array_index(root->keys, i);
        if (strcmp(key->id, keyid) == 0)
            return key;
    }
    return NULL;
}

/* ---- keys ---- */

static gboolean read_class_bit(const BtJsonAt *at, gpointer user, GError **error)
{
    guint *classes = user;
    BtClass cls;
    const char *name = bt_json_read_string(at, 0, G_MAXSIZE, error);
    if (!name)
        return FALSE;
    if (!bt_class_from_name(name, &cls) || cls == BT_CLASS_EMERGENCY)
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "publishing keys have no such class: expected requisition, priority, ordinary or "
            "filler");
    *classes |= 1u << cls;
    return TRUE;
}

static gboolean read_classes(const BtJsonAt *object, guint *classes, GError **error)
{
    BtJsonAt at;
    *classes = ALL_BUT_EMERGENCY;
    if (!bt_json_member(object, "classes", &at))
        return TRUE;
    *classes = 0;
    return bt_read_each(object, "classes", 1, BT_N_CLASSES, read_class_bit, classes, error);
}

static gboolean read_screen(const BtJsonAt *at, gpointer user, GError **error)
{
    char *id = NULL;
    if (!bt_read_id_here(at, &id, error))
        return FALSE;
    g_ptr_array_add((GPtrArray *)user, id);
    return TRUE;
}

static gboolean read_screens(const BtJsonAt *object, GPtrArray *screens, GError **error)
{
    BtJsonAt at;
    /* An empty list would mean all: who wrote [] surely did not. */
    return !bt_json_member(object, "screens", &at) ||
        bt_read_each(object, "screens", 1, KEY_SCREENS_MAX, read_screen, screens, error);
}

static gboolean read_public_key(const BtJsonAt *object, BtRootKey *key, GError **error)
{
    BtJsonAt at;
    if (!bt_json_require(object, "key", &at, error))
        return FALSE;
    const char *text = bt_json_read_string(&at, 0, G_MAXSIZE, error);
    if (!text)
        return FALSE;
    if (!bt_public_key_from_base64(text, &key->key))
        return bt_json_fail(&at, BT_ERROR_INVALID, error,
            "this is not a public key: expected the base64 of %d bytes", BT_PUBLIC_KEY_BYTES);
    bt_public_key_id(&key->key, key->id);
    if (strcmp(key->id, object->key) != 0)
        return bt_json_fail(object, BT_ERROR_INVALID, error,
            "this is not the id of its key: expected %s, the SHA-256 of its bytes", key->id);
    return TRUE;
}

static gboolean read_key(const BtJsonAt *at, gpointer user, GError **error)
{
    BtRoot *root = user;
    static const char *const known[] = { "key", "name", "classes", "screens", "until", NULL };
    g_autoptr(BtRootKey) key = g_new0(BtRootKey, 1);
    key->screens = g_ptr_array_new_with_free_func(g_free);
    key->until_ms = BT_TIME_MAX;
    if (!bt_json_read_object(at, error) || !bt_read_refuse_unknown(at, known, error) ||
        !read_public_key(at, key, error) ||
        !bt_read_string_or_none(at, "name", PERSON_MAX, &key->name, error) ||
        !read_classes(at, &key->classes, error) || !read_screens(at, key->screens, error) ||
        !bt_read_time_or_keep(at, "until", &key->until_ms, error))
        return FALSE;
    g_ptr_array_add(root->keys, g_steal_pointer(&key));
    return TRUE;
}

/* ---- roles ---- */

typedef struct {
    BtRoot *root;
    gsize may; /* which flag of BtRootKey the role sets */
    guint n_keys;
} RoleReader;

static gboolean read_role_key(const BtJsonAt *at, gpointer user, GError **error)
{
    RoleReader *reader = user;
    const char *keyid = bt_json_read_sha256(at, error);
    if (!keyid)
        return FALSE;
    BtRootKey *key = (BtRootKey *)bt_root_find(reader->root, keyid);
    if (!key)
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "this key is not in \"keys\": expected the id of one that is");
    gboolean *may = G_STRUCT_MEMBER_P(key, reader->may);
    if (*may)
        return bt_json_fail(at, BT_ERROR_INVALID, error, "this key stands twice: expected it once");
    *may = TRUE;
    reader->n_keys++;
    return TRUE;
}

static gboolean read_threshold(const BtJsonAt *role, guint n_keys, guint *threshold, GError **error)
{
    BtJsonAt at;
    gint64 value;
    if (!bt_json_require(role, "threshold", &at, error) ||
        !bt_json_read_int(&at, 1, n_keys, &value, error))
        return FALSE;
    *threshold = (guint)value;
    return TRUE;
}

/* A role's keys and threshold; `*role` is set for what else stands in it. */
static gboolean read_role(BtRoot *root, const BtJsonAt *roles, const char *name, gsize may,
    guint *threshold, BtJsonAt *role, GError **error)
{
    static const char *const known[] = { "keys", "threshold", NULL };
    static const char *const known_publish[] = { "keys", "threshold", "classes", NULL };
    gboolean is_publish = strcmp(name, "publish") == 0;
    RoleReader reader = { root, may, 0 };
    return bt_json_require(roles, name, role, error) && bt_json_read_object(role, error) &&
        bt_read_refuse_unknown(role, is_publish ? known_publish : known, error) &&
        bt_read_each(role, "keys", 1, BT_ROOT_MAX_KEYS, read_role_key, &reader, error) &&
        read_threshold(role, reader.n_keys, threshold, error);
}

static guint count_publishers(const BtRoot *root, BtClass cls)
{
    guint n = 0;
    for (guint i = 0; i < root->keys->len; i++) {
        const BtRootKey *key = g_ptr_array_index(root->keys, i);
        n += key->may_publish && (key->classes & 1u << cls);
    }
    return n;
}

static gboolean read_class_thresholds(BtRoot *root, const BtJsonAt *publish, GError **error)
{
    BtJsonAt classes, at;
    void *iter = NULL;
    for (guint i = 0; i < BT_N_CLASSES; i++)
        root->class_thresholds[i] = root->publish_threshold;
    if (!bt_json_member(publish, "classes", &classes))
        return TRUE;
    if (!bt_json_read_object(&classes, error))
        return FALSE;
    while (bt_json_next_member(&classes, &iter, &at)) {
        BtClass cls;
        gint64 value;
        if (!bt_class_from_name(at.key, &cls) || cls == BT_CLASS_EMERGENCY)
            return bt_json_fail(&at, BT_ERROR_INVALID, error,
                "publishing has no such class: expected requisition, priority, ordinary or filler");
        if (!bt_json_read_int(
                &at, root->publish_threshold, count_publishers(root, cls), &value, error))
            return FALSE;
        root->class_thresholds[cls] = (guint)value;
    }
    return TRUE;
}

static gboolean read_roles(BtRoot *root, const BtJsonAt *object, GError **error)
{
    static const char *const known[] = { "root", "freshness", "publish", "emergency", NULL };
    BtJsonAt roles, role, emergency;
    if (!bt_json_require(object, "roles", &roles, error) || !bt_json_read_object(&roles, error) ||
        !bt_read_refuse_unknown(&roles, known, error) ||
        !read_role(root, &roles, "root", offsetof(BtRootKey, may_root), &root->root_threshold,
            &role, error) ||
        !read_role(root, &roles, "freshness", offsetof(BtRootKey, may_freshness),
            &root->freshness_threshold, &role, error) ||
        !read_role(root, &roles, "publish", offsetof(BtRootKey, may_publish),
            &root->publish_threshold, &role, error) ||
        !read_class_thresholds(root, &role, error))
        return FALSE;
    /* A source that never warns has no emergency keys; 1 of none is more than it can ever reach. */
    root->emergency_threshold = 1;
    return !bt_json_member(&roles, "emergency", &emergency) ||
        read_role(root, &roles, "emergency", offsetof(BtRootKey, may_emergency),
            &root->emergency_threshold, &role, error);
}

/* ---- the whole root ---- */

static gboolean read_host(const BtJsonAt *at, gpointer user, GError **error)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789.-:[]";
    const char *host = bt_json_read_string(at, 1, HOST_MAX, error);
    if (!host)
        return FALSE;
    g_autoptr(GSocketConnectable) place =
        host[strspn(host, allowed)] == '\0' ? g_network_address_parse(host, 0, NULL) : NULL;
    if (place == NULL)
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "this is not a host: expected a lower-case name or an address, with or without :PORT");
    g_ptr_array_add((GPtrArray *)user, g_strdup(host));
    return TRUE;
}

static gboolean read_root(BtRoot *root, const BtJsonAt *at, GError **error)
{
    static const char *const known[] = { "spec", "source", "version", "issued", "expires", "keys",
        "roles", "hosts", NULL };
    return bt_json_read_object(at, error) && bt_read_spec(at, error) &&
        bt_read_refuse_unknown(at, known, error) &&
        bt_read_id(at, "source", &root->source, error) &&
        bt_read_int(at, "version", 1, G_MAXINT64, &root->version, error) &&
        bt_read_life(at, BT_TIME_MAX, &root->issued_ms, &root->expires_ms, error) &&
        bt_read_each_member(at, "keys", FALSE, BT_ROOT_MAX_KEYS, read_key, root, error) &&
        read_roles(root, at, error) &&
        bt_read_each(at, "hosts", 0, HOSTS_MAX, read_host, root->hosts, error);
}

BtRoot *bt_root_parse(const void *data, gsize size_bytes, const char *name, GError **error)
{
    g_autoptr(BtJson) json =
        bt_json_parse(data, size_bytes, name, BT_ROOT_MAX_BYTES, BT_MANIFEST_MAX_DEPTH, error);
    if (!json)
        return NULL;
    BtJsonAt at = bt_json_root(name, json);
    g_autoptr(BtRoot) root = g_new0(BtRoot, 1);
    root->keys = g_ptr_array_new_with_free_func((GDestroyNotify)root_key_free);
    root->hosts = g_ptr_array_new_with_free_func(g_free);
    return read_root(root, &at, error) ? g_steal_pointer(&root) : NULL;
}
