/* What lies in the cache of a TTN source: two documents, each an object by its hash and named as
 * ready, and beside each a line that says what it was made of, so that a start composes nothing
 * anew. The object comes first, then its name, then the line: a cut between them costs one more
 * version. */
#include "player/sync/ttn.h"

#include "base/hash.h"

#include <string.h>

#define READY_MAX_BYTES 80
#define LINE_MAX_BYTES 200

static const char *const ready_names[] = { "manifest.ready", "alert.ready" };
static const char *const before_names[] = { "manifest.before", "alert.before" };
static const char *const made_names[] = { "manifest.made", "alert.made" };

/* ---- reading ---- */

static char *read_text(BtSyncTtn *ttn, BtCache *cache, const char *name, gsize max_bytes)
{
    g_autoptr(GBytes) bytes =
        bt_cache_read_document(cache, ttn->source->name, name, max_bytes, NULL);
    return bytes == NULL ? g_strdup("")
                         : g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static void read_hash(
    BtSyncTtn *ttn, BtCache *cache, const char *name, char sha256[BT_HASH_HEX_SIZE])
{
    g_autofree char *text = read_text(ttn, cache, name, READY_MAX_BYTES);
    g_strlcpy(sha256, bt_hash_is_hex(g_strstrip(text)) ? text : "", BT_HASH_HEX_SIZE);
}

/* "PLAIN SHA256 RENEWED_MS"; of another document than the one that is ready it says nothing. */
static void read_line(BtSyncTtn *ttn, BtCache *cache, const char *name, BtTtnMade *made)
{
    g_autofree char *text = read_text(ttn, cache, name, LINE_MAX_BYTES);
    g_auto(GStrv) words = g_strsplit(text, " ", 4);
    if (g_strv_length(words) != 3 || !bt_hash_is_hex(words[0]) ||
        strcmp(words[1], made->sha256) != 0 || !bt_cache_has(cache, made->sha256))
        return;
    g_strlcpy(made->plain, words[0], sizeof made->plain);
    made->renewed_ms = g_ascii_strtoll(words[2], NULL, 10);
}

void bt_ttn_made_read(BtSyncTtn *ttn, BtCache *cache)
{
    for (guint i = 0; i < G_N_ELEMENTS(ttn->made); i++) {
        BtTtnMade *made = &ttn->made[i];
        *made = (BtTtnMade){ 0 };
        read_hash(ttn, cache, ready_names[i], made->sha256);
        read_hash(ttn, cache, before_names[i], made->before);
        read_line(ttn, cache, made_names[i], made);
    }
    ttn->made_is_read = TRUE;
}

/* ---- writing ---- */

static gboolean write_text(
    BtSyncTtn *ttn, BtCache *cache, const char *name, const char *text, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    return bt_cache_write_document(cache, ttn->source->name, name, bytes, error);
}

static gboolean write_made(
    BtSyncTtn *ttn, BtCache *cache, BtTtnDocument which, const BtTtnMade *made, GError **error)
{
    g_autofree char *line =
        g_strdup_printf("%s %s %" G_GINT64_FORMAT, made->plain, made->sha256, made->renewed_ms);
    return (*made->before == '\0' ||
               write_text(ttn, cache, before_names[which], made->before, error)) &&
        write_text(ttn, cache, ready_names[which], made->sha256, error) &&
        (*made->sha256 == '\0' || write_text(ttn, cache, made_names[which], line, error));
}

gboolean bt_ttn_made_put(BtSyncTtn *ttn, BtCache *cache, BtTtnDocument which, const BtTtnMade *made,
    const char *text, GError **error)
{
    BtTtnMade *old = &ttn->made[which], new_one = *made;
    gsize size = strlen(text);
    *new_one.sha256 = '\0';
    if (size > 0) {
        g_autoptr(GBytes) bytes = g_bytes_new(text, size);
        bt_hash_data(text, size, new_one.sha256);
        if (!bt_cache_has(cache, new_one.sha256) &&
            !bt_cache_add_object(cache, new_one.sha256, bytes, error))
            return FALSE;
    }
    g_strlcpy(
        new_one.before, *old->sha256 != '\0' ? old->sha256 : old->before, sizeof new_one.before);
    if (!write_made(ttn, cache, which, &new_one, error))
        return FALSE;
    *old = new_one;
    return TRUE;
}

/* ---- what they need ---- */

/* From our own cache, by its hash: nothing here is believed, only kept. */
static void add_needed(BtCache *cache, GHashTable *keep, const char *sha256)
{
    if (*sha256 == '\0')
        return;
    g_hash_table_add(keep, g_strdup(sha256));
    g_autoptr(GBytes) bytes = bt_cache_read_object(cache, sha256, BT_MANIFEST_MAX_BYTES, NULL);
    g_autoptr(BtManifest) manifest = bytes == NULL
        ? NULL
        : bt_manifest_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), sha256, NULL);
    GHashTableIter iter;
    gpointer asset;
    if (manifest == NULL)
        return;
    g_hash_table_iter_init(&iter, manifest->assets);
    while (g_hash_table_iter_next(&iter, &asset, NULL))
        g_hash_table_add(keep, g_strdup(asset));
}

void bt_ttn_made_add_needed(BtSyncTtn *ttn, BtCache *cache, GHashTable *keep)
{
    for (guint i = 0; i < G_N_ELEMENTS(ttn->made); i++) {
        add_needed(cache, keep, ttn->made[i].sha256);
        add_needed(cache, keep, ttn->made[i].before);
    }
}
