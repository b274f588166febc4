/* What sync remembers over a power cut, all of it in the cache as documents of the source: the
 * floors below which no version may fall, the newest now.json, and which documents are ready. The
 * floor is written before what it guards: a cut between the two leaves a floor whose document comes
 * again with the same hash, never a document without its floor. */
#include "playlists/sync/private.h"

#include "base/json.h"

#include <gio/gio.h>
#include <string.h>

#define FLOOR_NAME "floor.json"
#define FLOOR_MAX_BYTES 4096
#define READY_MAX_BYTES 80
#define ORDER_KEY "order"
#define ORDER_READY "order.ready"
#define MET_NAME "met"

static const char *const ready_names[BT_N_FOLLOWED] = { "alert.ready", "manifest.ready" };
static const char *const before_names[BT_N_FOLLOWED] = { "alert.before", "manifest.before" };
static const char *const floor_keys[BT_N_FOLLOWED] = { "alert", "manifest" };

BtFloor bt_state_floor(gint64 version, GBytes *envelope)
{
    BtFloor floor = { .version = version };
    bt_hash_data(g_bytes_get_data(envelope, NULL), g_bytes_get_size(envelope), floor.sha256);
    return floor;
}

/* ---- floors ---- */

static BtJson *floor_to_json(const BtFloor *floor)
{
    BtJson *json = bt_json_new_object();
    bt_json_set_int(json, "version", floor->version);
    bt_json_set_string(json, "sha256", floor->sha256);
    return json;
}

gboolean bt_state_save_floors(BtSync *sync, GError **error)
{
    g_autoptr(BtJson) json = bt_json_new_object();
    bt_json_set(json, "now", floor_to_json(&sync->now_floor));
    for (int i = 0; i < BT_N_FOLLOWED; i++)
        bt_json_set(json, floor_keys[i], floor_to_json(&sync->floors[i]));
    bt_json_set(json, ORDER_KEY, floor_to_json(&sync->order_floor));
    char *text = bt_json_to_text(json, FALSE);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    return bt_cache_write_document(sync->cache, sync->source.name, FLOOR_NAME, bytes, error);
}

static gboolean read_floor(const BtJsonAt *root, const char *key, BtFloor *floor, GError **error)
{
    BtJsonAt at, version, sha256;
    if (!bt_json_require(root, key, &at, error) || !bt_json_read_object(&at, error) ||
        !bt_json_require(&at, "version", &version, error) ||
        !bt_json_read_int(&version, 0, G_MAXINT64, &floor->version, error) ||
        !bt_json_require(&at, "sha256", &sha256, error))
        return FALSE;
    const char *hash = bt_json_read_string(&sha256, 0, 64, error);
    if (!hash)
        return FALSE;
    g_strlcpy(floor->sha256, bt_hash_is_hex(hash) ? hash : "", sizeof floor->sha256);
    return TRUE;
}

static gboolean read_floors(BtSync *sync, GBytes *bytes, GError **error)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    g_autoptr(BtJson) json = bt_json_parse(data, size, FLOOR_NAME, FLOOR_MAX_BYTES, 4, error);
    if (!json)
        return FALSE;
    BtJsonAt root = bt_json_root(FLOOR_NAME, json), order;
    if (!bt_json_read_object(&root, error) || !read_floor(&root, "now", &sync->now_floor, error))
        return FALSE;
    for (int i = 0; i < BT_N_FOLLOWED; i++)
        if (!read_floor(&root, floor_keys[i], &sync->floors[i], error))
            return FALSE;
    return !bt_json_member(&root, ORDER_KEY, &order) ||
        read_floor(&root, ORDER_KEY, &sync->order_floor, error);
}

/* What cannot be read now may be read later, and is lost only when whoever waits has lost patience.
 */
gboolean bt_state_may_wait(const BtSync *sync, const GError *why)
{
    return g_error_matches(why, BT_ERROR, BT_ERROR_IO) && !sync->source.may_begin_anew;
}

/* Floors that are lost begin at nothing, aloud: a board that refuses everything for ever because of
 * one bad sector serves nobody, and show keeps floors of its own. */
static gboolean load_floors(BtSync *sync, GError **error)
{
    GError *why = NULL;
    g_autoptr(GBytes) bytes =
        bt_cache_read_document(sync->cache, sync->source.name, FLOOR_NAME, FLOOR_MAX_BYTES, &why);
    if (bytes && read_floors(sync, bytes, &why))
        return TRUE;
    if (bt_state_may_wait(sync, why)) {
        g_propagate_error(error, why);
        return FALSE;
    }
    sync->now_floor = (BtFloor){ 0 };
    memset(sync->floors, 0, sizeof sync->floors);
    sync->order_floor = (BtFloor){ 0 };
    if (!g_error_matches(why, BT_ERROR, BT_ERROR_NOT_FOUND))
        bt_sync_tell(sync, "refused", why, FLOOR_NAME, "%s", why->message);
    g_error_free(why);
    return TRUE;
}

/* ---- now.json ---- */

gboolean bt_state_save_now(BtSync *sync, GBytes *envelope, GError **error)
{
    return bt_cache_write_document(sync->cache, sync->source.name, "now.json", envelope, error);
}

/* The one in the cache, if it still verifies; its age is not asked here. */
static void load_now(BtSync *sync)
{
    g_autoptr(GBytes) envelope = bt_cache_read_document(
        sync->cache, sync->source.name, "now.json", BT_ENVELOPE_MAX_BYTES(BT_NOW_MAX_BYTES), NULL);
    if (!envelope || !sync->rooted)
        return;
    sync->now =
        bt_trust_verify_now(sync->trust, envelope, "now.json", &sync->now_floor, BT_TIME_MIN, NULL);
    if (sync->now)
        sync->now_envelope = g_bytes_ref(envelope);
}

/* ---- what is ready ---- */

static void load_hash(BtSync *sync, const char *name, char hash[BT_HASH_HEX_SIZE])
{
    hash[0] = '\0';
    g_autoptr(GBytes) bytes =
        bt_cache_read_document(sync->cache, sync->source.name, name, READY_MAX_BYTES, NULL);
    if (!bytes)
        return;
    g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    if (bt_hash_is_hex(g_strstrip(text)))
        g_strlcpy(hash, text, BT_HASH_HEX_SIZE);
}

static gboolean save_hash(BtSync *sync, const char *name, const char *hash, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(hash, strlen(hash));
    return bt_cache_write_document(sync->cache, sync->source.name, name, bytes, error);
}

/* A write that failed may have put the new file in its place, and show may have acted on it: to
 * mend it with what was ready before would take that back. So what is wanted counts, and the next
 * round mends the disk with it. */
gboolean bt_state_set_ready(BtSync *sync, BtFollow which, const char *sha256, GError **error)
{
    BtFollowed *followed = &sync->followed[which];
    if (*followed->ready && !save_hash(sync, before_names[which], followed->ready, error))
        return FALSE;
    if (*followed->ready)
        g_strlcpy(followed->before, followed->ready, sizeof followed->before);
    g_strlcpy(followed->ready, sha256, sizeof followed->ready);
    followed->unsure = !save_hash(sync, ready_names[which], sha256, error);
    return !followed->unsure;
}

gboolean bt_state_set_order(BtSync *sync, const char *sha256, GError **error)
{
    g_strlcpy(sync->order_ready, sha256, sizeof sync->order_ready);
    return save_hash(sync, ORDER_READY, sha256, error);
}

/* ---- where it was met ---- */

void bt_state_keep_met(BtSync *sync, const char *met)
{
    if (!*met || strcmp(met, sync->met) == 0)
        return;
    g_strlcpy(sync->met, met, sizeof sync->met);
    g_autoptr(GBytes) bytes = g_bytes_new(met, strlen(met));
    bt_cache_write_document(sync->cache, sync->source.name, MET_NAME, bytes, NULL);
}

/* What rotted into a name would be asked as one. */
static void load_met(BtSync *sync)
{
    g_autoptr(GBytes) bytes = bt_cache_read_document(
        sync->cache, sync->source.name, MET_NAME, BT_ADDRESS_MAX_BYTES, NULL);
    if (!bytes)
        return;
    g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    if (g_hostname_is_ip_address(text))
        g_strlcpy(sync->met, text, sizeof sync->met);
}

/* ---- mending ---- */

/* TRUE when it was, or is, as it should be. */
static gboolean mend(BtRound *round, const char *name, GBytes *should)
{
    BtSync *sync = round->sync;
    GError *why = NULL;
    gsize size_bytes = g_bytes_get_size(should);
    g_autoptr(GBytes) found =
        bt_cache_read_document(sync->cache, sync->source.name, name, size_bytes, NULL);
    if (found && g_bytes_equal(found, should))
        return TRUE;
    if (!bt_cache_write_document(sync->cache, sync->source.name, name, should, &why))
        return bt_round_fail(round, name, why);
    bt_sync_tell(sync, "mended", NULL, name, "was not on the disk as it came");
    return round->changed = TRUE;
}

/* No alert needs no file. */
static gboolean mend_ready(BtRound *round, BtFollow which)
{
    BtFollowed *followed = &round->sync->followed[which];
    g_autoptr(GBytes) should = g_bytes_new(followed->ready, strlen(followed->ready));
    gboolean matters = *followed->ready || followed->unsure;
    gboolean ok = !matters || mend(round, ready_names[which], should);
    followed->unsure = followed->unsure && !ok;
    return ok;
}

void bt_state_mend(BtRound *round)
{
    BtSync *sync = round->sync;
    gboolean ok = !sync->now_envelope || mend(round, "now.json", sync->now_envelope);
    for (int i = 0; ok && i < BT_N_FOLLOWED; i++)
        ok = mend_ready(round, (BtFollow)i);
    g_autoptr(GBytes) order = g_bytes_new(sync->order_ready, strlen(sync->order_ready));
    if (ok && *sync->order_ready)
        mend(round, ORDER_READY, order);
}

gboolean bt_state_load(BtSync *sync, GError **error)
{
    if (!load_floors(sync, error) || !bt_roots_load(sync, error))
        return FALSE;
    load_now(sync);
    for (int i = 0; i < BT_N_FOLLOWED; i++) {
        load_hash(sync, ready_names[i], sync->followed[i].ready);
        load_hash(sync, before_names[i], sync->followed[i].before);
    }
    load_hash(sync, ORDER_READY, sync->order_ready);
    load_met(sync);
    return TRUE;
}
