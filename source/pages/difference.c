#include "source/pages/difference.h"

#include "base/io.h"
#include "base/json.h"
#include "playlists/envelope/envelope.h"
#include "source/store/site.h"

#include <string.h>

/* One document: its model, and what stands in it of each item and programme, to the letter. */
typedef struct {
    BtManifest *manifest;
    GHashTable *items, *programmes; /* id → char* */
} Side;

static void side_clear(Side *side)
{
    g_clear_pointer(&side->items, g_hash_table_unref);
    g_clear_pointer(&side->programmes, g_hash_table_unref);
}

static void side_free(gpointer data)
{
    side_clear(data);
    g_free(data);
}

/* ---- reading ---- */

static void note(GHashTable *texts, const BtJsonAt *at)
{
    BtJsonAt member;
    const char *id = bt_json_read_object(at, NULL) && bt_json_member(at, "id", &member)
        ? bt_json_read_string(&member, 1, G_MAXSIZE, NULL)
        : NULL;
    if (id != NULL)
        g_hash_table_insert(texts, g_strdup(id), bt_json_to_text(at->value, FALSE));
}

static void note_all(GHashTable *texts, const BtJsonAt *root, const char *key)
{
    BtJsonAt list;
    if (!bt_json_member(root, key, &list) || !bt_json_is_array(&list))
        return;
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt at = bt_json_element(&list, i);
        note(texts, &at);
    }
}

static void note_items(GHashTable *texts, const BtJsonAt *root)
{
    BtJsonAt playlists;
    if (!bt_json_member(root, "playlists", &playlists) || !bt_json_is_array(&playlists))
        return;
    for (gsize i = 0; i < bt_json_length(&playlists); i++) {
        BtJsonAt playlist = bt_json_element(&playlists, i);
        if (bt_json_read_object(&playlist, NULL))
            note_all(texts, &playlist, "items");
    }
}

/* FALSE: it cannot be read. The manifest goes to `keep`. */
static gboolean read_side(GBytes *payload, GPtrArray *keep, Side *side)
{
    gsize size_bytes;
    const void *data = g_bytes_get_data(payload, &size_bytes);
    g_autoptr(BtJson) json =
        bt_json_parse(data, size_bytes, "", BT_MANIFEST_MAX_BYTES, BT_MANIFEST_MAX_DEPTH, NULL);
    side->manifest = json != NULL ? bt_manifest_parse(data, size_bytes, "", NULL) : NULL;
    if (side->manifest == NULL)
        return FALSE;
    g_ptr_array_add(keep, side->manifest);
    BtJsonAt root = bt_json_root("", json);
    side->items = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    side->programmes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    note_items(side->items, &root);
    note_all(side->programmes, &root, "programmes");
    return TRUE;
}

static GBytes *read_payload(BtStore *store, const char *sha256)
{
    g_autofree char *path = bt_site_manifest_path(store->site, sha256);
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), NULL);
    return bytes != NULL ? bt_envelope_peek(bytes, path, BT_MANIFEST_MAX_BYTES, NULL) : NULL;
}

/* What a screen had before this version, "" for nothing. (transfer full) */
static char *hash_before(BtStore *store, const char *screen, gint64 version)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT sha256 FROM publication WHERE screen = ? AND kind = 'manifest' AND version < ?"
        " ORDER BY version DESC LIMIT 1",
        "si", screen, version);
    return g_strdup(rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_text(rows, 0) : "");
}

/* The same, read; many screens have the same. `known`: hash → Side. Borrowed; never NULL. */
static const Side *side_before(
    BtStore *store, GHashTable *known, GPtrArray *keep, const char *screen, gint64 version)
{
    g_autofree char *sha256 = hash_before(store, screen, version);
    Side *side = g_hash_table_lookup(known, sha256);
    if (side != NULL)
        return side;
    side = g_new0(Side, 1);
    g_autoptr(GBytes) payload = *sha256 != '\0' ? read_payload(store, sha256) : NULL;
    if (payload != NULL && !read_side(payload, keep, side))
        *side = (Side){ NULL };
    g_hash_table_insert(known, g_strdup(sha256), side);
    return side;
}

/* ---- comparing ---- */

static void entry_free(BtDifferenceEntry *entry)
{
    g_ptr_array_unref(entry->screens);
    g_free(entry);
}

static const char *id_of(const BtDifferenceEntry *entry)
{
    return entry->item != NULL ? entry->item->id : entry->programme->id;
}

/* The entry that says the same of another screen, or a new one. */
static void add(GPtrArray *entries, BtDifferenceState state, const BtItem *item,
    const BtProgramme *programme, const char *screen)
{
    const char *id = item != NULL ? item->id : programme->id;
    for (guint i = 0; i < entries->len; i++) {
        BtDifferenceEntry *entry = g_ptr_array_index(entries, i);
        if (entry->state == state && strcmp(id_of(entry), id) == 0) {
            g_ptr_array_add(entry->screens, g_strdup(screen));
            return;
        }
    }
    BtDifferenceEntry *entry = g_new0(BtDifferenceEntry, 1);
    *entry = (BtDifferenceEntry){ state, item, programme, g_ptr_array_new_with_free_func(g_free) };
    g_ptr_array_add(entry->screens, g_strdup(screen));
    g_ptr_array_add(entries, entry);
}

static BtDifferenceState compare(GHashTable *before, GHashTable *after, const char *id)
{
    const char *old = before != NULL ? g_hash_table_lookup(before, id) : NULL;
    const char *new = g_hash_table_lookup(after, id);
    return old == NULL             ? BT_DIFFERENCE_NEW
        : g_strcmp0(old, new) == 0 ? BT_DIFFERENCE_SAME
                                   : BT_DIFFERENCE_CHANGED;
}

static void compare_items(
    BtDifference *difference, const Side *before, const Side *after, const char *screen)
{
    for (guint i = 0; i < after->manifest->items->len; i++) {
        const BtItem *item = g_ptr_array_index(after->manifest->items, i);
        add(difference->items, compare(before->items, after->items, item->id), item, NULL, screen);
    }
    for (guint i = 0; before->manifest != NULL && i < before->manifest->items->len; i++) {
        const BtItem *item = g_ptr_array_index(before->manifest->items, i);
        if (!g_hash_table_contains(after->items, item->id))
            add(difference->items, BT_DIFFERENCE_GONE, item, NULL, screen);
    }
}

static void compare_programmes(
    BtDifference *difference, const Side *before, const Side *after, const char *screen)
{
    for (guint i = 0; i < after->manifest->programmes->len; i++) {
        const BtProgramme *programme = g_ptr_array_index(after->manifest->programmes, i);
        difference->classes |= 1u << programme->cls;
        add(difference->programmes, compare(before->programmes, after->programmes, programme->id),
            NULL, programme, screen);
    }
    for (guint i = 0; before->manifest != NULL && i < before->manifest->programmes->len; i++) {
        const BtProgramme *programme = g_ptr_array_index(before->manifest->programmes, i);
        if (!g_hash_table_contains(after->programmes, programme->id))
            add(difference->programmes, BT_DIFFERENCE_GONE, NULL, programme, screen);
    }
}

static void compare_document(BtStore *store, BtDifference *difference, GHashTable *known,
    const BtProposal *proposal, const BtProposalDocument *document)
{
    static const Side nothing = { NULL };
    Side after = { NULL };
    if (!read_side(document->payload, difference->manifests, &after))
        return;
    difference->expires_ms = MIN(difference->expires_ms, after.manifest->expires_ms);
    for (guint i = 0; i < document->screens->len; i++) {
        const char *screen = g_ptr_array_index(document->screens, i);
        const Side *before = strcmp(proposal->kind, "alert") == 0
            ? &nothing
            : side_before(store, known, difference->manifests, screen, document->version);
        compare_items(difference, before, &after, screen);
        compare_programmes(difference, before, &after, screen);
    }
    side_clear(&after);
}

static int by_state(gconstpointer a, gconstpointer b)
{
    const BtDifferenceEntry *x = *(BtDifferenceEntry *const *)a,
                            *y = *(BtDifferenceEntry *const *)b;
    return x->state != y->state ? (int)x->state - (int)y->state : strcmp(id_of(x), id_of(y));
}

BtDifference *bt_difference_make(BtStore *store, const BtProposal *proposal)
{
    BtDifference *difference = g_new0(BtDifference, 1);
    difference->items = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
    difference->programmes = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
    difference->manifests = g_ptr_array_new_with_free_func((GDestroyNotify)bt_manifest_unref);
    difference->expires_ms = BT_TIME_MAX;
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, side_free);
    for (guint i = 0; i < proposal->documents->len; i++)
        compare_document(
            store, difference, known, proposal, g_ptr_array_index(proposal->documents, i));
    g_ptr_array_sort(difference->items, by_state);
    g_ptr_array_sort(difference->programmes, by_state);
    return difference;
}

void bt_difference_free(BtDifference *difference)
{
    g_ptr_array_unref(difference->items);
    g_ptr_array_unref(difference->programmes);
    g_ptr_array_unref(difference->manifests);
    g_free(difference);
}
