#include "player/board/release.h"

/* No id of a command has a colon: one is never taken for the other. */
static gboolean write_resume(BtInputLedger *ledger, const char *source, const BtRelease *release,
    const BtResume *resume, gint64 t_ms, GError **error)
{
    gboolean is_new = FALSE;
    g_autofree char *id = g_strconcat("order:", resume->id, NULL);
    return bt_input_ledger_take_command(ledger, source, id, t_ms, &is_new, error) &&
        (!is_new ||
            bt_input_ledger_add_release(
                ledger, source, resume->cut, release->issued_ms, t_ms, error));
}

gboolean bt_release_take(BtInputLedger *ledger, const char *source, const char *sha256,
    const BtRelease *release, gint64 t_ms, GError **error)
{
    if (!bt_input_ledger_begin(ledger, error))
        return FALSE;
    gboolean ok = bt_input_ledger_add_order(ledger, source, sha256, release->version, t_ms, error);
    for (guint i = 0; ok && i < release->resumes->len; i++)
        ok = write_resume(
            ledger, source, release, g_ptr_array_index(release->resumes, i), t_ms, error);
    if (ok && bt_input_ledger_commit(ledger, error))
        return TRUE;
    bt_input_ledger_rollback(ledger);
    return FALSE;
}
