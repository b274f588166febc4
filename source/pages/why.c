/* Why a screen shows what it shows, in the player's own words. */
#include "source/pages/answers.h"
#include "source/pages/html.h"
#include "source/pages/preview.h"
#include "source/pages/routes.h"
#include "source/pages/timetable.h"

#include <stdio.h>
#include <string.h>

#define SECTION "screens"
#define MAX_STEPS 400
#define EVERY_ROLE ((1u << BT_N_ROLES) - 1)

/* ---- the instant ---- */

/* "08:15" of the address, in which a browser writes the colon in its own way; now without one. */
static gint64 read_instant(BtVisit *visit, const BtTimetable *table)
{
    g_autofree char *text = g_uri_unescape_string(bt_visit_argument(visit, "at"), NULL);
    int hour, minute;
    char rest;
    if (text != NULL && sscanf(text, "%2d:%2d%c", &hour, &minute, &rest) == 2 && hour >= 0 &&
        hour < 24 && minute >= 0 && minute < 60)
        return table->from_ms + hour * BT_HOUR_MS + minute * BT_MINUTE_MS;
    gint64 now_ms = visit->now_ms / BT_MINUTE_MS * BT_MINUTE_MS;
    return CLAMP(now_ms, table->from_ms, table->until_ms - BT_MINUTE_MS);
}

static void add_choice(GString *html, const BtVisit *visit, const BtTimetable *table, gint64 at_ms)
{
    char day[16];
    g_autofree char *at = bt_timetable_hour(visit, at_ms, FALSE);
    g_snprintf(day, sizeof day, "%04d-%02d-%02d", table->year, table->month, table->day);
    bt_html_add(html,
        "<form class=\"row\" method=\"get\" action=\"/screens/%s/why\"><label>%s"
        "<input type=\"date\" name=\"day\" value=\"%s\"></label><label>%s"
        "<input type=\"time\" name=\"at\" value=\"%s\"></label><button class=\"quiet\">%s</button>"
        "</form>",
        table->screen, _("Day"), day, _("Time"), at, _("Show"));
}

/* ---- the chain ---- */

/* The player calls things by their ids; people by their titles. */
static void put_name(GString *sentence, const char *id, const char *name)
{
    g_autofree char *quoted_id = g_strdup_printf("“%s”", id);
    g_autofree char *quoted_name = g_strdup_printf("“%s”", name);
    if (*id != '\0' && strcmp(id, name) != 0)
        g_string_replace(sentence, quoted_id, quoted_name, 0);
}

static void add_step(
    GString *html, const BtVisit *visit, const BtTimetable *table, const BtJsonAt *step)
{
    g_autoptr(GString) sentence = g_string_new(bt_answer_word(step, "sentence"));
    const char *item = bt_answer_word(step, "item"), *programme = bt_answer_word(step, "programme");
    g_autofree char *title = g_strdup(bt_timetable_item(visit, table, item));
    g_autofree char *name = bt_timetable_programme(visit, programme);
    put_name(sentence, item, title);
    put_name(sentence, programme, name);
    bt_html_add(html, "<li>%s</li>", sentence->str);
}

static guint add_steps(GString *html, const BtVisit *visit, const BtTimetable *table,
    const BtJsonAt *steps, gboolean chosen)
{
    guint n = 0;
    g_string_append(html, "<ul class=\"air\">");
    for (gsize i = 0; i < bt_json_length(steps) && n < MAX_STEPS; i++) {
        BtJsonAt step = bt_json_element(steps, i);
        if (bt_answer_is_true(&step, "chosen") != chosen)
            continue;
        add_step(html, visit, table, &step);
        n++;
    }
    g_string_append(html, "</ul>");
    return n;
}

static void add_answer(
    GString *html, const BtVisit *visit, const BtTimetable *table, GBytes *answer)
{
    g_autoptr(BtJson) json = bt_answer_parse(answer);
    BtJsonAt steps = bt_json_root("why", json);
    if (json == NULL || !bt_json_is_array(&steps))
        return;
    g_autofree char *at = bt_timetable_hour(visit, table->ask.at_ms, FALSE);
    g_autofree char *alt = g_strdup_printf("%s, %s", table->name, at);
    const BtPlanDocument document = { .payload = table->document,
        .width_px = table->ask.width_px,
        .height_px = table->ask.height_px,
        .is_led = table->ask.is_led };
    bt_html_add(html, "<div class=\"panel\"><h2>%s %s</h2>", _("What is shown at"), at);
    bt_preview_add_picture(html, visit, &document, table->ask.at_ms, alt);
    bt_html_add(html, "<h3>%s</h3>", _("Because"));
    (void)add_steps(html, visit, table, &steps, TRUE);
    bt_html_add(html, "<details><summary>%s</summary>", _("Why nothing else is shown"));
    if (add_steps(html, visit, table, &steps, FALSE) == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", _("There is nothing else."));
    g_string_append(html, "</details></div>");
}

static BtAnswered get_why(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_auto(BtTimetable) table = { NULL };
    if (!bt_visit_open(&visit, request, EVERY_ROLE, &answered) ||
        !bt_timetable_open(&table, &visit, &answered))
        return answered;
    table.ask.kind = BT_ASK_WHY;
    table.ask.at_ms = read_instant(&visit, &table);
    if (table.document != NULL && bt_preview_wait(request, &table.ask, 1, 0))
        return TRUE;
    GString *html = g_string_new(NULL);
    bt_timetable_add_head(html, &visit, &table, "why");
    add_choice(html, &visit, &table, table.ask.at_ms);
    g_autoptr(GBytes) answer =
        table.document != NULL ? bt_player_find(request->server->player, &table.ask) : NULL;
    if (answer != NULL)
        add_answer(html, &visit, &table, answer);
    else if (table.document != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>",
            _("The preview could not be made. Try again in a minute."));
    return bt_visit_page(&visit, BT_HTTP_OK, SECTION, table.name, html);
}

const BtRoute bt_why_routes[] = {
    { "GET", "/screens/", BT_PART_ID, "/why", 0, get_why },
    { NULL },
};
