#include "tests/unit/source-fixture.h"
#include "tests/unit/tree.h"

static const char place[] =
    "INSERT INTO area (id, parent, name, kind, created_ms) VALUES"
    " ('phutuc', 'krongpa', 'Phú Túc', 'commune', 0), ('iarsai', 'krongpa', 'Ia Rsai', 'commune',"
    " 0), ('buon', 'phutuc', 'Buôn Bầu', 'village', 0);"
    "INSERT INTO user (name, hash, created_ms) VALUES ('an', '', 0);"
    "INSERT INTO screen (id, name, created_ms, area, width_px, height_px, is_led, retired_ms) "
    "VALUES"
    " ('pt-1', 'a', 0, 'phutuc', 640, 384, 1, NULL), ('bb-1', 'b', 0, 'buon', 640, 384, 1, NULL),"
    " ('bb-2', 'c', 0, 'buon', 1920, 1080, 0, NULL), ('ir-1', 'd', 0, 'iarsai', 640, 384, 1, NULL),"
    " ('old', 'e', 0, 'phutuc', 640, 384, 1, 1);"
    "INSERT INTO media VALUES ('" BT_SOURCE_PICTURE
    "', 'krongpa', 'an', 'a.png', 'image/png', 10, 4, 4, 0, 0);";

void bt_source_run(BtStore *store, const char *sql)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) parts = g_strsplit(sql, ";", -1);
    for (int i = 0; parts[i] != NULL; i++)
        if (*g_strstrip(parts[i]) != '\0') {
            bt_db_run(store->db, &error, parts[i], "");
            g_assert_no_error(error);
        }
}

void bt_source_set_up(BtSourceFixture *f)
{
    g_autoptr(GError) error = NULL;
    f->folder = g_dir_make_tmp("bt-plan-XXXXXX", &error);
    g_autofree char *key = g_build_filename(f->folder, "freshness.key", NULL);
    g_assert_true(bt_store_create(f->folder, "krongpa", "Krông Pa", "Asia/Ho_Chi_Minh", &error));
    g_autoptr(BtKey) fresh = bt_key_generate();
    g_assert_true(bt_key_save(fresh, key, &error));
    f->store = bt_store_open(f->folder, &error);
    g_assert_no_error(error);
    bt_source_run(f->store, place);
}

void bt_source_tear_down(BtSourceFixture *f)
{
    bt_store_close(f->store);
    remove_tree(f->folder);
    g_free(f->folder);
}
