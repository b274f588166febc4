/* The order that keeps versions rising: under the folder's lock, the counters are committed first,
 * then the documents with these numbers are written. A process that dies between the two leaves a
 * gap in the numbers, which nobody minds, and never two documents with one number.
 *
 * A screen whose now_issued_ms is 0 is due: whoever changes what now.json says sets it to 0 with
 * the change, and it gets its time when the document is written. So what is cut off in between is
 * made up for by the server's next tick. */
#include "source/store/freshness.h"

#include "base/error.h"
#include "playlists/envelope/envelope.h"
#include "source/store/site.h"

#include <string.h>
#include <unistd.h>

#define FEW 8      /* so many are written one after the other */
#define WRITERS 16 /* else by so many at once, each of which waits for the disk */

G_STATIC_ASSERT(BT_FRESH_MAX_DENIALS == BT_NOW_MAX_DENIALS);
G_STATIC_ASSERT(BT_FRESH_MAX_COMMANDS == BT_NOW_MAX_COMMANDS);

/* ---- the document ---- */

static BtJson *list_of(const GPtrArray *texts)
{
    BtJson *list = bt_json_new_array();
    for (guint i = 0; i < texts->len; i++)
        bt_json_append_string(list, g_ptr_array_index(texts, i));
    return list;
}

GBytes *bt_fresh_payload(const BtFresh *fresh)
{
    g_autoptr(BtJson) now = bt_json_new_object();
    bt_json_set_string(now, "screen", fresh->screen);
    bt_json_set_int(now, "version", fresh->version);
    bt_json_set_string(now, "manifest", *fresh->manifest ? fresh->manifest : NULL);
    bt_json_set_string(now, "alert", *fresh->alert ? fresh->alert : NULL);
    if (*fresh->order) /* what it is, boards of before do not know */
        bt_json_set_string(now, "order", fresh->order);
    bt_json_set_time(now, "issued", fresh->issued_ms);
    bt_json_set_time(now, "expires", fresh->expires_ms);
    bt_json_set(now, "deny", list_of(fresh->deny));
    bt_json_set(now, "commands", bt_json_ref(fresh->commands));
    bt_json_set_int(now, "root", fresh->root);
    char *text = bt_json_to_text(now, FALSE);
    return g_bytes_new_take(text, strlen(text));
}

/* ---- what goes into it ---- */

static GPtrArray *read_denials(BtStore *store, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT sha256 FROM denial ORDER BY at_ms DESC, sha256 LIMIT ?", "i",
        (gint64)BT_FRESH_MAX_DENIALS);
    if (rows == NULL)
        return NULL;
    GPtrArray *denials = g_ptr_array_new_with_free_func(g_free);
    while (bt_rows_next(rows, error))
        g_ptr_array_add(denials, g_strdup(bt_rows_text(rows, 0)));
    return denials;
}

static BtJson *read_commands(BtStore *store, const char *screen, gint64 now_ms, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT id, verb, until_ms FROM command WHERE screen = ? AND until_ms > ?"
        " ORDER BY until_ms DESC, id LIMIT ?",
        "sii", screen, now_ms, (gint64)BT_FRESH_MAX_COMMANDS);
    if (rows == NULL)
        return NULL;
    BtJson *commands = bt_json_new_array();
    while (bt_rows_next(rows, error)) {
        BtJson *command = bt_json_new_object();
        bt_json_set_string(command, "id", bt_rows_text(rows, 0));
        bt_json_set_string(command, "verb", bt_rows_text(rows, 1));
        bt_json_set_time(command, "until", bt_rows_int(rows, 2));
        bt_json_append(commands, command);
    }
    return commands;
}

/* One screen's next now.json on its way to the disk. */
typedef struct {
    const char *screen; /* borrowed */
    char *path;
    gint64 version;
    GBytes *envelope; /* NULL: it has none, and why not */
    GError *failure;
} Renewal;

static void renewal_clear(gpointer data)
{
    Renewal *renewal = data;
    g_free(renewal->path);
    g_clear_pointer(&renewal->envelope, g_bytes_unref);
    g_clear_error(&renewal->failure);
}

/* What all of them have in common. */
typedef struct {
    BtStore *store;
    gint64 now_ms, expires_ms;
    GPtrArray *deny;
    gint64 root;
} Edition;

/* The next number, and the documents it stands for; part of the caller's transaction. */
static BtRows *take_version(const Edition *edition, const char *screen, GError **error)
{
    BtDb *db = edition->store->db;
    if (!bt_db_run(db, error,
            "UPDATE screen SET now_version = now_version + 1, now_issued_ms = 0,"
            " alert = CASE WHEN alert IN (SELECT sha256 FROM document WHERE expires_ms <= ?1)"
            " THEN '' ELSE alert END WHERE id = ?2",
            "is", edition->now_ms, screen))
        return NULL;
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(db, error,
        "SELECT now_version, manifest, alert, order_sha256 FROM screen WHERE id = ?", "s", screen);
    if (rows == NULL || bt_rows_next(rows, &failure))
        return g_steal_pointer(&rows);
    if (failure == NULL)
        g_set_error(
            error, BT_ERROR, BT_ERROR_NOT_FOUND, "screen %s: there is no such screen", screen);
    else
        g_propagate_error(error, failure);
    return NULL;
}

static GBytes *sign(const Edition *edition, BtFresh *fresh)
{
    fresh->issued_ms = edition->now_ms;
    fresh->expires_ms = edition->expires_ms;
    fresh->deny = edition->deny;
    fresh->root = edition->root;
    g_autoptr(GBytes) payload = bt_fresh_payload(fresh);
    return bt_envelope_seal("now", payload, &edition->store->freshness, 1);
}

static gboolean prepare(const Edition *edition, Renewal *renewal, GError **error)
{
    g_autoptr(BtJson) commands =
        read_commands(edition->store, renewal->screen, edition->now_ms, error);
    g_autoptr(BtRows) rows =
        commands != NULL ? take_version(edition, renewal->screen, error) : NULL;
    if (rows == NULL)
        return FALSE;
    BtFresh fresh = { .screen = renewal->screen,
        .version = bt_rows_int(rows, 0),
        .manifest = bt_rows_text(rows, 1),
        .alert = bt_rows_text(rows, 2),
        .order = bt_rows_text(rows, 3),
        .commands = commands };
    renewal->version = fresh.version;
    renewal->envelope = sign(edition, &fresh);
    return TRUE;
}

/* All numbers in one transaction: a screen that is not there keeps no other waiting, a database
 * that fails keeps all. */
static gboolean prepare_all(const Edition *edition, GArray *renewals, GError **error)
{
    if (!bt_db_begin(edition->store->db, error))
        return FALSE;
    for (guint i = 0; i < renewals->len; i++) {
        Renewal *renewal = &g_array_index(renewals, Renewal, i);
        if (prepare(edition, renewal, &renewal->failure) ||
            g_error_matches(renewal->failure, BT_ERROR, BT_ERROR_NOT_FOUND))
            continue;
        g_propagate_error(error, g_error_copy(renewal->failure));
        bt_db_rollback(edition->store->db);
        return FALSE;
    }
    if (bt_db_commit(edition->store->db, error))
        return TRUE;
    bt_db_rollback(edition->store->db);
    return FALSE;
}

static void write_one(gpointer data, gpointer user)
{
    Renewal *renewal = data;
    (void)user;
    if (renewal->envelope != NULL)
        bt_site_write(renewal->path, renewal->envelope, &renewal->failure);
}

/* An emergency for a whole province waits for the disk: it takes many files at once about as
 * quickly as one. */
static void write_all(GArray *renewals)
{
    GThreadPool *pool =
        renewals->len > FEW ? g_thread_pool_new(write_one, NULL, WRITERS, FALSE, NULL) : NULL;
    for (guint i = 0; i < renewals->len; i++) {
        Renewal *renewal = &g_array_index(renewals, Renewal, i);
        if (pool == NULL)
            write_one(renewal, NULL);
        else
            g_thread_pool_push(pool, renewal, NULL);
    }
    if (pool != NULL)
        g_thread_pool_free(pool, FALSE, TRUE);
}

/* Those that are on the disk are not due any more. */
static gboolean enter_all(const Edition *edition, const GArray *renewals, GError **error)
{
    gboolean ok = bt_db_begin(edition->store->db, error);
    for (guint i = 0; ok && i < renewals->len; i++) {
        const Renewal *renewal = &g_array_index(renewals, Renewal, i);
        ok = renewal->failure != NULL ||
            bt_db_run(edition->store->db, error,
                "UPDATE screen SET now_issued_ms = ? WHERE id = ? AND now_version = ?", "isi",
                edition->now_ms, renewal->screen, renewal->version);
    }
    if (ok && bt_db_commit(edition->store->db, error))
        return TRUE;
    bt_db_rollback(edition->store->db);
    return FALSE;
}

static gboolean first_failure(const GArray *renewals, GError **error)
{
    for (guint i = 0; i < renewals->len; i++) {
        const Renewal *renewal = &g_array_index(renewals, Renewal, i);
        if (renewal->failure == NULL)
            continue;
        g_propagate_error(error, g_error_copy(renewal->failure));
        return FALSE;
    }
    return TRUE;
}

/* Under the folder's lock. */
static gboolean write_now(BtStore *store, const GPtrArray *screens, const char *site, gint64 now_ms,
    gint64 expires_ms, GError **error)
{
    g_autoptr(GPtrArray) deny = read_denials(store, error);
    const Edition edition = { store, now_ms, expires_ms, deny, bt_site_newest_root(store->site) };
    g_autoptr(GArray) renewals = g_array_new(FALSE, TRUE, sizeof(Renewal));
    g_array_set_clear_func(renewals, renewal_clear);
    for (guint i = 0; i < screens->len; i++) {
        const char *screen = g_ptr_array_index(screens, i);
        Renewal renewal = { .screen = screen, .path = bt_site_now_path(site, screen) };
        g_array_append_val(renewals, renewal);
    }
    if (deny == NULL || !prepare_all(&edition, renewals, error))
        return FALSE;
    write_all(renewals);
    return enter_all(&edition, renewals, error) && first_failure(renewals, error);
}

/* ---- renewing ---- */

gboolean bt_fresh_renew_screens(
    BtStore *store, const GPtrArray *screens, gint64 now_ms, GError **error)
{
    if (screens->len == 0)
        return TRUE;
    int lock = bt_store_lock(store, error);
    if (lock < 0)
        return FALSE;
    gboolean ok = write_now(store, screens, store->site, now_ms, now_ms + BT_FRESH_LIFE_MS, error);
    close(lock);
    return ok;
}

static GPtrArray *list_of_one(const char *screen)
{
    GPtrArray *screens = g_ptr_array_new();
    g_ptr_array_add(screens, (gpointer)screen);
    return screens;
}

gboolean bt_fresh_renew(BtStore *store, const char *screen, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) screens = list_of_one(screen);
    return bt_fresh_renew_screens(store, screens, now_ms, error);
}

static gboolean renew_rows(BtStore *store, BtRows *rows, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) screens = g_ptr_array_new_with_free_func(g_free);
    GError *failure = NULL;
    while (bt_rows_next(rows, &failure))
        g_ptr_array_add(screens, g_strdup(bt_rows_text(rows, 0)));
    if (failure == NULL)
        return bt_fresh_renew_screens(store, screens, now_ms, error);
    g_propagate_error(error, failure);
    return FALSE;
}

gboolean bt_fresh_renew_all(BtStore *store, gint64 now_ms, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error, "SELECT id FROM screen", "");
    return rows != NULL && renew_rows(store, rows, now_ms, error);
}

gboolean bt_fresh_renew_due(BtStore *store, gint64 now_ms, guint max, GError **error)
{
    /* A clock that was set back would otherwise keep a document of the future for as long. */
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT id FROM screen WHERE now_issued_ms <= ? OR now_issued_ms > ?"
        " ORDER BY now_issued_ms LIMIT ?",
        "iii", now_ms - BT_FRESH_RENEW_MS, now_ms + BT_MINUTE_MS, (gint64)max);
    return rows != NULL && renew_rows(store, rows, now_ms, error);
}

gboolean bt_fresh_export(BtStore *store, const char *screen, const char *site, gint64 now_ms,
    gint64 expires_ms, GError **error)
{
    int lock = bt_store_lock(store, error);
    if (lock < 0)
        return FALSE;
    g_autoptr(GPtrArray) screens = list_of_one(screen);
    gboolean ok = write_now(store, screens, site, now_ms, expires_ms, error) &&
        write_now(store, screens, store->site, now_ms, now_ms + BT_FRESH_LIFE_MS, error);
    close(lock);
    return ok;
}
