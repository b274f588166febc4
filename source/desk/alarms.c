#include "source/desk/alarms.h"

#include "base/error.h"
#include "source/desk/reach.h"
#include "source/press/entry.h"
#include "source/press/plan.h"

#include <string.h>

void bt_alarm_free(BtAlarm *alarm)
{
    g_free(alarm->area);
    g_free(alarm->author);
    g_free(alarm->title);
    g_free(alarm->ended_by);
    g_ptr_array_unref(alarm->screens);
    g_free(alarm);
}

/* ---- a new one ---- */

static char *screens_text(const GPtrArray *screens)
{
    g_autoptr(BtJson) list = bt_json_new_array();
    for (guint i = 0; i < screens->len; i++)
        bt_json_append_string(list, ((const BtReach *)g_ptr_array_index(screens, i))->id);
    return bt_json_to_text(list, FALSE);
}

/* For whoever reads the proposal. (transfer full) */
static BtJson *what_of(const BtAlarmNew *alarm)
{
    const BtAlertText *first = g_ptr_array_index(alarm->form.texts, 0);
    BtJson *what = bt_json_new_object(), *said = bt_json_new_object();
    bt_json_set_string(said, "title", first->title);
    bt_json_set_int(said, "level", alarm->form.level);
    bt_json_set_bool(said, "rehearsal", alarm->form.rehearsal);
    bt_json_set_time(said, "until", alarm->form.until_ms);
    bt_json_set(what, "alarm", said);
    return what;
}

gint64 bt_alarms_add(BtStore *store, const BtAlarmNew *alarm, gint64 now_ms, GError **error)
{
    const BtAlertText *first = g_ptr_array_index(alarm->form.texts, 0);
    g_autoptr(GPtrArray) documents = bt_alert_make(store, &alarm->form, now_ms);
    g_autoptr(BtJson) what = what_of(alarm);
    g_autofree char *screens = screens_text(alarm->form.screens);
    const BtProposalNew proposal = { .kind = "alert",
        .area = alarm->area,
        .author = alarm->author,
        .reason = alarm->reason,
        .what = what,
        .documents = documents };
    gint64 id = bt_proposals_add(store, &proposal, now_ms, error);
    if (id == 0 ||
        !bt_db_run(store->db, error,
            "INSERT INTO alarm (proposal, area, author, title, level, rehearsal, screens, until_ms,"
            " created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            "isssiisii", id, alarm->area, alarm->author, first->title, (gint64)alarm->form.level,
            (gint64)(alarm->form.rehearsal != FALSE), screens, alarm->form.until_ms, now_ms))
        return 0;
    return bt_db_last_id(store->db);
}

/* ---- what there is ---- */

/* Of the screens those whose now.json names it, and those whose last report has an emergency on the
 * glass. */
#define OF_IT                                                                                      \
    "screen.alert IN (SELECT document.sha256 FROM document JOIN proposal_document AS d"            \
    " ON d.version = document.version WHERE document.kind = 'alert' AND d.proposal = ?)"

static void count_screens(BtStore *store, BtAlarm *alarm)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT count(*), count(CASE WHEN EXISTS (SELECT 1 FROM json_each((SELECT line FROM fact"
        " WHERE fact.screen = screen.id AND type = 'state' ORDER BY at_ms DESC LIMIT 1), "
        "'$.on_air')"
        " WHERE json_extract(value, '$.class') = 'emergency') THEN 1 END) FROM screen WHERE " OF_IT,
        "i", alarm->proposal);
    if (rows == NULL || !bt_rows_next(rows, NULL))
        return;
    alarm->n_told = (guint)bt_rows_int(rows, 0);
    alarm->n_shown = (guint)bt_rows_int(rows, 1);
}

static GPtrArray *read_screens(const char *text)
{
    GPtrArray *screens = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(BtJson) json = bt_json_parse(text, strlen(text), "screens", G_MAXSIZE, 2, NULL);
    BtJsonAt list = bt_json_root("screens", json);
    if (json == NULL || !bt_json_read_array(&list, G_MAXSIZE, NULL))
        return screens;
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt at = bt_json_element(&list, i);
        const char *id = bt_json_read_string(&at, 1, G_MAXSIZE, NULL);
        if (id != NULL)
            g_ptr_array_add(screens, g_strdup(id));
    }
    return screens;
}

static BtProposalState state_of(const char *word)
{
    for (int state = 0; state < BT_N_PROPOSAL_STATES; state++)
        if (strcmp(bt_proposal_state_name((BtProposalState)state), word) == 0)
            return (BtProposalState)state;
    return BT_PROPOSAL_WITHDRAWN;
}

#define COLUMNS                                                                                    \
    "SELECT alarm.id, proposal, alarm.area, alarm.author, title, level, rehearsal, screens,"       \
    " until_ms, alarm.created_ms, ifnull(ended_ms, 0), ended_by, proposal.state FROM alarm"        \
    " JOIN proposal ON proposal.id = alarm.proposal "

static BtAlarm *read_alarm(BtStore *store, BtRows *rows)
{
    BtAlarm *alarm = g_new0(BtAlarm, 1);
    alarm->id = bt_rows_int(rows, 0);
    alarm->proposal = bt_rows_int(rows, 1);
    alarm->area = g_strdup(bt_rows_text(rows, 2));
    alarm->author = g_strdup(bt_rows_text(rows, 3));
    alarm->title = g_strdup(bt_rows_text(rows, 4));
    alarm->level = (int)bt_rows_int(rows, 5);
    alarm->rehearsal = bt_rows_int(rows, 6) != 0;
    alarm->screens = read_screens(bt_rows_text(rows, 7));
    alarm->until_ms = bt_rows_int(rows, 8);
    alarm->created_ms = bt_rows_int(rows, 9);
    alarm->ended_ms = bt_rows_int(rows, 10);
    alarm->ended_by = g_strdup(bt_rows_text(rows, 11));
    alarm->state = state_of(bt_rows_text(rows, 12));
    if (alarm->state == BT_PROPOSAL_PUBLISHED)
        count_screens(store, alarm);
    return alarm;
}

gboolean bt_alarm_stands(const BtAlarm *alarm, gint64 now_ms)
{
    return alarm->ended_ms == 0 && alarm->until_ms > now_ms &&
        (alarm->state == BT_PROPOSAL_WAITING || alarm->state == BT_PROPOSAL_SIGNED ||
            (alarm->state == BT_PROPOSAL_PUBLISHED && alarm->n_told > 0));
}

BtAlarm *bt_alarms_find(BtStore *store, gint64 id, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error, COLUMNS "WHERE alarm.id = ?", "i", id);
    if (rows == NULL)
        return NULL;
    if (bt_rows_next(rows, NULL))
        return read_alarm(store, rows);
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
        "emergency %" G_GINT64_FORMAT ": there is no such emergency", id);
    return NULL;
}

GPtrArray *bt_alarms_list(BtStore *store, gboolean standing, guint max, gint64 now_ms)
{
    GPtrArray *alarms = g_ptr_array_new_with_free_func((GDestroyNotify)bt_alarm_free);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        COLUMNS "WHERE ?1 = 0 OR (ended_ms IS NULL AND until_ms > ?2) ORDER BY alarm.id DESC"
                " LIMIT ?3",
        "iii", (gint64)(standing != FALSE), now_ms, (gint64)max);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        BtAlarm *alarm = read_alarm(store, rows);
        if (!standing || bt_alarm_stands(alarm, now_ms))
            g_ptr_array_add(alarms, alarm);
        else
            bt_alarm_free(alarm);
    }
    return alarms;
}

/* ---- its end ---- */

static GPtrArray *screens_that_have(BtStore *store, gint64 proposal)
{
    GPtrArray *screens = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(BtRows) rows = bt_db_query(
        store->db, NULL, "SELECT id FROM screen WHERE " OF_IT " ORDER BY id", "i", proposal);
    while (rows != NULL && bt_rows_next(rows, NULL))
        g_ptr_array_add(screens, g_strdup(bt_rows_text(rows, 0)));
    return screens;
}

static gboolean enter_end(BtStore *store, const BtAlarm *alarm, const GPtrArray *screens,
    const char *who, gint64 now_ms, GError **error)
{
    g_autofree char *note = g_strdup_printf("ended emergency %" G_GINT64_FORMAT
                                            ", proposal %" G_GINT64_FORMAT " on %u screens: %s",
        alarm->id, alarm->proposal, screens->len, alarm->title);
    return bt_entry_point(store, "alert", screens, "", error) &&
        bt_db_run(store->db, error,
            "UPDATE proposal SET state = 'withdrawn', decided_ms = ? WHERE id = ?"
            " AND state IN ('waiting', 'signed')",
            "ii", now_ms, alarm->proposal) &&
        bt_db_run(store->db, error, "UPDATE alarm SET ended_ms = ?, ended_by = ? WHERE id = ?",
            "isi", now_ms, who, alarm->id) &&
        bt_store_note(store, now_ms, who, note, error);
}

gboolean bt_alarms_end(BtStore *store, gint64 id, const char *who, gint64 now_ms, GError **error)
{
    g_autoptr(BtAlarm) alarm = bt_alarms_find(store, id, error);
    if (alarm == NULL)
        return FALSE;
    if (!bt_alarm_stands(alarm, now_ms)) {
        g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
            "emergency %" G_GINT64_FORMAT ": it has ended: expected one that stands", id);
        return FALSE;
    }
    g_autoptr(GPtrArray) screens = screens_that_have(store, alarm->proposal);
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (!enter_end(store, alarm, screens, who, now_ms, error) || !bt_db_commit(store->db, error)) {
        bt_db_rollback(store->db);
        return FALSE;
    }
    return bt_entry_renew(store, screens, now_ms, error);
}
