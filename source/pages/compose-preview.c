/* What the player makes of a notice: its pictures on each shape of screen, and what it warns of. */
#include "playlists/model/manifest.h"
#include "source/pages/compose.h"

#include "source/pages/answers.h"
#include "source/pages/html.h"
#include "source/pages/languages.h"
#include "source/pages/preview.h"

#include <string.h>

#define MAX_PICTURES 24 /* of one shape, in one language */

const char *const bt_compose_warned_fields[] = { "issuer", "until", "targets", "all", NULL };

static void ask_clear(gpointer data)
{
    g_bytes_unref(((BtAsk *)data)->document);
}

/* NULL while there is nothing to draw. (transfer full) */
static BtPlanDocument *sample(
    const BtVisit *visit, const BtNotice *notice, const BtTargetShape *shape)
{
    return *bt_notice_title(notice) == '\0'
        ? NULL
        : bt_plan_sample(visit->store, notice->body, shape->width_px, shape->height_px,
              shape->is_led, visit->now_ms, NULL);
}

/* A sample begins at its own midnight. */
static gint64 beginning_ms(const BtPlanDocument *document)
{
    return document->expires_ms - BT_MANIFEST_MAX_AGE_MS;
}

static BtAsk ask_of(const BtVisit *visit, const BtPlanDocument *document, BtAskKind kind)
{
    gint64 at_ms = kind == BT_ASK_RUNDOWN ? beginning_ms(document) : 0;
    return (BtAsk){ .kind = kind,
        .document = document->payload,
        .width_px = document->width_px,
        .height_px = document->height_px,
        .is_led = document->is_led,
        .at_ms = at_ms,
        .until_ms = kind == BT_ASK_RUNDOWN ? at_ms + 1 : 0,
        .pages = kind == BT_ASK_RUNDOWN,
        .english = kind == BT_ASK_CHECK && visit->english };
}

GArray *bt_compose_asks(const BtVisit *visit, const BtNotice *notice)
{
    static const BtAskKind kinds[] = { BT_ASK_RUNDOWN, BT_ASK_CHECK };
    GArray *asks = g_array_new(FALSE, FALSE, sizeof(BtAsk));
    g_autoptr(GPtrArray) shapes = bt_targets_shapes(visit->store, notice->targets);
    g_array_set_clear_func(asks, ask_clear);
    for (guint i = 0; i < shapes->len; i++) {
        g_autoptr(BtPlanDocument) document = sample(visit, notice, g_ptr_array_index(shapes, i));
        for (gsize k = 0; document != NULL && k < G_N_ELEMENTS(kinds); k++) {
            BtAsk ask = ask_of(visit, document, kinds[k]);
            g_bytes_ref(ask.document);
            g_array_append_val(asks, ask);
        }
    }
    return asks;
}

/* ---- pictures ---- */

/* Names which screens are meant. */
static void add_shape_name(GString *html, const BtTargetShape *shape)
{
    g_autofree char *size = g_strdup_printf("%d × %d", shape->width_px, shape->height_px);
    g_autofree char *others = g_strdup_printf("%u", shape->n_screens - 1);
    bt_html_add(html, "<h3>%s", shape->name);
    if (shape->n_screens > 1)
        bt_html_add(html, " %s %s", _("and others of this shape:"), others);
    bt_html_add(html, " <span class=\"fine\">%s, %s</span></h3>",
        shape->is_led ? _("LED wall") : _("panel"), size);
}

static void add_pages(GString *html, const BtVisit *visit, const BtPlanDocument *document,
    const GArray *pages, const char *lang)
{
    guint shown = 0;
    bt_html_add(html, "<div class=\"pictures\" tabindex=\"0\" role=\"group\" aria-label=\"%s\">",
        _("What the screens will show"));
    for (guint i = 0; i < pages->len && shown < MAX_PICTURES; i++) {
        const BtPreviewPage *page = &g_array_index(pages, BtPreviewPage, i);
        if (strcmp(page->lang, lang) != 0)
            continue;
        g_autofree char *number = g_strdup_printf("%u/%u", page->page, page->n_pages);
        g_autofree char *alt =
            g_strdup_printf("%s, %s %s", bt_page_language_name(lang), _("page"), number);
        g_string_append(html, "<figure>");
        bt_preview_add_picture(html, visit, document, page->start_ms, alt);
        bt_html_add(
            html, "<figcaption>%s · %s</figcaption></figure>", bt_page_language_name(lang), number);
        shown++;
    }
    g_string_append(html, "</div>");
}

static void add_shape(GString *html, const BtVisit *visit, const BtNotice *notice,
    const BtTargetShape *shape, const char *lang)
{
    g_autoptr(BtPlanDocument) document = sample(visit, notice, shape);
    if (document == NULL)
        return;
    BtAsk ask = ask_of(visit, document, BT_ASK_RUNDOWN);
    g_autoptr(GBytes) rundown = bt_player_find(visit->request->server->player, &ask);
    g_autoptr(GArray) pages = bt_preview_pages(rundown);
    add_shape_name(html, shape);
    if (pages->len > 0) {
        add_pages(html, visit, document, pages, lang);
        return;
    }
    g_string_append(html, "<div class=\"pictures\">");
    bt_preview_add_picture(html, visit, document, beginning_ms(document), _("Preview"));
    g_string_append(html, "</div>");
}

/* Links that work without a script too. */
static void add_languages(GString *html, const BtNotice *notice, const char *lang)
{
    guint n = bt_compose_n_texts(notice->body);
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, notice->id);
    if (n < 2)
        return;
    bt_html_add(html, "<ul class=\"choices\" aria-label=\"%s\">", _("Language of the preview"));
    for (guint k = 0; k < n; k++) {
        BtComposeText text = bt_compose_text(notice->body, k);
        bt_html_add(html,
            "<li><a href=\"/notices/%s?show=%s#preview\" hx-get=\"/notices/%s/preview?show=%s\""
            " hx-target=\"#preview\" hx-swap=\"outerHTML\"",
            id, text.lang, id, text.lang);
        g_string_append(html, strcmp(text.lang, lang) == 0 ? " aria-current=\"true\">" : ">");
        bt_html_add(html, "%s</a></li>", bt_page_language_name(text.lang));
    }
    g_string_append(html, "</ul>");
}

static const char *chosen_lang(const BtNotice *notice, const char *wanted)
{
    for (guint k = 0; k < bt_compose_n_texts(notice->body); k++)
        if (strcmp(bt_compose_text(notice->body, k).lang, wanted) == 0)
            return wanted;
    return bt_compose_text(notice->body, 0).lang;
}

void bt_compose_add_preview(GString *html, const BtVisit *visit, const BtNotice *notice,
    const char *show_lang, gboolean again)
{
    g_autoptr(GPtrArray) shapes = bt_targets_shapes(visit->store, notice->targets);
    const char *lang = chosen_lang(notice, show_lang);
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, notice->id);
    bt_html_add(html,
        "<div id=\"preview\" hx-get=\"/notices/%s/preview?show=%s\" hx-trigger=\"%s\""
        " hx-swap=\"outerHTML\" hx-sync=\"this:replace\">",
        id, lang, again ? "load, saved from:body" : "saved from:body");
    if (shapes->len == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>",
            _("No screen is chosen yet, so there is nothing to see."));
    else if (*bt_notice_title(notice) == '\0')
        bt_html_add(html, "<p class=\"none\">%s</p>",
            _("Once you write, you see here what the screens will show."));
    else
        add_languages(html, notice, lang);
    for (guint i = 0; i < shapes->len; i++)
        add_shape(html, visit, notice, g_ptr_array_index(shapes, i), lang);
    g_string_append(html, "</div>");
}

/* ---- warnings ---- */

static void said_free(gpointer data)
{
    BtNoticeLack *said = data;
    g_free(said->field);
    g_free(said->words);
    g_free(said);
}

/* "/playlists/0/items/0/texts/1/title" → "title-1". (transfer full) */
static char *field_of(const char *pointer)
{
    static const char begin[] = "/playlists/0/items/0";
    if (!g_str_has_prefix(pointer, begin))
        return g_strdup("all");
    g_auto(GStrv) parts = g_strsplit(pointer + strlen(begin), "/", -1);
    guint n = g_strv_length(parts);
    if (n >= 3 && strcmp(parts[1], "texts") == 0)
        return g_strdup_printf("%s-%s", n >= 4 ? parts[3] : "body", parts[2]);
    return g_strdup(n >= 2 && strcmp(parts[1], "issuer") == 0 ? "issuer" : "all");
}

static gboolean was_said(const GPtrArray *said, const char *field, const char *words)
{
    for (guint i = 0; i < said->len; i++) {
        const BtNoticeLack *one = g_ptr_array_index(said, i);
        if (strcmp(one->field, field) == 0 && g_str_has_suffix(one->words, words))
            return TRUE;
    }
    return FALSE;
}

/* Sentences of the player begin small, since a place stands before them; what to type into a
 * terminal is not for officials. (transfer full) */
static char *sentence(const char *message, const char *code)
{
    g_autofree char *first = g_utf8_substring(message, 0, 1);
    g_autofree char *large = g_utf8_strup(first, -1);
    g_autofree char *rest = g_strdup(g_utf8_next_char(message));
    char *terminal = strcmp(code, "legacy") == 0 ? strrchr(rest, ';') : NULL;
    if (terminal != NULL)
        *terminal = '\0';
    return g_strdup_printf("%s%s.", large, rest);
}

/* What follows from the shape names it; what does not is said once. */
static void add_warning(
    GPtrArray *said, const BtJsonAt *warning, const BtTargetShape *shape, gboolean refused)
{
    const char *message = bt_answer_word(warning, "message");
    if (*message == '\0')
        return;
    g_autofree char *field =
        refused ? g_strdup("all") : field_of(bt_answer_word(warning, "pointer"));
    g_autofree char *words = sentence(message, bt_answer_word(warning, "code"));
    if (was_said(said, field, words))
        return;
    BtNoticeLack *one = g_new0(BtNoticeLack, 1);
    one->is_legacy = strcmp(bt_answer_word(warning, "code"), "legacy") == 0;
    one->field = g_steal_pointer(&field);
    one->words = *bt_answer_word(warning, "layout") != '\0'
        ? g_strdup_printf("%d × %d: %s", shape->width_px, shape->height_px, words)
        : g_strdup(words);
    g_ptr_array_add(said, one);
}

static void add_warnings(
    GPtrArray *said, const BtJsonAt *file, const char *list, const BtTargetShape *shape)
{
    BtJsonAt warnings;
    gsize n = bt_json_member(file, list, &warnings) ? bt_json_length(&warnings) : 0;
    for (gsize i = 0; i < n; i++) {
        BtJsonAt at = bt_json_element(&warnings, i);
        add_warning(said, &at, shape, strcmp(list, "errors") == 0);
    }
}

static void read_check(GPtrArray *said, GBytes *answer, const BtTargetShape *shape)
{
    g_autoptr(BtJson) json = bt_answer_parse(answer);
    BtJsonAt root = bt_json_root("check", json), files;
    if (json == NULL || !bt_json_read_object(&root, NULL) ||
        !bt_json_member(&root, "files", &files) || bt_json_length(&files) == 0)
        return;
    BtJsonAt file = bt_json_element(&files, 0);
    if (!bt_json_read_object(&file, NULL))
        return;
    add_warnings(said, &file, "errors", shape);
    add_warnings(said, &file, "warnings", shape);
}

GPtrArray *bt_compose_warnings(const BtVisit *visit, const BtNotice *notice)
{
    GPtrArray *said = g_ptr_array_new_with_free_func(said_free);
    g_autoptr(GPtrArray) shapes = bt_targets_shapes(visit->store, notice->targets);
    for (guint i = 0; i < shapes->len; i++) {
        const BtTargetShape *shape = g_ptr_array_index(shapes, i);
        g_autoptr(BtPlanDocument) document = sample(visit, notice, shape);
        if (document == NULL)
            continue;
        BtAsk ask = ask_of(visit, document, BT_ASK_CHECK);
        g_autoptr(GBytes) answer = bt_player_find(visit->request->server->player, &ask);
        if (answer != NULL)
            read_check(said, answer, shape);
    }
    return said;
}

void bt_compose_add_warnings(GString *html, const char *field, const GPtrArray *said, gboolean oob)
{
    bt_html_add(html, "<div class=\"said\" id=\"said-%s\"", field);
    g_string_append(html, oob ? " hx-swap-oob=\"true\">" : ">");
    for (guint i = 0; said != NULL && i < said->len; i++) {
        const BtNoticeLack *one = g_ptr_array_index(said, i);
        if (strcmp(one->field, field) != 0)
            continue;
        bt_html_add(html, "<p class=\"fault\">%s</p>", one->words);
        if (one->is_legacy)
            bt_html_add(html, "<button class=\"quiet\" name=\"do\" value=\"unicode\">%s</button>",
                _("Convert to Unicode"));
    }
    g_string_append(html, "</div>");
}
