/* Emptying the practice area. The database first: what it does not name any more may lie in the
 * tree until the next time. */
#include "source/desk/practice.h"

#include "base/error.h"
#include "source/press/entry.h"
#include "source/store/site.h"

#include <glib/gstdio.h>

/* What refers to others before what it refers to. People, their roles and keys, the area and the
 * diary are not among them. */
static const char *const emptied[] = { "alarm", "cut_screen", "cut", "command",
    "proposal_signature", "proposal_document", "proposal", "notice", "programme", "playlist",
    "layout", "media", "upload", "publication", "document", "denial", "letter", "fault", "contact",
    "repair", "board", "screen" };

/* ---- how much it is ---- */

static guint count(BtStore *practice, const char *sql)
{
    g_autoptr(BtRows) rows = bt_db_query(practice->db, NULL, sql, "");
    return rows != NULL && bt_rows_next(rows, NULL) ? (guint)bt_rows_int(rows, 0) : 0;
}

BtPracticeWork bt_practice_measure(BtStore *practice)
{
    return (BtPracticeWork){
        .notices = count(practice, "SELECT count(*) FROM notice"),
        .lists = count(practice,
            "SELECT (SELECT count(*) FROM playlist) + (SELECT count(*) FROM layout)"
            " + (SELECT count(*) FROM programme)"),
        .files = count(practice, "SELECT count(*) FROM media"),
        .proposals = count(practice, "SELECT count(*) FROM proposal"),
    };
}

/* ---- emptying ---- */

static gboolean empty_tables(BtStore *practice, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(emptied); i++) {
        g_autofree char *sql = g_strdup_printf("DELETE FROM %s", emptied[i]);
        if (!bt_db_run(practice->db, error, sql, ""))
            return FALSE;
    }
    return TRUE;
}

/* Numbers go on where they were, so that no document is like an earlier one. */
static gboolean empty_database(BtStore *practice, const char *who, gint64 now_ms, GError **error)
{
    if (!bt_db_begin(practice->db, error))
        return FALSE;
    if (bt_entry_leap(practice, error) && empty_tables(practice, error) &&
        bt_store_note(practice, now_ms, who, "cleared the practice area", error) &&
        bt_db_commit(practice->db, error))
        return TRUE;
    bt_db_rollback(practice->db);
    return FALSE;
}

static void remove_files(const char *above, const char *folder)
{
    g_autofree char *path = g_build_filename(above, folder, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        (void)g_unlink(file);
    }
}

gboolean bt_practice_clear(BtStore *practice, const char *who, gint64 now_ms, GError **error)
{
    if (!bt_practice_is(practice)) {
        g_set_error(
            error, BT_ERROR, BT_ERROR_DENIED, "%s: expected a practice area", practice->folder);
        return FALSE;
    }
    if (!empty_database(practice, who, now_ms, error) ||
        !bt_practice_complete(practice, now_ms, error))
        return FALSE;
    remove_files(practice->site, "v1/manifests");
    remove_files(practice->site, "v1/orders");
    remove_files(practice->site, "v1/assets");
    remove_files(practice->folder, "incoming");
    remove_files(practice->folder, "previews");
    return TRUE;
}
