/* Cuts: several may hold at once, each of another hand, and each is ended by its own. */
#include "playlists/schedule/inputs.h"

static void cut_clear(gpointer data)
{
    BtCut *cut = data;
    g_free((char *)cut->source);
    g_free((char *)cut->id);
}

GArray *bt_cuts_new(void)
{
    GArray *cuts = g_array_new(FALSE, FALSE, sizeof(BtCut));
    g_array_set_clear_func(cuts, cut_clear);
    return cuts;
}

static gboolean holds(const BtCut *cut, gint64 at_ms)
{
    const BtSpan span = { cut->from_ms, cut->until_ms };
    return bt_span_holds(&span, at_ms);
}

void bt_inputs_add_source_cut(
    BtInputs *inputs, const char *source, const char *id, gint64 from_ms, gint64 until_ms)
{
    BtCut cut = { g_strdup(source), g_strdup(id), from_ms, until_ms };
    g_array_append_val(inputs->cuts, cut);
    bt_inputs_note_instant(inputs, from_ms);
    if (until_ms != BT_TIME_MAX)
        bt_inputs_note_instant(inputs, until_ms);
}

void bt_inputs_add_cut(BtInputs *inputs, gint64 from_ms, gint64 until_ms)
{
    bt_inputs_add_source_cut(inputs, "", "", from_ms, until_ms);
}

gboolean bt_inputs_is_cut(const BtInputs *inputs, gint64 at_ms)
{
    for (guint i = 0; i < inputs->cuts->len; i++)
        if (holds(&g_array_index(inputs->cuts, BtCut, i), at_ms))
            return TRUE;
    return FALSE;
}

GArray *bt_inputs_cuts_at(const BtInputs *inputs, gint64 at_ms)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(BtCut));
    for (guint i = 0; i < inputs->cuts->len; i++)
        if (holds(&g_array_index(inputs->cuts, BtCut, i), at_ms))
            g_array_append_val(found, g_array_index(inputs->cuts, BtCut, i));
    return found;
}
