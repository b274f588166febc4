/* What was said, put where it belongs. A bulletin, its times and an order to make it urgent may
 * come in any sequence, from different hands, and each alone; so each has a row of its own, by the
 * bulletin's id, and what is to be shown is read from the three together (kept.c). A message's id
 * is remembered in the transaction that acts on it: after a power cut it was acted on, or comes
 * again. */
#include "playlists/sync/ttn/rows.h"

#include <string.h>

#define SEEN_MAX 100000 /* ids of messages: one a minute for ten weeks */

static const char *const migrations[] = {
    "CREATE TABLE seen (id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE bulletin (id TEXT PRIMARY KEY, item TEXT NOT NULL, body TEXT NOT NULL,"
    " url TEXT NOT NULL, received_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,"
    " gone INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX bulletin_item ON bulletin (item);"
    "CREATE TABLE times (bulletin TEXT PRIMARY KEY, schedule TEXT NOT NULL, name TEXT NOT NULL,"
    " slots TEXT NOT NULL, until_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX times_schedule ON times (schedule);"
    "CREATE TABLE urgent (bulletin TEXT PRIMARY KEY, until_ms INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE medium (url TEXT PRIMARY KEY, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL,"
    " type TEXT NOT NULL, duration_ms INTEGER NOT NULL, etag TEXT NOT NULL,"
    " failures INTEGER NOT NULL, try_after_ms INTEGER NOT NULL, given_up INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;",
    "ALTER TABLE medium ADD COLUMN modified TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE medium ADD COLUMN looked_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE medium ADD COLUMN look INTEGER NOT NULL DEFAULT 0;",
    NULL,
};

static const char *const tables[] = { "seen", "bulletin", "times", "urgent", "medium", "counter",
    NULL };

/* What could be read of a damaged file may be old. Versions count seconds, never below the clock of
 * this machine, so that show, which keeps a floor of its own, takes what comes next. */
#define NOW_S "CAST((julianday('now') - 2440587.5) * 86400 AS INTEGER)"
static const char after_damage[] =
    "INSERT INTO counter (name, value) VALUES ('version', " NOW_S ") ON CONFLICT (name) DO UPDATE"
    " SET value = max(value, " NOW_S ") + 1";

BtTtnStore *bt_ttn_store_open(const char *path, GError **error)
{
    g_autoptr(BtTtnStore) store = g_new0(BtTtnStore, 1);
    store->lasting =
        (BtDbLasting){ .migrations = migrations, .tables = tables, .after = after_damage };
    store->db = bt_db_open_lasting(path, &store->lasting);
    return bt_db_is_usable(store->db, error) ? g_steal_pointer(&store) : NULL;
}

void bt_ttn_store_close(BtTtnStore *store)
{
    if (store == NULL)
        return;
    bt_db_close(store->db);
    g_free(store);
}

/* ---- slots ---- */

char *bt_ttn_slots_to_text(const GArray *slots)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < MIN(slots->len, BT_TTN_MESSAGE_MAX_ITEMS); i++) {
        const BtTtnSlot *slot = &g_array_index(slots, BtTtnSlot, i);
        g_string_append_printf(text, "%s%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, i > 0 ? " " : "",
            slot->from_ms, slot->until_ms);
    }
    return g_string_free(text, FALSE);
}

/* A disk rots: what does not rise ends the list. */
GArray *bt_ttn_slots_from_text(const char *text)
{
    GArray *slots = g_array_new(FALSE, FALSE, sizeof(BtTtnSlot));
    g_auto(GStrv) numbers = g_strsplit(text, " ", 2 * BT_TTN_MESSAGE_MAX_ITEMS + 1);
    gint64 last_ms = G_MININT64;
    for (guint i = 0; numbers[i] != NULL && numbers[i + 1] != NULL; i += 2) {
        BtTtnSlot slot = { g_ascii_strtoll(numbers[i], NULL, 10),
            g_ascii_strtoll(numbers[i + 1], NULL, 10) };
        if (slot.from_ms < last_ms || slot.until_ms <= slot.from_ms)
            break;
        last_ms = slot.until_ms;
        g_array_append_val(slots, slot);
    }
    return slots;
}

/* ---- acting ---- */

static gboolean put_times(BtTtnStore *store, const char *bulletin, const char *schedule,
    const char *name, const GArray *slots, gint64 at_ms, GError **error)
{
    g_autofree char *text = bt_ttn_slots_to_text(slots);
    gint64 until_ms =
        slots->len == 0 ? 0 : g_array_index(slots, BtTtnSlot, slots->len - 1).until_ms;
    return bt_db_run(store->db, error,
        "INSERT OR REPLACE INTO times (bulletin, schedule, name, slots, until_ms, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        "ssssii", bulletin, schedule, name, text, until_ms, at_ms);
}

/* Those that are gone or over first, and of these the oldest. */
static gboolean make_room(BtTtnStore *store, gint64 now_ms, GError **error)
{
    return bt_db_run(store->db, error,
        "DELETE FROM bulletin WHERE id IN (SELECT b.id FROM bulletin b LEFT JOIN times t"
        " ON t.bulletin = b.id ORDER BY (b.gone != 0 OR (b.until_ms > 0 AND b.until_ms <= ?1) OR"
        " (t.until_ms > 0 AND t.until_ms <= ?1)), b.received_ms DESC LIMIT -1 OFFSET ?2)",
        "ii", now_ms, (gint64)BT_TTN_STORE_MAX_BULLETINS);
}

/* Its address is tried anew: perhaps it was mended, which is why the bulletin came again. */
static gboolean forgive_medium(BtTtnStore *store, const char *url, GError **error)
{
    return bt_db_run(store->db, error,
        "UPDATE medium SET failures = 0, try_after_ms = 0, given_up = 0 WHERE url = ?"
        " AND sha256 = ''",
        "s", url);
}

/* What is here may be another file there now. Who gives no validator sends all of it again. */
static gboolean look_again(BtTtnStore *store, const char *url, gint64 now_ms, GError **error)
{
    return bt_db_run(store->db, error,
        "UPDATE medium SET look = 1, failures = 0, try_after_ms = 0 WHERE url = ?1"
        " AND sha256 != '' AND (etag != '' OR modified != '' OR abs(?2 - looked_ms) >= ?3)",
        "sii", url, now_ms, (gint64)BT_TTN_STORE_LOOK_MS);
}

static gboolean take_bulletin(
    BtTtnStore *store, const BtTtnBulletin *bulletin, gint64 now_ms, GError **error)
{
    g_autoptr(BtJson) json = bt_ttn_bulletin_to_json(bulletin);
    g_autofree char *body = bt_json_to_text(json, FALSE), *item = bt_ttn_item_id(bulletin->id);
    const char *url = bt_ttn_is_fetched(bulletin->kind) ? bulletin->content : "";
    return bt_db_run(store->db, error,
               "INSERT OR REPLACE INTO bulletin (id, item, body, url, received_ms, until_ms, gone)"
               " VALUES (?, ?, ?, ?, ?, ?, 0)",
               "ssssii", bulletin->id, item, body, url, now_ms, bulletin->until_ms) &&
        (bulletin->slots->len == 0 ||
            put_times(store, bulletin->id, bulletin->schedule_id, bulletin->schedule_name,
                bulletin->slots, now_ms, error)) &&
        forgive_medium(store, url, error) && look_again(store, url, now_ms, error) &&
        make_room(store, now_ms, error);
}

/* A bulletin whose schedule was taken away comes back with a new one. */
static gboolean take_schedule(
    BtTtnStore *store, const BtTtnMessage *message, gint64 now_ms, GError **error)
{
    return put_times(store, message->bulletin_id, message->schedule_id, message->schedule_name,
               message->slots, now_ms, error) &&
        bt_db_run(store->db, error, "UPDATE bulletin SET gone = ? WHERE id = ? AND gone = ?", "isi",
            (gint64)BT_TTN_HERE, message->bulletin_id, (gint64)BT_TTN_OFF_SCHEDULE);
}

static gboolean cancel(BtTtnStore *store, const char *bulletin, GError **error)
{
    return bt_db_run(store->db, error, "UPDATE bulletin SET gone = ? WHERE id = ?", "is",
               (gint64)BT_TTN_TAKEN_AWAY, bulletin) &&
        bt_db_run(store->db, error, "DELETE FROM times WHERE bulletin = ?", "s", bulletin) &&
        bt_db_run(store->db, error, "DELETE FROM urgent WHERE bulletin = ?", "s", bulletin);
}

/* Without its times a bulletin would play for ever, which nobody asked for. */
static gboolean cancel_schedule(BtTtnStore *store, const char *schedule, GError **error)
{
    return bt_db_run(store->db, error,
               "UPDATE bulletin SET gone = ? WHERE gone = ? AND id IN"
               " (SELECT bulletin FROM times WHERE schedule = ?)",
               "iis", (gint64)BT_TTN_OFF_SCHEDULE, (gint64)BT_TTN_HERE, schedule) &&
        bt_db_run(store->db, error, "DELETE FROM times WHERE schedule = ?", "s", schedule);
}

static gboolean make_urgent(
    BtTtnStore *store, const BtTtnMessage *message, gint64 now_ms, GError **error)
{
    return bt_db_run(store->db, error,
        "INSERT OR REPLACE INTO urgent (bulletin, until_ms, at_ms) VALUES (?, ?, ?)", "sii",
        message->bulletin_id, message->until_ms, now_ms);
}

static gboolean act(BtTtnStore *store, const BtTtnMessage *message, gint64 now_ms,
    gboolean *changed, GError **error)
{
    *changed = message->says <= BT_TTN_SAY_URGENT;
    switch (message->says) {
    case BT_TTN_SAY_BULLETIN:
        return take_bulletin(store, message->bulletin, now_ms, error);
    case BT_TTN_SAY_SCHEDULE:
        return take_schedule(store, message, now_ms, error);
    case BT_TTN_SAY_CANCEL:
        return cancel(store, message->bulletin_id, error);
    case BT_TTN_SAY_CANCEL_SCHEDULE:
        return cancel_schedule(store, message->schedule_id, error);
    case BT_TTN_SAY_URGENT:
        return make_urgent(store, message, now_ms, error);
    default:
        return TRUE; /* for show */
    }
}

gboolean bt_ttn_store_take(BtTtnStore *store, const BtTtnMessage *message, gint64 now_ms,
    gboolean *is_new, gboolean *changed, GError **error)
{
    *is_new = *changed = FALSE;
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (bt_ttn_store_hear(store, message, now_ms, is_new, error) &&
        (!*is_new || act(store, message, now_ms, changed, error)) && bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    *is_new = *changed = FALSE;
    return FALSE;
}

/* ---- numbers ---- */

/* Seconds of a clock that may be wrong would jump; one that only counts could fall behind what show
 * has seen when the file is lost. So it counts, from where the clock stood when the file began. */
gint64 bt_ttn_store_next_version(BtTtnStore *store, GError **error)
{
    if (!bt_db_run(store->db, error,
            "INSERT INTO counter (name, value) VALUES ('version', " NOW_S ")"
            " ON CONFLICT (name) DO UPDATE SET value = value + 1",
            ""))
        return -1;
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, error, "SELECT value FROM counter WHERE name = 'version'", "");
    if (rows == NULL)
        return -1;
    if (bt_rows_next(rows, error))
        return bt_rows_int(rows, 0);
    if (error == NULL || *error == NULL)
        g_set_error_literal(error, BT_ERROR, BT_ERROR_IO, "ttn: the version is not there");
    return -1;
}

/* ---- tidying ---- */

gboolean bt_ttn_store_tidy(BtTtnStore *store, gint64 before_ms, GError **error)
{
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (bt_db_run(store->db, error,
            "DELETE FROM seen WHERE at_ms < ?1 OR id IN"
            " (SELECT id FROM seen ORDER BY at_ms DESC LIMIT -1 OFFSET ?2)",
            "ii", before_ms, (gint64)SEEN_MAX) &&
        bt_db_run(store->db, error,
            "DELETE FROM bulletin WHERE (received_ms < ?1 AND gone != 0) OR (until_ms > 0 AND"
            " until_ms < ?1) OR id IN (SELECT bulletin FROM times WHERE until_ms < ?1)",
            "i", before_ms) &&
        bt_db_run(store->db, error,
            "DELETE FROM times WHERE until_ms < ?1 OR (at_ms < ?1 AND bulletin NOT IN"
            " (SELECT id FROM bulletin))",
            "i", before_ms) &&
        bt_db_run(store->db, error, "DELETE FROM urgent WHERE until_ms < ?", "i", before_ms) &&
        bt_db_run(store->db, error,
            "DELETE FROM medium WHERE url NOT IN (SELECT url FROM bulletin)", "") &&
        bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}
