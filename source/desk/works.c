#include "source/desk/works.h"

#include "base/error.h"
#include "playlists/model/manifest.h"
#include "source/desk/uploads.h"

#include <string.h>

/* The same statements for three tables; `body` is called `items` in one of them. */
static const struct {
    const char *name, *find, *list, *add, *save, *remove, *users;
} tables[BT_N_WORK_KINDS] = {
    { "playlist",
        "SELECT id, revision, updated_ms, area, name, items, NULL FROM playlist WHERE id = ?",
        "SELECT id, revision, updated_ms, area, name, items, NULL FROM playlist"
        " WHERE area IN (SELECT value FROM json_each (?)) ORDER BY name, id LIMIT ?",
        "INSERT INTO playlist (area, name, items, updated_ms) VALUES (?1, ?2, ?3, ?5)",
        "UPDATE playlist SET name = ?2, items = ?3, revision = revision + 1, updated_ms = ?5"
        " WHERE id = ?1 AND revision = ?6",
        "DELETE FROM playlist WHERE id = ?",
        "SELECT id, revision, updated_ms, area, name, body, targets FROM programme WHERE EXISTS"
        " (SELECT 1 FROM json_each (body, '$.zones') WHERE value = ?) ORDER BY name, id" },
    { "layout", "SELECT id, revision, updated_ms, area, name, body, NULL FROM layout WHERE id = ?",
        "SELECT id, revision, updated_ms, area, name, body, NULL FROM layout"
        " WHERE area IN (SELECT value FROM json_each (?)) ORDER BY name, id LIMIT ?",
        "INSERT INTO layout (area, name, body, updated_ms) VALUES (?1, ?2, ?3, ?5)",
        "UPDATE layout SET name = ?2, body = ?3, revision = revision + 1, updated_ms = ?5"
        " WHERE id = ?1 AND revision = ?6",
        "DELETE FROM layout WHERE id = ?",
        "SELECT id, revision, updated_ms, area, name, body, targets FROM programme"
        " WHERE json_extract (body, '$.layout') = ? ORDER BY name, id" },
    { "programme",
        "SELECT id, revision, updated_ms, area, name, body, targets FROM programme WHERE id = ?",
        "SELECT id, revision, updated_ms, area, name, body, targets FROM programme"
        " WHERE area IN (SELECT value FROM json_each (?)) ORDER BY name, id LIMIT ?",
        "INSERT INTO programme (area, name, body, targets, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
        "UPDATE programme SET name = ?2, body = ?3, targets = ?4, revision = revision + 1,"
        " updated_ms = ?5 WHERE id = ?1 AND revision = ?6",
        "DELETE FROM programme WHERE id = ?", NULL },
};

void bt_work_free(BtWork *work)
{
    g_free(work->area);
    g_free(work->name);
    g_clear_pointer(&work->body, bt_json_unref);
    g_clear_pointer(&work->targets, bt_json_unref);
    g_free(work);
}

const char *bt_work_kind_name(BtWorkKind kind)
{
    return tables[kind].name;
}

/* ---- reading ---- */

static BtJson *parse(const char *text)
{
    return text == NULL ? NULL
                        : bt_json_parse(text, strlen(text), "work", BT_WORK_BODY_MAX_BYTES,
                              BT_MANIFEST_MAX_DEPTH, NULL);
}

/* NULL when its JSON is damaged. */
static BtWork *read_row(BtRows *rows, BtWorkKind kind)
{
    g_autoptr(BtWork) work = g_new0(BtWork, 1);
    work->kind = kind;
    work->id = bt_rows_int(rows, 0);
    work->revision = bt_rows_int(rows, 1);
    work->updated_ms = bt_rows_int(rows, 2);
    work->area = g_strdup(bt_rows_text(rows, 3));
    work->name = g_strdup(bt_rows_text(rows, 4));
    work->body = parse(bt_rows_text(rows, 5));
    work->targets = parse(bt_rows_text(rows, 6));
    return work->body != NULL && (kind != BT_WORK_PROGRAMME || work->targets != NULL)
        ? g_steal_pointer(&work)
        : NULL;
}

static GPtrArray *read_all(BtRows *rows, BtWorkKind kind)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)bt_work_free);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        BtWork *work = read_row(rows, kind);
        if (work != NULL)
            g_ptr_array_add(list, work);
    }
    return list;
}

BtWork *bt_works_find(BtStore *store, BtWorkKind kind, gint64 id, GError **error)
{
    g_autoptr(GError) trouble = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, &trouble, tables[kind].find, "i", id);
    BtWork *work = rows != NULL && bt_rows_next(rows, &trouble) ? read_row(rows, kind) : NULL;
    if (work != NULL)
        return work;
    if (trouble != NULL)
        g_propagate_error(error, g_steal_pointer(&trouble));
    else
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "%s %" G_GINT64_FORMAT ": there is none",
            tables[kind].name, id);
    return NULL;
}

GPtrArray *bt_works_list(BtStore *store, BtWorkKind kind, const GPtrArray *areas)
{
    g_autoptr(BtJson) list = bt_json_new_array();
    for (guint i = 0; i < areas->len; i++)
        bt_json_append_string(list, g_ptr_array_index(areas, i));
    g_autofree char *text = bt_json_to_text(list, FALSE);
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, tables[kind].list, "si", text, (gint64)BT_WORKS_MAX);
    return read_all(rows, kind);
}

GPtrArray *bt_works_users(BtStore *store, const BtWork *work)
{
    g_autoptr(BtRows) rows = tables[work->kind].users != NULL
        ? bt_db_query(store->db, NULL, tables[work->kind].users, "i", work->id)
        : NULL;
    return read_all(rows, BT_WORK_PROGRAMME);
}

/* ---- writing ---- */

typedef struct {
    char *name, *body, *targets;
} Texts;

static void texts_clear(Texts *texts)
{
    g_free(texts->name);
    g_free(texts->body);
    g_free(texts->targets);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Texts, texts_clear)

static gboolean make_texts(const BtWorkWords *words, Texts *texts, GError **error)
{
    texts->name = bt_upload_clean_name(words->name);
    glong length = g_utf8_strlen(texts->name, -1);
    if (length < 1 || length > BT_WORK_NAME_MAX) {
        g_set_error(
            error, BT_ERROR, BT_ERROR_INVALID, "name: expected 1 to %d letters", BT_WORK_NAME_MAX);
        return FALSE;
    }
    texts->body = bt_json_to_text(words->body, FALSE);
    texts->targets = words->targets != NULL ? bt_json_to_text(words->targets, FALSE) : NULL;
    if (strlen(texts->body) <= BT_WORK_BODY_MAX_BYTES &&
        (texts->targets == NULL || strlen(texts->targets) <= BT_WORK_BODY_MAX_BYTES))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "%s: too long", texts->name);
    return FALSE;
}

gint64 bt_works_add(BtStore *store, BtWorkKind kind, const char *area, const BtWorkWords *words,
    gint64 now_ms, GError **error)
{
    g_auto(Texts) texts = { NULL };
    return make_texts(words, &texts, error) &&
            bt_db_run(store->db, error, tables[kind].add, "ssssi", area, texts.name, texts.body,
                texts.targets, now_ms)
        ? bt_db_last_id(store->db)
        : 0;
}

static gboolean is_the_same(const BtWork *work, const Texts *texts)
{
    g_autofree char *body = bt_json_to_text(work->body, FALSE);
    g_autofree char *targets = work->targets != NULL ? bt_json_to_text(work->targets, FALSE) : NULL;
    return strcmp(work->name, texts->name) == 0 && strcmp(body, texts->body) == 0 &&
        g_strcmp0(targets, texts->targets) == 0;
}

gboolean bt_works_save(BtStore *store, const BtWork *work, gint64 revision,
    const BtWorkWords *words, gint64 now_ms, GError **error)
{
    g_auto(Texts) texts = { NULL };
    if (!make_texts(words, &texts, error))
        return FALSE;
    if (revision == work->revision && is_the_same(work, &texts))
        return TRUE;
    if (!bt_db_run(store->db, error, tables[work->kind].save, "isssii", work->id, texts.name,
            texts.body, texts.targets, now_ms, revision))
        return FALSE;
    if (bt_db_changes(store->db) == 1)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT, "%s %" G_GINT64_FORMAT ": changed meanwhile",
        tables[work->kind].name, work->id);
    return FALSE;
}

gboolean bt_works_remove(BtStore *store, const BtWork *work, GError **error)
{
    g_autoptr(GPtrArray) users = bt_works_users(store, work);
    if (users->len == 0)
        return bt_db_run(store->db, error, tables[work->kind].remove, "i", work->id);
    g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT, "%s %" G_GINT64_FORMAT ": it is used",
        tables[work->kind].name, work->id);
    return FALSE;
}
