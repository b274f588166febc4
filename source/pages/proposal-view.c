#include "source/pages/proposal-view.h"

#include "source/desk/areas.h"
#include "source/pages/html.h"
#include "source/pages/languages.h"

#include <string.h>

#define TITLE_MAX_CHARS 90
#define SCREENS_SHOWN 12 /* by name; the others behind a fold */

/* ---- names ---- */

static char *name_by(BtStore *store, const char *sql, const char *id)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL, sql, "s", id);
    const char *name = rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_text(rows, 0) : NULL;
    return g_strdup(name != NULL && *name != '\0' ? name : id);
}

char *bt_name_of_user(BtStore *store, const char *user)
{
    return name_by(store, "SELECT full_name FROM user WHERE name = ?", user);
}

char *bt_name_of_screen(BtStore *store, const char *screen)
{
    return name_by(store, "SELECT name FROM screen WHERE id = ?", screen);
}

char *bt_area_of_screen(BtStore *store, const char *screen)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT area FROM screen WHERE id = ?", "s", screen);
    return rows != NULL && bt_rows_next(rows, NULL) ? g_strdup(bt_rows_text(rows, 0)) : NULL;
}

/* ---- the state ---- */

static const struct {
    const char *css, *words, *shape;
} states[BT_N_PROPOSAL_STATES] = {
    [BT_PROPOSAL_WAITING] = { "warn", N_("Waits for a signature"),
        "<path d=\"M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm-1 3h2v5l3 2-1 1.7L9 11z\"/>" },
    [BT_PROPOSAL_SIGNED] = { "warn", N_("Signed, on its way to the screens"),
        "<path d=\"M3 9h8V5l6 5-6 5v-4H3z\"/>" },
    [BT_PROPOSAL_PUBLISHED] = { "good", N_("Signed and published"),
        "<path d=\"M7.6 15.4 2.8 10.6l2-2 2.8 2.8 7.6-7.6 2 2z\"/>" },
    [BT_PROPOSAL_REFUSED] = { "bad", N_("Refused"),
        "<path d=\"M5.2 2.8 10 7.6l4.8-4.8 2.4 2.4-4.8 4.8 4.8 4.8-2.4 2.4L10 12.4l-4.8 "
        "4.8-2.4-2.4L7.6 10 2.8 5.2z\"/>" },
    [BT_PROPOSAL_OVERTAKEN] = { "warn", N_("Overtaken by a newer publication"),
        "<path d=\"M10 2l8.5 15.5h-17z\"/>" },
    [BT_PROPOSAL_WITHDRAWN] = { "calm", N_("Taken back by its author"),
        "<path d=\"M3 9h14v2H3z\"/>" },
};

void bt_proposal_add_state(GString *html, BtProposalState state)
{
    bt_html_add(html,
        "<p class=\"state %s\"><svg viewBox=\"0 0 20 20\" width=\"20\" height=\"20\" "
        "fill=\"currentColor\" aria-hidden=\"true\">",
        states[state].css);
    g_string_append(html, states[state].shape);
    bt_html_add(html, "</svg><b>%s</b></p>", _(states[state].words));
}

/* ---- words ---- */

static const char *class_words(BtClass cls)
{
    static const char *const words[BT_N_CLASSES] = {
        [BT_CLASS_EMERGENCY] = N_("emergency"),
        [BT_CLASS_REQUISITION] = N_("requisition"),
        [BT_CLASS_PRIORITY] = N_("priority"),
        [BT_CLASS_ORDINARY] = N_("ordinary"),
        [BT_CLASS_FILLER] = N_("filler"),
    };
    return _(words[cls]);
}

static const char *kind_words(BtItemKind kind)
{
    static const char *const words[BT_N_ITEM_KINDS] = {
        [BT_ITEM_TEXT] = N_("text"),
        [BT_ITEM_TICKER] = N_("running text"),
        [BT_ITEM_IMAGE] = N_("picture"),
        [BT_ITEM_VIDEO] = N_("film"),
        [BT_ITEM_AUDIO] = N_("sound"),
        [BT_ITEM_STREAM] = N_("live stream"),
        [BT_ITEM_CLOCK] = N_("clock"),
        [BT_ITEM_ALERT] = N_("warning"),
    };
    return _(words[kind]);
}

static const char *words_of(const BtItem *item)
{
    const BtText *text = item->texts->len > 0 ? g_ptr_array_index(item->texts, 0) : NULL;
    if (text != NULL)
        return *text->title != '\0' ? text->title : text->body;
    return item->asset != NULL && *item->asset->name != '\0' ? item->asset->name : item->id;
}

static char *shortened(const char *words)
{
    if (g_utf8_strlen(words, -1) <= TITLE_MAX_CHARS)
        return g_strdup(words);
    g_autofree char *beginning = g_utf8_substring(words, 0, TITLE_MAX_CHARS);
    return g_strconcat(beginning, "…", NULL);
}

/* The first of what is new, else of what changes, else of what goes. */
static char *title_of(const BtProposal *proposal, const BtDifference *difference)
{
    for (guint i = 0; i < difference->items->len; i++) {
        const BtDifferenceEntry *entry = g_ptr_array_index(difference->items, i);
        if (entry->state == BT_DIFFERENCE_GONE)
            return g_strdup_printf(_("Withdraw: %s"), words_of(entry->item));
        if (entry->state != BT_DIFFERENCE_SAME)
            return g_strdup(words_of(entry->item));
    }
    return g_strdup(
        strcmp(proposal->kind, "alert") == 0 ? _("Emergency") : _("Timetable and expiry only"));
}

char *bt_proposal_title(const BtProposal *proposal, const BtDifference *difference)
{
    g_autofree char *title = title_of(proposal, difference);
    return shortened(title);
}

/* ---- facts ---- */

static void add_fact(GString *html, const char *name, const char *value)
{
    if (*value != '\0')
        bt_html_add(html, "<div><dt>%s</dt><dd>%s</dd></div>", name, value);
}

static char *class_list(guint classes)
{
    GString *list = g_string_new(NULL);
    for (guint i = 0; i < BT_N_CLASSES; i++)
        if (classes & 1u << i)
            g_string_append_printf(
                list, "%s%s", list->len > 0 ? ", " : "", class_words((BtClass)i));
    return g_string_free(list, FALSE);
}

static guint count_screens(const BtProposal *proposal)
{
    guint n = 0;
    for (guint i = 0; i < proposal->documents->len; i++)
        n += ((const BtProposalDocument *)g_ptr_array_index(proposal->documents, i))->screens->len;
    return n;
}

void bt_proposal_add_facts(
    GString *html, const BtVisit *visit, const BtProposal *proposal, const BtDifference *difference)
{
    g_autofree char *author = bt_name_of_user(visit->store, proposal->author),
                    *area = bt_areas_name(visit->store, proposal->area),
                    *classes = class_list(difference->classes),
                    *screens = g_strdup_printf("%u", count_screens(proposal));
    g_string_append(html, "<dl class=\"facts\">");
    add_fact(
        html, _("Proposed by"), *author != '\0' ? author : _("nobody: the same content again"));
    add_fact(html, _("Area"), area);
    add_fact(html, _("Screens"), screens);
    add_fact(html, _("Class"), classes);
    add_fact(html, _("Reason"), proposal->reason);
    bt_html_add(html, "<div><dt>%s</dt><dd>", _("Proposed at"));
    bt_visit_add_time(html, visit, proposal->created_ms);
    if (difference->expires_ms != BT_TIME_MAX) {
        bt_html_add(html, "</dd></div><div><dt>%s</dt><dd>", _("Valid until"));
        bt_visit_add_time(html, visit, difference->expires_ms);
    }
    g_string_append(html, "</dd></div></dl>");
}

/* ---- changes ---- */

static const struct {
    const char *css, *words, *heading;
} differences[BT_N_DIFFERENCES] = {
    [BT_DIFFERENCE_NEW] = { "good", N_("new"), N_("What is new") },
    [BT_DIFFERENCE_CHANGED] = { "warn", N_("changed"), N_("What changes") },
    [BT_DIFFERENCE_GONE] = { "bad", N_("goes"), N_("What goes") },
    [BT_DIFFERENCE_SAME] = { "calm", N_("unchanged"), N_("What stays as it is") },
};

/* `data-text` is what the browser compares with the bytes that it signs. */
static void add_text(GString *html, const BtText *text)
{
    bt_html_add(
        html, "<div class=\"words\" lang=\"%s\"><p class=\"fine\">%s</p>", text->lang, text->lang);
    if (*text->title != '\0')
        bt_html_add(html, "<p class=\"title\" data-text>%s</p>", text->title);
    if (*text->body != '\0')
        bt_html_add(html, "<p class=\"body\" data-text>%s</p>", text->body);
    g_string_append(html, "</div>");
}

static void add_media(GString *html, const BtAsset *asset)
{
    if (asset != NULL)
        bt_html_add(html, "<p class=\"fine\">%s · %s · %.12s…</p>",
            *asset->name != '\0' ? asset->name : _("without a name"), asset->type, asset->sha256);
}

static void add_subtitles(GString *html, const BtItem *item)
{
    for (guint i = 0; i < item->subtitles->len; i++) {
        const BtSubtitles *subtitles = g_ptr_array_index(item->subtitles, i);
        bt_html_add(html, "<p class=\"fine\">%s, %s: <a href=\"/media/%s\">%s</a> · %.12s…</p>",
            _("Subtitles"), bt_page_language_name(subtitles->lang), subtitles->asset->sha256,
            *subtitles->asset->name != '\0' ? subtitles->asset->name : _("without a name"),
            subtitles->asset->sha256);
    }
}

static void add_valid(GString *html, const BtVisit *visit, const BtItem *item)
{
    if (item->valid_from_ms == BT_TIME_MIN && item->valid_until_ms == BT_TIME_MAX)
        return;
    g_string_append(html, "<p class=\"fine\">");
    if (item->valid_from_ms != BT_TIME_MIN) {
        bt_html_add(html, "%s ", _("from"));
        bt_visit_add_time(html, visit, item->valid_from_ms);
    }
    if (item->valid_until_ms != BT_TIME_MAX) {
        bt_html_add(html, " %s ", _("until"));
        bt_visit_add_time(html, visit, item->valid_until_ms);
    }
    g_string_append(html, "</p>");
}

static void add_screens(GString *html, BtStore *store, const GPtrArray *screens)
{
    bt_html_add(html, "<p class=\"fine\">%s ", _("On:"));
    for (guint i = 0; i < screens->len && i < SCREENS_SHOWN; i++) {
        g_autofree char *name = bt_name_of_screen(store, g_ptr_array_index(screens, i));
        bt_html_add(html, "%s%s", i > 0 ? ", " : "", name);
    }
    if (screens->len > SCREENS_SHOWN)
        bt_html_add(html, _(" and %u more"), screens->len - SCREENS_SHOWN);
    g_string_append(html, "</p>");
}

static void add_item(GString *html, const BtVisit *visit, const BtDifferenceEntry *entry)
{
    const BtItem *item = entry->item;
    gboolean is_gone = entry->state == BT_DIFFERENCE_GONE;
    bt_html_add(html, "<li class=\"change %s\"><p class=\"fine\">%s · %s</p>",
        differences[entry->state].css, _(differences[entry->state].words), kind_words(item->kind));
    if (is_gone || item->texts->len == 0)
        bt_html_add(html, "<p class=\"title\">%s</p>", words_of(item));
    for (guint i = 0; !is_gone && i < item->texts->len; i++)
        add_text(html, g_ptr_array_index(item->texts, i));
    if (!is_gone) {
        add_media(html, item->asset);
        add_media(html, item->picture);
        add_subtitles(html, item);
        if (*item->qr != '\0')
            bt_html_add(html, "<p class=\"fine\">QR: %s</p>", item->qr);
        if (*item->issuer != '\0')
            bt_html_add(html, "<p class=\"fine\">%s %s</p>", _("Issued by"), item->issuer);
        add_valid(html, visit, item);
    }
    add_screens(html, visit->store, entry->screens);
    g_string_append(html, "</li>");
}

static void add_programme(GString *html, const BtVisit *visit, const BtDifferenceEntry *entry)
{
    const BtProgramme *programme = entry->programme;
    bt_html_add(html, "<li class=\"change %s\"><p class=\"fine\">%s · %s</p><p>%s%s</p>",
        differences[entry->state].css, _(differences[entry->state].words),
        class_words(programme->cls), programme->id, programme->rehearsal ? _(" (rehearsal)") : "");
    add_screens(html, visit->store, entry->screens);
    g_string_append(html, "</li>");
}

typedef void (*AddEntry)(GString *html, const BtVisit *visit, const BtDifferenceEntry *entry);

static guint count_entries(const GPtrArray *entries, BtDifferenceState state)
{
    guint n = 0;
    for (guint i = 0; i < entries->len; i++)
        n += ((const BtDifferenceEntry *)g_ptr_array_index(entries, i))->state == state;
    return n;
}

static void add_entries(GString *html, const BtVisit *visit, const GPtrArray *entries,
    BtDifferenceState state, AddEntry add)
{
    g_string_append(html, "<ul class=\"changes\">");
    for (guint i = 0; i < entries->len; i++) {
        const BtDifferenceEntry *entry = g_ptr_array_index(entries, i);
        if (entry->state == state)
            add(html, visit, entry);
    }
    g_string_append(html, "</ul>");
}

/* What stays is folded away. */
static void add_section(GString *html, const BtVisit *visit, const GPtrArray *entries,
    BtDifferenceState state, AddEntry add)
{
    guint n = count_entries(entries, state);
    if (n == 0)
        return;
    if (state == BT_DIFFERENCE_SAME) {
        bt_html_add(html, "<details><summary>%s (%u)</summary>", _(differences[state].heading), n);
        add_entries(html, visit, entries, state, add);
        g_string_append(html, "</details>");
        return;
    }
    bt_html_add(html, "<section><h2>%s (%u)</h2>", _(differences[state].heading), n);
    add_entries(html, visit, entries, state, add);
    g_string_append(html, "</section>");
}

static gboolean has_changes(const GPtrArray *entries)
{
    return count_entries(entries, BT_DIFFERENCE_SAME) < entries->len;
}

void bt_proposal_add_changes(GString *html, const BtVisit *visit, const BtDifference *difference)
{
    if (!has_changes(difference->items))
        bt_html_add(html, "<p>%s</p>", _("No bulletin changes."));
    for (int state = 0; state < BT_N_DIFFERENCES; state++)
        add_section(html, visit, difference->items, (BtDifferenceState)state, add_item);
    if (!has_changes(difference->programmes))
        return;
    bt_html_add(html, "<details><summary>%s</summary>", _("The timetable changes"));
    for (int state = 0; state < BT_DIFFERENCE_SAME; state++)
        add_entries(html, visit, difference->programmes, (BtDifferenceState)state, add_programme);
    g_string_append(html, "</details>");
}
