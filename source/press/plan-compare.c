/* Whether a screen plays what was signed for it. */
#include "source/press/plan-parts.h"

#include "base/io.h"
#include "playlists/envelope/envelope.h"
#include "source/store/site.h"

#include <string.h>

/* In place of an item may stand the id of one that was written before. */
static gboolean is_out(const BtJsonAt *element, GHashTable *out, gint64 now_ms)
{
    BtJsonAt at;
    if (bt_json_is_string(element))
        return g_hash_table_contains(out, bt_json_read_string(element, 0, G_MAXSIZE, NULL));
    if (!bt_plan_is_over(element->value, now_ms))
        return FALSE;
    const char *id =
        bt_json_member(element, "id", &at) ? bt_json_read_string(&at, 0, G_MAXSIZE, NULL) : NULL;
    if (id != NULL)
        g_hash_table_add(out, g_strdup(id));
    return TRUE;
}

/* (transfer full) */
static BtJson *without_old(const BtJsonAt *playlist, GHashTable *out, gint64 now_ms)
{
    BtJson *copy = bt_json_new_object(), *items = bt_json_new_array();
    BtJsonAt at, list;
    if (bt_json_member(playlist, "id", &at))
        bt_json_set(copy, "id", bt_json_ref(at.value));
    gsize n = bt_json_member(playlist, "items", &list) ? bt_json_length(&list) : 0;
    for (gsize i = 0; i < n; i++) {
        BtJsonAt element = bt_json_element(&list, i);
        if (!is_out(&element, out, now_ms))
            bt_json_append(items, bt_json_ref(element.value));
    }
    bt_json_set(copy, "items", items);
    return copy;
}

char *bt_plan_essence(const BtJson *document, gint64 now_ms)
{
    static const char *const same[] = { "layouts", "programmes", "display" };
    BtJsonAt root = bt_json_root("document", document), at;
    g_autoptr(GHashTable) out = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(BtJson) made = bt_json_new_object();
    BtJson *playlists = bt_json_new_array();
    for (gsize i = 0; i < G_N_ELEMENTS(same); i++)
        if (bt_json_member(&root, same[i], &at))
            bt_json_set(made, same[i], bt_json_ref(at.value));
    gsize n = bt_json_member(&root, "playlists", &at) ? bt_json_length(&at) : 0;
    for (gsize i = 0; i < n; i++) {
        BtJsonAt playlist = bt_json_element(&at, i);
        bt_json_append(playlists, without_old(&playlist, out, now_ms));
    }
    bt_json_set(made, "playlists", playlists);
    return bt_json_to_text(made, FALSE);
}

GBytes *bt_plan_signed(const BtStore *store, const char *sha256)
{
    if (!bt_hash_is_hex(sha256))
        return NULL;
    g_autofree char *path = bt_site_manifest_path(store->site, sha256);
    return bt_io_read(path, BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), NULL);
}

char *bt_plan_essence_of(const BtStore *store, const char *sha256, gint64 now_ms)
{
    g_autoptr(GBytes) bytes = bt_plan_signed(store, sha256);
    g_autoptr(GBytes) payload =
        bytes != NULL ? bt_envelope_peek(bytes, sha256, BT_MANIFEST_MAX_BYTES, NULL) : NULL;
    if (payload == NULL)
        return NULL;
    g_autoptr(BtJson) json = bt_json_parse(g_bytes_get_data(payload, NULL),
        g_bytes_get_size(payload), sha256, BT_MANIFEST_MAX_BYTES, BT_MANIFEST_MAX_DEPTH, NULL);
    return json != NULL ? bt_plan_essence(json, now_ms) : NULL;
}
