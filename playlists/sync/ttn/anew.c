/* The same words once more: a replay, or meant?
 *
 * Lines repeat: a broker sends again what it has no answer to, keeps a word for whoever subscribes
 * later, and a poll may list the same things each time. But a province that takes a bulletin away
 * and publishes it again sends the same words too, and where it gives its messages neither an id
 * nor a time nothing tells the two apart.
 *
 * Bulletins, schedules and their cancelling say how things should be, so the last word counts: one
 * that was heard before is acted on again where it would change something, after a minute without
 * it. What is repeated by a line comes at once or in the order in which it was said, so that its
 * last word counts as well. An operator who sets the volume to 50 for the second time this week
 * means it, so a command, too, counts anew after such a minute. What bears an id or a time of its
 * own, was kept by a broker, or is a command in the answer of a poll is never acted on twice. */
#include "playlists/sync/ttn/rows.h"

/* ---- whether it would change something ---- */

static gboolean is_there(BtRows *rows, gboolean *there, GError **error)
{
    GError *failure = NULL;
    if (rows == NULL)
        return FALSE;
    *there = bt_rows_next(rows, &failure);
    bt_rows_free(rows);
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

/* What is urgent would never end if each time gave it another end. */
static gboolean is_kept_so(
    BtTtnStore *store, const BtTtnBulletin *bulletin, gboolean *so, GError **error)
{
    g_autoptr(BtJson) json = bt_ttn_bulletin_to_json(bulletin);
    g_autofree char *body = bt_json_to_text(json, FALSE);
    return is_there(
        bt_db_query(store->db, error,
            "SELECT 1 FROM bulletin WHERE id = ? AND gone = ? AND (body = ? OR ?)", "sisi",
            bulletin->id, (gint64)BT_TTN_HERE, body, (gint64)(bulletin->priority == BT_TTN_URGENT)),
        so, error);
}

static gboolean is_scheduled_so(
    BtTtnStore *store, const BtTtnMessage *message, gboolean *so, GError **error)
{
    g_autofree char *slots = bt_ttn_slots_to_text(message->slots);
    return is_there(
        bt_db_query(store->db, error,
            "SELECT 1 FROM times WHERE bulletin = ? AND schedule = ? AND slots = ?"
            " AND bulletin NOT IN (SELECT id FROM bulletin WHERE gone = ?)",
            "sssi", message->bulletin_id, message->schedule_id, slots, (gint64)BT_TTN_OFF_SCHEDULE),
        so, error);
}

static gboolean is_gone(
    BtTtnStore *store, const BtTtnMessage *message, gboolean *gone, GError **error)
{
    gboolean there = FALSE;
    BtRows *rows = message->says == BT_TTN_SAY_CANCEL
        ? bt_db_query(store->db, error,
              "SELECT 1 FROM bulletin WHERE id = ?1 AND gone != ?2"
              " UNION SELECT 1 FROM times WHERE bulletin = ?1",
              "si", message->bulletin_id, (gint64)BT_TTN_TAKEN_AWAY)
        : bt_db_query(store->db, error, "SELECT 1 FROM times WHERE schedule = ?", "s",
              message->schedule_id);
    if (!is_there(rows, &there, error))
        return FALSE;
    *gone = !there;
    return TRUE;
}

static gboolean is_so(BtTtnStore *store, const BtTtnMessage *message, gboolean *so, GError **error)
{
    switch (message->says) {
    case BT_TTN_SAY_BULLETIN:
        return is_kept_so(store, message->bulletin, so, error);
    case BT_TTN_SAY_SCHEDULE:
        return is_scheduled_so(store, message, so, error);
    case BT_TTN_SAY_CANCEL:
    case BT_TTN_SAY_CANCEL_SCHEDULE:
        return is_gone(store, message, so, error);
    default:
        *so = message->says == BT_TTN_SAY_URGENT;
        return TRUE;
    }
}

/* ---- */

/* BT_TIME_MIN: never. */
static gboolean last_heard(BtTtnStore *store, const char *id, gint64 *at_ms, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, error, "SELECT at_ms FROM seen WHERE id = ?", "s", id);
    if (rows == NULL)
        return FALSE;
    *at_ms = bt_rows_next(rows, &failure) ? bt_rows_int(rows, 0) : BT_TIME_MIN;
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

/* A broker that did not hear the board's answer before the restart says it once more after it. */
static gint64 anew_ms(const BtTtnMessage *message)
{
    return message->says == BT_TTN_SAY_RESTART ? BT_TTN_STORE_RESTART_MS : BT_TTN_STORE_ANEW_MS;
}

gboolean bt_ttn_store_judge(
    BtTtnStore *store, const BtTtnMessage *message, gint64 now_ms, BtTtnNews *news, GError **error)
{
    gint64 last_ms;
    gboolean so = TRUE;
    if (!last_heard(store, message->id, &last_ms, error))
        return FALSE;
    if (last_ms != BT_TIME_MIN && !message->is_marked && now_ms >= last_ms + anew_ms(message) &&
        !is_so(store, message, &so, error))
        return FALSE;
    *news = last_ms == BT_TIME_MIN ? BT_TTN_NEWS : so ? BT_TTN_REPEATED : BT_TTN_ANEW;
    return TRUE;
}

gboolean bt_ttn_store_hear(
    BtTtnStore *store, const BtTtnMessage *message, gint64 now_ms, gboolean *is_new, GError **error)
{
    BtTtnNews news;
    if (!bt_ttn_store_judge(store, message, now_ms, &news, error))
        return FALSE;
    *is_new = news != BT_TTN_REPEATED;
    return bt_db_run(store->db, error, "INSERT OR REPLACE INTO seen (id, at_ms) VALUES (?, ?)",
        "si", message->id, now_ms);
}
