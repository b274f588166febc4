#include "source/desk/notices.h"

#include "base/error.h"
#include "playlists/model/manifest.h"
#include "source/desk/notices-parts.h"

#include <libintl.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)

static const char *const names[BT_N_NOTICE_STATES] = { "draft", "waiting", "published", "leaving",
    "withdrawn", "refused", "expired" };

const char *bt_notice_state_name(BtNoticeState state)
{
    return names[state];
}

void bt_notice_free(BtNotice *notice)
{
    g_free(notice->area);
    g_free(notice->author);
    g_clear_pointer(&notice->body, bt_json_unref);
    g_clear_pointer(&notice->targets, bt_json_unref);
    g_free(notice);
}

/* ---- reading ---- */

static BtJson *parse(const char *text, GError **error)
{
    return bt_json_parse(
        text, strlen(text), "notice", BT_MANIFEST_MAX_BYTES, BT_MANIFEST_MAX_DEPTH, error);
}

gint64 bt_notice_until_ms(const BtJson *body)
{
    BtJsonAt root = bt_json_root("notice", body), valid, until;
    gint64 until_ms;
    return bt_json_read_object(&root, NULL) && bt_json_member(&root, "valid", &valid) &&
            bt_json_read_object(&valid, NULL) && bt_json_member(&valid, "until", &until) &&
            bt_json_read_time(&until, &until_ms, NULL)
        ? until_ms
        : BT_TIME_MAX;
}

static BtNoticeState state_of(const char *word, const BtJson *body, gint64 now_ms)
{
    BtNoticeState state = BT_NOTICE_DRAFT;
    while (state < BT_NOTICE_EXPIRED && strcmp(names[state], word) != 0)
        state++;
    return state == BT_NOTICE_PUBLISHED && bt_notice_until_ms(body) <= now_ms ? BT_NOTICE_EXPIRED
                                                                              : state;
}

#define COLUMNS                                                                                    \
    "id, revision, area, author, state, body, targets, published_body IS NOT NULL, created_ms,"    \
    " updated_ms, coalesce (published_ms, 0)"

static BtNotice *read_row(BtRows *rows, gint64 now_ms, GError **error)
{
    g_autoptr(BtNotice) notice = g_new0(BtNotice, 1);
    notice->id = bt_rows_int(rows, 0);
    notice->revision = bt_rows_int(rows, 1);
    notice->area = g_strdup(bt_rows_text(rows, 2));
    notice->author = g_strdup(bt_rows_text(rows, 3));
    notice->body = parse(bt_rows_text(rows, 5), error);
    notice->targets = notice->body != NULL ? parse(bt_rows_text(rows, 6), error) : NULL;
    if (notice->targets == NULL)
        return NULL;
    notice->state = state_of(bt_rows_text(rows, 4), notice->body, now_ms);
    notice->is_published = bt_rows_int(rows, 7) != 0;
    notice->created_ms = bt_rows_int(rows, 8);
    notice->updated_ms = bt_rows_int(rows, 9);
    notice->published_ms = bt_rows_int(rows, 10);
    return g_steal_pointer(&notice);
}

gboolean bt_notice_gone(GError **error)
{
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "%s",
        _("This notice is not there any more. Go back to the list of notices."));
    return FALSE;
}

BtNotice *bt_notices_find(BtStore *store, gint64 id, gint64 now_ms, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, error, "SELECT " COLUMNS " FROM notice WHERE id = ?", "i", id);
    if (rows == NULL)
        return NULL;
    if (bt_rows_next(rows, &failure))
        return read_row(rows, now_ms, error);
    if (failure != NULL)
        g_propagate_error(error, failure);
    else
        bt_notice_gone(error);
    return NULL;
}

GPtrArray *bt_notices_list(
    BtStore *store, const GPtrArray *areas, guint skip, guint max, gint64 now_ms)
{
    GPtrArray *notices = g_ptr_array_new_with_free_func((GDestroyNotify)bt_notice_free);
    g_autoptr(BtJson) ids = bt_json_new_array();
    for (guint i = 0; i < areas->len; i++)
        bt_json_append_string(ids, g_ptr_array_index(areas, i));
    g_autofree char *list = bt_json_to_text(ids, FALSE);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT " COLUMNS " FROM notice WHERE area IN (SELECT value FROM json_each (?1))"
        " ORDER BY updated_ms DESC, id DESC LIMIT ?2 OFFSET ?3",
        "sii", list, (gint64)MIN(max, BT_NOTICES_MAX_LIST), (gint64)skip);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        BtNotice *notice = read_row(rows, now_ms, NULL);
        if (notice != NULL)
            g_ptr_array_add(notices, notice);
    }
    return notices;
}

static const char *words_of(const BtJsonAt *text, const char *key)
{
    BtJsonAt at;
    const char *words =
        bt_json_member(text, key, &at) ? bt_json_read_string(&at, 1, G_MAXSIZE, NULL) : NULL;
    return words != NULL ? words : "";
}

const char *bt_notice_title(const BtNotice *notice)
{
    BtJsonAt root = bt_json_root("notice", notice->body), texts;
    if (!bt_json_read_object(&root, NULL) || !bt_json_member(&root, "texts", &texts))
        return "";
    for (gsize i = 0; i < bt_json_length(&texts); i++) {
        BtJsonAt text = bt_json_element(&texts, i);
        if (!bt_json_read_object(&text, NULL))
            continue;
        const char *title = words_of(&text, "title"), *body = words_of(&text, "body");
        if (*title != '\0' || *body != '\0')
            return *title != '\0' ? title : body;
    }
    return "";
}

/* ---- writing ---- */

static gsize count_targets(const BtJson *targets)
{
    static const char *const lists[] = { "areas", "screens" };
    BtJsonAt root = bt_json_root("targets", targets), list;
    gsize n = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
        if (bt_json_read_object(&root, NULL) && bt_json_member(&root, lists[i], &list))
            n += bt_json_length(&list);
    return n;
}

static gboolean check_size(const char *body, const BtJson *targets, GError **error)
{
    if (strlen(body) <= BT_NOTICE_MAX_BYTES && count_targets(targets) <= BT_NOTICE_MAX_TARGETS)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "%s",
        _("This notice is too long. Shorten it, or make two of it."));
    return FALSE;
}

gint64 bt_notices_add(BtStore *store, const char *area, const char *author, const BtJson *body,
    const BtJson *targets, gint64 now_ms, GError **error)
{
    g_autofree char *words = bt_json_to_text(body, FALSE);
    g_autofree char *where = bt_json_to_text(targets, FALSE);
    return check_size(words, targets, error) &&
            bt_db_run(store->db, error,
                "INSERT INTO notice (area, author, state, body, targets, created_ms, updated_ms)"
                " VALUES (?, ?, 'draft', ?, ?, ?, ?)",
                "ssssii", area, author, words, where, now_ms, now_ms)
        ? bt_db_last_id(store->db)
        : 0;
}

/* The revision that has these very words, 0 when the notice has others. */
static gint64 revision_with(
    BtStore *store, const BtNoticeWords *words, const char *body, const char *targets)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT revision FROM notice WHERE id = ? AND area = ? AND body = ? AND targets = ?",
        "isss", words->id, words->area, body, targets);
    return rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_int(rows, 0) : 0;
}

gboolean bt_notices_save(
    BtStore *store, const BtNoticeWords *words, gint64 now_ms, gint64 *saved, GError **error)
{
    g_autofree char *body = bt_json_to_text(words->body, FALSE);
    g_autofree char *targets = bt_json_to_text(words->targets, FALSE);
    if (!check_size(body, words->targets, error))
        return FALSE;
    *saved = revision_with(store, words, body, targets);
    if (*saved != 0)
        return TRUE;
    if (!bt_db_run(store->db, error,
            "UPDATE notice SET area = ?1, body = ?2, targets = ?3, updated_ms = ?4, state = "
            "'draft',"
            " revision = revision + 1 WHERE id = ?5 AND revision = ?6",
            "sssiii", words->area, body, targets, now_ms, words->id, words->revision))
        return FALSE;
    if (bt_db_changes(store->db) == 1) {
        *saved = words->revision + 1;
        return TRUE;
    }
    g_autoptr(BtNotice) other = bt_notices_find(store, words->id, now_ms, error);
    if (other != NULL)
        g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT, "%s",
            _("Somebody else has saved this notice meanwhile."));
    return FALSE;
}

gboolean bt_notices_remove(BtStore *store, gint64 id, GError **error)
{
    if (!bt_db_run(store->db, error,
            "DELETE FROM notice WHERE id = ? AND published_ms IS NULL AND state <> 'waiting'", "i",
            id))
        return FALSE;
    if (bt_db_changes(store->db) == 1)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT, "%s",
        _("Only a draft that was never sent can be removed. Take this notice off the screens "
          "instead."));
    return FALSE;
}
