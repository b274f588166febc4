/* All that a document shows, by what the player says of the coming day. */
#include "playlists/model/manifest.h"
#include "source/pages/answers.h"
#include "source/pages/html.h"
#include "source/pages/languages.h"
#include "source/pages/preview-parts.h"

#include <string.h>

#define FILM_LOOK_MS 3000

/* ---- pages of a rundown ---- */

static void page_clear(gpointer data)
{
    g_free(((BtPreviewPage *)data)->lang);
}

/* Of one row. */
static void add_pages(GArray *pages, const BtJsonAt *row)
{
    BtJsonAt list;
    gsize n = bt_json_member(row, "pages", &list) ? bt_json_length(&list) : 0;
    for (gsize i = 0; i < n; i++) {
        BtJsonAt at = bt_json_element(&list, i);
        const BtPreviewPage page = { g_strdup(bt_answer_word(&at, "lang")),
            bt_answer_time_ms(&at, "start"), (guint)bt_answer_number(&at, "page"),
            (guint)bt_answer_number(&at, "of") };
        g_array_append_val(pages, page);
    }
    if (n == 0) {
        const BtPreviewPage whole = { g_strdup(""), bt_answer_time_ms(row, "start"), 1, 1 };
        g_array_append_val(pages, whole);
    }
}

static GArray *pages_new(void)
{
    GArray *pages = g_array_new(FALSE, FALSE, sizeof(BtPreviewPage));
    g_array_set_clear_func(pages, page_clear);
    return pages;
}

GArray *bt_preview_pages(GBytes *rundown)
{
    GArray *pages = pages_new();
    g_autoptr(BtJson) json = bt_answer_parse(rundown);
    BtJsonAt root = bt_json_root("rundown", json);
    if (json != NULL && bt_json_length(&root) > 0) {
        BtJsonAt row = bt_json_element(&root, 0);
        add_pages(pages, &row);
    }
    return pages;
}

/* ---- all that a document shows ---- */

/* Whose shape it is where the document does not say. */
static void find_shape(const BtVisit *visit, BtPlanDocument *document)
{
    const char *screen = document->screens->len > 0 ? g_ptr_array_index(document->screens, 0) : "";
    g_autoptr(BtRows) rows = bt_db_query(visit->store->db, NULL,
        "SELECT width_px, height_px, is_led FROM screen WHERE id = ?", "s", screen);
    gboolean is_known = rows != NULL && bt_rows_next(rows, NULL);
    document->width_px = is_known ? (int)bt_rows_int(rows, 0) : 1920;
    document->height_px = is_known ? (int)bt_rows_int(rows, 1) : 1080;
    document->is_led = is_known && bt_rows_int(rows, 2) != 0;
}

void bt_preview_add_pictures(GString *html, const BtVisit *visit, const BtPlanDocument *document)
{
    BtPlanDocument shaped = *document;
    if (shaped.width_px == 0)
        find_shape(visit, &shaped);
    g_autofree char *path = bt_preview_address(visit, &shaped, "");
    bt_html_add(html,
        "<div class=\"pictures\" hx-get=\"%s\" hx-trigger=\"load\" hx-swap=\"outerHTML\">"
        "<a href=\"%s\">%s</a></div>",
        path, path, _("See what is shown"));
}

/* (nullable) */
static const BtItem *find_item(const BtManifest *manifest, const char *id)
{
    for (guint i = 0; i < manifest->items->len; i++) {
        const BtItem *item = g_ptr_array_index(manifest->items, i);
        if (strcmp(item->id, id) == 0)
            return item;
    }
    return NULL;
}

static const char *title_of(const BtItem *item)
{
    const BtText *text = item->texts->len > 0 ? g_ptr_array_index(item->texts, 0) : NULL;
    if (text != NULL)
        return *text->title != '\0' ? text->title : text->body;
    return item->asset != NULL ? item->asset->name : "";
}

/* When an item looks like itself: after its fade; a film not at its black beginning. */
static gint64 settled_ms(const BtItem *item)
{
    return item->kind == BT_ITEM_VIDEO ? MIN(item->duration_ms / 2, FILM_LOOK_MS)
                                       : item->transition_ms;
}

static void add_caption(GString *html, const BtPreviewPage *page)
{
    if (*page->lang != '\0')
        bt_html_add(html, "%s", bt_page_language_name(page->lang));
    if (page->n_pages > 1)
        g_string_append_printf(html, " · %u/%u", page->page, page->n_pages);
}

static guint add_item(GString *html, const BtVisit *visit, const BtPlanDocument *document,
    const BtJsonAt *row, const BtItem *item, guint room)
{
    const char *title = title_of(item);
    g_autoptr(GArray) pages = pages_new();
    add_pages(pages, row);
    guint n = MIN(pages->len, room);
    for (guint i = 0; i < n; i++) {
        const BtPreviewPage *page = &g_array_index(pages, BtPreviewPage, i);
        g_string_append(html, "<figure>");
        bt_preview_add_picture(
            html, visit, document, page->start_ms + (i == 0 ? settled_ms(item) : 0), title);
        bt_html_add(html, "<figcaption>%s ", title);
        add_caption(html, page);
        g_string_append(html, "</figcaption></figure>");
    }
    return n;
}

/* Each item once, as it is first shown. */
static void add_items(GString *html, const BtVisit *visit, const BtPlanDocument *document,
    const BtManifest *manifest, const BtJson *rundown)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    BtJsonAt root = bt_json_root("rundown", rundown);
    guint shown = 0;
    bt_html_add(html, "<div class=\"pictures\" tabindex=\"0\" role=\"group\" aria-label=\"%s\">",
        _("What the screens will show"));
    for (gsize i = 0; i < bt_json_length(&root); i++) {
        BtJsonAt row = bt_json_element(&root, i);
        const BtItem *item = find_item(manifest, bt_answer_word(&row, "item"));
        if (item != NULL && shown < BT_PREVIEW_MAX_PICTURES &&
            g_hash_table_add(seen, g_strdup(item->id)))
            shown += add_item(html, visit, document, &row, item, BT_PREVIEW_MAX_PICTURES - shown);
    }
    if (shown == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", _("Nothing is shown on the coming day."));
    g_string_append(html, "</div>");
    guint missing = manifest->items->len - g_hash_table_size(seen);
    if (shown > 0 && missing > 0) {
        g_autofree char *n = g_strdup_printf("%u", missing);
        bt_html_add(html, "<p class=\"fine\">%s: %s</p>",
            _("Items that are not shown on the coming day"), n);
    }
}

static BtAnswered show_pictures(BtVisit *visit, BtAsk *ask)
{
    BtRequest *request = visit->request;
    BtPlanDocument document = { .payload = ask->document,
        .width_px = ask->width_px,
        .height_px = ask->height_px,
        .is_led = ask->is_led };
    gsize size;
    const void *data = g_bytes_get_data(ask->document, &size);
    g_autoptr(BtManifest) manifest = bt_manifest_parse(data, size, "preview", NULL);
    /* Within an hour the same question has the same answer. */
    ask->at_ms = visit->now_ms / BT_HOUR_MS * BT_HOUR_MS;
    ask->until_ms = ask->at_ms + BT_DAY_MS;
    if (manifest == NULL)
        return bt_visit_refuse(visit, BT_HTTP_NOT_FOUND, _("There is no such document."));
    if (bt_preview_wait(request, ask, 1, 0))
        return TRUE;
    g_autoptr(GBytes) answer = bt_player_find(request->server->player, ask);
    g_autoptr(BtJson) rundown = bt_answer_parse(answer);
    GString *html = g_string_new(NULL);
    if (rundown != NULL)
        add_items(html, visit, &document, manifest, rundown);
    else
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>",
            _("The preview could not be made. Try again in a minute."));
    return bt_visit_page(visit, BT_HTTP_OK, "", _("What is shown"), html);
}

BtAnswered bt_preview_send_pictures(BtRequest *request)
{
    BtAnswered answered;
    BtAsk ask = { .kind = BT_ASK_RUNDOWN, .pages = TRUE };
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, BT_ANYBODY, &answered) ||
        !bt_preview_read(&visit, &ask, &answered))
        return answered;
    g_autoptr(GBytes) document = ask.document;
    return show_pictures(&visit, &ask);
}
