#include "source/desk/summary-tables.h"

#include <libintl.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)
#define N_(text) text

const char *bt_field_name(guint field)
{
    static const char *const names[BT_FIELDS] = { N_("no field given"), N_("general information"),
        N_("sudden, urgent"), N_("the Party's line, policy, law"),
        N_("direction by local authorities"), N_("economy, culture, society"),
        N_("good people, good deeds") };
    return _(names[field < BT_FIELDS ? field : 0]);
}

const char *bt_cause_words(const char *state, const char *cause)
{
    static const struct {
        const char *cause, *words;
    } known[] = { { "no-power", N_("no power, or switched off") },
        { "off", N_("off by timetable") }, { "stopped", N_("the player was stopped") },
        { "restart", N_("the player started again") },
        { "starting", N_("the player was starting") }, { "death", N_("the player failed") },
        { "clock", N_("the clock was set") } };
    if (strcmp(state, "unknown") == 0)
        return _("nothing was reported");
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (strcmp(known[i].cause, cause) == 0)
            return _(known[i].words);
    return *cause != '\0' ? cause : _("no cause told");
}

static const char *state_words(const char *state)
{
    return strcmp(state, "unconfirmed") == 0 ? _("unconfirmed")
        : strcmp(state, "unknown") == 0      ? _("unknown")
                                             : _("not showing");
}

/* ---- totals ---- */

static void add_total(
    BtTable *table, const char *name, char *value /* (transfer full) */, const char *unit)
{
    bt_table_add_row(table, name, value, unit, NULL);
    g_free(value);
}

static void count_bulletins(const BtSummary *summary, guint *n_shown)
{
    *n_shown = 0;
    for (guint i = 0; i < summary->bulletins->len; i++)
        *n_shown +=
            ((const BtSummaryBulletin *)g_ptr_array_index(summary->bulletins, i))->n_shown > 0;
}

static void add_shares(
    BtTable *table, const BtSummary *summary, BtAreaKind kind, const char *all, const char *working)
{
    guint n = 0, n_working = 0;
    for (guint i = 0; i < summary->areas->len; i++) {
        const BtSummaryArea *area = g_ptr_array_index(summary->areas, i);
        if (area->kind != kind)
            continue;
        n++;
        n_working += area->n_working > 0;
    }
    if (n == 0)
        return;
    add_total(table, all, bt_cell_int(n), "");
    add_total(table, working, bt_cell_int(n_working), "");
    add_total(table, _("their share"), bt_cell_percent(n_working, n), "%");
}

static BtTable *make_totals(const BtSummary *summary)
{
    BtTable *table = bt_table_new("totals", _("In short"),
        _("A board works when it was lit in the last seven days of the period. Planned time runs "
          "from a board's first report on, without the hours in which it was off by timetable."));
    BtSummaryScreen total = bt_summary_total(summary);
    guint n_shown, n_works = 0;
    for (guint i = 0; i < summary->screens->len; i++)
        n_works += ((const BtSummaryScreen *)g_ptr_array_index(summary->screens, i))->works;
    count_bulletins(summary, &n_shown);
    bt_table_add_column(table, "what", _("Figure"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "value", _("Value"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "unit", _("Unit"), BT_COLUMN_TEXT);
    add_total(table, _("boards"), bt_cell_int(summary->screens->len), "");
    add_total(table, _("boards that work"), bt_cell_int(n_works), "");
    add_total(table, _("boards that never reported"), bt_cell_int(summary->n_unheard), "");
    add_total(table, _("planned"), bt_cell_hours(total.planned_ms), _("hours"));
    add_total(table, _("lit"), bt_cell_hours(total.lit_ms), _("hours"));
    add_total(table, _("of these, cut by an operator"), bt_cell_hours(total.cut_ms), _("hours"));
    add_total(table, _("availability (lit of planned)"),
        bt_cell_percent(total.lit_ms, total.planned_ms), "%");
    add_total(table, _("unconfirmed"), bt_cell_hours(total.unconfirmed_ms), _("hours"));
    add_total(table, _("not showing"), bt_cell_hours(total.not_showing_ms), _("hours"));
    add_total(table, _("unknown"), bt_cell_hours(total.unknown_ms), _("hours"));
    add_total(table, _("essential bulletins"), bt_cell_int(summary->bulletins->len), "");
    add_total(table, _("essential bulletins that were shown"), bt_cell_int(n_shown), "");
    add_shares(
        table, summary, BT_AREA_COMMUNE, _("communes"), _("communes with a board that works"));
    add_shares(
        table, summary, BT_AREA_VILLAGE, _("villages"), _("villages with a board that works"));
    return table;
}

/* ---- essential bulletins ---- */

static char *reasons(const BtSummaryBulletin *bulletin)
{
    static const char *const words[BT_N_UNSHOWN] = { N_("no contact"), N_("faulty"),
        N_("screen not lit"), N_("its turn did not come") };
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < BT_N_UNSHOWN; i++) {
        if (bulletin->unshown[i] == 0)
            continue;
        g_string_append(text, text->len > 0 ? "; " : "");
        g_string_append_printf(text, "%s: %u", _(words[i]), bulletin->unshown[i]);
    }
    return g_string_free(text, FALSE);
}

static void add_bulletin(BtTable *table, const BtSummaryBulletin *bulletin)
{
    g_autofree char *published = bt_cell_int(bulletin->n_published),
                    *received = bt_cell_int(bulletin->n_received),
                    *shown = bt_cell_int(bulletin->n_shown),
                    *unshown = bt_cell_int(bulletin->n_published - bulletin->n_shown),
                    *count = bt_cell_int(bulletin->count), *hours = bt_cell_hours(bulletin->ms),
                    *why = reasons(bulletin);
    bt_table_add_row(table, bulletin->title, bulletin->item, bulletin->issuer, bulletin->issued_on,
        bulletin->document, bt_field_name((guint)bulletin->field), bulletin->languages, published,
        received, shown, unshown, why, count, hours, NULL);
}

static BtTable *make_bulletins(const BtSummary *summary)
{
    BtTable *table = bt_table_new("bulletins", _("Essential bulletins"),
        _("Counted in boards. A board has received a bulletin when it told of an hour in the time "
          "in "
          "which the bulletin was in force, or showed it."));
    bt_table_add_column(table, "title", _("Bulletin"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "item", _("Id"), BT_COLUMN_CODE);
    bt_table_add_column(table, "issuer", _("Issuer"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "issued_on", _("Day"), BT_COLUMN_DAY);
    bt_table_add_column(table, "document", _("Document"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "field", _("Field"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "languages", _("Languages"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "published", _("Published to"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "received", _("Received"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "shown", _("Shown"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "not_shown", _("Not shown"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "why", _("Why not"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "count", _("Times"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "hours", _("Hours"), BT_COLUMN_NUMBER);
    for (guint i = 0; i < summary->bulletins->len; i++)
        add_bulletin(table, g_ptr_array_index(summary->bulletins, i));
    return table;
}

/* ---- causes, fields, languages ---- */

static BtTable *make_causes(const BtSummary *summary)
{
    BtTable *table = bt_table_new("causes", _("Not showing, by cause"), "");
    bt_table_add_column(table, "state", _("State"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "words", _("Cause"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "cause", _("Code"), BT_COLUMN_CODE);
    bt_table_add_column(table, "hours", _("Hours"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "screens", _("Boards"), BT_COLUMN_NUMBER);
    for (guint i = 0; i < summary->causes->len; i++) {
        const BtSummaryCause *cause = g_ptr_array_index(summary->causes, i);
        g_autofree char *hours = bt_cell_hours(cause->ms), *screens = bt_cell_int(cause->n_screens);
        bt_table_add_row(table, state_words(cause->state),
            bt_cause_words(cause->state, cause->cause),
            *cause->cause != '\0' ? cause->cause : cause->state, hours, screens, NULL);
    }
    return table;
}

static void add_played(
    BtTable *table, const char *name, const char *code, const BtSummaryPlayed *played)
{
    g_autofree char *items = bt_cell_int(played->n_items), *count = bt_cell_int(played->count),
                    *minutes = bt_cell_int((played->ms + BT_MINUTE_MS / 2) / BT_MINUTE_MS);
    bt_table_add_row(table, name, code, items, count, minutes, NULL);
}

static BtTable *new_played(const char *key, const char *title, const char *note, const char *what)
{
    BtTable *table = bt_table_new(key, title, note);
    bt_table_add_column(table, "name", what, BT_COLUMN_TEXT);
    bt_table_add_column(table, "code", _("Code"), BT_COLUMN_CODE);
    bt_table_add_column(table, "items", _("Bulletins"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "count", _("Times"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "minutes", _("Minutes"), BT_COLUMN_NUMBER);
    return table;
}

static BtTable *make_fields(const BtSummary *summary)
{
    BtTable *table = new_played("fields", _("Shown, by field of content"),
        _("A bulletin counts once; its time counts on each board."), _("Field"));
    for (guint i = 1; i <= BT_FIELDS; i++) { /* what has no field stands last */
        guint field = i % BT_FIELDS;
        char code[2] = { (char)('0' + field), '\0' };
        if (field != 0 || summary->fields[0].count > 0)
            add_played(table, bt_field_name(field), code, &summary->fields[field]);
    }
    return table;
}

static BtTable *make_languages(const BtSummary *summary)
{
    BtTable *table = new_played("languages", _("Shown, by language"),
        _("A bulletin in several languages counts in each of them, with all of its time."),
        _("Language"));
    g_autoptr(GList) tags = g_hash_table_get_keys(summary->languages);
    tags = g_list_sort(tags, (GCompareFunc)strcmp);
    for (GList *tag = tags; tag != NULL; tag = tag->next) {
        const char *code = tag->data;
        add_played(table, *code == '\0' ? _("not known") : code, code,
            g_hash_table_lookup(summary->languages, code));
    }
    return table;
}

/* ---- areas, screens ---- */

static BtTable *make_areas(const BtSummary *summary)
{
    static const char *const kinds[BT_N_AREA_KINDS] = { N_("province"), N_("region"), N_("commune"),
        N_("village") };
    BtTable *table = bt_table_new("areas", _("Areas"), "");
    bt_table_add_column(table, "name", _("Area"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "id", _("Id"), BT_COLUMN_CODE);
    bt_table_add_column(table, "kind", _("Kind"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "screens", _("Boards"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "working", _("Working"), BT_COLUMN_NUMBER);
    for (guint i = 0; i < summary->areas->len; i++) {
        const BtSummaryArea *area = g_ptr_array_index(summary->areas, i);
        g_autofree char *n = bt_cell_int(area->n_screens), *working = bt_cell_int(area->n_working);
        bt_table_add_row(table, area->name, area->id, _(kinds[area->kind]), n, working, NULL);
    }
    return table;
}

static const char *area_name(const BtSummary *summary, const char *id)
{
    for (guint i = 0; i < summary->areas->len; i++) {
        const BtSummaryArea *area = g_ptr_array_index(summary->areas, i);
        if (strcmp(area->id, id) == 0)
            return area->name;
    }
    return id;
}

static BtTable *make_screens(const BtSummary *summary)
{
    BtTable *table = bt_table_new("screens", _("Boards"), "");
    bt_table_add_column(table, "name", _("Board"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "id", _("Id"), BT_COLUMN_CODE);
    bt_table_add_column(table, "area", _("Area"), BT_COLUMN_TEXT);
    bt_table_add_column(table, "planned_hours", _("Planned"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "lit_hours", _("Lit"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "availability", _("Availability, %"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "unconfirmed_hours", _("Unconfirmed"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "not_showing_hours", _("Not showing"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "unknown_hours", _("Unknown"), BT_COLUMN_NUMBER);
    bt_table_add_column(table, "off_hours", _("Off by timetable"), BT_COLUMN_NUMBER);
    for (guint i = 0; i < summary->screens->len; i++) {
        const BtSummaryScreen *screen = g_ptr_array_index(summary->screens, i);
        g_autofree char *planned = bt_cell_hours(screen->planned_ms),
                        *lit = bt_cell_hours(screen->lit_ms),
                        *share = bt_cell_percent(screen->lit_ms, screen->planned_ms),
                        *unconfirmed = bt_cell_hours(screen->unconfirmed_ms),
                        *not_showing = bt_cell_hours(screen->not_showing_ms),
                        *unknown = bt_cell_hours(screen->unknown_ms),
                        *off = bt_cell_hours(screen->off_ms);
        bt_table_add_row(table, screen->name, screen->id, area_name(summary, screen->area), planned,
            lit, share, unconfirmed, not_showing, unknown, off, NULL);
    }
    return table;
}

GPtrArray *bt_summary_tables(const BtSummary *summary)
{
    GPtrArray *tables = g_ptr_array_new_with_free_func((GDestroyNotify)bt_table_free);
    g_ptr_array_add(tables, make_totals(summary));
    g_ptr_array_add(tables, make_bulletins(summary));
    g_ptr_array_add(tables, make_causes(summary));
    g_ptr_array_add(tables, make_fields(summary));
    g_ptr_array_add(tables, make_languages(summary));
    g_ptr_array_add(tables, make_areas(summary));
    g_ptr_array_add(tables, make_screens(summary));
    return tables;
}
