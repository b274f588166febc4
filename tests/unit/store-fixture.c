#include "tests/unit/store-fixture.h"

#include <glib/gstdio.h>

void store_fixture_open(StoreFixture *f)
{
    static const struct {
        const char *parent, *name, *id;
        BtAreaKind kind;
    } areas[] = {
        { "gialai", "Krông Pa", "krong-pa", BT_AREA_REGION },
        { "krong-pa", "Phú Túc", "phu-tuc", BT_AREA_COMMUNE },
        { "krong-pa", "Ia Rsai", "ia-rsai", BT_AREA_COMMUNE },
        { "phu-tuc", "Buôn A", "buon-a", BT_AREA_VILLAGE },
        { "phu-tuc", "Buôn B", "buon-b", BT_AREA_VILLAGE },
    };
    g_autoptr(GError) error = NULL;
    f->folder = g_dir_make_tmp("bt-store-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(f->folder, "freshness.key", NULL);
    g_autoptr(BtKey) key = bt_key_generate();
    g_assert_true(bt_key_save(key, path, &error));
    g_assert_true(bt_store_create(f->folder, "gialai", "Gia Lai", "Asia/Ho_Chi_Minh", &error));
    f->store = bt_store_open(f->folder, &error);
    g_assert_no_error(error);
    for (gsize i = 0; i < G_N_ELEMENTS(areas); i++) {
        g_autofree char *id = NULL;
        g_assert_true(bt_areas_add(
            f->store, areas[i].parent, areas[i].name, areas[i].kind, "an", NOW_MS, &id, &error));
        g_assert_cmpstr(id, ==, areas[i].id);
    }
}

void store_fixture_close(StoreFixture *f)
{
    static const char *const files[] = { "source.db", "source.db-wal", "source.db-shm",
        "freshness.key", NULL };
    g_clear_pointer(&f->store, bt_store_close);
    for (int i = 0; files[i] != NULL; i++) {
        g_autofree char *path = g_build_filename(f->folder, files[i], NULL);
        g_remove(path);
    }
    g_rmdir(f->folder);
    g_free(f->folder);
}

void store_fixture_run(StoreFixture *f, const char *sql)
{
    g_autoptr(GError) error = NULL;
    bt_db_run(f->store->db, &error, sql, "");
    g_assert_no_error(error);
}

char *store_fixture_ask(StoreFixture *f, const char *sql)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtRows) rows = bt_db_query(f->store->db, &error, sql, "");
    g_assert_no_error(error);
    return bt_rows_next(rows, &error) ? g_strdup(bt_rows_text(rows, 0)) : NULL;
}
