#include "source/desk/practice.h"

#include "base/error.h"
#include "base/io.h"
#include "source/desk/keys.h"
#include "source/desk/roles.h"
#include "source/press/first-root.h"
#include "source/press/roots.h"
#include "source/store/screens.h"
#include "source/store/site.h"

#include <glib/gstdio.h>
#include <string.h>

#define FOLDER "practice"
#define ROOT_KEY "practice.key"
#define NAME "Khu thực hành"          /* for people */
#define ROOT_NAME "the practice root" /* in messages */
#define KEYS_MAX 48                   /* of a root's BT_ROOT_MAX_KEYS */

static const struct {
    const char *id, *name;
    int width_px, height_px;
    gboolean is_led;
} screens[] = {
    { "thuc-hanh-led", "Bảng LED thực hành", 640, 384, TRUE },
    { "thuc-hanh-tam", "Màn hình thực hành", 1920, 1080, FALSE },
};

/* ---- making ---- */

/* The server holds the root's key here: it takes in the keys of whoever practises. */
static GBytes *first_root(const char *source, BtKey *root, const BtKey *freshness, gint64 now_ms)
{
    enum { ROOT, FRESHNESS, N_KEYS };
    static const BtFirstRole roles[] = {
        { "root", ROOT, 1, 1 },
        { "publish", ROOT, 1, 1 },
        { "emergency", ROOT, 1, 1 },
        { "freshness", FRESHNESS, 1, 1 },
    };
    const BtFirstKey keys[N_KEYS] = { { root, NAME }, { freshness, NAME } };
    g_autoptr(GBytes) payload =
        bt_first_root(source, keys, N_KEYS, roles, G_N_ELEMENTS(roles), now_ms);
    return bt_envelope_seal("root", payload, &root, 1);
}

/* A new key where an old one may lie that was cut off before there was a database. (transfer full)
 * (nullable) */
static BtKey *new_key(const char *folder, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    BtKey *key = bt_key_generate();
    (void)g_unlink(path);
    if (!bt_key_save(key, path, error))
        g_clear_pointer(&key, bt_key_free);
    return key;
}

/* As init does it: the database last, since the area is there when its database is. */
static gboolean make(
    const char *folder, const char *source, const BtStore *real, gint64 now_ms, GError **error)
{
    g_autofree char *site = g_build_filename(folder, BT_STORE_SITE, NULL);
    g_autofree char *root_path = bt_site_root_path(site, 1);
    if (!bt_io_make_folder(folder, error) || !bt_site_make(site, error))
        return FALSE;
    BtKey *root = new_key(folder, ROOT_KEY, error);
    BtKey *freshness = root != NULL ? new_key(folder, BT_STORE_KEY, error) : NULL;
    gboolean ok = freshness != NULL;
    if (ok) {
        g_autoptr(GBytes) envelope = first_root(source, root, freshness, now_ms);
        ok = bt_site_write(root_path, envelope, error) &&
            bt_store_create(folder, source, NAME, real->timezone, error);
    }
    g_clear_pointer(&root, bt_key_free);
    g_clear_pointer(&freshness, bt_key_free);
    return ok;
}

static gboolean add_screens(BtStore *practice, gint64 now_ms, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(screens); i++) {
        g_autoptr(BtScreen) known = bt_screens_find(practice, screens[i].id, NULL);
        if (known == NULL &&
            !bt_screens_add(practice, screens[i].id, screens[i].name, NULL, now_ms, error))
            return FALSE;
        if (!bt_db_run(practice->db, error,
                "UPDATE screen SET width_px = ?, height_px = ?, is_led = ? WHERE id = ?", "iiis",
                (gint64)screens[i].width_px, (gint64)screens[i].height_px,
                (gint64)screens[i].is_led, screens[i].id))
            return FALSE;
    }
    return TRUE;
}

/* Alone one can still go the whole way: the own work may be signed, as where one official serves.
 */
gboolean bt_practice_complete(BtStore *practice, gint64 now_ms, GError **error)
{
    return bt_db_run(practice->db, error, "UPDATE area SET one_official = 1 WHERE id = ?", "s",
               practice->source) &&
        add_screens(practice, now_ms, error);
}

gboolean bt_practice_is(const BtStore *store)
{
    g_autofree char *path = g_build_filename(store->folder, ROOT_KEY, NULL);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

BtStore *bt_practice_open(const BtStore *real, gint64 now_ms, GError **error)
{
    const char *source = strcmp(real->source, "thuc-hanh") == 0 ? "thuc-hanh-2" : "thuc-hanh";
    g_autofree char *folder = g_build_filename(real->folder, FOLDER, NULL);
    g_autofree char *db = g_build_filename(folder, BT_STORE_DATABASE, NULL);
    if (!g_file_test(db, G_FILE_TEST_EXISTS) && !make(folder, source, real, now_ms, error))
        return NULL;
    g_autoptr(BtStore) practice = bt_store_open(folder, error);
    return practice != NULL && bt_practice_complete(practice, now_ms, error)
        ? g_steal_pointer(&practice)
        : NULL;
}

/* ---- people ---- */

static gboolean give_roles(
    BtStore *practice, BtStore *real, const char *user, gint64 now_ms, GError **error)
{
    static const BtRole roles[] = { BT_ROLE_EDITOR, BT_ROLE_APPROVER, BT_ROLE_OPERATOR };
    for (gsize i = 0; i < G_N_ELEMENTS(roles); i++)
        if (bt_roles_has(real, user, 1u << roles[i], NULL, now_ms) &&
            !bt_roles_give(practice, user, roles[i], practice->source, NULL, 0, error))
            return FALSE;
    return TRUE;
}

gboolean bt_practice_admit(
    BtStore *practice, BtStore *real, const char *user, gint64 now_ms, GError **error)
{
    if (!bt_db_begin(practice->db, error))
        return FALSE;
    if (bt_db_run(practice->db, error,
            "INSERT INTO user (name, hash, created_ms, area) VALUES (?, '', ?, ?)"
            " ON CONFLICT DO NOTHING",
            "sis", user, now_ms, practice->source) &&
        bt_db_run(practice->db, error, "DELETE FROM role WHERE user = ?", "s", user) &&
        give_roles(practice, real, user, now_ms, error) && bt_db_commit(practice->db, error))
        return TRUE;
    bt_db_rollback(practice->db);
    return FALSE;
}

/* ---- keys ---- */

static gboolean check_is_no_real_one(BtStore *real, const char *base64, GError **error)
{
    BtPublicKey half;
    char id[BT_HASH_HEX_SIZE];
    if (!bt_public_key_from_base64(base64, &half))
        return TRUE; /* bt_keys_add says so */
    bt_public_key_id(&half, id);
    g_autoptr(BtApproverKey) known = bt_keys_find(real, id, NULL);
    if (known == NULL)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
        "key %.8s: it signs real bulletins: expected one that was made for practice", id);
    return FALSE;
}

static gboolean end_older(BtStore *practice, const char *user, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) keys = bt_keys_list(practice, user);
    for (guint i = 0; i < keys->len; i++) {
        const BtApproverKey *key = g_ptr_array_index(keys, i);
        if (key->ended_ms == 0 && !bt_keys_end(practice, user, key->keyid, now_ms, error))
            return FALSE;
    }
    return TRUE;
}

/* Those that ended, and the oldest beyond what a root has room for. */
static void remove_old(BtRoot *root, const GPtrArray *keys)
{
    for (guint i = 0, kept = 0; i < keys->len; i++) {
        const BtApproverKey *key = g_ptr_array_index(keys, i);
        if (key->ended_ms == 0 && kept < KEYS_MAX)
            kept++;
        else
            (void)bt_roots_remove(root, key->keyid, NULL);
    }
}

/* (transfer full) (nullable) */
static GBytes *next_root(BtStore *practice, const BtPracticeKey *key, gint64 now_ms, GError **error)
{
    const BtRootsKey wanted = { .base64 = key->base64,
        .person = key->user,
        .publish = TRUE,
        .emergency = TRUE,
        .until_ms = BT_TIME_MAX };
    g_autoptr(GPtrArray) keys = bt_keys_list(practice, NULL);
    g_autoptr(BtRoot) root = bt_roots_next(practice, now_ms, error);
    if (root == NULL)
        return NULL;
    remove_old(root, keys);
    return bt_roots_add(root, &wanted, error) ? bt_roots_write(root, error) : NULL;
}

gboolean bt_practice_add_key(
    BtStore *practice, BtStore *real, const BtPracticeKey *key, gint64 now_ms, GError **error)
{
    g_autofree char *path = g_build_filename(practice->folder, ROOT_KEY, NULL);
    if (!check_is_no_real_one(real, key->base64, error) ||
        !end_older(practice, key->user, now_ms, error) ||
        !bt_keys_add(practice, key->user, key->base64, key->label, now_ms, NULL, error))
        return FALSE;
    g_autoptr(GBytes) draft = next_root(practice, key, now_ms, error);
    BtKey *root = draft != NULL ? bt_key_load(path, error) : NULL;
    g_autoptr(GBytes) envelope = root != NULL ? bt_roots_sign(draft, ROOT_NAME, root, error) : NULL;
    g_clear_pointer(&root, bt_key_free);
    return envelope != NULL && bt_roots_install(practice, envelope, ROOT_NAME, now_ms, error);
}
