/* Why a screen shows what it shows, in the player's own words. */
#include "source/pages/answers.h"
#include "source/pages/html.h"
#include "source/pages/preview.h"
#include "source/pages/routes.h"
#include "source/pages/screen-day.h"

#include <stdio.h>
#include <string.h>

#define SECTION "screens"
#define MAX_STEPS 400
#define EVERY_ROLE ((1u << BT_N_ROLES) - 1)

/* ---- the instant ---- */

/* "08:15" of the address, in which a browser writes the colon in its own way; now without one. */
static gint64 read_instant(BtVisit *visit, const BtScreenDay *day)
{
    g_autofree char *text = g_uri_unescape_string(bt_visit_argument(visit, "at"), NULL);
    int hour, minute;
    char rest;
    if (text != NULL && sscanf(text, "%2d:%2d%c", &hour, &minute, &rest) == 2 && hour >= 0 &&
        hour < 24 && minute >= 0 && minute < 60)
        return day->from_ms + hour * BT_HOUR_MS + minute * BT_MINUTE_MS;
    gint64 now_ms = visit->now_ms / BT_MINUTE_MS * BT_MINUTE_MS;
    return CLAMP(now_ms, day->from_ms, day->until_ms - BT_MINUTE_MS);
}

static void add_choice(GString *html, const BtVisit *visit, const BtScreenDay *day, gint64 at_ms)
{
    char date[16];
    g_autofree char *at = bt_screen_day_hour(visit, at_ms, FALSE);
    g_snprintf(date, sizeof date, "%04d-%02d-%02d", day->year, day->month, day->day_of_month);
    bt_html_add(html,
        "<form class=\"row\" method=\"get\" action=\"/screens/%s/why\"><label>%s"
        "<input type=\"date\" name=\"day\" value=\"%s\"></label><label>%s"
        "<input type=\"time\" name=\"at\" value=\"%s\"></label><button class=\"quiet\">%s</button>"
        "</form>",
        day->screen, _("Day"), date, _("Time"), at, _("Show"));
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
    GString *html, const BtVisit *visit, const BtScreenDay *day, const BtJsonAt *step)
{
    g_autoptr(GString) sentence = g_string_new(bt_answer_word(step, "sentence"));
    const char *item = bt_answer_word(step, "item"), *programme = bt_answer_word(step, "programme");
    g_autofree char *title = g_strdup(bt_screen_day_item(visit, day, item));
    g_autofree char *name = bt_screen_day_programme(visit, programme);
    put_name(sentence, item, title);
    put_name(sentence, programme, name);
    bt_html_add(html, "<li>%s</li>", sentence->str);
}

static guint add_steps(GString *html, const BtVisit *visit, const BtScreenDay *day,
    const BtJsonAt *steps, gboolean chosen)
{
    guint n = 0;
    g_string_append(html, "<ul class=\"air\">");
    for (gsize i = 0; i < bt_json_length(steps) && n < MAX_STEPS; i++) {
        BtJsonAt step = bt_json_element(steps, i);
        if (bt_answer_is_true(&step, "chosen") != chosen)
            continue;
        add_step(html, visit, day, &step);
        n++;
    }
    g_string_append(html, "</ul>");
    return n;
}

static void add_answer(GString *html, const BtVisit *visit, const BtScreenDay *day, GBytes *answer)
{
    g_autoptr(BtJson) json = bt_answer_parse(answer);
    BtJsonAt steps = bt_json_root("why", json);
    if (json == NULL || !bt_json_is_array(&steps))
        return;
    g_autofree char *at = bt_screen_day_hour(visit, day->ask.at_ms, FALSE);
    g_autofree char *alt = g_strdup_printf("%s, %s", day->name, at);
    const BtPlanDocument document = { .payload = day->document,
        .width_px = day->ask.width_px,
        .height_px = day->ask.height_px,
        .is_led = day->ask.is_led };
    bt_html_add(html, "<div class=\"panel\"><h2>%s %s</h2>", _("What is shown at"), at);
    bt_preview_add_picture(html, visit, &document, day->ask.at_ms, alt);
    bt_html_add(html, "<h3>%s</h3>", _("Because"));
    (void)add_steps(html, visit, day, &steps, TRUE);
    bt_html_add(html, "<details><summary>%s</summary>", _("Why nothing else is shown"));
    if (add_steps(html, visit, day, &steps, FALSE) == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", _("There is nothing else."));
    g_string_append(html, "</details></div>");
}

static BtAnswered get_why(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_auto(BtScreenDay) day = { NULL };
    if (!bt_visit_open(&visit, request, EVERY_ROLE, &answered) ||
        !bt_screen_day_open(&day, &visit, &answered))
        return answered;
    day.ask.kind = BT_ASK_WHY;
    day.ask.at_ms = read_instant(&visit, &day);
    if (day.document != NULL && bt_preview_wait(request, &day.ask, 1, 0))
        return TRUE;
    GString *html = g_string_new(NULL);
    bt_screen_day_add_head(html, &visit, &day, "why");
    add_choice(html, &visit, &day, day.ask.at_ms);
    g_autoptr(GBytes) answer = bt_screen_day_answer(html, &visit, &day);
    if (answer != NULL)
        add_answer(html, &visit, &day, answer);
    return bt_visit_page(&visit, BT_HTTP_OK, SECTION, day.name, html);
}

const BtRoute bt_why_routes[] = {
    { "GET", "/screens/", BT_PART_ID, "/why", 0, get_why },
    { NULL },
};
