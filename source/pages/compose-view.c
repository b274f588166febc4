/* The form: all of a notice on one page, what is always needed first. */
#include "source/pages/compose.h"
#include "source/pages/html.h"
#include "source/pages/languages.h"

#include <string.h>

#define MAX_PICTURES 100 /* of the library, in the list of the form */

/* ---- fields ---- */

static void add_said(GString *html, const BtComposeView *view, const char *field)
{
    bt_compose_add_warnings(html, field, view->lacks, FALSE);
}

static void add_line(GString *html, const BtComposeView *view, const char *name, const char *label,
    const char *value, const char *type)
{
    bt_html_add(html,
        "<label>%s<input name=\"%s\" type=\"%s\" value=\"%s\" maxlength=\"1000\""
        " aria-describedby=\"said-%s\"></label>",
        label, name, type, value, name);
    add_said(html, view, name);
}

static void add_option(GString *html, const char *value, const char *words, gboolean is_chosen)
{
    bt_html_add(html, "<option value=\"%s\"", value);
    g_string_append(html, is_chosen ? " selected>" : ">");
    bt_html_add(html, "%s</option>", words);
}

/* ---- texts ---- */

static void add_language(GString *html, const char *name, const char *lang)
{
    bt_html_add(html, "<label>%s<select name=\"%s\">", _("Language"), name);
    for (const BtPageLanguage *one = bt_page_languages; one->tag != NULL; one++)
        add_option(html, one->tag, one->name, strcmp(one->tag, lang) == 0);
    g_string_append(html, "</select></label>");
}

/* The first text is Vietnamese where nothing else was chosen, so that nobody has to choose. */
static void add_text(GString *html, const BtComposeView *view, guint k, BtComposeText text)
{
    g_autofree char *lang = g_strdup_printf("lang-%u", k), *title = g_strdup_printf("title-%u", k),
                    *body = g_strdup_printf("body-%u", k);
    bt_html_add(html, "<fieldset><legend>%s</legend>", bt_page_language_name(text.lang));
    if (k == 0 && strcmp(text.lang, "vi") == 0)
        bt_html_add(html, "<input type=\"hidden\" name=\"%s\" value=\"vi\">", lang);
    else
        add_language(html, lang, text.lang);
    bt_html_add(html,
        "<label>%s<input name=\"%s\" value=\"%s\" lang=\"%s\" maxlength=\"10000\""
        " aria-describedby=\"said-%s\"></label>",
        _("Title"), title, text.title, text.lang, title);
    add_said(html, view, title);
    bt_html_add(html,
        "<label>%s<textarea name=\"%s\" rows=\"6\" lang=\"%s\" maxlength=\"10000\""
        " aria-describedby=\"said-%s\">\n%s</textarea></label>",
        _("Text"), body, text.lang, body, text.body);
    add_said(html, view, body);
    g_string_append(html, "</fieldset>");
}

static gboolean has_language(const BtComposeView *view, const char *lang)
{
    for (guint k = 0; k < bt_compose_n_texts(view->notice->body); k++)
        if (g_ascii_strcasecmp(bt_compose_text(view->notice->body, k).lang, lang) == 0)
            return TRUE;
    return FALSE;
}

static void add_texts(GString *html, const BtComposeView *view)
{
    const BtJson *body = view->notice->body;
    guint n = bt_compose_n_texts(body);
    for (guint k = 0; k < n; k++)
        add_text(html, view, k, bt_compose_text(body, k));
    if (n == 0)
        add_text(html, view, n++, (BtComposeText){ "vi", "", "" });
    if (*view->more_lang != '\0' && n < BT_COMPOSE_MAX_TEXTS &&
        !has_language(view, view->more_lang) && bt_page_language_is_known(view->more_lang))
        add_text(html, view, n++, (BtComposeText){ view->more_lang, "", "" });
    if (n >= BT_COMPOSE_MAX_TEXTS)
        return;
    bt_html_add(html, "<div class=\"row\"><label>%s<select name=\"add\">", _("One more language"));
    for (const BtPageLanguage *one = bt_page_languages; one->tag != NULL; one++)
        if (!has_language(view, one->tag) && one != bt_page_languages)
            add_option(html, one->tag, one->name, FALSE);
    bt_html_add(html,
        "</select></label><button class=\"quiet\" name=\"do\" value=\"add\">%s</button></div>",
        _("Add"));
}

/* ---- where ---- */

static void add_check(GString *html, const char *prefix, const char *id, const char *words,
    const char *more, gboolean is_chosen)
{
    bt_html_add(html, "<label class=\"check\"><input type=\"checkbox\" name=\"%s%s\" value=\"1\"",
        prefix, id);
    g_string_append(html, is_chosen ? " checked>" : ">");
    bt_html_add(html, "<span>%s", words);
    if (*more != '\0')
        bt_html_add(html, " <span class=\"fine\">%s</span>", more);
    g_string_append(html, "</span></label>");
}

static void add_places(
    GString *html, const BtVisit *visit, const BtComposeView *view, const GPtrArray *areas)
{
    const BtJson *targets = view->notice->targets;
    g_autoptr(GPtrArray) screens = bt_targets_screens(visit->store, areas);
    bt_html_add(html, "<fieldset><legend>%s</legend>", _("Where it is shown"));
    add_said(html, view, "targets");
    for (guint i = 0; i < areas->len; i++) {
        const BtTargetArea *area = g_ptr_array_index(areas, i);
        g_autofree char *words = g_strdup_printf("%s %s", _("All screens of"), area->name);
        add_check(
            html, "area-", area->id, words, "", bt_compose_is_target(targets, "areas", area->id));
    }
    g_string_append(html, "<details");
    for (guint i = 0; i < screens->len; i++)
        if (bt_compose_is_target(
                targets, "screens", ((BtTargetScreen *)g_ptr_array_index(screens, i))->id)) {
            g_string_append(html, " open");
            break;
        }
    bt_html_add(html, "><summary>%s</summary>", _("Single screens"));
    for (guint i = 0; i < screens->len; i++) {
        const BtTargetScreen *screen = g_ptr_array_index(screens, i);
        g_autofree char *size = g_strdup_printf("%d × %d", screen->width_px, screen->height_px);
        add_check(html, "screen-", screen->id, screen->name, size,
            bt_compose_is_target(targets, "screens", screen->id));
    }
    g_string_append(html, "</details></fieldset>");
}

/* ---- the rest ---- */

static void add_area(GString *html, const BtComposeView *view, const GPtrArray *areas)
{
    if (areas->len == 1) {
        bt_html_add(html, "<input type=\"hidden\" name=\"area\" value=\"%s\">",
            ((BtTargetArea *)g_ptr_array_index(areas, 0))->id);
        return;
    }
    bt_html_add(html, "<label>%s<select name=\"area\">", _("Written for"));
    for (guint i = 0; i < areas->len; i++) {
        const BtTargetArea *area = g_ptr_array_index(areas, i);
        add_option(html, area->id, area->name, strcmp(area->id, view->notice->area) == 0);
    }
    g_string_append(html, "</select></label>");
}

static void add_picture(
    GString *html, const BtVisit *visit, const BtComposeView *view, const GPtrArray *areas)
{
    const char *chosen = bt_compose_word(view->notice->body, "picture");
    g_autoptr(BtJson) ids = bt_json_new_array();
    for (guint i = 0; i < areas->len; i++)
        bt_json_append_string(ids, ((BtTargetArea *)g_ptr_array_index(areas, i))->id);
    g_autofree char *list = bt_json_to_text(ids, FALSE);
    g_autoptr(BtRows) rows = bt_db_query(visit->store->db, NULL,
        "SELECT sha256, name FROM media WHERE type LIKE 'image/%' AND (sha256 = ?1 OR area IN"
        " (SELECT value FROM json_each (?2))) ORDER BY sha256 = ?1 DESC, created_ms DESC LIMIT ?3",
        "ssi", chosen, list, (gint64)MAX_PICTURES);
    g_string_append(html,
        "<div id=\"picture\" hx-get=\"/media/pick?field=picture&amp;kind=picture\""
        " hx-trigger=\"toggle from:closest details once, uploaded from:body\" hx-swap=\"innerHTML\""
        " hx-target=\"this\" hx-include=\"#picture\" hx-sync=\"this:replace\">");
    bt_html_add(html, "<label>%s<select name=\"picture\">", _("Picture"));
    add_option(html, "", _("no picture"), *chosen == '\0');
    while (rows != NULL && bt_rows_next(rows, NULL))
        add_option(html, bt_rows_text(rows, 0), bt_rows_text(rows, 1),
            strcmp(bt_rows_text(rows, 0), chosen) == 0);
    g_string_append(html, "</select></label></div>");
    bt_html_add(html,
        "<div data-with-script hidden><label class=\"drop\">%s<input type=\"file\" name=\"files\""
        " form=\"upload\" accept=\"image/*\"></label>"
        "<ul class=\"rows\" id=\"uploads\"></ul></div>",
        _("A new picture from this computer"));
}

static void add_field(GString *html, const BtComposeView *view)
{
    int chosen = bt_compose_number(view->notice->body, "field");
    bt_html_add(html, "<label>%s<select name=\"field\">", _("Field of content"));
    for (int field = 1; field <= BT_COMPOSE_FIELDS; field++) {
        char value[8];
        g_snprintf(value, sizeof value, "%d", field);
        add_option(html, value, bt_compose_field_name(field), field == chosen);
    }
    g_string_append(html, "</select></label>");
}

static void add_more(
    GString *html, const BtVisit *visit, const BtComposeView *view, const GPtrArray *areas)
{
    const BtJson *body = view->notice->body;
    g_autofree char *from = bt_compose_day(visit, body, "from");
    g_autofree char *until = bt_compose_day(visit, body, "until");
    g_string_append(html, "<div class=\"pair\">");
    add_line(html, view, "from", _("First day"), from, "date");
    add_line(html, view, "until", _("Last day"), until, "date");
    g_string_append(html, "</div>");
    add_line(html, view, "issuer", _("Issued by"), bt_compose_word(body, "issuer"), "text");
    bt_html_add(
        html, "<details><summary>%s</summary>", _("Picture, code for phones, field and more"));
    add_picture(html, visit, view, areas);
    g_string_append(html, "<div class=\"pair\">");
    add_line(html, view, "qr", _("Address for the QR code"), bt_compose_word(body, "qr"), "url");
    add_field(html, view);
    add_line(
        html, view, "issued_on", _("Date of issue"), bt_compose_word(body, "issued_on"), "date");
    add_line(html, view, "document", _("Number of the document"), bt_compose_word(body, "document"),
        "text");
    g_string_append(html, "</div>");
    add_check(html, "essential", "", _("Essential information"), _("counted in reports"),
        bt_compose_is_true(body, "essential"));
    g_string_append(html, "</details>");
}

/* ---- all of it ---- */

void bt_compose_add_form(GString *html, const BtVisit *visit, const BtComposeView *view)
{
    g_autoptr(GPtrArray) areas =
        bt_targets_areas(visit->store, visit->user, BT_EDITOR, visit->now_ms);
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, view->notice->id);
    g_autofree char *revision = g_strdup_printf("%" G_GINT64_FORMAT, view->notice->revision);
    bt_html_add(html,
        "<form class=\"panel\" id=\"notice\" method=\"post\" action=\"/notices/%s/save\""
        " hx-post=\"/notices/%s/save\" hx-trigger=\"input delay:700ms, change delay:200ms\""
        " hx-target=\"#saved\" hx-sync=\"this:queue last\">",
        id, id);
    bt_visit_add_token(html, visit);
    g_string_append(html, "<button name=\"do\" value=\"save\" hidden></button>"); /* for Enter */
    add_said(html, view, "all");
    add_area(html, view, areas);
    add_texts(html, view);
    add_places(html, visit, view, areas);
    add_more(html, visit, view, areas);
    bt_html_add(html,
        "<div class=\"actions\"><p id=\"saved\" class=\"fine\" role=\"status\""
        " data-offline=\"%s\"><span></span>"
        "<input type=\"hidden\" name=\"revision\" value=\"%s\"></p>"
        "<button class=\"quiet\" name=\"do\" value=\"save\" data-without-script>%s</button>"
        "<button formaction=\"/notices/%s/send\">%s</button></div></form>",
        _("Not saved: there is no connection. Your words stay here."), revision, _("Save and look"),
        id, _("Send for approval"));
}
