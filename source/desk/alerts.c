#include "source/desk/alerts.h"

#include "playlists/model/manifest.h"
#include "source/desk/reach.h"
#include "source/press/plan.h"

#include <string.h>

#define GROUND "#0B1B33"
#define FIELD_URGENT 2      /* of content: sudden or urgent (FORMAT.md 6.3) */
#define TEXT_LEAST_MS 10000 /* each language, however short */
#define ITEM_MOST_MS 600000

void bt_alert_text_free(BtAlertText *text)
{
    g_free(text->lang);
    g_free(text->title);
    g_free(text->what);
    g_free(text->where);
    g_free(text->when);
    g_free(text->action);
    g_free(text);
}

/* ---- what is wrong with it ---- */

static gboolean is_longer(const char *text, glong chars)
{
    return g_utf8_strlen(text, -1) > chars;
}

/* "[…]" of a template. (transfer full) */
static char *bracket_in(const char *text)
{
    const char *open = strchr(text, '['), *close = open != NULL ? strchr(open, ']') : NULL;
    return close != NULL ? g_strndup(open, (gsize)(close - open) + 1) : NULL;
}

static const char *fault_of_text(const BtAlertText *text, char **where)
{
    const char *parts[] = { text->title, text->what, text->where, text->when, text->action };
    if (*text->title == '\0')
        return "title";
    if (*text->what == '\0')
        return "what";
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (is_longer(parts[i], i == 0 ? BT_ALERT_TITLE_MAX_CHARS : BT_ALERT_PART_MAX_CHARS))
            return "long";
        *where = bracket_in(parts[i]);
        if (*where != NULL)
            return "bracket";
    }
    return NULL;
}

const char *bt_alert_fault(const BtAlertForm *form, gint64 now_ms, char **where)
{
    *where = NULL;
    for (guint i = 0; i < form->texts->len; i++) {
        const char *fault = fault_of_text(g_ptr_array_index(form->texts, i), where);
        if (fault != NULL)
            return fault;
    }
    if (form->texts->len == 0)
        return "title";
    if (*form->issuer == '\0' || is_longer(form->issuer, BT_ALERT_ISSUER_MAX_CHARS))
        return "issuer";
    if (form->until_ms <= now_ms || form->until_ms - now_ms > BT_ALERT_MAX_HOURS * BT_HOUR_MS)
        return "until";
    return form->screens->len == 0 ? "screens" : NULL;
}

/* ---- what boards are given ---- */

static void add_line(GString *body, const char *before, const char *words)
{
    if (*words == '\0')
        return;
    if (body->len > 0)
        g_string_append_c(body, '\n');
    g_string_append_printf(body, "%s%s", before, words);
}

/* The words before a part, in the languages that we write ourselves. */
char *bt_alert_body(const BtAlertText *text)
{
    static const char *const vi[] = { "Khu vực: ", "Thời gian: ", "Cần làm: " };
    static const char *const en[] = { "Where: ", "When: ", "What to do: " };
    static const char *const none[] = { "", "", "" };
    const char *const *before = strcmp(text->lang, "vi") == 0 ? vi
        : strcmp(text->lang, "en") == 0                       ? en
                                                              : none;
    GString *body = g_string_new(text->what);
    add_line(body, before[0], text->where);
    add_line(body, before[1], text->when);
    add_line(body, before[2], text->action);
    return g_string_free(body, FALSE);
}

static gint64 reading_ms(const BtAlertText *text, const char *body)
{
    const BtText shown = { .lang = text->lang, .title = text->title, .body = (char *)body };
    return MAX(bt_text_duration_ms(&shown), TEXT_LEAST_MS);
}

static BtJson *texts_json(const BtAlertForm *form, gint64 *duration_ms)
{
    BtJson *texts = bt_json_new_array();
    gint64 longest_ms = 0;
    for (guint i = 0; i < form->texts->len; i++) {
        const BtAlertText *text = g_ptr_array_index(form->texts, i);
        g_autofree char *body = bt_alert_body(text);
        BtJson *json = bt_json_new_object();
        bt_json_set_string(json, "lang", text->lang);
        bt_json_set_string(json, "title", text->title);
        bt_json_set_string(json, "body", body);
        bt_json_append(texts, json);
        longest_ms = MAX(longest_ms, reading_ms(text, body));
    }
    /* Languages share the item's time alike: the slowest says how much is enough. */
    *duration_ms = MIN(longest_ms * form->texts->len, ITEM_MOST_MS);
    return texts;
}

static char *local_text(BtStore *store, gint64 at_ms, const char *format)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(store->timezone);
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_ms / 1000);
    g_autoptr(GDateTime) local =
        g_date_time_to_timezone(utc, zone != NULL ? zone : g_time_zone_new_utc());
    return g_date_time_format(local, format);
}

static BtJson *item_json(BtStore *store, const BtAlertForm *form, gint64 now_ms)
{
    gint64 duration_ms;
    BtJson *item = bt_json_new_object(), *texts = texts_json(form, &duration_ms);
    g_autofree char *id = local_text(store, now_ms, "alarm-%Y%m%d-%H%M%S");
    g_autofree char *day = local_text(store, now_ms, "%Y-%m-%d");
    bt_json_set_string(item, "id", id);
    bt_json_set_string(item, "kind", "alert");
    bt_json_set_int(item, "level", form->level);
    bt_json_set_string(item, "issuer", form->issuer);
    bt_json_set_string(item, "issued_on", day);
    bt_json_set_int(item, "field", FIELD_URGENT);
    bt_json_set_bool(item, "essential", !form->rehearsal);
    bt_json_set_int(item, "duration_ms", duration_ms);
    bt_json_set(item, "texts", texts);
    return item;
}

static BtJson *list_of(BtJson *element)
{
    BtJson *list = bt_json_new_array();
    bt_json_append(list, element);
    return list;
}

static BtJson *layout_json(int width_px, int height_px)
{
    BtJson *layout = bt_json_new_object(), *zone = bt_json_new_object();
    BtJson *canvas = bt_json_new_array(), *rect = bt_json_new_array();
    const int sides_px[] = { 0, 0, width_px, height_px };
    for (gsize i = 0; i < G_N_ELEMENTS(sides_px); i++) {
        bt_json_append_int(rect, sides_px[i]);
        if (i >= 2)
            bt_json_append_int(canvas, sides_px[i]);
    }
    bt_json_set_string(zone, "id", "main");
    bt_json_set(zone, "rect", rect);
    bt_json_set_string(layout, "id", "full");
    bt_json_set(layout, "canvas", canvas);
    bt_json_set_string(layout, "background", GROUND);
    bt_json_set(layout, "zones", list_of(zone));
    return layout;
}

static BtJson *programme_json(gboolean rehearsal)
{
    BtJson *programme = bt_json_new_object(), *zones = bt_json_new_object();
    bt_json_set_string(zones, "main", "alarm");
    bt_json_set_string(programme, "id", "alarm");
    bt_json_set_string(programme, "layout", "full");
    bt_json_set_string(programme, "class", "emergency");
    bt_json_set_bool(programme, "rehearsal", rehearsal);
    bt_json_set(programme, "zones", zones);
    return programme;
}

static GBytes *payload_of(
    BtStore *store, const BtAlertForm *form, const BtPlanDocument *document, gint64 now_ms)
{
    g_autoptr(BtJson) json = bt_json_new_object();
    BtJson *screens = bt_json_new_array(), *playlist = bt_json_new_object();
    for (guint i = 0; i < document->screens->len; i++)
        bt_json_append_string(screens, g_ptr_array_index(document->screens, i));
    bt_json_set_string(playlist, "id", "alarm");
    bt_json_set(playlist, "items", list_of(item_json(store, form, now_ms)));
    bt_json_set_int(json, "spec", 1);
    bt_json_set_string(json, "source", store->source);
    bt_json_set_int(json, "version", 1); /* its own it gets as a proposal */
    bt_json_set_time(json, "issued", now_ms);
    bt_json_set_time(json, "expires", form->until_ms);
    bt_json_set(json, "screens", screens);
    bt_json_set_string(json, "timezone", store->timezone);
    bt_json_set(json, "layouts", list_of(layout_json(document->width_px, document->height_px)));
    bt_json_set(json, "playlists", list_of(playlist));
    bt_json_set(json, "programmes", list_of(programme_json(form->rehearsal)));
    char *text = bt_json_to_text(json, FALSE);
    return g_bytes_new_take(text, strlen(text));
}

static BtPlanDocument *document_for(GPtrArray *documents, const BtReach *screen, gint64 until_ms)
{
    for (guint i = 0; i < documents->len; i++) {
        BtPlanDocument *document = g_ptr_array_index(documents, i);
        if (document->width_px == screen->width_px && document->height_px == screen->height_px)
            return document;
    }
    BtPlanDocument *document = g_new0(BtPlanDocument, 1);
    document->screens = g_ptr_array_new_with_free_func(g_free);
    document->width_px = screen->width_px;
    document->height_px = screen->height_px;
    document->expires_ms = until_ms;
    document->version = 1;
    g_ptr_array_add(documents, document);
    return document;
}

GPtrArray *bt_alert_make(BtStore *store, const BtAlertForm *form, gint64 now_ms)
{
    GPtrArray *documents = g_ptr_array_new_with_free_func((GDestroyNotify)bt_plan_document_free);
    for (guint i = 0; i < form->screens->len; i++) {
        const BtReach *screen = g_ptr_array_index(form->screens, i);
        BtPlanDocument *document = document_for(documents, screen, form->until_ms);
        g_ptr_array_add(document->screens, g_strdup(screen->id));
    }
    for (guint i = 0; i < documents->len; i++) {
        BtPlanDocument *document = g_ptr_array_index(documents, i);
        document->payload = payload_of(store, form, document, now_ms);
    }
    return documents;
}
