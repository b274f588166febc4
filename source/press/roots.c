#include "source/press/roots.h"

#include "base/error.h"
#include "base/io.h"
#include "source/store/freshness.h"
#include "source/store/site.h"

#include <string.h>

#define NAME "the next root"

/* ---- reading ---- */

BtRoot *bt_roots_read(GBytes *envelope, const char *name, GError **error)
{
    g_autoptr(GBytes) payload = bt_envelope_peek(envelope, name, BT_ROOT_MAX_BYTES, error);
    return payload != NULL
        ? bt_root_parse(g_bytes_get_data(payload, NULL), g_bytes_get_size(payload), name, error)
        : NULL;
}

BtRoot *bt_roots_next(BtStore *store, gint64 now_ms, GError **error)
{
    g_autofree char *path =
        bt_site_root_path(store->site, MAX(bt_site_newest_root(store->site), 1));
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_ENVELOPE_MAX_BYTES(BT_ROOT_MAX_BYTES), error);
    BtRoot *root = bytes != NULL ? bt_roots_read(bytes, path, error) : NULL;
    if (root == NULL)
        return NULL;
    root->version++;
    root->issued_ms = now_ms;
    root->expires_ms = MAX(root->expires_ms, now_ms + BT_ROOT_LIFE_MS);
    return root;
}

/* ---- changing ---- */

static BtRootKey *find(BtRoot *root, const char *keyid)
{
    return (BtRootKey *)bt_root_find(root, keyid);
}

static gboolean set_classes(BtRootKey *key, const char *const *names, GError **error)
{
    key->classes = 0;
    for (int i = 0; names != NULL && names[i] != NULL; i++) {
        BtClass cls;
        if (!bt_class_from_name(names[i], &cls) || cls == BT_CLASS_EMERGENCY) {
            g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
                NAME ": class %s: expected requisition, priority, ordinary or filler", names[i]);
            return FALSE;
        }
        key->classes |= 1u << cls;
    }
    if (key->classes == 0)
        key->classes = ((1u << BT_N_CLASSES) - 1) & ~(1u << BT_CLASS_EMERGENCY);
    return TRUE;
}

static BtRootKey *find_or_add(BtRoot *root, const BtPublicKey *half)
{
    char id[BT_HASH_HEX_SIZE];
    bt_public_key_id(half, id);
    BtRootKey *key = find(root, id);
    if (key != NULL)
        return key;
    key = g_new0(BtRootKey, 1);
    g_strlcpy(key->id, id, sizeof key->id);
    key->key = *half;
    key->screens = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(root->keys, key);
    return key;
}

gboolean bt_roots_add(BtRoot *root, const BtRootsKey *wanted, GError **error)
{
    BtPublicKey half;
    if (!bt_public_key_from_base64(wanted->base64, &half)) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            NAME ": %s is not a public key: expected the base64 of %d bytes", wanted->base64,
            BT_PUBLIC_KEY_BYTES);
        return FALSE;
    }
    BtRootKey *key = find_or_add(root, &half);
    g_free(key->name);
    key->name = g_strdup(wanted->person);
    key->may_publish = wanted->publish;
    key->may_emergency = wanted->emergency;
    key->may_root = wanted->root;
    key->may_freshness = wanted->freshness;
    key->until_ms = wanted->until_ms;
    g_ptr_array_set_size(key->screens, 0);
    for (int i = 0; wanted->screens != NULL && wanted->screens[i] != NULL; i++)
        g_ptr_array_add(key->screens, g_strdup(wanted->screens[i]));
    return set_classes(key, wanted->classes, error);
}

gboolean bt_roots_remove(BtRoot *root, const char *keyid, GError **error)
{
    BtRootKey *key = find(root, keyid);
    if (key == NULL) {
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
            NAME ": it has no key %s: expected an id of \"root show\"", keyid);
        return FALSE;
    }
    g_ptr_array_remove(root->keys, key);
    return TRUE;
}

gboolean bt_roots_set_threshold(BtRoot *root, const char *what, guint threshold, GError **error)
{
    BtClass cls;
    if (strcmp(what, "root") == 0)
        root->root_threshold = threshold;
    else if (strcmp(what, "emergency") == 0)
        root->emergency_threshold = threshold;
    else if (strcmp(what, "publish") == 0) {
        root->publish_threshold = threshold;
        for (guint i = 0; i < BT_N_CLASSES; i++)
            root->class_thresholds[i] = MAX(root->class_thresholds[i], threshold);
    } else if (bt_class_from_name(what, &cls) && cls != BT_CLASS_EMERGENCY)
        root->class_thresholds[cls] = threshold;
    else {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            NAME ": %s: expected root, publish, emergency, requisition, priority, ordinary or "
                 "filler",
            what);
        return FALSE;
    }
    return TRUE;
}

/* ---- writing ---- */

static BtJson *texts_json(const GPtrArray *texts)
{
    BtJson *list = bt_json_new_array();
    for (guint i = 0; i < texts->len; i++)
        bt_json_append_string(list, g_ptr_array_index(texts, i));
    return list;
}

static BtJson *classes_json(guint classes)
{
    BtJson *list = bt_json_new_array();
    for (guint i = 0; i < BT_N_CLASSES; i++)
        if (classes & 1u << i)
            bt_json_append_string(list, bt_class_name((BtClass)i));
    return list;
}

static BtJson *key_json(const BtRootKey *key)
{
    const guint all = ((1u << BT_N_CLASSES) - 1) & ~(1u << BT_CLASS_EMERGENCY);
    BtJson *json = bt_json_new_object();
    g_autofree char *base64 = bt_public_key_to_base64(&key->key);
    bt_json_set_string(json, "key", base64);
    if (key->name != NULL && *key->name != '\0')
        bt_json_set_string(json, "name", key->name);
    if (key->classes != all)
        bt_json_set(json, "classes", classes_json(key->classes));
    if (key->screens->len > 0)
        bt_json_set(json, "screens", texts_json(key->screens));
    if (key->until_ms != BT_TIME_MAX)
        bt_json_set_time(json, "until", key->until_ms);
    return json;
}

/* NULL for a role without keys. */
static BtJson *role_json(const BtRoot *root, gsize may, guint threshold)
{
    BtJson *role = bt_json_new_object(), *ids = bt_json_new_array();
    guint n = 0;
    for (guint i = 0; i < root->keys->len; i++) {
        const BtRootKey *key = g_ptr_array_index(root->keys, i);
        if (!*(const gboolean *)G_STRUCT_MEMBER_P(key, may))
            continue;
        bt_json_append_string(ids, key->id);
        n++;
    }
    bt_json_set(role, "keys", ids);
    bt_json_set_int(role, "threshold", threshold);
    if (n > 0)
        return role;
    bt_json_unref(role);
    return NULL;
}

static void add_role(BtJson *roles, const char *name, BtJson *role)
{
    if (role != NULL)
        bt_json_set(roles, name, role);
}

static void add_class_thresholds(BtJson *publish, const BtRoot *root)
{
    g_autoptr(BtJson) classes = bt_json_new_object();
    gboolean any = FALSE;
    for (guint i = 0; i < BT_N_CLASSES; i++)
        if (i != BT_CLASS_EMERGENCY && root->class_thresholds[i] > root->publish_threshold) {
            bt_json_set_int(classes, bt_class_name((BtClass)i), root->class_thresholds[i]);
            any = TRUE;
        }
    if (any && publish != NULL)
        bt_json_set(publish, "classes", bt_json_ref(classes));
}

static BtJson *roles_json(const BtRoot *root)
{
    BtJson *roles = bt_json_new_object();
    BtJson *publish = role_json(root, offsetof(BtRootKey, may_publish), root->publish_threshold);
    add_class_thresholds(publish, root);
    add_role(roles, "root", role_json(root, offsetof(BtRootKey, may_root), root->root_threshold));
    add_role(roles, "freshness",
        role_json(root, offsetof(BtRootKey, may_freshness), root->freshness_threshold));
    add_role(roles, "publish", publish);
    add_role(roles, "emergency",
        role_json(root, offsetof(BtRootKey, may_emergency), root->emergency_threshold));
    return roles;
}

GBytes *bt_roots_write(const BtRoot *root, GError **error)
{
    g_autoptr(BtJson) json = bt_json_new_object();
    BtJson *keys = bt_json_new_object();
    for (guint i = 0; i < root->keys->len; i++) {
        const BtRootKey *key = g_ptr_array_index(root->keys, i);
        bt_json_set(keys, key->id, key_json(key));
    }
    bt_json_set_int(json, "spec", 1);
    bt_json_set_string(json, "source", root->source);
    bt_json_set_int(json, "version", root->version);
    bt_json_set_time(json, "issued", root->issued_ms);
    bt_json_set_time(json, "expires", root->expires_ms);
    bt_json_set(json, "keys", keys);
    bt_json_set(json, "roles", roles_json(root));
    bt_json_set(json, "hosts", texts_json(root->hosts));
    char *text = bt_json_to_text(json, FALSE);
    g_autoptr(GBytes) payload = g_bytes_new_take(text, strlen(text));
    g_autoptr(BtRoot) parsed = bt_root_parse(text, strlen(text), NAME, error);
    return parsed != NULL ? bt_envelope_seal("root", payload, NULL, 0) : NULL;
}

/* ---- signing ---- */

/* What the draft was signed with so far, and the payload. (transfer full) (nullable) */
static BtJson *read_envelope(GBytes *envelope, const char *name, GError **error)
{
    return bt_json_parse(g_bytes_get_data(envelope, NULL), g_bytes_get_size(envelope), name,
        BT_ENVELOPE_MAX_BYTES(BT_ROOT_MAX_BYTES), BT_MANIFEST_MAX_DEPTH, error);
}

/* A member of a signature, "" where there is none. */
static const char *member(const BtJsonAt *at, const char *key)
{
    BtJsonAt found;
    const char *text =
        bt_json_member(at, key, &found) ? bt_json_read_string(&found, 1, G_MAXSIZE, NULL) : NULL;
    return text != NULL ? text : "";
}

GBytes *bt_roots_sign(GBytes *envelope, const char *name, const BtKey *key, GError **error)
{
    BtEnvelopeSignature signatures[BT_ENVELOPE_MAX_SIGNATURES];
    guint8 mine[BT_SIGNATURE_BYTES];
    char id[BT_HASH_HEX_SIZE];
    guint n = 0;
    g_autoptr(BtJson) json = read_envelope(envelope, name, error);
    g_autoptr(GBytes) payload =
        json != NULL ? bt_envelope_peek(envelope, name, BT_ROOT_MAX_BYTES, error) : NULL;
    BtJsonAt root = bt_json_root(name, json), list;
    if (payload == NULL || !bt_json_require(&root, "signatures", &list, error) ||
        !bt_json_read_array(&list, BT_ENVELOPE_MAX_SIGNATURES - 1, error))
        return NULL;
    g_autoptr(GBytes) message = bt_envelope_message("root", payload);
    BtPublicKey half = bt_key_public(key);
    bt_public_key_id(&half, id);
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt at = bt_json_element(&list, i);
        if (!bt_json_read_object(&at, error))
            return NULL;
        if (strcmp(member(&at, "keyid"), id) != 0)
            signatures[n++] = (BtEnvelopeSignature){ member(&at, "keyid"), member(&at, "sig") };
    }
    bt_key_sign(key, g_bytes_get_data(message, NULL), g_bytes_get_size(message), mine);
    g_autofree char *base64 = g_base64_encode(mine, sizeof mine);
    signatures[n++] = (BtEnvelopeSignature){ id, base64 };
    return bt_envelope_join("root", payload, signatures, n);
}

gboolean bt_roots_install(
    BtStore *store, GBytes *envelope, const char *name, gint64 now_ms, GError **error)
{
    BtTrust *trust = bt_site_load_trust(store->site, store->source, "", now_ms, error);
    gboolean ok = trust != NULL && bt_trust_accept_next_root(trust, envelope, name, now_ms, error);
    gint64 version = ok ? bt_trust_root(trust)->version : 0;
    g_clear_pointer(&trust, bt_trust_free);
    if (!ok)
        return FALSE;
    g_autofree char *path = bt_site_root_path(store->site, version);
    g_autofree char *note = g_strdup_printf("took root %" G_GINT64_FORMAT, version);
    return bt_io_create(
               path, g_bytes_get_data(envelope, NULL), g_bytes_get_size(envelope), 0644, error) &&
        bt_store_note(store, now_ms, "terminal", note, error) &&
        bt_fresh_renew_all(store, now_ms, error);
}

/* ---- what is lost by it ---- */

static gboolean holds(BtStore *store, const char *screen, const char *sha256, gint64 now_ms)
{
    g_autofree char *path = bt_site_manifest_path(store->site, sha256);
    BtTrust *trust = bt_site_load_trust(store->site, store->source, screen, now_ms, NULL);
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), NULL);
    g_autoptr(BtManifest) manifest = trust != NULL && bytes != NULL
        ? bt_trust_verify_manifest(trust, bytes, path, NULL, BT_TIME_MIN, NULL)
        : NULL;
    g_clear_pointer(&trust, bt_trust_free);
    return manifest != NULL;
}

GPtrArray *bt_roots_screens_lost(BtStore *store, gint64 now_ms)
{
    GPtrArray *lost = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(BtRows) rows = bt_db_query(
        store->db, NULL, "SELECT id, manifest FROM screen WHERE manifest <> '' ORDER BY id", "");
    while (rows != NULL && bt_rows_next(rows, NULL))
        if (!holds(store, bt_rows_text(rows, 0), bt_rows_text(rows, 1), now_ms))
            g_ptr_array_add(lost, g_strdup(bt_rows_text(rows, 0)));
    return lost;
}
