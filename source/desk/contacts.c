#include "source/desk/contacts.h"

#include "base/error.h"
#include "base/password.h"
#include "source/desk/roles.h"
#include "source/post/hook.h"
#include "source/post/mail.h"

#include <string.h>

/* The area and those above it, nearest first. */
#define ABOVE(AREA)                                                                                \
    "WITH RECURSIVE above (id, depth) AS (SELECT " AREA ", 0 UNION ALL SELECT area.parent,"        \
    " depth + 1 FROM area JOIN above USING (id) WHERE area.parent IS NOT NULL AND depth < 8)"
G_STATIC_ASSERT(BT_AREA_DEPTH_MAX == 8);

void bt_contact_free(BtContact *contact)
{
    if (contact == NULL)
        return;
    g_free(contact->area);
    g_free(contact->hook);
    g_free(contact->secret);
    g_free(contact);
}

static BtContact *read_contact(BtRows *rows)
{
    BtContact *contact = g_new0(BtContact, 1);
    contact->area = g_strdup(bt_rows_text(rows, 0));
    contact->hook = g_strdup(bt_rows_text(rows, 1));
    contact->secret = g_strdup(bt_rows_text(rows, 2));
    contact->quiet_from_min = bt_rows_int(rows, 3);
    contact->quiet_to_min = bt_rows_int(rows, 4);
    return contact;
}

BtContact *bt_contacts_find(BtStore *store, const char *area, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT area.id, ifnull(hook, ''), ifnull(secret, ''), ifnull(quiet_from_min, 0),"
        " ifnull(quiet_to_min, 0) FROM area LEFT JOIN contact ON contact.area = area.id"
        " WHERE area.id = ?",
        "s", area);
    if (rows == NULL)
        return NULL;
    if (bt_rows_next(rows, error))
        return read_contact(rows);
    if (error == NULL || *error == NULL)
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "area %s: there is none", area);
    return NULL;
}

static gboolean is_minute(gint64 minute)
{
    return minute >= 0 && minute < BT_DAY_MINUTES;
}

gboolean bt_contacts_set(BtStore *store, const BtContact *contact, GError **error)
{
    g_autoptr(BtContact) before = bt_contacts_find(store, contact->area, error);
    if (before == NULL || (*contact->hook != '\0' && !bt_hook_check_url(contact->hook, error)))
        return FALSE;
    if (!is_minute(contact->quiet_from_min) || !is_minute(contact->quiet_to_min)) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "quiet hours: expected minutes of a day");
        return FALSE;
    }
    g_autofree char *secret = strcmp(before->hook, contact->hook) == 0 ? g_strdup(before->secret)
                                                                       : bt_password_generate();
    return bt_db_run(store->db, error,
        "INSERT OR REPLACE INTO contact (area, hook, secret, quiet_from_min, quiet_to_min)"
        " VALUES (?, ?, ?, ?, ?)",
        "sssii", contact->area, contact->hook, secret, contact->quiet_from_min,
        contact->quiet_to_min);
}

GPtrArray *bt_contacts_addresses(
    BtStore *store, const char *area, gboolean with_approvers, gint64 now_ms)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        ABOVE("?1") " SELECT DISTINCT lower(email) FROM role JOIN above ON role.area = above.id"
                    " JOIN user ON user.name = role.user WHERE email != ''"
                    " AND (role IN ('operator', 'administrator') OR (?2 AND role = 'approver'))"
                    " AND (until_ms IS NULL OR until_ms > ?3)"
                    " AND user.name NOT IN (SELECT user FROM unasked) ORDER BY 1",
        "sii", area, (gint64)with_approvers, now_ms);
    GPtrArray *addresses = g_ptr_array_new_with_free_func(g_free);
    while (rows != NULL && bt_rows_next(rows, NULL))
        g_ptr_array_add(addresses, g_strdup(bt_rows_text(rows, 0)));
    return addresses;
}

GPtrArray *bt_contacts_hooks(BtStore *store, const char *area)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        ABOVE("?1") " SELECT area, hook, secret, quiet_from_min, quiet_to_min FROM contact"
                    " JOIN above ON contact.area = above.id WHERE hook != '' ORDER BY depth",
        "s", area);
    GPtrArray *hooks = g_ptr_array_new_with_free_func((GDestroyNotify)bt_contact_free);
    while (rows != NULL && bt_rows_next(rows, NULL))
        g_ptr_array_add(hooks, read_contact(rows));
    return hooks;
}

static gint64 minute_of_day(GTimeZone *timezone, gint64 now_ms)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now_ms / BT_SECOND_MS);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, timezone);
    return g_date_time_get_hour(local) * 60 + g_date_time_get_minute(local);
}

gboolean bt_contacts_is_quiet(BtStore *store, const char *area, GTimeZone *timezone, gint64 now_ms)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        ABOVE("?1") " SELECT quiet_from_min, quiet_to_min FROM contact JOIN above"
                    " ON contact.area = above.id WHERE quiet_from_min != quiet_to_min"
                    " ORDER BY depth LIMIT 1",
        "s", area);
    if (rows == NULL || !bt_rows_next(rows, NULL))
        return FALSE;
    gint64 from = bt_rows_int(rows, 0), to = bt_rows_int(rows, 1);
    gint64 now = minute_of_day(timezone, now_ms);
    return from < to ? now >= from && now < to : now >= from || now < to;
}

/* ---- people ---- */

gboolean bt_contacts_set_person(
    BtStore *store, const char *user, const char *email, gboolean is_asked, GError **error)
{
    if (*email != '\0' && !bt_mail_is_address(email)) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "e-mail: expected NAME@HOST");
        return FALSE;
    }
    return bt_db_run(
               store->db, error, "UPDATE user SET email = ? WHERE name = ?", "ss", email, user) &&
        bt_db_run(store->db, error,
            is_asked ? "DELETE FROM unasked WHERE user = ?"
                     : "INSERT OR IGNORE INTO unasked (user) VALUES (?)",
            "s", user);
}

gboolean bt_contacts_person(BtStore *store, const char *user, char **email, gboolean *is_asked)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT email, name NOT IN (SELECT user FROM unasked) FROM user WHERE name = ?", "s", user);
    if (rows == NULL || !bt_rows_next(rows, NULL))
        return FALSE;
    *email = g_strdup(bt_rows_text(rows, 0));
    *is_asked = bt_rows_int(rows, 1) != 0;
    return TRUE;
}
