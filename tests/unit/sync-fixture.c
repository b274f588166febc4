#include "tests/unit/sync-fixture.h"
#include "tests/unit/tree.h"

#include <string.h>

static void on_event(const BtSyncEvent *event, gpointer user)
{
    Fixture *f = user;
    g_test_message("%s %s %s: %s", event->type, event->reason, event->what, event->message);
    g_ptr_array_add(
        f->events, g_strdup_printf("%s %s %s", event->type, event->reason, event->what));
}

BtSync *tree_open_sync(Fixture *f, const char *root_path, const char *fingerprint, GError **error)
{
    BtSyncSource source = { .name = "krongpa",
        .base = f->base,
        .source_id = "krongpa",
        .screen = PUBLISHER_SCREEN,
        .root_path = root_path,
        .root_fingerprint = fingerprint,
        .may_begin_anew = f->may_begin_anew };
    return bt_sync_new(&source, f->cache, NULL, on_event, f, error);
}

void tree_reopen(Fixture *f, const char *root_path)
{
    g_autoptr(GError) error = NULL;
    g_clear_pointer(&f->sync, bt_sync_free);
    f->sync = tree_open_sync(f, root_path, NULL, &error);
    g_assert_no_error(error);
}

ManifestDraft tree_draft_of(Fixture *f, gint64 version)
{
    return (ManifestDraft){ .version = version,
        .assets = { { "video", f->film, FILM_BYTES }, { "image", f->image, 5 },
            { "picture", f->picture, 7 } } };
}

void tree_publish(Fixture *f, gint64 version, char sha256[BT_HASH_HEX_SIZE])
{
    ManifestDraft draft = tree_draft_of(f, version);
    publisher_manifest(f->p, "manifest", KEY_PUBLISH, &draft, sha256);
    NowDraft now = { .version = version, .manifest = sha256 };
    publisher_now(f->p, KEY_FRESHNESS, &now);
}

void tree_set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    f->top = g_dir_make_tmp("bt-sync-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *tree = g_build_filename(f->top, "tree", NULL);
    f->base = g_strconcat("file://", tree, "/", NULL);
    f->root_path = g_build_filename(tree, "v1/root/1.json", NULL);
    f->cache_path = g_build_filename(f->top, "cache", NULL);
    f->p = publisher_new(tree);
    f->events = g_ptr_array_new_with_free_func(g_free);
    publisher_root(f->p, 1, NULL);
    g_autofree char *film = g_malloc(FILM_BYTES);
    for (guint i = 0; i < FILM_BYTES; i++)
        film[i] = (char)(i * 31 + i / 4093);
    publisher_asset(f->p, film, FILM_BYTES, f->film);
    publisher_asset(f->p, "image", 5, f->image);
    publisher_asset(f->p, "picture", 7, f->picture);
    tree_publish(f, 10, f->manifest);
    f->cache = bt_cache_open(f->cache_path, TRUE, &error);
    g_assert_no_error(error);
    tree_reopen(f, f->root_path);
}

void tree_tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_sync_free(f->sync);
    bt_cache_close(f->cache);
    publisher_free(f->p);
    remove_tree(f->top);
    g_ptr_array_unref(f->events);
    g_free(f->top);
    g_free(f->cache_path);
    g_free(f->root_path);
    g_free(f->base);
}

/* ---- asking ---- */

BtSyncResult tree_round_at(Fixture *f, gint64 now_ms, GError **error)
{
    g_ptr_array_set_size(f->events, 0);
    return bt_sync_round(f->sync, now_ms, NULL, error);
}

void tree_expect(Fixture *f, BtSyncResult expected)
{
    g_autoptr(GError) error = NULL;
    BtSyncResult result = tree_round_at(f, NOW, &error);
    g_assert_no_error(error);
    g_assert_cmpint(result, ==, expected);
}

char *tree_document(Fixture *f, const char *name)
{
    g_autoptr(GBytes) bytes = bt_cache_read_document(f->cache, "krongpa", name, 1 << 20, NULL);
    return bytes ? g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)) : NULL;
}

void tree_assert_document(Fixture *f, const char *name, const char *expected)
{
    g_autofree char *text = tree_document(f, name);
    g_assert_cmpstr(text, ==, expected);
}

gint tree_event_at(Fixture *f, const char *type, const char *reason, const char *what)
{
    g_autofree char *line = g_strdup_printf("%s %s %s", type, reason, what);
    for (guint i = 0; i < f->events->len; i++)
        if (strcmp(g_ptr_array_index(f->events, i), line) == 0)
            return (gint)i;
    return -1;
}

gboolean tree_has_event_of(Fixture *f, const char *type, const char *reason)
{
    g_autofree char *start = g_strdup_printf("%s %s ", type, reason);
    for (guint i = 0; i < f->events->len; i++)
        if (g_str_has_prefix(g_ptr_array_index(f->events, i), start))
            return TRUE;
    return FALSE;
}

void tree_now_older(Fixture *f)
{
    NowDraft now = { .version = 9, .manifest = f->manifest };
    publisher_now(f->p, KEY_FRESHNESS, &now);
}

void tree_add_cases(const char *folder, const TreeCase *cases, guint n)
{
    for (guint i = 0; i < n; i++) {
        g_autofree char *path = g_strdup_printf("/%s/%s", folder, cases[i].name);
        g_test_add(path, Fixture, NULL, tree_set_up, cases[i].run, tree_tear_down);
    }
}
