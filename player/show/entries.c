/* What show writes into the input ledger by itself: cuts and their end, what is set aside, sources
 * that fell silent. The judge's thread writes; what came of it is told here. */
#include "player/show/show.h"

typedef struct {
    BtShow *show;
    BtEntryKind kind;
    char *source, *what;
    gint64 t_ms;
    BtControlTalk *talk;
} Entry;

static gboolean write_entry(BtInputLedger *ledger, gpointer data, GError **error)
{
    const Entry *entry = data;
    switch (entry->kind) {
    case BT_ENTRY_CUT:
        return bt_input_ledger_add_cut(ledger, entry->t_ms, error);
    case BT_ENTRY_RESUME:
        return bt_input_ledger_add_resume(ledger, entry->t_ms, error);
    case BT_ENTRY_LAPSE:
        return bt_input_ledger_add_lapse(ledger, entry->source, entry->t_ms, error);
    case BT_ENTRY_SET_ASIDE:
        return bt_input_ledger_add_set_aside(
            ledger, entry->source, entry->what, entry->t_ms, entry->t_ms + BT_DAY_MS, error);
    }
    return FALSE;
}

/* People who ask for a cut want it now, whatever the disk does. Until it is written down it holds
 * as long as this process. */
static void after_cut_or_resume(const Entry *entry, const GError *failure)
{
    BtShow *show = entry->show;
    gboolean cut = entry->kind == BT_ENTRY_CUT, holds = cut && failure != NULL;
    if (cut)
        show->cutting = FALSE;
    if (failure == NULL)
        bt_show_tell(show, BT_ROLE_CUT);
    if (holds == show->cut_unwritten)
        return;
    show->cut_unwritten = holds;
    bt_board_cut_here(show->board, holds ? entry->t_ms : BT_TIME_MAX);
    bt_judge_reload(show->judge);
}

void bt_show_write_cut_again(BtShow *show)
{
    if (show->cut_unwritten)
        bt_show_write(show, BT_ENTRY_CUT, NULL, NULL, NULL);
}

static void say_failure(BtJson *reply, BtEntryKind kind, const GError *failure)
{
    g_autofree char *words = kind == BT_ENTRY_CUT
        ? g_strdup_printf(
              "it is cut, but until the next start only, for it cannot be written down: %s",
              failure->message)
        : g_strdup(failure->message);
    bt_json_set_string(reply, "error", words);
}

static void on_written(const GError *failure, gpointer data)
{
    Entry *entry = data;
    BtJson *reply = bt_json_new_object();
    if (failure != NULL && (entry->kind != BT_ENTRY_CUT || !entry->show->cut_unwritten))
        g_warning("%s", failure->message);
    if (entry->kind == BT_ENTRY_CUT || entry->kind == BT_ENTRY_RESUME)
        after_cut_or_resume(entry, failure);
    if (failure != NULL)
        say_failure(reply, entry->kind, failure);
    else
        bt_json_set_bool(reply, "done", TRUE);
    if (entry->talk != NULL)
        bt_control_reply(entry->talk, bt_json_ref(reply));
    bt_json_unref(reply);
    g_free(entry->source);
    g_free(entry->what);
    g_free(entry);
}

void bt_show_write(
    BtShow *show, BtEntryKind kind, const char *source, const char *what, BtControlTalk *talk)
{
    Entry *entry = g_new0(Entry, 1);
    *entry = (Entry){ show, kind, g_strdup(source), g_strdup(what),
        bt_timekeeper_show_ms(&show->time), talk };
    bt_judge_write(show->judge, write_entry, on_written, entry);
}

/* A cut of a source is no cut of the board's: the source may end it. */
static gboolean is_cut_here(const BtShow *show)
{
    if (show->on_air == NULL || show->on_air->kind != BT_ON_CUT)
        return FALSE;
    g_autoptr(GArray) cuts =
        bt_inputs_cuts_at(bt_board_inputs(show->board), bt_timekeeper_show_ms(&show->time));
    for (guint i = 0; i < cuts->len; i++)
        if (*g_array_index(cuts, BtCut, i).source == '\0')
            return TRUE;
    return FALSE;
}

void bt_show_cut_by(BtShow *show, const char *by)
{
    gboolean is_up = is_cut_here(show);
    if (show->judge == NULL || show->cutting)
        return;
    bt_show_pattern(show, NULL);
    if (is_up) {
        bt_show_tell(show, BT_ROLE_CUT);
        bt_show_turn(show);
        return;
    }
    show->cutting = TRUE;
    bt_show_write(show, BT_ENTRY_CUT, NULL, NULL, NULL);
    bt_show_event(show, "cut", "", "control", by);
}
