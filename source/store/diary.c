#include "source/store/diary.h"

#include "base/json.h"

#include <string.h>

#define NO_HASH "0000000000000000000000000000000000000000000000000000000000000000"
#define MAX_TRIES 1000 /* other processes write a line now and then */

static void line_free(BtDiaryLine *line)
{
    g_free(line->who);
    g_free(line->what);
    g_free(line->hash);
    g_free(line);
}

static void hash_line(const char *before, gint64 number, gint64 at_ms, const char *who,
    const char *what, char hash[BT_HASH_HEX_SIZE])
{
    g_autofree char *text = g_strdup_printf("%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT
                                            "\n%" G_GSIZE_FORMAT ":%s\n%" G_GSIZE_FORMAT ":%s",
        before, number, at_ms, strlen(who), who, strlen(what), what);
    bt_hash_data(text, strlen(text), hash);
}

/* ---- adding ---- */

static gboolean find_last(BtDb *db, gint64 *number, char hash[BT_HASH_HEX_SIZE], GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows =
        bt_db_query(db, error, "SELECT number, hash FROM diary ORDER BY 1 DESC LIMIT 1", "");
    if (rows == NULL)
        return FALSE;
    *number = 0;
    g_strlcpy(hash, NO_HASH, BT_HASH_HEX_SIZE);
    if (bt_rows_next(rows, &failure)) {
        *number = bt_rows_int(rows, 0);
        g_strlcpy(hash, bt_rows_text(rows, 1), BT_HASH_HEX_SIZE);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

/* Where no transaction is open another process may be faster: then the number is taken, and the
 * line is hashed anew. */
gboolean bt_diary_add(BtDb *db, gint64 at_ms, const char *who, const char *what, GError **error)
{
    for (int i = 0; i < MAX_TRIES; i++) {
        char before[BT_HASH_HEX_SIZE], hash[BT_HASH_HEX_SIZE];
        gint64 number;
        if (!find_last(db, &number, before, error))
            return FALSE;
        hash_line(before, number + 1, at_ms, who, what, hash);
        if (!bt_db_run(db, error,
                "INSERT INTO diary (number, at_ms, who, what, hash) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (number) DO NOTHING",
                "iisss", number + 1, at_ms, who, what, hash))
            return FALSE;
        if (bt_db_changes(db) == 1)
            return TRUE;
    }
    g_set_error(error, BT_ERROR, BT_ERROR_IO, "diary: others write all the time");
    return FALSE;
}

/* ---- reading ---- */

static BtDiaryLine *take_line(BtRows *rows)
{
    BtDiaryLine *line = g_new0(BtDiaryLine, 1);
    line->number = bt_rows_int(rows, 0);
    line->at_ms = bt_rows_int(rows, 1);
    line->who = g_strdup(bt_rows_text(rows, 2));
    line->what = g_strdup(bt_rows_text(rows, 3));
    line->hash = g_strdup(bt_rows_text(rows, 4));
    return line;
}

static gboolean take_lines(BtRows *rows, GPtrArray *lines, GError **error)
{
    GError *failure = NULL;
    while (bt_rows_next(rows, &failure))
        g_ptr_array_add(lines, take_line(rows));
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

/* As JSON, for the database to look into; NULL for no list. (transfer full) */
static char *list_text(const GPtrArray *ids)
{
    if (ids == NULL)
        return NULL;
    g_autoptr(BtJson) list = bt_json_new_array();
    for (guint i = 0; i < ids->len; i++)
        bt_json_append_string(list, g_ptr_array_index(ids, i));
    return bt_json_to_text(list, FALSE);
}

GPtrArray *bt_diary_list(BtStore *store, const BtDiaryFilter *filter, GError **error)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func((GDestroyNotify)line_free);
    g_autofree char *areas = list_text(filter->areas);
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT number, at_ms, who, what, hash FROM diary WHERE (?1 IS NULL OR who = ?1)"
        " AND at_ms >= ?2 AND at_ms < ?3 AND number < ?4 AND (?6 IS NULL OR who IN (SELECT name"
        " FROM user WHERE area IN (SELECT value FROM json_each (?6))))"
        " ORDER BY number DESC LIMIT ?5",
        "siiiis", filter->who, filter->from_ms, filter->to_ms, filter->before, (gint64)filter->max,
        areas);
    return rows != NULL && take_lines(rows, lines, error) ? g_steal_pointer(&lines) : NULL;
}

/* ---- the chain ---- */

/* The highest number that was ever given, which SQLite keeps apart from the lines. */
static gint64 highest_given(BtDb *db)
{
    g_autoptr(BtRows) rows =
        bt_db_query(db, NULL, "SELECT seq FROM sqlite_sequence WHERE name = 'diary'", "");
    return rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_int(rows, 0) : 0;
}

static gboolean fits(const BtDiaryLine *line, gint64 last, const char *head)
{
    char hash[BT_HASH_HEX_SIZE];
    hash_line(head, line->number, line->at_ms, line->who, line->what, hash);
    return line->number == last + 1 && strcmp(hash, line->hash) == 0;
}

gboolean bt_diary_verify(BtStore *store, const char *known, BtDiaryState *state, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(
        store->db, error, "SELECT number, at_ms, who, what, hash FROM diary ORDER BY number", "");
    if (rows == NULL)
        return FALSE;
    *state = (BtDiaryState){ 0 };
    g_strlcpy(state->head, NO_HASH, sizeof state->head);
    while (state->broken == 0 && bt_rows_next(rows, &failure)) {
        BtDiaryLine *line = take_line(rows);
        if (fits(line, state->n_lines, state->head)) {
            state->n_lines++;
            g_strlcpy(state->head, line->hash, sizeof state->head);
            state->known_found |= known != NULL && strcmp(known, line->hash) == 0;
        } else
            state->broken = line->number;
        line_free(line);
    }
    state->cut = state->broken == 0 && highest_given(store->db) > state->n_lines;
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

/* ---- once ---- */

static gboolean is_chained(BtDb *db)
{
    g_autoptr(BtRows) rows =
        bt_db_query(db, NULL, "SELECT 1 FROM setting WHERE name = 'diary'", "");
    return rows != NULL && bt_rows_next(rows, NULL);
}

static gboolean chain_lines(BtDb *db, const GPtrArray *lines, GError **error)
{
    char head[BT_HASH_HEX_SIZE] = NO_HASH;
    for (guint i = 0; i < lines->len; i++) {
        const BtDiaryLine *line = g_ptr_array_index(lines, i);
        char hash[BT_HASH_HEX_SIZE];
        hash_line(head, (gint64)i + 1, line->at_ms, line->who, line->what, hash);
        if (!bt_db_run(db, error, "UPDATE diary SET number = ?, hash = ? WHERE number = ?", "isi",
                (gint64)i + 1, hash, line->number))
            return FALSE;
        g_strlcpy(head, hash, sizeof head);
    }
    return TRUE;
}

static gboolean chain(BtDb *db, GError **error)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func((GDestroyNotify)line_free);
    g_autoptr(BtRows) rows =
        bt_db_query(db, error, "SELECT number, at_ms, who, what, hash FROM diary ORDER BY 1", "");
    if (rows == NULL || !take_lines(rows, lines, error))
        return FALSE;
    g_clear_pointer(&rows, bt_rows_free);
    return chain_lines(db, lines, error) &&
        bt_db_run(db, error,
            "UPDATE sqlite_sequence SET seq = (SELECT count(*) FROM diary) WHERE name = 'diary'",
            "") &&
        bt_db_run(db, error, "INSERT INTO setting (name, value) VALUES ('diary', 'chained')", "");
}

gboolean bt_diary_chain_old(BtDb *db, GError **error)
{
    if (is_chained(db))
        return TRUE;
    if (!bt_db_begin(db, error))
        return FALSE;
    if ((is_chained(db) || chain(db, error)) && bt_db_commit(db, error))
        return TRUE;
    bt_db_rollback(db);
    return FALSE;
}
