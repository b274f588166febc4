/* The book of faults. A row opens when something is found wrong, is told when it has stood for two
 * minutes, gets better, and is over when it has been better for two minutes. What is right again
 * before it was told was nothing. */
#include "source/desk/watch.h"

#include "source/desk/areas.h"
#include "source/desk/contacts.h"
#include "source/desk/outbox.h"

#include <string.h>

void bt_fault_news_free(BtFaultNews *news)
{
    if (news == NULL)
        return;
    g_free(news->subject);
    g_free(news->name);
    g_free(news->detail);
    g_free(news);
}

/* ---- the book ---- */

typedef struct {
    gint64 id, stage;
    char *kind, *subject;
    gboolean is_told, is_better;
} Open;

static void open_free(gpointer data)
{
    Open *row = data;
    g_free(row->kind);
    g_free(row->subject);
    g_free(row);
}

static GPtrArray *read_open(BtStore *store, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT id, kind, subject, stage, told_ms IS NOT NULL, better_ms IS NOT NULL FROM fault"
        " WHERE over_ms IS NULL",
        "");
    if (rows == NULL)
        return NULL;
    GPtrArray *list = g_ptr_array_new_with_free_func(open_free);
    while (bt_rows_next(rows, NULL)) {
        Open *row = g_new0(Open, 1);
        row->id = bt_rows_int(rows, 0);
        row->kind = g_strdup(bt_rows_text(rows, 1));
        row->subject = g_strdup(bt_rows_text(rows, 2));
        row->stage = bt_rows_int(rows, 3);
        row->is_told = bt_rows_int(rows, 4) != 0;
        row->is_better = bt_rows_int(rows, 5) != 0;
        g_ptr_array_add(list, row);
    }
    return list;
}

static const Open *find_open(const GPtrArray *open, const BtTrouble *trouble)
{
    for (guint i = 0; i < open->len; i++) {
        const Open *row = g_ptr_array_index(open, i);
        if (strcmp(row->subject, trouble->subject) == 0 &&
            strcmp(row->kind, bt_fault_name(trouble->kind)) == 0)
            return row;
    }
    return NULL;
}

/* An end that comes nearer is told again. */
static gboolean go_on(BtStore *store, const Open *row, const BtTrouble *trouble, GError **error)
{
    if (row->stage == trouble->stage && !row->is_better)
        return TRUE;
    return bt_db_run(store->db, error,
        "UPDATE fault SET better_ms = NULL, stage = ?1, since_ms = ?2,"
        " told_ms = CASE WHEN stage > ?1 THEN NULL ELSE told_ms END WHERE id = ?3",
        "iii", trouble->stage, trouble->since_ms, row->id);
}

/* A silence began between two looks, at an instant that is known: what looking takes is not waited
 * for once more. Never before the last look: after a standstill of this machine all are silent, and
 * have the time of gathering to be heard. */
static gint64 found_at(const BtTrouble *trouble, gint64 now_ms)
{
    gint64 began_ms =
        trouble->kind == BT_FAULT_SILENT ? trouble->since_ms + BT_WATCH_SILENT_MS : now_ms;
    return CLAMP(began_ms, now_ms - BT_WATCH_LOOK_MS, now_ms);
}

static gboolean note_trouble(
    BtStore *store, const GPtrArray *open, const BtTrouble *trouble, gint64 now_ms, GError **error)
{
    const Open *row = find_open(open, trouble);
    if (row != NULL)
        return go_on(store, row, trouble, error);
    return bt_db_run(store->db, error,
        "INSERT INTO fault (kind, subject, area, since_ms, found_ms, stage, detail)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        "sssiiis", bt_fault_name(trouble->kind), trouble->subject, trouble->area, trouble->since_ms,
        found_at(trouble, now_ms), trouble->stage, trouble->detail);
}

static gboolean is_still_wrong(const BtLook *look, const Open *row)
{
    for (guint i = 0; i < look->troubles->len; i++) {
        const BtTrouble *trouble = g_ptr_array_index(look->troubles, i);
        if (strcmp(row->subject, trouble->subject) == 0 &&
            strcmp(row->kind, bt_fault_name(trouble->kind)) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean note_better(BtStore *store, const Open *row, gint64 now_ms, GError **error)
{
    if (!row->is_told)
        return bt_db_run(store->db, error, "DELETE FROM fault WHERE id = ?", "i", row->id);
    return row->is_better ||
        bt_db_run(
            store->db, error, "UPDATE fault SET better_ms = ? WHERE id = ?", "ii", now_ms, row->id);
}

/* Of a screen that is silent nobody knows whether its other faults are over. */
static gboolean keep_book(BtStore *store, const BtLook *look, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) open = read_open(store, error);
    if (open == NULL)
        return FALSE;
    for (guint i = 0; i < look->troubles->len; i++)
        if (!note_trouble(store, open, g_ptr_array_index(look->troubles, i), now_ms, error))
            return FALSE;
    for (guint i = 0; i < open->len; i++) {
        const Open *row = g_ptr_array_index(open, i);
        if (!is_still_wrong(look, row) && !g_hash_table_contains(look->silent, row->subject) &&
            !note_better(store, row, now_ms, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- telling ---- */

static BtFaultKind kind_of(const char *name)
{
    for (guint i = 0; i < BT_N_FAULTS; i++)
        if (strcmp(bt_fault_name(i), name) == 0)
            return i;
    return BT_FAULT_SILENT;
}

/* All that an area has to be told, whether or not its two minutes are over. */
static GPtrArray *read_news(BtStore *store, const char *area, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT fault.id, fault.kind, subject, coalesce(screen.name, area.name, subject), detail,"
        " fault.since_ms, stage, ifnull(better_ms, 0) FROM fault"
        " LEFT JOIN screen ON screen.id = subject AND fault.kind != 'expires'"
        " LEFT JOIN area ON area.id = subject AND fault.kind = 'expires'"
        " WHERE fault.area = ? AND over_ms IS NULL AND (told_ms IS NULL OR better_ms IS NOT NULL)"
        " ORDER BY better_ms IS NOT NULL, fault.kind, 4",
        "s", area);
    if (rows == NULL)
        return NULL;
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)bt_fault_news_free);
    while (bt_rows_next(rows, NULL)) {
        BtFaultNews *news = g_new0(BtFaultNews, 1);
        news->id = bt_rows_int(rows, 0);
        news->kind = kind_of(bt_rows_text(rows, 1));
        news->subject = g_strdup(bt_rows_text(rows, 2));
        news->name = g_strdup(bt_rows_text(rows, 3));
        news->detail = g_strdup(bt_rows_text(rows, 4));
        news->since_ms = bt_rows_int(rows, 5);
        news->stage = bt_rows_int(rows, 6);
        news->over_ms = bt_rows_int(rows, 7);
        g_ptr_array_add(list, news);
    }
    return list;
}

static gboolean mark_told(BtStore *store, const GPtrArray *news, gint64 now_ms, GError **error)
{
    for (guint i = 0; i < news->len; i++) {
        const BtFaultNews *one = g_ptr_array_index(news, i);
        if (!bt_db_run(store->db, error,
                "UPDATE fault SET told_ms = ifnull(told_ms, ?1), over_ms = better_ms WHERE id = ?2",
                "ii", now_ms, one->id))
            return FALSE;
    }
    return TRUE;
}

static gboolean has_kind(const GPtrArray *news, BtFaultKind kind)
{
    for (guint i = 0; i < news->len; i++)
        if (((const BtFaultNews *)g_ptr_array_index(news, i))->kind == kind)
            return TRUE;
    return FALSE;
}

static gboolean put_messages(BtStore *store, const BtWatchOptions *options, const char *area,
    const GPtrArray *news, gint64 now_ms, GError **error)
{
    gboolean for_approvers = has_kind(news, BT_FAULT_EXPIRES) || has_kind(news, BT_FAULT_ALERT);
    g_autofree char *name = bt_areas_name(store, area);
    g_autofree char *subject = bt_watch_subject(name, news);
    g_autofree char *text = bt_watch_text(store, options, name, news);
    g_autofree char *json = bt_watch_json(store, area, name, news, now_ms);
    g_autoptr(GPtrArray) addresses = bt_contacts_addresses(store, area, for_approvers, now_ms);
    g_autoptr(GPtrArray) hooks = bt_contacts_hooks(store, area);
    for (guint i = 0; i < addresses->len; i++)
        if (!bt_outbox_mail(
                store, area, g_ptr_array_index(addresses, i), subject, text, now_ms, error))
            return FALSE;
    for (guint i = 0; i < hooks->len; i++) {
        const BtContact *hook = g_ptr_array_index(hooks, i);
        if (!bt_outbox_hook(store, hook->area, hook->hook, subject, json, now_ms, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean tell_area(
    BtStore *store, const BtWatchOptions *options, const char *area, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) news = read_news(store, area, error);
    if (news == NULL)
        return FALSE;
    if (!has_kind(news, BT_FAULT_ALERT) &&
        bt_contacts_is_quiet(store, area, options->timezone, now_ms))
        return TRUE;
    return put_messages(store, options, area, news, now_ms, error) &&
        mark_told(store, news, now_ms, error);
}

/* Areas in which something has stood, or been over, for the time of gathering. */
static GPtrArray *areas_to_tell(BtStore *store, gint64 now_ms, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT DISTINCT area FROM fault WHERE over_ms IS NULL AND ((told_ms IS NULL AND"
        " (found_ms <= ?1 OR kind = 'alert')) OR better_ms <= ?1)",
        "i", now_ms - BT_WATCH_GATHER_MS);
    if (rows == NULL)
        return NULL;
    GPtrArray *areas = g_ptr_array_new_with_free_func(g_free);
    while (bt_rows_next(rows, NULL))
        g_ptr_array_add(areas, g_strdup(bt_rows_text(rows, 0)));
    return areas;
}

static gboolean tell_all(
    BtStore *store, const BtWatchOptions *options, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) areas = areas_to_tell(store, now_ms, error);
    for (guint i = 0; areas != NULL && i < areas->len; i++)
        if (!tell_area(store, options, g_ptr_array_index(areas, i), now_ms, error))
            return FALSE;
    return areas != NULL;
}

gboolean bt_watch_round(
    BtStore *store, const BtWatchOptions *options, gint64 now_ms, GError **error)
{
    g_autoptr(BtLook) look = bt_watch_look(store, options, now_ms, error);
    if (look == NULL || !bt_db_begin(store->db, error))
        return FALSE;
    if (keep_book(store, look, now_ms, error) && tell_all(store, options, now_ms, error) &&
        bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}
