#include "source/desk/outbox.h"

#include "base/error.h"
#include "source/desk/contacts.h"
#include "source/post/hook.h"

#include <string.h>

#define FIRST_WAIT_MS BT_MINUTE_MS
#define LAST_WAIT_MS BT_HOUR_MS
#define LIST_MAX 1000

void bt_outgoing_free(BtOutgoing *outgoing)
{
    if (outgoing == NULL)
        return;
    g_free(outgoing->token);
    g_free(outgoing->way);
    g_free(outgoing->area);
    g_free(outgoing->target);
    g_free(outgoing->subject);
    g_free(outgoing->body);
    g_free(outgoing->problem);
    g_free(outgoing);
}

static gboolean put(BtStore *store, const char *way, const char *area, const char *target,
    const char *subject, const char *body, gint64 now_ms, GError **error)
{
    g_autofree char *token = g_uuid_string_random();
    return bt_db_run(store->db, error,
        "INSERT INTO letter (token, way, area, target, subject, body, created_ms, next_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?7, ?7)",
        "ssssssi", token, way, area, target, subject, body, now_ms);
}

gboolean bt_outbox_mail(BtStore *store, const char *area, const char *to, const char *subject,
    const char *text, gint64 now_ms, GError **error)
{
    return put(store, "mail", area, to, subject, text, now_ms, error);
}

gboolean bt_outbox_hook(BtStore *store, const char *area, const char *url, const char *subject,
    const char *json, gint64 now_ms, GError **error)
{
    return put(store, "hook", area, url, subject, json, now_ms, error);
}

/* ---- reading ---- */

#define COLUMNS                                                                                    \
    "id, token, way, area, target, subject, body, created_ms, ifnull(sent_ms, 0),"                 \
    " ifnull(given_up_ms, 0), problem"

static BtOutgoing *read_outgoing(BtRows *rows)
{
    BtOutgoing *outgoing = g_new0(BtOutgoing, 1);
    outgoing->id = bt_rows_int(rows, 0);
    outgoing->token = g_strdup(bt_rows_text(rows, 1));
    outgoing->way = g_strdup(bt_rows_text(rows, 2));
    outgoing->area = g_strdup(bt_rows_text(rows, 3));
    outgoing->target = g_strdup(bt_rows_text(rows, 4));
    outgoing->subject = g_strdup(bt_rows_text(rows, 5));
    outgoing->body = g_strdup(bt_rows_text(rows, 6));
    outgoing->created_ms = bt_rows_int(rows, 7);
    outgoing->sent_ms = bt_rows_int(rows, 8);
    outgoing->given_up_ms = bt_rows_int(rows, 9);
    outgoing->problem = g_strdup(bt_rows_text(rows, 10));
    return outgoing;
}

BtOutgoing *bt_outbox_next(BtStore *store, gint64 now_ms)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT " COLUMNS " FROM letter WHERE sent_ms IS NULL AND given_up_ms IS NULL"
        " AND next_ms <= ? ORDER BY next_ms, id LIMIT 1",
        "i", now_ms);
    return rows != NULL && bt_rows_next(rows, NULL) ? read_outgoing(rows) : NULL;
}

GPtrArray *bt_outbox_list(BtStore *store, const GPtrArray *areas, guint max)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT " COLUMNS " FROM letter ORDER BY id DESC LIMIT ?", "i", (gint64)LIST_MAX);
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)bt_outgoing_free);
    while (rows != NULL && list->len < max && bt_rows_next(rows, NULL)) {
        const char *area = bt_rows_text(rows, 3);
        if (g_ptr_array_find_with_equal_func((GPtrArray *)areas, area, g_str_equal, NULL))
            g_ptr_array_add(list, read_outgoing(rows));
    }
    return list;
}

/* ---- sending ---- */

static gboolean note_sent(BtStore *store, gint64 id, gint64 now_ms, GError **error)
{
    return bt_db_run(store->db, error, "UPDATE letter SET sent_ms = ?, problem = '' WHERE id = ?",
        "ii", now_ms, id);
}

/* 1, 2, 4 … 60 minutes. */
static gboolean note_problem(
    BtStore *store, gint64 id, const char *problem, gint64 now_ms, GError **error)
{
    return bt_db_run(store->db, error,
        "UPDATE letter SET tries = tries + 1, problem = ?1,"
        " next_ms = ?2 + min(?3 << min(tries, 10), ?4) WHERE id = ?5",
        "siiii", problem, now_ms, (gint64)FIRST_WAIT_MS, (gint64)LAST_WAIT_MS, id);
}

static gboolean send_mail(
    const BtMailbox *mailbox, const BtOutgoing *outgoing, gint64 now_ms, GError **error)
{
    const BtLetter letter = { .to = outgoing->target,
        .subject = outgoing->subject,
        .text = outgoing->body,
        .id = outgoing->token,
        .at_ms = now_ms };
    if (mailbox != NULL)
        return bt_mail_send(mailbox, &letter, error);
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "mail.conf: expected where letters go out");
    return FALSE;
}

/* The secret is that of now; an area whose hook is another by now is told there no more. */
static gboolean send_hook(BtStore *store, const BtMailbox *mailbox, const BtOutgoing *outgoing,
    gint64 now_ms, GError **error)
{
    g_autoptr(BtContact) contact = bt_contacts_find(store, outgoing->area, error);
    if (contact == NULL)
        return FALSE;
    if (strcmp(contact->hook, outgoing->target) != 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "webhook: it is no longer the area's");
        return FALSE;
    }
    const BtHook hook = { .url = contact->hook,
        .secret = contact->secret,
        .id = outgoing->token,
        .body = outgoing->body,
        .ca_path = mailbox != NULL ? mailbox->ca_path : NULL,
        .at_ms = now_ms };
    return bt_hook_send(&hook, error);
}

gboolean bt_outbox_send(BtStore *store, const BtMailbox *mailbox, const BtOutgoing *outgoing,
    gint64 now_ms, GError **error)
{
    g_autoptr(GError) problem = NULL;
    gboolean ok = strcmp(outgoing->way, "mail") == 0
        ? send_mail(mailbox, outgoing, now_ms, &problem)
        : send_hook(store, mailbox, outgoing, now_ms, &problem);
    return ok ? note_sent(store, outgoing->id, now_ms, error)
              : note_problem(store, outgoing->id, problem->message, now_ms, error);
}

gboolean bt_outbox_tidy(BtStore *store, gint64 now_ms, GError **error)
{
    return bt_db_run(store->db, error,
               "UPDATE letter SET given_up_ms = ?1 WHERE sent_ms IS NULL AND given_up_ms IS NULL"
               " AND (created_ms < ?1 - ?2 OR id <= (SELECT id FROM letter WHERE sent_ms IS NULL"
               " AND given_up_ms IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?3))",
               "iii", now_ms, (gint64)BT_OUTBOX_GIVE_UP_MS, (gint64)BT_OUTBOX_MAX) &&
        bt_db_run(store->db, error, "DELETE FROM letter WHERE ifnull(sent_ms, given_up_ms) < ?",
            "i", now_ms - BT_OUTBOX_KEEP_MS);
}
