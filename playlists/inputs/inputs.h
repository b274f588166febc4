/* The input ledger: which manifest, alert, denial or command counts from which instant on.
 *
 * Append-only, but for bt_input_ledger_step_back, in SQLite (state/inputs.db), written by show
 * alone. An entry is stored before its instant comes, so a player that restarts knows the same
 * inputs as one that ran on, and the past can be asked. Loading verifies every envelope again:
 * neither the ledger nor the cache is believed. Thread-safety: one thread a ledger. */
#ifndef BT_PLAYLISTS_INPUTS_INPUTS_H
#define BT_PLAYLISTS_INPUTS_INPUTS_H

#include "playlists/cache/cache.h"
#include "playlists/envelope/envelope.h"
#include "playlists/schedule/schedule.h"

/* How many manifests and alerts of a source are loaded at most, newest last. */
#define BT_INPUTS_MAX_HISTORY 64

typedef struct BtInputLedger BtInputLedger;

/* `path` is the database; it is made when missing and `writable`, else BT_ERROR_NOT_FOUND. It is
 * opened as base/db.h calls lasting, so that what counts can be read from a disk that cannot be
 * written; a damaged one is begun anew when `writable`. (transfer full) (nullable) */
BtInputLedger *bt_input_ledger_open(const char *path, gboolean writable, GError **error);
/* Whether it can be written, as far as known; else BT_ERROR_IO says why not. */
gboolean bt_input_ledger_is_usable(BtInputLedger *ledger, GError **error);
void bt_input_ledger_close(BtInputLedger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtInputLedger, bt_input_ledger_close)

/* ---- writing: durable when TRUE is returned ---- */
gboolean bt_input_ledger_add_manifest(BtInputLedger *ledger, const char *source, const char *sha256,
    gint64 version, gint64 from_ms, GError **error);
/* `sha256` "" ends the alert. */
gboolean bt_input_ledger_add_alert(BtInputLedger *ledger, const char *source, const char *sha256,
    gint64 version, gint64 from_ms, GError **error);
/* Adds nothing when that is denied already; `*is_new` says which. */
gboolean bt_input_ledger_add_denial(BtInputLedger *ledger, const char *source, const char *sha256,
    gint64 from_ms, gboolean *is_new, GError **error);
gboolean bt_input_ledger_add_lapse(
    BtInputLedger *ledger, const char *source, gint64 from_ms, GError **error);
gboolean bt_input_ledger_add_set_aside(BtInputLedger *ledger, const char *source, const char *what,
    gint64 from_ms, gint64 until_ms, GError **error);
/* The cut holds until a resume is added; darkness until `until_ms` (BT_TIME_MAX: a resume). */
gboolean bt_input_ledger_add_cut(BtInputLedger *ledger, gint64 from_ms, GError **error);
/* Ends every cut. */
gboolean bt_input_ledger_add_resume(BtInputLedger *ledger, gint64 from_ms, GError **error);
/* The same by a source: `id` is its command's. It holds until a release by the same source, or a
 * resume at the board. `told_ms`: when it was ordered, as far as known. */
gboolean bt_input_ledger_add_source_cut(BtInputLedger *ledger, const char *source, const char *id,
    gint64 told_ms, gint64 from_ms, GError **error);
/* Ends the source's cut with this id; NULL: all of its that were told before `before_ms`. */
gboolean bt_input_ledger_add_release(BtInputLedger *ledger, const char *source, const char *cut,
    gint64 before_ms, gint64 from_ms, GError **error);
/* An order that was verified and acted on, for rollback. */
gboolean bt_input_ledger_add_order(BtInputLedger *ledger, const char *source, const char *sha256,
    gint64 version, gint64 from_ms, GError **error);
/* The safe scene until `until_ms`: show died over and over. */
gboolean bt_input_ledger_add_safe(
    BtInputLedger *ledger, gint64 from_ms, gint64 until_ms, GError **error);
gboolean bt_input_ledger_add_darken(
    BtInputLedger *ledger, gint64 from_ms, gint64 until_ms, GError **error);
/* What a source was ordered, for what it shows itself: a stop and a pause each hold until the
 * source goes on; a volume (0 to 100) until the next. */
gboolean bt_input_ledger_add_stop(
    BtInputLedger *ledger, const char *source, gint64 from_ms, GError **error);
gboolean bt_input_ledger_add_pause(
    BtInputLedger *ledger, const char *source, gint64 from_ms, GError **error);
gboolean bt_input_ledger_add_go_on(
    BtInputLedger *ledger, const char *source, gint64 from_ms, GError **error);
gboolean bt_input_ledger_add_volume(
    BtInputLedger *ledger, const char *source, int percent, gint64 from_ms, GError **error);
/* Whether a command's id was new; it is remembered, so that each is acted on once. What a command
 * adds belongs between begin and commit with it: else a cut there would lose the command. */
gboolean bt_input_ledger_take_command(BtInputLedger *ledger, const char *source, const char *id,
    gint64 at_ms, gboolean *is_new, GError **error);
gboolean bt_input_ledger_knows_command(
    BtInputLedger *ledger, const char *source, const char *id, gboolean *known, GError **error);
/* The clock that recorded was ahead, and it is surely about `now_ms`: what was to count from more
 * than BT_INPUTS_AHEAD_MS later on counts from now on, in the order of recording. Else what was cut
 * or denied by the wrong clock would be on the glass again until that clock's day comes. `*moved`
 * says whether there was any. */
#define BT_INPUTS_AHEAD_MS (5 * BT_MINUTE_MS)
gboolean bt_input_ledger_step_back(
    BtInputLedger *ledger, gint64 now_ms, gboolean *moved, GError **error);
/* Several entries that are all durable when commit returns TRUE, or none. */
gboolean bt_input_ledger_begin(BtInputLedger *ledger, GError **error);
gboolean bt_input_ledger_commit(BtInputLedger *ledger, GError **error);
void bt_input_ledger_rollback(BtInputLedger *ledger);

/* Some root took a role from a key, see bt_trust_key_lost_at: versions that are in the ledger now
 * and were signed in that role are no measure any more. Once for each such root; `*is_new` says
 * whether it was now. */
gboolean bt_input_ledger_follow_root(BtInputLedger *ledger, const char *source,
    const BtTrust *trust, gint64 at_ms, gboolean *is_new, GError **error);

/* ---- reading ---- */

/* What is newest for a source, for rollback: versions below it are refused. Zeroed when there is
 * nothing, or nothing that counts as a measure. */
gboolean bt_input_ledger_newest(
    BtInputLedger *ledger, const char *source, BtFloor *manifest, BtFloor *alert, GError **error);
/* The manifest that was written last, whatever its version is a measure of; to know whether
 * something is news. Zeroed when there is none. */
gboolean bt_input_ledger_last_manifest(
    BtInputLedger *ledger, const char *source, BtFloor *manifest, GError **error);
/* The same of orders: the newest as a measure, and what was acted on last. */
gboolean bt_input_ledger_newest_order(
    BtInputLedger *ledger, const char *source, BtFloor *order, GError **error);
gboolean bt_input_ledger_last_order(
    BtInputLedger *ledger, const char *source, BtFloor *order, GError **error);
gboolean bt_input_ledger_is_cut(BtInputLedger *ledger, gint64 at_ms);
/* Until when the safe scene that counts at `at_ms` is to stay; BT_TIME_MIN: none counts. */
gint64 bt_input_ledger_safe_until(BtInputLedger *ledger, gint64 at_ms);
/* The alert that counts from the latest instant on, "" when none does or it was ended. */
void bt_input_ledger_last_alert(
    BtInputLedger *ledger, const char *source, char sha256[BT_HASH_HEX_SIZE]);

/* What was recorded for a source with an instant of `since_ms` or later, in the order of recording;
 * `kind` is "manifest", "alert" (`what` "": its end) or "denial"; for the source "" it is
 * "damaged": the ledger was begun anew. All borrowed for the call. */
typedef void (*BtInputEach)(
    const char *kind, const char *what, gint64 version, gint64 from_ms, gpointer user);
gboolean bt_input_ledger_each(BtInputLedger *ledger, const char *source, gint64 since_ms,
    BtInputEach each, gpointer user, GError **error);

/* One source as the configuration describes it. */
typedef struct {
    const char *name;
    const char *source_id; /* "" takes the root's */
    const char *root_path; /* the first root's file; NULL: it is in the cache, with this … */
    const char *root_fingerprint; /* … fingerprint; without either nothing is trusted */
    guint classes;
    const BtRect *rects_px;
    guint n_rects;
    gboolean is_bare; /* its documents have no envelope and no signature (BtBare), and must name
                         the source as it is named here */
    BtManifest
        *fixed; /* a folder's manifest: in force since ever, no ledger, no trust; else NULL */
} BtLedgerSource;

/* The trust of a source: its first root, by file or by fingerprint, and the roots after it that the
 * cache keeps, with every signature checked. BT_ERROR_NOT_FOUND when there is none. (transfer full)
 * (nullable) */
BtTrust *bt_inputs_load_trust(
    BtCache *cache, const BtLedgerSource *source, const char *screen, GError **error);

/* Inputs for the schedule out of ledger (nullable), cache and trust, as far as they may decide at
 * or after `since_ms`: what was replaced before it is not loaded. What cannot be verified is left
 * out as denied, with a sentence in `problems` (nullable; of char*). (transfer full) */
BtInputs *bt_inputs_load(BtInputLedger *ledger, BtCache *cache, const char *screen,
    const BtLedgerSource *sources, guint n_sources, gint64 since_ms, GPtrArray *problems);

#endif
