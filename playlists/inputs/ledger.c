#include "playlists/inputs/ledger.h"
#include "base/error.h"

struct BtInputLedger {
    BtDb *db;
    BtDbLasting lasting;
};

static const char *const migrations[] = {
    "CREATE TABLE entry (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,"
    " source TEXT NOT NULL, what TEXT NOT NULL, version INTEGER NOT NULL,"
    " from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL);"
    "CREATE INDEX entry_kind ON entry (kind, source, id);"
    "CREATE TABLE command (source TEXT NOT NULL, id TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    " PRIMARY KEY (source, id)) WITHOUT ROWID;",
    NULL,
};

static const char *const tables[] = { "entry", "command", NULL };

static const char note_damage[] =
    "INSERT INTO entry (kind, source, what, version, from_ms, until_ms) VALUES ('damaged', '',"
    " 'inputs.db', 0, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER), 0)";

BtInputLedger *bt_input_ledger_open(const char *path, gboolean writable, GError **error)
{
    if (!writable && !g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "%s: no inputs have been recorded", path);
        return NULL;
    }
    BtInputLedger *ledger = g_new0(BtInputLedger, 1);
    ledger->lasting = (BtDbLasting){ .migrations = migrations,
        .tables = writable ? tables : NULL,
        .after = note_damage,
        .copy = TRUE };
    ledger->db = bt_db_open_lasting(path, &ledger->lasting);
    return ledger;
}

gboolean bt_input_ledger_is_usable(BtInputLedger *ledger, GError **error)
{
    return bt_db_is_usable(ledger->db, error);
}

void bt_input_ledger_close(BtInputLedger *ledger)
{
    if (ledger == NULL)
        return;
    bt_db_close(ledger->db);
    g_free(ledger);
}

static gboolean add(BtInputLedger *ledger, const char *kind, const char *source, const char *what,
    gint64 version, gint64 from_ms, gint64 until_ms, GError **error)
{
    return bt_db_run(ledger->db, error,
        "INSERT INTO entry (kind, source, what, version, from_ms, until_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        "sssiii", kind, source, what, version, from_ms, until_ms);
}

gboolean bt_input_ledger_add_manifest(BtInputLedger *ledger, const char *source, const char *sha256,
    gint64 version, gint64 from_ms, GError **error)
{
    return add(ledger, "manifest", source, sha256, version, from_ms, BT_TIME_MAX, error);
}

gboolean bt_input_ledger_add_alert(BtInputLedger *ledger, const char *source, const char *sha256,
    gint64 version, gint64 from_ms, GError **error)
{
    return add(ledger, "alert", source, sha256, version, from_ms, BT_TIME_MAX, error);
}

static gboolean has_denial(
    BtInputLedger *ledger, const char *source, const char *sha256, gboolean *found, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(ledger->db, error,
        "SELECT 1 FROM entry WHERE kind = 'denial' AND source = ? AND what = ?", "ss", source,
        sha256);
    if (rows == NULL)
        return FALSE;
    GError *failure = NULL;
    *found = bt_rows_next(rows, &failure);
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

gboolean bt_input_ledger_add_denial(BtInputLedger *ledger, const char *source, const char *sha256,
    gint64 from_ms, gboolean *is_new, GError **error)
{
    gboolean found = FALSE;
    if (!has_denial(ledger, source, sha256, &found, error))
        return FALSE;
    *is_new = !found;
    return found || add(ledger, "denial", source, sha256, 0, from_ms, BT_TIME_MAX, error);
}

gboolean bt_input_ledger_add_lapse(
    BtInputLedger *ledger, const char *source, gint64 from_ms, GError **error)
{
    return add(ledger, "lapse", source, "", 0, from_ms, BT_TIME_MAX, error);
}

gboolean bt_input_ledger_add_set_aside(BtInputLedger *ledger, const char *source, const char *what,
    gint64 from_ms, gint64 until_ms, GError **error)
{
    return add(ledger, "set-aside", source, what, 0, from_ms, until_ms, error);
}

gboolean bt_input_ledger_add_cut(BtInputLedger *ledger, gint64 from_ms, GError **error)
{
    return add(ledger, "cut", "", "", 0, from_ms, BT_TIME_MAX, error);
}

gboolean bt_input_ledger_add_resume(BtInputLedger *ledger, gint64 from_ms, GError **error)
{
    return add(ledger, "resume", "", "", 0, from_ms, BT_TIME_MAX, error);
}

gboolean bt_input_ledger_add_source_cut(BtInputLedger *ledger, const char *source, const char *id,
    gint64 told_ms, gint64 from_ms, GError **error)
{
    return add(ledger, "cut", source, id, told_ms, from_ms, BT_TIME_MAX, error);
}

gboolean bt_input_ledger_add_release(BtInputLedger *ledger, const char *source, const char *cut,
    gint64 before_ms, gint64 from_ms, GError **error)
{
    return add(
        ledger, "resume", source, cut == NULL ? "" : cut, before_ms, from_ms, BT_TIME_MAX, error);
}

gboolean bt_input_ledger_add_order(BtInputLedger *ledger, const char *source, const char *sha256,
    gint64 version, gint64 from_ms, GError **error)
{
    return add(ledger, "order", source, sha256, version, from_ms, BT_TIME_MAX, error);
}

gboolean bt_input_ledger_add_safe(
    BtInputLedger *ledger, gint64 from_ms, gint64 until_ms, GError **error)
{
    return add(ledger, "safe", "", "", 0, from_ms, until_ms, error);
}

gboolean bt_input_ledger_add_darken(
    BtInputLedger *ledger, gint64 from_ms, gint64 until_ms, GError **error)
{
    return add(ledger, "darken", "", "", 0, from_ms, until_ms, error);
}

gboolean bt_input_ledger_add_stop(
    BtInputLedger *ledger, const char *source, gint64 from_ms, GError **error)
{
    return add(ledger, "stop", source, "", 0, from_ms, BT_TIME_MAX, error);
}

gboolean bt_input_ledger_add_pause(
    BtInputLedger *ledger, const char *source, gint64 from_ms, GError **error)
{
    return add(ledger, "pause", source, "", 0, from_ms, BT_TIME_MAX, error);
}

gboolean bt_input_ledger_add_go_on(
    BtInputLedger *ledger, const char *source, gint64 from_ms, GError **error)
{
    return add(ledger, "go-on", source, "", 0, from_ms, BT_TIME_MAX, error);
}

gboolean bt_input_ledger_add_volume(
    BtInputLedger *ledger, const char *source, int percent, gint64 from_ms, GError **error)
{
    return add(ledger, "volume", source, "", percent, from_ms, BT_TIME_MAX, error);
}

gboolean bt_input_ledger_take_command(BtInputLedger *ledger, const char *source, const char *id,
    gint64 at_ms, gboolean *is_new, GError **error)
{
    if (!bt_db_run(ledger->db, error,
            "INSERT OR IGNORE INTO command (source, id, at_ms) VALUES (?, ?, ?)", "ssi", source, id,
            at_ms))
        return FALSE;
    *is_new = bt_db_changes(ledger->db) == 1;
    return TRUE;
}

gboolean bt_input_ledger_knows_command(
    BtInputLedger *ledger, const char *source, const char *id, gboolean *known, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(
        ledger->db, error, "SELECT 1 FROM command WHERE source = ? AND id = ?", "ss", source, id);
    if (rows == NULL)
        return FALSE;
    *known = bt_rows_next(rows, &failure);
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

gboolean bt_input_ledger_begin(BtInputLedger *ledger, GError **error)
{
    return bt_db_begin(ledger->db, error);
}

gboolean bt_input_ledger_commit(BtInputLedger *ledger, GError **error)
{
    return bt_db_commit(ledger->db, error);
}

void bt_input_ledger_rollback(BtInputLedger *ledger)
{
    bt_db_rollback(ledger->db);
}

static gboolean holds_ahead(BtInputLedger *ledger, gint64 now_ms, gboolean *found, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(ledger->db, error,
        "SELECT 1 FROM entry WHERE from_ms > ? LIMIT 1", "i", now_ms + BT_INPUTS_AHEAD_MS);
    GError *failure = NULL;
    *found = rows != NULL && bt_rows_next(rows, &failure);
    if (failure != NULL)
        g_propagate_error(error, failure);
    return rows != NULL && failure == NULL;
}

/* Darkness ends when its source said, by the source's own clock. */
gboolean bt_input_ledger_step_back(
    BtInputLedger *ledger, gint64 now_ms, gboolean *moved, GError **error)
{
    if (!holds_ahead(ledger, now_ms, moved, error))
        return FALSE;
    if (!*moved)
        return TRUE;
    return bt_db_run(ledger->db, error,
        "UPDATE entry SET from_ms = ?1,"
        " version = CASE kind WHEN 'cut' THEN min(version, ?1) ELSE version END,"
        " until_ms = CASE WHEN kind IN ('set-aside', 'safe') THEN until_ms - from_ms + ?1"
        " ELSE until_ms END WHERE from_ms > ?1 + ?2",
        "ii", now_ms, (gint64)BT_INPUTS_AHEAD_MS);
}

gboolean bt_input_ledger_each(BtInputLedger *ledger, const char *source, gint64 since_ms,
    BtInputEach each, gpointer user, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(ledger->db, error,
        "SELECT kind, what, version, from_ms FROM entry WHERE source = ? AND from_ms >= ?"
        " AND kind IN ('manifest', 'alert', 'denial', 'damaged') ORDER BY id",
        "si", source, since_ms);
    if (rows == NULL)
        return FALSE;
    while (bt_rows_next(rows, &failure))
        each(bt_rows_text(rows, 0), bt_rows_text(rows, 1), bt_rows_int(rows, 2),
            bt_rows_int(rows, 3), user);
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

BtRows *bt_input_ledger_entries(
    BtInputLedger *ledger, const char *kind, const char *source, gint64 limit, GError **error)
{
    return bt_db_query(ledger->db, error,
        "SELECT what, version, from_ms, until_ms FROM (SELECT * FROM entry WHERE kind = ?"
        " AND source = ? ORDER BY id DESC LIMIT ?) ORDER BY id",
        "ssi", kind, source, limit);
}

/* What was written down after the cut ends it; the clock may have been set back in between. */
BtRows *bt_input_ledger_cuts(BtInputLedger *ledger, GError **error)
{
    return bt_db_query(ledger->db, error,
        "SELECT c.source, c.what, c.from_ms, ifnull((SELECT min(max(r.from_ms, c.from_ms))"
        " FROM entry r WHERE r.kind = 'resume' AND r.id > c.id AND (r.source = ''"
        " OR (r.source = c.source AND"
        " (r.what = c.what OR (r.what = '' AND c.version < r.version))))), ?)"
        " FROM entry c WHERE c.kind = 'cut' ORDER BY c.id",
        "i", BT_TIME_MAX);
}

BtRows *bt_input_ledger_orders(BtInputLedger *ledger, const char *source, GError **error)
{
    return bt_db_query(ledger->db, error,
        "SELECT kind, version, from_ms FROM entry WHERE source = ?"
        " AND kind IN ('stop', 'pause', 'go-on', 'volume') ORDER BY id",
        "s", source);
}

/* The version and hash of a query's one row, if it has one. */
static gboolean read_floor(BtRows *rows, BtFloor *floor, GError **error)
{
    g_autoptr(BtRows) owned = rows;
    GError *failure = NULL;
    *floor = (BtFloor){ 0, "" };
    if (owned == NULL)
        return FALSE;
    if (bt_rows_next(owned, &failure)) {
        floor->version = bt_rows_int(owned, 0);
        g_strlcpy(floor->sha256, bt_rows_text(owned, 1), sizeof floor->sha256);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

/* Denials do not lower the floor: the newest version stays the newest. A root that took a key away
 * does, for all that was written before. */
static gboolean newest_of(
    BtInputLedger *ledger, const char *kind, const char *source, BtFloor *floor, GError **error)
{
    BtRows *rows = bt_db_query(ledger->db, error,
        "SELECT version, what FROM entry WHERE kind = ?1 AND source = ?2 AND what != ''"
        " AND id > ifnull((SELECT max(id) FROM entry WHERE kind = 'root' AND source = ?2"
        " AND what = ?1), 0) ORDER BY version DESC, id DESC LIMIT 1",
        "ss", kind, source);
    return read_floor(rows, floor, error);
}

static gboolean last_of(
    BtInputLedger *ledger, const char *kind, const char *source, BtFloor *floor, GError **error)
{
    BtRows *rows = bt_db_query(ledger->db, error,
        "SELECT version, what FROM entry WHERE kind = ? AND source = ? ORDER BY id DESC LIMIT 1",
        "ss", kind, source);
    return read_floor(rows, floor, error);
}

gboolean bt_input_ledger_last_manifest(
    BtInputLedger *ledger, const char *source, BtFloor *manifest, GError **error)
{
    return last_of(ledger, "manifest", source, manifest, error);
}

gboolean bt_input_ledger_newest_order(
    BtInputLedger *ledger, const char *source, BtFloor *order, GError **error)
{
    return newest_of(ledger, "order", source, order, error);
}

gboolean bt_input_ledger_last_order(
    BtInputLedger *ledger, const char *source, BtFloor *order, GError **error)
{
    return last_of(ledger, "order", source, order, error);
}

/* An entry of kind "root": what stands before it, of the kind it names, was judged under an older
 * root than `version`. */
static gboolean follow_role(BtInputLedger *ledger, const char *source, const char *kind,
    gint64 lost_at, gint64 at_ms, gboolean *is_new, GError **error)
{
    BtFloor last;
    BtRows *rows = bt_db_query(ledger->db, error,
        "SELECT version, what FROM entry WHERE kind = 'root' AND source = ? AND what = ?"
        " ORDER BY version DESC LIMIT 1",
        "ss", source, kind);
    if (!read_floor(rows, &last, error))
        return FALSE;
    if (lost_at <= last.version)
        return TRUE;
    *is_new = TRUE;
    return add(ledger, "root", source, kind, lost_at, at_ms, BT_TIME_MAX, error);
}

gboolean bt_input_ledger_follow_root(BtInputLedger *ledger, const char *source,
    const BtTrust *trust, gint64 at_ms, gboolean *is_new, GError **error)
{
    gint64 lost_at = MAX(bt_trust_key_lost_at(trust, BT_ROLE_PUBLISH),
        bt_trust_key_lost_at(trust, BT_ROLE_EMERGENCY));
    *is_new = FALSE;
    return follow_role(ledger, source, "manifest", bt_trust_key_lost_at(trust, BT_ROLE_PUBLISH),
               at_ms, is_new, error) &&
        follow_role(ledger, source, "alert", bt_trust_key_lost_at(trust, BT_ROLE_EMERGENCY), at_ms,
            is_new, error) &&
        follow_role(ledger, source, "order", lost_at, at_ms, is_new, error);
}

gboolean bt_input_ledger_newest(
    BtInputLedger *ledger, const char *source, BtFloor *manifest, BtFloor *alert, GError **error)
{
    return newest_of(ledger, "manifest", source, manifest, error) &&
        newest_of(ledger, "alert", source, alert, error);
}

gboolean bt_input_ledger_is_cut(BtInputLedger *ledger, gint64 at_ms)
{
    g_autoptr(BtRows) rows = bt_input_ledger_cuts(ledger, NULL);
    while (rows != NULL && bt_rows_next(rows, NULL))
        if (bt_rows_int(rows, 2) <= at_ms && at_ms < bt_rows_int(rows, 3))
            return TRUE;
    return FALSE;
}

gint64 bt_input_ledger_safe_until(BtInputLedger *ledger, gint64 at_ms)
{
    gint64 until_ms = BT_TIME_MIN;
    g_autoptr(BtRows) rows = bt_input_ledger_entries(ledger, "safe", "", G_MAXINT64, NULL);
    while (rows != NULL && bt_rows_next(rows, NULL))
        if (bt_rows_int(rows, 2) <= at_ms && bt_rows_int(rows, 3) > at_ms)
            until_ms = MAX(until_ms, bt_rows_int(rows, 3));
    return until_ms;
}

void bt_input_ledger_last_alert(
    BtInputLedger *ledger, const char *source, char sha256[BT_HASH_HEX_SIZE])
{
    *sha256 = '\0';
    g_autoptr(BtRows) rows = bt_input_ledger_entries(ledger, "alert", source, 1, NULL);
    if (rows != NULL && bt_rows_next(rows, NULL))
        g_strlcpy(sha256, bt_rows_text(rows, 0), BT_HASH_HEX_SIZE);
}
